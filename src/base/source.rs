//! Source files and places in them.
//!
//! Inside the library a place is a byte [`Span`]; line and column exist only at the edges, where
//! [`SourceFile::position`] makes them.

use std::ops::Range;
use std::sync::Arc;

/// A file of a [`Sources`], by its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of bytes in one source file; `end` is not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file it lies in.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Span {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span { file, start: clamp(start), end: clamp(end) }
    }

    /// The smallest span that holds both; `self` where they lie in different files.
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A place as people count: line and column from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// One text file: its name as shown to people, and its text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    name: Arc<str>,
    text: Arc<str>,
    line_starts: Arc<[u32]>,
    /// How many lines of the file come before this text.
    lines_before: usize,
    /// How many characters begin before each block of [`BLOCK`] bytes, so that a column is found
    /// at once even in a line of megabytes.
    blocks: Arc<[u32]>,
}

const BLOCK: usize = 1024;

/// How many characters begin in these bytes of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&b| b & 0b1100_0000 != 0b1000_0000).count()
}

impl SourceFile {
    /// A file called `name` that holds `text`.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> SourceFile {
        let text: Arc<str> = text.into();
        let starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|&(_, b)| b == b'\n').map(|(i, _)| i + 1))
            .map(|n| u32::try_from(n).unwrap_or(u32::MAX))
            .collect();
        let mut counted = 0;
        let blocks = std::iter::once(0)
            .chain(text.as_bytes().chunks_exact(BLOCK).map(|block| {
                counted += characters(block);
                u32::try_from(counted).unwrap_or(u32::MAX)
            }))
            .collect();
        SourceFile { name: name.into(), text, line_starts: starts, lines_before: 0, blocks }
    }

    /// A piece of a larger file called `name`, from the beginning of its line `line` on: places in it are those of the file.
    pub fn piece(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>, line: usize) -> SourceFile {
        SourceFile { lines_before: line.saturating_sub(1), ..SourceFile::new(name, text) }
    }

    /// The name shown to people, usually a path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column of the byte at `offset`; the end of the text where it lies behind that.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line_starts.partition_point(|&start| start <= offset).max(1);
        let start = self.line_starts[line - 1] as usize;
        let column = self.characters_before(offset as usize) - self.characters_before(start) + 1;
        Position { line: self.lines_before + line, column }
    }

    /// How many lines it has; a line break at the very end begins a last, empty one.
    pub fn line_count(&self) -> usize {
        self.line_starts.len()
    }

    /// The bytes of line `line` (from 1) without its line break, if there is such a line.
    pub fn line(&self, line: usize) -> Option<Range<usize>> {
        let line = line.checked_sub(self.lines_before)?;
        let start = *self.line_starts.get(line.checked_sub(1)?)? as usize;
        let end = self.line_starts.get(line).map_or(self.text.len(), |&next| next as usize - 1);
        let end = if self.text.as_bytes().get(start..end)?.ends_with(b"\r") { end - 1 } else { end };
        Some(start..end)
    }

    /// How many characters begin before the byte at `offset`.
    fn characters_before(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        let block = offset / BLOCK;
        self.blocks[block] as usize + characters(&self.text.as_bytes()[block * BLOCK..offset])
    }
}

/// The files that spans point into.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// No files yet.
    pub fn new() -> Sources {
        Sources::default()
    }

    /// Adds a file and says by which id spans name it.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        self.files.push(file);
        FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    /// The file with this id, if there is one.
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// Every file, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, f)| (FileId(i as u32), f))
    }

    /// The text a span covers; empty where it covers none.
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.file).and_then(|f| f.text().get(span.start as usize..span.end as usize)).unwrap_or("")
    }

    /// File name and position of the first byte of a span, if its file is known.
    pub fn locate(&self, span: Span) -> Option<(&str, Position)> {
        self.get(span.file).map(|f| (f.name(), f.position(span.start)))
    }
}

/// Bytes that are not UTF-8 text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotText {
    /// The bytes as far as they are text, with `�` where they are not, to be shown.
    pub shown: String,
    /// Where the first `�` stands in `shown`.
    pub offset: usize,
}

/// The text of a file's bytes, which must be UTF-8.
pub fn decode(bytes: Vec<u8>) -> Result<String, NotText> {
    String::from_utf8(bytes).map_err(|e| {
        let offset = e.utf8_error().valid_up_to();
        NotText { shown: String::from_utf8_lossy(e.as_bytes()).into_owned(), offset }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let file = SourceFile::new("a.policy", "fact x\nä → b\n");
        assert_eq!(file.position(0), Position { line: 1, column: 1 });
        assert_eq!(file.position(7), Position { line: 2, column: 1 });
        let b = "fact x\nä → b".len() as u32 - 1;
        assert_eq!(file.position(b), Position { line: 2, column: 5 });
        assert_eq!(file.position(999).line, 3);
    }

    #[test]
    fn places_in_a_piece_are_those_of_its_file() {
        let piece = SourceFile::piece("a.jsonl", "one\ntwo", 41);
        assert_eq!(piece.position(1), Position { line: 41, column: 2 });
        assert_eq!(piece.position(5), Position { line: 42, column: 2 });
        assert_eq!((piece.line(42), piece.line(1), piece.line(43)), (Some(4..7), None, None));
    }

    #[test]
    fn columns_are_right_in_a_line_of_many_blocks() {
        let text = format!("x\n{}b", "ä→".repeat(3000));
        let file = SourceFile::new("long.json", text.as_str());
        for (offset, column) in [(2, 1), (4, 2), (2 + 5 * 1000, 2001), (text.len() - 1, 6001), (text.len(), 6002)] {
            assert_eq!(file.position(offset as u32), Position { line: 2, column }, "{offset}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_told_with_their_place() {
        assert_eq!(decode("näme".into()), Ok("näme".to_owned()));
        let latin = decode(b"n\xc3\xa4me: M\xfcller".to_vec());
        assert_eq!(latin, Err(NotText { shown: "näme: M\u{fffd}ller".to_owned(), offset: 8 }));
    }

    #[test]
    fn lines_come_without_their_breaks() {
        let file = SourceFile::new("a", "one\r\n\ntwo");
        let lines: Vec<_> = (1..=file.line_count()).filter_map(|n| file.line(n)).map(|r| &file.text()[r]).collect();
        assert_eq!(lines, ["one", "", "two"]);
        assert_eq!((file.line(0), file.line(4)), (None, None));
    }
}
