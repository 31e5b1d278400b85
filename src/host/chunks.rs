//! Large files piece by piece, each of whole rows, in memory that does not grow with the file.

use std::io::Read;

use memchr::{memchr, memchr_iter, memrchr};

use super::read;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::read::table::{header_end, row_end};

/// The longest row that is read, in bytes.
const LONGEST_ROW: usize = 16 << 20;
/// How many bytes are taken at once, unless a row is longer.
const CHUNK: usize = 128 << 10;

/// Some rows of a file, in its order.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    /// Whole rows. The last one of the file may be without a line break.
    pub(super) bytes: Vec<u8>,
    /// The number of the line on which they begin.
    pub(super) line: usize,
}

/// A file that is read row by row.
pub(super) struct Chunks<R> {
    reader: R,
    /// What messages call it.
    shown: String,
    /// What was read and not given yet.
    held: Vec<u8>,
    /// The line on which that begins.
    line: usize,
    /// What separates the cells of a table; `None` where each line is a row.
    separator: Option<u8>,
    /// How many bytes were given.
    given: u64,
    ended: bool,
}

impl<R: Read> Chunks<R> {
    /// A file of which nothing is read yet, and of which each line is a row.
    ///
    /// # Errors
    ///
    /// A file that cannot be read.
    pub(super) fn new(reader: R, shown: String) -> Result<Chunks<R>, Box<Diagnostic>> {
        let mut chunks = Chunks { reader, shown, held: Vec::new(), line: 1, separator: None, given: 0, ended: false };
        chunks.more()?;
        if chunks.held.starts_with(b"\xef\xbb\xbf") {
            chunks.held.drain(..3);
        }
        Ok(chunks)
    }

    /// Takes cells apart from now on.
    pub(super) fn separate(&mut self, separator: u8) {
        self.separator = Some(separator);
    }

    /// How many bytes of the file were given.
    pub(super) fn given(&self) -> u64 {
        self.given
    }

    /// Reads further into what is held.
    fn more(&mut self) -> Result<(), Box<Diagnostic>> {
        let held = self.held.len();
        let room = if held < CHUNK { CHUNK - held } else { held.min((LONGEST_ROW + 1).saturating_sub(held)) };
        let read = self.reader.by_ref().take(room as u64).read_to_end(&mut self.held);
        self.ended = read.map_err(|error| read::cannot_read(&self.shown, &error))? < room;
        Ok(())
    }

    fn too_long(&self) -> Box<Diagnostic> {
        let message = format!(
            "what begins on line {} of `{}` is too long: at most {} are read as one row",
            self.line,
            self.shown,
            read::size(LONGEST_ROW as u64)
        );
        let problem = Diagnostic::placeless(Code::TooMuch, message);
        // A quote that nothing closes makes one row of all the rest.
        let quote = self.separator.is_some() && memchr(b'"', &self.held).is_some();
        Box::new(if quote { problem.help("see whether a quote on this line is not closed") } else { problem })
    }

    /// The first row that is not blank and the line on which it begins, where it is that of a table.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or in which the row does not end.
    pub(super) fn header(&mut self) -> Result<Option<Chunk>, Box<Diagnostic>> {
        loop {
            let end = match header_end(&self.held) {
                Some(end) => end,
                None if self.ended => self.held.len(),
                None if self.held.len() > LONGEST_ROW => return Err(self.too_long()),
                None => {
                    self.more()?;
                    continue;
                }
            };
            if end == 0 {
                return Ok(None);
            }
            let row = Chunk { bytes: self.held.drain(..end).collect(), line: self.line };
            self.pass(&row.bytes);
            if !row.bytes.trim_ascii().is_empty() {
                return Ok(Some(row));
            }
        }
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.line += memchr_iter(b'\n', bytes).count();
        self.given += bytes.len() as u64;
    }

    /// The end of the last whole row that is held.
    fn cut(&self) -> Option<usize> {
        match self.separator {
            Some(separator) if memchr(b'"', &self.held).is_some() => {
                let mut cut = None;
                let mut rest = self.held.as_slice();
                while let Some(end) = row_end(rest, separator) {
                    rest = &rest[end..];
                    cut = Some(self.held.len() - rest.len());
                }
                cut
            }
            _ => memrchr(b'\n', &self.held).map(|end| end + 1),
        }
    }

    /// The next rows; says whether there are any.
    ///
    /// # Errors
    ///
    /// A file that cannot be read further, and a row that is too long.
    pub(super) fn fill(&mut self, chunk: &mut Chunk) -> Result<bool, Box<Diagnostic>> {
        if self.held.len() < CHUNK && !self.ended {
            self.more()?;
        }
        let end = loop {
            match self.cut() {
                _ if self.ended => break self.held.len(),
                Some(end) => break end,
                None if self.held.len() > LONGEST_ROW => return Err(self.too_long()),
                None => self.more()?,
            }
        };
        // What is left behind is short as a rule: the long piece changes hands.
        chunk.bytes.clear();
        chunk.bytes.extend_from_slice(&self.held[end..]);
        self.held.truncate(end);
        std::mem::swap(&mut chunk.bytes, &mut self.held);
        chunk.line = self.line;
        self.pass(&chunk.bytes);
        Ok(!chunk.bytes.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::read::table::Rows;

    /// The rows as they come in chunks, and how large the largest chunk was.
    fn rows(text: &str, separator: Option<u8>) -> (Vec<(usize, String)>, usize) {
        let mut chunks = Chunks::new(text.as_bytes(), "a".to_owned()).unwrap();
        if let Some(separator) = separator {
            chunks.separate(separator);
        }
        let (mut found, mut largest, mut chunk) = (Vec::new(), 0, Chunk::default());
        while chunks.fill(&mut chunk).unwrap() {
            largest = largest.max(chunk.bytes.len());
            let rows = Rows::of(&chunk.bytes, separator, chunk.line);
            found.extend(rows.map(|(line, row)| (line, String::from_utf8_lossy(row).into_owned())));
        }
        assert_eq!(chunks.given(), text.len() as u64);
        (found, largest)
    }

    #[test]
    fn rows_are_the_same_however_they_are_cut() {
        let cell = |n: usize| if n.is_multiple_of(7) { format!("\"{n}\n\"\"{n}\"") } else { n.to_string() };
        let text: String = (0..60_000).map(|n| format!("{},{}\r\n", cell(n), "x".repeat(n % 9))).collect();
        for separator in [None, Some(b',')] {
            let whole: Vec<_> = Rows::of(text.as_bytes(), separator, 1)
                .map(|(line, row)| (line, String::from_utf8_lossy(row).into_owned()))
                .collect();
            let (found, largest) = rows(&text, separator);
            assert_eq!(found, whole);
            assert!(largest <= CHUNK && text.len() > 4 * CHUNK, "{largest}");
        }
    }

    #[test]
    fn a_long_row_is_one_row_and_one_that_is_too_long_is_told_with_its_line() {
        let long = "x".repeat(5 * CHUNK);
        let (found, _) = rows(&format!("a\n{long}\nb"), None);
        assert_eq!(found, [(1, "a".to_owned()), (2, long), (3, "b".to_owned())]);
        let mut chunks = Chunks::new(std::io::repeat(b'x'), "endless".to_owned()).unwrap();
        let problem = chunks.fill(&mut Chunk::default()).unwrap_err();
        assert_eq!(
            problem.message,
            "what begins on line 1 of `endless` is too long: at most 16 MB are read as one row"
        );
    }

    #[test]
    fn the_header_is_the_first_row_that_says_something() {
        let mut chunks = Chunks::new(b"\xef\xbb\xbf\n \n\"a\nb\",c\n1,2\n".as_slice(), "a".to_owned()).unwrap();
        let header = chunks.header().unwrap().unwrap();
        assert_eq!((header.line, header.bytes.as_slice()), (3, b"\"a\nb\",c\n".as_slice()));
        let mut chunk = Chunk::default();
        assert!(chunks.fill(&mut chunk).unwrap());
        assert_eq!((chunk.line, chunk.bytes.as_slice()), (5, b"1,2\n".as_slice()));
        let mut empty = Chunks::new(b"\n".as_slice(), "a".to_owned()).unwrap();
        assert!(empty.header().unwrap().is_none());
    }
}
