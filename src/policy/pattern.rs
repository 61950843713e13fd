//! Text with the wildcards `*` and `?`, and the questions that policies ask of it.

use std::fmt;

use super::glob::{MANY, ONE, glob, width};

/// A pattern: `*` stands for any characters or none, `?` for exactly one.
///
/// Wildcards and text are told apart inside, so a literal `*` can be part of a pattern (`${*}` in a policy).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Pattern {
    pub(super) code: Vec<u8>,
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
    /// Two pointers, which return to the last `*` only, and a search for what follows it: no recursion, no memory, and
    /// linear where no `?` stands behind a `*`.
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

    /// The pattern cut at its first `limit - 1` colons, as ARNs are.
    pub(super) fn segments(&self, limit: usize) -> Vec<&[u8]> {
        self.code.splitn(limit, |&byte| byte == b':').collect()
    }

    pub(super) fn tokens(&self) -> Vec<Token> {
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
pub(super) enum Token {
    Many,
    One,
    Char(char),
}

impl Token {
    /// The character that it stands for, if just one will do.
    pub(super) fn character(self) -> Option<char> {
        match self {
            Token::Char(character) => Some(character),
            Token::Many | Token::One => None,
        }
    }
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
        let one_literal = Pattern::glob(&format!("*{}b*", "a".repeat(5_000)));
        let pattern = Pattern::glob(&"*a".repeat(5_000));
        let text = "a".repeat(10_000);
        let other = format!("{}b", "a".repeat(10_000));
        let start = std::time::Instant::now();
        for _ in 0..10 {
            assert!(pattern.matches(&text));
            assert!(!pattern.matches(&other));
            assert!(!one_literal.matches(&text));
            assert!(one_literal.matches(&other));
        }
        // Forty matches, unoptimised: far below the bar of one millisecond each.
        assert!(start.elapsed().as_millis() < 200, "{:?}", start.elapsed());
    }
}
