//! Reading text files within limits.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::base::{FileId, SourceFile, Sources, Span};
use crate::diagnostic::{Code, Diagnostic};

/// Reads the file at `path` into `sources`, where it is called `shown`. Nothing but a regular file is opened: reading a
/// pipe would wait for somebody to write into it.
pub(super) fn file(path: &Path, shown: &str, limit: u64, sources: &mut Sources) -> Result<FileId, Box<Diagnostic>> {
    let meta = std::fs::metadata(path).map_err(|e| cannot_open(path, shown, &e))?;
    if !meta.is_file() && !meta.is_dir() {
        return Err(Box::new(irregular(shown)));
    }
    opened(path, shown, limit, sources)
}

/// As [`file`], of what may also be a pipe or a device: who names it on the command line knows what it gives.
pub(super) fn opened(path: &Path, shown: &str, limit: u64, sources: &mut Sources) -> Result<FileId, Box<Diagnostic>> {
    let mut file = File::open(path).map_err(|e| cannot_open(path, shown, &e))?;
    if file.metadata().map_err(|e| cannot_read(shown, &e))?.is_dir() {
        let message = format!("`{shown}` is a folder, not a file");
        return Err(Box::new(Diagnostic::placeless(Code::UnreadableFile, message)));
    }
    stream(&mut file, shown, limit, sources)
}

/// What is neither a file nor a folder.
pub(super) fn irregular(shown: &str) -> Diagnostic {
    Diagnostic::placeless(Code::UnreadableFile, format!("`{shown}` is not a regular file"))
}

/// A link that leads nowhere.
pub(super) fn leads_nowhere(shown: &str) -> Diagnostic {
    Diagnostic::placeless(Code::UnreadableFile, format!("the link `{shown}` leads to no file"))
}

/// As [`cannot_read`], of what is at `path` and may be a link.
pub(super) fn cannot_open(path: &Path, shown: &str, error: &io::Error) -> Box<Diagnostic> {
    match error.kind() {
        io::ErrorKind::NotFound if path.is_symlink() => Box::new(leads_nowhere(shown)),
        _ => cannot_read(shown, error),
    }
}

/// Reads all that `reader` gives into `sources`, where it is called `shown`.
pub(super) fn stream(
    reader: &mut dyn Read,
    shown: &str,
    limit: u64,
    sources: &mut Sources,
) -> Result<FileId, Box<Diagnostic>> {
    let mut bytes = Vec::new();
    reader.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|e| cannot_read(shown, &e))?;
    if bytes.len() as u64 > limit {
        let message = format!("`{shown}` is too large: at most {} are read", size(limit));
        return Err(Box::new(Diagnostic::placeless(Code::TooMuch, message)));
    }
    match String::from_utf8(bytes) {
        Ok(text) => {
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            Ok(sources.add(SourceFile::new(shown, text)))
        }
        Err(e) => {
            // The text up to the first bad byte is kept, so that the place can be shown.
            let bad = e.utf8_error().valid_up_to();
            let good = String::from_utf8_lossy(e.as_bytes().get(..bad).unwrap_or_default()).into_owned();
            let byte = e.as_bytes().get(bad).copied().unwrap_or_default();
            let id = sources.add(SourceFile::new(shown, good));
            Err(Box::new(
                Diagnostic::error(Code::NotText, Span::new(id, bad, bad), format!("`{shown}` is not UTF-8 text"))
                    .here(format!("the byte 0x{byte:02x} that follows is not UTF-8"))
                    .help("save the file as UTF-8"),
            ))
        }
    }
}

/// A file or folder that the system refuses.
pub(super) fn cannot_read(shown: &str, error: &io::Error) -> Box<Diagnostic> {
    let message = match error.kind() {
        io::ErrorKind::NotFound => format!("there is no file `{shown}`"),
        _ => format!("`{shown}` cannot be read: {}", reason(error)),
    };
    Box::new(Diagnostic::placeless(Code::UnreadableFile, message))
}

/// A path as messages show it, on one line whatever is in it.
pub fn called(path: &Path) -> String {
    let shown = path.display().to_string();
    if !shown.contains(char::is_control) {
        return shown;
    }
    let escaped = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    shown.chars().map(escaped).collect()
}

/// What the system says, without its error number.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::NotADirectory => "part of its path is not a folder".to_owned(),
        // Other kinds are told by their own words: `filesystem loop or indirection limit (e.g. symlink loop)`.
        kind => kind.to_string(),
    }
}

/// How much that is, for people.
pub(super) fn size(bytes: u64) -> String {
    if bytes >= 1 << 20 { format!("{} MB", bytes >> 20) } else { format!("{bytes} bytes") }
}
