//! From pest's pairs to the syntax tree.
//!
//! Whatever cannot be said in the tree is reported and left out: a clause that is wrong costs that
//! clause, a head that is wrong costs the declaration. What is left out is named in
//! [`ast::File::broken`](super::ast::File::broken).

mod clauses;
mod decision;
mod declaration;
mod expression;
mod literal;
mod operand;
mod table;
mod types;

use crate::base::{FileId, Span};
use crate::diagnostic::{Code, Diagnostic};

use super::ast::{Name, Text};
use super::grammar::{Pair, Rule};
use super::{lex, words};

pub(super) use clauses::{Clause, clause_of};
pub(super) use declaration::{Head, Lowered};
pub(super) use expression::too_deep;

/// How many bytes a name may have.
const MAX_NAME: usize = 200;

/// What lowering works with: where it is, and where it reports to.
pub(super) struct Lower<'a> {
    /// The file that is read.
    pub(super) file: FileId,
    /// Its whole text.
    pub(super) text: &'a str,
    /// Where the text that pest was given begins in the file; pairs count from there.
    pub(super) base: usize,
    /// Something of the declaration could not be read, so that what it seems to lack may have been there.
    pub(super) broken: bool,
    /// Everything found so far.
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
}

impl Lower<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The bytes of the file that a pair covers, without blanks and comments at its end.
    ///
    /// Where a rule ends in something optional that is not there, pest's pair holds the blanks that
    /// were skipped on the way to it.
    pub(super) fn span(&self, pair: &Pair<'_>) -> Span {
        let span = pair.as_span();
        let written = span.as_str();
        let trimmed = written.trim_end();
        let last_line = trimmed.rsplit('\n').next().unwrap_or(trimmed);
        let length = if last_line.contains('#') || (trimmed.len() < written.len() && trimmed.contains('#')) {
            lex::tokens(written).filter(|t| t.kind != lex::Kind::Comment).last().map_or(trimmed.len(), |t| t.end)
        } else {
            trimmed.len()
        };
        self.span_at(span.start(), span.start() + length)
    }

    /// The bytes of the file between two of the text that pest was given.
    fn span_at(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.base + start, self.base + end)
    }

    /// What a span of the file covers.
    fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// A name where it is used.
    fn name(&self, pair: &Pair<'_>) -> Name {
        Name { text: pair.as_str().to_owned(), span: self.span(pair) }
    }

    /// A name where it is declared, dots allowed: how it is written is checked here, once.
    fn declared_name(&mut self, pair: &Pair<'_>) -> Name {
        let name = self.name(pair);
        self.check_style(&name);
        name
    }

    /// A name that is declared within something else, and has no dots.
    fn plain_name(&mut self, pair: &Pair<'_>) -> Name {
        let name = self.declared_name(pair);
        if let Some((_, last)) = name.text.rsplit_once('.') {
            let diagnostic = Diagnostic::error(Code::NameStyle, name.span, format!("`{}` has a dot in it", name.text))
                .here("a name of this kind is a single word")
                .help(format!("leave out what stands before the dot: `{last}`"));
            self.report(diagnostic);
        }
        name
    }

    fn check_style(&mut self, name: &Name) {
        let snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
        if name.text.len() > MAX_NAME {
            self.report(
                Diagnostic::error(Code::NameStyle, name.span, format!("a name of {} bytes", name.text.len()))
                    .here(format!("a name has at most {MAX_NAME} bytes")),
            );
        } else if !name.text.chars().all(snake) {
            let better = snake_case(&name.text);
            let diagnostic =
                Diagnostic::error(Code::NameStyle, name.span, format!("`{}` is not written in snake_case", name.text))
                    .here("names are written with small letters from a to z, digits and `_`");
            self.report(match better {
                Some(better) => {
                    let advice = format!("write `{better}`");
                    diagnostic.suggest(name.span, better, advice)
                }
                None => diagnostic,
            });
        }
    }

    fn string(&mut self, pair: &Pair<'_>) -> Text {
        let span = self.span(pair);
        let written = pair.as_str();
        let inner = written.get(1..written.len().saturating_sub(1)).unwrap_or("");
        Text { value: self.unescape(inner, span.start as usize + 1), span }
    }

    fn unescape(&mut self, inner: &str, start: usize) -> String {
        if !inner.contains('\\') {
            return inner.to_owned();
        }
        let mut value = String::with_capacity(inner.len());
        let mut chars = inner.char_indices();
        while let Some((at, c)) = chars.next() {
            if c != '\\' {
                value.push(c);
                continue;
            }
            match chars.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, c @ ('"' | '\\'))) => value.push(c),
                other => {
                    let c = other.map_or(' ', |(_, c)| c);
                    let span = Span::new(self.file, start + at, start + at + 1 + c.len_utf8());
                    self.report(
                        Diagnostic::error(Code::UnknownEscape, span, format!("`\\{c}` means nothing in a string"))
                            .here("after a backslash only `\"`, `\\` and `n` have a meaning")
                            .suggest(span, format!("\\\\{c}"), "write two backslashes for one"),
                    );
                }
            }
        }
        value
    }
}

/// A name as it should be written, if there is a good guess.
pub(super) fn snake_case(name: &str) -> Option<String> {
    let mut better = String::with_capacity(name.len() + 4);
    let mut after_small = false;
    for c in name.chars() {
        match c {
            '-' | ' ' => better.push('_'),
            c if c.is_ascii_uppercase() => {
                if after_small {
                    better.push('_');
                }
                better.push(c.to_ascii_lowercase());
            }
            c if c.is_ascii() => better.push(c),
            'ä' | 'Ä' => better.push_str("ae"),
            'ö' | 'Ö' => better.push_str("oe"),
            'ü' | 'Ü' => better.push_str("ue"),
            'ß' => better.push_str("ss"),
            'é' | 'è' | 'ê' => better.push('e'),
            'á' | 'à' | 'â' => better.push('a'),
            _ => return None,
        }
        after_small = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    let first = better.split('.').next().unwrap_or("");
    (better != name && !words::is_reserved(first)).then_some(better)
}

/// The children of a pair that matter: everything but keywords and punctuation is looked at by kind.
fn child<'i>(pair: &Pair<'i>, kind: Rule) -> Option<Pair<'i>> {
    pair.clone().into_inner().find(|p| p.as_rule() == kind)
}
