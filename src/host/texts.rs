//! The texts of a pack's folder, read but not understood yet.

use std::path::{Path, PathBuf};

use super::{find, read, walk};
use crate::base::{FileId, SourceFile, Sources};
use crate::diagnostic::Diagnostic;
use crate::pack::limits::{MAX_PACK_BYTES, MAX_POLICY_BYTES};
use crate::pack::{Error, Pack};

/// What lies in a pack's folder: the texts of its files, and what could not be read.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    /// The manifest and the policies, by their names within the pack.
    files: Vec<(String, FileId)>,
    sources: Sources,
    problems: Vec<Diagnostic>,
    /// The folders that were searched, the pack's own first.
    pub(super) folders: Vec<PathBuf>,
    /// The links among what was found, whether they lead anywhere or not.
    pub(super) links: Vec<PathBuf>,
}

impl Texts {
    /// Reads the pack in the folder `dir`.
    pub(super) fn read(dir: &Path) -> Texts {
        let mut texts = Texts::default();
        if let Err(problem) = find(Some(dir), Path::new(".")) {
            texts.problems.push(*problem);
            return texts;
        }
        let found = walk::pack(dir);
        texts.problems = found.problems;
        texts.folders = found.folders;
        texts.links = found.links;
        let mut room = MAX_PACK_BYTES;
        for file in found.files {
            let limit = MAX_POLICY_BYTES.min(room);
            match read::file(&file.path, &file.shown, limit, &mut texts.sources) {
                Ok(id) => {
                    room = room.saturating_sub(texts.sources.get(id).map_or(0, |f| f.text().len() as u64));
                    texts.files.push((file.relative, id));
                }
                Err(problem) => texts.problems.push(*problem),
            }
        }
        texts
    }

    /// Makes the pack of them.
    ///
    /// # Errors
    ///
    /// Every problem of the files and of what they say, where one of them keeps it from compiling.
    pub(super) fn compile(self) -> Result<Pack, Error> {
        Pack::from_files(self.files, self.sources, self.problems)
    }

    /// The name and the text of every file that could be read.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let text = |id| self.sources.get(id).map_or("", SourceFile::text);
        self.files.iter().map(move |(name, id)| (name.as_str(), text(*id)))
    }

    /// Whether both say the same, wherever they come from.
    pub(super) fn say_the_same(&self, other: &Texts) -> bool {
        self.problems == other.problems && self.iter().eq(other.iter())
    }
}
