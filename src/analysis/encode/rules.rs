//! Decisions, and look-ups.

use rustc_hash::FxHashMap;

use super::{Constant, Encoder, Fails, Form, Reason, Symbol};
use crate::analysis::circuit::{Circuit, Integer, Lit, TooWide};
use crate::facts::{Type, TypeKind};
use crate::policy::{DecisionId, ExprId, Hit, LookupId, RuleSet, Shape, Window};

/// Where a rule applies, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) struct RuleSymbol {
    pub(in crate::analysis) applies: Lit,
    pub(in crate::analysis) stands: Lit,
}

/// How a decision ends, over all deals. Exactly one of `decided`, `default`, the gap, `conflict`, and the error and
/// what is lost of `symbol.fails` holds; a conflict is an error there.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Verdict {
    pub(in crate::analysis) rules: Vec<RuleSymbol>,
    pub(in crate::analysis) default: Lit,
    pub(in crate::analysis) conflict: Lit,
    /// No rule stands and there is no default; a gap that an expression needs is another thing.
    pub(in crate::analysis) own_gap: Lit,
    /// Where every condition that is asked has a value.
    pub(in crate::analysis) proceeds: Lit,
    /// What those come to that need the decision.
    pub(in crate::analysis) symbol: Symbol,
}

/// So many outcomes that vary are compared with each other, which says most about each pair; of more, each is compared with
/// the first that stands, so that a long table is no square of its rows.
const MOST_PAIRED: usize = 32;

impl Encoder<'_, '_> {
    pub(super) fn decide(&mut self, id: DecisionId) -> Verdict {
        let policy = self.policy;
        let decision = &policy.decisions[id];
        if let Shape::Computed(expr) = decision.shape {
            let symbol = self.eval(expr);
            let (default, conflict, own_gap) = (Lit::FALSE, Lit::FALSE, Lit::FALSE);
            return Verdict { rules: Vec::new(), default, conflict, own_gap, proceeds: Lit::TRUE, symbol };
        }
        let mut verdict = self.apply(&decision.rules, &decision.ty);
        let fails = &mut verdict.symbol.fails;
        fails.error = self.circuit.or(fails.error, verdict.conflict);
        verdict
    }

    /// What a set of rules comes to.
    fn apply(&mut self, set: &RuleSet, ty: &Type) -> Verdict {
        let mut rules = Vec::with_capacity(set.rules.len());
        let mut fails = Fails::NEVER;
        let mut goes_on = Lit::TRUE;
        for rule in &set.rules {
            let in_force = in_force(self.circuit, &self.as_of, rule.window);
            let tested = self.circuit.and(goes_on, in_force);
            let applies = match rule.condition {
                None => tested,
                Some(condition) => {
                    let symbol = self.under(tested, |e| e.eval(condition));
                    fails = fails.then(self.circuit, tested, symbol.fails);
                    let failed = symbol.fails.any(self.circuit);
                    let holds = self.circuit.and(!failed, symbol.truth());
                    if set.hit == Hit::First {
                        let passed = self.circuit.and(!failed, !symbol.truth());
                        let passed = self.circuit.or(!in_force, passed);
                        goes_on = self.circuit.and(goes_on, passed);
                    }
                    self.circuit.and(tested, holds)
                }
            };
            if set.hit == Hit::First && rule.condition.is_none() {
                goes_on = self.circuit.and(goes_on, !in_force);
            }
            rules.push(RuleSymbol { applies, stands: applies });
        }
        let fails = fails.ranked(self.circuit);
        let proceeds = !fails.any(self.circuit);
        let mut over: Vec<Vec<Lit>> = vec![Vec::new(); rules.len()];
        for (rule, symbol) in set.rules.iter().zip(&rules) {
            for &target in &rule.overrides {
                if let Some(over) = over.get_mut(target as usize) {
                    over.push(symbol.applies);
                }
            }
        }
        for (rule, over) in rules.iter_mut().zip(over) {
            let overridden = self.circuit.any(over);
            rule.applies = self.circuit.and(rule.applies, proceeds);
            rule.stands = self.circuit.and(rule.applies, !overridden);
        }
        self.outcome(set, ty, rules, fails, proceeds)
    }

    /// What follows from the rules that stand.
    fn outcome(
        &mut self,
        set: &RuleSet,
        ty: &Type,
        rules: Vec<RuleSymbol>,
        conditions: Fails,
        proceeds: Lit,
    ) -> Verdict {
        let mut fails = Fails::NEVER;
        let mut outcomes = Vec::with_capacity(rules.len());
        for (rule, symbol) in set.rules.iter().zip(&rules) {
            let outcome = self.under(symbol.stands, |e| e.eval(rule.outcome));
            fails = fails.then(self.circuit, symbol.stands, outcome.fails);
            outcomes.push(outcome);
        }
        let fails = fails.ranked(self.circuit);
        let settled = !fails.any(self.circuit);
        let any = self.circuit.any(rules.iter().map(|rule| rule.stands));
        let none_stands = self.circuit.and(proceeds, !any);
        let mut fails = conditions.then(self.circuit, proceeds, fails);
        let (mut default, mut conflict, mut own_gap) = (Lit::FALSE, Lit::FALSE, Lit::FALSE);
        let symbol = if set.hit == Hit::Collect {
            self.collected(ty, &rules, &outcomes)
        } else {
            let groups = self.groups(&rules, outcomes);
            let mut value = Symbol::none();
            for (stands, outcome) in groups.iter().rev() {
                match Symbol::choose(self.circuit, *stands, outcome, &value) {
                    Ok(chosen) => value = chosen,
                    Err(TooWide) => self.give_up(set, &mut fails),
                }
            }
            if set.hit == Hit::Agree {
                match self.conflicts(&groups, &value) {
                    Ok(conflicts) => conflict = self.circuit.and(settled, conflicts),
                    Err(TooWide) => self.give_up(set, &mut fails),
                }
            }
            if let Some(otherwise) = &set.default {
                let outcome = self.under(none_stands, |e| e.eval(otherwise.outcome));
                fails = fails.then(self.circuit, none_stands, outcome.fails);
                let failed = outcome.fails.any(self.circuit);
                default = self.circuit.and(none_stands, !failed);
                match Symbol::choose(self.circuit, none_stands, &outcome, &value) {
                    Ok(chosen) => value = chosen,
                    Err(TooWide) => self.give_up(set, &mut fails),
                }
            } else {
                own_gap = none_stands;
                fails.gap = self.circuit.or(fails.gap, own_gap);
            }
            value
        };
        let lost = fails.lost;
        let sure = |circuit: &mut Circuit, lit: Lit| circuit.and(lit, !lost);
        default = sure(self.circuit, default);
        conflict = sure(self.circuit, conflict);
        own_gap = sure(self.circuit, own_gap);
        let fails = Fails { lost, ..fails.only(self.circuit, !lost) };
        Verdict { rules, default, conflict, own_gap, proceeds, symbol: symbol.failing(fails) }
    }

    /// The circuit does not say what comes of the outcomes of a set of rules.
    fn give_up(&mut self, set: &RuleSet, fails: &mut Fails) {
        if let Some(rule) = set.rules.first() {
            self.lost(rule.outcome, Reason::Wide, Lit::TRUE);
        }
        fails.lost = Lit::TRUE;
    }

    /// Where which outcome is that of a rule that stands; equal outcomes together.
    fn groups(&mut self, rules: &[RuleSymbol], outcomes: Vec<Symbol>) -> Vec<(Lit, Symbol)> {
        let mut groups: Vec<(Vec<Lit>, Symbol)> = Vec::new();
        let mut constants: FxHashMap<Constant, usize> = FxHashMap::default();
        for (rule, outcome) in rules.iter().zip(outcomes) {
            let outcome = outcome.failing(Fails::NEVER);
            let place = match outcome.constant() {
                Some(constant) => *constants.entry(constant).or_insert(groups.len()),
                None => {
                    let same = |other: &Symbol| other.form == outcome.form && other.none == outcome.none;
                    groups.iter().position(|(_, other)| same(other)).unwrap_or(groups.len())
                }
            };
            match groups.get_mut(place) {
                Some((stands, _)) => stands.push(rule.stands),
                None => groups.push((vec![rule.stands], outcome)),
            }
        }
        groups.into_iter().map(|(stands, outcome)| (self.circuit.any(stands), outcome)).collect()
    }

    /// Where two different outcomes stand; `first` is that of the first group that does.
    fn conflicts(&mut self, groups: &[(Lit, Symbol)], first: &Symbol) -> Result<Lit, TooWide> {
        let (constant, varying): (Vec<_>, Vec<_>) =
            groups.iter().partition(|(_, outcome)| outcome.constant().is_some());
        let mut conflicts = Vec::new();
        if varying.len() > MOST_PAIRED {
            let mut before = Lit::FALSE;
            for (stands, outcome) in groups {
                let both = self.circuit.and(*stands, before);
                let same = outcome.equals(self.circuit, first)?;
                conflicts.push(self.circuit.and(both, !same));
                before = self.circuit.or(before, *stands);
            }
            return Ok(self.circuit.any(conflicts));
        }
        // Constants of two groups are different ones.
        let mut before = Lit::FALSE;
        for (stands, _) in &constant {
            conflicts.push(self.circuit.and(*stands, before));
            before = self.circuit.or(*stands, before);
        }
        for (i, (one, outcome)) in varying.iter().enumerate() {
            for (other, another) in constant.iter().chain(&varying[i + 1..]) {
                let both = self.circuit.and(*one, *other);
                if both != Lit::FALSE {
                    let same = outcome.equals(self.circuit, another)?;
                    conflicts.push(self.circuit.and(both, !same));
                }
            }
        }
        Ok(self.circuit.any(conflicts))
    }

    /// The set of the outcomes that stand.
    fn collected(&mut self, ty: &Type, rules: &[RuleSymbol], outcomes: &[Symbol]) -> Symbol {
        let count = match ty.kind {
            TypeKind::Items(id) | TypeKind::Variant(id) => self.policy.schema.enumerations[id].variants.len(),
            _ => 0,
        };
        let mut items = vec![Lit::FALSE; count];
        for (rule, outcome) in rules.iter().zip(outcomes) {
            let Form::Code(code) = &outcome.form else { continue };
            for (place, item) in items.iter_mut().enumerate() {
                let here = code.equals(self.circuit, &Integer::constant(place as i128));
                let here = self.circuit.and(rule.stands, here);
                *item = self.circuit.or(*item, here);
            }
        }
        Symbol::of(Form::Items(items))
    }

    /// A table with parameters. Where no row applies, or rows disagree, that is an error of the caller.
    pub(super) fn look_up(&mut self, id: ExprId, lookup: LookupId, arguments: &[ExprId]) -> Result<Symbol, TooWide> {
        let policy = self.policy;
        let table = &policy.lookups[lookup];
        let mut fails = Fails::NEVER;
        let arguments: Vec<Symbol> = arguments.iter().map(|&a| self.next(a, &mut fails)).collect();
        let failed = fails.any(self.circuit);
        self.parameters.push(arguments);
        let verdict = self.under(!failed, |e| e.apply(&table.rules, &table.ty));
        self.parameters.pop();
        for (row, place) in verdict.rules.iter().zip(0..) {
            let here = self.under(!failed, |e| e.circuit.and(e.path, row.stands));
            let known = self.rows.entry((lookup, place)).or_insert(Lit::FALSE);
            *known = self.circuit.or(*known, here);
        }
        let breach = self.circuit.or(verdict.own_gap, verdict.conflict);
        self.under(!failed, |e| e.breach(id, breach));
        let own = verdict.symbol.fails;
        let own = Fails {
            gap: self.circuit.and(own.gap, !verdict.own_gap),
            error: self.circuit.or(own.error, breach),
            ..own
        };
        let fails = fails.then(self.circuit, !failed, own);
        Ok(verdict.symbol.failing(fails))
    }
}

/// Where the date of the decision lies in a window.
pub(in crate::analysis) fn in_force(circuit: &mut Circuit, as_of: &Integer, window: Window) -> Lit {
    let end = |date| Integer::constant(super::inputs::day(date));
    let after = window.from.map(|from| end(from).at_most(circuit, as_of));
    let before = window.until.map(|until| as_of.at_most(circuit, &end(until)));
    circuit.and(after.unwrap_or(Lit::TRUE), before.unwrap_or(Lit::TRUE))
}
