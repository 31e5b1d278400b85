//! Words, numbers and strings, one after the other.
//!
//! The grammar reads the text; this cheap second look at it serves what a grammar is bad at: finding
//! where declarations begin in a broken file, counting nesting before anything recurses, and saying
//! what stands at the place where the grammar got stuck. Comments come out of it too, with their
//! places, which is where a formatter finds them: the grammar skips them.

/// What kind of token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or a keyword, with its dots.
    Word,
    /// Digits, and what is glued to them: `1_000`, `2026-01-31`, `5%`, `31.01.2026`.
    Number,
    /// `"…"`
    Text,
    /// A string that lacks its closing quote on the line, up to the end of the line, or to where a later line closes it.
    OpenText,
    /// A text in quotes of another kind, on one line: `“…”`, `'…'`.
    OddText,
    /// `#` to the end of the line.
    Comment,
    /// An operator or a punctuation mark.
    Symbol,
    /// A character that means nothing in the language.
    Stray,
}

/// A token and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// Whether it is the first of its line.
    pub first_on_line: bool,
}

impl Token {
    /// What is written.
    pub fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

/// The tokens of a text, comments among them.
#[derive(Clone, Debug)]
pub struct Tokens<'t> {
    text: &'t str,
    at: usize,
    end: usize,
    first_on_line: bool,
}

/// The tokens of `text`.
pub fn tokens(text: &str) -> Tokens<'_> {
    tokens_in(text, 0, text.len())
}

/// The tokens of `text` between two of its bytes, with their places in the whole.
pub(super) fn tokens_in(text: &str, start: usize, end: usize) -> Tokens<'_> {
    let before = text.get(..start).unwrap_or("");
    let first_on_line = before.rsplit('\n').next().is_none_or(|line| line.trim().is_empty());
    Tokens { text, at: start, end: end.min(text.len()), first_on_line }
}

/// The first token at or behind `start` that is not a comment.
pub(super) fn token_at(text: &str, start: usize, end: usize) -> Option<Token> {
    tokens_in(text, start, end).find(|t| t.kind != Kind::Comment)
}

/// Symbols of two characters; the ones that are not of the language are known in order to be explained.
const PAIRS: &[&str] = &["<=", ">=", "=>", "..", "==", "!=", "<>", "=<", "&&", "||", "->", ":=", "**", "//"];

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let bytes = self.text.as_bytes();
        while self.at < self.end && self.skip_blank() {}
        if self.at >= self.end {
            return None;
        }
        let start = self.at;
        let first_on_line = std::mem::replace(&mut self.first_on_line, false);
        let rest = self.text.get(start..self.end)?;
        let first = rest.chars().next()?;
        let (kind, length) = match first {
            '#' => (Kind::Comment, line_length(rest.as_bytes())),
            '"' => string(rest),
            c if odd_quotes(c).is_some() => odd_string(rest, odd_quotes(c).unwrap_or_default()),
            '0'..='9' => (Kind::Number, number_length(rest)),
            '.' if bytes.get(start + 1).is_some_and(u8::is_ascii_digit) && !preceded_by_dot(bytes, start) => {
                (Kind::Number, 1 + number_length(&rest[1..]))
            }
            c if begins_name(c) => (Kind::Word, word_length(rest)),
            _ => match PAIRS.iter().find(|p| rest.starts_with(**p)) {
                Some(pair) => (Kind::Symbol, pair.len()),
                None if first.is_ascii_punctuation() => (Kind::Symbol, 1),
                None => (Kind::Stray, first.len_utf8()),
            },
        };
        self.at = start + length.max(1);
        Some(Token { kind, start, end: self.at, first_on_line })
    }
}

impl Tokens<'_> {
    /// Steps over one blank; `false` where there is none.
    fn skip_blank(&mut self) -> bool {
        match self.text.as_bytes().get(self.at) {
            Some(b'\n') => {
                self.first_on_line = true;
                self.at += 1;
                true
            }
            Some(b' ' | b'\t' | b'\r') => {
                self.at += 1;
                true
            }
            Some(0xEF) if self.text.get(self.at..).is_some_and(|t| t.starts_with('\u{FEFF}')) => {
                self.at += '\u{FEFF}'.len_utf8();
                true
            }
            _ => false,
        }
    }
}

/// Whether a name may begin with `c`, capitals included: they are told apart later.
pub(super) fn begins_name(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

/// Whether a name may go on with `c`.
pub(super) fn continues_name(c: char) -> bool {
    c == '_' || c.is_alphabetic() || c.is_ascii_digit()
}

fn preceded_by_dot(bytes: &[u8], at: usize) -> bool {
    at > 0 && bytes.get(at - 1) == Some(&b'.')
}

fn line_length(rest: &[u8]) -> usize {
    rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len())
}

fn word_length(rest: &str) -> usize {
    let part = |text: &str| text.find(|c| !continues_name(c)).unwrap_or(text.len());
    let mut length = part(rest);
    while let Some(after) = rest.get(length..).and_then(|t| t.strip_prefix('.'))
        && after.chars().next().is_some_and(begins_name)
    {
        length += 1 + part(after);
    }
    length
}

/// Digits with everything glued to them that people take for part of a number or a date: dots and
/// dashes between digits, letters, a percent sign. `0..5` is three tokens.
fn number_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let mut at = 0;
    while digit(at) || (at > 0 && bytes.get(at) == Some(&b'_')) {
        at += 1;
    }
    let mut end = at;
    loop {
        match bytes.get(end) {
            Some(b'.') if digit(end + 1) => end += 1,
            Some(b'-' | b'/') if digit(end + 1) && looks_like_date(rest) => end += 1,
            Some(b'%') => return end + 1,
            Some(b) if b.is_ascii_digit() || *b == b'_' => end += 1,
            _ => match rest.get(end..).and_then(|t| t.chars().next()) {
                Some(c) if c.is_alphabetic() => end += c.len_utf8(),
                _ => return end,
            },
        }
    }
}

/// `2026-1-31`, `2026-01-31`, `31/12/2026`, `2026/01/31`: three groups of digits without blanks, one of them a year.
pub(super) fn looks_like_date(rest: &str) -> bool {
    // `2026-01-31` is ten bytes; what goes on behind them is no date.
    const LONGEST: usize = 10;
    let bytes = rest.as_bytes();
    let separator = match bytes.iter().take(LONGEST).find(|b| !b.is_ascii_digit()) {
        Some(b @ (b'-' | b'/' | b'.')) => *b,
        _ => return false,
    };
    let end = bytes.iter().take(LONGEST + 1).position(|b| !b.is_ascii_digit() && *b != separator);
    let end = end.unwrap_or(bytes.len());
    let Some(written) = bytes.get(..end).filter(|w| w.len() <= LONGEST) else { return false };
    let mut lengths = written.split(|b| *b == separator).map(<[u8]>::len);
    let groups = (lengths.next(), lengths.next(), lengths.next(), lengths.next());
    matches!(groups, (Some(4), Some(1 | 2), Some(1 | 2), None) | (Some(1 | 2), Some(1 | 2), Some(4), None))
}

/// The quotes that may close a text that `open` begins, where `open` is a quote of another kind.
fn odd_quotes(open: char) -> Option<&'static [char]> {
    match open {
        '“' | '”' | '„' | '‟' => Some(&['“', '”', '"']),
        '«' | '»' => Some(&['»', '«']),
        '‘' | '’' | '‚' => Some(&['‘', '’']),
        '\'' => Some(&['\'']),
        '`' => Some(&['`']),
        _ => None,
    }
}

/// A text in quotes of another kind, or the quote alone where nothing near on the line closes it.
fn odd_string(rest: &str, closing: &[char]) -> (Kind, usize) {
    const LONGEST: usize = 300;
    let open = rest.chars().next().map_or(1, char::len_utf8);
    let inner = rest.get(open..).unwrap_or("").char_indices().take(LONGEST).take_while(|(_, c)| *c != '\n');
    match inner.into_iter().find(|(_, c)| closing.contains(c)) {
        Some((at, c)) => (Kind::OddText, open + at + c.len_utf8()),
        None => (Kind::Stray, open),
    }
}

/// How far ahead a quote that closes a string on a later line is looked for.
const LINES_AHEAD: usize = 8;

/// The string that begins `rest`, whether or not it ends.
fn string(rest: &str) -> (Kind, usize) {
    let bytes = rest.as_bytes();
    let mut at = 1;
    loop {
        match bytes.get(at) {
            Some(b'"') => return (Kind::Text, at + 1),
            Some(b'\\') if bytes.get(at + 1).is_some_and(|b| *b != b'\n') => at += 2,
            Some(b'\n') | None => return (Kind::OpenText, open_string_length(rest, at)),
            Some(_) => at += 1,
        }
    }
}

/// Where a string that is still open at the end of its line ends: at a lone quote a few lines further
/// down, if the lines between have none; else here. Without this, the middle lines of a string
/// that someone broke over several lines would be read as declarations.
fn open_string_length(rest: &str, line_end: usize) -> usize {
    let here = rest[..line_end.min(rest.len())].trim_end().len();
    let below = line_end + 1;
    let mut at = below;
    for line in rest.get(below..).unwrap_or("").split_inclusive('\n').take(LINES_AHEAD) {
        match line.matches('"').count() {
            0 if !line.trim().is_empty() => at += line.len(),
            // A lone quote in front of text opens a string of its own.
            1 if line.trim_end().ends_with('"') => return at + line.trim_end().len(),
            _ => return here,
        }
    }
    here
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Kind, &str)> {
        tokens(text).map(|t| (t.kind, t.text(text))).collect()
    }

    #[test]
    fn tokens_are_what_a_reader_sees() {
        use Kind::{Comment, Number, OddText, OpenText, Stray, Symbol, Text, Word};
        assert_eq!(
            kinds("fact client.kind: integer 0..100 # \"x\"\n \"a\\\"b\""),
            [
                (Word, "fact"),
                (Word, "client.kind"),
                (Symbol, ":"),
                (Word, "integer"),
                (Number, "0"),
                (Symbol, ".."),
                (Number, "100"),
                (Comment, "# \"x\""),
                (Text, "\"a\\\"b\""),
            ]
        );
        assert_eq!(
            kinds("5% 2026-1-31 31.01.2026 .5 5hours 3-2"),
            [
                (Number, "5%"),
                (Number, "2026-1-31"),
                (Number, "31.01.2026"),
                (Number, ".5"),
                (Number, "5hours"),
                (Number, "3"),
                (Symbol, "-"),
                (Number, "2"),
            ]
        );
        assert_eq!(kinds("\"open\nfact"), [(OpenText, "\"open"), (Word, "fact")]);
        assert_eq!(kinds("“a b” 'c' ’d"), [(OddText, "“a b”"), (OddText, "'c'"), (Stray, "’"), (Word, "d")]);
    }

    #[test]
    fn a_string_over_several_lines_is_one_token() {
        let text = "because \"a\n  table of\n  things\"\nfact";
        assert_eq!(kinds(text)[1], (Kind::OpenText, "\"a\n  table of\n  things\""));
        assert_eq!(kinds(text)[2], (Kind::Word, "fact"));
    }
}
