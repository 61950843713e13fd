//! Who we are, as the environment of a process says it.

use std::process::Command;

use lamppost::aws::{Base, Connection, Limits, Session};

/// Runs as a child of the tests below, with an environment of its own.
#[tokio::test]
#[ignore = "a child of other tests, which give it its environment"]
async fn identity() {
    let base = match std::env::var("LAMPPOST_TEST_PROFILE") {
        Ok(profile) => Base::Profile(profile),
        Err(_) => Base::Default,
    };
    let limits = Limits {
        attempts: 1,
        ..Limits::default()
    };
    match Session::open(&Connection::live(limits), &base).await {
        Ok(session) => println!("<{} {}>", session.account(), session.home_region()),
        Err(error) => println!("<{error} | {}>", error.help()),
    }
}

/// What `identity` says with these files and variables, and nothing else of the environment.
pub(crate) fn identity_with(
    config: &str,
    files: &[(&str, &str)],
    variables: &[(&str, &str)],
) -> String {
    let home = tempfile::tempdir().unwrap();
    let aws = home.path().join(".aws");
    std::fs::create_dir(&aws).unwrap();
    std::fs::write(aws.join("config"), config).unwrap();
    for (path, text) in files {
        let path = home.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "aws::identity", "--ignored", "--nocapture"])
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", "/usr/bin:/bin")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let (_, said) = said.split_once('<').expect(&said);
    let (said, _) = said.rsplit_once('>').unwrap();
    said.replace(&home.path().display().to_string(), "~")
}

#[test]
fn no_credentials_at_all() {
    insta::assert_snapshot!(identity_with("", &[], &[]), @r#"no AWS credentials were found | set AWS_PROFILE, give --profile, or log in (`aws configure`, `aws sso login`)"#);
}

const UNKNOWN: &str =
    "there is no profile `wrok` | `aws configure list-profiles` shows the profiles";

#[test]
fn an_unknown_profile() {
    let config = "[profile work]\naws_access_key_id = A\naws_secret_access_key = b\n";
    let said = identity_with(config, &[], &[("LAMPPOST_TEST_PROFILE", "wrok")]);
    assert_eq!(said, UNKNOWN);
    let said = identity_with(config, &[], &[("AWS_PROFILE", "wrok")]);
    assert_eq!(said, UNKNOWN);
}

#[test]
fn a_login_that_has_ended() {
    let config = "[profile work]\nsso_session = corp\nsso_account_id = 111122223333\n\
                  sso_role_name = Audit\nregion = eu-west-1\n\
                  [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n";
    for variable in ["LAMPPOST_TEST_PROFILE", "AWS_PROFILE"] {
        let said = identity_with(config, &[], &[(variable, "work")]);
        assert_eq!(
            said,
            "the SSO session of profile `work` has expired or was never begun | log in: aws sso login --profile work"
        );
    }
}

#[test]
fn a_named_profile_wins_over_keys_of_the_environment_and_brings_its_region() {
    let endpoint = crate::support::emulator::Emulator::organisation().endpoint();
    let config = "[profile shop]\naws_access_key_id = 222222222222\naws_secret_access_key = b\n\
                  region = eu-central-1\n";
    let keys = [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ACCESS_KEY_ID", "333333333333"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ];
    let mut named = keys.to_vec();
    named.push(("LAMPPOST_TEST_PROFILE", "shop"));
    assert_eq!(
        identity_with(config, &[], &named),
        "222222222222 eu-central-1"
    );
    assert_eq!(identity_with(config, &[], &keys), "333333333333 us-east-1");
}

#[test]
fn an_endpoint_where_nobody_is() {
    let said = identity_with(
        "",
        &[],
        &[
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
            ("AWS_ACCESS_KEY_ID", "A"),
            ("AWS_SECRET_ACCESS_KEY", "b"),
        ],
    );
    assert!(
        said.starts_with("cannot reach `http://127.0.0.1:9`: "),
        "{said}"
    );
    assert!(
        said.ends_with("| check the network, the proxy and AWS_ENDPOINT_URL"),
        "{said}"
    );
}
