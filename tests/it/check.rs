//! The check engine: loading, typing, judging, linting.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lamppost::analysis::Fact;
use lamppost::check::{
    Judge, Registry, Selection, Verdict, definition_schema, index, lint, page, scaffold,
    terminal_page,
};
use lamppost::facts::{Document, Resource, Scope};
use lamppost::inventory::{Gap, GapKind};
use proptest::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Facts as small as they may be and still have every kind of field.
#[derive(Clone, Debug, JsonSchema, Serialize)]
struct Facts {
    function: Fact<Function>,
    exposure: Fact<Exposure>,
    secrets: Fact<Secrets>,
}

#[derive(Clone, Debug, JsonSchema, Serialize)]
struct Function {
    name: String,
    timeout_s: Fact<u32>,
    load: Fact<f64>,
    package: Fact<Package>,
    tags: Fact<BTreeMap<String, String>>,
    layers: Fact<Vec<String>>,
}

#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
enum Package {
    /// A zip file.
    Zip,
    /// A container image.
    #[expect(dead_code, reason = "only its name in the schema is of interest")]
    Image,
}

#[derive(Clone, Debug, JsonSchema, Serialize)]
struct Exposure {
    has_url: Fact<bool>,
    urls: Fact<Vec<Url>>,
}

#[derive(Clone, Debug, JsonSchema, Serialize)]
struct Url {
    qualifier: String,
    auth: String,
    public: Fact<bool>,
}

#[derive(Clone, Debug, JsonSchema, Serialize)]
struct Secrets {
    variables: Fact<Vec<Variable>>,
}

#[derive(Clone, Debug, JsonSchema, Serialize)]
struct Variable {
    name: String,
    detector: String,
}

fn schema(_: Scope) -> Value {
    schemars::schema_for!(Facts).to_value()
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/checks")
}

fn registry() -> Registry {
    Registry::only(&[samples()], &schema).unwrap()
}

fn denied() -> Gap {
    Gap::new("lambda:GetPolicy", GapKind::AccessDenied, "not allowed")
}

fn facts() -> Facts {
    Facts {
        function: Fact::Known(Function {
            name: "checkout".to_owned(),
            timeout_s: Fact::Known(900),
            load: Fact::Known(0.5),
            package: Fact::Known(Package::Zip),
            tags: Fact::Known(BTreeMap::from([(
                "owner".to_owned(),
                "payments".to_owned(),
            )])),
            layers: Fact::Known(vec!["tools".to_owned()]),
        }),
        exposure: Fact::Known(Exposure {
            has_url: Fact::Known(true),
            urls: Fact::Known(vec![
                Url {
                    qualifier: "live".to_owned(),
                    auth: "NONE".to_owned(),
                    public: Fact::Known(true),
                },
                Url {
                    qualifier: "$LATEST".to_owned(),
                    auth: "NONE".to_owned(),
                    public: Fact::unknown(&denied()),
                },
            ]),
        }),
        secrets: Fact::unknown(&Gap::new("kms:Decrypt", GapKind::Undecryptable, "no key")),
    }
}

fn document(facts: &Facts) -> Document {
    let resource = Resource {
        scope: Scope::Function,
        arn: "arn:aws:lambda:eu-central-1:111122223333:function:checkout".to_owned(),
        name: "checkout".to_owned(),
        account: "111122223333".to_owned(),
        region: "eu-central-1".to_owned(),
    };
    Document::new(resource, facts).unwrap()
}

#[test]
fn the_samples_lint_green() {
    let problems = lint(&samples(), &schema).unwrap();
    let pictures: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(pictures.is_empty(), "{}", pictures.join("\n\n"));
}

#[test]
fn one_offender_is_enough_and_is_shown_beside_an_unknown_one() {
    let registry = registry();
    let document = document(&facts());
    let judge = Judge::new(&document);
    let judgement = judge.judge(registry.get("public-function-url").unwrap());
    assert_eq!(judgement.verdict, Verdict::Fail);
    let messages: Vec<&str> = judgement
        .offences
        .iter()
        .map(|o| o.message.as_str())
        .collect();
    assert_eq!(
        messages,
        ["The URL of live of checkout answers anybody on the internet."]
    );
    assert_eq!(judgement.offences[0].identity, ["live"]);

    let judgement = judge.judge(registry.get("secret-in-environment").unwrap());
    assert_eq!(judgement.verdict, Verdict::Unknown);
    assert_eq!(judgement.gaps[0].kind, GapKind::Undecryptable);
}

#[test]
fn checks_are_chosen_by_persona_family_and_id() {
    let registry = registry();
    let ids = |selection: &Selection| {
        let chosen = registry
            .select(selection)
            .map_err(|error| error.to_string())?;
        Ok::<_, String>(
            chosen
                .iter()
                .map(|c| c.definition.id.clone())
                .collect::<Vec<_>>(),
        )
    };
    let all = Selection::default();
    assert_eq!(
        ids(&all).unwrap(),
        ["public-function-url", "secret-in-environment"]
    );
    let named = Selection {
        ids: vec!["long-timeout".to_owned()],
        ..Selection::default()
    };
    assert_eq!(ids(&named).unwrap(), ["long-timeout"]);
    let family = Selection {
        families: vec!["secrets".to_owned()],
        ..Selection::default()
    };
    assert_eq!(ids(&family).unwrap(), ["secret-in-environment"]);
    let wrong = Selection {
        ids: vec!["long-timout".to_owned()],
        ..Selection::default()
    };
    assert_eq!(
        ids(&wrong).unwrap_err(),
        "no check `long-timout`; did you mean `long-timeout`?"
    );
}

/// A check file around an expression, with nothing else to complain about.
fn around(fails: &str) -> String {
    format!(
        r#"id = "tried"
title = "Tried"
scope = "function"
severity = "low"
confidence = "low"
since = "0.1.0"
fails = {}
message = "{{{{ resource.name }}}} was tried."
why = "To see what happens."
fix.text = "Do not try it."
"#,
        toml::Value::String(fails.to_owned())
    )
}

/// What the linter says of check files, each given by its name and text.
fn complaints(files: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let problems = lint(folder.path(), &schema).unwrap();
    let pictures: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let folder = format!("{}/", folder.path().display());
    pictures.join("\n").replace(&folder, "")
}

/// A file for each expression.
fn files(expressions: &[&str]) -> Vec<(String, String)> {
    let file = |(index, expression): (usize, &&str)| {
        let id = format!("tried-{index:03}");
        let text = around(expression).replace("\"tried\"", &format!("\"{id}\""));
        (format!("{id}.toml"), text)
    };
    expressions.iter().enumerate().map(file).collect()
}

/// The faults of expressions that decide a verdict, without what stands around them.
fn faults(expressions: &[&str]) -> String {
    let files = files(expressions);
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (&**name, &**text))
        .collect();
    let pictures = complaints(&files);
    let mut shown = String::new();
    for picture in pictures.split("error: ") {
        if picture.is_empty() || picture.starts_with("at least one example") {
            continue;
        }
        shown.push_str("\nerror: ");
        for line in picture
            .lines()
            .filter(|line| !line.contains("--> ") && line.trim() != "|")
        {
            shown.push_str(line);
            shown.push('\n');
        }
    }
    shown
}

#[test]
fn names_that_do_not_exist_are_marked_and_the_nearest_is_offered() {
    insta::assert_snapshot!(faults(&[
        "fucntion.timeout_s > 3",
        "function.timeout_sec > 3",
        "function.tags.owner == 'a' && exposure.url.size() > 0",
        "exposure.urls.exists(u, u.pubic)",
        "exposure.urls.exists(url, ur.public)",
        "exposure.urls.public",
        "function.timeout_s.size > 3",
        "function.name.startswith('a')",
        "exposure.urls.any(u, u.public)",
        "exposure.urls.exists(u.public)",
        "length(function.name) > 3",
        "function.package == 'zip'",
        "function.package in ['Zip', 'Container']",
        "'ä' == 'ä' && function.nmae == 'ö'",
    ]), @r##"
    error: no fact `fucntion`
    7 | fails = "fucntion.timeout_s > 3"
      |          ^^^^^^^^ not a fact
      = help: did you mean `function`?

    error: no field `timeout_sec`
    7 | fails = "function.timeout_sec > 3"
      |                   ^^^^^^^^^^^ no such field
      = help: did you mean `timeout_s`?

    error: no field `url`
    7 | fails = "function.tags.owner == 'a' && exposure.url.size() > 0"
      |                                                 ^^^ no such field
      = help: did you mean `urls`?

    error: no field `pubic`
    7 | fails = "exposure.urls.exists(u, u.pubic)"
      |                                    ^^^^^ no such field
      = help: did you mean `public`?

    error: no fact `ur`
    7 | fails = "exposure.urls.exists(url, ur.public)"
      |                                    ^^ not a fact
      = help: did you mean `url`?

    error: no field `public` in a list of records
    7 | fails = "exposure.urls.public"
      |                        ^^^^^^
      = help: its items have it: `.exists(item, item.public …)` asks each of them

    error: no field `size` in an int
    7 | fails = "function.timeout_s.size > 3"
      |                             ^^^^

    error: no function `startswith`
    7 | fails = "function.name.startswith('a')"
      |                        ^^^^^^^^^^
      = help: did you mean `startsWith`?

    error: no function `any`
    7 | fails = "exposure.urls.any(u, u.public)"
      |                        ^^^
      = help: there are contains, endsWith, matches, size, startsWith, all, exists, exists_one, filter, has, map

    error: `exists` is not used like this
    7 | fails = "exposure.urls.exists(u.public)"
      |                        ^^^^^^
      = help: it takes a variable and an expression: `list.exists(item, item.public)`

    error: no function `length`
    7 | fails = "length(function.name) > 3"
      |          ^^^^^^
      = help: there are size, string, all, exists, exists_one, filter, has, map

    error: it is never `zip`
    7 | fails = "function.package == 'zip'"
      |                              ^^^^^
      = help: did you mean `Zip`?

    error: it is never `Container`
    7 | fails = "function.package in ['Zip', 'Container']"
      |                                      ^^^^^^^^^^^
      = help: it is one of `Image`, `Zip`

    error: no field `nmae`
    7 | fails = "'ä' == 'ä' && function.nmae == 'ö'"
      |                                  ^^^^ no such field
      = help: did you mean `name`?
    "##);
}

#[test]
fn operands_of_wrong_types_are_marked() {
    insta::assert_snapshot!(faults(&[
        "function.timeout_s > '10'",
        "function.name == 3",
        "function.timeout_s",
        "function.timeout_s && true",
        "!function.name",
        "exposure.has_url ? 1 : 'a'",
        "function.timeout_s + function.load > 1.0",
        "function.timeout_s / function.timeout_s == 1",
        "function.layers[0] == 'tools'",
        "function['name'] == 'checkout'",
        "3 in function.layers",
        "'name' in function",
        "function.name in function.name",
        "exposure.urls == []",
        "function == function",
        "has(function.name)",
        "function.size() > 0",
        "function.name.matches('(')",
        "function.name.matches(function.name)",
        "function.name == null",
        "exposure.urls.exists(u, u.qualifier)",
        "[1, 'a'].size() > 0",
        "function.name.exists(c, c == 'a')",
        "-function.name == ''",
        "function.timeout_s >",
    ]), @r##"
    error: `>` between an int and a string
    7 | fails = "function.timeout_s > '10'"
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^ only numbers or strings have an order

    error: `==` between a string and an int
    7 | fails = "function.name == 3"
      |          ^^^^^^^^^^^^^^^^^^ never equal

    error: the expression must be a bool
    7 | fails = "function.timeout_s"
      |          ^^^^^^^^^^^^^^^^^^ this is an int

    error: what stands before `&&` must be a bool
    7 | fails = "function.timeout_s && true"
      |          ^^^^^^^^^^^^^^^^^^ this is an int

    error: what `!` turns round must be a bool
    7 | fails = "!function.name"
      |           ^^^^^^^^^^^^^ this is a string

    error: either an int or a string
    7 | fails = "exposure.has_url ? 1 : 'a'"
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^ both must be alike

    error: `+` between an int and a double
    7 | fails = "function.timeout_s + function.load > 1.0"
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error: what follows `/` must be a number other than 0
    7 | fails = "function.timeout_s / function.timeout_s == 1"
      |                               ^^^^^^^^^^^^^^^^^^ written out

    error: an item has no fixed place in a list: ask for it with `exists`
    7 | fails = "function.layers[0] == 'tools'"
      |          ^^^^^^^^^^^^^^^^^^

    error: a record's field is read with a dot
    7 | fails = "function['name'] == 'checkout'"
      |          ^^^^^^^^^^^^^^^^

    error: an int is never in a list of strings
    7 | fails = "3 in function.layers"
      |          ^^^^^^^^^^^^^^^^^^^^

    error: `in` does not ask a record
    7 | fails = "'name' in function"
      |          ^^^^^^^^^^^^^^^^^^ its fields are known, absent ones unknown

    error: `in` does not ask a string
    7 | fails = "function.name in function.name"
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error: records and maps cannot be compared
    7 | fails = "exposure.urls == []"
      |          ^^^^^^^^^^^^^^^^^^^ compare their fields

    error: records and maps cannot be compared
    7 | fails = "function == function"
      |          ^^^^^^^^^^^^^^^^^^^^ compare their fields

    error: `has` would make a verdict of what could not be observed
    7 | fails = "has(function.name)"
      |          ^^^ a field is only absent when it is unknown
      = help: read the field: the verdict is UNKNOWN where it is absent

    error: a record has no size
    7 | fails = "function.size() > 0"
      |          ^^^^^^^^^^^^^^^

    error: not a regular expression
    7 | fails = "function.name.matches('(')"
      |                                ^^^^ unclosed group

    error: a regular expression must be written out
    7 | fails = "function.name.matches(function.name)"
      |                                ^^^^^^^^^^^^^

    error: no fact is ever null
    7 | fails = "function.name == null"
      |                           ^^^^ an unknown fact is absent

    error: the condition must be a bool
    7 | fails = "exposure.urls.exists(u, u.qualifier)"
      |                                  ^^^^^^^^^^^ this is a string

    error: a string in a list of ints
    7 | fails = "[1, 'a'].size() > 0"
      |              ^^^

    error: a string has no items to go through
    7 | fails = "function.name.exists(c, c == 'a')"
      |          ^^^^^^^^^^^^^

    error: `-` is not for a string
    7 | fails = "-function.name == ''"
      |          ^^^^^^^^^^^^^^

    error: not an expression: mismatched input '<EOF>'
    7 | fails = "function.timeout_s >"
      |                              ^
    "##);
}

#[test]
fn sound_expressions_are_accepted() {
    let faults = faults(&[
        "function.timeout_s >= 840 || function.load > 1",
        "exposure.urls.all(u, u.auth != 'NONE')",
        "exposure.urls.exists_one(u, u.public)",
        "exposure.urls.filter(u, u.public).map(u, u.qualifier) == ['live']",
        "exposure.urls.map(u, u.public, u.qualifier).size() > 1",
        "size(function.layers) > 5 || 'tools' in function.layers",
        "has(function.tags.owner) && function.tags['owner'].startsWith('pay')",
        "function.tags.exists(key, key.contains('secret'))",
        "'owner' in function.tags",
        "function.package == 'Image' ? false : function.name.endsWith('t')",
        "function.name.matches('^[a-z]+$') // names in capitals are another team's",
        "string(function.timeout_s) + 's' == '900s' && -1 < 0 && 7 % 2 == 1",
    ]);
    assert_eq!(faults, "");
}

#[test]
fn a_file_that_is_wrong_in_many_ways_is_told_all_of_them() {
    let wrong = r#"id = "Ensure_something"
title = ""
scope = "function"
severity = "low"
confidence = "low"
since = "1"
fails = """
function.name == 'a' \
  && function.timeout_s > \"3\"
"""
evidence = 'exposure.urls'
message = "{{ item.qualifer }} of {{ functoin.name }}"
why = "x"
references = ["http://example.com"]
fix.text = "{% if %}"
fix.cli = "aws lambda invoke --function-name \"{{ function.name }}\""
maps.security-hub = ["lambda-1"]
"#;
    insta::assert_snapshot!(complaints(&[("a/ensure-something.toml", wrong)]), @r##"
    error: an id is in kebab case: small letters and digits, parted by hyphens
     --> a/ensure-something.toml:1:6
      |
    1 | id = "Ensure_something"
      |      ^^^^^^^^^^^^^^^^^^
    error: the id must be the file's name, `ensure-something`
     --> a/ensure-something.toml:1:6
      |
    1 | id = "Ensure_something"
      |      ^^^^^^^^^^^^^^^^^^
    error: `title` is empty
     --> a/ensure-something.toml:2:9
      |
    2 | title = ""
      |         ^^
    error: `since` is a version, such as `0.1.0`
     --> a/ensure-something.toml:6:9
      |
    6 | since = "1"
      |         ^^^
    error: `>` between an int and a string
     --> a/ensure-something.toml:9:6
      |
    9 |   && function.timeout_s > \"3\"
      |      ^^^^^^^^^^^^^^^^^^^^^^^^^^ only numbers or strings have an order
    error: several pieces of evidence need an `identity`
      --> a/ensure-something.toml:11:12
       |
    11 | evidence = 'exposure.urls'
       |            ^^^^^^^^^^^^^^^ gives one finding for each item
       |
       = help: name the fields that tell one item from another
    error: nothing is called `item.qualifer`
      --> a/ensure-something.toml:12:15
       |
    12 | message = "{{ item.qualifer }} of {{ functoin.name }}"
       |               ^^^^^^^^^^^^^
       |
       = help: did you mean `qualifier`?
    error: nothing is called `functoin.name`
      --> a/ensure-something.toml:12:38
       |
    12 | message = "{{ item.qualifer }} of {{ functoin.name }}"
       |                                      ^^^^^^^^^^^^^
       |
       = help: did you mean `function`?
    error: a reference is an https address
      --> a/ensure-something.toml:14:15
       |
    14 | references = ["http://example.com"]
       |               ^^^^^^^^^^^^^^^^^^^^
    error: the template cannot be filled: syntax error
      --> a/ensure-something.toml:15:19
       |
    15 | fix.text = "{% if %}"
       |                   ^^ unexpected end of block
    error: a value inside quotes could break out of them
      --> a/ensure-something.toml:16:48
       |
    16 | fix.cli = "aws lambda invoke --function-name \"{{ function.name }}\""
       |                                                ^^^^^^^^^^^^^^^^^^^ values are quoted where they need it
       |
       = help: end the quotes before it, and begin them anew after
    error: `lambda-1` is not an id of security-hub, which look like `Lambda.1`
      --> a/ensure-something.toml:17:22
       |
    17 | maps.security-hub = ["lambda-1"]
       |                      ^^^^^^^^^^
    "##);
}

#[test]
fn files_that_are_no_checks_are_told_where() {
    let unknown = around("true").replace("severity", "sevrity");
    let value = around("true").replace("\"low\"\nconf", "\"lo\"\nconf");
    insta::assert_snapshot!(complaints(&[
        ("a/broken.toml", "id = \n"),
        ("a/unknown.toml", &unknown),
        ("a/value.toml", &value),
    ]), @r##"
    error: string values must be quoted, expected literal string
     --> a/broken.toml:1:6
      |
    1 | id = 
      |      ^
    error: unknown field `sevrity`, expected one of `id`, `title`, `scope`, `severity`, `confidence`, `persona`, `since`, `status`, `applies`, `fails`, `evidence`, `identity`, `message`, `why`, `fix`, `references`, `maps`, `examples`
     --> a/unknown.toml:4:1
      |
    4 | sevrity = "low"
      | ^^^^^^^
      |
      = help: did you mean `severity`?
    error: unknown variant `lo`, expected one of `low`, `medium`, `high`, `critical`
     --> a/value.toml:4:12
      |
    4 | severity = "lo"
      |            ^^^^
      |
      = help: did you mean `low`?
    "##);
}

#[test]
fn a_sound_check_must_still_keep_its_word() {
    let text = r#"id = "disable-nothing"
title = "Nothing"
scope = "function"
severity = "low"
confidence = "low"
since = "one"
fails = "function.timeout_s > 3"
message = "{{ function.name }} runs {{ function.timeout_s }} s"
why = "x"
references = ["http://example.com"]
fix.text = " "
maps.nist-800-53 = ["AC3"]

[[examples.fail]]
name = "no name"
facts.function.timeout_s = 4

[[examples.fail]]
name = "wrong"
facts.function = { name = "a", timeout_s = 2 }

[[examples.pass]]
name = "misspelt"
facts.function.timeout = 2

[[examples.pass]]
name = "mistyped"
facts.function.timeout_s = "2"

[[examples.pass]]
name = "wrong"
facts.function.load = 2
"#;
    insta::assert_snapshot!(complaints(&[("disable-nothing.toml", text)]), @r##"
    error: an id names the bad pattern, not its remedy
     --> disable-nothing.toml:1:6
      |
    1 | id = "disable-nothing"
      |      ^^^^^^^^^^^^^^^^^ `disable` is a remedy
    error: `since` is a version, such as `0.1.0`
     --> disable-nothing.toml:6:9
      |
    6 | since = "one"
      |         ^^^^^
    error: a reference is an https address
      --> disable-nothing.toml:10:15
       |
    10 | references = ["http://example.com"]
       |               ^^^^^^^^^^^^^^^^^^^^
    error: `fix.text` is empty
      --> disable-nothing.toml:11:12
       |
    11 | fix.text = " "
       |            ^^^
    error: `AC3` is not an id of nist-800-53, which look like `AC-3(7)`
      --> disable-nothing.toml:12:21
       |
    12 | maps.nist-800-53 = ["AC3"]
       |                     ^^^^^
    error: its message lacks a fact: (unknown) runs 4 s
      --> disable-nothing.toml:15:8
       |
    15 | name = "no name"
       |        ^^^^^^^^^ add the fact to this example
    error: the example gives PASS, not FAIL
      --> disable-nothing.toml:19:8
       |
    19 | name = "wrong"
       |        ^^^^^^^
    error: no fact `function.timeout`
      --> disable-nothing.toml:24:16
       |
    24 | facts.function.timeout = 2
       |                ^^^^^^^ in the facts of this example
       |
       = help: did you mean `timeout_s`?
    error: `function.timeout_s` is an int, not a string
      --> disable-nothing.toml:28:28
       |
    28 | facts.function.timeout_s = "2"
       |                            ^^^ in the facts of this example
    error: `examples.fail[1]` has the same name
      --> disable-nothing.toml:31:8
       |
    31 | name = "wrong"
       |        ^^^^^^^
    error: `function.load` is a double, not an int
      --> disable-nothing.toml:32:23
       |
    32 | facts.function.load = 2
       |                       ^ in the facts of this example
       |
       = help: write `2.0`
    "##);
}

#[test]
fn an_id_is_taken_once() {
    let text = std::fs::read_to_string(samples().join("exposure/long-timeout.toml")).unwrap();
    let complaints = complaints(&[
        ("a/long-timeout.toml", &text),
        ("b/long-timeout.toml", &text),
    ]);
    insta::assert_snapshot!(complaints, @r##"
    error: the id is taken by `a/long-timeout.toml`
     --> b/long-timeout.toml:1:6
      |
    1 | id = "long-timeout"
      |      ^^^^^^^^^^^^^^
    "##);
}

/// The verdicts that expressions give of documents, a row for each expression.
fn verdicts(expressions: &[&str], documents: &[&Document]) -> Vec<Vec<Verdict>> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files(expressions) {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let registry = Registry::only(&[folder.path().to_owned()], &schema).unwrap();
    let judges: Vec<Judge<'_>> = documents.iter().map(|d| Judge::new(d)).collect();
    let all = |check| {
        judges
            .iter()
            .map(|judge| judge.judge(check).verdict)
            .collect()
    };
    registry.checks().map(all).collect()
}

#[test]
fn what_is_unknown_decides_nothing_and_hinders_nothing() {
    const TRUE: &str = "exposure.has_url";
    const FALSE: &str = "!exposure.has_url";
    // A field, a part of the tree, and an item's field that are not known.
    const UNKNOWN: [&str; 3] = [
        "function.timeout_s > 3",
        "secrets.variables.exists(v, v.name == 'a')",
        "exposure.urls.exists(u, u.qualifier == '$LATEST' && u.public)",
    ];
    let mut facts = facts();
    if let Fact::Known(function) = &mut facts.function {
        function.timeout_s = Fact::unknown(&denied());
    }
    let document = document(&facts);
    let mut table: Vec<(String, Verdict)> = Vec::new();
    for u in UNKNOWN {
        for (expression, verdict) in [
            ("U", Verdict::Unknown),
            ("!U", Verdict::Unknown),
            ("U && U", Verdict::Unknown),
            ("U || U", Verdict::Unknown),
            ("U && T", Verdict::Unknown),
            ("T && U", Verdict::Unknown),
            ("U && F", Verdict::Pass),
            ("F && U", Verdict::Pass),
            ("U || T", Verdict::Fail),
            ("T || U", Verdict::Fail),
            ("U || F", Verdict::Unknown),
            ("F || U", Verdict::Unknown),
            ("!(U && F)", Verdict::Fail),
            ("!(T || U)", Verdict::Pass),
            ("U && F || T", Verdict::Fail),
            ("T && (F || U)", Verdict::Unknown),
            ("U ? T : T", Verdict::Unknown),
            ("T ? U : T", Verdict::Unknown),
            ("F ? U : T", Verdict::Fail),
            ("U == T", Verdict::Unknown),
            ("[T, U].size() == 2", Verdict::Unknown),
            // The loops over known items, with what is asked of each unknown.
            (
                "function.layers.exists(l, U || l == 'tools')",
                Verdict::Fail,
            ),
            (
                "function.layers.exists(l, U && l == 'other')",
                Verdict::Pass,
            ),
            ("function.layers.exists(l, U)", Verdict::Unknown),
            ("function.layers.all(l, U)", Verdict::Unknown),
            ("function.layers.all(l, U && l == 'other')", Verdict::Pass),
            ("[].exists(l, U)", Verdict::Pass),
            ("[].all(l, U)", Verdict::Fail),
            ("['a', 'b'].exists(l, l == 'b' || U)", Verdict::Fail),
            ("['b', 'a'].exists(l, l == 'b' || U)", Verdict::Fail),
            ("['b', 'a'].all(l, l == 'b' && U)", Verdict::Pass),
            ("['a', 'b'].all(l, l == 'b' && U)", Verdict::Pass),
            (
                "['a'].exists(l, ['b'].exists(m, U || m == 'b'))",
                Verdict::Fail,
            ),
            ("['a'].exists_one(l, U)", Verdict::Unknown),
            ("function.layers.filter(l, U).size() > 0", Verdict::Unknown),
            ("function.layers.map(l, U).size() > 0", Verdict::Unknown),
        ] {
            let expression = expression
                .replace('T', TRUE)
                .replace('F', FALSE)
                .replace('U', &format!("({u})"));
            table.push((expression, verdict));
        }
    }
    let expressions: Vec<&str> = table.iter().map(|(text, _)| &**text).collect();
    for ((expression, expected), found) in table.iter().zip(verdicts(&expressions, &[&document])) {
        assert_eq!(found, [*expected], "{expression}");
    }
}

/// Every field of every record, as the way to it; keys of maps are no fields.
fn fields(value: &Value, way: &mut Vec<String>, ways: &mut Vec<Vec<String>>) {
    let steps: Vec<(String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(i, v)| (i.to_string(), v))
            .collect(),
        _ => return,
    };
    for (step, inner) in steps {
        way.push(step);
        if value.is_object() {
            ways.push(way.clone());
        }
        if way.last().is_none_or(|step| step != "tags") {
            fields(inner, way, ways);
        }
        way.pop();
    }
}

/// The document without some of its fields.
fn thinned(document: &Document, gone: &[bool]) -> Document {
    let mut facts = Value::Object(document.facts.clone());
    let mut ways = Vec::new();
    fields(&facts, &mut Vec::new(), &mut ways);
    for (way, gone) in ways.iter().zip(gone) {
        if *gone {
            let (last, parents) = way.split_last().unwrap();
            let parent =
                facts.pointer_mut(&parents.iter().map(|p| format!("/{p}")).collect::<String>());
            if let Some(Value::Object(map)) = parent {
                map.remove(last);
            }
        }
    }
    let Value::Object(facts) = facts else {
        panic!("facts are an object")
    };
    Document {
        facts,
        ..document.clone()
    }
}

/// Expressions of every operator and loop that checks may use, over the facts of this file.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "true",
        "exposure.has_url",
        "function.timeout_s > 3",
        "function.timeout_s + 1 == 901",
        "function.load < 0.75",
        "function.package == 'Image'",
        "function.name.startsWith('check')",
        "'owner' in function.tags",
        "has(function.tags.owner)",
        "function.tags['owner'] == 'payments'",
        "'tools' in function.layers",
        "function.layers == ['tools']",
        "function.layers.size() > 1",
        "exposure.urls.size() > 1",
        "exposure.urls.exists(u, u.public)",
        "exposure.urls.all(u, u.public)",
        "exposure.urls.exists_one(u, u.public)",
        "exposure.urls.exists(u, u.auth == 'NONE' && u.public)",
        "exposure.urls.all(u, u.auth == 'NONE' || u.public)",
        "exposure.urls.filter(u, u.public).size() > 0",
        "exposure.urls.map(u, u.qualifier) == ['live', '$LATEST']",
        "exposure.urls.exists(u, exposure.urls.exists(v, v.auth != u.auth && u.public))",
        "secrets.variables.exists(v, v.name.matches('^[A-Z]+$'))",
    ]);
    leaf.prop_map(str::to_owned)
        .prop_recursive(4, 24, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(|one| format!("!({one})")),
                (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("({one} && {two})")),
                (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("({one} || {two})")),
                (inner.clone(), inner.clone())
                    .prop_map(|(one, two)| format!("(({one}) == ({two}))")),
                (inner.clone(), inner.clone(), inner.clone())
                    .prop_map(|(one, two, three)| format!("(({one}) ? ({two}) : ({three}))")),
                inner
                    .clone()
                    .prop_map(|one| format!("function.layers.exists(l, l == 'x' || {one})")),
                inner.prop_map(|one| format!("exposure.urls.all(u, u.public || {one})")),
            ]
        })
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let url = (any::<bool>(), any::<bool>(), any::<bool>());
    let urls = prop::collection::vec(url, 0..3);
    let words = prop::collection::vec(prop::sample::select(vec!["tools", "x"]), 0..3);
    (any::<bool>(), 0u32..5, urls, words).prop_map(|(has_url, timeout_s, urls, layers)| {
        let mut facts = facts();
        if let Fact::Known(function) = &mut facts.function {
            function.timeout_s = Fact::Known(timeout_s);
            function.layers = Fact::Known(layers.into_iter().map(str::to_owned).collect());
        }
        let urls = urls.into_iter().map(|(latest, open, public)| Url {
            qualifier: if latest { "$LATEST" } else { "live" }.to_owned(),
            auth: if open { "NONE" } else { "AWS_IAM" }.to_owned(),
            public: Fact::Known(public),
        });
        facts.exposure = Fact::Known(Exposure {
            has_url: Fact::Known(has_url),
            urls: Fact::Known(urls.collect()),
        });
        let variable = Variable {
            name: "TOKEN".to_owned(),
            detector: "token".to_owned(),
        };
        facts.secrets = Fact::Known(Secrets {
            variables: Fact::Known(vec![variable]),
        });
        facts
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The law that makes a PASS trustworthy.
    #[test]
    fn whoever_knows_less_never_says_otherwise(
        expressions in prop::collection::vec(expression(), 12),
        facts in any_facts(),
        gone in prop::collection::vec(prop::collection::vec(prop::bool::weighted(0.2), 40), 6),
    ) {
        let full = document(&facts);
        let thin: Vec<Document> = gone.iter().map(|gone| thinned(&full, gone)).collect();
        let documents: Vec<&Document> = std::iter::once(&full).chain(&thin).collect();
        let expressions: Vec<&str> = expressions.iter().map(String::as_str).collect();
        for (row, expression) in verdicts(&expressions, &documents).iter().zip(&expressions) {
            prop_assert_ne!(row[0], Verdict::Unknown, "{} of everything", expression);
            for (verdict, document) in row.iter().zip(&documents) {
                prop_assert!(
                    *verdict == Verdict::Unknown || *verdict == row[0],
                    "{} gives {} of everything and {} of {:?}",
                    expression, row[0], verdict, document.facts
                );
            }
        }
    }
}

#[test]
fn a_new_check_lints_green() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("slow-function.toml");
    std::fs::write(&path, scaffold("slow-function")).unwrap();
    let problems = lint(&path, &lamppost::facts::schema).unwrap();
    let pictures: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(pictures.is_empty(), "{}", pictures.join("\n"));
}

#[test]
fn the_schema_of_check_files_accepts_the_samples_and_refuses_a_misspelt_key() {
    let validator = jsonschema::validator_for(&definition_schema()).unwrap();
    for file in [
        "exposure/public-function-url.toml",
        "secrets/secret-in-environment.toml",
    ] {
        let text = std::fs::read_to_string(samples().join(file)).unwrap();
        let check: Value = toml::from_str(&text).unwrap();
        assert!(validator.is_valid(&check), "{file}");
        let check: Value = toml::from_str(&text.replace("severity", "sevrity")).unwrap();
        assert!(!validator.is_valid(&check), "{file}");
    }
}

#[test]
fn a_check_is_shown_as_a_page_and_on_a_terminal() {
    let registry = registry();
    let check = registry.get("public-function-url").unwrap();
    insta::assert_snapshot!(page(check), @r##"
    # Function URL that anybody may call

    `public-function-url` · judges each function · severity high · confidence high · persona default · since 0.1.0

    A function URL without authentication runs the function for whoever finds it, and every run is
    paid for and has the rights of its execution role.

    ## When it fails

    **It is asked of resources for which**

    ```cel
    exposure.has_url
    ```

    **It fails if**

    ```cel
    exposure.urls.exists(url, url.auth == "NONE" && url.public)
    ```

    **It shows**

    ```cel
    exposure.urls.filter(url, url.auth == "NONE" && url.public)
    ```

    **It says**

    ```jinja
    The URL of {{ item.qualifier }} of {{ function.name }} answers anybody on the internet.
    ```

    It is UNKNOWN where AWS refuses what it needs of `lambda:ListFunctionUrlConfigs`.

    ## How to mend it

    Ask for IAM authentication, or put a CloudFront distribution with origin access control in front of {{ function.name }}.

    **AWS CLI**

    ```sh
    aws lambda update-function-url-config --function-name {{ resource.arn }} --qualifier {{ item.qualifier }} --auth-type AWS_IAM
    ```

    **Terraform**

    ```hcl
    resource "aws_lambda_function_url" "this" {
      function_name      = "{{ function.name }}"
      qualifier          = "{{ item.qualifier }}"
      authorization_type = "AWS_IAM"
    }
    ```

    **CloudFormation**

    ```yaml
    Type: AWS::Lambda::Url
    Properties:
      TargetFunctionArn: {{ resource.arn }}
      AuthType: AWS_IAM
    ```

    ## Examples

    **FAIL, an alias whose URL asks for nothing and whose policy lets everybody in**

    ```toml
    [exposure]
    has_url = true

    [[exposure.urls]]
    auth = "NONE"
    public = true
    qualifier = "live"

    [function]
    name = "checkout"
    ```

    **PASS, IAM authentication**

    ```toml
    [exposure]
    has_url = true

    [[exposure.urls]]
    auth = "AWS_IAM"
    public = false
    qualifier = "live"
    ```

    **UNKNOWN, the policy could not be read**

    ```toml
    [exposure]
    has_url = true

    [[exposure.urls]]
    auth = "NONE"
    qualifier = "live"
    ```

    **NOT_APPLICABLE, no URL**

    ```toml
    [exposure]
    has_url = false
    ```

    ## Elsewhere

    - AWS Security Hub: Lambda.1
    - MITRE ATT&CK: T1190

    ## Read more

    - <https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html>
    "##);
    insta::assert_snapshot!(terminal_page(registry.get("long-timeout").unwrap(), 60), @r##"
    Timeout near the limit
    long-timeout · judges each function · severity low ·
    confidence medium · persona strict · since 0.1.0

    A function that hangs is paid for, and holds its
    concurrency, until its timeout.

    WHEN IT FAILS

    It fails if:

        function.timeout_s >= 840

    It says:

        {{ function.name }} may run for {{ function.timeout_s }} seconds.

    It is UNKNOWN where AWS refuses what it needs of
    lambda:ListFunctions.

    HOW TO MEND IT

    Set the timeout to a little more than the longest run that
    is sound.

    EXAMPLES

    FAIL, fifteen minutes:

        [function]
        name = "batch"
        timeout_s = 900

    PASS, three seconds:

        [function]
        timeout_s = 3
    "##);
    insta::assert_snapshot!(index(registry.checks()), @r##"
    # Checks

    3 checks in 2 families.

    ## exposure

    | check | what it finds | severity | confidence | persona |
    | --- | --- | --- | --- | --- |
    | [`long-timeout`](long-timeout.md) | Timeout near the limit | low | medium | strict |
    | [`public-function-url`](public-function-url.md) | Function URL that anybody may call | high | high | default |

    ## secrets

    | check | what it finds | severity | confidence | persona |
    | --- | --- | --- | --- | --- |
    | [`secret-in-environment`](secret-in-environment.md) | Secret in an environment variable | critical | high | default |
    "##);
}

#[test]
fn remediation_holds_real_names_and_cannot_be_broken_out_of() {
    let mut facts = facts();
    let variable = |name: &str| Variable {
        name: name.to_owned(),
        detector: "token".to_owned(),
    };
    facts.secrets = Fact::Known(Secrets {
        variables: Fact::Known(vec![
            variable("TOKEN"),
            variable("A; $(reboot) 'B'\nreboot"),
        ]),
    });
    if let Fact::Known(function) = &mut facts.function {
        function.name = "two words".to_owned();
    }
    let (registry, document) = (registry(), document(&facts));
    let check = registry.get("secret-in-environment").unwrap();
    let judgement = Judge::new(&document).judge(check);
    let lines: Vec<String> = judgement
        .offences
        .into_iter()
        .filter_map(|o| o.fix.cli)
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r##"
    aws secretsmanager create-secret --name TOKEN --description 'from ''two words'
    aws secretsmanager create-secret --name 'A; $(reboot) '\''B'\''�reboot' --description 'from ''two words'
    "##);

    let text = around("function.timeout_s > 1")
        + r#"
fix.cloudformation = """
Plain: {{ function.name }}
Quoted: "{{ function.name }} of {{ resource.account }}"
List: [{{ function.layers }}]
"""
fix.terraform = 'name = "{{ function.name }}"'
"#;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tried.toml"), text).unwrap();
    let registry = Registry::only(&[folder.path().to_owned()], &schema).unwrap();
    let judge = Judge::new(&document);
    let fix = &judge.judge(registry.get("tried").unwrap()).offences[0].fix;
    insta::assert_snapshot!(fix.cloudformation.as_deref().unwrap(), @r##"
    Plain: "two words"
    Quoted: "two words of 111122223333"
    List: [tools]
    "##);
    insta::assert_snapshot!(fix.terraform.as_deref().unwrap(), @r##"
    name = "two words"
    "##);
}

#[test]
fn a_missing_fact_in_a_message_is_said_to_be_unknown() {
    let mut facts = facts();
    facts.function = Fact::unknown(&denied());
    let (registry, document) = (registry(), document(&facts));
    let judge = Judge::new(&document);
    let judgement = judge.judge(registry.get("public-function-url").unwrap());
    assert_eq!(
        judgement.offences[0].message,
        "The URL of live of (unknown) answers anybody on the internet."
    );
}

#[test]
fn an_unknown_verdict_always_has_a_reason() {
    let registry = registry();
    let mut document = document(&facts());
    document.facts.clear();
    document.missing.clear();
    let judgement = Judge::new(&document).judge(registry.get("long-timeout").unwrap());
    assert_eq!(judgement.verdict, Verdict::Unknown);
    assert_eq!(
        judgement.gaps[0].message,
        "not in the document: `function.timeout_s`"
    );
    // What the schema rules out, but a tampered snapshot may hold.
    document.facts.insert(
        "function".to_owned(),
        serde_json::json!({"timeout_s": "long"}),
    );
    let judgement = Judge::new(&document).judge(registry.get("long-timeout").unwrap());
    assert_eq!(judgement.verdict, Verdict::Unknown);
    assert_eq!(judgement.gaps[0].kind, GapKind::Malformed);
}

#[test]
fn what_an_expression_reads_is_known_before_it_runs() {
    let registry = registry();
    let reads = |id: &str| {
        registry
            .get(id)
            .unwrap()
            .reads()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        reads("public-function-url"),
        "exposure.has_url exposure.urls exposure.urls.auth exposure.urls.public"
    );
    assert_eq!(reads("long-timeout"), "function.timeout_s");
    assert_eq!(reads("secret-in-environment"), "secrets.variables");
}

#[test]
fn checks_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Registry>();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is written in a check file is answered, never with a panic.
    #[test]
    fn any_expression_is_answered(
        texts in prop::collection::vec(
            prop::collection::vec(
                prop::sample::select(vec![
                    "function", ".name", ".tags", "exposure.urls", ".exists(u, ", "u.public", ")", "(",
                    "[", "]", "{", "}", "'a'", "\"", "'", "'''", "r'\\'", "b'x'", "1", "1u", "1.5e999",
                    "99999999999999999999", "-", "!", "&&", "||", "==", "in", "?", ":", ",", ".", "..",
                    "has(", "size(", ".map(x, ", ".all(", "null", "true", "\\", "\\u{110000}", "ä", " ",
                    "//", "\n", "@", "$", "`a`", ".?a", "optional.of(", "Foo{a: 1}", "1/0", "%", "\u{0}",
                ]),
                0..12,
            ).prop_map(|parts| parts.concat()),
            20,
        ),
        words in prop::collection::vec("\\PC{0,24}", 4),
    ) {
        let all: Vec<&str> = texts.iter().chain(&words).map(String::as_str).collect();
        // Each file lacks its examples, and so gets at least two complaints.
        let files = files(&all);
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&**name, &**text)).collect();
        prop_assert!(complaints(&files).matches("error: ").count() >= all.len());
    }
}
