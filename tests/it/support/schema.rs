//! Published JSON Schemas, held to the types that they describe.

use std::path::Path;
use std::{env, fs};

use schemars::Schema;

/// Fails when `docs/schemas/NAME` is not what the types say; with `LAMPPOST_BLESS` set, writes it.
pub(crate) fn assert_published(name: &str, schema: &Schema) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/schemas")
        .join(name);
    let derived = serde_json::to_string_pretty(schema).unwrap() + "\n";
    if env::var_os("LAMPPOST_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &derived).unwrap();
    }
    let published = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        published == derived,
        "`docs/schemas/{name}` differs from the types: run the tests once with LAMPPOST_BLESS=1"
    );
}
