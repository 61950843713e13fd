//! Who accounts are.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::{Provenance, layer_publishers};

const FILE: &str = include_str!("../../checks/reference/vendors.toml");

static VENDORS: LazyLock<Vendors> = LazyLock::new(|| toml::from_str(FILE).unwrap_or_default());

/// Names by account: of vendors, and of those who publish layers.
static NAMES: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let publishers = layer_publishers()
        .iter()
        .map(|publisher| (&publisher.accounts, &publisher.name));
    let vendors = vendors()
        .iter()
        .map(|vendor| (&vendor.accounts, &vendor.name));
    publishers
        .chain(vendors)
        .flat_map(|(accounts, name)| {
            accounts
                .iter()
                .map(move |account| (account.as_str(), name.as_str()))
        })
        .collect()
});

/// The embedded vendors.
pub fn vendors() -> &'static Vendors {
    &VENDORS
}

/// Who an account is, where that is public knowledge. It says nothing about whether to trust it.
pub fn account_name(account: &str) -> Option<&'static str> {
    NAMES.get(account).copied()
}

/// All known vendors.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Vendors {
    /// Where the data comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    vendors: Vec<Vendor>,
}

impl Vendors {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Vendor> {
        self.vendors.iter()
    }
}

/// A vendor, or a service of AWS, that others grant access to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    /// Its name.
    pub name: String,
    /// AWS or somebody else.
    pub kind: super::PublisherKind,
    /// Its accounts.
    pub accounts: Vec<String>,
    /// Where the accounts were seen.
    pub source: String,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::policy::is_account_id;

    #[test]
    fn the_embedded_file_is_sound() {
        let vendors: Vendors = toml::from_str(FILE).unwrap();
        assert!(vendors.provenance.as_of.is_some());
        let mut seen = BTreeSet::new();
        for vendor in vendors.iter() {
            assert!(vendor.source.starts_with("http"), "{vendor:?}");
            for account in &vendor.accounts {
                assert!(is_account_id(account), "{account}");
                assert!(seen.insert(account), "{account} stands twice");
            }
        }
    }

    #[test]
    fn accounts_have_names() {
        for (account, expected) in [
            ("464622532012", Some("Datadog")),
            ("580247275435", Some("CloudWatch Lambda Insights")),
            ("111122223333", None),
            ("", None),
        ] {
            assert_eq!(account_name(account), expected, "{account}");
        }
    }
}
