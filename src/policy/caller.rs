//! Who makes a request, and which principals of a policy that is.

use super::{
    arn::{Arn, is_account_id},
    document::Element,
    principal::{Principal, ServicePrincipal},
    truth::Truth,
};

/// The account that [`Caller::Stranger`] belongs to: no customer has it, so no policy names it.
pub const STRANGER_ACCOUNT: &str = "000000000000";

/// Who makes a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Caller {
    /// Somebody without credentials.
    Anonymous,
    /// Somebody with credentials of an account that no policy names.
    Stranger,
    /// Some user or role of an account, it is not known which.
    SomeoneIn(String),
    /// The root user of an account.
    Root(String),
    /// An IAM user, by ARN.
    User(String),
    /// A session of a role.
    Role(RoleSession),
    /// A session from `GetFederationToken`, by ARN.
    FederatedUser(String),
    /// Somebody signed in by an identity provider (ARN or domain), who has no AWS credentials yet.
    Federated(String),
    /// An AWS service.
    Service(ServicePrincipal),
}

/// A session of a role.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoleSession {
    /// ARN of the role, with its path if that is known.
    pub role: String,
    /// False where only the session's ARN was given, which leaves the path out.
    pub path_known: bool,
    /// Name of the session, if known.
    pub session: Option<String>,
}

impl Caller {
    /// From the ARN of a user, role, session or root user, an account id (its root user), a service principal, or `*` (anonymous).
    /// `None` for anything else.
    pub fn parse(text: &str) -> Option<Caller> {
        if text == "*" {
            return Some(Caller::Anonymous);
        }
        match Principal::parse("AWS", text) {
            Principal::Account(account) => Some(Caller::Root(account)),
            Principal::User(arn) => Some(Caller::User(arn)),
            Principal::Role(role) => Some(Caller::role(&role)),
            Principal::FederatedUser(arn) => Some(Caller::FederatedUser(arn)),
            Principal::Session {
                arn,
                account,
                role,
                session,
            } => Some(Caller::Role(RoleSession {
                role: format!(
                    "arn:{}:iam::{account}:role/{role}",
                    Arn::parse(&arn)?.partition
                ),
                path_known: false,
                session: Some(session),
            })),
            _ if text.contains(".amazon") => Some(Caller::service(text)),
            _ => None,
        }
    }

    /// Some session of a role, given the role's ARN.
    pub fn role(arn: &str) -> Caller {
        Caller::Role(RoleSession {
            role: arn.to_owned(),
            path_known: true,
            session: None,
        })
    }

    /// An AWS service, given its principal.
    pub fn service(name: &str) -> Caller {
        Caller::Service(ServicePrincipal::parse(name))
    }

    /// The account that the caller acts for; services and people without credentials have none.
    pub fn account(&self) -> Option<&str> {
        match self {
            Caller::Stranger => Some(STRANGER_ACCOUNT),
            Caller::SomeoneIn(account) | Caller::Root(account) => Some(account.as_str()),
            Caller::User(arn) | Caller::FederatedUser(arn) => {
                Arn::parse(arn).map(|arn| arn.account)
            }
            Caller::Role(session) => Arn::parse(&session.role).map(|arn| arn.account),
            Caller::Anonymous | Caller::Federated(_) | Caller::Service(_) => None,
        }
        .filter(|account| is_account_id(account))
    }

    /// Whether it is a role that a service owns, which service and resource control policies do not touch.
    pub fn is_service_linked(&self) -> bool {
        matches!(self, Caller::Role(session) if session.role.contains(":role/aws-service-role/"))
    }

    /// How a `Principal` or `NotPrincipal` element admits the caller.
    pub(super) fn admitted_by(&self, element: &Element<Vec<Principal>>) -> Admission {
        if element.negated {
            return Admission {
                direct: self.listed_in_full(&element.items).negate(),
                ..Admission::default()
            };
        }
        element
            .items
            .iter()
            .map(|principal| self.admitted_as(principal))
            .fold(Admission::default(), Admission::or)
    }

    fn admitted_as(&self, principal: &Principal) -> Admission {
        let direct = |truth: Truth| Admission {
            direct: truth,
            ..Admission::default()
        };
        let in_account = |account: &str| Truth::from(self.account() == Some(account));
        match (principal, self) {
            (Principal::Everyone, _) => direct(Truth::True),
            (Principal::Account(account), _) => Admission {
                account: in_account(account),
                ..Admission::default()
            },
            (Principal::User(arn), Caller::User(caller)) => direct((arn == caller).into()),
            (Principal::FederatedUser(arn), Caller::FederatedUser(caller)) => {
                direct((arn == caller).into())
            }
            (Principal::Role(role), Caller::Role(session)) => Admission {
                role: session.is_of(role),
                ..Admission::default()
            },
            (
                Principal::Session {
                    account,
                    role,
                    session,
                    ..
                },
                Caller::Role(caller),
            ) => direct(caller.is_session(account, role, session)),
            // The somebody may be the one that is named.
            (
                Principal::User(_) | Principal::Session { .. } | Principal::FederatedUser(_),
                Caller::SomeoneIn(account),
            ) => direct(Truth::from(principal.account() == Some(account)).and(Truth::Unknown)),
            (Principal::Role(_), Caller::SomeoneIn(account)) => Admission {
                role: Truth::from(principal.account() == Some(account)).and(Truth::Unknown),
                ..Admission::default()
            },
            (Principal::Service(named), Caller::Service(caller)) => direct(serves(named, caller)),
            (Principal::Federated(named), Caller::Federated(caller)) => {
                direct((named == "*" || named == caller).into())
            }
            // Which account a canonical id stands for is not known here, nor what a malformed principal matches.
            (Principal::CanonicalUser(_), caller) if caller.account().is_some() => {
                direct(match caller {
                    Caller::Stranger => Truth::False,
                    _ => Truth::Unknown,
                })
            }
            (Principal::Other { .. }, _) => direct(Truth::Unknown),
            _ => Admission::default(),
        }
    }

    /// Whether `NotPrincipal` exempts the caller: every form of it must be listed, the account, the role and the session,
    /// because AWS may compare any of them. Some but not all is unknown.
    ///
    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>.
    fn listed_in_full(&self, items: &[Principal]) -> Truth {
        let listed = items
            .iter()
            .map(|principal| self.admitted_as(principal))
            .fold(Admission::default(), Admission::or);
        if items.contains(&Principal::Everyone) {
            return Truth::True;
        }
        match self {
            Caller::User(_) | Caller::FederatedUser(_) => {
                all_or_some([listed.direct, listed.account])
            }
            Caller::Role(_) => all_or_some([listed.direct, listed.role, listed.account]),
            Caller::SomeoneIn(_) => listed.any().and(Truth::Unknown),
            _ => listed.any(),
        }
    }
}

/// True if all are, false if all are, else unknown.
fn all_or_some<const N: usize>(forms: [Truth; N]) -> Truth {
    Truth::agreement(forms).unwrap_or_default()
}

impl RoleSession {
    /// Name of the role, without its path.
    pub fn role_name(&self) -> &str {
        last_name(&self.role)
    }

    fn is_of(&self, role: &str) -> Truth {
        if self.role == role {
            return Truth::True;
        }
        let same_account = Arn::parse(role).map(|arn| arn.account)
            == Arn::parse(&self.role).map(|arn| arn.account);
        if !self.path_known && same_account && last_name(role) == self.role_name() {
            Truth::Unknown
        } else {
            Truth::False
        }
    }

    fn is_session(&self, account: &str, role: &str, session: &str) -> Truth {
        if Arn::parse(&self.role).map(|arn| arn.account) != Some(account)
            || self.role_name() != role
        {
            return Truth::False;
        }
        match &self.session {
            Some(name) => (name == session).into(),
            None => Truth::Unknown,
        }
    }
}

fn last_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// Whether a named service is the calling one. A name without region stands for every region;
/// a caller without region may come from any.
fn serves(named: &ServicePrincipal, caller: &ServicePrincipal) -> Truth {
    if named.service == "*" {
        return Truth::True;
    }
    if named.service != caller.service {
        return Truth::False;
    }
    match (&named.region, &caller.region) {
        (None, _) => Truth::True,
        (Some(named), Some(caller)) => (named == caller).into(),
        (Some(_), None) => Truth::Unknown,
    }
}

/// In which way a principal element lets a caller in. The ways differ in what can still hold the caller back.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Admission {
    /// As itself or as everyone: no boundary or session policy limits that within the account.
    pub(super) direct: Truth,
    /// By the ARN of its role: boundary and session policy limit it.
    pub(super) role: Truth,
    /// By its account: the account's administrators must let it too.
    pub(super) account: Truth,
}

impl Admission {
    pub(super) fn everything() -> Admission {
        Admission {
            direct: Truth::True,
            ..Admission::default()
        }
    }

    pub(super) fn any(self) -> Truth {
        self.direct.or(self.role).or(self.account)
    }

    pub(super) fn or(self, other: Admission) -> Admission {
        Admission {
            direct: self.direct.or(other.direct),
            role: self.role.or(other.role),
            account: self.account.or(other.account),
        }
    }

    /// What remains if `condition` must hold too.
    pub(super) fn and(self, condition: Truth) -> Admission {
        Admission {
            direct: self.direct.and(condition),
            role: self.role.and(condition),
            account: self.account.and(condition),
        }
    }
}
