//! What keeps a pack from compiling or a deal from being read.

use std::fmt;

use crate::base::Sources;
use crate::diagnostic::{Diagnostic, Severity, render};

/// The problems that kept a pack from compiling or a deal from being read.
///
/// It displays as people see problems: each with its place, the text at fault and a likely mend.
#[derive(Clone)]
pub struct Error {
    diagnostics: Vec<Diagnostic>,
    sources: Sources,
}

impl Error {
    pub(crate) fn new(mut diagnostics: Vec<Diagnostic>, sources: Sources) -> Error {
        sort(&mut diagnostics);
        Error { diagnostics, sources }
    }

    /// Every problem, in the order of its place.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The texts that the diagnostics point into.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }
}

/// Sorts by place; problems without one come last.
pub(super) fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_key(|d| {
        let place = d.primary.as_ref().map(|label| label.span);
        (place.is_none(), place, d.severity, d.code)
    });
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = self.diagnostics.iter().filter(|d| d.severity == Severity::Error);
        let errors: Vec<Diagnostic> = errors.cloned().collect();
        f.write_str(render::human(&errors, &self.sources, false).trim_end())
    }
}

/// As it displays, for those who let it fall out of `main` or a test.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl std::error::Error for Error {}
