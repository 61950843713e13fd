//! What a principal's statements mention, without asking anything: cheap ways to see which questions need not be asked.

use super::{Authority, is_resource_tag};
use crate::policy::{Action, Effect, Statement, Target, Truth};

impl<'e> Authority<'e> {
    /// Whether some statement asks for a condition key, given in lower case, when this action is requested.
    pub(in crate::analysis::privilege) fn asks_for(&self, key: &str, action: &Action) -> bool {
        self.bearing(action).any(|statement| {
            let mut conditions = statement.conditions.iter();
            conditions.any(|condition| condition.key.eq_ignore_ascii_case(key))
        })
    }

    /// Names of the tags of principals that some statement asks for.
    pub(in crate::analysis::privilege) fn principal_tags(&self) -> Vec<String> {
        const FAMILY: &str = "aws:principaltag/";
        let conditions = self.statements.iter().flat_map(|one| &one.conditions);
        let mut tags: Vec<String> = conditions
            .filter(|condition| condition.key.to_lowercase().starts_with(FAMILY))
            .filter_map(|condition| condition.key.get(FAMILY.len()..))
            .map(str::to_owned)
            .collect();
        tags.sort();
        tags.dedup();
        tags
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
