//! What an API's own resource policy says of callers without credentials.

use crate::analysis::exposure::door::{Door, Mentioned, UrlState};
use crate::analysis::exposure::home::Home;
use crate::analysis::exposure::network;
use crate::analysis::exposure::probe::Callers;
use crate::policy::{
    AddressRanges, AskedKeys, KeyState, Layer, Policy, Request, Source, Target, Template, Verdict,
    evaluate,
};

use super::target::Requests;

/// Whom it lets pass.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Opens {
    /// There is no policy: everybody passes.
    NoPolicy,
    /// Everybody on the internet.
    Everybody,
    /// Everybody who comes from some addresses.
    Addresses,
    /// Nobody without credentials, or nobody on the internet.
    Nobody,
}

impl Opens {
    /// As documents write it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::NoPolicy => "none",
            Self::Everybody => "everybody",
            Self::Addresses => "addresses",
            Self::Nobody => "nobody",
        }
    }
}

/// The answer of a resource policy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Gate {
    pub(super) opens: Opens,
    /// Addresses that it limits callers to.
    pub(super) addresses: Vec<String>,
    /// What the answer depends on; nothing where it is certain.
    pub(super) conditions: Vec<String>,
}

impl Gate {
    /// Where a route asks for nothing, only an explicit Allow lets anybody pass.
    ///
    /// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html>
    pub(super) fn of(policy: Option<&Policy>, home: &Home<'_>, requests: &Requests<'_>) -> Self {
        let Some(policy) = policy else {
            return Self::new(Opens::NoPolicy);
        };
        let named = policy
            .statements
            .iter()
            .filter_map(|statement| statement.resource.as_ref())
            .flat_map(|element| &element.items);
        let asked = requests.asked(named.map(Template::written));
        let mentioned = Mentioned::new(policy.statements.iter());
        let mut gate = Self::new(Opens::Nobody);
        for arn in asked {
            let door = Door {
                qualifier: "",
                resource: Target::Exact(arn),
                policy,
                url: UrlState::Absent,
            };
            let found = Self::of_door(&door, &mentioned, home);
            match (found.opens, gate.opens) {
                (Opens::Everybody, _) if found.conditions.is_empty() => return found,
                (Opens::Everybody, Opens::Nobody | Opens::Addresses) => gate = found,
                (Opens::Addresses, Opens::Nobody) => gate = found,
                _ => {}
            }
        }
        gate
    }

    /// Of one request.
    fn of_door(door: &Door<'_>, mentioned: &Mentioned<'_>, home: &Home<'_>) -> Self {
        let callers = Callers {
            home,
            door,
            mentioned,
            own: mentioned,
            asked: &AskedKeys::of(door.policy),
        };
        let probe = callers.anonymous();
        let sources = [Source::new("resource policy", door.policy)];
        let mut narrow = Self::new(Opens::Nobody);
        // an API that is not private has no endpoint in a VPC
        let ways = network::ways(mentioned, door, "", &KeyState::Absent);
        for way in ways.iter().filter(|way| !way.private) {
            let mut context = probe.context.clone();
            way.enter(&mut context);
            let request = Request::new(
                probe.caller.clone(),
                "execute-api:Invoke",
                door.resource.clone(),
                context,
            );
            let decision = evaluate(Layer::Resource, &sources, &request);
            if decision.verdict == Verdict::Deny {
                continue;
            }
            let mut conditions: Vec<String> = decision
                .depends_on()
                .iter()
                .map(ToString::to_string)
                .chain(headers(&sources, &request))
                .collect();
            conditions.sort_unstable();
            conditions.dedup();
            match &way.range {
                None => {
                    return Self {
                        conditions,
                        ..Self::new(Opens::Everybody)
                    };
                }
                Some(range) => {
                    narrow.opens = Opens::Addresses;
                    narrow.addresses.push(range.clone());
                    narrow.conditions.extend(conditions);
                }
            }
        }
        let ranges = AddressRanges::new(narrow.addresses.iter().map(String::as_str));
        narrow.addresses = ranges.ranges().map(|range| range.to_string()).collect();
        narrow
    }

    fn new(opens: Opens) -> Self {
        Self {
            opens,
            addresses: Vec::new(),
            conditions: Vec::new(),
        }
    }
}

/// What stands for a header of somebody who does not know what the policy asks for.
const SOMETHING: &str = "lamppost";

/// The headers that callers must send as the policy asks for. Everybody can, but perhaps only some know how.
fn headers(sources: &[Source<'_>], request: &Request) -> Vec<String> {
    let kept_out = |key: &&str| {
        let plain = [KeyState::one(SOMETHING), KeyState::Absent];
        plain.into_iter().all(|state| {
            let mut request = request.clone();
            request.context.set(key, state);
            evaluate(Layer::Resource, sources, &request).verdict == Verdict::Deny
        })
    };
    let asked = ["aws:Referer", "aws:UserAgent"].into_iter();
    asked
        .filter(kept_out)
        .map(|key| format!("callers know what {key} must be"))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::analysis::exposure::home::Membership;

    const API: &str = "arn:aws:execute-api:eu-west-1:111122223333:a1b2c3";

    fn gate(statements: &str) -> Gate {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
        let policy = Policy::parse(&text).unwrap();
        let nobody = BTreeSet::new();
        let home = Home {
            account: "111122223333",
            organization: Membership::Outside,
            trusted_accounts: &nobody,
            trusted_organizations: &nobody,
            principals: None,
            now: "2026-11-21T12:00:00Z".parse().unwrap(),
        };
        let requests = Requests {
            head: API.to_owned(),
            stage: "prod",
            method: "GET",
            path: "/pets/{id}",
        };
        Gate::of(Some(&policy), &home, &requests)
    }

    fn statement(effect: &str, principal: &str, resource: &str, condition: &str) -> String {
        format!(
            r#"{{"Effect":"{effect}","Principal":{principal},"Action":"execute-api:Invoke","Resource":"{resource}","Condition":{{{condition}}}}}"#
        )
    }

    #[test]
    fn a_resource_policy_opens_narrows_or_closes() {
        let all = &format!("{API}/*");
        let everybody = || statement("Allow", r#""*""#, all, "");
        let (allow, deny) = (
            |condition: &str| statement("Allow", r#""*""#, all, condition),
            |condition: &str| {
                format!(
                    "{},{}",
                    everybody(),
                    statement("Deny", r#""*""#, all, condition)
                )
            },
        );
        for (name, statements, expected) in [
            ("everybody", everybody(), Opens::Everybody),
            (
                "another stage only",
                statement("Allow", r#""*""#, &format!("{API}/test/*"), ""),
                Opens::Nobody,
            ),
            (
                "another path only",
                statement("Allow", r#""*""#, &format!("{API}/prod/GET/health"), ""),
                Opens::Nobody,
            ),
            (
                "this path",
                statement("Allow", r#""*""#, &format!("{API}/prod/GET/pets/*"), ""),
                Opens::Everybody,
            ),
            (
                "one value of the parameter",
                statement("Allow", r#""*""#, &format!("{API}/*/*/pets/7"), ""),
                Opens::Everybody,
            ),
            (
                "an account",
                statement("Allow", r#"{"AWS":"111122223333"}"#, all, ""),
                Opens::Nobody,
            ),
            (
                "addresses",
                allow(r#""IpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#),
                Opens::Addresses,
            ),
            (
                "all but some addresses are denied",
                deny(r#""NotIpAddress":{"aws:SourceIp":["203.0.113.0/24"]}"#),
                Opens::Addresses,
            ),
            (
                "some addresses are denied",
                deny(r#""IpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#),
                Opens::Everybody,
            ),
            (
                "every address",
                allow(r#""IpAddress":{"aws:SourceIp":"0.0.0.0/0"}"#),
                Opens::Everybody,
            ),
            (
                "a VPC",
                allow(r#""StringEquals":{"aws:SourceVpc":"vpc-1"}"#),
                Opens::Nobody,
            ),
            (
                "all but a VPC endpoint are denied",
                deny(r#""StringNotEquals":{"aws:SourceVpce":"vpce-1"}"#),
                Opens::Nobody,
            ),
            (
                "an organisation",
                allow(r#""StringEquals":{"aws:PrincipalOrgID":"o-1"}"#),
                Opens::Nobody,
            ),
            (
                "a header that anybody can send",
                allow(r#""StringLike":{"aws:UserAgent":"Mozilla*"}"#),
                Opens::Everybody,
            ),
            ("a Deny for all", deny(""), Opens::Nobody),
        ] {
            assert_eq!(gate(&statements).opens, expected, "{name}");
        }
        for (name, condition, expected) in [
            (
                "one value",
                r#""StringEquals":{"aws:Referer":"sesame"}"#,
                vec!["callers know what aws:Referer must be"],
            ),
            (
                "both",
                r#""StringLike":{"aws:Referer":"sesame*","aws:UserAgent":"a*"}"#,
                vec![
                    "callers know what aws:Referer must be",
                    "callers know what aws:UserAgent must be",
                ],
            ),
            ("any value", r#""StringLike":{"aws:UserAgent":"*"}"#, vec![]),
            (
                "all but one value",
                r#""StringNotEquals":{"aws:UserAgent":"curl"}"#,
                vec![],
            ),
            (
                "no value, or one",
                r#""StringEqualsIfExists":{"aws:Referer":"sesame"}"#,
                vec![],
            ),
        ] {
            assert_eq!(gate(&allow(condition)).conditions, expected, "{name}");
        }
        assert_eq!(
            gate(&deny(r#""StringNotEquals":{"aws:Referer":"sesame"}"#)).conditions,
            ["callers know what aws:Referer must be"]
        );
        let narrowed = gate(&allow(
            r#""IpAddress":{"aws:SourceIp":["203.0.113.0/25","203.0.113.128/25"]}"#,
        ));
        assert_eq!(narrowed.addresses, ["203.0.113.0/24"]);
    }
}
