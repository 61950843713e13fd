//! What was not read is not closed.

use super::*;

#[test]
fn what_was_not_read_is_not_closed() {
    check(&[
        (
            "the function's policy",
            |world| {
                open(world);
                let policy = Observed::Missing(denied("lambda:GetPolicy"));
                world.regions[0].functions[0].policy = policy;
            },
            ALL,
            Missing("lambda:GetPolicy"),
        ),
        (
            "the list of APIs",
            |world| {
                open(world);
                world.services.apis[0].rest = Observed::Missing(denied("apigateway:GetRestApis"));
            },
            OPEN,
            Missing("apigateway:GetRestApis"),
        ),
        (
            "the other list of APIs",
            |world| {
                open(world);
                only_route(world).authorization = "AWS_IAM".to_owned();
                world.services.apis[0].http = Observed::Missing(denied("apigatewayv2:GetApis"));
            },
            OPEN,
            Missing("apigatewayv2:GetApis"),
        ),
        (
            "one that was found decides, whatever else was not read",
            |world| {
                open(world);
                world.services.apis[0].http = Observed::Missing(denied("apigatewayv2:GetApis"));
            },
            PATH,
            Is(json!("/orders/{id}")),
        ),
        (
            "routes",
            |world| {
                open(world);
                rest(world).routes = Observed::Missing(denied("apigateway:GetResources"));
            },
            OPEN,
            Missing("apigateway:GetResources"),
        ),
        (
            "stages",
            |world| {
                open(world);
                rest(world).stages = Observed::Missing(denied("apigateway:GetStages"));
            },
            OPEN,
            Missing("apigateway:GetStages"),
        ),
        (
            "the region",
            |world| {
                open(world);
                world.services.apis.clear();
            },
            OPEN,
            Missing("apigateway:GetResources"),
        ),
        (
            "an API that is gone has no routes",
            |world| {
                open(world);
                world.services.apis[0].rest = Observed::Known(Vec::new());
            },
            OPEN,
            nothing(),
        ),
    ]);
}
