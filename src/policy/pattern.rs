//! Text with the wildcards `*` and `?`, and the questions that policies ask of it.

use std::fmt;

/// Stands for `*` in a compiled pattern: a byte that UTF-8 never contains.
pub(super) const MANY: u8 = 0xFF;
/// Stands for `?`, likewise.
const ONE: u8 = 0xFE;
/// Beyond this many states [`Pattern::common`] gives up.
const STATE_LIMIT: usize = 1 << 20;

/// A pattern: `*` stands for any characters or none, `?` for exactly one.
///
/// Wildcards and text are told apart inside, so a literal `*` can be part of a pattern (`${*}` in a policy).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Pattern {
    code: Vec<u8>,
}

impl Pattern {
    /// Text in which `*` and `?` are wildcards.
    pub fn glob(text: &str) -> Pattern {
        let mut builder = PatternBuilder::default();
        builder.glob(text);
        builder.build()
    }

    /// Text in which no character is special.
    pub fn literal(text: &str) -> Pattern {
        Pattern {
            code: text.as_bytes().to_vec(),
        }
    }

    /// `*`: matches everything.
    pub fn everything() -> Pattern {
        Pattern { code: vec![MANY] }
    }

    /// The one text that matches, if the pattern has no wildcard.
    pub fn as_literal(&self) -> Option<&str> {
        std::str::from_utf8(&self.code).ok()
    }

    /// Whether it is `*`.
    pub fn is_everything(&self) -> bool {
        self.code == [MANY]
    }

    /// The same pattern for texts in lower case.
    #[must_use]
    pub fn to_lowercase(&self) -> Pattern {
        let mut builder = PatternBuilder::default();
        for token in self.tokens() {
            match token {
                Token::Many => builder.many(),
                Token::One => builder.one(),
                Token::Char(character) => {
                    for lower in character.to_lowercase() {
                        builder.literal(lower.encode_utf8(&mut [0; 4]));
                    }
                }
            }
        }
        builder.build()
    }

    /// Whether the text matches.
    ///
    /// Two pointers, which return to the last `*` only: no recursion, no memory, and linear in practice.
    pub fn matches(&self, text: &str) -> bool {
        glob(&self.code, text.as_bytes())
    }

    /// Whether every text that matches `other` matches this too.
    ///
    /// `true` is certain. `false` may be wrong where `?` and `*` of the two meet in unlike order
    /// (`?*` against `*a`), which errs towards "not known".
    pub fn covers(&self, other: &Pattern) -> bool {
        glob(&self.code, &other.code)
    }

    /// Whether some text may match both. `false` is certain.
    pub fn overlaps(&self, other: &Pattern) -> bool {
        if let Some(text) = other.as_literal() {
            return self.matches(text);
        }
        if let Some(text) = self.as_literal() {
            return other.matches(text);
        }
        self.ends_agree(other)
            && match self.walk(other) {
                Walk::Found(_) | Walk::TooLarge => true,
                Walk::Nothing => false,
            }
    }

    /// A text that matches both, if there is one and the patterns are not absurdly large.
    /// Where anything goes, it holds an `x`.
    pub fn common(&self, other: &Pattern) -> Option<String> {
        if !self.ends_agree(other) {
            return None;
        }
        match self.walk(other) {
            Walk::Found(text) => Some(text),
            Walk::Nothing | Walk::TooLarge => None,
        }
    }

    /// The pattern cut at its first `limit - 1` colons, as ARNs are.
    pub(super) fn segments(&self, limit: usize) -> Vec<&[u8]> {
        self.code.splitn(limit, |&byte| byte == b':').collect()
    }

    /// Cheap refutation: literal heads or tails that differ.
    fn ends_agree(&self, other: &Pattern) -> bool {
        fn agree<'a>(
            left: impl Iterator<Item = &'a u8>,
            right: impl Iterator<Item = &'a u8>,
        ) -> bool {
            left.zip(right)
                .take_while(|&(&a, &b)| a < ONE && b < ONE)
                .all(|(a, b)| a == b)
        }
        agree(self.code.iter(), other.code.iter())
            && agree(self.code.iter().rev(), other.code.iter().rev())
    }

    fn tokens(&self) -> Vec<Token> {
        let mut tokens = Vec::with_capacity(self.code.len());
        let mut rest = self.code.as_slice();
        while let Some((&first, tail)) = rest.split_first() {
            match first {
                MANY => tokens.push(Token::Many),
                ONE => tokens.push(Token::One),
                _ => {
                    let (head, after) = rest.split_at(width(first).min(rest.len()));
                    tokens.extend(
                        std::str::from_utf8(head)
                            .unwrap_or_default()
                            .chars()
                            .map(Token::Char),
                    );
                    rest = after;
                    continue;
                }
            }
            rest = tail;
        }
        tokens
    }

    /// Walks both patterns at once, breadth first, for a text that both accept.
    fn walk(&self, other: &Pattern) -> Walk {
        let (left, right) = (self.tokens(), other.tokens());
        let columns = right.len() + 1;
        let states = (left.len() + 1) * columns;
        if states > STATE_LIMIT {
            return Walk::TooLarge;
        }
        // How each state was first reached: from where, and over which character if any.
        let mut reached: Vec<Option<(usize, Option<char>)>> = vec![None; states];
        let mut queue = std::collections::VecDeque::from([0]);
        while let Some(state) = queue.pop_front() {
            let (i, j) = (state / columns, state % columns);
            if state + 1 == states {
                return Walk::Found(retrace(&reached, state));
            }
            let (a, b) = (left.get(i).copied(), right.get(j).copied());
            let mut go = |di: usize, dj: usize, over: Option<char>| {
                let next = (i + di) * columns + j + dj;
                if next == state {
                    return;
                }
                if let Some(slot @ None) = reached.get_mut(next) {
                    *slot = Some((state, over));
                    queue.push_back(next);
                }
            };
            if a == Some(Token::Many) {
                go(1, 0, None);
            }
            if b == Some(Token::Many) {
                go(0, 1, None);
            }
            if let (Some(a), Some(b)) = (a, b) {
                let (di, dj) = (usize::from(a != Token::Many), usize::from(b != Token::Many));
                match (a, b) {
                    (Token::Char(a), Token::Char(b)) if a != b => {}
                    (Token::Char(over), _) | (_, Token::Char(over)) => go(di, dj, Some(over)),
                    _ => go(di, dj, Some('x')),
                }
            }
        }
        Walk::Nothing
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        for token in self.tokens() {
            f.write_char(match token {
                Token::Many => '*',
                Token::One => '?',
                Token::Char(character) => character,
            })?;
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Token {
    Many,
    One,
    Char(char),
}

enum Walk {
    Found(String),
    Nothing,
    TooLarge,
}

fn retrace(reached: &[Option<(usize, Option<char>)>], end: usize) -> String {
    let mut text = Vec::new();
    let mut state = end;
    while let Some(Some((before, over))) = reached.get(state)
        && state != 0
    {
        text.extend(*over);
        state = *before;
    }
    text.iter().rev().collect()
}

/// Builds a pattern piece by piece; keeps every run of wildcards in one order, `?` before a single `*`.
#[derive(Default)]
pub(super) struct PatternBuilder {
    code: Vec<u8>,
}

impl PatternBuilder {
    pub(super) fn literal(&mut self, text: &str) {
        self.code.extend_from_slice(text.as_bytes());
    }

    pub(super) fn many(&mut self) {
        if self.code.last() != Some(&MANY) {
            self.code.push(MANY);
        }
    }

    pub(super) fn one(&mut self) {
        if self.code.last() == Some(&MANY) {
            self.code.pop();
            self.code.extend([ONE, MANY]);
        } else {
            self.code.push(ONE);
        }
    }

    pub(super) fn glob(&mut self, text: &str) {
        for piece in text.split_inclusive(['*', '?']) {
            if let Some(head) = piece.strip_suffix('*') {
                self.literal(head);
                self.many();
            } else if let Some(head) = piece.strip_suffix('?') {
                self.literal(head);
                self.one();
            } else {
                self.literal(piece);
            }
        }
    }

    pub(super) fn build(self) -> Pattern {
        Pattern { code: self.code }
    }
}

/// Bytes of the character or wildcard that starts with `first`.
fn width(first: u8) -> usize {
    match first {
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF7 => 4,
        _ => 1,
    }
}

/// Whether `pattern` matches `text`, which may itself hold wildcards: only `*` matches a `*` there.
pub(super) fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    // Where to resume: behind the last `*`, and the first byte that it has not swallowed yet.
    let mut star: Option<(usize, usize)> = None;
    while let Some(&byte) = text.get(t) {
        match pattern.get(p) {
            Some(&MANY) => {
                p += 1;
                if p == pattern.len() {
                    return true;
                }
                star = Some((p, t));
                continue;
            }
            Some(&ONE) if byte != MANY => {
                p += 1;
                t += width(byte);
                continue;
            }
            Some(&literal) if literal == byte => {
                p += 1;
                t += 1;
                continue;
            }
            _ => {}
        }
        let Some((resume, from)) = star else {
            return false;
        };
        let from = from + text.get(from).copied().map_or(1, width);
        star = Some((resume, from));
        (p, t) = (resume, from);
    }
    pattern
        .get(p..)
        .is_some_and(|rest| rest.iter().all(|&byte| byte == MANY))
}

/// Whether some text may match both of two compiled slices, as [`Pattern::overlaps`].
pub(super) fn overlap(left: &[u8], right: &[u8]) -> bool {
    let [left, right] = [left, right].map(|code| Pattern {
        code: code.to_vec(),
    });
    left.overlaps(&right)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, by recursion; exponential, so for short texts only.
    fn by_definition(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|n| by_definition(rest, &text[n..])),
            Some((one, rest)) => text.split_first().is_some_and(|(first, tail)| {
                (*one == '?' || one == first) && by_definition(rest, tail)
            }),
        }
    }

    fn short(alphabet: &'static str) -> impl Strategy<Value = String> {
        proptest::string::string_regex(&format!("[{alphabet}]{{0,7}}")).unwrap()
    }

    proptest! {
        #[test]
        fn matches_by_definition(pattern in short("abé*?"), text in short("abé")) {
            let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(Pattern::glob(&pattern).matches(&text), by_definition(&p, &t));
        }

        #[test]
        fn a_common_text_matches_both(left in short("ab*?"), right in short("ab*?")) {
            let (a, b) = (Pattern::glob(&left), Pattern::glob(&right));
            match a.common(&b) {
                Some(text) => {
                    prop_assert!(a.matches(&text) && b.matches(&text), "{text}");
                    prop_assert!(a.overlaps(&b));
                }
                None => prop_assert!(!a.overlaps(&b)),
            }
        }

        #[test]
        fn without_overlap_no_text_matches_both(left in short("ab*?"), right in short("ab*?"), text in short("ab")) {
            let (a, b) = (Pattern::glob(&left), Pattern::glob(&right));
            prop_assert!(a.overlaps(&b) || !(a.matches(&text) && b.matches(&text)));
        }

        #[test]
        fn what_is_covered_matches(left in short("ab*?"), right in short("ab*?"), text in short("ab")) {
            let (a, b) = (Pattern::glob(&left), Pattern::glob(&right));
            prop_assert!(!a.covers(&b) || !b.matches(&text) || a.matches(&text));
        }
    }

    #[test]
    fn questions_of_one_pattern_about_another() {
        for (left, right, covers, overlaps) in [
            ("*", "*", true, true),
            ("*", "", true, true),
            ("s3:*", "s3:Get*", true, true),
            ("s3:Get*", "s3:*", false, true),
            ("s3:*Object", "s3:Get*", false, true),
            ("s3:Get*", "ec2:*", false, false),
            ("*?", "?*", true, true),
            ("a*c", "ab*bc", true, true),
            ("a?c", "a*c", false, true),
            ("role/*a", "role/*b", false, false),
        ] {
            let (a, b) = (Pattern::glob(left), Pattern::glob(right));
            assert_eq!(a.covers(&b), covers, "`{left}` covers `{right}`");
            assert_eq!(a.overlaps(&b), overlaps, "`{left}` overlaps `{right}`");
        }
    }

    #[test]
    fn a_literal_star_is_no_wildcard() {
        let mut builder = PatternBuilder::default();
        builder.literal("a*");
        let pattern = builder.build();
        assert!(pattern.matches("a*") && !pattern.matches("ab"));
    }

    #[test]
    fn hostile_patterns_take_no_time() {
        let pattern = Pattern::glob(&"*a".repeat(5_000));
        let text = "a".repeat(10_000);
        let other = format!("{}b", "a".repeat(10_000));
        let start = std::time::Instant::now();
        for _ in 0..10 {
            assert!(pattern.matches(&text));
            assert!(!pattern.matches(&other));
        }
        // Twenty matches, unoptimised: far below the bar of one millisecond each.
        assert!(start.elapsed().as_millis() < 200, "{:?}", start.elapsed());
    }
}
