//! Linting: everything that loading finds, and that each check keeps what it promises.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::compile::{Check, Schemas, templates_of};
use super::definition::{Definition, Example, Framework};
use super::judge::Judge;
use super::problem::Problem;
use super::registry::{LoadError, built_in, compile_all, read};
use super::source::Source;
use super::template::{UNKNOWN, idiom};
use super::verdict::Verdict;
use crate::facts::{Document, Resource, Scope};

/// Words that name a remedy; a check's id names what is wrong.
const REMEDIES: [&str; 10] = [
    "avoid", "disable", "disallow", "enable", "ensure", "enforce", "forbid", "require", "should",
    "use",
];

/// All problems of the check files at a path, a file or a folder.
///
/// # Errors
/// When the path cannot be read.
pub fn lint(path: &Path, schemas: Schemas<'_>) -> Result<Vec<Problem>, LoadError> {
    let sources = read(path)?;
    if sources.is_empty() {
        return Err(LoadError::Nothing(path.to_owned()));
    }
    let built_in = built_in();
    let mut problems = Vec::new();
    for source in &sources {
        // A copy of a built-in check is that check, and not another of its name.
        let taken = |other: &&Source| other.stem == source.stem && other.text != source.text;
        if let Some(other) = built_in.iter().find(taken) {
            let message = format!("the id is taken by `{}`", other.file);
            problems.push(source.problem("id", message, "a built-in check"));
        }
    }
    problems.extend(lint_sources(sources, schemas));
    Ok(problems)
}

/// All problems of the built-in checks.
pub fn lint_builtin(schemas: Schemas<'_>) -> Vec<Problem> {
    lint_sources(built_in(), schemas)
}

fn lint_sources(sources: Vec<Source>, schemas: Schemas<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for source in &sources {
        // What does not even have the form of a check is told so by the compiler.
        if let Ok(definition) = toml::from_str(&source.text) {
            problems.extend(lint_words(source, &definition));
            problems.extend(lint_maps(source, &definition));
        }
    }
    let (checks, found) = compile_all(sources, schemas);
    problems.extend(found);
    problems.extend(checks.values().flat_map(lint_examples));
    for check in checks.values() {
        for (index, id) in check.definition.implies.iter().enumerate() {
            if *id == check.definition.id {
                let key = format!("implies[{index}]");
                problems.push(
                    check
                        .source
                        .problem(&key, "a check cannot imply itself", ""),
                );
            }
        }
    }
    problems.sort_by_cached_key(|problem| {
        let start = problem.span.as_ref().map(|span| span.start);
        (problem.file.clone(), start)
    });
    problems
}

fn lint_words(source: &Source, definition: &Definition) -> Vec<Problem> {
    let mut problems = Vec::new();
    let id = &definition.id;
    if !is_kebab(id) {
        let message = "an id is in kebab case: small letters and digits, parted by hyphens";
        problems.push(source.problem("id", message, ""));
    }
    if let Some(word) = id.split('-').next().filter(|word| REMEDIES.contains(word)) {
        let message = "an id names the bad pattern, not its remedy";
        problems.push(source.problem("id", message, &format!("`{word}` is a remedy")));
    }
    let words = [
        ("title", definition.title.as_str()),
        ("why", definition.why.as_str()),
    ];
    let acceptable = definition.acceptable.as_deref();
    let acceptable = acceptable.map(|text| ("acceptable", text));
    let words = words.into_iter().chain(acceptable);
    for (key, text) in words.chain(templates_of(definition)) {
        if text.trim().is_empty() {
            problems.push(source.problem(key, format!("`{key}` is empty"), ""));
        }
    }
    for (key, text) in templates_of(definition) {
        if let Some((span, call)) = idiom(text) {
            let message = "there is a macro for this";
            let problem = source.problem_within(key, span, message, "written out");
            problems.push(problem.help(format!("write `{call}`")));
        }
    }
    for (index, reference) in definition.references.iter().enumerate() {
        let host = reference.strip_prefix("https://").unwrap_or_default();
        let well_formed = host
            .split('/')
            .next()
            .is_some_and(|host| host.contains('.'))
            && !reference.contains(char::is_whitespace);
        if !well_formed {
            let key = format!("references[{index}]");
            problems.push(source.problem(&key, "a reference is an https address", ""));
        }
    }
    let numbers: Vec<_> = definition.since.split('.').map(str::parse::<u32>).collect();
    if numbers.len() != 3 || numbers.iter().any(Result::is_err) {
        let message = "`since` is a version, such as `0.1.0`";
        problems.push(source.problem("since", message, ""));
    }
    problems
}

fn is_kebab(id: &str) -> bool {
    let word = |word: &str| {
        let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        !word.is_empty() && word.chars().all(letter)
    };
    id.starts_with(|c: char| c.is_ascii_lowercase()) && id.split('-').all(word)
}

/// How ids of a framework look: a pattern, and an id to show.
fn shape(framework: Framework) -> (&'static str, &'static str) {
    match framework {
        Framework::SecurityHub => (r"^[A-Z][A-Za-z0-9]*\.\d+$", "Lambda.1"),
        Framework::Cis => (r"^[a-z]+-\d+\.\d+(\.\d+)?:\d+(\.\d+)*$", "compute-1.0:4.5"),
        Framework::Nist80053 => (r"^[A-Z]{2}-\d+(\(\d+\))*$", "AC-3(7)"),
        Framework::PciDss => (r"^\d+(\.\d+)+$", "7.2.1"),
        Framework::Iso27001 => (r"^A\.\d+(\.\d+)+$", "A.8.24"),
        Framework::Soc2 => (r"^[A-Z]{1,2}\d+\.\d+$", "CC6.1"),
        Framework::Hipaa => (r"^164\.\d+(\([a-z0-9]+\))*$", "164.312(a)(1)"),
        Framework::MitreAttack => (r"^T\d{4}(\.\d{3})?$", "T1190"),
        Framework::Prowler => (r"^[a-z0-9]+(_[a-z0-9]+)+$", "awslambda_function_url_public"),
        Framework::Checkov => (r"^CKV2?_[A-Z]+_\d+$", "CKV_AWS_258"),
        Framework::Pathfinding => (r"^[a-z0-9]+(-[a-z0-9]+)*$", "lambda-001"),
    }
}

fn lint_maps(source: &Source, definition: &Definition) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (framework, ids) in &definition.maps {
        let name = serde_json::to_value(framework).unwrap_or_default();
        let name = name.as_str().unwrap_or_default();
        let (pattern, sample) = shape(*framework);
        let Ok(pattern) = regex::Regex::new(pattern) else {
            continue;
        };
        for (index, id) in ids.iter().enumerate() {
            if !pattern.is_match(id) {
                let key = format!("maps.{name}[{index}]");
                let message = format!("`{id}` is not an id of {name}, which look like `{sample}`");
                problems.push(source.problem(&key, message, ""));
            }
        }
    }
    problems
}

fn lint_examples(check: &Check) -> Vec<Problem> {
    let examples = &check.definition.examples;
    let source = &check.source;
    let mut problems = Vec::new();
    for (key, listed) in [("fail", &examples.fail), ("pass", &examples.pass)] {
        if listed.is_empty() {
            let message = format!("at least one example must {key}");
            let problem = source.problem("id", message, "");
            problems.push(problem.help(format!("add an `[[examples.{key}]]`")));
        }
    }
    let mut names = BTreeMap::new();
    for (kind, verdict, listed) in [
        ("fail", Verdict::Fail, &examples.fail),
        ("pass", Verdict::Pass, &examples.pass),
        ("unknown", Verdict::Unknown, &examples.unknown),
        (
            "not-applicable",
            Verdict::NotApplicable,
            &examples.not_applicable,
        ),
    ] {
        for (index, example) in listed.iter().enumerate() {
            let key = format!("examples.{kind}[{index}]");
            if let Some(other) = names.insert(&example.name, key.clone()) {
                let message = format!("`{other}` has the same name");
                problems.push(source.problem(&format!("{key}.name"), message, ""));
            }
            problems.extend(try_example(check, &key, verdict, example));
        }
    }
    problems
}

fn try_example(check: &Check, key: &str, verdict: Verdict, example: &Example) -> Vec<Problem> {
    let source = &check.source;
    let at_name =
        |message: String, label: &str| source.problem(&format!("{key}.name"), message, label);
    let facts = Value::Object(example.facts.clone());
    if let Some(mismatch) = check.facts.kind.mismatch(&facts, "") {
        let mut problem = at_name(mismatch.message, "in the facts of this example");
        let path = format!("{key}.facts.{}", mismatch.path);
        let place = if mismatch.is_name {
            source.key(&path)
        } else {
            source.place(&path)
        };
        problem.span = place.or(problem.span);
        return vec![match mismatch.help {
            Some(help) => problem.help(help),
            None => problem,
        }];
    }
    let document = example_document(check.definition.scope, &example.facts);
    let judgement = Judge::new(&document).judge(check);
    if judgement.verdict != verdict {
        let message = format!("the example gives {}, not {verdict}", judgement.verdict);
        let gaps: Vec<String> = judgement
            .gaps
            .iter()
            .map(|gap| gap.message.clone())
            .collect();
        return vec![at_name(message, &gaps.join("; "))];
    }
    let mut problems = Vec::new();
    for offence in judgement.offences {
        if offence.message.contains(UNKNOWN) {
            let message = format!("its message lacks a fact: {}", offence.message);
            problems.push(at_name(message, "add the fact to this example"));
        }
        if check.evidence.is_some() && offence.evidence.is_null() {
            let message = "it fails without evidence".to_owned();
            problems.push(at_name(message, "`evidence` is empty or unknown here"));
        }
    }
    problems
}

/// A document of an example's facts; whatever it does not name is missing.
pub fn example_document(scope: Scope, facts: &Map<String, Value>) -> Document {
    Document {
        resource: Resource {
            scope,
            arn: match scope {
                Scope::Function => "arn:aws:lambda:eu-central-1:111122223333:function:example",
                Scope::Layer => "arn:aws:lambda:eu-central-1:111122223333:layer:example:1",
                Scope::Region | Scope::Account => "arn:aws:iam::111122223333:root",
            }
            .to_owned(),
            name: "example".to_owned(),
            account: "111122223333".to_owned(),
            region: match scope {
                Scope::Function | Scope::Layer | Scope::Region => "eu-central-1".to_owned(),
                Scope::Account => String::new(),
            },
        },
        facts: facts.clone(),
        missing: Vec::new(),
        replica: false,
    }
}
