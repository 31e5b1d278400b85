//! Text to syntax tree, with every problem found. The only room that knows pest.
//!
//! A file goes through three steps. [`lex`] and `scan` cut it into chunks, one a declaration. The
//! grammar in `grammar/policy.pest` reads each chunk; where it gets stuck, `recover` reads the chunk
//! again clause by clause, so that one bad clause hides neither the next one nor the next declaration,
//! and `errors` says what stands there and what was expected. `lower` makes the tree.
//!
//! The tree holds no comments. They lie between the tokens of [`lex::tokens`], with their places, which is where
//! [`format`](mod@format) finds them.

pub mod ast;
mod errors;
mod faults;
pub mod format;
mod grammar;
mod habits;
pub mod lex;
mod lower;
mod recover;
mod scan;
#[cfg(test)]
mod tests;
pub mod words;

use pest::Parser;

use crate::base::{FileId, SourceFile, Span};
use crate::diagnostic::{Code, Diagnostic};

use ast::File;
use grammar::{Pair, PolicyParser, Rule};
use lower::{Clause, Head, Lower, Lowered};

/// How many bytes a policy file may have.
pub const MAX_FILE: usize = 16 << 20;

/// How many bytes a declaration may have. Reading one takes some hundred times its size in memory.
const MAX_DECLARATION: usize = 4 << 20;

/// How many declarations a file may have.
const MAX_DECLARATIONS: usize = 100_000;

/// How many problems of one file are reported; a file with more is not a policy.
const MAX_PROBLEMS: usize = 1000;

/// Reads a policy file: everything in it that could be read, and every problem found, in the order of the text.
pub fn parse(id: FileId, file: &SourceFile) -> (File, Vec<Diagnostic>) {
    let text = file.text();
    let mut reader = Reader {
        id,
        text,
        file: File { id, title: None, declarations: Vec::new(), broken: Vec::new() },
        diagnostics: Vec::new(),
        read_any: false,
    };
    if text.len() > MAX_FILE {
        reader.diagnostics.push(
            Diagnostic::error(Code::TooLarge, Span::new(id, 0, 0), format!("a file of {} bytes", text.len()))
                .help(format!("a policy file has at most {} MB; split it", MAX_FILE >> 20)),
        );
        return (reader.file, reader.diagnostics);
    }
    for chunk in scan::chunks(text) {
        if reader.diagnostics.len() >= MAX_PROBLEMS {
            let start = Span::new(id, chunk.start, chunk.start);
            reader.diagnostics.push(errors::too_many(start, "the file is not read any further"));
            break;
        }
        if reader.file.declarations.len() >= MAX_DECLARATIONS {
            let start = Span::new(id, chunk.start, chunk.start);
            reader.diagnostics.push(
                Diagnostic::error(Code::TooLarge, start, format!("more than {MAX_DECLARATIONS} declarations"))
                    .here("the file is not read any further")
                    .help("split the file; a pack may have many"),
            );
            break;
        }
        reader.chunk(&chunk);
    }
    reader.lone_returns();
    let Reader { file, mut diagnostics, .. } = reader;
    diagnostics.sort_by_key(|d| d.primary.as_ref().map_or(0, |label| label.span.start));
    (file, diagnostics)
}

struct Reader<'t> {
    id: FileId,
    text: &'t str,
    file: File,
    diagnostics: Vec<Diagnostic>,
    /// Something but a title has been read already.
    read_any: bool,
}

impl<'t> Reader<'t> {
    /// Carriage returns that end no line. Some editors show them as the end of one, so that what seems to stand in a line
    /// of its own is part of a comment.
    fn lone_returns(&mut self) {
        let bytes = self.text.as_bytes();
        let lone = |at: &usize| bytes.get(at + 1) != Some(&b'\n');
        let known = |at: usize, told: &[Diagnostic]| {
            told.iter().any(|d| d.primary.as_ref().is_some_and(|label| label.span.start as usize == at))
        };
        for at in self.text.match_indices('\r').map(|(at, _)| at).filter(lone) {
            if self.diagnostics.len() >= MAX_PROBLEMS {
                break;
            }
            if !known(at, &self.diagnostics) {
                self.diagnostics.push(faults::lone_return(Span::new(self.id, at, at + 1)));
            }
        }
    }

    fn chunk(&mut self, chunk: &scan::Chunk) {
        for fault in chunk.faults.iter().take(MAX_PROBLEMS.saturating_sub(self.diagnostics.len())) {
            self.diagnostics.push(faults::explain(self.id, self.text, *fault));
        }
        if chunk.end - chunk.start > MAX_DECLARATION {
            let span = Span::new(self.id, chunk.start, chunk.start);
            self.diagnostics.push(
                Diagnostic::error(Code::TooLarge, span, "a declaration that is too large")
                    .help(format!("a declaration has at most {} MB; split it", MAX_DECLARATION >> 20)),
            );
            self.file.broken.extend(recover::declared_name(self.text, chunk.start, chunk.end));
            self.read_any = true;
            return;
        }
        if let Some(at) = chunk.too_deep {
            let span = Span::new(
                self.id,
                at,
                self.text.get(at..).map_or(at, |t| at + t.chars().next().map_or(0, char::len_utf8)),
            );
            self.diagnostics.push(lower::too_deep(span, "an expression that nests too deeply"));
            self.file.broken.extend(recover::declared_name(self.text, chunk.start, chunk.end));
            self.read_any = true;
            return;
        }
        let written = self.text.get(chunk.start..chunk.end).unwrap_or("");
        match PolicyParser::parse(Rule::chunk, written) {
            Ok(pairs) if chunk.faults.is_empty() => {
                for declaration in pairs.flat_map(Pair::into_inner).filter(|p| p.as_rule() == Rule::declaration) {
                    self.whole(chunk.start, declaration);
                }
            }
            _ => {
                let found = recover::chunk(self.id, self.text, chunk);
                self.diagnostics.extend(found.diagnostics);
                for declaration in found.declarations {
                    match declaration.head {
                        Some(head) => self.lower(&head, declaration.clauses, declaration.broken),
                        None => self.read_any = true,
                    }
                    if declaration.broken {
                        self.file.broken.extend(declaration.name);
                    }
                }
            }
        }
    }

    /// A declaration that the grammar read as a whole.
    fn whole(&mut self, base: usize, declaration: Pair<'t>) {
        let mut parts = declaration.into_inner();
        let Some(head) = parts.next() else { return };
        let lower = Lower { file: self.id, text: self.text, base, broken: false, diagnostics: &mut self.diagnostics };
        let clauses = parts
            .map(|pair| Clause { kind: pair.as_rule(), base, span: lower.span(&pair), pair: Some(pair) })
            .collect();
        self.lower(&Head { base, pair: head }, clauses, false);
    }

    fn lower(&mut self, head: &Head<'t>, clauses: Vec<Clause<'t>>, broken: bool) {
        let before = self.diagnostics.len();
        let mut lower =
            Lower { file: self.id, text: self.text, base: head.base, broken, diagnostics: &mut self.diagnostics };
        let lowered = lower.declaration(head, clauses);
        if self.diagnostics.len() > before && !broken {
            let start = head.base + head.pair.as_span().start();
            self.file.broken.extend(recover::declared_name(self.text, start, self.text.len()));
        }
        match lowered {
            Some(Lowered::Title(title)) => self.title(title),
            Some(Lowered::Declaration(declaration)) => {
                self.file.declarations.push(*declaration);
                self.read_any = true;
            }
            None => self.read_any = true,
        }
    }

    fn title(&mut self, title: ast::Title) {
        if let Some(first) = &self.file.title {
            self.diagnostics.push(
                Diagnostic::error(Code::TitlePlace, title.span, "a second title")
                    .label(first.span, "the file has this title already")
                    .help("a file has one title; move what follows to a file of its own"),
            );
        } else {
            if self.read_any {
                self.diagnostics.push(
                    Diagnostic::error(Code::TitlePlace, title.span, "the title is not the first line")
                        .help("move it in front of all declarations"),
                );
            }
            self.file.title = Some(title);
        }
    }
}
