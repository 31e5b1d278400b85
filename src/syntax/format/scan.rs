//! The tokens of a chunk, and what stands between them: comments and blank lines.

use crate::syntax::lex::{self, Kind};

/// A comment, and where it stood.
#[derive(Clone, Debug)]
pub(super) struct Comment<'t> {
    /// `# …`, without blanks at its end.
    pub(super) text: &'t str,
    /// Whether it has a line of its own.
    pub(super) own_line: bool,
    /// Whether a blank line stands before it.
    pub(super) blank: bool,
    /// How far it was indented, in bytes.
    pub(super) column: usize,
}

/// What stands between two tokens.
#[derive(Clone, Debug, Default)]
pub(super) struct Gap<'t> {
    pub(super) comments: Vec<Comment<'t>>,
    /// Whether a blank line stands right before the token behind.
    pub(super) blank: bool,
}

/// A token of the language; no comment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub(super) text: &'t str,
    /// Its first byte in the file.
    pub(super) start: usize,
}

/// The tokens of a part of a text.
#[derive(Debug, Default)]
pub(super) struct Scanned<'t> {
    pub(super) tokens: Vec<Token<'t>>,
    /// The gap before each token, and the one behind the last.
    pub(super) gaps: Vec<Gap<'t>>,
}

impl Scanned<'_> {
    /// The token that begins at `offset` of the file, or the next one.
    pub(super) fn at(&self, offset: usize) -> usize {
        self.tokens.partition_point(|token| token.start < offset)
    }
}

/// Reads `text` from `start` to `end`.
pub(super) fn scan(text: &str, start: usize, end: usize) -> Scanned<'_> {
    let mut scanned = Scanned::default();
    let mut gap = Gap::default();
    let mut last = start;
    for token in lex::tokens_in(text, start, end) {
        let blank = is_blank(text, last, token.start);
        last = token.end;
        let written = token.text(text);
        if token.kind == Kind::Comment {
            let text_of = written.trim_end_matches([' ', '\t', '\r']);
            let own_line = token.first_on_line;
            gap.comments.push(Comment { text: text_of, own_line, blank, column: column(text, token.start) });
        } else {
            gap.blank = blank;
            scanned.tokens.push(Token { text: written, start: token.start });
            scanned.gaps.push(std::mem::take(&mut gap));
        }
    }
    gap.blank = is_blank(text, last, end);
    scanned.gaps.push(gap);
    scanned
}

/// How many bytes stand before `offset` on its line; of a line that nobody would indent as far, not all of them.
pub(super) fn column(text: &str, offset: usize) -> usize {
    const FARTHEST: usize = 1_000;
    let near = text.as_bytes().get(offset.saturating_sub(FARTHEST)..offset).unwrap_or_default();
    near.iter().rev().position(|&byte| byte == b'\n').unwrap_or(near.len())
}

/// Whether a blank line lies between two bytes with nothing but blanks between them.
fn is_blank(text: &str, from: usize, to: usize) -> bool {
    text.get(from..to).is_some_and(|between| between.bytes().filter(|&b| b == b'\n').nth(1).is_some())
}
