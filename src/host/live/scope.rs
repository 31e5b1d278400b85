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

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, DataChange, Flag, MetadataKind, RemoveKind, RenameMode};

    use super::*;
    use crate::host::texts::Texts;

    const WRITING: EventKind = EventKind::Modify(ModifyKind::Data(DataChange::Any));
    const CLOSED: EventKind = EventKind::Access(AccessKind::Close(AccessMode::Write));
    const CREATED: EventKind = EventKind::Create(CreateKind::Any);

    /// The scope of a pack in `pack` below a folder that is not there, which is enough to have its names.
    fn scope() -> Scope {
        let mut texts = Texts::default();
        texts.folders = vec!["/none/pack".into(), "/none/pack/deep".into()];
        let file = crate::host::live::WatchedFile { path: "/none/deals/one.ron".into(), text: Ok("".into()) };
        Scope::of(Path::new("/none/pack"), &Look { texts, files: [file].into() })
    }

    fn stirs(kind: EventKind, path: &str) -> Vec<Stir> {
        scope().stirs(&Event::new(kind).add_path(path.into()))
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_is_being_written_until_it_is_closed_renamed_or_removed() {
        let path = "/none/pack/deep/a.policy";
        assert_eq!(stirs(WRITING, path), [Stir::Writing(path.into())]);
        let renamed = EventKind::Modify(ModifyKind::Name(RenameMode::From));
        for end in [CLOSED, renamed, EventKind::Remove(RemoveKind::File)] {
            assert_eq!(stirs(end, path), [Stir::Written(path.into())]);
        }
    }

    #[test]
    fn what_is_read_and_what_is_hidden_or_of_no_use_does_not_matter() {
        let opened = EventKind::Access(AccessKind::Open(AccessMode::Any));
        for (kind, path) in [
            (opened, "/none/pack/a.policy"),
            (EventKind::Access(AccessKind::Close(AccessMode::Read)), "/none/pack/a.policy"),
            (WRITING, "/none/pack/notes.txt"),
            (CREATED, "/none/pack/.a.policy.swp"),
            (CREATED, "/none/pack/.git"),
            (CREATED, "/none/other"),
            (CREATED, "/none/deals/two.ron"),
            (CREATED, "/elsewhere/a.policy"),
        ] {
            assert_eq!(stirs(kind, path), [], "{kind:?} {path}");
        }
    }

    #[test]
    fn whatever_may_change_what_is_read_matters() {
        let mode = EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any));
        for (kind, path) in [
            (CREATED, "/none/pack/a.policy"),
            (CREATED, "/none/pack/folder-or-link"),
            (mode, "/none/pack/a.policy"),
            (mode, "/none/pack"),
            (CREATED, "/none/pack"),
            (CREATED, "/none"),
            (CREATED, "/none/deals"),
            (CREATED, "/none/deals/one.ron"),
            (EventKind::Any, "/none/pack/deep"),
        ] {
            assert!(!stirs(kind, path).is_empty(), "{kind:?} {path}");
        }
    }

    #[test]
    fn where_events_are_lost_everything_is_looked_at() {
        let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert_eq!(scope().stirs(&lost), [Stir::Other]);
        assert!(!is_about_content(lost.kind));
    }
}
