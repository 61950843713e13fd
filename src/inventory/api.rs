//! APIs of API Gateway that policies of functions let in, as far as they matter to functions.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Observed;
use super::gaps::gaps;
use crate::policy::{Arn, Effect, Pattern, Policy, Principal, Statement};

/// The service that calls for an API, as policies name it.
pub const GATEWAY: &str = "apigateway.amazonaws.com";

/// Which APIs a policy of a function lets in, as far as its conditions tell.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct AdmittedApis {
    /// The region of the APIs.
    pub region: String,
    /// The API's id; it may hold wildcards, and `*` stands for every API.
    pub id: String,
}

/// The APIs of one region that policies of functions let in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RegionApis {
    /// Its name.
    pub region: String,
    /// Those of REST.
    pub rest: Observed<Vec<Api>>,
    /// Those of HTTP and WebSocket.
    pub http: Observed<Vec<Api>>,
    /// Custom domain names that are not private; `None` where every API answers at the address that AWS gives it.
    #[serde(default)]
    pub domains: Option<Observed<Vec<ApiDomain>>>,
}

/// A custom domain name.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ApiDomain {
    /// The name.
    pub name: String,
    /// Whether callers must show a client certificate there.
    pub mutual_tls: bool,
    /// Where it leads, among the APIs that answer at such names only.
    pub targets: Observed<Vec<DomainTarget>>,
}

/// Where a custom domain name leads.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct DomainTarget {
    /// The API's id.
    pub api: String,
    /// The stage; empty where callers choose it.
    pub stage: String,
}

impl DomainTarget {
    /// Whether it leads to that stage.
    pub fn is(&self, api: &str, stage: &str) -> bool {
        self.api == api && (self.stage.is_empty() || self.stage == stage)
    }
}

/// An API.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Api {
    /// What the list of APIs says of it.
    pub settings: ApiSettings,
    /// Its stages.
    pub stages: Observed<Vec<ApiStage>>,
    /// Its routes that call a function, and `$connect`, which alone asks who comes to a WebSocket.
    pub routes: Observed<Vec<ApiRoute>>,
}

/// An API, as the list of APIs shows it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct ApiSettings {
    /// Its id.
    pub id: String,
    /// Its name; empty where it has none.
    pub name: String,
    /// `REST`; of the others `HTTP` or `WEBSOCKET`, raw.
    pub kind: String,
    /// `EDGE`, `REGIONAL` or `PRIVATE`, raw; only those of REST have any.
    pub endpoints: Vec<String>,
    /// Whether it answers at custom domain names only.
    pub default_endpoint_disabled: bool,
    /// Its own resource policy, as text; only those of REST can have one.
    pub policy: Option<String>,
}

/// A stage of an API.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ApiStage {
    /// Its name.
    pub name: String,
    /// Whether something is deployed to it.
    pub deployed: bool,
    /// What the deployment of a stage of REST holds, by `METHOD /path`: of the methods that call a function, and of
    /// those that the API no longer has. Other APIs do not tell what they deployed.
    pub methods: Observed<Option<BTreeMap<String, ApiMethod>>>,
    /// Stage variables that say which function is called; those of a canary have a value of their own.
    pub variables: BTreeMap<String, Vec<String>>,
}

/// What a deployed method asks of its callers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ApiMethod {
    /// As in [`ApiRoute::authorization`].
    pub authorization: String,
    /// Whether it wants an API key.
    pub key_required: bool,
}

/// A route of an API as it is defined now, of REST a method of a resource.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ApiRoute {
    /// Id of the route, of REST that of the resource.
    pub id: String,
    /// The HTTP method, `ANY` for all; empty for routes of a WebSocket.
    pub method: String,
    /// The path, or `$default`; of a WebSocket the route key.
    pub path: String,
    /// `NONE`, `AWS_IAM`, `CUSTOM`, `COGNITO_USER_POOLS` or `JWT`, raw; empty where AWS does not say.
    pub authorization: String,
    /// Whether it wants an API key.
    pub key_required: bool,
    /// ARN of the function that it calls, in which `${stageVariables.NAME}` may stand; empty where it calls none.
    pub function: String,
    /// ARN of the role with which it calls, instead of by the function's policy.
    pub role: Option<String>,
}

impl ApiRoute {
    /// `METHOD /path`, as deployments name it.
    pub fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

impl AdmittedApis {
    /// Those that a policy of a function in that region lets in. A statement for everybody counts only where it names
    /// an API: what everybody may invoke needs none.
    pub fn of(policy: &Policy, region: &str, partition: &str, account: &str) -> BTreeSet<Self> {
        let allows = policy
            .statements
            .iter()
            .filter(|statement| statement.effect == Effect::Allow);
        let mut admitted = BTreeSet::new();
        for statement in allows {
            let Some(named) = names_gateway(statement) else {
                continue;
            };
            let mut sources = statement.wanted("aws:sourcearn").peekable();
            if sources.peek().is_none() && named {
                admitted.insert(Self::any(region));
            }
            admitted.extend(sources.filter_map(|source| {
                Self::from_source(source, region, partition, account)
                    .filter(|apis| named || source.contains("execute-api") && apis.id != "*")
            }));
        }
        admitted
    }

    fn any(region: &str) -> Self {
        Self {
            region: region.to_owned(),
            id: "*".to_owned(),
        }
    }

    fn from_source(source: &str, region: &str, partition: &str, account: &str) -> Option<Self> {
        if source == "*" {
            return Some(Self::any(region));
        }
        let arn = Arn::parse(source)?;
        let fits = |field: &str, value: &str| open(field) || Pattern::glob(field).matches(value);
        let ours = fits(arn.partition, partition)
            && fits(arn.service, "execute-api")
            && fits(arn.account, account);
        let id = arn.resource.split('/').next().unwrap_or_default();
        ours.then(|| Self {
            region: match arn.region.contains(['*', '?', '$']) {
                true => region.to_owned(),
                false => arn.region.to_owned(),
            },
            id: if open(id) { "*" } else { id }.to_owned(),
        })
    }

    /// Whether an API of that region is one of them.
    pub fn include(&self, id: &str) -> bool {
        Pattern::glob(&self.id).matches(id)
    }
}

/// Whether a field holds a variable, of which nothing is known here.
fn open(field: &str) -> bool {
    field.contains('$')
}

/// `Some(true)` for a statement that names the service, `Some(false)` for one that is for everybody.
fn names_gateway(statement: &Statement) -> Option<bool> {
    let Some(element) = &statement.principal else {
        return Some(false);
    };
    if element.negated {
        return Some(false);
    }
    let named = element.items.iter().any(|one| match one {
        Principal::Service(service) => service.service == GATEWAY,
        _ => false,
    });
    let everybody = element.items.contains(&Principal::Everyone);
    (named || everybody).then_some(named)
}

gaps! {
    RegionApis { region, rest, http, domains }
    ApiDomain { name, mutual_tls, targets }
    DomainTarget { api, stage }
    Api { settings, stages, routes }
    ApiSettings { id, name, kind, endpoints, default_endpoint_disabled, policy }
    ApiStage { name, deployed, methods, variables }
    ApiMethod { authorization, key_required }
    ApiRoute { id, method, path, authorization, key_required, function, role }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(statement: &str) -> Vec<(String, String)> {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"*",{statement}}}}}"#
        );
        let policy = Policy::parse(&text).unwrap();
        let found = AdmittedApis::of(&policy, "eu-west-1", "aws", "111122223333");
        found
            .into_iter()
            .map(|apis| (apis.region, apis.id))
            .collect()
    }

    #[test]
    fn apis_are_named_by_sources() {
        const SERVICE: &str = r#""Principal":{"Service":"apigateway.amazonaws.com"}"#;
        const OTHER: &str = r#""Principal":{"Service":"s3.amazonaws.com"}"#;
        const EVERYBODY: &str = r#""Principal":"*""#;
        let source =
            |arn: &str| format!(r#","Condition":{{"ArnLike":{{"AWS:SourceArn":"{arn}"}}}}"#);
        for (principal, condition, expected) in [
            (
                SERVICE,
                source("arn:aws:execute-api:eu-west-1:111122223333:a1b2c3/*/GET/x"),
                Some(("eu-west-1", "a1b2c3")),
            ),
            (
                SERVICE,
                source("arn:aws:execute-api:us-east-1:111122223333:a1b2c3/*"),
                Some(("us-east-1", "a1b2c3")),
            ),
            (
                SERVICE,
                source("arn:aws:execute-api:*:111122223333:*/*/*/*"),
                Some(("eu-west-1", "*")),
            ),
            (
                SERVICE,
                source("arn:aws:execute-api:eu-west-1:*:a1b2c3/*"),
                Some(("eu-west-1", "a1b2c3")),
            ),
            (SERVICE, source("*"), Some(("eu-west-1", "*"))),
            (SERVICE, String::new(), Some(("eu-west-1", "*"))),
            (
                SERVICE,
                r#","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}"#.to_owned(),
                Some(("eu-west-1", "*")),
            ),
            (
                SERVICE,
                source("arn:aws:execute-api:eu-west-1:999988887777:a1b2c3/*"),
                None,
            ),
            (
                SERVICE,
                source("arn:aws-cn:execute-api:cn-north-1:111122223333:a1b2c3/*"),
                None,
            ),
            (SERVICE, source("arn:aws:s3:::uploads"), None),
            (
                OTHER,
                source("arn:aws:execute-api:eu-west-1:111122223333:a1b2c3/*"),
                None,
            ),
            (
                EVERYBODY,
                source("arn:aws:execute-api:eu-west-1:111122223333:a1b2c3/*"),
                Some(("eu-west-1", "a1b2c3")),
            ),
            (EVERYBODY, String::new(), None),
        ] {
            let expected: Vec<(String, String)> = expected
                .into_iter()
                .map(|(region, id)| (region.to_owned(), id.to_owned()))
                .collect();
            let statement = format!("{principal}{condition}");
            assert_eq!(admitted(&statement), expected, "{statement}");
        }
    }

    #[test]
    fn an_id_may_hold_wildcards() {
        for (id, api, expected) in [
            ("a1", "a1", true),
            ("a?", "a1", true),
            ("*", "a1", true),
            ("a1", "a11", false),
        ] {
            let apis = AdmittedApis {
                region: String::new(),
                id: id.to_owned(),
            };
            assert_eq!(apis.include(api), expected, "{id} {api}");
        }
    }
}
