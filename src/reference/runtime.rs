//! Lifecycle of the Lambda runtimes.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;

use super::Provenance;

const FILE: &str = include_str!("../../checks/reference/runtimes.toml");

static RUNTIMES: LazyLock<Runtimes> = LazyLock::new(|| toml::from_str(FILE).unwrap_or_default());

/// The embedded lifecycle of all runtimes.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html>.
pub fn runtimes() -> &'static Runtimes {
    &RUNTIMES
}

/// All runtimes and the operating systems below them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Runtimes {
    /// Where the data comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    runtimes: Vec<Runtime>,
    operating_systems: Vec<OperatingSystem>,
}

impl Runtimes {
    /// A runtime by its id, as `FunctionConfiguration.Runtime` has it.
    pub fn get(&self, id: &str) -> Option<&Runtime> {
        self.runtimes.iter().find(|runtime| runtime.id == id)
    }

    /// The operating system that a runtime sits on.
    pub fn operating_system(&self, runtime: &Runtime) -> Option<&OperatingSystem> {
        let name = runtime.operating_system.as_deref()?;
        self.operating_systems
            .iter()
            .find(|system| system.name == name)
    }

    /// All runtimes.
    pub fn iter(&self) -> impl Iterator<Item = &Runtime> {
        self.runtimes.iter()
    }
}

/// One runtime. A date that is absent is not scheduled.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Runtime {
    /// Its id, for example `python3.13`.
    pub id: String,
    /// Who keeps what of it.
    pub kind: RuntimeKind,
    /// Name of its operating system.
    pub operating_system: Option<String>,
    /// From this day on it gets no security patches.
    pub deprecated: Option<Date>,
    /// From this day on no function can be created with it.
    pub create_block: Option<Date>,
    /// From this day on no function that has it can be updated.
    pub update_block: Option<Date>,
    /// The runtime to move to.
    pub successor: Option<String>,
}

/// Who keeps what of a runtime.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum RuntimeKind {
    /// AWS keeps language and operating system.
    Managed,
    /// AWS keeps the operating system, the customer what runs on it (`provided…`).
    OsOnly,
    /// Exists as a base image alone.
    ContainerOnly,
    /// The customer keeps all of it (`custom`).
    CustomerManaged,
}

/// An operating system below runtimes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OperatingSystem {
    /// For example `Amazon Linux 2`.
    pub name: String,
    /// The last day of its support.
    pub end_of_support: Date,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_embedded_file_is_sound() {
        let runtimes: Runtimes = toml::from_str(FILE).unwrap();
        assert!(runtimes.provenance.as_of.is_some());
        assert_eq!(runtimes.provenance.licence, "MIT-0");
        let ids: BTreeSet<&str> = runtimes.iter().map(|runtime| runtime.id.as_str()).collect();
        assert_eq!(ids.len(), runtimes.runtimes.len(), "an id stands twice");
        for runtime in runtimes.iter() {
            let id = &runtime.id;
            if let Some(successor) = &runtime.successor {
                assert!(ids.contains(successor.as_str()), "{id} → {successor}");
            }
            assert_eq!(
                runtime.kind == RuntimeKind::CustomerManaged,
                runtimes.operating_system(runtime).is_none(),
                "{id}"
            );
            if let (Some(create), Some(update)) = (runtime.create_block, runtime.update_block) {
                assert!(create <= update, "{id}");
            }
        }
    }

    #[test]
    fn dates_are_those_of_the_documentation() {
        let date = |year, month, day| Some(jiff::civil::date(year, month, day));
        let get = |id| runtimes().get(id).unwrap();

        let python = get("python3.10");
        assert_eq!(python.deprecated, date(2026, 10, 31));
        assert_eq!(python.create_block, date(2027, 2, 1));
        assert_eq!(python.update_block, date(2027, 3, 3));
        assert_eq!(
            runtimes().operating_system(python).unwrap().end_of_support,
            jiff::civil::date(2026, 6, 30)
        );

        let provided = get("provided.al2023");
        assert_eq!(provided.kind, RuntimeKind::OsOnly);
        assert_eq!(provided.deprecated, date(2029, 6, 30));

        assert_eq!(get("nodejs26.x").deprecated, None);
        assert_eq!(get("dotnet9").update_block, None);
        assert_eq!(get("custom").kind, RuntimeKind::CustomerManaged);
        assert!(runtimes().get("python4.0").is_none());
    }

    #[test]
    fn support_of_amazon_linux_2_is_over_for_the_runtimes_that_sit_on_it() {
        let on: BTreeSet<&str> = runtimes()
            .iter()
            .filter(|runtime| runtime.operating_system.as_deref() == Some("Amazon Linux 2"))
            .filter(|runtime| runtime.deprecated > Some(jiff::civil::date(2026, 6, 30)))
            .map(|runtime| runtime.id.as_str())
            .collect();
        assert_eq!(
            on.into_iter().collect::<Vec<_>>(),
            [
                "java11",
                "java17",
                "java8.al2",
                "provided.al2",
                "python3.10",
                "python3.11"
            ]
        );
    }
}
