//! Which folders to watch for a pack and some files, and which events in them matter.
//!
//! Folders are watched, not files: a file that is replaced as editors do it is another one, and its watch is gone. For
//! the same reason the folders above are watched too, each for the one name on the way, and those that links lead to.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use notify::event::{AccessKind, AccessMode, Event, EventKind, ModifyKind};

use super::look::Look;
use super::pace::Stir;
use super::watcher::TELLS_OF_CLOSING;
use crate::pack::limits::MANIFEST;

/// How many links one path may lead through.
const MAX_LINKS: usize = 40;

/// What matters in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Interest {
    /// The folder belongs to a pack: whatever is not hidden.
    pack: bool,
    /// These names.
    names: BTreeSet<OsString>,
}

/// The folders to watch, by their real paths, and what matters in each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope {
    folders: BTreeMap<PathBuf, Interest>,
}

impl Scope {
    /// What to watch for the pack in `dir` and everything that `look` found.
    pub(super) fn of(dir: &Path, look: &Look) -> Scope {
        let mut scope = Scope::default();
        let mut known = BTreeMap::new();
        for folder in std::iter::once(dir).chain(look.texts.folders.iter().map(PathBuf::as_path)) {
            let real = scope.follow(folder, &mut known);
            scope.folders.entry(real).or_default().pack = true;
        }
        let files = look.files.iter().map(|file| &file.path);
        for path in look.texts.links.iter().chain(files) {
            scope.follow(path, &mut known);
        }
        scope
    }

    /// The folders to watch, each before those in it.
    pub(super) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.folders.keys().map(PathBuf::as_path)
    }

    /// Whether the folder is watched.
    pub(super) fn has(&self, folder: &Path) -> bool {
        self.folders.contains_key(folder)
    }

    /// Adds every name on the way to `path`, through links, and gives the real path as far as there is one.
    fn follow(&mut self, path: &Path, known: &mut BTreeMap<PathBuf, PathBuf>) -> PathBuf {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let (mut real, mut rest) = (PathBuf::new(), Vec::new());
        // Files mostly lie beside one another: the way to their folder is known then.
        match (absolute.parent(), absolute.file_name()) {
            (Some(parent), Some(name)) if known.contains_key(parent) => {
                real.extend(known.get(parent));
                rest.push(name.to_owned());
            }
            _ => rest.extend(absolute.components().rev().map(|part| part.as_os_str().to_owned())),
        }
        let mut links = 0;
        while let Some(part) = rest.pop() {
            match Path::new(&part).components().next() {
                Some(Component::Normal(name)) => {
                    self.folders.entry(real.clone()).or_default().names.insert(name.to_owned());
                    let next = real.join(name);
                    match std::fs::read_link(&next) {
                        Ok(target) if links < MAX_LINKS => {
                            links += 1;
                            rest.extend(target.components().rev().map(|part| part.as_os_str().to_owned()));
                        }
                        _ => real = next,
                    }
                }
                Some(Component::ParentDir) => {
                    real.pop();
                }
                Some(root @ (Component::Prefix(_) | Component::RootDir)) => real.push(root),
                Some(Component::CurDir) | None => {}
            }
        }
        if let Some(parent) = absolute.parent().filter(|_| links == 0) {
            known.extend(real.parent().map(|real| (parent.to_owned(), real.to_owned())));
        }
        real
    }

    /// What an event means here; empty where it means nothing.
    pub(super) fn stirs(&self, event: &Event) -> Vec<Stir> {
        if matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write)) {
            return Vec::new();
        }
        if event.need_rescan() || event.paths.is_empty() {
            return vec![Stir::Other];
        }
        let content = is_about_content(event.kind);
        let matter = event.paths.iter().filter(|path| self.matters(path, content));
        matter
            .map(|path| match event.kind {
                EventKind::Modify(ModifyKind::Data(_)) if TELLS_OF_CLOSING => Stir::Writing(path.clone()),
                EventKind::Access(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) => {
                    Stir::Written(path.clone())
                }
                _ => Stir::Other,
            })
            .collect()
    }

    fn matters(&self, path: &Path, content: bool) -> bool {
        let within = path.parent().and_then(|folder| self.folders.get(folder)).zip(path.file_name());
        let within = within.is_some_and(|(interest, name)| {
            let shape = !content || Path::new(name).extension().is_some_and(|e| e == "policy") || name == MANIFEST;
            interest.names.contains(name) || (interest.pack && shape && !is_hidden(name))
        });
        within || (!content && self.folders.contains_key(path))
    }
}

/// Whether an event tells of the text of a file, rather than of which files and folders there are.
pub(super) fn is_about_content(kind: EventKind) -> bool {
    matches!(kind, EventKind::Access(_) | EventKind::Modify(ModifyKind::Data(_)))
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}
