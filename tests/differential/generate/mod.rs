//! Random packs and deals, and smaller ones where something was found.

mod deal;
mod declare;
pub mod dice;
mod expression;
mod model;
pub mod sample;
mod scale;
mod shrink;

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::Date;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::bridge::{Compiled, compile};
use crate::reference::Deal;
use crate::reference::completions::better_known;
use crate::reference::pack::Pack;
use dice::Dice;
use sample::Sampler;
use scale::Scale;

/// A pack, a deal of it and the date on which it is decided.
#[derive(Clone)]
pub struct Case {
    pack: model::Pack,
    pub deal: Deal,
    pub as_of: Date,
    scale: Scale,
}

impl Case {
    /// The declarations of the pack, each as text.
    pub fn declarations(&self) -> Vec<String> {
        self.pack.declarations()
    }

    /// Whether every fact has so few values that they can all be tried.
    pub fn is_countable(&self) -> bool {
        self.pack.facts.iter().all(|fact| !fact.always_given)
    }

    /// The pack as one file.
    pub fn compile(&self) -> Result<Compiled, String> {
        compile([self.pack.declarations().concat().as_str()])
    }

    /// The same case with its rules, requirements and items in another order.
    pub fn with_rules_reversed(&self) -> Case {
        let mut case = self.clone();
        for decision in &mut case.pack.decisions {
            match &mut decision.shape {
                model::Shape::Rules { rules, .. } => rules.reverse(),
                model::Shape::Gate(requirements) => requirements.reverse(),
                model::Shape::Table(table) if table.hit != "  first match\n" => {
                    // A row without a name is called after its place.
                    for (at, row) in table.rows.iter_mut().enumerate() {
                        row.name.get_or_insert(format!("row_{}", at + 1));
                    }
                    table.rows.reverse();
                }
                _ => {}
            }
        }
        case
    }

    /// Deals in which one more fact is known.
    pub fn better_known_deals(&self) -> Vec<Deal> {
        let Ok(compiled) = self.compile() else { return Vec::new() };
        match self.scale {
            Scale::Tiny => better_known(&compiled.pack(), &self.deal),
            Scale::Wide => self.sampler(&compiled.pack()).better_known(&self.deal),
        }
    }

    /// Values and completions for the deal.
    pub fn sampler<'a>(&self, pack: &'a Pack<'a>) -> Sampler<'a> {
        Sampler::new(pack, &self.declarations().concat(), self.as_of)
    }

    /// A random case.
    fn random(dice: &mut Dice<'_>, cases: &Cases) -> Case {
        let scale = if cases.completions.is_some() { Scale::Tiny } else { Scale::Wide };
        let pack = declare::pack(dice, scale);
        let as_of = dice.pick(&["2026-03-01", "2026-03-01", "2026-02-27", "2026-04-02"]).parse().expect("a date");
        let mut case = Case { pack, deal: Deal::new(), as_of, scale };
        // Whoever tries the case sees it where it does not compile.
        let Ok(compiled) = case.compile() else { return case };
        let Some(completions) = cases.completions else {
            case.deal = case.sampler(&compiled.pack()).deal(dice);
            return case;
        };
        let facts = case.pack.facts.iter();
        let always_given: BTreeSet<String> = facts.filter(|f| f.always_given).map(|f| f.name.clone()).collect();
        // Most cases are small, so that there can be many.
        let limit = match dice.roll(10) {
            0 => 1,
            1..=6 => completions / 40,
            7..=8 => completions / 10,
            _ => completions,
        };
        case.deal = deal::deal(dice, &compiled.pack(), &always_given, limit);
        case
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}", self.pack.declarations().concat())?;
        for (name, value) in &self.deal {
            writeln!(f, "# {name} = {value}")?;
        }
        write!(f, "# on {}", self.as_of)
    }
}

/// Random cases.
#[derive(Debug)]
pub struct Cases {
    /// How many completions a case leaves at most; where they are not limited, facts have wide ranges.
    pub completions: Option<usize>,
}

impl Strategy for Cases {
    type Tree = CaseTree;
    type Value = Case;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let case = Case::random(&mut Dice(runner.rng()), self);
        Ok(CaseTree { smallest: case.clone(), current: case, candidates: None })
    }
}

/// A case on its way to a smaller one that still fails.
pub struct CaseTree {
    /// The smallest that failed so far.
    smallest: Case,
    current: Case,
    /// What is still to be tried in place of `smallest`, the last first.
    candidates: Option<Vec<Case>>,
}

impl CaseTree {
    fn next(&mut self) -> bool {
        let candidates = self.candidates.get_or_insert_with(|| {
            let mut smaller = shrink::smaller(&self.smallest);
            smaller.reverse();
            smaller
        });
        let next = candidates.pop();
        self.current = next.clone().unwrap_or_else(|| self.smallest.clone());
        next.is_some()
    }
}

impl ValueTree for CaseTree {
    type Value = Case;

    fn current(&self) -> Case {
        self.current.clone()
    }

    /// The current case fails: from here on to those that are smaller than it.
    fn simplify(&mut self) -> bool {
        self.smallest = self.current.clone();
        self.candidates = None;
        self.next()
    }

    /// The current case does not fail: on to the next.
    fn complicate(&mut self) -> bool {
        self.next()
    }
}
