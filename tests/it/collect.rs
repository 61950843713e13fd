//! Collectors over a scripted AWS: what they ask, what they keep, and what they say of the rest.

mod apis;
mod balancers;
mod domains;
mod faults;
mod script;
mod sources;

use lamppost::aws::Session;
use lamppost::collect::{Collector, Progress, collect_account};
use lamppost::inventory::{
    AccountRecord, Function, GapKind, Observed, RegionInventory, RegionStatus,
};
use lamppost::operation::{self, Plan};
use script::{
    ACCOUNT, Answer, REGION, Script, error, is_list, listed, not_found, ok, settings,
    with_functions,
};
use tokio_util::sync::CancellationToken;

fn names(region: &RegionInventory) -> Vec<&str> {
    region
        .functions
        .iter()
        .map(|function| function.name.as_str())
        .collect()
}

fn kind<T>(observed: &Observed<T>) -> Option<GapKind> {
    observed.gap().map(|gap| gap.kind)
}

/// Kinds of the gaps in everything that is asked about one function.
fn kinds(function: &Function) -> Vec<Option<GapKind>> {
    vec![
        kind(&function.detail),
        kind(&function.policy),
        kind(&function.urls),
        kind(&function.aliases),
        kind(&function.versions),
        kind(&function.invoke_configs),
        kind(&function.runtime_management),
        kind(&function.recursive_loop),
    ]
}

#[tokio::test(start_paused = true)]
async fn an_empty_region_is_left_after_one_call() {
    let script = Script::new(|_| None);
    let account = script.collect().await;
    let region = &account.regions[0];
    assert_eq!(region.status, RegionStatus::Empty);
    assert_eq!(region.listing, Observed::Known(()));
    assert_eq!(script.asked("lambda:"), 1);
    assert_eq!(script.asked("iam:GetAccountAuthorizationDetails"), 1);
    assert!(account.services.iam.known().is_some());
}

#[tokio::test(start_paused = true)]
async fn layers_are_found_where_no_function_is() {
    let script = Script::new(|asked| {
        if asked.contains("account-settings") {
            Some(settings(0, 4096))
        } else if asked.contains("/layers/shared/versions/2/policy") {
            Some(ok(r#"{"Policy":"{\"Statement\":[]}"}"#))
        } else if asked.contains("/layers/shared/versions") && !asked.contains("/policy") {
            let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:layer:shared");
            Some(ok(format!(
                r#"{{"LayerVersions":[{{"Version":2,"LayerVersionArn":"{arn}:2"}},{{"Version":1,"LayerVersionArn":"{arn}:1"}}]}}"#
            )))
        } else if asked.contains("/layers") && !asked.contains("/policy") {
            Some(ok(r#"{"Layers":[{"LayerName":"shared"}]}"#))
        } else {
            None
        }
    });
    let region = script.region().await;
    assert_eq!(region.status, RegionStatus::Scanned);
    let policies: Vec<(i64, bool)> = region
        .layers
        .known()
        .unwrap()
        .iter()
        .map(|layer| (layer.version, layer.policy.known().unwrap().is_some()))
        .collect();
    assert_eq!(policies, [(2, true), (1, false)]);
}

#[tokio::test(start_paused = true)]
async fn a_closed_region_costs_no_more_than_it_must() {
    let scp = "User is not authorized to perform: lambda:GetAccountSettings with an explicit deny in a service control policy";
    let by_scp = Script::new(move |asked| {
        asked
            .starts_with("lambda")
            .then(|| error(403, "AccessDeniedException", scp))
    });
    let region = by_scp.region().await;
    assert!(
        matches!(&region.status, RegionStatus::Denied(gap) if gap.kind == GapKind::ClosedByScp)
    );
    assert_eq!(by_scp.asked("lambda:"), 1);

    let by_policy = Script::new(|asked| {
        asked
            .starts_with("lambda")
            .then(|| error(403, "AccessDeniedException", "no"))
    });
    let region = by_policy.region().await;
    assert!(
        matches!(&region.status, RegionStatus::Denied(gap) if gap.operation == "lambda:ListFunctions")
    );
    assert!(region.listing.gap().is_some());
    assert_eq!(by_policy.asked("lambda:"), 2);

    let off = Script::new(|asked| {
        asked
            .starts_with("lambda")
            .then(|| error(403, "OptInRequired", "not subscribed"))
    });
    let region = off.region().await;
    assert_eq!(region.status, RegionStatus::NotEnabled);
    assert_eq!(region.listing, Observed::Known(()));
    assert_eq!(off.asked("lambda:"), 1);
}

#[tokio::test(start_paused = true)]
async fn denied_settings_alone_cost_the_settings_alone() {
    let script = with_functions(&["a"], |asked| {
        asked
            .contains("account-settings")
            .then(|| error(403, "AccessDeniedException", "no"))
    });
    let region = script.region().await;
    assert_eq!(region.status, RegionStatus::Scanned);
    assert_eq!(kind(&region.settings), Some(GapKind::AccessDenied));
    assert_eq!(names(&region), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_breaks_off_keeps_what_was_read() {
    for (broken, expected) in [
        (("AccessDeniedException", 403), GapKind::AccessDenied),
        (("ServiceException", 500), GapKind::ServerFault),
    ] {
        let script = Script::new(move |asked| match asked {
            asked if asked.contains("account-settings") => Some(settings(4, 1)),
            asked if is_list(asked) && asked.contains("Marker=m1") => {
                Some(error(broken.1, broken.0, "no more"))
            }
            asked if is_list(asked) => Some(listed(&["b", "a"], Some("m1"))),
            _ => None,
        });
        let region = script.region().await;
        assert_eq!(region.status, RegionStatus::Scanned);
        assert_eq!(kind(&region.listing), Some(expected));
        assert_eq!(names(&region), ["a", "b"]);
        assert_eq!(kinds(&region.functions[0]), vec![None; 8]);
    }
}

#[tokio::test(start_paused = true)]
async fn pages_are_read_to_the_last_and_a_repeated_page_is_no_end() {
    let script = Script::new(|asked| match asked {
        asked if asked.contains("account-settings") => Some(settings(3, 1)),
        asked if is_list(asked) && asked.contains("Marker=m1") => Some(listed(&["b", "c"], None)),
        asked if is_list(asked) => Some(listed(&["a", "b"], Some("m1"))),
        _ => None,
    });
    let region = script.region().await;
    assert_eq!(names(&region), ["a", "b", "c"]);
    assert_eq!(region.listing, Observed::Known(()));

    let circle = with_functions(&["a"], |asked| {
        is_list(asked).then(|| listed(&["a"], Some("m1")))
    });
    let region = circle.region().await;
    assert_eq!(names(&region), ["a"]);
    assert_eq!(kind(&region.listing), Some(GapKind::Malformed));
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_its_list_is_not_an_empty_list() {
    let script = with_functions(&["a"], |asked| {
        let lists = [
            "/aliases",
            "/urls",
            "/list",
            "/layers",
            "event-source",
            "code-signing",
        ];
        lists
            .iter()
            .any(|list| asked.contains(list))
            .then(|| ok("{}"))
    });
    let region = script.region().await;
    let function = &region.functions[0];
    assert_eq!(kind(&function.aliases), Some(GapKind::Malformed));
    assert_eq!(kind(&function.versions), Some(GapKind::Malformed));
    assert_eq!(kind(&function.invoke_configs), Some(GapKind::Malformed));
    assert_eq!(kind(&region.layers), Some(GapKind::Malformed));
    assert_eq!(
        kind(&region.event_source_mappings),
        Some(GapKind::Malformed)
    );
    assert_eq!(kind(&region.code_signing), Some(GapKind::Malformed));
    let none = with_functions(&["a"], |asked| is_list(asked).then(|| ok("{}")))
        .region()
        .await;
    assert!(matches!(none.status, RegionStatus::Unreachable(_)));
    assert_eq!(kind(&none.listing), Some(GapKind::Malformed));
}

#[tokio::test(start_paused = true)]
async fn one_bad_record_costs_one_record() {
    let script = with_functions(&[], |asked| match asked {
        asked if asked.contains("account-settings") => Some(settings(3, 1)),
        asked if is_list(asked) => Some(ok(r#"{"Functions":[{"Runtime":"x"},{"FunctionName":"a"},
                {"FunctionArn":"arn:aws:lambda:eu-west-1:111122223333:function:b"}]}"#)),
        _ => None,
    });
    let region = script.region().await;
    assert_eq!(names(&region), ["a", "b"]);
    assert_eq!(
        region.functions[0].arn,
        "arn:aws:lambda:eu-west-1:111122223333:function:a"
    );
    assert_eq!(kind(&region.listing), Some(GapKind::Malformed));
}

#[tokio::test(start_paused = true)]
async fn a_function_deleted_under_way_stays_with_gaps() {
    let script = with_functions(&["gone", "here"], |asked| {
        // its policy is answered as if it had none, which is what AWS may say in between
        (asked.contains("/functions/gone") && !asked.contains("/policy"))
            .then(|| not_found("Function not found: gone"))
    });
    let region = script.region().await;
    assert_eq!(names(&region), ["gone", "here"]);
    assert_eq!(kinds(&region.functions[0]), vec![Some(GapKind::Deleted); 8]);
    assert_eq!(kinds(&region.functions[1]), vec![None; 8]);
    assert_eq!(region.functions[1].policy, Observed::Known(None));
    assert_eq!(region.listing, Observed::Known(()));
}

#[tokio::test(start_paused = true)]
async fn only_aws_says_that_there_is_no_policy() {
    let page = || Answer {
        status: 404,
        code: None,
        body: "<!doctype html><title>404 Not Found</title>".to_owned(),
    };
    let script = with_functions(&["a"], move |asked| asked.contains("/policy").then(page));
    let region = script.region().await;
    assert_eq!(kind(&region.functions[0].policy), Some(GapKind::Malformed));
    let script = with_functions(&["a"], |asked| asked.contains("/policy").then(|| ok("{}")));
    let region = script.region().await;
    assert_eq!(kind(&region.functions[0].policy), Some(GapKind::Malformed));
}

#[tokio::test(start_paused = true)]
async fn every_qualifier_that_takes_traffic_is_asked_for() {
    let script = with_functions(&["a"], |asked| {
        if asked.contains("/a/aliases") {
            return Some(ok(r#"{"Aliases":[
                {"Name":"live","FunctionVersion":"2","RoutingConfig":{"AdditionalVersionWeights":{"3":0.1}}},
                {"Name":"head","FunctionVersion":"$LATEST"}]}"#));
        }
        let open = asked.contains("/a/policy") && asked.contains("Qualifier=live");
        open.then(|| ok(r#"{"Policy":"{\"Statement\":[{\"Principal\":\"*\"}]}"}"#))
    });
    let region = script.region().await;
    let function = &region.functions[0];
    let aliases: Vec<(&str, bool)> = function
        .aliases
        .known()
        .unwrap()
        .iter()
        .map(|alias| (alias.name.as_str(), alias.policy.known().unwrap().is_some()))
        .collect();
    assert_eq!(aliases, [("live", true), ("head", false)]);
    let versions = function.versions.known().unwrap();
    let numbers: Vec<&str> = versions
        .iter()
        .map(|version| version.version.as_str())
        .collect();
    assert_eq!(numbers, ["2", "3"]);
    assert!(
        versions
            .iter()
            .all(|version| version.configuration.known().is_some())
    );
    assert_eq!(function.policy, Observed::Known(None));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_planned_is_not_asked_for() {
    let script = with_functions(&["a", "b"], |_| None);
    let plan = Plan::new([&operation::lambda::GET_POLICY]);
    let account = script
        .collect_with(&plan, &(), &CancellationToken::new())
        .await;
    let region = &account.regions[0];
    assert_eq!(kind(&account.services.iam), Some(GapKind::NotPlanned));
    assert_eq!(names(region), ["a", "b"]);
    assert_eq!(region.functions[0].policy, Observed::Known(None));
    let mut expected = vec![Some(GapKind::NotPlanned); 8];
    expected[1] = None;
    assert_eq!(kinds(&region.functions[0]), expected);
    assert_eq!(kind(&region.services.log_groups), Some(GapKind::NotPlanned));
    assert_eq!(
        kind(&region.services.network.known().unwrap().vpcs),
        Some(GapKind::NotPlanned)
    );
    assert_eq!(script.asked(""), 5, "caller, settings, list, two policies");
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_scan_keeps_the_functions_it_knows() {
    struct Interrupt(CancellationToken);
    impl Progress for Interrupt {
        fn functions_listed(&self, _: &str, _: &str, _: usize) {
            self.0.cancel();
        }
    }
    let cancel = CancellationToken::new();
    let script = Script::new(|asked| match asked {
        asked if asked.contains("account-settings") => Some(settings(100, 1)),
        asked if is_list(asked) => Some(listed(&["a", "b", "c"], Some("m1"))),
        _ => None,
    });
    let account = script
        .collect_with(&Plan::everything(), &Interrupt(cancel.clone()), &cancel)
        .await;
    let region = &account.regions[0];
    assert_eq!(names(region), ["a", "b", "c"]);
    assert_eq!(kind(&region.listing), Some(GapKind::Interrupted));
    for function in &region.functions {
        assert_eq!(kinds(function), vec![Some(GapKind::Interrupted); 8]);
    }
}

#[tokio::test(start_paused = true)]
async fn no_secret_reaches_the_inventory() {
    let script = with_functions(&[], |asked| match asked {
        asked if asked.contains("account-settings") => Some(settings(1, 1)),
        asked if is_list(asked) => Some(ok(r#"{"Functions":[{"FunctionName":"a",
            "Description":"CANARY","Environment":{"Variables":{"TOKEN":"CANARY"}},
            "ImageConfigResponse":{"ImageConfig":{"Command":["CANARY"]}}}]}"#)),
        asked if asked.contains("/policy") => Some(ok(
            r#"{"Policy":"{\"Statement\":[{\"Condition\":{\"StringEquals\":{\"lambda:EventSourceToken\":\"CANARY\",\"aws:Referer\":\"CANARY\"}}}]}"}"#,
        )),
        _ => None,
    });
    let account = script.collect().await;
    let text = serde_json::to_string(&account).unwrap();
    assert!(text.contains("TOKEN") && text.contains("redacted"));
    assert!(!text.contains("CANARY"));
    let variables = account.regions[0].functions[0]
        .configuration
        .environment
        .variables
        .known();
    assert_eq!(variables.unwrap()[0].secrets.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn principals_of_half_a_stream_are_not_kept() {
    let script = Script::new(|asked| {
        asked.starts_with("iam:").then(|| {
            ok(
                "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult>\
                <IsTruncated>true</IsTruncated><Marker>m</Marker><RoleDetailList><member>\
                <Arn>arn:aws:iam::111122223333:role/a</Arn></member></RoleDetailList>\
                </GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>",
            )
        })
    });
    assert_eq!(
        kind(&script.collect().await.services.iam),
        Some(GapKind::Malformed)
    );
}

#[test]
fn an_account_can_be_collected_on_any_thread() {
    fn is_send<T: Send>(_: &T) {}
    let (plan, cancel) = (Plan::everything(), CancellationToken::new());
    let inspect = |_: &str, _: &str| Vec::new();
    let collector = Collector {
        plan: &plan,
        inspect: &inspect,
        progress: &(),
        cancel: &cancel,
    };
    let never = |session: Session, account: AccountRecord| {
        let regions = [REGION.try_into().unwrap()];
        is_send(&collect_account(&session, account, &regions, &collector));
    };
    let _ = never;
}
