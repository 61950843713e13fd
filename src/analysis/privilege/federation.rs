//! Who becomes a role by a token of an identity provider.
//!
//! The question is not what the policy says but whom it stops: a token that an outsider of the provider can get is put to
//! the whole policy, with the claims that AWS STS makes condition keys of. Which claims these are, and what an outsider may
//! have in them, is reference data.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html>.

use std::sync::Arc;

use super::claims::{Mentioned, Mentions, Outsider, outsiders};
use super::evidence::{depends_on, statement_name};
use super::trust::{Asker, Trust, Trusts, assumes_by};
use crate::policy::{
    Arn, Caller, Condition, Context, Effect, KeyState, Pattern, Statement, Verdict,
};
use crate::reference::{ClaimPart, IdentityProvider, Tenancy, Token, identity_providers};

/// The actions by which one becomes a role with a token of an OpenID Connect provider, and with a SAML assertion.
pub(super) const BY_TOKEN: &str = "sts:AssumeRoleWithWebIdentity";
pub(super) const BY_ASSERTION: &str = "sts:AssumeRoleWithSAML";
/// What a statement depends on that lets in those whose names fit a pattern.
const MADE: &str = "somebody makes an organization that fits the pattern";

/// A provider that a statement names, as AWS STS would find it.
enum Named<'p> {
    /// An OpenID Connect provider, by its issuer.
    Tokens(&'p str),
    /// A SAML provider.
    Assertions,
    /// Every one.
    Any,
    /// None that AWS STS would find: it looks in the role's account only.
    Nothing,
}

/// Tokens of one provider.
struct Tokens<'p> {
    /// As a principal.
    provider: String,
    /// What stands before a claim in a condition key.
    prefix: &'p str,
    known: Option<&'static IdentityProvider>,
    tokens: &'static [Token],
    action: &'static str,
    /// On what it depends whether the account knows the provider; empty where the statement says that it does.
    needs: String,
}

impl Tokens<'_> {
    fn is_shared(&self) -> bool {
        self.known
            .is_some_and(|known| known.tenancy == Tenancy::Shared)
    }
}

impl Asker<'_, '_> {
    /// Adds a provider whose users a statement names, if it does not say which of them it means.
    pub(super) fn federated(
        &self,
        trusts: &mut Trusts,
        provider: &str,
        statement: &Arc<Statement>,
    ) {
        let trust = match self.named(provider) {
            Named::Tokens(issuer) => self.admit(provider, &tokens_of(provider, issuer), statement),
            Named::Assertions => self.admit(provider, &assertions_of(provider), statement),
            Named::Any => return self.by_any_provider(trusts, provider, statement),
            Named::Nothing => None,
        };
        trusts.federated.extend(trust);
    }

    /// Adds those whom a statement for everybody lets in by a token of whichever provider.
    pub(super) fn by_any_provider(
        &self,
        trusts: &mut Trusts,
        principal: &str,
        statement: &Arc<Statement>,
    ) {
        let mut issuers: Vec<&str> = identity_providers()
            .iter()
            .filter(|provider| provider.tenancy == Tenancy::Shared)
            .flat_map(|provider| &provider.issuers)
            .map(String::as_str)
            .collect();
        issuers.sort_by_key(|issuer| !is_built_in(issuer));
        let mentioned = self.policy.statements.iter();
        let mentioned = mentioned.flat_map(|statement| &statement.conditions);
        issuers.extend(mentioned.filter_map(|condition| issuer_of(&condition.key)));
        let mut seen: Vec<&str> = Vec::new();
        let mut best: [Option<Trust>; 2] = [None, None];
        for issuer in issuers {
            if seen.contains(&issuer) {
                continue;
            }
            seen.push(issuer);
            let own = format!("{}oidc-provider/{issuer}", self.provider_prefix());
            let provider = if is_built_in(issuer) { issuer } else { &own };
            let mut tokens = tokens_of(provider, issuer);
            if !is_built_in(issuer) {
                tokens.needs = format!("the account has the identity provider {issuer}");
            }
            let place = usize::from(!tokens.is_shared());
            let trust = self.admit(principal, &tokens, statement);
            if let (Some(best), Some(trust)) = (best.get_mut(place), trust)
                && best
                    .as_ref()
                    .is_none_or(|known| trust.certain && !known.certain)
            {
                *best = Some(trust);
            }
        }
        let [public, private] = best;
        let private = private.or_else(|| {
            let provider = format!("{}saml-provider/lamppost", self.provider_prefix());
            let mut assertions = assertions_of(&provider);
            "the account has a SAML provider".clone_into(&mut assertions.needs);
            self.admit(principal, &assertions, statement)
        });
        let statement = statement_name(statement);
        let known = trusts.everyone.iter().any(|one| one.statement == statement);
        match public {
            Some(trust) if !known => trusts.everyone.push(trust),
            Some(_) => {}
            None => trusts.federated.extend(private),
        }
    }

    fn provider_prefix(&self) -> String {
        let partition = Arn::parse(self.role).map_or("aws", |arn| arn.partition);
        format!("arn:{partition}:iam::{}:", self.account.id())
    }

    fn named<'p>(&self, provider: &'p str) -> Named<'p> {
        if provider == "*" {
            return Named::Any;
        }
        let Some(arn) = Arn::parse(provider) else {
            return match is_built_in(provider) {
                true => Named::Tokens(provider),
                false => Named::Nothing,
            };
        };
        match arn.resource.split_once('/') {
            _ if arn.account != self.account.id() => Named::Nothing,
            Some(("oidc-provider", issuer)) => Named::Tokens(issuer),
            Some(("saml-provider", _)) => Named::Assertions,
            _ => Named::Nothing,
        }
    }

    /// Whom of those who can have a token the whole policy lets in: for certain, or perhaps.
    fn admit(
        &self,
        principal: &str,
        tokens: &Tokens<'_>,
        statement: &Arc<Statement>,
    ) -> Option<Trust> {
        if !assumes_by(statement, tokens.action) {
            return None;
        }
        let mut perhaps = None;
        for token in tokens.tokens {
            let mentioned = self.mentioned(tokens, token, statement);
            for outsider in outsiders(token, &mentioned, tokens.is_shared()) {
                for lacking in subsets(token, &mentioned) {
                    let context = self.context(tokens, token, &outsider, &mentioned, &lacking);
                    let trust =
                        self.ask_token(principal, tokens, token, &outsider, context, statement);
                    match trust {
                        Some(trust) if trust.certain => return Some(trust),
                        trust => perhaps = perhaps.or(trust),
                    }
                }
            }
        }
        perhaps
    }

    fn ask_token(
        &self,
        principal: &str,
        tokens: &Tokens<'_>,
        token: &Token,
        outsider: &Outsider<'_>,
        context: Context,
        statement: &Statement,
    ) -> Option<Trust> {
        let caller = Caller::Federated(tokens.provider.clone());
        let decision = self.decide(&caller, context, tokens.action, KeyState::Absent);
        let mut needs: Vec<String> = [token.needs.as_str(), tokens.needs.as_str()]
            .into_iter()
            .filter(|needs| !needs.is_empty())
            .map(str::to_owned)
            .collect();
        needs.extend(outsider.made.then(|| MADE.to_owned()));
        needs.extend(self.not_enforced(tokens));
        (decision.verdict != Verdict::Deny).then(|| {
            let certain = needs.is_empty() && decision.verdict == Verdict::Allow;
            let mut depends_on = depends_on(&decision);
            depends_on.extend(needs);
            Trust {
                principal: principal.to_owned(),
                caller: token.who.clone(),
                account: String::new(),
                vendor: String::new(),
                statement: statement_name(statement),
                external_id: false,
                certain,
                depends_on,
            }
        })
    }

    /// What conditions of the statement and of the Denies compare the claims of a token with.
    fn mentioned<'t>(
        &self,
        tokens: &Tokens<'_>,
        token: &'t Token,
        statement: &Arc<Statement>,
    ) -> Mentioned<'t> {
        let all = || {
            let denies = self.policy.statements.iter();
            let denies = denies.filter(|one| one.effect == Effect::Deny);
            let statements = std::iter::once(statement).chain(denies);
            statements.flat_map(|one| &one.conditions)
        };
        let mut mentioned = Mentioned::new();
        for claim in token.claims.keys() {
            let key = tokens.key(claim);
            let on_it = |condition: &&Condition| condition.key.eq_ignore_ascii_case(&key);
            if all().any(|condition| on_it(&condition)) {
                mentioned.insert(claim, Mentions::of(all().filter(on_it)));
            }
        }
        mentioned
    }

    /// What is known of a call with such a token. It comes without credentials, from anywhere on the internet.
    fn context(
        &self,
        tokens: &Tokens<'_>,
        token: &Token,
        outsider: &Outsider<'_>,
        mentioned: &Mentioned<'_>,
        lacking: &[&str],
    ) -> Context {
        let mut context = Context::open();
        // Of what no row says that AWS STS makes a key of it, there is no key.
        for statement in &self.policy.statements {
            for condition in &statement.conditions {
                if is_claim(&condition.key) {
                    context.set(&condition.key, KeyState::Absent);
                }
            }
        }
        for claim in token.claims.keys() {
            let state = outsider.claim(token, claim, mentioned);
            let optional = token.optional.contains(claim);
            let state = match state {
                _ if lacking.contains(&claim.as_str()) => KeyState::Absent,
                KeyState::AnyLike(_) if optional && is_free(token, claim) => KeyState::Any,
                state => state,
            };
            context.set(&tokens.key(claim), state);
        }
        let now = self.account.inventory.account.observed_at;
        context.set("aws:CurrentTime", KeyState::one(now.to_string()));
        context.set("aws:EpochTime", KeyState::one(now.as_second().to_string()));
        context.set("aws:SecureTransport", KeyState::one("true"));
        let versions = ["1.2", "1.3"].map(Pattern::literal).to_vec();
        context.set("aws:TlsVersion", KeyState::AnyLike(versions));
        context.set("aws:ViaAWSService", KeyState::one("false"));
        for key in [
            "aws:CalledVia",
            "aws:CalledViaFirst",
            "aws:CalledViaLast",
            "aws:MultiFactorAuthAge",
            "aws:MultiFactorAuthPresent",
            "aws:TokenIssueTime",
        ] {
            context.set(key, KeyState::Absent);
        }
        for key in ["aws:UserAgent", "aws:Referer"] {
            context.set(key, KeyState::Any);
        }
        context
    }

    /// What it depends on where AWS STS refuses requests because the policy leaves a claim out.
    ///
    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html>.
    fn not_enforced(&self, tokens: &Tokens<'_>) -> Option<String> {
        let left_out = |key: &String| {
            let conditions = self.policy.statements.iter();
            let mut conditions = conditions.flat_map(|statement| &statement.conditions);
            !conditions.any(|condition| condition.key.eq_ignore_ascii_case(key))
        };
        let enforced = tokens.known?.enforced.iter();
        let key = enforced.map(|claim| tokens.key(claim)).find(left_out)?;
        Some(format!(
            "AWS STS accepts a trust policy without {key}, which AWS documents that it does not"
        ))
    }
}

impl Tokens<'_> {
    /// The condition key of a claim.
    fn key(&self, claim: &str) -> String {
        match claim.split_once(':') {
            Some(_) => claim.to_owned(),
            None => format!("{}:{claim}", self.prefix),
        }
    }
}

fn tokens_of<'p>(provider: &str, issuer: &'p str) -> Tokens<'p> {
    let known = identity_providers().of_issuer(issuer);
    let tokens = known.map(|known| known.tokens.as_slice());
    Tokens {
        provider: provider.to_owned(),
        prefix: issuer,
        known,
        tokens: tokens
            .filter(|tokens| !tokens.is_empty())
            .unwrap_or_else(|| std::slice::from_ref(identity_providers().other())),
        action: BY_TOKEN,
        needs: String::new(),
    }
}

fn assertions_of(provider: &str) -> Tokens<'static> {
    Tokens {
        provider: provider.to_owned(),
        prefix: "saml",
        known: None,
        tokens: std::slice::from_ref(identity_providers().saml()),
        action: BY_ASSERTION,
        needs: String::new(),
    }
}

/// Whether AWS knows a provider by its domain, without an entry in the account.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-federated-web-identity>.
fn is_built_in(domain: &str) -> bool {
    let known = identity_providers().of_issuer(domain);
    known.is_some_and(|known| known.built_in)
}

/// Whether a condition key is a claim of a token: an issuer stands before it, or `saml`.
fn is_claim(key: &str) -> bool {
    issuer_of(key).is_some()
        || key
            .split_once(':')
            .is_some_and(|(prefix, _)| prefix.eq_ignore_ascii_case("saml"))
}

fn issuer_of(key: &str) -> Option<&str> {
    let (issuer, _) = key.split_once(':')?;
    issuer.contains('.').then_some(issuer)
}

/// Whether anything may stand in a claim.
fn is_free(token: &Token, claim: &str) -> bool {
    let templates = token.claims.get(claim);
    templates.is_some_and(|templates| {
        let mut templates = templates.iter();
        templates.any(|template| template.parts == [ClaimPart::Anything])
    })
}

/// Which of the claims that conditions are on and that a token may lack it lacks: each choice of them. Claims in which anything
/// may stand are left out, for which there is a state of their own.
fn subsets<'t>(token: &'t Token, mentioned: &Mentioned<'t>) -> Vec<Vec<&'t str>> {
    let mut subsets = vec![Vec::new()];
    let claims = mentioned.keys().copied();
    let open = |claim: &&str| {
        token.optional.iter().any(|optional| optional == claim) && !is_free(token, claim)
    };
    for claim in claims.filter(open).take(4) {
        let with: Vec<Vec<&str>> = subsets
            .iter()
            .map(|subset| subset.iter().copied().chain([claim]).collect())
            .collect();
        subsets.extend(with);
    }
    subsets
}
