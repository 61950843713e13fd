//! Actions: `service:Name`, without case, with wildcards.

use super::{pattern::Pattern, truth::Truth};
use crate::reference;

/// The action of a request. With wildcards (`lambda:*`) it stands for some action that fits, it is not known which.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Action {
    /// In lower case.
    pattern: Pattern,
    /// The text before the colon, in lower case; empty if it has a wildcard.
    service: String,
}

impl Action {
    /// From `service:Name`.
    pub fn new(text: &str) -> Action {
        let lower = text.to_lowercase();
        Action {
            service: literal_service(&lower).to_owned(),
            pattern: Pattern::glob(&lower),
        }
    }

    /// The service prefix in lower case, empty if it has a wildcard.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Whether it has no resource types, so that its only resource is `*`: of a pattern, whether that holds for every known action
    /// that fits, because a resource in a request leaves out the others.
    pub(super) fn is_without_resources(&self) -> bool {
        let actions = reference::actions();
        match self.pattern.as_literal() {
            Some(name) => {
                let name = name.split_once(':').map(|(_, name)| name);
                name.and_then(|name| actions.get(&self.service, name))
                    .is_some_and(|known| known.without_resources)
            }
            None => {
                let known = actions.of_service(&self.service).unwrap_or_default();
                let mut fitting = known.iter().filter(|action| {
                    let name = format!("{}:{}", self.service, action.lower());
                    self.pattern.matches(&name)
                });
                let first = fitting.next();
                first.is_some_and(|action| action.without_resources)
                    && fitting.all(|action| action.without_resources)
            }
        }
    }

    /// The action in lower case; `None` if it has wildcards.
    pub fn name(&self) -> Option<&str> {
        self.pattern.as_literal()
    }

    /// Whether it is this action (given in lower case), or one of this pattern.
    pub fn is(&self, lower: &str) -> Truth {
        let pattern = Pattern::glob(lower);
        if pattern.covers(&self.pattern) {
            Truth::True
        } else if pattern.overlaps(&self.pattern) {
            Truth::Unknown
        } else {
            Truth::False
        }
    }
}

/// The actions that a statement lists, arranged so that a lookup touches those of one service only.
#[derive(Clone, Debug, Default)]
pub struct ActionSet {
    /// As written, in order.
    written: Vec<String>,
    /// Without wildcards, in lower case, sorted.
    exact: Vec<String>,
    /// With wildcards, by their service (empty if that has a wildcard itself), sorted.
    wild: Vec<(String, Pattern)>,
}

impl ActionSet {
    /// From the strings of `Action` or `NotAction`.
    pub fn new(written: Vec<String>) -> ActionSet {
        let (mut exact, mut wild) = (Vec::new(), Vec::new());
        for text in &written {
            let lower = text.to_lowercase();
            let pattern = Pattern::glob(&lower);
            if pattern.as_literal().is_some() {
                exact.push(lower);
            } else {
                wild.push((literal_service(&lower).to_owned(), pattern));
            }
        }
        exact.sort_unstable();
        wild.sort_unstable();
        ActionSet {
            written,
            exact,
            wild,
        }
    }

    /// As written in the document.
    pub fn written(&self) -> &[String] {
        &self.written
    }

    /// Whether the action is among them.
    pub fn contains(&self, action: &Action) -> Truth {
        match action.pattern.as_literal() {
            Some(name) => {
                let found = self
                    .exact
                    .binary_search_by(|exact| exact.as_str().cmp(name))
                    .is_ok()
                    || self
                        .of_service(&action.service)
                        .any(|pattern| pattern.matches(name))
                    || self.of_service("").any(|pattern| pattern.matches(name));
                found.into()
            }
            None if self
                .wild
                .iter()
                .any(|(_, wild)| wild.covers(&action.pattern)) =>
            {
                Truth::True
            }
            None if self
                .wild
                .iter()
                .any(|(_, wild)| wild.overlaps(&action.pattern))
                || self.exact.iter().any(|exact| action.pattern.matches(exact)) =>
            {
                Truth::Unknown
            }
            None => Truth::False,
        }
    }

    fn of_service(&self, service: &str) -> impl Iterator<Item = &Pattern> {
        let start = self.wild.partition_point(|(of, _)| of.as_str() < service);
        self.wild
            .iter()
            .skip(start)
            .take_while(move |(of, _)| of == service)
            .map(|(_, pattern)| pattern)
    }
}

fn literal_service(lower: &str) -> &str {
    match lower.split_once(':') {
        Some((service, _)) if !service.contains(['*', '?']) => service,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookups() {
        let set =
            |texts: &[&str]| ActionSet::new(texts.iter().map(|&text| text.to_owned()).collect());
        for (listed, asked, expected) in [
            (&["s3:GetObject"][..], "S3:getobject", Truth::True),
            (&["s3:GetObject"], "s3:GetObjectAcl", Truth::False),
            (&["s3:Get*", "ec2:*"], "s3:GetObjectAcl", Truth::True),
            (&["s3:Get*", "ec2:*"], "ecs:RunTask", Truth::False),
            (&["*"], "ecs:RunTask", Truth::True),
            (&["ec?:*"], "ecs:RunTask", Truth::True),
            (&["*:RunTask"], "ecs:RunTask", Truth::True),
            (&["lambda"], "lambda:InvokeFunction", Truth::False),
            (&[], "lambda:InvokeFunction", Truth::False),
            (&["lambda:*"], "lambda:Update*", Truth::True),
            (&["lambda:*Code"], "lambda:Update*", Truth::Unknown),
            (
                &["lambda:UpdateFunctionCode"],
                "lambda:Update*",
                Truth::Unknown,
            ),
            (&["iam:*"], "lambda:Update*", Truth::False),
        ] {
            assert_eq!(
                set(listed).contains(&Action::new(asked)),
                expected,
                "{listed:?} {asked}"
            );
        }
    }
}
