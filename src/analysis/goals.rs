//! Few deals that together show many things: each as many of them as can be shown at once.

use jiff::civil::Date;

use super::apart::differs;
use super::circuit::{Circuit, Lit};
use super::encode::{Encoded, Inputs, NoCircuit, Verdict, encode, in_force};
use super::inquiry::{Inquiry, Stopped, Witness};
use super::machine::Machine;
use crate::facts::DateRange;
use crate::policy::{DecisionId, ExprId, Policy, RuleId, Window};

/// How many goals are tried to be added to those that a deal reaches anyhow.
const MOST_ADDED: usize = 16;
/// How many goals are compared with each other to say how many deals are needed.
const MOST_COMPARED: usize = 48;

/// Something that a deal can show.
#[derive(Clone, Debug)]
pub enum Goal {
    /// The rule stands.
    Stands(RuleId),
    /// No rule of the decision stands.
    Silent(DecisionId),
    /// The rule applies, or does not.
    Applies(RuleId, bool),
    /// The condition holds, or does not, wherever it may be asked.
    Holds(ExprId, bool),
    /// The date lies in the window, or does not.
    InForce(Window, bool),
    /// Another policy decides it otherwise: that in this place.
    Apart(usize),
    /// Any deal does.
    Any,
}

/// A policy that is compared with the one in question: with the same facts, and each decision and rule in the same place.
#[derive(Clone, Copy, Debug)]
pub struct Other<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The decisions that are compared.
    pub only: &'a [DecisionId],
}

/// What came of a goal.
#[derive(Clone, Debug)]
pub enum Step {
    /// This deal should show it, and these other goals, by their place.
    Deal(Box<Witness>, Vec<usize>),
    /// It is proved that no deal does.
    Never,
    /// That is not analysed.
    NotAnalysed,
}

/// Takes the goals in order, and looks for a deal for each that was not reached before: one that reaches as many of the
/// others as can be added one by one. `take` is told, and says which goals are reached now. Comes back with how many deals it
/// takes at least to reach all that were reached, as far as goals that exclude each other in pairs show it.
///
/// Deals are of any date of `dates`, on `today` where any will do. `stop` is asked now and then whether to give up; then
/// `None` comes back, and what was told until then holds.
pub fn cover(
    policy: &Policy,
    others: &[Other<'_>],
    goals: &[Goal],
    (dates, today): (DateRange, Date),
    stop: &dyn Fn() -> bool,
    mut take: impl FnMut(usize, Step) -> Vec<usize>,
) -> Option<usize> {
    let (mut machine, lits) = build(policy, others, goals, dates, stop).ok()?;
    let mut inquiry = Inquiry::new(&mut machine, today.clamp(dates.low, dates.high), stop);
    search(&mut inquiry, &lits, &mut take).ok()
}

/// The circuit, and for each goal where it is reached and where that is not said.
fn build<'p>(
    policy: &'p Policy,
    others: &[Other<'_>],
    goals: &[Goal],
    dates: DateRange,
    stop: &dyn Fn() -> bool,
) -> Result<(Machine<'p>, Vec<(Lit, Lit)>), NoCircuit> {
    let mut circuit = Circuit::new();
    let all: Vec<&Policy> = std::iter::once(policy).chain(others.iter().map(|other| other.policy)).collect();
    let inputs = Inputs::new(&mut circuit, &all, dates)?;
    let encoded = encode(&mut circuit, &inputs, policy, stop)?;
    let mut apart = Vec::new();
    for other in others {
        let changed = encode(&mut circuit, &inputs, other.policy, stop)?;
        apart.push(differs(&mut circuit, &encoded, &changed, other.only).unwrap_or((Lit::FALSE, Lit::TRUE)));
    }
    let mut machine = Machine { policy, other: None, circuit, inputs, encoded };
    let lits = goals.iter().map(|goal| match goal {
        Goal::Apart(place) => apart.get(*place).copied().unwrap_or((Lit::FALSE, Lit::TRUE)),
        goal => reached(&mut machine, goal),
    });
    let lits = lits.collect();
    Ok((machine, lits))
}

fn reached(machine: &mut Machine<'_>, goal: &Goal) -> (Lit, Lit) {
    let as_of = machine.inputs.as_of();
    let Machine { circuit, encoded, .. } = machine;
    match goal {
        Goal::Stands(rule) => somewhere(circuit, encoded, rule.decision, |_, verdict| {
            verdict.rules.get(rule.index as usize).map_or(Lit::FALSE, |rule| rule.stands)
        }),
        Goal::Silent(decision) => somewhere(circuit, encoded, *decision, |circuit, verdict| {
            let any = circuit.any(verdict.rules.iter().map(|rule| rule.stands));
            circuit.and(verdict.proceeds, !any)
        }),
        Goal::Applies(rule, applies) => somewhere(circuit, encoded, rule.decision, |circuit, verdict| {
            let lit = verdict.rules.get(rule.index as usize).map_or(Lit::FALSE, |rule| rule.applies);
            if *applies { lit } else { circuit.and(verdict.proceeds, !lit) }
        }),
        Goal::Holds(expr, holds) => {
            let seen = encoded.seen.get(expr).copied();
            let lit = seen.map_or(Lit::FALSE, |seen| if *holds { seen.holds } else { seen.fails });
            // What was lost on the way may hold too.
            let lost: Vec<Lit> = encoded.losses.iter().map(|(.., lit)| *lit).collect();
            let lost = circuit.any(lost);
            (lit, if seen.is_some() { lost } else { Lit::TRUE })
        }
        Goal::InForce(window, inside) => {
            let within = in_force(circuit, &as_of, *window);
            (if *inside { within } else { !within }, Lit::FALSE)
        }
        Goal::Apart(_) => (Lit::FALSE, Lit::TRUE),
        Goal::Any => (Lit::TRUE, Lit::FALSE),
    }
}

/// Something of a decision in any record it is taken of, and where the circuit does not say what it comes to.
fn somewhere(
    circuit: &mut Circuit,
    encoded: &Encoded,
    id: DecisionId,
    what: impl Fn(&mut Circuit, &Verdict) -> Lit,
) -> (Lit, Lit) {
    let (mut lits, mut lost) = (Vec::new(), Vec::new());
    for (there, verdict) in encoded.decisions.get(&id).into_iter().flatten() {
        let here = what(circuit, verdict);
        lits.push(circuit.and(*there, here));
        lost.push(circuit.and(*there, verdict.symbol.fails.lost));
    }
    (circuit.any(lits), circuit.any(lost))
}

fn search(
    inquiry: &mut Inquiry<'_, '_, '_>,
    lits: &[(Lit, Lit)],
    take: &mut impl FnMut(usize, Step) -> Vec<usize>,
) -> Result<usize, Stopped> {
    let mut open = vec![true; lits.len()];
    let (mut leads, mut first) = (Vec::new(), 0);
    for goal in 0..lits.len() {
        if !std::mem::replace(&mut open[goal], false) {
            continue;
        }
        let (lit, lost) = lits[goal];
        if !inquiry.can(&[lit])? {
            let step = if inquiry.can(&[lost])? { Step::NotAnalysed } else { Step::Never };
            take(goal, step);
            continue;
        }
        // Of the deals at hand the one that reaches most; then some more goals, one by one.
        let others: Vec<usize> = (goal + 1..lits.len()).filter(|&other| open[other]).collect();
        let wishes: Vec<Lit> = others.iter().map(|&other| lits[other].0).collect();
        let mut joined: Vec<usize> = inquiry.best(lit, &wishes).into_iter().map(|at| others[at]).collect();
        let mut asked: Vec<Lit> = std::iter::once(lit).chain(joined.iter().map(|&other| lits[other].0)).collect();
        let further: Vec<usize> = others.into_iter().filter(|other| !joined.contains(other)).collect();
        for other in further.into_iter().take(MOST_ADDED) {
            asked.push(lits[other].0);
            if inquiry.can(&asked)? {
                joined.push(other);
            } else {
                asked.pop();
            }
        }
        let Some(witness) = inquiry.example(&asked)? else { continue };
        let reached = take(goal, Step::Deal(Box::new(witness), joined));
        // Those that a deal was made for come first.
        leads.splice(first..first, reached.iter().copied().filter(|&reached| reached == goal));
        first += usize::from(reached.contains(&goal));
        leads.extend(reached.iter().copied().filter(|&reached| reached != goal));
        for goal in reached {
            if let Some(open) = open.get_mut(goal) {
                *open = false;
            }
        }
    }
    least(inquiry, &leads, lits)
}

/// How many deals it takes at least to reach all of these goals: so many of them exclude each other in pairs.
fn least(inquiry: &mut Inquiry<'_, '_, '_>, goals: &[usize], lits: &[(Lit, Lit)]) -> Result<usize, Stopped> {
    let mut asked: Vec<Lit> = Vec::new();
    for &goal in goals {
        if !asked.contains(&lits[goal].0) && asked.len() < MOST_COMPARED {
            asked.push(lits[goal].0);
        }
    }
    let mut apart = vec![vec![false; asked.len()]; asked.len()];
    for one in 0..asked.len() {
        for other in 0..one {
            let exclude = !inquiry.can(&[asked[one], asked[other]])?;
            (apart[one][other], apart[other][one]) = (exclude, exclude);
        }
    }
    let from = |start: usize| {
        let mut group = vec![start];
        for (other, apart) in apart.iter().enumerate() {
            if group.iter().all(|&one| apart[one]) {
                group.push(other);
            }
        }
        group.len()
    };
    Ok((0..asked.len()).map(from).max().unwrap_or(0))
}
