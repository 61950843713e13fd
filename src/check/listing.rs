//! Tables of checks: Markdown for the documentation, plain text for the terminal.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::compile::Check;
use super::definition::{Definition, Framework, Persona};
use super::page::wrap;

/// The table of all checks, as Markdown, with a link to each page.
pub fn index<'c>(checks: impl IntoIterator<Item = &'c Check>) -> String {
    let mut checks: Vec<&Check> = checks.into_iter().collect();
    checks.sort_by(|one, other| {
        let key = |check: &Check| (check.family.clone(), check.definition.id.clone());
        key(one).cmp(&key(other))
    });
    let families: BTreeSet<&str> = checks.iter().map(|check| check.family.as_str()).collect();
    let mut page = format!(
        "# Checks\n\n{} checks in {} families.\n",
        checks.len(),
        families.len()
    );
    for family in families {
        let _ = write!(
            page,
            "\n## {family}\n\n| check | what it finds | severity | confidence | persona |\n| --- | --- | --- | --- | --- |\n"
        );
        for check in checks.iter().filter(|check| check.family == family) {
            let Definition {
                id,
                title,
                severity,
                confidence,
                persona,
                ..
            } = &check.definition;
            let title = title.replace('|', r"\|");
            let _ = writeln!(
                page,
                "| [`{id}`]({id}.md) | {title} | {severity} | {confidence} | {persona} |"
            );
        }
    }
    page
}

/// What `checks list` prints: checks of a family together, lines no longer than a width. Where a framework is given,
/// its ids stand with the checks that map to them.
pub fn table(checks: &[&Check], framework: Option<Framework>, width: usize) -> String {
    const SEVERITY: usize = 8;
    let ids = checks
        .iter()
        .map(|check| check.definition.id.chars().count());
    let id = ids.max().unwrap_or_default().max("CHECK".len());
    let indent = 2 + id + 2 + SEVERITY + 2;
    let mut text = format!("  {:<id$}  {:<SEVERITY$}  TITLE\n", "CHECK", "SEVERITY");
    let mut family = "";
    for check in checks {
        let definition = &check.definition;
        if check.family != family {
            family = &check.family;
            text.push_str(&format!("\n{family}\n"));
        }
        let mut title = definition.title.clone();
        if definition.persona != Persona::Default {
            title.push_str(&format!(" ({})", definition.persona));
        }
        let mapped = framework.and_then(|framework| definition.maps.get(&framework));
        if let Some(ids) = mapped {
            title.push_str(&format!(" [{}]", ids.join(", ")));
        }
        let title = wrap(&title, width.saturating_sub(indent).max(20), "");
        let title = title.trim_end().replace('\n', &format!("\n{:indent$}", ""));
        text.push_str(&format!(
            "  {:<id$}  {:<SEVERITY$}  {title}\n",
            definition.id, definition.severity
        ));
    }
    let counted = match checks.len() {
        1 => "1 check".to_owned(),
        count => format!("{count} checks"),
    };
    text.push_str(&format!(
        "\n{counted}; `lamppost checks show ID` explains one.\n"
    ));
    text
}
