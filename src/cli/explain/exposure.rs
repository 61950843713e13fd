//! `lamppost explain exposure`: who gets in by a resource-based policy.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::actions::{self, UnknownAction};
use super::{ExplainFormat, file};
use crate::analysis::exposure::{
    Door, Grant, Home, Membership, Reach, UrlAge, UrlState, grants, grants_whatever_url, reach,
};
use crate::cli::error::CliError;
use crate::cli::setup::Setup;
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
    /// The function URL, by its auth type [default: not known]
    #[arg(long, value_name = "AUTH", ignore_case = true)]
    pub function_url: Option<FunctionUrlArg>,
    /// Day on which the URL was created, or the creation time as AWS writes it: since October 2025 it needs two grants
    /// [default: not known]
    #[arg(long, value_name = "DATE", value_parser = created)]
    pub url_created: Option<Date>,
    /// ARN of the function, alias, version or layer version [default: the ARNs in the policy]
    #[arg(long, value_name = "ARN", value_parser = resource)]
    pub function_arn: Option<String>,
    /// Alias or version whose policy it is, where the ARN does not say so
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
    #[value(alias = "aws_iam")]
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

/// A day, or a time as AWS writes it: `2025-11-05T10:00:00Z`, `2025-11-05T10:00:00.123456+0000`.
fn created(text: &str) -> Result<Date, String> {
    let time = || {
        let zoned = text.parse::<Timestamp>();
        let zoned = zoned.or_else(|_| Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text));
        zoned.map(|time| time.to_zoned(TimeZone::UTC).date())
    };
    let bare = |text: &str| !text.contains([':', 'T', 't']);
    let read = match bare(text) {
        true => text.parse::<Date>().ok(),
        false => time().ok(),
    };
    read.ok_or_else(|| {
        "a day looks like 2025-11-05, a time like 2025-11-05T10:00:00Z, and both must exist"
            .to_owned()
    })
}

/// The ARN of what a resource-based policy of Lambda can be for.
fn resource(text: &str) -> Result<String, String> {
    let fields = |arn: Arn<'_>| {
        let named: Vec<&str> = arn.resource.split(':').collect();
        let filled = named.iter().all(|part| !part.is_empty());
        let right = match named.as_slice() {
            ["function", _] | ["function", _, _] | ["layer", _, _] => filled,
            _ => false,
        };
        arn.service == "lambda" && is_account_id(arn.account) && !arn.region.is_empty() && right
    };
    match Arn::parse(text).is_some_and(fields) {
        true => Ok(text.to_owned()),
        false => Err(
            "write it as arn:aws:lambda:REGION:ACCOUNT:function:NAME, with :ALIAS or :VERSION behind it where it is for \
             one, or as arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION"
                .to_owned(),
        ),
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
        Err("an organization's id looks like o-a1b2c3d4e5".to_owned())
    }
}

pub(super) fn run(args: &ExposureArgs, setup: &Setup) -> Result<Outcome, CliError> {
    let policy = file::read(&args.policy)?;
    let settings = setup.config.settings();
    let trusted_accounts: BTreeSet<String> = settings
        .trusted_accounts
        .iter()
        .chain(&args.trusted_accounts)
        .cloned()
        .collect();
    let home = Home {
        account: &args.account,
        organization: match args.org.as_ref().or(settings.organization_id.as_ref()) {
            Some(id) => Membership::Member { id, accounts: None },
            None => Membership::Unknown,
        },
        own_accounts: &settings.own_accounts,
        // Nobody is presumed: the answer is for an account that is given, not for one that was scanned.
        own_accounts_complete: true,
        trusted_accounts: &trusted_accounts,
        trusted_organizations: &settings.trusted_organizations,
        principals: None,
        now: Timestamp::now(),
    };
    let created = args.url_created.map(|date| date.to_string());
    let age = UrlAge::of(created.as_deref());
    let judge = |door: &Door<'_>| match args.function_url {
        Some(FunctionUrlArg::None) => grants(&with(door, UrlState::Open(age)), &home),
        Some(FunctionUrlArg::Iam) => grants(&with(door, UrlState::Signed(age)), &home),
        Some(FunctionUrlArg::Absent) => grants(door, &home),
        None => grants_whatever_url(door, &home, age),
    };
    let all = explain(args, &policy, &home, judge)?;
    let unknown = actions::unknown(actions::named([&policy]));
    match args.format {
        ExplainFormat::Json => report::print_json(&document(&all, &unknown)?)?,
        ExplainFormat::Text => report::print_text(&text(&all, &unknown))?,
    }
    Ok(Outcome::Clean)
}

/// The same resource, with that URL.
fn with<'a>(door: &Door<'a>, url: UrlState) -> Door<'a> {
    Door {
        url,
        ..door.clone()
    }
}

/// The grants by each resource that the policy is for.
fn explain(
    args: &ExposureArgs,
    policy: &Policy,
    home: &Home<'_>,
    judge: impl Fn(&Door<'_>) -> Vec<Grant>,
) -> Result<Vec<Grant>, CliError> {
    let resources = match &args.function_arn {
        Some(arn) => vec![qualified(arn, args.qualifier.as_deref())?],
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
            url: UrlState::Absent,
        };
        return Ok(judge(&door));
    }
    let several = resources.len() > 1;
    let mut all: Vec<Grant> = Vec::new();
    for arn in &resources {
        let door = Door {
            qualifier: qualifier(arn),
            resource: Target::Exact(arn.clone()),
            policy,
            url: UrlState::Absent,
        };
        let found = judge(&door).into_iter();
        // A statement that is for one of several resources has nothing to say of the others.
        all.extend(found.filter(|grant| {
            !several || grant.cause != crate::analysis::exposure::Cause::OtherResource
        }));
    }
    Ok(all)
}

/// The ARN with the qualifier, which may stand in it already. The policy of `$LATEST` is that of the ARN without one.
fn qualified(arn: &str, qualifier: Option<&str>) -> Result<String, CliError> {
    let own = arn.split(':').nth(7);
    match (own, qualifier) {
        (_, None) | (None, Some("$LATEST")) => Ok(arn.to_owned()),
        (None, Some(qualifier)) => Ok(format!("{arn}:{qualifier}")),
        (Some(own), Some(qualifier)) if own == qualifier => Ok(arn.to_owned()),
        (Some(own), Some(qualifier)) => Err(CliError::Qualifiers {
            arn: own.to_owned(),
            qualifier: qualifier.to_owned(),
        }),
    }
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

fn document(all: &[Grant], unknown: &[UnknownAction]) -> Result<Value, CliError> {
    let widest = reach(all);
    Ok(json!({
        "reach": widest.as_str(),
        "certain": certain(all, widest),
        "grants": serde_json::to_value(all)?,
        "unknown_actions": serde_json::to_value(unknown)?,
    }))
}

/// Whether a grant of the widest class holds for certain.
fn certain(all: &[Grant], widest: Reach) -> bool {
    widest == Reach::None
        || all
            .iter()
            .any(|grant| grant.class == widest && grant.certain)
}

fn text(all: &[Grant], unknown: &[UnknownAction]) -> String {
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
    for action in unknown {
        text.push_str(&format!("\n{action}\n"));
    }
    text
}
