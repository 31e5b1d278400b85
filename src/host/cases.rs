//! The cases of a pack, with their snapshots.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::{in_parallel, read, read_deal, walk};
use crate::base::{FileId, SourceFile, Sources};
use crate::cases::{self, Case, Layer, Snapshot};
use crate::diagnostic::{Code, Diagnostic, Label, Severity};
use crate::facts::Deal;
use crate::facts::read::{Form, Format};
use crate::pack::limits::{MAX_DEAL_BYTES, MAX_PACK_BYTES};
use crate::pack::{Error, Pack};

/// The folder of cases of a pack that does not say where they are.
const FOLDER: &str = "cases";
/// The ending of snapshots, and that of those that wait to be reviewed. `cargo insta` knows both.
const SNAPSHOT: &str = ".snap";
const PENDING: &str = ".snap.new";

/// The cases of a pack.
#[derive(Clone, Debug)]
pub struct CaseFiles {
    /// Its files, in the order of their paths.
    pub files: Vec<CaseFile>,
    /// Snapshots, also pending ones, of files that are not there.
    pub unreferenced: Vec<PathBuf>,
    /// The texts of the pack, of the cases, and of the deals that they name.
    pub sources: Sources,
    deals: BTreeMap<PathBuf, Deal>,
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
    /// The deal of a case of `file`.
    pub fn deal(&self, file: &CaseFile, case: &Case) -> Deal {
        case.deal(|path| self.deals.get(&deal_path(&file.path, path)))
    }
}

/// Reads the cases of the pack in the folder `dir`: all files in RON, JSON, YAML and TOML in the folders that its
/// manifest names, or in `cases`.
///
/// # Errors
///
/// Every problem of the cases, of the deals that they name and of their snapshots.
pub fn cases(dir: &Path, pack: &Pack) -> Result<CaseFiles, Error> {
    let form = Form::new(&pack.policy().schema);
    let mut reading = Reading {
        dir,
        pack,
        form: &form,
        all: CaseFiles {
            files: Vec::new(),
            unreferenced: Vec::new(),
            sources: pack.sources().clone(),
            deals: BTreeMap::new(),
        },
        room: MAX_PACK_BYTES,
        problems: Vec::new(),
    };
    match pack.case_folders() {
        [] if dir.join(FOLDER).exists() => reading.folder(&dir.join(FOLDER)),
        [] => {}
        folders => {
            for (folder, span) in folders {
                let path = dir.join(folder);
                if path.is_dir() {
                    reading.folder(&path);
                } else {
                    let message = format!("there is no folder `{}`", path.display());
                    let problem = Diagnostic::error(Code::UnreadableFile, *span, message).here("for cases");
                    reading.problems.push(problem);
                }
            }
        }
    }
    let Reading { mut all, problems, .. } = reading;
    all.files.sort_by(|a, b| a.relative.cmp(&b.relative));
    all.files.dedup_by(|a, b| a.path == b.path);
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(Error::new(problems, all.sources));
    }
    Ok(all)
}

struct Reading<'a> {
    dir: &'a Path,
    pack: &'a Pack,
    form: &'a Form<'a>,
    all: CaseFiles,
    room: u64,
    problems: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn folder(&mut self, folder: &Path) {
        let found = walk::below(self.dir, folder, |name| format_of(name).is_some() || is_snapshot(name));
        self.problems.extend(found.problems);
        let (snapshots, files): (Vec<_>, Vec<_>) = found.files.into_iter().partition(|f| is_snapshot(&f.relative));
        let known: FxHashSet<&Path> = files.iter().map(|file| file.path.as_path()).collect();
        for snapshot in snapshots {
            let name = snapshot.path.to_string_lossy().into_owned();
            let of = name.strip_suffix(PENDING).or(name.strip_suffix(SNAPSHOT)).unwrap_or_default();
            if !known.contains(Path::new(of)) {
                self.all.unreferenced.push(snapshot.path);
            }
        }
        let read: Vec<Texts> = files.into_iter().filter_map(|file| self.texts(file)).collect();
        let (pack, form) = (self.pack, self.form);
        for (texts, parsed) in read.iter().zip(in_parallel(&read, |texts| parse(pack, form, texts))) {
            self.add(&texts.file, parsed);
        }
    }

    /// Reads a file of cases and its snapshot.
    fn texts(&mut self, file: walk::PackFile) -> Option<Texts> {
        let format = format_of(&file.relative)?;
        let cases = self.text(&file.path, &file.shown)?;
        let snapshot = beside(&file.path, SNAPSHOT);
        let accepted =
            if snapshot.exists() { self.text(&snapshot, &format!("{}{SNAPSHOT}", file.shown)) } else { None };
        Some(Texts { file, format, cases, accepted })
    }

    fn add(&mut self, file: &walk::PackFile, parsed: Parsed) {
        self.problems.extend(parsed.problems);
        for layer in parsed.cases.iter().flat_map(|case| &case.layers) {
            self.deal(&file.path, layer);
        }
        self.all.files.push(CaseFile {
            path: file.path.clone(),
            shown: file.shown.clone(),
            relative: file.relative.clone(),
            cases: parsed.cases,
            accepted: parsed.accepted,
            pending: parsed.pending,
        });
    }

    fn text(&mut self, path: &Path, shown: &str) -> Option<(FileId, SourceFile)> {
        match read::file(path, shown, MAX_DEAL_BYTES.min(self.room), &mut self.all.sources) {
            Ok(id) => {
                let file = self.all.sources.get(id)?.clone();
                self.room = self.room.saturating_sub(file.text().len() as u64);
                Some((id, file))
            }
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        }
    }

    /// Reads the deal that a layer names, once.
    fn deal(&mut self, file: &Path, layer: &Layer) {
        let Layer::File { path, span } = layer else { return };
        let path = deal_path(file, path);
        if self.all.deals.contains_key(&path) {
            return;
        }
        let deal = match read_deal(&path, None, &mut self.all.sources) {
            Ok((id, format)) => {
                let Some(source) = self.all.sources.get(id).cloned() else { return };
                let (deal, problems) = crate::facts::read::deal(&self.pack.policy().schema, id, &source, format);
                self.problems.extend(problems);
                deal
            }
            Err(mut problem) => {
                problem.primary.get_or_insert(Label { span: *span, message: "named here".to_owned() });
                self.problems.push(*problem);
                Deal::new()
            }
        };
        self.all.deals.insert(path, deal);
    }
}

/// The texts of a file of cases and of its snapshot.
struct Texts {
    file: walk::PackFile,
    format: Format,
    cases: (FileId, SourceFile),
    accepted: Option<(FileId, SourceFile)>,
}

/// What they say.
struct Parsed {
    cases: Vec<Case>,
    accepted: Option<Snapshot>,
    pending: Option<Snapshot>,
    problems: Vec<Diagnostic>,
}

fn parse(pack: &Pack, form: &Form<'_>, texts: &Texts) -> Parsed {
    let (id, file) = &texts.cases;
    let (cases, mut problems) = cases::read(pack.policy(), form, *id, file, texts.format);
    let accepted = texts.accepted.as_ref().and_then(|(id, file)| match Snapshot::read(*id, file) {
        Ok(snapshot) => Some(snapshot),
        Err(problem) => {
            problems.push(*problem);
            None
        }
    });
    Parsed { cases, accepted, pending: pending(&beside(&texts.file.path, PENDING)), problems }
}

/// What waits to be reviewed. It is made anew by every run, so that one that cannot be read is as good as none.
fn pending(path: &Path) -> Option<Snapshot> {
    let mut sources = Sources::new();
    let id = read::file(path, "", MAX_DEAL_BYTES, &mut sources).ok()?;
    Snapshot::read(id, sources.get(id)?).ok()
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

fn is_snapshot(name: &str) -> bool {
    name.ends_with(SNAPSHOT) || name.ends_with(PENDING)
}

fn format_of(name: &str) -> Option<Format> {
    let (_, ending) = name.rsplit_once('.')?;
    Format::from_extension(ending)
}
