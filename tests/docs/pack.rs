//! Compiling and deciding, as the examples of a page ask for it.

use dealdesk::base::{SourceFile, Sources};
use dealdesk::cases::{self, Snapshot};
use dealdesk::check::{self, Manifest};
use dealdesk::diagnostic::Diagnostic;
use dealdesk::facts::Deal;
use dealdesk::facts::read::{self, Format};
use dealdesk::policy::Policy;
use dealdesk::syntax;

/// A text that was read, and what was found in it.
pub(crate) struct Read<T> {
    pub(crate) value: T,
    pub(crate) found: Vec<Diagnostic>,
    pub(crate) sources: Sources,
}

impl<T> Read<T> {
    /// The codes of what was found, each once, in order.
    pub(crate) fn codes(&self) -> Vec<&'static str> {
        let mut codes: Vec<_> = self.found.iter().map(|d| d.code.as_str()).collect();
        codes.dedup();
        codes
    }

    /// What was found, one line for each: code, place and message.
    pub(crate) fn words(&self) -> String {
        let line = |d: &Diagnostic| {
            let at = d.primary.as_ref().and_then(|l| self.sources.locate(l.span));
            let at = at.map(|(_, at)| format!("line {} of the example: ", at.line)).unwrap_or_default();
            let here = d.primary.as_ref().map(|l| l.message.as_str()).filter(|m| !m.is_empty());
            let here = here.map(|m| format!(" ({m})")).unwrap_or_default();
            format!("{} {at}{}{here}", d.code, d.message)
        };
        if self.found.is_empty() {
            "nothing".to_owned()
        } else {
            self.found.iter().map(line).collect::<Vec<_>>().join("; ")
        }
    }
}

/// Compiles one file as a pack of its own.
pub(crate) fn compile(text: &str) -> Read<Option<Policy>> {
    let mut sources = Sources::new();
    let file = SourceFile::new("example.policy", text);
    let id = sources.add(file.clone());
    let (tree, mut found) = syntax::parse(id, &file);
    let manifest = Manifest { name: "example".to_owned(), version: "1".to_owned(), ..Manifest::default() };
    let (value, checked) = check::check(&manifest, &[tree], &sources);
    found.extend(checked);
    Read { value, found, sources }
}

/// Compiles one file as a pack of its own, and looks for what is wrong with it over all deals.
pub(crate) fn prove(text: &str) -> Read<Option<Policy>> {
    let mut read = compile(text);
    if let Ok(pack) = dealdesk::Pack::compile([("example.policy", text)]) {
        read.found.extend(pack.prove(jiff::civil::date(2026, 3, 1), &|| false).findings);
    }
    read
}

/// Compiles a policy, or a small one where it is empty, with this manifest.
pub(crate) fn manifest(text: &str, policy: &str) -> Read<()> {
    let small = "fact client.existing: boolean\ndecide discount: boolean = client.existing\n";
    let policy = if policy.is_empty() { small } else { policy };
    match dealdesk::Pack::compile([("pack.ron", text), ("example.policy", policy)]) {
        Ok(pack) => Read { value: (), found: pack.findings().to_vec(), sources: pack.sources().clone() },
        Err(error) => Read { value: (), found: error.diagnostics().to_vec(), sources: error.sources().clone() },
    }
}

/// Reads a deal in RON.
pub(crate) fn deal(policy: &Policy, text: &str) -> Read<Deal> {
    let mut sources = Sources::new();
    let file = SourceFile::new("example.ron", text);
    let id = sources.add(file.clone());
    let (value, found) = read::deal(&policy.schema, id, &file, Format::Ron);
    Read { value, found, sources }
}

/// Reads a file of cases in RON, and runs them; what is not as expected is a problem too.
pub(crate) fn cases(policy: &Policy, text: &str) -> Read<()> {
    let mut sources = Sources::new();
    let file = SourceFile::new("example.ron", text);
    let id = sources.add(file.clone());
    let form = read::Form::new(&policy.schema);
    let (cases, mut found) = cases::read(policy, &form, id, &file, Format::Ron);
    for case in cases.iter().filter(|_| found.is_empty()).collect::<Vec<_>>() {
        let outcome = cases::run(policy, &sources, case, &case.deal(|_| None));
        found.extend(outcome.unmet.iter().map(cases::Unmet::diagnostic));
    }
    Read { value: (), found, sources }
}

/// Reads a snapshot.
pub(crate) fn snapshot(text: &str) -> Read<()> {
    let mut sources = Sources::new();
    let file = SourceFile::new("example.ron.snap", text);
    let id = sources.add(file.clone());
    let found = Snapshot::read(id, &file).err().map(|problem| *problem);
    Read { value: (), found: found.into_iter().collect(), sources }
}
