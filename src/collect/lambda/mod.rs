//! Lambda: functions with everything that hangs on them, event sources, layers, code signing.

mod capacity_providers;
mod code_signing;
mod configuration;
mod event_sources;
mod function;
mod layers;
mod listing;
mod probes;
mod qualifiers;
mod records;
mod settings;
mod urls;

use aws_sdk_lambda::Client;

pub(super) use self::probes::PROBES;
use super::place::{Inspect, Place};
use crate::inventory::{Gap, GapKind};

pub(super) use listing::{Listing, Page};

/// How many functions of one region are asked about at once.
///
/// The request budgets of `aws` decide the rate; this only bounds what waits for them.
pub(super) const FUNCTIONS_AT_ONCE: usize = 32;

/// How many smaller things (qualifiers of one function, layers of one region) are asked about at once.
const PARTS_AT_ONCE: usize = 4;

/// AWS's code for "there is no such thing".
const NOT_FOUND: &str = "ResourceNotFoundException";

/// Lambda in one account and region.
pub(super) struct Lambda<'a> {
    pub(super) place: &'a Place<'a>,
    pub(super) client: Client,
    pub(super) inspect: &'a Inspect,
}

/// The gap of a call that names something listed before: where AWS knows it no more, it was deleted.
fn gone(mut gap: Gap) -> Gap {
    if gap.code.as_deref() == Some(NOT_FOUND) {
        gap.kind = GapKind::Deleted;
    }
    gap
}
