//! Every operation of the collectors × every fault: nothing listed is lost, and what is missing is named.

use std::collections::BTreeSet;

use lamppost::aws::transport::{Fault, Rule};
use lamppost::inventory::{AccountInventory, Gap, GapKind, Gaps as _, Observed, RegionStatus};
use lamppost::operation::Plan;

use super::balancers::{balancing, groups, permission, prefix_list};
use super::names;
use super::script::{
    ACCOUNT, Answer, REGION, Script, listed, ok, settings, triggers, with_functions,
};

/// A region in which every operation has something to say.
fn rich() -> Script {
    with_functions(&["a", "b"], answer)
}

fn answer(asked: &str) -> Option<Answer> {
    let function = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:a");
    let layer = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:layer:shared:1");
    let signing = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:code-signing-config:csc-1");
    let provider = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:capacity-provider:pool");
    let key = format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/1");
    let policy = serde_json::json!({"Policy": triggers(&[
        "arn:aws:s3:::uploads",
        &format!("arn:aws:sns:{REGION}:{ACCOUNT}:orders"),
        &format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/nightly"),
        &format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:a1b2c3/*/GET/x"),
    ])})
    .to_string()
    .replace(
        r#"\"s3.amazonaws.com\""#,
        r#"[\"apigateway.amazonaws.com\",\"elasticloadbalancing.amazonaws.com\"]"#,
    );
    let path = asked.split('?').next()?;
    let body = if path.ends_with("account-settings") {
        return Some(settings(2, 1));
    } else if path.ends_with("2015-03-31/functions") || path.ends_with("2015-03-31/functions/") {
        let mut page: serde_json::Value =
            serde_json::from_str(&listed(&["a", "b"], None).body).unwrap();
        page["Functions"][0]["KMSKeyArn"] = key.into();
        page["Functions"][0]["VpcConfig"] = serde_json::json!({
            "VpcId": "vpc-1", "SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"],
        });
        page["Functions"][1]["CapacityProviderConfig"] = serde_json::json!({
            "LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": provider},
        });
        page.to_string()
    } else if path.ends_with("capacity-providers") {
        serde_json::json!({"CapacityProviders": [{
            "CapacityProviderArn": provider, "State": "Active",
            "VpcConfig": {"SubnetIds": ["subnet-2"], "SecurityGroupIds": ["sg-2"]},
            "PermissionsConfig": {"CapacityProviderOperatorRoleArn": "arn:aws:iam::111122223333:role/operator"},
        }]})
        .to_string()
    } else if path.ends_with("/a/aliases") {
        r#"{"Aliases":[{"Name":"live","FunctionVersion":"1"}]}"#.to_owned()
    } else if path.ends_with("/policy") {
        policy
    } else if path.ends_with("/a/urls") {
        format!(
            r#"{{"FunctionUrlConfigs":[{{"FunctionArn":"{function}","FunctionUrl":"https://x/","AuthType":"NONE",
                "CreationTime":"t","LastModifiedTime":"t"}}]}}"#
        )
    } else if path.ends_with("/a/event-invoke-config/list") {
        format!(r#"{{"FunctionEventInvokeConfigs":[{{"FunctionArn":"{function}:$LATEST"}}]}}"#)
    } else if path.contains("event-source-mappings") {
        format!(
            r#"{{"EventSourceMappings":[{{"UUID":"1","FunctionArn":"{function}","State":"Enabled",
                "EventSourceArn":"arn:aws:sqs:{REGION}:{ACCOUNT}:queue"}}]}}"#
        )
    } else if path.ends_with("/functions") && path.contains("code-signing") {
        format!(r#"{{"FunctionArns":["{function}"]}}"#)
    } else if path.contains("code-signing-configs") {
        format!(
            r#"{{"CodeSigningConfigs":[{{"CodeSigningConfigArn":"{signing}","CodeSigningConfigId":"csc-1",
                "CodeSigningPolicies":{{"UntrustedArtifactOnDeployment":"Enforce"}}}}]}}"#
        )
    } else if path.ends_with("/shared/versions") {
        format!(r#"{{"LayerVersions":[{{"LayerVersionArn":"{layer}","Version":1}}]}}"#)
    } else if path.ends_with("/layers") {
        r#"{"Layers":[{"LayerName":"shared"}]}"#.to_owned()
    } else {
        return neighbours(asked, &key);
    };
    Some(ok(body))
}

fn neighbours(asked: &str, key: &str) -> Option<Answer> {
    let body = match asked {
        "kms:DescribeKey" => format!(
            r#"{{"KeyMetadata":{{"KeyId":"1","Arn":"{key}","KeyState":"Enabled","KeyManager":"CUSTOMER",
                "Origin":"AWS_KMS","KeySpec":"SYMMETRIC_DEFAULT"}}}}"#
        ),
        "kms:GetKeyPolicy" => r#"{"Policy":"{}"}"#.to_owned(),
        "kms:GetKeyRotationStatus" => r#"{"KeyRotationEnabled":true}"#.to_owned(),
        asked if asked.starts_with("apigateway:") => return gateway(asked),
        asked if asked.starts_with("elasticloadbalancing:") => return balancing(asked),
        "ec2:DescribeSecurityGroups" => groups(&permission("tcp", 443, "", &["pl-1"])),
        "ec2:GetManagedPrefixListEntries" => prefix_list(&["203.0.113.0/24"]),
        "logs:DescribeLogGroups" => {
            r#"{"logGroups":[{"logGroupName":"/aws/lambda/a"}]}"#.to_owned()
        }
        _ => return None,
    };
    Some(ok(body))
}

/// An API of either kind, of one id.
fn gateway(asked: &str) -> Option<Answer> {
    let function = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:a");
    let path = asked.split('?').next()?;
    let body = match path.strip_prefix("apigateway:GET /")? {
        "restapis" => {
            serde_json::json!({"item": [{"id": "a1b2c3", "disableExecuteApiEndpoint": true}]})
        }
        "domainnames" => serde_json::json!({"item": [
            {"domainName": "edge", "endpointConfiguration": {"types": ["EDGE"]}, "routingMode": "BASE_PATH_MAPPING_ONLY"},
            {"domainName": "here", "endpointConfiguration": {"types": ["REGIONAL"]}, "routingMode": "ROUTING_RULE_THEN_BASE_PATH_MAPPING"},
        ]}),
        "domainnames/edge/basepathmappings" => {
            serde_json::json!({"item": [{"restApiId": "a1b2c3", "stage": "prod"}]})
        }
        "v2/domainnames/here/apimappings" => {
            serde_json::json!({"items": [{"apiId": "a1b2c3", "stage": "prod"}]})
        }
        "v2/domainnames/here/routingrules" => serde_json::json!({"routingRules": [
            {"actions": [{"invokeApi": {"apiId": "a1b2c3", "stage": "prod"}}]},
        ]}),
        "restapis/a1b2c3/stages" => {
            serde_json::json!({"item": [{"stageName": "prod", "deploymentId": "d"}]})
        }
        "restapis/a1b2c3/deployments/d" => {
            serde_json::json!({"apiSummary": {"/x": {"GET": {"authorizationType": "NONE"}}}})
        }
        "restapis/a1b2c3/resources" => serde_json::json!({"item": [{
            "id": "r", "path": "/x", "resourceMethods": {"GET": {
                "authorizationType": "NONE", "methodIntegration": {"uri": function},
            }},
        }]}),
        "v2/apis" => serde_json::json!({"items": [{"apiId": "a1b2c3", "protocolType": "HTTP"}]}),
        "v2/apis/a1b2c3/stages" => {
            serde_json::json!({"items": [{"stageName": "prod", "deploymentId": "d"}]})
        }
        "v2/apis/a1b2c3/routes" => serde_json::json!({"items": [{
            "routeId": "r", "routeKey": "GET /x", "authorizationType": "NONE", "target": "integrations/i",
        }]}),
        "v2/apis/a1b2c3/integrations" => {
            serde_json::json!({"items": [{"integrationId": "i", "integrationType": "AWS_PROXY", "integrationUri": function}]})
        }
        _ => return None,
    };
    Some(ok(body.to_string()))
}

/// The operations that collectors call; the others belong to whoever finds accounts and regions.
fn operations() -> Vec<String> {
    Plan::everything()
        .operations()
        .filter(|operation| !operation.discovers)
        .map(|operation| operation.label.to_owned())
        .collect()
}

/// Every gap of an account as operation and kind.
fn gaps(account: &AccountInventory) -> BTreeSet<(String, GapKind)> {
    fn walk(value: &serde_json::Value, found: &mut BTreeSet<(String, GapKind)>) {
        match value {
            serde_json::Value::Object(members) => {
                if let (Some(operation), Some(kind)) =
                    (members.get("operation"), members.get("kind"))
                {
                    let operation = operation.as_str().unwrap().to_owned();
                    let kind = serde_json::from_value(kind.clone()).unwrap();
                    found.insert((operation, kind));
                }
                members.values().for_each(|member| walk(member, found));
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    walk(&serde_json::to_value(account).unwrap(), &mut found);
    found
}

#[tokio::test(start_paused = true)]
async fn the_rich_account_is_read_whole() {
    let script = rich();
    let account = script.collect().await;
    assert_eq!(gaps(&account), BTreeSet::new());
    assert_eq!(account.gaps(), [] as [&Gap; 0]);
    for label in operations() {
        let lost = script
            .spoiled(Rule::new(Fault::AccessDenied, &label))
            .collect()
            .await;
        assert!(!gaps(&lost).is_empty(), "{label} is never called");
        let by_types: BTreeSet<(String, GapKind)> = lost
            .gaps()
            .into_iter()
            .map(|gap| (gap.operation.clone(), gap.kind))
            .collect();
        assert_eq!(by_types, gaps(&lost), "{label}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_fault_loses_a_function_or_goes_unnamed() {
    let script = rich();
    for label in operations() {
        for fault in Fault::ALL {
            let account = script.spoiled(Rule::new(fault, &label)).collect().await;
            let region = &account.regions[0];
            let at = format!("{label} × {fault}");
            let closed = !matches!(region.status, RegionStatus::Scanned);
            if closed {
                assert!(
                    Plan::ALWAYS.iter().any(|always| always.label == label),
                    "{at} closed the region"
                );
                assert!(region.listing.gap().is_some(), "{at}");
            } else {
                assert_eq!(region.listing, Observed::Known(()), "{at}");
                assert_eq!(names(region), ["a", "b"], "{at}");
            }
            // Fields that AWS may leave out leave no gap; that they decide nothing is for facts to show.
            let named = gaps(&account)
                .iter()
                .any(|(operation, _)| *operation == label);
            assert!(named || fault == Fault::MissingFields, "{at} left no gap");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn stripped_answers_are_no_clean_ones() {
    let script = rich();
    let needed = [
        "lambda:GetAccountSettings",
        "lambda:GetPolicy",
        "lambda:ListAliases",
        "lambda:GetRuntimeManagementConfig",
        "lambda:GetFunctionRecursionConfig",
        "lambda:ListLayerVersions",
        "lambda:GetLayerVersionPolicy",
        "kms:DescribeKey",
        "kms:GetKeyPolicy",
    ];
    for label in needed {
        let account = script
            .spoiled(Rule::new(Fault::MissingFields, label))
            .collect()
            .await;
        let found = gaps(&account);
        assert!(
            found.contains(&(label.to_owned(), GapKind::Malformed)),
            "{label}: {found:?}"
        );
    }
}
