//! Mutations of every policy and deal of this repository: nothing panics, every problem has its place,
//! every view works, and what is answered of a deal holds once more of it is known.
//!
//! A fixed set of mutations is tried each time. With `FUZZ_SECONDS=60`, as many others as that leaves time for;
//! the failing input is written to `target/fuzz/failures`. `fuzz/run` searches longer, guided by coverage.

#![allow(unreachable_pub, reason = "`fuzz/src` is a library as well")]
#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests read seeds and look at the clock"
)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "tests say what they tried")]

#[path = "../../fuzz/src/mutate.rs"]
mod mutate;
#[path = "../../fuzz/src/promises.rs"]
mod promises;
#[path = "../../fuzz/src/seeds.rs"]
mod seeds;

use std::panic::{RefUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use fastrand::Rng;

/// Holds mutations of `seeds` to `promise`: `fixed` of them, or as many as there is time for.
fn mutations(target: &str, seeds: &[String], fixed: usize, promise: impl Fn(&str) + RefUnwindSafe) {
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).map(Duration::from_secs);
    // Each of the three targets has a third of the time.
    let end = seconds.map(|seconds| Instant::now() + seconds / 3);
    let mut rng = if end.is_some() { Rng::new() } else { Rng::with_seed(2026) };
    let mut tried = 0;
    while end.map_or(tried < fixed, |end| Instant::now() < end) {
        let seed = &seeds[rng.usize(..seeds.len())];
        let text = mutate::mutate(seed, &mut rng);
        hold(target, &text, &promise);
        tried += 1;
    }
    println!("{target}: {tried} mutations");
}

/// Holds the inputs that broke a promise once to it.
fn regressions(target: &str, promise: impl Fn(&str) + RefUnwindSafe) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions").join(target);
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let text = std::fs::read_to_string(entry.path()).expect("a regression is text");
        println!("{}", entry.path().display());
        promise(&text);
    }
}

/// Keeps an input that breaks a promise.
fn hold(target: &str, text: &str, promise: impl Fn(&str) + RefUnwindSafe) {
    let Err(broken) = catch_unwind(|| promise(text)) else { return };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../fuzz/failures");
    std::fs::create_dir_all(&folder).expect("a folder for failures");
    let hash = text.bytes().fold(0u64, |hash, byte| hash.rotate_left(5) ^ u64::from(byte).wrapping_mul(0x9E37_79B9));
    let path = folder.join(format!("{target}-{hash:016x}"));
    std::fs::write(&path, text).expect("the failure is kept");
    eprintln!("a promise is broken by {}", path.display());
    resume_unwind(broken)
}

#[test]
fn policies_are_read_whatever_they_say() {
    regressions("syntax", promises::syntax);
    mutations("syntax", &seeds::policies(), 1_500, promises::syntax);
}

#[test]
fn deals_are_read_whatever_they_say() {
    regressions("deals", promises::tagged_deal);
    mutations("deals", &seeds::deals(), 1_500, promises::tagged_deal);
}

#[test]
fn packs_are_decided_whatever_they_say() {
    regressions("pipeline", promises::pipeline);
    mutations("pipeline", &seeds::packs(), 500, promises::pipeline);
}
