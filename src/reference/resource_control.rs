//! Services that resource control policies apply to.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Provenance;

const FILE: &str = include_str!("../../checks/reference/resource-control.toml");

static SERVICES: LazyLock<ResourceControlled> =
    LazyLock::new(|| toml::from_str(FILE).unwrap_or_default());

/// The embedded list of services that resource control policies apply to.
///
/// Source: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services>.
pub fn resource_controlled() -> &'static ResourceControlled {
    &SERVICES
}

/// Services whose actions resource control policies apply to.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ResourceControlled {
    /// Where the data comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    services: BTreeSet<String>,
}

impl ResourceControlled {
    /// Whether they apply to a service, given its prefix in lower case.
    pub fn contains(&self, service: &str) -> bool {
        self.services.contains(service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_whole() {
        let list: ResourceControlled = toml::from_str(FILE).unwrap();
        assert_eq!(list.services.len(), 62);
        assert!(list.provenance.as_of.is_some());
        for service in &list.services {
            let known = super::super::actions().of_service(service).is_some();
            // The prefix of OpenSearch's data plane stands in no other table.
            assert!(known || service == "opensearch", "{service}");
        }
        assert!(!list.contains("lambda"));
    }
}
