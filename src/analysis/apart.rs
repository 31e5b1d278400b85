//! Whether any deal tells two policies apart that declare the same facts, rules and decisions.

use jiff::civil::Date;

use super::circuit::{Circuit, Lit, TooWide};
use super::encode::{Encoded, NoCircuit, Verdict};
use super::inquiry::{Inquiry, Witness};
use super::machine::Machine;
use crate::facts::DateRange;
use crate::policy::{DecisionId, Policy};

/// What looking for a deal that tells two policies apart came to.
#[derive(Clone, Debug)]
pub enum Apart {
    /// This one does, by the circuit.
    By(Box<Witness>),
    /// It is proved that none does.
    ByNone,
    /// Something is not analysed, and what is tells them not apart.
    NotAnalysed,
    /// It was stopped.
    Stopped,
}

/// Looks for a complete deal, on any date, in which one of these decisions ends otherwise by `other`: with another
/// value, by other rules, or in a gap, a conflict or an error where it did not. What an error says is not compared.
///
/// The two policies have to have the same facts, and each decision and rule in the same place. Presumptions do not count:
/// every fact is given. `stop` is asked now and then whether to give up.
pub fn apart(policy: &Policy, other: &Policy, only: &[DecisionId], today: Date, stop: &dyn Fn() -> bool) -> Apart {
    let (mut machine, changed) = match Machine::beside(policy, other, DateRange::ALL, stop) {
        Ok(both) => both,
        Err(NoCircuit::TooWide) => return Apart::NotAnalysed,
        Err(NoCircuit::Stopped) => return Apart::Stopped,
    };
    let Some((differs, lost)) = differs(&mut machine.circuit, &machine.encoded, &changed, only) else {
        return Apart::NotAnalysed;
    };
    let mut inquiry = Inquiry::new(&mut machine, today, stop);
    match inquiry.example(&[differs]) {
        Err(_) => Apart::Stopped,
        Ok(Some(witness)) => Apart::By(Box::new(witness)),
        Ok(None) => match inquiry.can(&[lost]) {
            Err(_) => Apart::Stopped,
            Ok(true) => Apart::NotAnalysed,
            Ok(false) => Apart::ByNone,
        },
    }
}

/// Where one of these decisions ends otherwise by `other`, and where that is not said.
pub(super) fn differs(
    circuit: &mut Circuit,
    encoded: &Encoded,
    other: &Encoded,
    only: &[DecisionId],
) -> Option<(Lit, Lit)> {
    let (mut differs, mut lost) = (Vec::new(), Vec::new());
    for id in only {
        let one = encoded.decisions.get(id).map_or(&[][..], Vec::as_slice);
        let another = other.decisions.get(id).map_or(&[][..], Vec::as_slice);
        if one.len() != another.len() {
            return None;
        }
        for ((there, one), (_, another)) in one.iter().zip(another) {
            let unlike = unlike(circuit, one, another).ok()?;
            let open = circuit.or(one.symbol.fails.lost, another.symbol.fails.lost);
            let unlike = circuit.and(unlike, !open);
            differs.push(circuit.and(*there, unlike));
            lost.push(circuit.and(*there, open));
        }
    }
    Some((circuit.any(differs), circuit.any(lost)))
}

/// Where a decision ends otherwise.
fn unlike(circuit: &mut Circuit, one: &Verdict, other: &Verdict) -> Result<Lit, TooWide> {
    let mut unlike = vec![
        circuit.xor(one.default, other.default),
        circuit.xor(one.conflict, other.conflict),
        circuit.xor(one.symbol.fails.gap, other.symbol.fails.gap),
        circuit.xor(one.symbol.fails.error, other.symbol.fails.error),
    ];
    let (one_failed, other_failed) = (one.symbol.fails.any(circuit), other.symbol.fails.any(circuit));
    // The rules that stand are told where they agree, and where they do not.
    let silent = [circuit.and(one_failed, !one.conflict), circuit.and(other_failed, !other.conflict)];
    for at in 0..one.rules.len().max(other.rules.len()) {
        let stands = [one, other].map(|verdict| verdict.rules.get(at).map_or(Lit::FALSE, |rule| rule.stands));
        let stands = [circuit.and(stands[0], !silent[0]), circuit.and(stands[1], !silent[1])];
        unlike.push(circuit.xor(stands[0], stands[1]));
    }
    let same = one.symbol.equals(circuit, &other.symbol)?;
    let fine = circuit.and(!one_failed, !other_failed);
    unlike.push(circuit.and(fine, !same));
    Ok(circuit.any(unlike))
}
