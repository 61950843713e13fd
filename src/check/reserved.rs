//! Facts whose names the expression language reserves without using them.
//!
//! `function` is the word that every check author will write, and the parser refuses it as a
//! variable. It is therefore disguised before parsing, by a name of the same length so that places
//! stay right, and restored in the parsed expression.

use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr};

/// The reserved words that facts are called by, each with its disguise.
const WORDS: [(&str, &str); 1] = [("function", "_unction")];

/// The expression with reserved words disguised where they stand for facts.
pub(super) fn disguise(text: &str) -> String {
    let mut disguised = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '"' | '\'' => string_length(rest, letter, raw(&disguised)),
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            _ if is_word(letter) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            _ => letter.len_utf8(),
        };
        let (token, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let field = disguised.trim_end().ends_with('.');
        let word = WORDS.iter().find(|(word, _)| *word == token && !field);
        disguised.push_str(word.map_or(token, |(_, disguise)| disguise));
        rest = after;
    }
    disguised
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// Whether what comes before a string says that it has no escapes.
fn raw(before: &str) -> bool {
    let start = before.rfind(|c| !is_word(c)).map_or(0, |at| at + 1);
    let prefix = before.get(start..).unwrap_or_default();
    matches!(prefix, "r" | "R" | "br" | "bR" | "Br" | "BR")
}

/// How many bytes the string at the beginning of a text takes.
fn string_length(text: &str, quote: char, raw: bool) -> usize {
    let triple: String = [quote; 3].iter().collect();
    let single = quote.to_string();
    let close = if text.starts_with(&triple) {
        &triple
    } else {
        &single
    };
    let mut at = close.len();
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(close.as_str()) {
            return at + close.len();
        }
        let mut letters = rest.chars();
        at += letters.next().map_or(0, char::len_utf8);
        if rest.starts_with('\\') && !raw {
            at += letters.next().map_or(0, char::len_utf8);
        }
    }
    text.len()
}

/// A message of the parser with the disguises taken off.
pub(super) fn undisguise_text(message: &str) -> String {
    WORDS
        .iter()
        .fold(message.to_owned(), |text, (word, disguise)| {
            text.replace(disguise, word)
        })
}

/// Takes the disguises off a parsed expression.
pub(super) fn undisguise(expr: &mut IdedExpr) {
    let restore = |name: &mut String| {
        if let Some((word, _)) = WORDS.iter().find(|(_, disguise)| disguise == name) {
            (*word).clone_into(name);
        }
    };
    match &mut expr.expr {
        Expr::Ident(name) => restore(name),
        Expr::Comprehension(comprehension) => restore(&mut comprehension.iter_var),
        _ => {}
    }
    for_each_part(expr, undisguise);
}

/// Does something with each expression that another is made of.
pub(super) fn for_each_part(expr: &mut IdedExpr, mut act: impl FnMut(&mut IdedExpr)) {
    match &mut expr.expr {
        Expr::Call(call) => {
            let parts = call.target.as_deref_mut().into_iter();
            parts.chain(&mut call.args).for_each(act);
        }
        Expr::Select(select) => act(&mut select.operand),
        Expr::List(list) => list.elements.iter_mut().for_each(act),
        Expr::Map(map) => {
            for entry in &mut map.entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                    act(&mut entry.key);
                    act(&mut entry.value);
                }
            }
        }
        Expr::Comprehension(comprehension) => {
            act(&mut comprehension.iter_range);
            act(&mut comprehension.loop_step);
        }
        Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) | Expr::Unspecified => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_variables_are_disguised() {
        for (written, parsed) in [
            ("function.name", "_unction.name"),
            ("a.function == 1", "a.function == 1"),
            ("a . function == 1", "a . function == 1"),
            ("'function' == function.name", "'function' == _unction.name"),
            (r"'it\'s function'", r"'it\'s function'"),
            (r"r'\' + function.name", r"r'\' + _unction.name"),
            (
                "'''a 'function' b''' + function.name",
                "'''a 'function' b''' + _unction.name",
            ),
            ("functions || function_x", "functions || function_x"),
            (
                "true // function\n|| function.ok",
                "true // function\n|| _unction.ok",
            ),
            ("'function", "'function"),
        ] {
            assert_eq!(disguise(written), parsed);
        }
    }
}
