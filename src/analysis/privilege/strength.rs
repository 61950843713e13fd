//! How much a principal may do, compared with another.

use super::classes::Powers;

/// What a principal may do to everything, and whether it can give itself more.
#[derive(Debug, Default)]
pub(super) struct Strength {
    pub(super) powers: Powers,
    /// Whether it can widen its own permissions at will.
    pub(super) rises: bool,
}

/// Names that a report needs.
const NAMED: usize = 5;

/// Whether a policy that could not be read may make it stronger.
pub(super) fn is_open(strength: &Strength) -> bool {
    !strength.powers.gaps().is_empty()
}

/// What the other may do that the first may not; `None`: nothing of note.
pub(super) fn gains(own: &Strength, other: &Strength) -> Option<Vec<String>> {
    if own.powers.is_admin() {
        return None;
    }
    if other.powers.is_admin() || (other.rises && !own.rises) {
        return Some(vec!["administrator".to_owned()]);
    }
    let own = own.powers.names();
    let more: Vec<String> = other
        .powers
        .names()
        .into_iter()
        .filter(|name| !own.contains(name) && !covered(name, &own))
        .take(NAMED)
        .map(str::to_owned)
        .collect();
    (!more.is_empty()).then_some(more)
}

/// Whether all actions of the service are among them.
fn covered(action: &str, own: &std::collections::BTreeSet<&str>) -> bool {
    action
        .split_once(':')
        .is_some_and(|(service, _)| own.contains(format!("{service}:*").as_str()))
}

/// The order in which targets are tried: the strongest first.
pub(super) fn rank(strength: &Strength) -> (bool, bool, std::cmp::Reverse<usize>) {
    (
        !strength.powers.is_admin(),
        !strength.rises,
        std::cmp::Reverse(strength.powers.names().len()),
    )
}
