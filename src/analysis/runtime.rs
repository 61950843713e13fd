//! Whether the runtime and its operating system are still maintained.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Context, Fact};
use crate::inventory::{Alias, Configuration, Observed, Version};
use crate::operation;
use crate::reference::{self, Runtime, RuntimeKind};

/// The runtime, judged by AWS's published dates.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct RuntimeFacts {
    /// Its id; empty for a container image, whose runtime AWS does not know.
    pub id: String,
    /// Whether AWS maintains it at all: false for container images and for customers' own runtimes.
    pub maintained_by_aws: Fact<bool>,
    /// Whether AWS has stopped patching it.
    pub deprecated: Fact<bool>,
    /// When AWS stops or stopped patching it, as `YYYY-MM-DD`; empty where not scheduled.
    pub deprecation_date: Fact<String>,
    /// Days until AWS stops patching it; negative when it has; a large number where not scheduled.
    pub days_to_deprecation: Fact<i64>,
    /// Whether that is less than the configured horizon away, and not yet past.
    pub nearing_deprecation: Fact<bool>,
    /// Whether AWS refuses updates of functions that use it.
    pub update_blocked: Fact<bool>,
    /// From when AWS refuses updates of functions that use it, as `YYYY-MM-DD`; empty where not scheduled.
    pub update_block_date: Fact<String>,
    /// The runtime to move to; empty where the table names none.
    pub successor: Fact<String>,
    /// The operating system under it; empty where the table names none.
    pub operating_system: Fact<String>,
    /// Whether that operating system has reached the end of its support.
    pub operating_system_ended: Fact<bool>,
    /// Whether its version is pinned, so that patches never arrive (`UpdateRuntimeOn` is `Manual`).
    pub pinned: Fact<bool>,
    /// How many published versions aliases send traffic to.
    pub aliased_versions: Fact<i64>,
    /// Published versions behind aliases whose runtime is deprecated.
    pub deprecated_behind_alias: Fact<Vec<AliasedRuntime>>,
}

/// A published version's runtime.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct AliasedRuntime {
    /// The alias.
    pub alias: String,
    /// The version that it sends traffic to.
    pub version: String,
    /// That version's runtime.
    pub runtime: String,
    /// When AWS stopped patching it, as `YYYY-MM-DD`.
    pub deprecation_date: String,
}

/// Days that stand for "not scheduled".
const NOT_SCHEDULED: i64 = 36_500;

impl RuntimeFacts {
    /// Derives them.
    pub fn derive(context: Context<'_>) -> Self {
        let today = context.account.today;
        let horizon = context.account.settings.runtime_horizon_days;
        let configuration = &context.function.configuration;
        let runtime = lookup(context, configuration);
        let days = runtime.map_ref(|runtime| {
            runtime
                .and_then(|runtime| runtime.deprecated)
                .map_or(NOT_SCHEDULED, |date| days_between(today, date))
        });
        Self {
            id: configuration.runtime.clone().unwrap_or_default(),
            maintained_by_aws: runtime.map_ref(|runtime| {
                runtime.is_some_and(|runtime| runtime.kind != RuntimeKind::CustomerManaged)
            }),
            deprecated: days.map_ref(|days| *days <= 0),
            deprecation_date: runtime
                .map_ref(|runtime| text(runtime.and_then(|runtime| runtime.deprecated))),
            nearing_deprecation: days.map_ref(|days| *days > 0 && *days <= horizon),
            days_to_deprecation: days,
            update_blocked: runtime.map_ref(|runtime| {
                runtime
                    .and_then(|runtime| runtime.update_block)
                    .is_some_and(|date| date <= today)
            }),
            update_block_date: runtime
                .map_ref(|runtime| text(runtime.and_then(|runtime| runtime.update_block))),
            successor: runtime.map_ref(|runtime| {
                runtime
                    .and_then(|runtime| runtime.successor.clone())
                    .unwrap_or_default()
            }),
            operating_system: runtime.map_ref(|runtime| {
                runtime
                    .and_then(|runtime| runtime.operating_system.clone())
                    .unwrap_or_default()
            }),
            operating_system_ended: runtime.map_ref(|runtime| {
                runtime
                    .and_then(|runtime| reference::runtimes().operating_system(runtime))
                    .is_some_and(|system| system.end_of_support <= today)
            }),
            pinned: Fact::of_fact(&context.function.runtime_management, |management| {
                match management.update_on.as_str() {
                    "Manual" => Fact::Known(true),
                    "Auto" | "FunctionUpdate" => Fact::Known(false),
                    other => Fact::unknown(&context.unrecognised(
                        &operation::lambda::GET_RUNTIME_MANAGEMENT_CONFIG,
                        "runtime update mode",
                        other,
                    )),
                }
            }),
            aliased_versions: Fact::of(&context.function.aliases, |aliases| {
                let pairs = aliases.iter().flat_map(published_versions);
                pairs
                    .map(|(_, version)| version)
                    .collect::<std::collections::BTreeSet<_>>()
                    .len() as i64
            }),
            deprecated_behind_alias: deprecated_behind_alias(context),
        }
    }
}

/// The runtime's entry; `Known(None)` where AWS maintains no runtime for the function.
fn lookup(context: Context<'_>, configuration: &Configuration) -> Fact<Option<&'static Runtime>> {
    match (
        configuration.package_type.as_str(),
        configuration.runtime.as_deref(),
    ) {
        ("Image", _) => Fact::Known(None),
        ("Zip", Some(id)) => match reference::runtimes().get(id) {
            Some(runtime) => Fact::Known(Some(runtime)),
            None => Fact::unknown(&context.unrecognised(
                &operation::lambda::LIST_FUNCTIONS,
                "runtime",
                id,
            )),
        },
        ("Zip", None) => {
            Fact::unknown(&context.unrecognised(&operation::lambda::LIST_FUNCTIONS, "runtime", ""))
        }
        (other, _) => Fact::unknown(&context.unrecognised(
            &operation::lambda::LIST_FUNCTIONS,
            "package type",
            other,
        )),
    }
}

fn deprecated_behind_alias(context: Context<'_>) -> Fact<Vec<AliasedRuntime>> {
    let today = context.account.today;
    aliased_offenders(
        context,
        |alias, version, configuration, offenders, gaps| match lookup(context, configuration) {
            Fact::Known(runtime) => {
                if let Some((runtime, date)) =
                    runtime.and_then(|runtime| Some((runtime, runtime.deprecated?)))
                    && date <= today
                {
                    offenders.push(AliasedRuntime {
                        alias: alias.name.clone(),
                        version: version.version.clone(),
                        runtime: runtime.id.clone(),
                        deprecation_date: date.to_string(),
                    });
                }
            }
            Fact::Unknown(unknown) => gaps.extend(unknown),
        },
    )
}

/// Published versions that an alias sends traffic to, with the alias.
pub(super) fn published_versions(alias: &Alias) -> impl Iterator<Item = (&Alias, &str)> {
    std::iter::once(alias.version.as_str())
        .chain(alias.weights.keys().map(String::as_str))
        .filter(|version| *version != "$LATEST")
        .map(move |version| (alias, version))
}

/// Walks the published versions behind aliases and collects what is wrong with them.
pub(super) fn aliased_offenders<T>(
    context: Context<'_>,
    mut inspect: impl FnMut(
        &Alias,
        &Version,
        &Configuration,
        &mut Vec<T>,
        &mut Vec<crate::inventory::Gap>,
    ),
) -> Fact<Vec<T>> {
    let function = context.function;
    let (aliases, versions) = match (&function.aliases, &function.versions) {
        (Observed::Known(aliases), Observed::Known(versions)) => (aliases, versions),
        (Observed::Missing(gap), _) => return Fact::unknown(gap),
        (Observed::Known(aliases), Observed::Missing(gap)) => {
            let any = aliases.iter().flat_map(published_versions).next().is_some();
            return if any {
                Fact::unknown(gap)
            } else {
                Fact::Known(Vec::new())
            };
        }
    };
    let (mut offenders, mut gaps) = (Vec::new(), Vec::new());
    for (alias, number) in aliases.iter().flat_map(published_versions) {
        let Some(version) = versions.iter().find(|version| version.version == number) else {
            gaps.push(context.unrecognised(&operation::lambda::GET_FUNCTION, "version", number));
            continue;
        };
        match &version.configuration {
            Observed::Known(configuration) => {
                inspect(alias, version, configuration, &mut offenders, &mut gaps)
            }
            Observed::Missing(gap) => gaps.push(gap.clone()),
        }
    }
    Fact::offenders(offenders, gaps)
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to)
        .map_or(NOT_SCHEDULED, |span| i64::from(span.get_days()))
}

fn text(date: Option<Date>) -> String {
    date.map_or_else(String::new, |date| date.to_string())
}
