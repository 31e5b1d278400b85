//! Writing snapshots, pending ones, and deleting those that no case has. What cannot be written keeps nothing else from it.

use std::io;
use std::path::Path;

use rustc_hash::FxHashSet;

use super::ran::Ran;
use crate::cases::{Snapshot, Verdict};
use crate::cli::exit::Failure;
use crate::host::{self, CaseFiles};
use crate::trace::summary::listed;

/// How many names of files are told before it is only said how many more there are.
const MOST_FILES: usize = 3;

/// What was written and what was not.
#[derive(Debug, Default)]
pub(super) struct Saved {
    /// How many cases were accepted.
    pub(super) accepted: usize,
    /// The snapshots that were written with them.
    pub(super) written: Vec<String>,
    /// The files that wait to be reviewed.
    pub(super) pending: Vec<String>,
    /// Snapshots of cases that are no longer there, and that were left: what to call each.
    pub(super) unreferenced: Vec<String>,
    /// Those that were deleted.
    pub(super) deleted: Vec<String>,
    /// Whether none was deleted as something could not be read.
    pub(super) withheld: bool,
    /// What could not be written or deleted, and why.
    pub(super) refused: Vec<Refused>,
}

/// A file that could not be written or deleted. It is as it was; others may have been written.
#[derive(Debug)]
pub(super) struct Refused {
    file: String,
    what: &'static str,
    error: io::Error,
}

/// What to say of files that could not be written or deleted, where these snapshots were written.
pub(super) fn failure(refused: &[Refused], written: &[String]) -> Failure {
    let Some((first, others)) = refused.split_first() else { return Failure::message("a file cannot be written") };
    let more = match others.len() {
        0 => String::new(),
        1 => ", nor can 1 other file be".to_owned(),
        n => format!(", nor can {n} other files be"),
    };
    let Refused { file, what, error } = first;
    let failure = Failure::message(format!("`{file}` cannot be {what}{more}: {}", host::reason(error)));
    let failure = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => failure.help("make room on the disk"),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            failure.help("a snapshot is written beside its cases: that folder has to be writable")
        }
        _ => failure,
    };
    let quoted = |files: &[&String]| -> String {
        let files: Vec<String> = files.iter().map(|file| format!("`{file}`")).collect();
        listed(&files, MOST_FILES)
    };
    let failure = match written {
        [] => failure.help("what was accepted before is as it was; `--check` runs the cases without writing anything"),
        _ => failure.help(format!("what was accepted is written: {}", quoted(&written.iter().collect::<Vec<_>>()))),
    };
    let unwritten = refused.iter().map(|refused| &refused.file).filter(|file| !file.ends_with(".new"));
    match unwritten.collect::<Vec<_>>().as_slice() {
        files if written.is_empty() || files.is_empty() => failure,
        files => failure.help(format!("as before, and not accepted: {}", quoted(files))),
    }
}

impl Ran<'_> {
    /// Accepts everything; says how many cases were new or changed.
    pub(super) fn accept_all(&mut self, written: &mut Vec<String>) -> Result<usize, Refused> {
        let fresh = self.fresh.clone();
        written.extend(self.accept(&fresh)?);
        Ok(self.results.iter().filter(|done| done.verdict != Verdict::Same).count())
    }

    /// Accepts what these cases come to. Says which file was written.
    pub(super) fn accept(&mut self, fresh: &Snapshot) -> Result<Option<String>, Refused> {
        let updated = self.accepted.updated(self.order(), fresh);
        if updated != self.accepted || (self.file.accepted.is_none() && !updated.is_empty()) {
            let path = self.file.snapshot_path();
            write(&path, &updated.text(&self.file.relative))?;
            self.accepted = updated;
            return Ok(Some(shown(&path)));
        }
        Ok(None)
    }

    /// Writes what is not accepted where it waits to be reviewed, and removes what does not wait any more. Says which
    /// file waits.
    pub(super) fn leave_pending(&self) -> Result<Option<String>, Refused> {
        let mut fresh = self.fresh.clone();
        // A case that was not run goes on waiting.
        let ran: FxHashSet<&str> = self.results.iter().map(|done| done.case.name.as_str()).collect();
        if let Some(pending) = &self.file.pending {
            for name in pending.names().filter(|name| !ran.contains(name)) {
                if let Some(summary) = pending.get(name) {
                    fresh.insert(name, summary.clone());
                }
            }
        }
        let order = self.order();
        let updated = self.accepted.updated(order.iter().copied(), &fresh);
        let path = self.file.pending_path();
        // A case that is gone is no change to review.
        if updated == self.accepted.updated(order, &Snapshot::default()) {
            remove(&path)?;
            return Ok(None);
        }
        if self.file.pending.as_ref() != Some(&updated) {
            write(&path, &updated.text(&self.file.relative))?;
        }
        Ok(Some(shown(&path)))
    }
}

/// What to call the snapshots of cases that are no longer there.
pub(super) fn unreferenced(cases: &CaseFiles, ran: &[Ran<'_>]) -> Vec<String> {
    let files = cases.unreferenced.iter().map(|path| shown(path));
    files.chain(ran.iter().flat_map(gone)).collect()
}

/// Deletes them, as far as that can be done.
pub(super) fn delete_unreferenced(cases: &CaseFiles, ran: &mut [Ran<'_>], saved: &mut Saved) {
    for path in &cases.unreferenced {
        match remove(path) {
            Ok(()) => saved.deleted.push(shown(path)),
            Err(refused) => saved.refused.push(refused),
        }
    }
    for file in ran.iter_mut().filter(|file| !file.gone.is_empty()) {
        let kept = file.accepted.updated(file.order(), &Snapshot::default());
        let path = file.file.snapshot_path();
        let done = if kept.is_empty() { remove(&path) } else { write(&path, &kept.text(&file.file.relative)) };
        match done {
            Ok(()) => {
                saved.deleted.extend(gone(file));
                file.accepted = kept;
            }
            Err(refused) => saved.refused.push(refused),
        }
    }
}

/// What to call the snapshots of cases that are no longer in a file.
fn gone(file: &Ran<'_>) -> Vec<String> {
    let snapshot = shown(&file.file.snapshot_path());
    file.gone.iter().map(|case| format!("{case} ({snapshot})")).collect()
}

/// A path as messages show it: without a leading `./`.
fn shown(path: &Path) -> String {
    host::called(path.strip_prefix(".").unwrap_or(path))
}

fn write(path: &Path, text: &str) -> Result<(), Refused> {
    host::replace_file(path, text).map_err(|error| Refused { file: shown(path), what: "written", error })
}

fn remove(path: &Path) -> Result<(), Refused> {
    host::remove_file(path).map_err(|error| Refused { file: shown(path), what: "deleted", error })
}
