//! Actions of resource-based policies, and what they let somebody do.

use std::sync::LazyLock;

use crate::policy::{Action, Statement, Truth};

/// What an action lets somebody do.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Ability {
    Invoke,
    InvokeUrl,
    DownloadLayer,
    ReadConfiguration,
    ReadCode,
    Manage,
    ChangePolicy,
    ChangeConfiguration,
    ChangeCode,
}

impl Ability {
    pub(super) fn as_str(self) -> &'static str {
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
    pub(super) fn is_use(self) -> bool {
        matches!(self, Self::Invoke | Self::InvokeUrl | Self::DownloadLayer)
    }
}

/// An action to ask about.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) action: Action,
    pub(super) ability: Ability,
}

/// Actions that a resource-based policy of Lambda can name and that matter, the common ones first.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>
const ACTIONS: &[(&str, Ability)] = &[
    ("lambda:InvokeFunction", Ability::Invoke),
    ("lambda:InvokeFunctionUrl", Ability::InvokeUrl),
    ("lambda:InvokeAsync", Ability::Invoke),
    ("lambda:GetLayerVersion", Ability::DownloadLayer),
    (
        "lambda:GetFunctionConfiguration",
        Ability::ReadConfiguration,
    ),
    ("lambda:GetFunction", Ability::ReadCode),
    ("lambda:UpdateFunctionCode", Ability::ChangeCode),
    (
        "lambda:UpdateFunctionConfiguration",
        Ability::ChangeConfiguration,
    ),
    ("lambda:AddPermission", Ability::ChangePolicy),
    ("lambda:PutResourcePolicy", Ability::ChangePolicy),
    ("lambda:RemovePermission", Ability::ChangePolicy),
    ("lambda:DeleteResourcePolicy", Ability::ChangePolicy),
    (
        "lambda:CreateFunctionUrlConfig",
        Ability::ChangeConfiguration,
    ),
    (
        "lambda:UpdateFunctionUrlConfig",
        Ability::ChangeConfiguration,
    ),
    ("lambda:DeleteFunctionUrlConfig", Ability::Manage),
    (
        "lambda:PutFunctionEventInvokeConfig",
        Ability::ChangeConfiguration,
    ),
    (
        "lambda:UpdateFunctionEventInvokeConfig",
        Ability::ChangeConfiguration,
    ),
    (
        "lambda:PutFunctionCodeSigningConfig",
        Ability::ChangeConfiguration,
    ),
    (
        "lambda:DeleteFunctionCodeSigningConfig",
        Ability::ChangeConfiguration,
    ),
    (
        "lambda:PutRuntimeManagementConfig",
        Ability::ChangeConfiguration,
    ),
    ("lambda:PublishVersion", Ability::Manage),
    ("lambda:CreateAlias", Ability::Manage),
    ("lambda:UpdateAlias", Ability::Manage),
    ("lambda:DeleteAlias", Ability::Manage),
    ("lambda:DeleteFunction", Ability::Manage),
    ("lambda:PutFunctionConcurrency", Ability::Manage),
    ("lambda:DeleteFunctionConcurrency", Ability::Manage),
    ("lambda:PutProvisionedConcurrencyConfig", Ability::Manage),
    ("lambda:TagResource", Ability::Manage),
    ("lambda:GetPolicy", Ability::ReadConfiguration),
    ("lambda:GetResourcePolicy", Ability::ReadConfiguration),
    ("lambda:GetFunctionUrlConfig", Ability::ReadConfiguration),
    ("lambda:GetAlias", Ability::ReadConfiguration),
    ("lambda:ListAliases", Ability::ReadConfiguration),
    ("lambda:ListVersionsByFunction", Ability::ReadConfiguration),
    ("lambda:ListTags", Ability::ReadConfiguration),
];

static ASKED: LazyLock<Vec<Asked>> = LazyLock::new(|| {
    ACTIONS
        .iter()
        .map(|(action, ability)| Asked {
            action: Action::new(action),
            ability: *ability,
        })
        .collect()
});

pub(super) static INVOKE: LazyLock<Action> = LazyLock::new(|| Action::new("lambda:InvokeFunction"));
pub(super) static INVOKE_URL: LazyLock<Action> =
    LazyLock::new(|| Action::new("lambda:InvokeFunctionUrl"));

/// The actions that a statement names, by themselves or by a pattern. On a layer version only that
/// of using it counts, and on a function everything else; where it is not known which it is, all.
pub(super) fn named(statement: &Statement, layer: Option<bool>) -> Vec<&'static Asked> {
    ASKED
        .iter()
        .filter(|asked| {
            layer.is_none_or(|layer| (asked.ability == Ability::DownloadLayer) == layer)
        })
        .filter(|asked| {
            let named = statement.action.items.contains(&asked.action);
            named.negate_if(statement.action.negated) != Truth::False
        })
        .collect()
}
