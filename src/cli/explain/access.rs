//! `lamppost explain access`: whether a principal may do something, and by which statements.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::actions::{self, UnknownAction};
use super::{ExplainFormat, file};
use crate::analysis::statement_name;
use crate::cli::error::CliError;
use crate::finding::Outcome;
use crate::policy::{
    Arn, Caller, Context, Decision, Dependency, Effect, KeyState, Layer, Layers, Matched, Open,
    Pattern, Policy, Reason, Request, Source, Target, Verdict, authorize, is_account_id,
};
use crate::report;

/// `lamppost explain access`
#[derive(Args, Clone, Debug)]
pub struct AccessArgs {
    /// Who asks: ARN of a user, role, session or root user, an account id, a service such as events.amazonaws.com, or `*` for somebody without credentials
    #[arg(long, value_name = "ARN", value_parser = caller)]
    pub principal: Caller,
    /// What for, such as lambda:InvokeFunction
    #[arg(long, value_name = "ACTION", value_parser = action)]
    pub action: String,
    /// On what; `*` within it stands for some text that is not known
    #[arg(long, value_name = "ARN", value_parser = resource)]
    pub resource: String,
    /// Account of the resource, where its ARN has none, as those of buckets
    #[arg(long, value_name = "ID", value_parser = account)]
    pub resource_account: Option<String>,
    /// Policy of the user, its groups or the role; may be repeated
    #[arg(long = "identity-policy", value_name = "FILE", num_args = 1.., help_heading = "Policies")]
    pub identity: Vec<PathBuf>,
    /// Permissions boundary
    #[arg(long, value_name = "FILE", help_heading = "Policies")]
    pub boundary: Option<PathBuf>,
    /// Session policy; may be repeated
    #[arg(long = "session-policy", value_name = "FILE", num_args = 1.., help_heading = "Policies")]
    pub session: Vec<PathBuf>,
    /// Service control policy of the principal's account; may be repeated. Each file that allows something is a level of its own,
    /// all of which must allow; files of one level are joined by commas. A file that only denies hangs beside FullAWSAccess
    #[arg(long = "scp", value_name = "FILE", num_args = 1.., help_heading = "Policies")]
    pub service_control: Vec<String>,
    /// Resource control policy of the resource's account, likewise
    #[arg(long = "rcp", value_name = "FILE", num_args = 1.., help_heading = "Policies")]
    pub resource_control: Vec<String>,
    /// Policy of the resource: of a function, bucket, key or queue, or the trust policy of a role
    #[arg(long, value_name = "FILE", help_heading = "Policies")]
    pub resource_policy: Option<PathBuf>,
    /// Value of a condition key; repeat a key that has several values
    #[arg(long, value_name = "KEY=VALUE", num_args = 1.., value_parser = pair)]
    pub context: Vec<(String, String)>,
    /// Keys that are not given are not in the request; without this, nothing is known of them
    #[arg(long)]
    pub complete_context: bool,
    /// How to answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: ExplainFormat,
}

fn caller(text: &str) -> Result<Caller, String> {
    Caller::parse(text).ok_or_else(|| {
        "it is not the ARN of a user, role, session or root user, nor an account id, a service or `*`"
            .to_owned()
    })
}

fn action(text: &str) -> Result<String, String> {
    match text.split_once(':') {
        Some((service, name)) if is_word(service) && is_word(name) => Ok(text.to_owned()),
        Some(_) if text.contains(['*', '?']) => {
            Err("name one action, such as lambda:InvokeFunction, without wildcards".to_owned())
        }
        _ => Err("an action looks like lambda:InvokeFunction".to_owned()),
    }
}

fn is_word(text: &str) -> bool {
    let mut bytes = text.bytes();
    !text.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// `*`, or an ARN, in which wildcards may stand.
fn resource(text: &str) -> Result<String, String> {
    match text == "*" || Arn::parse(text).is_some_and(|arn| !arn.service.is_empty()) {
        true => Ok(text.to_owned()),
        false => Err(
            "a resource is `*` or an ARN, such as arn:aws:s3:::bucket/key: six parts, joined by `:`"
                .to_owned(),
        ),
    }
}

fn account(text: &str) -> Result<String, String> {
    is_account_id(text)
        .then(|| text.to_owned())
        .ok_or_else(|| "an account id has twelve digits".to_owned())
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if is_address(key) && value.parse::<IpAddr>().is_err() => Err(format!(
            "`{value}` is not an IP address: a request comes from one, such as 192.0.2.1 or 2001:db8::1"
        )),
        Some((key, value)) if key.contains(':') => Ok((key.to_owned(), value.to_owned())),
        Some((key, _)) => Err(format!(
            "`{key}` is no condition key: one looks like aws:SourceIp"
        )),
        None => Err("it must look like aws:SourceIp=192.0.2.1".to_owned()),
    }
}

/// Whether the values of a condition key are addresses.
fn is_address(key: &str) -> bool {
    ["aws:SourceIp", "aws:VpcSourceIp"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(key))
}

/// A policy with the name of its file.
type Named = (String, Policy);

pub(super) fn run(args: &AccessArgs) -> Result<Outcome, CliError> {
    let identity = read_all(&args.identity)?;
    let boundary = read_all(args.boundary.as_slice())?;
    let session = read_all(&args.session)?;
    let resource = read_all(args.resource_policy.as_slice())?;
    let service_control = levels(&args.service_control)?;
    let resource_control = levels(&args.resource_control)?;
    let full = Policy::parse(FULL_ACCESS).map_err(|error| CliError::Policy {
        path: PathBuf::from("FullAWSAccess"),
        error,
    })?;
    let layers = Layers {
        identity: sources(&identity),
        resource: sources(&resource),
        boundary: sources(&boundary).first().copied(),
        session: (!session.is_empty()).then(|| sources(&session)),
        service_control: control(&service_control, &full),
        resource_control: control(&resource_control, &full),
        management_account: None,
    };
    let request = request(args);
    let decision = authorize(&layers, &request);
    let taken_for_own = request.resource_account.is_none()
        && request.caller.account().is_some()
        && layers.resource.is_empty()
        && args.resource != "*";
    let files = [&identity, &boundary, &session, &resource];
    let controls = service_control.iter().chain(&resource_control);
    let policies = files.into_iter().chain(controls).flatten();
    let named = actions::named(policies.map(|(_, policy)| policy));
    let unknown = actions::unknown(named.into_iter().chain([args.action.as_str()]));
    match args.format {
        ExplainFormat::Json => report::print_json(&document(&decision, &unknown))?,
        ExplainFormat::Text => {
            report::print_text(&text(args, &decision, taken_for_own, &unknown))?;
        }
    }
    Ok(Outcome::Clean)
}

/// What hangs beside every control policy that only denies.
const FULL_ACCESS: &str = r#"{"Version":"2012-10-17","Statement":{"Sid":"FullAWSAccess","Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#;

fn read_all(paths: &[PathBuf]) -> Result<Vec<Named>, CliError> {
    paths
        .iter()
        .map(|path| Ok((path.display().to_string(), file::read(path)?)))
        .collect()
}

fn levels(written: &[String]) -> Result<Vec<Vec<Named>>, CliError> {
    written
        .iter()
        .map(|level| {
            let paths: Vec<PathBuf> = level.split(',').map(PathBuf::from).collect();
            read_all(&paths)
        })
        .collect()
}

fn sources(named: &[Named]) -> Vec<Source<'_>> {
    named
        .iter()
        .map(|(name, policy)| Source::new(name, policy))
        .collect()
}

/// The levels of control policies; none at all where no file is given.
fn control<'p>(levels: &'p [Vec<Named>], full: &'p Policy) -> Option<Vec<Vec<Source<'p>>>> {
    let level = |named: &'p Vec<Named>| {
        let mut level = sources(named);
        let mut statements = named.iter().flat_map(|(_, policy)| &policy.statements);
        if !statements.any(|statement| statement.effect == Effect::Allow) {
            level.push(Source::new("FullAWSAccess", full));
        }
        level
    };
    (!levels.is_empty()).then(|| levels.iter().map(level).collect())
}

fn request(args: &AccessArgs) -> Request {
    let mut context = if args.complete_context {
        // AWS sends the time with every request.
        let now = Timestamp::now();
        Context::complete()
            .with("aws:CurrentTime", KeyState::one(now.to_string()))
            .with("aws:EpochTime", KeyState::one(now.as_second().to_string()))
    } else {
        Context::open()
    };
    for (key, _) in &args.context {
        let values = args
            .context
            .iter()
            .filter(|(other, _)| other.eq_ignore_ascii_case(key))
            .map(|(_, value)| value.clone())
            .collect();
        context.set(key, KeyState::Known(values));
    }
    if let Some(account) = &args.resource_account {
        context.set_default("aws:ResourceAccount", KeyState::one(account));
    }
    let target = if args.resource.contains(['*', '?']) {
        Target::Like(Pattern::glob(&args.resource))
    } else {
        Target::Exact(args.resource.clone())
    };
    let mut request = Request::new(args.principal.clone(), &args.action, target, context);
    if args.resource_account.is_some() {
        request.resource_account.clone_from(&args.resource_account);
    }
    request
}

fn name(matched: &Matched<'_>) -> Option<String> {
    matched.statement.map(statement_name)
}

fn depends_on(decision: &Decision<'_>) -> Vec<String> {
    let found = decision.depends_on();
    found.iter().map(ToString::to_string).collect()
}

fn document(decision: &Decision<'_>, unknown: &[UnknownAction]) -> Value {
    let statements: Vec<Value> = decision
        .statements
        .iter()
        .map(|matched| {
            json!({
                "layer": matched.layer,
                "policy": matched.policy,
                "statement": name(matched),
                "effect": matched.effect(),
                "certain": matched.is_certain(),
            })
        })
        .collect();
    let conditions: Vec<Value> = decision
        .residual()
        .map(|(matched, open)| {
            json!({
                "condition": open.to_string(),
                "layer": matched.layer,
                "policy": matched.policy,
                "statement": name(matched),
                "effect": matched.effect(),
            })
        })
        .collect();
    json!({
        "decision": decision.verdict,
        "reason": decision.reason.to_string(),
        "depends_on": depends_on(decision),
        "statements": statements,
        "conditions": conditions,
        "unknown_actions": unknown,
    })
}

fn text(
    args: &AccessArgs,
    decision: &Decision<'_>,
    taken_for_own: bool,
    unknown: &[UnknownAction],
) -> String {
    let mut text = match decision.verdict {
        Verdict::Allow => "Allowed".to_owned(),
        Verdict::Deny => "Denied".to_owned(),
        Verdict::Conditional => "It depends".to_owned(),
    };
    let _ = writeln!(text, ": {} on {}", args.action, args.resource);
    let why = match decision.reason {
        Reason::Allowed => "Every side that has to allow it does.".to_owned(),
        Reason::ExplicitDeny(layer) => {
            let layer = match layer {
                Layer::Identity => format!("An {layer}"),
                _ => format!("A {layer}"),
            };
            format!("{layer} forbids it, whatever else allows it.")
        }
        Reason::NoAllow(layer) => format!(
            "No statement of {} allows it, and one would have to.",
            one(layer)
        ),
        Reason::Depends => {
            let depends_on = depends_on(decision);
            let texts = depends_on.iter().map(String::as_str);
            format!("Allowed {}.", Dependency::clause(texts, usize::MAX))
        }
    };
    let _ = writeln!(text, "{why}");
    if taken_for_own {
        let _ = writeln!(
            text,
            "The resource's ARN names no account, so it is taken for one of the caller's own; --resource-account says whose it is."
        );
    }
    for action in unknown {
        let _ = writeln!(text, "{action}");
    }
    for matched in &decision.statements {
        let does = match matched.effect() {
            Some(Effect::Allow) if matched.is_certain() => "allows it",
            Some(Effect::Allow) => "allows it if",
            Some(Effect::Deny) if matched.is_certain() => "forbids it",
            Some(Effect::Deny) => "forbids it if",
            None => "must allow it as well, and was not given",
        };
        let statement = name(matched).unwrap_or_default();
        let layer = matched.layer.to_string();
        let of = match matched.policy == layer {
            true => layer,
            false => format!("{layer} {}", matched.policy),
        };
        let _ = match statement.as_str() {
            "" => writeln!(text, "\nThe {of} {does}"),
            statement => writeln!(text, "\nStatement {statement} of the {of} {does}"),
        };
        for open in &matched.open {
            if !matches!(open, Open::Unread) {
                let _ = writeln!(text, "  {open}");
            }
        }
    }
    text
}

/// The layer with its article.
fn one(layer: Layer) -> String {
    match layer {
        Layer::Identity => format!("an {layer}"),
        _ => format!("a {layer}"),
    }
}
