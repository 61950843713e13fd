//! Documents of one account.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Document, Resource, Scope};
use crate::analysis::{
    AccessFacts, AccountContext, CodeFacts, Context, EncryptionFacts, EventFacts, ExposureFacts,
    Fact, FunctionFacts, IamFacts, LayerFacts, LoggingFacts, NetworkFacts, PathFacts, RoleFacts,
    RuntimeFacts, SecretFacts,
};
use crate::inventory::{Function, LayerVersion, RegionInventory};

/// What checks of functions read.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct FunctionDocument {
    /// The function itself.
    pub lambda: FunctionFacts,
    /// Its runtime.
    pub runtime: RuntimeFacts,
    /// Its execution role.
    pub role: RoleFacts,
    /// Who of its account can do something to it.
    pub access: AccessFacts,
    /// How it can be reached.
    pub exposure: ExposureFacts,
    /// Chains from outside through it to what its role may do.
    pub paths: PathFacts,
    /// What it can reach.
    pub network: NetworkFacts,
    /// Secrets in its environment.
    pub secrets: SecretFacts,
    /// Where its code comes from.
    pub code: CodeFacts,
    /// What it logs.
    pub logging: LoggingFacts,
    /// Events that reach it and leave it.
    pub events: EventFacts,
    /// Its key.
    pub encryption: EncryptionFacts,
    /// Its account.
    pub account: AccountFacts,
    /// Its region.
    pub region: RegionFacts,
}

/// What checks of layers read.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct LayerDocument {
    /// The layer version.
    pub layer: LayerFacts,
    /// Its account.
    pub account: AccountFacts,
    /// Its region.
    pub region: RegionFacts,
}

/// What checks of accounts read.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct AccountDocument {
    /// The account.
    pub account: AccountFacts,
    /// Its principals.
    pub iam: IamFacts,
}

/// The account that a resource is in.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct AccountFacts {
    /// Twelve digits.
    pub id: String,
    /// Its name in the organisation; empty where that is not known.
    pub name: String,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// Its organisation's id; empty outside any organisation.
    pub organization_id: Fact<String>,
    /// Whether it is the organisation's management account.
    pub management: Fact<bool>,
}

/// The region that a resource is in.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct RegionFacts {
    /// Its name.
    pub name: String,
    /// How many functions it has.
    pub functions: Fact<i64>,
    /// Concurrent executions that it allows over all functions.
    pub concurrent_executions: Fact<i64>,
}

impl AccountFacts {
    fn derive(account: &AccountContext<'_>) -> Self {
        let record = &account.inventory.account;
        Self {
            id: record.id.to_string(),
            name: record.name.clone(),
            partition: record.partition.clone(),
            organization_id: Fact::of(&record.organization, |organization| {
                organization
                    .as_ref()
                    .map_or_else(String::new, |organization| organization.id.clone())
            }),
            management: Fact::of(&record.organization, |organization| {
                organization
                    .as_ref()
                    .is_some_and(|organization| organization.management_account == record.id)
            }),
        }
    }
}

impl RegionFacts {
    fn derive(region: &RegionInventory) -> Self {
        Self {
            name: region.region.to_string(),
            functions: Fact::of(&region.settings, |settings| settings.function_count),
            concurrent_executions: Fact::of(&region.settings, |settings| {
                settings.concurrent_executions
            }),
        }
    }
}

/// A resource of an account of which there is a document.
#[derive(Clone, Copy)]
pub enum Subject<'a> {
    /// The account itself, whether it has functions or not.
    Account(&'a AccountContext<'a>),
    /// A function.
    Function(Context<'a>),
    /// A version of an own layer.
    Layer(
        &'a AccountContext<'a>,
        &'a RegionInventory,
        &'a LayerVersion,
    ),
}

impl Subject<'_> {
    /// What kind of resource it is.
    pub fn scope(self) -> Scope {
        match self {
            Self::Account(_) => Scope::Account,
            Self::Function(_) => Scope::Function,
            Self::Layer(..) => Scope::Layer,
        }
    }

    /// The facts known about it.
    ///
    /// # Errors
    /// Only when the facts cannot be expressed in JSON.
    pub fn document(self) -> Result<Document, serde_json::Error> {
        match self {
            Self::Account(account) => account_document(account),
            Self::Function(context) => function_document(context),
            Self::Layer(account, region, layer) => layer_document(account, region, layer),
        }
    }
}

/// The subjects of one account: itself, then its functions and layers in the order of its inventory.
pub fn subjects<'a>(account: &'a AccountContext<'a>) -> impl Iterator<Item = Subject<'a>> + 'a {
    let within = account.inventory.regions.iter().flat_map(move |region| {
        let functions = region
            .functions
            .iter()
            .map(move |function| Subject::Function(account.function(region, function)));
        let layers = region.layers.known().into_iter().flatten();
        functions.chain(layers.map(move |layer| Subject::Layer(account, region, layer)))
    });
    std::iter::once(Subject::Account(account)).chain(within)
}

/// The documents of one account, one at a time, in the order of its [`subjects`].
pub fn documents<'a>(
    account: &'a AccountContext<'a>,
) -> impl Iterator<Item = Result<Document, serde_json::Error>> + 'a {
    subjects(account).map(Subject::document)
}

fn account_document(account: &AccountContext<'_>) -> Result<Document, serde_json::Error> {
    let facts = AccountDocument {
        account: AccountFacts::derive(account),
        iam: IamFacts::derive(account),
    };
    Document::new(Resource::of_account(&account.inventory.account), &facts)
}

fn function_document(context: Context<'_>) -> Result<Document, serde_json::Error> {
    let exposure = ExposureFacts::derive(context);
    let role = RoleFacts::derive(context);
    let facts = FunctionDocument {
        lambda: FunctionFacts::derive(context),
        runtime: RuntimeFacts::derive(context),
        access: AccessFacts::derive(context),
        paths: PathFacts::derive(context, &exposure, &role),
        role,
        exposure,
        network: NetworkFacts::derive(context),
        secrets: SecretFacts::derive(context),
        code: CodeFacts::derive(context),
        logging: LoggingFacts::derive(context),
        events: EventFacts::derive(context),
        encryption: EncryptionFacts::derive(context),
        account: AccountFacts::derive(context.account),
        region: RegionFacts::derive(context.region),
    };
    let resource = Resource {
        scope: Scope::Function,
        arn: context.function.arn.clone(),
        name: context.function.name.clone(),
        account: context.account.id().to_owned(),
        region: context.region.region.to_string(),
    };
    let replica = is_reported_at_master(context);
    Ok(Document {
        replica,
        ..Document::new(resource, &facts)?
    })
}

/// Whether a function is a replica of Lambda@Edge whose master was read, where alone it can be changed.
fn is_reported_at_master(context: Context<'_>) -> bool {
    let Some(master) = context.function.configuration.master_arn.as_deref() else {
        return false;
    };
    let mut regions = context.account.inventory.regions.iter();
    let is_of = |function: &Function| {
        let version = master.strip_prefix(function.arn.as_str());
        version.is_some_and(|version| version.is_empty() || version.starts_with(':'))
    };
    regions.any(|region| region.functions.iter().any(is_of))
}

fn layer_document(
    account: &AccountContext<'_>,
    region: &RegionInventory,
    layer: &LayerVersion,
) -> Result<Document, serde_json::Error> {
    let facts = LayerDocument {
        layer: LayerFacts::derive(account, &region.region, layer),
        account: AccountFacts::derive(account),
        region: RegionFacts::derive(region),
    };
    let resource = Resource {
        scope: Scope::Layer,
        arn: layer.arn.clone(),
        name: format!("{}:{}", layer.name, layer.version),
        account: account.id().to_owned(),
        region: region.region.to_string(),
    };
    Document::new(resource, &facts)
}
