//! Who of the account can do something to a function, which no policy of the function itself says.
//!
//! Every principal is asked once for each verb and region about all functions together; only where its policies tell functions
//! apart is it asked again, and then once for each group of functions that they cannot tell apart.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use super::authority::{Answer, Authority, Standing};
use super::{Owned, Privileges};
use crate::inventory::{Gap, PrincipalKind};
use crate::policy::{Action, KeyState, Policy, Principal, Source, Truth};

/// What somebody can do to a function.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in crate::analysis) enum Verb {
    /// Change its code.
    Code,
    /// Change its configuration: layers, variables, role.
    Configuration,
    /// Read its environment variables.
    Environment,
    /// Invoke it.
    Invoke,
    /// Write its resource-based policy.
    Policy,
    /// Pass its role to another function.
    PassRole,
}

impl Verb {
    pub(in crate::analysis) const ALL: [Verb; 6] = [
        Verb::Code,
        Verb::Configuration,
        Verb::Environment,
        Verb::Invoke,
        Verb::Policy,
        Verb::PassRole,
    ];

    /// Actions, one of which is enough.
    fn actions(self) -> &'static [Action] {
        static ACTIONS: LazyLock<[Vec<Action>; 6]> = LazyLock::new(|| {
            let of = |names: &[&str]| names.iter().map(|name| Action::new(name)).collect();
            [
                of(&["lambda:UpdateFunctionCode"]),
                of(&["lambda:UpdateFunctionConfiguration"]),
                of(&["lambda:GetFunctionConfiguration", "lambda:GetFunction"]),
                of(&["lambda:InvokeFunction"]),
                of(&["lambda:AddPermission", "lambda:PutResourcePolicy"]),
                of(&["iam:PassRole"]),
            ]
        });
        ACTIONS
            .get(self as usize)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }
}

/// One principal's standing to all functions, for one verb and region.
#[derive(Clone, Debug)]
enum Column {
    No,
    Unknown,
    /// To every function.
    Every(Standing),
    /// To some, by the function's number.
    Some(HashMap<usize, Answer>),
}

/// One principal's standings, by verb and number of the region.
type Columns = BTreeMap<(Verb, usize), Column>;

/// Who can do what to which function.
#[derive(Debug, Default)]
pub(super) struct Access {
    /// By principal.
    columns: Vec<(usize, Columns)>,
    /// Policies that could not be read, by principal.
    pub(super) gaps: HashMap<usize, Vec<Gap>>,
}

/// A principal that can do something to a function, or may.
pub(in crate::analysis) struct Holder<'p> {
    pub(in crate::analysis) place: usize,
    pub(in crate::analysis) standing: &'p Standing,
}

impl Access {
    /// Asks every user and role.
    pub(super) fn new(privileges: &Privileges<'_>) -> Self {
        let mut access = Access::default();
        let policies = own_account_policies(privileges);
        for (place, member) in privileges.estate.members.iter().enumerate() {
            let principal = member.principal;
            if principal.kind == PrincipalKind::Group || member.is_service_linked() {
                continue;
            }
            let Some(mut authority) = privileges.authority(place) else {
                continue;
            };
            if !authority.gaps().is_empty() {
                access.gaps.insert(place, authority.gaps().to_vec());
            }
            let mut asker = Asker {
                privileges,
                authority: &mut authority,
                signatures: HashMap::new(),
                policies: &policies,
            };
            let mut columns = BTreeMap::new();
            for (number, region) in privileges.estate.regions.iter().enumerate() {
                for verb in Verb::ALL {
                    match asker.column(verb, region) {
                        Column::No => {}
                        column => {
                            columns.insert((verb, number), column);
                        }
                    }
                }
            }
            if !columns.is_empty() {
                access.columns.push((place, columns));
            }
        }
        access
    }

    /// Who can do that to a function; and who else may, whose policies could not be read.
    pub(super) fn holders<'p>(
        &'p self,
        verb: Verb,
        function: usize,
        region: usize,
    ) -> (Vec<Holder<'p>>, Vec<usize>) {
        let mut holders = Vec::new();
        let mut unknown = Vec::new();
        for (place, columns) in &self.columns {
            let standing = match columns.get(&(verb, region)) {
                None | Some(Column::No) => None,
                Some(Column::Unknown) => {
                    unknown.push(*place);
                    None
                }
                Some(Column::Every(standing)) => Some(standing),
                Some(Column::Some(answers)) => match answers.get(&function) {
                    Some(Answer::Yes(standing)) => Some(standing),
                    Some(Answer::Unknown) => {
                        unknown.push(*place);
                        None
                    }
                    Some(Answer::No) | None => None,
                },
            };
            if let Some(standing) = standing {
                holders.push(Holder {
                    place: *place,
                    standing,
                });
            }
        }
        (holders, unknown)
    }
}

/// Policies of functions that name principals of the own account or everyone, by the function's number.
fn own_account_policies(privileges: &Privileges<'_>) -> HashMap<usize, Policy> {
    let account = privileges.estate.account();
    let functions = privileges.functions().iter().enumerate();
    let mut policies = HashMap::new();
    for (number, function) in functions {
        let Some(Ok(policy)) = function.policy.map(Policy::parse) else {
            continue;
        };
        let names_own = policy.statements.iter().any(|statement| {
            statement.principal.as_ref().is_some_and(|principal| {
                principal.negated
                    || principal
                        .items
                        .iter()
                        .any(|item| *item == Principal::Everyone || item.account() == Some(account))
            })
        });
        if names_own {
            policies.insert(number, policy);
        }
    }
    policies
}

/// Which functions a principal's policies cannot tell apart.
type Signature = (Vec<Truth>, Option<BTreeMap<String, String>>);

struct Asker<'q, 'e, 'a> {
    privileges: &'q Privileges<'a>,
    authority: &'q mut Authority<'e>,
    /// By ARN of the function or role.
    signatures: HashMap<&'a str, Signature>,
    policies: &'e HashMap<usize, Policy>,
}

impl<'a> Asker<'_, '_, 'a> {
    fn column(&mut self, verb: Verb, region: &str) -> Column {
        let mentioned = verb
            .actions()
            .iter()
            .any(|action| self.authority.mentions(action));
        let granted_there = verb == Verb::Invoke && !self.policies.is_empty();
        if !mentioned && !granted_there && self.authority.gaps().is_empty() {
            return Column::No;
        }
        let whole = self.whole(verb, region);
        match whole {
            Answer::Yes(standing) if standing.certain => return Column::Every(standing),
            Answer::Unknown => return Column::Unknown,
            Answer::No if !granted_there => return Column::No,
            _ => {}
        }
        let nothing = matches!(whole, Answer::No);
        let mut known: HashMap<Signature, Answer> = HashMap::new();
        let mut answers = HashMap::new();
        let privileges = self.privileges;
        for (number, function) in privileges.functions().iter().enumerate() {
            if function.region != region {
                continue;
            }
            let mut answer = Answer::No;
            if !nothing && let Some((arn, tags)) = self.target(verb, function) {
                let signature = self.signature(arn, tags).clone();
                answer = match known.get(&signature) {
                    Some(answer) => answer.clone(),
                    None => {
                        let answer = self.single(verb, arn, tags);
                        known.insert(signature, answer.clone());
                        answer
                    }
                };
            }
            if let (Verb::Invoke, Some(policy)) = (verb, self.policies.get(&number)) {
                answer = best(answer, self.by_policy(function.arn, policy));
            }
            if !matches!(answer, Answer::No) {
                answers.insert(number, answer);
            }
        }
        if answers.is_empty() {
            Column::No
        } else {
            Column::Some(answers)
        }
    }

    /// What is acted on: the function, or its role.
    fn target(
        &self,
        verb: Verb,
        function: &Owned<'a>,
    ) -> Option<(&'a str, Option<&'a BTreeMap<String, String>>)> {
        if verb != Verb::PassRole {
            return Some((function.arn, function.tags));
        }
        let member = self.privileges.estate.members.get(function.role?)?;
        Some((&member.principal.arn, Some(&member.principal.tags)))
    }

    /// The answer for all functions of a region, or all roles, together.
    fn whole(&mut self, verb: Verb, region: &str) -> Answer {
        let (partition, account) = (
            self.privileges.estate.partition(),
            self.privileges.estate.account(),
        );
        let pattern = match verb {
            Verb::PassRole => format!("arn:{partition}:iam::{account}:role/*"),
            _ => format!("arn:{partition}:lambda:{region}:{account}:function:*"),
        };
        let answers = verb.actions().iter().map(|action| match verb {
            Verb::PassRole => self.authority.pass_like(action, &pattern, LAMBDA),
            _ => self.authority.on_all_like(action, &pattern, region),
        });
        answers.fold(Answer::No, best)
    }

    fn single(&mut self, verb: Verb, arn: &str, tags: Option<&BTreeMap<String, String>>) -> Answer {
        let none = BTreeMap::new();
        let answers = verb.actions().iter().map(|action| match verb {
            Verb::PassRole => self
                .authority
                .pass(action, arn, tags.unwrap_or(&none), LAMBDA),
            _ => self.authority.on(action, arn, tags),
        });
        answers.fold(Answer::No, best)
    }

    /// What the function's own policy lets the principal do.
    fn by_policy(&mut self, arn: &str, policy: &Policy) -> Answer {
        let Some(action) = Verb::Invoke.actions().first() else {
            return Answer::No;
        };
        let circumstances = [("lambda:InvokedViaFunctionUrl", KeyState::one("false"))];
        self.authority.with_resource_policy(
            action,
            arn,
            Source::new("the function's policy", policy),
            &circumstances,
        )
    }

    fn signature(&mut self, arn: &'a str, tags: Option<&BTreeMap<String, String>>) -> &Signature {
        let authority = &mut *self.authority;
        self.signatures.entry(arn).or_insert_with(|| {
            let tags = tags.filter(|_| authority.asks_for_tags()).cloned();
            (authority.signature(arn), tags)
        })
    }
}

const LAMBDA: &str = "lambda.amazonaws.com";

/// The answer that lets more.
fn best(one: Answer, other: Answer) -> Answer {
    let rank = |answer: &Answer| match answer {
        Answer::No => 0,
        Answer::Unknown => 1,
        Answer::Yes(standing) if !standing.certain => 2,
        Answer::Yes(_) => 3,
    };
    if rank(&other) > rank(&one) {
        other
    } else {
        one
    }
}
