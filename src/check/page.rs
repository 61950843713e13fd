//! Pages about checks: Markdown for the documentation, plain text for the terminal.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::compile::Check;
use super::definition::{Definition, Example, Status};
use crate::facts::{Scope, operations};

/// A part of a page.
enum Part {
    Heading(&'static str),
    /// A line that stands out less than a heading.
    Lead(String),
    Text(String),
    Code(&'static str, String),
    List(Vec<String>),
}

/// The documentation page of a check, as Markdown.
pub fn page(check: &Check) -> String {
    let definition = &check.definition;
    let mut page = format!("# {}\n\n{}\n", definition.title, facets(check, "`"));
    for part in parts(check) {
        page.push('\n');
        match part {
            Part::Heading(text) => page.push_str(&format!("## {text}\n")),
            Part::Lead(text) => page.push_str(&format!("**{text}**\n")),
            Part::Text(text) => page.push_str(&format!("{}\n", text.trim())),
            Part::Code(language, text) => {
                page.push_str(&format!("```{language}\n{}\n```\n", text.trim()));
            }
            Part::List(items) => {
                for item in items {
                    page.push_str(&format!("- {item}\n"));
                }
            }
        }
    }
    page
}

/// What `checks show` prints: the same page as plain text, lines no longer than a width.
pub fn terminal_page(check: &Check, width: usize) -> String {
    let definition = &check.definition;
    let facets = wrap(&facets(check, ""), width, "");
    let mut page = format!("{}\n{facets}", definition.title);
    for part in parts(check) {
        page.push('\n');
        match part {
            Part::Heading(text) => page.push_str(&format!("{}\n", text.to_uppercase())),
            Part::Lead(text) => page.push_str(&wrap(&format!("{text}:"), width, "")),
            Part::Text(text) => page.push_str(&wrap(&text.replace('`', ""), width, "")),
            Part::Code(_, text) => {
                for line in text.trim().lines() {
                    page.push_str(format!("    {line}").trim_end());
                    page.push('\n');
                }
            }
            Part::List(items) => {
                for item in items {
                    page.push_str(&wrap(&item, width, "  "));
                }
            }
        }
    }
    page
}

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

fn facets(check: &Check, mark: &str) -> String {
    let definition = &check.definition;
    let scope = match definition.scope {
        Scope::Function => "function",
        Scope::Layer => "layer version",
        Scope::Region => "region of an account",
        Scope::Account => "account",
    };
    let mut facets = vec![
        format!("{mark}{}{mark}", definition.id),
        format!("judges each {scope}"),
        format!("severity {}", definition.severity),
        format!("confidence {}", definition.confidence),
        format!("persona {}", definition.persona),
        format!("since {}", definition.since),
    ];
    if !definition.implies.is_empty() {
        let implied = definition.implies.iter();
        let implied: Vec<String> = implied.map(|id| format!("{mark}{id}{mark}")).collect();
        facets.push(format!("implies {}", implied.join(" and ")));
    }
    match definition.status {
        Status::Stable => {}
        Status::Preview => facets.push("preview: may still change".to_owned()),
        Status::Deprecated => facets.push("deprecated: see the references".to_owned()),
    }
    facets.join(" · ")
}

fn parts(check: &Check) -> Vec<Part> {
    let definition = &check.definition;
    let mut parts = vec![Part::Text(definition.why.clone())];
    parts.push(Part::Heading("When it fails"));
    if let Some(applies) = &definition.applies {
        parts.push(Part::Lead("It is asked of resources for which".to_owned()));
        parts.push(Part::Code("cel", applies.clone()));
    }
    parts.push(Part::Lead("It fails if".to_owned()));
    parts.push(Part::Code("cel", definition.fails.clone()));
    if let Some(evidence) = &definition.evidence {
        parts.push(Part::Lead("It shows".to_owned()));
        parts.push(Part::Code("cel", evidence.clone()));
    }
    parts.push(Part::Lead("It says".to_owned()));
    parts.push(Part::Code("jinja", definition.message.clone()));
    let calls: BTreeSet<&str> = check
        .reads()
        .flat_map(operations)
        .map(|operation| operation.label)
        .collect();
    if !calls.is_empty() {
        let calls: Vec<String> = calls.iter().map(|call| format!("`{call}`")).collect();
        let text = format!(
            "It is UNKNOWN where AWS refuses what it needs of {}.",
            calls.join(", ")
        );
        parts.push(Part::Text(text));
    }
    parts.push(Part::Heading("How to mend it"));
    parts.push(Part::Text(definition.fix.text.clone()));
    for (name, language, text) in [
        ("AWS CLI", "sh", &definition.fix.cli),
        ("Terraform", "hcl", &definition.fix.terraform),
        ("CloudFormation", "yaml", &definition.fix.cloudformation),
    ] {
        if let Some(text) = text {
            parts.push(Part::Lead(name.to_owned()));
            parts.push(Part::Code(language, text.clone()));
        }
    }
    parts.push(Part::Heading("Examples"));
    let examples = &definition.examples;
    for (verdict, listed) in [
        ("FAIL", &examples.fail),
        ("PASS", &examples.pass),
        ("UNKNOWN", &examples.unknown),
        ("NOT_APPLICABLE", &examples.not_applicable),
    ] {
        for Example { name, facts } in listed {
            parts.push(Part::Lead(format!("{verdict}, {name}")));
            let facts = toml::to_string(facts).unwrap_or_default();
            let nothing = "# nothing is known".to_owned();
            let facts = if facts.trim().is_empty() {
                nothing
            } else {
                facts
            };
            parts.push(Part::Code("toml", facts));
        }
    }
    if !definition.maps.is_empty() {
        parts.push(Part::Heading("Elsewhere"));
        let maps = definition.maps.iter();
        let line =
            |(framework, ids): (&_, &Vec<String>)| format!("{framework}: {}", ids.join(", "));
        parts.push(Part::List(maps.map(line).collect()));
    }
    if !definition.references.is_empty() {
        parts.push(Part::Heading("Read more"));
        let link = |address: &String| format!("<{address}>");
        parts.push(Part::List(definition.references.iter().map(link).collect()));
    }
    parts
}

/// Paragraphs broken into lines no longer than a width, as far as words allow.
fn wrap(text: &str, width: usize, indent: &str) -> String {
    let mut wrapped = String::new();
    for paragraph in text.trim().split("\n\n") {
        if !wrapped.is_empty() {
            wrapped.push('\n');
        }
        let mut length = 0;
        for word in paragraph.split_whitespace() {
            let word_length = word.chars().count();
            if length > 0 && length + 1 + word_length > width {
                wrapped.push('\n');
                length = 0;
            }
            let gap = if length == 0 { indent } else { " " };
            wrapped.push_str(gap);
            wrapped.push_str(word);
            length += gap.len() + word_length;
        }
        wrapped.push('\n');
    }
    wrapped
}
