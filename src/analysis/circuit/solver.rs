//! Answers whether a circuit can come to something, by a SAT solver.
//!
//! Products and quotients are taken for any numbers at first, of which a few laws hold. What is impossible of any such
//! numbers is impossible; what is possible of them is looked at once more, and where the numbers are not the results, more
//! laws are told. Only where that comes to no end are they looked at bit by bit.

use std::cell::Cell;
use std::rc::Rc;

use batsat::{Callbacks, Lit as SatLit, SolverInterface, lbool};
use rustc_hash::FxHashSet;

use super::gates::{Circuit, Gate, Lit};

/// So often more laws are told for one question.
const MOST_ROUNDS: usize = 24;
/// So often where an answer is wanted soon.
const FEW_ROUNDS: usize = 6;

/// How long an answer may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) enum Patience {
    /// No more laws are told, and it takes few steps.
    AtOnce,
    /// Few laws are told, and it takes not many steps.
    Soon,
    /// Few laws are told, and it takes no longer than others can wait.
    Fair,
    /// Few laws are told.
    Late,
}

impl Patience {
    fn steps(self) -> u64 {
        match self {
            Patience::AtOnce => 500,
            Patience::Soon => 3_000,
            Patience::Fair => 50_000,
            Patience::Late => u64::MAX,
        }
    }

    fn rounds(self) -> usize {
        match self {
            Patience::AtOnce => 0,
            Patience::Soon | Patience::Fair | Patience::Late => FEW_ROUNDS,
        }
    }
}

/// What a search came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) enum Search {
    /// There is an input for which all that is assumed holds; the solver knows it.
    Found,
    /// There is none.
    Impossible,
    /// It was stopped before it was known.
    Stopped,
}

/// A solver that learns the parts of a circuit which it is asked about.
pub(in crate::analysis) struct Solver<'s> {
    stop: &'s dyn Fn() -> bool,
    /// Takes results that are veiled for numbers that some laws hold of.
    veiled: Sat<'s>,
    /// Sees what is behind the veils; there once it is needed.
    whole: Option<Sat<'s>>,
    /// What holds from now on.
    asserted: Vec<Lit>,
    /// Whether the last answer is that of the one that sees everything.
    is_whole: bool,
    /// What the operands of veiled results come to in an input that is worth a look.
    hints: Vec<Vec<i128>>,
    /// The steps that are left for an answer.
    left: Rc<Cell<u64>>,
}

impl<'s> Solver<'s> {
    /// `stop` is asked now and then whether to give up.
    pub(in crate::analysis) fn new(stop: &'s dyn Fn() -> bool) -> Solver<'s> {
        let left = Rc::new(Cell::new(u64::MAX));
        let veiled = Sat::new(stop, &left, false);
        Solver { stop, veiled, whole: None, asserted: Vec::new(), is_whole: false, hints: Vec::new(), left }
    }

    /// From now on, `lit` holds.
    pub(in crate::analysis) fn assert(&mut self, circuit: &Circuit, lit: Lit) {
        self.asserted.push(lit);
        self.veiled.assert(circuit, lit);
        if let Some(whole) = &mut self.whole {
            whole.assert(circuit, lit);
        }
    }

    /// What is found may be near an input, in which literals come to this.
    pub(in crate::analysis) fn hint(&mut self, circuit: &Circuit, input: &dyn Fn(Lit) -> bool) {
        self.hints = circuit.veiled.iter().map(|veiled| veiled.read(input).0).collect();
    }

    /// Whether all of `assumed` can hold together. `None` where that takes longer.
    pub(in crate::analysis) fn search_within(
        &mut self,
        circuit: &mut Circuit,
        assumed: &[Lit],
        patience: Patience,
    ) -> Option<Search> {
        self.left.set(patience.steps());
        let found = self.rounds(circuit, assumed, patience.rounds());
        let spent = self.left.get() == 0;
        self.left.set(u64::MAX);
        found.filter(|found| *found != Search::Stopped || !spent)
    }

    /// Whether all of `assumed` can hold together.
    pub(in crate::analysis) fn search(&mut self, circuit: &mut Circuit, assumed: &[Lit]) -> Search {
        if let Some(found) = self.rounds(circuit, assumed, MOST_ROUNDS) {
            return found;
        }
        self.is_whole = true;
        let whole = self.whole.get_or_insert_with(|| {
            let mut whole = Sat::new(self.stop, &self.left, true);
            self.asserted.iter().for_each(|&lit| whole.assert(circuit, lit));
            whole
        });
        whole.search(circuit, assumed)
    }

    /// An answer by the laws alone, which are told in so many rounds.
    fn rounds(&mut self, circuit: &mut Circuit, assumed: &[Lit], rounds: usize) -> Option<Search> {
        self.is_whole = false;
        for round in 0..=rounds {
            let answer = self.veiled.search(circuit, assumed);
            if answer != Search::Found {
                return Some(answer);
            }
            let wrong = self.veiled.wrong(circuit);
            if wrong.is_empty() {
                return Some(Search::Found);
            }
            if round == rounds {
                break;
            }
            let hinted = wrong.iter().filter_map(|(place, _)| Some((*place, self.hints.get(*place)?.clone())));
            let hinted: Vec<(usize, Vec<i128>)> = hinted.collect();
            for (place, operands) in wrong.iter().chain(&hinted) {
                for law in circuit.laws_at(*place, operands) {
                    self.veiled.assert(circuit, law);
                }
            }
            // With one factor of each as it is known, the laws say what the products are.
            for (known, operand) in [(&hinted, 0), (&hinted, 1), (&wrong, 0), (&wrong, 1)] {
                let is = |(place, at): &(usize, Vec<i128>)| circuit.operand_is(*place, operand, *at.get(operand)?);
                let mut held: Vec<Lit> = known.iter().filter_map(is).collect();
                if held.is_empty() {
                    continue;
                }
                held.extend(assumed);
                match self.veiled.search(circuit, &held) {
                    Search::Found if self.veiled.wrong(circuit).is_empty() => return Some(Search::Found),
                    Search::Stopped => return Some(Search::Stopped),
                    _ => {}
                }
            }
        }
        None
    }

    /// Which of `assumed`, by their place, are enough for the last search of them to be impossible.
    pub(in crate::analysis) fn enough(&self, assumed: &[Lit]) -> Vec<usize> {
        self.last().enough(assumed)
    }

    /// What an input is in what the last search found; inputs that do not matter are false.
    pub(in crate::analysis) fn input(&self, lit: Lit) -> bool {
        self.last().is(lit)
    }

    fn last(&self) -> &Sat<'s> {
        match &self.whole {
            Some(whole) if self.is_whole => whole,
            _ => &self.veiled,
        }
    }
}

/// A SAT solver with what it knows of a circuit.
struct Sat<'s> {
    sat: batsat::Solver<Stop<'s>>,
    /// The variable of each gate that it knows.
    variables: Vec<Option<SatLit>>,
    /// Whether it sees what is behind a veil.
    sees_through: bool,
    /// The veiled results whose bits it takes for free ones.
    veiled: Vec<usize>,
    /// Those whose laws it was told.
    lawful: FxHashSet<usize>,
}

struct Stop<'s> {
    stop: &'s dyn Fn() -> bool,
    left: Rc<Cell<u64>>,
}

impl Callbacks for Stop<'_> {
    fn stop(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left == 0 || (self.stop)()
    }
}

impl<'s> Sat<'s> {
    fn new(stop: &'s dyn Fn() -> bool, left: &Rc<Cell<u64>>, sees_through: bool) -> Sat<'s> {
        let stop = Stop { stop, left: Rc::clone(left) };
        Sat {
            sat: batsat::Solver::new(batsat::SolverOpts::default(), stop),
            variables: Vec::new(),
            sees_through,
            veiled: Vec::new(),
            lawful: FxHashSet::default(),
        }
    }

    fn assert(&mut self, circuit: &Circuit, lit: Lit) {
        let lit = self.literal(circuit, lit);
        self.sat.add_clause_reuse(&mut vec![lit]);
        self.tell_laws(circuit);
    }

    fn search(&mut self, circuit: &Circuit, assumed: &[Lit]) -> Search {
        let assumed: Vec<SatLit> = assumed.iter().map(|&lit| self.literal(circuit, lit)).collect();
        self.tell_laws(circuit);
        let answer = self.sat.solve_limited(&assumed);
        if answer == lbool::TRUE {
            Search::Found
        } else if answer == lbool::FALSE {
            Search::Impossible
        } else {
            Search::Stopped
        }
    }

    /// Tells what holds of the veiled results that it came to know. The laws may speak of further ones.
    fn tell_laws(&mut self, circuit: &Circuit) {
        while let Some(place) = self.veiled.iter().copied().find(|place| self.lawful.insert(*place)) {
            let Some(veiled) = circuit.veiled.get(place) else { continue };
            veiled.bits().for_each(|bit| {
                self.literal(circuit, bit);
            });
            for &law in &veiled.laws {
                let law = self.literal(circuit, law);
                self.sat.add_clause_reuse(&mut vec![law]);
            }
        }
    }

    /// The veiled results that are not those of their operands in what was found, with what the operands come to.
    fn wrong(&self, circuit: &Circuit) -> Vec<(usize, Vec<i128>)> {
        let veiled = self.lawful.iter().filter_map(|&place| Some((place, circuit.veiled.get(place)?)));
        let read = veiled.map(|(place, veiled)| (place, veiled, veiled.read(|lit| self.is(lit))));
        let wrong = read.filter(|(_, veiled, (operands, is))| veiled.of(operands) != *is);
        let mut wrong: Vec<_> = wrong.map(|(place, _, (operands, _))| (place, operands)).collect();
        wrong.sort_unstable();
        wrong
    }

    fn enough(&self, assumed: &[Lit]) -> Vec<usize> {
        let needed = |lit: &Lit| {
            let known = self.variables.get(lit.gate()).copied().flatten();
            known.is_some_and(|known| self.sat.unsat_core_contains_var(known.var()))
        };
        (0..assumed.len()).filter(|&place| needed(&assumed[place])).collect()
    }

    /// What a literal is in what was found; inputs that do not matter are false.
    fn is(&self, lit: Lit) -> bool {
        if lit.is_constant() {
            return lit == Lit::TRUE;
        }
        let known = self.variables.get(lit.gate()).copied().flatten();
        let value = known.is_some_and(|known| self.sat.value_lit(known) == lbool::TRUE);
        value != lit.is_negated()
    }

    fn literal(&mut self, circuit: &Circuit, lit: Lit) -> SatLit {
        let gate = self.learn(circuit, lit.gate());
        if lit.is_negated() { !gate } else { gate }
    }

    /// Teaches the solver a gate and all that it rests on.
    fn learn(&mut self, circuit: &Circuit, gate: usize) -> SatLit {
        self.variables.resize(self.variables.len().max(circuit.len()), None);
        let mut open = vec![gate];
        while let Some(&at) = open.last() {
            if self.variables[at].is_some() {
                open.pop();
                continue;
            }
            let parts = match circuit.gate(at) {
                Gate::And(a, b) => [a, b],
                Gate::Veil(behind, _) if self.sees_through => [behind, behind],
                free => {
                    let variable = SatLit::new(self.sat.new_var_default(), true);
                    if let Gate::True = free {
                        self.sat.add_clause_reuse(&mut vec![variable]);
                    }
                    if let Gate::Veil(_, place) = free {
                        self.veiled.push(place as usize);
                    }
                    self.variables[at] = Some(variable);
                    continue;
                }
            };
            let known = parts.map(|part| {
                let variable = self.variables[part.gate()];
                if variable.is_none() {
                    open.push(part.gate());
                }
                variable.map(|v| if part.is_negated() { !v } else { v })
            });
            if let [Some(a), Some(b)] = known {
                if let Gate::Veil(..) = circuit.gate(at) {
                    self.variables[at] = Some(a);
                    continue;
                }
                let variable = SatLit::new(self.sat.new_var_default(), true);
                self.sat.add_clause_reuse(&mut vec![!variable, a]);
                self.sat.add_clause_reuse(&mut vec![!variable, b]);
                self.sat.add_clause_reuse(&mut vec![variable, !a, !b]);
                self.variables[at] = Some(variable);
            }
        }
        match self.variables[gate] {
            Some(variable) => variable,
            None => SatLit::new(self.sat.new_var_default(), true),
        }
    }
}
