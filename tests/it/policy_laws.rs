//! Laws of the IAM policy engine that hold for any policy and any request.

use lamppost::policy::{
    Caller, Context, Decision, KeyState, Layers, Pattern, Policy, Request, Source, Target, Verdict,
    authorize,
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::support::cases;

const ACCOUNT: &str = "111122223333";
const KEYS: &[&str] = &[
    "x:a",
    "x:n",
    "aws:PrincipalTag/t",
    "aws:username",
    "aws:PrincipalArn",
    "aws:SourceIp",
];
const VALUES: &[&str] = &[
    "",
    "a",
    "ab",
    "Ann",
    "1",
    "7",
    "true",
    "10.0.0.1",
    "2026-01-01T00:00:00Z",
    "arn:aws:iam::111122223333:role/R",
];
const WANTED: &[&str] = &[
    "a",
    "a*",
    "*",
    "?b",
    "Ann",
    "5",
    "true",
    "false",
    "10.0.0.0/8",
    "0.0.0.0/0",
    "2026-06-01",
    "arn:aws:iam::*:role/*",
    "${aws:username}",
    "${aws:PrincipalTag/t, 'a'}",
    "${x:a}",
];
const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericLessThan",
    "NumericNotEquals",
    "DateGreaterThan",
    "Bool",
    "IpAddress",
    "NotIpAddress",
    "ArnLike",
    "ArnNotLike",
    "Null",
    "Unheard",
];

fn condition() -> impl Strategy<Value = (String, String, Vec<&'static str>)> {
    let operator = (
        select(vec!["", "", "ForAllValues:", "ForAnyValue:"]),
        select(OPERATORS),
        select(vec!["", "", "IfExists"]),
    )
        .prop_map(|(quantifier, name, suffix)| match name {
            "Null" => name.to_owned(),
            _ => format!("{quantifier}{name}{suffix}"),
        });
    (operator, select(KEYS), vec(select(WANTED), 1..3))
        .prop_map(|(operator, key, values)| (operator, key.to_owned(), values))
}

fn one_of(
    elements: (&'static str, &'static str),
    values: &'static [&'static str],
) -> impl Strategy<Value = (&'static str, Vec<&'static str>)> {
    (
        select(vec![elements.0, elements.0, elements.0, elements.1]),
        vec(select(values), 1..3),
    )
}

fn principal() -> impl Strategy<Value = Value> {
    select(vec![
        json!("*"),
        json!({"AWS": ACCOUNT}),
        json!({"AWS": "arn:aws:iam::111122223333:role/R"}),
        json!({"AWS": "arn:aws:sts::111122223333:assumed-role/R/s"}),
        json!({"AWS": ["arn:aws:iam::111122223333:user/Ann", "444455556666"]}),
        json!({"Service": "s3.amazonaws.com"}),
    ])
}

fn statement(effects: &'static [&'static str]) -> impl Strategy<Value = Value> {
    (
        select(effects),
        one_of(("Action", "NotAction"), ACTIONS),
        one_of(("Resource", "NotResource"), RESOURCES),
        (select(vec!["Principal", "Principal", "NotPrincipal"]), principal()),
        vec(condition(), 0..3),
    )
        .prop_map(|(effect, (action, actions), (resource, resources), (who, principals), conditions)| {
            let mut block = Map::new();
            for (operator, key, values) in conditions {
                let keys = block.entry(operator).or_insert_with(|| json!({}));
                keys[key] = json!(values);
            }
            json!({"Effect": effect, action: actions, resource: resources, who: principals, "Condition": block})
        })
}

const ACTIONS: &[&str] = &["*", "s3:*", "s3:GetObject", "s3:Put*", "s3:List*", "ec2:*"];
const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/x",
    "arn:aws:s3:::b/${aws:username}",
    "arn:aws:s3:::c*",
    "arn:aws:s3",
    "arn:aws:s3::*/x",
    "arn:*",
];

const BOTH: &[&str] = &["Allow", "Allow", "Deny"];

fn statements(effects: &'static [&'static str]) -> impl Strategy<Value = Vec<Value>> {
    vec(statement(effects), 0..4)
}

fn document(statements: &[Value]) -> Policy {
    Policy::parse(&json!({"Version": "2012-10-17", "Statement": statements}).to_string()).unwrap()
}

/// A state of a key together with a key as it might then be.
fn key() -> impl Strategy<Value = (KeyState, KeyState)> {
    let anything = prop_oneof![
        Just(KeyState::Absent),
        vec(select(VALUES), 0..3)
            .prop_map(|values| KeyState::Known(values.into_iter().map(str::to_owned).collect())),
    ];
    let value = || select(VALUES).prop_map(str::to_owned);
    prop_oneof![
        anything.clone().prop_map(|known| (known.clone(), known)),
        anything
            .clone()
            .prop_map(|known| (KeyState::Unknown, known)),
        anything.prop_map(|known| (KeyState::Any, known)),
        (value(), value()).prop_map(|(one, other)| (
            KeyState::OneOf(vec![other, one.clone()]),
            KeyState::one(one)
        )),
        value().prop_map(|value| (KeyState::present(), KeyState::one(value))),
        select(vec!["a", "ab"]).prop_map(|value| (
            KeyState::Like(vec![Pattern::glob("a*")]),
            KeyState::one(value)
        )),
        select(vec!["a", "ab"]).prop_map(|value| (
            KeyState::AnyLike(vec![Pattern::glob("a*")]),
            KeyState::one(value)
        )),
    ]
}

/// A request that is partly known, with one that it stands for.
fn requests() -> impl Strategy<Value = (Request, Request)> {
    let ann = || Caller::parse("arn:aws:iam::111122223333:user/Ann").unwrap();
    let role = || Caller::role("arn:aws:iam::111122223333:role/R");
    let session = || Caller::parse("arn:aws:sts::111122223333:assumed-role/R/s").unwrap();
    let callers = select(vec![
        (ann(), ann()),
        (session(), with_session()),
        (role(), with_session()),
        (Caller::SomeoneIn(ACCOUNT.to_owned()), ann()),
        (Caller::SomeoneIn(ACCOUNT.to_owned()), with_session()),
        (
            Caller::service("s3.amazonaws.com"),
            Caller::service("s3.amazonaws.com"),
        ),
        (Caller::Anonymous, Caller::Anonymous),
    ]);
    let exact = |arn: &str| Target::Exact(arn.to_owned());
    let some = || Target::Like(Pattern::glob("arn:aws:s3:::b/*"));
    let targets = select(vec![
        (exact("arn:aws:s3:::b/x"), exact("arn:aws:s3:::b/x")),
        (some(), exact("arn:aws:s3:::b/x")),
        (some(), exact("arn:aws:s3:::b/Ann")),
    ]);
    let actions = select(vec![
        ("s3:GetObject", "s3:GetObject"),
        ("s3:*", "s3:PutObject"),
        ("s3:Get*", "s3:GetObject"),
        ("s3:ListAllMyBuckets", "s3:ListAllMyBuckets"),
        ("s3:ListAllMyB*", "s3:ListAllMyBuckets"),
    ]);
    (
        callers,
        targets,
        actions,
        vec(option::of(key()), KEYS.len()),
    )
        .prop_map(|(callers, targets, actions, keys)| {
            let (mut open, mut complete) = (Context::open(), Context::complete());
            for (key, states) in KEYS.iter().zip(keys) {
                if let Some((state, known)) = states {
                    open.set(key, state);
                    complete.set(key, known);
                }
            }
            let make = |caller: Caller, action: &str, target: Target, context: Context| {
                let mut request = Request::new(caller, action, target, context);
                request.resource_account = Some(ACCOUNT.to_owned());
                request
            };
            (
                make(callers.0, actions.0, targets.0, open),
                make(callers.1, actions.1, targets.1, complete),
            )
        })
}

fn with_session() -> Caller {
    let Caller::Role(mut session) = Caller::role("arn:aws:iam::111122223333:role/R") else {
        panic!("a role is a role")
    };
    session.session = Some("s".to_owned());
    Caller::Role(session)
}

fn decide<'a>(
    identity: &'a Policy,
    resource: &'a Policy,
    boundary: Option<&'a Policy>,
    request: &Request,
) -> Decision<'a> {
    let layers = Layers {
        identity: vec![Source::new("identity", identity)],
        resource: vec![Source::new("resource", resource)],
        boundary: boundary.map(|policy| Source::new("boundary", policy)),
        ..Layers::default()
    };
    authorize(&layers, request)
}

fn width(decision: &Decision<'_>) -> u8 {
    match decision.verdict {
        Verdict::Deny => 0,
        Verdict::Conditional => 1,
        Verdict::Allow => 2,
    }
}

/// Laws about width compare what is certain, so nothing may be left to the caller's choice.
fn without_choice(mut request: Request) -> Request {
    for key in KEYS {
        if request.context.state(key).is_chosen() {
            request.context.set(key, KeyState::Unknown);
        }
    }
    request
}

/// The policies of every layer, as lists of statements.
#[derive(Clone, Debug)]
struct Estate {
    identity: Vec<Value>,
    resource: Vec<Value>,
    boundary: Option<Vec<Value>>,
    session: Option<Vec<Value>>,
    control: Option<Vec<Value>>,
}

fn estates() -> impl Strategy<Value = Estate> {
    (
        statements(BOTH),
        statements(BOTH),
        option::of(statements(BOTH)),
        option::weighted(0.2, statements(BOTH)),
        option::of(statements(BOTH)),
    )
        .prop_map(|(identity, resource, boundary, session, control)| Estate {
            identity,
            resource,
            boundary,
            session,
            control,
        })
}

impl Estate {
    /// With one more statement in a layer, if there is that layer.
    fn with(&self, layer: usize, statement: &Value) -> Estate {
        let mut estate = self.clone();
        let statements = match layer {
            0 => Some(&mut estate.identity),
            1 => Some(&mut estate.resource),
            2 => estate.boundary.as_mut(),
            3 => estate.session.as_mut(),
            _ => estate.control.as_mut(),
        };
        if let Some(statements) = statements {
            statements.push(statement.clone());
        }
        estate
    }

    fn decide<T>(&self, request: &Request, look: impl FnOnce(&Decision<'_>) -> T) -> T {
        let (identity, resource) = (document(&self.identity), document(&self.resource));
        let read = |statements: &Option<Vec<Value>>| statements.as_deref().map(document);
        let (boundary, session) = (read(&self.boundary), read(&self.session));
        let control = read(&self.control);
        let layers = Layers {
            identity: vec![Source::new("identity", &identity)],
            resource: vec![Source::new("resource", &resource)],
            boundary: boundary
                .as_ref()
                .map(|policy| Source::new("boundary", policy)),
            session: session
                .as_ref()
                .map(|policy| vec![Source::new("session", policy)]),
            service_control: control
                .as_ref()
                .map(|policy| vec![vec![Source::new("control", policy)]]),
            ..Layers::default()
        };
        look(&authorize(&layers, request))
    }
}

/// One way to make a statement match more requests.
#[derive(Clone, Debug)]
enum Wider {
    Action(&'static str),
    Resource(&'static str),
    Principal(&'static str),
    WithoutCondition(prop::sample::Index),
    Value(prop::sample::Index, &'static str),
    IfExists(prop::sample::Index),
}

fn wider() -> impl Strategy<Value = Wider> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        select(ACTIONS).prop_map(Wider::Action),
        select(RESOURCES).prop_map(Wider::Resource),
        select(vec![
            "*",
            ACCOUNT,
            "arn:aws:iam::111122223333:role/R",
            "arn:aws:iam::111122223333:user/Ann"
        ])
        .prop_map(Wider::Principal),
        index().prop_map(Wider::WithoutCondition),
        (index(), select(WANTED)).prop_map(|(at, value)| Wider::Value(at, value)),
        index().prop_map(Wider::IfExists),
    ]
}

/// Adds to what a plain element lists, or takes from what its `Not…` form does.
fn widen_list(statement: &mut Value, element: &str, item: &str) {
    let negated = format!("Not{element}");
    if let Some(Value::Array(list)) = statement.get_mut(element) {
        list.push(json!(item));
    } else if let Some(Value::Array(list)) = statement.get_mut(&negated)
        && list.len() > 1
    {
        list.pop();
    }
}

fn widen(statement: &Value, how: &Wider) -> Value {
    let mut statement = statement.clone();
    let operators: Vec<String> = statement["Condition"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    match how {
        Wider::Action(item) => widen_list(&mut statement, "Action", item),
        Wider::Resource(item) => widen_list(&mut statement, "Resource", item),
        Wider::Principal(item) => {
            let add = |principal: &Value| match principal {
                Value::Object(kinds) => {
                    let mut kinds = kinds.clone();
                    let mut named: Vec<Value> = match kinds.get("AWS") {
                        Some(Value::Array(named)) => named.clone(),
                        Some(one) => vec![one.clone()],
                        None => Vec::new(),
                    };
                    named.push(json!(item));
                    kinds.insert("AWS".to_owned(), json!(named));
                    Value::Object(kinds)
                }
                everyone => everyone.clone(),
            };
            if !statement["Principal"].is_null() {
                statement["Principal"] = add(&statement["Principal"]);
            } else if let Some(Value::Array(named)) = statement["NotPrincipal"].get_mut("AWS")
                && named.len() > 1
            {
                named.pop();
            }
        }
        _ if operators.is_empty() => {}
        Wider::WithoutCondition(at) => {
            let operator = at.get(&operators);
            statement["Condition"]
                .as_object_mut()
                .unwrap()
                .remove(operator);
        }
        Wider::Value(at, value) => {
            let operator = at.get(&operators);
            let keys = statement["Condition"][operator].as_object_mut().unwrap();
            for values in keys.values_mut().filter_map(Value::as_array_mut) {
                if !operator.contains("Not") {
                    values.push(json!(value));
                } else if values.len() > 1 {
                    values.pop();
                }
            }
        }
        Wider::IfExists(at) => {
            let operator = at.get(&operators);
            let block = statement["Condition"].as_object_mut().unwrap();
            let optional = format!("{operator}IfExists");
            let fixed = operator.ends_with("IfExists") || operator == "Null";
            if !fixed && !block.contains_key(&optional) {
                let keys = block.remove(operator).unwrap();
                block.insert(optional, keys);
            }
        }
    }
    statement
}

proptest! {
    #![proptest_config(cases(1_000))]
    #[test]
    fn what_depends_says_on_what(
        identity in option::of(statements(BOTH)), resource in statements(BOTH), boundary in option::of(option::of(statements(BOTH))),
        control in option::of(vec(option::of(statements(BOTH)), 1..3)), owner in option::of(select(vec![ACCOUNT, "444455556666"])),
        (mut request, _) in requests(),
    ) {
        request.resource_account = owner.map(str::to_owned);
        let read = |statements: &Option<Vec<Value>>| statements.as_deref().map(document);
        let (identity, resource) = (read(&identity), document(&resource));
        let boundary = boundary.as_ref().map(read);
        let control: Option<Vec<Option<Policy>>> = control.as_ref().map(|levels| levels.iter().map(read).collect());
        let layers = Layers {
            identity: vec![Source { id: "policy", policy: identity.as_ref() }],
            resource: vec![Source::new("resource", &resource)],
            boundary: boundary.as_ref().map(|policy| Source { id: "policy", policy: policy.as_ref() }),
            service_control: control.as_ref().map(|levels| levels.iter().map(|level| vec![Source { id: "policy", policy: level.as_ref() }]).collect()),
            ..Layers::default()
        };
        let decision = authorize(&layers, &request);
        prop_assert_eq!(decision.verdict == Verdict::Conditional, !decision.depends_on().is_empty(), "{:?}", decision);
    }

    #[test]
    fn another_deny_never_widens(
        identity in statements(BOTH), resource in statements(BOTH), more in statement(&["Deny"]), on_resource: bool, (request, _) in requests(),
    ) {
        let request = without_choice(request);
        let (narrow_identity, narrow_resource) = {
            let (mut identity, mut resource) = (identity.clone(), resource.clone());
            if on_resource { resource.push(more) } else { identity.push(more) }
            (document(&identity), document(&resource))
        };
        let (identity, resource) = (document(&identity), document(&resource));
        let before = decide(&identity, &resource, None, &request);
        let after = decide(&narrow_identity, &narrow_resource, None, &request);
        prop_assert!(width(&after) <= width(&before));
    }

    #[test]
    fn another_allow_never_narrows(
        identity in statements(BOTH), resource in statements(BOTH), more in statement(&["Allow"]), on_resource: bool, (request, _) in requests(),
    ) {
        let request = without_choice(request);
        let (wide_identity, wide_resource) = {
            let (mut identity, mut resource) = (identity.clone(), resource.clone());
            if on_resource { resource.push(more) } else { identity.push(more) }
            (document(&identity), document(&resource))
        };
        let (identity, resource) = (document(&identity), document(&resource));
        let before = decide(&identity, &resource, None, &request);
        let after = decide(&wide_identity, &wide_resource, None, &request);
        prop_assert!(width(&after) >= width(&before));
    }

    #[test]
    fn a_boundary_never_widens(
        identity in statements(BOTH), resource in statements(BOTH), boundary in statements(BOTH), (request, _) in requests(),
    ) {
        let request = without_choice(request);
        let (identity, resource, boundary) = (document(&identity), document(&resource), document(&boundary));
        let before = decide(&identity, &resource, None, &request);
        let after = decide(&identity, &resource, Some(&boundary), &request);
        prop_assert!(width(&after) <= width(&before));
    }

    #[test]
    fn what_is_certain_holds_for_every_request_that_fits(
        identity in statements(BOTH), resource in statements(BOTH), boundary in option::of(statements(BOTH)), (open, mut concrete) in requests(),
    ) {
        let (identity, resource) = (document(&identity), document(&resource));
        let boundary = boundary.map(|statements| document(&statements));
        let symbolic = decide(&identity, &resource, boundary.as_ref(), &open);
        for choice in &symbolic.chosen {
            match &choice.value {
                Some(value) => concrete.context.set(&choice.key, KeyState::one(value)),
                None => concrete.context.set(&choice.key, KeyState::Absent),
            }
        }
        let real = decide(&identity, &resource, boundary.as_ref(), &concrete);
        match symbolic.verdict {
            Verdict::Allow | Verdict::Deny => prop_assert_eq!(symbolic.verdict, real.verdict),
            Verdict::Conditional => {}
        }
    }

    #[test]
    fn a_wider_allow_or_a_narrower_deny_never_lowers_the_answer(
        estate in estates(), narrow in statement(BOTH), how in wider(), layer in 0_usize..5, (request, _) in requests(),
    ) {
        let request = without_choice(request);
        let wide = widen(&narrow, &how);
        let [narrow_answer, wide_answer] = [&narrow, &wide].map(|statement| estate.with(layer, statement).decide(&request, width));
        let (before, after) = if narrow["Effect"] == "Allow" { (narrow_answer, wide_answer) } else { (wide_answer, narrow_answer) };
        prop_assert!(after >= before, "{narrow} to {wide}");
    }

    #[test]
    fn what_is_certain_of_all_layers_holds_for_every_request_that_fits(estate in estates(), (open, mut concrete) in requests()) {
        let (symbolic, chosen) = estate.decide(&open, |decision| (decision.verdict, decision.chosen.clone()));
        for choice in chosen {
            let state = choice.value.map_or(KeyState::Absent, KeyState::one);
            concrete.context.set(&choice.key, state);
        }
        let real = estate.decide(&concrete, |decision| decision.verdict);
        prop_assert!(symbolic == Verdict::Conditional || symbolic == real, "{symbolic} but {real}");
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = Policy::parse(&String::from_utf8_lossy(&bytes));
    }
}
