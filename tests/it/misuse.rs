//! What a person reads who scans without the right to: one clear sentence and what to do.

mod table;

use std::fs;

use crate::support::cli::{Lamppost, folder};
use crate::support::emulator::Emulator;
use crate::support::stub::{Answer, Stub};

/// The exit code and everything that is said.
fn told(scan: Lamppost) -> (i32, String) {
    let ended = scan.run();
    assert_eq!(ended.stdout(), "", "nothing on standard output");
    (ended.code(), ended.stderr())
}

const NOBODY: &str = "error: no AWS credentials were found
help: set AWS_PROFILE, give --profile, or log in (`aws configure`, `aws sso login`)
";

#[test]
fn without_credentials() {
    let disabled = Lamppost::new(["scan"]).env("AWS_EC2_METADATA_DISABLED", "true");
    assert_eq!(told(disabled), (3, NOBODY.to_owned()));
    // An address of its own, which nobody listens at any more.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let unreachable = Lamppost::new(["scan"]).env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &address);
    assert_eq!(told(unreachable), (3, NOBODY.to_owned()));
    let closed = Stub::start(|_, _| Answer::Now(403, String::new()));
    let forbidden =
        Lamppost::new(["scan"]).env("AWS_EC2_METADATA_SERVICE_ENDPOINT", closed.endpoint());
    assert_eq!(told(forbidden), (3, NOBODY.to_owned()));

    let nobody = Lamppost::new(["scan"]).at(&address);
    let (code, said) = told(nobody);
    assert_eq!(code, 3);
    assert!(
        said.starts_with(&format!(
            "error: cannot reach `{address}`: sts:GetCallerIdentity"
        )),
        "{said}"
    );
    assert!(
        said.ends_with("help: check the network, the proxy and AWS_ENDPOINT_URL\n"),
        "{said}"
    );

    let schemeless = Lamppost::new(["scan"]).at("localhost:4566");
    assert_eq!(
        told(schemeless),
        (
            2,
            "error: AWS_ENDPOINT_URL is `localhost:4566`, which is not the address of an endpoint: \
             it does not begin with `http://` or `https://`
help: write the scheme, the host and the port, as in `http://localhost:4566`
"
            .to_owned()
        )
    );
}

#[test]
fn with_a_profile_that_leads_nowhere() {
    let home = folder();
    let aws = home.path().join(".aws");
    fs::create_dir_all(aws.join("sso/cache")).unwrap();
    fs::write(
        aws.join("config"),
        "[profile people]\nsso_session = corp\nsso_account_id = 111111111111\nsso_role_name = Audit\n\
         region = eu-west-1\n[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\n\
         sso_region = eu-west-1\n[profile empty]\nregion = eu-west-1\n\
         [profile lost]\nrole_arn = arn:aws:iam::111111111111:role/Audit\nsource_profile = gone\n",
    )
    .unwrap();
    // The file is named after the SHA-1 of `corp`.
    fs::write(
        aws.join("sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"),
        r#"{"startUrl":"https://corp.awsapps.com/start","region":"eu-west-1",
            "accessToken":"canary-token","expiresAt":"2020-01-01T00:00:00Z"}"#,
    )
    .unwrap();
    for (profile, expected) in [
        (
            "people",
            "error: the SSO session of profile `people` has expired or was never begun
help: log in: aws sso login --profile people
",
        ),
        (
            "peeple",
            "error: there is no profile `peeple`
help: `aws configure list-profiles` shows the profiles
",
        ),
        (
            "empty",
            "error: profile `empty` holds no credentials: it names no key, role, login or process
help: check the profile in ~/.aws/config
",
        ),
        (
            "lost",
            "error: profile `lost` holds no credentials: its source profile `gone` is not defined
help: check the profile in ~/.aws/config
",
        ),
    ] {
        let scan = Lamppost::new(["scan", "--profile", profile])
            .env("HOME", home.path().to_str().unwrap())
            .env("AWS_EC2_METADATA_DISABLED", "true");
        assert_eq!(told(scan), (3, expected.to_owned()));
    }
}

#[test]
fn with_a_session_that_ended() {
    let stub = Stub::start(|_, _| {
        Answer::Now(
            403,
            "<ErrorResponse><Error><Code>ExpiredToken</Code>\
             <Message>The security token included in the request is expired</Message></Error></ErrorResponse>"
                .to_owned(),
        )
    });
    let scan = Lamppost::new(["scan"]).at(stub.endpoint());
    assert_eq!(
        told(scan),
        (
            3,
            "error: AWS does not accept the credentials: sts:GetCallerIdentity: ExpiredToken: \
             The security token included in the request is expired\nhelp: renew the credentials\n"
                .to_owned()
        )
    );
}

#[test]
fn with_a_region_that_does_not_exist() {
    let scan =
        Lamppost::new(["scan", "--region", "us-est-1"]).at(Emulator::organisation().endpoint());
    let (code, said) = told(scan);
    assert_eq!(code, 2);
    assert!(
        said.starts_with("error: there is no region `us-est-1`; did you mean `us-east-1`?"),
        "{said}"
    );
}

/// Wrong uses of the targets against the emulated organization: exit code, and how the message begins.
#[test]
fn with_targets_that_cannot_be_meant() {
    let own = "111111111111";
    let cases: &[(&[&str], i32, &str)] = &[
        (
            &["--account", "333333333333"],
            2,
            "error: account `333333333333` was chosen, but the credentials belong to `111111111111`\n\
             help: use credentials of that account",
        ),
        (
            &["--exclude-account", own],
            3,
            "error: no account is left to scan (111111111111: the account of the credentials is not",
        ),
        (
            &["--role-name", "LamppostAudit"],
            2,
            "error: `--role-name` needs `--org` or `--account-file`\n",
        ),
        (
            &["--external-id", "secret"],
            2,
            "error: `--external-id` needs `--org`, `--account-file` or `--role-arn`\n",
        ),
        (
            &["--session-name", "night"],
            2,
            "error: `--session-name` needs `--org`, `--account-file` or `--role-arn`\n",
        ),
        (
            &["--exclude-region", "eu-wset-1"],
            2,
            "error: there is no region `eu-wset-1`; did you mean `eu-west-1`?",
        ),
        (
            &["--region", "us-east-1", "--exclude-region", "us-east-1"],
            3,
            "error: no region is left to scan",
        ),
        (
            &[
                "--org",
                "--role-name",
                "arn:aws:iam::222222222222:role/LamppostAudit",
            ],
            2,
            "error: `arn:aws:iam::222222222222:role/LamppostAudit` is not a role's name\nhelp: write the name",
        ),
        (
            &[
                "--org",
                "--role-name",
                "LamppostAudit",
                "--account",
                "999988887777",
            ],
            2,
            "error: account `999988887777` is not in the organization of account `111111111111`",
        ),
    ];
    for (typed, expected, begins) in cases {
        let scan = ["scan"].iter().chain(*typed);
        let (code, said) = told(Lamppost::new(scan).at(Emulator::organisation().endpoint()));
        assert!(said.starts_with(begins), "{typed:?}: {said}");
        assert_eq!(code, *expected, "{typed:?}");
    }
}

#[test]
fn with_a_region_that_is_not_enabled() {
    let scan = Lamppost::new(["scan", "--region", "af-south-1", "--format", "json"])
        .at(Emulator::organisation().endpoint())
        .run();
    assert_eq!(scan.code(), 3, "{}", scan.stderr());
    assert_eq!(
        scan.stderr(),
        "error: nothing was scanned: af-south-1 is not enabled in account 111111111111\n"
    );
    assert_eq!(scan.json()["run"]["complete"], false);
}

#[test]
fn with_a_profile_that_the_environment_misspells() {
    let scan = Lamppost::new(["scan"])
        .env("AWS_PROFILE", "audt")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    let said = "error: there is no profile `audt`\nhelp: `aws configure list-profiles` shows the profiles\n";
    assert_eq!(told(scan), (3, said.to_owned()));
}

#[test]
fn with_a_role_that_cannot_be_assumed() {
    let arn = "arn:aws:iam::444444444444:role/LamppostAudit";
    let scan = Lamppost::new(["scan", "--role-arn", arn, "--format", "json"])
        .at(Emulator::organisation().endpoint())
        .run();
    assert_eq!(scan.code(), 3, "{}", scan.stderr());
    let report = scan.json();
    let gap = &report["gaps"][0];
    assert_eq!(gap["operation"], "sts:AssumeRole");
    assert_eq!(gap["account"], "444444444444");
    assert_eq!(gap["code"], "AccessDenied");
}

#[test]
fn with_nowhere_to_write() {
    for (option, file, expected) in [
        ("--output", "report.json", "cannot write the report to"),
        ("--snapshot", "all.snapshot", "cannot write the snapshot"),
        ("--record", "all.recording", "cannot write"),
    ] {
        let path = format!("/nonexistent/{file}");
        // Nobody is asked: there are no credentials here.
        let scan = Lamppost::new(["scan", option, &path]);
        assert_eq!(
            told(scan),
            (
                2,
                format!("error: {expected} `{path}`: No such file or directory (os error 2)\n")
            )
        );
    }
}

/// Every row of `misuse.toml`: the exit code, and every line that is said.
#[test]
fn every_misuse_of_the_table_is_answered_with_its_cause() {
    let wrong = table::answered_otherwise();
    assert!(
        wrong.is_empty(),
        "answered otherwise:\n{}",
        wrong.join("\n")
    );
}

/// What is meant is understood, in AWS's own spelling and as other tools leave it.
#[test]
fn what_is_no_misuse_is_taken() {
    let at = folder();
    let here = |args: &[&str]| Lamppost::new(args).home(at.path()).run();
    assert_eq!(here(&["demo", "--output", "r.json"]).code(), 0);
    let report = fs::read_to_string(at.path().join("r.json")).unwrap();
    fs::write(at.path().join("bom.json"), format!("\u{feff}{report}")).unwrap();
    let read = here(&["report", "bom.json", "--format", "json"]);
    assert_eq!(read.stderr(), "");
    assert_eq!(read.stdout().trim(), report.trim());

    let policy = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunctionUrl",
        "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:f"}}"#;
    fs::write(at.path().join("p.json"), policy).unwrap();
    let explained = |url: &str| {
        let policy = ["--policy", "p.json", "--account", "111122223333"];
        let explain = ["explain", "exposure", "--function-url", url];
        here(&[explain.as_slice(), &policy].concat()).stdout()
    };
    assert_eq!(explained("AWS_IAM"), explained("iam"));
    assert_eq!(explained("NONE"), explained("none"));
    assert_ne!(explained("NONE"), explained("AWS_IAM"));

    let accept = "[[accept]]\noperation = \"lambda:*\"\nreason = \"known\"\nuntil = 2030-01-31\n";
    fs::write(at.path().join("lamppost.toml"), accept).unwrap();
    assert_eq!(here(&["checks", "list"]).code(), 0);
}
