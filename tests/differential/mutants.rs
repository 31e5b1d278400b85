//! Mistakes that are proved to be none against deciding every deal by both policies.

use std::collections::BTreeMap;

use dealdesk::engine::{self, Answer, Answers, Options, State};
use dealdesk::facts::Deal as EngineDeal;
use dealdesk::mutate::{self, Compared, Sample, Subject};
use dealdesk::policy::Policy;

use crate::bridge::{Compiled, to_engine};
use crate::differential::try_these;
use crate::generate::{Case, Cases};
use crate::reference::Val;
use crate::reference::completions::{completions, texts, unknowns};
use crate::reference::deal::Deal;

/// Policies with more deals are passed over.
const MOST_DEALS: usize = 300;
/// How many mistakes of one policy are compared.
const MOST_MUTANTS: usize = 6;

type Tally = BTreeMap<&'static str, usize>;

/// How every decision ends, without what an error says.
fn endings(policy: &Policy, deal: &EngineDeal, case: &Case) -> String {
    let options = Options { explain: false, ..Options::default() };
    let taken = engine::decide(policy, deal, case.as_of, &options).taken;
    let ending = |answer: &Answer| match &answer.state {
        State::Error(_) => "error".to_owned(),
        state => format!("{state:?} by {:?}", answer.by),
    };
    let endings = taken.iter().map(|taken| match &taken.answers {
        Answers::One(answer) => vec![ending(answer)],
        Answers::Each(answers) => answers.iter().map(ending).collect(),
    });
    format!("{:?}", endings.collect::<Vec<_>>())
}

fn try_case(case: &Case, compiled: &Compiled, tally: &mut Tally) -> Vec<String> {
    let (pack, policy) = (compiled.pack(), &compiled.policy);
    if !case.is_countable() {
        return Vec::new();
    }
    let empty = Deal::new();
    let (base, unknown) = unknowns(&pack, &empty, true);
    let texts = texts(&pack, &empty);
    let domains: Vec<Vec<Val>> = unknown.iter().map(|unknown| pack.domain(unknown.ty, &texts)).collect();
    let count = domains.iter().try_fold(1usize, |all, domain| all.checked_mul(domain.len()));
    if count.is_none_or(|count| count > MOST_DEALS) {
        return Vec::new();
    }
    *tally.entry("policies").or_default() += 1;
    let deals: Vec<EngineDeal> =
        completions(&base, &unknown, &domains).iter().map(|deal| to_engine(&policy.schema, deal)).collect();
    let before: Vec<String> = deals.iter().map(|deal| endings(policy, deal, case)).collect();
    let subject = Subject { policy, sources: &compiled.sources, cases: &[] };
    let sample = Sample { max: Some(MOST_MUTANTS), ..Sample::default() };
    let mut problems = Vec::new();
    for mutant in sample.of(mutate::mutants(policy, &compiled.sources), |_| "") {
        let mutated = mutant.apply(policy);
        let reach = mutate::reach(policy, &mutated);
        let compared = mutate::compare(&subject, &mutant, &mutated, &reach, &|| true);
        let differ = deals.iter().zip(&before).any(|(deal, before)| endings(&mutated, deal, case) != *before);
        let kind = match &compared {
            Compared::Equal if differ => {
                problems.push(format!("{mutant:?} is said to be no mistake"));
                "equal"
            }
            Compared::Equal => "equal",
            Compared::Told(_) => "told",
            Compared::Open => "open",
            Compared::Unfinished => {
                problems.push(format!("{mutant:?} was not finished"));
                "unfinished"
            }
        };
        *tally.entry(kind).or_default() += 1;
    }
    problems
}

#[test]
fn a_mistake_that_is_proved_to_be_none_is_none_in_any_deal() {
    let mut tally = Tally::new();
    let cases = Cases { completions: Some(40) };
    try_these(500, &cases, |case, compiled| try_case(case, compiled, &mut tally));
    println!("{tally:#?}");
    for kind in ["equal", "told"] {
        assert!(tally.get(kind).copied().unwrap_or(0) >= 100, "few: {kind}");
    }
}
