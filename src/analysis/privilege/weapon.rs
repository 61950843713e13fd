//! Managed policies that a principal can put on itself or on others: strong ones that there are, such as it writes itself, and those
//! that the conditions of its own policies name.

use std::sync::LazyLock;

use super::authority::{Answer, Authority};
use super::catalogue::Proof;
use super::estate::Estate;
use super::powerful::{self, EVERYTHING};
use super::target::Made;
use crate::policy::{Action, KeyState, Pattern, Policy};
use crate::reference::managed_policies;

/// The policy that a request attaches or detaches.
pub(super) const POLICY: &str = "iam:PolicyARN";
/// The same in lower case.
pub(super) const POLICY_KEY: &str = "iam:policyarn";
/// The permissions boundary that a request sets, or that whom it changes has.
pub(super) const BOUNDARY: &str = "iam:PermissionsBoundary";

/// A managed policy with what has to be done before it can be used.
#[derive(Clone, Debug)]
pub(super) struct Weapon<'e> {
    pub(super) arn: String,
    pub(super) name: &'e str,
    pub(super) policy: &'e Policy,
    /// What becomes of whoever gets it.
    pub(super) made: Made<'static>,
    /// Whether it makes an administrator.
    pub(super) strong: bool,
    /// What writes it, and what is not known of it.
    pub(super) before: Proof,
}

impl Weapon<'_> {
    /// The answer to whether it can be used, with what comes before.
    pub(super) fn after(&self, answer: Answer) -> Answer {
        match answer {
            Answer::Yes(mut standing) => {
                standing.certain &= !self.before.uncertain;
                standing
                    .depends_on
                    .extend(self.before.depends_on.iter().cloned());
                Answer::Yes(standing)
            }
            other => other,
        }
    }

    pub(super) fn carried(&self, key: &'static str) -> (&'static str, KeyState) {
        (key, KeyState::one(&self.arn))
    }
}

static CREATE: LazyLock<Action> = LazyLock::new(|| Action::new(CREATE_NAME));
static REWRITE: LazyLock<Action> = LazyLock::new(|| Action::new(REWRITE_NAME));
static RESTORE: LazyLock<Action> = LazyLock::new(|| Action::new(RESTORE_NAME));
const CREATE_NAME: &str = "iam:CreatePolicy";
const REWRITE_NAME: &str = "iam:CreatePolicyVersion";
const RESTORE_NAME: &str = "iam:SetDefaultPolicyVersion";

/// What policies are called that are not there yet, or are not known.
const NEW: &str = "a managed policy that allows everything";
const UNKNOWN: &str = "a managed policy that is not known";

/// The policies that are worth naming in requests for this action, which carry their ARN under this key; the strongest first.
/// Whether the requests are allowed is not asked here.
pub(super) fn weapons<'e>(
    estate: &'e Estate<'_>,
    authority: &mut Authority<'_>,
    action: &Action,
    key: &str,
) -> Vec<Weapon<'e>> {
    let strong = estate.powerful().iter().enumerate();
    let mut all: Vec<Weapon<'e>> = strong
        .filter_map(|(place, one)| {
            Some(Weapon {
                arn: one.arn.clone(),
                name: &one.arn,
                policy: one.policy(estate)?,
                made: Made::With(place),
                strong: true,
                before: Proof::default(),
            })
        })
        .collect();
    // Where no condition tells policies apart, the strongest is as good as any.
    if authority.asks_for(&key.to_lowercase(), action) {
        let written = written(estate, authority, action, key);
        all.extend(written);
        let named = named(estate, &authority.named_by(action, key), &all);
        all.extend(named);
    }
    all
}

/// Policies of the account that the principal can rewrite, and new ones that it can create.
///
/// See <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html>.
fn written<'e>(
    estate: &'e Estate<'_>,
    authority: &mut Authority<'_>,
    action: &Action,
    key: &str,
) -> Vec<Weapon<'e>> {
    let Some(everything) = EVERYTHING.as_ref() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut add = |answer: Answer, action: &'static str, arn: &str, name, policy, made| {
        if let Answer::Yes(standing) = answer {
            let mut before = Proof::default();
            before.add(action, Some(arn.to_owned()), &standing);
            found.push(Weapon {
                arn: arn.to_owned(),
                name,
                policy,
                made,
                strong: true,
                before,
            });
        }
    };
    let all = Made::Everything;
    let own = || {
        estate
            .managed()
            .filter(|(arn, _)| estate.is_own_policy(arn))
    };
    if authority.mentions(&REWRITE) {
        for (arn, _) in own() {
            let answer = authority.on(&REWRITE, arn, None);
            add(answer, REWRITE_NAME, arn, arn, everything, all);
        }
    }
    if authority.mentions(&RESTORE) {
        for (arn, _) in own() {
            let versions = estate.versions(arn).iter();
            let mut versions = versions.filter_map(|version| version.policy.as_ref().ok());
            let strong = versions.find(|policy| powerful::makes_admin(estate, arn, policy));
            if let Some(policy) = strong {
                let answer = authority.on(&RESTORE, arn, None);
                add(answer, RESTORE_NAME, arn, arn, policy, all);
            }
        }
    }
    if authority.mentions(&CREATE) {
        for arn in creatable(estate, authority, action, key) {
            let answer = authority.on(&CREATE, &arn, None);
            add(answer, CREATE_NAME, &arn, NEW, everything, all);
        }
    }
    found
}

/// ARNs of policies that are not there, which statements about creating policies and about using them may both be for.
fn creatable(
    estate: &Estate<'_>,
    authority: &Authority<'_>,
    action: &Action,
    key: &str,
) -> Vec<String> {
    const MOST: usize = 16;
    let (partition, account) = (estate.partition(), estate.account());
    let own = Pattern::glob(&format!("arn:{partition}:iam::{account}:policy/*"));
    let mut wanted = authority.patterns_of(action, key);
    wanted.push(own.clone());
    let mut allowed = authority.resources_of(&CREATE);
    allowed.push(own.clone());
    let mut found: Vec<String> = Vec::new();
    for (wanted, allowed) in wanted
        .iter()
        .flat_map(|one| allowed.iter().map(move |other| (one, other)))
    {
        let Some(mut arn) = wanted.common(allowed) else {
            continue;
        };
        if arn.ends_with('/') {
            arn.push_str("lamppost");
        }
        let fits = [wanted, allowed, &own]
            .iter()
            .all(|pattern| pattern.matches(&arn));
        if fits && estate.policy(&arn).is_none() && !found.contains(&arn) && found.len() < MOST {
            found.push(arn);
        }
    }
    found
}

/// Policies that conditions name and that are not among these: what they give is known or not, but nothing only of those that are
/// known to be harmless.
fn named<'e>(estate: &'e Estate<'_>, arns: &[String], known: &[Weapon<'e>]) -> Vec<Weapon<'e>> {
    let arns = arns
        .iter()
        .filter(|arn| !known.iter().any(|weapon| weapon.arn == **arn));
    arns.filter_map(|arn| {
        let lesser = estate.lesser().iter().position(|one| one.arn == *arn);
        if let Some((place, one)) =
            lesser.and_then(|place| Some((place, estate.lesser().get(place)?)))
        {
            return Some(Weapon {
                arn: arn.clone(),
                name: &one.arn,
                policy: one.policy(estate)?,
                made: Made::WithLesser(place),
                strong: false,
                before: Proof::default(),
            });
        }
        let of_aws = format!("arn:{}:iam::aws:policy/", estate.partition());
        let is_unknown = match arn.strip_prefix(&of_aws) {
            Some(name) => {
                !managed_policies().is_harmless(name) && !name.starts_with("aws-service-role/")
            }
            None => estate.is_own_policy(arn) && !estate.has_policy(arn),
        };
        let mut before = Proof::default();
        before.doubt([format!(
            "{arn} allows it, of which the document is not known"
        )]);
        is_unknown.then_some(Weapon {
            arn: arn.clone(),
            name: UNKNOWN,
            policy: EVERYTHING.as_ref()?,
            made: Made::Everything,
            strong: true,
            before,
        })
    })
    .collect()
}
