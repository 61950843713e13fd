//! Ids of users and roles: AWS gives them out, and they do not say whose they are.

use super::door::Mentioned;
use super::probe::{Callers, Probe};
use crate::policy::{Caller, Context, KeyState, Pattern, is_account_id};

const KEY: [&str; 1] = ["aws:userid"];

/// What ids of users and roles are made of.
const ID_CHARACTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What stands before the name of a session: the id of a user or role, or for others of an account.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable>.
fn holder(text: &str) -> &str {
    text.split(':').next().unwrap_or_default()
}

fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}

impl Callers<'_> {
    /// Ids that somebody in an account may have: those of its users and roles where they are known, else made ones,
    /// which no condition names.
    pub(super) fn ids(&self, account: &str) -> KeyState {
        let known = self
            .home
            .principals
            .filter(|_| account == self.home.account);
        let mut ids = match known {
            Some(principals) => principals.iter().map(|one| one.id.clone()).collect(),
            None => vec![self.unnamed_id("AIDA"), self.unnamed_id("AROA")],
        };
        ids.push(account.to_owned());
        let session = |id: &String| match self.own.compares_stars(&KEY) {
            // <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>: no name of a session holds a `*`
            true => Pattern::literal(&format!("{id}:lamppost")),
            false => Pattern::glob(&format!("{id}:*")),
        };
        let sessions: Vec<Pattern> = ids.iter().map(session).collect();
        KeyState::AnyLike(
            ids.iter()
                .map(|id| Pattern::literal(id))
                .chain(sessions)
                .collect(),
        )
    }

    /// An id that AWS could give to a user or role, and that no condition names nor, if that can be, fits.
    fn unnamed_id(&self, prefix: &str) -> String {
        let written: Vec<&str> = self.mentioned.values(&KEY).map(holder).collect();
        let patterns: Vec<Pattern> = written.iter().map(|text| Pattern::glob(text)).collect();
        let made = || {
            let tails = ID_CHARACTERS.chars();
            tails.map(|one| format!("{prefix}{}", one.to_string().repeat(17)))
        };
        made()
            .find(|id| !patterns.iter().any(|pattern| pattern.matches(id)))
            .or_else(|| made().find(|id| !written.contains(&id.as_str())))
            .unwrap_or_else(|| prefix.to_owned())
    }

    /// The same callers with the ids that conditions name, where those may be theirs.
    pub(super) fn named_by_id(&self, probes: &[Probe]) -> Vec<Probe> {
        let ids: Vec<Pattern> = self
            .written_ids()
            .filter(|text| !has_wildcard(holder(text)) && !self.is_own(holder(text)))
            .map(Pattern::glob)
            .collect();
        if ids.is_empty() {
            return Vec::new();
        }
        let all_known =
            |probe: &&Probe| self.home.principals.is_none() || probe.account != self.home.account;
        let named = probes.iter().filter(all_known).cloned().map(|mut probe| {
            probe
                .context
                .set("aws:userid", KeyState::AnyLike(ids.clone()));
            probe.exists = false;
            probe
        });
        named.collect()
    }

    /// Ids that fit patterns: users and roles can be made until one has such an id.
    pub(super) fn fitting_ids(&self) -> Vec<Pattern> {
        let patterns = self.written_ids().filter(|text| has_wildcard(holder(text)));
        patterns
            .map(|text| {
                let holder = holder(text);
                let rest = text.get(holder.len()..).unwrap_or_default();
                Pattern::glob(&format!("{}{rest}", holder.replace(['*', '?'], "X")))
            })
            .collect()
    }

    /// Accounts that conditions on ids name.
    pub(super) fn accounts_of_ids(&self) -> impl Iterator<Item = &str> {
        let holders = self.mentioned.values(&KEY).map(holder);
        holders.filter(|id| is_account_id(id))
    }

    fn written_ids(&self) -> impl Iterator<Item = &str> {
        let ids = self.mentioned.values(&KEY);
        let stars = self.own.compares_stars(&KEY);
        ids.filter(move |text| !stars || !has_wildcard(text))
            .filter(|text| !text.contains('$') && !is_account_id(holder(text)))
    }

    fn is_own(&self, id: &str) -> bool {
        let mut principals = self.home.principals.iter().copied().flatten();
        principals.any(|one| one.id.eq_ignore_ascii_case(id))
    }
}

/// Keys by which conditions tell users, roles, root users and federated users apart.
const KIND_KEYS: [&str; 4] = [
    "aws:principaltype",
    "aws:principalarn",
    "aws:userid",
    "aws:username",
];

/// A kind of identity: its type, what its ARN holds, and which ids are of it.
type Kind<'a> = (&'a str, &'a str, &'a dyn Fn(&str) -> bool);

/// Somebody in an account, once for each kind of identity that he may use, where more than one key tells them apart: no
/// request has the type of one and the ARN of another.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable>
pub(super) fn kinds(probe: &Probe, mentioned: &Mentioned<'_>) -> Vec<Probe> {
    let told_apart = KIND_KEYS
        .iter()
        .filter(|key| mentioned.any(&[**key]))
        .count();
    let account = match &probe.caller {
        Caller::Stranger | Caller::SomeoneIn(_) => probe.caller.account(),
        _ => None,
    };
    let Some(account) = account.filter(|_| told_apart > 1) else {
        return vec![probe.clone()];
    };
    let some_session = format!("{account}:");
    let kinds: [Kind<'_>; 4] = [
        ("Account", ":root", &|id| id == account),
        ("User", ":user/", &|id| !id.contains(':') && id != account),
        ("AssumedRole", ":role/", &|id| {
            id.contains(':') && !id.starts_with(&some_session)
        }),
        ("FederatedUser", ":federated-user/", &|id| {
            id.starts_with(&some_session)
        }),
    ];
    let of_kind = |(kind, name, id): &Kind<'_>| {
        let mut probe = probe.clone();
        let context = &mut probe.context;
        keep(context, "aws:PrincipalType", &|text| text == *kind);
        keep(context, "aws:PrincipalArn", &|text| text.contains(name));
        keep(context, "aws:userid", id);
        if *kind != "User" {
            context.set("aws:username", KeyState::Absent);
        }
        probe
    };
    kinds.iter().map(of_kind).collect()
}

/// Keeps of what a caller chooses from what fits.
fn keep(context: &mut Context, key: &str, fits: &dyn Fn(&str) -> bool) {
    let KeyState::AnyLike(patterns) = context.state(key) else {
        return;
    };
    let kept = patterns.iter().filter(|one| fits(&one.to_string()));
    let kept: Vec<Pattern> = kept.cloned().collect();
    context.set(
        key,
        match kept.is_empty() {
            true => KeyState::Absent,
            false => KeyState::AnyLike(kept),
        },
    );
}
