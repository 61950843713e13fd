//! A route that reaches a function, as checks see it.

use schemars::JsonSchema;
use serde::Serialize;

/// A route of an API that calls the function, in one stage.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(rename = "ApiRoute")]
pub struct ReachingRoute {
    /// The alias or version that it calls; `$LATEST` for the unqualified function.
    pub qualifier: String,
    /// The API's id.
    pub api: String,
    /// Its name; empty where it has none.
    pub api_name: String,
    /// `REST`, `HTTP` or `WEBSOCKET`, as AWS writes it.
    pub kind: String,
    /// The API's region.
    pub region: String,
    /// The stage.
    pub stage: String,
    /// The HTTP method, `ANY` for all; empty for a WebSocket.
    pub method: String,
    /// The path, or `$default`; of a WebSocket the route key.
    pub path: String,
    /// What asks who is calling: `NONE`, `AWS_IAM`, `CUSTOM`, `COGNITO_USER_POOLS` or `JWT`, as AWS writes it. A
    /// WebSocket asks when somebody connects (`$connect`), for all its routes.
    pub authorization: String,
    /// Id of the route, of REST that of the resource, where that is set; empty for a WebSocket without `$connect`.
    pub asks_at: String,
    /// Whether callers need an API key, which tells them apart for quotas and is no authentication.
    pub key_required: bool,
    /// Whether the API answers to VPC endpoints only, which may be of any account.
    pub private: bool,
    /// Whether it answers at the address that AWS gives it, and not only at custom domain names.
    pub default_endpoint: bool,
    /// Custom domain names at which the stage answers callers without a client certificate; looked for only where it
    /// does not answer at the address that AWS gives it.
    pub domains: Vec<String>,
    /// What the API's own resource policy says of callers without credentials: `none` (there is no policy, so they
    /// pass), `everybody` (of a private API everybody with a VPC endpoint in any account), `addresses` (from some addresses
    /// only), `nobody` (or only from VPCs, endpoints, accounts or organisations that it names); `unknown` where it is not
    /// understood.
    #[schemars(extend("enum" = ["none", "everybody", "addresses", "nobody", "unknown"]))]
    pub api_policy: String,
    /// Addresses that the API's resource policy limits them to.
    pub addresses: Vec<String>,
    /// Statements of the function's policy that let the API in; none where it comes with a role.
    pub statements: Vec<String>,
    /// ARN of the role with which the API calls, instead of by the function's policy; empty where it has none.
    pub role: String,
    /// Whether the policies let callers through for certain.
    pub certain: bool,
    /// What that depends on.
    pub conditions: Vec<String>,
}
