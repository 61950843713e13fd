//! What the principals of an account may do: effective permissions, ways to more of them, and who trusts whom.
//!
//! Every question goes to [`policy::authorize`](crate::policy::authorize) with identity policies, permissions boundary and
//! service control policies. What a principal may do *to everything* is asked on resources that no policy mentions by name.
//! All of it is computed once for each role and account, however many functions run as the role.

mod access;
mod anybody;
mod authority;
mod catalogue;
mod circumstances;
mod claims;
mod classes;
mod escalation;
mod estate;
mod evidence;
mod federation;
mod strength;
mod trust;
mod walk;

use std::collections::{BTreeMap, HashMap};
use std::sync::{LazyLock, OnceLock};

use schemars::JsonSchema;
use serde::Serialize;

use access::Access;
pub(in crate::analysis) use access::Verb;
use authority::Authority;
pub use authority::{Answer, Standing};
pub use catalogue::Escalation;
pub use classes::Powers;
use escalation::Ways;
use estate::Estate;
pub use evidence::{Grant, StatementName, statement_name};
use strength::Strength;
pub(in crate::analysis) use trust::trusts;
pub use trust::{Trust, Trusts};

use crate::analysis::Fact;
use crate::inventory::{AccountInventory, Gap, Iam, PrincipalKind};
use crate::policy::Action;

/// What it takes to write to a log group.
static WRITING_LOGS: LazyLock<[Action; 2]> =
    LazyLock::new(|| ["logs:CreateLogStream", "logs:PutLogEvents"].map(Action::new));

/// The principals of an account with what they may do, computed as it is asked for.
#[derive(Debug)]
pub struct Privileges<'a> {
    estate: Estate<'a>,
    functions: Vec<Owned<'a>>,
    numbers: HashMap<&'a str, usize>,
    /// Functions by the ARN of their role.
    users: BTreeMap<&'a str, Vec<&'a str>>,
    /// Whether every function is known.
    complete: bool,
    strengths: Vec<OnceLock<Strength>>,
    strongest_first: OnceLock<Vec<usize>>,
    /// Places of the roles that trust a service, by its name.
    trusting: BTreeMap<String, Vec<usize>>,
    ways: Vec<OnceLock<Ways>>,
    access: OnceLock<Access>,
    /// Whether a principal may write to all log groups or none, by its place and region: a row of regions for each.
    logs: Vec<OnceLock<Option<bool>>>,
}

/// A function as the principals of its account see it.
#[derive(Debug)]
struct Owned<'a> {
    arn: &'a str,
    region: &'a str,
    /// Its resource-based policy, as text.
    policy: Option<&'a str>,
    /// Place of its role.
    role: Option<usize>,
    tags: Option<&'a BTreeMap<String, String>>,
}

impl<'a> Privileges<'a> {
    /// Of an account whose principals are known; `users` are its functions by their role, `complete` if those are all.
    pub fn new(
        inventory: &'a AccountInventory,
        iam: &'a Iam,
        users: &BTreeMap<&'a str, Vec<&'a str>>,
        complete: bool,
    ) -> Self {
        let estate = Estate::new(inventory, iam);
        let functions: Vec<Owned<'a>> = inventory
            .regions
            .iter()
            .flat_map(|region| {
                let functions = region.functions.iter();
                functions.map(|function| (region.region.as_str(), function))
            })
            .map(|(region, function)| Owned {
                arn: &function.arn,
                region,
                policy: function.policy.known().and_then(Option::as_deref),
                role: function
                    .configuration
                    .role
                    .as_deref()
                    .and_then(|role| estate.place(role)),
                tags: function
                    .detail
                    .known()
                    .and_then(|detail| detail.tags.known()),
            })
            .collect();
        let count = estate.members.len();
        let logs = (0..count * estate.regions.len()).map(|_| OnceLock::new());
        let logs = logs.collect();
        let numbers = functions.iter().enumerate();
        Self {
            numbers: numbers
                .map(|(number, function)| (function.arn, number))
                .collect(),
            trusting: trust::services(&estate),
            estate,
            functions,
            users: users.clone(),
            complete,
            strengths: (0..count).map(|_| OnceLock::new()).collect(),
            strongest_first: OnceLock::new(),
            ways: (0..count).map(|_| OnceLock::new()).collect(),
            access: OnceLock::new(),
            logs,
        }
    }

    /// What a role may do to everything; `None` for a role that IAM does not have.
    pub fn powers(&self, role: &str) -> Option<&Powers> {
        let place = self.estate.place(role)?;
        Some(&self.strength(place).powers)
    }

    /// The ways of a role to more permissions; `None` for a role that IAM does not have.
    pub fn escalations(&self, role: &str) -> Option<Fact<Vec<Escalation>>> {
        let place = self.estate.place(role)?;
        let ways = self
            .ways
            .get(place)?
            .get_or_init(|| match self.authority(place) {
                Some(mut authority) if !self.strength(place).powers.is_admin() => {
                    escalation::ways(self, place, &mut authority)
                }
                _ => Ways::default(),
            });
        Some(Fact::offenders(ways.found.clone(), ways.gaps.clone()))
    }

    /// What one user or role would gain with the permissions of a role; `None`: nothing of note, or one of the
    /// two is not known.
    pub fn gains(&self, principal: &str, role: &str) -> Option<Vec<String>> {
        let (own, other) = (self.estate.place(principal)?, self.estate.place(role)?);
        strength::gains(self.strength(own), self.strength(other))
    }

    /// Whether a role may write to a log group, which Lambda makes if the role may; `None` for a role that IAM does
    /// not have.
    pub fn can_log(&self, role: &str, region: &str, group: &str) -> Option<Fact<bool>> {
        let place = self.estate.place(role)?;
        if let Some(alike) = self.can_log_anywhere(place, region) {
            return Some(Fact::Known(alike));
        }
        let mut authority = self.authority(place)?;
        let group = self.log_group(region, group);
        let questions = [
            ("logs:CreateLogStream", format!("{group}:*")),
            (
                "logs:PutLogEvents",
                format!("{group}:log-stream:lamppost-probe"),
            ),
        ];
        let answers = questions.map(|(action, resource)| {
            match authority.on(&Action::new(action), &resource, None) {
                Answer::No => Fact::Known(false),
                Answer::Yes(_) => Fact::Known(true),
                Answer::Unknown => Fact::Unknown(Vec::new()),
            }
        });
        Some(match Fact::all(answers) {
            Fact::Known(all) => Fact::Known(all),
            Fact::Unknown(_) => Fact::Unknown(authority.gaps),
        })
    }

    /// Whether a principal may for certain write to every log group of a region, or to none; `None` where the group
    /// matters. Asked once, however many functions run as it.
    fn can_log_anywhere(&self, place: usize, region: &str) -> Option<bool> {
        let regions = &self.estate.regions;
        let number = regions.iter().position(|known| *known == region)?;
        *self
            .logs
            .get(place * regions.len() + number)?
            .get_or_init(|| {
                let mut authority = self.authority(place)?;
                let group = self.log_group(region, "*");
                let mut all = true;
                for action in WRITING_LOGS.iter() {
                    if matches!(authority.on_some(action), Answer::No) {
                        return Some(false);
                    }
                    let answer = authority.on_all_like(action, &group, region);
                    all &= matches!(answer, Answer::Yes(standing) if standing.certain);
                }
                all.then_some(true)
            })
    }

    fn log_group(&self, region: &str, name: &str) -> String {
        let (partition, account) = (self.estate.partition(), self.estate.account());
        format!("arn:{partition}:logs:{region}:{account}:log-group:{name}")
    }

    /// Who of the account can do that to a function, or may.
    pub(in crate::analysis) fn holders(&self, verb: Verb, arn: &str) -> Holders<'_> {
        let access = self.access.get_or_init(|| Access::new(self));
        let mut found = Holders::default();
        let number = self.numbers.get(arn).copied();
        let function = number.and_then(|number| self.functions.get(number));
        let (Some(number), Some(function)) = (number, function) else {
            return found;
        };
        let mut regions = self.estate.regions.iter();
        let Some(region) = regions.position(|region| *region == function.region) else {
            return found;
        };
        let (holders, unknown) = access.holders(verb, number, region);
        for holder in holders {
            let Some(member) = self.estate.members.get(holder.place) else {
                continue;
            };
            if self.strength(holder.place).powers.is_admin() {
                found.administrators += 1;
                continue;
            }
            found.others.push((&member.principal.arn, holder.standing));
        }
        for place in unknown {
            let member = self.estate.members.get(place);
            let arn = member.map_or_else(String::new, |member| member.principal.arn.clone());
            let gaps = access.gaps.get(&place).cloned().unwrap_or_default();
            found.unknown.push((arn, gaps));
        }
        found
    }

    fn authority(&self, place: usize) -> Option<Authority<'_>> {
        let member = self.estate.members.get(place)?;
        let functions = self.users.get(member.principal.arn.as_str());
        let functions = functions.filter(|_| self.complete).map(Vec::as_slice);
        Some(Authority::new(&self.estate, member, functions))
    }

    fn functions(&self) -> &[Owned<'a>] {
        &self.functions
    }

    /// How much a principal may do.
    fn strength(&self, place: usize) -> &Strength {
        static NOTHING: OnceLock<Strength> = OnceLock::new();
        let compute = || match self.authority(place) {
            Some(mut authority) => {
                let powers = classes::powers(&self.estate, &mut authority);
                let rises = powers.is_admin() || escalation::rises(self, place, &mut authority);
                Strength { powers, rises }
            }
            None => Strength::default(),
        };
        match self.strengths.get(place) {
            Some(strength) => strength.get_or_init(compute),
            None => NOTHING.get_or_init(Strength::default),
        }
    }

    /// Users and roles, the strongest first.
    fn strongest_first(&self) -> &[usize] {
        self.strongest_first.get_or_init(|| {
            let mut places: Vec<usize> = (0..self.estate.members.len())
                .filter(|&place| {
                    let member = self.estate.members.get(place);
                    member.is_some_and(|member| member.principal.kind != PrincipalKind::Group)
                })
                .collect();
            places.sort_by_cached_key(|&place| strength::rank(self.strength(place)));
            places
        })
    }

    /// Roles that trust a service, the strongest first.
    fn trusting(&self, service: &str) -> Vec<usize> {
        let mut places = self.trusting.get(service).cloned().unwrap_or_default();
        places.sort_by_cached_key(|&place| strength::rank(self.strength(place)));
        places
    }
}

/// A user or role that can do something to a function, or may.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct PrincipalAccess {
    /// Its ARN.
    pub arn: String,
    /// Whether it can for certain.
    pub certain: bool,
    /// Name of the inline policy that allows it, ARN of the managed one, or `the function's policy`.
    pub policy: String,
    /// Its `Sid`, or its place (`#1`) where it has none.
    pub statement: String,
}

impl PrincipalAccess {
    /// A principal by its ARN with how it stands to the action.
    pub(in crate::analysis) fn new(&(arn, standing): &(&str, &Standing)) -> Self {
        let statement = standing.statements.first();
        Self {
            arn: arn.to_owned(),
            certain: standing.certain,
            policy: statement.map_or_else(String::new, |one| one.policy.clone()),
            statement: statement.map_or_else(String::new, |one| one.statement.clone()),
        }
    }
}

/// Who can do something to a function.
#[derive(Debug, Default)]
pub(in crate::analysis) struct Holders<'p> {
    /// How many administrators can, or may.
    pub(in crate::analysis) administrators: usize,
    /// Everyone else.
    pub(in crate::analysis) others: Vec<(&'p str, &'p Standing)>,
    /// Those of whom it is not known, and why.
    pub(in crate::analysis) unknown: Vec<(String, Vec<Gap>)>,
}

impl Holders<'_> {
    /// Why it is not known of those of whom it is not.
    pub(in crate::analysis) fn gaps(&self, of: impl Fn(&str) -> bool) -> Vec<Gap> {
        let unknown = self.unknown.iter().filter(|(arn, _)| of(arn));
        unknown.flat_map(|(_, gaps)| gaps).cloned().collect()
    }
}
