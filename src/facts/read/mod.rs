//! Deals read by a policy's schema.
//!
//! A deal gives facts by name, nested by the dots in them: `client.kind` is `{"client": {"kind": …}}`.
//! Reading finds every problem at once, each with its place. What can be read is read all the same.
//!
//! * A name may also be given with its dots, `{"client.kind": …}`. A fact given twice, in whichever
//!   way, is an error.
//! * Numbers are read from their digits and never pass through binary floats. A whole number may be
//!   written `3.0`.
//! * None is `null` in JSON and YAML, `none` (or `None`) in RON, and `"none"` in TOML and `--set`.
//! * What YAML leaves without quotes is what the fact's type says it is: for a text, `123` is a text.
//!   Booleans are `true` and `false` alone.

mod date;
mod describe;
mod document;
mod names;
mod number;
mod part;
mod reader;
mod serialize;
mod set;
pub mod table;
#[cfg(test)]
mod tests;
mod unknown;
mod value;

pub use describe::expected;
pub use describe::names as listed;
pub use document::{Entry, Kind, Node};
pub use part::{Form, Part};
pub use serialize::serialize;
pub use set::set;

use super::{Deal, Schema};
use crate::base::{FileId, SourceFile, Span};
use crate::diagnostic::{Code, Diagnostic};
use document::{Holds, document};
use names::Names;
use reader::{Manner, Reader};

/// The formats in which deals are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Rusty Object Notation.
    Ron,
    /// JSON.
    Json,
    /// YAML 1.2.
    Yaml,
    /// TOML.
    Toml,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 4] = [Format::Ron, Format::Json, Format::Yaml, Format::Toml];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Format::Ron => "RON",
            Format::Json => "JSON",
            Format::Yaml => "YAML",
            Format::Toml => "TOML",
        }
    }

    /// The format of files that end in `.extension`, in any case.
    pub fn from_extension(extension: &str) -> Option<Format> {
        match extension.to_ascii_lowercase().as_str() {
            "ron" => Some(Format::Ron),
            "json" => Some(Format::Json),
            "yaml" | "yml" => Some(Format::Yaml),
            "toml" => Some(Format::Toml),
            _ => None,
        }
    }

    /// How none is written.
    fn none(self) -> &'static str {
        match self {
            Format::Ron => "none",
            Format::Json | Format::Yaml => "null",
            Format::Toml => "\"none\"",
        }
    }
}

/// Reads the deal that `file` holds. The deal is all that could be read; the problems are in the order
/// of their places.
pub fn deal(schema: &Schema, id: FileId, file: &SourceFile, format: Format) -> (Deal, Vec<Diagnostic>) {
    read(schema, id, file, (format, Holds::Deal), &[])
}

/// Reads the deal in JSON that `file` holds, a line of one with many. Names that are among `beside`
/// may be no facts, and are passed over.
pub fn line(schema: &Schema, id: FileId, file: &SourceFile, beside: &[String]) -> (Deal, Vec<Diagnostic>) {
    read(schema, id, file, (Format::Json, Holds::Line), beside)
}

fn read(
    schema: &Schema,
    id: FileId,
    file: &SourceFile,
    (format, holds): (Format, Holds),
    beside: &[String],
) -> (Deal, Vec<Diagnostic>) {
    let names = Names::new(schema);
    let mut limits = names.limits();
    limits.depth = beside.iter().map(|name| name.split('.').count()).fold(limits.depth, usize::max);
    let (root, mut problems) = match document(id, file, format, holds, limits) {
        Ok(read) => read,
        Err(problems) => return (Deal::new(), problems),
    };
    let mut reader = Reader { beside, ..Reader::new(schema, &names, file.text(), Manner::File(format)) };
    let given = reader.deal(&root);
    problems.extend(reader.problems);
    problems.sort_by_key(|problem| problem.primary.as_ref().map(|label| label.span));
    (Deal { given: given.into_iter().collect() }, problems)
}

/// What to say of a deal's file that is not UTF-8 text: `file` holds what [`crate::base::NotText`] shows
/// of it, with the first wrong byte at `offset`.
pub fn not_text(id: FileId, file: &SourceFile, offset: usize) -> Diagnostic {
    let end = file.text().ceil_char_boundary(offset.saturating_add(1).min(file.text().len()));
    let problem = Diagnostic::error(Code::DealForm, Span::new(id, offset, end), "this is not UTF-8 text");
    problem.here("not a character").help("save the file in the encoding UTF-8")
}

/// The problems of a value that has no file of its own, without their places.
fn without_places(problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let strip = |mut problem: Diagnostic| {
        // Some labels say again what the message has said already.
        let says = |message: &str, label: &str| message.contains(label.strip_prefix("expected ").unwrap_or(label));
        if let Some(label) = problem.primary.take().filter(|label| !says(&problem.message, &label.message)) {
            problem.message = format!("{}: {}", problem.message, label.message);
        }
        problem.labels.clear();
        for help in &mut problem.help {
            help.edit = None;
        }
        problem
    };
    problems.into_iter().map(strip).collect()
}
