//! Operators of other languages.

use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::errors::Look;
use crate::syntax::grammar::Rule;

/// `==`, `!=`, `&&` and their like.
pub(super) fn explain(look: &Look<'_>) -> Option<Diagnostic> {
    let found = look.found?;
    let span = look.span(found);
    let written = look.text(look.found);
    let instead = |better: &str, advice: String| {
        let message = format!("`{written}` is not an operator of the language");
        Diagnostic::error(Code::ForeignOperator, span, message).suggest(span, better, advice)
    };
    let write = |better: &str| Some(instead(better, format!("write `{better}`")));
    if look.opener == "|" && look.text(look.previous) == "|" && matches!(written, "=" | "==" | "->") {
        let message = format!("`{written}` does not begin a cell");
        let error = Diagnostic::error(Code::ForeignOperator, span, message);
        return Some(error.help("the heading marks the outcome with `=>`; in a row a value stands by itself"));
    }
    if look.expects(Rule::equals) && matches!(written, "==" | ":=" | "=>" | "->") {
        return write("=");
    }
    if look.behind_operand() {
        match written {
            "=" | "==" | ":=" => return write("is"),
            "!=" | "<>" => return write("is not"),
            "&&" | "&" => return write("and"),
            "||" => return write("or"),
            "=>" => return write(">="),
            "=<" => return write("<="),
            "!" if look.text(look.next) == "in" => return write("not"),
            "%" => return Some(instead("", "there is no remainder; for a percentage write `10 percent`".to_owned())),
            "**" | "^" => {
                let error = Diagnostic::error(
                    Code::ForeignOperator,
                    span,
                    format!("`{written}` is not an operator of the language"),
                );
                return Some(error.help("write the product out: `x * x`"));
            }
            "?" => {
                let error = Diagnostic::error(Code::ForeignOperator, span, "`?` is not an operator of the language");
                return Some(error.help("write `if … then … else …`"));
            }
            _ => {}
        }
    }
    if look.before_operand() {
        let previous = look.text(look.previous);
        match (previous, written) {
            (_, "!") => return write("not"),
            ("<" | ">" | "<=" | ">=" | "is" | "=", "=" | "==") => {
                let whole = look.span(look.previous?).to(span);
                let better = match previous {
                    "<" | "<=" => "<=",
                    ">" | ">=" => ">=",
                    _ => "is",
                };
                let message = format!("`{previous}` and `{written}` do not go together");
                let advice = format!("write `{better}`");
                return Some(Diagnostic::error(Code::ForeignOperator, whole, message).suggest(whole, better, advice));
            }
            ("is", "in") => {
                let whole = look.span(look.previous?).to(span);
                let error = Diagnostic::error(Code::ForeignOperator, whole, "`is in` is one word too many");
                return Some(error.suggest(whole, "in", "write `in`"));
            }
            ("not", "in") => {
                return Some(
                    Diagnostic::error(Code::SyntaxError, span, "`not in` has nothing to look for")
                        .help("write `x not in (a, b)`"),
                );
            }
            _ => {}
        }
    }
    if look.text(look.previous) == "not" && look.expects(Rule::kw_in) && !look.before_operand() {
        let not = look.span(look.previous?);
        let error = Diagnostic::error(Code::SyntaxError, not, "`not` between two values");
        return Some(error.suggest(not, "is not", "write `is not`, `not in` or `and not`"));
    }
    (written == "//").then(|| comment(span))
}

/// `// …`
pub(in crate::syntax) fn comment(span: Span) -> Diagnostic {
    Diagnostic::error(Code::ForeignOperator, span, "`//` does not begin a comment").suggest(
        span,
        "#",
        "a comment begins with `#`",
    )
}
