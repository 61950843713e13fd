//! Actions and condition keys of Lambda.

use std::collections::HashMap;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Provenance;

const FILE: &str = include_str!("../../checks/reference/lambda-actions.toml");

static ACTIONS: LazyLock<LambdaActions> = LazyLock::new(|| {
    let mut all: LambdaActions = toml::from_str(FILE).unwrap_or_default();
    let named = all.actions.iter().enumerate();
    all.places = named
        .map(|(place, action)| (format!("lambda:{}", action.name).to_lowercase(), place))
        .collect();
    all
});

/// The embedded actions.
///
/// Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html>.
pub fn lambda_actions() -> &'static LambdaActions {
    &ACTIONS
}

/// All actions and condition keys of Lambda.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LambdaActions {
    /// Where the data comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    actions: Vec<LambdaAction>,
    condition_keys: Vec<LambdaKey>,
    /// By `lambda:name` in lower case.
    #[serde(skip)]
    places: HashMap<String, usize>,
}

impl LambdaActions {
    /// All actions, the common ones first.
    pub fn iter(&self) -> impl Iterator<Item = &LambdaAction> {
        self.actions.iter()
    }

    /// The place of an action among them, by `lambda:Name` in any case.
    pub fn place(&self, action: &str) -> Option<usize> {
        self.places.get(&action.to_lowercase()).copied()
    }

    /// Condition keys that start with `lambda:`.
    pub fn condition_keys(&self) -> impl Iterator<Item = &LambdaKey> {
        self.condition_keys.iter()
    }
}

/// One action.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LambdaAction {
    /// The name behind `lambda:`.
    pub name: String,
    /// Its access level.
    pub level: AccessLevel,
    /// Types of resources that a statement can name; none where only `*` will do.
    pub resources: Vec<LambdaResource>,
    /// What it lets somebody do whom the policy of a function or layer version gives it to; `None` where no such policy
    /// bears on it.
    pub ability: Option<Ability>,
    /// Whether the developer guide lists it among those that resource-based policies support.
    #[serde(default)]
    pub resource_policy: bool,
    /// Operations of the API that it is asked for; `None`: the one of that name.
    pub operations: Option<Vec<String>>,
}

impl LambdaAction {
    /// Operations of the API that it is asked for.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        let own = self.operations.is_none().then_some(self.name.as_str());
        let others = self.operations.iter().flatten().map(String::as_str);
        own.into_iter().chain(others)
    }

    /// Whether a statement can name a resource of that type.
    pub fn is_for(&self, resource: LambdaResource) -> bool {
        self.resources.contains(&resource)
    }
}

/// An access level of the service authorization reference.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum AccessLevel {
    /// It reads.
    Read,
    /// It lists.
    List,
    /// It changes something.
    Write,
    /// It changes tags.
    Tagging,
    /// It changes who may do what.
    PermissionsManagement,
}

/// A type of resources of Lambda.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum LambdaResource {
    /// A function, with its aliases and versions.
    Function,
    /// A layer.
    Layer,
    /// A version of a layer.
    LayerVersion,
    /// An event source mapping.
    EventSourceMapping,
    /// A code signing configuration.
    CodeSigningConfig,
    /// A capacity provider.
    CapacityProvider,
    /// A network connector.
    NetworkConnector,
    /// A runtime of a customer.
    Runtime,
    /// A MicroVM or its image.
    Microvm,
    /// A web function.
    WebFunction,
}

/// What an action lets somebody do with a function or layer version.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "kebab-case")]
pub enum Ability {
    /// To invoke it.
    Invoke,
    /// To call its URL.
    InvokeUrl,
    /// To download and use the layer version.
    DownloadLayer,
    /// To read its settings.
    ReadConfiguration,
    /// To download its code.
    ReadCode,
    /// To manage versions, aliases, concurrency, tags and the like.
    Manage,
    /// To change who may use it.
    ChangePolicy,
    /// To change its settings.
    ChangeConfiguration,
    /// To replace its code.
    ChangeCode,
}

impl Ability {
    /// As facts write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invoke => "invoke",
            Self::InvokeUrl => "invoke-url",
            Self::DownloadLayer => "download-layer",
            Self::ReadConfiguration => "read-configuration",
            Self::ReadCode => "read-code",
            Self::Manage => "manage",
            Self::ChangePolicy => "change-policy",
            Self::ChangeConfiguration => "change-configuration",
            Self::ChangeCode => "change-code",
        }
    }

    /// Whether it is what resource-based policies are for.
    pub fn is_use(self) -> bool {
        matches!(self, Self::Invoke | Self::InvokeUrl | Self::DownloadLayer)
    }
}

/// One condition key of Lambda's own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LambdaKey {
    /// The name behind `lambda:`.
    pub name: String,
    /// What its values are.
    pub kind: KeyKind,
    /// Whether the caller chooses the value, by what the request asks for.
    pub chosen: bool,
}

/// What the values of a condition key are.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum KeyKind {
    /// A text.
    String,
    /// Several texts.
    Strings,
    /// `true` or `false`.
    Bool,
    /// An ARN.
    Arn,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_embedded_file_is_sound() {
        let actions: LambdaActions = toml::from_str(FILE).unwrap();
        assert!(actions.provenance.as_of.is_some());
        let mut seen = BTreeSet::new();
        for action in actions.iter() {
            let name = &action.name;
            assert!(seen.insert(name.to_lowercase()), "{name} stands twice");
            let of_policies = action.is_for(LambdaResource::Function)
                || action.is_for(LambdaResource::LayerVersion);
            assert!(of_policies || action.ability.is_none(), "{name}");
            assert!(
                action.ability.is_some() || !action.is_for(LambdaResource::Function),
                "{name}"
            );
            assert!(
                !action.resource_policy || action.ability.is_some(),
                "{name}"
            );
        }
        let documented = actions.iter().filter(|action| action.resource_policy);
        assert!(documented.count() >= 29);
        let keys: BTreeSet<&str> = actions
            .condition_keys()
            .map(|key| key.name.as_str())
            .collect();
        assert!(keys.contains("FunctionUrlAuthType") && keys.contains("InvokedViaFunctionUrl"));
        assert!(lambda_actions().place("Lambda:invokefunction").is_some());
    }
}
