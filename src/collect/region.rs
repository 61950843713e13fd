//! One region of one account.

use std::collections::VecDeque;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc::{self, UnboundedSender};

use super::collector::Collector;
use super::lambda::{FUNCTIONS_AT_ONCE, Lambda, Listing, Page};
use super::place::Place;
use super::{Progress, ec2, kms, logs};
use crate::aws::Session;
use crate::inventory::{
    AccountRecord, AccountSettings, Function, Gap, GapKind, Observed, RegionInventory, RegionName,
    RegionServices, RegionStatus,
};
use crate::operation;

/// Collects one region.
pub(super) async fn collect(
    session: &Session,
    account: &AccountRecord,
    region: &RegionName,
    collector: &Collector<'_>,
) -> RegionInventory {
    let place = collector.place(account, region);
    collector.progress.region_started(&account.id, region);
    let listed = account.unlisted_regions.is_none();
    let inventory = visit(session, &place, region, collector, listed).await;
    collector
        .progress
        .region_done(&account.id, region, &inventory.status);
    inventory
}

/// `listed`: the account's own list says that the region is enabled.
async fn visit(
    session: &Session,
    place: &Place<'_>,
    region: &RegionName,
    collector: &Collector<'_>,
    listed: bool,
) -> RegionInventory {
    let lambda = Lambda {
        place,
        client: session.lambda(place.region),
        inspect: collector.inspect,
    };
    let settings = match lambda.usage().await {
        Ok(usage) if usage.empty => {
            let settings = Observed::Known(usage.settings);
            return left(region.clone(), RegionStatus::Empty, settings, None);
        }
        Ok(usage) => {
            let count = usize::try_from(usage.settings.function_count).unwrap_or_default();
            collector
                .progress
                .functions_expected(place.account, place.region, count);
            Observed::Known(usage.settings)
        }
        Err(gap) => match closed(&gap, false, listed) {
            Some(status) => return refused(region, status, Observed::Missing(gap)),
            None => Observed::Missing(gap),
        },
    };
    let mut listing = Listing::new(&lambda);
    let first = match listing.next().await {
        Some(Err(gap)) => {
            let status = closed(&gap, true, listed)
                .unwrap_or_else(|| RegionStatus::Unreachable(gap.clone()));
            return refused(region, status, settings);
        }
        Some(Ok(page)) => Some(page),
        None => None,
    };
    let (ec2, kms, logs) = (
        session.ec2(place.region),
        session.kms(place.region),
        session.logs(place.region),
    );
    let (groups, group_names) = mpsc::unbounded_channel();
    // Few calls on the quota that is the scarcest go first, so that the many behind them hide their
    // latency.
    let (event_source_mappings, code_signing, layers, (listing, functions), log_groups) = tokio::join!(
        lambda.event_source_mappings(),
        lambda.code_signing(),
        lambda.layers(),
        functions(&lambda, first, listing, groups, collector.progress),
        logs::collect(place, &logs, group_names),
    );
    let capacity_providers = lambda.capacity_providers(&functions).await;
    let attachments = ec2::Attachments::of(&functions, &capacity_providers);
    let (network, keys) = tokio::join!(
        ec2::collect(place, &ec2, attachments),
        kms::collect(place, &kms, &functions),
    );
    let no_layers = layers.known().is_none_or(Vec::is_empty);
    let empty = functions.is_empty() && no_layers && listing.gap().is_none();
    RegionInventory {
        region: region.clone(),
        status: if empty {
            RegionStatus::Empty
        } else {
            RegionStatus::Scanned
        },
        settings,
        listing,
        functions,
        event_source_mappings,
        code_signing,
        capacity_providers,
        layers,
        services: RegionServices {
            network: Observed::Known(network),
            keys,
            log_groups,
        },
    }
}

/// Asks about every function while further pages are being read.
async fn functions(
    lambda: &Lambda<'_>,
    first: Option<Page>,
    mut listing: Listing<'_>,
    groups: UnboundedSender<String>,
    progress: &dyn Progress,
) -> (Observed<()>, Vec<Function>) {
    let place = lambda.place;
    let mut complete = Observed::Known(());
    let mut waiting = VecDeque::new();
    let mut asking = FuturesUnordered::new();
    let mut functions = Vec::new();
    let mut ended = false;
    let mut page = first.map(Ok);
    loop {
        match page.take() {
            Some(Ok(Page {
                functions: listed,
                unreadable,
            })) => {
                progress.functions_listed(place.account, place.region, listed.len());
                for function in &listed {
                    // nobody hears of it where no check reads log groups
                    let _ = groups.send(function.log_group());
                }
                waiting.extend(listed);
                if let Some(gap) = unreadable {
                    complete = Observed::Missing(gap);
                }
            }
            Some(Err(gap)) => complete = Observed::Missing(gap),
            None => {}
        }
        while asking.len() < FUNCTIONS_AT_ONCE {
            let Some(listed) = waiting.pop_front() else {
                break;
            };
            asking.push(lambda.function(listed));
        }
        tokio::select! {
            Some(function) = asking.next(), if !asking.is_empty() => {
                functions.push(function);
                progress.function_done(place.account, place.region);
            }
            next = listing.next(), if !ended && waiting.len() < AHEAD => {
                ended = next.is_none();
                page = next;
            }
            else => break,
        }
    }
    functions.sort_by(|one, other| one.arn.cmp(&other.arn));
    (complete, functions)
}

/// Functions that are listed ahead of those being asked about: another page is read while they last.
const AHEAD: usize = 100;

/// Codes with which AWS answers in regions that the account has not switched on.
const NOT_ENABLED: [&str; 2] = ["OptInRequired", "SubscriptionRequiredException"];

/// Codes that mean the same in such regions, and in all others that the credentials are no longer good.
const NOT_KNOWN: [&str; 3] = [
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "AuthFailure",
];

/// What a failed first call says of the whole region, if anything. `listing`: it was the list of
/// functions, without which nothing can be said; a refusal of another call may concern that call
/// alone. `listed`: the region is known to be enabled.
pub(super) fn closed(gap: &Gap, listing: bool, listed: bool) -> Option<RegionStatus> {
    let code = gap.code.as_deref().unwrap_or_default();
    if NOT_ENABLED.contains(&code) || (!listed && NOT_KNOWN.contains(&code)) {
        return Some(RegionStatus::NotEnabled);
    }
    if NOT_KNOWN.contains(&code) {
        return Some(RegionStatus::Unreachable(gap.clone()));
    }
    match gap.kind {
        // Every region can list functions: the call was refused.
        GapKind::FeatureNotAvailable if listing => Some(RegionStatus::Denied(Gap {
            kind: GapKind::AccessDenied,
            ..gap.clone()
        })),
        // Functions are there, and were counted or may be: that is a refusal, and no state of the region.
        GapKind::AccessDenied | GapKind::DeniedByScp if listing => {
            Some(RegionStatus::Denied(gap.clone()))
        }
        GapKind::DeniedByScp => Some(RegionStatus::Denied(Gap {
            kind: GapKind::ClosedByScp,
            ..gap.clone()
        })),
        GapKind::Network
        | GapKind::Timeout
        | GapKind::ExpiredCredentials
        | GapKind::Interrupted => Some(RegionStatus::Unreachable(gap.clone())),
        _ => None,
    }
}

/// A region that was left at its door. Where the account has not switched it on, nothing can run.
fn refused(
    region: &RegionName,
    status: RegionStatus,
    settings: Observed<AccountSettings>,
) -> RegionInventory {
    let gap = match &status {
        RegionStatus::Denied(gap) | RegionStatus::Unreachable(gap) => Some(gap.clone()),
        RegionStatus::NotEnabled | RegionStatus::Scanned | RegionStatus::Empty => None,
    };
    let settings = match (settings, &gap) {
        (Observed::Missing(_), Some(gap)) => Observed::Missing(gap.clone()),
        (settings, _) => settings,
    };
    left(region.clone(), status, settings, gap.as_ref())
}

/// A region that the account has not switched on: nothing is in it.
pub(super) fn not_enabled(region: RegionName) -> RegionInventory {
    let gap = Gap::new(
        &operation::lambda::GET_ACCOUNT_SETTINGS,
        GapKind::NotPlanned,
        "the region is not enabled",
    );
    left(
        region,
        RegionStatus::NotEnabled,
        Observed::Missing(gap),
        None,
    )
}

/// A region of which nothing was read but perhaps its settings. Without a gap there is nothing to
/// read: it is empty, or the account has not switched it on.
fn left(
    region: RegionName,
    status: RegionStatus,
    settings: Observed<AccountSettings>,
    gap: Option<&Gap>,
) -> RegionInventory {
    fn unless<T>(gap: Option<&Gap>, value: T) -> Observed<T> {
        gap.map_or(Observed::Known(value), |gap| Observed::Missing(gap.clone()))
    }
    RegionInventory {
        region,
        status,
        settings,
        listing: unless(gap, ()),
        functions: Vec::new(),
        event_source_mappings: unless(gap, Vec::new()),
        code_signing: unless(gap, Vec::new()),
        capacity_providers: unless(gap, Vec::new()),
        layers: unless(gap, Vec::new()),
        services: RegionServices {
            network: unless(gap, ec2::nowhere()),
            keys: Vec::new(),
            log_groups: unless(gap, Vec::new()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(kind: GapKind, code: &str) -> Gap {
        let mut gap = Gap::new(&operation::lambda::LIST_FUNCTIONS, kind, "");
        gap.code = (!code.is_empty()).then(|| code.to_owned());
        gap
    }

    #[test]
    fn only_some_failures_close_a_region() {
        let denied = |gap: &Gap| Some(RegionStatus::Denied(gap.clone()));
        let unreachable = |gap: &Gap| Some(RegionStatus::Unreachable(gap.clone()));
        let scp = gap(GapKind::DeniedByScp, "AccessDeniedException");
        let shut = gap(GapKind::ClosedByScp, "AccessDeniedException");
        assert_eq!(closed(&scp, false, true), denied(&shut));
        assert_eq!(closed(&scp, true, true), denied(&scp));
        let refused = gap(GapKind::AccessDenied, "AccessDeniedException");
        assert_eq!(closed(&refused, false, true), None);
        assert_eq!(closed(&refused, true, true), denied(&refused));
        let token = gap(GapKind::Refused, "UnrecognizedClientException");
        assert_eq!(closed(&token, false, false), Some(RegionStatus::NotEnabled));
        assert_eq!(closed(&token, false, true), unreachable(&token));
        let off = gap(GapKind::Refused, "OptInRequired");
        assert_eq!(closed(&off, false, true), Some(RegionStatus::NotEnabled));
        for kind in [GapKind::Network, GapKind::Timeout, GapKind::Interrupted] {
            let gap = gap(kind, "");
            assert_eq!(closed(&gap, false, true), unreachable(&gap));
        }
        for kind in [GapKind::Throttled, GapKind::ServerFault, GapKind::Malformed] {
            let gap = gap(kind, "");
            assert_eq!(closed(&gap, false, true), None);
        }
    }
}
