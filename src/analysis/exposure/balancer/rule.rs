//! A rule of a load balancer that reaches a function, as checks see it.

use schemars::JsonSchema;
use serde::Serialize;

/// A rule of a listener that sends requests to the function.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(rename = "LoadBalancerRule")]
pub struct ReachingRule {
    /// The alias or version that it calls; `$LATEST` for the unqualified function.
    pub qualifier: String,
    /// The load balancer's name.
    pub load_balancer: String,
    /// Its ARN.
    pub load_balancer_arn: String,
    /// `internet-facing` or `internal`, as AWS writes it.
    pub scheme: String,
    /// ARN of the listener.
    pub listener_arn: String,
    /// `HTTP` or `HTTPS`, as AWS writes it.
    pub protocol: String,
    /// The port that the listener listens on.
    pub port: i32,
    /// ARN of the rule.
    pub rule_arn: String,
    /// Its place among the listener's rules, as AWS writes it: a number, or `default`.
    pub priority: String,
    /// What requests must be like, in a few words each; values of headers and queries are left out.
    pub requests: Vec<String>,
    /// ARN of the target group.
    pub target_group: String,
    /// What asks who is calling: `none`, `authenticate-oidc`, `authenticate-cognito`, `jwt-validation`, or
    /// `client-certificate`; what AWS writes where that is not known to this version.
    pub authentication: String,
    /// From where the security groups and the rule let callers in: `everywhere`, `addresses` (some only), `nowhere`;
    /// `unknown` where that could not be read.
    #[schemars(extend("enum" = ["everywhere", "addresses", "nowhere", "unknown"]))]
    pub callers: String,
    /// Addresses and prefix lists that limit them, where they do.
    pub addresses: Vec<String>,
    /// Statements of the function's policy that let the load balancer in.
    pub statements: Vec<String>,
    /// Whether the function's policy lets it in for certain.
    pub certain: bool,
    /// What that depends on.
    pub conditions: Vec<String>,
}
