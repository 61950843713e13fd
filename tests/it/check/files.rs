//! What the linter says of a check file that is wrong around its expressions.

use super::*;

#[test]
fn a_file_that_is_wrong_in_many_ways_is_told_all_of_them() {
    let wrong = r#"id = "Ensure_something"
title = ""
scope = "function"
severity = "low"
confidence = "low"
since = "1"
fails = """
lambda.name == 'a' \
  && lambda.timeout_s > \"3\"
"""
evidence = 'exposure.urls'
message = "{{ item.qualifer }} of {{ lamdba.name }}"
why = "x"
references = ["http://example.com"]
fix.text = "{% if %}"
fix.cli = "aws lambda invoke --function-name \"{{ lambda.name }}\""
maps.security-hub = ["lambda-1"]
"#;
    insta::assert_snapshot!(complaints(&[("a/ensure-something.toml", wrong)]), @r#"
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
    9 |   && lambda.timeout_s > \"3\"
      |      ^^^^^^^^^^^^^^^^^^^^^^^^ only numbers or strings have an order
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
    12 | message = "{{ item.qualifer }} of {{ lamdba.name }}"
       |               ^^^^^^^^^^^^^
       |
       = help: did you mean `qualifier`?
    error: nothing is called `lamdba.name`
      --> a/ensure-something.toml:12:38
       |
    12 | message = "{{ item.qualifer }} of {{ lamdba.name }}"
       |                                      ^^^^^^^^^^^
       |
       = help: did you mean `lambda`?
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
    16 | fix.cli = "aws lambda invoke --function-name \"{{ lambda.name }}\""
       |                                                ^^^^^^^^^^^^^^^^^ values are quoted where they need it
       |
       = help: end the quotes before it, and begin them anew after
    error: `lambda-1` is not an id of security-hub, which look like `Lambda.1`
      --> a/ensure-something.toml:17:22
       |
    17 | maps.security-hub = ["lambda-1"]
       |                      ^^^^^^^^^^
    "#);
}

#[test]
fn files_that_are_no_checks_are_told_where() {
    let unknown = around("true").replace("severity", "sevrity");
    let value = around("true").replace("\"low\"\nconf", "\"lo\"\nconf");
    insta::assert_snapshot!(complaints(&[
        ("a/broken.toml", "id = \n"),
        ("a/unknown.toml", &unknown),
        ("a/value.toml", &value),
    ]), @r#"
    error: a value is missing here, or a text without quotes
     --> a/broken.toml:1:6
      |
    1 | id = 
      |      ^
    error: unknown key `sevrity`; known keys: `id`, `title`, `scope`, `severity`, `confidence`, `persona`, `since`, `status`, `applies`, `fails`, `evidence`, `implies`, `cause`, `identity`, `message`, `why`, `acceptable`, `fix`, `references`, `maps`, `examples`
     --> a/unknown.toml:4:1
      |
    4 | sevrity = "low"
      | ^^^^^^^
      |
      = help: did you mean `severity`?
    error: unknown value `lo`; possible values: `low`, `medium`, `high`, `critical`
     --> a/value.toml:4:12
      |
    4 | severity = "lo"
      |            ^^^^
      |
      = help: did you mean `low`?
    "#);
}

#[test]
fn a_sound_check_must_still_keep_its_word() {
    let text = r#"id = "disable-nothing"
title = "Nothing"
scope = "function"
severity = "low"
confidence = "low"
since = "one"
fails = "lambda.timeout_s > 3"
message = "{{ lambda.name }} runs {{ lambda.timeout_s }} s"
why = "x"
references = ["http://example.com"]
fix.text = " "
maps.nist-800-53 = ["AC3"]

[[examples.fail]]
name = "no name"
facts.lambda.timeout_s = 4

[[examples.fail]]
name = "wrong"
facts.lambda = { name = "a", timeout_s = 2 }

[[examples.pass]]
name = "misspelt"
facts.lambda.timeout = 2

[[examples.pass]]
name = "mistyped"
facts.lambda.timeout_s = "2"

[[examples.pass]]
name = "wrong"
facts.lambda.load = 2
"#;
    insta::assert_snapshot!(complaints(&[("disable-nothing.toml", text)]), @r#"
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
    error: no fact `lambda.timeout`
      --> disable-nothing.toml:24:14
       |
    24 | facts.lambda.timeout = 2
       |              ^^^^^^^ in the facts of this example
       |
       = help: did you mean `timeout_s`?
    error: `lambda.timeout_s` is an int, not a string
      --> disable-nothing.toml:28:26
       |
    28 | facts.lambda.timeout_s = "2"
       |                          ^^^ in the facts of this example
    error: `examples.fail[1]` has the same name
      --> disable-nothing.toml:31:8
       |
    31 | name = "wrong"
       |        ^^^^^^^
    error: `lambda.load` is a double, not an int
      --> disable-nothing.toml:32:21
       |
    32 | facts.lambda.load = 2
       |                     ^ in the facts of this example
       |
       = help: write `2.0`
    "#);
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

#[test]
fn a_check_with_the_former_name_of_a_part_is_told_the_new_one() {
    let text = around("function.timeout_s > 3 && 'function' != \"function.name\"")
        .replace("{{ resource.name }} was", "{{ function.name }} was");
    insta::assert_snapshot!(complaints(&[("tried.toml", &text)]), @r#"
    error: the part `function` of the facts is now `lambda`
     --> tried.toml:7:12
      |
    7 | fails = """function.timeout_s > 3 && 'function' != "function.name""""
      |            ^^^^^^^^ a word that CEL reserves
      |
      = help: replace `function` with `lambda`
    error: nothing is called `function.name`
     --> tried.toml:8:15
      |
    8 | message = "{{ function.name }} was tried."
      |               ^^^^^^^^^^^^^
      |
      = help: the part `function` of the facts is now `lambda`
    "#);
    let text = around("lambda.timeout_s > 3")
        + r#"
[[examples.fail]]
name = "four seconds"
facts.function.timeout_s = 4

[[examples.pass]]
name = "two seconds"
facts.lambda.timeout_s = 2
"#;
    insta::assert_snapshot!(complaints(&[("tried.toml", &text)]), @r#"
    error: no fact `function`
      --> tried.toml:14:7
       |
    14 | facts.function.timeout_s = 4
       |       ^^^^^^^^ in the facts of this example
       |
       = help: the part `function` of the facts is now `lambda`
    "#);
}

#[test]
fn what_a_macro_replaces_is_refused_and_the_macro_named() {
    let text = around("lambda.timeout_s > 3")
        + r##"
evidence = "exposure.urls"
identity = ["qualifier"]
fix.cli = """
aws lambda x{% if item.qualifier != "$LATEST" %} --qualifier {{ item.qualifier }}{% endif %}
"""
fix.terraform = """
resource "aws_lambda_function" "this" {
  function_name = "{{ resource.name }}"
}
"""
fix.cloudformation = """
Other:
  Type: AWS::Lambda::Function
  Properties:
    FunctionName: {{ resource.name }}
"""
"##;
    insta::assert_snapshot!(complaints(&[("tried.toml", &text)]), @r#"
    error: at least one example must fail
     --> tried.toml:1:6
      |
    1 | id = "tried"
      |      ^^^^^^^
      |
      = help: add an `[[examples.fail]]`
    error: at least one example must pass
     --> tried.toml:1:6
      |
    1 | id = "tried"
      |      ^^^^^^^
      |
      = help: add an `[[examples.pass]]`
    error: there is a macro for this
      --> tried.toml:15:13
       |
    15 | aws lambda x{% if item.qualifier != "$LATEST" %} --qualifier {{ item.qualifier }}{% endif %}
       |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ written out
       |
       = help: write `{{ qualifier(item) }}`
    error: there is a macro for this
      --> tried.toml:18:1
       |
    18 | / resource "aws_lambda_function" "this" {
    19 | |   function_name = "{{ resource.name }}"
       | |_______________________________________^ written out
       |
       = help: write `{% call lambda_resource() %}`
    error: there is a macro for this
      --> tried.toml:24:3
       |
    24 | /   Type: AWS::Lambda::Function
    25 | |   Properties:
    26 | |     FunctionName: {{ resource.name }}
       | |_____________________________________^ written out
       |
       = help: write `{% call lambda_properties() %}`
    "#);
}

#[test]
fn a_macro_that_lacks_a_fact_is_refused_where_it_is_called() {
    let text = around("lambda.timeout_s > 3")
        + r#"
evidence = "exposure.urls"
identity = ["qualifier"]
fix.cli = """
# Narrow the role down:
{{ narrow_role_policy(item) }}
"""
fix.terraform = "{{ remove_statment(item) }}"
fix.cloudformation = "{% call lambda_properties() %}{{ item.nothing }}{% endcall %}"
"#;
    insta::assert_snapshot!(complaints(&[("tried.toml", &text)]), @r#"
    error: the template cannot be filled: undefined value
      --> tried.toml:16:4
       |
    16 | {{ narrow_role_policy(item) }}
       |    ^^^^^^^^^^^^^^^^^^ `narrow_role_policy` reads `policy`, which is not there
       |
       = help: `checks/fixes.jinja` has the macro
    error: nothing is called `remove_statment`
      --> tried.toml:18:21
       |
    18 | fix.terraform = "{{ remove_statment(item) }}"
       |                     ^^^^^^^^^^^^^^^
       |
       = help: did you mean `remove_statement`?
    error: nothing is called `item.nothing`
      --> tried.toml:19:56
       |
    19 | fix.cloudformation = "{% call lambda_properties() %}{{ item.nothing }}{% endcall %}"
       |                                                        ^^^^^^^^^^^^
    "#);
}
