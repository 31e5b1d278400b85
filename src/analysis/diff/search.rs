//! The search for every change, decision by decision.

use std::cell::Cell;

use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

use super::super::circuit::{Circuit, Integer, Lit, Patience};
use super::super::encode::{Codes, Encoded, Hand, Symbol, Verdict};
use super::super::findings::Unsettled;
use super::super::inquiry::{Inquiry, Stopped};
use super::super::machine::Machine;
use super::super::reach::{is_literal, reached, roots};
use super::ends::{Changed, Taken, changed};
use super::grow::{Cube, Grower};
use super::terms::{Term, terms};
use super::{Change, Difference, End, Region, Shown, Side, Subject, why};
use crate::engine::State;
use crate::facts::TypeKind;
use crate::policy::{DecisionId, Edits, ExprId, Policy, Shape, edits};

/// So many regions of one decision are told; what is left is told as one.
const MOST_REGIONS: usize = 60;

/// So many of a number that is computed.
const FEW_REGIONS: usize = 12;

/// So many steps of the solver are spent on telling the regions of one decision apart.
const MOST_STEPS: u64 = 50_000;

/// Counts the steps of a solver, and lets some of them be enough.
pub(super) struct Effort<'s> {
    stop: &'s dyn Fn() -> bool,
    steps: Cell<u64>,
    most: Cell<u64>,
}

impl<'s> Effort<'s> {
    pub(super) fn new(stop: &'s dyn Fn() -> bool) -> Effort<'s> {
        Effort { stop, steps: Cell::new(0), most: Cell::new(u64::MAX) }
    }

    /// Another step; whether to give up.
    pub(super) fn step(&self) -> bool {
        self.steps.set(self.steps.get().saturating_add(1));
        self.is_spent() || (self.stop)()
    }

    fn is_spent(&self) -> bool {
        self.steps.get() > self.most.get()
    }
}

type Key = (Side, Option<Hand>, ExprId);

/// Two policies over the same deals.
pub(super) struct Comparison<'m, 'p, 's> {
    effort: &'s Effort<'s>,
    pub(super) inquiry: Inquiry<'m, 'p, 's>,
    pub(super) before: &'p Policy,
    pub(super) beside: Encoded,
    pub(super) symbols: FxHashMap<Key, Symbol>,
    /// Decisions by their old and new names that are proved to end alike.
    pub(super) alike: FxHashSet<(DecisionId, DecisionId)>,
    /// Whether what a question asks of each record may have no value, where that is known.
    pub(super) failing: FxHashMap<(Side, ExprId), bool>,
    /// What was edited; `None` where that may be anything.
    pub(super) edits: Option<Edits>,
    /// Terms for pairs of sums.
    pub(super) sums: FxHashMap<[ExprId; 2], Vec<Term>>,
    /// Pairs of numbers of which the solver knows what follows for them from what records add to them.
    pub(super) totals: FxHashSet<[ExprId; 2]>,
    pub(super) difference: Difference,
}

/// Some deals that change in one way, and how.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) codes: Codes,
    pub(super) ends: [End; 2],
    pub(super) witness: Shown,
}

/// A region as it was found.
struct Told {
    /// `None` for all that is left.
    cube: Option<Cube>,
    /// What holds in it of how the decisions end.
    ends: Vec<Lit>,
    /// The deal that it is found around.
    found: Found,
    region: Region,
}

impl<'m, 'p, 's> Comparison<'m, 'p, 's> {
    /// `step` is to be a step of `effort`.
    pub(super) fn new(
        machine: &'m mut Machine<'p>,
        before: &'p Policy,
        beside: Encoded,
        today: Date,
        effort: &'s Effort<'s>,
        step: &'s dyn Fn() -> bool,
    ) -> Self {
        let inquiry = Inquiry::new(machine, today, step);
        Comparison {
            effort,
            inquiry,
            before,
            beside,
            symbols: FxHashMap::default(),
            alike: FxHashSet::default(),
            failing: FxHashMap::default(),
            edits: None,
            sums: FxHashMap::default(),
            totals: FxHashSet::default(),
            difference: Difference::default(),
        }
    }

    pub(super) fn all(mut self) -> Difference {
        self.difference.stopped = self.search().is_err();
        self.difference
    }

    pub(super) fn policy(&self, side: Side) -> &'p Policy {
        match side {
            Side::Before => self.before,
            Side::After => self.inquiry.machine.policy,
        }
    }

    pub(super) fn circuit(&mut self) -> &mut Circuit {
        &mut self.inquiry.machine.circuit
    }

    pub(super) fn texts(&self) -> Arc<[Arc<str>]> {
        Arc::clone(&self.inquiry.machine.inputs.texts)
    }

    pub(super) fn as_of(&self) -> Integer {
        self.inquiry.machine.inputs.as_of()
    }

    /// Whether there may be a deal in which this holds.
    pub(super) fn can(&mut self, lit: Lit) -> bool {
        self.inquiry.can(&[lit]) != Ok(false)
    }

    /// What expressions come to; less than all where the circuit does not say.
    pub(super) fn symbols(&mut self, side: Side, hand: Option<Hand>, exprs: &[ExprId]) -> Vec<Symbol> {
        let machine = &mut *self.inquiry.machine;
        let (policy, encoded) = match side {
            Side::Before => (self.before, &self.beside),
            Side::After => (machine.policy, &machine.encoded),
        };
        let symbols = encoded.symbols(&mut machine.circuit, &machine.inputs, policy, hand, exprs).unwrap_or_default();
        let named = exprs.iter().zip(&symbols).map(|(&expr, symbol)| ((side, hand, expr), symbol.clone()));
        self.symbols.extend(named);
        symbols
    }

    pub(super) fn symbol(&mut self, side: Side, hand: Option<Hand>, expr: ExprId) -> Option<Symbol> {
        if let Some(known) = self.symbols.get(&(side, hand, expr)) {
            return Some(known.clone());
        }
        self.symbols(side, hand, &[expr]).pop()
    }

    fn search(&mut self) -> Result<(), Stopped> {
        self.edits = edits(self.before, self.policy(Side::After));
        let paired = self.pair();
        let order = self.difference.pairs.clone();
        if paired.is_err() {
            self.difference.open = self.affected(&order);
            return paired;
        }
        for (place, &(before, after)) in order.iter().enumerate() {
            self.rules(before, after);
            let name = &self.policy(Side::After).decisions[after].name;
            if self.edits.as_ref().is_some_and(|edits| !edits.affected.contains(name)) {
                self.alike.insert((before, after));
                continue;
            }
            let mut regions = Vec::new();
            let finished = self.regions(before, after, &mut regions);
            if !regions.is_empty() {
                let edited = self.edits.as_ref().is_none_or(|edits| edits.edited.contains(name));
                let causes = self.causes(after);
                self.difference.changes.push(Change { before, after, edited, causes, regions });
            } else if finished.is_ok() {
                self.alike.insert((before, after));
            }
            if finished.is_err() {
                self.difference.open = self.affected(order.get(place..).unwrap_or_default());
                return finished;
            }
        }
        Ok(())
    }

    /// Those decisions, in the new policy, that an edit can have changed.
    fn affected(&self, pairs: &[(DecisionId, DecisionId)]) -> Vec<DecisionId> {
        let is_affected = |id: &DecisionId| {
            let name = &self.policy(Side::After).decisions[*id].name;
            self.edits.as_ref().is_none_or(|edits| edits.affected.contains(name))
        };
        pairs.iter().map(|(_, after)| *after).filter(is_affected).collect()
    }

    pub(super) fn verdict(&self, side: Side, id: DecisionId, hand: Option<Hand>) -> Option<(Lit, Verdict)> {
        let encoded = match side {
            Side::Before => &self.beside,
            Side::After => &self.inquiry.machine.encoded,
        };
        let place = match hand {
            None => 0,
            Some(hand) => encoded.hands.get(&hand.record)?.iter().position(|other| *other == hand)?,
        };
        encoded.decisions.get(&id)?.get(place).cloned()
    }

    pub(super) fn taken(&self, side: Side, id: DecisionId, hand: Option<Hand>) -> Option<(Lit, Taken<'p>)> {
        let (there, verdict) = self.verdict(side, id, hand)?;
        let policy = self.policy(side);
        Some((there, Taken { schema: &policy.schema, ty: &policy.decisions[id].ty, verdict }))
    }

    /// Where two decisions end otherwise.
    pub(super) fn changed(&mut self, decisions: [DecisionId; 2], hands: [Option<Hand>; 2]) -> Option<Changed> {
        let (there, before) = self.taken(Side::Before, decisions[0], hands[0])?;
        let (and_now, after) = self.taken(Side::After, decisions[1], hands[1])?;
        let circuit = self.circuit();
        let there = circuit.and(there, and_now);
        let found = changed(circuit, &before, &after).unwrap_or(Changed { changed: Lit::FALSE, lost: Lit::TRUE });
        Some(Changed { changed: circuit.and(there, found.changed), lost: circuit.and(there, found.lost) })
    }

    /// Every region in which two decisions end otherwise; as far as they were found, if it is stopped.
    fn regions(&mut self, before: DecisionId, after: DecisionId, regions: &mut Vec<Region>) -> Result<(), Stopped> {
        for hands in self.hands([before, after]).unwrap_or_default() {
            let mut told: Vec<Told> = Vec::new();
            let finished = self.tell([before, after], hands, &mut told);
            for Told { region, .. } in told {
                // Another record of the list may be in the same region.
                let known = |other: &Region| other.when == region.when && alike(other, &region);
                if !regions.iter().any(known) {
                    // Those that end alike are told together.
                    let last = regions.iter().rposition(|other| ends_alike(other, &region));
                    regions.insert(last.map_or(regions.len(), |last| last + 1), region);
                }
            }
            finished?;
        }
        Ok(())
    }

    /// Every region in which two decisions end otherwise where these are the records at hand.
    fn tell(
        &mut self,
        decisions: [DecisionId; 2],
        hands: [Option<Hand>; 2],
        told: &mut Vec<Told>,
    ) -> Result<(), Stopped> {
        let Some(Changed { changed, lost }) = self.changed(decisions, hands) else { return Ok(()) };
        if self.inquiry.can(&[lost])? {
            self.losses(decisions)?;
        }
        if !self.may_change(decisions, changed)? {
            return Ok(());
        }
        let terms = terms(self, decisions, hands);
        let mut covered: Vec<Lit> = Vec::new();
        let most_regions = if self.is_reckoned(decisions[1]) { FEW_REGIONS } else { MOST_REGIONS };
        let mut left = MOST_STEPS;
        loop {
            let mut asked = vec![changed];
            asked.extend(&covered);
            let Some(found) = self.found(decisions, hands, &asked)? else { return Ok(()) };
            let ends = self.both_alike(decisions, hands, &found);
            let cube = match covered.len() < most_regions {
                true => self.within(&mut left, |c| c.grown(decisions, hands, &terms, &found, &asked, &ends))?.flatten(),
                false => None,
            };
            let region = self.region(decisions, hands, &terms, found.clone(), cube.as_ref())?;
            let inside = cube.as_ref().map(|cube| self.circuit().all(cube.lits()));
            told.push(Told { cube, ends, found, region });
            let Some(inside) = inside else { return Ok(()) };
            covered.push(!inside);
            while self.join(decisions, hands, &terms, told)? {}
        }
    }

    /// Tells the last region together with one that it goes on from; whether there is one.
    fn join(
        &mut self,
        decisions: [DecisionId; 2],
        hands: [Option<Hand>; 2],
        terms: &[Term],
        told: &mut Vec<Told>,
    ) -> Result<bool, Stopped> {
        let Some((last, others)) = told.split_last() else { return Ok(false) };
        let circuit = &mut self.inquiry.machine.circuit;
        let joined = |(place, other): (usize, &Told)| {
            let (one, next) = (other.cube.as_ref()?, last.cube.as_ref()?);
            let alike = other.ends == last.ends;
            Some((place, alike.then(|| one.joined(next, terms, circuit)).flatten()?))
        };
        let Some((place, cube)) = others.iter().enumerate().find_map(joined) else { return Ok(false) };
        // The example that was found first stays.
        let (found, ends) = (others[place].found.clone(), last.ends.clone());
        let region = self.region(decisions, hands, terms, found.clone(), Some(&cube))?;
        told.pop();
        told.remove(place);
        told.push(Told { cube: Some(cube), ends, found, region });
        Ok(true)
    }

    /// Whether two decisions end otherwise in some deal.
    fn may_change(&mut self, decisions: [DecisionId; 2], changed: Lit) -> Result<bool, Stopped> {
        self.inquiry.patience = Some(Patience::Soon);
        let soon = self.inquiry.can(&[changed]);
        self.inquiry.patience = None;
        match soon {
            Err(Stopped) if !self.inquiry.is_stopped() => {
                self.congruence(decisions);
                self.totals(decisions);
                self.inquiry.can(&[changed])
            }
            known => known,
        }
    }

    /// Where a decision ends so.
    pub(super) fn end(&mut self, side: Side, id: DecisionId, hand: Option<Hand>, state: &State) -> Option<Lit> {
        let (_, taken) = self.taken(side, id, hand)?;
        let texts = self.texts();
        let circuit = self.circuit();
        Some(match state {
            State::Decided(value) | State::Default(value) => taken.is(circuit, &texts, value).ok()?,
            State::Undecided(_) => taken.verdict.symbol.fails.gap,
            State::Conflict(_) => taken.verdict.conflict,
            State::Error(_) => taken.in_error(circuit),
        })
    }

    /// What is found with the steps that are left.
    pub(super) fn within<T>(
        &mut self,
        left: &mut u64,
        find: impl FnOnce(&mut Self) -> Result<T, Stopped>,
    ) -> Result<Option<T>, Stopped> {
        let from = self.effort.steps.get();
        self.effort.most.set(from.saturating_add(*left));
        let found = find(self);
        let spent = self.effort.is_spent();
        self.effort.most.set(u64::MAX);
        *left = left.saturating_sub(self.effort.steps.get() - from);
        match found {
            Err(Stopped) if spent => Ok(None),
            found => found.map(Some),
        }
    }

    /// The widest region around a deal in which the decisions end as they do in it.
    fn grown(
        &mut self,
        decisions: [DecisionId; 2],
        hands: [Option<Hand>; 2],
        terms: &[Term],
        found: &Found,
        asked: &[Lit],
        ends: &[Lit],
    ) -> Result<Option<Cube>, Stopped> {
        let bad = !self.circuit().all(asked.iter().chain(ends).copied());
        let there = self.verdict(Side::After, decisions[1], hands[1]).map_or(Lit::TRUE, |(there, _)| there);
        // Which sums the two of them come to, where some records add more and others less, would tell nobody anything.
        let sums = terms.iter().filter(|term| matches!(term.subject, Subject::Records(_))).count();
        let only_following = sums > 1 && self.is_reckoned(decisions[1]);
        let mut grower = Grower { inquiry: &mut self.inquiry, terms, there, only_following };
        let run = grower.inquiry.machine.run(&found.codes);
        grower.inquiry.near(&run);
        let point = grower.point(&run);
        grower.grow(&point, bad)
    }

    /// Whether a decision is a number that is computed, which may change in as many ways as it has values.
    fn is_reckoned(&self, after: DecisionId) -> bool {
        let decision = &self.policy(Side::After).decisions[after];
        matches!((&decision.ty.kind, &decision.shape), (TypeKind::Number(_), Shape::Computed(_)))
    }

    /// Where two decisions end for the reasons for which they do in a deal.
    fn both_alike(&mut self, decisions: [DecisionId; 2], hands: [Option<Hand>; 2], found: &Found) -> Vec<Lit> {
        let sides = [(0, Side::Before), (1, Side::After)].into_iter();
        let alike = sides.filter_map(|(place, side)| {
            self.alike(side, decisions[place], hands[place], &found.ends[place].state, &found.codes)
        });
        alike.collect()
    }

    /// Where a decision ends for the same reason: with the same outcome, where there are few, else by the same rule.
    fn alike(&mut self, side: Side, id: DecisionId, hand: Option<Hand>, state: &State, codes: &Codes) -> Option<Lit> {
        let policy = self.policy(side);
        let decision = &policy.decisions[id];
        let end = self.end(side, id, hand, state)?;
        let (State::Decided(_) | State::Default(_)) = state else { return Some(end) };
        let few = matches!(decision.ty.kind, TypeKind::Boolean | TypeKind::Variant(_) | TypeKind::Items(_));
        if few {
            return Some(end);
        }
        let (_, taken) = self.taken(side, id, hand)?;
        let settled = taken.settled(self.circuit());
        if let Shape::Computed(expr) = decision.shape {
            return Some(if is_literal(policy, expr) { end } else { settled });
        }
        let run = self.inquiry.machine.run(codes);
        let standing = taken.verdict.rules.iter().zip(&decision.rules.rules).find(|(symbol, _)| run(symbol.stands));
        let (stands, outcome) = match (standing, &decision.rules.default) {
            (Some((symbol, rule)), _) => (symbol.stands, rule.outcome),
            (None, Some(default)) => (taken.verdict.default, default.outcome),
            (None, None) => return Some(end),
        };
        Some(if is_literal(policy, outcome) { end } else { self.circuit().and(settled, stands) })
    }

    /// What is told of a region.
    fn region(
        &mut self,
        decisions: [DecisionId; 2],
        hands: [Option<Hand>; 2],
        terms: &[Term],
        found: Found,
        cube: Option<&Cube>,
    ) -> Result<Region, Stopped> {
        let inside = cube.map(Cube::lits);
        let run = self.inquiry.machine.run(&found.codes);
        let mut ends = found.ends;
        for (place, side) in [(0, Side::Before), (1, Side::After)] {
            let end = &mut ends[place];
            let Some((_, verdict)) = self.verdict(side, decisions[place], hands[place]) else { continue };
            for (symbol, rule) in verdict.rules.iter().zip(0..) {
                let stands = match &inside {
                    None => run(symbol.stands),
                    Some(inside) => {
                        let asked: Vec<Lit> = inside.iter().copied().chain([symbol.stands]).collect();
                        self.inquiry.can(&asked)?
                    }
                };
                if stands && !matches!(end.state, State::Undecided(_) | State::Error(_)) {
                    end.rules.push(rule);
                    end.together &= run(symbol.stands);
                }
            }
            let lit = self.end(side, decisions[place], hands[place], &end.state);
            end.fixed = match (&inside, lit) {
                (Some(inside), Some(lit)) => {
                    let asked: Vec<Lit> = inside.iter().copied().chain([!lit]).collect();
                    !self.inquiry.can(&asked)?
                }
                _ => false,
            };
        }
        let when = cube.map(|cube| self.clauses(cube, terms, hands));
        let [before, after] = ends;
        Ok(Region { before, after, when, witness: found.witness })
    }

    /// What the circuits do not say of two decisions.
    fn losses(&mut self, decisions: [DecisionId; 2]) -> Result<(), Stopped> {
        for (side, id) in [(Side::Before, decisions[0]), (Side::After, decisions[1])] {
            let encoded = match side {
                Side::Before => &self.beside,
                Side::After => &self.inquiry.machine.encoded,
            };
            let losses = encoded.losses.clone();
            let policy = self.policy(side);
            let reached = reached(policy, roots(policy, id));
            for (expr, reason, lit) in losses {
                let unsettled = (side, Unsettled { expr, why: why(reason) });
                if reached.contains(&expr)
                    && !self.difference.unsettled.contains(&unsettled)
                    && self.inquiry.can(&[lit])?
                {
                    self.difference.unsettled.push(unsettled);
                }
            }
        }
        Ok(())
    }
}

/// Whether the decision ends in the same way in two regions.
fn ends_alike(one: &Region, other: &Region) -> bool {
    let same = |one: &End, other: &End| {
        let settled = |end: &End| match &end.state {
            State::Decided(value) | State::Default(value) => Some(value.clone()),
            _ => None,
        };
        match (settled(one), settled(other)) {
            (None, None) => one.state == other.state,
            (one_value, other_value) => one_value == other_value && one.fixed && other.fixed,
        }
    };
    same(&one.before, &other.before) && same(&one.after, &other.after)
}

/// Whether two regions end in the same, by the same rules.
fn alike(one: &Region, other: &Region) -> bool {
    let same = |one: &End, other: &End| one.state == other.state && one.rules == other.rules;
    same(&one.before, &other.before) && same(&one.after, &other.after)
}
