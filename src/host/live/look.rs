//! What the disk says at one moment.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::Sources;
use crate::host::read;
use crate::host::texts::Texts;
use crate::pack::Error;
use crate::pack::limits::MAX_DEAL_BYTES;

/// A file that is watched beside the pack, as it was when it was last looked at.
#[derive(Clone, Debug)]
pub struct WatchedFile {
    /// Its path, as it was given.
    pub path: PathBuf,
    /// Its text, or why it cannot be read.
    pub text: Result<Arc<str>, Error>,
}

impl PartialEq for WatchedFile {
    fn eq(&self, other: &WatchedFile) -> bool {
        let same = match (&self.text, &other.text) {
            (Ok(one), Ok(two)) => one == two,
            (Err(one), Err(two)) => one.diagnostics() == two.diagnostics(),
            _ => false,
        };
        same && self.path == other.path
    }
}

impl WatchedFile {
    pub(super) fn read(path: &Path) -> WatchedFile {
        let mut sources = Sources::new();
        let read = read::file(path, &path.display().to_string(), MAX_DEAL_BYTES, &mut sources);
        let text = match read {
            Ok(id) => Ok(sources.get(id).map_or_else(|| "".into(), |file| Arc::from(file.text()))),
            Err(problem) => Err(Error::new(vec![*problem], sources)),
        };
        WatchedFile { path: path.to_owned(), text }
    }
}

/// What a pack's folder, and the files watched beside it, say at one moment.
#[derive(Clone, Debug)]
pub(super) struct Look {
    pub(super) texts: Texts,
    pub(super) files: Arc<[WatchedFile]>,
}

impl Look {
    /// Reads everything once.
    pub(super) fn take(dir: &Path, files: &[PathBuf]) -> Look {
        Look { texts: Texts::read(dir), files: files.iter().map(|path| WatchedFile::read(path)).collect() }
    }

    /// Whether both were taken of the same disk: the same texts, in the same folders.
    fn agrees_with(&self, other: &Look) -> bool {
        self.says_what(other) && self.texts.folders == other.texts.folders && self.texts.links == other.texts.links
    }

    /// Whether both say the same.
    pub(super) fn says_what(&self, other: &Look) -> bool {
        self.texts.say_the_same(&other.texts) && self.files == other.files
    }

    /// Whether a file of `before` is gone, or has lost its whole text, or some of it where `shorter` counts too. So it is
    /// while an editor is in the middle of a save.
    pub(super) fn has_lost(&self, before: &Look, shorter: bool) -> bool {
        let lost = |was: &str, is: Option<&str>| match is {
            None => true,
            Some(is) => (is.trim().is_empty() && !was.trim().is_empty()) || (shorter && is.len() < was.len()),
        };
        let now: rustc_hash::FxHashMap<&str, &str> = self.texts.iter().collect();
        let mut policies = before.texts.iter().map(|(name, was)| (was, now.get(name).copied()));
        let mut files = before
            .files
            .iter()
            .zip(self.files.iter())
            .filter_map(|(was, is)| Some((was.text.as_deref().ok()?, is.text.as_deref().ok())));
        policies.any(|(was, is)| lost(was, is)) || files.any(|(was, is)| lost(was, is))
    }
}

/// How often a disk that keeps changing is looked at before it is left alone for a while.
const TRIES: usize = 8;

/// Looks until two looks that follow one another agree: what they both saw was all there at one moment between them,
/// and is no mixture of several. `None` where the disk does not hold still.
pub(super) fn steady(take: impl FnMut() -> Look) -> Option<Look> {
    agreed(take, Look::agrees_with)
}

/// As [`steady`], of whatever is looked at.
fn agreed<T>(mut take: impl FnMut() -> T, agree: impl Fn(&T, &T) -> bool) -> Option<T> {
    let mut last = take();
    for _ in 0..TRIES {
        let next = take();
        if agree(&next, &last) {
            return Some(next);
        }
        last = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::agreed;

    proptest! {
        /// A disk of three files, each read on its own while edits happen in between: whatever is agreed upon was the
        /// whole disk at some moment.
        #[test]
        fn what_is_agreed_upon_was_there_at_one_moment(edits in prop::collection::vec(prop::option::of(0..3_usize), 0..60)) {
            let mut disk = [0; 3];
            let mut moments = vec![disk];
            let mut edits = edits.into_iter();
            let mut version = 0;
            let mut take = || {
                let mut seen = [0; 3];
                for file in 0..3 {
                    seen[file] = disk[file];
                    if let Some(Some(edited)) = edits.next() {
                        version += 1;
                        disk[edited] = version;
                        moments.push(disk);
                    }
                }
                seen
            };
            let agreed = agreed(&mut take, |a, b| a == b);
            if let Some(seen) = agreed {
                prop_assert!(moments.contains(&seen), "{seen:?} is a mixture of {moments:?}");
            }
        }
    }
}
