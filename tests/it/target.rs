//! Whom to scan, against the emulated organisation over real HTTP and against a recording of it.

use jiff::Timestamp;
use lamppost::aws::transport::{Fault, Recording, Rule, faults, live, record, replay};
use lamppost::aws::{Base, Connection, IdentityError, Limits, Role, Session};
use lamppost::inventory::{GapKind, MissedReason, Observed};
use lamppost::operation::{self, Plan};
use lamppost::target::{Selection, TargetError, Targets, regions, resolve};

use crate::support::emulator::Emulator;

const MANAGEMENT: &str = "111111111111";

fn base() -> Base {
    Base::At {
        endpoint: Emulator::organisation().endpoint().to_owned(),
        region: "us-east-1".to_owned(),
        access_key: "management".to_owned(),
    }
}

fn sweep() -> Selection {
    Selection {
        organization: true,
        role_name: Some("LamppostAudit".to_owned()),
        ..Selection::default()
    }
}

async fn resolved(selection: &Selection) -> Result<Targets, TargetError> {
    let connection = Connection::live(Limits::default());
    resolve(&connection, &base(), selection, &Plan::everything()).await
}

/// Accounts that were entered, then accounts that were missed and why.
fn summary(targets: &Targets) -> String {
    let mut lines = String::new();
    for target in &targets.entered {
        assert_eq!(*target.session.account(), target.account);
        lines += format!("{} {}", target.account, target.name).trim_end();
        lines.push('\n');
    }
    for missed in &targets.missed {
        let why = match &missed.reason {
            MissedReason::Unreachable(gap) => format!(
                "{:?} {} {}",
                gap.kind,
                gap.operation,
                gap.resource.as_deref().unwrap_or_default()
            ),
            MissedReason::Skipped(why) => why.clone(),
        };
        lines += &format!("missed {} {}: {why}\n", missed.id, missed.name);
    }
    lines
}

#[tokio::test]
async fn the_default_is_the_account_of_the_credentials() {
    let targets = resolved(&Selection::default()).await.unwrap();
    insta::assert_snapshot!(summary(&targets), @r#"111111111111 master"#);
}

#[tokio::test]
async fn an_organisation_is_swept_and_the_account_that_refuses_hurts_no_other() {
    let targets = resolved(&sweep()).await.unwrap();
    insta::assert_snapshot!(summary(&targets), @r#"
    111111111111 master
    222222222222 Lanternworks Production
    333333333333 Lanternworks Development
    missed 444444444444 Wickworks (acquired): AccessDenied sts:AssumeRole arn:aws:iam::444444444444:role/LamppostAudit
    "#);

    let Observed::Known(Some(organization)) = &targets.entered[1].organization else {
        panic!("{:?}", targets.entered[1].organization);
    };
    assert_eq!(organization.management_account, MANAGEMENT);
    assert_eq!(organization.accounts.known().map(Vec::len), Some(4));
    assert_eq!(organization.path.len(), 2, "the root and the unit");
    let Observed::Known(Some(levels)) = &organization.service_control_policies else {
        panic!("{:?}", organization.service_control_policies);
    };
    let names: Vec<Vec<&str>> = levels
        .iter()
        .map(|level| {
            let mut names: Vec<_> = level.iter().map(|policy| policy.name.as_str()).collect();
            names.sort_unstable();
            names
        })
        .collect();
    assert_eq!(names.len(), 3, "root, unit, account");
    assert!(names[1].contains(&"DenyUnusedRegions"), "{names:?}");
    assert!(names[1].contains(&"ProtectVault"), "{names:?}");
    assert!(
        levels[1]
            .iter()
            .all(|policy| policy.document.contains("Statement"))
    );
}

#[tokio::test]
async fn units_and_accounts_are_chosen_and_left_out() {
    let only_workloads = Selection {
        include_units: vec!["Workloads".to_owned()],
        exclude_accounts: vec!["333333333333".to_owned()],
        ..sweep()
    };
    insta::assert_snapshot!(summary(&resolved(&only_workloads).await.unwrap()), @r#"222222222222 Lanternworks Production"#);
    let without = Selection {
        exclude_units: vec!["Workloads".to_owned(), "Quarantine".to_owned()],
        ..sweep()
    };
    insta::assert_snapshot!(summary(&resolved(&without).await.unwrap()), @r#"111111111111 master"#);
    let named = Selection {
        include_accounts: vec!["222222222222".to_owned(), "111111111111".to_owned()],
        include_units: vec!["Workloads".to_owned()],
        ..sweep()
    };
    insta::assert_snapshot!(summary(&resolved(&named).await.unwrap()), @r#"
    222222222222 Lanternworks Production
    missed 111111111111 master: it is in none of the chosen organizational units
    "#);
    let stranger = Selection {
        include_accounts: vec!["222222222222".to_owned(), "999988887777".to_owned()],
        ..sweep()
    };
    insta::assert_snapshot!(resolved(&stranger).await.unwrap_err(), @"account `999988887777` is not in the organization of account `111111111111`");
    let misspelt = Selection {
        include_units: vec!["Worklaods".to_owned()],
        ..sweep()
    };
    insta::assert_snapshot!(resolved(&misspelt).await.unwrap_err(), @r#"the organisation has no unit `Worklaods`; did you mean `Workloads`?"#);
}

#[tokio::test]
async fn filters_by_account_hold_for_the_account_of_the_credentials() {
    let only = |accounts: &[&str]| Selection {
        include_accounts: accounts.iter().map(|id| (*id).to_owned()).collect(),
        ..Selection::default()
    };
    insta::assert_snapshot!(summary(&resolved(&only(&[MANAGEMENT])).await.unwrap()), @"111111111111 master");
    let elsewhere = resolved(&only(&["333333333333"])).await.unwrap_err();
    insta::assert_snapshot!(elsewhere, @"account `333333333333` was chosen, but the credentials belong to `111111111111`");
    assert!(elsewhere.is_usage());
    let without = Selection {
        exclude_accounts: vec![MANAGEMENT.to_owned()],
        ..Selection::default()
    };
    let nobody = resolved(&without).await.unwrap_err();
    insta::assert_snapshot!(nobody, @"no account is left to scan (111111111111: the account of the credentials is not among the chosen ones)");
    assert!(!nobody.is_usage());
}

#[tokio::test]
async fn accounts_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.txt");
    std::fs::write(
        &path,
        "222222222222, Shop\n# closed\n444444444444\n111111111111\n",
    )
    .unwrap();
    let selection = Selection {
        account_file: Some(path.clone()),
        role_name: Some("LamppostAudit".to_owned()),
        ..Selection::default()
    };
    insta::assert_snapshot!(summary(&resolved(&selection).await.unwrap()), @r#"
    111111111111 master
    222222222222 Shop
    missed 444444444444 Wickworks (acquired): AccessDenied sts:AssumeRole arn:aws:iam::444444444444:role/LamppostAudit
    "#);
    std::fs::write(&path, "\u{feff}222222222222,Shop\r\n").unwrap();
    insta::assert_snapshot!(summary(&resolved(&selection).await.unwrap()), @"222222222222 Shop");
    std::fs::write(&path, "# nobody\n").unwrap();
    insta::assert_snapshot!(resolved(&selection).await.unwrap_err(), @"no account is left to scan");
    std::fs::write(&path, "222222222222\n2222-2222-2222\n").unwrap();
    let said = resolved(&selection).await.unwrap_err().to_string();
    assert!(
        said.ends_with(
            "accounts.txt` line 2: `2222-2222-2222` is not an account id of twelve digits"
        ),
        "{said}"
    );
}

#[tokio::test]
async fn roles_are_assumed_one_from_another() {
    let selection = Selection {
        role_chain: vec![
            "arn:aws:iam::222222222222:role/LamppostAudit".to_owned(),
            "arn:aws:iam::333333333333:role/LamppostAudit".to_owned(),
        ],
        ..Selection::default()
    };
    insta::assert_snapshot!(summary(&resolved(&selection).await.unwrap()), @r#"333333333333"#);
    let broken = Selection {
        role_chain: vec![
            "arn:aws:iam::444444444444:role/LamppostAudit".to_owned(),
            "arn:aws:iam::333333333333:role/LamppostAudit".to_owned(),
        ],
        ..Selection::default()
    };
    insta::assert_snapshot!(summary(&resolved(&broken).await.unwrap()), @r#"missed 444444444444 : AccessDenied sts:AssumeRole arn:aws:iam::444444444444:role/LamppostAudit"#);
}

#[tokio::test]
async fn regions_are_those_of_the_account() {
    let connection = Connection::live(Limits::default());
    let session = Session::open(&connection, &base()).await.unwrap();
    let all = regions(&session, &[], &[]).await.unwrap();
    assert_eq!(
        all.enabled,
        ["ap-southeast-2", "eu-central-1", "eu-west-1", "us-east-1"]
    );
    assert!(all.unlisted.is_none());
    let asked = ["us-east-1".to_owned(), "af-south-1".to_owned()];
    let some = regions(&session, &asked, &[]).await.unwrap();
    assert_eq!(
        (some.enabled, some.not_enabled),
        (
            vec!["us-east-1".try_into().unwrap()],
            vec!["af-south-1".try_into().unwrap()]
        )
    );
    let wrong = regions(&session, &["us-east-9".to_owned()], &[])
        .await
        .unwrap_err();
    insta::assert_snapshot!(wrong, @r#"there is no region `us-east-9`; did you mean `us-east-1`?"#);
}

#[tokio::test]
async fn what_organizations_refuses_is_a_gap_or_an_error_and_regions_fall_back() {
    let rules = vec![
        Rule::new(Fault::AccessDenied, "organizations:ListPolicies"),
        Rule::new(Fault::AccessDenied, "ec2:DescribeRegions"),
    ];
    let connection = Connection::over(faults(live(), rules), Limits::default());
    let targets = resolve(&connection, &base(), &sweep(), &Plan::everything())
        .await
        .unwrap();
    assert_eq!(targets.entered.len(), 3);
    let organization = targets.entered[1]
        .organization
        .known()
        .unwrap()
        .as_ref()
        .unwrap();
    let gap = organization.service_control_policies.gap().unwrap();
    assert_eq!(
        (gap.operation.as_str(), gap.kind),
        ("organizations:ListPolicies", GapKind::AccessDenied)
    );
    let session = &targets.entered[0].session;
    let fallen_back = regions(session, &[], &[]).await.unwrap();
    assert_eq!(fallen_back.enabled.len(), 17);
    assert_eq!(
        fallen_back.unlisted.unwrap().code.as_deref(),
        Some("UnauthorizedOperation")
    );

    let rules = vec![Rule::new(Fault::AccessDenied, "organizations:ListAccounts")];
    let connection = Connection::over(faults(live(), rules), Limits::default());
    let error = resolve(&connection, &base(), &sweep(), &Plan::everything())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, TargetError::Organization(gap) if gap.kind == GapKind::AccessDenied),
        "{error}"
    );
    let alone = resolve(
        &connection,
        &base(),
        &Selection::default(),
        &Plan::everything(),
    )
    .await
    .unwrap();
    let organization = alone.entered[0].organization.known().unwrap().as_ref();
    let gap = organization.unwrap().accounts.gap().unwrap();
    assert_eq!(
        (gap.operation.as_str(), gap.kind),
        ("organizations:ListAccounts", GapKind::OrganizationUnread)
    );
}

#[tokio::test]
async fn a_recorded_sweep_replays_without_a_network_and_holds_no_credentials() {
    let (transport, recorder) = record(live());
    let connection = Connection::over(transport, Limits::default());
    let first = resolve(&connection, &base(), &sweep(), &Plan::everything())
        .await
        .unwrap();
    let recorded_at: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let mut file = Vec::new();
    recorder.recording(recorded_at).write(&mut file).unwrap();
    let text = String::from_utf8(zstd::decode_all(file.as_slice()).unwrap()).unwrap();
    assert!(text.contains("<SecretAccessKey>scrubbed</SecretAccessKey>"));
    for secret in [
        "ASIA",
        "Authorization",
        "Signature=",
        "X-Amz-Security-Token",
    ] {
        assert!(!text.contains(secret), "{secret} was recorded");
    }

    let recording = Recording::read(file.as_slice()).unwrap();
    assert_eq!(recording.recorded_at, recorded_at);
    let connection = Connection::over(replay(recording), Limits::default());
    let given = Base::Given {
        region: "us-east-1".to_owned(),
    };
    let again = resolve(&connection, &given, &sweep(), &Plan::everything())
        .await
        .unwrap();
    assert_eq!(summary(&first), summary(&again));
    for (first, again) in first.entered.iter().zip(&again.entered) {
        assert_eq!(first.organization, again.organization);
    }

    let stranger = again.entered[0].session.lambda("us-east-1");
    let error = stranger.list_functions().send().await.unwrap_err();
    let call = lamppost::aws::Call {
        operation: &operation::lambda::LIST_FUNCTIONS,
        account: MANAGEMENT,
        region: "us-east-1",
        resource: None,
    };
    insta::assert_snapshot!(lamppost::aws::gap(&error, &call), @r#"lambda:ListFunctions: the recording holds no answer to lambda:ListFunctions (GET `/2015-03-31/functions`)"#);
}

#[tokio::test]
async fn nobody_at_the_endpoint_is_said_in_one_line() {
    let nowhere = Base::At {
        endpoint: "http://127.0.0.1:9".to_owned(),
        region: "us-east-1".to_owned(),
        access_key: "management".to_owned(),
    };
    let limits = Limits {
        attempts: 1,
        ..Limits::default()
    };
    let error = Session::open(&Connection::live(limits), &nowhere)
        .await
        .unwrap_err();
    assert!(matches!(error, IdentityError::Unreachable { .. }));
    let said = error.to_string();
    assert!(
        said.starts_with("cannot reach `http://127.0.0.1:9`: sts:GetCallerIdentity: "),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1);
}

#[tokio::test]
async fn many_calls_of_one_role_assume_it_once() {
    let connection = Connection::live(Limits::default());
    let session = Session::open(&connection, &base()).await.unwrap();
    let inside = session.assume(&Role {
        arn: "arn:aws:iam::222222222222:role/LamppostAudit".to_owned(),
        external_id: None,
        session_name: "lamppost".to_owned(),
    });
    let calls = (0..30).map(|number| {
        let region = ["us-east-1", "eu-central-1", "ap-southeast-2"][number % 3];
        let client = inside.lambda(region);
        async move { client.get_account_settings().send().await }
    });
    for answer in futures_util::future::join_all(calls).await {
        answer.unwrap();
    }
    let entries = connection.ledger().entries();
    let assumed = entries
        .iter()
        .find(|entry| entry.operation == "sts:AssumeRole")
        .unwrap();
    assert_eq!((assumed.calls, assumed.attempts), (1, 1));
}
