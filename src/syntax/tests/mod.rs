//! What the language reads as, and what is said of what it does not read.

#![allow(clippy::disallowed_methods, reason = "tests read files")]

mod hostile;
mod messages;
mod recovery;
mod trees;
mod whole;

use crate::base::{SourceFile, Sources};
use crate::diagnostic::Diagnostic;

use super::ast::File;

/// Parses `text` as the only file.
fn parse(text: &str) -> (File, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let file = SourceFile::new("test.policy", text);
    let id = sources.add(file.clone());
    super::parse(id, &file)
}

/// A diagnostic in a few lines: code, place, message, labels, helps.
fn show(text: &str, diagnostics: &[Diagnostic]) -> String {
    let file = SourceFile::new("test.policy", text);
    let slice = |span: crate::base::Span| text.get(span.start as usize..span.end as usize).unwrap_or("?");
    let mut out = String::new();
    for d in diagnostics {
        let Some(primary) = &d.primary else { continue };
        let at = file.position(primary.span.start);
        out += &format!("{} {}:{} `{}`: {}\n", d.code, at.line, at.column, slice(primary.span), d.message);
        if !primary.message.is_empty() {
            out += &format!("    here: {}\n", primary.message);
        }
        for label in &d.labels {
            out += &format!("    `{}`: {}\n", slice(label.span), label.message);
        }
        for help in &d.help {
            out += &format!("    help: {}", help.message);
            if let Some(edit) = &help.edit {
                out += &format!(" [`{}` → `{}`]", slice(edit.span), edit.replacement);
            }
            out.push('\n');
        }
    }
    out
}
