//! Checks that would hang or kill a scan.

use super::*;

const NUMBERS: &str = "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]";

/// Loops over a list, one within the other, down to a condition.
fn nested(list: &str, depth: usize, inner: &str) -> String {
    (0..depth).fold(inner.to_owned(), |inner, level| {
        format!("{list}.all(v{level}, {inner})")
    })
}

fn problems(expression: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files(&[expression]) {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    match Registry::only(&[folder.path().to_owned()], &schema) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_check_that_never_ends_is_refused() {
    for inner in ["true", "lambda.name != \"x\"", "v0 >= 0"] {
        let said = problems(&nested(NUMBERS, 7, inner));
        assert!(
            said.contains("goes through more than 500000 items"),
            "{inner}: {said}"
        );
    }
    assert_eq!(problems(&nested(NUMBERS, 3, "true")), "");
    assert_eq!(problems(&nested("[1, 2]", 7, "lambda.name != \"x\"")), "");
    let deep = format!("{}true{}", "(".repeat(20_000), ")".repeat(20_000));
    assert_ne!(problems(&deep), "");
    let deep = format!("{}true", "!".repeat(20_000));
    let _ = problems(&deep);
    let long = vec!["lambda.name != \"x\""; 2_000].join(" && ");
    let _ = problems(&long);
}

fn judged(expression: &str, layers: usize, name: &str) -> (Verdict, String) {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in files(&[expression]) {
        std::fs::write(folder.path().join(file), text).unwrap();
    }
    let registry = Registry::only(&[folder.path().to_owned()], &schema).unwrap();
    let mut facts = facts();
    if let Fact::Known(lambda) = &mut facts.lambda {
        lambda.layers = Fact::Known(vec!["layer".to_owned(); layers]);
        lambda.name = name.to_owned();
    }
    let document = document(&facts);
    let judgement = Judge::new(&document).judge(registry.get("tried-000").unwrap());
    let gap = judgement.gaps.first().map(ToString::to_string);
    (judgement.verdict, gap.unwrap_or_default())
}

#[test]
fn an_expression_that_takes_too_much_of_a_document_is_unknown_and_named() {
    let loops = nested("lambda.layers", 4, "lambda.name != \"x\"");
    assert_eq!(judged(&loops, 10, "a").0, Verdict::Fail);
    let (verdict, said) = judged(&loops, 60, "a");
    assert_eq!(verdict, Verdict::Unknown);
    assert!(
        said.contains("check `tried-000`") && said.contains("500000 items"),
        "{said}"
    );
    // `||` must not hide that
    let hidden = format!("({loops}) || lambda.name == \"a\"");
    assert_eq!(judged(&hidden, 60, "a").0, Verdict::Unknown);
    let doubling = (0..14).fold("v0.size() > 0".to_owned(), |inner, level| {
        let longer = match level {
            13 => "lambda.name".to_owned(),
            level => format!("v{0} + v{0}", level + 1),
        };
        format!("[{longer}].exists(v{level}, {inner})")
    });
    if problems(&doubling).is_empty() {
        assert_eq!(judged(&doubling, 1, "a").0, Verdict::Fail);
        let (verdict, said) = judged(&doubling, 1, &"x".repeat(1000));
        assert_eq!(verdict, Verdict::Unknown);
        assert!(said.contains("longer than 1048576"), "{said}");
    }
}

fn template(message: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in files(&["true"]) {
        let text: Vec<String> = text
            .lines()
            .map(|line| match line.starts_with("message") {
                true => format!("message = '''{message}'''"),
                false => line.to_owned(),
            })
            .collect();
        std::fs::write(folder.path().join(file), text.join("\n")).unwrap();
    }
    match Registry::only(&[folder.path().to_owned()], &schema) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_check_that_fills_the_memory_is_refused() {
    assert_eq!(
        template("{{ lambda.name | upper }} {% if lambda.name %}x{% endif %}"),
        ""
    );
    let list = "[1,2,3,4,5,6,7,8,9,10]";
    let loops = (0..7).fold("x".to_owned(), |inner, level| {
        format!("{{% for v{level} in {list} %}}{inner}{{% endfor %}}")
    });
    let joined = (0..40).fold("{{ v0 }}".to_owned(), |inner, level| {
        let list = match level {
            39 => "['xxxxxxxxxxxxxxxx', 'x'] | join".to_owned(),
            level => format!("[v{0}, v{0}] | join", level + 1),
        };
        format!("{{% for v{level} in [{list}] %}}{inner}{{% endfor %}}")
    });
    for message in [
        loops.as_str(),
        &joined,
        "{{ lambda.name ~ lambda.name }}",
        "{{ 'x' * 1000000000 }}",
        "{% set a = 'x' %}{{ a }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ lambda.name | indent(1000000000) }}",
        "{{ lambda.name | batch(1000000000, 'x') }}",
        "{{ '%1000000000d' | format(1) }}",
        "{{ lambda.name | center(1000000000) }}",
        "{{ lambda.layers | tojson(indent=1000000000) }}",
        "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}",
        "{{ lipsum(1000000) }}",
        "{% include 'message' %}",
    ] {
        let said = template(message);
        assert!(!said.is_empty(), "{message}");
    }
    assert!(
        template(&loops).contains("ceilings for templates"),
        "{}",
        template(&loops)
    );
    assert!(template("{{ a ~ b }}").contains("it computes here"));
}

#[test]
fn a_file_that_is_no_check_is_not_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.toml");
    std::fs::write(&path, format!("# {}", "x".repeat(300 << 10))).unwrap();
    let error = lint(&path, &schema).unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("the ceiling for check files"), "{source}");
    for text in [
        "[".repeat(10_000),
        "a=".to_owned() + &"{a=".repeat(10_000),
        "a.".repeat(10_000),
    ] {
        std::fs::write(&path, text).unwrap();
        assert!(!lint(&path, &schema).unwrap().is_empty());
    }
}
