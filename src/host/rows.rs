//! Many deals: files, folders of them, JSON Lines and CSV.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::{deal, read, walk};
use crate::base::Sources;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::read::Format;
use crate::pack::limits::MAX_DEAL_BYTES;
use crate::pack::{Deal, Error, Pack};

/// The longest line that is read, in bytes.
const LONGEST_LINE: u64 = 16 << 20;

/// Where many deals are read from, one after the other.
#[derive(Clone, Debug)]
pub struct Rows<'a> {
    /// Files and folders: deals in RON, JSON, YAML and TOML, `.jsonl` and `.ndjson` with a deal on each line, and `.csv` with
    /// facts by their paths in the first line and a deal on each other, in which nothing between two commas is a
    /// fact that is not given.
    pub paths: &'a [PathBuf],
    /// The column of a CSV file that says what a deal is called.
    pub name: Option<&'a str>,
}

/// A deal that is not understood yet.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is called: by itself, else by its file and line.
    pub name: String,
    said: Said,
}

#[derive(Clone, Debug)]
enum Said {
    Text(String, Format),
    Cells(Vec<String>),
}

impl Row {
    /// The deal, by the facts of a pack.
    ///
    /// # Errors
    ///
    /// What the pack declares otherwise.
    pub fn deal(&self, pack: &Pack) -> Result<Deal, Error> {
        match &self.said {
            Said::Text(text, format) => pack.read_deal(&self.name, text, *format),
            Said::Cells(cells) => {
                let mut deal = pack.empty_deal();
                deal.set_all(cells)?;
                Ok(deal)
            }
        }
    }
}

/// Reads deals one by one and hands each to `take`, and what cannot be read.
pub fn rows(from: &Rows<'_>, take: &mut dyn FnMut(Result<Row, Diagnostic>)) {
    for path in from.paths {
        let is_folder = std::fs::metadata(path).is_ok_and(|meta| meta.is_dir());
        if !is_folder {
            file(path, from.name, take);
            continue;
        }
        let found = walk::below(path, path, |name| is_deals(Path::new(name)));
        if found.files.is_empty() && found.problems.is_empty() {
            let message = format!("there is no deal in the folder `{}`", read::called(path));
            take(Err(Diagnostic::placeless(Code::UnreadableFile, message)));
        }
        found.problems.into_iter().for_each(|problem| take(Err(problem)));
        found.files.iter().for_each(|found| file(&found.path, from.name, take));
    }
}

fn ending(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}

fn is_lines(path: &Path) -> bool {
    matches!(ending(path).as_str(), "jsonl" | "ndjson")
}

fn is_deals(path: &Path) -> bool {
    is_lines(path) || ending(path) == "csv" || Format::from_extension(&ending(path)).is_some()
}

fn file(path: &Path, name: Option<&str>, take: &mut dyn FnMut(Result<Row, Diagnostic>)) {
    let done = if is_lines(path) {
        lines(path, take)
    } else if ending(path) == "csv" {
        table(path, name, take)
    } else {
        one(path, take)
    };
    if let Err(problem) = done {
        take(Err(*problem));
    }
}

fn one(path: &Path, take: &mut dyn FnMut(Result<Row, Diagnostic>)) -> Result<(), Box<Diagnostic>> {
    let mut sources = Sources::new();
    let (id, format) = deal::read_named(path, MAX_DEAL_BYTES, &mut sources)?;
    let text = sources.get(id).map_or("", |file| file.text()).to_owned();
    take(Ok(Row { name: read::called(path), said: Said::Text(text, format) }));
    Ok(())
}

fn open(path: &Path) -> Result<File, Box<Diagnostic>> {
    let shown = read::called(path);
    let meta = std::fs::metadata(path).map_err(|error| read::cannot_open(path, &shown, &error))?;
    if !meta.is_file() {
        return Err(Box::new(read::irregular(&shown)));
    }
    File::open(path).map_err(|error| read::cannot_open(path, &shown, &error))
}

/// A deal in JSON on each line that is not blank.
fn lines(path: &Path, take: &mut dyn FnMut(Result<Row, Diagnostic>)) -> Result<(), Box<Diagnostic>> {
    let shown = read::called(path);
    let mut reader = BufReader::new(open(path)?);
    for number in 1.. {
        let mut bytes = Vec::new();
        let read = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut bytes);
        if read.map_err(|error| read::cannot_read(&shown, &error))? == 0 {
            break;
        }
        if bytes.len() as u64 == LONGEST_LINE {
            let message =
                format!("line {number} of `{shown}` is too long: at most {} are read", read::size(LONGEST_LINE));
            return Err(Box::new(Diagnostic::placeless(Code::TooMuch, message)));
        }
        let name = format!("{shown}:{number}");
        match String::from_utf8(bytes) {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => take(Ok(Row { name, said: Said::Text(text, Format::Json) })),
            Err(_) => take(Err(Diagnostic::placeless(Code::NotText, format!("`{name}` is not UTF-8 text")))),
        }
    }
    Ok(())
}

/// A deal on each line after the first, which says what the columns are.
fn table(
    path: &Path,
    name: Option<&str>,
    take: &mut dyn FnMut(Result<Row, Diagnostic>),
) -> Result<(), Box<Diagnostic>> {
    let shown = read::called(path);
    let unreadable = |error: &csv::Error| {
        let message = format!("`{shown}` is no table: {error}");
        Box::new(Diagnostic::placeless(Code::UnreadableFile, message))
    };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(BufReader::new(open(path)?));
    let mut columns: Vec<String> = reader.headers().map_err(|e| unreadable(&e))?.iter().map(str::to_owned).collect();
    if let Some(first) = columns.first_mut() {
        *first = first.trim_start_matches('\u{feff}').to_owned();
    }
    if let Some(twice) = columns.iter().enumerate().find(|(at, column)| columns[..*at].contains(column)) {
        let message = format!("`{shown}` has two columns `{}`", twice.1.escape_debug());
        return Err(Box::new(Diagnostic::placeless(Code::UnreadableFile, message).help("leave one of them out")));
    }
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) if matches!(error.kind(), csv::ErrorKind::UnequalLengths { .. }) => {
                take(Err(*unreadable(&error)));
                continue;
            }
            Err(error) => return Err(unreadable(&error)),
        };
        let line = record.position().map_or(0, csv::Position::line);
        let mut row = Row { name: format!("{shown}:{line}"), said: Said::Cells(Vec::new()) };
        let mut cells = Vec::new();
        for (column, cell) in columns.iter().zip(&record).filter(|(_, cell)| !cell.is_empty()) {
            match name == Some(column.as_str()) {
                true => cell.clone_into(&mut row.name),
                false => cells.push(format!("{column}={cell}")),
            }
        }
        row.said = Said::Cells(cells);
        take(Ok(row));
    }
    Ok(())
}
