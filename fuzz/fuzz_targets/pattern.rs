//! Two patterns and a text: the answers about them do not contradict each other.
#![no_main]

use lamppost::policy::Pattern;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (String, String, String)| {
    let (left, right, text) = input;
    let (left, right) = (Pattern::glob(&left), Pattern::glob(&right));
    let both = left.matches(&text) && right.matches(&text);
    assert!(!both || left.overlaps(&right));
    assert!(!left.covers(&right) || !right.matches(&text) || left.matches(&text));
    if let Some(common) = left.common(&right) {
        assert!(left.matches(&common) && right.matches(&common));
    }
});
