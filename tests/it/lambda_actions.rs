//! Lambda's actions against what botocore, which the emulator brings along, knows of Lambda's API.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

const OPERATIONS: &str = r#"
from botocore.loaders import Loader
for service in ("lambda", "lambda-core", "lambda-microvms", "lambda-web"):
    print(*Loader().load_service_model(service, "service-2")["operations"])
"#;

/// Every release may bring an operation whose action the table lacks; without the emulator nobody is asked.
#[test]
fn every_operation_of_botocore_has_its_action() {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("localstack/.venv/bin/python");
    if !python.exists() {
        return;
    }
    let said = Command::new(python)
        .args(["-B", "-c", OPERATIONS])
        .output()
        .unwrap();
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    let text = String::from_utf8(said.stdout).unwrap();
    let operations: BTreeSet<&str> = text.split_whitespace().collect();
    assert!(operations.len() > 100);
    let actions = lamppost::reference::lambda_actions();
    let known: BTreeSet<&str> = actions
        .iter()
        .flat_map(|action| action.operations())
        .collect();
    let missing: Vec<&&str> = operations.difference(&known).collect();
    assert!(missing.is_empty(), "no action for {missing:?}");
    // actions that no operation is named after
    let others = [
        "EnableReplication",
        "DisableReplication",
        "PassNetworkConnector",
    ];
    let gone: Vec<&&str> = known
        .difference(&operations)
        .filter(|name| !others.contains(name))
        .collect();
    assert!(gone.is_empty(), "no operation {gone:?}");
}
