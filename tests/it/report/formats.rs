//! What each format says of the judged organisation.

use std::fs;
use std::path::Path;

use lamppost::check::Severity;
use lamppost::finding::Report;
use lamppost::report::{
    Format, ReportError, Terminal, record_schema, report_schema, write_file, write_to,
};
use serde_json::{Value, json};

use super::fixture;

fn text(report: &Report, format: Format, width: usize, colour: bool) -> String {
    let mut out = Vec::new();
    write_to(report, format, Terminal { width, colour }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_table_at_80_columns() {
    insta::assert_snapshot!(text(&fixture::report(), Format::Table, 80, false), @r"
    lamppost 0.1.0 · scan of 2026-11-20 08:00 UTC · 2 accounts · 4 functions
    As arn:aws:sts::111111111111:assumed-role/audit/lamppost · the organization ·
    all enabled regions · deep · 2 chosen checks

    Grade F  (1 F, 1 C, 2 A)
    Findings 1 critical, 2 high, 0 medium, 1 low
    Verdicts 4 failed, 2 unknown, 2 passed, 1 not applicable

    Accounts
    Grade  Account                   Functions  Crit  High  Med  Low  Unknown
    ──────────────────────────────────────────────────────────────────────────
    F      111111111111 production           3     1     2    0    1        2
    A      222222222222 development          1     0     0    0    0        0
    Skipped (suspended): 444444444444 closed
    Unreachable (AccessDenied): 333333333333 legacy

    Worst functions
    Score   Function                Failed checks, and what each leaves
    ────────────────────────────────────────────────────────────────────
    38 F    orders-api              public-function-url ×0.50
            111111111111 eu-west-1  deprecated-runtime ×0.75
    ≤ 73 C  nightly-import          deprecated-runtime ×0.75
            111111111111 eu-west-1  tracing-off ×0.97

    Fix these first
    1. critical  public-function-url
       anybody on the internet can invoke `orders-api` through its function URL
       orders-api · 111111111111 eu-west-1 · +38 points
       aws lambda update-function-url-config --function-name orders-api \
           --qualifier prod --auth-type AWS_IAM --region eu-west-1
    2. high  deprecated-runtime
       `nightly-import` runs on nodejs16.x, which AWS stopped maintaining on
       2024-06-12
       nightly-import · 111111111111 eu-west-1 and 1 more · +37 points
       aws lambda update-function-configuration --function-name nightly-import \
           --runtime nodejs22.x --region eu-west-1
    3. low  tracing-off
       `nightly-import` is not traced
       nightly-import · 111111111111 eu-west-1 · +2 points
       Take the grant away.

    Not evaluated, and why
    lambda:GetPolicy  access denied
       2 times in 1 account and 2 regions · 2 unknown verdicts because of it
       AccessDeniedException: not authorized to perform: lambda:GetPolicy
       → allow the action for the scanner's role (`lamppost permissions` prints the
       policy)
    lambda:ListFunctions  denied by scp
       1 time in 111111111111 ap-south-1
       explicit deny in a service control policy
       → a service control policy forbids the call: exclude the region or exempt the
       scanner's role
    sts:AssumeRole  access denied
       1 time in 333333333333
       AccessDenied: not authorized to perform: sts:AssumeRole
       → check that the role exists in the account under this name, that its trust
       policy allows the scanner (with `--external-id` where it asks for one), and
       that the scanner may call `sts:AssumeRole` on it (`lamppost permissions
       --role-name NAME` prints the policy)
    
    Coverage: INCOMPLETE · 2 of 4 accounts · 4 of 5 regions · 4 of 4 functions
    evaluated, 2 with unknowns · 49 API requests, 4 throttled
    Not covered by this version: versions without an alias, Lambda MicroVMs, Lambda
    web functions, Bedrock AgentCore gateways and runtimes, CloudFront Functions
    ");
}

#[test]
fn the_table_at_200_columns() {
    insta::assert_snapshot!(text(&fixture::report(), Format::Table, 200, false), @r"
    lamppost 0.1.0 · scan of 2026-11-20 08:00 UTC · 2 accounts · 4 functions
    As arn:aws:sts::111111111111:assumed-role/audit/lamppost · the organization · all enabled regions · deep · 2 chosen checks

    Grade F  (1 F, 1 C, 2 A)
    Findings 1 critical, 2 high, 0 medium, 1 low
    Verdicts 4 failed, 2 unknown, 2 passed, 1 not applicable

    Accounts
    Grade  Account                   Functions  Crit  High  Med  Low  Unknown
    ──────────────────────────────────────────────────────────────────────────
    F      111111111111 production           3     1     2    0    1        2
    A      222222222222 development          1     0     0    0    0        0
    Skipped (suspended): 444444444444 closed
    Unreachable (AccessDenied): 333333333333 legacy

    Worst functions
    Score   Function        Account       Region     Runtime     Failed checks, and what each leaves
    ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    38 F    orders-api      111111111111  eu-west-1  python3.12  public-function-url ×0.50, deprecated-runtime ×0.75
    ≤ 73 C  nightly-import  111111111111  eu-west-1  python3.12  deprecated-runtime ×0.75, tracing-off ×0.97

    Fix these first
    1. critical  public-function-url
       anybody on the internet can invoke `orders-api` through its function URL
       orders-api · 111111111111 eu-west-1 · +38 points
       aws lambda update-function-url-config --function-name orders-api --qualifier prod --auth-type AWS_IAM --region eu-west-1
    2. high  deprecated-runtime
       `nightly-import` runs on nodejs16.x, which AWS stopped maintaining on 2024-06-12
       nightly-import · 111111111111 eu-west-1 and 1 more · +37 points
       aws lambda update-function-configuration --function-name nightly-import --runtime nodejs22.x --region eu-west-1
    3. low  tracing-off
       `nightly-import` is not traced
       nightly-import · 111111111111 eu-west-1 · +2 points
       Take the grant away.

    Not evaluated, and why
    lambda:GetPolicy  access denied
       2 times in 1 account and 2 regions · 2 unknown verdicts because of it
       AccessDeniedException: not authorized to perform: lambda:GetPolicy
       → allow the action for the scanner's role (`lamppost permissions` prints the policy)
    lambda:ListFunctions  denied by scp
       1 time in 111111111111 ap-south-1
       explicit deny in a service control policy
       → a service control policy forbids the call: exclude the region or exempt the scanner's role
    sts:AssumeRole  access denied
       1 time in 333333333333
       AccessDenied: not authorized to perform: sts:AssumeRole
       → check that the role exists in the account under this name, that its trust policy allows the scanner (with `--external-id` where it asks for one), and that the scanner may call `sts:AssumeRole` on
       it (`lamppost permissions --role-name NAME` prints the policy)

    Coverage: INCOMPLETE · 2 of 4 accounts · 4 of 5 regions · 4 of 4 functions evaluated, 2 with unknowns · 49 API requests, 4 throttled
    Not covered by this version: versions without an alias, Lambda MicroVMs, Lambda web functions, Bedrock AgentCore gateways and runtimes, CloudFront Functions
    ");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let mut report = fixture::report();
    report.functions[0].name =
        "a-function-name-as-long-as-lambda-lets-them-be-which-is-64-chars".to_owned();
    report.summary.accounts[0].name =
        "An account with a name of fifty characters, spaces".to_owned();
    for width in [80, 100, 132, 200] {
        for line in text(&report, Format::Table, width, false).lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn what_is_severe_stands_before_what_is_common() {
    let mut report = fixture::report();
    let common = report
        .findings
        .iter()
        .find(|finding| finding.check == "tracing-off")
        .unwrap()
        .clone();
    for n in 0..200 {
        let mut finding = common.clone();
        finding.resource.push_str(&n.to_string());
        report.findings.push(finding);
    }
    let table = text(&report, Format::Table, 80, false);
    let at = |check: &str| table.find(&format!("  {check}\n")).unwrap();
    assert!(at("public-function-url") < at("deprecated-runtime"));
    assert!(at("deprecated-runtime") < at("tracing-off"));
}

#[test]
fn colour_adds_nothing_but_colour() {
    let report = fixture::report();
    let coloured = text(&report, Format::Table, 100, true);
    assert!(coloured.contains("\x1b[1m\x1b[31m"));
    let stripped = anstream::adapter::strip_str(&coloured).to_string();
    assert_eq!(stripped, text(&report, Format::Table, 100, false));
}

#[test]
fn an_empty_report_reads_well() {
    let report = fixture::finish([], &fixture::run());
    insta::assert_snapshot!(text(&report, Format::Table, 80, false), @r"
    lamppost 0.1.0 · scan of 2026-11-20 08:00 UTC · 0 accounts · 0 functions
    As arn:aws:sts::111111111111:assumed-role/audit/lamppost · the organization ·
    all enabled regions · deep · 2 chosen checks

    No function was graded.
    Findings 0 critical, 0 high, 0 medium, 0 low
    Verdicts 0 failed, 0 unknown, 0 passed, 0 not applicable

    Coverage: INCOMPLETE · 0 of 0 accounts · 0 of 0 regions · 0 of 0 functions
    evaluated, 0 with unknowns · 49 API requests, 4 throttled
    Not covered by this version: versions without an alias, Lambda MicroVMs, Lambda
    web functions, Bedrock AgentCore gateways and runtimes, CloudFront Functions
    ");
}

/// What AWS says may have been written by somebody else: every text is tried.
#[test]
fn no_text_can_command_the_terminal() {
    fn poison(value: &mut Value) {
        match value {
            Value::String(text)
                if !["FAIL", "UNKNOWN", "function", "live"].contains(&text.as_str()) =>
            {
                text.push_str("\x1b]8;;http://evil\x07\x1b[2J\u{9b}1m\r\u{202e}");
            }
            Value::Array(items) => items.iter_mut().for_each(poison),
            Value::Object(map) => map.values_mut().for_each(poison),
            _ => {}
        }
    }
    let mut json = serde_json::to_value(fixture::report()).unwrap();
    let before = json.clone();
    for part in [
        "targets",
        "functions",
        "findings",
        "gaps",
        "ledger",
        "summary",
    ] {
        poison(&mut json[part]);
    }
    restore_enums(&mut json, &before);
    let report: Report = serde_json::from_value(json).unwrap();
    for width in [80, 200] {
        let table = text(&report, Format::Table, width, false);
        assert!(table.contains("]8;;http://evil"), "the text itself stays");
        let bad = table
            .chars()
            .find(|&c| c != '\n' && (c.is_control() || c == '\u{202e}'));
        assert_eq!(bad, None);
    }
}

/// Puts back the members that only hold fixed words, so that the report still reads.
fn restore_enums(json: &mut Value, before: &Value) {
    match (json, before) {
        (Value::Object(map), Value::Object(before)) => {
            for (key, value) in map.iter_mut() {
                let fixed = [
                    "verdict",
                    "severity",
                    "confidence",
                    "scope",
                    "kind",
                    "status",
                    "grade",
                ];
                if fixed.contains(&key.as_str()) {
                    *value = before[key].clone();
                } else {
                    restore_enums(value, &before[key]);
                }
            }
        }
        (Value::Array(items), Value::Array(before)) => {
            for (item, before) in items.iter_mut().zip(before) {
                restore_enums(item, before);
            }
        }
        _ => {}
    }
}

#[test]
fn json_is_valid_by_the_published_schema() {
    let report = fixture::report();
    let json: Value = serde_json::from_str(&text(&report, Format::Json, 80, false)).unwrap();
    let schema = report_schema().to_value();
    assert_valid(&schema, &json);
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (at, wrong) in [
        ("/findings/0/verdict", json!("MAYBE")),
        ("/findings/0/gaps", json!(null)),
        ("/summary/functions_listed", json!(-1)),
        ("/targets/0/status", json!("lost")),
        ("/run", json!({})),
    ] {
        let mut json = json.clone();
        *json.pointer_mut(at).unwrap() = wrong;
        assert!(!validator.is_valid(&json), "{at}");
    }
}

#[test]
fn every_line_of_ndjson_is_valid_and_nothing_is_lost() {
    let report = fixture::report();
    let schema = record_schema().to_value();
    let lines: Vec<Value> = text(&report, Format::Ndjson, 80, false)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for line in &lines {
        assert_valid(&schema, line);
    }
    let count = |kind: &str| lines.iter().filter(|line| line["record"] == kind).count();
    assert_eq!(lines[0]["record"], "run");
    assert_eq!(count("run"), 1);
    assert_eq!(count("function"), report.functions.len());
    assert_eq!(count("finding"), report.findings.len());
    assert_eq!(count("gap"), report.gaps.len());
    for finding in &report.findings {
        assert!(lines.iter().any(|line| line["id"] == finding.id.as_str()));
    }
}

#[test]
fn a_severity_filter_hides_findings_and_changes_no_count() {
    let whole = fixture::report();
    let mut filtered = whole.clone();
    filtered.show_from(Severity::High);
    assert_eq!(filtered.summary, whole.summary);
    assert_eq!(filtered.functions, whole.functions);
    assert!(filtered.findings.len() < whole.findings.len());
    assert!(
        filtered
            .findings
            .iter()
            .all(|finding| finding.severity >= Severity::High)
    );
}

#[test]
fn formats_by_ending() {
    let cases = [
        ("a.json", Some(Format::Json)),
        ("a.JSON", Some(Format::Json)),
        ("x/a.b.ndjson", Some(Format::Ndjson)),
        ("a.jsonl", Some(Format::Ndjson)),
        ("a.txt", Some(Format::Table)),
        ("a.pdf", None),
        ("json", None),
    ];
    for (name, expected) in cases {
        assert_eq!(Format::of_path(Path::new(name)).ok(), expected, "{name}");
    }
    let error = Format::of_path(Path::new("a.pdf")).unwrap_err();
    insta::assert_snapshot!(error, @"the ending of `a.pdf` stands for no format: use .json, .ndjson, .jsonl or .txt (`--format` is for standard output)");
}

#[test]
fn a_file_appears_whole_and_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    let report = fixture::report();
    fs::write(&path, "older").unwrap();
    write_file(&report, Format::Json, &path).unwrap();
    let written: Report = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(written, report);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[test]
fn an_unwritable_file_is_named() {
    let path = Path::new("/nonexistent/report.json");
    let error = write_file(&fixture::report(), Format::Json, path).unwrap_err();
    assert!(matches!(&error, ReportError::File { path: named, .. } if named == path));
    insta::assert_snapshot!(error, @"cannot write the report to `/nonexistent/report.json`");
}

#[cfg(unix)]
#[test]
fn a_device_is_written_and_not_replaced() {
    use std::os::unix::fs::FileTypeExt as _;
    let path = Path::new("/dev/null");
    write_file(&fixture::report(), Format::Json, path).unwrap();
    assert!(fs::metadata(path).unwrap().file_type().is_char_device());
}

fn assert_valid(schema: &Value, instance: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(instance)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
