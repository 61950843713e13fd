//! `lamppost explain exposure`: who gets in by a resource-based policy.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::ExplainFormat;
use crate::analysis::exposure::{
    Door, Grant, Home, Membership, Reach, UrlAge, UrlState, grants, reach,
};
use crate::cli::error::CliError;
use crate::cli::setup::Setup;
use crate::disk::{self, Ceiling};
use crate::finding::Outcome;
use crate::policy::{Arn, Effect, Pattern, Policy, Target, is_account_id};
use crate::report;

/// `lamppost explain exposure`
#[derive(Args, Clone, Debug)]
pub struct ExposureArgs {
    /// The policy: its document, or what `aws lambda get-policy` prints; `-` for stdin
    #[arg(long, value_name = "FILE")]
    pub policy: PathBuf,
    /// Account that owns the function
    #[arg(long, value_name = "ID", value_parser = account)]
    pub account: String,
    /// Organisation of that account
    #[arg(long, value_name = "ID", value_parser = organization)]
    pub org: Option<String>,
    /// The function URL, by its auth type
    #[arg(long, value_name = "AUTH", default_value = "absent")]
    pub function_url: FunctionUrlArg,
    /// Day on which the URL was made: since October 2025 it needs two grants [default: not known]
    #[arg(long, value_name = "DATE")]
    pub url_created: Option<Date>,
    /// ARN of the function, alias, version or layer version [default: the ARNs in the policy]
    #[arg(long, value_name = "ARN")]
    pub function_arn: Option<String>,
    /// Alias or version whose policy it is
    #[arg(long, value_name = "NAME", requires = "function_arn")]
    pub qualifier: Option<String>,
    /// Account outside the organisation that is trusted, beside those of the configuration; may be repeated
    #[arg(long = "trusted-account", value_name = "ID", value_delimiter = ',', value_parser = account)]
    pub trusted_accounts: Vec<String>,
    /// How to answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: ExplainFormat,
}

/// The auth type of a function URL.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum FunctionUrlArg {
    /// `NONE`: it asks nobody who is calling.
    None,
    /// `AWS_IAM`: it asks for signed requests.
    Iam,
    /// There is no URL.
    Absent,
}

fn account(text: &str) -> Result<String, String> {
    if is_account_id(text) {
        Ok(text.to_owned())
    } else {
        Err("an account id has twelve digits".to_owned())
    }
}

fn organization(text: &str) -> Result<String, String> {
    let id = text.strip_prefix("o-").unwrap_or_default();
    let well_formed = id
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !id.is_empty() && well_formed {
        Ok(text.to_owned())
    } else {
        Err("an organisation's id looks like o-a1b2c3d4e5".to_owned())
    }
}

pub(super) fn run(args: &ExposureArgs, setup: &Setup) -> Result<Outcome, CliError> {
    let policy = read(&args.policy)?;
    let settings = setup.config.settings();
    let trusted_accounts: BTreeSet<String> = settings
        .trusted_accounts
        .iter()
        .chain(&args.trusted_accounts)
        .cloned()
        .collect();
    let home = Home {
        account: &args.account,
        organization: match &args.org {
            Some(id) => Membership::Member { id, accounts: None },
            None => Membership::Unknown,
        },
        trusted_accounts: &trusted_accounts,
        trusted_organizations: &settings.trusted_organizations,
        principals: None,
        now: Timestamp::now(),
    };
    let created = args.url_created.map(|date| date.to_string());
    let age = UrlAge::of(created.as_deref());
    let url = match args.function_url {
        FunctionUrlArg::None => UrlState::Open(age),
        FunctionUrlArg::Iam => UrlState::Signed(age),
        FunctionUrlArg::Absent => UrlState::Absent,
    };
    let all = explain(args, &policy, &home, url);
    match args.format {
        ExplainFormat::Json => report::print_json(&document(&all)?)?,
        ExplainFormat::Text => report::print_text(&text(&all))?,
    }
    Ok(Outcome::Clean)
}

/// The largest file: twice the largest policy, since the text of one may stand in another.
const FILE: Ceiling = Ceiling {
    of: "policies",
    bytes: 1 << 20,
};

/// The policy of a file, which may be wrapped as `aws lambda get-policy`, `aws iam get-role-policy` and `aws iam get-policy-version` print it.
pub(super) fn read(path: &Path) -> Result<Policy, CliError> {
    let read = || {
        if path.as_os_str() == "-" {
            let mut text = String::new();
            std::io::stdin()
                .take(FILE.bytes)
                .read_to_string(&mut text)
                .map(|_| text)
        } else {
            disk::read_text(path, FILE)
        }
    };
    let text = read().map_err(|source| CliError::Read {
        path: path.to_owned(),
        source,
    })?;
    let wrapped = serde_json::from_str::<Value>(&text).ok();
    let inner = wrapped.as_ref().and_then(|value| {
        let places = ["/Policy", "/PolicyDocument", "/PolicyVersion/Document"];
        let inner = places.iter().find_map(|place| value.pointer(place))?;
        Some(
            inner
                .as_str()
                .map_or_else(|| inner.to_string(), str::to_owned),
        )
    });
    Policy::parse(inner.as_deref().unwrap_or(&text)).map_err(|error| CliError::Policy {
        path: path.to_owned(),
        error,
    })
}

/// The grants by each resource that the policy is for.
fn explain(args: &ExposureArgs, policy: &Policy, home: &Home<'_>, url: UrlState) -> Vec<Grant> {
    let resources = match &args.function_arn {
        Some(arn) => match &args.qualifier {
            Some(qualifier) if qualifier != "$LATEST" => vec![format!("{arn}:{qualifier}")],
            _ => vec![arn.clone()],
        },
        None => resources(policy),
    };
    for arn in &resources {
        if let Some(of) = Arn::parse(arn).map(|arn| arn.account)
            && of != home.account
        {
            tracing::warn!(
                "the policy is for {arn}, which account {} does not own",
                home.account
            );
        }
    }
    if resources.is_empty() {
        let anything = format!("arn:*:lambda:*:{}:*", home.account);
        let door = Door {
            qualifier: "$LATEST",
            resource: Target::Any(Pattern::glob(&anything)),
            policy,
            url,
        };
        return grants(&door, home);
    }
    let several = resources.len() > 1;
    let mut all: Vec<Grant> = Vec::new();
    for arn in &resources {
        let door = Door {
            qualifier: qualifier(arn),
            resource: Target::Exact(arn.clone()),
            policy,
            url,
        };
        let found = grants(&door, home).into_iter();
        // A statement that is for one of several resources has nothing to say of the others.
        all.extend(found.filter(|grant| {
            !several || grant.cause != crate::analysis::exposure::Cause::OtherResource
        }));
    }
    all
}

/// The ARNs of functions and layer versions that the statements are for, each once.
fn resources(policy: &Policy) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let allows = policy
        .statements
        .iter()
        .filter(|statement| statement.effect == Effect::Allow);
    for element in allows.filter_map(|statement| statement.resource.as_ref()) {
        for item in element.items.iter().filter(|_| !element.negated) {
            let text = item.written();
            let exact = !text.contains(['*', '?', '$']) || text.ends_with(":$LATEST");
            let of_lambda = Arn::parse(text).is_some_and(|arn| arn.service == "lambda");
            if exact && of_lambda && !found.iter().any(|known| known == text) {
                found.push(text.to_owned());
            }
        }
    }
    found
}

/// The last field of a qualified ARN.
fn qualifier(arn: &str) -> &str {
    arn.split(':').nth(7).unwrap_or("$LATEST")
}

fn document(all: &[Grant]) -> Result<Value, CliError> {
    let widest = reach(all);
    Ok(json!({
        "reach": widest.as_str(),
        "certain": certain(all, widest),
        "grants": serde_json::to_value(all)?,
    }))
}

/// Whether a grant of the widest class holds for certain.
fn certain(all: &[Grant], widest: Reach) -> bool {
    widest == Reach::None
        || all
            .iter()
            .any(|grant| grant.class == widest && grant.certain)
}

fn text(all: &[Grant]) -> String {
    let widest = reach(all);
    let maybe = if certain(all, widest) {
        ""
    } else {
        ", but not for certain"
    };
    let mut text = format!("Reach: {}{maybe}\n", widest.as_str());
    if all.is_empty() {
        text.push_str("\nThe policy allows nothing.\n");
    }
    for grant in all {
        let qualifier = match grant.qualifier.as_str() {
            "$LATEST" => String::new(),
            qualifier => format!(" on {qualifier}"),
        };
        let unsure = if grant.certain { "" } else { " (conditional)" };
        text.push_str(&format!(
            "\n{}{unsure}: statement {}{qualifier}, {} to {}\n  {}\n",
            grant.class.as_str(),
            grant.statement,
            grant.actions.join(", "),
            grant.principal,
            grant.reason,
        ));
    }
    text
}
