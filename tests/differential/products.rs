//! Products, quotients and roundings of numbers that have more bits than the solver is shown in the open: what is proved, and
//! what a change is said to mean, against every deal.

use dealdesk::civil::{Date, date};
use dealdesk::pack::{DiffOptions, Told};
use dealdesk::{Pack, Status};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

const TODAY: Date = date(2026, 3, 1);
/// So often a search asks whether to give up before it is passed over.
const MOST_STEPS: u64 = 400_000;

/// Makes expressions of bytes: the same bytes, the same expression.
struct Writer<'b> {
    bytes: std::slice::Iter<'b, u8>,
}

impl Writer<'_> {
    fn pick(&mut self, below: u8) -> u8 {
        self.bytes.next().copied().unwrap_or(0) % below
    }

    fn number(&mut self, depth: u8) -> String {
        let plain = if depth == 0 { 3 } else { 10 };
        match self.pick(plain) {
            0 => "a".to_owned(),
            1 => "b".to_owned(),
            2 => (1 + self.pick(40)).to_string(),
            3..=5 => format!("{} * {}", self.atom(depth), self.atom(depth)),
            6 => format!("({} + {})", self.number(depth - 1), self.number(depth - 1)),
            7 => format!("({} - {})", self.number(depth - 1), self.number(depth - 1)),
            8 => format!("floor({} / {})", self.atom(depth), 2 + self.pick(12)),
            _ => format!("round({} / {})", self.atom(depth), 2 + self.pick(12)),
        }
    }

    fn atom(&mut self, depth: u8) -> String {
        format!("({})", self.number(depth - 1))
    }

    fn condition(&mut self) -> String {
        let (left, limit) = (self.number(2), i32::from(self.pick(200)) - 40);
        let compare = [">", "<=", ">=", "<"][usize::from(self.pick(4))];
        match self.pick(3) {
            0 => format!("{left} {compare} {}", self.number(1)),
            _ => format!("{left} {compare} {limit}"),
        }
    }
}

/// A policy of two numbers, of so many values each.
fn policy((most, least): (u8, u8), bytes: &[u8]) -> String {
    let mut writer = Writer { bytes: bytes.iter() };
    format!(
        "fact a: integer 0..{most}\nfact b: integer {}..{}\n\
         decide big: boolean = {}\n\
         decide level: integer = {}\n\
         decide kind: one of x, y, z\n  default z\n  rule first: x when {}\n  rule second: y when {}\n    overrides first\n\
         always kept: {}\n",
        -i32::from(least),
        20 - i32::from(least),
        writer.condition(),
        writer.number(2),
        writer.condition(),
        writer.condition(),
        writer.condition(),
    )
}

fn check(sizes: (u8, u8), bytes: &[u8], change: (usize, u8)) -> Result<&'static str, String> {
    let mut changed = bytes.to_vec();
    changed[change.0 % bytes.len()] ^= change.1;
    let texts = [policy(sizes, bytes), policy(sizes, &changed)];
    let told = |problem: &str| format!("{problem}\n{}\n{}", texts[0], texts[1]);
    let pack = |text: &String| Pack::compile([("a.policy", text.as_str())]).map_err(|error| told(&error.to_string()));
    let (old, new) = (pack(&texts[0])?, pack(&texts[1])?);
    let deals = (0..=sizes.0).flat_map(|a| (-i32::from(sizes.1)..=20 - i32::from(sizes.1)).map(move |b| (a, b)));
    let read = deals.map(|(a, b)| {
        let deal = serde_json::json!({ "a": a, "b": b });
        let before = old.deal(&deal).unwrap_or_else(|error| panic!("{error}"));
        let after = new.deal(&deal).unwrap_or_else(|error| panic!("{error}"));
        Told { name: format!("{a} {b}"), before, after }
    });
    let deals: Vec<Told> = read.collect();

    let asked = std::cell::Cell::new(0);
    let stop = || {
        asked.set(asked.get() + 1);
        asked.get() > MOST_STEPS
    };
    let proof = new.prove(TODAY, &stop);
    if proof.stopped {
        return Ok("stopped");
    }
    let holds = new.policy().properties.iter().next().map(|(_, property)| property.condition);
    let holds = holds.ok_or_else(|| told("no property"))?;
    let kept = deals.iter().all(|deal| {
        dealdesk::engine::probe(new.policy(), deal.after.facts(), TODAY, None, |probe| {
            probe.value(holds) == Some(dealdesk::facts::Value::Boolean(true))
        })
    });
    if kept != (proof.proved == 1) {
        return Err(told(&format!("kept in every deal: {kept}, proved: {}", proof.proved)));
    }

    asked.set(0);
    let options = DiffOptions { today: TODAY, renames: true };
    let mut diff = new.diff(&old, &options, &stop);
    if diff.stopped {
        return Ok("stopped");
    }
    if !diff.unsettled.is_empty() {
        return Err(told(&format!("not settled: {:?}", diff.unsettled)));
    }
    for region in &diff.regions {
        if region.before.status == Status::Error || region.after.status == Status::Error {
            return Err(told("nothing here ends in an error"));
        }
    }
    diff.measure(deals, TODAY);
    let impact = diff.impact.as_ref().ok_or_else(|| told("no impact"))?;
    if diff.equivalent != (impact.changed == 0) {
        return Err(told(&format!("equivalent: {}, changed: {}", diff.equivalent, impact.changed)));
    }
    if let Some(decision) = impact.decisions.iter().find(|decision| !decision.elsewhere.is_empty()) {
        return Err(told(&format!("{} is in no region in {:?}", decision.decision, decision.elsewhere)));
    }
    if let Some(empty) = impact.regions.iter().position(|region| region.deals.is_empty()) {
        return Err(told(&format!("no deal is in {:?}", diff.regions[empty].when)));
    }
    Ok(if diff.equivalent { "equivalent" } else { "changed" })
}

#[test]
fn what_is_said_of_products_holds_in_every_deal() {
    let cases = std::env::var("DEALDESK_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(200);
    let seed = std::env::var("DEALDESK_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    let config = Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(seed), ..Config::default() };
    let mut tally = std::collections::BTreeMap::<&str, usize>::new();
    let tallied = std::cell::RefCell::new(&mut tally);
    let case = ((33u8..45, 0u8..12), prop::collection::vec(any::<u8>(), 60), (0usize..60, 1u8..255));
    let result = TestRunner::new(config).run(&case, |(sizes, bytes, change)| {
        let what = check(sizes, &bytes, change).map_err(TestCaseError::fail)?;
        *tallied.borrow_mut().entry(what).or_default() += 1;
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    println!("{tally:?}");
    let count = |what: &str| tally.get(what).copied().unwrap_or(0);
    assert!(count("changed") > 0 && count("equivalent") > 0, "{tally:?}");
    assert!(count("stopped") * 10 <= cases as usize, "{tally:?}");
}
