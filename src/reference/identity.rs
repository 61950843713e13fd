//! Identity providers, and what a token holds that an outsider can get from them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Provenance;

const FILE: &str = include_str!("../../checks/reference/identity-providers.toml");

static PROVIDERS: LazyLock<IdentityProviders> =
    LazyLock::new(|| toml::from_str(FILE).unwrap_or_default());

/// The embedded identity providers.
pub fn identity_providers() -> &'static IdentityProviders {
    &PROVIDERS
}

/// All known identity providers.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct IdentityProviders {
    /// Where the data comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    other: Token,
    saml: Token,
    #[serde(default)]
    providers: Vec<IdentityProvider>,
}

impl IdentityProviders {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &IdentityProvider> {
        self.providers.iter()
    }

    /// The provider with an issuer, without `https://`: one that names it rather than one whose pattern it fits. `None`
    /// for an issuer that is not known.
    pub fn of_issuer(&self, issuer: &str) -> Option<&IdentityProvider> {
        let issuer = issuer.trim_end_matches('/').to_lowercase();
        let exact = |provider: &&IdentityProvider| provider.issuers.contains(&issuer);
        let fits = |provider: &&IdentityProvider| {
            let mut patterns = provider.issuers.iter();
            patterns.any(|pattern| fits(pattern, &issuer))
        };
        self.iter().find(exact).or_else(|| self.iter().find(fits))
    }

    /// What tokens of an OpenID Connect provider hold of which nothing else is known.
    pub fn other(&self) -> &Token {
        &self.other
    }

    /// What assertions of a SAML provider hold; its keys begin with `saml:`.
    pub fn saml(&self) -> &Token {
        &self.saml
    }
}

/// An identity provider that signs tokens for AWS STS.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct IdentityProvider {
    /// Its name.
    pub name: String,
    /// Issuers without `https://`, in lower case; `*` stands within a label of the host, or for one part of the path.
    pub issuers: Vec<String>,
    /// Whose its issuers are.
    pub tenancy: Tenancy,
    /// Whether AWS knows it without a provider in the account.
    #[serde(default)]
    pub built_in: bool,
    /// Claims without which in the trust policy AWS STS refuses every request.
    #[serde(default)]
    pub enforced: Vec<String>,
    /// Pages that say so.
    pub source: Vec<String>,
    /// Tokens that can be had. None: those of a provider of which nothing else is known.
    #[serde(default)]
    pub tokens: Vec<Token>,
}

/// Whose an issuer is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Tenancy {
    /// All customers' of the provider.
    Shared,
    /// One customer's.
    Tenant,
}

/// A token, by what somebody can have in it who is not meant to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Token {
    /// Who gets it: `anyone with a GitHub account`.
    pub who: String,
    /// On what it depends whether there is such a token; empty where there surely is.
    #[serde(default)]
    pub needs: String,
    /// Values by claim. A claim with a colon is a condition key in full, else the issuer stands before it.
    pub claims: BTreeMap<String, Vec<ClaimTemplate>>,
    /// Claims that it may lack.
    #[serde(default)]
    pub optional: Vec<String>,
    /// Parts of composed claims, written `segment:value:`, whose value is always his own.
    #[serde(default)]
    pub fixed_segments: Vec<String>,
    /// The page that says so, where no provider says it.
    #[serde(default)]
    pub source: String,
}

/// A value of a claim in which some parts are given and others open: `repo:{owner}/*`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "String")]
pub struct ClaimTemplate {
    /// Its parts in order.
    pub parts: Vec<ClaimPart>,
}

/// One part of a claim's value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ClaimPart {
    /// This text.
    Literal(String),
    /// Whatever the token's owner likes.
    Anything,
    /// A name that the token's owner chooses and that nobody else has: `{owner}`.
    Name(String),
    /// An id that the provider gives out: `{owner-id}`.
    Id(String),
}

impl TryFrom<String> for ClaimTemplate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some(place) = rest.find(['{', '*']) {
            let (literal, open) = rest.split_at(place);
            if !literal.is_empty() {
                parts.push(ClaimPart::Literal(literal.to_owned()));
            }
            if let Some(after) = open.strip_prefix('*') {
                parts.push(ClaimPart::Anything);
                rest = after;
                continue;
            }
            let variable = open.strip_prefix('{').and_then(|open| open.split_once('}'));
            let Some((name, after)) = variable.filter(|(name, _)| !name.is_empty()) else {
                return Err(format!("`{text}` has a brace that nothing closes"));
            };
            parts.push(match name.ends_with("-id") {
                true => ClaimPart::Id(name.to_owned()),
                false => ClaimPart::Name(name.to_owned()),
            });
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(ClaimPart::Literal(rest.to_owned()));
        }
        Ok(Self { parts })
    }
}

/// Whether an issuer fits a pattern, label by label and part by part.
fn fits(pattern: &str, issuer: &str) -> bool {
    let (pattern, issuer) = (pieces(pattern), pieces(issuer));
    pattern.len() == issuer.len()
        && pattern
            .iter()
            .zip(&issuer)
            .all(|(wanted, given)| wanted == given || (*wanted == "*" && *given != "/"))
}

/// Labels of the host, and parts of the path with the slash before them.
fn pieces(issuer: &str) -> Vec<&str> {
    let (host, path) = match issuer.find('/') {
        Some(slash) => issuer.split_at(slash),
        None => (issuer, ""),
    };
    let parts = path.split_inclusive('/').filter(|part| *part != "/");
    let parts = parts.map(|part| part.trim_end_matches('/'));
    host.split('.').chain(["/"; 1]).chain(parts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embedded() -> IdentityProviders {
        toml::from_str(FILE).unwrap()
    }

    #[test]
    fn every_provider_has_a_source_and_claims_that_its_tokens_can_lack() {
        let providers = embedded();
        assert!(providers.provenance.as_of.is_some());
        for provider in providers.iter() {
            assert!(!provider.source.is_empty(), "{}", provider.name);
            for source in &provider.source {
                assert!(
                    source.starts_with("https://"),
                    "{}: {source}",
                    provider.name
                );
            }
            for claim in &provider.enforced {
                let mut tokens = provider.tokens.iter();
                assert!(tokens.all(|token| token.claims.contains_key(claim)));
            }
        }
        assert!(providers.other.source.starts_with("https://"));
        assert!(providers.saml.source.starts_with("https://"));
        let known = providers.iter().flat_map(|provider| &provider.tokens);
        for token in known.chain([&providers.other, &providers.saml]) {
            assert!(
                !token.who.is_empty() && !token.claims.is_empty(),
                "{token:?}"
            );
            for claim in &token.optional {
                assert!(token.claims.contains_key(claim), "{claim}: {}", token.who);
            }
        }
    }

    #[test]
    fn every_issuer_belongs_to_one_provider() {
        let providers = embedded();
        let issuers: Vec<&str> = providers
            .iter()
            .flat_map(|provider| provider.issuers.iter().map(String::as_str))
            .collect();
        for (place, issuer) in issuers.iter().enumerate() {
            assert_eq!(*issuer, issuer.to_lowercase());
            assert!(
                !issuer.contains("://") && !issuer.ends_with('/'),
                "{issuer}"
            );
            for other in issuers.iter().skip(place + 1) {
                assert_ne!(issuer, other);
                // one that names an issuer goes before one whose pattern the issuer fits
                if issuer.contains('*') && other.contains('*') {
                    let (one, two) = (pieces(issuer), pieces(other));
                    let meet = |(a, b): (&&str, &&str)| a == b || *a == "*" || *b == "*";
                    let both = one.len() == two.len() && one.iter().zip(&two).all(meet);
                    assert!(!both, "{issuer} and {other}");
                }
            }
        }
    }

    #[test]
    fn issuers_are_matched_whole() {
        let providers = embedded();
        for (issuer, expected) in [
            (
                "token.actions.githubusercontent.com",
                Some("GitHub Actions"),
            ),
            (
                "Token.Actions.GitHubUserContent.com/",
                Some("GitHub Actions"),
            ),
            (
                "token.actions.githubusercontent.com/acme",
                Some("GitHub Actions of one enterprise"),
            ),
            (
                "token.actions.acme.ghe.com",
                Some("GitHub Actions of one enterprise"),
            ),
            ("token.actions.githubusercontent.com.example", None),
            ("github.acme.example/_services/token", None),
            ("gitlab.com", Some("GitLab.com")),
            ("gitlab.company.com", None),
            ("mygitlab.com", None),
            (
                "oidc.eks.eu-west-1.amazonaws.com/id/ABC",
                Some("Amazon EKS, of one cluster"),
            ),
            ("oidc.eks.eu-west-1.amazonaws.com", None),
            (
                "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/",
                Some("Microsoft Sentinel and Defender for Cloud"),
            ),
            (
                "sts.windows.net/tenant/",
                Some("Microsoft Entra ID, of one tenant"),
            ),
            ("oidc.vercel.com", Some("Vercel")),
            ("oidc.vercel.com/acme", Some("Vercel, of one team")),
            ("", None),
        ] {
            let found = providers.of_issuer(issuer).map(|one| one.name.as_str());
            assert_eq!(found, expected, "{issuer}");
        }
    }

    #[test]
    fn templates_are_taken_apart() {
        let parts = |text: &str| ClaimTemplate::try_from(text.to_owned()).map(|one| one.parts);
        assert_eq!(
            parts("repo:{owner}@{owner-id}/*"),
            Ok(vec![
                ClaimPart::Literal("repo:".to_owned()),
                ClaimPart::Name("owner".to_owned()),
                ClaimPart::Literal("@".to_owned()),
                ClaimPart::Id("owner-id".to_owned()),
                ClaimPart::Literal("/".to_owned()),
                ClaimPart::Anything,
            ])
        );
        assert!(parts("repo:{owner").is_err());
        assert!(parts("repo:{}").is_err());
    }
}
