//! The gaps of an inventory.
//!
//! Every type enumerates its own gaps, so that none is missed: a struct visits all of its fields, and the type of a
//! field decides whether it can contain a gap.

use std::collections::BTreeMap;

use ipnet::IpNet;
use jiff::Timestamp;

use super::{AccountId, CodeLoading, Gap, Observed, PrincipalKind, RegionName, RegionStatus};

/// Part of an inventory that can contain gaps.
pub trait Gaps {
    /// Adds its gaps to those found so far.
    fn find_gaps<'a>(&'a self, found: &mut Vec<&'a Gap>);

    /// Its gaps.
    fn gaps(&self) -> Vec<&Gap> {
        let mut found = Vec::new();
        self.find_gaps(&mut found);
        found
    }
}

/// Visits every field of a struct; a struct with a field that is not listed does not compile.
macro_rules! gaps {
    ($($of:ident { $($field:ident),+ $(,)? })+) => {
        $(impl $crate::inventory::Gaps for $of {
            fn find_gaps<'a>(&'a self, found: &mut Vec<&'a $crate::inventory::Gap>) {
                let Self { $($field),+ } = self;
                $($crate::inventory::Gaps::find_gaps($field, found);)+
            }
        })+
    };
}
pub(super) use gaps;

/// Types without gaps.
macro_rules! none {
    ($($of:ty),+ $(,)?) => {
        $(impl Gaps for $of {
            fn find_gaps<'a>(&'a self, _: &mut Vec<&'a Gap>) {}
        })+
    };
}

none!(
    (),
    bool,
    f64,
    i32,
    i64,
    usize,
    String,
    IpNet,
    Timestamp,
    AccountId,
    RegionName,
    CodeLoading,
    PrincipalKind,
);

impl Gaps for Gap {
    fn find_gaps<'a>(&'a self, found: &mut Vec<&'a Gap>) {
        found.push(self);
    }
}

impl<T: Gaps> Gaps for Observed<T> {
    fn find_gaps<'a>(&'a self, found: &mut Vec<&'a Gap>) {
        match self {
            Self::Known(value) => value.find_gaps(found),
            Self::Missing(gap) => gap.find_gaps(found),
        }
    }
}

impl<T: Gaps> Gaps for Option<T> {
    fn find_gaps<'a>(&'a self, found: &mut Vec<&'a Gap>) {
        self.iter().for_each(|one| one.find_gaps(found));
    }
}

impl<T: Gaps> Gaps for Vec<T> {
    fn find_gaps<'a>(&'a self, found: &mut Vec<&'a Gap>) {
        self.iter().for_each(|one| one.find_gaps(found));
    }
}

impl<K, T: Gaps> Gaps for BTreeMap<K, T> {
    fn find_gaps<'a>(&'a self, found: &mut Vec<&'a Gap>) {
        self.values().for_each(|one| one.find_gaps(found));
    }
}

impl<T: Gaps> Gaps for (String, T) {
    fn find_gaps<'a>(&'a self, found: &mut Vec<&'a Gap>) {
        self.1.find_gaps(found);
    }
}

impl Gaps for RegionStatus {
    fn find_gaps<'a>(&'a self, found: &mut Vec<&'a Gap>) {
        match self {
            Self::Denied(gap) | Self::Unreachable(gap) => gap.find_gaps(found),
            Self::Scanned | Self::Empty | Self::NotEnabled => {}
        }
    }
}
