//! A check file that is added or removed must reach the binary.

fn main() {
    println!("cargo::rerun-if-changed=checks");
}
