//! What is shared between deals is what each of them would have been decided to alone.

use dealdesk::civil::date;
use dealdesk::engine::{self, Memo, Options};
use dealdesk::facts::{Deal, FactId};

use crate::bridge::{Compiled, to_engine};
use crate::differential::try_these;
use crate::generate::{Case, Cases};

/// The deal, and what is left of it without each of its facts, without every second, and without all.
fn deals(deal: &Deal) -> Vec<Deal> {
    let given: Vec<FactId> = deal.given.iter().map(|(fact, _)| fact).collect();
    let without = |left_out: &dyn Fn(usize) -> bool| {
        let mut deal = deal.clone();
        given.iter().enumerate().filter(|(i, _)| left_out(*i)).for_each(|(_, fact)| drop(deal.given.remove(*fact)));
        deal
    };
    let mut deals: Vec<Deal> = (0..given.len()).map(|one| without(&|i| i == one)).collect();
    deals.extend([without(&|_| false), without(&|i| i % 2 == 0), without(&|i| i % 2 == 1), without(&|_| true)]);
    deals
}

/// Decisions that are otherwise with a memo than without. Each deal is decided twice, so that all that is kept is used.
fn against_a_memo(case: &Case, compiled: &Compiled, budget: u64) -> Vec<String> {
    let policy = &compiled.policy;
    let memo = Memo::new(policy);
    let deals = deals(&to_engine(&policy.schema, &case.deal));
    let mut problems = Vec::new();
    let dates = [case.as_of, case.as_of.tomorrow().unwrap(), date(1950, 1, 1), date(2150, 1, 1)];
    // Each deal has a date, and one that differs in one fact another.
    let dated: Vec<_> = deals.iter().zip(dates.into_iter().cycle()).collect();
    let asked = dated.iter().chain(dated.iter().rev());
    for (&(deal, as_of), strict) in asked.flat_map(|dated| [(dated, false), (dated, true)]) {
        let options = Options { strict, explain: false, budget, ..Options::default() };
        let alone = engine::decide(policy, deal, as_of, &options);
        let shared = memo.decide(deal, as_of, &options);
        for (alone, shared) in alone.taken.iter().zip(&shared.taken) {
            let (one, other) = (format!("{alone:?}"), format!("{shared:?}"));
            if one != other {
                problems.push(format!("`{}`: {one} alone, {other} shared", policy.decisions[alone.decision].name));
            }
        }
    }
    problems
}

#[test]
fn what_is_shared_is_what_each_deal_would_come_to_alone() {
    try_these(150, &Cases { completions: Some(2_000) }, |case, compiled| against_a_memo(case, compiled, 20_000));
}

#[test]
fn what_is_shared_is_the_same_where_the_budget_is_not_enough() {
    for budget in [1, 10, 60] {
        try_these(50, &Cases { completions: None }, |case, compiled| against_a_memo(case, compiled, budget));
    }
}
