//! Sums and counts over lists whose parts come to something else: which records make the difference.
//!
//! A solver finds it hard to see that two different sums over fifty records differ, or that they do not. What is told here
//! of each record follows for the sums by arithmetic: they are equal where all parts are, and one is greater where a part
//! is greater and none is less.

use super::super::circuit::{Integer, Lit, Patience, Ratio, TooWide};
use super::super::encode::{Encoded, Hand, Key, Symbol};
use super::super::inquiry::Stopped;
use super::super::reach::{reached, roots};
use super::grow::{Cube, Grower};
use super::search::Comparison;
use super::terms::{Term, TermForm, terms_of_parts};
use super::{Records, Side, Subject};
use crate::base::Aggregate;
use crate::facts::FactId;
use crate::policy::{DecisionId, ExprId, ExprKind, Policy};

/// So many steps of the solver are spent on telling which records make a difference.
const MOST_STEPS: u64 = 40_000;

/// So many pairs of numbers that are made of sums are compared for one decision.
const MOST_TOTALS: usize = 24;

/// What is added up of each record: one, where nothing else is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) summed: Option<ExprId>,
    pub(super) condition: Option<ExprId>,
}

/// A sum of one policy.
#[derive(Clone, Copy, Debug)]
struct Sum {
    expr: ExprId,
    list: FactId,
    part: Part,
}

/// What the records at one place of a list add to two sums.
struct Place {
    hands: [Option<Hand>; 2],
    there: Lit,
    /// It adds more to the new one.
    more: Lit,
    /// It adds less.
    less: Lit,
}

impl Comparison<'_, '_, '_> {
    /// Terms that tell which records make two sums differ, for all sums of two decisions that belong to each other.
    pub(super) fn sums(&mut self, exprs: [&[ExprId]; 2]) -> Vec<Term> {
        let sums = |side: Side, exprs: &[ExprId]| -> Vec<Sum> {
            let policy = self.policy(side);
            exprs.iter().filter_map(|&expr| sum(policy, expr)).collect()
        };
        let (mut was, mut is) = (sums(Side::Before, exprs[0]), sums(Side::After, exprs[1]));
        let (before, after) = (self.before, self.policy(Side::After));
        let same_list = |one: &Sum, two: &Sum| before.schema.facts[one.list].name == after.schema.facts[two.list].name;
        let same_words = |one: &Sum, two: &Sum| before.text_of(one.expr) == after.text_of(two.expr);
        // Those that say the same belong to each other, and of the others the first to the first.
        let mut pairs = Vec::new();
        for belong in [&same_words as &dyn Fn(&Sum, &Sum) -> bool, &|_, _| true] {
            was.retain(|one| match is.iter().position(|two| same_list(one, two) && belong(one, two)) {
                Some(place) => {
                    pairs.push([*one, is.remove(place)]);
                    false
                }
                None => true,
            });
        }
        pairs.into_iter().flat_map(|pair| self.told(pair)).collect()
    }

    /// Tells the solver what follows for the numbers that two decisions rest on and that are made of what the records of a
    /// list add to them.
    pub(super) fn totals(&mut self, decisions: [DecisionId; 2]) {
        let totals = |policy: &Policy, encoded: &Encoded, decision: DecisionId| -> Vec<ExprId> {
            let reached = reached(policy, roots(policy, decision)).into_iter();
            let mut totals: Vec<ExprId> = reached.filter(|expr| encoded.sums.contains_key(expr)).collect();
            totals.sort_unstable_by_key(|expr| expr.into_raw());
            totals
        };
        let was = totals(self.before, &self.beside, decisions[0]);
        let is = totals(self.policy(Side::After), &self.inquiry.machine.encoded, decisions[1]);
        let pairs = was.iter().flat_map(|&one| is.iter().map(move |&two| [one, two]));
        let mut told = 0;
        for pair in pairs {
            if told < MOST_TOTALS && !self.totals.contains(&pair) {
                // What cannot be told is searched for.
                told += usize::from(self.total(pair).unwrap_or(false));
                self.totals.insert(pair);
            }
        }
    }

    /// Whether there was anything to tell of two numbers.
    fn total(&mut self, exprs: [ExprId; 2]) -> Result<bool, TooWide> {
        let sums = (self.beside.sums.get(&exprs[0]), self.inquiry.machine.encoded.sums.get(&exprs[1]));
        let (Some(was), Some(is)) = (sums.0.cloned(), sums.1.cloned()) else { return Ok(false) };
        let list = |side: Side, list: FactId| self.policy(side).schema.facts[list].name.as_str();
        if list(Side::Before, was.list) != list(Side::After, is.list) || was.symbol.form == is.symbol.form {
            return Ok(false);
        }
        let circuit = self.circuit();
        let nothing = Ratio::whole(Integer::constant(0));
        let mut moves = Vec::new();
        let places = was.parts.len().max(is.parts.len());
        let both = |place| (was.parts.get(place).unwrap_or(&nothing), is.parts.get(place).unwrap_or(&nothing));
        for (old, new) in (0..places).map(both).chain([(&was.rest, &is.rest)]) {
            moves.push([!new.at_most(circuit, old)?, !old.at_most(circuit, new)?]);
        }
        self.follows(&moves, &was.symbol, &is.symbol)?;
        // That nothing moves at one place is seen at once where one asks for just that.
        for lit in moves.into_iter().flatten().filter(|lit| !lit.is_constant()) {
            match self.inquiry.clash(&[lit], Patience::Soon) {
                Ok(Some(_)) => self.inquiry.assert(!lit),
                _ => break,
            }
        }
        Ok(true)
    }

    fn told(&mut self, pair: [Sum; 2]) -> Vec<Term> {
        let key = pair.map(|sum| sum.expr);
        if let Some(known) = self.sums.get(&key) {
            return known.clone();
        }
        let terms = match self.places(pair) {
            Ok(Some(places)) => {
                let told = self.within(&mut MOST_STEPS.clone(), |c| c.terms_of_places(pair, &places));
                told.ok().flatten().unwrap_or_default()
            }
            _ => Vec::new(),
        };
        self.sums.insert(key, terms.clone());
        terms
    }

    /// Where either sum has no value.
    fn fails(&mut self, pair: [Sum; 2]) -> Lit {
        let was = self.beside.sums.get(&pair[0].expr).map(|sum| sum.symbol.fails);
        let is = self.inquiry.machine.encoded.sums.get(&pair[1].expr).map(|sum| sum.symbol.fails);
        let lits: Vec<Lit> = was.into_iter().chain(is).map(|fails| fails.any(self.circuit())).collect();
        self.inquiry.any(lits)
    }

    /// What each record adds to both sums, once the solver knows what follows for the sums. `None` where nothing differs.
    fn places(&mut self, pair: [Sum; 2]) -> Result<Option<Vec<Place>>, TooWide> {
        let (Some(was), Some(is)) =
            (self.beside.sums.get(&pair[0].expr), self.inquiry.machine.encoded.sums.get(&pair[1].expr))
        else {
            return Ok(None);
        };
        let (was, is) = (was.clone(), is.clone());
        let list = &self.policy(Side::After).schema.facts[pair[1].list].name;
        let Some(slot) = self.inquiry.machine.inputs.slots.get(&Key::Length(list.clone())) else { return Ok(None) };
        let length = slot.code.clone();
        let hands = |encoded: &Encoded, sum: Sum| -> Vec<Hand> {
            encoded.hands.values().flatten().filter(|hand| hand.list == sum.list).copied().collect()
        };
        let hands = [hands(&self.beside, pair[0]), hands(&self.inquiry.machine.encoded, pair[1])];
        let nothing = Ratio::whole(Integer::constant(0));
        let circuit = self.circuit();
        let mut places = Vec::new();
        for place in 0..was.parts.len().max(is.parts.len()) {
            let at = |hands: &[Hand]| hands.iter().find(|hand| hand.place == place).copied();
            let (old, new) = (was.parts.get(place).unwrap_or(&nothing), is.parts.get(place).unwrap_or(&nothing));
            places.push(Place {
                hands: [at(&hands[0]), at(&hands[1])],
                there: !length.at_most(circuit, &Integer::constant(place as i128)),
                more: !new.at_most(circuit, old)?,
                less: !old.at_most(circuit, new)?,
            });
        }
        if places.iter().all(|place| place.more == Lit::FALSE && place.less == Lit::FALSE) {
            return Ok(None);
        }
        let moves: Vec<[Lit; 2]> = places.iter().map(|place| [place.more, place.less]).collect();
        self.follows(&moves, &was.symbol, &is.symbol)?;
        Ok(Some(places))
    }

    /// Tells the solver what follows for two sums from what they are made of: of each number, where it is more in the new one
    /// and where less.
    fn follows(&mut self, moves: &[[Lit; 2]], was: &Symbol, is: &Symbol) -> Result<(), TooWide> {
        let circuit = self.circuit();
        let more = circuit.any(moves.iter().map(|[more, _]| *more));
        let less = circuit.any(moves.iter().map(|[_, less]| *less));
        let (fails, and_now) = (was.fails.any(circuit), is.fails.any(circuit));
        let fails = circuit.or(fails, and_now);
        let equal = was.equals(circuit, is)?;
        let (falls, rises) = (is.at_most(circuit, was)?, was.at_most(circuit, is)?);
        let follow = [
            vec![more, less, equal],
            vec![more, !less, !equal],
            vec![!more, less, !equal],
            vec![more, falls],
            vec![less, rises],
        ];
        for lits in follow {
            let lit = self.circuit().any(lits.into_iter().chain([fails]));
            self.inquiry.assert(lit);
        }
        Ok(())
    }

    fn terms_of_places(&mut self, pair: [Sum; 2], places: &[Place]) -> Result<Vec<Term>, Stopped> {
        let mut terms = Vec::new();
        let fails = self.fails(pair);
        for more in [true, false] {
            let differs = |place: &Place| if more { place.more } else { place.less };
            let lit = self.inquiry.any(places.iter().map(differs));
            if lit.is_constant() || !self.inquiry.can(&[lit, !fails])? {
                continue;
            }

            let (lit, which) = match self.kind(pair, places, !fails, differs)? {
                Some((lit, clauses)) => (lit, Some(clauses)),
                None => (lit, None),
            };
            let place = u32::try_from(self.difference.records.len()).unwrap_or(u32::MAX);
            self.difference.records.push(Records { list: pair[1].list, sums: pair.map(|sum| sum.expr), more, which });
            let (subject, form) = (Subject::Records(place), TermForm::Holds(lit));
            terms.push(Term { side: Side::After, subject, form, absent: fails, follows: true });
        }
        Ok(terms)
    }

    /// Which records differ in one way, where they are all of one kind: where there is one in the list, and what holds of it.
    fn kind(
        &mut self,
        pair: [Sum; 2],
        places: &[Place],
        has_value: Lit,
        differs: impl Fn(&Place) -> Lit,
    ) -> Result<Option<(Lit, Vec<super::Clause>)>, Stopped> {
        // One record stands for all others of the list, unless it matters which of them comes first.
        if self.order_matters(pair.map(|sum| vec![sum.expr])) {
            return Ok(None);
        }
        let Some(first) = places.first() else { return Ok(None) };
        let asked = [differs(first), has_value];
        let terms = terms_of_parts(self, pair.map(|sum| sum.part), first.hands);
        let Some(codes) = self.inquiry.example_codes(&asked)? else { return Ok(None) };
        let run = self.inquiry.machine.run(&codes);
        let mut grower =
            Grower { inquiry: &mut self.inquiry, terms: &terms, there: first.there, only_following: false };
        let point = grower.point(&run);
        let bad = grower.inquiry.machine.circuit.and(!asked[0], has_value);
        let Some(cube) = grower.grow(&point, bad)? else { return Ok(None) };
        let outside = !self.circuit().all(cube.lits());
        if self.inquiry.can(&[asked[0], has_value, outside])? {
            return Ok(None);
        }
        let mut inside = Vec::new();
        for place in places {
            let Some(lit) = self.cube_at(&cube, &terms, place) else { return Ok(None) };
            inside.push(lit);
        }
        let clauses = self.clauses(&cube, &terms, first.hands);
        Ok(Some((self.inquiry.any(inside), clauses)))
    }

    /// Where the record at another place is of this kind.
    fn cube_at(&mut self, cube: &Cube, terms: &[Term], place: &Place) -> Option<Lit> {
        let mut lits = vec![place.there];
        for (at, hold) in cube.holds() {
            let hand = place.hands[if terms[at].side == Side::Before { 0 } else { 1 }];
            let term = self.term_at(&terms[at], hand)?;
            if !terms[at].is_like(&term) {
                return None;
            }
            lits.push(term.held(self.circuit(), hold)?);
        }
        Some(self.circuit().all(lits))
    }
}

/// A sum or a count, with what is added up.
fn sum(policy: &Policy, expr: ExprId) -> Option<Sum> {
    match &policy.exprs[expr].kind {
        ExprKind::Aggregate { kind: Aggregate::Sum | Aggregate::Count, list, summed, condition, .. }
            if summed.is_some() || condition.is_some() =>
        {
            Some(Sum { expr, list: *list, part: Part { summed: *summed, condition: *condition } })
        }
        _ => None,
    }
}
