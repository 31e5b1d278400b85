//! Many deals: files, folders of them, JSON Lines and CSV.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::chunks::{Chunk, Chunks};
use super::{deal, read, walk};
use crate::base::{FileId, NotText, SourceFile, Sources, decode};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts;
use crate::facts::read::Format;
use crate::facts::read::table::{Header, Rows as Cut};
use crate::pack::limits::MAX_DEAL_BYTES;
use crate::pack::{Deal, Error, Pack};

/// Where many deals are read from, one after the other, and by whose facts.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// Files and folders: deals in RON, JSON, YAML and TOML, `.jsonl` and `.ndjson` with a deal on each line, and `.csv` with
    /// facts by their paths in the first line and a deal on each other, in which nothing between two commas is a
    /// fact that is not given.
    pub paths: &'a [PathBuf],
    /// The column of a CSV file that says what a deal is called.
    pub name: Option<&'a str>,
    /// Those that are to read each deal.
    pub packs: &'a [&'a Pack],
}

/// A deal as every pack reads it.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is called: by itself, else by its file and line.
    pub name: String,
    /// Its file and line.
    pub place: String,
    /// The deal, by the facts of each pack.
    pub deals: Vec<Deal>,
}

/// Reads deals one by one and hands each to `take`, and what cannot be read. What is wrong with all deals of a file alike, such as a
/// column that is no fact, is said once.
pub fn rows(from: &Rows<'_>, take: &mut dyn FnMut(Result<Row, Error>)) {
    for path in from.paths {
        let is_folder = std::fs::metadata(path).is_ok_and(|meta| meta.is_dir());
        if !is_folder {
            file(path, from, take);
            continue;
        }
        let found = walk::below(path, path, |name| is_deals(Path::new(name)));
        if found.files.is_empty() && found.problems.is_empty() {
            take(Err(no_deal(path)));
        }
        found.problems.into_iter().for_each(|problem| take(Err(alone(problem))));
        found.files.iter().for_each(|found| file(&found.path, from, take));
    }
}

fn alone(problem: Diagnostic) -> Error {
    Error::new(vec![problem], Sources::new())
}

fn no_deal(path: &Path) -> Error {
    let folder = if path.is_dir() { "the folder " } else { "" };
    let message = format!("there is no deal in {folder}`{}`", read::called(path));
    alone(Diagnostic::placeless(Code::UnreadableFile, message))
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

fn file(path: &Path, from: &Rows<'_>, take: &mut dyn FnMut(Result<Row, Error>)) {
    let done = if is_lines(path) || ending(path) == "csv" { many(path, from, take) } else { one(path, from, take) };
    if let Err(problem) = done {
        take(Err(problem));
    }
}

fn one(path: &Path, from: &Rows<'_>, take: &mut dyn FnMut(Result<Row, Error>)) -> Result<(), Error> {
    let mut sources = Sources::new();
    let (id, format) = deal::read_named(path, MAX_DEAL_BYTES, &mut sources)
        .map_err(|problem| Error::new(vec![*problem], sources.clone()))?;
    let text = sources.get(id).map_or("", |file| file.text());
    let name = read::called(path);
    let deals: Result<Vec<Deal>, Error> = from.packs.iter().map(|pack| pack.read_deal(&name, text, format)).collect();
    take(deals.map(|deals| Row { place: name.clone(), name, deals }));
    Ok(())
}

/// A regular file with many deals.
pub(super) fn open(path: &Path) -> Result<File, Box<Diagnostic>> {
    let shown = read::called(path);
    let meta = std::fs::metadata(path).map_err(|error| read::cannot_open(path, &shown, &error))?;
    if !meta.is_file() {
        return Err(Box::new(read::irregular(&shown)));
    }
    File::open(path).map_err(|error| read::cannot_open(path, &shown, &error))
}

/// A row that is no text.
pub(super) fn not_text(shown: &str, line: usize, not: &NotText) -> Error {
    let mut sources = Sources::new();
    let file = SourceFile::piece(shown, not.shown.as_str(), line);
    let problem = facts::read::not_text(FileId(0), &file, not.offset);
    sources.add(file);
    Error::new(vec![problem], sources)
}

/// A deal in JSON on each line, or in each row of a table behind the first, which says what the columns are.
fn many(path: &Path, from: &Rows<'_>, take: &mut dyn FnMut(Result<Row, Error>)) -> Result<(), Error> {
    let shown = read::called(path);
    let failed = |problem: Box<Diagnostic>| alone(*problem);
    let mut chunks = Chunks::new(open(path).map_err(failed)?, shown.clone()).map_err(failed)?;
    let mut headers = Vec::new();
    if !is_lines(path) {
        headers = table_headers(&mut chunks, &shown, from)?.ok_or_else(|| no_deal(path))?;
    }
    let separator = headers.first().map(|header| header.separator);
    if let Some(separator) = separator {
        chunks.separate(separator);
    }
    let named = from.name.and_then(|name| headers.first()?.columns.iter().position(|column| column.name == name));
    let (mut chunk, mut any) = (Chunk::default(), false);
    while chunks.fill(&mut chunk).map_err(failed)? {
        for (line, bytes) in Cut::of(&chunk.bytes, separator, chunk.line) {
            any = true;
            let place = format!("{shown}:{line}");
            let text = match decode(bytes.to_vec()) {
                Ok(text) => text,
                Err(not) => {
                    take(Err(not_text(&shown, line, &not)));
                    continue;
                }
            };
            let cell = headers.first().zip(named).and_then(|(header, at)| header.cell(&text, at));
            let name = cell.filter(|cell| !cell.is_empty()).unwrap_or_else(|| place.clone());
            let deals = from.packs.iter().enumerate().map(|(at, pack)| {
                let schema = &pack.policy().schema;
                let file = SourceFile::piece(shown.as_str(), text.as_str(), line);
                pack.deal_of(&name, file, |id, file| match headers.get(at) {
                    Some(header) => header.deal(schema, id, file),
                    None => facts::read::line(schema, id, file, &[]),
                })
            });
            let deals: Result<Vec<Deal>, Error> = deals.collect();
            take(deals.map(|deals| Row { name, place, deals }));
        }
    }
    if any { Ok(()) } else { Err(no_deal(path)) }
}

/// What the columns of a table mean for each pack; `None` where there is no first row.
fn table_headers(chunks: &mut Chunks<File>, shown: &str, from: &Rows<'_>) -> Result<Option<Vec<Header>>, Error> {
    let Some(row) = chunks.header().map_err(|problem| alone(*problem))? else { return Ok(None) };
    let text = decode(row.bytes).map_err(|not| not_text(shown, row.line, &not))?;
    let beside: Vec<&str> = from.name.into_iter().collect();
    let headers = from.packs.iter().map(|pack| {
        let mut sources = pack.sources().clone();
        let file = SourceFile::piece(shown, text.as_str(), row.line);
        let id = sources.add(file.clone());
        Header::read(&pack.policy().schema, id, &file, &beside).map_err(|problems| Error::new(problems, sources))
    });
    headers.collect::<Result<_, _>>().map(Some)
}
