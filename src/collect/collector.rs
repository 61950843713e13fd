//! What all collectors of an account share.

use tokio_util::sync::CancellationToken;

use super::Progress;
use super::place::{Inspect, Place};
use crate::inventory::AccountRecord;
use crate::operation::Plan;

/// How accounts are collected.
#[derive(Clone, Copy)]
pub struct Collector<'a> {
    /// The operations to make.
    pub plan: &'a Plan,
    /// Judges environment variables at intake.
    pub inspect: &'a Inspect,
    /// Hears what happens.
    pub progress: &'a dyn Progress,
    /// Ends the collection early; what was not asked by then is a gap.
    pub cancel: &'a CancellationToken,
}

impl Collector<'_> {
    /// Where calls go in one region of an account; in none for services that have no regions.
    pub(super) fn place<'p>(&'p self, account: &'p AccountRecord, region: &'p str) -> Place<'p> {
        Place {
            partition: &account.partition,
            account: &account.id,
            region,
            plan: self.plan,
            cancel: self.cancel,
        }
    }
}
