//! Gates and literals.

use std::ops::Not;

use rustc_hash::FxHashMap;

use super::integer::Integer;
use super::veil::{Operation, Veiled};

/// A gate's output, or its negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::analysis) struct Lit(u32);

impl Lit {
    pub(in crate::analysis) const TRUE: Lit = Lit(0);
    pub(in crate::analysis) const FALSE: Lit = Lit(1);

    fn of(gate: usize) -> Option<Lit> {
        u32::try_from(gate).ok().filter(|&gate| gate <= u32::MAX / 2).map(|gate| Lit(gate * 2))
    }

    /// The constant.
    pub(in crate::analysis) fn constant(value: bool) -> Lit {
        if value { Lit::TRUE } else { Lit::FALSE }
    }

    /// The gate whose output it is, or the negation of.
    pub(in crate::analysis) fn gate(self) -> usize {
        (self.0 / 2) as usize
    }

    pub(in crate::analysis) fn is_negated(self) -> bool {
        self.0 % 2 == 1
    }

    pub(in crate::analysis) fn is_constant(self) -> bool {
        self.gate() == 0
    }
}

impl Not for Lit {
    type Output = Lit;

    fn not(self) -> Lit {
        Lit(self.0 ^ 1)
    }
}

/// What a gate is.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) enum Gate {
    /// Gate 0.
    True,
    /// Free.
    Input,
    /// The conjunction of two earlier outputs.
    And(Lit, Lit),
    /// An earlier output, as a bit of the veiled result at this place.
    Veil(Lit, u32),
}

/// A circuit that grows; equal gates are one gate.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Circuit {
    gates: Vec<Gate>,
    known: FxHashMap<(Lit, Lit), Lit>,
    /// The veils of gates.
    veils: FxHashMap<usize, Lit>,
    /// Results whose bits are veiled.
    pub(super) veiled: Vec<Veiled>,
    /// Their places.
    pub(super) places: FxHashMap<(Operation, Vec<Integer>), usize>,
}

impl Circuit {
    pub(in crate::analysis) fn new() -> Circuit {
        Circuit {
            gates: vec![Gate::True],
            known: FxHashMap::default(),
            veils: FxHashMap::default(),
            veiled: Vec::new(),
            places: FxHashMap::default(),
        }
    }

    /// The veil of a literal, if it has one.
    fn veil_of(&self, lit: Lit) -> Option<Lit> {
        let veil = *self.veils.get(&lit.gate())?;
        Some(if lit.is_negated() { !veil } else { veil })
    }

    /// A literal that is the same, as a bit of the veiled result at a place.
    pub(super) fn veil(&mut self, lit: Lit, place: usize) -> Lit {
        if lit.is_constant() {
            return lit;
        }
        if let Some(veiled) = self.veil_of(lit) {
            return veiled;
        }
        let Ok(place) = u32::try_from(place) else { return lit };
        let positive = if lit.is_negated() { !lit } else { lit };
        let veil = self.push(Gate::Veil(positive, place));
        self.veils.insert(lit.gate(), veil);
        if lit.is_negated() { !veil } else { veil }
    }

    /// How many gates there are.
    pub(in crate::analysis) fn len(&self) -> usize {
        self.gates.len()
    }

    pub(in crate::analysis) fn gate(&self, gate: usize) -> Gate {
        self.gates[gate]
    }

    fn push(&mut self, gate: Gate) -> Lit {
        // Whoever builds stops long before there are so many gates; see `Limits`.
        let Some(lit) = Lit::of(self.gates.len()) else { return Lit::FALSE };
        self.gates.push(gate);
        lit
    }

    /// A new free input.
    pub(in crate::analysis) fn input(&mut self) -> Lit {
        self.push(Gate::Input)
    }

    pub(in crate::analysis) fn and(&mut self, a: Lit, b: Lit) -> Lit {
        let (a, b) = if a <= b { (a, b) } else { (b, a) };
        if a == Lit::TRUE || a == b {
            return b;
        }
        if a == Lit::FALSE || a == !b {
            return Lit::FALSE;
        }
        // `b` is the later gate: where it is a conjunction with `a` in it, the pair says no more than one of them.
        if let Gate::And(c, d) = self.gates[b.gate()] {
            let (same, opposite) = (a == c || a == d, a == !c || a == !d);
            match b.is_negated() {
                false if same => return b,
                false if opposite => return Lit::FALSE,
                true if opposite => return a,
                true if same => {
                    let other = if a == c { d } else { c };
                    return self.and(a, !other);
                }
                _ => {}
            }
        }
        if let Some(&known) = self.known.get(&(a, b)) {
            return known;
        }
        let lit = self.push(Gate::And(a, b));
        self.known.insert((a, b), lit);
        lit
    }

    pub(in crate::analysis) fn or(&mut self, a: Lit, b: Lit) -> Lit {
        !self.and(!a, !b)
    }

    pub(in crate::analysis) fn xor(&mut self, a: Lit, b: Lit) -> Lit {
        if a.is_constant() || b.is_constant() || a.gate() == b.gate() {
            return match (a, b) {
                (Lit::FALSE, other) | (other, Lit::FALSE) => other,
                (Lit::TRUE, other) | (other, Lit::TRUE) => !other,
                _ => Lit::constant(a != b),
            };
        }
        let (one, other) = (self.and(a, !b), self.and(!a, b));
        self.or(one, other)
    }

    pub(in crate::analysis) fn same(&mut self, a: Lit, b: Lit) -> Lit {
        !self.xor(a, b)
    }

    /// `then` where `condition` holds, else `otherwise`.
    pub(in crate::analysis) fn choose(&mut self, condition: Lit, then: Lit, otherwise: Lit) -> Lit {
        match (condition, then, otherwise) {
            (Lit::TRUE, then, _) => then,
            (Lit::FALSE, _, otherwise) => otherwise,
            (_, then, otherwise) if then == otherwise => then,
            (_, Lit::TRUE, _) => self.or(condition, otherwise),
            (_, Lit::FALSE, _) => self.and(!condition, otherwise),
            (_, _, Lit::TRUE) => self.or(!condition, then),
            (_, _, Lit::FALSE) => self.and(condition, then),
            _ if then == !otherwise => self.same(condition, then),
            _ => {
                let (one, other) = (self.and(condition, then), self.and(!condition, otherwise));
                self.or(one, other)
            }
        }
    }

    pub(in crate::analysis) fn all(&mut self, lits: impl IntoIterator<Item = Lit>) -> Lit {
        let lits: Vec<Lit> = lits.into_iter().collect();
        self.balanced(lits)
    }

    pub(in crate::analysis) fn any(&mut self, lits: impl IntoIterator<Item = Lit>) -> Lit {
        let lits: Vec<Lit> = lits.into_iter().map(|l| !l).collect();
        !self.balanced(lits)
    }

    /// Shallow rather than a chain: what is searched stays near what it depends on.
    fn balanced(&mut self, mut lits: Vec<Lit>) -> Lit {
        while lits.len() > 1 {
            lits = lits.chunks(2).map(|pair| if let [a, b] = *pair { self.and(a, b) } else { pair[0] }).collect();
        }
        lits.first().copied().unwrap_or(Lit::TRUE)
    }
}

/// 64 runs of a circuit.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Run {
    outputs: Vec<u64>,
}

impl Run {
    /// What every gate comes to; `input` gives those of an input gate in each of the runs.
    pub(in crate::analysis) fn of(circuit: &Circuit, input: impl FnMut(usize) -> u64) -> Run {
        let mut run = Run { outputs: Vec::with_capacity(circuit.len()) };
        run.extend(circuit, input);
        run
    }

    /// Goes on with the gates that the circuit got since.
    pub(in crate::analysis) fn extend(&mut self, circuit: &Circuit, mut input: impl FnMut(usize) -> u64) {
        for at in self.outputs.len()..circuit.len() {
            let output = match circuit.gate(at) {
                Gate::True => u64::MAX,
                Gate::Input => input(at),
                Gate::And(a, b) => self.lit(a) & self.lit(b),
                Gate::Veil(lit, _) => self.lit(lit),
            };
            self.outputs.push(output);
        }
    }

    /// What a literal comes to in each of the runs.
    pub(in crate::analysis) fn lit(&self, lit: Lit) -> u64 {
        let output = self.outputs[lit.gate()];
        if lit.is_negated() { !output } else { output }
    }
}

/// Runs of the part of a circuit that some literals rest on.
#[derive(Debug)]
pub(in crate::analysis) struct Cone {
    lits: Vec<Lit>,
    /// Its gates in the order of the circuit, which speak of each other by their places here, and inputs by their gates.
    gates: Vec<(Gate, usize)>,
    words: Vec<u64>,
}

impl Cone {
    pub(in crate::analysis) fn of(circuit: &Circuit, lits: &[Lit]) -> Cone {
        let mut known = vec![false; circuit.len()];
        let mut open: Vec<usize> = lits.iter().map(|lit| lit.gate()).collect();
        let mut gates = Vec::new();
        while let Some(gate) = open.pop() {
            if std::mem::replace(&mut known[gate], true) {
                continue;
            }
            gates.push(gate);
            match circuit.gate(gate) {
                Gate::True | Gate::Input => {}
                Gate::And(a, b) => open.extend([a.gate(), b.gate()]),
                Gate::Veil(lit, _) => open.push(lit.gate()),
            }
        }
        gates.sort_unstable();
        let places: FxHashMap<usize, usize> = gates.iter().enumerate().map(|(place, &gate)| (gate, place)).collect();
        let here = |lit: Lit| {
            let place = places.get(&lit.gate()).copied().and_then(Lit::of).unwrap_or(Lit::FALSE);
            if lit.is_negated() { !place } else { place }
        };
        let local = |gate: usize| match circuit.gate(gate) {
            Gate::And(a, b) => Gate::And(here(a), here(b)),
            Gate::Veil(lit, of) => Gate::Veil(here(lit), of),
            free => free,
        };
        let lits = lits.iter().map(|&lit| here(lit)).collect();
        let words = vec![0; gates.len()];
        Cone { lits, gates: gates.into_iter().map(|gate| (local(gate), gate)).collect(), words }
    }

    /// In which of 64 runs all of the literals hold; `input` gives what an input gate is in each of them.
    pub(in crate::analysis) fn holds(&mut self, input: impl Fn(usize) -> u64) -> u64 {
        for (place, &(gate, own)) in self.gates.iter().enumerate() {
            let word = match gate {
                Gate::True => u64::MAX,
                Gate::Input => input(own),
                Gate::And(a, b) => word(&self.words, a) & word(&self.words, b),
                Gate::Veil(lit, _) => word(&self.words, lit),
            };
            self.words[place] = word;
        }
        self.lits.iter().fold(u64::MAX, |lanes, lit| lanes & word(&self.words, *lit))
    }
}

fn word(words: &[u64], lit: Lit) -> u64 {
    if lit.is_negated() { !words[lit.gate()] } else { words[lit.gate()] }
}

/// One run of a circuit of which not every input is known.
#[derive(Debug)]
pub(in crate::analysis) struct PartialRun {
    outputs: Vec<Option<bool>>,
}

impl PartialRun {
    /// What every gate comes to whatever the inputs that are not known are; nothing where that is not seen gate by gate.
    pub(in crate::analysis) fn of(circuit: &Circuit, input: impl Fn(usize) -> Option<bool>) -> PartialRun {
        let mut run = PartialRun { outputs: Vec::with_capacity(circuit.len()) };
        for at in 0..circuit.len() {
            let output = match circuit.gate(at) {
                Gate::True => Some(true),
                Gate::Input => input(at),
                Gate::And(a, b) => match (run.lit(a), run.lit(b)) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), other) | (other, Some(true)) => other,
                    (None, None) => None,
                },
                Gate::Veil(lit, _) => run.lit(lit),
            };
            run.outputs.push(output);
        }
        run
    }

    /// What a literal comes to.
    pub(in crate::analysis) fn lit(&self, lit: Lit) -> Option<bool> {
        self.outputs[lit.gate()].map(|output| output != lit.is_negated())
    }
}
