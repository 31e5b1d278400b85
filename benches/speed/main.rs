//! How long it takes, piece by piece. `cargo bench` runs all of it, `cargo bench -- NAME` what is called so.
//! `docs/performance.md` says what to expect.

#![allow(missing_docs, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod cases;
mod decide;
mod generate;
mod load;
mod prove;
mod show;

use std::sync::LazyLock;

use dealdesk::civil::{Date, date};
use dealdesk::{Deal, Format, Pack};

fn main() {
    divan::main();
}

/// The date of all decisions.
const AS_OF: Date = date(2026, 3, 1);

/// The OpenCraft pack.
static PACK: LazyLock<Pack> = LazyLock::new(|| Pack::load(rules()).unwrap_or_else(|e| panic!("{e}")));

fn rules() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")
}

/// The text of an example.
fn example(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/deals").join(name);
    std::fs::read_to_string(path).expect("the example is there")
}

/// An example as a deal of the OpenCraft pack.
fn deal(name: &str) -> Deal {
    let ending = name.rsplit('.').next().unwrap_or_default();
    let format = Format::from_extension(ending).expect("a format of deals");
    PACK.read_deal(name, &example(name), format).unwrap_or_else(|e| panic!("{e}"))
}

/// The pack of one policy.
fn compile(policy: &str) -> Pack {
    Pack::compile([("generated.policy", policy)]).unwrap_or_else(|e| panic!("{e}"))
}
