//! Numbers as they are written elsewhere.

use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::errors::{Look, excerpt};
use crate::syntax::lex::{self, Kind};

/// `5%`, `.5`, `5hours`, `1,000`, `1.2.3`
pub(super) fn explain(look: &Look<'_>) -> Option<Diagnostic> {
    if look.before_name() {
        return None;
    }
    if let Some(whole) = number_around(look) {
        return Some(whole);
    }
    let found = look.found?;
    let written = look.text(look.found);
    let error = |span, message: String| Diagnostic::error(Code::NumberForm, span, message);
    if found.kind == Kind::Symbol && written == "," && look.glued() {
        let (previous, next) = (look.previous?, look.next?);
        let groups = (look.text(look.previous), look.text(look.next));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if digits(groups.0) && next.start == found.end && groups.1.len() == 3 && digits(groups.1) {
            let span = look.span(previous).to(look.span(next));
            let better = format!("{}_{}", groups.0, groups.1);
            let advice = format!("group digits with `_`: `{better}`");
            return Some(error(span, "a comma within a number".to_owned()).suggest(span, better, advice));
        }
    }
    // The grammar takes `5` and stumbles over what is glued to it.
    let token = match look.previous {
        Some(previous)
            if look.place.at > previous.start && previous.kind == Kind::Number && is_odd(look.text(look.previous)) =>
        {
            previous
        }
        _ if found.kind == Kind::Number && is_odd(written) => found,
        _ if written == "%" && look.previous.is_some_and(|p| p.kind == Kind::Number) => {
            let span = look.span(found);
            return Some(error(span, "`%` is not a sign of the language".to_owned()).suggest(
                span,
                " percent",
                "write `percent`",
            ));
        }
        _ => return None,
    };
    Some(odd_number(look.span(token), token.text(look.place.text)))
}

/// The place may lie within a number: pest reads `5` of `5%` and gets stuck at `%`.
fn number_around(look: &Look<'_>) -> Option<Diagnostic> {
    let line = lex::tokens_in(look.place.text, look.place.start, look.place.end);
    let around = line.take_while(|t| t.start < look.place.at).last()?;
    let written = around.text(look.place.text);
    let holds = around.kind == Kind::Number && around.end > look.place.at && is_odd(written);
    holds.then(|| odd_number(look.span(around), written))
}

/// Whether a token that begins like a number is not written as one.
fn is_odd(written: &str) -> bool {
    let plain = written.bytes().all(|b| b.is_ascii_digit() || b == b'_' || b == b'.' || b == b'-');
    !plain
        || written.starts_with('.')
        || written.ends_with('_')
        || written.contains("__")
        || written.matches('.').count() > 1
}

fn odd_number(span: Span, written: &str) -> Diagnostic {
    let error =
        Diagnostic::error(Code::NumberForm, span, format!("`{}` is not how numbers are written", excerpt(written)));
    let suggest = |error: Diagnostic, better: String| {
        let advice = format!("write `{better}`");
        error.suggest(span, better, advice)
    };
    if let Some(number) = written.strip_suffix('%') {
        return suggest(error, format!("{number} percent"));
    }
    if written.starts_with('.') {
        return suggest(error, format!("0{written}"));
    }
    let digits = written.find(|c: char| c.is_alphabetic()).unwrap_or(written.len());
    let (number, rest) = written.split_at(digits);
    if matches!(rest, "k" | "K") {
        return suggest(error, format!("{number}_000"));
    }
    if rest.starts_with(['e', 'E']) && rest.len() > 1 && rest[1..].bytes().all(|b| b.is_ascii_digit()) {
        return error.help("write all digits, in groups if you like: `1_500_000`");
    }
    if !rest.is_empty() && !number.is_empty() {
        return suggest(error, format!("{number} {rest}")).here("a number and its unit stand apart");
    }
    error.help("numbers are written like `1_000` or `95.50`")
}
