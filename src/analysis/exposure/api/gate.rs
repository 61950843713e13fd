//! What an API's own resource policy says of callers without credentials.

use crate::analysis::exposure::door::{Door, Mentioned, UrlState};
use crate::analysis::exposure::fitting::{crossed, fitting_accounts, fitting_organizations};
use crate::analysis::exposure::network::{self, FromInternet, Way};
use crate::analysis::exposure::probe::{Callers, Probe};
use crate::analysis::home::Home;
use crate::policy::{
    AskedKeys, KeyState, Layer, Policy, Request, Source, Target, Template, Verdict, evaluate,
};

use super::target::Requests;

/// Whom it lets pass.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Opens {
    /// There is no policy: everybody passes.
    NoPolicy,
    /// Everybody on the internet; of a private API, everybody with an AWS account, through a VPC endpoint of his own.
    Everybody,
    /// Everybody who comes from some addresses.
    Addresses,
    /// Nobody without credentials, or only those who come from networks that it names.
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
    ///
    /// A private API answers to VPC endpoints of every account that its policy lets pass, and without one to nobody.
    /// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-api-create.html>
    pub(super) fn of(
        policy: Option<&Policy>,
        home: &Home<'_>,
        requests: &Requests<'_>,
        private: bool,
    ) -> Self {
        let Some(policy) = policy else {
            return Self::new(match private {
                true => Opens::Nobody,
                false => Opens::NoPolicy,
            });
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
            let found = match private {
                true => Self::of_private_door(&door, &mentioned, home),
                false => Self::of_door(&door, &mentioned, home),
            };
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
        let mut internet = FromInternet::new();
        // an API that is not private has no endpoint in a VPC
        let ways = network::ways(mentioned, door, "", &KeyState::Absent);
        for way in ways.into_iter().filter(|way| !way.private) {
            let Some(conditions) = passes(door, &probe, &way) else {
                continue;
            };
            match way.from {
                None => {
                    return Self {
                        conditions,
                        ..Self::new(Opens::Everybody)
                    };
                }
                Some(from) => internet.add(conditions, from),
            }
        }
        let Some((origin, answers)) = internet.settle(Vec::is_empty) else {
            return Self::new(Opens::Nobody);
        };
        let mut conditions: Vec<String> = match origin.certain {
            true => Vec::new(),
            false => answers.into_iter().flatten().collect(),
        };
        conditions.sort_unstable();
        conditions.dedup();
        Self {
            opens: match origin.addresses.is_empty() {
                true => Opens::Everybody,
                false => Opens::Addresses,
            },
            addresses: origin.addresses,
            conditions,
        }
    }

    /// Of one request to a private API, through an endpoint of some account that nobody named. Where only a pattern says
    /// whose it must be, accounts and organisations can be had until one fits.
    fn of_private_door(door: &Door<'_>, mentioned: &Mentioned<'_>, home: &Home<'_>) -> Self {
        let callers = Callers {
            home,
            door,
            mentioned,
            own: mentioned,
            asked: &AskedKeys::of(door.policy),
        };
        let probe = callers.anonymous();
        let mut gate = Self::new(Opens::Nobody);
        let owners = crossed(
            fitting_accounts(mentioned, &["aws:vpceaccount"], &["aws:sourcevpcarn"]),
            fitting_organizations(mentioned, &["aws:vpceorgid", "aws:vpceorgpaths"]),
            mentioned.any(&["aws:vpceorgid", "aws:vpceorgpaths"]),
        );
        for owner in owners {
            let ways = network::ways(mentioned, door, &owner.account, &owner.organization);
            for way in ways.iter().filter(|way| way.is_own_endpoint()) {
                let Some(mut conditions) = passes(door, &probe, way) else {
                    continue;
                };
                if !owner.ordinary {
                    conditions.push(MADE.to_owned());
                }
                if conditions.is_empty() || gate.opens == Opens::Nobody {
                    gate.opens = Opens::Everybody;
                    gate.conditions = conditions;
                }
                if gate.conditions.is_empty() {
                    return gate;
                }
            }
        }
        gate
    }

    fn new(opens: Opens) -> Self {
        Self {
            opens,
            addresses: Vec::new(),
            conditions: Vec::new(),
        }
    }
}

/// What a way in depends on that a pattern describes.
const MADE: &str = "somebody makes an account or organisation that fits the pattern";

/// What it depends on whether somebody passes by a way; `None`: he does not.
fn passes(door: &Door<'_>, probe: &Probe, way: &Way) -> Option<Vec<String>> {
    let sources = [Source::new("resource policy", door.policy)];
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
        return None;
    }
    let mut conditions: Vec<String> = decision
        .depends_on()
        .iter()
        .map(ToString::to_string)
        .chain(headers(&sources, &request))
        .collect();
    conditions.sort_unstable();
    conditions.dedup();
    Some(conditions)
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

    use super::*;
    use crate::analysis::home::Membership;

    const API: &str = "arn:aws:execute-api:eu-west-1:111122223333:a1b2c3";

    fn gate(statements: &str) -> Gate {
        gate_of(statements, false)
    }

    fn gate_of(statements: &str, private: bool) -> Gate {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
        let policy = Policy::parse(&text).unwrap();
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let home = Home::new("111122223333", Membership::Outside, now);
        let requests = Requests {
            head: API.to_owned(),
            stage: "prod",
            method: "GET",
            path: "/pets/{id}",
        };
        Gate::of(Some(&policy), &home, &requests, private)
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

    #[test]
    fn a_private_api_answers_to_endpoints_of_every_account_that_it_does_not_keep_out() {
        let all = &format!("{API}/*");
        let allow = |condition: &str| statement("Allow", r#""*""#, all, condition);
        let deny = |condition: &str| {
            format!(
                "{},{}",
                allow(""),
                statement("Deny", r#""*""#, all, condition)
            )
        };
        for (name, statements, expected) in [
            ("everybody", allow(""), Opens::Everybody),
            (
                "a VPC endpoint",
                allow(r#""StringEquals":{"aws:SourceVpce":"vpce-1"}"#),
                Opens::Nobody,
            ),
            (
                "all but a VPC are denied",
                deny(r#""StringNotEquals":{"aws:SourceVpc":"vpc-1"}"#),
                Opens::Nobody,
            ),
            (
                "endpoints of an account",
                allow(r#""StringEquals":{"aws:VpceAccount":"111122223333"}"#),
                Opens::Nobody,
            ),
            (
                "endpoints of an organisation",
                deny(r#""StringNotEquals":{"aws:VpceOrgID":"o-exampleorg1"}"#),
                Opens::Nobody,
            ),
            (
                "endpoints of all but one account",
                allow(r#""StringNotEquals":{"aws:VpceAccount":"000000000000"}"#),
                Opens::Everybody,
            ),
            (
                "callers of an organisation, of whom nobody is asked who he is",
                allow(r#""StringEquals":{"aws:PrincipalOrgID":"o-exampleorg1"}"#),
                Opens::Nobody,
            ),
            (
                "private addresses, which everybody has",
                allow(r#""IpAddress":{"aws:VpcSourceIp":"10.0.0.0/8"}"#),
                Opens::Everybody,
            ),
            (
                "addresses of the internet, from which nobody comes",
                allow(r#""IpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#),
                Opens::Nobody,
            ),
            ("a Deny for all", deny(""), Opens::Nobody),
        ] {
            assert_eq!(gate_of(&statements, true).opens, expected, "{name}");
        }
    }

    #[test]
    fn wide_ranges_are_addresses_and_the_rest_of_the_internet_is_the_internet() {
        let all = &format!("{API}/*");
        let condition = r#""IpAddress":{"aws:SourceIp":["52.0.0.0/8","53.0.0.0/8"]}"#;
        let allowed = gate(&statement("Allow", r#""*""#, all, condition));
        assert_eq!(
            (allowed.opens, allowed.addresses),
            (Opens::Addresses, vec!["52.0.0.0/7".to_owned()])
        );
        let everybody = statement("Allow", r#""*""#, all, "");
        let denied = statement("Deny", r#""*""#, all, condition);
        assert_eq!(
            gate(&format!("{everybody},{denied}")).opens,
            Opens::Everybody
        );
    }
}
