//! The built-in checks as a whole.

use lamppost::check::lint_builtin;
use lamppost::facts;

#[test]
fn lint_green() {
    let problems: Vec<String> = lint_builtin(&facts::schema)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}
