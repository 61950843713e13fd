//! Who might come: callers that stand for all of their kind, from the widest class to the narrowest.

use super::door::{Door, Mentioned};
use super::fitting::{
    Fitting, accounts, crossed, fitting_accounts, fitting_organizations, names_its_accounts,
};
use super::grant::Reach;
use super::standing::{NO_ORGANIZATION, paths_of, reach_of_organization};
use crate::analysis::home::{Home, Membership, Whose};
use crate::policy::{
    AskedKeys, Caller, Context, KeyState, Pattern, Principal, RoleSession, STRANGER_ACCOUNT,
};

/// One who might come.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Probe {
    pub(in crate::analysis) reach: Reach,
    pub(in crate::analysis) caller: Caller,
    pub(in crate::analysis) context: Context,
    /// The account or, of a service, the account that it acts for; empty where it is nobody's in particular.
    pub(in crate::analysis) account: String,
    /// The organisation that it stands for; empty where it is none in particular.
    pub(in crate::analysis) organization: String,
    pub(in crate::analysis) whose: Whose,
    /// Whether there surely is somebody of that kind.
    pub(in crate::analysis) exists: bool,
}

impl Probe {
    pub(in crate::analysis) fn new(reach: Reach, caller: Caller, context: Context) -> Self {
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

    pub(in crate::analysis) fn of_account(mut self, account: &str, whose: Whose) -> Self {
        account.clone_into(&mut self.account);
        self.whose = whose;
        self
    }
}

/// Keys by which conditions name accounts and organisations of callers.
const ACCOUNT_KEYS: [&str; 1] = ["aws:principalaccount"];
const ARN_KEYS: [&str; 1] = ["aws:principalarn"];
const ORGANIZATION_KEYS: [&str; 2] = ["aws:principalorgid", "aws:principalorgpaths"];

/// What is asked about callers with credentials, and about nobody in particular.
pub(in crate::analysis) struct Callers<'a> {
    pub(in crate::analysis) home: &'a Home<'a>,
    pub(in crate::analysis) door: &'a Door<'a>,
    pub(in crate::analysis) mentioned: &'a Mentioned<'a>,
    /// What the statement in question mentions, without the Denies.
    pub(in crate::analysis) own: &'a Mentioned<'a>,
    /// What the whole policy asks for.
    pub(in crate::analysis) asked: &'a AskedKeys,
}

impl Callers<'_> {
    /// Somebody on the internet, without credentials.
    pub(super) fn anonymous(&self) -> Probe {
        let mut context = self.direct();
        for key in ["aws:UserAgent", "aws:Referer"] {
            context.set(key, KeyState::Any);
        }
        Probe::new(Reach::Internet, Caller::Anonymous, context)
    }

    /// Somebody in an account that nobody named, in an organisation of its own.
    pub(in crate::analysis) fn stranger(&self) -> Probe {
        let ordinary = self.fitting_organizations().ordinary;
        let organization = ordinary.unwrap_or_else(|| NO_ORGANIZATION.to_owned());
        self.stranger_in(KeyState::one(organization))
    }

    /// The same in no organisation, where that may make a difference.
    pub(in crate::analysis) fn lone_stranger(&self) -> Option<Probe> {
        let differs = self.asked.any(&ORGANIZATION_KEYS);
        differs.then(|| self.stranger_in(KeyState::Absent))
    }

    fn stranger_in(&self, organization: KeyState) -> Probe {
        let account = self.fitting_accounts().ordinary;
        let account = account.unwrap_or_else(|| STRANGER_ACCOUNT.to_owned());
        let context = self.insider(&account, organization);
        Probe::new(Reach::AnyAwsAccount, some(account), context)
    }

    fn fitting_accounts(&self) -> Fitting {
        fitting_accounts(self.mentioned, &ACCOUNT_KEYS, &ARN_KEYS)
    }

    fn fitting_organizations(&self) -> Fitting {
        fitting_organizations(self.mentioned, &ORGANIZATION_KEYS)
    }

    /// Somebody of whom nothing is known, where there are more kinds of accounts and organisations than can be asked about.
    pub(super) fn beyond(&self) -> Option<Probe> {
        let cut = self.fitting_accounts().cut || self.fitting_organizations().cut;
        let named = names_its_accounts(self.own, &ACCOUNT_KEYS, &ARN_KEYS);
        (cut && !named).then(|| {
            let mut context = self.insider(STRANGER_ACCOUNT, KeyState::Unknown);
            for key in [
                "aws:PrincipalAccount",
                "aws:PrincipalArn",
                "aws:PrincipalOrgPaths",
                "aws:userid",
            ] {
                context.set(key, KeyState::present());
            }
            let mut probe = Probe::new(Reach::AnyAwsAccount, Caller::Stranger, context);
            probe.exists = false;
            probe
        })
    }

    /// Somebody in an account, in an organisation or with an id that only a pattern names: such can be had until one
    /// fits.
    pub(in crate::analysis) fn patterned(&self) -> Vec<Probe> {
        let made = crossed(
            self.fitting_accounts(),
            self.fitting_organizations(),
            self.asked.any(&ORGANIZATION_KEYS),
        );
        let ids = self.fitting_ids();
        let mut probes = Vec::new();
        for made in made {
            if made.ordinary && ids.is_empty() {
                continue;
            }
            let context = self.insider(&made.account, made.organization);
            let mut probe = Probe::new(Reach::AnyAwsAccount, some(made.account), context);
            probe.exists = false;
            if !ids.is_empty() {
                let mut probe = probe.clone();
                let ids = KeyState::AnyLike(ids.clone());
                probe.context.set("aws:userid", ids);
                probes.push(probe);
            }
            if !made.ordinary {
                probes.push(probe);
            }
        }
        probes
    }

    /// Somebody in each account that conditions name, in the own one, and in each organisation.
    pub(in crate::analysis) fn named(&self) -> Vec<Probe> {
        let mut named: Vec<&str> = accounts(self.mentioned, &ACCOUNT_KEYS, &ARN_KEYS).collect();
        named.push(self.home.account);
        named.extend(self.accounts_of_ids());
        let exempt = || self.mentioned.exempt.iter().copied();
        named.extend(exempt().filter_map(Principal::account));
        named.sort_unstable();
        named.dedup();
        let mut probes: Vec<Probe> = named
            .into_iter()
            .flat_map(|account| {
                let caller = Caller::SomeoneIn(account.to_owned());
                let mut own = accounts(self.own, &ACCOUNT_KEYS, &ARN_KEYS);
                self.standing(&caller, account, own.any(|id| id == account))
            })
            .collect();
        for principal in exempt().filter(|one| !matches!(one, Principal::Account(_))) {
            if let (Some(account), Some(caller)) = (
                principal.account(),
                caller(principal, self.door.partition()),
            ) {
                probes.extend(self.standing(&caller, account, false));
            }
        }
        let made = self.fitting_accounts();
        let made = made.patterned.iter().map(|account| (false, account));
        let ordinary = self.fitting_accounts().ordinary;
        let made = made.chain(ordinary.iter().map(|account| (true, account)));
        let made: Vec<(bool, &String)> = made.collect();
        for (id, organization) in self.organizations(&ORGANIZATION_KEYS) {
            let whose = self.home.organization(&id);
            for (ordinary, account) in &made {
                let context = self.insider(account, organization.clone());
                let exists = !id.is_empty() && *ordinary;
                let account = (*account).clone();
                let mut probe = Probe::new(reach_of_organization(whose), some(account), context);
                probe.exists = exists;
                probe.organization.clone_from(&id);
                probe.whose = whose;
                probes.extend(self.named_by_id(std::slice::from_ref(&probe)));
                probes.push(probe);
            }
        }
        let strangers = std::iter::once(self.stranger()).chain(self.lone_stranger());
        let mut strangers: Vec<Probe> = strangers.collect();
        for stranger in &mut strangers {
            stranger.reach = Reach::ExternalAccount;
            if self.home.principals.is_none() {
                stranger.whose = Whose::Presumed;
            }
        }
        probes.extend(self.named_by_id(&strangers));
        probes
    }

    /// A caller of that account, once for each way in which it may stand to organisations.
    pub(super) fn principal(&self, account: &str, caller: &Caller) -> Vec<Probe> {
        self.standing(caller, account, true)
    }

    fn standing(&self, caller: &Caller, account: &str, explicit: bool) -> Vec<Probe> {
        let standings = self.standings(account, &ORGANIZATION_KEYS, explicit);
        let probes = standings.into_iter().map(|standing| {
            let organization = standing.organization;
            let mut context = match caller {
                // Whoever owns an account names its users, roles and tags as he likes.
                Caller::SomeoneIn(_) => self.insider(account, organization),
                _ => {
                    let mut context = self.signed();
                    if let Some(paths) = paths_of(&organization) {
                        context.set("aws:PrincipalOrgPaths", paths);
                    }
                    context.set("aws:PrincipalOrgID", organization);
                    context
                }
            };
            if let (true, Some(id)) = (standing.inside, self.home.organization_id()) {
                context.set(
                    "aws:PrincipalOrgPaths",
                    KeyState::Like(vec![Pattern::glob(&format!("{id}/*"))]),
                );
            }
            let mut probe = Probe::new(standing.reach, caller.clone(), context)
                .of_account(account, standing.whose);
            probe.exists = standing.sure;
            probe
        });
        let mut probes: Vec<Probe> = probes.collect();
        if matches!(caller, Caller::SomeoneIn(_)) {
            probes.extend(self.named_by_id(&probes));
        }
        probes
    }

    /// A caller who is master of an account.
    fn insider(&self, account: &str, organization: KeyState) -> Context {
        let mut context = self.signed();
        let partition = self.door.partition();
        context.set_with("aws:PrincipalArn", || {
            let identities = [
                "iam::{}:user/*",
                "iam::{}:role/*",
                "iam::{}:root",
                "sts::{}:federated-user/*",
            ];
            let identities = identities.map(|name| {
                Pattern::glob(&format!("arn:{partition}:{}", name.replace("{}", account)))
            });
            KeyState::AnyLike(identities.to_vec())
        });
        if let Some(paths) = paths_of(&organization) {
            context.set("aws:PrincipalOrgPaths", paths);
        }
        context.set("aws:PrincipalOrgID", organization);
        context.set_with("aws:userid", || self.ids(account));
        context.set_with("aws:PrincipalType", || {
            let types = ["Account", "User", "AssumedRole", "FederatedUser"].map(Pattern::literal);
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
        ] {
            context.set(key, KeyState::Any);
        }
        context
    }

    /// What holds for every request with credentials: by which service it comes, if any, the caller arranges himself.
    fn signed(&self) -> Context {
        let mut context = self.surroundings();
        context.set_with("aws:ViaAWSService", || {
            KeyState::AnyLike(["true", "false"].map(Pattern::literal).to_vec())
        });
        for key in ["aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast"] {
            context.set(key, KeyState::Any);
        }
        context
    }

    /// What holds for every request with which no service passes on credentials.
    pub(super) fn direct(&self) -> Context {
        let mut context = self.surroundings();
        context.set_with("aws:ViaAWSService", || KeyState::one("false"));
        for key in ["aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast"] {
            context.set(key, KeyState::Absent);
        }
        context
    }

    /// What holds for every request for this door.
    fn surroundings(&self) -> Context {
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

/// Somebody in an account.
fn some(account: String) -> Caller {
    match account.as_str() {
        STRANGER_ACCOUNT => Caller::Stranger,
        _ => Caller::SomeoneIn(account),
    }
}
