//! What the cases of a file came to before: text beside the file, in the form that `insta` gives its snapshots.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::{FileId, SourceFile, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::trace::Summary;

/// What begins the heading of a case.
const HEADING: &str = "=== ";
/// What stands above and below what is said about a snapshot.
const FENCE: &str = "---";

/// The summaries of cases, by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    cases: IndexMap<String, Arc<Summary>>,
}

impl Snapshot {
    /// The summary of the case called `name`.
    pub fn get(&self, name: &str) -> Option<&Arc<Summary>> {
        self.cases.get(name)
    }

    /// Keeps the summary of a case, behind all others unless it is there already.
    pub fn insert(&mut self, name: impl Into<String>, summary: impl Into<Arc<Summary>>) {
        self.cases.insert(name.into(), summary.into());
    }

    /// The names of its cases, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.cases.keys().map(String::as_str)
    }

    /// Whether it holds no case.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// The text without what is said about it: what a review compares.
    pub fn contents(&self) -> String {
        let sections = self.cases.iter().map(|(name, summary)| {
            let body = summary.to_string();
            if body.is_empty() { format!("{HEADING}{name}\n") } else { format!("{HEADING}{name}\n\n{body}") }
        });
        sections.collect::<Vec<_>>().join("\n")
    }

    /// The text of its file; `source` is the file of cases that it belongs to.
    pub fn text(&self, source: &str) -> String {
        // As JSON a name is also YAML, whatever is in it.
        let source = serde_json::Value::from(source);
        let plain = source.as_str().is_some_and(|name| name.chars().all(|c| c.is_alphanumeric() || "/._-".contains(c)));
        let source = if plain { source.as_str().unwrap_or_default().to_owned() } else { source.to_string() };
        format!("{FENCE}\nsource: {source}\n{FENCE}\n{}", self.contents())
    }

    /// Reads the text of its file.
    ///
    /// # Errors
    ///
    /// The first line that is not that of a snapshot.
    pub fn read(id: FileId, file: &SourceFile) -> Result<Snapshot, Box<Diagnostic>> {
        let lines: Vec<&str> = file.text().lines().collect();
        let begin = match lines.first() {
            Some(&FENCE) => match lines.iter().skip(1).position(|line| *line == FENCE) {
                Some(end) => end + 2,
                None => return Err(malformed(id, file, 1, "opens a head that never ends")),
            },
            _ => 0,
        };
        let mut snapshot = Snapshot::default();
        let mut at = begin;
        while at < lines.len() {
            let line = lines[at].trim_end();
            let Some(name) = line.strip_prefix(HEADING) else {
                match line.is_empty() {
                    true => at += 1,
                    false => return Err(malformed(id, file, at + 1, "belongs to no case: `=== NAME` begins one")),
                }
                continue;
            };
            let end = lines.iter().skip(at + 1).position(|line| line.starts_with(HEADING));
            let end = end.map_or(lines.len(), |n| at + 1 + n);
            let body = Summary::read(&lines[at + 1..end].join("\n"));
            let summary = body.map_err(|e| malformed(id, file, at + 1 + e.line, e.message))?;
            if snapshot.cases.insert(name.trim().to_owned(), summary.into()).is_some() {
                return Err(malformed(id, file, at + 1, "names a case a second time"));
            }
            at = end;
        }
        Ok(snapshot)
    }

    /// What it becomes when these cases come to what `fresh` says. `order` names all cases of the file: a case that was
    /// not run stays as it is, and one that is not there any more goes.
    #[must_use]
    pub fn updated<'a>(&self, order: impl IntoIterator<Item = &'a str>, fresh: &Snapshot) -> Snapshot {
        let known = order.into_iter().filter_map(|name| {
            let summary = fresh.get(name).or_else(|| self.get(name))?;
            Some((name.to_owned(), summary.clone()))
        });
        Snapshot { cases: known.collect() }
    }
}

fn malformed(id: FileId, file: &SourceFile, line: usize, message: &str) -> Box<Diagnostic> {
    let bytes = file.line(line).unwrap_or_default();
    let text = file.text().get(bytes.clone()).unwrap_or_default();
    let start = bytes.start + (text.len() - text.trim_start().len());
    let problem = Diagnostic::error(
        Code::SnapshotForm,
        Span::new(id, start.min(bytes.end), bytes.end),
        format!("`{}` is no snapshot any more", file.name()),
    );
    let problem = problem.here(format!("this line {message}"));
    Box::new(
        problem
            .help("snapshots are not written by hand: bring it back from version control")
            .help("or delete it, and let `dealdesk test --accept` write it anew"),
    )
}
