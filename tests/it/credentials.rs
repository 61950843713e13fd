//! Ways to an identity: processes, logins, second factors, chains of roles, partitions.

use std::sync::{Arc, Mutex};

use lamppost::aws::{Base, Connection, IdentityError, Limits, Mfa};
use lamppost::operation::Plan;
use lamppost::target::{Selection, TargetError, resolve};

use crate::aws::identity_with;
use crate::support::cli::Lamppost;
use crate::support::emulator::Emulator;
use crate::support::simulator::run::{limits, sweep_of};
use crate::support::simulator::{Denied, Simulator, World};
use crate::support::stub::{Answer, Stub};

const KEY: &str = r#"{"Version":1,"AccessKeyId":"222222222222","SecretAccessKey":"x"}"#;

#[test]
fn a_process_gives_credentials() {
    let endpoint = ("AWS_ENDPOINT_URL", Emulator::organisation().endpoint());
    let config = |command: &str| {
        format!("[profile tool]\nregion = eu-west-1\ncredential_process = {command}\n")
    };
    let with = |command: &str| {
        let profile = ("LAMPPOST_TEST_PROFILE", "tool");
        identity_with(&config(command), &[], &[endpoint, profile])
    };
    assert_eq!(with(&format!("printf '{KEY}'")), "222222222222 eu-west-1");
    let failed = with("false");
    assert!(
        failed.starts_with(
            "the `credential_process` of profile `tool` failed: it ended with exit status 1"
        ),
        "{failed}"
    );
    assert!(
        failed.ends_with("| run the command of `credential_process` in ~/.aws/config by hand"),
        "{failed}"
    );
}

#[test]
fn a_login_that_lasts_gives_credentials() {
    let stub = Stub::start(|first, body| {
        let role = "role_name=Audit&account_id=111122223333";
        let turned = "account_id=111122223333&role_name=Audit";
        if first.contains("/federation/credentials")
            && (first.contains(role) || first.contains(turned))
        {
            return Answer::Now(
                200,
                r#"{"roleCredentials":{"accessKeyId":"ASIA","secretAccessKey":"s","sessionToken":"t","expiration":4102444800000}}"#.to_owned(),
            );
        }
        who(body)
    });
    let config = "[profile work]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Audit\n\
                  region = eu-west-1\n[sso-session corp]\nsso_region = eu-west-1\n\
                  sso_start_url = https://corp.example/start\n";
    // the name is the SHA-1 of the session's
    let token = (
        ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json",
        r#"{"accessToken":"a","expiresAt":"2100-01-01T00:00:00Z","region":"eu-west-1","startUrl":"https://corp.example/start"}"#,
    );
    let variables = [
        ("AWS_ENDPOINT_URL", stub.endpoint()),
        ("AWS_PROFILE", "work"),
    ];
    assert_eq!(
        identity_with(config, &[token], &variables),
        "111122223333 eu-west-1"
    );
}

/// Says to everybody that they are of this account.
fn who(body: &str) -> Answer {
    if body.contains("Action=GetCallerIdentity") {
        return Answer::Now(
            200,
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/x</Arn>\
             <UserId>x</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
                .to_owned(),
        );
    }
    Answer::Now(
        403,
        "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>".to_owned(),
    )
}

/// Who assumes a role from a role gets an hour at most, and asking for more is refused: so nobody asks.
#[tokio::test]
async fn chains_are_asked_for_the_hour_that_they_can_have_with_external_id_and_name() {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&bodies);
    let stub = Stub::start(move |_, body| {
        if !body.contains("Action=AssumeRole") {
            return who(body);
        }
        heard.lock().unwrap().push(body.to_owned());
        Answer::Now(
            200,
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId>\
             <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
             <Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
                .to_owned(),
        )
    });
    let base = Base::At {
        endpoint: stub.endpoint().to_owned(),
        region: "eu-west-1".to_owned(),
        access_key: "x".to_owned(),
    };
    let role = |account: &str| format!("arn:aws:iam::{account}:role/audit");
    let selection = Selection {
        role_chain: vec![role("111111111111"), role("222222222222")],
        external_id: Some("known-to-both".to_owned()),
        session_name: Some("nightly".to_owned()),
        ..Selection::default()
    };
    let connection = Connection::live(Limits::default());
    let targets = resolve(&connection, &base, &selection, &Plan::new([]))
        .await
        .unwrap();
    assert_eq!(targets.entered[0].account, "222222222222");
    let bodies = bodies.lock().unwrap();
    assert_eq!(bodies.len(), 2);
    for (body, account) in bodies.iter().zip(["111111111111", "222222222222"]) {
        assert!(
            body.contains(&format!("iam%3A%3A{account}%3Arole%2Faudit")),
            "{body}"
        );
        assert!(body.contains("ExternalId=known-to-both"), "{body}");
        assert!(body.contains("RoleSessionName=nightly"), "{body}");
        assert!(!body.contains("DurationSeconds"), "{body}");
    }
}

fn everybody() -> Selection {
    Selection {
        organization: true,
        role_name: Some("audit".to_owned()),
        ..Selection::default()
    }
}

fn base(region: &str) -> Base {
    Base::Given {
        region: region.to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_factor_is_asked_for_once_and_serves_every_role() {
    let selection = Selection {
        mfa: Some(Mfa {
            serial: "arn:aws:iam::100000000000:mfa/scanner".to_owned(),
            code: "123456".to_owned(),
        }),
        ..everybody()
    };
    let world = World {
        accounts: 4,
        ..World::default()
    };
    let simulator = Simulator::new(world.clone());
    let connection = Connection::over(simulator.transport(), limits(100, 64));
    let plan = Plan::new([]);
    let targets = resolve(&connection, &base("eu-west-1"), &selection, &plan)
        .await
        .unwrap();
    assert_eq!(targets.entered.len(), 4);
    let asked = |name: &str| simulator.sum(|_, _, operation| operation == name).attempts;
    assert_eq!(
        (asked("sts:GetSessionToken"), asked("sts:AssumeRole")),
        (1, 3)
    );
    let refused = Simulator::new(World {
        denied: vec![Denied {
            operation: Some("sts:GetSessionToken"),
            why: Some("MultiFactorAuthentication failed with invalid MFA one time pass code"),
            ..Denied::default()
        }],
        ..world
    });
    let connection = Connection::over(refused.transport(), limits(100, 64));
    let error = resolve(&connection, &base("eu-west-1"), &selection, &plan)
        .await
        .unwrap_err();
    assert!(
        matches!(error, TargetError::Identity(IdentityError::Mfa(_))),
        "{error}"
    );
    assert!(
        error.help().unwrap().starts_with("type a fresh code"),
        "{:?}",
        error.help()
    );
    assert!(!format!("{selection:?} {error:?}").contains("123456"));
    // where nobody can be asked
    let ended = Lamppost::new(["doctor", "--mfa-serial", "arn:aws:iam::1:mfa/x"]).run();
    assert_eq!(ended.code(), 2);
    assert!(
        ended.stderr().contains("`--mfa-serial` needs `--mfa-code`"),
        "{}",
        ended.stderr()
    );
}

#[tokio::test(start_paused = true)]
async fn partitions_keep_to_themselves() {
    for (partition, region, home) in [
        ("aws-cn", "cn-northwest-1", "cn-north-1"),
        ("aws-us-gov", "us-gov-east-1", "us-gov-west-1"),
    ] {
        let simulator = Simulator::new(World {
            accounts: 2,
            regions: vec![region],
            functions: 12,
            partition,
            ..World::default()
        });
        let swept = sweep_of(&simulator, base(region), limits(100, 64), 2).await;
        assert_eq!(
            (swept.functions, swept.gaps),
            (24, Vec::new()),
            "{partition}"
        );
        for (_, asked, operation) in simulator.asked().into_keys() {
            let expected = match operation.split_once(':').unwrap().0 {
                "iam" | "organizations" => home,
                _ => region,
            };
            assert_eq!(asked, expected, "{partition} {operation}");
        }
        let roles = simulator.roles();
        assert!(!roles.is_empty());
        for role in roles {
            assert!(
                role.starts_with(&format!("arn:{partition}:iam::")),
                "{role}"
            );
        }
    }
}
