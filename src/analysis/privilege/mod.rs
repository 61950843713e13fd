//! What the principals of an account may do: effective permissions, ways to more of them, and who trusts whom.
//!
//! Every question goes to [`policy::authorize`](crate::policy::authorize) with identity policies, permissions boundary and
//! service control policies. What a principal may do *to everything* is asked on resources that no policy mentions by name.
//! All of it is computed once for each role and account, however many functions run as the role.

mod access;
mod anybody;
mod authority;
mod catalogue;
mod change;
mod circumstances;
mod claims;
mod classes;
mod edges;
mod escalation;
mod estate;
mod evidence;
mod federation;
mod manage;
mod names;
mod passing;
mod places;
mod powerful;
mod reach;
mod target;
mod trust;
mod weapon;

use std::collections::{BTreeMap, HashMap};
use std::sync::{LazyLock, OnceLock};

use schemars::JsonSchema;
use serde::Serialize;

use access::Access;
pub(in crate::analysis) use access::Verb;
use authority::Authority;
pub use authority::{Answer, Standing};
pub use catalogue::{Escalation, EscalationHop, HopRequest};
use change::Outcome;
pub use classes::Powers;
use escalation::Ways;
use estate::Estate;
pub use evidence::{Grant, StatementName, statement_name};
pub use manage::PermissionsGrant;
use names::Names;
pub(in crate::analysis) use passing::{Passable, Passer};
use places::Places;
use reach::{Graph, Reach};
use target::Outcomes;
pub use trust::{Trust, Trusts};
pub(in crate::analysis) use trust::{trusts, trusts_of};

use crate::analysis::Fact;
use crate::inventory::{AccountInventory, Gap, Iam, PrincipalKind};
use crate::policy::{Action, Policy};

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
    powers: Vec<OnceLock<Powers>>,
    graph: OnceLock<Graph>,
    outcomes: Outcomes<'a>,
    places: Places,
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
            places: Places::new(&estate),
            estate,
            functions,
            users: users.clone(),
            complete,
            powers: (0..count).map(|_| OnceLock::new()).collect(),
            graph: OnceLock::new(),
            outcomes: Outcomes::default(),
            ways: (0..count).map(|_| OnceLock::new()).collect(),
            access: OnceLock::new(),
            logs,
        }
    }

    /// What a role may do to everything; `None` for a role that IAM does not have.
    pub fn powers(&self, role: &str) -> Option<&Powers> {
        let place = self.estate.place(role)?;
        Some(self.powers_at(place))
    }

    /// The identity-based policies of a role, and why others were not read; `None` for a role that IAM does not have.
    pub(super) fn policies(&self, role: &str) -> Option<(Vec<&Policy>, Vec<Gap>)> {
        let place = self.estate.place(role)?;
        let identity = self.estate.identity(self.estate.members.get(place)?);
        let policies = identity.held.iter().map(|held| held.policy).collect();
        Some((policies, identity.gaps))
    }

    /// The ways of a role to more permissions; `None` for a role that IAM does not have.
    pub fn escalations(&self, role: &str) -> Option<Fact<Vec<Escalation>>> {
        let place = self.estate.place(role)?;
        let ways = self.ways.get(place)?.get_or_init(|| {
            if self.powers_at(place).is_admin() {
                Ways::default()
            } else {
                escalation::ways(self, place, None)
            }
        });
        Some(Fact::offenders(ways.found.clone(), ways.gaps.clone()))
    }

    /// The ways of a role that give another principal, who acts as it, more than it reaches by other means than taking over
    /// functions that there are; `None` if one of the two is not known.
    pub fn escalations_for(&self, principal: &str, role: &str) -> Option<Vec<Escalation>> {
        let (taker, place) = (self.estate.place(principal)?, self.estate.place(role)?);
        Some(escalation::ways(self, place, Some(taker)).found)
    }

    /// What one user or role would gain with the permissions of a role, and of all that the role can become, beyond what it
    /// reaches by other means than taking over functions that there are; `None`: nothing of note, or one of the two is not known.
    pub fn gains(&self, principal: &str, role: &str) -> Option<Vec<String>> {
        let (own, other) = (self.estate.place(principal)?, self.estate.place(role)?);
        let graph = self.graph();
        let mine = graph.reach_without_functions(own).possible;
        if mine.is_admin() || graph.reach(other).possible.without(mine).is_empty() {
            return None;
        }
        let more = graph.reach_avoiding(other, &[own]).possible.without(mine);
        (!more.is_empty()).then(|| more.told())
    }

    /// What a user or role reaches by whatever chain of escalations, itself included; `None` for one that IAM does not have.
    pub fn reaches(&self, principal: &str) -> Option<Reached> {
        let place = self.estate.place(principal)?;
        let reach = self.graph().reach(place);
        let has = |of: Names| match (reach.certain.and(of), reach.possible.and(of)) {
            (certain, _) if !certain.is_empty() => Some(true),
            (_, possible) if !possible.is_empty() => Some(false),
            _ => None,
        };
        Some(Reached {
            administrator: has(Names::administrator()),
            permissions: has(Names::permissions()),
            credentials: has(Names::credentials()),
            data: has(Names::data()),
            gains: reach.possible.told(),
        })
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
        // AWS asks both of the stream, whose name Lambda makes: a statement on the group alone, without `:*` or
        // `:log-stream:*`, allows neither.
        // Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html>
        let stream = format!("{group}:log-stream:lamppost-probe");
        let answers = ["logs:CreateLogStream", "logs:PutLogEvents"].map(|action| {
            match authority.on(&Action::new(action), &stream, None) {
                Answer::No => Fact::Known(false),
                Answer::Yes(_) => Fact::Known(true),
                Answer::Unknown => Fact::Unknown(Vec::new()),
            }
        });
        Some(match Fact::all(answers) {
            Fact::Known(all) => Fact::Known(all),
            Fact::Unknown(_) => Fact::Unknown(authority.gaps().to_vec()),
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
            if self.powers_at(holder.place).is_admin() {
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

    /// What a principal may do to everything.
    fn powers_at(&self, place: usize) -> &Powers {
        static NOTHING: OnceLock<Powers> = OnceLock::new();
        let compute = || match self.authority(place) {
            Some(mut authority) => classes::powers(&self.estate, &mut authority),
            None => Powers::default(),
        };
        match self.powers.get(place) {
            Some(powers) => powers.get_or_init(compute),
            None => NOTHING.get_or_init(Powers::default),
        }
    }

    /// The same by name.
    fn own(&self, place: usize) -> Outcome {
        let powers = self.powers_at(place);
        Outcome {
            certain: Names::of(powers, true),
            possible: Names::of(powers, false),
            depends_on: Vec::new(),
        }
    }

    /// Who can become whom, and what everybody reaches.
    fn graph(&self) -> &Graph {
        self.graph.get_or_init(|| {
            let places = 0..self.estate.members.len();
            let own = places.clone().map(|place| {
                let member = self.estate.members.get(place);
                match member.is_some_and(|one| one.principal.kind == PrincipalKind::Group) {
                    true => Reach::default(),
                    false => Reach::of(&self.own(place)),
                }
            });
            let own = own.collect();
            Graph::new(places.map(|place| edges::edges(self, place)).collect(), own)
        })
    }

    fn arn(&self, place: usize) -> &str {
        let member = self.estate.members.get(place);
        member.map_or("", |member| &member.principal.arn)
    }

    fn function_arn(&self, number: usize) -> &str {
        self.functions
            .get(number)
            .map_or("", |function| function.arn)
    }

    /// Roles that trust a service.
    fn trusting(&self, service: &str) -> &[usize] {
        let places = self.places.trusting.get(service);
        places.map(Vec::as_slice).unwrap_or_default()
    }

    /// Roles that the trust policy of the principal's own account, or of everybody, may let be assumed.
    fn assumable(&self) -> &[usize] {
        &self.places.assumable
    }

    /// Roles whose trust policy names a principal.
    fn naming(&self, arn: &str) -> &[usize] {
        let places = self.places.naming.get(arn);
        places.map(Vec::as_slice).unwrap_or_default()
    }

    fn roles(&self) -> &[usize] {
        &self.places.roles
    }

    fn users(&self) -> &[usize] {
        &self.places.users
    }
}

/// What a user or role reaches by whatever chain: for each kind whether for certain, `None` where it does not.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reached {
    /// Everything.
    pub administrator: Option<bool>,
    /// Giving permissions to others.
    pub permissions: Option<bool>,
    /// Getting or making credentials.
    pub credentials: Option<bool>,
    /// Reading data in bulk.
    pub data: Option<bool>,
    /// At most five of its powers by name, those that are not certain included.
    pub gains: Vec<String>,
}

/// A user or role that can do something to a function, or may.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct PrincipalAccess {
    /// Its ARN.
    pub arn: String,
    /// `user` or `role`.
    #[schemars(extend("enum" = ["user", "role"]))]
    pub kind: String,
    /// Its name, without its path.
    pub name: String,
    /// Whether it can for certain.
    pub certain: bool,
    /// Name of the inline policy that allows it, ARN of the managed one, or `the function's policy`.
    pub policy: String,
    /// Its `Sid`, or its place (`#1`) where it has none.
    pub statement: String,
    /// ARN of the user, role or group that carries the policy; empty for `the function's policy`.
    pub carrier: String,
    /// Name of that user, role or group, without path.
    pub carrier_name: String,
    /// What it depends on where it is not certain.
    pub depends_on: Vec<String>,
}

impl PrincipalAccess {
    /// A principal by its ARN with how it stands to the action.
    pub(in crate::analysis) fn new(&(arn, standing): &(&str, &Standing)) -> Self {
        let statement = standing.statements.first();
        Self {
            arn: arn.to_owned(),
            kind: if arn.contains(":user/") {
                "user"
            } else {
                "role"
            }
            .to_owned(),
            name: arn.rsplit('/').next().unwrap_or(arn).to_owned(),
            certain: standing.certain,
            policy: statement.map_or_else(String::new, |one| one.policy.clone()),
            statement: statement.map_or_else(String::new, |one| one.statement.clone()),
            carrier: statement.map_or_else(String::new, |one| one.carrier.clone()),
            carrier_name: statement
                .and_then(|one| one.carrier.rsplit('/').next())
                .unwrap_or_default()
                .to_owned(),
            depends_on: match standing.certain {
                true => Vec::new(),
                false => standing.depends_on.clone(),
            },
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
