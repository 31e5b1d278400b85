//! What the cases of each file came to.

use crate::cases::{self, Case, Comparison, Outcome, Selection, Snapshot, Verdict};
use crate::host::{CaseFile, CaseFiles};
use crate::pack::Pack;
use crate::trace::summary::Change;

/// A file of cases, after those that were picked out were run.
pub(super) struct Ran<'a> {
    pub(super) file: &'a CaseFile,
    /// One for each case that was run, in order.
    pub(super) results: Vec<Done<'a>>,
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
    cases.files.iter().map(|file| run_file(pack, cases, file, selection)).collect()
}

fn run_file<'a>(pack: &Pack, cases: &'a CaseFiles, file: &'a CaseFile, selection: &Selection) -> Ran<'a> {
    let picked = file.cases.iter().filter(|case| selection.takes(case, &file.relative));
    let outcomes: Vec<(&Case, Outcome)> = picked
        .map(|case| {
            let deal = cases.deal(file, case);
            (case, cases::run(pack.policy(), &cases.sources, case, &deal))
        })
        .collect();
    let mut fresh = Snapshot::default();
    for (case, outcome) in &outcomes {
        fresh.insert(case.name.clone(), outcome.summary.clone());
    }
    let accepted = file.accepted.clone().unwrap_or_default();
    let order: Vec<&str> = file.cases.iter().map(|case| case.name.as_str()).collect();
    let Comparison { cases: verdicts, gone } = Comparison::of(&accepted, &fresh, &order);
    let results = outcomes.into_iter().zip(verdicts);
    let results = results.map(|((case, outcome), (_, verdict))| Done { case, outcome, verdict }).collect();
    Ran { file, results, gone, accepted, fresh }
}
