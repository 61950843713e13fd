//! From chosen checks to the calls that they need.

use super::Check;
use crate::facts;
use crate::inventory::Plan;

/// The operations behind every fact that one of the checks reads.
pub fn plan<'a>(checks: impl IntoIterator<Item = &'a Check>) -> Plan {
    let mut operations = std::collections::BTreeSet::new();
    for check in checks {
        for path in check.reads() {
            operations.extend(facts::operations(path));
        }
    }
    Plan::new(operations)
}
