//! What the policies of an API and of a function decide about its routes.

use super::*;

fn policy_of_api(world: &mut AccountInventory, condition: Value) {
    open(world);
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/prod/*",
        "Condition": condition,
    }]});
    rest(world).settings.policy = Some(policy.to_string());
}

#[test]
fn policies_of_the_api_and_of_the_function_decide() {
    check(&[
        (
            "its resource policy lets everybody pass",
            |world| policy_of_api(world, json!({})),
            "exposure.open_api_routes.0.api_policy",
            Is(json!("everybody")),
        ),
        (
            "it limits them to addresses",
            |world| {
                policy_of_api(
                    world,
                    json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
                )
            },
            OPEN,
            nothing(),
        ),
        (
            "the addresses are told",
            |world| {
                policy_of_api(
                    world,
                    json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
                )
            },
            "exposure.api_routes.0.addresses",
            Is(json!(["203.0.113.0/24"])),
        ),
        (
            "the route is told as open to them",
            |world| {
                policy_of_api(
                    world,
                    json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
                )
            },
            "exposure.address_bound_api_routes.0.addresses",
            Is(json!(["203.0.113.0/24"])),
        ),
        (
            "a private API lets VPC endpoints of every account pass",
            |world| {
                policy_of_api(world, json!({}));
                rest(world).settings.endpoints = vec!["PRIVATE".to_owned()];
            },
            "exposure.open_api_routes.0.private",
            Is(json!(true)),
        ),
        (
            "a private API limits them to its own endpoint",
            |world| {
                policy_of_api(world, json!({"StringEquals": {"aws:SourceVpce": "vpce-1"}}));
                rest(world).settings.endpoints = vec!["PRIVATE".to_owned()];
            },
            OPEN,
            nothing(),
        ),
        (
            "it cannot be understood",
            |world| {
                open(world);
                rest(world).settings.policy = Some("{".to_owned());
            },
            OPEN,
            Missing("apigateway:GetRestApis"),
        ),
        (
            "the function lets in another stage only",
            |world| {
                open(world);
                admit(world, "test/*/*");
            },
            OPEN,
            nothing(),
        ),
        (
            "the function lets in another method only",
            |world| {
                open(world);
                admit(world, "*/POST/orders/*");
            },
            OPEN,
            nothing(),
        ),
        (
            "the function lets in the route by its parameters' names",
            |world| {
                open(world);
                admit(world, "*/*/orders/{id}");
            },
            PATH,
            Is(json!("/orders/{id}")),
        ),
        (
            "one of the methods that the route has",
            |world| {
                open(world);
                only_route(world).method = "ANY".to_owned();
                admit(world, "*/GET/orders/*");
            },
            PATH,
            Is(json!("/orders/{id}")),
        ),
        (
            "the function lets in every API",
            |world| {
                open(world);
                let policy = admitting("*", &arn("quiet"));
                world.regions[0].functions[0].policy = Observed::Known(Some(policy));
            },
            PATH,
            Is(json!("/orders/{id}")),
        ),
        (
            "an alias without a policy",
            |world| {
                open(world);
                only_route(world).function += ":live";
                world.regions[0].functions[0].aliases = Observed::Known(vec![alias("1")]);
            },
            OPEN,
            nothing(),
        ),
        (
            "a role needs no policy, and what it may do is not asked",
            |world| {
                open(world);
                admit(world, "test/*/*");
                only_route(world).role = Some("arn:aws:iam::111122223333:role/api".to_owned());
            },
            "exposure.open_api_routes.0.conditions",
            Is(json!([
                "arn:aws:iam::111122223333:role/api may invoke the function"
            ])),
        ),
    ]);
}
