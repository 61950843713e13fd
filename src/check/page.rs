//! Pages about checks: Markdown for the documentation, plain text for the terminal.

use super::compile::Check;
use super::definition::{Definition, Example, Status};
use super::judge::Judge;
use super::lint::example_document;
use super::template::UNKNOWN;
use super::verdict::Offence;
use crate::facts::Scope;
use crate::operation::Depth;

/// A part of a page.
enum Part {
    Heading(&'static str),
    /// A line that stands out less than a heading.
    Lead(String),
    Text(String),
    /// A text that is shown as it is, and may be long.
    Quote(String),
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
            Part::Quote(text) => page.push_str(&format!("```text\n{}\n```\n", text.trim())),
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
            Part::Quote(text) => page.push_str(&wrap(&text, width, "    ")),
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

fn facets(check: &Check, mark: &str) -> String {
    let definition = &check.definition;
    let scope = match definition.scope {
        Scope::Function => "functions",
        Scope::Layer => "layer versions",
        Scope::Region => "regions",
        Scope::Account => "accounts",
    };
    let mut facets = vec![
        format!("{mark}{}{mark}", definition.id),
        format!("severity {}", definition.severity),
        format!("confidence {}", definition.confidence),
        format!("persona {}", definition.persona),
        format!("applies to {scope}"),
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
    parts.extend(remediation(check));
    parts.push(Part::Heading("When it is acceptable"));
    let acceptable = definition.acceptable.iter();
    parts.extend(acceptable.map(|text| Part::Text(text.clone())));
    parts.push(Part::Text(format!(
        "To turn the check off, or to give it another severity, add `[checks.{}]` to `lamppost.toml`.",
        definition.id
    )));
    parts.extend(permissions(check));
    if !definition.maps.is_empty() {
        parts.push(Part::Heading("Mappings"));
        let maps = definition.maps.iter();
        let line =
            |(framework, ids): (&_, &Vec<String>)| format!("{framework}: {}", ids.join(", "));
        parts.push(Part::List(maps.map(line).collect()));
    }
    if !definition.references.is_empty() {
        parts.push(Part::Heading("References"));
        let link = |address: &String| format!("<{address}>");
        parts.push(Part::List(definition.references.iter().map(link).collect()));
    }
    parts.extend(expressions(definition));
    parts
}

/// The offence of the first failing example whose fix lacks nothing, or else of the first.
fn specimen(check: &Check) -> Option<Offence> {
    let mut offences = check
        .definition
        .examples
        .fail
        .iter()
        .filter_map(|example| {
            let document = example_document(check.definition.scope, &example.facts);
            let judgement = Judge::new(&document).judge(check);
            judgement.offences.into_iter().next()
        })
        .collect::<Vec<_>>();
    let whole = |offence: &Offence| {
        let fix = &offence.fix;
        let texts = [&fix.cli, &fix.terraform, &fix.cloudformation];
        let mut texts = texts.into_iter().flatten().chain([&fix.text]);
        !texts.any(|text| text.contains(UNKNOWN))
    };
    match offences.iter().position(whole) {
        Some(at) => Some(offences.swap_remove(at)),
        None => offences.into_iter().next(),
    }
}

/// What a report says of an example.
fn remediation(check: &Check) -> Vec<Part> {
    let Some(offence) = specimen(check) else {
        return Vec::new();
    };
    let mut parts = vec![
        Part::Heading("Example"),
        Part::Quote(offence.message),
        Part::Heading("Remediation"),
        Part::Text(offence.fix.text),
    ];
    for (name, language, text) in [
        ("AWS CLI", "sh", offence.fix.cli),
        ("Terraform", "hcl", offence.fix.terraform),
        ("CloudFormation", "yaml", offence.fix.cloudformation),
    ] {
        if let Some(text) = text {
            parts.push(Part::Lead(name.to_owned()));
            parts.push(Part::Code(language, text));
        }
    }
    parts
}

/// What the scanner must be allowed.
fn permissions(check: &Check) -> Vec<Part> {
    let actions: Vec<String> = check.actions().into_iter().map(str::to_owned).collect();
    if actions.is_empty() {
        return Vec::new();
    }
    let depth = match check.depth() {
        Depth::Standard => "",
        Depth::Deep => " It reads facts that only `--depth deep` observes in full.",
    };
    vec![
        Part::Heading("Permissions"),
        Part::Text(format!(
            "The check needs these IAM actions. Where AWS denies one and the others do not decide, the verdict is UNKNOWN.{depth}"
        )),
        Part::List(actions),
    ]
}

/// How the check decides, for those who write checks.
fn expressions(definition: &Definition) -> Vec<Part> {
    let mut parts = vec![Part::Heading("Expressions")];
    for (lead, language, text) in [
        ("Applies when", "cel", definition.applies.as_ref()),
        ("Fails when", "cel", Some(&definition.fails)),
        ("Evidence", "cel", definition.evidence.as_ref()),
        ("Message", "jinja", Some(&definition.message)),
    ] {
        if let Some(text) = text {
            parts.push(Part::Lead(lead.to_owned()));
            parts.push(Part::Code(language, text.clone()));
        }
    }
    let examples = &definition.examples;
    let tested = [
        ("FAIL", &examples.fail),
        ("PASS", &examples.pass),
        ("UNKNOWN", &examples.unknown),
        ("NOT_APPLICABLE", &examples.not_applicable),
    ];
    let line = |verdict: &str, example: &Example| format!("{verdict}: {}", example.name);
    let tested = tested
        .into_iter()
        .flat_map(|(verdict, listed)| listed.iter().map(move |example| line(verdict, example)));
    parts.push(Part::Lead("Tested with".to_owned()));
    parts.push(Part::List(tested.collect()));
    parts
}

/// Paragraphs broken into lines no longer than a width, as far as words allow.
pub(super) fn wrap(text: &str, width: usize, indent: &str) -> String {
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
