//! Three-valued verdicts: what is unknown decides nothing, and nothing panics.

use super::*;

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
        "lambda.timeout_s > 3",
        "secrets.variables.exists(v, v.name == 'a')",
        "exposure.urls.exists(u, u.qualifier == '$LATEST' && u.public)",
    ];
    let mut facts = facts();
    if let Fact::Known(lambda) = &mut facts.lambda {
        lambda.timeout_s = Fact::unknown(&denied());
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
            ("lambda.layers.exists(l, U || l == 'tools')", Verdict::Fail),
            ("lambda.layers.exists(l, U && l == 'other')", Verdict::Pass),
            ("lambda.layers.exists(l, U)", Verdict::Unknown),
            ("lambda.layers.all(l, U)", Verdict::Unknown),
            ("lambda.layers.all(l, U && l == 'other')", Verdict::Pass),
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
            ("lambda.layers.filter(l, U).size() > 0", Verdict::Unknown),
            ("lambda.layers.map(l, U).size() > 0", Verdict::Unknown),
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
        "lambda.timeout_s > 3",
        "lambda.timeout_s + 1 == 901",
        "lambda.load < 0.75",
        "lambda.package == 'Image'",
        "lambda.name.startsWith('check')",
        "'owner' in lambda.tags",
        "has(lambda.tags.owner)",
        "lambda.tags['owner'] == 'payments'",
        "'tools' in lambda.layers",
        "lambda.layers == ['tools']",
        "lambda.layers.size() > 1",
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
                    .prop_map(|one| format!("lambda.layers.exists(l, l == 'x' || {one})")),
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
        if let Fact::Known(lambda) = &mut facts.lambda {
            lambda.timeout_s = Fact::Known(timeout_s);
            lambda.layers = Fact::Known(layers.into_iter().map(str::to_owned).collect());
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
    #![proptest_config(ProptestConfig::with_cases(32))]

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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever is written in a check file is answered, never with a panic.
    #[test]
    fn any_expression_is_answered(
        texts in prop::collection::vec(
            prop::collection::vec(
                prop::sample::select(vec![
                    "lambda", "function", ".name", ".tags", "exposure.urls", ".exists(u, ", "u.public", ")", "(",
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
