//! Where an outcome is reached that no change of a deal leads to.

use crate::analysis::circuit::Lit;
use crate::analysis::inquiry::Inquiry;
use crate::analysis::machine::Machine;
use crate::facts::{DateRange, Value};
use crate::policy::Policy;

use super::{Request, Wanted};

/// Whether any deal ends in an outcome that this one cannot be changed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// One with other records does, on the same date.
    Records,
    /// Some do, but on other dates alone.
    Dates,
    /// None does, on no date.
    Nowhere,
    /// It is not known.
    Unknown,
}

pub(super) fn elsewhere(policy: &Policy, request: &Request, stop: &dyn Fn() -> bool) -> Elsewhere {
    let that_date = DateRange { low: request.as_of, high: request.as_of };
    match reaches(policy, request, that_date, stop) {
        Some(true) => Elsewhere::Records,
        Some(false) => match reaches(policy, request, DateRange::ALL, stop) {
            Some(true) => Elsewhere::Dates,
            Some(false) => Elsewhere::Nowhere,
            None => Elsewhere::Unknown,
        },
        None => Elsewhere::Unknown,
    }
}

/// Whether any deal of which every fact is given comes to it on one of these dates; `None` where that is not known.
fn reaches(policy: &Policy, request: &Request, dates: DateRange, stop: &dyn Fn() -> bool) -> Option<bool> {
    let mut machine = Machine::new(policy, dates, stop)?;
    let texts = machine.inputs.texts.clone();
    if let Wanted::Is(Value::Text(text)) | Wanted::IsNot(Value::Text(text)) = &request.goal.wanted
        && !texts.contains(text)
    {
        return None;
    }
    let reached = request.goal.reached(&mut machine.circuit, &machine.encoded, policy, &texts);
    let mut inquiry = Inquiry::new(&mut machine, request.as_of, stop);
    if reached.goal != Lit::FALSE && inquiry.can(&[reached.goal]).ok()? {
        return Some(true);
    }
    let may_be = reached.lost != Lit::FALSE && inquiry.can(&[reached.lost]).ok()?;
    (!may_be).then_some(false)
}
