//! Lines of styled text, wrapped to the page with their indentation.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use textwrap::WordSplitter;
use unicode_width::UnicodeWidthStr;

use super::words;

/// How wide a page is.
pub(super) const WIDTH: usize = 100;
/// How wide a margin may become.
const DEEPEST: usize = 60;

pub(super) const PLAIN: Style = Style::new();
pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const BAD: Style = AnsiColor::Red.on_default();
pub(super) const OPEN: Style = AnsiColor::Yellow.on_default();
pub(super) const LINK: Style = AnsiColor::Cyan.on_default();

/// One paragraph: pieces of text with their styles. It is wrapped when it is put on a page.
#[derive(Clone, Debug, Default)]
pub(super) struct Line(Vec<(Style, String)>);

impl Line {
    pub(super) fn new() -> Line {
        Line::default()
    }

    /// The paragraph with `text` after it.
    pub(super) fn with(mut self, style: Style, text: impl AsRef<str>) -> Line {
        self.push(style, text);
        self
    }

    pub(super) fn plain(self, text: impl AsRef<str>) -> Line {
        self.with(PLAIN, text)
    }

    pub(super) fn push(&mut self, style: Style, text: impl AsRef<str>) {
        self.0.push((style, words::on_one_line(text.as_ref())));
    }

    /// The paragraph with another after it.
    pub(super) fn append(&mut self, other: Line) {
        self.0.extend(other.0);
    }

    fn text(&self) -> String {
        self.0.iter().map(|(_, text)| text.as_str()).collect()
    }
}

/// What stands before the lines of a paragraph: before the first, and before those after it.
#[derive(Clone, Debug, Default)]
pub(super) struct Margin {
    first: String,
    rest: String,
}

impl Margin {
    /// So many spaces.
    pub(super) fn spaces(n: usize) -> Margin {
        Margin { first: " ".repeat(n), rest: " ".repeat(n) }
    }

    /// The same margin, with every line but the first so many columns further in.
    pub(super) fn hanging(&self, n: usize) -> Margin {
        Margin { first: self.first.clone(), rest: format!("{}{}", self.rest, " ".repeat(n)) }
    }

    /// The margin of something within: `first` before it, as many spaces before its further lines. What
    /// stands too deep is not indented any more, so that there is always room for text.
    pub(super) fn within(&self, first: &str) -> Margin {
        if self.rest.width() + first.width() > DEEPEST {
            return Margin { first: self.rest.clone(), rest: self.rest.clone() };
        }
        let spaces = " ".repeat(first.width());
        Margin { first: format!("{}{first}", self.rest), rest: format!("{}{spaces}", self.rest) }
    }
}

/// The text that is made.
#[derive(Debug, Default)]
pub(super) struct Page {
    color: bool,
    out: String,
    lines: usize,
}

impl Page {
    pub(super) fn new(color: bool) -> Page {
        Page { color, out: String::new(), lines: 0 }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    /// How many lines there are.
    pub(super) fn lines(&self) -> usize {
        self.lines
    }

    /// An empty line, unless there is one already.
    pub(super) fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.end_line();
        }
    }

    /// A paragraph, wrapped.
    pub(super) fn put(&mut self, margin: &Margin, line: &Line) {
        let text = line.text();
        let room = WIDTH.saturating_sub(margin.rest.width().max(margin.first.width()));
        let options = textwrap::Options::new(room).word_splitter(WordSplitter::NoHyphenation);
        let mut from = 0;
        for (i, wrapped) in textwrap::wrap(&text, options).iter().enumerate() {
            let start = text.get(from..).and_then(|rest| rest.find(wrapped.as_ref())).map_or(from, |at| from + at);
            let end = start + wrapped.len();
            from = end;
            let margin = if i == 0 { &margin.first } else { &margin.rest };
            let blank = wrapped.trim().is_empty();
            self.styled(DIM, if blank { margin.trim_end() } else { margin });
            self.slice(line, start, end);
            self.end_line();
        }
    }

    /// The bytes `start..end` of a paragraph, each piece in its style.
    fn slice(&mut self, line: &Line, start: usize, end: usize) {
        let mut at = 0;
        for (style, piece) in &line.0 {
            let (from, to) = (start.clamp(at, at + piece.len()), end.clamp(at, at + piece.len()));
            if let Some(text) = piece.get(from - at..to - at) {
                self.styled(*style, text);
            }
            at += piece.len();
        }
    }

    fn styled(&mut self, style: Style, text: &str) {
        if self.color && style != PLAIN && !text.trim().is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(self.out, "{style}{text}{style:#}");
        } else {
            self.out.push_str(text);
        }
    }

    /// Rows of cells in columns; the first column to the left, the others to the right.
    pub(super) fn table(&mut self, margin: &Margin, rows: &[Vec<(Style, String)>]) {
        let room = WIDTH.saturating_sub(margin.rest.width());
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let cell =
            |row: &Vec<(Style, String)>, i: usize| row.get(i).map_or(0, |(_, text)| words::on_one_line(text).width());
        let widths: Vec<usize> = (0..columns).map(|i| rows.iter().map(|row| cell(row, i)).max().unwrap_or(0)).collect();
        let rest: usize = widths.iter().skip(1).map(|w| w + 2).sum();
        let first = widths.first().copied().unwrap_or(0);
        if first + rest > room {
            for row in rows {
                let mut line = Line::new();
                for (i, (style, text)) in row.iter().enumerate() {
                    line.push(PLAIN, if i == 0 { "" } else { "  " });
                    line.push(*style, text);
                }
                self.put(margin, &line);
            }
            return;
        }
        for row in rows {
            self.out.push_str(&margin.first);
            for (i, (style, text)) in row.iter().enumerate() {
                let text = words::on_one_line(text);
                let pad = " ".repeat(widths.get(i).copied().unwrap_or(0).saturating_sub(text.width()));
                let last = i + 1 == row.len();
                match i {
                    0 => {
                        self.styled(*style, &text);
                        if !last {
                            self.out.push_str(&pad);
                        }
                    }
                    _ => {
                        self.out.push_str("  ");
                        self.out.push_str(&pad);
                        self.styled(*style, &text);
                    }
                }
            }
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        self.out.push('\n');
        self.lines += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_wrap_within_their_margin_and_keep_their_styles() {
        let margin = Margin::spaces(2).within("├ ");
        let line = Line::new().with(BOLD, "bold ").plain("plain ".repeat(30)).with(DIM, "x".repeat(150));
        for color in [false, true] {
            let mut page = Page::new(color);
            page.put(&margin, &line);
            let text = page.finish();
            assert_eq!(text.contains('\u{1b}'), color);
            let plain = anstream::adapter::strip_str(&text).to_string();
            assert!(plain.lines().all(|line| line.width() <= WIDTH), "{plain}");
            assert!(plain.starts_with("  ├ bold plain"), "{plain}");
            assert!(plain.lines().skip(1).all(|line| line.starts_with("    ")), "{plain}");
            assert_eq!(plain.matches('x').count(), 150);
            assert_eq!(plain.matches("plain").count(), 30);
        }
    }

    #[test]
    fn text_cannot_act_on_the_terminal() {
        let mut page = Page::new(false);
        page.put(&Margin::default(), &Line::new().plain("a\u{1b}[31mb\u{202e}c\nd"));
        assert_eq!(page.finish(), "a\u{fffd}[31mb\u{fffd}c d\n");
    }

    #[test]
    fn columns_align_and_give_way_to_lines_where_they_do_not_fit() {
        let row = |a: &str, b: &str| vec![(PLAIN, a.to_owned()), (BOLD, b.to_owned())];
        let mut page = Page::new(false);
        page.table(&Margin::spaces(2), &[row("niche", "15 of 15"), row("é", "6 of 10")]);
        assert_eq!(page.finish(), "  niche  15 of 15\n  é       6 of 10\n");
        let mut page = Page::new(false);
        page.table(&Margin::spaces(2), &[row(&"long ".repeat(40), "15 of 15")]);
        assert!(page.finish().lines().all(|line| line.width() <= WIDTH));
    }
}
