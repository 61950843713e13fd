//! The IAM policy engine against AWS's documentation, case by case.
//!
//! The cases are data: `tests/data/policy/*.json`. Each group names the page that its expectations come from.

use std::{collections::BTreeMap, fs, path::Path};

use lamppost::policy::{
    Caller, Context, Decision, KeyState, Layer, Layers, Pattern, Policy, Request, Source, Target,
    authorize, evaluate,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    /// Page of AWS's documentation.
    source: String,
    /// What the cases have in common.
    #[serde(default)]
    base: serde_json::Map<String, Value>,
    cases: Vec<serde_json::Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    label: String,
    /// `allow`, `deny`, `conditional`; or `error` if the document cannot be read.
    expect: String,
    /// What [`Caller::parse`] takes, or `stranger`, `someone in ACCOUNT`, `federated PROVIDER`.
    caller: String,
    action: String,
    /// An ARN; or `like PATTERN`, `any PATTERN`.
    target: String,
    /// For targets whose ARN has no account.
    owner: Option<String>,
    #[serde(default)]
    context: BTreeMap<String, Value>,
    /// Keys that are not in the context are unknown, not absent.
    #[serde(default)]
    open: bool,
    /// Judge the resource's policy alone, not all layers together.
    #[serde(default)]
    resource_side: bool,
    /// Short for an identity-based policy that allows everything on this condition.
    condition: Option<Value>,
    /// A document; a list of statements; or `"unread"`.
    identity: Option<Value>,
    resource: Option<Value>,
    boundary: Option<Value>,
    session: Option<Value>,
    /// One document a level.
    #[serde(default)]
    scp: Option<Vec<Value>>,
    #[serde(default)]
    rcp: Option<Vec<Value>>,
    management: Option<String>,
    /// What the caller has to choose, as `key=value`.
    chosen: Option<Vec<String>>,
    /// `layer/sid` of every statement that decided.
    decided: Option<Vec<String>>,
    /// What a conditional answer depends on.
    depends_on: Option<Vec<String>>,
}

/// `None`: the policy could not be read.
pub(crate) fn policy(value: &Value) -> Result<Option<Policy>, String> {
    let text = match value {
        Value::String(text) if text == "unread" => return Ok(None),
        Value::String(text) => text.clone(),
        Value::Array(statements) => {
            json!({"Version": "2012-10-17", "Statement": statements}).to_string()
        }
        other => other.to_string(),
    };
    Policy::parse(&text)
        .map(Some)
        .map_err(|error| error.to_string())
}

fn source(policy: &Option<Policy>) -> Source<'_> {
    match policy {
        Some(policy) => Source::new("policy", policy),
        None => Source::unread("policy"),
    }
}

/// The state of a key, as the tables write it.
pub(crate) fn key_state(value: &Value) -> KeyState {
    let texts = |value: &Value| -> Vec<String> {
        let values = value.as_array().expect("a list of strings");
        values
            .iter()
            .map(|text| text.as_str().unwrap().to_owned())
            .collect()
    };
    let patterns = |value: &Value| {
        texts(value)
            .iter()
            .map(|text| Pattern::glob(text))
            .collect()
    };
    match value {
        Value::Null => KeyState::Absent,
        Value::String(text) => KeyState::one(text),
        Value::Array(_) => KeyState::Known(texts(value)),
        Value::Object(map) => match map
            .iter()
            .next()
            .map(|(kind, value)| (kind.as_str(), value))
        {
            Some(("one of", value)) => KeyState::OneOf(texts(value)),
            Some(("like", value)) => KeyState::Like(patterns(value)),
            Some(("any like", value)) => KeyState::AnyLike(patterns(value)),
            Some(("any", _)) => KeyState::Any,
            Some(("unknown", _)) => KeyState::Unknown,
            other => panic!("no state of a key: {other:?}"),
        },
        other => panic!("no state of a key: {other}"),
    }
}

/// A caller, as the tables write it.
pub(crate) fn caller(text: &str) -> Caller {
    if text == "stranger" {
        return Caller::Stranger;
    }
    if let Some(account) = text.strip_prefix("someone in ") {
        return Caller::SomeoneIn(account.to_owned());
    }
    if let Some(provider) = text.strip_prefix("federated ") {
        return Caller::Federated(provider.to_owned());
    }
    Caller::parse(text).unwrap_or_else(|| panic!("no caller: {text}"))
}

fn request(case: &Case) -> Request {
    let mut context = if case.open {
        Context::open()
    } else {
        Context::complete()
    };
    for (key, value) in &case.context {
        context.set(key, key_state(value));
    }
    let target = match case.target.split_once(' ') {
        Some(("like", pattern)) => Target::Like(Pattern::glob(pattern)),
        Some(("any", pattern)) => Target::Any(Pattern::glob(pattern)),
        _ => Target::Exact(case.target.clone()),
    };
    let mut request = Request::new(caller(&case.caller), &case.action, target, context);
    if let Some(owner) = &case.owner {
        request.resource_account = Some(owner.clone());
    }
    request
}

/// What is wrong with the case, if anything.
fn judge(case: &Case) -> Result<(), String> {
    let layers = match documents(case) {
        Ok(layers) if case.expect != "error" => layers,
        Ok(_) => return Err("was read".to_owned()),
        Err(_) if case.expect == "error" => return Ok(()),
        Err(error) => return Err(error),
    };
    let request = request(case);
    let decision = if case.resource_side {
        let sources: Vec<Source<'_>> = layers.resource.iter().map(source).collect();
        evaluate(Layer::Resource, &sources, &request)
    } else {
        authorize(&layers.borrow(case), &request)
    };
    compare("verdict", &case.expect, &decision.verdict.to_string())?;
    if let Some(chosen) = &case.chosen {
        let found: Vec<String> = decision
            .chosen
            .iter()
            .map(|choice| {
                format!(
                    "{}={}",
                    choice.key,
                    choice.value.as_deref().unwrap_or("(absent)")
                )
            })
            .collect();
        compare("chosen", chosen, &found)?;
    }
    if let Some(decided) = &case.decided {
        compare("decided", decided, &deciding(&decision))?;
    }
    if let Some(expected) = &case.depends_on {
        let found = decision.depends_on();
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        compare("depends on", expected, &found)?;
    }
    Ok(())
}

fn deciding(decision: &Decision<'_>) -> Vec<String> {
    decision
        .statements
        .iter()
        .map(|matched| {
            let sid = matched
                .statement
                .and_then(|statement| statement.sid.as_deref());
            format!("{}/{}", matched.layer, sid.unwrap_or("-"))
        })
        .collect()
}

fn compare<T: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: &T,
    found: &T,
) -> Result<(), String> {
    if expected == found {
        Ok(())
    } else {
        Err(format!("{what}: expected {expected:?}, found {found:?}"))
    }
}

struct Documents {
    identity: Vec<Option<Policy>>,
    resource: Vec<Option<Policy>>,
    boundary: Option<Option<Policy>>,
    session: Option<Option<Policy>>,
    scp: Option<Vec<Option<Policy>>>,
    rcp: Option<Vec<Option<Policy>>>,
}

fn documents(case: &Case) -> Result<Documents, String> {
    let mut identity: Vec<Option<Policy>> = Vec::new();
    if let Some(condition) = &case.condition {
        identity.push(policy(&json!([
            {"Sid": "If", "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
        ]))?);
    }
    identity.extend(case.identity.as_ref().map(policy).transpose()?);
    let levels = |levels: &Option<Vec<Value>>| {
        levels
            .as_ref()
            .map(|levels| levels.iter().map(policy).collect::<Result<Vec<_>, _>>())
            .transpose()
    };
    Ok(Documents {
        identity,
        resource: case.resource.iter().map(policy).collect::<Result<_, _>>()?,
        boundary: case.boundary.as_ref().map(policy).transpose()?,
        session: case.session.as_ref().map(policy).transpose()?,
        scp: levels(&case.scp)?,
        rcp: levels(&case.rcp)?,
    })
}

impl Documents {
    fn borrow<'a>(&'a self, case: &'a Case) -> Layers<'a> {
        let levels = |levels: &'a Option<Vec<Option<Policy>>>| {
            levels
                .as_ref()
                .map(|levels| levels.iter().map(|level| vec![source(level)]).collect())
        };
        Layers {
            identity: self.identity.iter().map(source).collect(),
            resource: self.resource.iter().map(source).collect(),
            boundary: self.boundary.as_ref().map(source),
            session: self.session.as_ref().map(|policy| vec![source(policy)]),
            service_control: levels(&self.scp),
            resource_control: levels(&self.rcp),
            management_account: case.management.as_deref(),
        }
    }
}

#[test]
fn every_case_of_the_truth_table_is_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/policy");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let (mut count, mut wrong) = (0, Vec::new());
    let mut labels = std::collections::BTreeSet::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let groups: Vec<Group> = serde_json::from_str(&fs::read_to_string(&file).unwrap())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        for group in groups {
            assert!(
                group.source.starts_with("https://docs.aws.amazon.com/"),
                "{}",
                group.source
            );
            for fields in group.cases {
                let mut all = group.base.clone();
                all.extend(fields.clone());
                let case: Case = serde_json::from_value(Value::Object(all))
                    .unwrap_or_else(|error| panic!("{name}: {error}: {fields:?}"));
                count += 1;
                assert!(labels.insert(case.label.clone()), "twice: {}", case.label);
                if let Err(error) = judge(&case) {
                    wrong.push(format!("{name}: {}: {error}", case.label));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(count >= 300, "only {count} cases");
}
