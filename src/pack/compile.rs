//! From the texts of a pack to the compiled pack.

use std::fmt::Write as _;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::error::sort;
use super::limits::{MANIFEST, MAX_PROBLEMS};
use super::{Error, manifest};
use crate::base::{FileId, SourceFile, Sources, Span};
use crate::check;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::policy::Policy;
use crate::syntax;

/// A compiled pack of policies: complete, checked and immutable. Cloning it is cheap.
///
/// [`Pack::load`] reads one from a folder, [`Pack::compile`] makes one from texts.
#[derive(Clone, Debug)]
pub struct Pack {
    policy: Arc<Policy>,
    sources: Arc<Sources>,
    findings: Arc<[Diagnostic]>,
    cases: Arc<[(String, Span)]>,
}

impl Pack {
    /// Compiles a pack from the names and texts of its files, without reading anything else.
    ///
    /// A file called `pack.ron` is the manifest; all others are policies. Without a manifest the pack
    /// is called `policy`, in version `0`.
    ///
    /// # Errors
    ///
    /// Every problem of the texts, where one of them keeps the pack from compiling.
    pub fn compile<N, T>(files: impl IntoIterator<Item = (N, T)>) -> Result<Pack, Error>
    where
        N: Into<Arc<str>>,
        T: Into<Arc<str>>,
    {
        let mut sources = Sources::new();
        let mut ids: Vec<(String, FileId)> = Vec::new();
        for (name, text) in files {
            let file = SourceFile::new(name, text);
            ids.push((file.name().to_owned(), sources.add(file)));
        }
        if !ids.iter().any(|(name, _)| name == MANIFEST) {
            let implied = SourceFile::new(MANIFEST, "(name: \"policy\", version: \"0\")");
            ids.push((MANIFEST.to_owned(), sources.add(implied)));
        }
        Pack::from_files(ids, sources, Vec::new())
    }

    /// Compiles a pack from files that are read: their names within the pack and their texts.
    /// `problems` are those of files that could not be.
    pub(crate) fn from_files(
        mut files: Vec<(String, FileId)>,
        sources: Sources,
        mut problems: Vec<Diagnostic>,
    ) -> Result<Pack, Error> {
        files.sort_by(|(a, _), (b, _)| (a != MANIFEST, a).cmp(&(b != MANIFEST, b)));
        let mut manifest = manifest::Manifest::default();
        let mut trees = Vec::new();
        // An unreadable file may hold what others use: then names that are missing prove nothing.
        let complete = problems.is_empty();
        for (name, id) in &files {
            let Some(file) = sources.get(*id) else { continue };
            if let Some(problem) = nul(*id, file) {
                problems.push(problem);
            } else if name == MANIFEST {
                let (read, found) = manifest::read(*id, file.text());
                manifest = read;
                problems.extend(found);
            } else {
                let (tree, found) = syntax::parse(*id, file);
                trees.push(tree);
                problems.extend(found);
            }
        }
        if trees.is_empty() && complete && problems.is_empty() {
            problems.push(
                Diagnostic::placeless(Code::NoPolicies, "the pack has no policies")
                    .help("add a file whose name ends in `.policy` beside the `pack.ron`"),
            );
        }
        if !complete || trees.is_empty() {
            return Err(Error::new(problems, sources));
        }
        let cases = std::mem::take(&mut manifest.cases).into();
        let manifest = manifest.for_check(hash(&files, &sources));
        let (policy, mut found) = check::check(&manifest, &trees, &sources);
        shorten(&mut found);
        // Where a file could not be read as a whole, only what is wrong is worth saying.
        let whole = problems.iter().all(|p| p.severity != Severity::Error);
        problems.extend(found.into_iter().filter(|p| whole || p.severity == Severity::Error));
        match policy {
            Some(policy) if problems.iter().all(|p| p.severity != Severity::Error) => {
                sort(&mut problems);
                Ok(Pack { policy: Arc::new(policy), sources: Arc::new(sources), findings: problems.into(), cases })
            }
            _ => Err(Error::new(problems, sources)),
        }
    }

    /// The typed policy.
    pub fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// The texts it was compiled from.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The folders of cases that the manifest names, from the folder of the pack, each with the place where it does.
    pub fn case_folders(&self) -> &[(String, Span)] {
        &self.cases
    }

    /// Findings and notes: what does not keep it from compiling.
    pub fn findings(&self) -> &[Diagnostic] {
        &self.findings
    }
}

/// Leaves out all but the first errors, and says so.
fn shorten(problems: &mut Vec<Diagnostic>) {
    let is_error = |p: &Diagnostic| p.severity == Severity::Error;
    let errors = problems.iter().filter(|p| is_error(p)).count();
    if errors <= MAX_PROBLEMS {
        return;
    }
    problems.retain(is_error);
    sort(problems);
    problems.truncate(MAX_PROBLEMS);
    let message = format!("too many problems: {} more are not shown", errors - MAX_PROBLEMS);
    problems.push(Diagnostic::placeless(Code::TooLarge, message).help("mend the first ones"));
}

/// A NUL character, which no text has.
pub(crate) fn nul(id: FileId, file: &SourceFile) -> Option<Diagnostic> {
    let at = file.text().find('\0')?;
    let message = format!("`{}` is not a text file", file.name());
    Some(Diagnostic::error(Code::NotText, Span::new(id, at, at + 1), message).here("a NUL character"))
}

/// SHA-256 over the names and texts of the files, each with its length, in hexadecimal.
fn hash(files: &[(String, FileId)], sources: &Sources) -> String {
    let mut sha = Sha256::new();
    for (name, id) in files {
        let text = sources.get(*id).map_or("", SourceFile::text);
        for part in [name.as_str(), text] {
            sha.update((part.len() as u64).to_be_bytes());
            sha.update(part);
        }
    }
    sha.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
