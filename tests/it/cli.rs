//! The command line: what a user types and reads, the exit code, and what misuse is answered.

use std::fs;

use serde_json::Value;

use crate::support::cli::{Lamppost, folder, project};

/// What is said to one who errs: the exit code and the first line.
fn told(arguments: &[&str]) -> (i32, String) {
    let ended = Lamppost::new(arguments).run();
    assert_eq!(ended.stdout(), "", "{arguments:?} prints nothing on stdout");
    (
        ended.code(),
        ended.stderr().lines().next().unwrap_or_default().to_owned(),
    )
}

#[test]
fn misuse_is_answered_in_one_line() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(at("text.snapshot"), "not a snapshot").unwrap();
    fs::write(at("wrong.toml"), "[thresholds]\nruntime-horizon-day = 90\n").unwrap();
    fs::write(at("report.json"), "{}").unwrap();
    let newer = zstd::encode_all(
        &br#"{"lamppost":"snapshot","version":99,"tool":"9.9.9"}
"#[..],
        3,
    )
    .unwrap();
    fs::write(at("newer.snapshot"), newer).unwrap();
    let cases: &[(&[&str], i32, &str)] = &[
        (
            &["checks", "show", "unauthenticated-function-urls"],
            2,
            "did you mean `unauthenticated-function-url`?",
        ),
        (
            &["checks", "show", "admin-role"],
            2,
            "did you mean `admin-execution-role`?",
        ),
        (
            &["checks", "list", "--check", "nonsense-xyzzy"],
            2,
            "no check `nonsense-xyzzy`",
        ),
        (
            &["evaluate", &at("text.snapshot")],
            2,
            "is not a Lamppost snapshot",
        ),
        (
            &["evaluate", &at("newer.snapshot")],
            2,
            "has format 99; this version of Lamppost reads format 2",
        ),
        (&["evaluate", &at("absent.snapshot")], 2, "cannot read `"),
        (
            &["report", &at("report.json")],
            2,
            "is not a report that this version of Lamppost reads",
        ),
        (
            &[
                "evaluate",
                &at("newer.snapshot"),
                "--output",
                "/nonexistent/report.json",
            ],
            2,
            "cannot write the report to `/nonexistent/report.json`",
        ),
        (
            &["evaluate", &at("newer.snapshot"), "--output", "report.pdf"],
            2,
            "the ending of `report.pdf` stands for no format",
        ),
        (
            &["checks", "list", "--config", &at("wrong.toml")],
            2,
            "runtime-horizon-day",
        ),
        (
            &["checks", "list", "--checks", "/nonexistent"],
            2,
            "cannot read `/nonexistent`",
        ),
        (
            &["checks", "list", "--persona", "nobody"],
            2,
            "invalid value 'nobody' for '--persona <PERSONA>'",
        ),
        (&["scna"], 2, "unrecognized subcommand 'scna'"),
    ];
    for (arguments, code, message) in cases {
        let (found, line) = told(arguments);
        assert_eq!(found, *code, "{arguments:?}: {line}");
        assert!(line.contains(message), "{arguments:?} is answered: {line}");
    }
}

#[test]
fn a_wrong_check_is_marked_in_its_file() {
    let folder = folder();
    let file = folder.path().join("my-check.toml");
    let good = fs::read_to_string(project("checks/role/shared-execution-role.toml")).unwrap();
    let wrong =
        good.replace("shared-execution-role", "my-check")
            .replacen("role.shared", "role.sharde", 1);
    fs::write(&file, wrong).unwrap();
    let ended = Lamppost::new(["checks", "lint", file.to_str().unwrap()]).run();
    assert_eq!(ended.code(), 2);
    assert!(
        ended.stdout().contains("did you mean `shared`?"),
        "{}",
        ended.stdout()
    );
    let ended = Lamppost::new([
        "checks",
        "list",
        "--checks",
        folder.path().to_str().unwrap(),
    ])
    .run();
    assert_eq!(ended.code(), 2);
    assert!(ended.stderr().contains("role.sharde"), "{}", ended.stderr());
}

#[test]
fn a_new_check_lints_and_is_listed() {
    let folder = folder();
    let new = Lamppost::new(["checks", "new", "sleepy-function"]).run();
    assert_eq!(new.code(), 0);
    fs::write(folder.path().join("sleepy-function.toml"), new.stdout()).unwrap();
    let path = folder.path().to_str().unwrap();
    let lint = Lamppost::new(["checks", "lint", path]).run();
    assert_eq!((lint.code(), lint.stdout().as_str()), (0, "no problems\n"));
    let list = Lamppost::new([
        "checks",
        "list",
        "--checks",
        path,
        "--persona",
        "audit",
        "--json",
    ])
    .run()
    .json();
    let ids: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|check| check["id"].as_str().unwrap())
        .collect();
    assert!(
        ids.contains(&"sleepy-function") && ids.contains(&"shared-execution-role"),
        "{ids:?}"
    );
    let show = Lamppost::new(["checks", "show", "sleepy-function", "--checks", path]).run();
    assert_eq!(show.code(), 0);
}

#[test]
fn generated_files_are_up_to_date() {
    let root = project("");
    let ended = Lamppost::new(["generate", root.to_str().unwrap(), "--check"]).run();
    if cfg!(feature = "live") {
        assert_eq!(ended.code(), 0, "{}", ended.stderr());
    } else {
        // The command reference lacks the live commands; everything else must be the same.
        let drift = ended.stderr();
        assert!(
            drift
                .lines()
                .next()
                .unwrap()
                .ends_with("not up to date: docs/cli.md"),
            "{drift}"
        );
    }
}

#[test]
fn permissions_follow_from_the_checks() {
    let actions = |arguments: &[&str]| -> Vec<String> {
        let policy = Lamppost::new(arguments).run().json();
        let actions = policy["Statement"][0]["Action"].as_array().unwrap();
        actions
            .iter()
            .map(|action| Value::as_str(action).unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        actions(&["permissions", "--check", "deprecated-runtime"]),
        [
            "ec2:DescribeRegions",
            "lambda:GetAccountSettings",
            "lambda:ListFunctions"
        ]
    );
    let all = actions(&["permissions", "--persona", "audit"]);
    assert!(
        all.iter()
            .any(|action| action == "iam:GetAccountAuthorizationDetails")
    );
    // API Gateway's one action for reading would show keys too, were it allowed on everything
    assert!(!all.iter().any(|action| action == "apigateway:GET"));
    let policy = Lamppost::new(["permissions", "--check", "vanished-trigger-source"])
        .run()
        .json();
    assert_eq!(policy["Statement"][1]["Action"], "apigateway:GET");
    assert_eq!(
        policy["Statement"][1]["Resource"],
        serde_json::json!([
            "arn:aws:apigateway:*::/restapis",
            "arn:aws:apigateway:*::/apis"
        ])
    );
    let policy = Lamppost::new(["permissions", "--check", "unauthenticated-api-route"])
        .run()
        .json();
    assert_eq!(
        policy["Statement"][1]["Resource"],
        serde_json::json!([
            "arn:aws:apigateway:*::/restapis",
            "arn:aws:apigateway:*::/restapis/*/resources",
            "arn:aws:apigateway:*::/restapis/*/stages",
            "arn:aws:apigateway:*::/restapis/*/deployments/*",
            "arn:aws:apigateway:*::/domainnames",
            "arn:aws:apigateway:*::/domainnames/*/basepathmappings",
            "arn:aws:apigateway:*::/apis",
            "arn:aws:apigateway:*::/apis/*/integrations",
            "arn:aws:apigateway:*::/apis/*/routes",
            "arn:aws:apigateway:*::/apis/*/stages",
            "arn:aws:apigateway:*::/domainnames/*/apimappings"
        ])
    );
    assert_eq!(
        policy["Statement"][2]["Action"],
        "apigateway:ListRoutingRules"
    );
    let statements = policy["Statement"].as_array().unwrap();
    let ids: std::collections::BTreeSet<&str> = statements
        .iter()
        .map(|one| one["Sid"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), statements.len());
    let reads = |action: &String| {
        let name = action.split(':').nth(1).unwrap();
        ["Get", "List", "Describe"]
            .iter()
            .any(|verb| name.starts_with(verb))
    };
    assert!(all.iter().all(reads), "only reading: {all:?}");
}

#[cfg(feature = "live")]
#[test]
fn what_is_said_while_scanning() {
    let said = |arguments: &[&str]| Lamppost::new(arguments).run().stderr().to_owned();
    assert_eq!(said(&["demo", "--quiet"]), "");
    let regions = said(&["demo", "-v"]);
    assert!(
        regions.contains("222222222222 ap-southeast-2: no functions"),
        "{regions}"
    );
    assert!(!regions.contains("lambda:ListFunctions"), "{regions}");
    let calls = said(&["demo", "-vv"]);
    assert!(
        calls.contains("lambda:ListFunctions 222222222222 us-east-1: answered in"),
        "{calls}"
    );
}

#[cfg(feature = "live")]
#[test]
fn an_empty_variable_names_no_configuration() {
    let ended = Lamppost::new(["checks", "list"])
        .env("LAMPPOST_CONFIG", "")
        .run();
    assert_eq!(ended.code(), 0, "{}", ended.stderr());
}

#[test]
fn the_list_of_checks_fits_eighty_columns_and_can_be_narrowed() {
    let listed = |options: &[&str]| {
        let list = ["checks", "list"];
        let ended = Lamppost::new(list.iter().chain(options)).run();
        assert_eq!(ended.code(), 0, "{}", ended.stderr());
        ended.stdout()
    };
    let all = listed(&["--persona", "audit"]);
    let longest = all.lines().map(|line| line.chars().count()).max();
    assert!(longest <= Some(80), "{all}");
    insta::assert_snapshot!(listed(&["--family", "logging", "--persona", "strict"]), @r#"
      CHECK                           SEVERITY  TITLE

    logging
      errors-not-logged               low       Log level that drops errors
      inactive-tracing                low       Function that sends no traces
                                                (strict)
      log-group-never-expires         low       Log group without a retention period
                                                (strict)
      log-group-without-customer-key  low       Log group encrypted with a key that
                                                you do not control (strict)
      log-retention-too-short         low       Log group that keeps its events too
                                                short a time (strict)

    5 checks; `lamppost checks show ID` explains one.
    "#);
    insta::assert_snapshot!(listed(&["--framework", "checkov", "--severity", "low,high", "--persona", "strict"]), @r#"
      CHECK                              SEVERITY  TITLE

    encryption
      environment-without-customer-key   low       Environment variables encrypted
                                                   with a key that you do not
                                                   control (strict) [CKV_AWS_173]
      kms-key-rotation-off               low       KMS key of a function without
                                                   automatic rotation (strict)
                                                   [CKV_AWS_7]

    exposure
      credentialed-wildcard-cors         high      Function URL that takes
                                                   credentials from scripts of every
                                                   web site [CKV2_AWS_75]
      service-permission-without-source  high      Service that may invoke the
                                                   function for any of its customers
                                                   [CKV_AWS_364]
      unauthenticated-function-url       high      Function URL that is open to the
                                                   internet [CKV_AWS_258]

    logging
      inactive-tracing                   low       Function that sends no traces
                                                   (strict) [CKV_AWS_50]
      log-group-never-expires            low       Log group without a retention
                                                   period (strict) [CKV_AWS_66]
      log-group-without-customer-key     low       Log group encrypted with a key
                                                   that you do not control (strict)
                                                   [CKV_AWS_158]

    runtime
      deprecated-runtime                 high      Runtime that AWS no longer
                                                   patches [CKV_AWS_363]
      update-blocked-runtime             high      Runtime whose functions AWS no
                                                   longer lets you update
                                                   [CKV_AWS_363]

    secrets
      plaintext-secret-in-environment    high      Credential in an environment
                                                   variable or image command
                                                   [CKV_AWS_45]

    11 checks; `lamppost checks show ID` explains one.
    "#);
    let ended = Lamppost::new(["checks", "list", "--family", "loging"]).run();
    assert_eq!(ended.code(), 2);
    assert!(
        ended.stderr().contains("did you mean `logging`?"),
        "{}",
        ended.stderr()
    );
}

#[test]
fn facts_are_shown_with_type_and_meaning() {
    let shown = |part: &str| Lamppost::new(["facts", part]).run();
    insta::assert_snapshot!(shown("encryption").stdout(), @r#"
    Facts of functions:

    encryption             record  Its key.
      customer_key         bool    Whether a customer key is set; otherwise Lambda's own key encrypts.
      key_arn              string  ARN of the key; empty where none is set.
      key_state            string  `Enabled`, `Disabled`, `PendingDeletion` and so on, as AWS writes it; `NotFound` for no such key; empty where none is set.
      key_usable           bool    Whether the key can be used.
      rotation_applicable  bool    Whether AWS could rotate the key: a customer-managed symmetric key with material from KMS, in the own account, and in a state in which rotation can be switched on: AWS refuses that for disabled keys and for those that are to be deleted.
      rotation_enabled     bool    Whether AWS rotates it.
    "#);
    insta::assert_snapshot!(shown("exposure.unauthenticated_urls").stdout(), @r#"
    Facts of functions:

    exposure.unauthenticated_urls  list    Those that do not ask who is calling (`AuthType` is `NONE`).
      qualifier                    string  The alias that it belongs to; `$LATEST` for the unqualified function.
      url                          string  The address.
      auth_type                    string  `NONE` or `AWS_IAM`, as AWS writes it.
      allow_origins                list    Origins that CORS allows.
      allow_credentials            bool    Whether CORS allows credentials.
    "#);
    insta::assert_snapshot!(shown("layer.public").stderr(), @r#"
    error: no part of the facts is called `layer.public`
    help: `lamppost facts` shows them all
    "#);
    let all = Lamppost::new(["facts"]).run().stdout();
    for fact in ["lambda ", "  package_type ", "layer ", "iam "] {
        assert!(all.lines().any(|line| line.starts_with(fact)), "{fact}");
    }
}

#[test]
fn a_text_that_a_fact_never_has_is_refused_with_those_that_it_has() {
    let folder = folder();
    let new = Lamppost::new(["checks", "new", "sleepy-function"])
        .run()
        .stdout();
    let fails = "exposure.grants.exists(grant, grant.class == \"internt\") || events.destinations.exists(one, one.kind == \"queue\") || lambda.package_type in [\"zip\"]";
    let text = new.replace("lambda.timeout_seconds > 600", fails);
    let path = folder.path().join("sleepy-function.toml");
    fs::write(&path, text).unwrap();
    let lint = Lamppost::new(["checks", "lint", path.to_str().unwrap()]).run();
    assert_eq!(lint.code(), 2);
    let said: Vec<String> = lint
        .stdout()
        .lines()
        .filter(|line| line.starts_with("error:") || line.contains("= help:"))
        .map(str::to_owned)
        .collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    error: it is never `internt`
       = help: did you mean `internet`? It is one of `any-aws-account`, `confused-deputy`, `external-account`, `internet`, `none`, `organization`, `own-account`
    error: it is never `queue`
       = help: it is one of `dead-letter`, `mapping-on-failure`, `on-failure`, `on-success`
    error: it is never `zip`
       = help: did you mean `Zip`? It is one of `Image`, `Zip`
    "#);
}

#[cfg(feature = "live")]
#[test]
fn facts_of_a_function_come_with_the_reasons_of_unknown_ones() {
    let folder = folder();
    let snapshot = folder.path().join("demo.snapshot");
    let snapshot = snapshot.to_str().unwrap();
    let check = "update-blocked-runtime,unusable-kms-key,plaintext-secret-in-environment";
    let demo = Lamppost::new(["demo", "--check", check, "--snapshot", snapshot]).run();
    assert!(demo.code() < 2, "{}", demo.stderr());
    let facts = |part: &str, function: &str| {
        let named = [
            "facts",
            part,
            "--function",
            function,
            "--snapshot",
            snapshot,
        ];
        Lamppost::new(named).run()
    };
    insta::assert_snapshot!(facts("secrets", "borrowed-key").stdout(), @r#"
    arn:aws:lambda:us-east-1:333333333333:function:borrowed-key

    secrets.has_variables             unknown: lambda:ListFunctions: AccessDeniedException: Lambda was unable to decrypt your environment variables because the KMS access was denied.
    secrets.has_image_command         false
    secrets.in_environment            unknown: lambda:ListFunctions: AccessDeniedException: Lambda was unable to decrypt your environment variables because the KMS access was denied.
    secrets.behind_alias              []
    secrets.code_injection_variables  unknown: lambda:ListFunctions: AccessDeniedException: Lambda was unable to decrypt your environment variables because the KMS access was denied.
    "#);
    insta::assert_snapshot!(facts("encryption", "borrowed-kye").stderr(), @r#"error: the snapshot has no function `borrowed-kye`; did you mean `borrowed-key`?"#);
}
