//! What cases come to, beside what they came to before.

use rustc_hash::FxHashMap;

use super::snapshot::Snapshot;
use crate::trace::summary::{Change, changes};

/// How a case compares with its snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As before.
    Same,
    /// It has no snapshot yet.
    New,
    /// Other than before.
    Changed(Vec<Change>),
}

/// How the cases of a file compare with their snapshot.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Each case that was run, in order.
    pub cases: Vec<(String, Verdict)>,
    /// Cases of the snapshot that are no longer in the file.
    pub gone: Vec<String>,
}

impl Comparison {
    /// Compares `fresh` with `before`; `order` names all cases of the file, run or not.
    pub fn of(before: &Snapshot, fresh: &Snapshot, order: &[&str]) -> Comparison {
        let verdict = |name: &str| match (before.get(name), fresh.get(name)) {
            (None, _) => Verdict::New,
            (Some(before), Some(after)) if before != after => Verdict::Changed(changes(before, after)),
            _ => Verdict::Same,
        };
        let known: FxHashMap<&str, ()> = order.iter().map(|&name| (name, ())).collect();
        Comparison {
            cases: fresh.names().map(|name| (name.to_owned(), verdict(name))).collect(),
            gone: before.names().filter(|name| !known.contains_key(name)).map(str::to_owned).collect(),
        }
    }
}

/// Brings together the cases that changed in the very same way: the places of each set in `cases`, in order.
pub fn alike<'a>(cases: impl IntoIterator<Item = &'a Verdict>) -> Vec<Vec<usize>> {
    let mut sets: Vec<Vec<usize>> = Vec::new();
    let mut places: FxHashMap<String, usize> = FxHashMap::default();
    for (at, verdict) in cases.into_iter().enumerate() {
        let key = match verdict {
            Verdict::Same => continue,
            Verdict::New => String::new(),
            Verdict::Changed(changes) => changes.iter().map(|change| format!("{change}\n")).collect(),
        };
        let place = *places.entry(key).or_insert_with(|| {
            sets.push(Vec::new());
            sets.len() - 1
        });
        if let Some(set) = sets.get_mut(place) {
            set.push(at);
        }
    }
    sets
}
