//! Deals from disk and from standard input.

use std::path::Path;

use super::read;
use crate::base::{FileId, Sources};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::read::Format;
use crate::pack::limits::MAX_DEAL_BYTES;

/// The name that stands for standard input.
pub const STDIN: &str = "-";

/// The format that the ending of a deal's name tells.
///
/// # Errors
///
/// A diagnostic where it tells none.
pub fn format_of(path: &Path) -> Result<Format, Box<Diagnostic>> {
    let shown = path.display();
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    ending.as_deref().and_then(Format::from_extension).ok_or_else(|| {
        let message = match &ending {
            Some(ending) => format!("`.{ending}` is no ending of a deal: `{shown}`"),
            None if shown.to_string() == STDIN => "standard input has no ending that tells its format".to_owned(),
            None => format!("`{shown}` has no ending that tells its format"),
        };
        Box::new(
            Diagnostic::placeless(Code::UnknownFormat, message)
                .help("deals end in `.ron`, `.json`, `.yaml`, `.yml` or `.toml`; or name one with `--input-format`"),
        )
    })
}

/// Reads the text of the deal at `path` (`-` is standard input) into `sources`, and tells its format.
///
/// # Errors
///
/// A diagnostic where it cannot be read, is too large, is not text, or has no known format.
pub fn read_deal(
    path: &Path,
    format: Option<Format>,
    sources: &mut Sources,
) -> Result<(FileId, Format), Box<Diagnostic>> {
    let known = || format.map_or_else(|| format_of(path), Ok);
    if path.as_os_str() == STDIN {
        let format = known()?;
        let id = read::stream(&mut std::io::stdin().lock(), "<stdin>", MAX_DEAL_BYTES, sources)?;
        return Ok((id, format));
    }
    is_there(path)?;
    let format = known()?;
    Ok((read::opened(path, &read::called(path), MAX_DEAL_BYTES, sources)?, format))
}

/// Reads the text of the deal at `path`, which a file names, with at most `limit` bytes.
pub(super) fn read_named(path: &Path, limit: u64, sources: &mut Sources) -> Result<(FileId, Format), Box<Diagnostic>> {
    is_there(path)?;
    let format = format_of(path)?;
    Ok((read::file(path, &read::called(path), limit, sources)?, format))
}

/// A missing file or a folder is worth saying before its ending is.
fn is_there(path: &Path) -> Result<(), Box<Diagnostic>> {
    let shown = read::called(path);
    match std::fs::metadata(path) {
        Err(e) => Err(missing(path, &shown, &e)),
        Ok(meta) if meta.is_dir() => {
            let message = format!("`{shown}` is a folder, not a deal");
            let problem = Diagnostic::placeless(Code::UnreadableFile, message);
            let all = path.join("*.ron");
            Err(Box::new(problem.help(format!("name the deals in it, for example `{}`", all.display()))))
        }
        Ok(_) => Ok(()),
    }
}

/// A deal that is not there, with the nearest name in its folder.
fn missing(path: &Path, shown: &str, error: &std::io::Error) -> Box<Diagnostic> {
    let problem = *read::cannot_open(path, shown, error);
    if path.is_symlink() || error.kind() != std::io::ErrorKind::NotFound {
        return Box::new(problem);
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Box::new(problem.help(format!("there is no folder `{}`", folder.display())));
    };
    let names: Vec<String> =
        entries.flatten().take(1_000).map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    let wanted = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    match crate::base::did_you_mean(&wanted, names.iter().map(String::as_str)) {
        Some(near) => {
            let near = path.with_file_name(near);
            Box::new(problem.help(format!("did you mean `{}`?", near.display())))
        }
        None => Box::new(problem),
    }
}
