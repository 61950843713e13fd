//! A request, as far as it is known.

use super::{
    action::Action,
    arn::{Arn, is_account_id},
    caller::{Caller, STRANGER_ACCOUNT},
    context::{Context, KeyState},
    pattern::Pattern,
};

/// The organisation of [`Caller::Stranger`]; no customer has it.
const STRANGER_ORGANIZATION: &str = "o-0000000000";

/// What a request is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// This resource.
    Exact(String),
    /// Some resource that fits, it is not known which.
    Like(Pattern),
    /// A resource that fits, and the caller chooses which.
    Any(Pattern),
}

/// Who wants to do what with which resource, and what is known of the circumstances.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who.
    pub caller: Caller,
    /// Does what.
    pub action: Action,
    /// To what.
    pub resource: Target,
    /// The account that owns the resource. Taken from the ARN; set it for resources whose ARN has none, such as buckets.
    pub resource_account: Option<String>,
    /// Under which circumstances.
    pub context: Context,
}

impl Request {
    /// A request, with the condition keys that follow from caller and resource added to the context where it says nothing of them.
    pub fn new(caller: Caller, action: &str, resource: Target, context: Context) -> Request {
        let resource_account = resource.account();
        let mut request = Request {
            caller,
            action: Action::new(action),
            resource,
            resource_account,
            context,
        };
        if let Some(account) = request.resource_account.clone() {
            request
                .context
                .set_default("aws:ResourceAccount", KeyState::one(account));
        }
        request.caller_keys();
        request
    }

    /// Asks for something else: the same caller in the same circumstances.
    ///
    /// Where many questions are put about one caller, this is much cheaper than a new request each.
    pub fn ask(&mut self, action: &str, resource: Target) {
        self.action = Action::new(action);
        self.resource_account = resource.account();
        self.resource = resource;
        self.context.set(
            "aws:ResourceAccount",
            match &self.resource_account {
                Some(account) => KeyState::one(account),
                None => KeyState::Unknown,
            },
        );
    }

    /// Condition keys that follow from the caller.
    ///
    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable> and
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>.
    fn caller_keys(&mut self) {
        let resource = &self.resource;
        let context = &mut self.context;
        // AWS always tells the time; which it is, only the one who asks can say.
        context.default_with("aws:CurrentTime", KeyState::present);
        context.default_with("aws:EpochTime", KeyState::present);
        let is_service = matches!(self.caller, Caller::Service(_));
        context.default_with("aws:PrincipalIsAWSService", || match self.caller {
            Caller::Anonymous => KeyState::Absent,
            _ => KeyState::one(is_service.to_string()),
        });
        if !is_service {
            for key in [
                "aws:SourceAccount",
                "aws:SourceArn",
                "aws:SourceOwner",
                "aws:SourceOrgID",
                "aws:SourceOrgPaths",
                "aws:PrincipalServiceName",
                "aws:PrincipalServiceNamesList",
            ] {
                context.default_with(key, || KeyState::Absent);
            }
        }
        match self.caller.account() {
            Some(account) => {
                context.default_with("aws:PrincipalAccount", || KeyState::one(account))
            }
            None => {
                // AWS says that anonymous requests have it, too, and of what is in it only that it is no account's id.
                context.default_with("aws:PrincipalAccount", || match self.caller {
                    Caller::Anonymous => KeyState::one("anonymous"),
                    _ => KeyState::Absent,
                });
                for key in [
                    "aws:PrincipalArn",
                    "aws:PrincipalOrgID",
                    "aws:PrincipalOrgPaths",
                    "aws:PrincipalTag/*",
                    "aws:username",
                ] {
                    context.default_with(key, || KeyState::Absent);
                }
            }
        }
        let one_of =
            |texts: &[&str]| KeyState::OneOf(texts.iter().map(|&text| text.to_owned()).collect());
        match &self.caller {
            Caller::Anonymous => {
                context.default_with("aws:PrincipalType", || KeyState::one("Anonymous"));
                context.default_with("aws:userid", || KeyState::one("anonymous"));
            }
            Caller::Service(service) => {
                context.default_with("aws:PrincipalServiceName", || {
                    KeyState::one(service.to_string())
                });
            }
            Caller::Root(account) => {
                context.default_with("aws:PrincipalArn", || {
                    KeyState::one(format!("arn:{}:iam::{account}:root", resource.partition()))
                });
                context.default_with("aws:PrincipalType", || KeyState::one("Account"));
                context.default_with("aws:userid", || KeyState::one(account));
                context.default_with("aws:username", || KeyState::Absent);
            }
            Caller::User(arn) => {
                context.default_with("aws:PrincipalArn", || KeyState::one(arn));
                context.default_with("aws:PrincipalType", || KeyState::one("User"));
                if let Some(name) = arn.rsplit('/').next() {
                    context.default_with("aws:username", || KeyState::one(name));
                }
            }
            Caller::FederatedUser(arn) => {
                context.default_with("aws:PrincipalArn", || KeyState::one(arn));
                context.default_with("aws:PrincipalType", || KeyState::one("FederatedUser"));
                context.default_with("aws:username", || KeyState::Absent);
            }
            Caller::Role(session) => {
                let arns = match session.role.split_once(":role/") {
                    Some((head, name)) if !session.path_known => KeyState::Like(vec![
                        Pattern::literal(&session.role),
                        Pattern::glob(&format!("{head}:role/*/{name}")),
                    ]),
                    _ => KeyState::one(&session.role),
                };
                context.default_with("aws:PrincipalArn", || arns);
                context.default_with("aws:PrincipalType", || KeyState::one("AssumedRole"));
                context.default_with("aws:username", || KeyState::Absent);
                if let Some(name) = &session.session {
                    context.default_with("aws:userid", || {
                        KeyState::Like(vec![Pattern::glob(&format!("AROA*:{name}"))])
                    });
                }
            }
            Caller::SomeoneIn(account) => {
                context.default_with("aws:PrincipalArn", || {
                    KeyState::Like(identities(resource.partition(), account))
                });
                context.default_with("aws:PrincipalType", || {
                    one_of(&["Account", "User", "AssumedRole"])
                });
            }
            Caller::Stranger => {
                context.default_with("aws:PrincipalArn", || {
                    KeyState::AnyLike(identities(resource.partition(), STRANGER_ACCOUNT))
                });
                context.default_with("aws:PrincipalOrgID", || {
                    KeyState::one(STRANGER_ORGANIZATION)
                });
                context.default_with("aws:PrincipalOrgPaths", || {
                    KeyState::one(format!("{STRANGER_ORGANIZATION}/r-0000/ou-0000-00000000/"))
                });
                for key in [
                    "aws:PrincipalTag/*",
                    "aws:username",
                    "aws:userid",
                    "aws:UserAgent",
                    "aws:Referer",
                ] {
                    context.default_with(key, || KeyState::Any);
                }
                context.default_with("aws:PrincipalType", || {
                    one_of(&["Account", "User", "AssumedRole"])
                });
            }
            Caller::Federated(_) => {}
        }
    }
}

/// Principal ARNs that an account can have.
fn identities(partition: &str, account: &str) -> Vec<Pattern> {
    ["user/*", "role/*", "root"]
        .iter()
        .map(|resource| Pattern::glob(&format!("arn:{partition}:iam::{account}:{resource}")))
        .collect()
}

impl Target {
    fn account(&self) -> Option<String> {
        match self {
            Target::Exact(arn) => Arn::parse(arn).map(|arn| arn.account.to_owned()),
            Target::Like(pattern) | Target::Any(pattern) => {
                let fields = pattern.segments(6);
                let account = fields
                    .get(4)
                    .and_then(|field| std::str::from_utf8(field).ok());
                account.map(str::to_owned)
            }
        }
        .filter(|account| is_account_id(account))
    }

    fn partition(&self) -> &'static str {
        let text = match self {
            Target::Exact(arn) => Pattern::literal(arn),
            Target::Like(pattern) | Target::Any(pattern) => pattern.clone(),
        };
        match text.segments(6).get(1) {
            Some(&b"aws-cn") => "aws-cn",
            Some(&b"aws-us-gov") => "aws-us-gov",
            _ => "aws",
        }
    }
}
