//! The built-in checks as a whole.

use std::collections::{BTreeMap, BTreeSet};

use lamppost::check::{Judge, Registry, example_document, lint_builtin, page};
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

#[test]
fn what_fixes_share_stands_in_a_macro() {
    // a command, or a line of a template, that stands in three checks belongs in `checks/fixes.jinja`
    let registry = Registry::builtin(&facts::schema).unwrap();
    let mut lines: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for check in registry.checks() {
        let fix = &check.definition.fix;
        let texts = [Some(&fix.text), fix.cli.as_ref(), fix.terraform.as_ref()];
        for line in texts.into_iter().flatten().flat_map(|text| text.lines()) {
            let line = line.trim().to_owned();
            lines.entry(line).or_default().insert(&check.definition.id);
        }
    }
    let shared: Vec<(&String, usize)> = lines
        .iter()
        .filter(|(line, checks)| checks.len() >= 3 && line.len() > 100)
        .map(|(line, checks)| (line, checks.len()))
        .collect();
    assert!(shared.is_empty(), "{shared:#?}");
}

#[test]
fn pages_render_what_a_report_would_say() {
    let registry = Registry::builtin(&facts::schema).unwrap();
    for check in registry.checks() {
        let page = page(check);
        let (read, expressions) = page.split_once("## Expressions").unwrap();
        let id = &check.definition.id;
        assert!(!read.contains("{{") && !read.contains("{%"), "{id}");
        assert!(!read.contains("(unknown)"), "{id}");
        assert!(check.definition.acceptable.is_some(), "{id}");
        assert!(expressions.contains(check.definition.fails.trim()), "{id}");
    }
}
