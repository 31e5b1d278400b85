//! What happens, for people.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anstyle::{AnsiColor, Style};

use super::board::{Board, Row, Update};
use crate::cli::exit::Failure;
use crate::cli::output::{HEADING, Output};
use crate::diagnostic::{Diagnostic, Severity, render};
use crate::host;
use crate::host::live::{Current, Notice, Stale, WatchedFile};
use crate::pack::{Error, Pack};
use crate::trace::data::Status;
use crate::trace::summary::{groups, listed};

/// How many answers are shown one by one when the command begins.
const MOST_ANSWERS: usize = 60;
/// How many deals are named.
const MOST_NAMES: usize = 3;

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// The policies do not compile, and never have since the command began.
pub(super) fn never_good(output: &mut Output, error: &Error) -> Result<(), Failure> {
    output.diagnostics(error.diagnostics(), error.sources());
    let problems = problems(error);
    block(output, &format!("{BAD}{problems}{BAD:#}: nothing is decided until the policies compile"), "")
}

/// What holds at the beginning.
pub(super) fn begin(
    output: &mut Output,
    current: &Current,
    dir: &Path,
    board: &Board,
    update: &Update,
) -> Result<(), Failure> {
    findings(output, &current.pack, None);
    let policy = current.pack.policy();
    let name = policy.label.as_deref().unwrap_or(&policy.name);
    let mut text = String::new();
    let answers: usize = board.rows.iter().filter_map(|row| row.summary.as_ref()).map(|s| s.entries.len()).sum();
    for row in board.rows.iter().filter(|row| row.summary.is_some()) {
        if answers > MOST_ANSWERS {
            let _ = writeln!(text, "  {}", counted(row));
        } else {
            text.push_str(&table(row));
        }
    }
    block(output, &format!("{HEADING}{name}, version {}{HEADING:#}", policy.version), &text)?;
    broken(output, board, update)?;
    output.remark(&format!("Watching {} for changes. Ctrl-C ends it.", dir.display()));
    Ok(())
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
        Notice::Reloaded { before, after, recovered } => {
            findings(output, after, Some(before));
            let mut heading = match recovered {
                Some(stale) => format!("{GOOD}good again{GOOD:#}, stale since {}: ", time(stale.since)),
                None => String::new(),
            };
            heading.push_str(&edited(before, after));
            if update.changes.is_empty() && update.begun.is_empty() {
                heading.push_str(if board.rows.is_empty() { ", fine" } else { ", nothing is decided otherwise" });
            }
            block(output, &heading, &body(board, update))?;
            broken(output, board, update)
        }
        Notice::Failed(stale) => {
            output.diagnostics(stale.error.diagnostics(), stale.error.sources());
            let problems = problems(&stale.error);
            block(output, &format!("{BAD}{problems}{BAD:#}: {}", serving(stale)), "")
        }
        Notice::Files(files) => {
            broken(output, board, update)?;
            let body = body(board, update);
            let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
            if body.is_empty() && update.mended.is_empty() {
                // Either it is broken, which is said, or it decides nothing otherwise.
                let readable = board.rows.iter().any(|row| names.contains(&row.name) && row.problem.is_none());
                let told = format!("{} changed, nothing is decided otherwise", listed(&names, MOST_NAMES));
                return if readable { block(output, &told, "") } else { Ok(()) };
            }
            let mut heading = match update.mended.as_slice() {
                [] => match emptied(current, files).as_slice() {
                    [] => format!("{} changed", listed(&names, MOST_NAMES)),
                    [_] if files.len() == 1 => format!("{} changed: it is empty now", listed(&names, MOST_NAMES)),
                    empty => {
                        let empty = listed(empty, MOST_NAMES);
                        format!("{} changed; empty now: {empty}", listed(&names, MOST_NAMES))
                    }
                },
                mended => format!("{} {GOOD}good again{GOOD:#}", listed(mended, MOST_NAMES)),
            };
            if let Some(stale) = &current.stale {
                let _ = write!(heading, "; {}", serving(stale));
            }
            block(output, &heading, &body)
        }
        Notice::Trouble(message) => {
            output.warning(message);
            Ok(())
        }
    }
}

/// Those of the files that say nothing.
fn emptied(current: &Current, files: &[PathBuf]) -> Vec<String> {
    let says_nothing = |file: &&WatchedFile| file.text.as_ref().is_ok_and(|text| text.trim().is_empty());
    let empty = current.files.iter().filter(|file| files.contains(&file.path)).filter(says_nothing);
    empty.map(|file| host::called(&file.path)).collect()
}

/// A heading with the time, and what belongs to it, written at once.
fn block(output: &mut Output, heading: &str, body: &str) -> Result<(), Failure> {
    output.result(&format!("{DIM}{}{DIM:#} {heading}\n{body}", time(host::now())))
}

fn time(moment: SystemTime) -> String {
    host::time_of_day(moment).strftime("%H:%M:%S").to_string()
}

/// Which policy decides while the files are broken.
fn serving(stale: &Stale) -> String {
    format!("the last good policy goes on serving, stale since {}", time(stale.since))
}

/// `2 errors in discovery.policy`.
fn problems(error: &Error) -> String {
    let errors: Vec<Diagnostic> =
        error.diagnostics().iter().filter(|d| d.severity == Severity::Error).cloned().collect();
    let mut files: Vec<&str> = Vec::new();
    for place in errors.iter().filter_map(|d| d.primary.as_ref()) {
        let name = error.sources().get(place.span.file).map_or("", |file| file.name());
        if !files.contains(&name) {
            files.push(name);
        }
    }
    let count = render::summary(&errors).unwrap_or_default();
    if files.is_empty() { count } else { format!("{count} in {}", listed(&files, MOST_NAMES)) }
}

/// The files in which two versions of a pack differ.
fn edited(before: &Pack, after: &Pack) -> String {
    let files = |pack: &Pack| -> Vec<(String, String)> {
        pack.sources().iter().map(|(_, file)| (file.name().to_owned(), file.text().to_owned())).collect()
    };
    let (was, is) = (files(before), files(after));
    let mut names: Vec<&str> = Vec::new();
    let changed = is.iter().filter(|file| !was.contains(file)).chain(was.iter().filter(|file| !is.contains(file)));
    for (name, _) in changed {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    match names.as_slice() {
        [] => "the policies are as before".to_owned(),
        names => format!("{} changed", listed(names, MOST_NAMES)),
    }
}

/// What is decided otherwise, and what is decided for the first time.
fn body(board: &Board, update: &Update) -> String {
    let mut text = String::new();
    let deals = update.changes.iter().map(|(deal, changes)| (deal.as_str(), changes.as_slice()));
    for group in groups(deals) {
        for way in &group.ways {
            let _ = writeln!(text, "  {HEADING}{}{HEADING:#}: {}", way.change.name(), way.change.colored());
            if board.rows.len() > 1 {
                let count = if way.deals.len() > 1 { format!("{} deals: ", way.deals.len()) } else { String::new() };
                let _ = writeln!(text, "    {DIM}{count}{}{DIM:#}", listed(&way.deals, MOST_NAMES));
            }
        }
    }
    for row in update.begun.iter().filter_map(|&place| board.rows.get(place)) {
        text.push_str(&table(row));
    }
    text
}

/// Tells of deals that cannot be read.
fn broken(output: &mut Output, board: &Board, update: &Update) -> Result<(), Failure> {
    for (deal, error) in &update.broken {
        output.diagnostics(error.diagnostics(), error.sources());
        let count = render::summary(error.diagnostics()).unwrap_or_default();
        let before = board.rows.iter().any(|row| row.name == *deal && row.summary.is_some());
        let meanwhile = if before { "what was decided of it stays" } else { "nothing is decided of it" };
        block(output, &format!("{deal}: {BAD}{count}{BAD:#}, {meanwhile}"), "")?;
    }
    Ok(())
}

/// Shows what `check` would find, where it is not what was found before.
fn findings(output: &mut Output, pack: &Pack, before: Option<&Pack>) {
    let messages = |pack: &Pack| -> Vec<String> { pack.findings().iter().map(|d| d.message.clone()).collect() };
    if before.is_none_or(|before| messages(before) != messages(pack)) {
        output.diagnostics(pack.findings(), pack.sources());
    }
}

/// `city-tender.ron: 26 decided, 2 undecided`.
fn counted(row: &Row) -> String {
    let entries = row.summary.iter().flat_map(|summary| &summary.entries);
    let (mut settled, mut open, mut conflicts, mut errors) = (0, 0, 0, 0);
    for entry in entries {
        *match entry.status {
            Status::Decided | Status::Default => &mut settled,
            Status::Undecided => &mut open,
            Status::Conflict => &mut conflicts,
            Status::Error => &mut errors,
        } += 1;
    }
    let counts = [(settled, "decided"), (open, "undecided"), (conflicts, "in conflict"), (errors, "in error")];
    let told: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    format!("{}: {}", row.name, told.join(", "))
}

/// Every decision of a deal, each on a line.
fn table(row: &Row) -> String {
    let entries = row.summary.as_ref().map_or(&[][..], |summary| &summary.entries);
    let width = entries.iter().map(|entry| entry.name.chars().count()).max().unwrap_or(0);
    let mut text = format!("  {HEADING}{}{HEADING:#}\n", row.name);
    for entry in entries {
        let _ = writeln!(text, "    {:width$}  {}", entry.name, entry.words());
    }
    text
}
