//! Sources of triggers: where they are looked for, and what the answers mean.

use std::collections::BTreeMap;

use lamppost::inventory::{AccountInventory, GapKind};
use lamppost::operation::{self, Plan};
use tokio_util::sync::CancellationToken;

use super::kind;
use super::script::{ACCOUNT, Answer, REGION, Script, error, ok, triggers, with_functions};

/// An account whose function names these sources, and what is on the lists.
fn naming(
    sources: &[&str],
    lists: impl Fn(&str) -> Option<Answer> + Send + Sync + 'static,
) -> Script {
    let sources: Vec<String> = sources.iter().map(|arn| here(arn)).collect();
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    let policy = serde_json::json!({"Policy": triggers(&sources)}).to_string();
    with_functions(&["a"], move |asked| {
        let asks_policy = asked.ends_with("/policy") || asked.contains("/policy?");
        lists(asked).or_else(|| asks_policy.then(|| ok(policy.clone())))
    })
}

/// The ARN in the account and region; `SERVICE@RESOURCE`.
fn here(short: &str) -> String {
    match short.split_once('@') {
        Some((service, resource)) => format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"),
        None => short.to_owned(),
    }
}

/// What was found out, by the last field of the ARN.
fn known(account: &AccountInventory) -> BTreeMap<&str, Result<bool, GapKind>> {
    let sources = account.services.sources.iter().map(|source| {
        let name = source.arn.splitn(6, ':').nth(5).unwrap();
        let exists = source.exists.known().copied();
        (name, exists.ok_or_else(|| kind(&source.exists).unwrap()))
    });
    sources.collect()
}

const EVERY_LIST: [&str; 6] = [
    "s3:",
    "sns:",
    "sqs:",
    "events:",
    "apigateway:GET /restapis",
    "apigateway:GET /v2/apis",
];

#[tokio::test(start_paused = true)]
async fn nothing_is_listed_that_no_trigger_names() {
    let script = with_functions(&["a"], |_| None);
    assert!(script.collect().await.services.sources.is_empty());
    for list in EVERY_LIST {
        assert_eq!(script.asked(list), 0, "{list}");
    }
    let elsewhere = naming(
        &[
            "arn:aws:sns:eu-west-1:999988887777:orders",
            "arn:aws:sns:us-east-1:111122223333:orders",
            "arn:aws:cloudfront::111122223333:distribution/E1",
            "arn:aws-cn:s3:::uploads",
        ],
        |_| None,
    );
    assert!(elsewhere.collect().await.services.sources.is_empty());
    for list in EVERY_LIST {
        assert_eq!(elsewhere.asked(list), 0, "{list}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_list_is_read_to_its_last_page() {
    let script = naming(
        &[
            "arn:aws:s3:::first",
            "arn:aws:s3:::last",
            "arn:aws:s3:::las?",
            "arn:aws:s3:::lost",
            "sns@last.fifo",
            "sns@lost",
            "sqs@last",
            "sqs@lost",
            "events@rule/last",
            "events@rule/lost",
            "execute-api@rest9/*/GET/",
            "execute-api@http9/*",
            "execute-api@lost/*",
        ],
        |asked| {
            let topic = |name: &str, next: &str| {
                ok(format!(
                    "<ListTopicsResponse><ListTopicsResult><Topics><member><TopicArn>{}</TopicArn></member></Topics>{next}\
                     </ListTopicsResult></ListTopicsResponse>",
                    here(&format!("sns@{name}"))
                ))
            };
            let bucket = |name: &str, next: &str| {
                ok(format!(
                    "<ListAllMyBucketsResult><Buckets><Bucket><Name>{name}</Name></Bucket></Buckets>{next}\
                     </ListAllMyBucketsResult>"
                ))
            };
            let queue = |name: &str, next: &str| {
                let url = format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}");
                ok(format!(r#"{{"QueueUrls":["{url}"]{next}}}"#))
            };
            Some(match asked {
                "sns:ListTopics" => topic("first", "<NextToken>t</NextToken>"),
                "sns:ListTopics from t" => topic("last.fifo", ""),
                "sqs:ListQueues" => queue("first", r#","NextToken":"t""#),
                "sqs:ListQueues from t" => queue("last", ""),
                "events:ListRules" => ok(r#"{"Rules":[{"Name":"first"}],"NextToken":"t"}"#),
                "events:ListRules from t" => ok(r#"{"Rules":[{"Name":"last"}]}"#),
                asked if asked.starts_with("s3:") && asked.contains("continuation-token=t") => {
                    bucket("last", "")
                }
                asked if asked.starts_with("s3:") => {
                    bucket("first", "<ContinuationToken>t</ContinuationToken>")
                }
                asked if asked.contains("/restapis") && asked.contains("position=t") => {
                    ok(r#"{"item":[{"id":"rest9"}]}"#)
                }
                asked if asked.contains("/restapis") => {
                    ok(r#"{"item":[{"id":"rest1"}],"position":"t"}"#)
                }
                asked if asked.contains("/v2/apis") && asked.contains("nextToken=t") => {
                    ok(r#"{"items":[{"apiId":"http9"}]}"#)
                }
                asked if asked.contains("/v2/apis") => {
                    ok(r#"{"items":[{"apiId":"http1"}],"nextToken":"t"}"#)
                }
                _ => return None,
            })
        },
    );
    let account = script.collect().await;
    let mut found = String::new();
    for source in &account.services.sources {
        let exists = source.exists.known().unwrap();
        found += &format!("{} {exists}\n", source.arn);
    }
    insta::assert_snapshot!(found, @r"
    arn:aws:events:eu-west-1:111122223333:rule/last true
    arn:aws:events:eu-west-1:111122223333:rule/lost false
    arn:aws:execute-api:eu-west-1:111122223333:http9/* true
    arn:aws:execute-api:eu-west-1:111122223333:lost/* false
    arn:aws:execute-api:eu-west-1:111122223333:rest9/*/GET/ true
    arn:aws:s3:::first true
    arn:aws:s3:::las? true
    arn:aws:s3:::last true
    arn:aws:s3:::lost false
    arn:aws:sns:eu-west-1:111122223333:last.fifo true
    arn:aws:sns:eu-west-1:111122223333:lost false
    arn:aws:sqs:eu-west-1:111122223333:last true
    arn:aws:sqs:eu-west-1:111122223333:lost false
    ");
    assert_eq!(script.asked("s3:"), 2);
    assert_eq!(script.asked("apigateway:"), 4);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_repeats_itself_is_no_end() {
    for (source, service, page) in [
        (
            "events@rule/lost",
            "events:",
            r#"{"Rules":[{"Name":"first"}],"NextToken":"t"}"#,
        ),
        (
            "execute-api@lost/*",
            "/v2/apis",
            r#"{"items":[{"apiId":"http1"}],"nextToken":"t"}"#,
        ),
        (
            "sqs@lost",
            "sqs:",
            r#"{"QueueUrls":["https://x/1/first"],"NextToken":"t"}"#,
        ),
    ] {
        let script = naming(&[source], move |asked| {
            asked.contains(service).then(|| ok(page))
        });
        let account = script.collect().await;
        let found: Vec<_> = known(&account).into_values().collect();
        assert_eq!(found, [Err(GapKind::Malformed)], "{source}");
        assert!(script.asked(service) < 4, "{source}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_not_read_is_not_gone() {
    // one of two lists is enough to find an API, and not enough to miss one
    let script = naming(&["execute-api@http1/*", "execute-api@lost/*"], |asked| {
        if asked.contains("/restapis") {
            Some(error(403, "AccessDeniedException", "no"))
        } else {
            asked
                .contains("/v2/apis")
                .then(|| ok(r#"{"items":[{"apiId":"http1"}]}"#))
        }
    });
    let account = script.collect().await;
    let found: Vec<_> = known(&account).into_values().collect();
    assert_eq!(found, [Ok(true), Err(GapKind::AccessDenied)]);

    // an answer without its list is no empty list, but for queues, of which AWS then says nothing
    for (source, service, body, expected) in [
        ("events@rule/a", "events:", "{}", Err(GapKind::Malformed)),
        (
            "execute-api@a/*",
            "apigateway:",
            "{}",
            Err(GapKind::Malformed),
        ),
        (
            "arn:aws:s3:::a",
            "s3:",
            "<ListAllMyBucketsResult/>",
            Err(GapKind::Malformed),
        ),
        (
            "sns@a",
            "sns:",
            "<ListTopicsResponse><ListTopicsResult/></ListTopicsResponse>",
            Err(GapKind::Malformed),
        ),
        ("sqs@a", "sqs:", "{}", Ok(false)),
    ] {
        let script = naming(&[source], move |asked| {
            asked.starts_with(service).then(|| ok(body))
        });
        let account = script.collect().await;
        let found: Vec<_> = known(&account).into_values().collect();
        assert_eq!(found, [expected], "{source}");
    }

    let script = naming(&["arn:aws:s3:::uploads", "sns@orders"], |_| None);
    let plan = Plan::new([&operation::lambda::GET_POLICY, &operation::sns::LIST_TOPICS]);
    let account = script
        .collect_with(&plan, &(), &CancellationToken::new())
        .await;
    assert_eq!(
        known(&account),
        BTreeMap::from([("orders", Ok(false)), ("uploads", Err(GapKind::NotPlanned))])
    );
    assert_eq!(script.asked("s3:"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_rule_is_looked_for_on_its_own_bus() {
    let script = naming(
        &[
            "events@rule/nightly",
            "events@rule/orders/placed",
            "events@rule/gone/placed",
            "events@rule/sealed/placed",
        ],
        |asked| match asked {
            "events:ListRules" => Some(ok(r#"{"Rules":[{"Name":"placed"}]}"#)),
            "events:ListRules on orders" => Some(ok(r#"{"Rules":[{"Name":"placed"}]}"#)),
            "events:ListRules on gone" => {
                Some(error(400, "ResourceNotFoundException", "no such bus"))
            }
            "events:ListRules on sealed" => Some(error(400, "AccessDeniedException", "no")),
            _ => None,
        },
    );
    assert_eq!(
        known(&script.collect().await),
        BTreeMap::from([
            ("rule/nightly", Ok(false)),
            ("rule/orders/placed", Ok(true)),
            ("rule/gone/placed", Ok(false)),
            ("rule/sealed/placed", Err(GapKind::AccessDenied)),
        ])
    );
}

#[tokio::test(start_paused = true)]
async fn log_groups_that_are_known_are_not_asked_for_again() {
    let group = |name: &str| format!("logs@log-group:{name}:*");
    let lists = |asked: &str| {
        asked
            .starts_with("logs:")
            .then(|| ok(r#"{"logGroups":[{"logGroupName":"/aws/lambda/a"}]}"#))
    };
    let script = naming(&[&group("/aws/lambda/a")], lists);
    let account = script.collect().await;
    assert_eq!(
        known(&account).into_values().collect::<Vec<_>>(),
        [Ok(true)]
    );
    assert_eq!(script.asked("logs:"), 1);
    let script = naming(&[&group("/aws/lambda/a"), &group("/app")], lists);
    let account = script.collect().await;
    assert_eq!(
        known(&account).into_values().collect::<Vec<_>>(),
        [Ok(false), Ok(true)]
    );
    assert_eq!(script.asked("logs:"), 2);
}
