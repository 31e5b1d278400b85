//! Interviews on random policies and deals: what they promise of their questions, by brute force.

use std::collections::{BTreeMap, BTreeSet};

use dealdesk::analysis::interview::{Choice, Interview, Next, QUESTION, Settings, given_at, next};
use dealdesk::engine::{self, Options};
use dealdesk::facts::{Deal, Origin, TypeKind, Value};
use dealdesk::policy::DecisionId;

use crate::bridge::{Compiled, path, to_engine};
use crate::compare::said;
use crate::differential::try_cases;
use crate::generate::Case;
use crate::reference::completions::{Unknown, result, texts, unknowns, with};
use crate::reference::deal::Val;
use crate::reference::evaluate::World;

/// A deal's unknown facts, and what some decisions come to in each completion: the first fact changes fastest.
struct Truth {
    paths: Vec<String>,
    domains: Vec<usize>,
    endings: Vec<String>,
}

impl Truth {
    /// Nothing where a list is unknown.
    fn of(
        case: &Case,
        compiled: &Compiled,
        deal: &crate::reference::Deal,
        strict: bool,
        decisions: &[DecisionId],
    ) -> Option<Truth> {
        let pack = compiled.pack();
        let (base, unknowns) = unknowns(&pack, deal, strict);
        let texts = texts(&pack, deal);
        let domains: Vec<Vec<Val>> = unknowns.iter().map(|unknown| pack.domain(unknown.ty, &texts)).collect();
        if domains.iter().flatten().any(|value| matches!(value, Val::List(_))) {
            return None;
        }
        let mut deals = vec![base];
        for (unknown, domain) in unknowns.iter().zip(&domains) {
            deals = domain.iter().flat_map(|value| deals.iter().map(move |deal| with(deal, unknown, value))).collect();
        }
        let names: Vec<&str> = decisions.iter().map(|&id| compiled.policy.decisions[id].name.as_str()).collect();
        let ending = |deal: &crate::reference::Deal| {
            let world = World::new(&pack, deal, case.as_of);
            let all = names.iter().map(|name| format!("{:?}", world.take(name).iter().map(result).collect::<Vec<_>>()));
            all.collect::<Vec<_>>().join("; ")
        };
        Some(Truth {
            paths: unknowns.into_iter().map(|unknown| unknown.path).collect(),
            domains: domains.iter().map(Vec::len).collect(),
            endings: deals.iter().map(ending).collect(),
        })
    }

    /// The least number of questions in the worst case, by trying every way of asking.
    fn worst(&self, known: &mut Vec<Option<usize>>, seen: &mut BTreeMap<Vec<Option<usize>>, u64>) -> u64 {
        if let Some(worst) = seen.get(known) {
            return *worst;
        }
        let least = if self.is_certain(known) {
            0
        } else {
            let open = (0..self.domains.len()).filter(|&at| known[at].is_none() && self.domains[at] > 1);
            let open: Vec<usize> = open.collect();
            open.into_iter().map(|at| self.worst_asking(at, known, seen)).min().expect("a fact that is not known")
        };
        seen.insert(known.clone(), least);
        least
    }

    /// The same where `at` is asked for first.
    fn worst_asking(
        &self,
        at: usize,
        known: &mut Vec<Option<usize>>,
        seen: &mut BTreeMap<Vec<Option<usize>>, u64>,
    ) -> u64 {
        let mut worst = 0;
        for value in 0..self.domains[at] {
            known[at] = Some(value);
            worst = worst.max(self.worst(known, seen));
        }
        known[at] = None;
        worst + 1
    }

    fn is_certain(&self, known: &[Option<usize>]) -> bool {
        let fits = |completion: usize| {
            let mut rest = completion;
            known.iter().zip(&self.domains).all(|(known, values)| {
                let value = rest % values;
                rest /= values;
                known.is_none_or(|known| known == value)
            })
        };
        let mut endings = (0..self.endings.len()).filter(|&at| fits(at)).map(|at| &self.endings[at]);
        let first = endings.next();
        endings.all(|ending| Some(ending) == first)
    }
}

/// The deal of a case without those facts that leave no more than 600 completions.
fn less_known(case: &Case, compiled: &Compiled) -> crate::reference::Deal {
    let pack = compiled.pack();
    let few = |deal: &crate::reference::Deal| {
        let texts = texts(&pack, deal);
        let domains = unknowns(&pack, deal, true).1.into_iter().map(|unknown| pack.domain(unknown.ty, &texts));
        let is_list = |domain: &Vec<Val>| domain.iter().any(|value| matches!(value, Val::List(_)));
        let sizes = domains.map(|domain| if is_list(&domain) { usize::MAX } else { domain.len() });
        sizes.fold(1, usize::saturating_mul) <= 600
    };
    let mut deal = case.deal.clone();
    for (name, value) in &case.deal {
        let ty = compiled.policy.schema.fact_by_name(name).map(|id| &compiled.policy.schema.facts[id].ty.kind);
        let small = match ty {
            Some(TypeKind::Boolean | TypeKind::Variant(_)) => true,
            Some(TypeKind::Number(number)) => number.range.low.is_some() && number.range.high.is_some(),
            _ => false,
        };
        if small {
            deal.remove(name);
            if !few(&deal) {
                deal.insert(name.clone(), value.clone());
            }
        }
    }
    deal
}

fn settings(case: &Case, decisions: Vec<DecisionId>, strict: bool, budget: u32) -> Settings {
    Settings { strict, budget, ..Settings::new(case.as_of, decisions) }
}

/// Each decision by itself, and all together.
fn asked(compiled: &Compiled) -> Vec<Vec<DecisionId>> {
    let all: Vec<DecisionId> = compiled.policy.decisions.iter().map(|(id, _)| id).collect();
    all.iter().map(|&id| vec![id]).chain([all.clone()]).collect()
}

fn missing(compiled: &Compiled, deal: &Deal, settings: &Settings) -> BTreeSet<String> {
    let options = Options {
        strict: settings.strict,
        explain: false,
        only: Some(settings.decisions.clone()),
        ..Options::default()
    };
    let taken = engine::decide(&compiled.policy, deal, settings.as_of, &options).taken;
    let asked = taken.iter().filter(|taken| taken.requested);
    let answers = asked.flat_map(|taken| match &taken.answers {
        engine::Answers::One(answer) => std::slice::from_ref(answer),
        engine::Answers::Each(answers) => answers,
    });
    let missing = answers.filter_map(|answer| match &answer.state {
        engine::State::Undecided(open) => Some(&open.missing),
        _ => None,
    });
    missing.flatten().map(|p| path(&compiled.policy.schema, *p)).collect()
}

fn wrong_promises(compiled: &Compiled, truth: &Truth, choice: Option<&Choice>) -> Vec<String> {
    let (mut nothing, mut seen) = (vec![None; truth.domains.len()], BTreeMap::new());
    let worst = truth.worst(&mut nothing, &mut seen);
    let Some(choice) = choice else {
        return if worst == 0 {
            Vec::new()
        } else {
            vec![format!("nothing is asked, and {worst} questions are needed")]
        };
    };
    let name = path(&compiled.policy.schema, choice.path);
    let (low, high) = choice.effort;
    let mut wrong = Vec::new();
    if low > worst * QUESTION || high < worst * QUESTION {
        wrong.push(format!("{name}: {worst} questions in the worst case, not {low} to {high} thousandths"));
    }
    if choice.exact {
        let at = truth.paths.iter().position(|p| *p == name).expect("an unknown fact is asked for");
        let first = truth.worst_asking(at, &mut nothing, &mut seen);
        if first != worst || choice.at_most != worst {
            wrong.push(format!("{name} first takes {first}, promised {}, best is {worst}", choice.at_most));
        }
    }
    wrong
}

#[test]
fn the_next_question_is_the_best_where_it_says_so_and_its_bounds_hold() {
    let (mut all, mut exact, mut deep) = (0, 0, 0);
    try_cases(250, 300, |case, compiled| {
        let partial = less_known(case, compiled);
        let deal = to_engine(&compiled.policy.schema, &partial);
        let mut wrong = Vec::new();
        for decisions in asked(compiled) {
            for (strict, budget) in [(false, 400), (true, 40), (true, 0)] {
                let Some(truth) = Truth::of(case, compiled, &partial, strict, &decisions) else { continue };
                let settings = settings(case, decisions.clone(), strict, budget);
                let choice = match next(&compiled.policy, &deal, &settings, &BTreeSet::new()) {
                    Next::Ask(choice) => Some(choice),
                    Next::Done => None,
                };
                wrong.extend(wrong_promises(compiled, &truth, choice.as_ref()));
                let missing = missing(compiled, &deal, &settings);
                if let Some(choice) = &choice {
                    (all, exact) = (all + 1, exact + usize::from(choice.exact));
                    deep += usize::from(choice.exact && choice.at_most > 2);
                    let name = path(&compiled.policy.schema, choice.path);
                    if !missing.contains(&name) {
                        wrong.push(format!("{name} is not missing"));
                    }
                } else if !missing.is_empty() {
                    wrong.push(format!("{missing:?} are missing, and nothing is asked"));
                }
            }
        }
        wrong
    });
    println!("{exact} of {all} exact, {deep} of them of more than two questions");
    assert!(all > 500 && exact * 2 > all && deep > 30, "{exact} of {all} exact, {deep} of more than two questions");
}

/// Some deals in which nothing is unknown, and which say what this one says.
fn filled_in(case: &Case, compiled: &Compiled) -> Vec<crate::reference::Deal> {
    let pack = compiled.pack();
    let texts = texts(&pack, &case.deal);
    let some = |seed: usize| {
        let mut deal = case.deal.clone();
        // A list that becomes known may leave fields of its records unknown.
        while let (_, unknowns) = unknowns(&pack, &deal, true)
            && let Some(first) = unknowns.first()
        {
            let first: &Unknown<'_> = first;
            let domain = pack.domain(first.ty, &texts);
            let value = domain.get(seed * 7919 % domain.len()).cloned().expect("a type has values");
            deal = with(&deal, first, &value);
        }
        deal
    };
    (0..3).map(some).collect()
}

#[test]
fn an_interview_ends_where_the_whole_deal_does() {
    let mut turns = 0;
    try_cases(400, 300, |case, compiled| {
        let schema = &compiled.policy.schema;
        let policy = std::sync::Arc::new(compiled.policy.clone());
        let all: Vec<DecisionId> = compiled.policy.decisions.iter().map(|(id, _)| id).collect();
        let mut wrong = Vec::new();
        for whole in filled_in(case, compiled) {
            let whole = to_engine(schema, &whole);
            let deal = to_engine(schema, &case.deal);
            // Presumed facts are asked for too, as the whole deal gives them all.
            let settings = settings(case, all.clone(), true, 60);
            let options = Options { strict: true, explain: false, ..Options::default() };
            let mut interview = Interview::new(policy.clone(), deal, settings.clone());
            let mut promised: Option<usize> = None;
            while let Some(choice) = interview.question().cloned() {
                if let Some(left) = promised
                    && choice.at_most as usize > left
                {
                    wrong.push(format!("{} questions, {left} were promised", choice.at_most));
                }
                promised = choice.exact.then(|| choice.at_most as usize - 1);
                let given = given_at(schema, &whole, choice.path).expect("the whole deal gives it").clone();
                match (&schema.facts[choice.path.fact].ty.kind, &given.value) {
                    (TypeKind::List { .. }, Value::List(records)) => {
                        assert!(interview.answer_length(records.len() as u32, Origin::Code));
                    }
                    _ => interview.answer(given),
                }
                turns += 1;
                if interview.turns() > 200 {
                    return vec!["it does not end".to_owned()];
                }
            }
            let then = engine::decide(&compiled.policy, interview.deal(), case.as_of, &options);
            let expected = engine::decide(&compiled.policy, &whole, case.as_of, &options);
            let (then, expected) = (said(&compiled.policy, &then), said(&compiled.policy, &expected));
            let differs = expected
                .iter()
                .filter(|(name, _)| then.get(*name).map(|a| values(a)) != expected.get(*name).map(|a| values(a)));
            wrong.extend(
                differs.map(|(name, e)| format!("{name}: {:?} after the interview, {e} of the whole", then.get(name))),
            );
            // Back to the beginning.
            while interview.back().is_some() {}
            if *interview.deal() != to_engine(schema, &case.deal) {
                wrong.push("taking back every answer leaves something".to_owned());
            }
        }
        wrong
    });
    assert!(turns > 300, "{turns} questions");
}

/// How an answer ends, without the rules: with fewer facts more of them may stand, or one where the default held.
fn values(said: &str) -> &str {
    let ending = said.split(';').next().unwrap_or_default();
    if ending.starts_with("conflict") {
        return "conflict";
    }
    ending.strip_prefix("decided ").or(ending.strip_prefix("default ")).unwrap_or(ending)
}
