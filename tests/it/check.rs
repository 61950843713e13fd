//! The check engine: loading, typing, judging, linting.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lamppost::analysis::Fact;
use lamppost::check::{
    Judge, Registry, Selection, Verdict, definition_schema, index, lint, page, scaffold,
    terminal_page,
};
use lamppost::facts::{Document, Resource, Scope};
use lamppost::inventory::{Gap, GapKind};
use lamppost::operation;
use proptest::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

mod ceilings;
mod expressions;
mod files;
mod judging;
mod pages;

/// Facts as small as they may be and still have every kind of field.
#[derive(Clone, Debug, JsonSchema, Serialize)]
struct Facts {
    lambda: Fact<Function>,
    exposure: Fact<Exposure>,
    secrets: Fact<Secrets>,
}

#[derive(Clone, Debug, JsonSchema, Serialize)]
struct Function {
    name: String,
    timeout_s: Fact<u32>,
    load: Fact<f64>,
    package: Fact<Package>,
    tags: Fact<BTreeMap<String, String>>,
    layers: Fact<Vec<String>>,
}

#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
enum Package {
    /// A zip file.
    Zip,
    /// A container image.
    #[expect(dead_code, reason = "only its name in the schema is of interest")]
    Image,
}

#[derive(Clone, Debug, JsonSchema, Serialize)]
struct Exposure {
    has_url: Fact<bool>,
    urls: Fact<Vec<Url>>,
}

#[derive(Clone, Debug, JsonSchema, Serialize)]
struct Url {
    qualifier: String,
    auth: String,
    public: Fact<bool>,
}

#[derive(Clone, Debug, JsonSchema, Serialize)]
struct Secrets {
    variables: Fact<Vec<Variable>>,
}

#[derive(Clone, Debug, JsonSchema, Serialize)]
struct Variable {
    name: String,
    detector: String,
}

fn schema(_: Scope) -> Value {
    schemars::schema_for!(Facts).to_value()
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/checks")
}

fn registry() -> Registry {
    Registry::only(&[samples()], &schema).unwrap()
}

fn denied() -> Gap {
    Gap::new(
        &operation::lambda::GET_POLICY,
        GapKind::AccessDenied,
        "not allowed",
    )
}

fn facts() -> Facts {
    Facts {
        lambda: Fact::Known(Function {
            name: "checkout".to_owned(),
            timeout_s: Fact::Known(900),
            load: Fact::Known(0.5),
            package: Fact::Known(Package::Zip),
            tags: Fact::Known(BTreeMap::from([(
                "owner".to_owned(),
                "payments".to_owned(),
            )])),
            layers: Fact::Known(vec!["tools".to_owned()]),
        }),
        exposure: Fact::Known(Exposure {
            has_url: Fact::Known(true),
            urls: Fact::Known(vec![
                Url {
                    qualifier: "live".to_owned(),
                    auth: "NONE".to_owned(),
                    public: Fact::Known(true),
                },
                Url {
                    qualifier: "$LATEST".to_owned(),
                    auth: "NONE".to_owned(),
                    public: Fact::unknown(&denied()),
                },
            ]),
        }),
        secrets: Fact::unknown(&Gap::labelled(
            "kms:Decrypt",
            GapKind::Undecryptable,
            "no key",
        )),
    }
}

fn document(facts: &Facts) -> Document {
    let resource = Resource {
        scope: Scope::Function,
        arn: "arn:aws:lambda:eu-central-1:111122223333:function:checkout".to_owned(),
        name: "checkout".to_owned(),
        account: "111122223333".to_owned(),
        region: "eu-central-1".to_owned(),
    };
    Document::new(resource, facts).unwrap()
}

#[test]
fn the_samples_lint_green() {
    let problems = lint(&samples(), &schema).unwrap();
    let pictures: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(pictures.is_empty(), "{}", pictures.join("\n\n"));
}

#[test]
fn one_offender_is_enough_and_is_shown_beside_an_unknown_one() {
    let registry = registry();
    let document = document(&facts());
    let judge = Judge::new(&document);
    let judgement = judge.judge(registry.get("public-function-url").unwrap());
    assert_eq!(judgement.verdict, Verdict::Fail);
    let messages: Vec<&str> = judgement
        .offences
        .iter()
        .map(|o| o.message.as_str())
        .collect();
    assert_eq!(
        messages,
        ["The URL of live of checkout answers anybody on the internet."]
    );
    assert_eq!(judgement.offences[0].identity, ["live"]);

    let judgement = judge.judge(registry.get("secret-in-environment").unwrap());
    assert_eq!(judgement.verdict, Verdict::Unknown);
    assert_eq!(judgement.gaps[0].kind, GapKind::Undecryptable);
}

#[test]
fn checks_are_chosen_by_persona_family_and_id() {
    let registry = registry();
    let ids = |selection: &Selection| {
        let chosen = registry
            .select(selection)
            .map_err(|error| error.to_string())?;
        Ok::<_, String>(
            chosen
                .iter()
                .map(|c| c.definition.id.clone())
                .collect::<Vec<_>>(),
        )
    };
    let all = Selection::default();
    assert_eq!(
        ids(&all).unwrap(),
        ["public-function-url", "secret-in-environment"]
    );
    let named = Selection {
        ids: vec!["long-timeout".to_owned()],
        ..Selection::default()
    };
    assert_eq!(ids(&named).unwrap(), ["long-timeout"]);
    let family = Selection {
        families: vec!["secrets".to_owned()],
        ..Selection::default()
    };
    assert_eq!(ids(&family).unwrap(), ["secret-in-environment"]);
    let wrong = Selection {
        ids: vec!["long-timout".to_owned()],
        ..Selection::default()
    };
    assert_eq!(
        ids(&wrong).unwrap_err(),
        "no check `long-timout`; did you mean `long-timeout`?"
    );
}

/// A check file around an expression, with nothing else to complain about.
fn around(fails: &str) -> String {
    format!(
        r#"id = "tried"
title = "Tried"
scope = "function"
severity = "low"
confidence = "low"
since = "0.1.0"
fails = {}
message = "{{{{ resource.name }}}} was tried."
why = "To see what happens."
fix.text = "Do not try it."
"#,
        toml::Value::String(fails.to_owned())
    )
}

/// What the linter says of check files, each given by its name and text.
fn complaints(files: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let problems = lint(folder.path(), &schema).unwrap();
    let pictures: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let folder = format!("{}/", folder.path().display());
    pictures.join("\n").replace(&folder, "")
}

/// A file for each expression.
fn files(expressions: &[&str]) -> Vec<(String, String)> {
    let file = |(index, expression): (usize, &&str)| {
        let id = format!("tried-{index:03}");
        let text = around(expression).replace("\"tried\"", &format!("\"{id}\""));
        (format!("{id}.toml"), text)
    };
    expressions.iter().enumerate().map(file).collect()
}

#[test]
fn a_new_check_lints_green() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("slow-function.toml");
    std::fs::write(&path, scaffold("slow-function")).unwrap();
    let problems = lint(&path, &lamppost::facts::schema).unwrap();
    let pictures: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(pictures.is_empty(), "{}", pictures.join("\n"));
}

#[test]
fn the_schema_of_check_files_accepts_the_samples_and_refuses_a_misspelt_key() {
    let validator = jsonschema::validator_for(&definition_schema()).unwrap();
    for file in [
        "exposure/public-function-url.toml",
        "secrets/secret-in-environment.toml",
    ] {
        let text = std::fs::read_to_string(samples().join(file)).unwrap();
        let check: Value = toml::from_str(&text).unwrap();
        assert!(validator.is_valid(&check), "{file}");
        let check: Value = toml::from_str(&text.replace("severity", "sevrity")).unwrap();
        assert!(!validator.is_valid(&check), "{file}");
    }
}

#[test]
fn a_missing_fact_in_a_message_is_said_to_be_unknown() {
    let mut facts = facts();
    facts.lambda = Fact::unknown(&denied());
    let (registry, document) = (registry(), document(&facts));
    let judge = Judge::new(&document);
    let judgement = judge.judge(registry.get("public-function-url").unwrap());
    assert_eq!(
        judgement.offences[0].message,
        "The URL of live of (unknown) answers anybody on the internet."
    );
}

#[test]
fn an_unknown_verdict_always_has_a_reason() {
    let registry = registry();
    let mut document = document(&facts());
    document.facts.clear();
    document.missing.clear();
    let judgement = Judge::new(&document).judge(registry.get("long-timeout").unwrap());
    assert_eq!(judgement.verdict, Verdict::Unknown);
    assert_eq!(
        judgement.gaps[0].message,
        "not in the document: `lambda.timeout_s`"
    );
    // What the schema rules out, but a tampered snapshot may hold.
    document.facts.insert(
        "lambda".to_owned(),
        serde_json::json!({"timeout_s": "long"}),
    );
    let judgement = Judge::new(&document).judge(registry.get("long-timeout").unwrap());
    assert_eq!(judgement.verdict, Verdict::Unknown);
    assert_eq!(judgement.gaps[0].kind, GapKind::Malformed);
}

#[test]
fn what_an_expression_reads_is_known_before_it_runs() {
    let registry = registry();
    let reads = |id: &str| {
        registry
            .get(id)
            .unwrap()
            .reads()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        reads("public-function-url"),
        "exposure.has_url exposure.urls exposure.urls.auth exposure.urls.public"
    );
    assert_eq!(reads("long-timeout"), "lambda.timeout_s");
    assert_eq!(reads("secret-in-environment"), "secrets.variables");
}

#[test]
fn checks_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Registry>();
}
