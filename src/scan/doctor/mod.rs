//! What stands between a scan and its answers: who we are, where we get in, what is denied and by what.

mod remedy;

use std::collections::BTreeMap;
use std::time::SystemTime;

use futures_util::StreamExt as _;
use futures_util::stream;
use jiff::Timestamp;
use serde::Serialize;

pub use remedy::Remedy;

use super::Reach;
use crate::aws::{Base, IdentityError, Session};
use crate::collect::{self, Probed, Visit};
use crate::inventory::{
    Denial, Gap, GapKind, MissedAccount, MissedReason, RegionName, RegionStatus,
};
use crate::target::TargetError;

/// The format of a diagnosis as JSON.
const SCHEMA: &str = "lamppost-doctor/1";

/// What stands between a scan and its answers.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnosis {
    /// The format: `lamppost-doctor/` and its major version.
    pub schema: &'static str,
    /// Who we are; several where several profiles are named.
    pub callers: Vec<Caller>,
    /// The accounts that were entered.
    pub accounts: Vec<AccountDiagnosis>,
    /// Accounts that cannot be entered or are left out, and why.
    pub missed: Vec<MissedAccount>,
    /// Why nobody could be found to look at.
    pub stopped: Option<String>,
    /// What would mend what is denied.
    pub remedies: Vec<Remedy>,
}

/// An identity to begin with.
#[derive(Clone, Debug, Serialize)]
pub struct Caller {
    /// The profile that was named.
    pub profile: Option<String>,
    /// Twelve digits.
    pub account: String,
    /// Who AWS says it is.
    pub arn: String,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// Where calls go that could go anywhere.
    pub region: String,
    /// Where the credentials come from, outermost first.
    pub source: Vec<String>,
    /// When they end, where that is known.
    pub expires: Option<Timestamp>,
    /// The address that stands in for AWS's own.
    pub endpoint: Option<String>,
    /// Addresses that stand in for AWS's own for single services.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub service_endpoints: BTreeMap<String, String>,
}

/// What works in one account.
#[derive(Clone, Debug, Serialize)]
pub struct AccountDiagnosis {
    /// Twelve digits.
    pub id: String,
    /// Its name; empty where that is not known.
    pub name: String,
    /// Its regions, and whether functions can be listed there.
    pub regions: Vec<RegionEntry>,
    /// Why its list of regions could not be read.
    pub unlisted_regions: Option<Gap>,
    /// The region in which actions were tried.
    pub tried_in: Option<String>,
    /// The actions that the chosen checks need.
    pub actions: Vec<ActionAnswer>,
}

/// Whether a region lets us in.
#[derive(Clone, Debug, Serialize)]
pub struct RegionEntry {
    /// Its name.
    pub region: String,
    /// `Scanned` and `Empty` mean that functions can be listed, whether there are any or not.
    pub status: RegionStatus,
    /// By what it is denied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub denial: Option<Denial>,
}

/// How a call of one action was answered.
#[derive(Clone, Debug, Serialize)]
pub struct ActionAnswer {
    /// The action.
    pub action: String,
    /// What became of it.
    pub answer: Answer,
    /// The failed call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
    /// By what it is denied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub denial: Option<Denial>,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It is allowed.
    Allowed,
    /// It is denied.
    Denied,
    /// It failed for another reason.
    Failed,
    /// There is nothing to try it on.
    Untried,
}

impl Diagnosis {
    /// Enters every account and region, and calls each planned operation once in each account.
    ///
    /// # Errors
    /// When there is no identity to begin with, or the selection contradicts itself.
    pub async fn of(reach: &Reach<'_>) -> Result<Self, TargetError> {
        let callers = callers(reach).await?;
        let (visits, missed, stopped) = match reach.find().await {
            Ok(found) => (found.visits, found.missed, None),
            Err(error @ (TargetError::Organization(_) | TargetError::NoOrganization(_))) => {
                (Vec::new(), Vec::new(), Some(error))
            }
            Err(error) => return Err(error),
        };
        let bases: Vec<&str> = callers.iter().map(|one| one.account.as_str()).collect();
        let bases = &bases;
        let looking = visits.into_iter().map(|visit| async move {
            let base = bases.contains(&visit.target.account.as_str());
            let seen = look(reach, visit, base).await;
            reach.progress.account_done(&seen.id);
            seen
        });
        let looking: Vec<_> = looking.collect();
        let accounts: Vec<AccountDiagnosis> = stream::iter(looking)
            .buffered(reach.accounts_at_once)
            .collect()
            .await;
        let mut diagnosis = Self {
            schema: SCHEMA,
            callers,
            accounts,
            missed,
            stopped: stopped.as_ref().map(ToString::to_string),
            remedies: Vec::new(),
        };
        let in_organization = match &stopped {
            Some(TargetError::Organization(gap)) => Some(&**gap),
            _ => None,
        };
        let external_id = reach.selection.external_id.is_some();
        diagnosis.remedies = remedy::remedies(&diagnosis, in_organization, external_id);
        Ok(diagnosis)
    }

    /// Whether a scan would miss nothing.
    pub fn is_whole(&self) -> bool {
        let refused =
            |missed: &MissedAccount| matches!(missed.reason, MissedReason::Unreachable(_));
        let whole = |account: &AccountDiagnosis| {
            let answers = account.actions.iter().map(|action| action.answer);
            let closed = |region: &RegionEntry| region.is_closed();
            let open = |region: &RegionEntry| region.is_open();
            // closed on purpose, unless it is all of them
            account.unlisted_regions.is_none()
                && (!account.regions.iter().any(closed) || account.regions.iter().any(open))
                && account
                    .regions
                    .iter()
                    .all(|region| !region.is_shut() || region.is_closed())
                && answers
                    .into_iter()
                    .all(|answer| !matches!(answer, Answer::Denied | Answer::Failed))
        };
        self.stopped.is_none()
            && !self.missed.iter().any(refused)
            && self.accounts.iter().all(whole)
    }

    /// Whether there is a region to look into.
    pub fn has_entry(&self) -> bool {
        let mut regions = self.accounts.iter().flat_map(|account| &account.regions);
        regions.any(RegionEntry::is_open)
    }
}

impl RegionEntry {
    /// Whether it can be looked into.
    pub fn is_open(&self) -> bool {
        matches!(self.status, RegionStatus::Scanned | RegionStatus::Empty)
    }

    /// Whether a service control policy closes it, as a scan finds it closed.
    pub fn is_closed(&self) -> bool {
        matches!(&self.status, RegionStatus::Denied(gap) if gap.kind == GapKind::ClosedByScp)
    }

    /// Whether AWS did not let us in, or did not answer.
    pub fn is_shut(&self) -> bool {
        matches!(
            self.status,
            RegionStatus::Denied(_) | RegionStatus::Unreachable(_)
        )
    }
}

/// Who we are, for every profile that works.
async fn callers(reach: &Reach<'_>) -> Result<Vec<Caller>, TargetError> {
    let profiles: Vec<Option<String>> = match reach.selection.profiles.as_slice() {
        [] => vec![None],
        named => named.iter().cloned().map(Some).collect(),
    };
    let mut callers = Vec::new();
    let mut first_error: Option<IdentityError> = None;
    for profile in profiles {
        let base = profile
            .clone()
            .map_or_else(|| reach.base.clone(), Base::Profile);
        match Session::open(reach.connection, &base).await {
            Ok(session) => callers.push(caller(profile, &session).await),
            Err(error) => {
                first_error.get_or_insert(error);
            }
        }
    }
    match first_error {
        Some(error) if callers.is_empty() => Err(error.into()),
        _ => Ok(callers),
    }
}

async fn caller(profile: Option<String>, session: &Session) -> Caller {
    let (source, expires) = session.credentials().await;
    let expires = expires
        .and_then(|end| end.duration_since(SystemTime::UNIX_EPOCH).ok())
        .and_then(|since| Timestamp::from_second(since.as_secs().try_into().ok()?).ok());
    Caller {
        profile,
        account: session.account().to_owned(),
        arn: session.caller().unwrap_or_default().to_owned(),
        partition: session.partition().to_owned(),
        region: session.home_region().to_owned(),
        source,
        expires,
        endpoint: session.endpoint_url(),
        service_endpoints: session.service_endpoints(),
    }
}

async fn look(reach: &Reach<'_>, visit: Visit, base: bool) -> AccountDiagnosis {
    let Visit { target, regions } = visit;
    let session = &target.session;
    let listed = regions.unlisted.is_none();
    let entries = collect::entries(session, &regions.enabled, listed, &reach.cancel).await;
    let open = || entries.iter().filter(|entry| entry.is_open());
    let chosen = open().find(|entry| entry.has_function()).or(open().next());
    let actions = match chosen {
        Some(entry) => collect::probe(session, entry, &reach.plan, base, &reach.cancel).await,
        None => Vec::new(),
    };
    AccountDiagnosis {
        id: target.account.into(),
        name: target.name,
        tried_in: chosen.map(|entry| entry.region.clone()),
        actions: actions.into_iter().map(ActionAnswer::from).collect(),
        regions: not_enabled(&regions.not_enabled)
            .chain(entries.iter().map(|entry| RegionEntry {
                region: entry.region.clone(),
                status: entry.status.clone(),
                denial: match &entry.status {
                    RegionStatus::Denied(gap) | RegionStatus::Unreachable(gap) => denial(gap),
                    _ => None,
                },
            }))
            .collect(),
        unlisted_regions: regions.unlisted,
    }
}

/// Regions that were asked for by name and are not switched on for the account.
fn not_enabled(regions: &[RegionName]) -> impl Iterator<Item = RegionEntry> {
    regions.iter().map(|region| RegionEntry {
        region: region.to_string(),
        status: RegionStatus::NotEnabled,
        denial: None,
    })
}

impl From<Probed> for ActionAnswer {
    fn from(probed: Probed) -> Self {
        let denial = probed.refused.as_ref().and_then(denial);
        let named = denial.as_ref().and_then(|denial| denial.action.clone());
        let action = named
            .or_else(|| probed.operation.action.map(str::to_owned))
            .unwrap_or_else(|| probed.operation.label.to_owned());
        let answer = match (&probed.refused, &denial) {
            _ if probed.untried => Answer::Untried,
            (None, _) => Answer::Allowed,
            (Some(_), Some(_)) => Answer::Denied,
            (Some(_), None) => Answer::Failed,
        };
        Self {
            action,
            answer,
            gap: probed.refused,
            denial,
        }
    }
}

/// By what a call was denied, where it was.
fn denial(gap: &Gap) -> Option<Denial> {
    match gap.kind {
        GapKind::AccessDenied
        | GapKind::DeniedByScp
        | GapKind::ClosedByScp
        | GapKind::Undecryptable => Some(Denial::read(&gap.message)),
        _ => None,
    }
}
