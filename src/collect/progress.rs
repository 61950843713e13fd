//! What a scan says while it runs.

use crate::inventory::RegionStatus;

/// Hears what happens; every method does nothing unless it is overridden.
///
/// Methods are called from the tasks that make calls: they return at once and never block.
pub trait Progress: Sync {
    /// So many accounts are to be looked into.
    fn accounts_found(&self, count: usize) {
        let _ = count;
    }

    /// The account was collected and judged.
    fn account_done(&self, account: &str) {
        let _ = account;
    }

    /// A region is being looked at.
    fn region_started(&self, account: &str, region: &str) {
        let _ = (account, region);
    }

    /// AWS says how many functions the region has; the list may say otherwise.
    fn functions_expected(&self, account: &str, region: &str, count: usize) {
        let _ = (account, region, count);
    }

    /// So many more functions were listed.
    fn functions_listed(&self, account: &str, region: &str, count: usize) {
        let _ = (account, region, count);
    }

    /// Everything planned was asked about one function.
    fn function_done(&self, account: &str, region: &str) {
        let _ = (account, region);
    }

    /// The region was left.
    fn region_done(&self, account: &str, region: &str, status: &RegionStatus) {
        let _ = (account, region, status);
    }
}

/// Hears nothing.
impl Progress for () {}
