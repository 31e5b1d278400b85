//! Showing decisions that are taken: every view of one deal.

use divan::Bencher;

use dealdesk::Decisions;
use dealdesk::trace::TreeOptions;

use crate::{AS_OF, deal};

fn decisions() -> Decisions {
    deal("city-tender.ron").decide(AS_OF)
}

/// The tree for a terminal.
#[divan::bench]
fn tree(bencher: Bencher) {
    let taken = decisions();
    bencher.bench(|| taken.report().tree(TreeOptions::default()));
}

/// The tree with everything in it.
#[divan::bench]
fn tree_verbose(bencher: Bencher) {
    let taken = decisions();
    bencher.bench(|| taken.report().tree(TreeOptions { verbose: true, color: true }));
}

/// Markdown.
#[divan::bench]
fn markdown(bencher: Bencher) {
    let taken = decisions();
    bencher.bench(|| taken.report().markdown());
}

/// The page.
#[divan::bench]
fn html(bencher: Bencher) {
    let taken = decisions();
    bencher.bench(|| taken.report().html());
}

/// The diagram.
#[divan::bench]
fn mermaid(bencher: Bencher) {
    let taken = decisions();
    bencher.bench(|| taken.report().mermaid());
}

/// JSON with the trace.
#[divan::bench]
fn json(bencher: Bencher) {
    let taken = decisions();
    bencher.bench(|| taken.report().json());
}
