//! Rows as objects of JSON, one on each line.

use super::Plan;
use super::answers::Said;
use super::columns::LINE;
use super::output::{Output, quoted};
use super::tally::{Outcomes, Tally};
use super::worker::Kept;
use crate::program::{Ending, Evaluator};
use crate::trace::data::{Answers, Evaluation};

/// How rows are written.
#[derive(Debug)]
pub(super) struct Lines {
    /// `{"line":` where rows are numbered.
    line: Option<Box<[u8]>>,
    /// `"id":` for what is kept.
    keep: Vec<Box<[u8]>>,
    reasons: bool,
}

impl Lines {
    pub(super) fn of(plan: &Plan) -> Lines {
        let key = |name: &String| format!("{}:", quoted(name)).into_bytes().into();
        Lines {
            line: plan.numbered().then(|| format!("{}:", quoted(LINE)).into_bytes().into()),
            keep: plan.keep.iter().map(key).collect(),
            reasons: plan.reasons,
        }
    }

    /// What stands before the decisions.
    fn begin(&self, line: usize, kept: &[Kept<'_>], out: &mut Vec<u8>) {
        out.push(b'{');
        if let Some(key) = &self.line {
            out.extend_from_slice(key);
            out.extend_from_slice(itoa::Buffer::new().format(line).as_bytes());
            out.push(b',');
        }
        for (key, kept) in self.keep.iter().zip(kept) {
            let said = match kept {
                Kept::Nothing => continue,
                Kept::Json(raw) => (*raw).into(),
                Kept::Text(text) => std::borrow::Cow::Owned(quoted(text)),
            };
            out.extend_from_slice(key);
            out.extend_from_slice(said.as_bytes());
            out.push(b',');
        }
    }

    fn end(out: &mut Vec<u8>) {
        if out.last() == Some(&b',') {
            out.pop();
        }
        out.extend_from_slice(b"}\n");
    }

    /// A row of which every decision is decided.
    pub(super) fn decided(
        &self,
        plan: &Plan,
        (line, kept): (usize, &[Kept<'_>]),
        (evaluator, outputs): (&Evaluator, &[Output]),
        tally: &mut Tally,
        out: &mut Vec<u8>,
    ) {
        self.begin(line, kept, out);
        for (output, outcomes) in outputs.iter().zip(&mut tally.outcomes) {
            let Some(id) = output.id else { continue };
            match evaluator.records(id) {
                None => {
                    let outcome = evaluator.outcome(id);
                    let is_default = outcome.ending() == Ending::Default;
                    out.extend_from_slice(if is_default { &output.default } else { &output.decided });
                    value(plan, output, &outcome, outcomes, out);
                    out.extend_from_slice(b"},");
                }
                Some(records) => {
                    out.extend_from_slice(&output.key);
                    out.extend_from_slice(b"{\"each\":[");
                    for record in 0..records {
                        let outcome = evaluator.outcome_of(id, record);
                        let status = if outcome.ending() == Ending::Default { "default" } else { "decided" };
                        let comma = if record > 0 { "," } else { "" };
                        out.extend_from_slice(format!("{comma}{{\"status\":\"{status}\",\"value\":").as_bytes());
                        value(plan, output, &outcome, outcomes, out);
                        out.push(b'}');
                    }
                    out.extend_from_slice(b"]},");
                }
            }
        }
        Lines::end(out);
    }

    /// A row whatever came of it.
    pub(super) fn answers(
        &self,
        (line, kept): (usize, &[Kept<'_>]),
        data: &Evaluation,
        outputs: &[Output],
        out: &mut Vec<u8>,
    ) {
        self.begin(line, kept, out);
        let said = |answer| serde_json::to_string(&Said::of(answer, self.reasons)).unwrap_or_default();
        for (decision, output) in data.decisions.iter().zip(outputs) {
            out.extend_from_slice(&output.key);
            match &decision.answers {
                Answers::One(answer) => out.extend_from_slice(said(answer).as_bytes()),
                Answers::Each { answers, .. } => {
                    let each: Vec<String> = answers.iter().map(said).collect();
                    out.extend_from_slice(format!("{{\"each\":[{}]}}", each.join(",")).as_bytes());
                }
            }
            out.push(b',');
        }
        Lines::end(out);
    }
}

#[inline]
fn value(
    plan: &Plan,
    output: &Output,
    outcome: &crate::program::Outcome<'_>,
    outcomes: &mut Outcomes,
    out: &mut Vec<u8>,
) {
    let ty = &plan.policy.decisions[output.decision].ty;
    match output.json(&plan.policy.schema, ty, outcome, out) {
        usize::MAX => outcomes.none += 1,
        place => outcomes.value(place),
    }
}
