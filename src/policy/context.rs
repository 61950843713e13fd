//! What is known of the condition keys of a request.

use std::collections::HashMap;

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
}

impl Context {
    /// Keys that are not set are absent.
    pub fn complete() -> Context {
        Context {
            keys: HashMap::new(),
            others: KeyState::Absent,
        }
    }

    /// Nothing is known of keys that are not set.
    pub fn open() -> Context {
        Context {
            keys: HashMap::new(),
            others: KeyState::Unknown,
        }
    }

    /// Says what is known of a key.
    pub fn set(&mut self, key: &str, state: KeyState) {
        self.keys.insert(key.to_lowercase(), state);
    }

    /// Says it only if nothing was said before.
    pub fn set_default(&mut self, key: &str, state: KeyState) {
        self.keys.entry(key.to_lowercase()).or_insert(state);
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
