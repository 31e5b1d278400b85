//! Rows as cells with commas between them.

use super::Plan;
use super::answers::{details, reasons};
use super::output::{Output, decimal};
use super::tally::Tally;
use super::worker::Kept;
use crate::facts::{Value, encode};
use crate::program::{Ending, Evaluator, Kind, Outcome};
use crate::trace::data::{Answer, Answers, Evaluation};

/// How rows are written.
#[derive(Debug)]
pub(super) struct Table {
    numbered: bool,
    reasons: bool,
}

/// Writes a cell, in quotes where it could be read as something else, and a comma.
pub(super) fn cell(text: &str, out: &mut Vec<u8>) {
    let plain = |byte: &u8| !matches!(byte, b'"' | b',' | b'\n' | b'\r' | b';' | b'\t');
    if text.as_bytes().iter().all(plain) && text.trim() == text {
        out.extend_from_slice(text.as_bytes());
    } else {
        out.push(b'"');
        out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    }
    out.push(b',');
}

/// Ends a row, whose last cell has a comma behind it.
pub(super) fn end(out: &mut Vec<u8>) {
    if out.last() == Some(&b',') {
        out.pop();
    }
    out.push(b'\n');
}

impl Table {
    pub(super) fn of(plan: &Plan) -> Table {
        Table { numbered: plan.numbered(), reasons: plan.reasons }
    }

    fn begin(&self, line: usize, kept: &[Kept<'_>], out: &mut Vec<u8>) {
        if self.numbered {
            out.extend_from_slice(itoa::Buffer::new().format(line).as_bytes());
            out.push(b',');
        }
        for kept in kept {
            match kept {
                Kept::Nothing => out.push(b','),
                Kept::Text(text) => cell(text, out),
                Kept::Json(raw) => match serde_json::from_str::<serde_json::Value>(raw) {
                    Ok(serde_json::Value::Null) => out.push(b','),
                    Ok(serde_json::Value::String(text)) => cell(&text, out),
                    _ => cell(raw, out),
                },
            }
        }
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
            let status = |ending| if ending == Ending::Default { "default" } else { "decided" };
            match evaluator.records(id) {
                None => {
                    let outcome = evaluator.outcome(id);
                    match value(plan, output, &outcome, out) {
                        usize::MAX => outcomes.none += 1,
                        place => outcomes.value(place),
                    }
                    out.extend_from_slice(status(outcome.ending()).as_bytes());
                    out.extend_from_slice(b",,");
                }
                Some(records) => {
                    let ty = &plan.policy.decisions[output.decision].ty;
                    let (mut values, mut statuses) = (vec![b'['], String::from("["));
                    for record in 0..records {
                        let outcome = evaluator.outcome_of(id, record);
                        let comma = if record > 0 { "," } else { "" };
                        values.extend_from_slice(comma.as_bytes());
                        match output.json(&plan.policy.schema, ty, &outcome, &mut values) {
                            usize::MAX => outcomes.none += 1,
                            place => outcomes.value(place),
                        }
                        statuses.push_str(&format!("{comma}\"{}\"", status(outcome.ending())));
                    }
                    values.push(b']');
                    cell(&String::from_utf8_lossy(&values), out);
                    cell(&(statuses + "]"), out);
                    out.push(b',');
                }
            }
        }
        end(out);
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
        for (decision, _) in data.decisions.iter().zip(outputs) {
            match &decision.answers {
                Answers::One(answer) => {
                    cell(&said(answer), out);
                    cell(answer.status.word(), out);
                    cell(&details(answer), out);
                    if self.reasons {
                        cell(&reasons(answer).join("; "), out);
                    }
                }
                Answers::Each { answers, .. } => {
                    let values: Vec<String> = answers.iter().map(in_array).collect();
                    cell(&format!("[{}]", values.join(",")), out);
                    let statuses: Vec<String> =
                        answers.iter().map(|answer| format!("\"{}\"", answer.status.word())).collect();
                    cell(&format!("[{}]", statuses.join(",")), out);
                    cell(&numbered(answers, details), out);
                    if self.reasons {
                        cell(&numbered(answers, |answer| reasons(answer).join("; ")), out);
                    }
                }
            }
        }
        end(out);
    }
}

/// What is said of some of the records, each with its place.
fn numbered(answers: &[Answer], said: impl Fn(&Answer) -> String) -> String {
    let all = answers.iter().map(said).enumerate().filter(|(_, text)| !text.is_empty());
    all.map(|(place, text)| format!("[{place}] {text}")).collect::<Vec<_>>().join("; ")
}

fn in_array(answer: &Answer) -> String {
    answer.value.as_ref().map_or_else(|| "null".to_owned(), |value| value.json.to_string())
}

/// A value as a cell says it.
fn said(answer: &Answer) -> String {
    answer.value.as_ref().map_or_else(String::new, |value| worded(&value.json))
}

/// A value in its encoding as a cell says it: none in a word, items side by side.
pub(super) fn worded(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "none".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(all) => all.iter().map(worded).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

/// Writes the value of an outcome, and gives the place at which it is counted.
fn value(plan: &Plan, output: &Output, outcome: &Outcome<'_>, out: &mut Vec<u8>) -> usize {
    let place = match output.kind {
        Kind::Boolean => outcome.boolean().map(|truth| {
            out.extend_from_slice(if truth { b"true" } else { b"false" });
            usize::from(truth)
        }),
        Kind::Variant => {
            let place = outcome.variant().map(|place| place as usize);
            place.filter(|place| {
                output.names.get(*place).is_some_and(|name| {
                    out.extend_from_slice(name.as_bytes());
                    true
                })
            })
        }
        Kind::Number => outcome.decimal().map(|(number, places)| {
            decimal(number, places, out);
            0
        }),
        _ => None,
    };
    if let Some(place) = place {
        out.push(b',');
        return place;
    }
    let ty = &plan.policy.decisions[output.decision].ty;
    let value = outcome.value().unwrap_or(Value::None);
    cell(&worded(&encode::json(&plan.policy.schema, ty, &value)), out);
    if value == Value::None { usize::MAX } else { 0 }
}
