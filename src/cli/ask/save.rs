//! Keeping the deal that an interview came to.

use std::path::{Path, PathBuf};

use crate::cli::exit::Failure;
use crate::cli::output::Output;
use crate::facts::read::Format;
use crate::facts::write;
use crate::host;
use crate::pack::Deal;

/// Where a deal is to be saved: seen to before the first question, so that no answer is given for nothing.
pub(super) struct Target {
    path: PathBuf,
    json: bool,
    force: bool,
}

impl Target {
    pub(super) fn new(path: &Path, force: bool) -> Result<Target, Failure> {
        let shown = path.display();
        let ending = path.extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
        let json = match Format::from_extension(&ending) {
            Some(Format::Ron) => false,
            Some(Format::Json) => true,
            _ => {
                return Err(Failure::message(format!("a deal is saved in RON or JSON, and `{shown}` names neither"))
                    .help("end the name in `.ron` or `.json`"));
            }
        };
        if path.is_dir() {
            return Err(Failure::message(format!("`{shown}` is a folder, not a file")));
        }
        if !force && path.symlink_metadata().is_ok() {
            return Err(there(path));
        }
        Ok(Target { path: path.to_owned(), json, force })
    }

    /// Saves it, all or nothing. Where that cannot be done, the deal goes to standard output, so that no answer is lost.
    pub(super) fn save(&self, deal: &Deal, output: &mut Output) -> Result<(), Failure> {
        let schema = &deal.pack().policy().schema;
        let text = if self.json { write::json(schema, deal.facts()) } else { write::ron(schema, deal.facts()) };
        let saved =
            if self.force { host::replace_file(&self.path, &text) } else { host::create_whole_file(&self.path, &text) };
        match saved {
            Ok(()) => output.line(&format!("\nsaved in {}", self.path.display())),
            Err(error) => {
                output.line("\nThis is the deal, which could not be saved:\n")?;
                output.result(&text)?;
                let taken = error.kind() == std::io::ErrorKind::AlreadyExists;
                if taken && self.path.symlink_metadata().is_ok() {
                    return Err(there(&self.path));
                }
                let reason = if taken { "part of its path is not a folder".to_owned() } else { host::reason(&error) };
                Err(Failure::message(format!("`{}` cannot be written: {reason}", self.path.display())))
            }
        }
    }
}

fn there(path: &Path) -> Failure {
    Failure::message(format!("`{}` is there already, and nothing is overwritten", path.display()))
        .help("name another file, or give `--force` to write over it")
}
