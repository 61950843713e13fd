//! APIs that policies of functions let in: which are read, and what is kept of them.

use lamppost::inventory::{AccountInventory, Api, GapKind, Observed};
use lamppost::operation::{self, Plan};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::kind;
use super::script::{ACCOUNT, Answer, REGION, Script, error, ok, triggers, with_functions};

/// An account whose function `a` lets in what the source names.
pub(super) fn admitting(
    source: &str,
    gateway: impl Fn(&str) -> Option<Answer> + Send + Sync + 'static,
) -> Script {
    let source = format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{source}");
    let policy = triggers(&[&source]).replace("s3.amazonaws.com", "apigateway.amazonaws.com");
    let policy = json!({ "Policy": policy }).to_string();
    with_functions(&["a"], move |asked| {
        let asks_policy = asked.ends_with("/policy") || asked.contains("/policy?");
        match asked.strip_prefix("apigateway:GET /") {
            Some(path) => gateway(path),
            None => asks_policy.then(|| ok(policy.clone())),
        }
    })
}

fn function(rest: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{rest}")
}

fn path_of(function: &str) -> String {
    format!("arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations")
}

fn rest(account: &AccountInventory) -> &[Api] {
    account.services.apis[0].rest.known().unwrap()
}

fn http(account: &AccountInventory) -> &[Api] {
    account.services.apis[0].http.known().unwrap()
}

/// The routes of an API, one a line.
fn routes(api: &Api) -> String {
    let routes = api.routes.known().unwrap().iter();
    let lines = routes.map(|one| {
        let function = one.function.rsplit(":function:").next().unwrap();
        let key = if one.key_required { " key" } else { "" };
        let role = one.role.as_deref().unwrap_or_default();
        let line = format!(
            "{} {} {} {}{key} -> {function} {role}",
            one.id, one.method, one.path, one.authorization
        );
        line.trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test(start_paused = true)]
async fn nothing_is_read_that_no_policy_lets_in() {
    let script = with_functions(&["a"], |_| None);
    assert!(script.collect().await.services.apis.is_empty());
    assert_eq!(script.asked("apigateway:"), 0);

    let others = admitting("a1b2c3/*/*/*", |path| {
        path.starts_with("restapis?")
            .then(|| ok(r#"{"item":[{"id":"z9z9z9"}]}"#))
    });
    assert!(rest(&others.collect().await).is_empty());
    assert_eq!(others.asked("/resources"), 0);
    // for routes and for the question whether the API is there
    assert_eq!(others.asked("apigateway:"), 2);

    let script = admitting("a1b2c3/*/*/*", |_| None);
    let plan = Plan::new([
        &operation::lambda::GET_POLICY,
        &operation::apigateway::GET_REST_APIS,
    ]);
    let account = script
        .collect_with(&plan, &(), &CancellationToken::new())
        .await;
    assert!(account.services.apis.is_empty());
}

#[tokio::test(start_paused = true)]
async fn headers_that_the_policy_of_an_api_asks_for_are_not_kept() {
    let script = admitting("a1b2c3/*/*/*", |path| {
        let policy = json!({"Statement": {"Condition": {"StringLike": {"aws:Referer": "CANARY*", "aws:UserAgent": "*"}}}});
        // as AWS quotes it
        let quoted = serde_json::to_string(&policy.to_string()).unwrap();
        let policy = quoted.trim_matches('"');
        path.starts_with("restapis?")
            .then(|| ok(json!({"item": [{"id": "a1b2c3", "policy": policy}]}).to_string()))
    });
    let account = script.collect().await;
    assert_eq!(
        rest(&account)[0].settings.policy.as_deref(),
        Some(
            r#"{"Statement":{"Condition":{"StringLike":{"aws:Referer":"(redacted)*","aws:UserAgent":"*"}}}}"#
        )
    );
    assert!(!serde_json::to_string(&account).unwrap().contains("CANARY"));
}

#[tokio::test(start_paused = true)]
async fn apis_of_rest_are_read_to_their_last_page() {
    let script = admitting("a1b2c3/*/*/*", |path| {
        let method = |authorization: &str, uri: &str| json!({"authorizationType": authorization, "methodIntegration": {"uri": uri}});
        let live =
            path_of("arn:aws:lambda:eu-west-1:111122223333:function:a:${stageVariables.alias}");
        Some(match path {
            "restapis/a1b2c3/stages" => ok(json!({"item": [{
                "stageName": "prod", "deploymentId": "d",
                "variables": {"alias": "live", "password": "CANARY"},
                "canarySettings": {"stageVariableOverrides": {"alias": "next"}},
            }]}).to_string()),
            page if page.starts_with("restapis/a1b2c3/resources") && page.contains("position=t") => {
                ok(json!({"item": [{"id": "r3", "path": "/{proxy+}", "resourceMethods": {"ANY": method("CUSTOM", &live)}}]}).to_string())
            }
            page if page.starts_with("restapis/a1b2c3/resources") => {
                assert!(page.contains("embed=methods"), "{page}");
                let mut keyed = method("NONE", &path_of(&function("a")));
                keyed["apiKeyRequired"] = true.into();
                let mut by_role = method("AWS_IAM", &path_of(&function("b")));
                by_role["methodIntegration"]["credentials"] = "arn:aws:iam::111122223333:role/api".into();
                ok(json!({"position": "t", "item": [
                    {"id": "r1", "path": "/"},
                    {"id": "r2", "path": "/x", "resourceMethods": {
                        "GET": keyed,
                        "POST": by_role,
                        "PUT": method("NONE", "arn:aws:apigateway:eu-west-1:sqs:path/111122223333/jobs"),
                        "OPTIONS": {"authorizationType": "NONE", "methodIntegration": {"type": "MOCK"}},
                        "HEAD": {"authorizationType": "NONE"},
                    }},
                ]}).to_string())
            }
            page if page.starts_with("restapis/a1b2c3/deployments/d?") => {
                assert!(page.contains("embed=apisummary"), "{page}");
                let method = |authorization: &str, key: bool| json!({"authorizationType": authorization, "apiKeyRequired": key});
                ok(json!({"id": "d", "apiSummary": {
                    "/x": {"GET": method("CUSTOM", false), "PUT": method("NONE", false)},
                    "/gone": {"ANY": method("NONE", true)},
                }}).to_string())
            }
            "restapis?limit=500" => ok(json!({"item": [{
                "id": "a1b2c3", "name": "shop", "disableExecuteApiEndpoint": true,
                "endpointConfiguration": {"types": ["PRIVATE"]},
                "policy": r#"{\"Version\":\"2012-10-17\",\"Statement\":[]}"#,
            }]}).to_string()),
            _ => return None,
        })
    });
    let account = script.collect().await;
    let api = &rest(&account)[0];
    insta::assert_snapshot!(routes(api), @r"
    r2 GET /x NONE key -> a
    r2 POST /x AWS_IAM -> b arn:aws:iam::111122223333:role/api
    r3 ANY /{proxy+} CUSTOM -> a:${stageVariables.alias}
    ");
    assert_eq!(api.settings.kind, "REST");
    assert_eq!(api.settings.endpoints, ["PRIVATE"]);
    assert!(api.settings.default_endpoint_disabled);
    assert_eq!(
        api.settings.policy.as_deref(),
        Some(r#"{"Version":"2012-10-17","Statement":[]}"#)
    );
    let stages = api.stages.known().unwrap();
    assert_eq!(stages[0].variables["alias"], ["live", "next"]);
    // of the deployment that is kept which calls a function, or may
    let deployed = stages[0].methods.known().unwrap().as_ref().unwrap();
    let deployed: Vec<String> = deployed
        .iter()
        .map(|(key, one)| format!("{key} {} {}", one.authorization, one.key_required))
        .collect();
    assert_eq!(deployed, ["ANY /gone NONE true", "GET /x CUSTOM false"]);
    // what chooses no function is not kept
    assert_eq!(stages[0].variables.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn apis_of_http_and_websocket_are_read_to_their_last_page() {
    let script = admitting("*/*", |path| {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let further = query.contains("nextToken=t");
        let page = |first: serde_json::Value, last: serde_json::Value| {
            ok(match further {
                false => json!({"items": [first], "nextToken": "t"}),
                true => json!({"items": [last]}),
            }
            .to_string())
        };
        Some(match path {
            "v2/apis" => page(
                json!({"apiId": "h1", "protocolType": "HTTP", "name": "shop"}),
                json!({"apiId": "w1", "protocolType": "WEBSOCKET", "disableExecuteApiEndpoint": true}),
            ),
            "v2/apis/h1/routes" => page(
                json!({"routeId": "r1", "routeKey": "$default", "authorizationType": "NONE", "target": "integrations/i1"}),
                json!({"routeId": "r2", "routeKey": "GET /x", "authorizationType": "JWT", "target": "integrations/i2"}),
            ),
            "v2/apis/h1/integrations" => page(
                json!({"integrationId": "i1", "integrationType": "AWS_PROXY", "integrationUri": function("a:live")}),
                json!({"integrationId": "i2", "integrationType": "HTTP_PROXY", "integrationUri": path_of(&function("b")), "credentialsArn": "arn:aws:iam::111122223333:role/api"}),
            ),
            "v2/apis/w1/routes" => page(
                json!({"routeId": "r1", "routeKey": "$connect", "authorizationType": "CUSTOM"}),
                json!({"routeId": "r2", "routeKey": "send", "authorizationType": "NONE", "target": "integrations/i1"}),
            ),
            "v2/apis/w1/integrations" => page(
                json!({"integrationId": "i1", "integrationType": "AWS_PROXY", "integrationUri": path_of(&function("a"))}),
                json!({"integrationId": "i2", "integrationType": "HTTP_PROXY", "integrationUri": "https://backend.example.com/"}),
            ),
            "v2/apis/h1/stages" | "v2/apis/w1/stages" => page(
                json!({"stageName": "$default", "autoDeploy": true}),
                json!({"stageName": "empty"}),
            ),
            _ => return None,
        })
    });
    let account = script.collect().await;
    let apis = http(&account);
    let kinds: Vec<&str> = apis.iter().map(|api| api.settings.kind.as_str()).collect();
    assert_eq!(kinds, ["HTTP", "WEBSOCKET"]);
    insta::assert_snapshot!(routes(&apis[0]), @r"
    r1 ANY $default NONE -> a:live
    r2 GET /x JWT -> b arn:aws:iam::111122223333:role/api
    ");
    insta::assert_snapshot!(routes(&apis[1]), @r"
    r1  $connect CUSTOM ->
    r2  send NONE -> a
    ");
    let deployed = |api: &Api| -> Vec<bool> {
        let stages = api.stages.known().unwrap().iter();
        stages.map(|stage| stage.deployed).collect()
    };
    assert_eq!(deployed(&apis[0]), [true, false]);
}

#[tokio::test(start_paused = true)]
async fn every_failure_is_a_gap_of_its_own() {
    type Look = fn(&AccountInventory) -> Option<GapKind>;
    let look: [(&str, Look); 6] = [
        ("restapis", |account| kind(&account.services.apis[0].rest)),
        ("v2/apis", |account| kind(&account.services.apis[0].http)),
        ("restapis/a1/resources", |account| {
            kind(&rest(account)[0].routes)
        }),
        ("restapis/a1/stages", |account| {
            kind(&rest(account)[0].stages)
        }),
        ("v2/apis/a1/integrations", |account| {
            kind(&http(account)[0].routes)
        }),
        ("restapis/a1/deployments/d", |account| {
            let stages = rest(account)[0].stages.known().unwrap();
            kind(&stages[0].methods)
        }),
    ];
    for (denied, look) in look {
        let script = admitting("a1/*/*/*", move |path| {
            let path = path.split('?').next()?;
            Some(match path {
                _ if path == denied => error(403, "AccessDeniedException", "no"),
                "restapis" => ok(r#"{"item":[{"id":"a1"}]}"#),
                "restapis/a1/stages" => ok(r#"{"item":[{"stageName":"prod","deploymentId":"d"}]}"#),
                "restapis/a1/deployments/d" => ok(r#"{"apiSummary":{}}"#),
                "v2/apis" => ok(r#"{"items":[{"apiId":"a1","protocolType":"HTTP"}]}"#),
                _ => return None,
            })
        });
        let account = script.collect().await;
        assert_eq!(look(&account), Some(GapKind::AccessDenied), "{denied}");
        let json = serde_json::to_string(&account.services.apis).unwrap();
        assert_eq!(json.matches("access-denied").count(), 1, "{denied}: {json}");
    }
    // a page that is offered again and again
    let script = admitting("a1/*", |path| {
        Some(match path.split('?').next()? {
            "v2/apis" => ok(r#"{"items":[{"apiId":"a1","protocolType":"HTTP"}]}"#),
            "v2/apis/a1/routes" => ok(r#"{"items":[],"nextToken":"t"}"#),
            _ => return None,
        })
    });
    let account = script.collect().await;
    assert!(matches!(http(&account)[0].stages, Observed::Known(_)));
    assert_eq!(kind(&http(&account)[0].routes), Some(GapKind::Malformed));
}
