//! Routes of APIs that reach a function.

mod domains;
mod policies;
mod unread;

use lamppost::inventory::{Api, ApiMethod, ApiRoute, ApiSettings, ApiStage, GapKind, RegionApis};

use super::*;

const API: &str = "a1b2c3";

/// Lets API Gateway in for some requests of the API, by the policy of a qualifier.
fn admit(world: &mut AccountInventory, tail: &str) {
    let policy = admitting(&format!("{API}/{tail}"), &arn("quiet"));
    world.regions[0].functions[0].policy = Observed::Known(Some(policy));
}

fn admitting(tail: &str, function: &str) -> String {
    let source = format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{tail}");
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "api", "Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "lambda:InvokeFunction", "Resource": function,
        "Condition": {"ArnLike": {"aws:SourceArn": source}},
    }]})
    .to_string()
}

fn route(method: &str, path: &str, authorization: &str) -> ApiRoute {
    ApiRoute {
        id: "r1".to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        authorization: authorization.to_owned(),
        key_required: false,
        function: arn("quiet"),
        role: None,
    }
}

fn stage(name: &str, variables: &[(&str, &str)]) -> ApiStage {
    let variables = variables.iter().map(|(name, value)| {
        let values = vec![(*value).to_owned()];
        ((*name).to_owned(), values)
    });
    ApiStage {
        name: name.to_owned(),
        deployed: true,
        methods: Observed::Known(None),
        variables: variables.collect(),
    }
}

/// The account has an API with these routes, in the stage `prod`.
fn api(world: &mut AccountInventory, kind: &str, routes: Vec<ApiRoute>) {
    let rest = kind == "REST";
    let api = Api {
        settings: ApiSettings {
            id: API.to_owned(),
            name: "shop".to_owned(),
            kind: kind.to_owned(),
            endpoints: if rest {
                vec!["REGIONAL".to_owned()]
            } else {
                Vec::new()
            },
            default_endpoint_disabled: false,
            policy: None,
        },
        stages: Observed::Known(vec![stage("prod", &[])]),
        routes: Observed::Known(routes),
    };
    let (rest, http) = if rest {
        (vec![api], Vec::new())
    } else {
        (Vec::new(), vec![api])
    };
    world.services.apis = vec![RegionApis {
        region: REGION.to_owned(),
        rest: Observed::Known(rest),
        http: Observed::Known(http),
        domains: None,
    }];
}

/// An API of REST with one route that is open, for a test to close.
fn open(world: &mut AccountInventory) {
    admit(world, "*/*/*");
    api(world, "REST", vec![route("GET", "/orders/{id}", "NONE")]);
}

fn rest(world: &mut AccountInventory) -> &mut Api {
    match &mut world.services.apis[0].rest {
        Observed::Known(apis) => &mut apis[0],
        Observed::Missing(_) => panic!("the API was put there"),
    }
}

fn only_route(world: &mut AccountInventory) -> &mut ApiRoute {
    match &mut rest(world).routes {
        Observed::Known(routes) => &mut routes[0],
        Observed::Missing(_) => panic!("the route was put there"),
    }
}

const ALL: &str = "exposure.api_routes";
const OPEN: &str = "exposure.open_api_routes";
const PATH: &str = "exposure.open_api_routes.0.path";

fn nothing() -> Expected {
    Is(json!([]))
}

#[test]
fn a_route_is_open_where_nothing_closes_it() {
    check(&[
        ("no API is let in", |_| {}, ALL, nothing()),
        (
            "everything about it",
            open,
            "exposure.open_api_routes.0",
            Is(json!({
                "qualifier": "$LATEST", "api": API, "api_name": "shop", "kind": "REST", "region": REGION,
                "stage": "prod", "method": "GET", "path": "/orders/{id}", "authorization": "NONE",
                "asks_at": "r1", "key_required": false, "private": false, "default_endpoint": true, "domains": [],
                "api_policy": "none", "addresses": [], "statements": ["api"], "role": "",
                "certain": true, "conditions": [],
            })),
        ),
        (
            "signed requests",
            |world| {
                open(world);
                only_route(world).authorization = "AWS_IAM".to_owned();
            },
            OPEN,
            nothing(),
        ),
        (
            "a type that nobody knows yet",
            |world| {
                open(world);
                only_route(world).authorization = "PASSKEY".to_owned();
            },
            OPEN,
            Missing("apigateway:GetDeployment"),
        ),
        (
            "AWS did not say the type",
            |world| {
                open(world);
                only_route(world).authorization = String::new();
            },
            OPEN,
            Missing("apigateway:GetDeployment"),
        ),
        (
            "a key",
            |world| {
                open(world);
                only_route(world).key_required = true;
            },
            OPEN,
            nothing(),
        ),
        (
            "a key is told",
            |world| {
                open(world);
                only_route(world).key_required = true;
            },
            "exposure.api_routes.0.key_required",
            Is(json!(true)),
        ),
        (
            "what browsers ask first",
            |world| {
                open(world);
                only_route(world).method = "OPTIONS".to_owned();
            },
            OPEN,
            nothing(),
        ),
        (
            "inside VPCs",
            |world| {
                open(world);
                rest(world).settings.endpoints = vec!["PRIVATE".to_owned()];
            },
            OPEN,
            nothing(),
        ),
        (
            "an endpoint that nobody knows yet",
            |world| {
                open(world);
                rest(world).settings.endpoints = vec!["ORBITAL".to_owned()];
            },
            OPEN,
            Missing("apigateway:GetRestApis"),
        ),
        (
            "custom domain names only, which were not read",
            |world| {
                open(world);
                rest(world).settings.default_endpoint_disabled = true;
            },
            OPEN,
            Missing("apigateway:GetDomainNames"),
        ),
        (
            "nothing is deployed",
            |world| {
                open(world);
                let mut stage = stage("prod", &[]);
                stage.deployed = false;
                rest(world).stages = Observed::Known(vec![stage]);
            },
            ALL,
            nothing(),
        ),
        (
            "another function",
            |world| {
                open(world);
                only_route(world).function = arn("quieter");
            },
            ALL,
            nothing(),
        ),
    ]);
}

/// What the deployment of `prod` holds.
fn deployed(world: &mut AccountInventory, methods: &[(&str, &str)]) {
    open(world);
    let methods = methods.iter().map(|(key, authorization)| {
        let method = ApiMethod {
            authorization: (*authorization).to_owned(),
            key_required: false,
        };
        ((*key).to_owned(), method)
    });
    let mut stage = stage("prod", &[]);
    stage.methods = Observed::Known(Some(methods.collect()));
    rest(world).stages = Observed::Known(vec![stage]);
}

#[test]
fn what_is_deployed_counts() {
    check(&[
        (
            "as it is defined",
            |world| deployed(world, &[("GET /orders/{id}", "NONE")]),
            PATH,
            Is(json!("/orders/{id}")),
        ),
        (
            "an authorizer that is not deployed yet",
            |world| {
                deployed(world, &[("GET /orders/{id}", "NONE")]);
                only_route(world).authorization = "AWS_IAM".to_owned();
            },
            "exposure.open_api_routes.0.authorization",
            Is(json!("NONE")),
        ),
        (
            "an authorizer that is still deployed",
            |world| deployed(world, &[("GET /orders/{id}", "CUSTOM")]),
            OPEN,
            nothing(),
        ),
        (
            "a route that is not deployed",
            |world| deployed(world, &[]),
            ALL,
            nothing(),
        ),
        (
            "a method that the API no longer has",
            |world| deployed(world, &[("GET /forgotten", "NONE")]),
            OPEN,
            Missing("apigateway:GetDeployment"),
        ),
        (
            "a deployment that was not read",
            |world| {
                open(world);
                let mut stage = stage("prod", &[]);
                stage.methods = Observed::Missing(denied("apigateway:GetDeployment"));
                rest(world).stages = Observed::Known(vec![stage]);
            },
            OPEN,
            Missing("apigateway:GetDeployment"),
        ),
    ]);
}

#[test]
fn stages_choose_functions_by_variables() {
    let mut world = quiet();
    open(&mut world);
    only_route(&mut world).function =
        format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:${{stageVariables.name}}");
    rest(&mut world).stages = Observed::Known(vec![
        stage("prod", &[("name", "quiet")]),
        stage("test", &[("name", "quieter")]),
    ]);
    let facts = first_document(&world, Scope::Function).facts;
    let stages = |list: &str| -> Vec<Value> {
        let routes = facts["exposure"][list].as_array().unwrap();
        routes.iter().map(|one| one["stage"].clone()).collect()
    };
    assert_eq!(stages("api_routes"), ["prod"]);
    assert_eq!(stages("open_api_routes"), ["prod"]);

    rest(&mut world).stages = Observed::Known(vec![stage("test", &[("other", "quiet")])]);
    let document = first_document(&world, Scope::Function);
    let gaps = document.gaps_behind([ALL]);
    assert_eq!(gaps[0].operation, "apigateway:GetStages");
    assert_eq!(gaps[0].kind, GapKind::Unrecognised);
}

#[test]
fn other_kinds_of_apis() {
    check(&[
        (
            "every request of an HTTP API",
            |world| {
                admit(world, "*/$default");
                api(world, "HTTP", vec![route("ANY", "$default", "NONE")]);
            },
            PATH,
            Is(json!("$default")),
        ),
        (
            "tokens",
            |world| {
                admit(world, "*/*/*");
                api(world, "HTTP", vec![route("GET", "/", "JWT")]);
            },
            OPEN,
            nothing(),
        ),
        (
            "a WebSocket asks when somebody connects",
            |world| {
                admit(world, "*");
                let connect = route("", "$connect", "AWS_IAM");
                api(world, "WEBSOCKET", vec![connect, route("", "send", "NONE")]);
            },
            OPEN,
            nothing(),
        ),
        (
            "a WebSocket to which anybody may connect",
            |world| {
                admit(world, "*/send");
                let mut connect = route("", "$connect", "NONE");
                connect.id = "c1".to_owned();
                connect.function = String::new();
                api(world, "WEBSOCKET", vec![connect, route("", "send", "NONE")]);
            },
            "exposure.open_api_routes.0.asks_at",
            Is(json!("c1")),
        ),
        (
            "a WebSocket that has nothing for connecting",
            |world| {
                admit(world, "*/send");
                api(world, "WEBSOCKET", vec![route("", "send", "NONE")]);
            },
            PATH,
            Is(json!("send")),
        ),
        (
            "a protocol that nobody knows yet",
            |world| {
                admit(world, "*");
                api(world, "GRPC", vec![route("POST", "/x", "NONE")]);
            },
            OPEN,
            Missing("apigatewayv2:GetApis"),
        ),
    ]);
}
