//! Rules: how one kind of credential is recognised.

use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;

/// The embedded rules.
const FILE: &str = include_str!("../../checks/reference/secrets.toml");

/// The most memory that one compiled pattern may take, in bytes.
const PATTERN_LIMIT: usize = 1 << 20;

/// The rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// The file is not what a rules file is.
    #[error("the rules are malformed")]
    Malformed(#[from] toml::de::Error),
    /// A pattern does not compile, or compiles to more than is allowed.
    #[error("a pattern of rule `{rule}` cannot be used")]
    Pattern {
        /// Id of the rule.
        rule: String,
        /// What is wrong with it.
        #[source]
        source: Box<regex::Error>,
    },
    /// The keywords cannot be searched for.
    #[error("the keywords cannot be searched for")]
    Keywords(#[from] aho_corasick::BuildError),
}

/// How sure a rule is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Confidence {
    High,
    Medium,
    Low,
    /// For information: nothing that counts.
    Info,
}

impl Confidence {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }
}

/// What a secret must stand besides the pattern.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Test {
    /// The last six characters are the CRC-32 of those between the first `_` and them.
    Base62Crc32,
    /// Upper and lower case and digits.
    Mixed,
    /// Base64 of `user:password`.
    BasicAuth,
    /// Looks like what people or generators choose as a password.
    Password,
    /// A word, words joined by hyphens, or digits: what people choose as a password where nothing stops them.
    WordPassword,
    /// Looks random.
    Token,
}

/// One rule, ready to run.
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) confidence: Confidence,
    pub(super) pattern: Regex,
    pub(super) keywords: Vec<String>,
    pub(super) name: Option<Regex>,
    pub(super) not_name: Option<Regex>,
    pub(super) min_entropy: f64,
    pub(super) test: Option<Test>,
    /// Whether such keys are also made to be published, under names with a public prefix.
    pub(super) publishable: bool,
}

/// The rules, and what stands before names of values that build tools publish.
pub(super) struct Rules {
    pub(super) rules: Vec<Rule>,
    /// Prefixes of names cut into words, with `_` around them.
    pub(super) public_prefixes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct RuleFile {
    public_prefixes: Vec<String>,
    rules: Vec<RuleEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct RuleEntry {
    id: String,
    title: String,
    confidence: Confidence,
    pattern: String,
    #[serde(default)]
    keywords: Vec<String>,
    name: Option<String>,
    not_name: Option<String>,
    #[serde(default)]
    min_entropy: f64,
    test: Option<Test>,
    #[serde(default)]
    publishable: bool,
}

/// The embedded rules, compiled.
pub(super) fn embedded() -> Result<Rules, RuleError> {
    let file: RuleFile = toml::from_str(FILE)?;
    let prefixes = file.public_prefixes.into_iter();
    Ok(Rules {
        public_prefixes: prefixes.map(|prefix| format!("_{prefix}_")).collect(),
        rules: file
            .rules
            .into_iter()
            .map(RuleEntry::compile)
            .collect::<Result<_, _>>()?,
    })
}

impl RuleEntry {
    fn compile(self) -> Result<Rule, RuleError> {
        let compile = |pattern: &str| {
            RegexBuilder::new(pattern)
                .unicode(false)
                .size_limit(PATTERN_LIMIT)
                .build()
                .map_err(|source| RuleError::Pattern {
                    rule: self.id.clone(),
                    source: Box::new(source),
                })
        };
        Ok(Rule {
            pattern: compile(&self.pattern)?,
            name: self.name.as_deref().map(compile).transpose()?,
            not_name: self.not_name.as_deref().map(compile).transpose()?,
            id: self.id.clone(),
            title: self.title,
            confidence: self.confidence,
            keywords: self.keywords,
            min_entropy: self.min_entropy,
            test: self.test,
            publishable: self.publishable,
        })
    }
}
