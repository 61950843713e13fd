//! What every user and role of an account reaches, by whatever chain: one fixpoint over the edges of all.
//!
//! A node is a user or role; groups give their policies to their users, and functions lead to their roles. An edge leads from
//! whom a path of the catalogue lets act to whom it can then act as. Every node has powers of its own: what its policies allow on
//! everything, and what it can make of itself. What it reaches are the powers of all nodes that a chain of edges leads to. Powers
//! that rest on certain edges alone are certain; edges that rest on something that cannot be seen, such as a machine that may run
//! as a role, are told of but lead no further.

use std::collections::VecDeque;

use super::change::Outcome;
use super::edges::{Edge, Edges, End, Taken};
use super::names::Names;

/// Powers that are certain, and all that may be had.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Reach {
    pub(super) certain: Names,
    pub(super) possible: Names,
}

/// The edges of an account, and what they lead to.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) edges: Vec<Edges>,
    /// Powers of each node alone.
    pub(super) own: Vec<Reach>,
    /// What each node reaches.
    full: Vec<Reach>,
    /// The same without taking over any function that there is.
    without_functions: Vec<Reach>,
    /// Whether some edge leads to a node.
    entered: Vec<bool>,
}

/// A hop of a chain: an edge of a node, and whom it takes over; `None` for what the node gains itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step<'g> {
    pub(super) from: usize,
    pub(super) edge: &'g Edge,
    pub(super) to: Option<Taken>,
}

impl Reach {
    pub(super) fn of(outcome: &Outcome) -> Self {
        Self {
            certain: outcome.certain,
            possible: outcome.possible,
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self {
            certain: self.certain.or(other.certain),
            possible: self.possible.or(other.possible),
        }
    }

    /// As it is after an edge.
    fn by(self, edge: &Edge) -> Self {
        if edge.proof.assumed {
            Self::default()
        } else if edge.proof.uncertain {
            Self {
                certain: Names::default(),
                possible: self.possible,
            }
        } else {
            self
        }
    }
}

impl Graph {
    /// Finds out what all nodes reach; `own` are their powers.
    pub(super) fn new(edges: Vec<Edges>, own: Vec<Reach>) -> Self {
        let mut entered = vec![false; own.len()];
        for edge in edges.iter().flat_map(|edges| &edges.list) {
            for target in edge.targets() {
                if let Some(entered) = entered.get_mut(target.place) {
                    *entered = true;
                }
            }
        }
        let full = fixpoint(&edges, &own, |_| true);
        let without_functions = fixpoint(&edges, &own, |edge| !edge.is_by_function());
        Self {
            edges,
            own,
            full,
            without_functions,
            entered,
        }
    }

    /// The edges of a node.
    pub(super) fn edges(&self, place: usize) -> &[Edge] {
        let edges = self.edges.get(place);
        edges.map(|edges| edges.list.as_slice()).unwrap_or_default()
    }

    /// The powers of a node alone.
    pub(super) fn own(&self, place: usize) -> Reach {
        self.own.get(place).copied().unwrap_or_default()
    }

    /// What a node reaches.
    pub(super) fn reach(&self, place: usize) -> Reach {
        self.full.get(place).copied().unwrap_or_default()
    }

    /// What a node reaches without taking over any function that there is.
    pub(super) fn reach_without_functions(&self, place: usize) -> Reach {
        let reach = self.without_functions.get(place);
        reach.copied().unwrap_or_default()
    }

    /// What a node reaches by chains that do not lead through these.
    pub(super) fn reach_avoiding(&self, place: usize, avoided: &[usize]) -> Reach {
        let is_entered = |place: &usize| self.entered.get(*place).copied().unwrap_or_default();
        if !avoided.iter().any(is_entered) {
            return self.reach(place);
        }
        let mut reach = Reach::default();
        for certainly in [true, false] {
            let mut seen = vec![false; self.own.len()];
            let mut queue = VecDeque::from([place]);
            for &avoided in avoided {
                mark(&mut seen, avoided);
            }
            mark(&mut seen, place);
            while let Some(node) = queue.pop_front() {
                let mut here = self.own(node);
                for edge in self.edges(node).iter().filter(|edge| edge.leads(certainly)) {
                    if let End::Gains { outcome, .. } = &edge.end {
                        here = here.or(Reach::of(outcome).by(edge));
                    }
                    for target in edge.targets() {
                        if mark(&mut seen, target.place) {
                            queue.push_back(target.place);
                        }
                    }
                }
                if certainly {
                    reach.certain = reach.certain.or(here.certain);
                } else {
                    reach.possible = reach.possible.or(here.possible);
                }
            }
        }
        reach
    }

    /// The best chain from a node to any of these powers: a certain one before one that is not, then the shortest. It is empty
    /// where the node has them itself.
    pub(super) fn chain(
        &self,
        from: usize,
        avoided: &[usize],
        wanted: Names,
    ) -> Option<(Vec<Step<'_>>, bool)> {
        let search = |certainly: bool| self.search(from, avoided, wanted, certainly);
        let reach = self.reach(from);
        if !reach.certain.and(wanted).is_empty()
            && let Some(chain) = search(true)
        {
            return Some((chain, true));
        }
        if reach.possible.and(wanted).is_empty() {
            return None;
        }
        Some((search(false)?, false))
    }

    fn search(
        &self,
        from: usize,
        avoided: &[usize],
        wanted: Names,
        certainly: bool,
    ) -> Option<Vec<Step<'_>>> {
        let has = |reach: Reach| {
            let names = if certainly {
                reach.certain
            } else {
                reach.possible
            };
            !names.and(wanted).is_empty()
        };
        let mut by: Vec<Option<Step<'_>>> = vec![None; self.own.len()];
        let mut seen = vec![false; self.own.len()];
        for &avoided in avoided {
            mark(&mut seen, avoided);
        }
        mark(&mut seen, from);
        let mut queue = VecDeque::from([from]);
        while let Some(node) = queue.pop_front() {
            if has(self.own(node)) {
                return Some(self.steps(&by, from, node));
            }
            let edges = || self.edges(node).iter().filter(|edge| edge.leads(certainly));
            for edge in edges() {
                if let End::Gains { outcome, .. } = &edge.end
                    && has(Reach::of(outcome).by(edge))
                {
                    let mut steps = self.steps(&by, from, node);
                    steps.push(Step {
                        from: node,
                        edge,
                        to: None,
                    });
                    return Some(steps);
                }
            }
            for edge in edges() {
                for &target in edge.targets() {
                    if mark(&mut seen, target.place) {
                        if let Some(by) = by.get_mut(target.place) {
                            *by = Some(Step {
                                from: node,
                                edge,
                                to: Some(target),
                            });
                        }
                        queue.push_back(target.place);
                    }
                }
            }
        }
        None
    }

    /// The hops from one node to another, as they were found.
    fn steps<'g>(&'g self, by: &[Option<Step<'g>>], from: usize, to: usize) -> Vec<Step<'g>> {
        let mut steps = Vec::new();
        let mut node = to;
        while node != from
            && let Some(Some(step)) = by.get(node)
        {
            steps.push(*step);
            node = step.from;
        }
        steps.reverse();
        steps
    }
}

/// Notes that a node was met; whether it is the first time.
fn mark(seen: &mut [bool], place: usize) -> bool {
    seen.get_mut(place)
        .is_some_and(|seen| !std::mem::replace(seen, true))
}

impl Edge {
    /// Whether a chain may go on with it.
    fn leads(&self, certainly: bool) -> bool {
        !self.proof.assumed && (!certainly || !self.proof.uncertain)
    }

    /// Whom it takes over.
    pub(super) fn targets(&self) -> &[Taken] {
        match &self.end {
            End::Becomes(targets) => targets,
            End::Gains { .. } => &[],
        }
    }
}

/// Joins powers along edges until nothing changes.
fn fixpoint(edges: &[Edges], own: &[Reach], counts: impl Fn(&Edge) -> bool) -> Vec<Reach> {
    let mut reach = own.to_vec();
    // Edges of one principal to the same targets differ in certainty alone.
    let mut leading: Vec<Vec<(&Edge, &[Taken])>> = Vec::with_capacity(edges.len());
    for edges in edges {
        let mut kept: Vec<(&Edge, &[Taken])> = Vec::new();
        for edge in edges
            .list
            .iter()
            .filter(|edge| counts(edge) && !edge.proof.assumed)
        {
            let targets = edge.targets();
            let same = |(other, known): &(&Edge, &[Taken])| {
                (!other.proof.uncertain || edge.proof.uncertain)
                    && known.len() == targets.len()
                    && known
                        .iter()
                        .zip(targets)
                        .all(|(one, other)| one.place == other.place)
            };
            if !kept.iter().any(same) {
                kept.push((edge, targets));
            }
        }
        leading.push(kept);
    }
    for (place, edges) in edges.iter().enumerate() {
        for edge in edges.list.iter().filter(|edge| counts(edge)) {
            if let (End::Gains { outcome, .. }, Some(reach)) = (&edge.end, reach.get_mut(place)) {
                *reach = reach.or(Reach::of(outcome).by(edge));
            }
        }
    }
    loop {
        let mut changed = false;
        for (place, edges) in leading.iter().enumerate() {
            let mut all = reach.get(place).copied().unwrap_or_default();
            for (edge, targets) in edges {
                let mut together = Reach::default();
                for target in *targets {
                    together = together.or(reach.get(target.place).copied().unwrap_or_default());
                }
                all = all.or(together.by(edge));
            }
            if let Some(known) = reach.get_mut(place)
                && *known != all
            {
                *known = all;
                changed = true;
            }
        }
        if !changed {
            return reach;
        }
    }
}
