//! Calls that are never answered: named, given up, and a gap.

use std::io::{BufRead as _, BufReader};
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use lamppost::aws::{Base, Call, Connection, Limits, Session, Stuck, gap};
use lamppost::inventory::GapKind;

use crate::support::cli::Lamppost;
use crate::support::simulator::run::limits;
use crate::support::simulator::{Simulator, World};
use crate::support::stub::{Answer, Stub};
use lamppost::operation;

const ASKED: Call<'_> = Call {
    operation: &operation::lambda::GET_POLICY,
    account: "100000000000",
    region: "eu-west-1",
    resource: None,
};

#[tokio::test(start_paused = true)]
async fn a_call_without_an_answer_is_named_once_and_given_up() {
    let simulator = Simulator::new(World {
        silent: Some(("GetPolicy", "worker-00003")),
        ..World::default()
    });
    let connection = Connection::over(simulator.transport(), limits(100, 64));
    let session = Session::given(&connection, ASKED.account, ASKED.region).await;
    let client = session.lambda(ASKED.region);
    let heard: Mutex<Vec<Stuck>> = Mutex::default();
    let began = tokio::time::Instant::now();
    let calls = async {
        let answered = client.get_policy().function_name("worker-00002").send();
        let silent = client.get_policy().function_name("worker-00003").send();
        (answered.await, silent.await)
    };
    let (answered, silent) = tokio::select! {
        ended = calls => ended,
        never = connection.watch(|stuck| heard.lock().unwrap().push(stuck)) => match never {},
    };
    assert!(answered.is_ok());
    let gap = gap(&silent.unwrap_err(), &ASKED);
    assert_eq!(gap.kind, GapKind::Timeout);
    assert!(
        began.elapsed() < Duration::from_secs(180),
        "{:?}",
        began.elapsed()
    );
    let heard: Vec<String> = heard
        .into_inner()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    insta::assert_snapshot!(heard.join("\n"), @"no answer for 15 s: lambda:GetPolicy (functions/worker-00003/policy) 100000000000 eu-west-1; it is given up after 120 s");
}

#[tokio::test]
async fn an_answer_that_stops_half_way_is_given_up() {
    let stub = Stub::start(|_, _| Answer::Half);
    let limits = Limits {
        attempt: Duration::from_millis(300),
        operation: Duration::from_millis(900),
        attempts: 2,
        ..Limits::default()
    };
    let base = Base::At {
        endpoint: stub.endpoint().to_owned(),
        region: "eu-west-1".to_owned(),
        access_key: "x".to_owned(),
    };
    let began = Instant::now();
    let error = Session::open(&Connection::live(limits), &base)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("no answer within 0 s"),
        "{error}"
    );
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
}

/// Over real time: a person sees the name of the call while it is stuck.
#[test]
fn the_command_names_it() {
    let stub = Stub::start(crate::interrupt::silent_function);
    let mut scan = Lamppost::new(["scan", "--check", "pinned-runtime-version"])
        .at(stub.endpoint())
        .spawn();
    let mut lines = BufReader::new(scan.stderr.take().unwrap()).lines();
    let named = lines
        .find(|line| line.as_ref().unwrap().starts_with("no answer for "))
        .unwrap();
    assert_eq!(
        named.unwrap().split_once(": ").unwrap().1,
        "lambda:GetRuntimeManagementConfig (functions/quiet/runtime-management-config) 111122223333 us-east-1; \
         it is given up after 120 s"
    );
    let ended = Command::new("kill")
        .args(["-KILL", &scan.id().to_string()])
        .status();
    assert!(ended.unwrap().success());
    scan.wait().unwrap();
}
