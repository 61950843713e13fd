//! Matching of compiled patterns.

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
