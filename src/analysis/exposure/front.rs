//! What stands in front of a function and calls it: what routes of APIs and rules of load balancers have in common.

use super::admission::{Admission, admission};
use super::lists::Found;
use crate::analysis::grants::Policies;
use crate::analysis::home::Home;
use crate::analysis::{Context, Fact};
use crate::inventory::{Gap, GapKind, Observed};
use crate::operation::Operation;
use crate::policy::Policy;

/// What reaches a function, and what of that lets anybody in.
pub(super) struct Fronts<T> {
    pub(super) all: Fact<Vec<T>>,
    pub(super) open: Fact<Vec<T>>,
    /// What lets anybody in who comes from some addresses.
    pub(super) bound: Fact<Vec<T>>,
}

/// A search for them.
pub(super) struct Search<'a, 'f, T> {
    pub(super) context: Context<'a>,
    pub(super) home: Home<'a>,
    /// The function's policies, by qualifier.
    pub(super) policies: &'f [(String, Policy)],
    found: Vec<T>,
    open: Vec<T>,
    bound: Vec<T>,
    /// Why there may be more.
    gaps: Vec<Gap>,
    /// Why something that was found may be open.
    doubts: Vec<Gap>,
    /// Why something that was found may be open to some addresses.
    bound_doubts: Vec<Gap>,
}

impl<'a, 'f, T: Clone> Search<'a, 'f, T> {
    pub(super) fn new(context: Context<'a>, found: &'f Found) -> Self {
        let all = Policies::of(context.function);
        let gaps = all.gaps().chain(found.unparsable());
        Self {
            context,
            home: context.account.home(),
            gaps: gaps.cloned().collect(),
            policies: found.understood(),
            found: Vec::new(),
            open: Vec::new(),
            bound: Vec::new(),
            doubts: Vec::new(),
            bound_doubts: Vec::new(),
        }
    }

    /// Whether the policy of the qualifier lets a service in that calls for one of the sources that `sent` gives.
    pub(super) fn admission(
        &self,
        qualifier: &str,
        service: &str,
        sent: impl FnOnce(&Policy) -> Vec<String>,
    ) -> Observed<Option<Admission>> {
        admission(
            self.context,
            &self.home,
            self.policies,
            qualifier,
            service,
            sent,
        )
    }

    /// Something was found, of which this is known.
    pub(super) fn add(&mut self, found: T, open: Fact<bool>) {
        match open {
            Fact::Known(true) => self.open.push(found.clone()),
            Fact::Known(false) => {}
            Fact::Unknown(gaps) => self.doubts.extend(gaps),
        }
        self.found.push(found);
    }

    /// Of something that is found, whether anybody gets in who comes from some addresses.
    pub(super) fn add_bound(&mut self, found: &T, bound: Fact<bool>) {
        match bound {
            Fact::Known(true) => self.bound.push(found.clone()),
            Fact::Known(false) => {}
            Fact::Unknown(gaps) => self.bound_doubts.extend(gaps),
        }
    }

    /// There may be more.
    pub(super) fn miss(&mut self, gap: Gap) {
        self.gaps.push(gap);
    }

    /// A gap of this function, in the region of what stands in front of it.
    pub(super) fn gap(
        &self,
        operation: &Operation,
        kind: GapKind,
        message: String,
        region: &str,
    ) -> Gap {
        Gap::new(operation, kind, message)
            .at(self.context.account.id(), region)
            .about(&self.context.function.arn)
    }

    pub(super) fn finish(mut self) -> Fronts<T> {
        self.gaps.sort();
        self.gaps.dedup();
        let with = |mut doubts: Vec<Gap>| {
            doubts.extend(self.gaps.iter().cloned());
            doubts.sort();
            doubts.dedup();
            doubts
        };
        let (doubts, bound_doubts) = (with(self.doubts), with(self.bound_doubts));
        Fronts {
            all: Fact::offenders(self.found, self.gaps),
            open: Fact::offenders(self.open, doubts),
            bound: Fact::offenders(self.bound, bound_doubts),
        }
    }
}
