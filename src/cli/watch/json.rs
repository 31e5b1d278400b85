//! What happens, an object a line, for programs.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::board::{Board, Row, Update};
use crate::cli::exit::Failure;
use crate::cli::output::Output;
use crate::diagnostic::render;
use crate::host;
use crate::host::live::{Current, Notice, Stale};
use crate::pack::{Error, Pack};
use crate::trace::summary::Entry;

/// The policies do not compile. What is stale then, and since when; null where they never have.
pub(super) fn failed(output: &mut Output, error: &Error, stale: Option<&Stale>) -> Result<(), Failure> {
    line(
        output,
        json!({
            "event": "failed",
            "stale_since": stale.map(|stale| host::timestamp(stale.since)),
            "diagnostics": render::json(error.diagnostics(), error.sources()),
        }),
    )
}

/// What holds at the beginning.
pub(super) fn begin(
    output: &mut Output,
    current: &Current,
    board: &Board,
    update: &Update,
    as_of: Date,
) -> Result<(), Failure> {
    line(output, json!({ "event": "watching", "policy": policy(&current.pack), "as_of": as_of.to_string() }))?;
    deals(output, board, update)
}

/// What has come of a change.
pub(super) fn notice(
    output: &mut Output,
    current: &Current,
    board: &Board,
    notice: &Notice,
    update: &Update,
) -> Result<(), Failure> {
    match notice {
        Notice::Reloaded { after, recovered, .. } => {
            let stale = recovered.as_ref().map(|stale| host::timestamp(stale.since));
            changed(output, json!({ "event": "reloaded", "policy": policy(after), "stale_since": stale }), update)?;
            deals(output, board, update)
        }
        Notice::Failed(stale) => failed(output, &stale.error, Some(stale)),
        Notice::Files(files) => {
            let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
            let stale = current.stale.as_ref().map(|stale| host::timestamp(stale.since));
            let policy = policy(&current.pack);
            let event = json!({ "event": "deals", "deals": files, "policy": policy, "stale_since": stale });
            changed(output, event, update)?;
            deals(output, board, update)
        }
        Notice::Trouble(message) => line(output, json!({ "event": "trouble", "message": message })),
    }
}

/// An event, and what is decided otherwise since.
fn changed(output: &mut Output, mut event: Value, update: &Update) -> Result<(), Failure> {
    let changes = update.changes.iter().flat_map(|(deal, changes)| {
        changes.iter().map(move |change| {
            json!({
                "deal": deal,
                "decision": change.name(),
                "before": change.before.as_ref().map(answer),
                "after": change.after.as_ref().map(answer),
                "words": change.words(),
            })
        })
    });
    event["changes"] = changes.collect();
    line(output, event)
}

/// The deals that are decided for the first time, and those that cannot be read.
fn deals(output: &mut Output, board: &Board, update: &Update) -> Result<(), Failure> {
    for row in update.begun.iter().filter_map(|&place| board.rows.get(place)) {
        line(output, json!({ "event": "decided", "deal": row.name, "decisions": decisions(row) }))?;
    }
    for (deal, error) in &update.broken {
        let diagnostics = render::json(error.diagnostics(), error.sources());
        line(output, json!({ "event": "unreadable", "deal": deal, "diagnostics": diagnostics }))?;
    }
    Ok(())
}

fn policy(pack: &Pack) -> Value {
    let policy = pack.policy();
    json!({ "name": policy.name, "version": policy.version, "hash": policy.hash })
}

fn decisions(row: &Row) -> Value {
    let entries = row.summary.iter().flat_map(|summary| &summary.entries);
    Value::Object(entries.map(|entry| (entry.name.clone(), answer(entry))).collect::<Map<_, _>>())
}

/// An answer in few words; `eval` has all of them.
fn answer(entry: &Entry) -> Value {
    let by: Vec<&str> = entry.rules.iter().map(|because| because.rule.as_str()).collect();
    json!({ "status": entry.status, "outcome": entry.outcome, "by": by, "missing": entry.missing })
}

fn line(output: &mut Output, event: Value) -> Result<(), Failure> {
    output.line(&event.to_string())
}
