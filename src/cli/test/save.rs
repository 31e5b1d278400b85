//! Writing snapshots, pending ones, and deleting those that no case has.

use std::io;
use std::path::Path;

use rustc_hash::FxHashSet;

use super::ran::Ran;
use crate::cases::{Snapshot, Verdict};
use crate::cli::exit::Failure;
use crate::host::{self, CaseFiles};

/// What was written and what was not.
#[derive(Debug, Default)]
pub(super) struct Saved {
    /// How many cases were accepted.
    pub(super) accepted: usize,
    /// The files that wait to be reviewed.
    pub(super) pending: Vec<String>,
    /// Snapshots of cases that are no longer there, and that were left: what to call each.
    pub(super) unreferenced: Vec<String>,
    /// Those that were deleted.
    pub(super) deleted: Vec<String>,
}

impl Ran<'_> {
    /// Accepts everything; says how many cases were new or changed.
    pub(super) fn accept_all(&mut self) -> Result<usize, Failure> {
        let fresh = self.fresh.clone();
        self.accept(&fresh)?;
        Ok(self.results.iter().filter(|done| done.verdict != Verdict::Same).count())
    }

    /// Accepts what these cases come to.
    pub(super) fn accept(&mut self, fresh: &Snapshot) -> Result<(), Failure> {
        let updated = self.accepted.updated(self.order(), fresh);
        if updated != self.accepted || (self.file.accepted.is_none() && !updated.is_empty()) {
            write(&self.file.snapshot_path(), &updated.text(&self.file.relative))?;
            self.accepted = updated;
        }
        Ok(())
    }

    /// Writes what is not accepted where it waits to be reviewed, and removes what does not wait any more. Says which
    /// file waits.
    pub(super) fn leave_pending(&self) -> Result<Option<String>, Failure> {
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
    let gone = ran.iter().flat_map(|file| {
        let snapshot = shown(&file.file.snapshot_path());
        file.gone.iter().map(move |case| format!("{case} ({snapshot})"))
    });
    files.chain(gone).collect()
}

/// Deletes them; says what was deleted.
pub(super) fn delete_unreferenced(cases: &CaseFiles, ran: &mut [Ran<'_>]) -> Result<Vec<String>, Failure> {
    let deleted = unreferenced(cases, ran);
    for path in &cases.unreferenced {
        remove(path)?;
    }
    for file in ran.iter_mut().filter(|file| !file.gone.is_empty()) {
        let kept = file.accepted.updated(file.order(), &Snapshot::default());
        let path = file.file.snapshot_path();
        if kept.is_empty() {
            remove(&path)?
        } else {
            write(&path, &kept.text(&file.file.relative))?
        }
        file.accepted = kept;
    }
    Ok(deleted)
}

/// A path as messages show it: without a leading `./`.
fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    host::replace_file(path, text).map_err(|e| refused(path, "written", &e))
}

fn remove(path: &Path) -> Result<(), Failure> {
    host::remove_file(path).map_err(|e| refused(path, "deleted", &e))
}

fn refused(path: &Path, what: &str, error: &io::Error) -> Failure {
    let failure = Failure::message(format!("`{}` cannot be {what}: {}", shown(path), host::reason(error)));
    failure.help("what was accepted before is as it was; `--check` runs the cases without writing anything")
}
