//! A first look at a file: where its declarations begin, how deep its expressions nest, and which
//! characters and strings are broken whatever stands round them.

use super::lex::{self, Kind, Token};
use super::words;

/// How many levels an expression may nest.
pub(super) const MAX_NESTING: usize = 100;

/// A stretch of the file that begins with the first word of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    /// Its first byte.
    pub(super) start: usize,
    /// The byte after its last.
    pub(super) end: usize,
    /// Where its expressions nest too deeply to be read.
    pub(super) too_deep: Option<usize>,
    /// Broken strings, characters and dates in it.
    pub(super) faults: Vec<Token>,
}

/// Cuts a text into chunks. Whatever stands before the first declaration is one of its own.
pub(super) fn chunks(text: &str) -> Vec<Chunk> {
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut nesting = Nesting::default();
    let mut previous: Option<Token> = None;
    let mut tokens = lex::tokens(text).filter(|t| t.kind != Kind::Comment).peekable();
    while let Some(token) = tokens.next() {
        let word = if token.kind == Kind::Word { token.text(text) } else { "" };
        // A field may be called `type`, and its name may stand on the next line, though nobody would write it so.
        let names_a_field = previous.is_some_and(|p| p.text(text) == "field")
            && tokens.peek().is_some_and(|next| next.text(text) == ":");
        let begins = token.first_on_line && !names_a_field && words::begins_declaration(word);
        if begins || chunks.is_empty() {
            if let Some(last) = chunks.last_mut() {
                last.end = token.start;
            }
            chunks.push(Chunk { start: token.start, end: text.len(), too_deep: None, faults: Vec::new() });
            nesting = Nesting::default();
        }
        let Some(chunk) = chunks.last_mut() else { continue };
        if is_fault(token, text) {
            chunk.faults.push(token);
        }
        let before_of = tokens.peek().is_some_and(|next| next.text(text) == "of");
        nesting.see(token, word, before_of, text);
        if nesting.depth() > MAX_NESTING && chunk.too_deep.is_none() {
            chunk.too_deep = Some(token.start);
        }
        previous = Some(token);
    }
    chunks
}

/// Whether a token is wrong wherever it stands.
fn is_fault(token: Token, text: &str) -> bool {
    match token.kind {
        Kind::OpenText | Kind::OddText | Kind::Stray => true,
        Kind::Number => {
            let written = token.text(text);
            lex::looks_like_date(written) && !is_date_form(written)
        }
        _ => false,
    }
}

/// `2026-01-31`: four digits, two, two.
pub(super) fn is_date_form(written: &str) -> bool {
    let bytes = written.as_bytes();
    bytes.len() == 10 && bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-')
}

/// What is open at a place in an expression, in the order in which it was opened.
///
/// This follows the grammar's recursion, so that what passes here is no danger to its stack; runs of
/// `not` and `-` do not recurse there and are counted when the tree is made.
#[derive(Debug, Default)]
struct Nesting {
    open: Vec<Open>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    /// `(`, until `)`
    Parenthesis,
    /// `if`, until `then`
    Condition,
    /// `then`, until `else` or the end
    Then,
    /// `else`, until the end
    Else,
    /// `sum of`, until `over`
    Summed,
    /// `where` and `have`, until the end
    Where,
}

impl Nesting {
    fn depth(&self) -> usize {
        self.open.len()
    }

    fn see(&mut self, token: Token, word: &str, before_of: bool, text: &str) {
        match (token.kind, word) {
            (Kind::Symbol, _) => match token.text(text) {
                "(" => self.open.push(Open::Parenthesis),
                ")" => {
                    self.close_to(&[Open::Parenthesis]);
                }
                "," => self.end_expression(),
                "|" => self.open.clear(),
                _ => {}
            },
            (Kind::Word, "if") => self.open.push(Open::Condition),
            (Kind::Word, "then") => self.turn(&[Open::Condition], Open::Then),
            (Kind::Word, "else") => self.turn(&[Open::Then], Open::Else),
            (Kind::Word, "sum") if before_of => self.open.push(Open::Summed),
            (Kind::Word, "over") => {
                self.close_to(&[Open::Summed]);
            }
            (Kind::Word, "where" | "have") => self.open.push(Open::Where),
            // No expression goes on behind a word that begins a declaration or a clause for sure.
            (Kind::Word, _)
                if words::is_reserved(word) && (words::begins_declaration(word) || words::begins_clause(word)) =>
            {
                self.open.clear();
            }
            _ => {}
        }
    }

    /// Closes everything up to the innermost of `kinds`, it included, but nothing outside the parenthesis at hand.
    fn close_to(&mut self, kinds: &[Open]) -> bool {
        let found = self.open.iter().rposition(|o| kinds.contains(o) || *o == Open::Parenthesis);
        match found {
            Some(at) if self.open.get(at).is_some_and(|o| kinds.contains(o)) => {
                self.open.truncate(at);
                true
            }
            _ => false,
        }
    }

    fn turn(&mut self, from: &[Open], into: Open) {
        if self.close_to(from) {
            self.open.push(into);
        } else {
            self.end_expression();
        }
    }

    /// Closes everything inside the parenthesis at hand.
    fn end_expression(&mut self) {
        let keep = self.open.iter().rposition(|o| *o == Open::Parenthesis).map_or(0, |at| at + 1);
        self.open.truncate(keep);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(text: &str) -> Vec<&str> {
        chunks(text).iter().map(|c| text[c.start..c.end].trim_end()).collect()
    }

    #[test]
    fn a_file_is_cut_where_declarations_begin() {
        let text = "# a\npolicy x \"table of type\"\nfact a: boolean\n  ask \"x\"\n  type b = date\nrecord r\n  field type: date";
        assert_eq!(
            starts(text),
            [
                "policy x \"table of type\"",
                "fact a: boolean\n  ask \"x\"",
                "type b = date",
                "record r\n  field type: date"
            ]
        );
        assert_eq!(starts("junk\nunit hour"), ["junk", "unit hour"]);
        assert_eq!(starts(" # nothing\n"), [] as [&str; 0]);
    }

    #[test]
    fn nesting_is_counted_as_the_grammar_recurses() {
        let deep = |text: &str| chunks(text)[0].too_deep.is_some();
        let property = |body: &str| format!("always p: {body}");
        assert!(!deep(&property(&"(".repeat(100))));
        assert!(deep(&property(&"(".repeat(101))));
        assert!(deep(&property(&"if ".repeat(101))));
        assert!(deep(&property(&"if a then b else ".repeat(101))));
        assert!(deep(&property(&"any of x where ".repeat(101))));
        assert!(deep(&property(&"sum of ".repeat(101))));
        assert!(!deep(&property(&"(if a then b else c) and ".repeat(1000))));
        assert!(!deep(&property(&"f(a, if b then c else d, sum of x over y where z) + ".repeat(1000))));
        assert!(!deep(&format!("gate g: t {}", "require r: if a then b else c else d ".repeat(1000))));
        assert!(!deep(&format!("table t: t {}", "| any of x where y | ".repeat(1000))));
    }
}
