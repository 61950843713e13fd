//! From chosen checks to the calls that they need.

use std::collections::BTreeSet;

use super::Check;
use crate::facts::{self, AtStandard};
use crate::operation::{Depth, Plan};

/// The operations behind every fact that one of the checks reads, at the depth that all of them need.
pub fn plan<'a>(checks: impl IntoIterator<Item = &'a Check>) -> Plan {
    let mut operations = BTreeSet::new();
    let mut depth = Depth::Standard;
    for check in checks {
        for path in check.reads() {
            operations.extend(facts::operations(path));
        }
        depth = depth.max(check.depth());
    }
    Plan::new(operations).at(depth)
}

impl Check {
    /// The IAM actions of the calls behind everything that it reads, in order.
    pub fn actions(&self) -> BTreeSet<&'static str> {
        let calls: BTreeSet<_> = self.reads().flat_map(facts::operations).collect();
        calls
            .into_iter()
            .flat_map(|operation| {
                let further = operation.further.iter().copied();
                operation.action.into_iter().chain(further)
            })
            .collect()
    }

    /// The depth at which everything that it reads is known.
    pub fn depth(&self) -> Depth {
        match self.at_standard() {
            AtStandard::Whole => Depth::Standard,
            AtStandard::Part | AtStandard::Nothing => Depth::Deep,
        }
    }

    /// How much of what it reads standard depth knows. What it knows in part may decide the check for some functions;
    /// to the others it does not apply.
    pub fn at_standard(&self) -> AtStandard {
        let reads = self.reads().map(facts::at_standard);
        reads.min().unwrap_or(AtStandard::Whole)
    }
}
