//! The built-in checks as a whole.

use lamppost::check::{Judge, Registry, example_document, lint_builtin};
use lamppost::facts;

#[test]
fn lint_green() {
    let problems: Vec<String> = lint_builtin(&facts::schema)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn messages_have_no_gaps_where_something_is_empty() {
    let registry = Registry::builtin(&facts::schema).unwrap();
    let mut broken = Vec::new();
    for check in registry.checks() {
        for example in &check.definition.examples.fail {
            let document = example_document(check.definition.scope, &example.facts);
            for offence in Judge::new(&document).judge(check).offences {
                let message = offence.message;
                let gap = ["  ", " ,", " .", " :", " ;", "()", ", perhaps", "whomever"];
                if gap.iter().any(|gap| message.contains(gap)) || message.ends_with(' ') {
                    broken.push(format!("{}: {message}", check.definition.id));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
