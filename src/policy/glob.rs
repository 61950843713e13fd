//! Matching of compiled patterns.

use memchr::{memchr, memmem};

/// Stands for `*` in a compiled pattern: a byte that UTF-8 never contains.
pub(super) const MANY: u8 = 0xFF;
/// Stands for `?`, likewise.
pub(super) const ONE: u8 = 0xFE;

/// Bytes of the character or wildcard that starts with `first`.
pub(super) fn width(first: u8) -> usize {
    match first {
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF7 => 4,
        _ => 1,
    }
}

/// Whether `pattern` matches `text`, which may itself hold wildcards: only `*` matches a `*` there.
///
/// What follows a `*` is searched for, not tried byte by byte, so that only a `?` behind it makes more than one pass.
pub(super) fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    // Where to resume: the last `*`, and the first byte that it has not swallowed yet.
    let mut star: Option<(usize, usize)> = None;
    while let Some(&byte) = text.get(t) {
        match pattern.get(p) {
            Some(&MANY) => {
                let Some((swallowed, literal)) = behind(pattern, p + 1, text, t) else {
                    return false;
                };
                if p + 1 + literal == pattern.len() {
                    return true;
                }
                star = Some((p, t + swallowed));
                (p, t) = (p + 1 + literal, t + swallowed + literal);
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

/// How many bytes of the text from `t` a `*` must swallow at least, so that the literal behind it fits, and the length of
/// that literal, which begins at `p`. `None`: it fits nowhere.
fn behind(pattern: &[u8], p: usize, text: &[u8], t: usize) -> Option<(usize, usize)> {
    let (rest, left) = (pattern.get(p..)?, text.get(t..)?);
    let end = rest.iter().position(|byte| matches!(*byte, MANY | ONE));
    let literal = rest.get(..end.unwrap_or(rest.len()))?;
    let swallowed = match end {
        Some(_) => match literal {
            [byte] => memchr(*byte, left)?,
            _ => memmem::find(left, literal)?,
        },
        None => left.len() - left.strip_suffix(literal).map(|_| literal.len())?,
    };
    Some((swallowed, literal.len()))
}
