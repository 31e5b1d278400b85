//! Policy files one by one, whether they belong to a pack or not.

use std::io;
use std::path::{Path, PathBuf};

use super::{read, walk};
use crate::base::{FileId, Sources};
use crate::diagnostic::{Code, Diagnostic};
use crate::pack::limits::MAX_POLICY_BYTES;

/// The policy files that paths name.
#[derive(Clone, Debug, Default)]
pub struct PolicyFiles {
    /// Each file once, in the order of the paths, and within a folder by name.
    pub files: Vec<PathBuf>,
    /// What cannot be read.
    pub problems: Vec<Diagnostic>,
}

/// Finds the policy files that `paths` name: a file is itself, a folder every `*.policy` file below it.
pub fn policies(paths: &[PathBuf]) -> PolicyFiles {
    let mut found = PolicyFiles::default();
    let mut known = std::collections::BTreeSet::new();
    for path in paths {
        let files = match std::fs::metadata(path) {
            Err(error) => {
                found.problems.push(*read::cannot_read(&path.display().to_string(), &error));
                continue;
            }
            Ok(meta) if meta.is_dir() => {
                let below = walk::below(path, path, |name| name.ends_with(".policy"));
                if below.files.is_empty() && below.problems.is_empty() {
                    let message = format!("there is no policy in the folder `{}`", path.display());
                    found.problems.push(Diagnostic::placeless(Code::NoPolicies, message));
                }
                found.problems.extend(below.problems);
                below.files.into_iter().map(|file| file.path).collect()
            }
            Ok(meta) if !meta.is_file() => {
                found.problems.push(read::irregular(&read::called(path)));
                continue;
            }
            Ok(_) if path.extension().is_some_and(|ending| ending == "policy") => vec![path.clone()],
            Ok(_) => {
                let message = format!("`{}` is no policy: its name does not end in `.policy`", path.display());
                let problem = Diagnostic::placeless(Code::UnreadableFile, message);
                found.problems.push(problem.help("`--stdin` formats any text"));
                continue;
            }
        };
        let unknown = |file: &PathBuf| known.insert(std::fs::canonicalize(file).unwrap_or_else(|_| file.clone()));
        found.files.extend(files.into_iter().filter(unknown));
    }
    found
}

/// Reads a policy file into `sources`.
///
/// # Errors
///
/// A diagnostic where it cannot be read, is too large or is not text.
pub fn read_policy(path: &Path, sources: &mut Sources) -> Result<FileId, Box<Diagnostic>> {
    let shown = read::called(path.strip_prefix(".").unwrap_or(path));
    read::file(path, &shown, MAX_POLICY_BYTES, sources)
}

/// Reads a policy from standard input into `sources`.
///
/// # Errors
///
/// A diagnostic where it cannot be read, is too large or is not text.
pub fn read_policy_from_stdin(sources: &mut Sources) -> Result<FileId, Box<Diagnostic>> {
    read::stream(&mut io::stdin().lock(), "<stdin>", MAX_POLICY_BYTES, sources)
}
