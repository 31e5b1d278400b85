//! From tokens and their plan to lines.

use unicode_width::UnicodeWidthStr;

use super::plan::{Align, Lead, Line, LineKind, NEVER};
use super::scan::{Gap, Scanned};

/// How long a line may become before it is broken.
const WIDTH: usize = 110;
/// How far behind the begin of its line an expression may begin for the lines below to be aligned with it.
const FARTHEST: usize = 24;
/// How wide a cell may be for the others of its column to be made as wide.
const WIDEST_CELL: usize = 80;
/// How wide a line may be for the comments beside it and beside its neighbours to be aligned.
const FARTHEST_COMMENT: usize = 80;

/// Writes the lines of a file.
#[derive(Debug, Default)]
pub(super) struct Layout {
    out: String,
    /// Where the next character stands on its line.
    column: usize,
    /// Where the line at hand begins.
    indent: usize,
    /// Whether the declaration written last is set off from the next; `None` before the first.
    above: Option<bool>,
    /// How far the declaration written last was indented.
    column_above: usize,
    /// The comments at line ends since the last line without one: where they begin, and in which column.
    beside: Vec<(usize, usize)>,
}

/// A chunk, ready to be written.
pub(super) struct Chunk<'c, 't> {
    pub(super) scanned: &'c Scanned<'t>,
    pub(super) leads: &'c [Lead],
    /// How far each of its declarations was indented, by the token that it begins with.
    pub(super) columns: &'c dyn Fn(usize) -> usize,
}

impl Layout {
    /// Writes a chunk; `before` is what stands before its first token.
    pub(super) fn chunk(&mut self, chunk: &Chunk<'_, '_>, before: &Gap<'_>) {
        let mut lines = Lines::new(chunk);
        let begins: Vec<usize> = (0..chunk.leads.len()).filter(|&at| lines.line(at).is_some()).collect();
        let mut widths = Vec::new();
        for (index, &begin) in begins.iter().enumerate() {
            let end = begins.get(index + 1).copied().unwrap_or(chunk.leads.len());
            let Some(line) = lines.line(begin) else { continue };
            let gap = if begin == 0 { before } else { lines.gap(begin) };
            self.begin(gap, line, (chunk.columns)(begin));
            if matches!(line.kind, LineKind::Head { .. }) {
                widths.clear();
            }
            if lines.text(begin) == "|" {
                if widths.is_empty() {
                    widths = lines.widths(&begins, index);
                }
                self.row(&lines, begin, end, &widths);
            } else {
                self.piece(&mut lines, begin, end);
            }
        }
    }

    /// Writes what stands behind the last token, and ends the text.
    pub(super) fn finish(mut self, behind: &Gap<'_>) -> String {
        let column = self.column_above;
        self.comments(behind, None, column);
        self.align_comments();
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out
    }

    /// Begins a line, with the comments before it. `column` is where it began before.
    fn begin(&mut self, gap: &Gap<'_>, line: Line, column: usize) {
        let commented = self.comments(gap, Some(line), column);
        let set_off = matches!(line.kind, LineKind::Head { set_off: true }) || self.above == Some(true);
        let blank = match line.kind {
            LineKind::Head { .. } => gap.blank || (set_off && self.above.is_some() && commented != Commented::Below),
            LineKind::Part => gap.blank,
            LineKind::First | LineKind::Clause => gap.blank && commented != Commented::Not,
        };
        self.new_line(blank, line.indent);
        self.indent = line.indent;
        if let LineKind::Head { set_off } = line.kind {
            self.above = Some(set_off);
            self.column_above = column;
        }
    }

    /// Writes the comments between two lines: at the end of the one above, and on lines of their own.
    fn comments(&mut self, gap: &Gap<'_>, line: Option<Line>, column: usize) -> Commented {
        let mut done = Commented::Not;
        let heads = line.is_none_or(|line| matches!(line.kind, LineKind::Head { .. }));
        let set_off = match line.map(|line| line.kind) {
            Some(LineKind::Head { set_off }) => self.above.is_some_and(|above| above || set_off),
            _ => false,
        };
        // What is indented deeper than the declaration below belongs to the one above.
        let mut belongs_above = self.above.is_some();
        let below = gap.comments.iter().filter(|c| c.own_line).skip_while(|c| c.column > column);
        let parted = gap.blank || below.into_iter().any(|comment| comment.blank);
        for comment in &gap.comments {
            if !comment.own_line && !self.out.is_empty() {
                self.end_comment(comment.text);
                continue;
            }
            let mut blank = comment.blank;
            let indent = match line {
                Some(line) if !heads => {
                    blank &= done != Commented::Not || line.kind == LineKind::Part;
                    line.indent
                }
                _ => {
                    belongs_above &= comment.column > column;
                    if belongs_above {
                        if self.indent >= 4 && comment.column >= column + 4 { 4 } else { 2 }
                    } else {
                        blank |= set_off && !parted && done != Commented::Below;
                        0
                    }
                }
            };
            self.new_line(blank, indent);
            self.out.push_str(comment.text);
            done = if heads && belongs_above { Commented::Above } else { Commented::Below };
        }
        done
    }

    /// A comment at the end of a line.
    fn end_comment(&mut self, text: &str) {
        self.beside.push((self.out.len(), self.column));
        self.out.push_str("  ");
        self.out.push_str(text);
    }

    /// Puts the comments at the ends of lines that follow each other below each other.
    fn align_comments(&mut self) {
        let near = |column: usize| column <= FARTHEST_COMMENT;
        let widest = self.beside.iter().map(|&(_, column)| column).filter(|&column| near(column)).max().unwrap_or(0);
        let Some(&(first, _)) = self.beside.first() else { return };
        let lines = self.out.split_off(first);
        for (index, &(at, column)) in self.beside.iter().enumerate() {
            let next = self.beside.get(index + 1).map_or(lines.len(), |&(next, _)| next - first);
            self.out.extend(std::iter::repeat_n(' ', widest.saturating_sub(column)));
            self.out.push_str(lines.get(at - first..next).unwrap_or(""));
        }
        self.beside.clear();
    }

    /// Ends the line at hand and begins another.
    fn new_line(&mut self, blank: bool, indent: usize) {
        let line_start = self.out.rfind('\n').map_or(0, |at| at + 1);
        let beside = self.beside.last().is_some_and(|&(at, _)| at >= line_start);
        if !beside || blank {
            self.align_comments();
        }
        if !self.out.is_empty() {
            self.out.push('\n');
            if blank {
                self.out.push('\n');
            }
        }
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
    }

    /// Breaks a line before a token.
    fn break_before(&mut self, lines: &Lines<'_, '_>, token: usize, indent: usize) {
        for comment in &lines.gap(token).comments {
            if comment.own_line {
                self.new_line(false, indent);
                self.out.push_str(comment.text);
            } else {
                self.end_comment(comment.text);
            }
        }
        self.new_line(false, indent);
    }

    /// Writes the tokens from `begin` to `end`, on one line where they fit.
    fn piece(&mut self, lines: &mut Lines<'_, '_>, begin: usize, end: usize) {
        let fits = self.column + lines.width(begin, end) <= WIDTH && !lines.has_comments(begin, end);
        let level = if fits { NEVER } else { lines.lowest_level(begin, end) };
        if level == NEVER {
            return self.flat(lines, begin, end);
        }
        let mut from = begin;
        while from < end {
            let to = (from + 1..end).find(|&at| lines.level(at) == level).unwrap_or(end);
            if from > begin {
                let fills = lines.fills(from)
                    && !lines.has_comments(from - 1, to)
                    && self.column + 1 + lines.width(from, to) <= WIDTH;
                if fills {
                    self.push(" ", 1);
                } else {
                    let indent = match lines.align(from) {
                        Align::Line(hang) => self.indent + hang,
                        Align::Token(token, hang) => {
                            let column = lines.column(token);
                            let near = column <= self.indent + FARTHEST;
                            if near { column + hang } else { self.indent + 4 }
                        }
                    };
                    self.break_before(lines, from, indent);
                }
            }
            self.piece(lines, from, to);
            from = to;
        }
    }

    /// Writes tokens side by side, with breaks at comments only.
    fn flat(&mut self, lines: &mut Lines<'_, '_>, begin: usize, end: usize) {
        for token in begin..end {
            if token > begin {
                if !lines.gap(token).comments.is_empty() {
                    self.break_before(lines, token, self.indent + 4);
                } else if lines.space(token) {
                    self.push(" ", 1);
                }
            }
            lines.set_column(token, self.column);
            let width = lines.width(token, token + 1);
            self.push(lines.text(token), width);
        }
    }

    /// Writes a row of a table.
    fn row(&mut self, lines: &Lines<'_, '_>, begin: usize, end: usize, widths: &[usize]) {
        self.push("|", 1);
        for (cell, width) in lines.cells(begin, end).zip(widths) {
            self.push(" ", 1);
            for token in cell.clone() {
                if token > cell.start && lines.space(token) {
                    self.push(" ", 1);
                }
                self.push(lines.text(token), lines.width(token, token + 1));
            }
            let missing = width.saturating_sub(lines.width(cell.start, cell.end));
            self.out.extend(std::iter::repeat_n(' ', missing));
            self.column += missing;
            self.push(" |", 2);
        }
    }

    fn push(&mut self, text: &str, width: usize) {
        self.out.push_str(text);
        self.column += width;
    }
}

/// Which comments stand before a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Commented {
    /// None with a line of its own.
    Not,
    /// Those of the declaration above.
    Above,
    /// Those of what stands below.
    Below,
}

/// What the layout asks of a chunk.
struct Lines<'c, 't> {
    chunk: &'c Chunk<'c, 't>,
    /// Where each token ends if all of them are written on one line.
    ends: Vec<usize>,
    widths: Vec<usize>,
    /// How many of the gaps up to each token, its own included, hold comments.
    comments: Vec<usize>,
    /// Where each token was written.
    columns: Vec<usize>,
}

impl<'c, 't> Lines<'c, 't> {
    fn new(chunk: &'c Chunk<'c, 't>) -> Lines<'c, 't> {
        let (tokens, gaps) = (&chunk.scanned.tokens, &chunk.scanned.gaps);
        let widths: Vec<usize> = tokens.iter().map(|token| token.text.width()).collect();
        let mut end = 0;
        let ends = widths.iter().zip(chunk.leads).map(|(width, lead)| {
            end += width + usize::from(lead.space);
            end
        });
        let ends = ends.collect();
        let mut count = 0;
        let comments = gaps.iter().map(|gap| {
            count += usize::from(!gap.comments.is_empty());
            count
        });
        let comments = comments.collect();
        Lines { chunk, ends, comments, columns: vec![0; tokens.len()], widths }
    }

    fn lead(&self, token: usize) -> Option<&Lead> {
        self.chunk.leads.get(token)
    }

    fn line(&self, token: usize) -> Option<Line> {
        self.lead(token)?.line
    }

    fn level(&self, token: usize) -> u16 {
        self.lead(token).map_or(NEVER, |lead| lead.level)
    }

    fn space(&self, token: usize) -> bool {
        self.lead(token).is_some_and(|lead| lead.space)
    }

    fn fills(&self, token: usize) -> bool {
        self.lead(token).is_some_and(|lead| lead.fill)
    }

    fn align(&self, token: usize) -> Align {
        self.lead(token).map_or(Align::Line(4), |lead| lead.align)
    }

    fn text(&self, token: usize) -> &'t str {
        self.chunk.scanned.tokens.get(token).map_or("", |token| token.text)
    }

    fn gap(&self, token: usize) -> &'c Gap<'t> {
        const NONE: &Gap<'_> = &Gap { comments: Vec::new(), blank: false };
        self.chunk.scanned.gaps.get(token).unwrap_or(NONE)
    }

    fn column(&self, token: usize) -> usize {
        self.columns.get(token).copied().unwrap_or(0)
    }

    fn set_column(&mut self, token: usize, column: usize) {
        if let Some(place) = self.columns.get_mut(token) {
            *place = column;
        }
    }

    /// How wide the tokens from `begin` to `end` are on one line.
    fn width(&self, begin: usize, end: usize) -> usize {
        let end_of = |token: usize| self.ends.get(token).copied().unwrap_or(0);
        let own = self.widths.get(begin).copied().unwrap_or(0);
        end.checked_sub(1).map_or(0, |last| (end_of(last) + own).saturating_sub(end_of(begin)))
    }

    /// Whether comments stand between the tokens from `begin` to `end`.
    fn has_comments(&self, begin: usize, end: usize) -> bool {
        let up_to = |token: usize| self.comments.get(token).copied().unwrap_or(0);
        end > begin + 1 && up_to(end - 1) > up_to(begin)
    }

    fn lowest_level(&self, begin: usize, end: usize) -> u16 {
        (begin + 1..end).map(|token| self.level(token)).min().unwrap_or(NEVER)
    }

    /// The tokens of each cell of a row.
    fn cells(&self, begin: usize, end: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
        let mut from = begin + 1;
        std::iter::from_fn(move || {
            let to = (from..end).find(|&token| self.text(token) == "|")?;
            let cell = from..to;
            from = to + 1;
            Some(cell)
        })
    }

    /// How wide the columns are of the table whose first row is the line `first` of `begins`.
    fn widths(&self, begins: &[usize], first: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = Vec::new();
        for (index, &begin) in begins.iter().enumerate().skip(first) {
            if self.line(begin).is_some_and(|line| index > first && matches!(line.kind, LineKind::Head { .. })) {
                break;
            }
            if self.text(begin) != "|" {
                continue;
            }
            let end = begins.get(index + 1).copied().unwrap_or(self.ends.len());
            for (column, cell) in self.cells(begin, end).enumerate() {
                let width = self.width(cell.start, cell.end);
                let width = if width > WIDEST_CELL { 0 } else { width };
                match widths.get_mut(column) {
                    Some(widest) => *widest = width.max(*widest),
                    None => widths.push(width),
                }
            }
        }
        widths
    }
}
