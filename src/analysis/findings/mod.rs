//! Defects of a policy that compiles, each proved: over all deals that the policy allows and all dates from its first on.
//!
//! Everything that is reported with a witness was decided by the engine in the way that is reported. Everything that is
//! said never to be was proved by the solver.

mod conditions;
mod decisions;
mod facts;
mod properties;
mod rules;

use jiff::civil::Date;

use super::circuit::{Lit, Patience};
use super::diff::{Clause, holes};
use super::encode::{Reason, Verdict};
use super::inquiry::{Inquiry, Stopped, Witness};
use super::machine::Machine;
use crate::engine::Fault;
use crate::facts::{DateRange, FactId};
use crate::policy::{DecisionId, ExprId, LookupId, Policy, PropertyId, RuleId};

/// A defect.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What is wrong.
    pub kind: FindingKind,
    /// A deal that shows it, where it is something that happens.
    pub witness: Option<Witness>,
    /// For a gap, which deals it is found in: some kinds of them, each by what holds for all of its deals.
    pub when: Vec<Vec<Clause>>,
    /// The decision has more conflicts, or errors, which are not told before some of these are mended.
    pub more: bool,
}

/// What is wrong.
#[derive(Clone, Debug)]
pub enum FindingKind {
    /// A rule's condition never holds; in order, not where it is tested.
    NeverApplies(RuleId),
    /// A row of a table with parameters matches nothing that is ever asked of the table, by its place.
    NeverAsked(LookupId, u32),
    /// A rule applies, but never without one of these rules that override it, by their place.
    NeverStands(RuleId, Vec<u32>),
    /// Wherever this requirement fails, one of these fails with the same outcome, by their place.
    Implied(RuleId, Vec<u32>),
    /// These rules stand with different outcomes, by their place.
    Conflict(DecisionId, Vec<u32>),
    /// No rule speaks although every fact is given.
    Gap(DecisionId),
    /// An expression has no value.
    Error(DecisionId, Box<Fault>),
    /// A condition holds in every deal, or in none.
    Constant(ExprId, bool),
    /// The condition of a choice holds in every deal in which it is asked, or in none of them.
    OneSided(ExprId, bool),
    /// No decision ends otherwise for this fact, nor a property.
    NoInfluence(FactId),
    /// A property does not hold.
    Broken(PropertyId),
    /// The condition of a property has no value in some deals, as something in it ends in an error or a conflict; in all
    /// others it holds.
    Valueless(PropertyId),
}

/// What was not settled, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// The expression because of which it is not.
    pub expr: ExprId,
    /// Why.
    pub why: Why,
}

/// Why something is not settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It is exact for lists of up to so many records; longer ones were not looked at.
    LongerLists(u32),
    /// Its numbers may be too large to be sure of their arithmetic.
    LargeNumbers,
    /// The policy is too large.
    TooLarge,
    /// The engine decides the deal that was found otherwise.
    NotConfirmed,
}

/// What an analysis found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// The defects, in the order of the policy.
    pub findings: Vec<Finding>,
    /// The properties that are proved to hold for every deal.
    pub proved: Vec<PropertyId>,
    /// What was not settled; empty where everything was.
    pub unsettled: Vec<Unsettled>,
    /// It was stopped before everything was looked at.
    pub stopped: bool,
    /// The properties of which nothing was known then.
    pub open: Vec<PropertyId>,
}

/// A part of the search, which can be put off.
#[derive(Clone, Copy, Debug)]
enum Task {
    Losses,
    Rules(DecisionId),
    Conflicts(DecisionId),
    Gaps(DecisionId),
    Errors(DecisionId),
    Rows,
    Property(PropertyId),
    Conditions(DecisionId),
    Choice(ExprId),
    Influence(FactId),
}

/// How many conflicts, and how many errors, of one decision are told.
const MOST_OF_ONE: usize = 5;

/// Looks for every defect of decisions on these dates. Examples are set on `today` where any date will do. `stop` is asked
/// now and then whether to give up; what was found until then is kept.
pub fn findings(policy: &Policy, dates: DateRange, today: Date, stop: &dyn Fn() -> bool) -> Findings {
    let mut findings = Findings::default();
    let Some(mut machine) = Machine::new(policy, dates, stop) else {
        findings.stopped = true;
        findings.open = policy.properties.iter().map(|(id, _)| id).collect();
        return findings;
    };
    let inquiry = Inquiry::new(&mut machine, today.clamp(dates.low, dates.high), stop);
    let mut search = Search { inquiry, findings, places: Vec::new(), place: 0, is_all_said: None };
    let open = search.all();
    let Search { mut findings, places, .. } = search;
    let mut placed: Vec<(usize, Finding)> = places.into_iter().zip(findings.findings).collect();
    placed.sort_by_key(|(place, _)| *place);
    findings.findings = placed.into_iter().map(|(_, finding)| finding).collect();
    findings.proved.sort_unstable_by_key(|id| id.into_raw());
    findings.stopped = !open.is_empty();
    let properties = open.into_iter().filter_map(|task| if let Task::Property(id) = task { Some(id) } else { None });
    findings.open = properties.collect();
    for finding in &mut findings.findings {
        if let FindingKind::Gap(id) = finding.kind {
            finding.when = holes(policy, id, dates, today.clamp(dates.low, dates.high), stop);
        }
    }
    findings
}

/// The search for defects.
struct Search<'m, 'p, 's> {
    inquiry: Inquiry<'m, 'p, 's>,
    findings: Findings,
    /// By which task each of the findings was found.
    places: Vec<usize>,
    /// The task at hand.
    place: usize,
    /// Whether the circuit says everything; `None` before that is looked at.
    is_all_said: Option<bool>,
}

impl<'p> Search<'_, 'p, '_> {
    /// Looks for everything. What takes long is put off until all else was looked at. What comes back was not finished.
    fn all(&mut self) -> Vec<Task> {
        let mut open: Vec<(usize, Task)> = self.tasks().into_iter().enumerate().collect();
        for patience in [Some(Patience::Fair), None] {
            self.inquiry.patience = patience;
            let mut put_off = Vec::new();
            let mut tasks = open.into_iter();
            while let Some((place, task)) = tasks.next() {
                self.place = place;
                let found = (self.findings.findings.len(), self.findings.unsettled.len());
                if self.task(task).is_ok() {
                    continue;
                }
                put_off.push((place, task));
                if self.inquiry.is_stopped() {
                    put_off.extend(tasks);
                    put_off.sort_unstable_by_key(|(place, _)| *place);
                    return put_off.into_iter().map(|(_, task)| task).collect();
                }
                // It will be found again.
                self.findings.findings.truncate(found.0);
                self.findings.unsettled.truncate(found.1);
                self.places.truncate(found.0);
            }
            open = put_off;
        }
        open.into_iter().map(|(_, task)| task).collect()
    }

    fn tasks(&self) -> Vec<Task> {
        let policy = self.policy();
        let mut tasks = vec![Task::Losses];
        for (id, _) in policy.decisions.iter() {
            tasks.extend([Task::Rules(id), Task::Conflicts(id), Task::Gaps(id), Task::Errors(id)]);
        }
        tasks.push(Task::Rows);
        tasks.extend(policy.properties.iter().map(|(id, _)| Task::Property(id)));
        tasks.extend(policy.decisions.iter().map(|(id, _)| Task::Conditions(id)));
        tasks.extend(self.choices().into_iter().map(Task::Choice));
        tasks.extend(self.read().into_iter().map(Task::Influence));
        tasks
    }

    fn task(&mut self, task: Task) -> Result<(), Stopped> {
        match task {
            Task::Losses => self.losses(),
            Task::Rules(id) => self.rules(id),
            Task::Conflicts(id) => self.conflicts(id),
            Task::Gaps(id) => self.gaps(id),
            Task::Errors(id) => self.errors(id),
            Task::Rows => self.rows(),
            Task::Property(id) => self.property(id),
            Task::Conditions(id) => self.conditions(id),
            Task::Choice(id) => self.choice(id),
            Task::Influence(fact) => self.influence(fact),
        }
    }

    /// Whether the circuit says everything, and nothing that the engine does not. What needs that waits until it is known.
    fn is_sure(&self) -> Result<bool, Stopped> {
        Ok(self.is_all_said.ok_or(Stopped)? && self.findings.unsettled.is_empty())
    }

    fn policy(&self) -> &'p Policy {
        self.inquiry.machine.policy
    }

    fn report(&mut self, kind: FindingKind, witness: Option<Witness>) {
        self.findings.findings.push(Finding { kind, witness, when: Vec::new(), more: false });
        self.places.push(self.place);
    }

    /// The engine does not confirm what was found about a decision or a property: nothing is said of it, and nothing is
    /// proved.
    fn unconfirmed(&mut self, expr: ExprId) {
        let unsettled = Unsettled { expr, why: Why::NotConfirmed };
        if !self.findings.unsettled.contains(&unsettled) {
            self.findings.unsettled.push(unsettled);
        }
    }

    /// What the circuit does not say that can come up.
    fn losses(&mut self) -> Result<(), Stopped> {
        let policy = self.policy();
        let mut lost = Vec::new();
        for (id, _) in policy.decisions.iter() {
            lost.push(self.somewhere(id, |verdict| verdict.symbol.fails.lost));
        }
        let machine = &mut *self.inquiry.machine;
        for (there, symbol) in machine.encoded.properties.iter().flatten() {
            lost.push(machine.circuit.and(*there, symbol.fails.lost));
        }
        let lost = self.inquiry.any(lost);
        if !self.inquiry.can(&[lost])? {
            self.is_all_said = Some(true);
            return Ok(());
        }
        self.is_all_said = Some(false);
        let mut losses = self.inquiry.machine.encoded.losses.clone();
        losses.sort_unstable_by_key(|(expr, reason, _)| (expr.into_raw(), *reason));
        for group in losses.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let (expr, reason, _) = group[0];
            let lit = self.inquiry.any(group.iter().map(|(.., lit)| *lit));
            if self.inquiry.can(&[lit])? {
                let why = match reason {
                    Reason::Wide => Why::LargeNumbers,
                    Reason::LongList => Why::LongerLists(super::encode::MOST_RECORDS),
                    Reason::TooLarge => Why::TooLarge,
                };
                self.findings.unsettled.push(Unsettled { expr, why });
            }
        }
        Ok(())
    }

    /// Something of a decision, in any of the records it is taken of.
    fn somewhere(&mut self, id: DecisionId, what: impl Fn(&Verdict) -> Lit) -> Lit {
        let machine = &mut *self.inquiry.machine;
        let verdicts = machine.encoded.decisions.get(&id).map_or(&[][..], Vec::as_slice);
        let lits: Vec<Lit> =
            verdicts.iter().map(|(there, verdict)| machine.circuit.and(*there, what(verdict))).collect();
        machine.circuit.any(lits)
    }

    /// Whether the circuit says everything about a decision.
    fn is_settled(&mut self, id: DecisionId) -> Result<bool, Stopped> {
        let lost = self.somewhere(id, |verdict| verdict.symbol.fails.lost);
        Ok(!self.inquiry.can(&[lost])?)
    }
}
