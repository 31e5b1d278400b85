//! Taking decisions: of whole deals, of deals of which little is known, and of ever larger policies.

use divan::{Bencher, black_box};

use dealdesk::engine::{self, Decisions, Options};
use dealdesk::{AskOptions, Deal, Format, Pack};

use crate::{AS_OF, PACK, compile, deal, generate};

fn take(pack: &Pack, deal: &Deal, options: &Options) -> Decisions {
    engine::decide(pack.policy(), black_box(deal.facts()), AS_OF, options)
}

fn run(bencher: Bencher, deal: &Deal, explain: bool) {
    let options = Options { explain, ..Options::default() };
    bencher.bench(|| take(deal.pack(), deal, &options));
}

/// Everything of one deal, with what each answer rests on.
#[divan::bench]
fn whole_deal_explained(bencher: Bencher) {
    run(bencher, &deal("city-tender.ron"), true);
}

/// The answers alone.
#[divan::bench]
fn whole_deal(bencher: Bencher) {
    run(bencher, &deal("city-tender.ron"), false);
}

/// Through the library's front door: from the deal to decisions as data that can be shown.
#[divan::bench]
fn whole_deal_as_data(bencher: Bencher) {
    let deal = deal("city-tender.ron");
    bencher.bench(|| black_box(&deal).decide(AS_OF));
}

/// One decision of a deal.
#[divan::bench]
fn one_decision(bencher: Bencher) {
    let deal = deal("city-tender.ron");
    let only = deal.pack().policy().decision_by_name("discovery.billing").map(|d| vec![d]);
    let options = Options { only, ..Options::default() };
    bencher.bench(|| take(deal.pack(), &deal, &options));
}

/// A lead of whom half is known.
#[divan::bench]
fn half_known(bencher: Bencher) {
    run(bencher, &deal("half-known-lead.ron"), true);
}

/// A deal of which nothing is known.
#[divan::bench(sample_count = 20)]
fn nothing_known(bencher: Bencher) {
    run(bencher, &PACK.empty_deal(), true);
}

/// A deal of which `unknown` facts were left out, evenly over the file.
#[divan::bench(args = [0, 1, 2, 5, 10, 20])]
fn unknown_facts(bencher: Bencher, unknown: usize) {
    let full = deal("city-tender.ron");
    let given: Vec<_> = full.facts().given.iter().map(|(id, given)| (id, given.clone())).collect();
    let left_out = |place: usize| (0..unknown).any(|u| u * given.len() / unknown.max(1) == place);
    let mut facts = dealdesk::facts::Deal::new();
    for (place, (id, given)) in given.iter().enumerate() {
        if !left_out(place) {
            facts.given.insert(*id, given.clone());
        }
    }
    let options = Options::default();
    bencher.bench(|| engine::decide(PACK.policy(), black_box(&facts), AS_OF, &options));
}

fn generated(areas: usize) -> Deal {
    let pack = compile(&generate::policy(areas));
    pack.read_deal("generated.json", &generate::deal(areas), Format::Json).unwrap_or_else(|e| panic!("{e}"))
}

/// Whole deals of ever larger policies.
#[divan::bench(args = [1, 10, 100], sample_count = 10)]
fn areas(bencher: Bencher, areas: usize) {
    run(bencher, &generated(areas), true);
}

/// The same of which half of the areas are unknown.
#[divan::bench(args = [1, 10, 100], sample_count = 10)]
fn areas_half_known(bencher: Bencher, areas: usize) {
    let pack = compile(&generate::policy(areas));
    let deal =
        pack.read_deal("generated.json", &generate::deal(areas / 2), Format::Json).unwrap_or_else(|e| panic!("{e}"));
    run(bencher, &deal, true);
}

/// The next question of an interview: of a deal of which nothing is known, and of ones of which something is.
#[divan::bench(args = ["nothing", "half-known-lead.ron", "full-cell-new-client.ron"], sample_count = 20)]
fn next_question(bencher: Bencher, name: &str) {
    let deal = if name == "nothing" { PACK.empty_deal() } else { deal(name) };
    let options = AskOptions::default();
    bencher.bench(|| black_box(&deal).next_question(AS_OF, &options));
}

/// A whole interview: every question is answered with the first answer there is.
#[divan::bench(sample_count = 5)]
fn interview(bencher: Bencher) {
    let deal = PACK.empty_deal();
    bencher.bench(|| {
        let mut interview = black_box(&deal).interview(AS_OF, &AskOptions::default());
        while interview.question().is_some() {
            let answers = ["no", "0", "2026-03-01", "private", "website", "iterative", "aws", "shared", "hire"];
            if !answers.iter().any(|answer| interview.answer(answer).is_ok()) {
                interview.skip();
            }
        }
        interview.turns()
    });
}
