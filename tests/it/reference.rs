//! Reference data against what the SDK knows.

use aws_sdk_lambda::types::Runtime;
use lamppost::reference;

/// Every release of the SDK may bring a runtime that the table lacks, which would be UNKNOWN to the
/// checks of the runtime family.
#[test]
fn every_runtime_of_the_sdk_stands_in_the_lifecycle_table() {
    let missing: Vec<&str> = Runtime::values()
        .iter()
        .copied()
        .filter(|id| reference::runtimes().get(id).is_none())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
