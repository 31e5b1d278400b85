//! The cases of a pack, with their snapshots.

mod read;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::base::Sources;
use crate::cases::{Case, Layer, Snapshot};
use crate::diagnostic::Diagnostic;
use crate::facts::Deal;
use crate::host::{real_path, walk};
use crate::pack::limits::MAX_PACK_BYTES;
use crate::pack::{Error, Pack};

/// The folder of cases of a pack that does not say where they are.
const FOLDER: &str = "cases";
/// The ending of snapshots, and that of those that wait to be reviewed. `cargo insta` knows both.
const SNAPSHOT: &str = ".snap";
const PENDING: &str = ".snap.new";

/// The cases of a pack.
#[derive(Clone, Debug)]
pub struct CaseFiles {
    /// Its files that could be read, in the order of their paths.
    pub files: Vec<CaseFile>,
    /// What could not be read: files of cases and folders, then deals.
    pub unread: Vec<Unread>,
    /// Snapshots, also pending ones, of files that are not there.
    pub unreferenced: Vec<PathBuf>,
    /// The folders that were searched for them.
    pub folders: Vec<PathBuf>,
    /// The texts of the pack, of the cases, and of the deals that they name.
    pub sources: Sources,
    /// The deals that cases name; `None` is one that could not be read.
    deals: BTreeMap<PathBuf, Option<Deal>>,
}

/// A file of cases.
#[derive(Clone, Debug)]
pub struct CaseFile {
    /// Where it lies.
    pub path: PathBuf,
    /// How messages call it.
    pub shown: String,
    /// Its path from the folder of the pack, with `/` between the parts.
    pub relative: String,
    /// Its cases, in order.
    pub cases: Vec<Case>,
    /// What they came to before; `None` where there is no snapshot.
    pub accepted: Option<Snapshot>,
    /// What waits to be reviewed, as far as it can be read.
    pub pending: Option<Snapshot>,
}

/// Something that could not be read: a file of cases, whose cases are left out, or a deal, for which those that name it are.
#[derive(Clone, Debug)]
pub struct Unread {
    /// Which file or folder, as messages call it.
    pub shown: String,
    /// Whether it is a deal.
    pub is_deal: bool,
    /// Why.
    pub problems: Vec<Diagnostic>,
}

impl CaseFile {
    /// Where its snapshot lies.
    pub fn snapshot_path(&self) -> PathBuf {
        beside(&self.path, SNAPSHOT)
    }

    /// Where its pending snapshot lies.
    pub fn pending_path(&self) -> PathBuf {
        beside(&self.path, PENDING)
    }
}

impl CaseFiles {
    /// The deal of a case of `file`, as far as it could be read.
    pub fn deal(&self, file: &CaseFile, case: &Case) -> Deal {
        case.deal(|path| self.deals.get(&deal_path(&file.path, path))?.as_ref())
    }

    /// Whether all deals that a case of `file` names could be read. One of which some could not is not to be run: it would
    /// come to something else.
    pub fn is_whole(&self, file: &CaseFile, case: &Case) -> bool {
        case.layers.iter().all(|layer| match layer {
            Layer::File { path, .. } => matches!(self.deals.get(&deal_path(&file.path, path)), Some(Some(_))),
            Layer::Facts(_) => true,
        })
    }

    /// What of the pack in `dir` is, or would be, at `path`, if a file written there would take the place of one of the
    /// pack's own or be read as one: a policy, a file of cases, a snapshot, or a deal that cases name.
    pub fn own(&self, dir: &Path, path: &Path) -> Option<&'static str> {
        let real = real_path(path);
        let name = real.file_name().unwrap_or_default().to_string_lossy();
        let is = |file: &Path| real_path(file) == real;
        let within = |folder: &Path| real.starts_with(real_path(folder));
        if walk::pack(dir).files.iter().any(|file| is(&file.path)) || (within(dir) && name.ends_with(".policy")) {
            return Some("a file of the pack");
        }
        let met = |folder: &PathBuf| walk::below(dir, folder, read::is_wanted).files.iter().any(|file| is(&file.path));
        if self.folders.iter().any(|folder| met(folder) || (within(folder) && read::is_wanted(&name))) {
            return Some("in the place of cases and their snapshots");
        }
        self.deals.keys().any(|deal| is(deal)).then_some("a deal that cases name")
    }

    /// Why something of the cases could not be read.
    pub fn problems(&self) -> Vec<Diagnostic> {
        self.unread.iter().flat_map(|unread| &unread.problems).cloned().collect()
    }

    /// The cases, if all of them could be read.
    ///
    /// # Errors
    ///
    /// Every problem of the cases, of the deals that they name and of their snapshots.
    pub fn complete(self) -> Result<CaseFiles, Error> {
        if self.unread.is_empty() { Ok(self) } else { Err(Error::new(self.problems(), self.sources)) }
    }
}

/// Reads the cases of the pack in the folder `dir`: all files in RON, JSON, YAML and TOML in the folders that its
/// manifest names, or in `cases`. One that cannot be read does not keep the others from being read: a file with any
/// problem, or whose snapshot has one, is left out as a whole and told in `unread`.
pub fn cases(dir: &Path, pack: &Pack) -> CaseFiles {
    read::cases(dir, pack, MAX_PACK_BYTES)
}

/// The file of a deal that a case of `file` names.
fn deal_path(file: &Path, path: &str) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).join(path)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
