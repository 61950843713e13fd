//! Laws of exposure: what is said of a policy against concrete requests, and against a wider policy.

use std::collections::BTreeSet;

use lamppost::analysis::exposure::{
    Door, Grant, Home, Membership, Reach, UrlAge, UrlState, grants, grants_whatever_url, reach,
};
use lamppost::policy::{
    Caller, Context, KeyState, Layer, Policy, Request, Source, Target, Verdict, evaluate,
};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use serde_json::{Map, Value, json};

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";
const OWN: &str = "111122223333";
const SISTER: &str = "222233334444";
const ORGANIZATION: &str = "o-exampleorg1";

const ACCOUNTS: &[&str] = &[
    OWN,
    SISTER,
    "555566667777",
    "999988887777",
    "000000000000",
    "444444444444",
    "100000000001",
    "123412341234",
];
const ORGANIZATIONS: &[&str] = &[
    "o-partnerorg1",
    "o-strangerorg",
    "o-0000000000",
    "o-aaaaaaaaaa",
];
const SERVICES: &[(&str, &str)] = &[
    ("sns.amazonaws.com", "sns"),
    ("s3.amazonaws.com", "s3"),
    ("events.amazonaws.com", "events"),
    ("cognito-idp.amazonaws.com", "cognito-idp"),
    ("newthing.amazonaws.com", "newthing"),
];
const ACTIONS: &[&str] = &[
    "lambda:InvokeFunction",
    "lambda:GetFunction",
    "lambda:UntagResource",
];

const TEXT: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
];
const ARN: &[&str] = &[
    "ArnLike",
    "ArnEquals",
    "ArnNotLike",
    "StringLike",
    "StringNotLike",
];

/// A key with its operators and the values that a policy may compare it with.
fn conditions() -> impl Strategy<Value = (String, String, Vec<String>)> {
    let texts =
        |key: &'static str, operators: &'static [&'static str], values: &'static [&'static str]| {
            let values = prop::collection::vec(select(values), 1..4);
            (select(operators), values).prop_map(move |(operator, values)| {
                let values = values.into_iter().map(str::to_owned).collect();
                (operator.to_owned(), key.to_owned(), values)
            })
        };
    let addresses = (
        select(vec!["IpAddress", "NotIpAddress"]),
        prop::collection::vec(range(), 1..4),
    );
    let addresses = addresses
        .prop_map(|(operator, values)| (operator.to_owned(), "aws:SourceIp".to_owned(), values));
    let one = prop_oneof![
        3 => addresses,
        1 => texts("aws:SourceIp", &["StringLike"], &["203.0.*", "10.*"]),
        2 => texts("aws:PrincipalAccount", TEXT, &["111122223333", "999988887777", "000000000000", "4*", "1*", "10*", "*3", "?0*"]),
        2 => texts("aws:PrincipalOrgID", TEXT, &["o-exampleorg1", "o-strangerorg", "o-0000000000", "o-a*", "o-*1", "*"]),
        1 => texts("aws:PrincipalOrgPaths", TEXT, &["o-exampleorg1/*", "o-strangerorg/r-ab12/*", "*/r-ab12/*", "o-0*"]),
        2 => texts("aws:PrincipalArn", ARN, &[
            "arn:aws:iam::111122223333:role/*", "arn:aws:iam::999988887777:root", "arn:aws:iam::*:role/deploy",
            "arn:aws:sts::*:federated-user/*", "arn:aws:iam::1*:user/*", "arn:*:role/deploy", "arn:aws:iam*", "*",
        ]),
        1 => texts("aws:PrincipalType", TEXT, &["User", "AssumedRole", "FederatedUser", "Account", "Anonymous", "*User"]),
        1 => texts("aws:userid", TEXT, &["AIDAEXAMPLEID12345678", "AROA*", "AIDA*", "999988887777", "*:session", "AIDAAAAAAAAAAAAAAAAAA", "*:ann"]),
        1 => texts("aws:username", TEXT, &["ann", "a*"]),
        1 => texts("aws:PrincipalTag/team", TEXT, &["red", "b*"]),
        1 => texts("aws:PrincipalIsAWSService", &["Bool", "BoolIfExists"], &["true", "false"]),
        2 => texts("aws:PrincipalServiceName", TEXT, &["sns.amazonaws.com", "s3.*", "new*", "events.amazonaws.com", "*.amazonaws.com"]),
        2 => texts("aws:SourceArn", ARN, &[
            "arn:aws:sns:*", "arn:aws:sns:*:111122223333:*", "arn:aws:s3:::lamppost", "arn:aws:s3:::*",
            "arn:aws:events:us-*:999988887777:*", "arn:aws:*:eu-west-1:*:*", "arn:aws:new*:*:*:*", "*",
        ]),
        2 => texts("aws:SourceAccount", TEXT, &["111122223333", "999988887777", "000000000000", "1*", "?0*"]),
        1 => texts("aws:SourceOrgID", TEXT, &["o-exampleorg1", "o-strangerorg", "o-0000000000", "o-a*"]),
        1 => texts("aws:SourceVpce", TEXT, &["vpce-1", "vpce-0000000000lamppost", "vpce-*"]),
        1 => texts("aws:VpceAccount", TEXT, &["111122223333", "000000000000", "9*"]),
        1 => texts("aws:UserAgent", TEXT, &["curl", "Mozilla*"]),
        1 => texts("lambda:FunctionUrlAuthType", TEXT, &["NONE", "AWS_IAM"]),
        1 => texts("lambda:InvokedViaFunctionUrl", &["Bool"], &["true", "false"]),
        1 => texts("aws:SourceVpc", &["Null"], &["true", "false"]),
        1 => texts("aws:PrincipalOrgID", &["Null"], &["true", "false"]),
        1 => texts("aws:SourceAccount", &["Null"], &["true", "false"]),
    ];
    let forms = select(vec!["", "", "", "IfExists", "ForAnyValue", "ForAllValues"]);
    (one, forms).prop_map(|((operator, key, values), form)| {
        let operator = match (form, operator.as_str()) {
            ("", _) | (_, "Null" | "BoolIfExists") => operator,
            ("IfExists", _) => format!("{operator}IfExists"),
            (form, _) => format!("{form}:{operator}"),
        };
        (operator, key, values)
    })
}

/// An address range of any width.
fn range() -> impl Strategy<Value = String> {
    let v4 = (any::<u32>(), 0_u8..=32);
    let v4 = v4.prop_map(|(bits, width)| {
        let mask = u32::MAX.checked_shl(32 - u32::from(width)).unwrap_or(0);
        format!("{}/{width}", std::net::Ipv4Addr::from_bits(bits & mask))
    });
    let v6 = (any::<u128>(), 0_u8..=128).prop_map(|(bits, width)| {
        let bits = 0x2000 << 112 | bits >> 3;
        let mask = u128::MAX.checked_shl(128 - u32::from(width)).unwrap_or(0);
        format!("{}/{width}", std::net::Ipv6Addr::from_bits(bits & mask))
    });
    prop_oneof![
        4 => v4,
        2 => v6,
        2 => select(vec!["52.0.0.0/7", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "203.0.113.0/24", "8.8.8.8", "::/0"]).prop_map(str::to_owned),
    ]
}

fn statement(effect: &'static str) -> impl Strategy<Value = Value> {
    let principals = select(vec![
        json!({"Principal": "*"}),
        json!({"Principal": "*"}),
        json!({"Principal": {"AWS": "*"}}),
        json!({"Principal": {"AWS": "000000000000"}}),
        json!({"Principal": {"AWS": "arn:aws:iam::999988887777:role/deploy"}}),
        json!({"Principal": {"Service": "sns.amazonaws.com"}}),
        json!({"Principal": {"Service": "events.amazonaws.com"}}),
        json!({"NotPrincipal": {"AWS": ["arn:aws:iam::999988887777:user/ann", "999988887777"]}}),
    ]);
    let actions = select(vec![
        json!("lambda:InvokeFunction"),
        json!(["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"]),
        json!("lambda:*"),
        json!("lambda:UntagResource"),
    ]);
    let conditions = prop::collection::vec(conditions(), 0..4);
    (principals, actions, conditions).prop_map(move |(principal, action, conditions)| {
        let mut statement = principal;
        statement["Effect"] = json!(effect);
        statement["Action"] = action;
        statement["Resource"] = json!(FUNCTION);
        let mut all = Map::new();
        for (operator, key, values) in conditions {
            let of_operator = all.entry(operator).or_insert_with(|| json!({}));
            of_operator[key] = json!(values);
        }
        statement["Condition"] = Value::Object(all);
        statement
    })
}

fn statements() -> impl Strategy<Value = Vec<Value>> {
    let allows = prop::collection::vec(statement("Allow"), 1..3);
    let denies = prop::collection::vec(statement("Deny"), 0..3);
    (allows, denies).prop_map(|(allows, denies)| [allows, denies].concat())
}

fn policy(statements: &[Value]) -> Policy {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    Policy::parse(&document.to_string()).unwrap()
}

fn urls() -> impl Strategy<Value = UrlState> {
    select(vec![
        UrlState::Absent,
        UrlState::Open(UrlAge::New),
        UrlState::Signed(UrlAge::New),
    ])
}

fn judged(policy: &Policy, url: Option<UrlState>) -> Vec<Grant> {
    let accounts = [OWN.to_owned(), SISTER.to_owned()];
    let trusted_accounts = BTreeSet::from(["555566667777".to_owned()]);
    let trusted_organizations = BTreeSet::from(["o-partnerorg1".to_owned()]);
    let member = Membership::Member {
        id: ORGANIZATION,
        accounts: Some(&accounts),
    };
    let home = Home {
        trusted_accounts: &trusted_accounts,
        trusted_organizations: &trusted_organizations,
        ..Home::new(OWN, member, NOW.parse().unwrap())
    };
    let door = Door {
        qualifier: "$LATEST",
        resource: Target::Exact(FUNCTION.to_owned()),
        policy,
        url: url.unwrap_or(UrlState::Absent),
    };
    match url {
        Some(_) => grants(&door, &home),
        None => grants_whatever_url(&door, &home, UrlAge::New),
    }
}

const NOW: &str = "2026-11-21T12:00:00Z";

/// Somebody with a place to come from, of whom everything is known.
#[derive(Clone, Debug)]
struct Visitor {
    kind: &'static str,
    account: String,
    organization: Option<&'static str>,
    service: (&'static str, &'static str),
    region: &'static str,
    address: Option<std::net::IpAddr>,
    chosen: (bool, bool, bool),
}

fn visitors() -> impl Strategy<Value = Visitor> {
    let kinds = vec![
        "anonymous",
        "user",
        "root",
        "role",
        "federated",
        "service",
        "service",
    ];
    let v4 =
        any::<u32>().prop_map(|bits| std::net::IpAddr::V4(std::net::Ipv4Addr::from_bits(bits)));
    let v6 = any::<u128>().prop_map(|bits| {
        std::net::IpAddr::V6(std::net::Ipv6Addr::from_bits(0x2000 << 112 | bits >> 3))
    });
    let named = select(vec!["52.1.2.3", "203.0.113.9", "8.8.8.8", "53.9.9.9"]);
    let named = named.prop_map(|text| text.parse().unwrap());
    let addresses = prop_oneof![3 => v4, 1 => v6, 2 => named];
    let addresses =
        addresses.prop_filter(
            "on the internet",
            |address: &std::net::IpAddr| match address {
                std::net::IpAddr::V4(v4) => {
                    let [a, b, ..] = v4.octets();
                    !matches!(
                        (a, b),
                        (0 | 10 | 127 | 224.., _)
                            | (100, 64..=127)
                            | (169, 254)
                            | (172, 16..=31)
                            | (192, 168)
                    )
                }
                std::net::IpAddr::V6(_) => true,
            },
        );
    let random = "[0-9]{12}";
    let accounts = prop_oneof![3 => select(ACCOUNTS).prop_map(str::to_owned), 1 => random];
    (
        select(kinds),
        accounts,
        prop::option::of(select(ORGANIZATIONS)),
        select(SERVICES),
        select(vec!["eu-west-1", "us-east-1"]),
        prop::option::weighted(0.8, addresses),
        any::<(bool, bool, bool)>(),
    )
        .prop_map(
            |(kind, account, organization, service, region, address, chosen)| Visitor {
                kind,
                organization: match account.as_str() {
                    OWN | SISTER => Some(ORGANIZATION),
                    _ => organization,
                },
                account,
                service,
                region,
                address,
                chosen,
            },
        )
}

impl Visitor {
    fn caller(&self) -> Caller {
        let account = &self.account;
        match self.kind {
            "anonymous" => Caller::Anonymous,
            "user" => Caller::User(format!("arn:aws:iam::{account}:user/ann")),
            "root" => Caller::Root(account.clone()),
            "role" => {
                let Caller::Role(mut session) =
                    Caller::role(&format!("arn:aws:iam::{account}:role/deploy"))
                else {
                    panic!("a role is a role")
                };
                session.session = Some("session".to_owned());
                Caller::Role(session)
            }
            "federated" => {
                Caller::FederatedUser(format!("arn:aws:sts::{account}:federated-user/ann"))
            }
            _ => Caller::service(self.service.0),
        }
    }

    fn context(&self) -> Context {
        let mut context = Context::complete();
        let mut say = |key: &str, value: String| context.set(key, KeyState::one(value));
        say("aws:CurrentTime", NOW.to_owned());
        say("aws:EpochTime", "1795262400".to_owned());
        say("aws:SecureTransport", "true".to_owned());
        say("aws:ViaAWSService", "false".to_owned());
        let (agent, tag, mfa) = self.chosen;
        if agent {
            say("aws:UserAgent", "curl".to_owned());
        }
        match self.address {
            Some(address) => say("aws:SourceIp", address.to_string()),
            // through an endpoint of its own
            None if self.kind != "service" && self.kind != "anonymous" => {
                say("aws:SourceVpce", "vpce-0abc".to_owned());
                say("aws:SourceVpc", "vpc-0abc".to_owned());
                say("aws:VpceAccount", self.account.clone());
                if let Some(id) = self.organization {
                    say("aws:VpceOrgID", id.to_owned());
                }
                say("aws:VpcSourceIp", "10.0.0.7".to_owned());
            }
            None => say("aws:SourceIp", "198.51.100.99".to_owned()),
        }
        let path = self
            .organization
            .map(|id| format!("{id}/r-ab12/ou-ab12-cdefghij/"));
        match self.kind {
            "anonymous" => {}
            "service" => {
                let (_, label) = self.service;
                let (account, region) = (&self.account, self.region);
                say("aws:SourceAccount", account.clone());
                say(
                    "aws:SourceArn",
                    match label {
                        "s3" => "arn:aws:s3:::lamppost".to_owned(),
                        _ => format!("arn:aws:{label}:{region}:{account}:thing"),
                    },
                );
                if let (Some(id), Some(path)) = (self.organization, path) {
                    say("aws:SourceOrgID", id.to_owned());
                    say("aws:SourceOrgPaths", path);
                }
            }
            kind => {
                if let (Some(id), Some(path)) = (self.organization, path) {
                    say("aws:PrincipalOrgID", id.to_owned());
                    say("aws:PrincipalOrgPaths", path);
                }
                let account = &self.account;
                match kind {
                    "user" => say("aws:userid", "AIDAZZEXAMPLEZZ234567".to_owned()),
                    "role" => say("aws:userid", "AROAZZEXAMPLEZZ234567:session".to_owned()),
                    "federated" => say("aws:userid", format!("{account}:ann")),
                    _ => say("aws:userid", account.clone()),
                }
                if tag && kind != "root" {
                    say("aws:PrincipalTag/team", "red".to_owned());
                }
                if mfa && kind == "user" {
                    say("aws:MultiFactorAuthPresent", "true".to_owned());
                }
            }
        }
        context
    }

    /// The class that he must have at least, if he gets in.
    fn floor(&self) -> Reach {
        match (self.kind, self.account.as_str()) {
            ("anonymous", _) => Reach::Internet,
            (_, OWN) => Reach::OwnAccount,
            (_, SISTER) => Reach::Organization,
            _ => Reach::ExternalAccount,
        }
    }

    fn gets_in(&self, policy: &Policy, url: UrlState) -> bool {
        let ask = |action: &str, auth: Option<&str>, via: Option<&str>| {
            let mut context = self.context();
            if let Some(auth) = auth {
                context.set("lambda:FunctionUrlAuthType", KeyState::one(auth));
            }
            if let Some(via) = via {
                context.set("lambda:InvokedViaFunctionUrl", KeyState::one(via));
            }
            let request = Request::new(
                self.caller(),
                action,
                Target::Exact(FUNCTION.to_owned()),
                context,
            );
            let sources = [Source::new("policy", policy)];
            evaluate(Layer::Resource, &sources, &request).verdict == Verdict::Allow
        };
        let through_url = |auth: &str| {
            self.address.is_some()
                && ask("lambda:InvokeFunctionUrl", Some(auth), None)
                && ask("lambda:InvokeFunction", None, Some("true"))
        };
        match (self.kind, url) {
            ("anonymous", UrlState::Open(_)) => through_url("NONE"),
            ("anonymous", _) => false,
            (_, UrlState::Signed(_)) if through_url("AWS_IAM") => true,
            _ => ACTIONS
                .iter()
                .any(|action| ask(action, None, Some("false"))),
        }
    }
}

/// Few cases, unless more are asked for: a case asks many questions.
fn few() -> ProptestConfig {
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default(),
        None => ProptestConfig::with_cases(24),
    }
}

/// Where a value goes in or out, so that more requests pass.
#[derive(Clone, Debug)]
struct Widening {
    statement: usize,
    condition: usize,
    values: Vec<String>,
    drop: bool,
}

fn widenings() -> impl Strategy<Value = Widening> {
    let values = prop_oneof![
        prop::collection::vec(range(), 1..3),
        prop::collection::vec(
            select(vec![
                "*",
                "o-*",
                "1*",
                "999988887777",
                "000000000000",
                "arn:aws:iam::*:user/*",
                "arn:aws:sns:*:*:*",
                "User"
            ])
            .prop_map(str::to_owned),
            1..3
        ),
    ];
    (0_usize..4, 0_usize..4, values, any::<bool>()).prop_map(
        |(statement, condition, values, drop)| Widening {
            statement,
            condition,
            values,
            drop,
        },
    )
}

impl Widening {
    /// The same policy, but some condition of an Allow holds for more, or of a Deny for fewer; `None`: there is none to widen.
    fn of(&self, statements: &[Value]) -> Option<Vec<Value>> {
        let mut wider = statements.to_vec();
        let statement = wider.get_mut(self.statement)?;
        let deny = statement["Effect"] == "Deny";
        let conditions = statement["Condition"].as_object_mut()?;
        let operator = conditions.keys().nth(self.condition)?.clone();
        let keys = conditions.get_mut(&operator)?.as_object_mut()?;
        let key = keys.keys().next()?.clone();
        if self.drop && !deny {
            keys.remove(&key);
            return Some(wider);
        }
        // whether an address or text is meant decides which values make sense
        let of_addresses = operator.contains("IpAddress");
        let addresses = self
            .values
            .iter()
            .all(|value| value.contains('/') && !value.starts_with("arn"));
        if operator.contains("Null") || operator.contains("Bool") || of_addresses != addresses {
            return None;
        }
        let values = keys.get_mut(&key)?.as_array_mut()?;
        if operator.contains("Not") == deny {
            values.extend(self.values.iter().map(|value| json!(value)));
        } else if values.len() > 1 {
            values.pop();
        } else {
            return None;
        }
        Some(wider)
    }
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn law_nobody_is_refuted_by_no_request(
        statements in statements(),
        url in urls(),
        visitors in prop::collection::vec(visitors(), 24),
    ) {
        let policy = policy(&statements);
        let widest = reach(&judged(&policy, Some(url)));
        let whatever = reach(&judged(&policy, None));
        for visitor in visitors {
            if visitor.floor() > widest {
                prop_assert!(
                    !visitor.gets_in(&policy, url),
                    "reach {} but {visitor:?} gets in, URL {url:?}", widest.as_str()
                );
            }
            if visitor.floor() > whatever {
                prop_assert!(!visitor.gets_in(&policy, url), "whatever URL: {visitor:?} gets in");
            }
        }
    }

    #[test]
    fn law_a_wider_condition_never_lowers_the_reach(
        statements in statements(),
        url in urls(),
        widenings in prop::collection::vec(widenings(), 8),
    ) {
        let before = reach(&judged(&policy(&statements), Some(url)));
        for widening in widenings {
            let Some(wider) = widening.of(&statements) else {
                continue;
            };
            let after = reach(&judged(&policy(&wider), Some(url)));
            prop_assert!(
                after >= before,
                "{} becomes {} by {}", before.as_str(), after.as_str(), json!(wider)
            );
        }
    }

    #[test]
    fn law_what_is_not_certain_says_what_it_depends_on(statements in statements(), url in urls(), known: bool) {
        let policy = policy(&statements);
        for grant in judged(&policy, known.then_some(url)) {
            if grant.certain || grant.class == Reach::None {
                continue;
            }
            prop_assert!(!grant.conditions.is_empty(), "no condition: {}", grant.reason);
            prop_assert!(
                grant.reason.contains(", if ") || grant.reason.contains(", unless "),
                "{}", grant.reason
            );
            for condition in &grant.conditions {
                if let Some(of_deny) = condition.strip_prefix("unless ") {
                    prop_assert!(grant.reason.contains("unless "), "{}", grant.reason);
                    prop_assert!(grant.reason.contains(of_deny), "{}", grant.reason);
                }
            }
        }
    }
}

/// A law about those who get in says nothing if nobody does.
#[test]
fn many_of_the_drawn_requests_get_in_and_many_do_not() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut draw = || {
        let drawn = (statements(), prop::collection::vec(visitors(), 24)).new_tree(&mut runner);
        drawn.unwrap().current()
    };
    let (mut inside, mut kinds) = (0, BTreeSet::new());
    for _ in 0..100 {
        let (statements, visitors) = draw();
        let policy = policy(&statements);
        for visitor in visitors {
            if visitor.gets_in(&policy, UrlState::Open(UrlAge::New)) {
                inside += 1;
                kinds.insert(visitor.kind);
            }
        }
    }
    assert!((60..2_000).contains(&inside), "{inside} of 2,400");
    assert!(kinds.len() == 6, "{kinds:?}");
}
