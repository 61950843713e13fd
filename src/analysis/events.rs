//! Who invokes the function without waiting, and where lost events go.

use schemars::JsonSchema;
use serde::Serialize;

use super::sources::{Presence, kind};
use super::{Context, Fact, Foreign, arn_account, grants};
use crate::inventory::{EventSourceMapping, Gap, GapKind, Observed};
use crate::operation;
use crate::reference::{self, Invocation};

/// Events that reach the function and leave it.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct EventFacts {
    /// Whether it is invoked asynchronously, as far as its policies and settings show.
    pub asynchronous: Fact<bool>,
    /// Whether something that invokes it is visible: a statement for a service, an event source mapping, a function URL.
    pub has_trigger: Fact<bool>,
    /// Whether events that fail are kept: by a dead-letter queue or an on-failure destination.
    pub failure_destination: Fact<bool>,
    /// Where events and results go: dead-letter queue, on-failure and on-success destinations, and
    /// the on-failure destinations of event source mappings.
    pub destinations: Fact<Vec<Destination>>,
    /// Those in accounts that are neither own nor trusted.
    pub foreign_destinations: Fact<Vec<Foreign<Destination>>>,
    /// Event source mappings.
    pub mappings: Fact<Vec<Mapping>>,
    /// Mappings whose source lies in an account that is neither own nor trusted.
    pub foreign_sources: Fact<Vec<Foreign<Mapping>>>,
    /// Sources of the own account that mappings read, as far as they were looked for: queues.
    pub sought_sources: Fact<Vec<MappedSource>>,
    /// Those of them that are gone.
    pub vanished_sources: Fact<Vec<MappedSource>>,
    /// Enabled mappings on streams: Kinesis, DynamoDB and Kafka.
    pub stream_mappings: Fact<i64>,
    /// Those that drop batches which cannot be processed.
    pub streams_without_destination: Fact<Vec<Mapping>>,
    /// Mappings on self-managed Kafka clusters.
    pub self_managed_kafka: Fact<i64>,
    /// Those that connect without authentication.
    pub unauthenticated_kafka: Fact<Vec<Mapping>>,
}

/// Where events or results go.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Destination {
    /// `dead-letter`, `on-failure`, `on-success` or `mapping-on-failure`.
    #[schemars(extend("enum" = ["dead-letter", "on-failure", "on-success", "mapping-on-failure"]))]
    pub kind: String,
    /// The version or alias whose setting it is; `$LATEST` for the unqualified function.
    pub qualifier: String,
    /// Id of the event source mapping whose setting it is; empty for the function's own.
    pub mapping: String,
    /// Its ARN, or `kafka://` and a topic.
    pub arn: String,
    /// Its account; empty where the ARN has none, as for an S3 bucket.
    pub account: String,
}

/// An event source mapping.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Mapping {
    /// Its id.
    pub uuid: String,
    /// ARN of its source; `self-managed Kafka` for a cluster of one's own.
    pub source: String,
    /// Account of its source; empty where there is none.
    pub account: String,
}

/// A source that a mapping reads.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct MappedSource {
    /// Id of the mapping.
    pub uuid: String,
    /// The version or alias that it invokes; `$LATEST` for the unqualified function.
    pub qualifier: String,
    /// State of the mapping, as AWS writes it.
    pub state: String,
    /// ARN of the source.
    pub source: String,
    /// `queue` or, of another kind, `source`.
    #[schemars(extend("enum" = ["bucket", "topic", "queue", "rule", "API", "target group", "log group", "source"]))]
    pub kind: String,
    /// `there`; `gone`: the account has nothing of that name; `unknown`: the list could not be read.
    #[schemars(extend("enum" = ["there", "gone", "unknown", "not-looked-for"]))]
    pub presence: String,
}

/// Authentication entries of a Kafka mapping; the others only describe the network.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_SourceAccessConfiguration.html>
const AUTHENTICATION: &[&str] = &[
    "BASIC_AUTH",
    "SASL_",
    "CLIENT_CERTIFICATE_TLS_AUTH",
    "OAUTHBEARER_AUTH",
    "IAM_",
];

/// Entries that say where the cluster is and whose certificates to trust, not who is calling.
///
/// Source: as above.
const NETWORK: &[&str] = &[
    "VPC_SUBNET",
    "VPC_SECURITY_GROUP",
    "VIRTUAL_HOST",
    "SERVER_ROOT_CA_CERTIFICATE",
];

impl EventFacts {
    /// Derives them.
    pub fn derive(context: Context<'_>) -> Self {
        let mappings = mappings(context);
        let (destinations, gaps) = destinations(context, &mappings);
        let (sought_sources, vanished_sources) = sought(context, &mappings);
        let select = |choose: fn(&EventSourceMapping) -> bool| {
            mappings.map_ref(|all| {
                all.iter()
                    .copied()
                    .filter(|mapping| choose(mapping))
                    .map(Mapping::from)
                    .collect::<Vec<_>>()
            })
        };
        Self {
            asynchronous: asynchronous(context),
            has_trigger: has_trigger(context, &mappings),
            failure_destination: failure_destination(context),
            foreign_destinations: foreign(context, &destinations, gaps.clone(), |destination| {
                &destination.account
            }),
            foreign_sources: match select(|_| true) {
                Fact::Known(all) => foreign(context, &all, Vec::new(), |mapping| &mapping.account),
                Fact::Unknown(gaps) => Fact::Unknown(gaps),
            },
            destinations: Fact::offenders(destinations, gaps),
            mappings: select(|_| true),
            sought_sources,
            vanished_sources,
            stream_mappings: select(streams).map(|all| all.len() as i64),
            streams_without_destination: select(|mapping| {
                streams(mapping) && mapping.on_failure.is_none()
            }),
            self_managed_kafka: select(|mapping| mapping.self_managed_kafka)
                .map(|all| all.len() as i64),
            unauthenticated_kafka: unauthenticated_kafka(context, &mappings),
        }
    }
}

/// Items whose account is foreign; unknown only when none is known to be and some could not be read.
fn foreign<T: Clone>(
    context: Context<'_>,
    items: &[T],
    gaps: Vec<Gap>,
    account: impl Fn(&T) -> &str,
) -> Fact<Vec<Foreign<T>>> {
    let home = context.account.home();
    let placed = items.iter().filter(|item| !account(item).is_empty());
    let foreign = placed.filter_map(|item| Foreign::of(&home, account(item), item.clone()));
    Fact::offenders(foreign.collect(), gaps)
}

/// A function is known to be invoked asynchronously when a policy lets such a service in or when
/// its asynchronous invocation was configured; only when all of them were read it is known not to be.
fn asynchronous(context: Context<'_>) -> Fact<bool> {
    let function = context.function;
    let configured = Fact::of(&function.invoke_configs, |configs| !configs.is_empty());
    let policies = grants::Policies::of(function);
    let services = policies
        .read
        .iter()
        .map(|(qualifier, text)| match grants::services(text) {
            Ok(services) => Fact::any(
                services
                    .iter()
                    .map(|(name, sources)| invokes_asynchronously(context, name, sources)),
            ),
            Err(error) => Fact::unknown(&grants::unparsable(context, qualifier, &error)),
        });
    let services = services.chain(policies.gaps().map(Fact::unknown));
    Fact::any(std::iter::once(configured).chain(services))
}

fn invokes_asynchronously(context: Context<'_>, service: &str, sources: &[String]) -> Fact<bool> {
    let Some(known) = reference::service_principals().get(service) else {
        return Fact::unknown(&context.unrecognised(
            &operation::lambda::GET_POLICY,
            "service principal",
            service,
        ));
    };
    if known.invocation != Invocation::Either || known.asynchronous_sources.is_empty() {
        return Fact::Known(known.invocation == Invocation::Asynchronous);
    }
    // A statement that does not say which source it is for is for those that do not wait, too.
    let waits = |arn: &String| {
        let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
        let mut kinds = known.synchronous_sources.iter();
        kinds.any(|kind| resource.starts_with(kind.as_str()))
    };
    Fact::Known(sources.is_empty() || !sources.iter().all(waits))
}

/// Whether something that invokes the function is visible: a statement for a service, a mapping, a function URL. What
/// invokes it with a role of its own, such as a schedule, a state machine or a program, never is.
fn has_trigger(context: Context<'_>, mappings: &Fact<Vec<&EventSourceMapping>>) -> Fact<bool> {
    let function = context.function;
    let policies = grants::Policies::of(function);
    let services = policies
        .read
        .iter()
        .map(|(qualifier, text)| match grants::services(text) {
            Ok(services) => Fact::Known(!services.is_empty()),
            Err(error) => Fact::unknown(&grants::unparsable(context, qualifier, &error)),
        });
    let unread = policies.gaps().map(Fact::unknown);
    let mapped = mappings.map_ref(|mappings| !mappings.is_empty());
    let url = match &function.urls {
        Observed::Known(urls) => Fact::Known(!urls.is_empty()),
        // At standard depth URLs are read where a policy may open one; others are called with a role.
        Observed::Missing(gap)
            if matches!(gap.kind, GapKind::Deeper | GapKind::FeatureNotAvailable) =>
        {
            Fact::Known(false)
        }
        Observed::Missing(gap) => Fact::unknown(gap),
    };
    Fact::any([mapped, url].into_iter().chain(services).chain(unread))
}

fn failure_destination(context: Context<'_>) -> Fact<bool> {
    let function = context.function;
    let queue = Fact::Known(function.configuration.dead_letter.is_some());
    let destination = Fact::of(&function.invoke_configs, |configs| {
        configs.iter().any(|config| config.on_failure.is_some())
    });
    Fact::any([queue, destination])
}

/// Destinations that are known, and why there may be more.
fn destinations(
    context: Context<'_>,
    mappings: &Fact<Vec<&EventSourceMapping>>,
) -> (Vec<Destination>, Vec<Gap>) {
    let function = context.function;
    let dead_letter = function.configuration.dead_letter.as_deref();
    let mut found: Vec<Destination> = dead_letter
        .map(|arn| Destination::new("dead-letter", None, arn))
        .into_iter()
        .collect();
    let mut gaps = Vec::new();
    match &function.invoke_configs {
        Observed::Known(configs) => {
            for config in configs {
                let qualifier = config.qualifier.as_deref();
                let targets = [
                    ("on-failure", &config.on_failure),
                    ("on-success", &config.on_success),
                ];
                found.extend(targets.into_iter().filter_map(|(kind, arn)| {
                    arn.as_deref()
                        .map(|arn| Destination::new(kind, qualifier, arn))
                }));
            }
        }
        Observed::Missing(gap) => gaps.push(gap.clone()),
    }
    match mappings {
        Fact::Known(mappings) => found.extend(mappings.iter().filter_map(|mapping| {
            let arn = mapping.on_failure.as_deref()?;
            let qualifier = qualifier(&mapping.function_arn);
            Some(Destination {
                mapping: mapping.uuid.clone(),
                ..Destination::new("mapping-on-failure", qualifier, arn)
            })
        })),
        Fact::Unknown(unknown) => gaps.extend(unknown.iter().cloned()),
    }
    (found, gaps)
}

impl Destination {
    fn new(kind: &str, qualifier: Option<&str>, arn: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            qualifier: qualifier.unwrap_or("$LATEST").to_owned(),
            mapping: String::new(),
            arn: arn.to_owned(),
            account: arn_account(arn).unwrap_or_default().to_owned(),
        }
    }
}

/// The qualifier of a function's ARN, after its seven fields.
fn qualifier(function_arn: &str) -> Option<&str> {
    function_arn.splitn(8, ':').nth(7)
}

/// Mappings that invoke the function, with whatever qualifier.
fn mappings(context: Context<'_>) -> Fact<Vec<&EventSourceMapping>> {
    let arn = &context.function.arn;
    match &context.region.event_source_mappings {
        Observed::Known(all) => Fact::Known(
            all.iter()
                .filter(|mapping| {
                    mapping
                        .function_arn
                        .strip_prefix(arn.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
                })
                .collect(),
        ),
        Observed::Missing(gap) => Fact::unknown(gap),
    }
}

impl From<&EventSourceMapping> for Mapping {
    fn from(mapping: &EventSourceMapping) -> Self {
        let source = mapping.source_arn.as_deref();
        Self {
            uuid: mapping.uuid.clone(),
            source: source.unwrap_or("self-managed Kafka").to_owned(),
            account: source.and_then(arn_account).unwrap_or_default().to_owned(),
        }
    }
}

/// The sources that were looked for, and those of them that are gone.
fn sought(
    context: Context<'_>,
    mappings: &Fact<Vec<&EventSourceMapping>>,
) -> (Fact<Vec<MappedSource>>, Fact<Vec<MappedSource>>) {
    let mappings = match mappings {
        Fact::Known(mappings) => mappings,
        Fact::Unknown(gaps) => return (Fact::Unknown(gaps.clone()), Fact::Unknown(gaps.clone())),
    };
    let (mut sought, mut gone, mut gaps) = (Vec::new(), Vec::new(), Vec::new());
    for mapping in mappings {
        let Some(arn) = mapping.source_arn.as_deref() else {
            continue;
        };
        let presence = Presence::of(context, arn);
        if presence == Presence::NotLookedFor {
            continue;
        }
        let source = MappedSource {
            uuid: mapping.uuid.clone(),
            qualifier: qualifier(&mapping.function_arn)
                .unwrap_or("$LATEST")
                .to_owned(),
            state: mapping.state.clone(),
            source: arn.to_owned(),
            kind: kind(arn).to_owned(),
            presence: presence.as_str().to_owned(),
        };
        gaps.extend(presence.gap().cloned());
        if presence == Presence::Gone {
            gone.push(source.clone());
        }
        sought.push(source);
    }
    (Fact::Known(sought), Fact::offenders(gone, gaps))
}

/// Whether batches of the source are lost when they cannot be processed: queues redrive by themselves.
fn streams(mapping: &EventSourceMapping) -> bool {
    let service = mapping
        .source_arn
        .as_deref()
        .and_then(|arn| arn.split(':').nth(2));
    let streams =
        mapping.self_managed_kafka || matches!(service, Some("kinesis" | "dynamodb" | "kafka"));
    streams
        && !matches!(
            mapping.state.as_str(),
            "Disabled" | "Disabling" | "Deleting"
        )
}

fn unauthenticated_kafka(
    context: Context<'_>,
    mappings: &Fact<Vec<&EventSourceMapping>>,
) -> Fact<Vec<Mapping>> {
    let mappings = match mappings {
        Fact::Known(mappings) => mappings,
        Fact::Unknown(gaps) => return Fact::Unknown(gaps.clone()),
    };
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    for mapping in mappings.iter().filter(|one| one.self_managed_kafka) {
        let starts = |kind: &str, list: &[&str]| list.iter().any(|known| kind.starts_with(known));
        let kinds = || mapping.source_access.iter();
        if kinds().any(|kind| starts(kind, AUTHENTICATION)) {
            continue;
        }
        match kinds().find(|kind| !starts(kind, NETWORK)) {
            Some(other) => gaps.push(context.unrecognised(
                &operation::lambda::LIST_EVENT_SOURCE_MAPPINGS,
                "source access type",
                other,
            )),
            None => found.push(Mapping::from(*mapping)),
        }
    }
    Fact::offenders(found, gaps)
}
