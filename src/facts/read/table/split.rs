//! Where rows and cells of a table end.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr2};

/// The byte behind the first row of a text, its line break with it; `None` where the row does not end in this text. In a cell
/// that begins with a quote, line breaks are part of the cell.
pub fn row_end(text: &[u8], separator: u8) -> Option<usize> {
    ends(text, |byte| byte == separator)
}

/// As [`row_end`], of a row of which it is not known yet what separates its cells.
pub fn header_end(text: &[u8]) -> Option<usize> {
    ends(text, |byte| matches!(byte, b',' | b';' | b'\t'))
}

fn ends(text: &[u8], separates: impl Fn(u8) -> bool) -> Option<usize> {
    let mut at = 0;
    loop {
        let found = at + memchr2(b'"', b'\n', text.get(at..)?)?;
        if text[found] == b'\n' {
            return Some(found + 1);
        }
        let opens = found == 0 || separates(text[found - 1]);
        at = if opens { closing(text, found + 1)? + 1 } else { found + 1 };
    }
}

/// The quote that closes the cell whose text begins at `at`. Two quotes in a row are one of its text.
fn closing(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let quote = at + memchr(b'"', text.get(at..)?)?;
        // What follows may not be here yet.
        if *text.get(quote + 1)? != b'"' {
            return Some(quote);
        }
        at = quote + 2;
    }
}

/// The rows of a text with the numbers of the lines on which they begin, without their line breaks and without blank rows.
#[derive(Clone, Debug)]
pub struct Rows<'a> {
    rest: &'a [u8],
    /// What separates cells; `None` where each line is a row.
    separator: Option<u8>,
    line: usize,
}

impl<'a> Rows<'a> {
    /// The rows of `text`, which begins on the line `line`. Its last row may be without a line break.
    pub fn of(text: &'a [u8], separator: Option<u8>, line: usize) -> Rows<'a> {
        Rows { rest: text, separator, line }
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = (usize, &'a [u8]);

    fn next(&mut self) -> Option<(usize, &'a [u8])> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let end = match self.separator {
                Some(separator) => row_end(self.rest, separator),
                None => memchr(b'\n', self.rest).map(|end| end + 1),
            };
            let (row, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
            let line = self.line;
            self.line += if self.separator.is_some() { memchr::memchr_iter(b'\n', row).count() } else { 1 };
            self.rest = rest;
            let row = row.strip_suffix(b"\n").unwrap_or(row);
            let row = row.strip_suffix(b"\r").unwrap_or(row);
            // Where tabs stand between cells, a row of them has cells.
            if !row.iter().all(|byte| byte.is_ascii_whitespace() && Some(*byte) != self.separator) {
                return Some((line, row));
            }
        }
    }
}

/// A cell of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell<'a> {
    /// What it says, without quotes and without blanks around it.
    pub text: Cow<'a, str>,
    /// Where it stands in the row, quotes with it.
    pub span: Range<usize>,
}

/// Why a row has no cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// The quote here is not closed.
    Open(Range<usize>),
    /// Text stands behind a quote that closes a cell.
    Behind(Range<usize>),
}

/// The cells of a row, which has no line break at its end.
#[derive(Clone, Debug)]
pub struct Cells<'a> {
    row: &'a str,
    separator: u8,
    /// Where the next one begins; `None` behind the last.
    next: Option<usize>,
}

impl<'a> Cells<'a> {
    /// The cells of `row`.
    pub fn of(row: &'a str, separator: u8) -> Cells<'a> {
        Cells { row, separator, next: Some(0) }
    }

    /// The end of the cell that goes on at `at`, and of the row's rest.
    fn until_separator(&self, at: usize) -> usize {
        memchr(self.separator, self.row.as_bytes().get(at..).unwrap_or_default())
            .map_or(self.row.len(), |found| at + found)
    }

    fn quoted(&mut self, start: usize) -> Result<Cell<'a>, Malformed> {
        let bytes = self.row.as_bytes();
        // At the end of a row nothing follows a closing quote.
        let close = closing(bytes, start + 1).or_else(|| {
            let rest = bytes.get(start + 1..).unwrap_or_default();
            let quotes = rest.iter().rev().take_while(|byte| **byte == b'"').count();
            (quotes % 2 == 1).then(|| bytes.len() - 1)
        });
        let Some(close) = close else {
            self.next = None;
            return Err(Malformed::Open(start..start + 1));
        };
        let end = self.until_separator(close + 1);
        self.next = (end < self.row.len()).then_some(end + 1);
        let behind = &self.row[close + 1..end];
        if !behind.trim().is_empty() {
            return Err(Malformed::Behind(close + 1..end));
        }
        let inner = &self.row[start + 1..close];
        let text = if inner.contains('"') { inner.replace("\"\"", "\"").into() } else { Cow::Borrowed(inner) };
        Ok(Cell { text, span: start..close + 1 })
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = Result<Cell<'a>, Malformed>;

    fn next(&mut self) -> Option<Result<Cell<'a>, Malformed>> {
        let start = self.next?;
        if self.row.as_bytes().get(start) == Some(&b'"') {
            return Some(self.quoted(start));
        }
        let end = self.until_separator(start);
        self.next = (end < self.row.len()).then_some(end + 1);
        let whole = &self.row[start..end];
        let text = whole.trim();
        let start = start + whole.len() - whole.trim_start().len();
        Some(Ok(Cell { text: Cow::Borrowed(text), span: start..start + text.len() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(row: &str) -> Vec<Result<(String, Range<usize>), Malformed>> {
        Cells::of(row, b',').map(|cell| cell.map(|cell| (cell.text.into_owned(), cell.span))).collect()
    }

    #[test]
    fn rows_end_at_line_breaks_outside_of_quotes() {
        for (text, end) in [
            ("a,b\nc", Some(4)),
            ("a,\"b\nc\"\nd", Some(8)),
            ("a\"b\nc\"\n", Some(4)),
            ("\"a\"\"\n\"\"\"\nb", Some(9)),
            ("\"a\nb", None),
            ("a,b", None),
            // Another quote may follow.
            ("\"a\"", None),
            ("\n", Some(1)),
            ("", None),
        ] {
            assert_eq!(row_end(text.as_bytes(), b','), end, "{text:?}");
        }
    }

    #[test]
    fn rows_come_with_their_lines() {
        let rows = |text, separator| Rows::of(str::as_bytes(text), separator, 3).collect::<Vec<_>>();
        assert_eq!(rows("a\r\n\n \nb", None), [(3, b"a".as_slice()), (6, b"b")]);
        assert_eq!(rows("\"a\n\n\",b\nc\n", Some(b',')), [(3, b"\"a\n\n\",b".as_slice()), (6, b"c")]);
        assert_eq!(rows("a\n\"b\nc", Some(b',')), [(3, b"a".as_slice()), (4, b"\"b\nc")]);
        assert_eq!(rows("a\tb\n\t\n \n", Some(b'\t')), [(3, b"a\tb".as_slice()), (4, b"\t")]);
        assert_eq!(rows("", None), []);
    }

    #[test]
    fn cells_come_with_their_places() {
        let cell = |text: &str, span: Range<usize>| Ok((text.to_owned(), span));
        assert_eq!(cells(""), [cell("", 0..0)]);
        assert_eq!(cells("a, b ,"), [cell("a", 0..1), cell("b", 3..4), cell("", 6..6)]);
        assert_eq!(cells("\"a,\"\"b\"\"\" ,c"), [cell("a,\"b\"", 0..9), cell("c", 11..12)]);
        assert_eq!(cells("\"\",\"\"\"\""), [cell("", 0..2), cell("\"", 3..7)]);
        assert_eq!(cells("5\" wide,x"), [cell("5\" wide", 0..7), cell("x", 8..9)]);
        assert_eq!(cells("a,\"b,c"), [cell("a", 0..1), Err(Malformed::Open(2..3))]);
        assert_eq!(cells("\"a\"b,c"), [Err(Malformed::Behind(3..4)), cell("c", 5..6)]);
    }
}
