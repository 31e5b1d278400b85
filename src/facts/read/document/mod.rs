//! The text of a deal as one tree, whichever format it was written in, with the place of every value.
//!
//! The tree goes no deeper than the schema has facts, keeps of a list no more than any list of the
//! schema may hold, and altogether no more values than a deal could give. What lies beyond is only
//! skipped over, so that a hostile file costs no more than the reading of its text.

mod json;
mod ron;
mod toml;
mod yaml;

use crate::base::{FileId, SourceFile, Span};
use crate::diagnostic::{Code, Diagnostic};

use super::Format;

/// A value with its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it stands.
    pub span: Span,
    /// What was written there.
    pub kind: Kind,
}

/// What was written.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `null` in JSON and YAML, `none` in RON.
    Null,
    /// `true` or `false`, where the format tells them from words.
    Boolean(bool),
    /// A number, in digits as [`crate::base::Number`] reads them, or hexadecimal and the like.
    Number(Box<str>),
    /// A text in quotes.
    Text(Box<str>),
    /// A bare word of RON.
    Word(Box<str>),
    /// A bare scalar of YAML, which may be anything.
    Plain(Box<str>),
    /// A date or time of TOML.
    Date(Box<str>),
    /// A list.
    List {
        /// As many of its values as any list may hold, and one more.
        items: Vec<Node>,
        /// How many it has.
        length: usize,
    },
    /// Names with values.
    Map(Vec<Entry>),
    /// A list that lies deeper than any fact.
    DeepList,
    /// Names with values that lie deeper than any fact.
    DeepMap,
    /// Something that no fact can be, said in words: `a tuple`.
    Other(&'static str),
}

/// A name with its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The name, without quotes.
    pub key: Box<str>,
    /// Where it stands, with its quotes.
    pub key_span: Span,
    /// What it is given.
    pub value: Node,
}

/// What a text holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// One deal.
    Deal,
    /// One deal, on a line of a file with many.
    Line,
    /// Cases, with their deals.
    Cases,
}

/// How much of a text the tree takes up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// How many lists and maps lie round the innermost value of a deal.
    pub(super) depth: usize,
    /// How many records the longest list may hold.
    pub(super) list: usize,
    /// How many values a deal may hold.
    pub(super) nodes: usize,
}

/// The deepest nesting that a format's own parser is asked to follow.
const NESTING: usize = 64;

/// The largest file that is read, in bytes.
const LARGEST: usize = 64 << 20;

/// The tree of a whole file and the problems that did not hinder it; or, where its text does not
/// follow the format, that problem alone.
pub(super) fn document(
    id: FileId,
    file: &SourceFile,
    format: Format,
    holds: Holds,
    limits: Limits,
) -> Result<(Node, Vec<Diagnostic>), Vec<Diagnostic>> {
    let text = Text { id, file, format, holds };
    if file.text().len() > LARGEST {
        let problem = Diagnostic::error(Code::DealBound, text.at(0), "the file is larger than 64 MB");
        return Err(vec![problem.here("in this file").help(text.way_out())]);
    }
    match format {
        Format::Json => json::document(&text, limits).map(|node| (node, Vec::new())).map_err(|problem| vec![*problem]),
        Format::Ron => ron::document(&text, limits).map(|node| (node, Vec::new())).map_err(|problem| vec![*problem]),
        Format::Yaml => yaml::document(&text, limits).map(|node| (node, Vec::new())).map_err(|problem| vec![*problem]),
        Format::Toml => toml::document(&text, limits),
    }
}

/// A single value in JSON.
pub(super) fn json_value(id: FileId, file: &SourceFile, limits: Limits) -> Result<Node, Vec<Diagnostic>> {
    let text = Text { id, file, format: Format::Json, holds: Holds::Deal };
    json::document(&text, limits).map_err(|problem| vec![*problem])
}

/// A single value in RON.
pub(super) fn ron_value(id: FileId, file: &SourceFile, limits: Limits) -> Result<Node, Vec<Diagnostic>> {
    ron::value(&Text { id, file, format: Format::Ron, holds: Holds::Deal }, limits).map_err(|problem| vec![*problem])
}

/// What is being read.
struct Text<'a> {
    id: FileId,
    file: &'a SourceFile,
    format: Format,
    holds: Holds,
}

impl<'a> Text<'a> {
    /// The text without a byte order mark.
    fn content(&self) -> &'a str {
        self.file.text().trim_start_matches('\u{feff}')
    }

    /// Where a piece of the text lies in it.
    fn offset(&self, piece: &str) -> usize {
        piece.as_ptr().addr().saturating_sub(self.file.text().as_ptr().addr()).min(self.file.text().len())
    }

    /// The span of a piece of the text.
    fn span(&self, piece: &str) -> Span {
        let start = self.offset(piece);
        Span::new(self.id, start, start + piece.len())
    }

    /// What stands between two places.
    fn slice(&self, start: u32, end: u32) -> &'a str {
        self.file.text().get(start as usize..end as usize).unwrap_or("")
    }

    /// The character at `offset`; behind the last one that can be seen, an empty span.
    fn at(&self, offset: usize) -> Span {
        let text = self.file.text();
        let start = text.floor_char_boundary(offset.min(text.trim_end().len()));
        let end = start + text[start..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
        Span::new(self.id, start, end)
    }

    /// Byte offset of a line and column (both from 1, the column in characters).
    fn offset_of(&self, line: usize, column: usize) -> usize {
        let Some(range) = self.file.line(line) else { return self.file.text().len() };
        let text = &self.file.text()[range.clone()];
        let within = text.char_indices().nth(column.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
        range.start + within
    }

    /// The text does not follow its format.
    fn malformed(&self, span: Span, reason: impl Into<String>) -> Box<Diagnostic> {
        let message = format!("this is not {}", self.format.name());
        Box::new(Diagnostic::error(Code::DealForm, span, message).here(reason))
    }

    fn too_deep(&self, span: Span) -> Box<Diagnostic> {
        let message = format!("{} is nested more than {NESTING} levels deep", self.what());
        let problem = Diagnostic::error(Code::DealForm, span, message).here("too deep from here");
        Box::new(problem.help("give facts by their full names, such as `\"client.kind\"`"))
    }

    fn too_many(&self, limits: Limits) -> Box<Diagnostic> {
        let message = format!("{} holds more than {} values", self.what(), limits.nodes);
        let problem = Diagnostic::error(Code::DealBound, self.at(0), message).here("in this file");
        Box::new(match self.holds {
            Holds::Deal | Holds::Line => {
                problem.help(format!("that is far more than the policy's facts can take: {}", self.way_out()))
            }
            Holds::Cases => problem.help(self.way_out()),
        })
    }

    /// What it is.
    fn what(&self) -> &'static str {
        match self.holds {
            Holds::Deal | Holds::Line => "the deal",
            Holds::Cases => "the file of cases",
        }
    }

    /// What to do where it is too much.
    fn way_out(&self) -> &'static str {
        match self.holds {
            Holds::Deal => "one file is one deal",
            Holds::Line => "one line is one deal",
            Holds::Cases => "divide its cases into several files",
        }
    }
}

/// Counts values while a tree is built.
struct Budget<'a> {
    text: &'a Text<'a>,
    limits: Limits,
    left: usize,
}

impl<'a> Budget<'a> {
    fn new(text: &'a Text<'a>, limits: Limits) -> Budget<'a> {
        Budget { text, limits, left: limits.nodes }
    }

    /// Takes up `nodes` values.
    fn take(&mut self, nodes: usize) -> Result<(), Box<Diagnostic>> {
        match self.left.checked_sub(nodes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(self.text.too_many(self.limits)),
        }
    }
}
