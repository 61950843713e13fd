//! Whether a region can be looked into, for the collectors that come after all regions.

use crate::inventory::{Gap, RegionInventory, RegionStatus};

/// Whether a region can be looked into.
pub(super) enum Way<'a> {
    Open,
    /// It was tried, and AWS refused.
    Shut(&'a Gap),
    /// It is none of those that are scanned, or not switched on.
    LeftOut,
}

/// Whether that region can; none is everywhere.
pub(super) fn way<'a>(regions: &'a [RegionInventory], region: &str) -> Way<'a> {
    if region.is_empty() {
        return Way::Open;
    }
    let Some(seen) = regions.iter().find(|one| one.region == region) else {
        return Way::LeftOut;
    };
    match &seen.status {
        RegionStatus::Scanned | RegionStatus::Empty => Way::Open,
        RegionStatus::Denied(gap) | RegionStatus::Unreachable(gap) => Way::Shut(gap),
        RegionStatus::NotEnabled => Way::LeftOut,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{GapKind, Observed, RegionName, RegionServices};
    use crate::operation;

    fn region(name: &str, status: RegionStatus) -> RegionInventory {
        RegionInventory {
            region: RegionName::try_from(name).unwrap(),
            status,
            settings: Observed::default(),
            listing: Observed::Known(()),
            functions: Vec::new(),
            event_source_mappings: Observed::Known(Vec::new()),
            code_signing: Observed::Known(Vec::new()),
            capacity_providers: Observed::Known(Vec::new()),
            layers: Observed::Known(Vec::new()),
            services: RegionServices::default(),
        }
    }

    #[test]
    fn other_regions_are_looked_into_where_the_scan_is() {
        let denied = Gap::new(
            &operation::lambda::GET_ACCOUNT_SETTINGS,
            GapKind::DeniedByScp,
            "",
        );
        let regions = [
            region("eu-west-1", RegionStatus::Scanned),
            region("eu-central-1", RegionStatus::Empty),
            region("us-east-1", RegionStatus::Denied(denied.clone())),
            region("us-west-2", RegionStatus::Unreachable(denied)),
            region("af-south-1", RegionStatus::NotEnabled),
        ];
        let ways = |names: &[&str]| -> Vec<&str> {
            let ways = names.iter().map(|name| match way(&regions, name) {
                Way::Open => "open",
                Way::Shut(_) => "shut",
                Way::LeftOut => "left out",
            });
            ways.collect()
        };
        assert_eq!(ways(&["", "eu-west-1", "eu-central-1"]), ["open"; 3]);
        assert_eq!(ways(&["us-east-1", "us-west-2"]), ["shut"; 2]);
        assert_eq!(ways(&["af-south-1", "sa-east-1"]), ["left out"; 2]);
    }
}
