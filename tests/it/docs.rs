//! What the documentation shows must be true.

use std::fs;

use lamppost::check::{Registry, lint};
use lamppost::config::Config;
use lamppost::facts;

/// The fenced blocks of a language in a page.
fn blocks<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let fence = format!("```{language}\n");
    let parts = page.split(fence.as_str()).skip(1);
    parts.filter_map(|part| part.split("```").next()).collect()
}

#[test]
fn the_checks_in_the_guide_lint_green() {
    let page = fs::read_to_string("docs/writing-checks.md").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut written = 0;
    for block in blocks(&page, "toml") {
        let Some(rest) = block.strip_prefix("id = \"") else {
            continue;
        };
        let id = rest.split('"').next().unwrap();
        fs::write(folder.path().join(format!("{id}.toml")), block).unwrap();
        written += 1;
    }
    assert_eq!(written, 2);
    let problems = lint(folder.path(), &facts::schema).unwrap();
    let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", shown.join("\n\n"));
}

#[test]
fn the_configuration_in_the_guide_is_accepted() {
    let page = fs::read_to_string("docs/configuration.md").unwrap();
    let mut registry = Registry::builtin(&facts::schema).unwrap();
    let examples = blocks(&page, "toml");
    assert!(!examples.is_empty());
    for example in examples {
        let config = Config::parse("lamppost.toml", example).unwrap();
        config.apply(&mut registry).unwrap();
    }
}

#[test]
fn the_decisions_name_every_row_once_and_checks_that_exist() {
    let text = fs::read_to_string("docs/check-decisions.md").unwrap();
    let (_, table) = text.split_once("## Every row").unwrap();
    let registry = Registry::builtin(&facts::schema).unwrap();
    let mut rows: Vec<u32> = Vec::new();
    for line in table.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        rows.extend(
            cells[1]
                .split(", ")
                .filter_map(|number| number.parse::<u32>().ok()),
        );
        for name in cells[3].split('`').skip(1).step_by(2) {
            let is_check = name.contains('-') && !name.contains([' ', '/', '=', ':']);
            assert!(!is_check || registry.get(name).is_ok(), "{name}");
        }
    }
    rows.sort_unstable();
    assert_eq!(rows, (1..=116).collect::<Vec<_>>());
}
