//! Where to look in an account.

use super::TargetError;
use crate::aws::{Call, Session, gap};
use crate::check::nearest::nearest;
use crate::inventory::{Gap, GapKind, RegionName};
use crate::operation;
use crate::reference::{Partition, partitions};

/// Regions of a partition that need no opting in, as far as this version knows.
fn known(partition: &str) -> &'static [String] {
    partitions()
        .get(partition)
        .map_or(&[], |partition| &partition.always)
}

/// Every region of a partition that this version knows.
fn all_of(partition: &str) -> impl Iterator<Item = &'static str> {
    let partition = partitions().get(partition);
    partition.into_iter().flat_map(Partition::regions)
}

/// Where to look in an account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Regions {
    /// Regions to look into, in order.
    pub enabled: Vec<RegionName>,
    /// Regions that were asked for by name but are not switched on for the account.
    pub not_enabled: Vec<RegionName>,
    /// Why the account's own list could not be read; `enabled` then is what every account has,
    /// and regions that the account opted into may be missing.
    pub unlisted: Option<Gap>,
}

/// The enabled regions of an account, or those of them that were asked for, without the excluded ones.
///
/// # Errors
/// When a region is named that does not exist; the error names the nearest.
pub async fn regions(
    session: &Session,
    asked: &[String],
    excluded: &[String],
) -> Result<Regions, TargetError> {
    let named = |names: &[String]| -> Result<Vec<RegionName>, TargetError> {
        names.iter().map(|name| shaped(name)).collect()
    };
    let (asked, excluded) = (named(asked)?, named(excluded)?);
    let listed = list(session).await;
    let partition = session.partition();
    let mut regions = match listed {
        Ok(listed) => {
            let names = || listed.iter().map(|(name, _)| name.as_str());
            let mut chosen = Regions {
                enabled: Vec::new(),
                not_enabled: Vec::new(),
                unlisted: None,
            };
            if asked.is_empty() {
                chosen.enabled = listed
                    .iter()
                    .filter(|(_, enabled)| *enabled)
                    .map(|(name, _)| name.clone())
                    .collect();
            }
            for name in &excluded {
                if listed.iter().all(|(known, _)| known != name) {
                    return Err(unknown(name, names()));
                }
            }
            for name in &asked {
                match listed.iter().find(|(known, _)| known == name) {
                    Some((_, true)) => chosen.enabled.push(name.clone()),
                    Some((_, false)) => chosen.not_enabled.push(name.clone()),
                    None => return Err(unknown(name, names())),
                }
            }
            chosen.enabled.sort();
            chosen.enabled.dedup();
            chosen
        }
        Err(gap) => {
            let names = || all_of(partition);
            let mut named = asked.iter().chain(&excluded);
            if let Some(name) = named.find(|name| names().all(|known| *name != known)) {
                return Err(unknown(name, names()));
            }
            let enabled = if asked.is_empty() {
                known(partition)
                    .iter()
                    .filter_map(|name| RegionName::try_from(name.as_str()).ok())
                    .collect()
            } else {
                asked
            };
            Regions {
                enabled,
                not_enabled: Vec::new(),
                unlisted: Some(gap),
            }
        }
    };
    let left = |region: &RegionName| !excluded.contains(region);
    regions.enabled.retain(left);
    regions.not_enabled.retain(left);
    Ok(regions)
}

/// All regions of the account's partition, and whether they are switched on.
async fn list(session: &Session) -> Result<Vec<(RegionName, bool)>, Gap> {
    let region = session.home_region();
    let call = Call {
        operation: &operation::ec2::DESCRIBE_REGIONS,
        account: session.account(),
        region,
        resource: None,
    };
    let answer = session
        .ec2(region)
        .describe_regions()
        .all_regions(true)
        .send()
        .await
        .map_err(|error| gap(&error, &call))?;
    let regions: Option<Vec<(RegionName, bool)>> = answer
        .regions()
        .iter()
        .map(|region| {
            // a region without a status is tried, which says more than leaving it out
            let enabled = region.opt_in_status() != Some("not-opted-in");
            Some((RegionName::try_from(region.region_name()?).ok()?, enabled))
        })
        .collect();
    match regions {
        Some(regions) if !regions.is_empty() => Ok(regions),
        _ => {
            let message = "the answer does not name every region";
            let gap = Gap::new(call.operation, GapKind::Malformed, message);
            Err(gap.at(call.account, call.region))
        }
    }
}

/// A name that cannot be a region is refused without asking AWS: it would become part of a
/// host's name.
fn shaped(name: &str) -> Result<RegionName, TargetError> {
    RegionName::try_from(name)
        .map_err(|_| unknown(name, partitions().iter().flat_map(Partition::regions)))
}

fn unknown<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> TargetError {
    TargetError::Region {
        name: name.to_owned(),
        nearest: nearest(name, names).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_a_region_is_refused_with_the_nearest() {
        for (name, said) in [
            (
                "us-east1",
                "there is no region `us-east1`; did you mean `us-east-1`?",
            ),
            (
                "eu-west-1a",
                "there is no region `eu-west-1a`; did you mean `eu-west-1`?",
            ),
            ("everywhere", "there is no region `everywhere`"),
            ("../..", "there is no region `../..`"),
            ("", "there is no region ``"),
        ] {
            assert_eq!(shaped(name).unwrap_err().to_string(), said);
        }
        for name in ["us-east-1", "us-gov-west-1", "eusc-de-east-1"] {
            assert!(shaped(name).is_ok(), "{name}");
        }
    }
}
