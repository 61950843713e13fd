//! What the linter says of an expression that is wrong.

use super::*;

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
    shown.trim().to_owned()
}

#[test]
fn names_that_do_not_exist_are_marked_and_the_nearest_is_offered() {
    insta::assert_snapshot!(faults(&[
        "lamdba.timeout_s > 3",
        "lambda.timeout_sec > 3",
        "lambda.tags.owner == 'a' && exposure.url.size() > 0",
        "exposure.urls.exists(u, u.pubic)",
        "exposure.urls.exists(url, ur.public)",
        "exposure.urls.public",
        "lambda.timeout_s.size > 3",
        "lambda.name.startswith('a')",
        "exposure.urls.any(u, u.public)",
        "exposure.urls.exists(u.public)",
        "length(lambda.name) > 3",
        "lambda.package == 'zip'",
        "lambda.package in ['Zip', 'Container']",
        "'ä' == 'ä' && lambda.nmae == 'ö'",
    ]), @r#"
    error: no fact `lamdba`
    7 | fails = "lamdba.timeout_s > 3"
      |          ^^^^^^ not a fact
      = help: did you mean `lambda`?

    error: no field `timeout_sec`
    7 | fails = "lambda.timeout_sec > 3"
      |                 ^^^^^^^^^^^ no such field
      = help: did you mean `timeout_s`?

    error: no field `url`
    7 | fails = "lambda.tags.owner == 'a' && exposure.url.size() > 0"
      |                                               ^^^ no such field
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
    7 | fails = "lambda.timeout_s.size > 3"
      |                           ^^^^

    error: no function `startswith`
    7 | fails = "lambda.name.startswith('a')"
      |                      ^^^^^^^^^^
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
    7 | fails = "length(lambda.name) > 3"
      |          ^^^^^^
      = help: there are size, string, all, exists, exists_one, filter, has, map

    error: it is never `zip`
    7 | fails = "lambda.package == 'zip'"
      |                            ^^^^^
      = help: did you mean `Zip`? It is one of `Image`, `Zip`

    error: it is never `Container`
    7 | fails = "lambda.package in ['Zip', 'Container']"
      |                                    ^^^^^^^^^^^
      = help: it is one of `Image`, `Zip`

    error: no field `nmae`
    7 | fails = "'ä' == 'ä' && lambda.nmae == 'ö'"
      |                                ^^^^ no such field
      = help: did you mean `name`?
    "#);
}

#[test]
fn operands_of_wrong_types_are_marked() {
    insta::assert_snapshot!(faults(&[
        "lambda.timeout_s > '10'",
        "lambda.name == 3",
        "lambda.timeout_s",
        "lambda.timeout_s && true",
        "!lambda.name",
        "exposure.has_url ? 1 : 'a'",
        "lambda.timeout_s + lambda.load > 1.0",
        "lambda.timeout_s / lambda.timeout_s == 1",
        "lambda.layers[0] == 'tools'",
        "lambda['name'] == 'checkout'",
        "3 in lambda.layers",
        "'name' in lambda",
        "lambda.name in lambda.name",
        "exposure.urls == []",
        "lambda == lambda",
        "has(lambda.name)",
        "lambda.size() > 0",
        "lambda.name.matches('(')",
        "lambda.name.matches(lambda.name)",
        "lambda.name == null",
        "exposure.urls.exists(u, u.qualifier)",
        "[1, 'a'].size() > 0",
        "lambda.name.exists(c, c == 'a')",
        "-lambda.name == ''",
        "lambda.timeout_s >",
    ]), @r##"
    error: `>` between an int and a string
    7 | fails = "lambda.timeout_s > '10'"
      |          ^^^^^^^^^^^^^^^^^^^^^^^ only numbers or strings have an order

    error: `==` between a string and an int
    7 | fails = "lambda.name == 3"
      |          ^^^^^^^^^^^^^^^^ never equal

    error: the expression must be a bool
    7 | fails = "lambda.timeout_s"
      |          ^^^^^^^^^^^^^^^^ this is an int

    error: what stands before `&&` must be a bool
    7 | fails = "lambda.timeout_s && true"
      |          ^^^^^^^^^^^^^^^^ this is an int

    error: what `!` turns round must be a bool
    7 | fails = "!lambda.name"
      |           ^^^^^^^^^^^ this is a string

    error: either an int or a string
    7 | fails = "exposure.has_url ? 1 : 'a'"
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^ both must be alike

    error: `+` between an int and a double
    7 | fails = "lambda.timeout_s + lambda.load > 1.0"
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error: what follows `/` must be a number other than 0
    7 | fails = "lambda.timeout_s / lambda.timeout_s == 1"
      |                             ^^^^^^^^^^^^^^^^ written out

    error: an item has no fixed place in a list: ask for it with `exists`
    7 | fails = "lambda.layers[0] == 'tools'"
      |          ^^^^^^^^^^^^^^^^

    error: a record's field is read with a dot
    7 | fails = "lambda['name'] == 'checkout'"
      |          ^^^^^^^^^^^^^^

    error: an int is never in a list of strings
    7 | fails = "3 in lambda.layers"
      |          ^^^^^^^^^^^^^^^^^^

    error: `in` does not ask a record
    7 | fails = "'name' in lambda"
      |          ^^^^^^^^^^^^^^^^ its fields are known, absent ones unknown

    error: `in` does not ask a string
    7 | fails = "lambda.name in lambda.name"
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^

    error: records and maps cannot be compared
    7 | fails = "exposure.urls == []"
      |          ^^^^^^^^^^^^^^^^^^^ compare their fields

    error: records and maps cannot be compared
    7 | fails = "lambda == lambda"
      |          ^^^^^^^^^^^^^^^^ compare their fields

    error: `has` would make a verdict of what could not be observed
    7 | fails = "has(lambda.name)"
      |          ^^^ a field is only absent when it is unknown
      = help: read the field: the verdict is UNKNOWN where it is absent

    error: a record has no size
    7 | fails = "lambda.size() > 0"
      |          ^^^^^^^^^^^^^

    error: not a regular expression
    7 | fails = "lambda.name.matches('(')"
      |                              ^^^^ unclosed group

    error: a regular expression must be written out
    7 | fails = "lambda.name.matches(lambda.name)"
      |                              ^^^^^^^^^^^

    error: no fact is ever null
    7 | fails = "lambda.name == null"
      |                         ^^^^ an unknown fact is absent

    error: the condition must be a bool
    7 | fails = "exposure.urls.exists(u, u.qualifier)"
      |                                  ^^^^^^^^^^^ this is a string

    error: a string in a list of ints
    7 | fails = "[1, 'a'].size() > 0"
      |              ^^^

    error: a string has no items to go through
    7 | fails = "lambda.name.exists(c, c == 'a')"
      |          ^^^^^^^^^^^

    error: `-` is not for a string
    7 | fails = "-lambda.name == ''"
      |          ^^^^^^^^^^^^

    error: the expression breaks off
    7 | fails = "lambda.timeout_s >"
      |                            ^
    "##);
}

#[test]
fn sound_expressions_are_accepted() {
    let faults = faults(&[
        "lambda.timeout_s >= 840 || lambda.load > 1",
        "exposure.urls.all(u, u.auth != 'NONE')",
        "exposure.urls.exists_one(u, u.public)",
        "exposure.urls.filter(u, u.public).map(u, u.qualifier) == ['live']",
        "exposure.urls.map(u, u.public, u.qualifier).size() > 1",
        "size(lambda.layers) > 5 || 'tools' in lambda.layers",
        "has(lambda.tags.owner) && lambda.tags['owner'].startsWith('pay')",
        "lambda.tags.exists(key, key.contains('secret'))",
        "'owner' in lambda.tags",
        "lambda.package == 'Image' ? false : lambda.name.endsWith('t')",
        "lambda.name.matches('^[a-z]+$') // names in capitals are another team's",
        "string(lambda.timeout_s) + 's' == '900s' && -1 < 0 && 7 % 2 == 1",
    ]);
    assert_eq!(faults, "");
}
