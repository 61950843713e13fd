//! What a principal's statements mention, without asking anything: cheap ways to see which questions need not be asked.

use std::sync::LazyLock;

use super::{Authority, is_resource_tag};
use crate::policy::{Action, Condition, Effect, Pattern, Statement, Target, Truth};

/// Keys of a resource's tags.
const RESOURCE: [&str; 2] = ["aws:resourcetag/", "iam:resourcetag/"];
/// Keys of tags, whoever or whatever has them.
const TAGS: [&str; 4] = [
    "aws:principaltag/",
    "aws:requesttag/",
    "aws:resourcetag/",
    "iam:resourcetag/",
];

fn conditions<'s>(
    statements: impl Iterator<Item = &'s Statement>,
) -> impl Iterator<Item = &'s Condition> {
    statements.flat_map(|statement| &statement.conditions)
}

/// The name of the tag that a condition asks for by a key of one of these families.
fn named<'s>(condition: &'s Condition, families: &[&str]) -> Option<&'s str> {
    let lower = condition.key.to_lowercase();
    let mut families = families.iter();
    let family = families.find(|family| lower.starts_with(**family))?;
    condition.key.get(family.len()..)
}

impl<'e> Authority<'e> {
    /// Whether some statement asks for a condition key, given in lower case, when this action is requested.
    pub(in crate::analysis::privilege) fn asks_for(&self, key: &str, action: &Action) -> bool {
        self.bearing(action).any(|statement| {
            let mut conditions = statement.conditions.iter();
            conditions.any(|condition| condition.key.eq_ignore_ascii_case(key))
        })
    }

    /// Names of tags that some statement asks for of whoever makes a request, and of what a request to IAM is for: setting such a tag
    /// on itself may change what the principal may do.
    pub(in crate::analysis::privilege) fn own_tags(&self) -> Vec<String> {
        static IAM: LazyLock<Action> = LazyLock::new(|| Action::new("iam:*"));
        let of_itself = self.statements.iter().copied();
        let of_itself = conditions(of_itself).filter_map(|one| named(one, &["aws:principaltag/"]));
        let of_resource = conditions(self.bearing(&IAM)).filter_map(|one| named(one, &RESOURCE));
        let mut tags: Vec<String> = of_itself.chain(of_resource).map(str::to_owned).collect();
        tags.sort();
        tags.dedup();
        tags
    }

    /// Values of a tag that statements tell apart, and one that none mentions.
    pub(in crate::analysis::privilege) fn tag_values(&self, key: &str) -> Vec<String> {
        const MOST: usize = 32;
        let asked = conditions(self.statements.iter().copied())
            .filter(|one| named(one, &TAGS).is_some_and(|name| name.eq_ignore_ascii_case(key)));
        let values = asked.flat_map(|one| &one.values);
        let values = values.filter(|value| !value.has_variables());
        let mut patterns: Vec<Pattern> =
            values.map(|value| Pattern::glob(value.written())).collect();
        patterns.push(Pattern::glob("lamppost*"));
        let pairs = patterns.iter().enumerate().flat_map(|(place, one)| {
            let others = patterns.iter().skip(place);
            others.filter_map(|other| one.common(other))
        });
        let mut found: Vec<String> = Vec::new();
        for value in pairs.filter(|value| !value.is_empty()) {
            if found.len() < MOST && !found.contains(&value) {
                found.push(value);
            }
        }
        found
    }

    /// Sets of tags with this one that a request may carry: it alone, and together with those that statements about the action ask
    /// for.
    pub(in crate::analysis::privilege) fn tags_together(
        &self,
        action: &Action,
        key: &str,
    ) -> Vec<Vec<String>> {
        const MOST: usize = 8;
        let mut others: Vec<String> = Vec::new();
        for condition in conditions(self.bearing(action)) {
            let asked: Vec<&str> = match named(condition, &["aws:requesttag/"]) {
                Some(name) => vec![name],
                None if condition.key.eq_ignore_ascii_case("aws:tagkeys") => condition
                    .values
                    .iter()
                    .map(|value| value.written())
                    .collect(),
                None => Vec::new(),
            };
            for name in asked
                .into_iter()
                .filter(|name| !name.contains(['*', '?', '$']))
            {
                let known = others.iter().any(|other| other.eq_ignore_ascii_case(name));
                if others.len() < MOST && !known && !name.eq_ignore_ascii_case(key) {
                    others.push(name.to_owned());
                }
            }
        }
        let with = |others: &[String]| [&[key.to_owned()], others].concat();
        let mut sets = vec![with(&[])];
        if others.len() > 1 {
            sets.push(with(&others));
        }
        sets.extend(others.chunks(1).map(with));
        sets
    }

    /// What statements about an action want under a key, as patterns; without those that depend on other keys.
    pub(in crate::analysis::privilege) fn patterns_of(
        &self,
        action: &Action,
        key: &str,
    ) -> Vec<Pattern> {
        let asked =
            conditions(self.bearing(action)).filter(|one| one.key.eq_ignore_ascii_case(key));
        let values = asked.flat_map(|one| &one.values);
        let values = values.filter(|value| !value.has_variables());
        values.map(|value| Pattern::glob(value.written())).collect()
    }

    /// The same, without patterns: values by name.
    pub(in crate::analysis::privilege) fn named_by(
        &self,
        action: &Action,
        key: &str,
    ) -> Vec<String> {
        let patterns = self.patterns_of(action, key).into_iter();
        let mut named: Vec<String> = patterns
            .filter_map(|pattern| pattern.as_literal().map(str::to_owned))
            .collect();
        named.sort();
        named.dedup();
        named
    }

    /// Resources that statements allow an action on, as patterns with this account's id.
    pub(in crate::analysis::privilege) fn resources_of(&self, action: &Action) -> Vec<Pattern> {
        let allowing = self.bearing(action);
        let resources = allowing
            .filter(|statement| statement.effect == Effect::Allow)
            .filter_map(|statement| statement.resource.as_ref())
            .filter(|resource| !resource.negated)
            .flat_map(|resource| &resource.items)
            .filter(|resource| !resource.has_variables());
        resources
            .map(|resource| Pattern::glob(resource.written()))
            .collect()
    }

    /// Statements that bear on an action.
    pub(super) fn bearing(&self, action: &Action) -> impl Iterator<Item = &'e Statement> {
        let statements = self.statements.iter().copied();
        statements.filter(move |statement| {
            let listed = statement.action.items.contains(action);
            listed.negate_if(statement.action.negated) != Truth::False
        })
    }

    /// Statements that bear on an action and are for some resources only.
    pub(in crate::analysis::privilege) fn telling_apart(
        &self,
        action: &Action,
    ) -> Vec<&'e Statement> {
        let statements = self.bearing(action);
        statements
            .filter(|statement| statement.names_resources())
            .collect()
    }

    /// ARNs that fit the resources of statements that allow an action on some only; none where one allows it on all.
    pub(in crate::analysis::privilege) fn examples(
        &self,
        action: &Action,
        region: &str,
    ) -> Vec<String> {
        const MOST: usize = 16;
        let real = |text: &str| -> String {
            let mut fields: Vec<&str> = text.splitn(6, ':').collect();
            for (place, value) in [(3, region), (4, self.account)] {
                if let Some(field) = fields.get_mut(place)
                    && field.contains('*')
                {
                    *field = value;
                }
            }
            fields.join(":")
        };
        let allowing = self.telling_apart(action).into_iter();
        let resources = allowing
            .filter(|statement| statement.effect == Effect::Allow)
            .filter_map(|statement| statement.resource.as_ref())
            .filter(|resource| !resource.negated)
            .flat_map(|resource| &resource.items)
            .filter(|resource| !resource.has_variables());
        let written = resources.map(|resource| resource.written());
        let examples = written.map(|text| real(text).replace('*', "lamppost").replace('?', "x"));
        examples.take(MOST).collect()
    }

    /// How each of these statements stands to a resource: what is alike in all of them gets the same answers.
    pub(in crate::analysis::privilege) fn standing_of(
        &mut self,
        statements: &[&Statement],
        arn: &str,
    ) -> Vec<Truth> {
        if statements.is_empty() {
            return Vec::new();
        }
        self.request.resource = Target::Exact(arn.to_owned());
        let statements = statements.iter();
        statements
            .map(|statement| statement.resource_matches(&self.request))
            .collect()
    }

    /// Whether some statement that bears on an action asks for tags of the resource.
    pub(in crate::analysis::privilege) fn asks_for_tags_of(&self, action: &Action) -> bool {
        self.bearing(action).any(|statement| {
            let mut conditions = statement.conditions.iter();
            conditions.any(|condition| is_resource_tag(&condition.key))
        })
    }

    /// Whether some statement of its own allows the action on something. Cheap.
    pub(in crate::analysis::privilege) fn mentions(&self, action: &Action) -> bool {
        self.allowing.iter().any(|statement| {
            let listed = statement.action.items.contains(action);
            listed.negate_if(statement.action.negated) != Truth::False
        })
    }

    /// How each of its statements that names resources stands to this one: what is alike in all of them gets the same answers.
    pub(in crate::analysis::privilege) fn signature(&mut self, arn: &str) -> Vec<Truth> {
        self.request.resource = Target::Exact(arn.to_owned());
        let request = &self.request;
        let statements = self.statements.iter();
        statements
            .filter(|statement| statement.names_resources())
            .map(|statement| statement.resource_matches(request))
            .collect()
    }

    /// Whether some statement asks for tags of the resource.
    pub(in crate::analysis::privilege) fn asks_for_tags(&self) -> bool {
        let mut keys = self
            .statements
            .iter()
            .flat_map(|statement| &statement.conditions);
        keys.any(|condition| is_resource_tag(&condition.key))
    }
}
