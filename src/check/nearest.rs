//! The nearest name to a misspelt one.

/// The candidate that was probably meant: one that holds all words of the name, best one that begins with the
/// same, or else the one that is closest by its letters, if it is close enough.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let words: Vec<&str> = name.split(['-', '_', ' ']).collect();
    let holds = |candidate: &&&str| {
        let parts: Vec<&str> = candidate.split('-').collect();
        words.len() > 1 && words.iter().all(|word| parts.contains(word))
    };
    if let Some(candidate) = candidates.iter().filter(holds).min_by_key(|candidate| {
        (
            candidate.split('-').next() != words.first().copied(),
            candidate.len(),
        )
    }) {
        return Some(candidate);
    }
    let reach = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= reach)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters must be changed, added, dropped or swapped with their neighbour.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.to_lowercase().chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    let mut previous_letter = None;
    for (row, letter) in one.to_lowercase().chars().enumerate() {
        let mut current = vec![row + 1];
        let mut left = row + 1;
        let mut previous_other = None;
        for (column, candidate) in other.iter().copied().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX);
            let mut best = (at(&last, column) + usize::from(letter != candidate))
                .min(at(&last, column + 1) + 1)
                .min(left + 1);
            if Some(letter) == previous_other && previous_letter == Some(candidate) {
                best = best.min(at(&before_last, column.wrapping_sub(1)).saturating_add(1));
            }
            current.push(best);
            left = best;
            previous_other = Some(candidate);
        }
        before_last = std::mem::replace(&mut last, current);
        previous_letter = Some(letter);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_within_reach_or_none() {
        for (name, candidates, expected) in [
            ("efect", vec!["effect", "action"], Some("effect")),
            ("fucntion", vec!["function", "junction"], Some("function")),
            ("Timeout", vec!["timeout"], Some("timeout")),
            ("ab", vec!["xy"], None),
            (
                "public-url",
                vec!["public-function-url"],
                Some("public-function-url"),
            ),
            (
                "admin-role",
                vec!["passable-admin-role", "admin-role-of-all"],
                Some("admin-role-of-all"),
            ),
            ("ownr-role", vec!["public-function-url"], None),
            ("", vec!["a"], Some("a")),
        ] {
            assert_eq!(nearest(name, candidates), expected, "{name}");
        }
    }
}
