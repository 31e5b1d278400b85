//! Questions about lists.

use super::{Encoder, Fails, Form, Hand, Reason, Source, Sum, Symbol};
use crate::analysis::circuit::{Integer, Lit, Ratio, TooWide};
use crate::base::Aggregate;
use crate::facts::{FactId, RecordId, TypeKind};
use crate::policy::ExprId;

impl Encoder<'_, '_> {
    /// Goes through the list in its order; `any` and `all` stop where they are settled.
    pub(super) fn aggregate(
        &mut self,
        id: ExprId,
        kind: Aggregate,
        list: FactId,
        record: RecordId,
        summed: Option<ExprId>,
        condition: Option<ExprId>,
    ) -> Result<Symbol, TooWide> {
        let Some(Source::List { length, records }) = self.facts.get(list) else {
            return Ok(Symbol::none());
        };
        let (length, records) = (length.clone(), records.len());
        let mut fails = Fails::NEVER;
        let (mut settled, mut sum) = (Lit::FALSE, Ratio::whole(Integer::constant(0)));
        let mut parts = Vec::new();
        if kind == Aggregate::Count && condition.is_none() {
            return Ok(Symbol::of(Form::Number(Ratio::whole(length))));
        }
        for place in 0..records {
            let there = !length.at_most(self.circuit, &Integer::constant(place as i128));
            let failed = fails.any(self.circuit);
            let over = self.circuit.or(settled, failed);
            let reached = self.circuit.and(there, !over);
            self.hands.push(Hand { record, list, place });
            let holds = match condition {
                None => reached,
                Some(condition) => {
                    let symbol = self.under(reached, |e| e.eval(condition));
                    fails = fails.then(self.circuit, reached, symbol.fails);
                    let failed = symbol.fails.any(self.circuit);
                    let holds = self.circuit.and(!failed, symbol.truth());
                    if kind == Aggregate::All {
                        let not = self.circuit.and(!failed, !symbol.truth());
                        let not = self.circuit.and(reached, not);
                        settled = self.circuit.or(settled, not);
                    }
                    self.circuit.and(reached, holds)
                }
            };
            match kind {
                Aggregate::Any => settled = self.circuit.or(settled, holds),
                Aggregate::All => {}
                Aggregate::Count => {
                    let part = self.part(holds, &Ratio::whole(Integer::constant(1)))?;
                    sum = sum.plus(self.circuit, &part)?;
                    parts.push(part);
                }
                Aggregate::Sum => {
                    let part = match summed {
                        Some(summed) => self.under(holds, |e| e.eval(summed)),
                        None => Symbol::none(),
                    };
                    fails = fails.then(self.circuit, holds, part.fails);
                    if let Form::Number(part) = part.form {
                        let part = self.part(holds, &part)?;
                        sum = sum.plus(self.circuit, &part)?;
                        parts.push(part);
                    }
                }
            }
            self.hands.pop();
        }
        let up_to = match self.policy.schema.facts[list].ty.kind {
            TypeKind::List { up_to, .. } => up_to as usize,
            _ => 0,
        };
        if up_to > records {
            let longer = !length.at_most(self.circuit, &Integer::constant(records as i128));
            let failed = fails.any(self.circuit);
            let over = self.circuit.or(settled, failed);
            let longer = self.circuit.and(longer, !over);
            let lost = self.lost(id, Reason::LongList, longer);
            fails.lost = self.circuit.or(fails.lost, lost);
        }
        let symbol = match kind {
            Aggregate::Any => Symbol::boolean(settled),
            Aggregate::All => Symbol::boolean(!settled),
            Aggregate::Count | Aggregate::Sum => Symbol::of(Form::Number(sum)),
        }
        .failing(fails);
        // One that is about another record, or that is asked with parameters, is another one each time.
        if matches!(kind, Aggregate::Count | Aggregate::Sum) && self.is_of_the_deal() {
            let rest = Ratio::whole(Integer::constant(0));
            self.sums.insert(id, Sum { list, parts, rest, symbol: symbol.clone() });
        }
        Ok(symbol)
    }

    /// What a record adds to a sum: nothing, where it is none of those that count.
    fn part(&mut self, holds: Lit, part: &Ratio) -> Result<Ratio, TooWide> {
        Ratio::choose(self.circuit, holds, part, &Ratio::whole(Integer::constant(0)))
    }
}
