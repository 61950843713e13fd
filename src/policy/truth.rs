//! Kleene's three truth values.

use serde::Serialize;

/// True, false, or not known. Ordered so that `and` is the least and `or` the greatest.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Truth {
    /// False for every request that fits what is known.
    #[default]
    False,
    /// True for some and false for others, or too hard to say.
    Unknown,
    /// True for every request that fits what is known.
    True,
}

impl Truth {
    /// False if either is false, whatever the other is.
    #[must_use]
    pub fn and(self, other: Truth) -> Truth {
        self.min(other)
    }

    /// True if either is true, whatever the other is.
    #[must_use]
    pub fn or(self, other: Truth) -> Truth {
        self.max(other)
    }

    /// The opposite; unknown stays unknown.
    #[must_use]
    pub fn negate(self) -> Truth {
        match self {
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
            Truth::True => Truth::False,
        }
    }

    /// Negated if `negated`.
    #[must_use]
    pub fn negate_if(self, negated: bool) -> Truth {
        if negated { self.negate() } else { self }
    }

    /// One of several happens, nobody knows which: what they agree on, else unknown.
    /// `None` for no case at all.
    pub fn agreement(cases: impl IntoIterator<Item = Truth>) -> Option<Truth> {
        cases.into_iter().reduce(
            |left, right| {
                if left == right { left } else { Truth::Unknown }
            },
        )
    }

    /// True if one of them is; stops at the first that is true.
    pub fn any(cases: impl IntoIterator<Item = Truth>) -> Truth {
        let mut found = Truth::False;
        for case in cases {
            found = found.or(case);
            if found == Truth::True {
                break;
            }
        }
        found
    }

    /// True if all of them are; stops at the first that is false.
    pub fn all(cases: impl IntoIterator<Item = Truth>) -> Truth {
        let mut found = Truth::True;
        for case in cases {
            found = found.and(case);
            if found == Truth::False {
                break;
            }
        }
        found
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Truth {
        if value { Truth::True } else { Truth::False }
    }
}
