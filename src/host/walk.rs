//! Which files belong to a pack.

use std::path::{Component, Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::read::{irregular, leads_nowhere};
use crate::diagnostic::{Code, Diagnostic};
use crate::pack::limits::{MANIFEST, MAX_ENTRIES, MAX_FOLDER_DEPTH, MAX_POLICY_FILES};

/// A file of a pack.
pub(super) struct PackFile {
    /// Where it lies.
    pub(super) path: PathBuf,
    /// How messages call it.
    pub(super) shown: String,
    /// Its path from the pack's folder, with `/` between the parts.
    pub(super) relative: String,
}

/// What a walk through a pack's folder has found.
#[derive(Default)]
pub(super) struct Found {
    /// The manifest and the policy files.
    pub(super) files: Vec<PackFile>,
    /// What cannot be read.
    pub(super) problems: Vec<Diagnostic>,
    /// The folders searched, the pack's own first.
    pub(super) folders: Vec<PathBuf>,
    /// The links met, whether they lead anywhere or not.
    pub(super) links: Vec<PathBuf>,
}

/// Finds the manifest and every `*.policy` file of the pack in `dir`. Hidden files and folders are passed over.
pub(super) fn pack(dir: &Path) -> Found {
    let mut found = Found::default();
    let walk = WalkDir::new(dir).follow_links(true).max_depth(MAX_FOLDER_DEPTH).sort_by_file_name().into_iter();
    for (visited, entry) in walk.filter_entry(|e| e.depth() == 0 || !is_hidden(e)).enumerate() {
        if visited > MAX_ENTRIES || found.files.len() > MAX_POLICY_FILES + 1 {
            let message = format!(
                "the pack's folder holds too much: at most {MAX_POLICY_FILES} policies among {MAX_ENTRIES} files are read"
            );
            found.problems.push(Diagnostic::placeless(Code::TooMuch, message));
            break;
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.links.extend(error.path().filter(|path| path.is_symlink()).map(Path::to_owned));
                let policy = |name: &str| name.ends_with(".policy") || name == MANIFEST;
                found.problems.extend(unreadable(dir, &error, policy));
                continue;
            }
        };
        let kind = entry.file_type();
        let name = entry.file_name().to_string_lossy();
        if entry.path_is_symlink() {
            found.links.push(entry.path().to_owned());
        }
        if kind.is_dir() {
            found.folders.push(entry.path().to_owned());
            if entry.depth() == MAX_FOLDER_DEPTH {
                let shown = shown(dir, entry.path());
                let message = format!("the folder `{shown}` lies too deep: at most {MAX_FOLDER_DEPTH} levels are read");
                found.problems.push(Diagnostic::placeless(Code::TooMuch, message));
            }
            continue;
        }
        let manifest = entry.depth() == 1 && name == MANIFEST;
        if name == MANIFEST && !manifest {
            found.problems.push(inner_pack(dir, entry.path()));
        }
        if !manifest && !name.ends_with(".policy") {
            continue;
        }
        let (shown, relative) = (shown(dir, entry.path()), relative(dir, entry.path()));
        if kind.is_file() {
            found.files.push(PackFile { path: entry.path().to_owned(), shown, relative });
        } else {
            found.problems.push(irregular(&shown));
        }
    }
    found
}

/// Finds every file below `folder`, which belongs to the pack in `dir`, whose name `wanted` takes. Hidden files and
/// folders are passed over.
pub(super) fn below(dir: &Path, folder: &Path, wanted: impl Fn(&str) -> bool) -> Found {
    let mut found = Found::default();
    let walk = WalkDir::new(folder).follow_links(true).max_depth(MAX_FOLDER_DEPTH).sort_by_file_name().into_iter();
    for (visited, entry) in walk.filter_entry(|e| e.depth() == 0 || !is_hidden(e)).enumerate() {
        if visited > MAX_ENTRIES {
            let shown = shown(dir, folder);
            let message = format!("the folder `{shown}` holds too much: at most {MAX_ENTRIES} files are read");
            found.problems.push(Diagnostic::placeless(Code::TooMuch, message));
            break;
        }
        match entry {
            Ok(entry) if entry.file_type().is_dir() || !wanted(&entry.file_name().to_string_lossy()) => {}
            Ok(entry) => {
                let (shown, relative) = (shown(dir, entry.path()), relative(dir, entry.path()));
                if entry.file_type().is_file() {
                    found.files.push(PackFile { path: entry.into_path(), shown, relative });
                } else {
                    found.problems.push(irregular(&shown));
                }
            }
            Err(error) => found.problems.extend(unreadable(dir, &error, &wanted)),
        }
    }
    found
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with('.')
}

fn inner_pack(dir: &Path, manifest: &Path) -> Diagnostic {
    let inner = shown(dir, manifest.parent().unwrap_or(manifest));
    Diagnostic::placeless(Code::PackInPack, format!("the folder `{inner}` is a pack of its own inside this pack"))
        .help(format!("move `{inner}` out of the pack, or delete its `{MANIFEST}` to make it part of this one"))
}

/// What to say of an entry that could not be visited. A link that leads nowhere is nobody's business, unless `wanted`
/// takes its name.
fn unreadable(dir: &Path, error: &walkdir::Error, wanted: impl Fn(&str) -> bool) -> Option<Diagnostic> {
    let path = error.path().unwrap_or(dir);
    let name = shown(dir, path);
    if let Some(ancestor) = error.loop_ancestor() {
        let message = format!("the link `{name}` leads back to `{}`, a folder above it", shown(dir, ancestor));
        return Some(Diagnostic::placeless(Code::UnreadableFile, message).help("delete the link"));
    }
    let kind = error.io_error().map(std::io::Error::kind);
    // Behind a link that may not be followed may be anything.
    if path.is_symlink() && kind != Some(std::io::ErrorKind::PermissionDenied) {
        if !path.file_name().is_some_and(|file| wanted(&file.to_string_lossy())) {
            return None;
        }
        if kind == Some(std::io::ErrorKind::NotFound) {
            return Some(leads_nowhere(&name));
        }
    }
    let reason = error.io_error().map_or_else(|| error.to_string(), super::read::reason);
    Some(Diagnostic::placeless(Code::UnreadableFile, format!("`{name}` cannot be read: {reason}")))
}

/// A path as messages show it: without a leading `./`.
pub(super) fn shown(dir: &Path, path: &Path) -> String {
    let path = if dir == Path::new(".") { path.strip_prefix(dir).unwrap_or(path) } else { path };
    if path.as_os_str().is_empty() { ".".to_owned() } else { super::called(path) }
}

/// The path without `.` and `..` in it, as far as that is the same place: not where a link leads to elsewhere.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    // The folder is asked for: what lies in it need not be there.
    let folder = |path: &Path| {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::canonicalize(parent).ok()
    };
    let same = folder(&plain).is_some_and(|real| Some(real) == folder(path));
    if same { plain } else { path.strip_prefix(".").unwrap_or(path).to_owned() }
}

fn relative(dir: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(dir).unwrap_or(path).components();
    parts.map(|c| c.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/")
}
