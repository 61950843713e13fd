//! Ids of users and roles: AWS gives them out, and they do not say whose they are.

use super::probe::{Callers, Probe};
use crate::policy::{KeyState, Pattern, is_account_id};

const KEY: [&str; 1] = ["aws:userid"];

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
            None => vec![format!("AIDA{account}"), format!("AROA{account}")],
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
