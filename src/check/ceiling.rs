//! What a check may cost: its file, its expressions, its templates. A check of somebody else can be wrong
//! in ways that would hang or kill a scan of thousands of functions.

use std::cell::Cell;
use std::ops::Range;

use crate::disk::Ceiling;

/// The largest check file: ten times the largest of the built-in ones.
pub(super) const FILE: Ceiling = Ceiling {
    of: "check files",
    bytes: 256 << 10,
};

/// The most items that the loops of one expression may go through together. The built-in checks take
/// fewer than a thousand on real accounts.
pub(super) const STEPS: u64 = 500_000;

/// The longest text or list that an expression may make, in bytes or items.
pub(super) const LENGTH: usize = 1 << 20;

/// The most instructions of one template. The longest of the built-in ones takes some hundreds.
pub(super) const FUEL: u64 = 100_000;

/// The longest text that one template may make, in bytes: AWS takes policies of 20 KiB at most, and a
/// person reads less.
pub(super) const OUTPUT: usize = 256 << 10;

thread_local! {
    static LEFT: Cell<u64> = const { Cell::new(STEPS) };
    static ROOM: Cell<usize> = const { Cell::new(OUTPUT) };
}

/// The budget of an expression is used up.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the expression goes through more than {STEPS} items")]
pub(super) struct OutOfSteps;

/// An expression makes a value that is too long.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the expression makes a text or list longer than {LENGTH}")]
pub(super) struct TooLong;

/// Runs an expression on a budget of its own.
pub(super) fn budgeted<T>(run: impl FnOnce() -> T) -> (T, Result<(), OutOfSteps>) {
    LEFT.set(STEPS);
    let value = run();
    let spent = LEFT.replace(STEPS) == 0;
    (value, if spent { Err(OutOfSteps) } else { Ok(()) })
}

/// Takes the items of a loop from the budget.
pub(super) fn charge(items: usize) -> Result<(), OutOfSteps> {
    let left = LEFT.get().saturating_sub(items as u64);
    LEFT.set(left);
    if left == 0 { Err(OutOfSteps) } else { Ok(()) }
}

/// Begins the text of a template.
pub(super) fn fresh_page() {
    ROOM.set(OUTPUT);
}

/// Takes so many bytes from the room of a template; whether there were as many.
pub(super) fn takes(bytes: usize) -> bool {
    let left = ROOM.get().checked_sub(bytes);
    ROOM.set(left.unwrap_or_default());
    left.is_some()
}

/// The first thing in a template that computes instead of filling in: what `set`, macros of its own and `~` build up
/// could double with every line. It may call the macros of `checks/fixes.jinja`, none of which fills in its body twice.
pub(super) fn computing(text: &str) -> Option<(Range<usize>, &'static str)> {
    const WORDS: [&str; 11] = [
        "set",
        "with",
        "macro",
        "filter",
        "block",
        "extends",
        "include",
        "import",
        "from",
        "do",
        "autoescape",
    ];
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('{')) {
        let open = at + found;
        let rest = text.get(open..).unwrap_or_default();
        let (end, statement) = match rest.as_bytes().get(1) {
            Some(b'{') => ("}}", false),
            Some(b'%') => ("%}", true),
            Some(b'#') => {
                at = rest.find("#}").map_or(text.len(), |end| open + end + 2);
                continue;
            }
            _ => {
                at = open + 1;
                continue;
            }
        };
        if statement {
            let inner = rest.get(2..).unwrap_or_default();
            let inner = inner.trim_start_matches(['-', '+']).trim_start();
            let word: String = inner
                .chars()
                .take_while(char::is_ascii_alphabetic)
                .collect();
            if WORDS.contains(&word.as_str()) || word == "raw" {
                let start = open + rest.len() - rest.get(2..).map_or(0, str::len);
                let start = text
                    .get(start..)
                    .and_then(|tail| tail.find(&word))
                    .map_or(start, |by| start + by);
                return Some((start..start + word.len(), "a template only fills in"));
            }
        }
        let mut quote = None;
        let mut escaped = false;
        let mut next = text.len();
        for (offset, c) in rest.char_indices().skip(2) {
            match (quote, c) {
                _ if escaped => escaped = false,
                (Some(_), '\\') => escaped = true,
                (Some(open), _) if open == c => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'') => quote = Some(c),
                (None, _) if rest.get(offset..).is_some_and(|tail| tail.starts_with(end)) => {
                    next = open + offset + 2;
                    break;
                }
                (None, '+' | '-') if is_trim(rest, offset, end) => {}
                (None, '~' | '*' | '+') => {
                    return Some((open + offset..open + offset + 1, "a template only fills in"));
                }
                _ => {}
            }
        }
        at = next;
    }
    None
}

/// Whether a sign belongs to the mark that begins or ends a tag.
fn is_trim(tag: &str, offset: usize, end: &str) -> bool {
    offset == 2
        || tag
            .get(offset + 1..)
            .is_some_and(|rest| rest.starts_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_computes_is_found() {
        for text in [
            "{{ a }} + b ~ c * d",
            "{% if a and b == '~*+' %}x{% endif %}",
            "{%- for x in a[:3] -%}{{ x | join(' + ') }}{%- endfor +%}",
            "{# set x = a ~ a #}{ ~ }",
            "{{ \"it's ~\" }}{{ 'a\\' ~' }}",
            "{{ settings }}{% if set_up %}{% endif %}",
        ] {
            assert_eq!(computing(text), None, "{text}");
        }
        for (text, what) in [
            ("{{ a ~ a }}", "~"),
            ("x{{ a * 1000 }}", "*"),
            ("{% for x in [a + a] %}", "+"),
            ("{%- set x = 1 %}", "set"),
            ("{% macro f() %}", "macro"),
            ("{{ 'a' }}{{ b }}{%filter upper%}", "filter"),
            ("{% raw %}{{ x }}", "raw"),
        ] {
            let (span, _) = computing(text).unwrap();
            assert_eq!(text.get(span), Some(what), "{text}");
        }
    }

    #[test]
    fn a_budget_ends_and_begins_again() {
        let (_, spent) = budgeted(|| charge(5).unwrap());
        assert!(spent.is_ok());
        let (within, spent) = budgeted(|| (0..).find(|_| charge(1000).is_err()));
        assert_eq!(within, Some(STEPS / 1000 - 1));
        assert!(spent.is_err());
        assert!(budgeted(|| ()).1.is_ok());
    }
}
