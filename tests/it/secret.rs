//! The detector of credentials: each rule against its own examples, all rules against a labelled
//! corpus, and the promise that nothing of a value comes out.

mod sample;

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use lamppost::inventory::SecretMatch;
use lamppost::secret::{Detector, FingerprintKey};
use proptest::prelude::*;
use serde::Deserialize;

use sample::{Random, expand};

const RULES: &str = include_str!("../../checks/reference/secrets.toml");
const CORPUS: &str = include_str!("../data/secrets/corpus.tsv");

/// How often a template is tried: what holds for one random value need not hold for the next.
const TRIES: u64 = 8;

static DETECTOR: LazyLock<Detector> =
    LazyLock::new(|| Detector::new(FingerprintKey::from_seed(b"test")).unwrap());

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(rename_all = "kebab-case")]
struct RuleFile {
    public_prefixes: Vec<String>,
    rules: Vec<Rule>,
}

/// All that a rule may say; a misspelt key is an error here, because the engine would overlook it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Rule {
    id: String,
    title: String,
    confidence: String,
    pattern: String,
    #[serde(default)]
    keywords: Vec<String>,
    name: Option<String>,
    #[expect(dead_code, reason = "named so that it is allowed")]
    not_name: Option<String>,
    #[serde(default)]
    min_entropy: f64,
    #[expect(dead_code, reason = "named so that it is allowed")]
    test: Option<String>,
    #[expect(dead_code, reason = "named so that it is allowed")]
    #[serde(default)]
    publishable: bool,
    examples: Vec<(String, String)>,
    negative_examples: Vec<(String, String)>,
    source: String,
}

fn found(name: &str, value: &str) -> Vec<String> {
    let matches = DETECTOR.inspect(name, value);
    matches.into_iter().map(|found| found.detector).collect()
}

/// Whether it is taken for a secret; what has low confidence may be one.
fn counts(found: &SecretMatch) -> bool {
    ["high", "medium"].contains(&found.confidence.as_str())
}

#[test]
fn every_rule_is_sound_and_finds_its_own_examples_alone() {
    let file: RuleFile = toml::from_str(RULES).unwrap();
    assert!(
        file.public_prefixes
            .iter()
            .all(|prefix| !prefix.starts_with('_'))
    );
    let mut ids = BTreeSet::new();
    let mut wrong = Vec::new();
    for rule in &file.rules {
        let id = &rule.id;
        let kebab = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        assert!(id.split('-').all(kebab), "`{id}` is not kebab case");
        assert!(ids.insert(id), "`{id}` stands twice");
        assert!(!rule.title.is_empty() && !rule.pattern.is_empty(), "{id}");
        assert!(rule.source.starts_with("https://"), "{id}");
        assert!(
            ["high", "medium", "low", "info"].contains(&rule.confidence.as_str()),
            "{id}"
        );
        assert!((0.0..=6.0).contains(&rule.min_entropy), "{id}");
        assert!(
            !rule.keywords.is_empty() || rule.name.is_some(),
            "`{id}` would run on every value"
        );
        assert!(
            !rule.examples.is_empty() && !rule.negative_examples.is_empty(),
            "{id}"
        );
        for (examples, expected) in [(&rule.examples, true), (&rule.negative_examples, false)] {
            for (name, template) in examples {
                for seed in 0..TRIES {
                    let value = expand(template, &mut Random::new(seed));
                    if found(name, &value).contains(id) != expected {
                        wrong.push(format!(
                            "{id}: {name}={template} (expected {expected}, seed {seed})"
                        ));
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn precision_and_recall_on_the_labelled_corpus() {
    let (mut pairs, mut true_positives, mut false_positives, mut false_negatives) = (0, 0, 0, 0);
    let mut wrong = BTreeSet::new();
    for line in CORPUS.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [label, name, template] = fields[..] else {
            panic!("malformed line: {line}");
        };
        pairs += 1;
        for seed in 0..TRIES {
            let value = expand(template, &mut Random::new(seed));
            let matches = DETECTOR.inspect(name, &value);
            let hit = matches.iter().any(counts);
            match (label, hit) {
                ("secret", true) => true_positives += 1,
                ("secret", false) => {
                    false_negatives += 1;
                    wrong.insert(format!("missed: {name}={template}"));
                }
                ("harmless", true) => {
                    false_positives += 1;
                    let detectors: Vec<&str> = matches
                        .iter()
                        .map(|found| found.detector.as_str())
                        .collect();
                    wrong.insert(format!("false alarm: {name}={template} {detectors:?}"));
                }
                ("harmless", false) => {}
                _ => panic!("unknown label: {label}"),
            }
        }
    }
    let precision = f64::from(true_positives) / f64::from(true_positives + false_positives);
    let recall = f64::from(true_positives) / f64::from(true_positives + false_negatives);
    for line in &wrong {
        println!("{line}");
    }
    println!("{pairs} pairs, {TRIES} values each: precision {precision:.3}, recall {recall:.3}");
    assert!(pairs >= 300, "{pairs} pairs");
    assert!(precision >= 0.95, "precision {precision:.3}");
    assert!(recall >= 0.9, "recall {recall:.3}");
}

#[test]
fn a_match_tells_detector_length_and_fingerprint_and_nothing_else() {
    let value = expand("ghp_{crc:36}", &mut Random::new(1));
    let matches = DETECTOR.inspect("TOKEN", &value);
    assert_eq!(matches.len(), 1);
    let found = &matches[0];
    assert_eq!(found.detector, "github-token");
    assert_eq!(found.title, "GitHub token");
    assert_eq!(found.confidence, "high");
    assert_eq!(found.length, 40);
    assert_eq!(found.fingerprint.len(), 16);

    let elsewhere = DETECTOR.inspect("OTHER", &format!("https://x:{value}@github.com/a"));
    assert_eq!(
        elsewhere[0].fingerprint, found.fingerprint,
        "the same secret"
    );
    let other_key = Detector::new(FingerprintKey::from_seed(b"other")).unwrap();
    assert_ne!(
        other_key.inspect("TOKEN", &value)[0].fingerprint,
        found.fingerprint
    );

    let wrong_checksum = format!("ghp_{}", "k3J9sPq2LmZ0vXcVbNmQwErTyUiOp4A7dF1g");
    assert_eq!(
        DETECTOR.inspect("TOKEN", &wrong_checksum)[0].confidence,
        "medium"
    );
}

/// Names and values of the kinds that a person would tell at a glance, with the best confidence that they have.
#[test]
fn passwords_of_people_and_keys_made_to_be_published() {
    for (name, template, expected) in [
        ("DB_PW", "{password:12}", "medium"),
        ("LDAP_BIND_PW", "Q7r.Tz2-Lk9", "medium"),
        ("adminPw", "Zx9!kPq2mL", "medium"),
        ("ROOTPW", "{alnum:14}", "medium"),
        ("MAIL_PSWD", "{password:12}", "medium"),
        ("SSH_PASSPHRASE", "{password:12}", "medium"),
        ("DB_PASSWORD", "postgres", "low"),
        ("DB_PASSWORD", "password", "low"),
        ("SMTP_PASS", "winterfell", "low"),
        ("DB_PASSWORD_1", "dragon", "low"),
        ("ADMIN_PASSWD", "12345678", "low"),
        ("PGPASSWORD", "admin", "low"),
        ("MYSQL_ROOT_PASSWORD", "blue-horse-jumps-high", "low"),
        ("DB_PASSWORD", "true", "none"),
        ("DB_PASSWORD", "none", "none"),
        ("DB_PASSWORD", "********", "none"),
        ("DB_PASSWORD", "your-password-here", "none"),
        ("DB_PASSWORD", "prod-orders-db", "none"),
        ("DB_PASSWORD", "${DB_PASSWORD}", "none"),
        ("DB_PASSWORD", "sha256", "none"),
        ("PASSWORD_RULE", "dragon", "none"),
        ("BYPASS", "always", "none"),
        ("PASSENGER", "dragon", "none"),
        ("NEXT_PUBLIC_FIREBASE_API_KEY", "AIza{alnum:35}", "none"),
        ("VITE_SUPABASE_ANON_KEY", "{jwt}", "none"),
        ("REACT_APP_ALGOLIA_API_KEY", "{hex:32}", "none"),
        ("EXPO_PUBLIC_POSTHOG_TOKEN", "phc_{alnum:43}", "none"),
        ("FIREBASE_API_KEY", "AIza{alnum:35}", "high"),
        ("VITE_GITHUB_TOKEN", "ghp_{crc:36}", "high"),
        ("NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY", "{jwt}", "medium"),
        ("NEXT_PUBLIC_CLIENT_SECRET", "{alnum:40}", "medium"),
        ("ADMIN_PASSWORD_HASH", "$2b$12${alnum:53}", "none"),
    ] {
        for seed in 0..TRIES {
            let value = expand(template, &mut Random::new(seed));
            let found = DETECTOR.inspect(name, &value);
            let has = |confidence: &str| found.iter().any(|one| one.confidence == confidence);
            let best = ["high", "medium", "low"].into_iter().find(|one| has(one));
            assert_eq!(best.unwrap_or("none"), expected, "{name}={template}");
        }
    }
}

/// Texts that set values by names, under a name of their own that says nothing.
#[test]
fn what_a_text_sets_by_name_is_found() {
    let secret = "{alnum:20}";
    for template in [
        "password: SECRET",
        "'password': 'SECRET'",
        "db:\n  host: db.internal\n  password: SECRET\n",
        "db:\n  - name: DB_PASSWORD\n    value: SECRET\n",
        "database:\n  user: app\n  passwd: \"SECRET\"",
        "<c><password>SECRET</password></c>",
        "<db:password type=\"plain\"> SECRET </db:password>",
        "<appSettings><add key=\"DbPassword\" value=\"SECRET\"/></appSettings>",
        "{'user': 'app', 'password': 'SECRET'}",
        r#"[{"name":"DB_PASSWORD","value":"SECRET"},{"name":"STAGE","value":"prod"}]"#,
        "export DB_PASSWORD=SECRET",
        "--user app --password SECRET --verbose",
        "-Ddb.password=SECRET -Xmx512m",
        "-Djavax.net.ssl.keyStorePassword=SECRET",
        "user=app;client_secret=SECRET",
    ] {
        for seed in 0..TRIES {
            let value = expand(secret, &mut Random::new(seed));
            let text = template.replace("SECRET", &value);
            let base64 =
                base64::engine::Engine::encode(&base64::engine::general_purpose::STANDARD, &text);
            let hexadecimal = text.bytes().map(|byte| format!("{byte:02x}")).collect();
            let forms: [String; 3] = [text.clone(), base64, hexadecimal];
            for form in forms {
                let found = DETECTOR.inspect("APP_SETTINGS", &form);
                assert!(
                    found
                        .iter()
                        .any(|one| one.confidence == "medium" && one.length == 20),
                    "{template}: {form}"
                );
            }
        }
    }
    for text in [
        "password: ${DB_PASSWORD}",
        "password: required",
        "db:\n  password: changeme\n  host: db.internal\n",
        "<password>{{password}}</password>",
        "--password-file /run/secrets/db",
        "--token-ttl 3600 --secret-name prod/db",
        "secret_arn: arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod-AbCdEf",
        "level=info msg=started request_id=%(request_id)s token_type=bearer",
        "https://example.com/login?next=/reset-password&lang=en",
    ] {
        assert_eq!(DETECTOR.inspect("APP_SETTINGS", text), [], "{text}");
    }
}

/// Compressed texts, as large configurations are kept in variables.
#[test]
fn compressed_texts_are_opened() {
    use std::io::Write as _;
    let value = expand("{alnum:20}", &mut Random::new(7));
    let text = format!("{{\"db\":{{\"password\":\"{value}\"}}}}");
    let encode = |bytes: &[u8]| {
        base64::engine::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
    };
    let level = flate2::Compression::default();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), level);
    gzip.write_all(text.as_bytes()).unwrap();
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), level);
    zlib.write_all(text.as_bytes()).unwrap();
    for bytes in [gzip.finish().unwrap(), zlib.finish().unwrap()] {
        let found = DETECTOR.inspect("CONFIG", &encode(&bytes));
        assert!(found.iter().any(|one| one.length == 20), "{found:?}");
    }
    // what would fill the memory is cut
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), level);
    for _ in 0..64 {
        bomb.write_all(&vec![b'a'; 1 << 20]).unwrap();
    }
    assert_eq!(
        DETECTOR.inspect("CONFIG", &encode(&bomb.finish().unwrap())),
        []
    );
}

#[test]
fn secrets_are_found_one_level_inside_json_assignments_and_base64() {
    let cases: [(&str, &[&str]); 5] = [
        (r#"{"a":{"token":"ghp_{crc:36}"}}"#, &["github-token"]),
        (r#"{encode:{"token":"ghp_{crc:36}"}}"#, &["github-token"]),
        (r"STAGE=prod\nTOKEN=ghp_{crc:36}", &["github-token"]),
        (
            r#"["ghp_{crc:36}","sk_live_{alnum:24}","plain"]"#,
            &["github-token", "stripe-key"],
        ),
        (
            r"{encode:GITHUB=ghp_{crc:36}\nSTRIPE=sk_live_{alnum:24}\n}",
            &["github-token", "stripe-key"],
        ),
    ];
    for (template, expected) in cases {
        let value = expand(template, &mut Random::new(7));
        assert_eq!(found("CONFIG", &value), expected, "{template}");
    }
}

#[test]
fn time_grows_with_the_length_of_a_value_and_not_with_its_square() {
    let parts = [
        "a",
        "=",
        "-",
        ":",
        "://",
        "{\"a\":",
        "[",
        "Basic ",
        "eyJa.",
        "password=",
        "sk-",
        "AKIA",
        "-----BEGIN ",
        "QUJD",
        "A1b-",
        "x://y:z",
        "?key=aB3",
        " \n",
        "k=v\n",
        "é",
    ];
    let inspect = |part: &str, length: usize| {
        let value = part.repeat(length / part.len());
        let start = Instant::now();
        for name in ["NOTE", "DB_PASSWORD", "API_TOKEN"] {
            DETECTOR.inspect(name, &value);
        }
        start.elapsed()
    };
    for part in parts {
        // the second is sixteen times as long; with the square it would take 256 times as long
        let (short, long) = (inspect(part, 4 << 10), inspect(part, 64 << 10));
        println!("{part:?}: {short:?}, {long:?}");
        assert!(short < Duration::from_secs(1), "{part:?}: {short:?}");
        assert!(
            long < Duration::from_millis(100) + 80 * short,
            "{part:?}: {short:?}, {long:?}"
        );
    }
}

/// Names and values as an attacker or an accident would choose them.
fn awkward() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,200}",
        "[A-Za-z0-9+/=_.:@{}\"\\\\ -]{0,300}",
        "(-----BEGIN |eyJ|AKIA|://|password=|Basic |\\{\"|\\[|[a-zA-Z0-9]{1,40}|\n|=|:|@){0,30}",
        proptest::collection::vec(any::<u8>(), 0..300)
            .prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    ]
}

/// Templates of secrets of many forms, to be planted in awkward surroundings.
const PLANTED: [&str; 8] = [
    "ghp_{crc:36}",
    "AKIA{b32:16}",
    "sk_live_{alnum:24}",
    "postgres://app:{alnum:20}@db/app",
    "{b64:40}",
    "{hex:64}",
    "{password:16}",
    r#"{"password":"{alnum:20}"}"#,
];

proptest! {
    #[test]
    fn any_name_and_value_can_be_inspected(name in awkward(), value in awkward()) {
        DETECTOR.inspect(&name, &value);
        DETECTOR.inspect("DB_PASSWORD", &value);
    }

    #[test]
    fn nothing_of_a_value_comes_out(
        seed in any::<u64>(),
        template in proptest::sample::select(&PLANTED[..]),
        before in "[a-z ]{0,12}",
        name in proptest::sample::select(&["DB_PASSWORD", "API_TOKEN", "AWS_SECRET_ACCESS_KEY", "NOTE"][..]),
    ) {
        let value = format!("{before}{}", expand(template, &mut Random::new(seed)));
        for found in DETECTOR.inspect(name, &value) {
            let file: RuleFile = toml::from_str(RULES).unwrap();
            prop_assert!(file.rules.iter().any(|rule| rule.id == found.detector
                && rule.title == found.title), "detector and title are those of a rule");
            prop_assert!(["high", "medium", "low", "info"].contains(&found.confidence.as_str()));
            for window in value.as_bytes().windows(8) {
                let part = String::from_utf8_lossy(window);
                prop_assert!(!found.fingerprint.contains(&*part));
            }
        }
    }
}
