//! What runs as a role: services that it is passed to, functions, and resources that cannot be seen.

use std::collections::BTreeMap;

use super::{Aim, Asking, Edge, End, PASS_ROLE, PASS_ROLE_NAME, Taken, Walker};
use crate::analysis::privilege::catalogue::{Compiled, Proof};
use crate::analysis::privilege::change::Outcome;
use crate::analysis::privilege::names::Names;
use crate::reference::On;

impl<'e, 'a> Walker<'_, 'e, 'a> {
    /// Roles that can be passed to a service.
    pub(super) fn services(&mut self, compiled: &'static Compiled, proof: &Proof) {
        let privileges = self.privileges;
        for service in &compiled.path.passes_to {
            let mut groups: BTreeMap<Vec<usize>, Vec<Taken>> = BTreeMap::new();
            for (taken, aim) in self.others(privileges.trusting(service)) {
                // Whether it has a boundary or who it trusts is not asked of a role that is passed.
                let aim = Aim {
                    member: None,
                    ..aim
                };
                let number = self.ask(PASS_ROLE_NAME, &PASS_ROLE, Asking::To(service), aim);
                groups.entry(vec![number]).or_default().push(taken);
            }
            let before = self.found.list.len();
            self.group(compiled, proof, &[PASS_ROLE_NAME], groups);
            // The role is passed before, or with, what runs as it.
            for edge in self.found.list.iter_mut().skip(before) {
                edge.proof.deeds.rotate_right(1);
            }
        }
        let unread = self.privileges.estate.unread_trusts();
        self.found.gaps.extend(unread.cloned());
    }

    /// Functions that can be taken over with the roles that they have.
    pub(super) fn functions(&mut self, compiled: &'static Compiled, proof: &Proof) {
        let privileges = self.privileges;
        let mut groups: BTreeMap<Vec<usize>, Vec<Taken>> = BTreeMap::new();
        let mut steps: Vec<&'static str> = Vec::new();
        for (number, function) in privileges.functions().iter().enumerate() {
            let Some(place) = function.role else {
                continue;
            };
            if place == self.place {
                continue;
            }
            let aim = Aim {
                arn: function.arn,
                tags: function.tags,
                member: None,
            };
            let mut answers = Vec::new();
            steps.clear();
            for (step, (action, on)) in compiled.path.requires.iter().zip(&compiled.steps) {
                if *on == On::Target {
                    steps.push(&step.action);
                    answers.push(self.ask(&step.action, action, Asking::Plainly, aim));
                }
            }
            let taken = Taken {
                place,
                function: Some(number),
            };
            groups.entry(answers).or_default().push(taken);
        }
        self.group(compiled, proof, &steps, groups);
    }

    /// Roles that a resource of some service may run as.
    pub(super) fn resources(&mut self, compiled: &'static Compiled, proof: Proof) {
        let privileges = self.privileges;
        let mut targets = Vec::new();
        for service in &compiled.path.runs_as {
            for &place in privileges.trusting(service) {
                let taken = Taken {
                    place,
                    function: None,
                };
                if place != self.place && !targets.contains(&taken) {
                    targets.push(taken);
                }
            }
        }
        if !targets.is_empty() {
            self.found.list.push(Edge {
                compiled,
                proof,
                end: End::Becomes(targets),
            });
        }
    }

    /// Permission sets of IAM Identity Center, which only an organization has.
    pub(super) fn directory(&mut self, compiled: &'static Compiled, proof: Proof) {
        if matches!(
            self.privileges.estate.organization(),
            crate::inventory::Observed::Known(None)
        ) {
            return;
        }
        self.found.list.push(Edge {
            compiled,
            proof,
            end: End::Gains {
                target: "permission sets of IAM Identity Center".to_owned(),
                outcome: Outcome {
                    possible: Names::administrator(),
                    ..Outcome::default()
                },
            },
        });
    }
}
