//! By which ways a principal comes to more permissions than it has.

use std::collections::{BTreeSet, HashMap};

use super::Privileges;
use super::catalogue::{CATALOGUE, Compiled, Escalation, EscalationHop, HopRequest};
use super::edges::{Edge, End, Taken};
use super::evidence::Grant;
use super::names::Names;
use super::reach::{Reach, Step};
use crate::inventory::Gap;
use crate::reference::Takes;

/// What was found of the ways of one principal.
#[derive(Debug, Default)]
pub(super) struct Ways {
    pub(super) found: Vec<Escalation>,
    pub(super) gaps: Vec<Gap>,
}

/// What an edge gives to its principal by one target.
#[derive(Clone, Copy)]
struct Gain {
    more: Names,
    certain: bool,
    to: Option<Taken>,
}

type Rank = (bool, bool, bool, u32, u32);

impl Gain {
    /// Everything before all else, then what is certain, then by kind and number.
    fn rank(&self) -> Rank {
        let admin = self.more.is_admin();
        let kinds = [Names::data(), Names::credentials(), Names::permissions()];
        let kind = kinds
            .iter()
            .rposition(|kind| !self.more.and(*kind).is_empty());
        let kind = kind.map_or(0, |kind| kind + 1) as u32;
        let (kind, count) = if admin {
            (0, 0)
        } else {
            (kind, self.more.len())
        };
        (admin && self.certain, admin, self.certain, kind, count)
    }
}

/// Who asks for the ways of a principal.
struct Asked {
    place: usize,
    /// What is no gain.
    own: Reach,
    /// The principal, and whoever takes its ways: a way back to either leads nowhere.
    avoided: Vec<usize>,
    /// Whether it can make itself an administrator.
    rises: bool,
    /// What targets reach without leading back.
    known: HashMap<usize, Reach>,
}

impl Asked {
    /// What becoming a target gives.
    fn reach(&mut self, privileges: &Privileges<'_>, target: usize) -> Reach {
        let graph = privileges.graph();
        // Who can make himself an administrator gains nothing by becoming somebody who can do the same.
        if self.rises {
            return graph.own(target);
        }
        let avoided = &self.avoided;
        let reach = || graph.reach_avoiding(target, avoided);
        *self.known.entry(target).or_insert_with(reach)
    }
}

/// The ways of one principal, shortest descriptions only: a path that contains another is left out. With another, who acts as it:
/// those that give him more than he reaches without taking over functions.
pub(super) fn ways(privileges: &Privileges<'_>, place: usize, taker: Option<usize>) -> Ways {
    let mut ways = Ways::default();
    let graph = privileges.graph();
    let mut own = graph.own(place);
    let mut avoided = vec![place];
    if let Some(taker) = taker {
        own = own.or(graph.reach_without_functions(taker));
        avoided.push(taker);
    }
    let edges = graph.edges(place);
    let rises = edges.iter().any(|edge| match &edge.end {
        End::Gains { outcome, .. } => {
            matches!(edge.compiled.path.takes, Takes::Itself | Takes::Group)
                && outcome.possible.is_admin()
        }
        End::Becomes(_) => false,
    });
    let mut asked = Asked {
        place,
        own,
        avoided,
        rises,
        known: HashMap::new(),
    };
    let mut found: Vec<(&Compiled, Escalation)> = Vec::new();
    for compiled in CATALOGUE.iter() {
        let of_path = |edge: &&Edge| edge.compiled.path.id == compiled.path.id;
        let of_path = edges.iter().filter(of_path);
        let mut gains: Vec<(&Edge, Gain)> = of_path
            .flat_map(|edge| {
                let gains = at_most(privileges, &asked, edge);
                gains.into_iter().map(move |gain| (edge, gain))
            })
            .collect();
        gains.sort_by_key(|(_, gain)| std::cmp::Reverse(gain.rank()));
        let told = strongest(privileges, &mut asked, gains)
            .and_then(|(edge, gain)| tell(privileges, &asked, edge, gain));
        found.extend(told.map(|told| (compiled, told)));
    }
    if found.is_empty() {
        ways.gaps = gaps(privileges, place);
    }
    let actions = |item: &(&Compiled, Escalation)| -> BTreeSet<String> {
        item.1.actions.iter().cloned().collect()
    };
    let contained = |one: &(&Compiled, Escalation), other: &(&Compiled, Escalation)| {
        one.0.path.takes == other.0.path.takes
            && (!one.1.certain || other.1.certain)
            && (one.1.end != ADMINISTRATOR || other.1.end == ADMINISTRATOR)
            && actions(other).is_subset(&actions(one))
            && actions(other).len() < actions(one).len()
    };
    ways.found = found
        .iter()
        .filter(|one| !found.iter().any(|other| contained(one, other)))
        .map(|(_, escalation)| escalation.clone())
        .collect();
    ways.found.sort_by_key(|way| !way.certain);
    ways
}

const ADMINISTRATOR: &str = super::names::ADMINISTRATOR;

/// Why not all ways are known: of the principal, and of those that it can become.
fn gaps(privileges: &Privileges<'_>, place: usize) -> Vec<Gap> {
    let graph = privileges.graph();
    let of = |place: usize| {
        let edges = graph.edges.get(place).map(|edges| edges.gaps.as_slice());
        edges.unwrap_or_default().iter().cloned()
    };
    let mut gaps: Vec<Gap> = of(place).collect();
    let targets: BTreeSet<usize> = graph
        .edges(place)
        .iter()
        .flat_map(Edge::targets)
        .map(|target| target.place)
        .collect();
    for target in targets {
        gaps.extend(of(target));
        gaps.extend(privileges.powers_at(target).gaps().iter().cloned());
    }
    gaps.sort();
    gaps.dedup();
    gaps
}

/// What is gained by reaching that with an edge, if anything.
fn gain(own: Reach, edge: &Edge, reach: Reach, to: Option<Taken>) -> Option<Gain> {
    let more = reach.possible.without(own.possible);
    let sure = reach.certain.without(own.certain);
    let certain = !edge.proof.uncertain
        && match more.is_admin() {
            true => sure.is_admin(),
            false => !sure.is_empty(),
        };
    let more = if more.is_empty() { sure } else { more };
    (!more.is_empty()).then_some(Gain { more, certain, to })
}

/// What an edge gives at most by each of its targets: ways back to the principal are counted still.
fn at_most(privileges: &Privileges<'_>, asked: &Asked, edge: &Edge) -> Vec<Gain> {
    let graph = privileges.graph();
    match &edge.end {
        End::Gains { outcome, .. } => gain(asked.own, edge, Reach::of(outcome), None)
            .into_iter()
            .collect(),
        End::Becomes(targets) => targets
            .iter()
            .filter(|target| !asked.avoided.contains(&target.place))
            .filter_map(|&target| {
                let reach = match asked.rises {
                    true => graph.own(target.place),
                    false => graph.reach(target.place),
                };
                gain(asked.own, edge, reach, Some(target))
            })
            .collect(),
    }
}

/// The target that gives most without leading back; `gains` are what they give at most, the most first.
fn strongest<'g>(
    privileges: &Privileges<'_>,
    asked: &mut Asked,
    gains: Vec<(&'g Edge, Gain)>,
) -> Option<(&'g Edge, Gain)> {
    let mut best: Option<(&Edge, Gain)> = None;
    for (edge, most) in gains {
        let rank = best.as_ref().map(|(_, best)| best.rank());
        if rank.is_some_and(|rank| rank >= most.rank()) {
            break;
        }
        let found = match most.to {
            None => Some(most),
            Some(taken) => {
                let reach = asked.reach(privileges, taken.place);
                gain(asked.own, edge, reach, Some(taken))
            }
        };
        best = match (found, rank) {
            (Some(found), rank) if rank.is_none_or(|rank| rank < found.rank()) => {
                Some((edge, found))
            }
            _ => best,
        };
    }
    best
}

/// One way as a fact, with all its hops.
fn tell(privileges: &Privileges<'_>, asked: &Asked, edge: &Edge, gain: Gain) -> Option<Escalation> {
    let graph = privileges.graph();
    let first = Step {
        from: asked.place,
        edge,
        to: gain.to,
    };
    let mut steps = vec![first];
    let more = gain.more;
    let mut certain = !edge.proof.uncertain;
    if let Some(taken) = gain.to {
        let wanted = if more.is_admin() {
            Names::administrator()
        } else {
            more
        };
        let (chain, sure) = graph.chain(taken.place, &asked.avoided, wanted)?;
        certain &= sure;
        steps.extend(chain);
    } else {
        certain &= gain.certain;
    }
    let path = edge.compiled.path;
    let hops = hops(privileges, &steps);
    let hop = hops.first()?;
    let mut depends_on: BTreeSet<String> = hops
        .iter()
        .flat_map(|hop| hop.depends_on.iter().cloned())
        .collect();
    if !certain {
        depends_on.extend(doubts(privileges, &steps, more));
    }
    let mut actions: Vec<String> = Vec::new();
    for deed in edge.deeds() {
        if !actions.iter().any(|known| known == deed.action) {
            actions.push(deed.action.to_owned());
        }
    }
    Some(Escalation {
        path: path.id.clone(),
        title: path.title.clone(),
        category: path.category.name().to_owned(),
        target: target(privileges, &first),
        gains: more.told(),
        end: end(more).to_owned(),
        actions,
        statements: hop.statements.clone(),
        certain,
        depends_on: depends_on.into_iter().collect(),
        hops,
    })
}

/// What kind of powers they are, by the strongest.
fn end(names: Names) -> &'static str {
    if names.is_admin() {
        ADMINISTRATOR
    } else if !names.and(Names::permissions()).is_empty() {
        "permissions"
    } else if !names.and(Names::credentials()).is_empty() {
        "credentials"
    } else if !names.and(Names::data()).is_empty() {
        "data"
    } else {
        "other"
    }
}

/// ARN of what a step takes over.
fn target(privileges: &Privileges<'_>, step: &Step<'_>) -> String {
    match (&step.edge.end, step.to) {
        (End::Gains { target, .. }, _) => target.clone(),
        (_, Some(taken)) => match taken.function {
            Some(number) => privileges.function_arn(number).to_owned(),
            None => privileges.arn(taken.place).to_owned(),
        },
        (_, None) => String::new(),
    }
}

/// A chain as facts.
pub(super) fn hops(privileges: &Privileges<'_>, steps: &[Step<'_>]) -> Vec<EscalationHop> {
    let hop = |step: &Step<'_>| {
        let target = target(privileges, step);
        let proof = &step.edge.proof;
        let requests = proof.deeds.iter().map(|deed| HopRequest {
            action: deed.action.to_owned(),
            resource: deed.resource.clone().unwrap_or_else(|| target.clone()),
            context: deed
                .context
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect(),
        });
        EscalationHop {
            principal: privileges.arn(step.from).to_owned(),
            path: step.edge.compiled.path.id.clone(),
            title: step.edge.compiled.path.title.clone(),
            requests: requests.collect(),
            becomes: match step.to {
                Some(taken) => privileges.arn(taken.place).to_owned(),
                None if step.edge.compiled.path.takes == Takes::Itself => {
                    privileges.arn(step.from).to_owned()
                }
                None => target,
            },
            statements: proof.statements.iter().cloned().collect(),
            certain: !proof.uncertain,
            depends_on: proof.depends_on.iter().cloned().collect(),
        }
    };
    steps.iter().map(hop).collect()
}

/// On what the powers at the end of a chain depend.
fn doubts(privileges: &Privileges<'_>, steps: &[Step<'_>], wanted: Names) -> Vec<String> {
    let Some(last) = steps.last() else {
        return Vec::new();
    };
    if let End::Gains { outcome, .. } = &last.edge.end {
        return outcome.depends_on.clone();
    }
    let Some(taken) = last.to else {
        return Vec::new();
    };
    let powers = privileges.powers_at(taken.place);
    let open = |grants: &[Grant]| -> Vec<String> {
        let open = grants.iter().filter(|grant| !grant.certain);
        open.flat_map(|grant| grant.depends_on.clone()).collect()
    };
    match wanted.is_admin() {
        true => open(&powers.admin),
        false => {
            let told = wanted.told();
            let lists = powers.lists().into_iter().flatten();
            let ones: Vec<Grant> = lists
                .filter(|grant| grant.actions.iter().any(|action| told.contains(action)))
                .cloned()
                .collect();
            open(&ones)
        }
    }
}
