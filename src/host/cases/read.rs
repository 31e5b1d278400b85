//! Reads the cases of a pack from its folders: what cannot be read is told, and keeps nothing else from being read.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::{CaseFile, CaseFiles, FOLDER, PENDING, SNAPSHOT, Unread, beside, deal_path};
use crate::base::{FileId, SourceFile, Sources, Span};
use crate::cases::{self, Case, Layer, Snapshot};
use crate::diagnostic::{Code, Diagnostic, Label, Severity};
use crate::facts::Deal;
use crate::facts::read::{Form, Format};
use crate::host::{deal, in_parallel, read, walk};
use crate::pack::Pack;
use crate::pack::limits::MAX_DEAL_BYTES;

/// Reads the cases of the pack in `dir`, of which the texts take at most `room` bytes together.
pub(super) fn cases(dir: &Path, pack: &Pack, room: u64) -> CaseFiles {
    let form = Form::new(&pack.policy().schema);
    let all = CaseFiles {
        files: Vec::new(),
        unread: Vec::new(),
        unreferenced: Vec::new(),
        folders: Vec::new(),
        sources: pack.sources().clone(),
        deals: Default::default(),
    };
    let mut reading =
        Reading { dir, pack, form: &form, all, room: Room { whole: room, left: room }, met: Default::default() };
    match pack.case_folders() {
        [] if dir.join(FOLDER).exists() => reading.folder(&dir.join(FOLDER)),
        [] => {}
        folders => {
            for (folder, span) in folders {
                let path = dir.join(folder);
                if path.is_dir() {
                    reading.folder(&path);
                } else {
                    let shown = walk::shown(dir, &path);
                    let message = format!("there is no folder `{shown}`");
                    let problem = Diagnostic::error(Code::UnreadableFile, *span, message).here("for cases");
                    reading.unread(shown, vec![problem]);
                }
            }
        }
    }
    let mut all = reading.all;
    all.files.sort_by(|a, b| a.relative.cmp(&b.relative));
    all.unread.sort_by_key(|unread| unread.is_deal);
    all
}

struct Reading<'a> {
    dir: &'a Path,
    pack: &'a Pack,
    form: &'a Form<'a>,
    all: CaseFiles,
    room: Room,
    /// The files met so far.
    met: FxHashSet<PathBuf>,
}

/// What the texts of cases, snapshots and deals may still hold.
#[derive(Clone, Copy)]
struct Room {
    whole: u64,
    left: u64,
}

impl Room {
    fn limit(self) -> u64 {
        MAX_DEAL_BYTES.min(self.left)
    }

    fn take(&mut self, text: &str) {
        self.left = self.left.saturating_sub(text.len() as u64);
    }

    /// Says that it is all files together that are too much, where that is so.
    fn explain(self, mut problem: Diagnostic, shown: &str) -> Diagnostic {
        if problem.code == Code::TooMuch && self.left < MAX_DEAL_BYTES {
            let together = read::size(self.whole);
            problem.message = format!("`{shown}` is too much: all cases, snapshots and deals together have {together}");
        }
        problem
    }
}

impl Reading<'_> {
    fn folder(&mut self, folder: &Path) {
        self.all.folders.push(folder.to_owned());
        let found = walk::below(self.dir, folder, is_wanted);
        let shown = walk::shown(self.dir, folder);
        for problem in found.problems {
            self.unread(shown.clone(), vec![problem]);
        }
        let (snapshots, files): (Vec<_>, Vec<_>) = found.files.into_iter().partition(|f| is_snapshot(&f.relative));
        let known: FxHashSet<&Path> = files.iter().map(|file| file.path.as_path()).collect();
        for snapshot in snapshots {
            if !known.contains(owner(&snapshot.path).as_path()) && self.met.insert(snapshot.path.clone()) {
                self.all.unreferenced.push(snapshot.path);
            }
        }
        let mut read: Vec<Texts> = Vec::new();
        for file in files {
            // Folders may lie within each other.
            if self.met.insert(file.path.clone()) {
                read.extend(self.texts(file));
            }
        }
        let (pack, form) = (self.pack, self.form);
        let parsed = in_parallel(&read, |texts| parse(pack, form, texts));
        for (texts, parsed) in read.into_iter().zip(parsed) {
            self.add(texts.file, parsed);
        }
    }

    /// Reads a file of cases and its snapshots.
    fn texts(&mut self, file: walk::PackFile) -> Option<Texts> {
        let format = format_of(&file.relative)?;
        let cases = self.text(&file.path, &file.shown);
        let snapshot = beside(&file.path, SNAPSHOT);
        // A link that leads nowhere is there, and is not to be taken for a snapshot that nobody has made yet.
        let is_there = snapshot.symlink_metadata().is_ok();
        let accepted = is_there.then(|| self.text(&snapshot, &format!("{}{SNAPSHOT}", file.shown))).transpose();
        let pending = self.pending(&beside(&file.path, PENDING), &format!("{}{PENDING}", file.shown));
        match (cases, accepted, pending) {
            (Ok(cases), Ok(accepted), Ok(pending)) => Some(Texts { file, format, cases, accepted, pending }),
            (cases, accepted, pending) => {
                let problems = [cases.err(), accepted.err(), pending.err()];
                self.unread(file.shown, problems.into_iter().flatten().map(|problem| *problem).collect());
                None
            }
        }
    }

    fn add(&mut self, file: walk::PackFile, parsed: Parsed) {
        let Parsed { cases, accepted, pending, problems } = parsed;
        for layer in cases.iter().flat_map(|case| &case.layers) {
            self.deal(&file.path, layer);
        }
        if is_broken(&problems) {
            return self.unread(file.shown, problems);
        }
        let walk::PackFile { path, shown, relative } = file;
        self.all.files.push(CaseFile { path, shown, relative, cases, accepted, pending });
    }

    fn unread(&mut self, shown: String, problems: Vec<Diagnostic>) {
        // What a folder's walk has met is told of the file that it belongs to.
        self.all.unread.retain(|told| !told.problems.iter().all(|problem| problems.contains(problem)));
        self.all.unread.push(Unread { shown, is_deal: false, problems });
    }

    fn text(&mut self, path: &Path, shown: &str) -> Result<(FileId, SourceFile), Box<Diagnostic>> {
        let sources = &mut self.all.sources;
        let read = read::file(path, shown, self.room.limit(), sources);
        let id = read.map_err(|problem| Box::new(self.room.explain(*problem, shown)))?;
        let file = sources.get(id).cloned().unwrap_or_else(|| SourceFile::new(shown, ""));
        self.room.take(file.text());
        Ok((id, file))
    }

    /// What waits to be reviewed. It is made anew by every run, so that a text that cannot be read is as good as none. A
    /// link that leads nowhere and a pipe are not to be written over, which a folder cannot be.
    fn pending(&mut self, path: &Path, shown: &str) -> Result<Option<SourceFile>, Box<Diagnostic>> {
        match path.metadata() {
            Ok(meta) if meta.is_file() => {}
            Ok(meta) if meta.is_dir() => return Ok(None),
            Err(_) if !path.is_symlink() => return Ok(None),
            _ => return self.text(path, shown).map(|_| None),
        }
        let mut sources = Sources::new();
        let read = read::file(path, shown, self.room.limit(), &mut sources);
        let file = read.ok().and_then(|id| sources.get(id).cloned());
        self.room.take(file.as_ref().map_or("", SourceFile::text));
        Ok(file)
    }

    /// Reads the deal that a layer names, once.
    fn deal(&mut self, file: &Path, layer: &Layer) {
        let Layer::File { path, span } = layer else { return };
        let path = deal_path(file, path);
        if self.all.deals.contains_key(&path) {
            return;
        }
        let plain = walk::plain(&path);
        let read = self.read_deal(&plain, *span).map_err(|problems| {
            let shown = plain.display().to_string();
            self.all.unread.push(Unread { shown, is_deal: true, problems });
        });
        self.all.deals.insert(path, read.ok());
    }

    fn read_deal(&mut self, path: &Path, named: Span) -> Result<Deal, Vec<Diagnostic>> {
        let sources = &mut self.all.sources;
        let (id, format) = deal::read_named(path, self.room.limit(), sources).map_err(|problem| {
            let mut problem = self.room.explain(*problem, &path.display().to_string());
            problem.primary.get_or_insert(Label { span: named, message: "named here".to_owned() });
            vec![problem]
        })?;
        let Some(source) = sources.get(id) else { return Ok(Deal::new()) };
        self.room.take(source.text());
        let (deal, problems) = crate::facts::read::deal(&self.pack.policy().schema, id, source, format);
        if is_broken(&problems) { Err(problems) } else { Ok(deal) }
    }
}

/// The texts of a file of cases and of its snapshots.
struct Texts {
    file: walk::PackFile,
    format: Format,
    cases: (FileId, SourceFile),
    accepted: Option<(FileId, SourceFile)>,
    pending: Option<SourceFile>,
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
    let pending = texts.pending.as_ref().and_then(|file| Snapshot::read(*id, file).ok());
    Parsed { cases, accepted, pending, problems }
}

fn is_broken(problems: &[Diagnostic]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

/// The file of cases that a snapshot belongs to. Names need not be text: two that differ are never taken for one.
fn owner(snapshot: &Path) -> PathBuf {
    let accepted = if snapshot.extension().is_some_and(|ending| ending == "new") {
        snapshot.with_extension("")
    } else {
        snapshot.to_owned()
    };
    accepted.with_extension("")
}

/// Whether a file of this name in a folder of cases is read.
pub(super) fn is_wanted(name: &str) -> bool {
    format_of(name).is_some() || is_snapshot(name)
}

fn is_snapshot(name: &str) -> bool {
    name.ends_with(SNAPSHOT) || name.ends_with(PENDING)
}

fn format_of(name: &str) -> Option<Format> {
    let (_, ending) = name.rsplit_once('.')?;
    Format::from_extension(ending)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test writes the files that are read")]
mod tests {
    use super::*;

    const CASE: &str = "(name: \"a\", as_of: \"2026-03-01\", deal: \"../deal.ron\")";
    const DEAL: &str = "(total: 1)";
    const SNAPSHOT: &str = "=== a\n";

    /// What could not be read of a case, its snapshots and its deal, with so much room.
    fn unread(room: usize) -> Vec<(String, bool)> {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        std::fs::create_dir(folder.path().join("cases")).unwrap();
        write("a.policy", "fact total: integer 0..9\ndecide large: boolean = total > 5");
        write("pack.ron", "(name: \"a\", version: \"1\")");
        write("deal.ron", DEAL);
        write("cases/a.ron", CASE);
        write("cases/a.ron.snap", SNAPSHOT);
        write("cases/a.ron.snap.new", SNAPSHOT);
        let pack = Pack::load(folder.path()).unwrap();
        let all = cases(folder.path(), &pack, room as u64);
        let too_much = |unread: &Unread| unread.problems.iter().all(|problem| problem.code == Code::TooMuch);
        all.unread
            .iter()
            .map(|unread| (unread.shown.rsplit('/').next().unwrap().to_owned(), too_much(unread)))
            .collect()
    }

    #[test]
    fn cases_snapshots_and_deals_share_one_room() {
        let all = CASE.len() + 2 * SNAPSHOT.len() + DEAL.len();
        assert_eq!(unread(all), []);
        // The deal comes last, and what waits to be reviewed counts too.
        assert_eq!(unread(all - 1), [("deal.ron".to_owned(), true)]);
        assert_eq!(unread(CASE.len() + SNAPSHOT.len() - 1), [("a.ron".to_owned(), true)]);
    }
}
