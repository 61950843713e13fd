//! A derived value that may be unknown.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::inventory::{Gap, Observed};

/// Key under which an unknown fact is serialised, for the document builder to take out again.
pub const MISSING_KEY: &str = "$missing";

/// A derived value, or the gaps that kept it from being derived.
///
/// An unknown fact is left out of the document that checks read, so that no expression can take
/// it for a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact<T> {
    /// Derived from observations alone.
    Known(T),
    /// Not derivable; never without a gap.
    Unknown(Vec<Gap>),
}

impl<T> Fact<T> {
    /// The value, where it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// The gaps; none for a known fact.
    pub fn gaps(&self) -> &[Gap] {
        match self {
            Self::Known(_) => &[],
            Self::Unknown(gaps) => gaps,
        }
    }

    /// Unknown for one reason.
    pub fn unknown(gap: &Gap) -> Self {
        Self::Unknown(vec![gap.clone()])
    }

    /// A fact derived from an observation.
    pub fn of<S>(observed: &Observed<S>, derive: impl FnOnce(&S) -> T) -> Self {
        match observed {
            Observed::Known(value) => Self::Known(derive(value)),
            Observed::Missing(gap) => Self::unknown(gap),
        }
    }

    /// A fact derived from an observation by a derivation that may itself not know.
    pub fn of_fact<S>(observed: &Observed<S>, derive: impl FnOnce(&S) -> Self) -> Self {
        match observed {
            Observed::Known(value) => derive(value),
            Observed::Missing(gap) => Self::unknown(gap),
        }
    }

    /// The same fact of something else.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(value) => Fact::Known(change(value)),
            Self::Unknown(gaps) => Fact::Unknown(gaps),
        }
    }

    /// The same fact of something else, from a reference.
    pub fn map_ref<U>(&self, change: impl FnOnce(&T) -> U) -> Fact<U> {
        match self {
            Self::Known(value) => Fact::Known(change(value)),
            Self::Unknown(gaps) => Fact::Unknown(gaps.clone()),
        }
    }
}

impl Fact<bool> {
    /// Kleene's or: one known truth decides, whatever else is unknown.
    pub fn any(facts: impl IntoIterator<Item = Self>) -> Self {
        Self::fold(facts, true)
    }

    /// Kleene's and: one known falsehood decides, whatever else is unknown.
    pub fn all(facts: impl IntoIterator<Item = Self>) -> Self {
        Self::fold(facts, false)
    }

    fn fold(facts: impl IntoIterator<Item = Self>, decisive: bool) -> Self {
        let mut missing = Vec::new();
        for fact in facts {
            match fact {
                Self::Known(value) if value == decisive => return Self::Known(decisive),
                Self::Known(_) => {}
                Self::Unknown(gaps) => missing.extend(gaps),
            }
        }
        if missing.is_empty() {
            Self::Known(!decisive)
        } else {
            Self::Unknown(missing)
        }
    }
}

impl<T> Fact<Vec<T>> {
    /// A list of offenders collected from several places, some of which may be unreadable.
    ///
    /// Known when something was found or nothing is missing: one offender decides a check, but an
    /// empty list may only be called empty when every place was read.
    pub fn offenders(items: Vec<T>, gaps: Vec<Gap>) -> Self {
        if items.is_empty() && !gaps.is_empty() {
            Self::Unknown(gaps)
        } else {
            Self::Known(items)
        }
    }
}

impl<T: Serialize> Serialize for Fact<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::Unknown(gaps) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(MISSING_KEY, gaps)?;
                map.end()
            }
        }
    }
}

impl<T: JsonSchema> JsonSchema for Fact<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
