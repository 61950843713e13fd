//! What people keep in variables and is no secret: stand-ins, references, names, ids, numbers.

/// Words that stand where a value has yet to be filled in.
const PLACEHOLDERS: [&str; 22] = [
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "replace",
    "your_",
    "your-",
    "yourpass",
    "yourtoken",
    "yourkey",
    "dummy",
    "sample",
    "redacted",
    "xxxxx",
    "****",
    "....",
    "fake_",
    "insert_",
    "insert-",
    "fake-",
    "notreal",
];

/// Whole values that say nothing, among them the passwords of every tutorial.
const WORDS: [&str; 40] = [
    "true",
    "false",
    "yes",
    "no",
    "on",
    "off",
    "none",
    "null",
    "nil",
    "undefined",
    "unset",
    "empty",
    "n/a",
    "na",
    "enabled",
    "disabled",
    "required",
    "optional",
    "default",
    "auto",
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "guest",
    "user",
    "username",
    "test",
    "testing",
    "local",
    "development",
    "bcrypt",
    "basic",
    "bearer",
    "todo",
];

/// Words of `WORDS` that are passwords as well where a name promises one.
const TUTORIAL: [&str; 10] = [
    "password",
    "passwd",
    "passphrase",
    "pass",
    "secret",
    "guest",
    "user",
    "username",
    "test",
    "testing",
];

/// Words of which names of resources, parameters and secrets are made.
const NAMES: &[&str] = &[
    "prod",
    "production",
    "dev",
    "devel",
    "development",
    "staging",
    "stage",
    "test",
    "qa",
    "uat",
    "demo",
    "sandbox",
    "live",
    "db",
    "database",
    "rds",
    "aurora",
    "mysql",
    "postgres",
    "postgresql",
    "redis",
    "mongo",
    "app",
    "api",
    "service",
    "svc",
    "lambda",
    "aws",
    "ssm",
    "param",
    "parameter",
    "secret",
    "secrets",
    "secretsmanager",
    "credential",
    "credentials",
    "creds",
    "password",
    "passwd",
    "pass",
    "pwd",
    "key",
    "token",
    "config",
    "name",
    "user",
    "field",
    "cluster",
    "internal",
    "local",
    "com",
    "net",
    "io",
];

/// What begins a reference to a secret that is kept elsewhere, or a thing with an address.
const REFERENCES: [&str; 29] = [
    "arn:",
    "ssm:",
    "aws-ssm:",
    "secretsmanager:",
    "aws-secretsmanager:",
    "awssm:",
    "kms:",
    "vault:",
    "op://",
    "s3://",
    "alias/",
    "file:",
    "env:",
    "ref+",
    "rds!",
    "rds-db-credentials/",
    "./",
    "../",
    "~/",
    "AQICAH",
    "AQECAH",
    "rate(",
    "cron(",
    "ssh-rsa ",
    "ssh-ed25519 ",
    "ecdsa-sha2-",
    "-----BEGIN CERT",
    "-----BEGIN PUBLIC",
    "^",
];

/// What encloses the name of a value that is filled in later.
const TEMPLATES: [(&str, &str); 6] = [
    ("${", "}"),
    ("{{", "}}"),
    ("#{", "}"),
    ("$(", ")"),
    ("%(", ")"),
    ("<%", "%>"),
];

/// Whether a text is a stand-in: documentation's examples, templates, runs of one or of
/// consecutive characters.
pub(super) fn is_placeholder(text: &str) -> bool {
    let lower = text.trim().to_ascii_lowercase();
    if PLACEHOLDERS.iter().any(|word| lower.contains(word)) || WORDS.contains(&lower.as_str()) {
        return true;
    }
    if TEMPLATES
        .iter()
        .any(|(open, close)| is_template(&lower, open, close))
    {
        return true;
    }
    if lower.starts_with('<') && lower.ends_with('>')
        || lower.starts_with('%') && lower.ends_with('%')
    {
        return true;
    }
    let bytes = lower.as_bytes();
    let runs = bytes
        .windows(2)
        .filter(
            |pair| matches!(pair, [one, next] if next == one || next.checked_sub(1) == Some(*one)),
        )
        .count();
    bytes.len() > 3 && runs * 10 >= (bytes.len() - 1) * 7
}

/// Whether a value stands for no password at all: it has yet to be filled in, or says that there is none.
pub(super) fn is_nothing(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let chosen = TUTORIAL.contains(&lower.as_str())
        || lower.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let says_nothing = WORDS.contains(&lower.as_str()) && !TUTORIAL.contains(&lower.as_str());
    let one_character = lower
        .bytes()
        .all(|byte| lower.as_bytes().first() == Some(&byte));
    says_nothing
        || [
            "always",
            "never",
            "allow",
            "allowed",
            "deny",
            "denied",
            "rotate",
            "inherit",
            "encrypted",
        ]
        .contains(&lower.as_str())
        || PLACEHOLDERS.iter().any(|word| lower.contains(word))
        || one_character && lower.bytes().all(|byte| !byte.is_ascii_digit())
        || !chosen && is_placeholder(value)
}

/// Whether a word is one of which names of resources are made.
pub(super) fn is_name(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    NAMES.contains(&word.trim_end_matches(|last: char| last.is_ascii_digit()))
}

/// Whether a whole value is something that people keep in variables and that is no secret.
pub(super) fn is_harmless(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    WORDS.contains(&lower.as_str())
        || REFERENCES.iter().any(|prefix| value.starts_with(prefix))
        || lower.contains("{{resolve:")
        || lower.contains("://")
        || is_number(value)
        || is_uuid(value)
        || is_resource_id(&lower)
        || is_email(value)
        || is_path(value)
        || is_wordy(value)
}

/// Numbers, dates, versions, addresses, account ids and lists of them.
fn is_number(value: &str) -> bool {
    value
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b" .,:;-+/_%TZ".contains(&byte))
}

fn is_uuid(value: &str) -> bool {
    let lengths = value.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12])
        && value
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Ids that AWS makes: `subnet-0123456789abcdef0`, `mrk-…`, `eu-west-1_AbCdEfGhI`.
fn is_resource_id(lower: &str) -> bool {
    let hexadecimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let prefixed = lower.split_once('-').is_some_and(|(prefix, id)| {
        (1..=10).contains(&prefix.len())
            && prefix.bytes().all(|byte| byte.is_ascii_lowercase())
            && [8, 17, 32].contains(&id.len())
            && hexadecimal(id)
            && !["key", "tok", "token", "secret"].contains(&prefix)
    });
    let pool = lower.split_once('_').is_some_and(|(region, id)| {
        region.split('-').count() >= 3
            && region.ends_with(|last: char| last.is_ascii_digit())
            && is_wordy(region)
            && id.len() == 9
    });
    prefixed || pool
}

fn is_email(value: &str) -> bool {
    value.split_once('@').is_some_and(|(user, domain)| {
        !user.is_empty() && domain.contains('.') && is_wordy(user) && is_wordy(domain)
    })
}

fn is_path(value: &str) -> bool {
    let windows = value.get(1..3) == Some(":\\");
    windows
        || value.starts_with('/')
            && value
                .split('/')
                .all(|part| part.is_empty() || is_wordy(part))
}

/// Names of algorithms and encodings: `argon2id`, `sha256`, `ed25519`.
pub(super) fn is_algorithm(value: &str) -> bool {
    const KNOWN: [&str; 17] = [
        "sha", "hmacsha", "argon", "pbkdf", "bcrypt", "scrypt", "md", "aes", "rsa", "hs", "rs",
        "es", "ed", "utf", "base", "oauth", "v",
    ];
    let lower = value.to_ascii_lowercase();
    let Some(number) = KNOWN.iter().find_map(|known| lower.strip_prefix(known)) else {
        return false;
    };
    let kind = number.trim_start_matches(|first: char| first.is_ascii_digit());
    (1..=5).contains(&(number.len() - kind.len())) && ["", "i", "d", "id"].contains(&kind)
}

/// Whether a text is made of words, as names, hosts and images are: `prod-db-01`,
/// `MyStack-TableName-1QX3Z8PVL0K2M`, `keyboard`, `eu-central-1`, `*.service.internal:8080`.
fn is_wordy(text: &str) -> bool {
    let mut words = 0;
    let mut odd = 0;
    let mut odd_bytes = 0;
    for part in text.split(|character: char| "-_./:,;|#* \\".contains(character)) {
        if part.is_empty() || is_short_or_number(part) {
            continue;
        }
        match count_words(part).or_else(|| count_words(without_logical_suffix(part)?)) {
            Some(count) => words += count,
            None => {
                odd += 1;
                odd_bytes += part.len();
            }
        }
    }
    // CloudFormation and Secrets Manager append random characters to a name
    odd == 0 || odd <= 2 && words >= 2 && odd_bytes <= 19
}

fn is_short_or_number(part: &str) -> bool {
    part.len() <= 2 || part.len() <= 12 && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// A part without the eight hexadecimal digits that the CDK appends to logical ids.
fn without_logical_suffix(part: &str) -> Option<&str> {
    let (name, suffix) = part.split_at_checked(part.len().checked_sub(8)?)?;
    let appended = |byte: u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
    (name.len() > 2 && suffix.bytes().all(appended)).then_some(name)
}

/// How many words a part is made of, where it could be said: letters in one case or in humps, with
/// vowels among them, perhaps with a small number at the end.
fn count_words(part: &str) -> Option<usize> {
    let letters = part.trim_end_matches(|last: char| last.is_ascii_digit());
    let digits = part.len() - letters.len();
    if digits > 3 || letters.is_empty() || !letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let pairs = || letters.as_bytes().windows(2);
    let starts = |pair: &[u8]| matches!(pair, [one, next] if one.is_ascii_lowercase() && next.is_ascii_uppercase());
    let shouted = |pair: &[u8]| pair.iter().all(u8::is_ascii_uppercase);
    let words = 1 + pairs().filter(|pair| starts(pair)).count();
    // humps of capitals are acronyms, which longer words make up for
    let shortest = match words {
        1 => 1,
        _ if pairs().any(shouted) => 5,
        _ => 3,
    };
    (words * shortest <= letters.len() && is_sayable(letters)).then_some(words)
}

/// Whether letters have enough vowels, and no long runs without one.
fn is_sayable(letters: &str) -> bool {
    let is_vowel = |character: char| "aeiouyAEIOUY".contains(character);
    let vowels = letters.chars().filter(|letter| is_vowel(*letter)).count();
    let longest = letters.split(is_vowel).map(str::len).max().unwrap_or(0);
    letters.len() <= 4 || longest <= 4 && vowels * 5 >= letters.len()
}

/// Whether a name stands between two marks.
fn is_template(text: &str, open: &str, close: &str) -> bool {
    text.split_once(open)
        .and_then(|(_, rest)| rest.split_once(close))
        .is_some_and(|(name, _)| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b" _.:/-='\"".contains(&byte))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_told_from_secrets() {
        for text in [
            "changeme",
            "your-token-here",
            "AKIAIOSFODNN7EXAMPLE",
            "${DB_PASSWORD}",
            "<password>",
            "xxxxxxxxxxxxxxxx",
            "********",
            "0123456789abcdef",
            "aaaaaaaa",
            "password",
            "TODO",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["hunter2", "Tr0ub4dor&3", "k3J9sPq2Lm"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn harmless_values_are_told_from_secrets() {
        for text in [
            "keyboard",
            "prod-db",
            "rds!db-primary",
            "eu-central-1",
            "111122223333",
            "/prod/db/password",
            "arn:aws:kms:eu-west-1:111122223333:key/x",
            "2026-11-21T10:00:00Z",
            "my-app.table_v2",
            "db.cluster-abc.eu-west-1.rds.amazonaws.com:5432",
            "ops@company.com",
            "MyTableName",
            "mrk-1234abcd12ab34cd56ef1234567890ab",
            "eu-west-1_aBcDeFgHi",
            "alias/aws/lambda",
            "MyStack-OrdersTable-1QX3Z8PVL0K2M",
            "10.0.0.0/16,10.1.0.0/16",
        ] {
            assert!(is_harmless(text), "{text}");
        }
        for text in [
            "k3J9sPq2LmZ0",
            "Tr0ub4dor&3",
            "zXcVbNmQwErTyUiOp",
            "a8f3-k2m9-q7z1",
        ] {
            assert!(!is_harmless(text), "{text}");
        }
    }
}
