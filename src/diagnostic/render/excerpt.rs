//! The piece of a file that a diagnostic shows.
//!
//! A file may be megabytes long, and so may one of its lines. What is handed to the renderer is
//! therefore cut to the lines that are pointed at, and a long line to the characters around them.

use std::ops::Range;

use crate::base::{FileId, Position, SourceFile, Sources, Span};

/// Spans further apart than this many lines are shown in excerpts of their own.
const NEAR: usize = 40;
/// A span over more lines than this is shown by its first.
const LONGEST_SPAN: usize = 12;
/// A line of more bytes than this is cut.
const LONGEST_LINE: usize = 300;
/// How many bytes a cut line shows before the first place in it.
const BEFORE: usize = 40;
/// How many bytes a cut line shows from its first place on.
const AFTER: usize = 100;

/// Lines of one file with places in them.
pub(super) struct Excerpt<'a> {
    /// The file's name.
    pub(super) name: &'a str,
    /// The lines, some of them cut.
    pub(super) text: String,
    /// The number of the first line.
    pub(super) first_line: usize,
    /// Position in the file of the place that was asked for first.
    pub(super) position: Position,
    /// Whether lines are cut, so that columns in `text` are not those of the file.
    pub(super) cut: bool,
    /// Where the places lie in `text`, each with its number in what was asked for.
    pub(super) places: Vec<(usize, Range<usize>)>,
}

/// The excerpts that show `spans`, the one that holds the first span first. Spans of unknown files are left out.
pub(super) fn excerpts<'a>(spans: &[Span], sources: &'a Sources) -> Vec<Excerpt<'a>> {
    let mut wanted: Vec<(FileId, Range<usize>, usize)> = spans
        .iter()
        .enumerate()
        .filter_map(|(number, span)| {
            let (file, bytes) = (sources.get(span.file)?, span.start as usize..span.end as usize);
            Some((span.file, clip(file, bytes), number))
        })
        .collect();
    wanted.sort_by_key(|(file, bytes, number)| (*file, bytes.start, bytes.end, *number));
    let mut clusters: Vec<Vec<(FileId, Range<usize>, usize)>> = Vec::new();
    for place in wanted {
        let line = |offset: usize| sources.get(place.0).map_or(0, |f| line_of(f, offset));
        match clusters.last_mut() {
            Some(cluster)
                if cluster.iter().any(|(file, bytes, _)| {
                    *file == place.0 && line(place.1.start).saturating_sub(line(bytes.end)) <= NEAR
                }) =>
            {
                cluster.push(place);
            }
            _ => clusters.push(vec![place]),
        }
    }
    // Each cluster goes by its first-mentioned place, so that the primary one leads.
    clusters.sort_by_key(|cluster| cluster.iter().map(|place| place.2).min());
    clusters.iter().filter_map(|cluster| excerpt(cluster, sources)).collect()
}

fn excerpt<'a>(cluster: &[(FileId, Range<usize>, usize)], sources: &'a Sources) -> Option<Excerpt<'a>> {
    let file = sources.get(cluster.first()?.0)?;
    let leading = cluster.iter().min_by_key(|place| place.2)?;
    let start = cluster.iter().map(|place| place.1.start).min()?;
    let end = cluster.iter().map(|place| place.1.end).max()?;
    let (first_line, last_line) = (line_of(file, start), line_of(file, end));
    let (mut text, mut cut) = (String::new(), false);
    // For each place, where its start and its end came to lie.
    let mut moved: Vec<(usize, Option<usize>, Option<usize>)> = cluster.iter().map(|p| (p.2, None, None)).collect();
    for line in first_line..=last_line {
        let bytes = file.line(line)?;
        let kept = keep(file, &bytes, cluster);
        let at = text.len();
        cut |= kept != bytes;
        let cut_before = if kept.start > bytes.start { "…" } else { "" };
        text.push_str(cut_before);
        text.push_str(&file.text()[kept.clone()]);
        text.push_str(if kept.end < bytes.end { "…" } else { "" });
        let shown_end = text.len();
        text.push('\n');
        let shift = |offset: usize| {
            let inside = (bytes.start..=bytes.end).contains(&offset);
            inside.then(|| (at + cut_before.len() + offset.saturating_sub(kept.start)).min(shown_end))
        };
        for ((_, start, end), place) in moved.iter_mut().zip(cluster) {
            *start = start.or(shift(place.1.start));
            *end = end.or(shift(place.1.end));
        }
    }
    let floor = |offset: usize| text.floor_char_boundary(offset);
    let places = moved
        .iter()
        .filter_map(|&(number, start, end)| {
            let start = floor(start?);
            Some((number, start..floor(end?).max(start)))
        })
        .collect();
    let position = file.position(u32::try_from(leading.1.start).ok()?);
    Some(Excerpt { name: file.name(), text, first_line, position, cut, places })
}

/// The bytes of a line that are shown: all of a short one, of a long one those around its first place.
fn keep(file: &SourceFile, line: &Range<usize>, cluster: &[(FileId, Range<usize>, usize)]) -> Range<usize> {
    if line.len() <= LONGEST_LINE {
        return line.clone();
    }
    let leading = cluster.iter().filter(|p| line.contains(&p.1.start)).min_by_key(|p| p.2);
    let first = leading.map_or(line.start, |p| p.1.start);
    let start = first.saturating_sub(BEFORE).max(line.start);
    let end = (first + AFTER).min(line.end);
    file.text().ceil_char_boundary(start)..file.text().floor_char_boundary(end)
}

/// The span within the text, on whole characters; a very long one is clipped to its first line.
fn clip(file: &SourceFile, bytes: Range<usize>) -> Range<usize> {
    let text = file.text();
    let start = text.floor_char_boundary(bytes.start.min(text.len()));
    let end = text.ceil_char_boundary(bytes.end.clamp(start, text.len()));
    // A line break at the end of a span is not worth showing the next line for.
    let visible = start + text[start..end].trim_end_matches(['\r', '\n']).len();
    let end = if visible > start { visible } else { end };
    let line = line_of(file, start);
    if line_of(file, end) - line < LONGEST_SPAN {
        return start..end;
    }
    start..file.line(line).map_or(start, |line| line.end)
}

fn line_of(file: &SourceFile, offset: usize) -> usize {
    file.position(u32::try_from(offset).unwrap_or(u32::MAX)).line
}
