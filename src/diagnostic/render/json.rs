//! Diagnostics as data, for programs.

use serde_json::{Value, json};

use super::sorted;
use crate::base::{Sources, Span};
use crate::diagnostic::{Diagnostic, Label};

/// An array of `{code, severity, message, file, line, column, end_line, end_column, labels, help}`.
///
/// Lines and columns count from 1, columns in characters; the end is the place after the last
/// character. A diagnostic without a place has null places. `labels` are `{message, file, line, …}`;
/// what is said at the diagnostic's own place comes first among them. `help` is an array of
/// `{message}`, with `edit` (a place and its `replacement`) where there is a likely mend. What is proved over all
/// deals has `completeness`, and where a deal shows it `witness`, in the form of a deal in JSON, with its `as_of`.
pub fn json(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    sorted(diagnostics).into_iter().map(|d| diagnostic(d, sources)).collect()
}

fn diagnostic(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let own = diagnostic.primary.iter().filter(|label| !label.message.is_empty());
    let labels: Value = own.chain(&diagnostic.labels).map(|l| label(l, sources)).collect();
    let help: Value = diagnostic
        .help
        .iter()
        .map(|help| {
            let mut value = json!({ "message": help.message });
            if let Some(edit) = &help.edit {
                let mut place = place(Some(edit.span), sources);
                place["replacement"] = json!(edit.replacement);
                value["edit"] = place;
            }
            value
        })
        .collect();
    let mut value = json!({
        "code": diagnostic.code.as_str(),
        "severity": diagnostic.severity.word(),
        "message": diagnostic.message,
    });
    extend(&mut value, place(diagnostic.primary.as_ref().map(|p| p.span), sources));
    value["labels"] = labels;
    value["help"] = help;
    if let Some(witness) = &diagnostic.witness {
        value["witness"] = witness.json.clone();
        value["as_of"] = json!(witness.as_of);
    }
    if let Some(completeness) = diagnostic.completeness {
        value["completeness"] = json!(completeness.word());
    }
    value
}

fn label(label: &Label, sources: &Sources) -> Value {
    let mut value = json!({ "message": label.message });
    extend(&mut value, place(Some(label.span), sources));
    value
}

fn place(span: Option<Span>, sources: &Sources) -> Value {
    let file = span.and_then(|span| Some((sources.get(span.file)?, span)));
    let start = file.map(|(file, span)| file.position(span.start));
    let end = file.map(|(file, span)| file.position(span.end));
    json!({
        "file": file.map(|(file, _)| file.name()),
        "line": start.map(|p| p.line),
        "column": start.map(|p| p.column),
        "end_line": end.map(|p| p.line),
        "end_column": end.map(|p| p.column),
    })
}

fn extend(value: &mut Value, with: Value) {
    if let (Value::Object(value), Value::Object(with)) = (value, with) {
        value.extend(with);
    }
}
