//! Looking for changes: by a solver, each held to the engine, and refined where an unknown fact still matters.

use rustc_hash::FxHashMap;

use super::super::circuit::{Circuit, Integer, Lit, Run, Search as Searched, Solver, TooWide};
use super::super::encode::{Inputs, NoCircuit, Slot, day, encode_part};
use super::ground::{Code, Ground};
use super::{Goal, Request};
use crate::analysis::Stopped;
use crate::engine::{self, Options};
use crate::facts::Deal;
use crate::policy::{Node, Policy};

/// How often the engine may leave open what the circuit calls certain, before nothing more is tried.
const MOST_UNCONFIRMED: usize = 20;
/// How many completions of what is unknown are held against changes.
const MOST_COPIES: usize = 1_000;
/// How many codes are tried at a time on the way to where a fact was.
const LANES: i128 = 64;

/// Looks for changes of a deal that lead to a goal.
pub(super) struct Search<'a> {
    policy: &'a Policy,
    deal: &'a Deal,
    request: &'a Request,
    nodes: Vec<Node>,
    pub(super) circuit: Circuit,
    pub(super) ground: Ground,
    /// Looks for changes.
    solver: Solver<'a>,
    /// Looks for what breaks them.
    doubt: Solver<'a>,
    /// The goal, and that all facts have values that are allowed, in every completion that is looked at.
    held: Vec<Lit>,
    /// The goal where what is unknown is free.
    goal: Lit,
    allowed: Lit,
    lost: Lit,
    copies: usize,
    unconfirmed: usize,
    stop: &'a dyn Fn() -> bool,
}

/// Changes that the engine confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// What each place is changed to; `None` where it is left.
    pub(super) codes: Vec<Option<Code>>,
    /// What the unknown facts are in the circuit, which matters to nothing but the search.
    open: Vec<Code>,
}

impl Candidate {
    /// The places that are changed.
    pub(super) fn set(&self) -> Vec<usize> {
        (0..self.codes.len()).filter(|&at| self.codes[at].is_some()).collect()
    }
}

/// What became of changes when they were held to the engine.
enum Check {
    Confirmed,
    Refined,
    Unconfirmed,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        policy: &'a Policy,
        deal: &'a Deal,
        request: &'a Request,
        past_locks: bool,
        stop: &'a dyn Fn() -> bool,
    ) -> Result<Search<'a>, NoCircuit> {
        let mut circuit = Circuit::new();
        let ground = Ground::new(&mut circuit, policy, deal, request, past_locks)?;
        let nodes = engine::needed(policy, request.goal.decision);
        let encoded = encode_part(&mut circuit, &ground.inputs, policy, (&nodes, false), stop)?;
        let reached = request.goal.reached(&mut circuit, &encoded, policy, &ground.inputs.texts);
        let (mut solver, mut doubt) = (Solver::new(stop), Solver::new(stop));
        let held = vec![encoded.allowed, reached.goal];
        held.iter().for_each(|&lit| solver.assert(&circuit, lit));
        doubt.assert(&circuit, encoded.allowed);
        // What is changed to what it was is not changed.
        for place in &ground.places {
            let Some(was) = place.was else { continue };
            let same = circuit.all(place.slot.is(was));
            let idle = circuit.and(place.changed, same);
            solver.assert(&circuit, !idle);
        }
        let (goal, lost, allowed) = (reached.goal, reached.lost, encoded.allowed);
        let (copies, unconfirmed) = (0, 0);
        Ok(Search {
            policy,
            deal,
            request,
            nodes,
            circuit,
            ground,
            solver,
            doubt,
            held,
            goal,
            allowed,
            lost,
            copies,
            unconfirmed,
            stop,
        })
    }

    /// Whether a deal reaches the goal whatever is unknown in it, by the engine.
    pub(super) fn is_met(policy: &Policy, deal: &Deal, request: &Request) -> bool {
        let Goal { decision, .. } = request.goal;
        let options =
            Options { strict: request.strict, explain: false, only: Some(vec![decision]), ..Options::default() };
        request.goal.is_met(&engine::decide(policy, deal, request.as_of, &options))
    }

    /// The deal with changes.
    pub(super) fn deal(&self, candidate: &Candidate) -> Deal {
        self.ground.changed(self.policy, self.deal, &candidate.codes)
    }

    /// Whether every answer was confirmed by the engine so far.
    pub(super) fn is_confirmed(&self) -> bool {
        self.unconfirmed == 0
    }

    /// Whether the circuit is silent about some changes for which all of this holds.
    pub(super) fn is_silent(&mut self, assumed: &[Lit]) -> Result<bool, Stopped> {
        let mut asked = assumed.to_vec();
        asked.push(self.lost);
        match self.lost == Lit::FALSE {
            true => Ok(false),
            false => answer(self.doubt.search(&mut self.circuit, &asked)),
        }
    }

    /// The sum of something over the places that are changed.
    pub(super) fn sum(&mut self, parts: impl Iterator<Item = i128>) -> Result<Integer, TooWide> {
        let none = Integer::constant(0);
        let parts: Vec<Integer> = self
            .ground
            .places
            .iter()
            .zip(parts)
            .map(|(place, part)| Integer::choose(&mut self.circuit, place.changed, &Integer::constant(part), &none))
            .collect();
        total(&mut self.circuit, parts)
    }

    /// From now on, not all of these are changed together.
    pub(super) fn block(&mut self, set: &[usize]) {
        let changed: Vec<Lit> = set.iter().map(|&at| self.ground.places[at].changed).collect();
        let all = self.circuit.all(changed);
        self.solver.assert(&self.circuit, !all);
    }

    /// The literal that says that these places have just these codes.
    pub(super) fn exactly(&mut self, candidate: &Candidate, set: &[usize]) -> Lit {
        let lits = set.iter().filter_map(|&at| Some((at, candidate.codes[at]?)));
        let lits: Vec<Lit> = lits.flat_map(|(at, code)| self.ground.places[at].slot.is(code)).collect();
        self.circuit.all(lits)
    }

    /// Changes for which all of this holds, confirmed by the engine; `None` where it is proved that there are none.
    pub(super) fn find(&mut self, assumed: &[Lit]) -> Result<Option<Candidate>, Stopped> {
        loop {
            if (self.stop)() || self.unconfirmed > MOST_UNCONFIRMED || self.copies > MOST_COPIES {
                return Err(Stopped);
            }
            if !answer(self.solver.search(&mut self.circuit, assumed))? {
                return Ok(None);
            }
            let candidate = self.read();
            match self.check(&candidate)? {
                Check::Confirmed => return Ok(Some(candidate)),
                Check::Refined => {}
                Check::Unconfirmed => {
                    let set = candidate.set();
                    let mut lits = vec![self.exactly(&candidate, &set)];
                    lits.extend(self.ground.places.iter().zip(&candidate.codes).map(|(place, code)| match code {
                        Some(_) => place.changed,
                        None => !place.changed,
                    }));
                    let all = self.circuit.all(lits);
                    self.solver.assert(&self.circuit, !all);
                }
            }
        }
    }

    /// What the solver found.
    fn read(&self) -> Candidate {
        let lit = |lit: Lit| self.solver.input(lit);
        let codes = self.ground.places.iter().map(|place| {
            let changed = lit(place.changed);
            changed.then(|| place.slot.read(lit))
        });
        let open = self.ground.open.iter().map(|(_, slot)| slot.read(lit));
        Candidate { codes: codes.collect(), open: open.collect() }
    }

    /// Holds changes to the engine. Where something unknown can still break them, what breaks them is held against all
    /// changes from now on.
    fn check(&mut self, candidate: &Candidate) -> Result<Check, Stopped> {
        if Search::is_met(self.policy, &self.deal(candidate), self.request) {
            return Ok(Check::Confirmed);
        }
        let mut asked = vec![!self.goal];
        for (place, code) in self.ground.places.iter().zip(&candidate.codes) {
            match code {
                Some(code) => asked.extend(place.slot.is(*code).into_iter().chain([place.changed])),
                None => asked.push(!place.changed),
            }
        }
        if !answer(self.doubt.search(&mut self.circuit, &asked))? {
            self.unconfirmed += 1;
            return Ok(Check::Unconfirmed);
        }
        let open: Vec<Code> = self.ground.open.iter().map(|(_, slot)| slot.read(|lit| self.doubt.input(lit))).collect();
        let breaking = Candidate { codes: candidate.codes.clone(), open };
        let breaking = self.extreme(breaking);
        let inputs = self.ground.completed(&mut self.circuit, &breaking.open);
        match self.hold(&inputs) {
            Ok(()) => Ok(Check::Refined),
            Err(_) => Err(Stopped),
        }
    }

    /// From now on the goal is to be reached in these deals too.
    fn hold(&mut self, inputs: &Inputs) -> Result<(), NoCircuit> {
        self.copies += 1;
        let encoded = encode_part(&mut self.circuit, inputs, self.policy, (&self.nodes, false), self.stop)?;
        let reached = self.request.goal.reached(&mut self.circuit, &encoded, self.policy, &inputs.texts);
        for lit in [encoded.allowed, reached.goal] {
            self.solver.assert(&self.circuit, lit);
            self.held.push(lit);
        }
        Ok(())
    }

    /// A completion that breaks changes, with the unknown facts at the ends of what they can be where that breaks them too:
    /// it is likely to break others.
    fn extreme(&self, mut breaking: Candidate) -> Candidate {
        let breaks = [self.allowed, !self.goal];
        for at in 0..breaking.open.len() {
            let domain = &self.ground.open[at].1.domain;
            let ends = [Some(domain.high), Some(domain.low)];
            if ends.contains(&breaking.open[at]) {
                continue;
            }
            for end in ends {
                let mut other = breaking.clone();
                other.open[at] = end;
                let run = self.run(&self.words(&other));
                if breaks.iter().all(|&lit| run.lit(lit) & 1 == 1) {
                    breaking = other;
                    break;
                }
            }
        }
        breaking
    }

    /// The inputs of 64 runs that all have these changes.
    fn words(&self, candidate: &Candidate) -> FxHashMap<usize, u64> {
        let mut words = FxHashMap::default();
        for (place, code) in self.ground.places.iter().zip(&candidate.codes) {
            put(&mut words, [if code.is_some() { place.changed } else { !place.changed }]);
            put(&mut words, place.slot.is(code.unwrap_or(Some(place.slot.domain.low))));
        }
        for ((_, slot), code) in self.ground.open.iter().zip(&candidate.open) {
            put(&mut words, slot.is(*code));
        }
        words
    }

    fn run(&self, words: &FxHashMap<usize, u64>) -> Run {
        Run::of(&self.circuit, |gate| words.get(&gate).copied().unwrap_or(0))
    }

    /// The same changes with ordered facts as near to where they were as each can be while the others stay, if the engine
    /// confirms that.
    pub(super) fn nearer(&mut self, candidate: Candidate) -> Result<Candidate, Stopped> {
        let mut near = candidate.clone();
        for at in candidate.set() {
            self.draw_near(&mut near, at);
        }
        Ok(match near == candidate {
            true => candidate,
            false if matches!(self.check(&near)?, Check::Confirmed) => near,
            false => candidate,
        })
    }

    fn draw_near(&self, candidate: &mut Candidate, at: usize) {
        let place = &self.ground.places[at];
        let Some(Some(mut far)) = candidate.codes[at].filter(|_| place.is_ordered()) else { return };
        let mut near = place.anchor(day(self.request.as_of));
        for _ in 0..128 {
            let way = far.saturating_sub(near);
            let steps = (0..LANES).map(|step| near.saturating_add(way / LANES * step + way % LANES * step / LANES));
            let mut steps: Vec<i128> = steps.filter(|&code| place.was != Some(Some(code)) && code != far).collect();
            steps.dedup();
            let found = self.first(candidate, at, &steps);
            far = found.map_or(far, |found| steps[found]);
            // What is nearer by one step of the grid does not do.
            let before = match found {
                Some(found) => found.checked_sub(1),
                None => steps.len().checked_sub(1),
            };
            match before.and_then(|before| steps.get(before)) {
                Some(&before) if before.abs_diff(far) > 1 => near = before,
                _ => break,
            }
        }
        candidate.codes[at] = Some(Some(far));
    }

    /// The first of these codes of a place with which everything that is held holds, the others as they are.
    fn first(&self, candidate: &Candidate, at: usize, codes: &[i128]) -> Option<usize> {
        let place = &self.ground.places[at];
        let mut words = self.words(candidate);
        let mut lanes: FxHashMap<usize, u64> = FxHashMap::default();
        for (lane, code) in codes.iter().enumerate().take(LANES as usize) {
            for lit in place.slot.is(Some(*code)).into_iter().filter(|lit| !lit.is_constant()) {
                *lanes.entry(lit.gate()).or_default() |= u64::from(!lit.is_negated()) << lane;
            }
        }
        words.extend(lanes);
        let run = self.run(&words);
        let holds = self.held.iter().fold(u64::MAX, |lanes, lit| lanes & run.lit(*lit));
        let found = holds.trailing_zeros() as usize;
        (found < codes.len()).then_some(found)
    }

    /// How far ordered facts of a set move together, as a number of the circuit. `None` where there are none, or where it is
    /// too large to be counted.
    pub(super) fn moves(&mut self, set: &[usize]) -> Option<Integer> {
        let as_of = day(self.request.as_of);
        let mut parts = Vec::new();
        for &at in set {
            let place = self.ground.places[at].clone();
            if place.is_ordered() {
                parts.push(distance(&mut self.circuit, &place.slot, place.anchor(as_of)).ok()?);
            }
        }
        if parts.is_empty() { None } else { total(&mut self.circuit, parts).ok() }
    }

    /// How far ordered facts move in all.
    pub(super) fn moved(&self, candidate: &Candidate) -> i128 {
        let as_of = day(self.request.as_of);
        let parts = self.ground.places.iter().zip(&candidate.codes).filter(|(place, _)| place.is_ordered());
        let moves = parts.filter_map(|(place, code)| {
            Some(match (*code)? {
                Some(code) => code.saturating_sub(place.anchor(as_of)).saturating_abs(),
                None => past_the_end(&place.slot),
            })
        });
        moves.fold(0, i128::saturating_add)
    }
}

/// None is farther than every number.
fn past_the_end(slot: &Slot) -> i128 {
    slot.domain.high.saturating_sub(slot.domain.low).saturating_add(1)
}

fn distance(circuit: &mut Circuit, slot: &Slot, from: i128) -> Result<Integer, TooWide> {
    let from = Integer::constant(from);
    let (up, down) = (slot.code.minus(circuit, &from)?, from.minus(circuit, &slot.code)?);
    let above = from.at_most(circuit, &slot.code);
    let way = Integer::choose(circuit, above, &up, &down).narrowed(0, i128::MAX);
    Ok(Integer::choose(circuit, slot.none, &Integer::constant(past_the_end(slot)), &way))
}

fn total(circuit: &mut Circuit, mut parts: Vec<Integer>) -> Result<Integer, TooWide> {
    while parts.len() > 1 {
        let pairs = parts.chunks(2).map(|pair| match pair {
            [a, b] => a.plus(circuit, b),
            [a] => Ok(a.clone()),
            _ => Ok(Integer::constant(0)),
        });
        parts = pairs.collect::<Result<_, _>>()?;
    }
    Ok(parts.pop().unwrap_or(Integer::constant(0)))
}

/// Sets inputs in all runs.
fn put(words: &mut FxHashMap<usize, u64>, lits: impl IntoIterator<Item = Lit>) {
    let lits = lits.into_iter().filter(|lit| !lit.is_constant());
    words.extend(lits.map(|lit| (lit.gate(), if lit.is_negated() { 0 } else { u64::MAX })));
}

fn answer(searched: Searched) -> Result<bool, Stopped> {
    match searched {
        Searched::Found => Ok(true),
        Searched::Impossible => Ok(false),
        Searched::Stopped => Err(Stopped),
    }
}
