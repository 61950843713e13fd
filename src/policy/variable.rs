//! Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, `${*}`.

use std::borrow::Cow;

use super::{
    context::{Context, KeyState},
    pattern::{Pattern, PatternBuilder},
    truth::Truth,
};

/// A string of a policy in which variables may stand.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>.
#[derive(Clone, Debug)]
pub struct Template {
    written: String,
    body: Body,
    /// Of a resource: the ARN with the fields that it lacks, where it lacks some.
    completed: Option<Body>,
}

#[derive(Clone, Debug)]
enum Body {
    Fixed(Pattern),
    Parts(Vec<Part>),
}

#[derive(Clone, Debug)]
enum Part {
    Literal(String),
    /// Text in which `*` and `?` are wildcards.
    Glob(String),
    Variable {
        key: String,
        default: Option<String>,
    },
}

/// A template with its variables replaced.
pub(super) enum Resolved<'a> {
    /// Every variable has a value.
    Known(Cow<'a, Pattern>),
    /// Some variable's value is not known; the pattern has a `*` in its place.
    Open(Pattern),
    /// Some variable has no value: nothing is equal to it or like it.
    Null,
}

impl Resolved<'_> {
    /// What `test` says of the pattern, as far as the pattern is known.
    pub(super) fn test(&self, test: impl FnOnce(&Pattern) -> Truth) -> Truth {
        match self {
            Resolved::Known(pattern) => test(pattern),
            Resolved::Open(pattern) => test(pattern).and(Truth::Unknown),
            Resolved::Null => Truth::False,
        }
    }
}

impl Template {
    /// Takes a string apart: with or without wildcards, with or without variables.
    pub(super) fn new(written: String, wildcards: bool, variables: bool) -> Template {
        let body = Body::new(&written, wildcards, variables);
        Template {
            written,
            body,
            completed: None,
        }
    }

    /// Takes a resource apart, and completes its ARN where it has fewer than six fields: `arn:aws:sqs` is `arn:aws:sqs:*:*:*`.
    ///
    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns>.
    pub(super) fn resource(written: String, variables: bool) -> Template {
        let mut template = Template::new(written, true, variables);
        let missing = 5_usize.saturating_sub(template.body.colons());
        if template.written.starts_with("arn:") && missing > 0 {
            let completed = template.written.clone() + &":*".repeat(missing);
            template.completed = Some(Body::new(&completed, true, variables));
        }
        template
    }

    /// As written in the document.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Whether it holds a variable.
    pub fn has_variables(&self) -> bool {
        matches!(self.body, Body::Parts(_))
    }

    pub(super) fn resolve(&self, context: &Context) -> Resolved<'_> {
        self.body.resolve(context)
    }

    /// The same of the completed ARN, where there is one.
    pub(super) fn resolve_completed(&self, context: &Context) -> Option<Resolved<'_>> {
        self.completed.as_ref().map(|body| body.resolve(context))
    }
}

impl Body {
    fn new(written: &str, wildcards: bool, variables: bool) -> Body {
        if variables && written.contains("${") {
            let parts = parts(written, wildcards);
            if parts
                .iter()
                .any(|part| matches!(part, Part::Variable { .. }))
            {
                Body::Parts(parts)
            } else {
                Body::Fixed(assemble(&parts, |_, _| None))
            }
        } else if wildcards {
            Body::Fixed(Pattern::glob(written))
        } else {
            Body::Fixed(Pattern::literal(written))
        }
    }

    /// Colons outside of variables.
    fn colons(&self) -> usize {
        match self {
            Body::Fixed(pattern) => pattern.segments(usize::MAX).len().saturating_sub(1),
            Body::Parts(parts) => {
                let texts = parts.iter().map(|part| match part {
                    Part::Literal(text) | Part::Glob(text) => text.matches(':').count(),
                    Part::Variable { .. } => 0,
                });
                texts.sum()
            }
        }
    }

    fn resolve(&self, context: &Context) -> Resolved<'_> {
        let parts = match self {
            Body::Fixed(pattern) => return Resolved::Known(Cow::Borrowed(pattern)),
            Body::Parts(parts) => parts,
        };
        let (mut open, mut null) = (false, false);
        let pattern = assemble(parts, |key, default| match context.get(key) {
            KeyState::Known(values) if values.len() == 1 => values.first().cloned(),
            // A key with several values cannot be a variable; one without any is absent.
            KeyState::Known(values) if !values.is_empty() => {
                null = true;
                None
            }
            KeyState::Known(_) | KeyState::Absent => {
                null |= default.is_none();
                default.map(str::to_owned)
            }
            _ => {
                open = true;
                None
            }
        });
        if null {
            Resolved::Null
        } else if open {
            Resolved::Open(pattern)
        } else {
            Resolved::Known(Cow::Owned(pattern))
        }
    }
}

/// Variables without a value become `*`.
fn assemble(
    parts: &[Part],
    mut value: impl FnMut(&str, Option<&str>) -> Option<String>,
) -> Pattern {
    let mut builder = PatternBuilder::default();
    for part in parts {
        match part {
            Part::Literal(text) => builder.literal(text),
            Part::Glob(text) => builder.glob(text),
            Part::Variable { key, default } => match value(key, default.as_deref()) {
                Some(value) => builder.literal(&value),
                None => builder.many(),
            },
        }
    }
    builder.build()
}

fn parts(text: &str, wildcards: bool) -> Vec<Part> {
    let plain = |text: &str| {
        if wildcards {
            Part::Glob(text.to_owned())
        } else {
            Part::Literal(text.to_owned())
        }
    };
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, inside, after)) = next_variable(rest) {
        parts.push(plain(before));
        parts.push(match inside {
            "*" | "?" | "$" => Part::Literal(inside.to_owned()),
            _ => variable(inside),
        });
        rest = after;
    }
    parts.push(plain(rest));
    parts
}

/// Splits `before${inside}after`.
fn next_variable(text: &str) -> Option<(&str, &str, &str)> {
    let (before, after) = text.split_once("${")?;
    let (inside, after) = after.split_once('}')?;
    Some((before, inside, after))
}

fn variable(inside: &str) -> Part {
    let (key, default) = match inside.split_once(',') {
        Some((key, default)) => {
            let default = default.trim();
            let unquoted = default
                .strip_prefix('\'')
                .and_then(|text| text.strip_suffix('\''));
            (key, Some(unquoted.unwrap_or(default).to_owned()))
        }
        None => (inside, None),
    };
    Part::Variable {
        key: key.trim().to_lowercase(),
        default,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str, context: &Context) -> String {
        match Template::new(text.to_owned(), true, true).resolve(context) {
            Resolved::Known(pattern) => pattern.to_string(),
            Resolved::Open(pattern) => format!("open {pattern}"),
            Resolved::Null => "null".to_owned(),
        }
    }

    #[test]
    fn replaced() {
        let mut context = Context::complete();
        context.set("aws:username", KeyState::one("ann"));
        context.set(
            "aws:TagKeys",
            KeyState::Known(vec!["a".to_owned(), "b".to_owned()]),
        );
        context.set("aws:userid", KeyState::Unknown);
        for (text, expected) in [
            ("home/${aws:username}/*", "home/ann/*"),
            ("home/${AWS:UserName}", "home/ann"),
            ("${aws:PrincipalTag/team, 'none'}", "none"),
            ("${aws:PrincipalTag/team}", "null"),
            ("${aws:TagKeys}", "null"),
            ("a${aws:userid}b", "open a*b"),
            ("${*}${?}${$}", "*?$"),
            ("${unclosed", "${unclosed"),
        ] {
            assert_eq!(resolved(text, &context), expected, "{text}");
        }
    }
}
