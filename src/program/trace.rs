//! What an outcome rests on: the registers after a run.

use super::cell::{Cell, GAP, OPEN, decode, fault_number, is_stop};
use super::evaluator::Evaluator;
use super::form::Form;
use super::graph::Cause;
use super::{OutputId, Program, Source};
use crate::engine::FaultKind;
use crate::facts::Value;
use crate::policy::ExprId;
use std::sync::Arc;

/// What everything came to on the way to the decisions of one deal: a copy of the registers, by which every condition,
/// outcome and expression can be asked for afterwards. Made into again and again it allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    cells: Vec<Cell>,
}

/// What an expression came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// This value.
    Value(Value),
    /// Unknown facts decide, or it is left to the engine.
    Open,
    /// It has no value.
    Fault,
    /// A decision it needs is a gap.
    Gap,
}

impl Program {
    /// How many registers a trace holds.
    fn width(&self) -> usize {
        self.code.registers_used(self.slots.len())
    }
}

impl Evaluator {
    /// Writes down what everything came to in the last run.
    pub fn trace_into(&self, trace: &mut Trace) {
        trace.cells.clear();
        trace.cells.extend_from_slice(&self.registers[..self.program.width()]);
    }

    /// The expression that made a decision an error, and what went wrong with it, where the run alone says so.
    pub fn fault(&self, id: OutputId, record: usize) -> Option<(ExprId, Option<FaultKind>)> {
        let output = self.program.output(id)?;
        let cell = self.at(output.value, output.list.unwrap_or(0), record);
        let &(expr, cause) = self.program.faults.get(fault_number(cell)?)?;
        let kind = match cause {
            Cause::DivisionByZero => Some(FaultKind::Number(crate::base::NumberError::DivisionByZero)),
            Cause::DateOutOfRange => Some(FaultKind::DateOutOfRange),
            Cause::NeedsConflict(decision) => Some(FaultKind::NeedsConflict(decision)),
            Cause::NeedsError(decision) => Some(FaultKind::NeedsError(decision)),
            Cause::LookupGap(lookup) => Some(FaultKind::LookupGap(lookup)),
            Cause::LookupConflict(lookup) => Some(FaultKind::LookupConflict(lookup)),
            Cause::NotYetInForce(constant) => {
                let first = self.program.policy.constants[constant].values.first().and_then(|(from, _)| *from);
                first.map(|first| FaultKind::NotYetInForce(constant, first))
            }
            // These name the value too, which the engine knows.
            Cause::OutOfRange | Cause::TooManyDecimals => None,
        };
        Some((expr, kind))
    }
}

impl Trace {
    fn cell(&self, source: Source) -> Option<Cell> {
        match source {
            Source::Constant(cell) => Some(cell),
            Source::Register(register) => self.cells.get(register as usize).copied(),
            Source::Kept(_) => None,
        }
    }

    /// Whether a rule of a decision about the deal applies, by its place; `None` where that is open or has no value.
    pub fn applies(&self, program: &Arc<Program>, id: OutputId, rule: usize) -> Option<bool> {
        let cell = self.cell(program.output(id)?.rules.get(rule)?.applies)?;
        (!is_stop(cell)).then_some(cell == 1)
    }

    /// Whether a rule of a decision about the deal is in force on the date of the decision.
    pub fn in_force(&self, program: &Arc<Program>, id: OutputId, rule: usize) -> Option<bool> {
        let cell = self.cell(program.output(id)?.rules.get(rule)?.in_force)?;
        (!is_stop(cell)).then_some(cell == 1)
    }

    /// What an expression about the deal came to, whether or not anything needed it. `None` for one that stands in a
    /// table with parameters or is about records, for a fraction, and for what was worked out when the policy was compiled.
    pub fn expression(&self, program: &Arc<Program>, expr: ExprId) -> Option<Found> {
        let lowered = program.exprs.get(&expr)?;
        let cell = *self.cells.get(program.code.register(lowered.node)? as usize)?;
        if lowered.divisor.is_some() && !is_stop(cell) {
            return None;
        }
        let form = Form { places: lowered.places, ..Form::of(&program.policy.schema, &program.policy.exprs[expr].ty) };
        Some(match cell {
            OPEN => Found::Open,
            GAP => Found::Gap,
            cell if is_stop(cell) => Found::Fault,
            cell => decode(cell, form).map_or(Found::Open, Found::Value),
        })
    }
}
