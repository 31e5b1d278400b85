//! From text to a checked policy, and from text to a deal.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};

use dealdesk::base::{FileId, SourceFile};
use dealdesk::{Format, Pack, syntax};

use crate::{PACK, compile, example, generate, rules};

/// The OpenCraft pack, from its folder.
#[divan::bench]
fn opencraft() -> Pack {
    Pack::load(rules()).unwrap_or_else(|e| panic!("{e}"))
}

/// A policy of 1 MB: text to compiled pack.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn megabyte(bencher: Bencher) {
    let (text, _) = generate::policy_of_bytes(1_000_000);
    bencher.counter(BytesCount::of_str(&text)).bench(|| compile(black_box(&text)));
}

/// The same, only to the tree.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn megabyte_syntax(bencher: Bencher) {
    let (text, _) = generate::policy_of_bytes(1_000_000);
    let file = SourceFile::new("generated.policy", text.as_str());
    bencher.counter(BytesCount::of_str(&text)).bench(|| syntax::parse(FileId(0), black_box(&file)));
}

/// Formatting a policy of 1 MB of which every line is to be changed.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn megabyte_formatted(bencher: Bencher) {
    let (text, _) = generate::policy_of_bytes(1_000_000);
    let file = SourceFile::new("generated.policy", text.replace('\n', " \r\n"));
    bencher.counter(BytesCount::of_str(&text)).bench(|| syntax::format::format(FileId(0), black_box(&file)));
}

/// How the cost of compiling grows with the policy.
#[divan::bench(args = [1, 10, 100], sample_count = 10)]
fn areas(bencher: Bencher, areas: usize) {
    let text = generate::policy(areas);
    bencher.counter(BytesCount::of_str(&text)).bench(|| compile(black_box(&text)));
}

/// Reading one deal.
#[divan::bench(args = ["city-tender.ron", "axim-first-update.json", "full-cell-existing-client.yaml", "foundation-tender.toml"])]
fn deal(bencher: Bencher, name: &str) {
    let text = example(name);
    let format = Format::from_extension(name.rsplit('.').next().unwrap_or_default()).expect("a format");
    let pack = &*PACK;
    bencher.bench(|| pack.read_deal(name, black_box(&text), format).unwrap_or_else(|e| panic!("{e}")));
}
