//! The smallest change of a deal that leads to an outcome, or a proof that there is none.
//!
//! The policy becomes a circuit over one deal: what is known is constant, unless an input says that the fact is changed.
//! A solver is asked for changes of ever less cost, until it proves that less will not do. What is unknown and not found
//! out must not matter: every answer is held to the engine, and where something unknown can still break it, the completion
//! that does is held against all changes from then on. So nothing is found that does not hold, and where nothing more is
//! found, there is nothing.

mod elsewhere;
mod goal;
mod ground;
mod search;

pub use elsewhere::Elsewhere;
pub use goal::{Goal, Wanted};

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Stopped;
use super::circuit::{Integer, Lit, TooWide};
use super::encode::NoCircuit;
use crate::facts::{Deal, FactPath, Value};
use crate::policy::Policy;
use elsewhere::elsewhere;
use ground::{Code, Place};
use search::{Candidate, Search};

/// How many sets of facts are shown that cost the same.
pub const MOST_WAYS: usize = 12;
/// How many sets of values are shown for one set of facts.
pub const MOST_VALUES: usize = 8;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is to be reached.
    pub goal: Goal,
    /// The date of the decision, which stays.
    pub as_of: Date,
    /// Presumed facts are unknown.
    pub strict: bool,
    /// Only these facts may change.
    pub within: Option<BTreeSet<FactPath>>,
}

/// What keeps a fact from being changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lock {
    /// The policy declares it `fixed`, or the list whose record it belongs to.
    Fixed,
    /// It is not among the facts that may change.
    Outside,
}

/// What leads to an outcome.
#[derive(Clone, Debug)]
pub struct Flip {
    /// What was found.
    pub found: Found,
    /// Whether that is proved. Otherwise the circuit or the engine is silent about some changes, or it was stopped: what was
    /// found leads to the outcome, but there may be less that does.
    pub exact: bool,
    /// It was stopped before it was proved.
    pub stopped: bool,
}

/// What was found.
#[derive(Clone, Debug)]
pub enum Found {
    /// The deal has the outcome, whatever is unknown of it.
    IsSo,
    /// Changes of the least cost.
    Ways {
        /// What each costs, in thousandths of an ordinary fact.
        cost: u64,
        /// One for each set of facts, those first whose facts move least.
        ways: Vec<Way>,
        /// There are more sets of facts that cost the same.
        more: bool,
    },
    /// No change of facts that may be changed leads to it. With changes that do, where facts are changed too that may not be:
    /// as few of those as can be, by cost; and where there are none, whether other deals have the outcome.
    Nothing(Option<Way>, Elsewhere),
    /// Nothing was found until it was stopped.
    Unsettled,
}

/// Facts that are changed together.
#[derive(Clone, Debug)]
pub struct Way {
    /// Each with what it is changed to, in the order of the policy.
    pub changes: Vec<Change>,
    /// Other values for the same facts that move as little, in the same order.
    pub others: Vec<Vec<Value>>,
    /// There are more of those.
    pub more: bool,
    /// How far numbers and dates move in all, in their smallest steps and days.
    pub moves: i128,
    /// The deal with the changes.
    pub deal: Deal,
}

/// A fact that is changed, or found out.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Which.
    pub path: FactPath,
    /// What it was; `None` where nobody knew.
    pub from: Option<Value>,
    /// That was presumed.
    pub presumed: bool,
    /// To what.
    pub to: Value,
    /// In thousandths of an ordinary fact.
    pub cost: u64,
    /// Why it may not be changed, where it may not.
    pub lock: Option<Lock>,
}

/// The smallest change of `deal` that leads to what is wanted. `stop` is asked now and then whether to give up.
///
/// The least is what costs the least together: each fact that is changed or found out costs what the policy declares, else 1.
/// Every set of facts with this cost is given. For each, numbers and dates move as little as can be in all, counted in the
/// smallest steps that they can differ by, and in days; one that was not known or was none moves from the number
/// nearest to zero, or from the date of the decision; to none is farther than to any value. Records are neither added nor
/// taken away, and the date of the decision stays.
pub fn flip(policy: &Policy, deal: &Deal, request: &Request, stop: &dyn Fn() -> bool) -> Flip {
    if Search::is_met(policy, deal, request) {
        return Flip { found: Found::IsSo, exact: true, stopped: false };
    }
    let unsettled = |stopped| Flip { found: Found::Unsettled, exact: false, stopped };
    let mut search = match Search::new(policy, deal, request, false, stop) {
        Ok(search) => search,
        Err(no_circuit) => return unsettled(no_circuit == NoCircuit::Stopped),
    };
    match least(&mut search, policy, false) {
        Err(TooWide) => unsettled(false),
        Ok(Least { best: Some(_), ways, more, cost, exact, stopped }) => {
            Flip { found: Found::Ways { cost, ways, more }, exact, stopped }
        }
        Ok(Least { best: None, stopped: true, .. }) => unsettled(true),
        Ok(Least { best: None, exact, .. }) => {
            let past = past_locks(policy, deal, request, stop);
            let elsewhere = if past.is_none() && exact { elsewhere(policy, request, stop) } else { Elsewhere::Unknown };
            Flip { found: Found::Nothing(past, elsewhere), exact, stopped: false }
        }
    }
}

/// What would lead there if nothing were locked.
fn past_locks(policy: &Policy, deal: &Deal, request: &Request, stop: &dyn Fn() -> bool) -> Option<Way> {
    let mut search = Search::new(policy, deal, request, true, stop).ok()?;
    if search.ground.places.iter().all(|place| place.lock.is_none()) {
        return None;
    }
    let least = least(&mut search, policy, true).ok()?;
    least.ways.into_iter().next()
}

/// The least that was found.
struct Least {
    best: Option<Candidate>,
    /// In thousandths.
    cost: u64,
    ways: Vec<Way>,
    more: bool,
    exact: bool,
    stopped: bool,
}

/// The least changes. Where locks are looked past, one set of them, of those with the least of what is locked.
fn least(search: &mut Search<'_>, policy: &Policy, past_locks: bool) -> Result<Least, TooWide> {
    let weights = weights(&search.ground.places, past_locks)?;
    let total = search.sum(weights.iter().copied())?;
    let weight = |candidate: &Candidate| candidate.set().iter().map(|&at| weights[at]).sum::<i128>();
    let mut best: Option<Candidate> = None;
    let mut stopped = false;
    let mut low = 1;
    // From the first changes that do down to the least.
    loop {
        let mut assumed = Vec::new();
        if let Some(best) = &best {
            let high = weight(best);
            if low >= high {
                break;
            }
            let middle = Integer::constant(low + (high - 1 - low) / 2);
            assumed.push(total.at_most(&mut search.circuit, &middle));
        }
        match search.find(&assumed) {
            Ok(Some(found)) => best = Some(found),
            Ok(None) => match &best {
                Some(best) => low = low + (weight(best) - 1 - low) / 2 + 1,
                None => break,
            },
            Err(Stopped) => {
                stopped = true;
                break;
            }
        }
    }
    let mut least =
        Least { best, cost: 0, ways: Vec::new(), more: false, exact: !(stopped || search.ground.unspeakable), stopped };
    let Some(best) = least.best.clone() else {
        least.settle(search, &[]);
        return Ok(least);
    };
    least.cost = best.set().iter().map(|&at| search.ground.places[at].cost).sum();
    let at_most = total.at_most(&mut search.circuit, &Integer::constant(weight(&best)));
    let mut next = Some(best);
    while let Some(candidate) = next.take() {
        if least.ways.len() == if past_locks { 1 } else { MOST_WAYS } {
            least.more = true;
            break;
        }
        let set = candidate.set();
        least.ways.push(way(search, policy, candidate, &mut least.exact, &mut least.stopped));
        search.block(&set);
        if least.stopped {
            break;
        }
        match search.find(&[at_most]) {
            Ok(found) => next = found,
            Err(Stopped) => (least.stopped, least.exact) = (true, false),
        }
    }
    least.ways.sort_by(|a, b| {
        (a.changes.len(), a.moves).cmp(&(b.changes.len(), b.moves)).then_with(|| {
            let paths = |way: &Way| way.changes.iter().map(|change| change.path).collect::<Vec<_>>();
            paths(a).cmp(&paths(b))
        })
    });
    least.settle(search, &[at_most]);
    Ok(least)
}

impl Least {
    /// Whether anything was not looked at.
    fn settle(&mut self, search: &mut Search<'_>, assumed: &[Lit]) {
        self.exact &= search.is_confirmed();
        if self.exact {
            match search.is_silent(assumed) {
                Ok(silent) => self.exact = !silent,
                Err(Stopped) => (self.stopped, self.exact) = (true, false),
            }
        }
    }
}

/// What each place weighs: its cost, in the largest unit that all costs are multiples of. Where locks are looked past, all else
/// weighs less than what is locked.
fn weights(places: &[Place], past_locks: bool) -> Result<Vec<i128>, TooWide> {
    let unit = places.iter().fold(0, |unit, place| num_integer::gcd(unit, place.cost)).max(1);
    let costs: Vec<i128> = places.iter().map(|place| i128::from(place.cost / unit)).collect();
    let all = costs.iter().sum::<i128>().saturating_add(1);
    let weight = |(place, cost): (&Place, &i128)| match place.lock {
        Some(_) if past_locks => cost.checked_mul(all)?.checked_add(*cost),
        _ => Some(*cost),
    };
    places.iter().zip(&costs).map(weight).collect::<Option<_>>().ok_or(TooWide)
}

/// The values that a set of facts is changed to: such that they move least.
fn way(search: &mut Search<'_>, policy: &Policy, first: Candidate, exact: &mut bool, stopped: &mut bool) -> Way {
    let set = first.set();
    let mut best = first;
    let mut others = Vec::new();
    let mut more = false;
    let mut look = || -> Result<(), Stopped> {
        best = search.nearer(best.clone())?;
        let mut assumed: Vec<Lit> = Vec::new();
        for (at, place) in search.ground.places.iter().enumerate() {
            assumed.push(if set.contains(&at) { place.changed } else { !place.changed });
        }
        if let Some(moves) = search.moves(&set) {
            let mut low = 0;
            // The nearest is usually found by now, and is only to be proved.
            let mut limit = search.moved(&best) - 1;
            while low <= limit {
                let bound = moves.at_most(&mut search.circuit, &Integer::constant(limit));
                assumed.push(bound);
                let found = search.find(&assumed)?;
                assumed.pop();
                match found {
                    Some(found) => best = search.nearer(found)?,
                    None => low = limit + 1,
                }
                let high = search.moved(&best) - 1;
                limit = low + (high - low) / 2;
                if high < low {
                    break;
                }
            }
            let least = Integer::constant(search.moved(&best));
            assumed.push(moves.at_most(&mut search.circuit, &least));
        }
        assumed.push(!search.exactly(&best, &set));
        while let Some(other) = search.find(&assumed)? {
            if others.len() == MOST_VALUES {
                more = true;
                break;
            }
            assumed.push(!search.exactly(&other, &set));
            others.push(other);
        }
        Ok(())
    };
    if look().is_err() {
        (*stopped, *exact) = (true, false);
    }
    let ground = &search.ground;
    let value = |at: &usize, candidate: &Candidate| -> Value {
        let code: Code = candidate.codes[*at].flatten();
        ground.value(policy, &ground.places[*at], code)
    };
    others.sort_by(|a, b| a.codes.cmp(&b.codes));
    Way {
        changes: set
            .iter()
            .map(|at| {
                let place = &ground.places[*at];
                Change {
                    path: place.path,
                    from: place.from.clone(),
                    presumed: place.presumed && place.from.is_some(),
                    to: value(at, &best),
                    cost: place.cost,
                    lock: place.lock,
                }
            })
            .collect(),
        others: others.iter().map(|other| set.iter().map(|at| value(at, other)).collect()).collect(),
        more,
        moves: search.moved(&best),
        deal: search.deal(&best),
    }
}
