//! Questions about policies that come from elsewhere, with the right answers: every file of `tests/data/material/`.
//!
//! `tests/data/README.md` has the format. A new body of material is a new file; nothing here changes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use lamppost::policy::{
    Context, Layers, Pattern, Policy, Request, Source, Target, authorize, is_account_id,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::policy::{caller, key_state, policy};
use super::support::cli::Lamppost;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    id: String,
    /// Page that the question or its answer comes from.
    source: String,
    #[serde(default)]
    policies: Policies,
    access: Option<Access>,
    exposure: Option<Exposure>,
    /// Why the answer is right, for the reader.
    #[serde(default, rename = "reason")]
    _reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Access {
    request: AccessRequest,
    expect: Answers<String>,
    depends_on: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exposure {
    request: ExposureRequest,
    expect: Answers<Exposed>,
}

/// The right answer, or several of which each is right.
#[derive(Deserialize)]
#[serde(untagged)]
enum Answers<T> {
    One(T),
    Any(Vec<T>),
}

/// Documents by layer: a whole document, a list of statements, or `"unread"`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Policies {
    #[serde(default)]
    identity: Vec<Value>,
    #[serde(default)]
    resource: Vec<Value>,
    boundary: Option<Value>,
    session: Option<Vec<Value>>,
    /// Levels from the root down, each with its documents.
    scp: Option<Vec<Vec<Value>>>,
    rcp: Option<Vec<Vec<Value>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccessRequest {
    principal: String,
    action: String,
    resource: String,
    /// Account of the resource, where its ARN has none.
    account: Option<String>,
    /// Management account of the organization.
    management: Option<String>,
    #[serde(default)]
    context: BTreeMap<String, Value>,
    /// Whether nothing is known of the other keys; otherwise they are absent.
    #[serde(default)]
    open: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExposureRequest {
    account: String,
    /// Further options of `lamppost explain exposure`.
    #[serde(default)]
    options: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Exposed {
    reach: String,
    certain: bool,
}

impl<T: PartialEq + std::fmt::Debug> Answers<T> {
    fn check(&self, found: &T) -> Result<(), String> {
        let expected = match self {
            Answers::One(one) => std::slice::from_ref(one),
            Answers::Any(any) => any.as_slice(),
        };
        if expected.contains(found) {
            Ok(())
        } else {
            Err(format!("expected {expected:?}, found {found:?}"))
        }
    }
}

type Documents = Vec<Option<Policy>>;

fn documents(values: &[Value]) -> Result<Documents, String> {
    values.iter().map(policy).collect()
}

fn sources(documents: &Documents) -> Vec<Source<'_>> {
    documents
        .iter()
        .map(|policy| Source {
            id: "policy",
            policy: policy.as_ref(),
        })
        .collect()
}

fn levels(values: &Option<Vec<Vec<Value>>>) -> Result<Option<Vec<Documents>>, String> {
    let levels = values.as_ref();
    levels
        .map(|levels| levels.iter().map(|level| documents(level)).collect())
        .transpose()
}

fn control(levels: &Option<Vec<Documents>>) -> Option<Vec<Vec<Source<'_>>>> {
    let levels = levels.as_ref();
    levels.map(|levels| levels.iter().map(sources).collect())
}

fn request(asked: &AccessRequest) -> Request {
    let mut context = if asked.open {
        Context::open()
    } else {
        Context::complete()
    };
    for (key, value) in &asked.context {
        context.set(key, key_state(value));
    }
    let target = match asked.resource.contains(['*', '?']) {
        true => Target::Like(Pattern::glob(&asked.resource)),
        false => Target::Exact(asked.resource.clone()),
    };
    let mut request = Request::new(caller(&asked.principal), &asked.action, target, context);
    if let Some(account) = &asked.account {
        assert!(is_account_id(account), "{account}");
        request.resource_account = Some(account.clone());
    }
    request
}

fn answer(question: &Question) -> Result<(), String> {
    match (&question.access, &question.exposure) {
        (Some(access), None) => access.answer(&question.policies),
        (None, Some(exposure)) => exposure.answer(&question.policies),
        _ => Err("it must ask one question".to_owned()),
    }
}

impl Access {
    fn answer(&self, policies: &Policies) -> Result<(), String> {
        let identity = documents(&policies.identity)?;
        let resource = documents(&policies.resource)?;
        let boundary = documents(policies.boundary.as_slice())?;
        let session = policies.session.as_deref().map(documents).transpose()?;
        let (scp, rcp) = (levels(&policies.scp)?, levels(&policies.rcp)?);
        let layers = Layers {
            identity: sources(&identity),
            resource: sources(&resource),
            boundary: sources(&boundary).first().copied(),
            session: session.as_ref().map(sources),
            service_control: control(&scp),
            resource_control: control(&rcp),
            management_account: self.request.management.as_deref(),
        };
        let decision = authorize(&layers, &request(&self.request));
        self.expect.check(&decision.verdict.to_string())?;
        let found = decision.depends_on();
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        match &self.depends_on {
            Some(expected) if *expected != found => Err(format!(
                "depends on: expected {expected:?}, found {found:?}"
            )),
            _ => Ok(()),
        }
    }
}

impl Exposure {
    fn answer(&self, policies: &Policies) -> Result<(), String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let file = folder.path().join("policy.json");
        let document = match policies.resource.as_slice() {
            [Value::Array(statements)] => {
                json!({"Version": "2012-10-17", "Statement": statements})
            }
            [document] => document.clone(),
            _ => return Err("one resource-based policy is asked about".to_owned()),
        };
        fs::write(&file, document.to_string()).map_err(|error| error.to_string())?;
        let file = file.display().to_string();
        let fixed = ["explain", "exposure", "--format", "json", "--policy", &file];
        let account = ["--account", &self.request.account];
        let options = self.request.options.iter().map(String::as_str);
        let ended = Lamppost::new(fixed.into_iter().chain(account).chain(options)).run();
        if ended.code() != 0 {
            return Err(ended.stderr());
        }
        let found = ended.json();
        self.expect.check(&Exposed {
            reach: found["reach"].as_str().unwrap_or_default().to_owned(),
            certain: found["certain"] == true,
        })
    }
}

#[test]
fn every_question_from_elsewhere_is_answered_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/material");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let (mut count, mut wrong) = (0, Vec::new());
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).unwrap();
        let mut ids = BTreeSet::new();
        for (number, line) in text.lines().enumerate() {
            let place = format!("{name}:{}", number + 1);
            let question: Question =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{place}: {error}"));
            assert!(question.source.starts_with("https://"), "{place}");
            assert!(ids.insert(question.id.clone()), "{place}: id twice");
            count += 1;
            if let Err(error) = answer(&question) {
                wrong.push(format!("{place}: {}: {error}", question.id));
            }
        }
        assert!(!ids.is_empty(), "{name} asks nothing");
    }
    assert!(
        wrong.is_empty(),
        "{} of {count} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
