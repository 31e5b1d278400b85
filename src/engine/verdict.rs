//! Rules to outcomes: which apply, which stand, and what follows.

use super::answer::{Explanation, Fault, FaultKind, NodeId, RuleRecord, RuleState, Seen};
use super::eval::Evaluator;
use super::lift::{Deps, Lift, Union};
use super::record::seen;
use crate::facts::{ItemSet, Value};
use crate::policy::{Decision, DecisionId, ExprId, Hit, Rule, RuleSet, Shape};

/// How many pairs of rules are held against each other in the time that looking at one expression takes.
const PAIRS: usize = 16;

/// What a decision may come to.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    /// Its outcomes, and how taking it may fail. [`super::lift::Open::gap`] is a gap in a decision it needs.
    pub(super) lift: Lift,
    /// Everything may be given and no rule speak.
    pub(super) own_gap: bool,
    /// The rules that may stand and disagree.
    pub(super) conflict: Option<Vec<u32>>,
    /// What decides about gap and conflict.
    deps: Deps,
    /// For each rule whether it may stand, and whether it surely does.
    pub(super) stands: Vec<Standing>,
}

/// Whether a rule stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) may: bool,
    pub(super) surely: bool,
}

/// What one rule's condition came to.
#[derive(Clone, Debug)]
enum Applies {
    NotInForce,
    NotReached,
    Tested(Lift),
}

impl Applies {
    fn lift(&self) -> Option<&Lift> {
        match self {
            Applies::Tested(lift) => Some(lift),
            Applies::NotInForce | Applies::NotReached => None,
        }
    }

    fn may(&self) -> bool {
        matches!(self, Applies::Tested(lift) if lift.truth().may)
    }

    fn surely(&self) -> bool {
        matches!(self, Applies::Tested(Lift::Known(value)) if *value == Value::Boolean(true))
    }
}

impl Verdict {
    /// What an expression that reads the decision may come to.
    pub(super) fn as_operand(&self, expr: ExprId, decision: DecisionId) -> Lift {
        let fault = |kind| Fault { expr, kind, operands: Vec::new() };
        if !self.own_gap && self.conflict.is_none() && !self.lift.may_fail() {
            return self.lift.clone();
        }
        let mut union = Union::new();
        union.depend(&self.deps);
        if let Lift::Open(open) = &self.lift {
            union.depend(&open.deps);
            if open.fault.is_some() {
                union.fault(fault(FaultKind::NeedsError(decision)));
            }
            if open.gap.is_some() {
                union.gap(decision);
            }
        }
        union.values_of(&self.lift);
        if self.own_gap {
            union.gap(decision);
        }
        if self.conflict.is_some() {
            union.fault(fault(FaultKind::NeedsConflict(decision)));
        }
        union.finish()
    }

    /// What it depends on.
    pub(super) fn deps(&self) -> &Deps {
        &self.deps
    }

    /// Whether it ends in the same way in every completion.
    pub(super) fn is_certain(&self) -> bool {
        let open_ends = usize::from(self.own_gap) + usize::from(self.conflict.is_some());
        match open_ends {
            0 => self.lift.is_certain(),
            // A gap of its own and a gap in what it needs end alike.
            1 => {
                !self.lift.has_values()
                    && !self.lift.open().is_some_and(|o| o.fault.is_some() || (o.gap.is_some() && !self.own_gap))
            }
            _ => false,
        }
    }

    /// Whether nothing of it is open: neither how it ends nor which rules stand.
    pub(super) fn is_settled(&self) -> bool {
        self.is_certain() && self.stands.iter().all(|s| s.may == s.surely)
    }

    fn computed(lift: Lift) -> Verdict {
        let deps = lift.open().map(|o| o.deps.clone()).unwrap_or_default();
        Verdict { lift, own_gap: false, conflict: None, deps, stands: Vec::new() }
    }
}

impl Evaluator<'_, '_> {
    /// Takes one decision, for the record at hand where it has one.
    pub(super) fn decide(&mut self, id: DecisionId) -> Verdict {
        let decision = &self.world.policy.decisions[id];
        let (verdict, mut explanation) = match &decision.shape {
            Shape::Computed(body) => {
                let mark = self.mark();
                let lift = self.eval(*body);
                let computed = self.root(mark, *body, &lift);
                let explanation = computed.map(|node| Explanation { computed: Some(node), ..Explanation::default() });
                (Verdict::computed(lift), explanation)
            }
            _ => self.rules_recorded(&decision.rules),
        };
        if let Some(explanation) = &mut explanation {
            self.explain_rubric(decision, explanation);
        }
        let hand = self.hands.last().map(|h| (h.list, h.element));
        if let (Some(record), Some(explanation)) = (&mut self.record, explanation) {
            record.explanations.insert((id, hand), explanation);
        }
        verdict
    }

    fn explain_rubric(&mut self, decision: &Decision, explanation: &mut Explanation) {
        let Shape::Rubric { score, criteria, .. } = &decision.shape else { return };
        let hand = decision.scope.and_then(|r| self.hand(r));
        explanation.score = self.definition_at(*score, hand).map(seen);
        for criterion in criteria {
            let mark = self.mark();
            let lift = self.eval(criterion.points);
            explanation.criteria.extend(self.root(mark, criterion.points, &lift));
        }
    }

    /// Rules without an explanation: those of a look-up.
    pub(super) fn rules(&mut self, rules: &RuleSet) -> Verdict {
        self.rules_recorded(rules).0
    }

    /// Rules with an explanation, where one is asked for.
    pub(super) fn rules_recorded(&mut self, rules: &RuleSet) -> (Verdict, Option<Explanation>) {
        let mut nodes = Vec::with_capacity(if self.record.is_some() { rules.rules.len() } else { 0 });
        let mut applies = Vec::with_capacity(rules.rules.len());
        let mut reached = true;
        for rule in &rules.rules {
            let mut node = None;
            let tested = if !rule.window.contains(self.world.as_of) {
                Applies::NotInForce
            } else if !reached {
                Applies::NotReached
            } else {
                match rule.condition {
                    Some(condition) => {
                        let mark = self.mark();
                        let lift = self.eval(condition);
                        node = self.root(mark, condition, &lift);
                        Applies::Tested(lift)
                    }
                    None => Applies::Tested(Lift::boolean(true)),
                }
            };
            if self.record.is_some() {
                nodes.push(node);
            }
            if rules.hit == Hit::First
                && let Applies::Tested(lift) = &tested
            {
                reached = lift.truth().may_not;
            }
            applies.push(tested);
        }
        let mut outcome = OutcomeOf { evaluator: self, rules, nodes: vec![None; nodes.len()], default: None };
        let verdict = match rules.hit {
            Hit::Agree => outcome.agree(&applies),
            Hit::First => outcome.first(&applies),
            Hit::Collect => outcome.collect(&applies),
        };
        let (outcomes, default) = (outcome.nodes, outcome.default);
        let explanation = self.record.is_some().then(|| {
            let records = nodes.into_iter().zip(outcomes).enumerate().map(|(i, (condition, outcome))| RuleRecord {
                state: state(rules, &applies, &verdict.stands, i),
                condition,
                outcome,
            });
            Explanation { rules: records.collect(), default, ..Explanation::default() }
        });
        (verdict, explanation)
    }
}

/// What became of rule `i`.
fn state(rules: &RuleSet, applies: &[Applies], stands: &[Standing], i: usize) -> RuleState {
    let lift = match &applies[i] {
        Applies::NotInForce => return RuleState::NotInForce,
        Applies::NotReached => return RuleState::NotReached,
        Applies::Tested(lift) => lift,
    };
    let truth = lift.truth();
    if !truth.may {
        return if truth.may_not { RuleState::DoesNotApply } else { failed(lift) };
    }
    if stands[i].surely {
        return RuleState::Stands;
    }
    let over = overriders(rules, i, |r| applies[r].surely());
    if !over.is_empty() { RuleState::Overridden(over) } else { RuleState::Unknown }
}

fn failed(lift: &Lift) -> RuleState {
    if matches!(seen(lift), Seen::Fault(_)) { RuleState::Fault } else { RuleState::Unknown }
}

fn overrides(rule: &Rule, other: u32) -> bool {
    rule.overrides.binary_search(&other).is_ok()
}

/// The rules for which `which` holds that override rule `i`.
fn overriders(rules: &RuleSet, i: usize, which: impl Fn(usize) -> bool) -> Vec<u32> {
    let target = u32::try_from(i).unwrap_or(u32::MAX);
    let over = rules.rules.iter().enumerate().filter(|(r, rule)| which(*r) && overrides(rule, target));
    over.filter_map(|(r, _)| u32::try_from(r).ok()).collect()
}

/// Combines the rules that may apply.
struct OutcomeOf<'e, 'w, 'a, 'r> {
    evaluator: &'e mut Evaluator<'w, 'a>,
    rules: &'r RuleSet,
    /// The outcomes evaluated, for explanations.
    nodes: Vec<Option<NodeId>>,
    default: Option<NodeId>,
}

impl OutcomeOf<'_, '_, '_, '_> {
    fn outcome(&mut self, rule: usize) -> Lift {
        let outcome = self.rules.rules[rule].outcome;
        let mark = self.evaluator.mark();
        let lift = self.evaluator.eval(outcome);
        let node = self.evaluator.root(mark, outcome, &lift);
        if let Some(place) = self.nodes.get_mut(rule) {
            *place = node;
        }
        lift
    }

    /// The default's outcome, where there is one.
    fn default(&mut self) -> Option<Lift> {
        let outcome = self.rules.default.as_ref()?.outcome;
        let mark = self.evaluator.mark();
        let lift = self.evaluator.eval(outcome);
        self.default = self.evaluator.root(mark, outcome, &lift);
        Some(lift)
    }

    /// Adds the default's outcome; without a default that is a gap.
    fn otherwise(&mut self, union: &mut Union) -> bool {
        match self.default() {
            Some(lift) => {
                union.add(&lift);
                false
            }
            None => true,
        }
    }

    /// The rules that stand must agree.
    fn agree(&mut self, applies: &[Applies]) -> Verdict {
        let surely_overridden = self.overridden_by(|r| applies[r].surely());
        let holds = |which: &[bool], i: usize| which.get(i).copied().unwrap_or(false);
        let tested = || applies.iter().filter_map(Applies::lift);
        if tested().all(|lift| lift.known().is_some()) {
            return self.agree_on_known(applies, &surely_overridden);
        }
        let mut union = Union::new();
        let mut deps = Deps::new();
        let mut fails = false;
        for (i, tested) in applies.iter().enumerate() {
            let Applies::Tested(lift) = tested else { continue };
            fails |= !lift.has_values();
            if lift.may_fail() || !holds(&surely_overridden, i) {
                union.flags(lift);
                if let Lift::Open(open) = lift {
                    deps.union_with(&open.deps);
                }
            }
        }
        let none_standing = || vec![Standing::default(); applies.len()];
        if fails {
            // Some condition has no value in any completion.
            union.prefer_fault(tested());
            let lift = union.finish();
            return Verdict { lift, own_gap: false, conflict: None, deps, stands: none_standing() };
        }
        let perhaps_overridden = self.overridden_by(|r| applies[r].may());
        let stands: Vec<Standing> = (0..applies.len())
            .map(|i| Standing {
                may: applies[i].may() && !holds(&surely_overridden, i),
                surely: applies[i].surely() && !holds(&perhaps_overridden, i),
            })
            .collect();
        let standing: Vec<(usize, Lift)> =
            (0..applies.len()).filter(|&i| stands[i].may).map(|i| (i, self.outcome(i))).collect();
        self.combine(union, deps, applies, stands, &standing)
    }

    /// The rules that stand must agree; which those are is known.
    fn agree_on_known(&mut self, applies: &[Applies], overridden: &[bool]) -> Verdict {
        let stands: Vec<Standing> = applies
            .iter()
            .enumerate()
            .map(|(i, tested)| {
                let stands = tested.surely() && !overridden.get(i).is_some_and(|o| *o);
                Standing { may: stands, surely: stands }
            })
            .collect();
        let mut standing = Vec::new();
        for i in (0..applies.len()).filter(|&i| stands[i].surely) {
            standing.push((i, self.outcome(i)));
        }
        if standing.is_empty()
            && let Some(lift) = self.default()
        {
            return Verdict { stands, ..Verdict::computed(lift) };
        }
        let Some((_, Lift::Known(first))) = standing.first() else {
            return self.combine(Union::new(), Deps::new(), applies, stands, &standing);
        };
        if standing.iter().all(|(_, lift)| lift.known() == Some(first)) {
            let lift = Lift::Known(first.clone());
            return Verdict { lift, own_gap: false, conflict: None, deps: Deps::new(), stands };
        }
        self.combine(Union::new(), Deps::new(), applies, stands, &standing)
    }

    /// For each rule whether one for which `which` holds overrides it; empty where none overrides any.
    fn overridden_by(&mut self, which: impl Fn(usize) -> bool) -> Vec<bool> {
        let rules = &self.rules.rules;
        if rules.iter().all(|rule| rule.overrides.is_empty()) {
            return Vec::new();
        }
        self.evaluator.work += rules.iter().map(|rule| rule.overrides.len() / PAIRS).sum::<usize>() as u64;
        let mut overridden = vec![false; rules.len()];
        for (_, rule) in rules.iter().enumerate().filter(|(r, rule)| !rule.overrides.is_empty() && which(*r)) {
            for &target in &rule.overrides {
                if let Some(place) = overridden.get_mut(target as usize) {
                    *place = true;
                }
            }
        }
        overridden
    }

    /// What follows from the outcomes of the rules that may stand. `union` and `deps` hold what their
    /// conditions rest on and how they may fail.
    fn combine(
        &mut self,
        mut union: Union,
        mut deps: Deps,
        applies: &[Applies],
        stands: Vec<Standing>,
        standing: &[(usize, Lift)],
    ) -> Verdict {
        for (_, lift) in standing {
            union.flags(lift);
            if let Lift::Open(open) = lift {
                deps.union_with(&open.deps);
            }
        }
        if standing.iter().any(|(i, lift)| stands[*i].surely && !lift.has_values()) {
            // A gap in a condition goes before any outcome.
            if !applies.iter().filter_map(Applies::lift).any(Lift::may_be_gap) {
                union.prefer_fault(standing.iter().filter(|(i, _)| stands[*i].surely).map(|(_, lift)| lift));
            }
            let lift = union.finish();
            return Verdict { lift, own_gap: false, conflict: None, deps, stands };
        }
        let settled = standing.iter().find(|(i, lift)| stands[*i].surely && lift.known().is_some());
        match settled {
            Some((_, settled)) => {
                if standing.iter().all(|(i, lift)| !stands[*i].surely || lift.may_be_same(settled)) {
                    union.values_of(settled);
                }
            }
            None => standing.iter().for_each(|(_, lift)| union.values_of(lift)),
        }
        let conflict = self.conflicts(standing);
        let own_gap = !applies.iter().any(Applies::surely) && self.otherwise(&mut union);
        if own_gap || conflict.is_some() {
            union.depend(&deps);
        }
        let lift = union.finish();
        if let Lift::Open(open) = &lift {
            deps.union_with(&open.deps);
        }
        Verdict { lift, own_gap, conflict, deps, stands }
    }

    /// The rules that may stand together and disagree.
    fn conflicts(&mut self, standing: &[(usize, Lift)]) -> Option<Vec<u32>> {
        let rules = &self.rules.rules;
        let either = |a: usize, b: usize| {
            let one = |over: usize, under: usize| u32::try_from(under).is_ok_and(|u| overrides(&rules[over], u));
            one(a, b) || one(b, a)
        };
        self.evaluator.work += (standing.len() * standing.len() / PAIRS) as u64;
        let mut disagrees = vec![false; standing.len()];
        for (i, (a, left)) in standing.iter().enumerate() {
            for (j, (b, right)) in standing.iter().enumerate().skip(i + 1) {
                // Whether two that disagree with others do so with each other too adds nothing.
                if !(disagrees[i] && disagrees[j]) && left.may_differ(right) && !either(*a, *b) {
                    (disagrees[i], disagrees[j]) = (true, true);
                }
            }
        }
        let between = standing.iter().zip(disagrees).filter(|(_, disagrees)| *disagrees);
        let between: Vec<u32> = between.filter_map(|((rule, _), _)| u32::try_from(*rule).ok()).collect();
        (!between.is_empty()).then_some(between)
    }

    /// The first that applies.
    fn first(&mut self, applies: &[Applies]) -> Verdict {
        let mut stands = vec![Standing::default(); applies.len()];
        let no = |tested: &&Applies| tested.lift().is_none_or(|l| l.known().is_some() && !l.truth().may);
        let passed = applies.iter().take_while(no).count();
        if applies.get(passed).is_some_and(Applies::surely) {
            // Nothing before it is open.
            stands[passed] = Standing { may: true, surely: true };
            return Verdict { stands, ..Verdict::computed(self.outcome(passed)) };
        }
        let mut union = Union::new();
        let (mut reached, mut surely_reached) = (true, true);
        for (i, tested) in applies.iter().enumerate() {
            let Applies::Tested(lift) = tested else { continue };
            union.flags(lift);
            let truth = lift.truth();
            if truth.may {
                stands[i] = Standing { may: true, surely: surely_reached && tested.surely() };
                let outcome = self.outcome(i);
                union.add(&outcome);
                surely_reached = false;
            }
            if !truth.may_not {
                reached = false;
                break;
            }
            surely_reached &= !lift.may_fail();
        }
        let own_gap = reached && self.otherwise(&mut union);
        self.single(union, stands, own_gap)
    }

    /// All that apply.
    fn collect(&mut self, applies: &[Applies]) -> Verdict {
        let mut union = Union::new();
        let mut stands = vec![Standing::default(); applies.len()];
        let tested = || applies.iter().filter_map(Applies::lift);
        tested().for_each(|lift| union.flags(lift));
        if tested().any(|lift| !lift.has_values()) {
            // Some condition has no value in any completion.
            union.prefer_fault(tested());
            return self.single(union, stands, false);
        }
        let mut standing = Vec::new();
        for i in (0..applies.len()).filter(|&i| applies[i].may()) {
            stands[i] = Standing { may: true, surely: applies[i].surely() };
            let outcome = self.outcome(i);
            union.flags(&outcome);
            standing.push((stands[i].surely, outcome));
        }
        let sure = || standing.iter().filter(|(surely, _)| *surely).map(|(_, outcome)| outcome);
        if sure().any(|outcome| !outcome.has_values()) {
            // A gap in a condition goes before any outcome.
            if !tested().any(Lift::may_be_gap) {
                union.prefer_fault(sure());
            }
            return self.single(union, stands, false);
        }
        let (mut certain, mut open) = (Vec::new(), Vec::new());
        for (surely, outcome) in &standing {
            match outcome {
                Lift::Known(Value::Variant(v)) if *surely => certain.push(*v),
                _ => open.extend(outcome.variants()),
            }
        }
        let certain = ItemSet::new(certain);
        open.retain(|item| !certain.contains(*item));
        let open = ItemSet::new(open);
        if open.iter().next().is_none() {
            union.value(Value::Items(certain))
        } else {
            union.items(certain, open)
        }
        self.single(union, stands, false)
    }

    fn single(&self, union: Union, stands: Vec<Standing>, own_gap: bool) -> Verdict {
        let deps = union.deps();
        Verdict { lift: union.finish(), own_gap, conflict: None, deps, stands }
    }
}
