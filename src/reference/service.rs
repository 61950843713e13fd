//! AWS services that invoke functions.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Provenance;

const FILE: &str = include_str!("../../checks/reference/service-principals.toml");

static SERVICES: LazyLock<ServicePrincipals> = LazyLock::new(|| {
    let mut all: ServicePrincipals = toml::from_str(FILE).unwrap_or_default();
    let named = all.services.iter().enumerate();
    let named = named.filter_map(|(place, known)| {
        let service = service(&known.principal)?;
        Some((service.to_owned(), place))
    });
    all.places = named.collect();
    all
});

/// What stands behind the service in a principal: one suffix for each partition, and Alexa's.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>.
const SUFFIXES: [&str; 8] = [
    ".amazonaws.com.cn",
    ".amazonaws.com",
    ".amazonaws.eu",
    ".amazon.com",
    ".c2s.ic.gov",
    ".sc2s.sgov.gov",
    ".csp.hci.ic.gov",
    ".cloud.adc-e.uk",
];

/// The embedded services.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html>.
pub fn service_principals() -> &'static ServicePrincipals {
    &SERVICES
}

/// All known services.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ServicePrincipals {
    /// Where the data comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    services: Vec<ServicePrincipal>,
    /// By what stands before the suffix.
    #[serde(skip)]
    places: HashMap<String, usize>,
}

impl ServicePrincipals {
    /// A service by its principal, in any of its forms: `logs.amazonaws.com`,
    /// `logs.eu-central-1.amazonaws.com`, `logs.cn-north-1.amazonaws.com.cn`.
    pub fn get(&self, principal: &str) -> Option<&ServicePrincipal> {
        let principal = principal.to_ascii_lowercase();
        let place = self.places.get(service(&principal)?)?;
        self.services.get(*place)
    }

    /// All services.
    pub fn iter(&self) -> impl Iterator<Item = &ServicePrincipal> {
        self.services.iter()
    }
}

/// One service.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ServicePrincipal {
    /// Its principal without a region.
    pub principal: String,
    /// Its name.
    pub name: String,
    /// How it invokes.
    pub invocation: Invocation,
    /// What lets it in.
    pub authorisation: Authorisation,
    /// Whether another customer of the service can point a resource of theirs at a function that
    /// lets the service in without a source condition.
    pub any_customer: bool,
    /// Whether the ARN of a source names its account; that of an S3 bucket does not.
    pub account_in_source_arn: bool,
    /// Whether a customer can give a source a name in which there are colons.
    #[serde(default)]
    pub colons_in_source_name: bool,
    /// How the resource part of a source's ARN begins for which it waits for the answer.
    #[serde(default)]
    pub synchronous_sources: Vec<String>,
    /// How it begins for which it does not.
    #[serde(default)]
    pub asynchronous_sources: Vec<String>,
    /// Condition keys of the source that the service sends along.
    pub condition_keys: Vec<String>,
    /// The documentation.
    pub source: String,
}

/// How a service invokes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Invocation {
    /// It leaves an event with Lambda and does not wait: what fails is lost without a dead-letter
    /// queue or destination.
    Asynchronous,
    /// It waits for the answer.
    Synchronous,
    /// As the customer configures it.
    Either,
    /// Lambda reads the source through an event source mapping.
    Polled,
}

/// What lets a service invoke a function.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Authorisation {
    /// A statement of the function's resource-based policy.
    ResourcePolicy,
    /// A role of the service's customer; a statement for the principal grants nothing.
    Role,
    /// The function's own execution role; a statement for the principal grants nothing.
    ExecutionRole,
}

fn service(principal: &str) -> Option<&str> {
    let service = SUFFIXES
        .iter()
        .find_map(|suffix| principal.strip_suffix(suffix))?;
    Some(match service.rsplit_once('.') {
        Some((service, label)) if is_region(label) => service,
        _ => service,
    })
}

/// Whether a label has the form of a region: words with a number at the end, `eu-central-1`.
fn is_region(label: &str) -> bool {
    let mut parts = label.rsplit('-');
    let number = parts.next().unwrap_or_default();
    let words: Vec<&str> = parts.collect();
    words.len() >= 2
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && words
            .iter()
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_embedded_file_is_sound() {
        let services: ServicePrincipals = toml::from_str(FILE).unwrap();
        assert!(services.provenance.as_of.is_some());
        let mut seen = BTreeSet::new();
        for entry in services.iter() {
            let principal = &entry.principal;
            assert!(seen.insert(service(principal).unwrap()), "{principal}");
            assert!(entry.source.starts_with("https://"), "{principal}");
            assert_eq!(
                entry.invocation == Invocation::Polled,
                entry.authorisation == Authorisation::ExecutionRole,
                "{principal}"
            );
            let by_policy = entry.authorisation == Authorisation::ResourcePolicy;
            assert!(by_policy || !entry.any_customer, "{principal}");
            assert!(
                !entry.condition_keys.is_empty() || !entry.any_customer,
                "{principal}"
            );
            let sources =
                !entry.synchronous_sources.is_empty() || !entry.asynchronous_sources.is_empty();
            assert!(
                !sources || entry.invocation == Invocation::Either,
                "{principal}"
            );
        }
    }

    #[test]
    fn services_are_found_in_every_form_of_their_principal() {
        let cases = [
            ("logs.amazonaws.com", Some("logs.amazonaws.com")),
            (
                "logs.eu-central-1.amazonaws.com",
                Some("logs.amazonaws.com"),
            ),
            (
                "logs.us-gov-west-1.amazonaws.com",
                Some("logs.amazonaws.com"),
            ),
            ("S3.amazonaws.com", Some("s3.amazonaws.com")),
            ("s3.amazonaws.com.cn", Some("s3.amazonaws.com")),
            (
                "logs.cn-north-1.amazonaws.com.cn",
                Some("logs.amazonaws.com"),
            ),
            (
                "events.eusc-de-east-1.amazonaws.eu",
                Some("events.amazonaws.com"),
            ),
            ("sns.us-iso-east-1.c2s.ic.gov", Some("sns.amazonaws.com")),
            (
                "batchoperations.s3.amazonaws.com",
                Some("batchoperations.s3.amazonaws.com"),
            ),
            (
                "lambda.alarms.cloudwatch.amazonaws.com",
                Some("lambda.alarms.cloudwatch.amazonaws.com"),
            ),
            ("alexa-appkit.amazon.com", Some("alexa-appkit.amazon.com")),
            ("made-up.amazonaws.com", None),
            ("s3.example.com", None),
            ("amazonaws.com", None),
            ("*", None),
            ("", None),
        ];
        for (principal, expected) in cases {
            let found = service_principals().get(principal);
            assert_eq!(
                found.map(|entry| entry.principal.as_str()),
                expected,
                "{principal}"
            );
        }
    }

    /// What the documentation says of each service: whether it waits for the answer, what lets it in, and whether another
    /// customer of it can have it call the function.
    #[test]
    fn services_are_as_their_documentation_says() {
        use Authorisation::{ExecutionRole, ResourcePolicy, Role};
        use Invocation::{Asynchronous, Either, Polled, Synchronous};
        let rows = [
            ("s3", Asynchronous, ResourcePolicy, true),
            ("sns", Asynchronous, ResourcePolicy, true),
            ("events", Asynchronous, ResourcePolicy, true),
            ("scheduler", Asynchronous, Role, false),
            ("pipes", Either, Role, false),
            ("logs", Asynchronous, ResourcePolicy, true),
            (
                "lambda.alarms.cloudwatch",
                Asynchronous,
                ResourcePolicy,
                true,
            ),
            ("iot", Either, ResourcePolicy, true),
            ("ses", Asynchronous, ResourcePolicy, true),
            ("config", Asynchronous, ResourcePolicy, true),
            ("cloudformation", Asynchronous, ResourcePolicy, true),
            ("codecommit", Asynchronous, ResourcePolicy, true),
            ("codepipeline", Asynchronous, Role, false),
            ("apigateway", Synchronous, ResourcePolicy, true),
            ("elasticloadbalancing", Synchronous, ResourcePolicy, false),
            ("vpc-lattice", Synchronous, ResourcePolicy, false),
            ("cloudfront", Synchronous, ResourcePolicy, true),
            ("replicator.lambda", Asynchronous, ResourcePolicy, false),
            ("cognito-idp", Synchronous, ResourcePolicy, true),
            ("cognito-sync", Synchronous, ResourcePolicy, true),
            ("connect", Synchronous, ResourcePolicy, true),
            ("lex", Synchronous, ResourcePolicy, true),
            ("lexv2", Synchronous, ResourcePolicy, true),
            ("bedrock", Synchronous, ResourcePolicy, true),
            ("secretsmanager", Synchronous, ResourcePolicy, true),
            ("firehose", Synchronous, Role, false),
            ("batchoperations.s3", Synchronous, Role, false),
            ("states", Either, Role, false),
            ("appsync", Either, ResourcePolicy, true),
            ("alexa-appkit", Synchronous, ResourcePolicy, true),
            ("alexa-connectedhome", Synchronous, ResourcePolicy, true),
            ("sqs", Polled, ExecutionRole, false),
            ("kinesis", Polled, ExecutionRole, false),
            ("dynamodb", Polled, ExecutionRole, false),
            ("kafka", Polled, ExecutionRole, false),
            ("mq", Polled, ExecutionRole, false),
            ("docdb", Polled, ExecutionRole, false),
        ];
        let known = service_principals().iter().map(|entry| {
            let name = service(&entry.principal).unwrap();
            (
                name,
                entry.invocation,
                entry.authorisation,
                entry.any_customer,
            )
        });
        assert_eq!(known.collect::<Vec<_>>(), rows);
    }

    #[test]
    fn sources_of_s3_name_no_account() {
        let s3 = service_principals().get("s3.amazonaws.com").unwrap();
        assert_eq!(s3.invocation, Invocation::Asynchronous);
        assert!(s3.any_customer && !s3.account_in_source_arn);
    }
}
