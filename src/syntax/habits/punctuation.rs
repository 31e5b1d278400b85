//! Signs too many and too few: commas, colons, parentheses, braces.

use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::errors::{Look, excerpt};
use crate::syntax::grammar::Rule;
use crate::syntax::lex::{self, Kind};
use crate::syntax::words;

use super::names::{is_two_words, is_type};
use super::vocabulary::likely_word;

/// `;`, `{`, `'`, a comma too many, a parenthesis too many or too few, a colon too few.
pub(super) fn explain(look: &Look<'_>) -> Option<Diagnostic> {
    let error = |span, message: String| Diagnostic::error(Code::SyntaxError, span, message);
    let written = look.text(look.found);
    if look.at_line_end() || (look.found.is_some() && written != ")" && words::begins_clause(written)) {
        if look.expects(Rule::close)
            && let Some(open) = open_parenthesis(look)
        {
            return Some(error(open, "a parenthesis that is not closed".to_owned()).here("opened here").suggest(
                look.gap(),
                ")",
                "close it with `)`",
            ));
        }
        if look.text(look.previous) == "," {
            let span = look.span(look.previous?);
            return Some(error(span, "a comma with nothing behind it".to_owned()).suggest(
                span,
                "",
                "take it out, or go on with the list",
            ));
        }
    }
    let found = look.found?;
    let span = look.span(found);
    match written {
        ";" => Some(error(span, "no semicolons stand between declarations and clauses".to_owned()).suggest(span, "", "take it out")),
        "." if look.glued() => Some(
            error(span, "a dot with no name behind it".to_owned()).suggest(span, "", "take it out, or write what it groups"),
        ),
        _ if found.kind == Kind::Text && !found.first_on_line && look.previous.is_some_and(|p| p.kind == Kind::Text) && look.expects(Rule::EOI) => Some(
            error(span, "one text too many".to_owned())
                .here("a text stands before it already")
                .help("join the two into one"),
        ),
        "{" | "}" => Some(
            error(span, format!("`{written}` is not a sign of the language"))
                .help("a declaration ends where the next one begins; no braces are needed"),
        ),
        "[" | "]" => Some(
            error(span, format!("`{written}` is not a sign of the language"))
                .help("lists stand in parentheses: `in (a, b)`; the items of a record's list are reached with `any of`, `count of` and `sum of`"),
        ),
        ")" if !look.expects(Rule::close) && open_parenthesis(look).is_none() && look.behind_operand() => {
            Some(error(span, "no parenthesis is open here".to_owned()).suggest(span, "", "take it out"))
        }
        "," if look.next.is_none_or(|n| n.first_on_line) => {
            Some(error(span, "a comma at the end of the line".to_owned()).suggest(span, "", "take it out"))
        }
        "=" if look.expects(Rule::colon) && !look.expects(Rule::equals) => Some(
            error(span, "expected `:` and a type before `=`".to_owned()).help(format!("write `{} NAME: TYPE = …`", look.opener)),
        ),
        _ if look.expects(Rule::colon) && !look.at_line_end() && found.kind != Kind::Symbol && !is_two_words(look) => {
            Some(no_colon(look, span))
        }
        _ if look.expects(Rule::comma)
            && !found.first_on_line
            && matches!(found.kind, Kind::Word | Kind::Number | Kind::Text)
            && look.previous.is_some_and(|p| p.kind == found.kind)
            && !words::is_reserved(written)
            && likely_word(look).is_none() =>
        {
            Some(
                error(span, format!("a comma is missing in front of `{}`", excerpt(written)))
                    .suggest(look.gap(), ",", "put `,` between them"),
            )
        }
        _ => None,
    }
}

/// `rule x true`, `rule x when …`, `define x 5`
fn no_colon(look: &Look<'_>, span: Span) -> Diagnostic {
    let behind = excerpt(look.text(look.previous));
    let written = look.text(look.found);
    if words::begins_clause(written) && look.opener == "rule" {
        return Diagnostic::error(Code::IncompleteExpression, look.spot(), "a rule without an outcome")
            .here("the outcome belongs in front of this, behind `:`")
            .help(format!("write `rule {behind}: OUTCOME {written} …`"));
    }
    let sign = if look.expects(Rule::equals) && !is_type(written) { " =" } else { ":" };
    let error = Diagnostic::error(Code::SyntaxError, span, format!("`{}` is missing behind `{behind}`", sign.trim()));
    error.here("it belongs in front of this").suggest(look.gap(), sign, format!("put `{}` in", sign.trim()))
}

/// The last parenthesis that is open at the place.
fn open_parenthesis(look: &Look<'_>) -> Option<Span> {
    let mut open = Vec::new();
    for token in lex::tokens_in(look.place.text, look.place.start, look.place.at) {
        match token.text(look.place.text) {
            "(" => open.push(token),
            ")" => {
                open.pop();
            }
            _ => {}
        }
    }
    open.pop().map(|t| look.span(t))
}
