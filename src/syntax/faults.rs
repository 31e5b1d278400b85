//! What is wrong with a string, a character or a date, wherever it stands.

use crate::base::{FileId, Span};
use crate::diagnostic::{Code, Diagnostic};

use super::lex::{Kind, Token};

/// Explains a token that [`super::scan`] found at fault.
pub(super) fn explain(file: FileId, text: &str, token: Token) -> Diagnostic {
    let span = Span::new(file, token.start, token.end);
    let written = token.text(text);
    match token.kind {
        Kind::OpenText => open_text(span, written),
        Kind::OddText => odd_text(span, written),
        Kind::Number => date(span, written),
        _ => stray(span, written),
    }
}

fn open_text(span: Span, written: &str) -> Diagnostic {
    if written.contains('\n') {
        let joined: Vec<_> = written.lines().map(str::trim).collect();
        return Diagnostic::error(Code::OpenString, span, "a string over several lines")
            .here("a string begins and ends on the same line")
            .suggest(span, joined.join(" "), "write it on one line; `\\n` in it makes a line break");
    }
    let end = Span { start: span.end, ..span };
    Diagnostic::error(Code::OpenString, span, "a string without its closing quote")
        .here("it begins here and does not end on this line")
        .suggest(end, "\"", "close it with `\"`; a quote within the text is written `\\\"`")
}

fn odd_text(span: Span, written: &str) -> Diagnostic {
    let open = written.chars().next().unwrap_or('"');
    let mut inner = written.chars();
    inner.next();
    inner.next_back();
    let better = format!("\"{}\"", inner.as_str().replace('\\', "\\\\").replace('"', "\\\""));
    Diagnostic::error(Code::StrayCharacter, span, format!("`{open}` does not quote a text"))
        .here("a text stands in straight double quotes")
        .suggest(span, better, "use `\"`")
}

fn date(span: Span, written: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::DateForm, span, format!("`{written}` is not how dates are written"))
        .here("dates are written year, month, day: `2026-01-31`");
    let parts: Vec<&str> = written.split(['-', '.', '/']).collect();
    // `31.12.2026` can be read in one way; `1/2/2026` cannot, so nothing is suggested for it.
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => (year, month, day),
        [day, month, year] if written.contains('.') => (year, month, day),
        _ => return diagnostic,
    };
    let better = format!("{year}-{month:0>2}-{day:0>2}");
    let advice = format!("write `{better}`");
    diagnostic.suggest(span, better, advice)
}

fn stray(span: Span, written: &str) -> Diagnostic {
    let c = written.chars().next().unwrap_or(' ');
    let (message, mend) = match c {
        '“' | '”' | '„' | '‟' | '«' | '»' | '‘' | '’' | '‚' | '\'' | '`' => {
            (format!("`{c}` does not quote a text"), Some(("\"", "texts stand in straight double quotes: `\"`")))
        }
        '≥' => (foreign(c), Some((">=", "write `>=`"))),
        '≤' => (foreign(c), Some(("<=", "write `<=`"))),
        '≠' => (foreign(c), Some(("is not", "write `is not`"))),
        '×' | '·' => (foreign(c), Some(("*", "write `*`"))),
        '÷' => (foreign(c), Some(("/", "write `/`"))),
        '–' | '—' | '−' => (format!("`{c}` is a dash, not a minus sign"), Some(("-", "write `-`"))),
        '…' => (format!("`{c}` is a single character"), Some(("..", "write two dots: `..`"))),
        '→' | '⇒' => (foreign(c), Some(("=>", "write `=>`"))),
        '€' => (foreign(c), Some(("EUR", "write the currency by its name, behind the number: `95 EUR`"))),
        '£' => (foreign(c), Some(("GBP", "write the currency by its name, behind the number: `95 GBP`"))),
        '\u{A0}' | '\u{202F}' | '\u{2009}' => {
            ("a blank of a special kind".to_owned(), Some((" ", "use an ordinary blank")))
        }
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' => {
            (format!("an invisible character, U+{:04X}", u32::from(c)), Some(("", "delete it")))
        }
        c if c.is_control() => (format!("a control character, U+{:04X}", u32::from(c)), Some(("", "delete it"))),
        c => (format!("`{c}` means nothing here"), None),
    };
    let diagnostic = Diagnostic::error(Code::StrayCharacter, span, message);
    match mend {
        Some((replacement, advice)) => diagnostic.suggest(span, replacement, advice),
        None => diagnostic.help("anything may stand in strings and, behind `#`, in comments"),
    }
}

/// A carriage return without a line feed behind it.
pub(super) fn lone_return(span: Span) -> Diagnostic {
    let problem = Diagnostic::error(Code::StrayCharacter, span, "a carriage return that ends no line");
    problem.help("line ends are LF or CRLF")
}

fn foreign(c: char) -> String {
    format!("`{c}` is not a sign of the language")
}
