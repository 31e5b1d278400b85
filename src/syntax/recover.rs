//! Reading a chunk in which the grammar got stuck: head by head and clause by clause.
//!
//! What can be read is kept. Where it gets stuck, the rest is skipped up to the next line that begins
//! with a word of the language, and exactly one problem is reported for what was skipped.

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

use crate::base::{FileId, Span};
use crate::diagnostic::{Code, Diagnostic};

use super::errors::{self, Place};
use super::grammar::{Pair, PestError, PolicyParser, Rule};
use super::lex::{self, Kind, Token};
use super::lower::{Clause, Head, clause_of};
use super::scan::Chunk;
use super::words;

/// A declaration, as far as it could be read.
#[derive(Debug)]
pub(super) struct Declaration<'t> {
    /// Its head; `None` where that could not be read, and the declaration is lost.
    pub(super) head: Option<Head<'t>>,
    /// Its clauses; of those that could not be read, the place.
    pub(super) clauses: Vec<Clause<'t>>,
    /// What it declares, as far as one can tell.
    pub(super) name: Option<String>,
    /// Whether anything of it could not be read.
    pub(super) broken: bool,
}

/// What a chunk came to.
#[derive(Debug, Default)]
pub(super) struct Found<'t> {
    pub(super) declarations: Vec<Declaration<'t>>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// How many problems of one chunk are reported. Each costs pest a walk over the rest of the chunk.
const MAX_PROBLEMS: usize = 100;

/// Reads a chunk piece by piece.
pub(super) fn chunk<'t>(file: FileId, text: &'t str, chunk: &Chunk) -> Found<'t> {
    let mut recovery = Recovery { file, text, chunk, found: Found::default() };
    let mut at = chunk.start;
    while let Some(token) = lex::token_at(text, at, chunk.end) {
        if recovery.found.diagnostics.len() >= MAX_PROBLEMS {
            let span = Span::new(file, token.start, token.end);
            recovery.found.diagnostics.push(errors::too_many(span, "this declaration is not read any further"));
            break;
        }
        at = recovery.piece(token).max(token.end);
    }
    recovery.found
}

/// The name that stands behind the first word of a declaration.
pub(super) fn declared_name(text: &str, start: usize, end: usize) -> Option<String> {
    let mut tokens = lex::tokens_in(text, start, end).filter(|t| t.kind != Kind::Comment);
    tokens.next()?;
    let name = tokens.next().filter(|t| t.kind == Kind::Word)?;
    Some(name.text(text).to_owned())
}

struct Recovery<'t, 'c> {
    file: FileId,
    text: &'t str,
    chunk: &'c Chunk,
    found: Found<'t>,
}

/// What reading one piece came to: the piece, where it ends, and where the grammar got stuck.
struct Attempt<'t> {
    pair: Option<Pair<'t>>,
    end: usize,
    stuck: Option<Stuck>,
}

struct Stuck {
    at: usize,
    expected: Vec<Rule>,
}

impl<'t> Recovery<'t, '_> {
    /// Reads the piece that begins with `token` and says where to go on.
    fn piece(&mut self, token: Token) -> usize {
        let word = token.text(self.text);
        if token.kind == Kind::Word && words::begins_declaration(word) {
            return self.head(token);
        }
        match clause_of(word) {
            Some(kind) if !self.found.declarations.is_empty() => self.clause(token, kind),
            _ => self.unknown(token),
        }
    }

    fn head(&mut self, token: Token) -> usize {
        let attempt = self.attempt(Rule::lone_head, Rule::head, token.start);
        let name = declared_name(self.text, token.start, self.chunk.end);
        let mut declaration = Declaration { head: None, clauses: Vec::new(), name, broken: false };
        let (pair, next) = self.judge(token, attempt);
        declaration.broken = pair.is_none() || next.is_broken;
        declaration.head = pair.map(|pair| Head { base: token.start, pair });
        self.found.declarations.push(declaration);
        next.at
    }

    fn clause(&mut self, token: Token, kind: Rule) -> usize {
        let attempt = self.attempt(Rule::lone_clause, Rule::clause, token.start);
        let end = attempt.end;
        let (pair, next) = match self.days_from_to(token, &attempt) {
            Some(next) => (None, next),
            None => self.judge(token, attempt),
        };
        let span = match &pair {
            Some(_) => Span::new(self.file, token.start, lex_end(self.text, token.start, end)),
            None => Span::new(self.file, token.start, token.end),
        };
        let kind = pair.as_ref().map_or(kind, Pair::as_rule);
        if let Some(declaration) = self.found.declarations.last_mut() {
            declaration.broken |= pair.is_none() || next.is_broken;
            declaration.clauses.push(Clause { kind, base: token.start, pair, span });
        }
        next.at
    }

    /// `days from a to b`, which reads like a name and the clause `from a`.
    fn days_from_to(&mut self, token: Token, attempt: &Attempt<'t>) -> Option<Next> {
        let to = lex::token_at(self.text, attempt.stuck.as_ref()?.at, self.chunk.end)?;
        let line = self.text.get(..token.start)?.rfind('\n').map_or(0, |at| at + 1).max(self.chunk.start);
        let before = lex::tokens_in(self.text, line, token.start);
        let [before_days, days] = before.fold([None; 2], |[_, last], next| [last, Some(next)]);
        let is = |t: Option<Token>, word: &str| t.is_some_and(|t| t.text(self.text) == word);
        // A duration may well have a begin: `value 14 days from 2026-01-01`.
        let duration = before_days.is_some_and(|t| t.kind == Kind::Number);
        if !is(Some(token), "from") || !is(days, "days") || !is(Some(to), "to") || token.first_on_line || duration {
            return None;
        }
        let first = self.text.get(token.end..to.start).unwrap_or("").trim();
        let between = format!("between {first} and");
        let advice = format!("write `days {between} …`");
        let span = Span::new(self.file, token.start, to.end);
        let message = "days are not counted with `from` and `to`";
        self.found.diagnostics.push(Diagnostic::error(Code::SyntaxError, span, message).suggest(span, between, advice));
        Some(Next { at: self.next_line(to.end), is_broken: true })
    }

    /// A word that begins neither a declaration nor a clause.
    fn unknown(&mut self, token: Token) -> usize {
        let next = self.next_line(token.end);
        let first = self.found.declarations.is_empty();
        let unknown = errors::unknown_word(self.file, self.text, token, first);
        let faulty = self.faulty(token.start, next);
        if !faulty {
            self.found.diagnostics.push(unknown.diagnostic);
        }
        if unknown.is_declaration || first {
            let name = declared_name(self.text, token.start, self.chunk.end);
            self.found.declarations.push(Declaration { head: None, clauses: Vec::new(), name, broken: true });
        } else if let Some(declaration) = self.found.declarations.last_mut() {
            declaration.broken = true;
            let kind = unknown.likely.and_then(clause_of);
            let span = Span::new(self.file, token.start, token.end);
            declaration.clauses.extend(kind.map(|kind| Clause { kind, base: token.start, pair: None, span }));
        }
        next
    }

    fn attempt(&self, alone: Rule, prefix: Rule, start: usize) -> Attempt<'t> {
        let text: &'t str = self.text.get(start..self.chunk.end).unwrap_or("");
        let stuck = match PolicyParser::parse(alone, text) {
            Ok(pairs) => {
                let pair = pairs.flat_map(Pair::into_inner).find(|p| p.as_rule() != Rule::EOI);
                let end = pair.as_ref().map_or(start, |p| start + p.as_span().end());
                return Attempt { pair, end, stuck: None };
            }
            Err(error) => stuck(start, error),
        };
        let pair = PolicyParser::parse(prefix, text).ok().and_then(|mut pairs| pairs.next());
        let end = pair.as_ref().map_or(start, |p| start + p.as_span().end());
        Attempt { pair, end, stuck: Some(stuck) }
    }

    /// Keeps what can be used of an attempt, reports where it got stuck, and says where to go on.
    fn judge(&mut self, token: Token, attempt: Attempt<'t>) -> (Option<Pair<'t>>, Next) {
        let Some(stuck) = attempt.stuck else {
            // A broken date reads like a calculation.
            let pair = if self.faulty(token.start, attempt.end) { None } else { attempt.pair };
            let is_broken = pair.is_none();
            return (pair, Next { at: attempt.end, is_broken });
        };
        let found = lex::token_at(self.text, stuck.at, self.chunk.end);
        let complete = attempt.pair.is_some()
            && lex::token_at(self.text, attempt.end, self.chunk.end).is_none_or(|t| t.start >= stuck.at);
        // A complete piece and behind it a line of its own: the piece is fine, the line is not.
        if complete && found.is_some_and(|f| f.first_on_line && f.kind == Kind::Word) {
            return (attempt.pair, Next { at: stuck.at, is_broken: false });
        }
        let next = self.next_line(stuck.at.max(token.end));
        if !self.faulty(token.start, next) {
            let place = Place {
                file: self.file,
                text: self.text,
                start: token.start,
                end: self.chunk.end,
                at: stuck.at,
                expected: &stuck.expected,
            };
            self.found.diagnostics.push(errors::explain(place));
        }
        // A word too many (`whn`) leaves the piece in front of it as it is; an operator does not.
        let usable = complete && found.is_some_and(|f| f.kind == Kind::Word);
        (attempt.pair.filter(|_| usable), Next { at: next, is_broken: true })
    }

    /// Whether a broken string, character or date stands between two places; it has been reported.
    fn faulty(&self, start: usize, end: usize) -> bool {
        let first = self.chunk.faults.partition_point(|f| f.start < start);
        self.chunk.faults.get(first).is_some_and(|f| f.start < end)
    }

    /// The begin of the next line that starts with a word of the language or a bar, at or behind `from`.
    fn next_line(&self, from: usize) -> usize {
        lex::tokens_in(self.text, from, self.chunk.end)
            .find(|t| {
                let word = t.text(self.text);
                t.first_on_line
                    && (word == "|"
                        || (t.kind == Kind::Word && (words::begins_declaration(word) || words::begins_clause(word))))
            })
            .map_or(self.chunk.end, |t| t.start)
    }
}

/// Where to go on, and whether something was skipped on the way.
struct Next {
    at: usize,
    is_broken: bool,
}

fn stuck(start: usize, error: PestError) -> Stuck {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => start + at,
    };
    let expected = match error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { .. } => Vec::new(),
    };
    Stuck { at, expected }
}

/// The end of the last token between two places.
fn lex_end(text: &str, start: usize, end: usize) -> usize {
    lex::tokens_in(text, start, end).filter(|t| t.kind != Kind::Comment).last().map_or(end, |t| t.end)
}
