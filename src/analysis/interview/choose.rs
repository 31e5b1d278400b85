//! The next question.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::engine::{Decisions, Memo};
use crate::facts::{Deal, FactPath};
use crate::policy::{DecisionId, Policy};

use super::Settings;
use super::look::{self, Open, apart, missing};
use super::plan::{Bounds, Planner, Supposing, without};

/// How much of the engine's search goes into what is missing now, for each decision.
const ROOT: u64 = 20_000;

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Find out this.
    Ask(Choice),
    /// Nothing: no fact that can still be asked for changes a decision.
    Done,
}

/// A question, and why it is the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The fact to find out; of an unknown list, how many records it has.
    pub path: FactPath,
    /// The decisions that need it.
    pub wanted_by: Vec<Want>,
    /// How many questions are still to come at most, this one included, if each is chosen like this one.
    pub at_most: u64,
    /// What they take in the worst case, in thousandths of a question: no less than the first, no more than the second.
    pub effort: (u64, u64),
    /// `effort` is one number: no way of asking takes less in the worst case.
    pub exact: bool,
    /// How many questions were looked ahead at least.
    pub ahead: u32,
}

/// A decision that needs a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Want {
    /// The decision.
    pub decision: DecisionId,
    /// The place of the record that it is about, where the list is known.
    pub record: Option<u32>,
}

/// A question that may come next, with what comes if it does.
struct Candidate {
    path: FactPath,
    bounds: Bounds,
    /// How much less is expected to be asked than everything.
    gain: u64,
    wanted: usize,
}

/// Chooses the next question for a deal, leaving out the facts that are `skipped`.
///
/// Of all questions it is one whose worst case is the least, as far as `settings.budget` lets it see. Among equals it is the one
/// that leaves the least to expect, then one that is no judgement, then the one that the most decisions need, and then the
/// first in the order of the policy. Decisions that miss no fact in common are planned apart; of the questions that are best for
/// them the one comes first that is no judgement and that the most decisions need.
pub fn next(policy: &Policy, deal: &Deal, settings: &Settings, skipped: &BTreeSet<FactPath>) -> Next {
    choose(policy, deal, settings, skipped, look::open(&Memo::new(policy), deal, settings, &settings.decisions, ROOT))
}

/// The same for a deal whose decisions are taken already: as of the date of `settings`, and as strictly.
pub fn next_of(policy: &Policy, deal: &Deal, settings: &Settings, taken: &Decisions) -> Next {
    choose(policy, deal, settings, &BTreeSet::new(), look::open_of(taken, &settings.decisions))
}

fn choose(policy: &Policy, deal: &Deal, settings: &Settings, skipped: &BTreeSet<FactPath>, open: Vec<Open>) -> Next {
    let open = without(open, skipped);
    if open.is_empty() {
        return Next::Done;
    }
    let mut planner = Planner::new(policy, settings, skipped, &open);
    let mut groups = apart(open.clone());
    // What is settled soon leaves more for the rest.
    groups.sort_by_key(|group| missing(group).len());
    let now = Supposing::nothing(deal);
    let (mut total, mut ahead, mut spare) = (Bounds::default(), u32::MAX, settings.budget);
    let mut best: Option<(Candidate, Bounds)> = None;
    for (done, group) in groups.iter().enumerate() {
        let share = spare / u32::try_from(groups.len() - done).unwrap_or(u32::MAX).max(1);
        planner.turn_to(missing(group).len(), share);
        let (candidates, bounds, looked) = explore(&mut planner, &now, group);
        spare = spare - share + planner.left;
        ahead = ahead.min(looked);
        total = total.and(bounds);
        let least = candidates.iter().map(|c| c.bounds.high).min().unwrap_or(u64::MAX);
        let of_group = candidates.into_iter().filter(|c| c.bounds.high == least);
        let of_group =
            of_group.min_by_key(|c| (Reverse(c.gain), planner.is_judgement(c.path), Reverse(c.wanted), c.path));
        // Which group comes first changes no count; what many decisions need settles the most for whoever stops early.
        let rank = |c: &Candidate| (planner.is_judgement(c.path), Reverse(c.wanted), Reverse(c.gain), c.path);
        if let Some(candidate) = of_group
            && best.as_ref().is_none_or(|(least, _)| rank(&candidate) < rank(least))
        {
            best = Some((candidate, bounds));
        }
    }
    let Some((chosen, of_its_group)) = best else { return Next::Done };
    let wanted_by = open.iter().filter(|o| o.missing.contains(&chosen.path));
    Next::Ask(Choice {
        path: chosen.path,
        wanted_by: wanted_by.map(|o| Want { decision: o.decision, record: o.record }).collect(),
        at_most: total.questions - of_its_group.questions + chosen.bounds.questions,
        effort: (total.low, total.high),
        exact: total.is_exact(),
        ahead,
    })
}

/// Looks ever further ahead in one group, until its worst case is known or nothing is left to spend. Gives each question with
/// its bounds, those of the group, and how many questions were looked ahead for all of them.
fn explore(planner: &mut Planner<'_>, now: &Supposing, group: &[Open]) -> (Vec<Candidate>, Bounds, u32) {
    let paths = planner.in_order(group);
    let sight = planner.at_sight(group);
    let candidate = |path: FactPath, bounds: Bounds| {
        let wanted = group.iter().filter(|o| o.missing.contains(&path)).count();
        Candidate { path, bounds, gain: sight.guess.saturating_sub(bounds.guess), wanted }
    };
    let mut candidates: Vec<Candidate> = paths.iter().map(|&path| candidate(path, sight)).collect();
    let mut bounds = sight;
    if let [_] = paths.as_slice() {
        return (candidates, bounds, 1);
    }
    let furthest = u32::try_from(paths.len()).unwrap_or(u32::MAX);
    let mut ahead = 0;
    for depth in 1..=furthest {
        let before = planner.left;
        planner.cut_short = false;
        let mut tried = Vec::with_capacity(paths.len());
        for (place, &path) in paths.iter().enumerate() {
            let seen = place < planner.most_tried();
            let bounds = if seen { planner.asking(now, group, path, depth, u64::MAX) } else { sight };
            tried.push(candidate(path, bounds));
        }
        if planner.cut_short && ahead > 0 {
            break;
        }
        candidates = tried;
        let low = candidates.iter().map(|c| c.bounds.low).min().unwrap_or(0);
        let least = candidates.iter().map(|c| c.bounds).min_by_key(|b| (b.high, b.guess)).unwrap_or(sight);
        bounds = least.no_less(sight, low);
        if planner.cut_short {
            break;
        }
        ahead = depth;
        // To look one question further takes several times as much.
        if bounds.is_exact() || (before - planner.left).saturating_mul(4) > planner.left {
            break;
        }
    }
    (candidates, bounds, ahead)
}
