//! `lamppost.toml`: what it sets, and what it answers to mistakes.

use std::fs;

use lamppost::check::{Registry, Severity};
use lamppost::config::{CONFIG_FILE, Config, ConfigError};

const ALL: &str = r#"
[thresholds]
runtime-horizon-days = 90

[trust]
accounts = ["123456789012"]
organizations = ["o-a1b2c3d4e5"]

[targets]
regions = ["eu-west-1", "us-gov-west-1"]
exclude-regions = ["ap-south-1"]
role-name = "audit/LamppostScanner"
external-id = "lamppost:4711"
session-name = "lamppost"

[secrets]
fingerprint-key-env = "LAMPPOST_FINGERPRINT_KEY"

[checks.unauthenticated-function-url]
severity = "high"

[checks.tracing-off]
disable = true
"#;

fn wrong(text: &str) -> String {
    match Config::parse("lamppost.toml", text) {
        Ok(config) => panic!("accepted: {config:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn everything_can_be_set() {
    let config = Config::parse("lamppost.toml", ALL).unwrap();
    let settings = config.settings();
    assert_eq!(settings.runtime_horizon_days, 90);
    assert!(settings.trusted_accounts.contains("123456789012"));
    assert!(settings.trusted_organizations.contains("o-a1b2c3d4e5"));
    assert_eq!(config.targets.regions.len(), 2);
    assert_eq!(
        config.targets.role_name.as_deref(),
        Some("audit/LamppostScanner")
    );
    assert_eq!(config.disabled().collect::<Vec<_>>(), ["tracing-off"]);
}

#[test]
fn the_guide_explains_every_key() {
    let page = fs::read_to_string("docs/configuration.md").unwrap();
    let schema = schemars::schema_for!(Config).to_value();
    let mut keys = 0;
    for section in schema["properties"].as_object().unwrap().keys() {
        let definition = match section.as_str() {
            "checks" => "CheckOverride".to_owned(),
            "accept" => "AcceptedGap".to_owned(),
            name => name[..1].to_uppercase() + &name[1..],
        };
        for key in schema["$defs"][definition]["properties"]
            .as_object()
            .unwrap()
            .keys()
        {
            let prefix = if section == "checks" {
                "checks.ID"
            } else {
                section
            };
            let row = format!("| `{prefix}.{key}` | ");
            assert!(page.contains(&row), "{row}");
            keys += 1;
        }
    }
    assert!(keys >= 11);
}

#[test]
fn nothing_need_be_set() {
    let settings = Config::parse("lamppost.toml", "").unwrap().settings();
    assert_eq!(settings.runtime_horizon_days, 180);
    assert!(settings.trusted_accounts.is_empty());
}

#[test]
fn a_misspelt_key_is_marked_and_the_nearest_offered() {
    insta::assert_snapshot!(wrong("[thresholds]\nruntime-horizont-days = 90\n"), @r"
    error: unknown key `runtime-horizont-days`; known keys: `runtime-horizon-days`, `minimum-log-retention-days`
     --> lamppost.toml:2:1
      |
    2 | runtime-horizont-days = 90
      | ^^^^^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `runtime-horizon-days`?
    ");
    insta::assert_snapshot!(wrong("[tresholds]\n"), @r"
    error: unknown key `tresholds`; known keys: `thresholds`, `trust`, `targets`, `secrets`, `accept`, `checks`
     --> lamppost.toml:1:2
      |
    1 | [tresholds]
      |  ^^^^^^^^^
      |
      = help: did you mean `thresholds`?
    ");
    insta::assert_snapshot!(wrong("[checks.c]\nseverity = \"hihg\"\n"), @r#"
    error: unknown value `hihg`; possible values: `low`, `medium`, `high`, `critical`
     --> lamppost.toml:2:12
      |
    2 | severity = "hihg"
      |            ^^^^^^
      |
      = help: did you mean `high`?
    "#);
}

#[test]
fn a_value_that_cannot_be_right_is_marked() {
    insta::assert_snapshot!(wrong("[trust]\naccounts = [\n  \"123456789012\",\n  \"12345678901\",\n]\n"), @r#"
    error: `12345678901` is not an account id: twelve digits, in quotes
     --> lamppost.toml:2:12
      |
    2 |   accounts = [
      |  ____________^
    3 | |   "123456789012",
    4 | |   "12345678901",
    5 | | ]
      | |_^
    "#);
    insta::assert_snapshot!(wrong("[trust]\naccounts = [123456789012]\n"), @r"
    error: this is the number `123456789012`, and a text in quotes is expected
     --> lamppost.toml:2:13
      |
    2 | accounts = [123456789012]
      |             ^^^^^^^^^^^^
    ");
    let cases = [
        (
            "[trust]\norganizations = [\"r-abcd\"]",
            "`r-abcd` is not an organization's id",
        ),
        (
            "[targets]\nregions = [\"eu-west\"]",
            "`eu-west` is not a region",
        ),
        (
            "[targets]\nrole-name = \"arn:aws:iam::123456789012:role/x y\"",
            "is not a role's name",
        ),
        (
            "[targets]\nsession-name = \"a b\"",
            "`a b` is not a session name",
        ),
        (
            "[targets]\nexternal-id = \"x\"",
            "an external id is 2 to 1224 letters, digits and",
        ),
        ("[thresholds]\nruntime-horizon-days = -1", "-1"),
        ("[trust", "unclosed table"),
    ];
    for (text, expected) in cases {
        let error = wrong(text);
        assert!(error.contains(expected), "{error}");
        assert!(error.contains("lamppost.toml:"), "{error}");
    }
}

fn registry() -> Registry {
    Registry::builtin(&lamppost::facts::schema).unwrap()
}

#[test]
fn a_check_takes_the_severity_that_the_user_gives() {
    let mut registry = registry();
    let before = registry
        .get("unauthenticated-function-url")
        .unwrap()
        .definition
        .severity;
    assert_ne!(before, Severity::Low);
    let text = "[checks.unauthenticated-function-url]\nseverity = \"low\"\n";
    Config::parse("lamppost.toml", text)
        .unwrap()
        .apply(&mut registry)
        .unwrap();
    assert_eq!(
        registry
            .get("unauthenticated-function-url")
            .unwrap()
            .definition
            .severity,
        Severity::Low
    );
}

#[test]
fn a_check_that_does_not_exist_is_marked_and_the_nearest_offered() {
    let text = "[checks.unauthenticated-function-ulr]\ndisable = true\n";
    let error = Config::parse("lamppost.toml", text)
        .unwrap()
        .apply(&mut registry())
        .unwrap_err();
    insta::assert_snapshot!(error, @r"
    error: no check `unauthenticated-function-ulr`
     --> lamppost.toml:1:9
      |
    1 | [checks.unauthenticated-function-ulr]
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `unauthenticated-function-url`?
    ");
}

#[test]
fn the_file_is_found_where_it_is_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    let none = Config::find(None, folder.path()).unwrap();
    assert_eq!(none, Config::default());

    let usual = folder.path().join(CONFIG_FILE);
    fs::write(&usual, ALL).unwrap();
    let found = Config::find(None, folder.path()).unwrap();
    assert_eq!(found.thresholds.runtime_horizon_days, 90);

    let other = folder.path().join("other.toml");
    fs::write(&other, "[thresholds]\nruntime-horizon-days = 30\n").unwrap();
    let named = Config::find(Some(&other), folder.path()).unwrap();
    assert_eq!(named.thresholds.runtime_horizon_days, 30);

    let missing = folder.path().join("missing.toml");
    let error = Config::find(Some(&missing), folder.path()).unwrap_err();
    assert!(matches!(&error, ConfigError::Read { path, .. } if *path == missing));
    assert!(error.to_string().contains("missing.toml"));
}

#[test]
fn the_schema_accepts_what_the_program_accepts() {
    let schema = schemars::schema_for!(Config).to_value();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let json =
        |text: &str| serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap();
    assert!(validator.is_valid(&json(ALL)));
    assert!(validator.is_valid(&json("")));
    for text in [
        "[tresholds]",
        "[trust]\naccounts = [\"1\"]",
        "[targets]\nregions = [\"Ireland\"]",
        "[checks.c]\nseverity = \"hihg\"",
    ] {
        assert!(!validator.is_valid(&json(text)), "{text}");
    }
}
