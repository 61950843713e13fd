//! Whom to scan, as whom, and where.
//!
//! [`resolve`] turns what the user chose into [`Targets`]: one [`Target`] for each account that
//! could be entered, one [`MissedAccount`] for each that could not. [`regions`] says where to look
//! in one of them.

mod account_file;
mod directory;
mod error;
mod organization;
mod region;
mod shard;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::PathBuf;

use futures_util::StreamExt;
use futures_util::stream;

pub use account_file::{ListedAccount, read as read_account_file};
pub use error::{AccountPlace, TargetError};
pub use region::{Regions, regions};
pub use shard::{NoShard, Shard};

use crate::aws::{Base, Connection, IdentityError, Mfa, Role, Session};
use crate::inventory::{
    AccountId, Gap, GapKind, MissedAccount, MissedReason, Observed, Organization,
};
use crate::operation::{self, Plan};
use organization::Discovery;

/// Accounts that are entered at once.
const ENTERING: usize = 8;

/// What the user chose; everything is empty by default.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Profiles to begin with; none: the default credentials.
    pub profiles: Vec<String>,
    /// ARNs of roles to assume one from another, before anything else.
    pub role_chain: Vec<String>,
    /// All accounts of the organisation.
    pub organization: bool,
    /// Accounts from a file: see [`read_account_file`].
    pub account_file: Option<PathBuf>,
    /// The role to assume in accounts of the organisation or the file.
    pub role_name: Option<String>,
    /// The external id that roles ask for.
    pub external_id: Option<String>,
    /// The session name; `lamppost` by default.
    pub session_name: Option<String>,
    /// Only accounts in these units, or units below them, by id or name.
    pub include_units: Vec<String>,
    /// No accounts in these units, or units below them.
    pub exclude_units: Vec<String>,
    /// Only these accounts.
    pub include_accounts: Vec<String>,
    /// Not these accounts.
    pub exclude_accounts: Vec<String>,
    /// Only accounts with all of these tags in the organisation, `KEY=VALUE` or `KEY` for any value.
    pub account_tags: Vec<String>,
    /// The second factor of whom we begin as.
    pub mfa: Option<Mfa>,
    /// Only this part of the accounts.
    pub shard: Option<Shard>,
    /// Accounts that need not be entered, because what they hold is known from before.
    pub done: BTreeSet<AccountId>,
}

/// An account that was entered.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its id.
    pub account: AccountId,
    /// The name that the organisation or the account file gives it; empty where there is none.
    pub name: String,
    /// The way in.
    pub session: Session,
    /// What its organisation says.
    pub organization: Observed<Option<Organization>>,
}

/// What a selection comes to.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    /// Accounts that were entered, by their ids.
    pub entered: Vec<Target>,
    /// Accounts that could not be entered or are left out, and why.
    pub missed: Vec<MissedAccount>,
    /// ARNs of the identities that the accounts were entered from.
    pub callers: Vec<String>,
    /// The endpoint in place of AWS's own, where there is one.
    pub endpoint: Option<String>,
    /// Endpoints of single services in place of AWS's own, by the service.
    pub service_endpoints: BTreeMap<String, String>,
}

/// Enters every account that the user chose.
///
/// Accounts that cannot be entered are in [`Targets::missed`] and hurt no other. `base` is where
/// to begin when no profile is named. Organizations is asked only what the plan contains, and
/// what the selection itself needs.
///
/// # Errors
/// When the selection contradicts itself, or there is nothing to begin with.
pub async fn resolve(
    connection: &Connection,
    base: &Base,
    selection: &Selection,
    plan: &Plan,
) -> Result<Targets, TargetError> {
    error::check(selection)?;
    let listed = match &selection.account_file {
        // a pipe may keep its reader waiting, and the runtime with it
        Some(path) => {
            let file = path.clone();
            let read = tokio::task::spawn_blocking(move || account_file::read(&file));
            read.await.map_err(|ended| TargetError::AccountFile {
                path: path.clone(),
                source: io::Error::other(ended),
            })??
        }
        None => Vec::new(),
    };
    let mut targets = Targets::default();
    let mut reach = Vec::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for session in begin(connection, base, selection, &mut targets).await? {
        let session = match chain(session, selection).await {
            Ok(session) => session,
            Err((id, gap)) => {
                targets.miss(&id, "", MissedReason::Unreachable(gap));
                continue;
            }
        };
        reach.push(session.account().to_owned());
        let assumed = selection.role_chain.last().map(String::as_str);
        let caller = session.caller().or(assumed);
        targets.callers.extend(caller.map(str::to_owned));
        targets.endpoint = session.endpoint_url();
        targets.service_endpoints = session.service_endpoints();
        let found = Discovery::of(&session, selection, plan).await?;
        if !selection.is_many() {
            let account = session.account().to_owned();
            known.insert(account.clone());
            match AccountId::try_from(account.as_str()) {
                Err(why) => {
                    let gap = Gap::new(
                        &operation::sts::GET_CALLER_IDENTITY,
                        GapKind::Malformed,
                        why,
                    );
                    targets.miss(&account, "", MissedReason::Unreachable(gap));
                }
                Ok(_) if !selection.chooses(&account) => {
                    let why = "the account of the credentials is not among the chosen ones";
                    targets.miss(&account, "", MissedReason::Skipped(why.to_owned()));
                }
                Ok(account) if selection.takes(&account) => targets.entered.push(Target {
                    name: found.name(&account),
                    organization: found.organization(&account),
                    account,
                    session,
                }),
                Ok(_) => {}
            }
            continue;
        }
        if selection.organization {
            known.extend(found.accounts().map(str::to_owned));
        }
        known.extend(listed.iter().map(|account| account.id.to_string()));
        let mut wanted = found.wanted(selection, &listed, &mut targets.missed);
        wanted.retain(|account| selection.takes(&account.id));
        let wanted = organization::tagged(&session, wanted, &selection.account_tags).await?;
        let entering = wanted
            .into_iter()
            .map(|account| enter(&session, account, selection, &found));
        let entered: Vec<_> = stream::iter(entering)
            .buffer_unordered(ENTERING)
            .collect()
            .await;
        for outcome in entered {
            match outcome {
                Ok(target) => targets.entered.push(target),
                Err(missed) => targets.missed.push(missed),
            }
        }
    }
    targets.settle();
    let all_asked = targets.unreachable().next().is_none();
    let mut chosen = selection.include_accounts.iter();
    if let (true, Some(account)) = (all_asked, chosen.find(|id| !known.contains(*id))) {
        return Err(TargetError::NotThere {
            account: account.clone(),
            place: selection.place(&reach),
        });
    }
    targets.missed.retain(|missed| selection.takes(&missed.id));
    // A part of few accounts may be empty, and a resumed run may have nothing left to do.
    let whole = selection.shard.is_none() && selection.done.is_empty();
    if whole && targets.entered.is_empty() && all_asked {
        return Err(TargetError::NothingLeft(targets.skipped()));
    }
    Ok(targets)
}

impl Targets {
    /// Accounts that could not be entered.
    fn unreachable(&self) -> impl Iterator<Item = &MissedAccount> {
        let missed = self.missed.iter();
        missed.filter(|account| matches!(account.reason, MissedReason::Unreachable(_)))
    }

    /// Accounts that are left out, each with the reason.
    fn skipped(&self) -> Vec<String> {
        let skipped = self
            .missed
            .iter()
            .filter_map(|account| match &account.reason {
                MissedReason::Skipped(why) => Some(format!("{}: {why}", account.id)),
                MissedReason::Unreachable(_) => None,
            });
        skipped.collect()
    }

    fn miss(&mut self, id: &str, name: &str, reason: MissedReason) {
        self.missed.push(MissedAccount {
            id: id.to_owned(),
            name: name.to_owned(),
            reason,
        });
    }

    /// Orders everything, and keeps each account once: two profiles may lead to the same.
    fn settle(&mut self) {
        let mut seen = BTreeSet::new();
        self.entered
            .retain(|target| seen.insert(target.account.clone()));
        self.entered.sort_by(|a, b| a.account.cmp(&b.account));
        self.missed
            .retain(|missed| !seen.contains(missed.id.as_str()));
        self.missed.sort_by(|a, b| a.id.cmp(&b.id));
        self.missed.dedup_by(|a, b| a.id == b.id);
    }
}

/// The sessions to begin with.
async fn begin(
    connection: &Connection,
    base: &Base,
    selection: &Selection,
    targets: &mut Targets,
) -> Result<Vec<Session>, TargetError> {
    if selection.profiles.is_empty() {
        let session = Session::open(connection, base).await?;
        return Ok(vec![session.second_factor(selection.mfa.as_ref()).await?]);
    }
    let mut sessions = Vec::new();
    let mut first_error: Option<IdentityError> = None;
    for profile in &selection.profiles {
        let opened = async {
            let session = Session::open(connection, &Base::Profile(profile.clone())).await?;
            session.second_factor(selection.mfa.as_ref()).await
        };
        match opened.await {
            Ok(session) => sessions.push(session),
            Err(error) => {
                let kind = match &error {
                    IdentityError::SsoExpired { .. } => GapKind::ExpiredCredentials,
                    IdentityError::Rejected { gap, .. }
                    | IdentityError::Mfa(gap)
                    | IdentityError::Unreachable { gap, .. } => gap.kind,
                    _ => GapKind::Refused,
                };
                let gap = Gap::new(
                    &operation::sts::GET_CALLER_IDENTITY,
                    kind,
                    error.to_string(),
                );
                targets.miss(profile, "", MissedReason::Unreachable(gap));
                first_error.get_or_insert(error);
            }
        }
    }
    match first_error {
        Some(error) if sessions.is_empty() => Err(error.into()),
        _ => Ok(sessions),
    }
}

/// The session at the end of the role chain, or the account and gap where the chain broke.
async fn chain(session: Session, selection: &Selection) -> Result<Session, (String, Gap)> {
    let mut session = session;
    for arn in &selection.role_chain {
        let next = session.assume(&selection.role(arn.clone()));
        next.enter()
            .await
            .map_err(|gap| (next.account().to_owned(), gap))?;
        session = next;
    }
    Ok(session)
}

async fn enter(
    session: &Session,
    account: ListedAccount,
    selection: &Selection,
    found: &Discovery,
) -> Result<Target, MissedAccount> {
    let own = account.id == *session.account();
    let inside = if own {
        session.clone()
    } else {
        let role_name = selection.role_name.as_deref().unwrap_or_default();
        let arn = format!(
            "arn:{}:iam::{}:role/{role_name}",
            session.partition(),
            account.id
        );
        session.assume(&selection.role(arn))
    };
    match inside.enter().await {
        Ok(()) => Ok(Target {
            organization: found.organization(&account.id),
            account: account.id,
            name: account.name,
            session: inside,
        }),
        Err(gap) => Err(MissedAccount {
            id: account.id.into(),
            name: account.name,
            reason: MissedReason::Unreachable(gap),
        }),
    }
}

impl Selection {
    /// Whom it chooses and how they are entered, as a text: the same for the same choice. A second
    /// factor, and accounts that are known from before, change nothing.
    pub fn terms(&self) -> String {
        // what is said twice, or in another order, is the same
        let once = |list: &[String]| {
            let once: BTreeSet<String> = list.iter().cloned().collect();
            once.into_iter().collect()
        };
        let rest = Self {
            mfa: None,
            done: BTreeSet::new(),
            include_units: once(&self.include_units),
            exclude_units: once(&self.exclude_units),
            include_accounts: once(&self.include_accounts),
            exclude_accounts: once(&self.exclude_accounts),
            account_tags: once(&self.account_tags),
            ..self.clone()
        };
        format!("{rest:?}")
    }

    /// Whether the accounts are those of a list, an organization's or a file's.
    fn is_many(&self) -> bool {
        self.organization || self.account_file.is_some()
    }

    /// Whether the filters by id let an account pass.
    fn chooses(&self, account: &str) -> bool {
        let included = self.include_accounts.is_empty()
            || self.include_accounts.iter().any(|id| id == account);
        included && self.exclude_accounts.iter().all(|id| id != account)
    }

    /// Where accounts were looked for.
    fn place(&self, reach: &[String]) -> AccountPlace {
        match &self.account_file {
            Some(path) => AccountPlace::File(path.clone()),
            None if self.organization => AccountPlace::Organization(reach.to_vec()),
            None => AccountPlace::Credentials(reach.to_vec()),
        }
    }

    fn takes(&self, account: &str) -> bool {
        self.shard.is_none_or(|shard| shard.takes(account)) && !self.done.contains(account)
    }

    fn role(&self, arn: String) -> Role {
        Role {
            arn,
            external_id: self.external_id.clone(),
            session_name: self
                .session_name
                .clone()
                .unwrap_or_else(|| "lamppost".to_owned()),
        }
    }
}

/// The accounts in the words of the command line, as reports name them.
impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.account_file {
            Some(path) => write!(f, "accounts of {}", path.display())?,
            None if self.organization => f.write_str("the organization")?,
            None if !self.profiles.is_empty() => {
                write!(f, "profiles {}", self.profiles.join(", "))?;
            }
            None => f.write_str("the account of the credentials")?,
        }
        for (what, list) in [
            ("role", &self.role_chain),
            ("only units", &self.include_units),
            ("without units", &self.exclude_units),
            ("only accounts", &self.include_accounts),
            ("without accounts", &self.exclude_accounts),
            ("only tags", &self.account_tags),
        ] {
            if !list.is_empty() {
                write!(f, ", {what} {}", list.join(", "))?;
            }
        }
        Ok(())
    }
}
