//! A policy as a circuit over complete deals: what every expression and every decision comes to, and where it has
//! no value. It says nothing about unknown facts; every fact is given.

mod aggregate;
mod expression;
mod inputs;
mod operation;
mod rules;
mod symbol;
mod total;

pub(super) use inputs::{Codes, Coding, Inputs, Key, MOST_RECORDS, Slot, Source, day};
pub(super) use rules::{Verdict, in_force};
use symbol::Constant;
pub(super) use symbol::{Fails, Form, Symbol};

use std::sync::Arc;

use la_arena::ArenaMap;
use rustc_hash::FxHashMap;

use super::circuit::{Circuit, Integer, Lit, Ratio, TooWide};
use crate::facts::{FactId, RecordId, TypeKind};
use crate::policy::{DecisionId, DefinitionId, ExprId, LookupId, Node, Policy};

/// A circuit may have so many gates; what does not fit is not analysed.
const MOST_GATES: usize = 12_000_000;
/// So many expressions are looked at for one circuit, each as often as it is asked for. Where that is enough, the engine does
/// not come to the end of what one of its evaluations may cost.
const MOST_WORK: u64 = 2_000_000;
/// So often it is asked whether to give up: after as many expressions.
const STOP_EVERY: u64 = 512;

/// The record at hand: of which list, and its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Hand {
    pub(super) record: RecordId,
    pub(super) list: FactId,
    pub(super) place: usize,
}

/// Why the circuit does not say what an expression comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Reason {
    /// Its numbers may be too large for exact arithmetic.
    Wide,
    /// A list may be longer than what is looked at.
    LongList,
    /// The circuit would have too many gates.
    TooLarge,
}

/// Why there is no circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoCircuit {
    /// The facts take too many bits.
    TooWide,
    /// It was stopped.
    Stopped,
}

impl From<TooWide> for NoCircuit {
    fn from(_: TooWide) -> NoCircuit {
        NoCircuit::TooWide
    }
}

/// Where an expression has no value although all it is made of has one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Breach {
    pub(super) expr: ExprId,
    pub(super) lit: Lit,
}

/// Where a boolean expression holds, and where it does not, whether or not anything asks for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) holds: Lit,
    pub(super) fails: Lit,
}

/// Where a choice with `if` is asked and its condition holds, and where it is asked and does not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Branches {
    pub(super) then: Lit,
    pub(super) otherwise: Lit,
}

/// A number that is made of what the records of a list add to it: a sum, a count, or what is reckoned from them.
#[derive(Clone, Debug)]
pub(super) struct Sum {
    /// The list.
    pub(super) list: FactId,
    /// What each record adds, in the order of the list; nothing where it is not there.
    pub(super) parts: Vec<Ratio>,
    /// What else it is made of.
    pub(super) rest: Ratio,
    /// What it comes to.
    pub(super) symbol: Symbol,
}

/// A policy as a circuit.
#[derive(Debug)]
pub(super) struct Encoded {
    /// Decisions; those about records for each record that is looked at, with where there is such a record.
    pub(super) decisions: FxHashMap<DecisionId, Vec<(Lit, Verdict)>>,
    pub(super) seen: FxHashMap<ExprId, Seen>,
    /// By the `if`.
    pub(super) branches: FxHashMap<ExprId, Branches>,
    pub(super) breaches: Vec<Breach>,
    /// Where a row of a look-up is what somebody asked for.
    pub(super) rows: FxHashMap<(LookupId, u32), Lit>,
    pub(super) losses: Vec<(ExprId, Reason, Lit)>,
    /// The records for which a decision about such a record is taken, in the order of `decisions`.
    pub(super) hands: FxHashMap<RecordId, Vec<Hand>>,
    /// Such numbers, where they are about no other record.
    pub(super) sums: FxHashMap<ExprId, Sum>,
    definitions: FxHashMap<(DefinitionId, Option<Hand>), Symbol>,
    /// Properties: for each record, where there is one; where each holds.
    pub(super) properties: Vec<Vec<(Lit, Symbol)>>,
    /// Where every fact has a value that the policy allows.
    pub(super) allowed: Lit,
}

impl Encoded {
    /// The literals that say how everything ends: decisions and properties. Two circuits of one policy that agree in
    /// all of them end alike.
    pub(super) fn literals(&self, circuit: &mut Circuit, policy: &Policy) -> Vec<Lit> {
        let mut lits = Vec::new();
        for (id, _) in policy.decisions.iter() {
            for (there, verdict) in self.decisions.get(&id).into_iter().flatten() {
                // The rules that stand are told where they agree, and where they do not.
                let failed = verdict.symbol.fails.any(circuit);
                let silent = circuit.and(failed, !verdict.conflict);
                let mut told = vec![verdict.default, verdict.conflict];
                told.extend(verdict.rules.iter().map(|rule| circuit.and(rule.stands, !silent)));
                told.extend(verdict.symbol.literals(circuit));
                lits.push(*there);
                lits.extend(told.into_iter().map(|lit| circuit.and(*there, lit)));
            }
        }
        for (there, symbol) in self.properties.iter().flatten() {
            lits.push(*there);
            let told = symbol.literals(circuit);
            lits.extend(told.into_iter().map(|lit| circuit.and(*there, lit)));
        }
        lits
    }
}

impl Encoded {
    /// What expressions of the policy that this is the circuit of come to, where `hand` is the record at hand. None of
    /// them may have a parameter. Where the policy asks for one, something before it may see to it that nothing in it is
    /// none; here nothing does, so that it has no value where something is none that may not be.
    pub(super) fn symbols(
        &self,
        circuit: &mut Circuit,
        inputs: &Inputs,
        policy: &Policy,
        hand: Option<Hand>,
        exprs: &[ExprId],
    ) -> Result<Vec<Symbol>, TooWide> {
        let (mut encoder, _) = Encoder::new(circuit, inputs, policy, &|| false)?;
        encoder.definitions.clone_from(&self.definitions);
        for (id, decision) in policy.decisions.iter() {
            let verdicts = self.decisions.get(&id).into_iter().flatten().map(|(_, verdict)| verdict.clone());
            let hands = decision.scope.and_then(|record| self.hands.get(&record));
            match hands {
                None => encoder.decisions.extend(verdicts.map(|verdict| ((id, None), verdict))),
                Some(hands) => {
                    let taken = hands.iter().zip(verdicts).map(|(&hand, verdict)| ((id, Some(hand)), verdict));
                    encoder.decisions.extend(taken);
                }
            }
        }
        encoder.is_guarded = false;
        Ok(exprs.iter().map(|&expr| encoder.at_hand(hand, |e| e.unguarded(expr))).collect())
    }
}

/// Builds the circuit of one policy.
pub(super) struct Encoder<'p, 'c> {
    stop: &'c dyn Fn() -> bool,
    stopped: bool,
    /// How many expressions were looked at.
    work: u64,
    policy: &'p Policy,
    circuit: &'c mut Circuit,
    facts: ArenaMap<FactId, Source>,
    as_of: Integer,
    texts: Arc<[Arc<str>]>,
    definitions: FxHashMap<(DefinitionId, Option<Hand>), Symbol>,
    decisions: FxHashMap<(DecisionId, Option<Hand>), Verdict>,
    hands: Vec<Hand>,
    parameters: Vec<Vec<Symbol>>,
    /// Where the expression at hand is evaluated.
    path: Lit,
    /// Whether nothing is asked that may be none and must not be.
    is_guarded: bool,
    seen: FxHashMap<ExprId, Seen>,
    branches: FxHashMap<ExprId, Branches>,
    breaches: Vec<Breach>,
    rows: FxHashMap<(LookupId, u32), Lit>,
    losses: Vec<(ExprId, Reason, Lit)>,
    sums: FxHashMap<ExprId, Sum>,
}

/// The circuit of `policy` over `inputs`. `stop` is asked now and then whether to give up.
pub(super) fn encode(
    circuit: &mut Circuit,
    inputs: &Inputs,
    policy: &Policy,
    stop: &dyn Fn() -> bool,
) -> Result<Encoded, NoCircuit> {
    encode_part(circuit, inputs, policy, (&policy.order, true), stop)
}

/// The circuit of these definitions and decisions of `policy`, each after what it needs; with its properties, if they
/// are wanted and everything is there.
pub(super) fn encode_part(
    circuit: &mut Circuit,
    inputs: &Inputs,
    policy: &Policy,
    (nodes, with_properties): (&[Node], bool),
    stop: &dyn Fn() -> bool,
) -> Result<Encoded, NoCircuit> {
    let (mut encoder, allowed) = Encoder::new(circuit, inputs, policy, stop)?;
    for &node in nodes {
        encoder.node(node);
    }
    let mut properties = Vec::new();
    for (_, property) in policy.properties.iter().filter(|_| with_properties) {
        properties.push(encoder.each(property.scope, |e| e.eval(property.condition)));
    }
    if encoder.stopped {
        return Err(NoCircuit::Stopped);
    }
    let mut decisions: FxHashMap<DecisionId, Vec<(Lit, Verdict)>> = FxHashMap::default();
    for (id, decision) in policy.decisions.iter() {
        let hands = encoder.hands_of(decision.scope);
        let verdicts = hands.into_iter().filter_map(|(there, hand)| {
            let verdict = encoder.decisions.remove(&(id, hand))?;
            Some((there, verdict))
        });
        decisions.insert(id, verdicts.collect());
    }
    let records = policy.schema.records.iter().map(|(record, _)| record);
    let hands = records.map(|record| {
        let hands = encoder.hands_of(Some(record)).into_iter().filter_map(|(_, hand)| hand);
        (record, hands.collect())
    });
    let hands = hands.collect();
    let Encoder { definitions, seen, branches, breaches, rows, losses, sums, .. } = encoder;
    Ok(Encoded { decisions, hands, sums, definitions, seen, branches, breaches, rows, losses, properties, allowed })
}

impl<'p, 'c> Encoder<'p, 'c> {
    fn new(
        circuit: &'c mut Circuit,
        inputs: &Inputs,
        policy: &'p Policy,
        stop: &'c dyn Fn() -> bool,
    ) -> Result<(Self, Lit), TooWide> {
        let (facts, allowed) = inputs.sources(circuit, policy)?;
        let encoder = Encoder {
            stop,
            stopped: false,
            work: 0,
            policy,
            circuit,
            facts,
            as_of: inputs.as_of(),
            texts: Arc::clone(&inputs.texts),
            definitions: FxHashMap::default(),
            decisions: FxHashMap::default(),
            hands: Vec::new(),
            parameters: Vec::new(),
            path: Lit::TRUE,
            is_guarded: true,
            seen: FxHashMap::default(),
            branches: FxHashMap::default(),
            breaches: Vec::new(),
            rows: FxHashMap::default(),
            losses: Vec::new(),
            sums: FxHashMap::default(),
        };
        Ok((encoder, allowed))
    }

    fn node(&mut self, node: Node) {
        match node {
            Node::Definition(id) => {
                let definition = &self.policy.definitions[id];
                for (_, hand) in self.hands_of(definition.scope) {
                    let symbol = self.at_hand(hand, |e| e.eval(definition.body));
                    self.definitions.insert((id, hand), symbol);
                }
            }
            Node::Decision(id) => {
                let decision = &self.policy.decisions[id];
                for (there, hand) in self.hands_of(decision.scope) {
                    let verdict = self.at_hand(hand, |e| {
                        e.path = there;
                        e.decide(id)
                    });
                    self.decisions.insert((id, hand), verdict);
                }
            }
        }
    }

    /// The records of which something is taken, with where there is one; the deal itself where it is about no record.
    fn hands_of(&mut self, scope: Option<RecordId>) -> Vec<(Lit, Option<Hand>)> {
        let Some(record) = scope else { return vec![(Lit::TRUE, None)] };
        let mut lists = Vec::new();
        for (list, source) in self.facts.iter() {
            let is_of =
                matches!(self.policy.schema.facts[list].ty.kind, TypeKind::List { record: of, .. } if of == record);
            if let Source::List { length, records } = source
                && is_of
            {
                lists.push((list, length.clone(), records.len()));
            }
        }
        let mut hands = Vec::new();
        for (list, length, count) in lists {
            for place in 0..count {
                let there = !length.at_most(self.circuit, &Integer::constant(place as i128));
                hands.push((there, Some(Hand { record, list, place })));
            }
        }
        hands
    }

    fn at_hand<T>(&mut self, hand: Option<Hand>, take: impl FnOnce(&mut Self) -> T) -> T {
        let (hands, parameters) = (std::mem::take(&mut self.hands), std::mem::take(&mut self.parameters));
        let path = std::mem::replace(&mut self.path, Lit::TRUE);
        self.hands.extend(hand);
        let taken = take(self);
        (self.hands, self.parameters, self.path) = (hands, parameters, path);
        taken
    }

    /// Something for each record, or once.
    fn each(&mut self, scope: Option<RecordId>, mut take: impl FnMut(&mut Self) -> Symbol) -> Vec<(Lit, Symbol)> {
        let hands = self.hands_of(scope);
        hands.into_iter().map(|(there, hand)| (there, self.at_hand(hand, &mut take))).collect()
    }

    /// Evaluates only where `condition` holds too.
    fn under<T>(&mut self, condition: Lit, take: impl FnOnce(&mut Self) -> T) -> T {
        let path = self.path;
        self.path = self.circuit.and(path, condition);
        let taken = take(self);
        self.path = path;
        taken
    }

    /// Whether there is room for another expression, and time.
    fn goes_on(&mut self) -> bool {
        self.work += 1;
        if self.work.is_multiple_of(STOP_EVERY) {
            self.stopped |= (self.stop)();
        }
        !self.stopped && self.work <= MOST_WORK && self.circuit.len() <= MOST_GATES
    }

    /// The circuit does not say what `id` comes to.
    fn lost(&mut self, id: ExprId, reason: Reason, place: Lit) -> Lit {
        let here = self.circuit.and(self.path, place);
        if here != Lit::FALSE {
            self.losses.push((id, reason, here));
        }
        place
    }

    fn wide(&mut self, id: ExprId) -> Symbol {
        let lost = self.lost(id, Reason::Wide, Lit::TRUE);
        Symbol::of(Form::Nothing).failing(Fails { lost, ..Fails::NEVER })
    }

    /// The expression has no value where `place` holds.
    fn breach(&mut self, id: ExprId, place: Lit) {
        let lit = self.circuit.and(self.path, place);
        if lit != Lit::FALSE {
            self.breaches.push(Breach { expr: id, lit });
        }
    }
}
