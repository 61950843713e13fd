//! Whether two patterns have a text in common, and which.

use super::glob::ONE;
use super::pattern::{Pattern, Token};

/// Beyond this many states [`Pattern::common`] gives up.
const STATE_LIMIT: usize = 1 << 20;

impl Pattern {
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

    /// Walks both patterns at once, breadth first, for a text that both accept.
    fn walk(&self, other: &Pattern) -> Walk {
        let (left, right) = (self.tokens(), other.tokens());
        // What both begin with needs no walking.
        let alike = left.iter().zip(&right);
        let alike = alike.take_while(|(a, b)| a == b && matches!(a, Token::Char(_)));
        let head: String = alike.filter_map(|(token, _)| token.character()).collect();
        let shared = head.chars().count();
        let [left, right] = [&left, &right].map(|tokens| tokens.get(shared..).unwrap_or_default());
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
                return Walk::Found(head + &retrace(&reached, state));
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

/// Whether some text may match both of two compiled slices, as [`Pattern::overlaps`].
pub(super) fn overlap(left: &[u8], right: &[u8]) -> bool {
    let [left, right] = [left, right].map(|code| Pattern {
        code: code.to_vec(),
    });
    left.overlaps(&right)
}
