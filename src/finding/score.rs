//! How bad it stands: scores of functions, grades, and the grade of many.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::counts::GradeCounts;
use crate::check::{Confidence, Severity};

/// What one failed check takes away from a score, as a share of what is left.
///
/// | severity | weight |
/// |---|---|
/// | critical | 0.50 |
/// | high | 0.25 |
/// | medium | 0.10 |
/// | low | 0.03 |
///
/// So one certain critical is an F by itself, one certain high a C, and one medium still an A.
pub fn severity_weight(severity: Severity) -> f64 {
    match severity {
        Severity::Critical => 0.50,
        Severity::High => 0.25,
        Severity::Medium => 0.10,
        Severity::Low => 0.03,
    }
}

/// How much of its weight a check of that confidence takes.
///
/// | confidence | factor |
/// |---|---|
/// | high | 1.00 |
/// | medium | 0.75 |
/// | low | 0.40 |
pub fn confidence_factor(confidence: Confidence) -> f64 {
    match confidence {
        Confidence::High => 1.00,
        Confidence::Medium => 0.75,
        Confidence::Low => 0.40,
    }
}

/// What one failed check multiplied a score by.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Factor {
    /// The failed check.
    pub check: String,
    /// Its severity.
    pub severity: Severity,
    /// The highest confidence of its findings.
    pub confidence: Confidence,
    /// 1 − weight of the severity × factor of the confidence; above 0, below 1.
    pub factor: f64,
}

impl Factor {
    /// The factor of a failed check.
    pub fn new(check: &str, severity: Severity, confidence: Confidence) -> Self {
        Self {
            check: check.to_owned(),
            severity,
            confidence,
            factor: 1.0 - severity_weight(severity) * confidence_factor(confidence),
        }
    }
}

/// A score from 0 (worst) to 100, with what made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// 100 × the product of the factors, not rounded.
    pub value: f64,
    /// The letter for it.
    pub grade: Grade,
}

/// 100 × the product of the factors, multiplied in the order of their check ids so that the last
/// digit too is the same whatever order they came in.
pub fn score(factors: &[Factor]) -> Score {
    let mut ordered: Vec<&Factor> = factors.iter().collect();
    ordered.sort_by(|one, other| {
        (&one.check, one.severity, one.confidence).cmp(&(
            &other.check,
            other.severity,
            other.confidence,
        ))
    });
    let value = ordered
        .iter()
        .fold(100.0, |value, factor| value * factor.factor);
    Score {
        value,
        grade: Grade::of(value),
    }
}

/// A letter for a score.
///
/// | grade | score, rounded to a whole number |
/// |---|---|
/// | A | 90 and above |
/// | B | 80 to 89 |
/// | C | 70 to 79 |
/// | D | 60 to 69 |
/// | F | below 60 |
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
pub enum Grade {
    /// 90 and above.
    A,
    /// 80 to 89.
    B,
    /// 70 to 79.
    C,
    /// 60 to 69.
    D,
    /// Below 60.
    F,
}

impl Grade {
    /// All grades, worst first.
    pub const WORST_FIRST: [Self; 5] = [Self::F, Self::D, Self::C, Self::B, Self::A];

    /// The letter for a score; of the rounded score, so that the letter never contradicts the
    /// number beside it.
    pub fn of(score: f64) -> Self {
        match score.round() {
            rounded if rounded >= 90.0 => Self::A,
            rounded if rounded >= 80.0 => Self::B,
            rounded if rounded >= 70.0 => Self::C,
            rounded if rounded >= 60.0 => Self::D,
            _ => Self::F,
        }
    }

    /// The letter as text.
    pub fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::F => "F",
        }
    }

    fn one_better(self) -> Self {
        match self {
            Self::A | Self::B => Self::A,
            Self::C => Self::B,
            Self::D => Self::C,
            Self::F => Self::D,
        }
    }
}

/// One function in this many may have the worst grade before the whole has it too.
const TOLERATED: u64 = 20;

/// The grade of an account or a fleet.
///
/// It looks at the worst grade that any function has. If at least one function in twenty has it,
/// the whole has it; if fewer, the whole is one letter better. So a single F among a hundred As
/// makes a D, where a mean would make an A, and one in twenty makes an F. Other resources that were
/// judged (layers, regions) count by their worst alone: the whole is never more than one letter better
/// than that. Accounts themselves have a grade of their own, and no part in this one.
///
/// `None` when nothing was graded.
pub fn fleet_grade(functions: &GradeCounts, others: &GradeCounts) -> Option<Grade> {
    let of_functions = functions.worst().map(|worst| {
        if functions.of(worst).saturating_mul(TOLERATED) >= functions.graded() {
            worst
        } else {
            worst.one_better()
        }
    });
    let of_others = others.worst().map(Grade::one_better);
    // `Grade` orders from best to worst.
    of_functions.max(of_others)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_factor() -> impl Strategy<Value = Factor> {
        (
            "[a-d]{1,2}",
            prop_oneof![
                Just(Severity::Low),
                Just(Severity::Medium),
                Just(Severity::High),
                Just(Severity::Critical)
            ],
            prop_oneof![
                Just(Confidence::Low),
                Just(Confidence::Medium),
                Just(Confidence::High)
            ],
        )
            .prop_map(|(check, severity, confidence)| Factor::new(&check, severity, confidence))
    }

    #[test]
    fn scores_and_grades() {
        use Confidence as Sure;
        let cases: &[(&[(Severity, Confidence)], &str)] = &[
            (&[], "100 A"),
            (&[(Severity::Low, Sure::High)], "97 A"),
            (&[(Severity::Medium, Sure::High)], "90 A"),
            (&[(Severity::Medium, Sure::High); 2], "81 B"),
            (&[(Severity::High, Sure::Low)], "90 A"),
            (&[(Severity::High, Sure::Medium)], "81 B"),
            (&[(Severity::High, Sure::High)], "75 C"),
            (&[(Severity::High, Sure::High); 2], "56 F"),
            (&[(Severity::Critical, Sure::Low)], "80 B"),
            (&[(Severity::Critical, Sure::Medium)], "63 D"),
            (&[(Severity::Critical, Sure::High)], "50 F"),
            (&[(Severity::Critical, Sure::High); 4], "6 F"),
        ];
        for (failed, expected) in cases {
            let factors: Vec<Factor> = failed
                .iter()
                .enumerate()
                .map(|(n, &(severity, confidence))| {
                    Factor::new(&format!("check-{n}"), severity, confidence)
                })
                .collect();
            let score = score(&factors);
            let shown = format!("{} {}", score.value.round(), score.grade.letter());
            assert_eq!(&shown, expected, "{failed:?}");
        }
    }

    #[test]
    fn the_letter_agrees_with_the_number_beside_it() {
        assert_eq!(Grade::of(89.5), Grade::A);
        assert_eq!(Grade::of(89.4), Grade::B);
        assert_eq!(Grade::of(59.5), Grade::D);
    }

    #[test]
    fn one_f_cannot_hide_behind_a_hundred_as() {
        let none = GradeCounts::default();
        let cases = [
            ((100, 0, 0, 0, 0), Some(Grade::A)),
            ((100, 0, 0, 0, 1), Some(Grade::D)),
            ((100, 0, 0, 0, 5), Some(Grade::D)),
            ((100, 0, 0, 0, 6), Some(Grade::F)),
            ((0, 0, 0, 0, 1), Some(Grade::F)),
            ((100, 0, 1, 0, 0), Some(Grade::B)),
            ((100, 1, 0, 0, 0), Some(Grade::A)),
            ((0, 0, 0, 0, 0), None),
        ];
        for ((a, b, c, d, f), expected) in cases {
            let counts = GradeCounts {
                a,
                b,
                c,
                d,
                f,
                ungraded: 0,
            };
            assert_eq!(fleet_grade(&counts, &none), expected, "{counts:?}");
        }
        let fine = GradeCounts { a: 100, ..none };
        let one_f = GradeCounts { f: 1, ..none };
        assert_eq!(fleet_grade(&fine, &one_f), Some(Grade::D));
        assert_eq!(fleet_grade(&none, &one_f), Some(Grade::D));
    }

    proptest! {
        #[test]
        fn a_score_is_bounded_and_falls_with_every_failed_check(
            factors in proptest::collection::vec(any_factor(), 0..40),
            more in any_factor(),
        ) {
            let before = score(&factors);
            prop_assert!((0.0..=100.0).contains(&before.value));
            let mut worse = factors.clone();
            worse.push(more);
            let after = score(&worse);
            prop_assert!(after.value < before.value);
            prop_assert!(after.grade >= before.grade);
        }

        #[test]
        fn a_score_does_not_depend_on_order(
            (factors, shuffled) in proptest::collection::vec(any_factor(), 0..20)
                .prop_flat_map(|factors| (Just(factors.clone()), Just(factors).prop_shuffle())),
        ) {
            prop_assert_eq!(score(&factors).value.to_bits(), score(&shuffled).value.to_bits());
        }

        #[test]
        fn a_fleet_never_gains_when_a_function_gets_worse(
            grades in proptest::collection::vec(0..5_usize, 1..60),
            at in any::<proptest::sample::Index>(),
            to in 0..5_usize,
        ) {
            let count = |grades: &[usize]| {
                let mut counts = GradeCounts::default();
                for &grade in grades {
                    counts.add(Some(Grade::WORST_FIRST[grade]));
                }
                fleet_grade(&counts, &GradeCounts::default())
            };
            let mut worse = grades.clone();
            let one = at.get(&grades);
            let at = at.index(grades.len());
            worse[at] = to.min(*one);
            prop_assert!(count(&worse) >= count(&grades));
        }
    }
}
