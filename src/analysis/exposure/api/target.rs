//! What a route calls, and what its requests look like to policies.

use std::collections::BTreeMap;

/// The functions that a route may call in a stage, by ARN; `None` where the stage lacks a variable that decides it.
///
/// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/aws-api-gateway-stage-variables-reference.html>
pub(super) fn functions(
    text: &str,
    variables: &BTreeMap<String, Vec<String>>,
) -> Option<Vec<String>> {
    let Some((head, rest)) = text.split_once("${stageVariables.") else {
        return Some(vec![text.to_owned()]);
    };
    let (name, tail) = rest.split_once('}')?;
    let values = variables.get(name).filter(|values| !values.is_empty())?;
    let tails = functions(tail, variables)?;
    let whole = values.iter().flat_map(|value| {
        let joined = tails.iter().map(move |tail| format!("{head}{value}{tail}"));
        joined.collect::<Vec<_>>()
    });
    Some(whole.collect())
}

/// What stands in the place of a parameter that no policy names.
const SOMETHING: &str = "lamppost";

/// The methods of a route for all of them; browsers ask with `OPTIONS` before they send credentials.
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

/// Requests by one route in one stage.
pub(super) struct Requests<'a> {
    /// The ARN up to the API's id.
    pub(super) head: String,
    /// The stage.
    pub(super) stage: &'a str,
    /// The HTTP method, `ANY` for all; empty for a WebSocket.
    pub(super) method: &'a str,
    /// The path, `$default`, or a route key.
    pub(super) path: &'a str,
}

impl Requests<'_> {
    /// ARNs of requests that stand for all: with the values that a policy names for parameters, and with others.
    pub(super) fn asked<'n>(&self, named: impl Iterator<Item = &'n str>) -> Vec<String> {
        let something = self.filled(SOMETHING);
        self.arns(named.filter_map(|arn| self.like(arn)).chain([something]))
    }

    /// ARNs that stand for them as sources in policies of functions. For parameters AWS's own tools write `*`, or
    /// their names.
    ///
    /// Sources: <https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html>,
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
    pub(super) fn sources<'n>(&self, named: impl Iterator<Item = &'n str>) -> Vec<String> {
        let own = [
            self.path.to_owned(),
            self.filled("*"),
            self.filled(SOMETHING),
        ];
        self.arns(named.filter_map(|arn| self.like(arn)).chain(own))
    }

    fn arns(&self, paths: impl Iterator<Item = String>) -> Vec<String> {
        let (head, stage) = (&self.head, self.stage);
        let methods: &[&str] = match self.method {
            "ANY" => &METHODS,
            _ => &[self.method],
        };
        let mut made = Vec::new();
        for path in paths {
            let path = path.trim_start_matches('/');
            if self.method.is_empty() || path == "$default" {
                made.push(format!("{head}/{stage}/{path}"));
                continue;
            }
            let each = methods.iter();
            made.extend(each.map(|method| format!("{head}/{stage}/{method}/{path}")));
        }
        made.sort_unstable();
        made.dedup();
        made
    }

    fn segments(&self) -> impl Iterator<Item = &str> {
        self.path.trim_start_matches('/').split('/')
    }

    /// The path with that value for each parameter.
    fn filled(&self, value: &str) -> String {
        let filled = self.segments().map(|segment| {
            if is_parameter(segment) {
                value
            } else {
                segment
            }
        });
        filled.collect::<Vec<_>>().join("/")
    }

    /// The path with the values that an ARN has for its parameters; none where the ARN is of another shape.
    fn like(&self, arn: &str) -> Option<String> {
        let value = |given| if is_open(given) { SOMETHING } else { given };
        let resource = arn.splitn(6, ':').nth(5)?;
        // the API's id, the stage and the method come first
        let mut given = resource.split('/').skip(3);
        let mut made = Vec::new();
        let mut greedy = false;
        for segment in self.segments() {
            let given = given.next()?;
            made.push(if is_parameter(segment) {
                value(given)
            } else {
                segment
            });
            greedy = segment.ends_with("+}");
        }
        let rest: Vec<&str> = given.map(value).collect();
        if !greedy && !rest.is_empty() {
            return None;
        }
        made.extend(rest);
        Some(made.join("/"))
    }
}

fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}

fn is_open(text: &str) -> bool {
    text.contains(['*', '?', '$'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stage_variables_choose_the_function() {
        let variables: BTreeMap<String, Vec<String>> = BTreeMap::from([
            ("name".to_owned(), vec!["f".to_owned()]),
            (
                "alias".to_owned(),
                vec!["live".to_owned(), "canary".to_owned()],
            ),
            ("empty".to_owned(), Vec::new()),
        ]);
        const HEAD: &str = "arn:aws:lambda:eu-west-1:111122223333:function:";
        for (text, expected) in [
            ("f", Some(vec!["f"])),
            ("${stageVariables.name}", Some(vec!["f"])),
            ("${stageVariables.name}:1", Some(vec!["f:1"])),
            (
                "${stageVariables.name}:${stageVariables.alias}",
                Some(vec!["f:live", "f:canary"]),
            ),
            ("${stageVariables.gone}", None),
            ("f:${stageVariables.empty}", None),
            ("${stageVariables.name", None),
        ] {
            let expected: Option<Vec<String>> =
                expected.map(|all| all.iter().map(|one| format!("{HEAD}{one}")).collect());
            assert_eq!(
                functions(&format!("{HEAD}{text}"), &variables),
                expected,
                "{text}"
            );
        }
    }

    fn texts(arns: Vec<String>) -> Vec<String> {
        let tails = arns.iter().map(|arn| arn.rsplit(':').next().unwrap());
        tails.map(str::to_owned).collect()
    }

    #[test]
    fn requests_have_the_arns_that_aws_gives_them() {
        for (method, path, named, asked, sources) in [
            (
                "GET",
                "/pets",
                "*",
                vec!["a/prod/GET/pets"],
                vec!["a/prod/GET/pets"],
            ),
            ("GET", "/", "*", vec!["a/prod/GET/"], vec!["a/prod/GET/"]),
            (
                "GET",
                "/pets/{id}/photos",
                "a/*/*/pets/7/photos",
                vec![
                    "a/prod/GET/pets/7/photos",
                    "a/prod/GET/pets/lamppost/photos",
                ],
                vec![
                    "a/prod/GET/pets/*/photos",
                    "a/prod/GET/pets/7/photos",
                    "a/prod/GET/pets/lamppost/photos",
                    "a/prod/GET/pets/{id}/photos",
                ],
            ),
            (
                "GET",
                "/pets/{id}",
                "a/*/GET/pets/*/photos",
                vec!["a/prod/GET/pets/lamppost"],
                vec![
                    "a/prod/GET/pets/*",
                    "a/prod/GET/pets/lamppost",
                    "a/prod/GET/pets/{id}",
                ],
            ),
            (
                "POST",
                "/{proxy+}",
                "a/*/POST/pets/*",
                vec!["a/prod/POST/lamppost", "a/prod/POST/pets/lamppost"],
                vec![
                    "a/prod/POST/*",
                    "a/prod/POST/lamppost",
                    "a/prod/POST/pets/lamppost",
                    "a/prod/POST/{proxy+}",
                ],
            ),
            (
                "ANY",
                "$default",
                "*",
                vec!["a/prod/$default"],
                vec!["a/prod/$default"],
            ),
            (
                "",
                "$connect",
                "*",
                vec!["a/prod/$connect"],
                vec!["a/prod/$connect"],
            ),
            ("", "send", "*", vec!["a/prod/send"], vec!["a/prod/send"]),
        ] {
            let requests = Requests {
                head: "arn:aws:execute-api:eu-west-1:111122223333:a".to_owned(),
                stage: "prod",
                method,
                path,
            };
            let named = format!("arn:aws:execute-api:eu-west-1:111122223333:{named}");
            let named = || std::iter::once(named.as_str());
            assert_eq!(texts(requests.asked(named())), asked, "{path}");
            assert_eq!(texts(requests.sources(named())), sources, "{path}");
        }
    }

    #[test]
    fn a_route_for_all_methods_has_each() {
        let requests = Requests {
            head: "a".to_owned(),
            stage: "prod",
            method: "ANY",
            path: "/x",
        };
        let asked = requests.asked(std::iter::empty());
        assert_eq!(asked.len(), METHODS.len());
        assert!(asked.contains(&"a/prod/DELETE/x".to_owned()));
    }
}
