//! Answers whether a circuit can come to something, by a SAT solver.

use batsat::{Callbacks, Lit as SatLit, SolverInterface, lbool};

use super::gates::{Circuit, Gate, Lit};

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
    sat: batsat::Solver<Stop<'s>>,
    /// The variable of each gate that it knows.
    variables: Vec<Option<SatLit>>,
}

struct Stop<'s>(&'s dyn Fn() -> bool);

impl Callbacks for Stop<'_> {
    fn stop(&self) -> bool {
        (self.0)()
    }
}

impl<'s> Solver<'s> {
    /// `stop` is asked now and then whether to give up.
    pub(in crate::analysis) fn new(stop: &'s dyn Fn() -> bool) -> Solver<'s> {
        let sat = batsat::Solver::new(batsat::SolverOpts::default(), Stop(stop));
        Solver { sat, variables: Vec::new() }
    }

    /// From now on, `lit` holds.
    pub(in crate::analysis) fn assert(&mut self, circuit: &Circuit, lit: Lit) {
        let lit = self.literal(circuit, lit);
        self.sat.add_clause_reuse(&mut vec![lit]);
    }

    /// Whether all of `assumed` can hold together.
    pub(in crate::analysis) fn search(&mut self, circuit: &Circuit, assumed: &[Lit]) -> Search {
        let assumed: Vec<SatLit> = assumed.iter().map(|&lit| self.literal(circuit, lit)).collect();
        let answer = self.sat.solve_limited(&assumed);
        if answer == lbool::TRUE {
            Search::Found
        } else if answer == lbool::FALSE {
            Search::Impossible
        } else {
            Search::Stopped
        }
    }

    /// Which of `assumed`, by their place, are enough for the last search of them to be impossible.
    pub(in crate::analysis) fn enough(&self, assumed: &[Lit]) -> Vec<usize> {
        let needed = |lit: &Lit| {
            let known = self.variables.get(lit.gate()).copied().flatten();
            known.is_some_and(|known| self.sat.unsat_core_contains_var(known.var()))
        };
        (0..assumed.len()).filter(|&place| needed(&assumed[place])).collect()
    }

    /// What an input is in what the last search found; inputs that do not matter are false.
    pub(in crate::analysis) fn input(&self, lit: Lit) -> bool {
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
                Gate::True | Gate::Input => {
                    let variable = SatLit::new(self.sat.new_var_default(), true);
                    if matches!(circuit.gate(at), Gate::True) {
                        self.sat.add_clause_reuse(&mut vec![variable]);
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
