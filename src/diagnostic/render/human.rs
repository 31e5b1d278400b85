//! Diagnostics for people, in the look that rustc made familiar.

use std::borrow::Cow;

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet, normalize_untrusted_str as plain};

use super::excerpt::{Excerpt, excerpts};
use super::sorted;
use crate::base::{Position, Sources, Span};
use crate::diagnostic::{Diagnostic, Edit, Label, Severity};

/// An edit that writes or removes more bytes than this is told by its message alone.
const LONGEST_EDIT: usize = 1_000;
/// How many characters of a message are shown.
const LONGEST_MESSAGE: usize = 1_000;

/// Every diagnostic with its code, message, source lines, notes and suggested edits, one after the
/// other with an empty line between. Ends in a line break unless there are none.
pub fn human(diagnostics: &[Diagnostic], sources: &Sources, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for (i, diagnostic) in sorted(diagnostics).into_iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let report = report(diagnostic, sources);
        let mut text = renderer.render(&report.groups);
        for (shown, real) in &report.columns {
            text = text.replacen(shown, real, 1);
        }
        out.push_str(&text);
        out.push('\n');
    }
    out
}

#[derive(Default)]
struct Report<'a> {
    groups: Vec<Group<'a>>,
    /// The renderer counts columns in what it is given, so it gets those of cut lines wrong: each
    /// `file:line:column` that it will print, and what it must be.
    columns: Vec<(String, String)>,
}

impl<'a> Report<'a> {
    fn snippet<T: Clone>(&mut self, excerpt: Excerpt<'a>) -> Snippet<'a, T> {
        if let (true, Some((_, leading))) = (excerpt.cut, excerpt.places.iter().min_by_key(|p| p.0)) {
            let Position { line, column } = excerpt.position;
            let start = excerpt.text[..leading.start].rfind('\n').map_or(0, |at| at + 1);
            let shown = excerpt.text[start..leading.start].chars().count() + 1;
            let name = plain(excerpt.name);
            self.columns.push((format!("{name}:{line}:{shown}"), format!("{name}:{line}:{column}")));
        }
        Snippet::source(excerpt.text).line_start(excerpt.first_line).path(excerpt.name)
    }

    fn patch(&mut self, edit: &'a Edit, sources: &'a Sources) -> Option<Snippet<'a, Patch<'a>>> {
        let replaced = sources.get(edit.span.file)?.text().get(edit.span.start as usize..edit.span.end as usize)?;
        if replaced == edit.replacement || replaced.len().max(edit.replacement.len()) > LONGEST_EDIT {
            return None;
        }
        let excerpt = excerpts(&[edit.span], sources).pop()?;
        let (_, range) = excerpt.places.first()?.clone();
        Some(self.snippet(excerpt).patch(Patch::new(range, edit.replacement.as_str())))
    }
}

fn report<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Report<'a> {
    let mut report = Report::default();
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Finding => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(one_line(&diagnostic.message)).id(diagnostic.code.as_str());
    let mut main = Group::with_title(title);
    let labels: Vec<&Label> = diagnostic.primary.iter().chain(&diagnostic.labels).collect();
    let spans: Vec<Span> = labels.iter().map(|label| label.span).collect();
    let primary = diagnostic.primary.as_ref().map(|_| 0);
    for excerpt in excerpts(&spans, sources) {
        let annotations = excerpt.places.iter().map(|(number, range)| {
            let kind = if primary == Some(*number) { AnnotationKind::Primary } else { AnnotationKind::Context };
            let message = labels.get(*number).map_or("", |label| label.message.as_str());
            kind.span(range.clone()).label((!message.is_empty()).then(|| one_line(message)))
        });
        let annotations: Vec<_> = annotations.collect();
        main = main.element(report.snippet(excerpt).annotations(annotations));
    }
    for help in &diagnostic.help {
        let message = plain(&one_line(&help.message));
        match help.edit.as_ref().and_then(|edit| report.patch(edit, sources)) {
            Some(snippet) => {
                report.groups.push(Group::with_title(Level::HELP.secondary_title(message)).element(snippet));
            }
            None => main = main.element(Level::HELP.message(message)),
        }
    }
    if let Some(witness) = &diagnostic.witness {
        let deal = plain(witness.ron.trim_end());
        main =
            main.element(Level::NOTE.message(format!("for example this deal, decided on {}:\n{deal}", witness.as_of)));
    }
    report.groups.insert(0, main);
    report
}

/// Messages are one line each; user text in them may hold anything, and be as long as a file.
fn one_line(message: &str) -> Cow<'_, str> {
    let line = match message.contains(['\n', '\r']) {
        true => Cow::Owned(message.replace(['\n', '\r'], " ")),
        false => Cow::Borrowed(message),
    };
    match line.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => Cow::Owned(format!("{}…", &line[..end])),
        None => line,
    }
}
