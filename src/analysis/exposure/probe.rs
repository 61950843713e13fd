//! Who might come: callers that stand for all of their kind, from the widest class to the narrowest.

use super::door::{Door, Mentioned};
use super::grant::Reach;
use super::home::{Home, Membership, Whose};
use crate::policy::{
    Arn, AskedKeys, Caller, Context, KeyState, Pattern, Principal, RoleSession, STRANGER_ACCOUNT,
    is_account_id,
};

/// An organisation that nobody has.
const NO_ORGANIZATION: &str = "o-0000000000";

/// One who might come.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    pub(super) reach: Reach,
    pub(super) caller: Caller,
    pub(super) context: Context,
    /// The account or, of a service, the account that it acts for; empty where it is nobody's in particular.
    pub(super) account: String,
    /// The organisation that it stands for; empty where it is none in particular.
    pub(super) organization: String,
    pub(super) whose: Whose,
    /// Whether there surely is somebody of that kind.
    pub(super) exists: bool,
}

impl Probe {
    pub(super) fn new(reach: Reach, caller: Caller, context: Context) -> Self {
        Self {
            reach,
            caller,
            context,
            account: String::new(),
            organization: String::new(),
            whose: Whose::Foreign,
            exists: true,
        }
    }

    fn of_account(mut self, account: &str, whose: Whose) -> Self {
        account.clone_into(&mut self.account);
        self.whose = whose;
        self
    }
}

/// Keys by which conditions name accounts and organisations of callers.
const ACCOUNT_KEYS: [&str; 1] = ["aws:principalaccount"];
const ARN_KEYS: [&str; 1] = ["aws:principalarn"];
const ORGANIZATION_KEYS: [&str; 2] = ["aws:principalorgid", "aws:principalorgpaths"];

/// The class of somebody in an account or organisation.
pub(super) fn reach_of(whose: Whose) -> Reach {
    match whose {
        Whose::Own => Reach::OwnAccount,
        Whose::Organization => Reach::Organization,
        Whose::Trusted | Whose::Unknown | Whose::Foreign => Reach::ExternalAccount,
    }
}

/// What is asked about callers with credentials, and about nobody in particular.
pub(super) struct Callers<'a> {
    pub(super) home: &'a Home<'a>,
    pub(super) door: &'a Door<'a>,
    pub(super) mentioned: &'a Mentioned<'a>,
    /// What the statement in question mentions, without the Denies.
    pub(super) own: &'a Mentioned<'a>,
    /// What the whole policy asks for.
    pub(super) asked: &'a AskedKeys,
}

impl Callers<'_> {
    /// Somebody on the internet, without credentials.
    pub(super) fn anonymous(&self) -> Probe {
        let mut context = self.surroundings();
        for key in ["aws:UserAgent", "aws:Referer"] {
            context.set(key, KeyState::Any);
        }
        Probe::new(Reach::Internet, Caller::Anonymous, context)
    }

    /// Somebody in an account that nobody named, in an organisation of its own.
    pub(super) fn stranger(&self) -> Probe {
        self.stranger_in(KeyState::one(NO_ORGANIZATION))
    }

    /// The same in no organisation, where that may make a difference.
    pub(super) fn lone_stranger(&self) -> Option<Probe> {
        let differs = self.asked.any(&ORGANIZATION_KEYS);
        differs.then(|| self.stranger_in(KeyState::Absent))
    }

    fn stranger_in(&self, organization: KeyState) -> Probe {
        let context = self.insider(STRANGER_ACCOUNT, organization, STRANGER_ACCOUNT);
        Probe::new(Reach::AnyAwsAccount, Caller::Stranger, context)
    }

    /// Somebody in one of those accounts that only a pattern names: accounts can be had until one fits.
    pub(super) fn patterned(&self) -> Vec<Probe> {
        let accounts = self.mentioned.values(&ACCOUNT_KEYS);
        let arns = self.mentioned.values(&ARN_KEYS).filter_map(account_field);
        let mut made: Vec<String> = accounts.chain(arns).filter_map(fitting_account).collect();
        made.sort_unstable();
        made.dedup();
        made.iter()
            .map(|account| {
                let context = self.insider(account, KeyState::one(NO_ORGANIZATION), account);
                let caller = Caller::SomeoneIn(account.clone());
                let mut probe = Probe::new(Reach::AnyAwsAccount, caller, context);
                probe.exists = false;
                probe
            })
            .collect()
    }

    /// Somebody in each account that conditions name, in the own one, and in each organisation.
    pub(super) fn named(&self) -> Vec<Probe> {
        let accounts = self.mentioned.values(&ACCOUNT_KEYS);
        let arns = self.mentioned.values(&ARN_KEYS).filter_map(account_field);
        let mut accounts: Vec<&str> = accounts
            .chain(arns)
            .filter(|id| is_account_id(id))
            .collect();
        accounts.push(self.home.account);
        let exempt = || self.mentioned.exempt.iter().copied();
        accounts.extend(exempt().filter_map(Principal::account));
        accounts.sort_unstable();
        accounts.dedup();
        let mut probes: Vec<Probe> = accounts
            .into_iter()
            .flat_map(|account| self.principal(account, &Caller::SomeoneIn(account.to_owned())))
            .collect();
        for principal in exempt().filter(|one| !matches!(one, Principal::Account(_))) {
            if let (Some(account), Some(caller)) = (
                principal.account(),
                caller(principal, self.door.partition()),
            ) {
                probes.extend(self.principal(account, &caller));
            }
        }
        let mut organizations: Vec<&str> = self
            .mentioned
            .values(&ORGANIZATION_KEYS)
            .filter_map(organization_id)
            .chain(self.home.organization_id())
            .filter(|_| self.asked.any(&ORGANIZATION_KEYS))
            .collect();
        organizations.sort_unstable();
        organizations.dedup();
        for id in organizations {
            let whose = self.home.organization(id);
            let context = self.insider(STRANGER_ACCOUNT, KeyState::one(id), STRANGER_ACCOUNT);
            let reach = match whose {
                // Nobody says that it is another's.
                Whose::Unknown => Reach::Organization,
                _ => reach_of(whose),
            };
            let mut probe = Probe::new(reach, Caller::Stranger, context);
            id.clone_into(&mut probe.organization);
            probe.whose = whose;
            probes.push(probe);
        }
        probes
    }

    /// A caller of that account. Of a foreign one nobody knows whether it is in an organisation, so
    /// where that matters both are asked.
    pub(super) fn principal(&self, account: &str, caller: &Caller) -> Vec<Probe> {
        let whose = self.home.account(account);
        let asks = self.mentioned.any(&ORGANIZATION_KEYS);
        // Where it is not known whether it is of the own organisation, it is or is not: whoever gets in then is
        // one of the two.
        let standings = match (whose, self.home.organization) {
            (Whose::Unknown, Membership::Member { .. }) if asks => {
                vec![Whose::Organization, Whose::Foreign]
            }
            _ => vec![whose],
        };
        let mut probes = Vec::new();
        for standing in &standings {
            let organization = self.organization_of(*standing);
            let mut probe = self.in_organization(account, caller.clone(), *standing, organization);
            probe.exists = standings.len() == 1;
            probes.push(probe);
        }
        if asks && standings.contains(&Whose::Foreign) {
            let mut alone =
                self.in_organization(account, caller.clone(), Whose::Foreign, KeyState::Absent);
            alone.exists = false;
            probes.push(alone);
        }
        probes
    }

    fn in_organization(
        &self,
        account: &str,
        caller: Caller,
        whose: Whose,
        organization: KeyState,
    ) -> Probe {
        let mut context = match caller {
            // Whoever owns an account names its users, roles and tags as he likes.
            Caller::SomeoneIn(_) => self.insider(account, organization, account),
            _ => {
                let mut context = self.surroundings();
                if organization == KeyState::Absent {
                    context.set("aws:PrincipalOrgPaths", KeyState::Absent);
                }
                context.set("aws:PrincipalOrgID", organization);
                context
            }
        };
        if let (Whose::Own | Whose::Organization, Some(id)) = (whose, self.home.organization_id()) {
            context.set(
                "aws:PrincipalOrgPaths",
                KeyState::Like(vec![Pattern::glob(&format!("{id}/*"))]),
            );
        }
        Probe::new(reach_of(whose), caller, context).of_account(account, whose)
    }

    /// The organisation of an account, as far as the answer can depend on it.
    fn organization_of(&self, whose: Whose) -> KeyState {
        match (whose, self.home.organization) {
            (Whose::Own | Whose::Organization, Membership::Member { id, .. }) => KeyState::one(id),
            (Whose::Own, Membership::Outside) => KeyState::Absent,
            // It is in none of ours; in which of the others nobody knows.
            (Whose::Foreign, _) => {
                let others = self
                    .mentioned
                    .values(&ORGANIZATION_KEYS)
                    .filter_map(organization_id)
                    .filter(|id| Some(*id) != self.home.organization_id());
                KeyState::OneOf(others.chain([NO_ORGANIZATION]).map(str::to_owned).collect())
            }
            _ => KeyState::Unknown,
        }
    }

    /// A caller who is master of an account.
    fn insider(&self, account: &str, organization: KeyState, unique: &str) -> Context {
        let mut context = self.surroundings();
        let partition = self.door.partition();
        context.set_with("aws:PrincipalArn", || {
            let identities = ["user/*", "role/*", "root"]
                .map(|name| Pattern::glob(&format!("arn:{partition}:iam::{account}:{name}")));
            KeyState::AnyLike(identities.to_vec())
        });
        if let KeyState::Known(ids) = &organization {
            context.set_with("aws:PrincipalOrgPaths", || {
                let paths = ids.iter().map(|id| Pattern::glob(&format!("{id}/r-*/*")));
                KeyState::Like(paths.collect())
            });
            if organization == KeyState::one(NO_ORGANIZATION) {
                let path = format!("{NO_ORGANIZATION}/r-0000/ou-0000-00000000/");
                context.set("aws:PrincipalOrgPaths", KeyState::one(path));
            }
        }
        if organization == KeyState::Absent {
            context.set("aws:PrincipalOrgPaths", KeyState::Absent);
        }
        context.set("aws:PrincipalOrgID", organization);
        // Ids of users and roles are given by AWS, names of sessions are not; whose an id is, it does
        // not say.
        context.set_with("aws:userid", || match account {
            STRANGER_ACCOUNT => {
                let ids = [format!("AIDA{unique}"), format!("AROA{unique}:*")];
                KeyState::AnyLike(ids.map(|id| Pattern::glob(&id)).to_vec())
            }
            _ => KeyState::Unknown,
        });
        context.set_with("aws:PrincipalType", || {
            let types = ["Account", "User", "AssumedRole"].map(Pattern::literal);
            KeyState::AnyLike(types.to_vec())
        });
        for key in [
            "aws:PrincipalTag/*",
            "aws:username",
            "aws:UserAgent",
            "aws:Referer",
            "aws:MultiFactorAuthPresent",
            "aws:MultiFactorAuthAge",
            "aws:TokenIssueTime",
            "aws:SourceIdentity",
            "aws:FederatedProvider",
            "aws:ViaAWSService",
            "aws:CalledVia",
            "aws:CalledViaFirst",
            "aws:CalledViaLast",
        ] {
            context.set(key, KeyState::Any);
        }
        context
    }

    /// What holds for every request for this door.
    pub(super) fn surroundings(&self) -> Context {
        let mut context = Context::open_to(self.asked);
        context.set_with("aws:SecureTransport", || KeyState::one("true"));
        // AWS refuses older ones: <https://aws.amazon.com/blogs/security/tls-1-2-required-for-aws-endpoints/>
        context.set_with("aws:TlsVersion", || {
            KeyState::AnyLike(["1.2", "1.3"].map(Pattern::literal).to_vec())
        });
        // <https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html>: identity-based policies only
        context.set("lambda:SourceFunctionArn", KeyState::Absent);
        context.set_with("aws:RequestedRegion", || KeyState::one(self.door.region()));
        let now = self.home.now;
        context.set_with("aws:CurrentTime", || KeyState::one(now.to_string()));
        context.set_with("aws:EpochTime", || {
            KeyState::one(now.as_second().to_string())
        });
        context.set_with("aws:ResourceAccount", || KeyState::one(self.home.account));
        match self.home.organization {
            Membership::Member { id, .. } => {
                context.set("aws:ResourceOrgID", KeyState::one(id));
            }
            Membership::Outside => context.set("aws:ResourceOrgID", KeyState::Absent),
            Membership::Unknown => {}
        }
        context
    }
}

/// The caller that a named principal is; `None` for those who are nobody.
pub(super) fn caller(principal: &Principal, partition: &str) -> Option<Caller> {
    match principal {
        Principal::Account(account) => Some(Caller::SomeoneIn(account.clone())),
        Principal::User(arn) => Some(Caller::User(arn.clone())),
        Principal::Role(arn) => Some(Caller::role(arn)),
        Principal::FederatedUser(arn) => Some(Caller::FederatedUser(arn.clone())),
        Principal::Session {
            account,
            role,
            session,
            ..
        } => Some(Caller::Role(RoleSession {
            role: format!("arn:{partition}:iam::{account}:role/{role}"),
            path_known: false,
            session: Some(session.clone()),
        })),
        _ => None,
    }
}

/// The organisation in `o-…` or `o-…/r-…/…`; `None` if the text has a wildcard there.
pub(super) fn organization_id(text: &str) -> Option<&str> {
    let id = text.split('/').next().unwrap_or_default();
    (id.starts_with("o-") && !id.contains(['*', '?', '$'])).then_some(id)
}

/// The account field of an ARN or a pattern of one.
pub(super) fn account_field(text: &str) -> Option<&str> {
    Arn::parse(text).map(|arn| arn.account)
}

/// An account id that fits a pattern which holds wildcards between digits.
pub(super) fn fitting_account(pattern: &str) -> Option<String> {
    let digits = pattern.bytes().filter(u8::is_ascii_digit).count();
    let wild = pattern.contains(['*', '?']);
    let clean = pattern
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'*' || byte == b'?');
    if !wild || !clean || digits == 0 {
        return None;
    }
    let fixed = pattern.bytes().filter(|byte| *byte != b'*').count();
    let mut missing = 12_usize.checked_sub(fixed)?;
    let mut account = String::new();
    for character in pattern.chars() {
        match character {
            '*' => {
                account.extend(std::iter::repeat_n('0', missing));
                missing = 0;
            }
            '?' => account.push('0'),
            digit => account.push(digit),
        }
    }
    is_account_id(&account).then_some(account)
}
