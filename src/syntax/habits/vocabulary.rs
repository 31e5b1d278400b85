//! Words in capitals, words of other languages, misspelt words, and texts without quotes.

use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::errors::{Look, excerpt};
use crate::syntax::grammar::Rule;
use crate::syntax::lex::{self, Kind};
use crate::syntax::words;

/// A word of the language for one that is not, where people have a habit of it.
pub(in crate::syntax) fn other_word(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "let" | "def" | "var" | "set" => "define",
        "const" => "constant",
        "enum" => "type",
        "struct" | "class" => "record",
        "input" | "question" => "fact",
        "decision" => "decide",
        "assert" | "ensure" => "always",
        "if" | "where" | "unless" => "when",
        "reason" => "because",
        "override" | "priority" => "overrides",
        "else" => "otherwise",
        _ => return None,
    })
}

/// A word in capitals, a word of another language, a misspelt word.
pub(super) fn explain(look: &Look<'_>) -> Option<Diagnostic> {
    let found = look.found.filter(|f| f.kind == Kind::Word && !f.first_on_line)?;
    let span = look.span(found);
    let written = look.text(look.found);
    let error = |message: String| Diagnostic::error(Code::UnknownKeyword, span, message);
    // `NOT a`: the grammar takes a word in capitals for a name.
    let (previous, lower) = (look.text(look.previous), look.text(look.previous).to_lowercase());
    if previous != lower && words::is_reserved(&lower) {
        let span = look.span(look.previous?);
        let error =
            Diagnostic::error(Code::UnknownKeyword, span, format!("`{previous}` is not a word of the language"));
        let advice = format!("write `{lower}`");
        return Some(error.suggest(span, lower, advice));
    }
    if let Some(likely) = likely_word(look) {
        return Some(error(format!("`{}` is not a word of the language", excerpt(written))).suggest(
            span,
            likely,
            format!("did you mean `{likely}`?"),
        ));
    }
    if look.behind_operand() {
        let conditional = matches!(look.opener, "rule" | "item" | "points");
        let better = match written {
            "equals" | "eq" | "be" | "was" | "are" => "is",
            "isnt" | "neq" | "ne" => "is not",
            "unless" if conditional => "when not",
            "unless" => "and not",
            "elif" | "elsif" | "elseif" | "elsewise" => "else if",
            "if" if conditional => "when",
            "if" => {
                return Some(
                    Diagnostic::error(Code::SyntaxError, span, "`if` behind a value")
                        .help("write `if … then … else …`"),
                );
            }
            "than" => {
                return Some(
                    error("`than` is not a word of the language".to_owned()).help("write `>`, `<`, `>=` or `<=`"),
                );
            }
            "plus" => "+",
            "minus" => "-",
            "times" => "*",
            "exceeds" | "over" | "above" => ">",
            "below" | "under" => "<",
            "contains" | "includes" => {
                return Some(
                    error(format!("`{written}` is not a word of the language"))
                        .help("ask the other way round: `x in (a, b)`"),
                );
            }
            "between" => {
                return Some(
                    error("`between` is not a comparison of the language".to_owned())
                        .help("write a range, with both ends included: `x in 1..5`"),
                );
            }
            "xor" => {
                return Some(
                    error("`xor` is not a word of the language".to_owned()).help("compare the two: `a is not b`"),
                );
            }
            _ => "",
        };
        if !better.is_empty() {
            return Some(error(format!("`{written}` does not fit here")).suggest(
                span,
                better,
                format!("did you mean `{better}`?"),
            ));
        }
    }
    let quotable =
        look.expects(Rule::string) && !look.before_operand() && !look.behind_operand() && !look.expects(Rule::EOI);
    if quotable || (look.expects(Rule::label) && look.opener == "source") {
        return Some(unquoted(look, found));
    }
    None
}

/// The word of the language that was likely meant by the one at the place, of those that fit.
pub(super) fn likely_word(look: &Look<'_>) -> Option<&'static str> {
    let found = look.found.filter(|f| f.kind == Kind::Word)?;
    let written = found.text(look.place.text);
    let mut fitting: Vec<&'static str> = look.place.expected.iter().filter_map(|kind| word_of(*kind)).collect();
    if look.expects(Rule::EOI) || look.expects(Rule::reserved_clause_word) {
        fitting.extend(words::CLAUSES);
    }
    let lower = written.to_lowercase();
    if let Some(exact) = fitting.iter().find(|w| **w == lower) {
        return (lower != written).then_some(exact);
    }
    // Short words are near to everything.
    let near = |w: &&&'static str| w.len() > 3;
    words::nearest(written, fitting.iter().filter(near).copied())
}

/// The word that a rule of the grammar stands for.
fn word_of(kind: Rule) -> Option<&'static str> {
    Some(match kind {
        Rule::and_word => "and",
        Rule::or_word => "or",
        Rule::not_word => "not",
        Rule::is_word => "is",
        Rule::membership => "in",
        Rule::kw_then => "then",
        Rule::kw_else => "else",
        Rule::kw_of => "of",
        Rule::kw_over => "over",
        Rule::kw_where => "where",
        Rule::kw_have => "have",
        Rule::kw_to => "to",
        Rule::kw_up => "up",
        Rule::kw_by => "by",
        Rule::kw_with => "with",
        Rule::kw_one => "one",
        Rule::kw_match => "match",
        Rule::kw_between => "between",
        Rule::kw_decimals => "decimals",
        _ => return None,
    })
}

/// A text without its quotes.
fn unquoted(look: &Look<'_>, found: lex::Token) -> Diagnostic {
    let rest = look.place.text.get(found.start..look.place.end).unwrap_or("");
    let line = rest.split(['\n', '#', '"']).next().unwrap_or(rest).trim_end();
    let span = look.between(found.start, found.start + line.len());
    Diagnostic::error(
        Code::SyntaxError,
        span,
        format!("expected a text in quotes behind `{}`", look.text(look.previous)),
    )
    .here("this is not in quotes")
    .suggest(span, format!("\"{line}\""), "put it in quotes")
}
