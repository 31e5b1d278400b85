//! What to say where the grammar got stuck.

use crate::base::{FileId, Span, did_you_mean};
use crate::diagnostic::{Code, Diagnostic};

use super::grammar::Rule;
use super::lex::{self, Token};
use super::words;

/// Where the grammar got stuck.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) file: FileId,
    /// The text of the whole file.
    pub(super) text: &'a str,
    /// The begin of the head or clause that is read.
    pub(super) start: usize,
    /// The end of the chunk.
    pub(super) end: usize,
    /// The place itself.
    pub(super) at: usize,
    /// What the grammar would have taken there.
    pub(super) expected: &'a [Rule],
}

/// What is said of a word that begins neither a declaration nor a clause.
pub(super) struct Unknown {
    pub(super) diagnostic: Diagnostic,
    /// The word that was likely meant.
    pub(super) likely: Option<&'static str>,
    /// Whether it looks like the begin of a declaration.
    pub(super) is_declaration: bool,
}

/// Explains a line that begins with an unknown word. `first` says that no declaration stands before it.
pub(super) fn unknown_word(file: FileId, text: &str, token: Token, first: bool) -> Unknown {
    let span = Span::new(file, token.start, token.end);
    let word = token.text(text);
    let margin = token.start == 0 || text.get(..token.start).is_some_and(|t| t.ends_with('\n'));
    let candidates = words::DECLARATIONS.iter().chain(words::CLAUSES).copied();
    let likely = did_you_mean(word, candidates);
    let is_declaration = first || likely.is_some_and(words::begins_declaration) || (margin && likely.is_none());
    let what = if is_declaration { "a declaration" } else { "a clause" };
    let mut diagnostic = Diagnostic::error(Code::UnknownKeyword, span, format!("`{word}` does not begin {what}"));
    diagnostic = match likely {
        Some(likely) => diagnostic.suggest(span, likely, format!("did you mean `{likely}`?")),
        None => diagnostic.help("a line begins with a word of the language, such as `fact`, `rule` or `because`"),
    };
    Unknown { diagnostic, likely, is_declaration }
}

/// Explains where and why a head or a clause could not be read.
pub(super) fn explain(place: &Place<'_>) -> Diagnostic {
    let found = lex::token_at(place.text, place.at, place.end);
    let span = found.map_or(Span::new(place.file, place.at, place.at), |t| Span::new(place.file, t.start, t.end));
    let what = found.map_or("the end".to_owned(), |t| format!("`{}`", t.text(place.text)));
    Diagnostic::error(Code::SyntaxError, span, format!("expected {:?}, found {what}", place.expected))
}
