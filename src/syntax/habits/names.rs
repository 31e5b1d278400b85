//! Names that are none: reserved words, hyphens, blanks, and names that are not there.

use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::errors::{Look, excerpt};
use crate::syntax::grammar::Rule;
use crate::syntax::lex::{self, Kind};
use crate::syntax::lower::snake_case;
use crate::syntax::words;

/// Reserved words, hyphens and blanks in names.
pub(super) fn explain(look: &Look<'_>) -> Option<Diagnostic> {
    let found = look.found?;
    let span = look.span(found);
    let written = look.text(look.found);
    let names_it = look.before_name();
    let opener = look.opener;
    let first = written.split('.').next().unwrap_or(written);
    let behind_opener = look.text(look.previous) == opener;
    if names_it
        && !look.at_line_end()
        && behind_opener
        && matches!(opener, "rule" | "require" | "criterion" | "item" | "band")
    {
        let names_nothing = written == ":" || found.kind == Kind::Text;
        if names_nothing || (words::is_reserved(first) && !matches!(look.text(look.next), ":" | "=")) {
            return Some(
                Diagnostic::error(Code::SyntaxError, span, format!("a `{opener}` without a name"))
                    .here("its name belongs in front of this")
                    .help(format!("explanations and other rules refer to it by its name: `{opener} some_name …`")),
            );
        }
    }
    if names_it && !look.at_line_end() && found.kind == Kind::Word && words::is_reserved(first) {
        return Some(
            Diagnostic::error(Code::ReservedWord, span, format!("`{first}` is a word of the language"))
                .here("a name is expected here, and no name begins with it")
                .help(format!("behind a dot it may stand: `deal.{written}`; or choose another word")),
        );
    }
    if names_it && found.kind == Kind::Number && !look.at_line_end() {
        return Some(
            Diagnostic::error(Code::NameStyle, span, format!("`{}` cannot begin a name", excerpt(written)))
                .help("a name begins with a small letter from a to z"),
        );
    }
    if names_it && found.kind == Kind::Text && !look.at_line_end() {
        let error = Diagnostic::error(Code::SyntaxError, span, "expected a name, found a text");
        if !behind_opener {
            let inner = written.trim_matches('"');
            let better = snake_case(inner).unwrap_or_else(|| inner.to_owned());
            return Some(match better.starts_with(|c: char| c.is_ascii_lowercase()) {
                true => error.suggest(span, better, "names stand without quotes"),
                false => error.help("names stand without quotes"),
            });
        }
        return Some(error.help(format!("write a name, and the text behind it as a label: `{opener} some_name …`")));
    }
    let declares = look.expects(Rule::colon) || look.expects(Rule::equals) || look.expects(Rule::label);
    let previous = look.previous.filter(|p| p.kind == Kind::Word)?;
    if written == "-" && look.glued() && !look.behind_operand() && (declares || !look.opener.is_empty()) {
        // All parts of `client-kind-2`.
        let rest = look.place.text.get(previous.start..).unwrap_or("");
        let end = rest.find(|c: char| !(lex::continues_name(c) || matches!(c, '-' | '.'))).unwrap_or(rest.len());
        let whole = look.between(previous.start, previous.start + end);
        let hyphenated = rest.get(..end).unwrap_or("").trim_end_matches('-');
        let error = Diagnostic::error(
            Code::NameStyle,
            whole,
            format!("`{}` is not written in snake_case", excerpt(hyphenated)),
        )
        .here("a hyphen is a minus sign");
        return Some(match snake_case(hyphenated) {
            Some(better) => {
                let advice = format!("write `{better}`");
                error.suggest(whole, better, advice)
            }
            None => error,
        });
    }
    if declares && is_two_words(look) && !look.behind_operand() {
        let whole = look.span(previous).to(span);
        let better = format!("{}_{written}", look.text(look.previous));
        let advice = format!("join them: `{better}`; or group with a dot");
        return Some(
            Diagnostic::error(
                Code::NameStyle,
                whole,
                format!("a name is one word, and `{} {written}` are two", look.text(look.previous)),
            )
            .suggest(whole, better, advice),
        );
    }
    None
}

/// `client kind:` where a name is declared.
pub(super) fn is_two_words(look: &Look<'_>) -> bool {
    let word = |t: Option<lex::Token>| t.is_some_and(|t| t.kind == Kind::Word);
    word(look.previous)
        && word(look.found)
        && match look.text(look.next) {
            ":" => true,
            "=" => !is_type(look.text(look.found)),
            _ => false,
        }
        && !words::is_reserved(look.text(look.previous))
}

/// Whether a word begins a type of the language.
pub(super) fn is_type(word: &str) -> bool {
    matches!(word, "boolean" | "integer" | "decimal" | "text" | "date" | "one" | "list")
}
