//! Small words that are needed and not there.

use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::errors::{Look, excerpt};
use crate::syntax::grammar::Rule;
use crate::syntax::words;

/// Small words that are needed and not there.
pub(super) fn explain(look: &Look<'_>) -> Option<Diagnostic> {
    let error = |message: &str| Diagnostic::error(Code::IncompleteExpression, look.spot(), message);
    if look.expects(Rule::kw_else) && look.text(look.found) == "otherwise" {
        let span = look.spot();
        return Some(Diagnostic::error(Code::IncompleteExpression, span, "`otherwise` in place of `else`").suggest(
            span,
            "else",
            "write `else`",
        ));
    }
    if look.expects(Rule::kw_else) && look.opener == "require" {
        return Some(
            error("a requirement without `else`")
                .here("`else` and the outcome are missing behind this")
                .help("say the outcome where it does not hold: `require hours: free >= needed else limited`"),
        );
    }
    if look.expects(Rule::kw_then) {
        return Some(error("`if` without `then`").here("`then` is missing here").help("write `if … then … else …`"));
    }
    if look.expects(Rule::kw_over) {
        return Some(
            error("`sum of` without `over`")
                .here("`over` is missing here")
                .help("write `sum of instance.users over instances`"),
        );
    }
    if look.expects(Rule::dots) && !look.expects(Rule::times) && !look.expects(Rule::EOI) {
        return Some(
            Diagnostic::error(Code::SyntaxError, look.spot(), "a range is written with two dots")
                .help("write `0..100`, `0..` or `..100`; both ends are included"),
        );
    }
    let is_in = look.expects(Rule::choices) || look.expects(Rule::range);
    // `a in b` reads like the low end of a range.
    if is_in || (look.expects(Rule::dots) && look.expects(Rule::times) && !look.expects(Rule::bar)) {
        return Some(
            error("`in` takes a list in parentheses, or a range")
                .help("write `in (a, b)` or `in 1..5`; to compare with a single value write `is`"),
        );
    }
    if look.expects(Rule::kw_of) && matches!(look.text(look.previous), "any" | "all" | "count" | "sum" | "one" | "list")
    {
        let word = look.text(look.previous);
        return Some(error(&format!("`{word}` without `of`")).suggest(look.gap(), " of", format!("write `{word} of`")));
    }
    if look.before_operand()
        && look.opener == "rule"
        && look.text(look.previous) == ":"
        && words::begins_clause(look.text(look.found))
    {
        return Some(
            error("a rule without an outcome")
                .here("the outcome belongs in front of this")
                .help("write `rule NAME: OUTCOME when …`"),
        );
    }
    if look.at_line_end()
        && (look.before_operand() || look.expects(Rule::type_of))
        && let Some(previous) = look.previous
    {
        let what = if look.expects(Rule::type_of) { "a type" } else { "an expression" };
        let rule_outcome = look.opener == "rule" && look.text(look.previous) == ":";
        let what = if rule_outcome { "an outcome" } else { what };
        let behind = previous.text(look.place.text);
        return Some(
            error(&format!("expected {what} behind `{}`", excerpt(behind)))
                .here("nothing follows it on this line, nor on the next"),
        );
    }
    None
}
