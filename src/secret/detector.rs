//! The engine: keywords, then patterns, then what the secret looks like.

use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::AhoCorasick;

use crate::inventory::SecretMatch;

use super::harmless;
use super::key::FingerprintKey;
use super::rule::{self, Confidence, Rule, RuleError, Rules, Test};
use super::shape;
use super::view::{self, Settings};

/// How many levels of JSON, assignments and encodings are opened: base64 of a JSON document is common.
const LEVELS: usize = 2;

/// The most places that one rule is tried at in one text, which bounds the time.
const PLACES: usize = 32;

/// Finds credentials in environment values. Built once for a run.
pub struct Detector {
    rules: Vec<Rule>,
    public_prefixes: Vec<String>,
    keywords: AhoCorasick,
    /// The rule that each keyword belongs to.
    owners: Vec<usize>,
    settings: Settings,
    key: FingerprintKey,
}

/// A secret in a text, before it is forgotten.
struct Hit<'a> {
    rule: &'a Rule,
    confidence: Confidence,
    place: Range<usize>,
}

impl Detector {
    /// A detector with the embedded rules.
    ///
    /// # Errors
    /// When the embedded rules cannot be used.
    pub fn new(key: FingerprintKey) -> Result<Self, RuleError> {
        let Rules {
            rules,
            public_prefixes,
        } = rule::embedded()?;
        let mut owners = Vec::new();
        let mut keywords = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            for keyword in &rule.keywords {
                owners.push(index);
                keywords.push(keyword);
            }
        }
        Ok(Self {
            keywords: AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .build(keywords)?,
            rules,
            public_prefixes,
            owners,
            settings: Settings::new().map_err(|source| RuleError::Pattern {
                rule: "settings".to_owned(),
                source: Box::new(source),
            })?,
            key,
        })
    }

    /// The credentials in one variable's value.
    ///
    /// Matches of high and medium confidence are taken for secrets, those of low confidence may be
    /// some, and others are for information. The value is not kept.
    pub fn inspect(&self, name: &str, value: &str) -> Vec<SecretMatch> {
        let mut found = Vec::new();
        self.inspect_text(name, value, LEVELS, &mut found);
        let mut seen = BTreeSet::new();
        found.retain(|found: &SecretMatch| {
            seen.insert((found.detector.clone(), found.fingerprint.clone()))
        });
        found
    }

    fn inspect_text(&self, name: &str, text: &str, levels: usize, found: &mut Vec<SecretMatch>) {
        if levels > 0
            && let Some(inside) = view::open(text)
        {
            for (place, text) in inside {
                self.inspect_text(&format!("{name}_{place}"), &text, levels - 1, found);
            }
            return;
        }
        self.search(&words(name), text, found);
        for (name, value) in self.settings.of(text) {
            self.search_setting(name, value, found);
        }
    }

    /// Runs the rules that look at names over what a text sets by one. Words of a text are not taken for passwords.
    fn search_setting(&self, name: &str, value: &str, found: &mut Vec<SecretMatch>) {
        let mut inside = Vec::new();
        self.search(&words(name), value, &mut inside);
        inside.retain(|one| {
            let counts = one.confidence == "medium" || one.confidence == "high";
            counts
                && !found
                    .iter()
                    .any(|other| other.fingerprint == one.fingerprint)
        });
        found.append(&mut inside);
    }

    /// Runs the rules over one plain text.
    fn search(&self, name: &str, text: &str, found: &mut Vec<SecretMatch>) {
        let bytes = text.as_bytes();
        let public = self.is_public(name);
        let mut keyed = vec![false; self.rules.len()];
        for hit in self.keywords.find_overlapping_iter(bytes) {
            let owner = self.owners.get(hit.pattern().as_usize());
            if let Some(flag) = owner.and_then(|owner| keyed.get_mut(*owner)) {
                *flag = true;
            }
        }
        let mut taken: Vec<Range<usize>> = Vec::new();
        for (rule, keyed) in self.rules.iter().zip(keyed) {
            if !rule.keywords.is_empty() && !keyed
                || !rule.suits(name)
                || public && rule.publishable
            {
                continue;
            }
            for hit in rule.hits(bytes) {
                let overlaps = |other: &Range<usize>| {
                    other.start < hit.place.end && hit.place.start < other.end
                };
                if taken.iter().any(overlaps) {
                    continue;
                }
                if let Some(secret) = bytes.get(hit.place.clone()) {
                    found.push(SecretMatch {
                        detector: hit.rule.id.clone(),
                        title: hit.rule.title.clone(),
                        confidence: hit.confidence.as_str().to_owned(),
                        length: secret.len(),
                        fingerprint: self.key.fingerprint(secret),
                    });
                }
                taken.push(hit.place);
            }
        }
    }
}

/// Words by which a name says that its value is not made to be published.
const PRIVATE: [&str; 6] = [
    "_secret_",
    "_private_",
    "_admin_",
    "_server_",
    "_service_role_",
    "_master_",
];

impl Detector {
    /// Whether build tools publish what has this name, and the name does not say that it is secret.
    fn is_public(&self, name: &str) -> bool {
        let mut prefixes = self.public_prefixes.iter();
        prefixes.any(|prefix| name.starts_with(prefix.as_str()))
            && !PRIVATE.iter().any(|word| name.contains(word))
    }
}

impl Rule {
    /// Whether the name, cut into words, is one that the rule looks at.
    fn suits(&self, name: &str) -> bool {
        let name = name.as_bytes();
        self.name
            .as_ref()
            .is_none_or(|pattern| pattern.is_match(name))
            && !self
                .not_name
                .as_ref()
                .is_some_and(|pattern| pattern.is_match(name))
    }

    fn hits<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Hit<'a>> {
        self.pattern
            .captures_iter(text)
            .take(PLACES)
            .filter_map(|captures| {
                let secret = captures.get(1).or_else(|| captures.get(0))?;
                let confidence = self.judge(str::from_utf8(secret.as_bytes()).ok()?)?;
                Some(Hit {
                    rule: self,
                    confidence,
                    place: secret.range(),
                })
            })
    }

    /// How sure it is that a text of the right shape is a secret; absent: it is none.
    fn judge(&self, secret: &str) -> Option<Confidence> {
        if self.test == Some(Test::WordPassword) {
            return shape::is_word_password(secret).then_some(self.confidence);
        }
        if shape::entropy(secret.as_bytes()) < self.min_entropy || harmless::is_placeholder(secret)
        {
            return None;
        }
        let passes = match self.test {
            None | Some(Test::WordPassword) => true,
            Some(Test::Base62Crc32) if shape::has_base62_crc32(secret) => true,
            Some(Test::Base62Crc32) => return Some(Confidence::Medium),
            Some(Test::Mixed) => shape::is_mixed(secret),
            Some(Test::BasicAuth) => shape::is_basic_auth(secret),
            Some(Test::Password) => shape::is_password(secret),
            Some(Test::Token) => shape::is_token(secret),
        };
        passes.then_some(self.confidence)
    }
}

/// A name cut into words: `dbPassword`, `DB_PASSWORD` and `db.password` are `_db_password_`.
fn words(name: &str) -> String {
    let mut words = String::from("_");
    let mut lower = false;
    for character in name.chars() {
        if !character.is_ascii_alphanumeric() {
            lower = false;
            if !words.ends_with('_') {
                words.push('_');
            }
            continue;
        }
        if lower && character.is_ascii_uppercase() {
            words.push('_');
        }
        lower = character.is_ascii_lowercase() || character.is_ascii_digit();
        words.push(character.to_ascii_lowercase());
    }
    if !words.ends_with('_') {
        words.push('_');
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        let cases = [
            ("DB_PASSWORD", "_db_password_"),
            ("dbPassword", "_db_password_"),
            ("db.password", "_db_password_"),
            ("APIKEY", "_apikey_"),
            ("S3_KEY", "_s3_key_"),
            ("_X__Y_", "_x_y_"),
            ("", "_"),
            ("ключ", "_"),
        ];
        for (name, expected) in cases {
            assert_eq!(words(name), expected, "{name}");
        }
    }
}
