//! Which deals no rule of a decision speaks about.

use jiff::civil::Date;

use super::super::inquiry::Stopped;
use super::super::machine::Machine;
use super::grow::Grower;
use super::search::{Comparison, Effort};
use super::terms::terms;
use super::{Clause, Side};
use crate::facts::DateRange;
use crate::policy::{DecisionId, Policy};

/// So many kinds of deals are told.
const MOST_HOLES: usize = 10;

/// Deals of which every fact is given and about which no rule of a decision speaks: each kind by what holds for all of
/// its deals. Kinds do not overlap. Less than all where there are many, or where they cannot be told.
pub(in crate::analysis) fn holes(
    policy: &Policy,
    id: DecisionId,
    dates: DateRange,
    today: Date,
    stop: &dyn Fn() -> bool,
) -> Vec<Vec<Clause>> {
    let mut holes = Vec::new();
    // A policy beside itself has no gate more.
    if let Ok((mut machine, beside)) = Machine::beside(policy, policy, dates, stop) {
        let effort = Effort::new(stop);
        let step = || effort.step();
        let mut comparison = Comparison::new(&mut machine, policy, beside, today, &effort, &step);
        // What was found until it was stopped is told.
        let _ = comparison.holes(id, &mut holes);
    }
    holes
}

impl Comparison<'_, '_, '_> {
    fn holes(&mut self, id: DecisionId, holes: &mut Vec<Vec<Clause>>) -> Result<(), Stopped> {
        let Some(hands) = self.hands([id, id]).and_then(|hands| hands.first().copied()) else { return Ok(()) };
        let Some((there, verdict)) = self.verdict(Side::After, id, hands[1]) else { return Ok(()) };
        let gap = self.circuit().and(there, verdict.own_gap);
        let terms = terms(self, [id, id], hands);
        let mut asked = vec![gap];
        while holes.len() < MOST_HOLES {
            let Some(codes) = self.inquiry.example_codes(&asked)? else { break };
            let bad = !self.circuit().all(asked.clone());
            let mut grower = Grower { inquiry: &mut self.inquiry, terms: &terms, there, only_following: false };
            let run = grower.inquiry.machine.run(&codes);
            let point = grower.point(&run);
            let Some(cube) = grower.grow(&point, bad)? else { break };
            let inside = self.circuit().all(cube.lits());
            asked.push(!inside);
            let clauses = self.clauses(&cube, &terms, hands).into_iter();
            // There is only one policy to speak of.
            holes.push(clauses.map(|clause| Clause { ambiguous: false, ..clause }).collect());
        }
        Ok(())
    }
}
