//! Packs as a git repository remembers them.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::base::Sources;
use crate::diagnostic::{Code, Diagnostic};
use crate::pack::limits::{MANIFEST, MAX_PACK_BYTES, MAX_POLICY_BYTES, MAX_POLICY_FILES};
use crate::pack::{Error, Pack};

impl Pack {
    /// Loads the pack in the folder `dir` as it was in a revision of the git repository that the folder is part of:
    /// `HEAD`, `main~2`, a tag, a hash. The folder need not be there any more. `git` is called for it.
    ///
    /// # Errors
    ///
    /// Where there is no such revision, no pack in it, or no `git`; and every problem of its texts.
    pub fn load_revision(dir: impl AsRef<Path>, revision: &str) -> Result<Pack, Error> {
        let (files, mut sources, mut problems) = (read(dir.as_ref(), revision), Sources::new(), Vec::new());
        let mut ids = Vec::new();
        match files {
            Ok(files) => {
                for (name, bytes) in files {
                    let shown = format!("{revision}:{name}");
                    match super::read::stream(&mut bytes.as_slice(), &shown, MAX_POLICY_BYTES, &mut sources) {
                        Ok(id) => ids.push((name, id)),
                        Err(problem) => problems.push(*problem),
                    }
                }
            }
            Err(problem) => problems.push(*problem),
        }
        if problems.is_empty() && !ids.iter().any(|(name, _)| name == MANIFEST) {
            let dir = super::called(dir.as_ref());
            let message = format!("`{dir}` had no `{MANIFEST}` in `{revision}`, so it was no pack then");
            problems.push(Diagnostic::placeless(Code::NoPack, message));
        }
        Pack::from_files(ids, sources, problems)
    }
}

type File = (String, Vec<u8>);

fn problem(message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::placeless(Code::NoPack, message))
}

/// The files of a pack in a revision, by their names within the pack.
fn read(dir: &Path, revision: &str) -> Result<Vec<File>, Box<Diagnostic>> {
    // What begins with a hyphen would be an option.
    if revision.is_empty() || revision.starts_with('-') || revision.contains(char::is_control) {
        let message = match revision {
            "" => "an empty name is that of no folder and of no git revision".to_owned(),
            _ => format!("`{}` is no git revision", revision.escape_debug()),
        };
        let help = "name a folder, or a revision such as `HEAD`, `main` or `v1.2`";
        return Err(Box::new(Diagnostic::placeless(Code::NoPack, message).help(help)));
    }
    // A folder that is gone today is looked for from the nearest above it that is there.
    let mut above = dir;
    let mut below: Vec<String> = Vec::new();
    while !above.as_os_str().is_empty() && !above.is_dir() {
        below.extend(above.file_name().map(|name| name.to_string_lossy().into_owned()));
        above = above.parent().unwrap_or(Path::new(""));
    }
    let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
    below.reverse();
    let folder = if below.is_empty() { "./".to_owned() } else { format!("./{}/", below.join("/")) };
    let listed = git(above).args(["ls-tree", "-r", "-z", "--long", revision, "--", &folder]).output();
    let listed = listed.map_err(|error| cannot_run(&error))?;
    if !listed.status.success() {
        return Err(refused(above, revision, &String::from_utf8_lossy(&listed.stderr)));
    }
    let mut wanted = Vec::new();
    let mut room = MAX_PACK_BYTES;
    for entry in listed.stdout.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()) {
        let entry = String::from_utf8_lossy(entry);
        let Some((about, path)) = entry.split_once('\t') else { continue };
        let about: Vec<&str> = about.split_whitespace().collect();
        let [_, "blob", object, size] = about[..] else { continue };
        let name = path.strip_prefix(folder.trim_start_matches("./")).unwrap_or(path);
        let hidden = name.split('/').any(|part| part.starts_with('.'));
        if hidden || !(name == MANIFEST || name.ends_with(".policy")) {
            continue;
        }
        let size: u64 = size.parse().unwrap_or(u64::MAX);
        room = room.checked_sub(size).ok_or_else(|| problem(format!("the pack in `{revision}` is too large")))?;
        wanted.push((name.to_owned(), object.to_owned()));
    }
    if wanted.len() > MAX_POLICY_FILES + 1 {
        return Err(problem(format!("the pack in `{revision}` has more than {MAX_POLICY_FILES} policies")));
    }
    contents(above, wanted).map_err(|error| cannot_run(&error))
}

fn git(dir: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(dir).stdin(Stdio::null()).stderr(Stdio::piped()).stdout(Stdio::piped());
    git
}

/// The contents of files that are known by their hashes.
fn contents(dir: &Path, wanted: Vec<(String, String)>) -> std::io::Result<Vec<File>> {
    let broken = || std::io::Error::other("it answers otherwise than expected");
    let mut child = git(dir).args(["cat-file", "--batch"]).stdin(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let (Some(mut ask), Some(answer)) = (child.stdin.take(), child.stdout.take()) else { return Err(broken()) };
    let mut answer = BufReader::new(answer);
    let mut files = Vec::new();
    for (name, object) in wanted {
        writeln!(ask, "{object}")?;
        ask.flush()?;
        // `<hash> blob <size>`, the contents, and the end of a line.
        let mut line = String::new();
        answer.read_line(&mut line)?;
        let size = line.split_whitespace().nth(2).and_then(|size| size.parse::<u64>().ok()).ok_or_else(broken)?;
        let mut bytes = Vec::new();
        answer.by_ref().take(size + 1).read_to_end(&mut bytes)?;
        bytes.pop();
        files.push((name, bytes));
    }
    drop(ask);
    child.wait()?;
    Ok(files)
}

fn cannot_run(error: &std::io::Error) -> Box<Diagnostic> {
    let why = match error.kind() {
        std::io::ErrorKind::NotFound => "there is no program `git`".to_owned(),
        _ => super::reason(error),
    };
    Box::new(Diagnostic::placeless(Code::NoPack, format!("`git` cannot be asked for it: {why}")))
}

/// Why git does not have it, in few words.
fn refused(dir: &Path, revision: &str, said: &str) -> Box<Diagnostic> {
    let dir = super::called(dir);
    if said.contains("not a git repository") {
        return Box::new(
            Diagnostic::placeless(Code::NoPack, format!("there is no folder `{revision}`, and no git repository here"))
                .help(format!("looked for a repository in `{dir}` and above it, to find a revision `{revision}`")),
        );
    }
    if said.contains("Not a valid object name") {
        return Box::new(
            Diagnostic::placeless(Code::NoPack, format!("there is no folder and no git revision `{revision}`"))
                .help("`git log --oneline` lists revisions; a pack can be named by its folder too"),
        );
    }
    let first = said.lines().next().unwrap_or_default().trim_start_matches("fatal: ");
    problem(format!("git has no pack for `{revision}`: {}", first.escape_debug()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_an_option_is_no_revision() {
        for wrong in ["", "--output=x", "-p", "a\nb"] {
            assert!(Pack::load_revision(".", wrong).is_err(), "{wrong:?}");
        }
    }
}
