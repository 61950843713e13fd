//! What is known of the condition keys of a request.

use std::collections::HashMap;
use std::sync::Arc;

use super::document::Policy;
use super::pattern::Pattern;

/// What is known of one condition key.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyState {
    /// Present, with these values; without any it counts as absent.
    Known(Vec<String>),
    /// Present, with one of these values.
    OneOf(Vec<String>),
    /// Present, with one value that matches one of these patterns.
    Like(Vec<Pattern>),
    /// The caller chooses: any value, or none.
    Any,
    /// The caller chooses a value that matches one of these patterns.
    AnyLike(Vec<Pattern>),
    /// Not in the request.
    Absent,
    /// Nothing is known, not even whether it is there.
    Unknown,
}

impl KeyState {
    /// Present with one value.
    pub fn one(value: impl Into<String>) -> KeyState {
        KeyState::Known(vec![value.into()])
    }

    /// Present, with a value that nobody knows.
    pub fn present() -> KeyState {
        KeyState::Like(vec![Pattern::everything()])
    }

    /// Whether the caller chooses the value.
    pub fn is_chosen(&self) -> bool {
        matches!(self, KeyState::Any | KeyState::AnyLike(_))
    }
}

/// The condition keys of a request.
///
/// Keys have no case. An entry such as `aws:PrincipalTag/*` stands for every key that starts so and has no entry of its own.
#[derive(Clone, Debug)]
pub struct Context {
    keys: HashMap<String, KeyState>,
    others: KeyState,
    /// The only keys that will be asked for, in lower case; `None`: any may be.
    asked: Option<Arc<[String]>>,
}

/// The keys that a policy asks for: those of its conditions, in lower case. `None` where variables may ask for others.
#[derive(Clone, Debug)]
pub struct AskedKeys(Option<Arc<[String]>>);

impl AskedKeys {
    /// Of one policy.
    pub fn of(policy: &Policy) -> AskedKeys {
        let mut keys: Vec<String> = Vec::new();
        for statement in &policy.statements {
            let resources = statement.resource.iter().flat_map(|element| &element.items);
            let values = statement
                .conditions
                .iter()
                .flat_map(|condition| &condition.values);
            if resources.chain(values).any(|text| text.has_variables()) {
                return AskedKeys(None);
            }
            for condition in &statement.conditions {
                if !keys.contains(&condition.lower_key) {
                    keys.push(condition.lower_key.clone());
                }
            }
        }
        AskedKeys(Some(keys.into()))
    }

    /// Whether it asks for one of these keys, which must be in lower case.
    pub fn any(&self, keys: &[&str]) -> bool {
        self.0.as_ref().is_none_or(|asked| {
            let mut asked = asked.iter();
            asked.any(|one| keys.contains(&one.as_str()))
        })
    }

    /// The same with one more key, which must be in lower case.
    #[must_use]
    pub fn and(self, lower: &str) -> AskedKeys {
        let more = |keys: Arc<[String]>| {
            let more = keys.iter().cloned().chain([lower.to_owned()]);
            more.collect()
        };
        AskedKeys(self.0.map(more))
    }
}

impl Context {
    /// Keys that are not set are absent.
    pub fn complete() -> Context {
        Context {
            keys: HashMap::new(),
            others: KeyState::Absent,
            asked: None,
        }
    }

    /// Nothing is known of keys that are not set.
    pub fn open() -> Context {
        Context {
            keys: HashMap::new(),
            others: KeyState::Unknown,
            asked: None,
        }
    }

    /// Nothing is known of keys that are not set, and only those that are asked for are kept.
    pub fn open_to(asked: &AskedKeys) -> Context {
        Context {
            asked: asked.0.clone(),
            ..Context::open()
        }
    }

    /// Whether anything may ask for the key, or for one of its family.
    fn is_asked(&self, key: &str) -> bool {
        let family = key.strip_suffix('*');
        self.asked.as_ref().is_none_or(|asked| {
            asked.iter().any(|one| match family {
                Some(family) => one
                    .get(..family.len())
                    .is_some_and(|head| head.eq_ignore_ascii_case(family)),
                None => one.eq_ignore_ascii_case(key),
            })
        })
    }

    /// Says what is known of a key.
    pub fn set(&mut self, key: &str, state: KeyState) {
        self.set_with(key, || state);
    }

    /// Says it only if nothing was said before.
    pub fn set_default(&mut self, key: &str, state: KeyState) {
        self.default_with(key, || state);
    }

    /// Says what is known of a key, found out only if it is asked for.
    pub fn set_with(&mut self, key: &str, state: impl FnOnce() -> KeyState) {
        if self.is_asked(key) {
            self.keys.insert(key.to_lowercase(), state());
        }
    }

    /// Says it only if nothing was said before, likewise.
    pub(super) fn default_with(&mut self, key: &str, state: impl FnOnce() -> KeyState) {
        if self.is_asked(key) {
            self.keys.entry(key.to_lowercase()).or_insert_with(state);
        }
    }

    /// The same with one more entry.
    #[must_use]
    pub fn with(mut self, key: &str, state: KeyState) -> Context {
        self.set(key, state);
        self
    }

    /// What is known of a key, which must be in lower case.
    pub(super) fn get(&self, lower: &str) -> &KeyState {
        if let Some(state) = self.keys.get(lower) {
            return state;
        }
        lower
            .split_once('/')
            .and_then(|(family, _)| self.keys.get(&format!("{family}/*")))
            .unwrap_or(&self.others)
    }

    /// What is known of a key.
    pub fn state(&self, key: &str) -> &KeyState {
        self.get(&key.to_lowercase())
    }
}
