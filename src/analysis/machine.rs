//! A policy as a circuit, with the solver that answers questions about it.

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::circuit::{Circuit, Lit, Run};
use super::encode::{Codes, Encoded, Form, Inputs, Key, NoCircuit, Symbol, Verdict, encode};
use crate::facts::deal::date_of_day;
use crate::facts::{DateRange, Deal, ItemSet, Type, TypeKind, Value};
use crate::policy::{DecisionId, Policy};

/// A policy as a circuit over complete deals.
pub struct Machine<'p> {
    pub(super) policy: &'p Policy,
    /// A policy that it is held to, whose circuit is over the same inputs.
    pub(super) other: Option<&'p Policy>,
    pub(super) circuit: Circuit,
    pub(super) inputs: Inputs,
    pub(super) encoded: Encoded,
}

/// How a decision ends in a complete deal, by the circuit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Rules stand and agree (these, by their place), or it is computed.
    Decided(Value, Vec<u32>),
    /// No rule stands, and this is the default.
    Default(Value),
    /// No rule speaks, or a decision that it needs is a gap.
    Gap,
    /// Rules that stand disagree: these, by their place.
    Conflict(Vec<u32>),
    /// An expression has no value.
    Error,
    /// The circuit does not say.
    NotAnalysed,
}

impl<'p> Machine<'p> {
    /// The circuit of `policy` for decisions on these dates. `stop` is asked now and then whether to give up.
    pub fn new(policy: &'p Policy, dates: DateRange, stop: &dyn Fn() -> bool) -> Option<Machine<'p>> {
        Machine::build(policy, dates, stop).ok()
    }

    fn build(policy: &'p Policy, dates: DateRange, stop: &dyn Fn() -> bool) -> Result<Machine<'p>, NoCircuit> {
        let mut circuit = Circuit::new();
        let inputs = Inputs::new(&mut circuit, &[policy], dates)?;
        let encoded = encode(&mut circuit, &inputs, policy, stop)?;
        Ok(Machine { policy, other: None, circuit, inputs, encoded })
    }

    /// The circuit of `policy`, and beside it that of another over the same inputs. The deals are those that both allow.
    pub(super) fn beside(
        policy: &'p Policy,
        other: &'p Policy,
        dates: DateRange,
        stop: &dyn Fn() -> bool,
    ) -> Result<(Machine<'p>, Encoded), NoCircuit> {
        let mut circuit = Circuit::new();
        let inputs = Inputs::new(&mut circuit, &[policy, other], dates)?;
        let mut encoded = encode(&mut circuit, &inputs, policy, stop)?;
        let beside = encode(&mut circuit, &inputs, other, stop)?;
        encoded.allowed = circuit.and(encoded.allowed, beside.allowed);
        Ok((Machine { policy, other: Some(other), circuit, inputs, encoded }, beside))
    }

    /// How many gates it has.
    pub fn gates(&self) -> usize {
        self.circuit.len()
    }

    /// How every decision ends in a deal of which every fact is given, those about records once for each. `None` where
    /// a fact is not given or the deal is not one that the circuit speaks of. The engine says the same; this is here
    /// so that the two can be held to each other.
    pub fn endings(&self, deal: &Deal, as_of: Date) -> Option<FxHashMap<DecisionId, Vec<Ending>>> {
        let codes = self.inputs.codes(self.policy, deal, as_of)?;
        let run = self.run(&codes);
        if !run(self.encoded.allowed) {
            return None;
        }
        let decisions = self.encoded.decisions.iter().map(|(&id, verdicts)| {
            let decision = &self.policy.decisions[id];
            let there = verdicts.iter().filter(|(there, _)| run(*there));
            (id, there.map(|(_, verdict)| self.ending(verdict, &decision.ty, &run)).collect())
        });
        Some(decisions.collect())
    }

    /// What each literal comes to where the inputs have these codes.
    pub(super) fn run(&self, codes: &Codes) -> impl Fn(Lit) -> bool + use<> {
        let inputs = self.input_words(codes);
        let run = Run::of(&self.circuit, |gate| inputs.get(&gate).copied().unwrap_or(0));
        move |lit| run.lit(lit) & 1 == 1
    }

    /// The inputs of 64 runs that all have these codes.
    pub(super) fn input_words(&self, codes: &Codes) -> FxHashMap<usize, u64> {
        let mut inputs: FxHashMap<usize, u64> = FxHashMap::default();
        for (key, slot) in &self.inputs.slots {
            let code = codes.get(key).copied().unwrap_or(Some(slot.domain.low));
            let lits = slot.is(code).into_iter().filter(|lit| !lit.is_constant());
            inputs.extend(lits.map(|lit| (lit.gate(), if lit.is_negated() { 0 } else { u64::MAX })));
        }
        inputs
    }

    /// The code that is presumed where nobody says.
    pub(super) fn presumed(&self, key: &Key) -> Option<Option<i128>> {
        let schema = &self.policy.schema;
        let (_, fact) = schema.facts.iter().find(|(_, fact)| match key {
            Key::Fact(name) => fact.field_of.is_none() && fact.name == *name,
            Key::Field(list, _, name) => {
                let list = schema.fact_by_name(list).map(|list| &schema.facts[list].ty.kind);
                let record = fact.field_of.map(|(record, _)| record);
                let of = match list {
                    Some(TypeKind::List { record, .. }) => Some(*record),
                    _ => None,
                };
                fact.name == *name && record.is_some() && record == of
            }
            Key::Length(_) | Key::AsOf => false,
        })?;
        let slot = self.inputs.slots.get(key)?;
        self.inputs.code(schema, &fact.ty, slot, fact.presumed.as_ref()?, &mut Vec::new())
    }

    fn ending(&self, verdict: &Verdict, ty: &Type, run: &impl Fn(Lit) -> bool) -> Ending {
        let stands = || {
            let rules = verdict.rules.iter().zip(0..);
            rules.filter(|(rule, _)| run(rule.stands)).map(|(_, place)| place).collect::<Vec<u32>>()
        };
        let fails = verdict.symbol.fails;
        if run(fails.lost) {
            Ending::NotAnalysed
        } else if run(verdict.conflict) {
            Ending::Conflict(stands())
        } else if run(fails.error) {
            Ending::Error
        } else if run(fails.gap) {
            Ending::Gap
        } else if run(verdict.default) {
            Ending::Default(self.value(&verdict.symbol, ty, run))
        } else {
            Ending::Decided(self.value(&verdict.symbol, ty, run), stands())
        }
    }

    /// The value of a symbol in a run.
    fn value(&self, symbol: &Symbol, ty: &Type, run: &impl Fn(Lit) -> bool) -> Value {
        if run(symbol.none) {
            return Value::None;
        }
        match (&symbol.form, &ty.kind) {
            (Form::Nothing, _) => Value::None,
            (Form::Boolean(lit), _) => Value::Boolean(run(*lit)),
            (Form::Number(n), _) => n.read(run).map_or(Value::None, Value::Number),
            (Form::Items(items), _) => {
                let items = items.iter().zip(0..).filter(|(lit, _)| run(**lit));
                Value::Items(ItemSet::new(items.map(|(_, place)| place)))
            }
            (Form::Code(code), kind) => {
                let code = code.read(run);
                match kind {
                    TypeKind::Date(_) => {
                        i64::try_from(code).ok().and_then(date_of_day).map_or(Value::None, Value::Date)
                    }
                    TypeKind::Variant(_) => u32::try_from(code).map_or(Value::None, Value::Variant),
                    _ => usize::try_from(code)
                        .ok()
                        .and_then(|at| self.inputs.texts.get(at))
                        .map_or(Value::None, |text| Value::Text(std::sync::Arc::clone(text))),
                }
            }
        }
    }
}

/// The dates that a policy speaks about: from the first that it declares, or from which anything in it is in force.
pub fn dates(policy: &Policy) -> DateRange {
    let low = policy.since.unwrap_or(DateRange::ALL.low);
    DateRange { low: low.clamp(DateRange::ALL.low, DateRange::ALL.high), high: DateRange::ALL.high }
}
