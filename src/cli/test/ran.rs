//! What the cases of each file came to.

use crate::cases::{self, Case, Comparison, Outcome, Selection, Snapshot, Verdict};
use crate::engine::Memo;
use crate::host::{self, CaseFile, CaseFiles};
use crate::pack::Pack;
use crate::trace::summary::Change;

/// A file of cases, after those that were picked out were run.
pub(super) struct Ran<'a> {
    pub(super) file: &'a CaseFile,
    /// One for each case that was run, in order.
    pub(super) results: Vec<Done<'a>>,
    /// Those that were picked out and not run, as a deal that they name could not be read.
    pub(super) left_out: Vec<&'a Case>,
    /// Cases of the snapshot that are no longer in the file.
    pub(super) gone: Vec<String>,
    /// What is accepted by now.
    pub(super) accepted: Snapshot,
    /// What the cases that were run came to, without those that are rejected.
    pub(super) fresh: Snapshot,
}

/// A case that was run.
pub(super) struct Done<'a> {
    pub(super) case: &'a Case,
    pub(super) outcome: Outcome,
    pub(super) verdict: Verdict,
}

impl Done<'_> {
    pub(super) fn has_failed(&self) -> bool {
        !self.outcome.unmet.is_empty()
    }

    /// What is other than before; nothing for a case that has no snapshot.
    pub(super) fn changes(&self) -> &[Change] {
        match &self.verdict {
            Verdict::Changed(changes) => changes,
            Verdict::Same | Verdict::New => &[],
        }
    }
}

impl Ran<'_> {
    pub(super) fn has_failed(&self) -> bool {
        self.results.iter().any(Done::has_failed)
    }

    /// Whether a case is other than before, or new.
    pub(super) fn has_changed(&self) -> bool {
        self.results.iter().any(|done| done.verdict != Verdict::Same)
    }

    /// The names of all cases of the file, run or not.
    pub(super) fn order(&self) -> Vec<&str> {
        self.file.cases.iter().map(|case| case.name.as_str()).collect()
    }
}

/// Runs the cases that are picked out.
pub(super) fn run<'a>(pack: &Pack, cases: &'a CaseFiles, selection: &Selection) -> Vec<Ran<'a>> {
    let picked = |file: &'a CaseFile| -> (Vec<&'a Case>, Vec<&'a Case>) {
        let picked = file.cases.iter().filter(|case| selection.takes(case, &file.relative));
        picked.partition(|case| cases.is_whole(file, case))
    };
    let files: Vec<_> = cases.files.iter().map(|file| (file, picked(file))).collect();
    let all: Vec<(&CaseFile, &Case)> =
        files.iter().flat_map(|(file, (whole, _))| whole.iter().map(move |case| (*file, *case))).collect();
    let memo = Memo::new(pack.policy());
    let outcomes = host::in_parallel(&all, |(file, case)| {
        cases::run_sharing(&memo, &cases.sources, case, &cases.deal(file, case))
    });
    let mut outcomes = outcomes.into_iter();
    let of_file = |(file, (whole, left_out)): (_, (Vec<&'a Case>, Vec<&'a Case>))| {
        let done: Vec<(&Case, Outcome)> = whole.into_iter().zip(outcomes.by_ref()).collect();
        compare(file, done, left_out)
    };
    files.into_iter().map(of_file).collect()
}

/// Compares what the cases of a file came to with its snapshot.
fn compare<'a>(file: &'a CaseFile, done: Vec<(&'a Case, Outcome)>, left_out: Vec<&'a Case>) -> Ran<'a> {
    let mut fresh = Snapshot::default();
    for (case, outcome) in &done {
        fresh.insert(case.name.clone(), outcome.summary.clone());
    }
    let accepted = file.accepted.clone().unwrap_or_default();
    let order: Vec<&str> = file.cases.iter().map(|case| case.name.as_str()).collect();
    let Comparison { cases: verdicts, gone } = Comparison::of(&accepted, &fresh, &order);
    // What is as before is held once.
    for (name, _) in verdicts.iter().filter(|(_, verdict)| *verdict == Verdict::Same) {
        if let Some(summary) = accepted.get(name) {
            fresh.insert(name.clone(), summary.clone());
        }
    }
    let results = done.into_iter().zip(verdicts);
    let results = results.map(|((case, outcome), (_, verdict))| Done { case, outcome, verdict }).collect();
    Ran { file, results, left_out, gone, accepted, fresh }
}
