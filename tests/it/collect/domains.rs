//! Custom domain names of APIs: when they are read, and where they lead.

use lamppost::inventory::{ApiDomain, GapKind, Observed};
use serde_json::{Value, json};

use super::apis::admitting;
use super::kind;
use super::script::{Answer, Script, error, ok};

/// An account with an API of REST of the id `a1`, and these names.
fn account(
    disabled: bool,
    names: Value,
    gateway: impl Fn(&str) -> Option<Answer> + Send + Sync + 'static,
) -> Script {
    admitting("a1/*", move |asked| {
        let path = asked.split('?').next()?;
        if let Some(answer) = gateway(asked) {
            return Some(answer);
        }
        Some(match path {
            "restapis" => {
                let api = json!({"id": "a1", "disableExecuteApiEndpoint": disabled});
                ok(json!({ "item": [api] }).to_string())
            }
            "v2/apis" => ok(r#"{"items":[]}"#),
            "domainnames" => {
                assert!(asked.contains("resourceOwner=SELF"), "{asked}");
                ok(json!({ "item": names }).to_string())
            }
            _ => return None,
        })
    })
}

fn named(kind: &str, mode: &str) -> Value {
    json!({"domainName": "shop.example.com", "endpointConfiguration": {"types": [kind]}, "routingMode": mode})
}

/// Where the name leads by each way of choosing an API.
fn leading(path: &str) -> Option<Answer> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let further = ["position=t", "nextToken=t"]
        .iter()
        .any(|token| query.contains(token));
    Some(ok(match path.strip_prefix("domainnames/shop.example.com/") {
        Some("basepathmappings") if further => json!({"item": [{"restApiId": "a1", "stage": "(none)"}, {"restApiId": "z9", "stage": "v1"}]}),
        Some("basepathmappings") => json!({"item": [{"restApiId": "a1", "stage": "path"}], "position": "t"}),
        _ => match path.strip_prefix("v2/domainnames/shop.example.com/")? {
            "apimappings" if further => json!({"items": [{"apiId": "a1", "stage": "more"}, {"apiId": "z9", "stage": "v2"}]}),
            "apimappings" => json!({"items": [{"apiId": "a1", "stage": "mapped"}], "nextToken": "t"}),
            "routingrules" if further => json!({"routingRules": [{"actions": [{"invokeApi": {"apiId": "z9", "stage": "x"}}]}]}),
            "routingrules" => json!({"routingRules": [{"actions": [{"invokeApi": {"apiId": "a1", "stage": "ruled"}}]}], "nextToken": "t"}),
            _ => return None,
        },
    }
    .to_string()))
}

async fn domains(script: &Script) -> Option<Observed<Vec<ApiDomain>>> {
    script.collect().await.services.apis.remove(0).domains
}

/// The stages that the only name leads to, or why that is not known.
async fn stages(script: &Script) -> String {
    let Some(Observed::Known(domains)) = domains(script).await else {
        panic!("the names were read")
    };
    match &domains[0].targets {
        Observed::Known(targets) => {
            let stages = targets.iter().map(|target| {
                assert_eq!(target.api, "a1");
                format!("[{}]", target.stage)
            });
            stages.collect()
        }
        Observed::Missing(gap) => format!("{:?} {}", gap.kind, gap.operation),
    }
}

#[tokio::test(start_paused = true)]
async fn names_are_read_only_where_an_api_answers_nowhere_else() {
    let names = || json!([named("REGIONAL", "ROUTING_RULE_ONLY")]);
    let open = account(false, names(), leading);
    assert_eq!(domains(&open).await, None);
    assert_eq!(open.asked("domainnames"), 0);
    let disabled = account(true, names(), leading);
    assert!(domains(&disabled).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_name_leads_where_its_mode_says() {
    for (kind, mode, expected) in [
        ("EDGE", "BASE_PATH_MAPPING_ONLY", "[path][]"),
        ("REGIONAL", "BASE_PATH_MAPPING_ONLY", "[mapped][more]"),
        ("REGIONAL", "API_MAPPING_ONLY", "[mapped][more]"),
        ("REGIONAL", "ROUTING_RULE_ONLY", "[ruled]"),
        (
            "EDGE",
            "ROUTING_RULE_THEN_BASE_PATH_MAPPING",
            "[ruled][path][]",
        ),
        (
            "REGIONAL",
            "ROUTING_RULE_THEN_API_MAPPING",
            "[ruled][mapped][more]",
        ),
        (
            "REGIONAL",
            "BY_THE_MOON",
            "Unrecognised apigateway:GetDomainNames",
        ),
        (
            "ORBITAL",
            "API_MAPPING_ONLY",
            "Unrecognised apigateway:GetDomainNames",
        ),
    ] {
        let script = account(true, json!([named(kind, mode)]), leading);
        assert_eq!(stages(&script).await, expected, "{kind} {mode}");
    }
}

#[tokio::test(start_paused = true)]
async fn private_names_are_left_out_and_certificates_are_told() {
    let mut asking = named("REGIONAL", "API_MAPPING_ONLY");
    asking["mutualTlsAuthentication"] = json!({"truststoreUri": "s3://trust/clients.pem"});
    let mut private = named("PRIVATE", "API_MAPPING_ONLY");
    private["domainName"] = json!("inside.example.com");
    let script = account(true, json!([private, asking]), leading);
    let Some(Observed::Known(domains)) = domains(&script).await else {
        panic!("the names were read")
    };
    let told = domains
        .iter()
        .map(|one| (one.name.as_str(), one.mutual_tls));
    assert_eq!(told.collect::<Vec<_>>(), [("shop.example.com", true)]);
    assert_eq!(script.asked("inside.example.com"), 0);
}

#[tokio::test(start_paused = true)]
async fn every_failure_is_a_gap_in_its_place() {
    for (kind, mode, denied, expected) in [
        (
            "EDGE",
            "BASE_PATH_MAPPING_ONLY",
            "basepathmappings",
            "AccessDenied apigateway:GetBasePathMappings",
        ),
        (
            "REGIONAL",
            "API_MAPPING_ONLY",
            "apimappings",
            "AccessDenied apigatewayv2:GetApiMappings",
        ),
        (
            "REGIONAL",
            "ROUTING_RULE_ONLY",
            "routingrules",
            "AccessDenied apigatewayv2:ListRoutingRules",
        ),
        (
            "REGIONAL",
            "ROUTING_RULE_THEN_API_MAPPING",
            "routingrules",
            "AccessDenied apigatewayv2:ListRoutingRules",
        ),
    ] {
        let script = account(true, json!([named(kind, mode)]), move |path| {
            let denies = path.split('?').next()?.ends_with(denied);
            match denies {
                true => Some(error(403, "AccessDeniedException", "no")),
                false => leading(path),
            }
        });
        assert_eq!(stages(&script).await, expected);
    }
    for names in [
        json!([{"endpointConfiguration": {"types": ["EDGE"]}, "routingMode": "ROUTING_RULE_ONLY"}]),
        json!([{"domainName": "a", "routingMode": "ROUTING_RULE_ONLY"}]),
    ] {
        let found = domains(&account(true, names, leading)).await;
        assert_eq!(found.as_ref().and_then(kind), Some(GapKind::Malformed));
    }
    // one name that does not say how it chooses an API leaves the others known
    let mut silent = named("REGIONAL", "");
    silent.as_object_mut().unwrap().remove("routingMode");
    let names = json!([silent, named("REGIONAL", "API_MAPPING_ONLY")]);
    let Some(Observed::Known(found)) = domains(&account(true, names, leading)).await else {
        panic!("the names were read")
    };
    let kinds: Vec<_> = found.iter().map(|one| kind(&one.targets)).collect();
    assert_eq!(kinds, [Some(GapKind::Malformed), None]);
    let denied = account(true, json!([]), |path| {
        let names = path.starts_with("domainnames?");
        names.then(|| error(403, "AccessDeniedException", "no"))
    });
    let found = domains(&denied).await;
    assert_eq!(found.as_ref().and_then(kind), Some(GapKind::AccessDenied));
}
