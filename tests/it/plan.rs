//! What `lamppost plan` foretells, beside what the scan then does.

use std::collections::BTreeMap;

use lamppost::aws::transport::{Recording, replay};
use lamppost::aws::{Base, Connection, Limits};
use lamppost::check::{Registry, plan};
use lamppost::inventory::{MissedReason, RegionStatus};
use lamppost::operation::{self, Depth, Operation};
use lamppost::scan::{Forecast, Reach, listing, listing_all};
use lamppost::target::Selection;
use serde_json::Value;

use crate::support::cli::{Lamppost, project};
use crate::support::emulator::Emulator;
use crate::support::simulator::run::{self, limits, spent, sweep};
use crate::support::simulator::{Denied, Simulator, World};

fn everybody() -> Selection {
    Selection {
        organization: true,
        role_name: Some("audit".to_owned()),
        ..Selection::default()
    }
}

fn given() -> Base {
    Base::Given {
        region: "eu-west-1".to_owned(),
    }
}

type Asked = fn(&Operation) -> bool;

/// What is foretold, and by which calls.
async fn foretold(
    world: &World,
    asked: Asked,
    percent: u8,
    at_once: usize,
) -> (Forecast, Simulator) {
    let simulator = Simulator::new(world.clone());
    let connection = Connection::rehearsing(simulator.transport(), limits(percent, 256), asked);
    let reach = Reach {
        accounts_at_once: at_once,
        ..Reach::new(
            &connection,
            given(),
            everybody(),
            run::plan(Depth::Standard),
        )
    };
    (Forecast::of(&reach).await.unwrap(), simulator)
}

#[tokio::test(start_paused = true)]
async fn calls_and_duration_are_those_of_the_scan() {
    let world = World {
        accounts: 3,
        regions: vec!["eu-west-1", "us-east-1"],
        functions: 80,
        public_every: 0,
        ..World::default()
    };
    for (asked, percent, at_once) in [
        (listing_all as Asked, 60, 3),
        (listing_all, 100, 2),
        (listing, 60, 3),
    ] {
        let (forecast, _) = foretold(&world, asked, percent, at_once).await;
        let simulator = Simulator::new(world.clone());
        let swept = sweep(&simulator, limits(percent, 256), Depth::Standard, at_once).await;
        let wrong = (forecast.seconds / swept.seconds - 1.0).abs();
        assert!(
            wrong <= 0.10,
            "{} s, then {} s",
            forecast.seconds,
            swept.seconds
        );
        let made = simulator.sum(|_, _, _| true);
        assert_eq!(made.throttled, 0);
        // what nobody asked for is the policies of aliases and the versions behind them
        let aliases = if forecast
            .not_counted
            .iter()
            .any(|note| note.contains("aliases"))
        {
            3 * 2 * 8
        } else {
            0
        };
        let calls = forecast.calls;
        assert_eq!(
            [calls.get_policy, calls.get_function, calls.other_lambda].map(|calls| calls + aliases),
            [
                spent(&simulator, operation::lambda::GET_POLICY.quota).attempts,
                spent(&simulator, operation::lambda::GET_FUNCTION.quota).attempts,
                spent(&simulator, operation::lambda::CONTROL_PLANE).attempts + aliases,
            ]
        );
        assert_eq!(calls.total() + 2 * aliases, made.attempts);
        for account in &forecast.accounts {
            for region in &account.regions {
                let there = simulator.sum(|id, name, _| id == account.id && name == region.region);
                let found = region.calls.get_function + region.calls.get_policy;
                assert!(found >= 160 && found + region.calls.other_lambda <= there.attempts);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn only_lists_are_asked_for() {
    let world = World {
        accounts: 3,
        functions: 70,
        ..World::default()
    };
    for (asked, more) in [
        (listing as Asked, &[][..]),
        (
            listing_all,
            &[
                "lambda:ListAliases",
                "lambda:ListCodeSigningConfigs",
                "lambda:ListEventSourceMappings",
                "lambda:ListLayers",
            ],
        ),
    ] {
        let (forecast, simulator) = foretold(&world, asked, 60, 3).await;
        assert_eq!(forecast.functions, 210);
        let mut operations: Vec<String> = simulator
            .asked()
            .into_keys()
            .map(|(_, _, operation)| operation)
            .collect();
        operations.sort();
        operations.dedup();
        let mut expected = vec![
            "ec2:DescribeRegions",
            "lambda:GetAccountSettings",
            "lambda:ListFunctions",
            "organizations:DescribeOrganization",
            "organizations:ListAccounts",
            "organizations:ListAccountsForParent",
            "organizations:ListOrganizationalUnitsForParent",
            "organizations:ListPolicies",
            "organizations:ListRoots",
            "sts:AssumeRole",
            "sts:GetCallerIdentity",
        ];
        expected.extend(more);
        expected.sort_unstable();
        assert_eq!(operations, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn the_slowest_is_named_and_what_is_shut_is_said() {
    let world = World {
        accounts: 2,
        regions: vec!["eu-west-1", "us-east-1"],
        denied: vec![Denied {
            operation: Some("lambda:GetAccountSettings"),
            account: Some("100000000001"),
            region: Some("us-east-1"),
            by_scp: true,
            ..Denied::default()
        }],
        ..World::default()
    };
    let (forecast, _) = foretold(&world, listing, 60, 2).await;
    let slowest = forecast.slowest.unwrap();
    assert_eq!((slowest.budget, slowest.calls), ("lambda: all others", 106));
    assert!((slowest.per_second - 9.0).abs() < 1e-9);
    let denied = &forecast.accounts[1].regions[1];
    assert!(
        matches!(&denied.status, RegionStatus::Denied(gap) if gap.message.contains("service control policy"))
    );
    assert_eq!(denied.calls.total(), 1);
    let shut = World {
        denied: vec![Denied {
            operation: Some("sts:AssumeRole"),
            ..Denied::default()
        }],
        ..world
    };
    let (forecast, _) = foretold(&shut, listing, 60, 2).await;
    assert_eq!(forecast.accounts.len(), 1);
    assert!(
        matches!(&forecast.missed[0].reason, MissedReason::Unreachable(gap) if gap.operation == "sts:AssumeRole")
    );
}

/// The organisation as it was recorded holds something of every kind.
#[tokio::test]
async fn a_plan_of_the_recorded_organisation_counts_what_its_scan_called() {
    let file = std::fs::read(project("localstack/recording/organisation.ndjson.zst")).unwrap();
    let recording = Recording::embedded(file.as_slice()).unwrap();
    let free = Limits {
        share: None,
        ..Limits::default()
    };
    let registry = Registry::load(&[], &lamppost::facts::schema).unwrap();
    let selection = Selection {
        role_name: Some("LamppostAudit".to_owned()),
        ..everybody()
    };
    let calls = async |asked: Asked| {
        let connection = Connection::rehearsing(replay(recording.clone()), free, asked);
        let base = Base::Given {
            region: "us-east-1".to_owned(),
        };
        let plan = plan(registry.checks()).at(Depth::Deep);
        let reach = Reach::new(&connection, base, selection.clone(), plan);
        Forecast::of(&reach).await.unwrap();
        connection
            .ledger()
            .entries()
            .into_iter()
            .map(|entry| (entry.operation, entry.calls))
            .collect::<BTreeMap<_, _>>()
    };
    // where everything is asked for, the rehearsal is the scan
    let scanned = calls(|_| true).await;
    let foretold = calls(listing_all).await;
    let mut other = Vec::new();
    for (operation, calls) in &scanned {
        let Some(counted) = foretold.get(operation).copied() else {
            continue;
        };
        if counted != *calls {
            other.push(format!("{operation}: {counted}, then {calls}"));
        }
    }
    // which sources policies name nobody knows before they are read
    let unforeseen: Vec<&str> = scanned
        .keys()
        .filter(|operation| !foretold.contains_key(*operation))
        .map(String::as_str)
        .collect();
    assert_eq!(
        unforeseen,
        [
            "apigateway:GetBasePathMappings",
            "apigateway:GetDeployment",
            "apigateway:GetDomainNames",
            "apigateway:GetResources",
            "apigateway:GetRestApis",
            "apigateway:GetStages",
            "apigatewayv2:GetApiMappings",
            "apigatewayv2:GetApis",
            "apigatewayv2:GetIntegrations",
            "apigatewayv2:GetRoutes",
            "apigatewayv2:GetStages",
            "apigatewayv2:ListRoutingRules",
            "ec2:GetManagedPrefixListEntries",
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeRules",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
            "events:ListRules",
            "s3:ListBuckets",
            "sns:ListTopics",
        ]
    );
    assert!(
        foretold
            .keys()
            .all(|operation| scanned.contains_key(operation))
    );
    // a page of principals is not asked for, a key that is not asked about may be the account's own, and load balancers
    // have security groups too
    insta::assert_snapshot!(other.join("\n"), @r"
    ec2:DescribeSecurityGroups: 1, then 2
    ec2:DescribeSubnets: 1, then 2
    kms:GetKeyRotationStatus: 8, then 6
    ");
}

#[test]
fn the_command_shows_it() {
    let emulator = Emulator::organisation();
    let arguments = ["plan", "--org", "--role-name", "LamppostAudit"];
    let shown = Lamppost::new(arguments).at(emulator.endpoint()).run();
    assert_eq!(shown.code(), 4, "{}", shown.stderr());
    let text = shown
        .stdout()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for part in [
        "standard depth · 60 % of the quotas",
        "The slowest is ",
        "of lambda: all others at 9.0 a second",
        "444444444444 Wickworks (acquired) cannot be entered: sts:AssumeRole: AccessDenied",
        "Not counted",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let json = Lamppost::new(arguments.iter().chain(&["--format", "json"]))
        .at(emulator.endpoint())
        .run()
        .json();
    assert_eq!(json["schema"], "lamppost-plan/1");
    assert!(json["functions"].as_u64() > Some(50), "{json:#}");
    assert_eq!(json["calls"]["get_function"], json["functions"]);
    assert_ne!(json["slowest"], Value::Null);
    let nobody = Lamppost::new(["plan"]).run();
    assert_eq!((nobody.code(), nobody.stdout().as_str()), (3, ""));
}
