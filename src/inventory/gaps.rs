//! Where gaps stand in an inventory.
//!
//! Every type walks its own parts, so that none can be forgotten: a struct names all of its fields, and a field's type
//! says whether there may be a gap in it.

use std::collections::BTreeMap;

use ipnet::IpNet;
use jiff::Timestamp;

use super::{AccountId, CodeLoading, Gap, Observed, PrincipalKind, RegionName, RegionStatus};

/// A part of an inventory, in which there may be gaps.
pub trait Gaps {
    /// Adds its gaps to those that were found.
    fn find_gaps<'a>(&'a self, found: &mut Vec<&'a Gap>);

    /// Its gaps.
    fn gaps(&self) -> Vec<&Gap> {
        let mut found = Vec::new();
        self.find_gaps(&mut found);
        found
    }
}

/// Walks every field of a struct; a new one does not compile before it is named here.
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

/// Types that hold no gap.
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
