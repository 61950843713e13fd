//! Ways in by what stands in front of a function: APIs and load balancers.

use lamppost::inventory::{Api, ApiRoute, ApiSettings, ApiStage, RegionApis};

use super::*;

/// Lets an HTTP API in, whose routes have these keys and types of authorization.
fn put_api(inventory: &mut AccountInventory, routes: &[(&str, &str, &str)]) {
    let region = &mut inventory.regions[0];
    let function = &mut region.functions[0];
    let api = format!("arn:aws:execute-api:{}:{ACCOUNT}:a1b2c3/*", region.region);
    let letting = statement(
        "Api",
        &json!({"Service": "apigateway.amazonaws.com"}),
        "lambda:InvokeFunction",
        &json!({"ArnLike": {"aws:SourceArn": api}}),
        &function.arn,
    );
    function.policy = policy(&[letting]);
    let routes = routes.iter().map(|(method, path, authorization)| ApiRoute {
        id: "r".to_owned(),
        method: (*method).to_owned(),
        path: (*path).to_owned(),
        authorization: (*authorization).to_owned(),
        key_required: false,
        function: function.arn.clone(),
        role: None,
    });
    let stage = ApiStage {
        name: "$default".to_owned(),
        deployed: true,
        methods: Observed::Known(None),
        variables: std::collections::BTreeMap::new(),
    };
    let api = Api {
        settings: ApiSettings {
            id: "a1b2c3".to_owned(),
            name: "shop".to_owned(),
            kind: "HTTP".to_owned(),
            ..ApiSettings::default()
        },
        stages: Observed::Known(vec![stage]),
        routes: Observed::Known(routes.collect()),
    };
    inventory.services.apis = vec![RegionApis {
        region: region.region.to_string(),
        rest: Observed::Known(Vec::new()),
        http: Observed::Known(vec![api]),
        domains: None,
    }];
}

#[test]
fn from_the_internet_by_routes_of_an_api_to_an_administrator() {
    let mut inventory = account(vec![admin_role("admin", LAMBDA)]);
    put_api(
        &mut inventory,
        &[
            ("GET", "/orders", "NONE"),
            ("PUT", "/orders", "JWT"),
            ("POST", "/orders", "NONE"),
        ],
    );
    let paths = paths(&inventory);
    insta::assert_snapshot!(told(&paths.public_to_admin), @r"
    Anybody on the internet may call it by GET /orders and POST /orders of the HTTP API a1b2c3 (shop), stage $default; its code runs with the role admin, which can do everything.
      the internet calls routes that ask for nothing → quiet: HTTP API a1b2c3 (shop), stage $default, GET /orders: authorization type NONE; HTTP API a1b2c3 (shop), stage $default, POST /orders: authorization type NONE; resource-based policy of quiet, statement Api
      quiet runs with its execution role → admin: arn:aws:iam::111122223333:role/admin
      admin can do everything → admin: p0, statement #1
    ");
    assert_eq!(paths.public_entries, Fact::Known(1));
    let Fact::Known(found) = &paths.public_to_admin else {
        panic!("the path is known")
    };
    assert_eq!(found[0].through, "api-route");
    assert_eq!(found[0].api_routes.len(), 2);
    assert_eq!(
        found[0].principal,
        "arn:aws:execute-api:eu-central-1:111122223333:a1b2c3/$default"
    );
}

#[test]
fn many_routes_are_one_way_in() {
    for (routes, expected) in [
        (1, "GET /0 of"),
        (2, "GET /0 and GET /1 of"),
        (3, "GET /0, GET /1 and GET /2 of"),
        (4, "GET /0, GET /1, GET /2 and 1 more route of"),
        (12, "GET /0, GET /1, GET /2 and 9 more routes of"),
    ] {
        let paths_of: Vec<String> = (0..routes).map(|number| format!("/{number}")).collect();
        let routes: Vec<(&str, &str, &str)> = paths_of
            .iter()
            .map(|path| ("GET", path.as_str(), "NONE"))
            .collect();
        let mut inventory = account(vec![admin_role("admin", LAMBDA)]);
        put_api(&mut inventory, &routes);
        let paths = paths(&inventory);
        assert_eq!(paths.public_entries, Fact::Known(1));
        let Fact::Known(found) = &paths.public_to_admin else {
            panic!("the path is known")
        };
        let expected = format!("Anybody on the internet may call it by {expected} the HTTP API");
        assert!(
            found[0].summary.starts_with(&expected),
            "{}",
            found[0].summary
        );
        assert_eq!(found[0].api_routes.len(), routes.len().min(10));
    }
}

#[test]
fn apis_that_were_not_read_matter_only_where_one_is_let_in() {
    let unread = |inventory: &mut AccountInventory| {
        inventory.services.apis = vec![RegionApis {
            region: inventory.regions[0].region.to_string(),
            rest: Observed::Known(Vec::new()),
            http: Observed::Missing(denied("apigatewayv2:GetApis")),
            domains: None,
        }];
    };
    let one = |principals, prepare: &dyn Fn(&mut AccountInventory)| {
        let mut inventory = account(principals);
        prepare(&mut inventory);
        told(&paths(&inventory).public_to_admin)
    };
    let admin = || vec![admin_role("admin", LAMBDA)];
    let unknown = "unknown: apigatewayv2:GetApis";
    assert_eq!(one(admin(), &unread), "none");
    let let_in = |inventory: &mut AccountInventory| {
        put_api(inventory, &[("GET", "/", "NONE")]);
        unread(inventory);
    };
    assert_eq!(one(admin(), &let_in), unknown);
    assert_eq!(one(vec![role("r", LAMBDA, &[])], &let_in), "none");
    // a way in that is known counts all the same
    let open_too = |inventory: &mut AccountInventory| {
        let_in(inventory);
        let Observed::Known(Some(api)) = inventory.regions[0].functions[0].policy.clone() else {
            panic!("the policy was put there")
        };
        open_url(inventory);
        let Observed::Known(Some(url)) = &inventory.regions[0].functions[0].policy else {
            panic!("the policy was put there")
        };
        let (mut both, url): (Value, Value) = (
            serde_json::from_str(&api).unwrap(),
            serde_json::from_str(url).unwrap(),
        );
        let statements = both["Statement"].as_array_mut().unwrap();
        statements.extend(url["Statement"].as_array().unwrap().iter().cloned());
        inventory.regions[0].functions[0].policy = Observed::Known(Some(both.to_string()));
    };
    assert!(
        one(admin(), &open_too).starts_with("Anybody on the internet may call the function URL")
    );
    let closed = |inventory: &mut AccountInventory| put_api(inventory, &[("GET", "/", "JWT")]);
    assert_eq!(one(admin(), &closed), "none");
}

/// Lets a load balancer in, whose last rule forwards and asks for nothing; the earlier one has people sign in.
fn put_balancer(inventory: &mut AccountInventory) {
    let region = &mut inventory.regions[0];
    let function = &mut region.functions[0];
    let arn = |resource: &str| {
        let region = &region.region;
        format!("arn:aws:elasticloadbalancing:{region}:{ACCOUNT}:{resource}")
    };
    let group = arn("targetgroup/web/1");
    let letting = statement(
        "Alb",
        &json!({"Service": "elasticloadbalancing.amazonaws.com"}),
        "lambda:InvokeFunction",
        &json!({"ArnLike": {"aws:SourceArn": group}}),
        &function.arn,
    );
    function.policy = policy(&[letting]);
    let rule = |priority: &str, kinds: &[&str], path: Option<&str>| {
        let action =
            |kind: &&str| json!({"kind": kind, "unauthenticated": "", "target_groups": [group]});
        let condition = path.map(|path| {
            json!({"field": "path-pattern", "names": [], "values": [path], "expressions": [], "anything": false})
        });
        json!({
            "arn": arn(&format!("listener-rule/app/web/{priority}")), "priority": priority,
            "conditions": condition.into_iter().collect::<Vec<_>>(),
            "actions": kinds.iter().map(action).collect::<Vec<_>>(),
        })
    };
    let rules = [
        rule("1", &["authenticate-oidc", "forward"], Some("/admin/*")),
        rule("2", &["forward"], Some("/shop/*")),
        rule("default", &["forward"], None),
    ];
    let balancers = json!({
        "region": region.region,
        "target_groups": {"known": [
            {"arn": group, "load_balancers": [arn("loadbalancer/app/web")], "functions": {"known": [function.arn]}},
        ]},
        "load_balancers": {"known": [{
            "arn": arn("loadbalancer/app/web"), "name": "web", "scheme": "internet-facing", "state": "active",
            "address_type": "ipv4", "security_groups": ["sg-1"], "listeners": {"known": [{
                "arn": arn("listener/app/web/443"), "protocol": "HTTPS", "port": 443,
                "client_certificates": "off", "rules": {"known": rules},
            }]},
        }]},
        "security_groups": {"known": [{
            "id": "sg-1", "name": "web", "vpc_id": "vpc-1", "egress": [],
            "ingress": [{"protocol": "tcp", "from_port": 443, "to_port": 443, "others": [],
                "ranges": [{"text": "0.0.0.0/0", "range": "0.0.0.0/0"}]}],
        }]},
        "prefix_lists": [],
    });
    inventory.services.balancers = vec![serde_json::from_value(balancers).unwrap()];
}

#[test]
fn from_the_internet_by_a_load_balancer_to_an_administrator() {
    let mut inventory = account(vec![admin_role("admin", LAMBDA)]);
    put_balancer(&mut inventory);
    let found = paths(&inventory);
    insta::assert_snapshot!(told(&found.public_to_admin), @r"
    Anybody on the internet may call it by rule 2 (path /shop/*) and the default rule of the load balancer web, port 443; its code runs with the role admin, which can do everything.
      the internet calls a load balancer that asks for nothing → quiet: load balancer web, port 443, rule 2 (path /shop/*): authentication none; load balancer web, port 443, the default rule: authentication none; resource-based policy of quiet, statement Alb
      quiet runs with its execution role → admin: arn:aws:iam::111122223333:role/admin
      admin can do everything → admin: p0, statement #1
    ");
    assert_eq!(found.public_entries, Fact::Known(1));
    let Fact::Known(found) = &found.public_to_admin else {
        panic!("the path is known")
    };
    assert_eq!(found[0].through, "load-balancer-rule");
    assert_eq!(found[0].load_balancer_rules.len(), 2);
    assert!(found[0].api_routes.is_empty());
}

#[test]
fn load_balancers_that_were_not_read_matter_only_where_one_is_let_in() {
    let mut inventory = account(vec![admin_role("admin", LAMBDA)]);
    assert_eq!(told(&paths(&inventory).public_to_admin), "none");
    put_balancer(&mut inventory);
    inventory.services.balancers[0].load_balancers =
        Observed::Missing(denied("elasticloadbalancing:DescribeLoadBalancers"));
    let unknown = "unknown: elasticloadbalancing:DescribeLoadBalancers";
    assert_eq!(told(&paths(&inventory).public_to_admin), unknown);
}
