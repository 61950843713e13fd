//! Scans of a simulated AWS in small; `cargo bench --bench scale` does the same in large.

use std::time::Duration;

use lamppost::operation::{self, Depth, Operation};

use crate::support::simulator::run::{Bound, limits, spent, sweep};
use crate::support::simulator::{Denied, Simulator, World};

#[tokio::test(start_paused = true)]
async fn a_region_takes_what_the_quotas_allow_and_loses_nothing() {
    let world = World {
        functions: 600,
        ..World::default()
    };
    let bound = Bound::of(&world);
    let simulator = Simulator::new(world);
    let swept = sweep(&simulator, limits(100, 256), Depth::Standard, 1).await;
    assert_eq!((swept.functions, swept.gaps), (600, Vec::new()));
    let lambda = simulator.sum(|_, _, operation| operation.starts_with("lambda:"));
    assert_eq!(lambda.throttled, 0);
    // exactly the calls that the bound counts: the plan is lean
    assert_eq!(
        [
            operation::lambda::GET_POLICY.quota,
            operation::lambda::GET_FUNCTION.quota,
            operation::lambda::CONTROL_PLANE
        ]
        .map(|budget| spent(&simulator, budget).attempts),
        [bound.get_policy, bound.get_function, bound.rest].map(|calls| calls as u64),
    );
    assert!(bound.rest as f64 <= 1.2 * 600.0);
    let took = swept.seconds - swept.discovery;
    assert!(
        took <= bound.seconds() * 1.1,
        "{took} s, bound {} s",
        bound.seconds()
    );
}

#[tokio::test(start_paused = true)]
async fn regions_and_accounts_do_not_wait_for_each_other() {
    let world = World {
        accounts: 10,
        regions: vec!["eu-west-1", "eu-central-1", "us-east-1"],
        functions: 60,
        ..World::default()
    };
    let bound = Bound::of(&world);
    let simulator = Simulator::new(world);
    let swept = sweep(&simulator, limits(100, 4096), Depth::Standard, 10).await;
    assert_eq!((swept.accounts, swept.functions), (10, 10 * 3 * 60));
    assert_eq!(swept.gaps, Vec::<String>::new());
    let took = swept.seconds - swept.discovery;
    assert!(
        took <= bound.seconds() + 3.0,
        "{took} s, bound {} s",
        bound.seconds()
    );
}

#[tokio::test(start_paused = true)]
async fn deep_depth_asks_everything() {
    let simulator = Simulator::new(World {
        functions: 40,
        ..World::default()
    });
    let swept = sweep(&simulator, limits(100, 256), Depth::Deep, 1).await;
    assert_eq!((swept.functions, swept.gaps), (40, Vec::new()));
    let urls = simulator.sum(|_, _, operation| operation == "lambda:ListFunctionUrlConfigs");
    assert_eq!(urls.attempts, 40);
}

/// Half the quota for another client, for as long as the scan takes.
#[tokio::test(start_paused = true)]
async fn another_client_keeps_its_half() {
    let simulator = Simulator::new(World {
        functions: 900,
        ..World::default()
    });
    let other = tokio::spawn(rival(simulator.clone()));
    let swept = sweep(&simulator, limits(60, 256), Depth::Standard, 1).await;
    other.abort();
    assert_eq!((swept.functions, swept.gaps), (900, Vec::new()));
    let rival = simulator.rival();
    let kept = 1.0 - rival.throttled as f64 / rival.attempts as f64;
    assert!(rival.attempts > 500 && kept >= 0.95, "{rival:?}: {kept}");
}

async fn rival(simulator: Simulator) {
    let operation = Operation::find("Lambda", "GetPolicy").unwrap();
    let mut tick = tokio::time::interval(Duration::from_secs_f64(1.0 / 7.5));
    loop {
        tick.tick().await;
        let simulator = simulator.clone();
        tokio::spawn(async move {
            simulator
                .compete(&Simulator::account(0), "eu-west-1", operation)
                .await
        });
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_a_gap_of_its_account_alone() {
    let broken = "100000000001";
    let simulator = Simulator::new(World {
        accounts: 3,
        functions: 10,
        denied: vec![Denied {
            operation: Some("lambda:GetPolicy"),
            account: Some(broken),
            ..Denied::default()
        }],
        ..World::default()
    });
    let swept = sweep(&simulator, limits(100, 256), Depth::Standard, 3).await;
    assert_eq!((swept.accounts, swept.functions), (3, 30));
    assert!(!swept.gaps.is_empty());
    assert!(
        swept.gaps.iter().all(|gap| gap.contains(broken)),
        "{:?}",
        swept.gaps
    );
}

#[tokio::test(start_paused = true)]
async fn sessions_that_end_under_way_lose_nothing() {
    let world = World {
        accounts: 2,
        functions: 400,
        session: Duration::from_secs(10),
        ..World::default()
    };
    // renewed in time, and renewed where AWS ends them earlier than it said
    for said in [None, Some(Duration::from_secs(3600))] {
        let simulator = Simulator::new(World {
            session_said: said,
            ..world.clone()
        });
        let swept = sweep(&simulator, limits(100, 256), Depth::Standard, 2).await;
        assert_eq!((swept.functions, swept.gaps), (800, Vec::new()), "{said:?}");
        let assumed = simulator.sum(|_, _, operation| operation == "sts:AssumeRole");
        assert!((3..12).contains(&assumed.attempts), "{said:?}: {assumed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_never_answered_is_named_and_becomes_a_gap() {
    let simulator = Simulator::new(World {
        functions: 10,
        silent: Some(("GetPolicy", "worker-00003")),
        ..World::default()
    });
    let swept = sweep(&simulator, limits(100, 256), Depth::Standard, 1).await;
    assert_eq!(swept.functions, 10);
    assert_eq!(swept.gaps.len(), 1, "{:?}", swept.gaps);
    for part in [
        "lambda:GetPolicy",
        "worker-00003",
        "timeout",
        "no answer within 120 s",
    ] {
        assert!(swept.gaps[0].contains(part), "{part}: {}", swept.gaps[0]);
    }
}
