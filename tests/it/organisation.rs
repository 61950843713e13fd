//! Which accounts of an organisation are looked into.

use lamppost::aws::{Base, Connection};
use lamppost::inventory::MissedReason;
use lamppost::operation::Plan;
use lamppost::target::{Selection, TargetError, resolve};

use crate::support::cli::Lamppost;
use crate::support::simulator::run::limits;
use crate::support::simulator::{Simulator, World};

fn base() -> Base {
    Base::Given {
        region: "eu-west-1".to_owned(),
    }
}

fn everybody() -> Selection {
    Selection {
        organization: true,
        role_name: Some("audit".to_owned()),
        ..Selection::default()
    }
}

#[tokio::test(start_paused = true)]
async fn suspended_accounts_are_left_out_and_said() {
    let simulator = Simulator::new(World {
        accounts: 45,
        suspended: 2,
        ..World::default()
    });
    let connection = Connection::over(simulator.transport(), limits(100, 64));
    let plan = Plan::new([]);
    let targets = resolve(&connection, &base(), &everybody(), &plan)
        .await
        .unwrap();
    assert_eq!(targets.entered.len(), 43);
    let left: Vec<_> = targets
        .missed
        .into_iter()
        .map(|missed| (missed.id, missed.reason))
        .collect();
    let why = || MissedReason::Skipped("its state is SUSPENDED".to_owned());
    let suspended = ["100000000043", "100000000044"].map(|id| (id.to_owned(), why()));
    assert_eq!(left, suspended);
    // all but the management account, which is entered as it is
    assert_eq!(simulator.roles().len(), 42);
}

#[tokio::test(start_paused = true)]
async fn accounts_are_chosen_by_their_tags() {
    let simulator = Simulator::new(World {
        accounts: 5,
        ..World::default()
    });
    let connection = Connection::over(simulator.transport(), limits(100, 64));
    let entered = async |tags: &[&str]| {
        let selection = Selection {
            account_tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..everybody()
        };
        let plan = Plan::new([]);
        let targets = match resolve(&connection, &base(), &selection, &plan).await {
            Err(TargetError::NothingLeft(_)) => return String::new(),
            targets => targets.unwrap(),
        };
        assert!(
            targets
                .missed
                .iter()
                .all(|missed| matches!(missed.reason, MissedReason::Skipped(_)))
        );
        let last = |account: lamppost::inventory::AccountId| account.chars().last().unwrap();
        targets
            .entered
            .into_iter()
            .map(|target| last(target.account))
            .collect::<String>()
    };
    assert_eq!(entered(&["stage=live"]).await, "024");
    assert_eq!(entered(&["stage=test", "team"]).await, "13");
    assert_eq!(entered(&["team=lamps"]).await, "01234");
    assert_eq!(entered(&["stage=live", "stage=test"]).await, "");
    assert_eq!(entered(&["owner"]).await, "");
    let ended = Lamppost::new(["scan", "--account-tag", "stage=live"]).run();
    assert_eq!(ended.code(), 2);
    assert!(ended.stderr().contains("--org"), "{}", ended.stderr());
}
