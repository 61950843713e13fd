//! Partitions of AWS and their regions.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Provenance;

const FILE: &str = include_str!("../../checks/reference/partitions.toml");

static PARTITIONS: LazyLock<Partitions> =
    LazyLock::new(|| toml::from_str(FILE).unwrap_or_default());

/// The embedded partitions.
///
/// Source: <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>.
pub fn partitions() -> &'static Partitions {
    &PARTITIONS
}

/// All known partitions.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Partitions {
    /// Where the data comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    partitions: Vec<Partition>,
}

impl Partitions {
    /// A partition by its name, as ARNs have it.
    pub fn get(&self, name: &str) -> Option<&Partition> {
        self.partitions
            .iter()
            .find(|partition| partition.name == name)
    }

    /// All partitions.
    pub fn iter(&self) -> impl Iterator<Item = &Partition> {
        self.partitions.iter()
    }

    /// The region of a partition where global services answer, and which every account of it has; of a partition that
    /// this version does not know, that of the first one.
    pub fn home(&self, name: &str) -> &str {
        self.get(name)
            .or(self.partitions.first())
            .map_or("us-east-1", |partition| &partition.home)
    }
}

/// Partition of AWS: regions that share accounts and credentials.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Partition {
    /// As ARNs have it: `aws`, `aws-cn`.
    pub name: String,
    /// The region where global services answer.
    pub home: String,
    /// Regions that need no opting in.
    pub always: Vec<String>,
    /// Regions that an account must opt into.
    #[serde(default)]
    pub opt_in: Vec<String>,
}

impl Partition {
    /// Its regions, those that need no opting in first.
    pub fn regions(&self) -> impl Iterator<Item = &str> {
        self.always.iter().chain(&self.opt_in).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_embedded_file_is_sound() {
        let file: Partitions = toml::from_str(FILE).unwrap();
        assert!(file.provenance.as_of.is_some());
        let mut seen = BTreeSet::new();
        for partition in file.iter() {
            assert!(partition.always.contains(&partition.home), "{partition:?}");
            for region in partition.regions() {
                assert!(seen.insert(region.to_owned()), "{region} stands twice");
            }
        }
    }
}
