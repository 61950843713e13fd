//! What the report says of the judged organisation, and that arrival order changes nothing.

use lamppost::check::{Judgement, Verdict};
use lamppost::finding::{AccountResult, Include, Outcome, RegionReach, Report, TargetReach};
use lamppost::inventory::{Gap, GapKind};
use proptest::prelude::*;
use serde_json::json;

use super::fixture::{
    self, DEV, PROD, account, check, fail, finish, function, of, offence, region, verdict,
};
use lamppost::operation;

#[test]
fn top_level_keys_are_the_published_ones() {
    let json = serde_json::to_value(fixture::report()).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "schema",
            "run",
            "targets",
            "summary",
            "functions",
            "findings",
            "gaps",
            "ledger"
        ]
    );
}

#[test]
fn a_report_survives_being_written_and_read() {
    let report = fixture::report();
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
}

#[test]
fn every_target_says_what_became_of_it() {
    let report = fixture::report();
    let statuses: Vec<_> = report
        .targets
        .iter()
        .map(|target| {
            let regions: Vec<_> = target
                .regions
                .iter()
                .map(|region| {
                    let reach = serde_json::to_value(&region.reach).unwrap();
                    format!(
                        "{} {} {}/{}",
                        region.region,
                        reach["status"].as_str().unwrap(),
                        region.functions_evaluated,
                        region.functions_listed
                    )
                })
                .collect();
            let reach = serde_json::to_value(&target.reach).unwrap();
            (
                target.account.clone(),
                reach["status"].as_str().unwrap().to_owned(),
                regions,
            )
        })
        .collect();
    insta::assert_debug_snapshot!(statuses, @r#"
    [
        (
            "111111111111",
            "scanned",
            [
                "ap-south-1 denied 0/0",
                "eu-north-1 empty 0/0",
                "eu-west-1 scanned 2/2",
                "me-south-1 not-enabled 0/0",
                "us-east-1 scanned 1/1",
            ],
        ),
        (
            "222222222222",
            "scanned",
            [
                "eu-west-1 scanned 1/1",
            ],
        ),
        (
            "333333333333",
            "unreachable",
            [],
        ),
        (
            "444444444444",
            "skipped",
            [],
        ),
    ]
    "#);
}

#[test]
fn the_summary_counts() {
    insta::assert_json_snapshot!(fixture::report().summary, @r#"
    {
      "grade": "F",
      "at_most": true,
      "grades": {
        "A": 2,
        "B": 0,
        "C": 1,
        "D": 0,
        "F": 1,
        "ungraded": 0
      },
      "targets": {
        "accounts_scanned": 2,
        "accounts_unreachable": 1,
        "accounts_skipped": 1,
        "regions_scanned": 4,
        "regions_not_enabled": 1,
        "regions_closed": 0,
        "regions_failed": 1
      },
      "functions_listed": 4,
      "functions_reported": 4,
      "functions_evaluated": 4,
      "functions_with_unknowns": 2,
      "account_grades": {
        "A": 0,
        "B": 0,
        "C": 0,
        "D": 0,
        "F": 0,
        "ungraded": 0
      },
      "accounts_evaluated": 0,
      "accounts_with_unknowns": 0,
      "verdicts": {
        "pass": 2,
        "fail": 4,
        "unknown": 2,
        "not_applicable": 1
      },
      "severities": {
        "critical": 1,
        "high": 2,
        "medium": 0,
        "low": 1
      },
      "accounts": [
        {
          "account": "111111111111",
          "name": "production",
          "grade": "F",
          "at_most": true,
          "grades": {
            "A": 1,
            "B": 0,
            "C": 1,
            "D": 0,
            "F": 1,
            "ungraded": 0
          },
          "functions": 3,
          "verdicts": {
            "pass": 1,
            "fail": 4,
            "unknown": 2,
            "not_applicable": 0
          },
          "severities": {
            "critical": 1,
            "high": 2,
            "medium": 0,
            "low": 1
          }
        },
        {
          "account": "222222222222",
          "name": "development",
          "grade": "A",
          "at_most": false,
          "grades": {
            "A": 1,
            "B": 0,
            "C": 0,
            "D": 0,
            "F": 0,
            "ungraded": 0
          },
          "functions": 1,
          "verdicts": {
            "pass": 1,
            "fail": 0,
            "unknown": 0,
            "not_applicable": 1
          },
          "severities": {
            "critical": 0,
            "high": 0,
            "medium": 0,
            "low": 0
          }
        }
      ],
      "calls": {
        "calls": 45,
        "attempts": 49,
        "throttles": 4,
        "errors": 3,
        "milliseconds": 3600
      }
    }
    "#);
}

#[test]
fn a_function_shows_what_its_score_is_made_of() {
    let report = fixture::report();
    let orders = report
        .functions
        .iter()
        .find(|function| function.name == "orders-api")
        .unwrap();
    assert_eq!(orders.score, Some(37.5));
    assert!(!orders.at_most);
    let factors: Vec<_> = orders
        .factors
        .iter()
        .map(|f| (f.check.as_str(), f.factor))
        .collect();
    assert_eq!(
        factors,
        [("public-function-url", 0.5), ("deprecated-runtime", 0.75)]
    );
    let mail = report
        .functions
        .iter()
        .find(|function| function.name == "mail")
        .unwrap();
    assert_eq!((mail.score, mail.at_most), (Some(100.0), true));
}

#[test]
fn a_function_that_nothing_could_decide_has_no_grade() {
    let lost = function(DEV, "eu-west-1", "lost");
    let inventory = account(
        DEV,
        "",
        vec![region("eu-west-1", json!("scanned"), vec![lost.clone()])],
    );
    let gap = Gap::new(&operation::lambda::GET_POLICY, GapKind::Throttled, "");
    for judged in [false, true] {
        let mut result = AccountResult::scanned(&inventory, Include::default());
        if judged {
            result
                .judge(
                    &check("c", "C", "low"),
                    &of(&lost, DEV, "eu-west-1"),
                    fixture::unknown(vec![gap.clone()]),
                )
                .unwrap();
        }
        let report = finish([result], &fixture::run());
        let record = &report.functions[0];
        assert_eq!(
            (record.score, record.grade, record.at_most),
            (None, None, true)
        );
        assert_eq!(report.summary.grade, None);
        assert_eq!(
            report.summary.functions_listed,
            report.summary.functions_reported
        );
    }
}

#[test]
fn gaps_are_kept_once_and_referred_to() {
    let report = fixture::report();
    let texts: Vec<_> = report
        .gaps
        .iter()
        .map(|record| {
            format!(
                "{} {} {}: {} verdicts, incomplete {}",
                record.gap.operation,
                record.gap.account,
                record.gap.region,
                record.verdicts,
                record.incomplete
            )
        })
        .collect();
    insta::assert_debug_snapshot!(texts, @r#"
    [
        "lambda:GetPolicy 111111111111 eu-west-1: 1 verdicts, incomplete true",
        "lambda:GetPolicy 111111111111 us-east-1: 1 verdicts, incomplete true",
        "lambda:ListFunctions 111111111111 ap-south-1: 0 verdicts, incomplete true",
        "sts:AssumeRole 333333333333 : 0 verdicts, incomplete true",
    ]
    "#);
    for finding in report
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Unknown)
    {
        let [gap] = finding.gaps.as_slice() else {
            panic!("{finding:?}")
        };
        assert_eq!(report.gaps[*gap].gap.region, finding.region);
    }
    let TargetReach::Unreachable { gap } = report.targets[2].reach else {
        panic!()
    };
    assert_eq!(report.gaps[gap].gap.operation, "sts:AssumeRole");
    let RegionReach::Denied { gap } = report.targets[0].regions[0].reach else {
        panic!()
    };
    assert_eq!(report.gaps[gap].gap.kind, GapKind::DeniedByScp);
}

#[test]
fn a_gap_that_no_check_reads_is_told_too() {
    let mut inventory = account(DEV, "", vec![region("eu-west-1", json!("scanned"), vec![])]);
    let gap = Gap::new(
        &operation::lambda::GET_ACCOUNT_SETTINGS,
        GapKind::ServerFault,
        "",
    )
    .at(DEV, "eu-west-1");
    inventory.regions[0].settings = lamppost::inventory::Observed::Missing(gap.clone());
    let report = finish(
        [AccountResult::scanned(&inventory, Include::default())],
        &fixture::run(),
    );
    assert_eq!(report.gaps[0].gap, gap);
    assert_eq!(Outcome::of(&report, None), Outcome::Incomplete);
}

#[test]
fn offences_of_one_check_are_told_apart() {
    let target = function(DEV, "eu-west-1", "f");
    let inventory = account(
        DEV,
        "",
        vec![region("eu-west-1", json!("scanned"), vec![target.clone()])],
    );
    // Two by identity; two by evidence alone; two equal in everything.
    let mut by_evidence = [offence("x", &["same"], ""), offence("y", &["same"], "")];
    by_evidence[0].evidence = json!({"sid": 1, "who": "a"});
    by_evidence[1].evidence = json!({"sid": 2, "who": "b"});
    let offences = [offence("one", &["1"], ""), offence("two", &["2"], "")]
        .into_iter()
        .chain(by_evidence)
        .chain([offence("twice", &["t"], ""), offence("twice", &["t"], "")]);
    let judgement = |offences| Judgement {
        verdict: Verdict::Fail,
        offences,
        gaps: Vec::new(),
    };
    let ids = |judgement| {
        let mut result = AccountResult::scanned(&inventory, Include::default());
        result
            .judge(
                &check("c", "C", "high"),
                &of(&target, DEV, "eu-west-1"),
                judgement,
            )
            .unwrap();
        let report = finish([result], &fixture::run());
        assert_eq!(report.summary.verdicts.fail, 1);
        assert_eq!(report.summary.severities.high, report.findings.len() as u64);
        report
            .findings
            .into_iter()
            .map(|finding| finding.id)
            .collect::<Vec<_>>()
    };
    let forward: Vec<_> = offences.collect();
    let backward: Vec<_> = forward.iter().rev().cloned().collect();
    let forward = ids(judgement(forward));
    assert_eq!(forward.len(), 5);
    assert_eq!(
        forward
            .iter()
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        5
    );
    assert_eq!(forward, ids(judgement(backward)));
}

#[test]
fn passes_are_kept_on_request_and_counted_always() {
    let target = function(DEV, "eu-west-1", "f");
    let inventory = account(
        DEV,
        "",
        vec![region("eu-west-1", json!("scanned"), vec![target.clone()])],
    );
    for (include, expected) in [
        (Include::default(), 0),
        (
            Include {
                pass: true,
                not_applicable: false,
            },
            1,
        ),
        (
            Include {
                pass: true,
                not_applicable: true,
            },
            2,
        ),
    ] {
        let mut result = AccountResult::scanned(&inventory, include);
        result
            .judge(
                &check("a", "A", "high"),
                &of(&target, DEV, "eu-west-1"),
                verdict(Verdict::Pass),
            )
            .unwrap();
        result
            .judge(
                &check("b", "B", "high"),
                &of(&target, DEV, "eu-west-1"),
                verdict(Verdict::NotApplicable),
            )
            .unwrap();
        let report = finish([result], &fixture::run());
        assert_eq!(report.findings.len(), expected);
        assert_eq!(
            (
                report.summary.verdicts.pass,
                report.summary.verdicts.not_applicable
            ),
            (1, 1)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_report_does_not_depend_on_the_order_of_arrival(
        order in Just((0..12_usize).collect::<Vec<_>>()).prop_shuffle(),
        accounts in Just(vec![PROD, DEV]).prop_shuffle(),
        verdicts in proptest::collection::vec(0..4_u8, 12),
    ) {
        let build = |order: &[usize], accounts: &[&str]| {
            let results = accounts.iter().map(|id| {
                let functions: Vec<_> = (0..4).map(|n| function(id, "eu-west-1", &format!("f{n}"))).collect();
                let inventory = account(id, "", vec![region("eu-west-1", json!("scanned"), functions.clone())]);
                let mut result = AccountResult::scanned(&inventory, Include { pass: true, not_applicable: true });
                for &n in order {
                    let definition = check(&format!("c{}", n % 3), "C", if n % 3 == 0 { "high" } else { "low" });
                    let judgement = match verdicts[n] {
                        0 => verdict(Verdict::Pass),
                        1 => verdict(Verdict::NotApplicable),
                        2 => fail("m", &["x"], ""),
                        _ => fixture::unknown(vec![Gap::labelled(&format!("s:{}", n / 5), GapKind::Timeout, "")]),
                    };
                    result.judge(&definition, &of(&functions[n / 3], id, "eu-west-1"), judgement).unwrap();
                }
                result
            });
            finish(results.collect::<Vec<_>>(), &fixture::run())
        };
        let sorted: Vec<usize> = (0..12).collect();
        prop_assert_eq!(build(&order, &accounts), build(&sorted, &[PROD, DEV]));
    }
}
