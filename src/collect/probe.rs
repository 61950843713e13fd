//! One minimal call of each planned operation, to test which of them are allowed.
//!
//! Each collector lists the probes of its service; [`PROBES`] lists the collectors.

use std::error::Error;

use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::lambda::Lambda;
use super::place::{Place, together};
use super::region::closed;
use super::{apis, balancers, ec2, iam, kms, lambda, logs, organizations, sources};
use crate::aws::Session;
use crate::inventory::{Gap, GapKind, RegionName, RegionStatus};
use crate::operation::{self, Operation, Plan};

/// The probes of every service.
const PROBES: &[&[Probe]] = &[
    lambda::PROBES,
    iam::PROBES,
    ec2::PROBES,
    balancers::PROBES,
    kms::PROBES,
    logs::PROBES,
    sources::S3_PROBES,
    sources::SNS_PROBES,
    sources::SQS_PROBES,
    sources::EVENTS_PROBES,
    apis::REST_PROBES,
    apis::HTTP_PROBES,
    organizations::PROBES,
];

/// Calls that are under way at once in one account.
const AT_ONCE: usize = 8;

/// A name that nothing has: AWS judges whether a call is allowed before it looks for what it names.
pub(super) const NOBODY: &str = "lamppost-doctor";

/// A minimal call of one operation.
pub(super) struct Probe {
    pub(super) operation: &'static Operation,
    /// `None` if there is no resource to ask about.
    pub(super) ask: for<'a> fn(&Subject<'a>) -> Option<Asking<'a>>,
}

/// A call in progress, and the gap if it fails.
pub(super) type Asking<'a> = BoxFuture<'a, Result<(), Gap>>;

/// Resources that probes can ask about.
pub(super) struct Subject<'a> {
    pub(super) session: &'a Session,
    pub(super) place: &'a Place<'a>,
    /// A function's name.
    pub(super) function: &'a str,
    /// The ARN of a KMS key, if a function names one.
    pub(super) key: Option<&'a str>,
}

impl<'a> Subject<'a> {
    pub(super) fn region(&self) -> &'a str {
        self.place.region
    }

    /// The ARN of a resource here.
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        let Place {
            partition,
            region,
            account,
            ..
        } = self.place;
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }

    /// Makes a call; `read` finds what its answer lacks.
    pub(super) fn ask<Output, Failure>(
        &self,
        operation: &'static Operation,
        send: impl Future<Output = Result<Output, SdkError<Failure>>> + Send + 'a,
        read: impl FnOnce(&Place<'_>, &Output) -> Option<Gap> + Send + 'a,
    ) -> Option<Asking<'a>>
    where
        Output: Send,
        Failure: ProvideErrorMetadata + Error + Send + 'static,
    {
        let place = self.place;
        Some(Box::pin(async move {
            let answer = place.call(operation, None, send, Ok).await?;
            read(place, &answer).map_or(Ok(()), Err)
        }))
    }
}

/// The probes of one service: each operation with its request and, if needed, a function that finds what the answer
/// lacks.
macro_rules! probes {
    (@lacks) => { |_, _| None };
    (@lacks $lacks:expr) => { $lacks };
    (
        $service:ident: |$on:ident| $client:ident = $open:expr;
        $($operation:ident => $request:expr $(=> $lacks:expr)?),+ $(,)?
    ) => {
        &[$($crate::collect::probe::Probe {
            operation: &$crate::operation::$service::$operation,
            ask: |$on| {
                let $client = $open;
                let send = $request.send();
                $on.ask(
                    &$crate::operation::$service::$operation,
                    send,
                    $crate::collect::probe::probes!(@lacks $($lacks)?),
                )
            },
        }),+]
    };
}
pub(super) use probes;

/// How one operation was answered.
#[derive(Clone, Debug)]
pub struct Probed {
    /// The operation.
    pub operation: &'static Operation,
    /// Why it was not answered; an error that says more than "denied" is an answer.
    pub refused: Option<Gap>,
    /// There was nothing to ask about, so that nothing is known.
    pub untried: bool,
}

/// A region, whether it lets the caller in, and what is there to ask about.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The region's name.
    pub region: String,
    /// Whether it can be looked into.
    pub status: RegionStatus,
    function: Option<String>,
    key: Option<String>,
}

impl Entry {
    /// Whether functions can be listed there.
    pub fn is_open(&self) -> bool {
        matches!(self.status, RegionStatus::Scanned | RegionStatus::Empty)
    }

    /// Whether there is a function to ask about.
    pub fn has_function(&self) -> bool {
        self.function.is_some()
    }
}

/// Tries the doors of these regions, `listed` if the account itself says that they are enabled.
pub async fn entries(
    session: &Session,
    regions: &[RegionName],
    listed: bool,
    cancel: &CancellationToken,
) -> Vec<Entry> {
    let plan = Plan::new([]);
    let plan = &plan;
    let doors = regions.iter().map(|region| async move {
        let place = place(session, region, plan, cancel);
        entry(session, &place, listed).await
    });
    together(doors, AT_ONCE).await
}

fn place<'a>(
    session: &'a Session,
    region: &'a str,
    plan: &'a Plan,
    cancel: &'a CancellationToken,
) -> Place<'a> {
    Place {
        partition: session.partition(),
        account: session.account(),
        region,
        plan,
        cancel,
    }
}

async fn entry(session: &Session, place: &Place<'_>, listed: bool) -> Entry {
    let lambda = Lambda {
        place,
        client: session.lambda(place.region),
        inspect: &|_, _| Vec::new(),
    };
    let mut entry = Entry {
        region: place.region.to_owned(),
        status: RegionStatus::Empty,
        function: None,
        key: None,
    };
    let settings = lambda.usage().await;
    if let Err(gap) = &settings
        && let Some(status) = closed(gap, false, listed)
    {
        entry.status = status;
        return entry;
    }
    let send = lambda.client.list_functions().max_items(50).send();
    let first = place
        .call(&operation::lambda::LIST_FUNCTIONS, None, send, |page| {
            let functions = page.functions();
            let name = functions.iter().find_map(|one| one.function_name());
            let key = functions.iter().find_map(|one| one.kms_key_arn());
            Ok((name.map(str::to_owned), key.map(str::to_owned)))
        })
        .await;
    entry.status = match (first, settings) {
        (Err(gap), _) => closed(&gap, true, listed).unwrap_or(RegionStatus::Unreachable(gap)),
        (Ok(_), Err(gap)) => RegionStatus::Denied(gap),
        (Ok((function, key)), Ok(_)) => {
            let found = function.is_some();
            (entry.function, entry.key) = (function, key);
            if found {
                RegionStatus::Scanned
            } else {
                RegionStatus::Empty
            }
        }
    };
    entry
}

/// Calls each planned operation once. Operations of the organisation are asked only where it is
/// `base`, the account that the scan begins in.
pub async fn probe(
    session: &Session,
    entry: &Entry,
    plan: &Plan,
    base: bool,
    cancel: &CancellationToken,
) -> Vec<Probed> {
    let place = place(session, &entry.region, plan, cancel);
    let place = &place;
    let subject = &Subject {
        session,
        place,
        function: entry.function.as_deref().unwrap_or(NOBODY),
        key: entry.key.as_deref(),
    };
    let planned = operation::all().filter(|operation| {
        // these were called to get here
        let done = operation.service == operation::sts::SERVICE || Plan::ALWAYS.contains(operation);
        let listing = operation.service == operation::organizations::SERVICE;
        plan.contains(operation) && !done && (base || !listing)
    });
    let asking = planned.map(|operation| async move {
        let probed = |refused, untried| Probed {
            operation,
            refused,
            untried,
        };
        // without a probe, so was this
        let Some(probe) = find(operation) else {
            return probed(None, false);
        };
        match (probe.ask)(subject) {
            None => probed(None, true),
            Some(asking) => {
                let gap = asking.await.err();
                probed(gap.filter(|gap| gap.kind != GapKind::Refused), false)
            }
        }
    });
    together(asking, AT_ONCE).await
}

fn find(operation: &Operation) -> Option<&'static Probe> {
    let mut probes = PROBES.iter().copied().flatten();
    probes.find(|probe| probe.operation == operation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_finds_no_region_has_a_probe() {
        for operation in operation::all() {
            let before = operation.discovers
                && operation.service != operation::organizations::SERVICE
                || Plan::ALWAYS.contains(&operation);
            assert_eq!(find(operation).is_none(), before, "{operation}");
        }
    }
}
