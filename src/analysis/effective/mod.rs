//! When a rule stands, with everything that overrides it taken into account: its effective condition.
//!
//! What is left of a condition is held to the circuit: wherever the conditions of the decision have values, the rule
//! stands exactly where what is left says. Nothing is left out that was not proved to be of no consequence.

mod examples;

use jiff::civil::Date;

use super::circuit::{Circuit, Lit};
use super::encode::{Encoded, Verdict, in_force};
use super::inquiry::{Inquiry, Stopped, Witness};
use super::machine::Machine;
use crate::facts::{DateRange, Type};
use crate::policy::{
    Decision, DecisionId, ExprId, ExprKind, Hit, Node, Notes, Policy, Rule, RuleId, RuleSet, Shape, Window,
};

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A rule, row, band, requirement or item.
    Rule(RuleId),
    /// What a decision comes to where no rule stands.
    Default(DecisionId),
}

impl Target {
    /// Its decision.
    pub fn decision(self) -> DecisionId {
        match self {
            Target::Rule(rule) => rule.decision,
            Target::Default(decision) => decision,
        }
    }
}

/// When a rule stands.
#[derive(Clone, Debug)]
pub struct Effective {
    /// Whether it ever does.
    pub whether: Whether,
    /// Its own condition: all of these hold.
    pub when: Vec<Part>,
    /// What goes before it: rules that override it, rows and bands above it, for a default all rules. In order.
    pub unless: Vec<Unless>,
    /// A deal in which it stands.
    pub stands: Option<Witness>,
    /// A deal in which it would stand but for these, by their place.
    pub yields: Option<(Witness, Vec<u32>)>,
    /// Everything here is proved. Otherwise nothing was left out, and whether it stands may not be settled.
    pub exact: bool,
    /// It was stopped before everything was looked at: more could be left out than is.
    pub stopped: bool,
}

/// Whether a rule ever stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whether {
    /// In some deals.
    Sometimes,
    /// No deal meets its condition.
    NeverApplies,
    /// Some meet it, but never without something that goes before it.
    NeverStands,
    /// That is not settled.
    Unsettled,
}

/// One of several conditions that all have to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The condition.
    pub expr: ExprId,
    /// The rest says as much without it.
    pub implied: bool,
}

/// Something that goes before a rule.
#[derive(Clone, Debug)]
pub struct Unless {
    /// The rule, by its place.
    pub rule: u32,
    /// Whether it is of consequence.
    pub matters: Matters,
    /// Its own condition, as far as that of the rule in question does not say it already.
    pub when: Vec<Part>,
}

/// Whether something that goes before a rule is of consequence to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matters {
    /// It is.
    Yes,
    /// Never do both apply.
    NeverTogether,
    /// Where both apply, another goes before the rule as well.
    Implied,
}

/// When `target` stands in deals decided on these dates. Examples are set on `today` where any date will do. `stop` is
/// asked now and then whether to give up; what was found until then is kept.
pub fn effective(policy: &Policy, target: Target, dates: DateRange, today: Date, stop: &dyn Fn() -> bool) -> Effective {
    let rules = &policy.decisions[target.decision()].rules;
    let own = match target {
        Target::Rule(rule) => rules.rules.get(rule.index as usize).and_then(|rule| rule.condition),
        Target::Default(_) => None,
    };
    let unless = before(rules, target).into_iter().map(|place| {
        let condition = rules.rules[place as usize].condition;
        Unless { rule: place, matters: Matters::Yes, when: parts(policy, condition) }
    });
    let mut effective = Effective {
        whether: Whether::Unsettled,
        when: parts(policy, own),
        unless: unless.collect(),
        stands: None,
        yields: None,
        exact: false,
        stopped: false,
    };
    let asked: Vec<&Part> = effective.when.iter().chain(effective.unless.iter().flat_map(|u| &u.when)).collect();
    let (with, probes) = with_probes(policy, target.decision(), asked);
    let Some(mut machine) = Machine::new(&with, dates, stop) else {
        effective.stopped = stop();
        return effective;
    };
    let today = today.clamp(dates.low, dates.high);
    let inquiry = Inquiry::new(&mut machine, today, stop);
    let mut search = Search { inquiry, policy, target, probes };
    effective.stopped = search.all(&mut effective).is_err();
    effective
}

/// The rules that go before the target, where they apply.
fn before(rules: &RuleSet, target: Target) -> Vec<u32> {
    let all = 0u32..rules.rules.len() as u32;
    match (target, rules.hit) {
        (Target::Default(_), _) => all.collect(),
        (Target::Rule(rule), Hit::First) => (0..rule.index).collect(),
        (Target::Rule(rule), _) => {
            let overrides = |place: &u32| rules.rules[*place as usize].overrides.contains(&rule.index);
            all.filter(overrides).collect()
        }
    }
}

/// What a condition joins with `and`.
fn parts(policy: &Policy, condition: Option<ExprId>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut open: Vec<ExprId> = condition.into_iter().collect();
    while let Some(expr) = open.pop() {
        match &policy.exprs[expr].kind {
            ExprKind::And(all) => open.extend(all.iter().rev()),
            _ => parts.push(Part { expr, implied: false }),
        }
    }
    parts
}

/// The policy with decisions of its own for these conditions, each of the same records as the decision they are of.
fn with_probes(policy: &Policy, decision: DecisionId, asked: Vec<&Part>) -> (Policy, Vec<(ExprId, DecisionId)>) {
    let mut with = policy.clone();
    let (scope, group, span) = {
        let of = &policy.decisions[decision];
        (of.scope, of.group, of.span)
    };
    let probes = asked.into_iter().map(|part| {
        let id = with.decisions.alloc(Decision {
            name: String::new(),
            label: None,
            ty: Type::boolean(),
            scope,
            group,
            rules: RuleSet::default(),
            shape: Shape::Computed(part.expr),
            notes: Notes::default(),
            span,
        });
        with.order.push(Node::Decision(id));
        (part.expr, id)
    });
    let probes = probes.collect();
    (with, probes)
}

struct Search<'m, 'p, 's> {
    inquiry: Inquiry<'m, 'p, 's>,
    /// The policy without the decisions that are asked for their conditions.
    policy: &'p Policy,
    target: Target,
    probes: Vec<(ExprId, DecisionId)>,
}

/// What is known of one record of the decision, or of the deal.
struct Ground {
    there: Lit,
    stands: Lit,
    /// Where the decision is not taken.
    fails: Lit,
    /// Its place among the records.
    at: usize,
}

impl<'p> Search<'_, 'p, '_> {
    fn all(&mut self, effective: &mut Effective) -> Result<(), Stopped> {
        let target = self.target;
        let lost = self.somewhere(|_, verdict| verdict.symbol.fails.lost);
        let settled = !self.inquiry.can(&[lost])?;
        let stands = self.somewhere(|circuit, verdict| self::stands(circuit, target, verdict));
        if self.inquiry.can(&[stands])? {
            effective.whether = Whether::Sometimes;
        } else if settled {
            let meets = self.grounds();
            let meets: Vec<Lit> = meets.iter().map(|ground| self.applies(ground, &effective.when)).collect();
            let meets = self.inquiry.any(meets);
            let can = self.inquiry.can(&[meets])?;
            effective.whether = if can { Whether::NeverStands } else { Whether::NeverApplies };
        }
        self.examples(effective)?;
        effective.exact = settled && !self.differs(&effective.when, &effective.unless)?;
        if !effective.exact {
            return Ok(());
        }
        self.together(effective)?;
        match effective.whether {
            Whether::Sometimes => self.leave_out(effective),
            _ => Ok(()),
        }
    }

    fn rules(&self) -> &'p RuleSet {
        &self.policy.decisions[self.target.decision()].rules
    }

    /// Something of the decision, in any of the records it is taken of.
    fn somewhere(&mut self, what: impl Fn(&mut Circuit, &Verdict) -> Lit) -> Lit {
        let machine = &mut *self.inquiry.machine;
        let verdicts = machine.encoded.decisions.get(&self.target.decision()).map_or(&[][..], Vec::as_slice);
        let lits = verdicts.iter().map(|(there, verdict)| {
            let what = what(&mut machine.circuit, verdict);
            machine.circuit.and(*there, what)
        });
        let lits: Vec<Lit> = lits.collect();
        machine.circuit.any(lits)
    }

    /// Every record of which the decision is taken, where all its conditions have values.
    fn grounds(&mut self) -> Vec<Ground> {
        let machine = &mut *self.inquiry.machine;
        let verdicts = machine.encoded.decisions.get(&self.target.decision()).map_or(&[][..], Vec::as_slice);
        let grounds = verdicts.iter().enumerate().map(|(at, (there, verdict))| {
            let stands = stands(&mut machine.circuit, self.target, verdict);
            let fails = verdict.symbol.fails.any(&mut machine.circuit);
            Ground { there: machine.circuit.and(*there, verdict.proceeds), stands, fails, at }
        });
        grounds.collect()
    }

    /// Where all of these hold, in a window.
    fn hold(&mut self, ground: &Ground, window: Window, parts: &[Part]) -> Lit {
        let machine = &mut *self.inquiry.machine;
        let (circuit, as_of) = (&mut machine.circuit, machine.inputs.as_of());
        let mut lits = vec![in_force(circuit, &as_of, window)];
        for part in parts.iter().filter(|part| !part.implied) {
            let probe = self.probes.iter().find(|(expr, _)| *expr == part.expr).map(|(_, id)| *id);
            lits.push(probe.map_or(Lit::FALSE, |id| truth(circuit, &machine.encoded, id, ground.at)));
        }
        circuit.all(lits)
    }

    fn window(&self, place: u32) -> Window {
        self.rules().rules.get(place as usize).map(|rule: &Rule| rule.window).unwrap_or_default()
    }

    /// Where the target's own condition holds.
    fn own(&mut self, ground: &Ground, when: &[Part]) -> Lit {
        let window = match self.target {
            Target::Rule(rule) => self.window(rule.index),
            Target::Default(_) => Window::default(),
        };
        self.hold(ground, window, when)
    }

    fn applies(&mut self, ground: &Ground, when: &[Part]) -> Lit {
        let own = self.own(ground, when);
        self.inquiry.machine.circuit.and(ground.there, own)
    }

    /// Whether the target somewhere stands where these conditions do not say so, or the reverse.
    fn differs(&mut self, when: &[Part], unless: &[Unless]) -> Result<bool, Stopped> {
        let mut differs = Vec::new();
        for ground in self.grounds() {
            let own = self.own(&ground, when);
            let mut over = Vec::new();
            for other in unless.iter().filter(|other| other.matters == Matters::Yes) {
                over.push(self.hold(&ground, self.window(other.rule), &other.when));
            }
            let circuit = &mut self.inquiry.machine.circuit;
            let over = circuit.any(over);
            let says = circuit.and(own, !over);
            let differs_here = circuit.xor(says, ground.stands);
            differs.push(circuit.and(ground.there, differs_here));
        }
        let differs = self.inquiry.any(differs);
        self.inquiry.can(&[differs])
    }

    /// Which of what goes before the target can apply together with it.
    fn together(&mut self, effective: &mut Effective) -> Result<(), Stopped> {
        for at in 0..effective.unless.len() {
            let mut both = Vec::new();
            for ground in self.grounds() {
                let own = self.applies(&ground, &effective.when);
                let other = &effective.unless[at];
                let other = self.hold(&ground, self.window(other.rule), &other.when);
                both.push(self.inquiry.machine.circuit.and(own, other));
            }
            let both = self.inquiry.any(both);
            if !self.inquiry.can(&[both])? {
                effective.unless[at].matters = Matters::NeverTogether;
            }
        }
        Ok(())
    }

    /// Leaves out, one after the other, what the rest says without it.
    fn leave_out(&mut self, effective: &mut Effective) -> Result<(), Stopped> {
        for at in 0..effective.unless.len() {
            if effective.unless[at].matters == Matters::Yes {
                let mut less = effective.unless.clone();
                less[at].matters = Matters::Implied;
                if !self.differs(&effective.when, &less)? {
                    effective.unless = less;
                }
            }
        }
        // What comes later was written knowing what comes before, so that it goes first.
        for at in (0..effective.when.len()).rev() {
            if self.may_go(effective.when[at].expr) {
                let mut less = effective.when.clone();
                less[at].implied = true;
                if !self.differs(&less, &effective.unless)? {
                    effective.when = less;
                }
            }
        }
        for other in 0..effective.unless.len() {
            if effective.unless[other].matters != Matters::Yes {
                continue;
            }
            for at in (0..effective.unless[other].when.len()).rev() {
                let mut less = effective.unless.clone();
                less[other].when[at].implied = true;
                let some_left = less[other].when.iter().any(|part| !part.implied);
                if some_left && self.may_go(less[other].when[at].expr) && !self.differs(&effective.when, &less)? {
                    effective.unless = less;
                }
            }
        }
        Ok(())
    }

    /// That something is not none is kept: what is said of it afterwards could not be written without.
    fn may_go(&self, expr: ExprId) -> bool {
        !matches!(self.policy.exprs[expr].kind, ExprKind::IsNone { negated: true, .. })
    }
}

/// Where the target stands.
fn stands(circuit: &mut Circuit, target: Target, verdict: &Verdict) -> Lit {
    match target {
        Target::Rule(rule) => verdict.rules.get(rule.index as usize).map_or(Lit::FALSE, |rule| rule.stands),
        Target::Default(_) => {
            let any = circuit.any(verdict.rules.iter().map(|rule| rule.stands));
            circuit.and(verdict.proceeds, !any)
        }
    }
}

/// Where a condition holds in one of the records.
fn truth(circuit: &mut Circuit, encoded: &Encoded, probe: DecisionId, at: usize) -> Lit {
    let verdict = encoded.decisions.get(&probe).and_then(|verdicts| verdicts.get(at));
    verdict.map_or(Lit::FALSE, |(_, verdict)| {
        let failed = verdict.symbol.fails.any(circuit);
        circuit.and(!failed, verdict.symbol.truth())
    })
}
