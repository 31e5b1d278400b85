//! What to say where the grammar got stuck: what stands there, and what was expected.

use crate::base::{FileId, Span};
use crate::diagnostic::{Code, Diagnostic};

use super::grammar::Rule;
use super::lex::{self, Kind, Token};
use super::{habits, words};

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

/// A place, and the tokens round it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look<'a> {
    pub(super) place: Place<'a>,
    /// The first word of the head or clause.
    pub(super) opener: &'a str,
    /// The token at the place; `None` at the end of the chunk.
    pub(super) found: Option<Token>,
    /// The token before it within the head or clause.
    pub(super) previous: Option<Token>,
    /// The token behind it.
    pub(super) next: Option<Token>,
}

impl<'a> Look<'a> {
    fn new(place: Place<'a>) -> Look<'a> {
        let code = |t: &Token| t.kind != Kind::Comment;
        let opener = lex::token_at(place.text, place.start, place.end).map_or("", |t| t.text(place.text));
        let previous = lex::tokens_in(place.text, place.start, place.at).filter(code).last();
        let mut from_here = lex::tokens_in(place.text, place.at, place.end).filter(code);
        Look { place, opener, found: from_here.next(), previous, next: from_here.next() }
    }

    /// What a token says; nothing where there is none.
    pub(super) fn text(&self, token: Option<Token>) -> &'a str {
        token.map_or("", |t| t.text(self.place.text))
    }

    /// The place of a token.
    pub(super) fn span(&self, token: Token) -> Span {
        self.between(token.start, token.end)
    }

    /// The bytes between two places.
    pub(super) fn between(&self, start: usize, end: usize) -> Span {
        Span::new(self.place.file, start, end)
    }

    /// Whether the grammar would have taken this.
    pub(super) fn expects(&self, kind: Rule) -> bool {
        self.place.expected.contains(&kind)
    }

    /// Whether a complete expression stands before the place, so that an operator could follow.
    pub(super) fn behind_operand(&self) -> bool {
        self.expects(Rule::is_word) || self.expects(Rule::times)
    }

    /// Whether an operand must follow: the begin of an expression, or what an operator waits for.
    pub(super) fn before_operand(&self) -> bool {
        self.expects(Rule::expression) || self.expects(Rule::truth)
    }

    /// Whether a name must follow, and nothing else.
    pub(super) fn before_name(&self) -> bool {
        !self.before_operand() && (self.expects(Rule::name) || self.expects(Rule::unit_word))
    }

    /// Whether the line ends before the place, so that something is missing rather than wrong.
    pub(super) fn at_line_end(&self) -> bool {
        self.found.is_none_or(|t| t.first_on_line)
    }

    /// Whether the found token stands right behind the previous one, without a blank.
    pub(super) fn glued(&self) -> bool {
        matches!((self.previous, self.found), (Some(a), Some(b)) if a.end == b.start)
    }

    /// What stands there; where the line ends, the word behind which something is missing.
    pub(super) fn spot(&self) -> Span {
        match (self.found, self.previous) {
            (Some(found), _) if !found.first_on_line => self.span(found),
            (_, Some(previous)) => self.span(previous),
            (Some(found), None) => self.span(found),
            (None, None) => self.between(self.place.at, self.place.at),
        }
    }

    /// Right behind the previous token, where something could be put in.
    pub(super) fn gap(&self) -> Span {
        let at = self.previous.map_or(self.place.at, |t| t.end);
        self.between(at, at)
    }

    /// What stands at the place, as a person would say it.
    fn found_words(&self) -> String {
        match self.found {
            None => "the end of the declaration".to_owned(),
            Some(found) if found.first_on_line => "the end of the line".to_owned(),
            Some(found) if found.kind == Kind::Text => "a text".to_owned(),
            Some(found) => format!("`{}`", excerpt(self.text(Some(found)))),
        }
    }
}

/// At most a few dozen characters of what a file says, for messages.
pub(super) fn excerpt(text: &str) -> String {
    const LENGTH: usize = 40;
    match text.char_indices().nth(LENGTH) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or("")),
        None => text.to_owned(),
    }
}

/// Explains where and why a head or a clause could not be read.
pub(super) fn explain(place: Place<'_>) -> Diagnostic {
    let look = Look::new(place);
    habits::explain(&look).unwrap_or_else(|| plain(&look))
}

/// Nothing special: what was expected, and what was found.
fn plain(look: &Look<'_>) -> Diagnostic {
    let found = look.found_words();
    let behind = excerpt(look.text(look.previous));
    // The piece is complete and something stands behind it.
    if look.expects(Rule::EOI) {
        let found = look.found.map_or(found, |f| format!("`{}`", excerpt(f.text(look.place.text))));
        let message = format!("did not expect {found} behind `{behind}`");
        let more = join(&words_for(look.place.expected, allowed));
        let here = if more.is_empty() {
            "expected the next clause".to_owned()
        } else {
            format!("expected {more}, or the next clause")
        };
        let spot = look.found.map_or(look.spot(), |f| look.span(f));
        return Diagnostic::error(Code::SyntaxError, spot, message).here(here);
    }
    let needed = match look.before_operand() {
        true => vec!["an expression"],
        false => words_for(look.place.expected, needed),
    };
    let expected = if needed.is_empty() { words_for(look.place.expected, allowed) } else { needed };
    let message = match join(&expected) {
        expected if expected.is_empty() => format!("did not expect {found}"),
        expected => format!("expected {expected}, found {found}"),
    };
    let diagnostic = Diagnostic::error(Code::SyntaxError, look.spot(), message);
    if look.at_line_end() && !behind.is_empty() {
        return diagnostic.here(format!("something is missing behind `{behind}`"));
    }
    diagnostic
}

/// `a`, `b` or `c`
fn join(items: &[&str]) -> String {
    match items {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

fn words_for(rules: &[Rule], say: fn(Rule) -> Option<&'static str>) -> Vec<&'static str> {
    let mut list = Vec::new();
    for words in rules.iter().filter_map(|kind| say(*kind)) {
        if !list.contains(&words) {
            list.push(words);
        }
    }
    list
}

/// What cannot be left out.
fn needed(kind: Rule) -> Option<&'static str> {
    Some(match kind {
        Rule::name | Rule::field_name => "a name",
        Rule::unit_word => "a unit",
        Rule::type_of => "a type",
        Rule::expression | Rule::sum => "an expression",
        Rule::whole => "a whole number",
        Rule::parameter => "a parameter",
        Rule::cell | Rule::test => "a cell",
        Rule::close => "`)`",
        Rule::colon => "`:`",
        Rule::kw_else => "`else`",
        Rule::kw_then => "`then`",
        Rule::kw_over => "`over`",
        Rule::kw_of => "`of`",
        Rule::kw_to => "`to`",
        Rule::kw_by => "`by`",
        Rule::kw_one => "`one`",
        Rule::kw_match => "`match`",
        Rule::kw_none => "`none`",
        Rule::kw_between => "`between`",
        Rule::kw_decimals => "`decimals`",
        Rule::choices | Rule::range => "a list in parentheses or a range",
        _ => return None,
    })
}

/// What may follow and need not.
fn allowed(kind: Rule) -> Option<&'static str> {
    Some(match kind {
        Rule::string | Rule::label => "a text in quotes",
        Rule::equals => "`=`",
        Rule::comma => "`,`",
        Rule::is_word | Rule::and_word | Rule::comparison => "an operator such as `is` or `and`",
        Rule::type_range => "a range",
        Rule::type_unit => "a unit",
        _ => return None,
    })
}

/// The last of many problems: what follows is not read.
pub(super) fn too_many(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error(Code::TooLarge, span, "too many problems").here(what)
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
    let at_margin = token.start == 0 || text.get(..token.start).is_some_and(|t| t.ends_with('\n'));
    // What stands at the margin is more likely meant to begin a declaration.
    let nearest =
        |lists: [&'static [&'static str]; 2]| lists.iter().find_map(|list| words::nearest(word, list.iter().copied()));
    let likely = habits::other_word(word).or_else(|| match at_margin {
        true => nearest([words::DECLARATIONS, words::CLAUSES]),
        false => nearest([words::CLAUSES, words::DECLARATIONS]),
    });
    let is_word = token.kind == Kind::Word;
    let is_declaration =
        first || likely.is_some_and(words::begins_declaration) || (is_word && at_margin && likely.is_none());
    if word == "//" {
        let diagnostic = habits::comment(span);
        return Unknown { diagnostic, likely: None, is_declaration };
    }
    if !is_word {
        let message = format!("did not expect `{}` here", excerpt(word));
        let diagnostic = Diagnostic::error(Code::SyntaxError, span, message)
            .help("every line begins with a word of the language, or goes on with the one above it");
        return Unknown { diagnostic, likely: None, is_declaration };
    }
    let is_clause = words::begins_clause(word);
    let message = match is_declaration {
        _ if is_clause => format!("`{word}` stands outside of any declaration"),
        true => format!("`{}` does not begin a declaration", excerpt(word)),
        false => format!("`{}` does not begin a clause", excerpt(word)),
    };
    let diagnostic = Diagnostic::error(Code::UnknownKeyword, span, message);
    let diagnostic = match likely {
        _ if is_clause => diagnostic.help("put the declaration it belongs to in front of it"),
        None if matches!(word, "description" | "label" | "title" | "doc") && !is_declaration => {
            diagnostic.help("a label stands without a word of its own, right behind the head: `fact a: boolean \"…\"`")
        }
        Some(likely) => diagnostic.suggest(span, likely, format!("did you mean `{likely}`?")),
        None if is_declaration => diagnostic.help(format!("declarations begin with {}", quoted(words::DECLARATIONS))),
        None => diagnostic.help("clauses begin with a word of the language, such as `rule`, `when` or `because`"),
    };
    Unknown { diagnostic, likely, is_declaration }
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
