//! A row of a table as a deal.

use rustc_hash::FxHashMap;

use super::header::{Header, Means};
use super::split::{Cell, Cells, Malformed};
use crate::base::{FileId, SourceFile, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::read::Format;
use crate::facts::read::document::{Node, json_value, ron_value};
use crate::facts::read::names::Names;
use crate::facts::read::reader::{Manner, Reader};
use crate::facts::read::set::bare;
use crate::facts::read::without_places;
use crate::facts::value::RecordValue;
use crate::facts::{Deal, FactId, Given, Origin, Schema, TypeKind, Value};

/// What is wrong with the form of a row.
pub(super) fn malformed(id: FileId, problem: &Malformed) -> Diagnostic {
    let error = |span: &std::ops::Range<usize>, message: &str| {
        Diagnostic::error(Code::DealForm, Span::new(id, span.start, span.end), message)
    };
    match problem {
        Malformed::Open(span) => error(span, "a quote is not closed")
            .here("this cell has no end")
            .help("a cell in quotes ends with one; a quote in its text is written twice: `\"\"`"),
        Malformed::Behind(span) => error(span, "text stands behind a cell in quotes")
            .here("the cell has ended before this")
            .help("put all of the cell into the quotes; a quote in its text is written twice: `\"\"`"),
    }
}

impl Header {
    /// Reads the deal of a row, which is the whole text of `file`. The deal is all that could be read.
    pub fn deal(&self, schema: &Schema, id: FileId, file: &SourceFile) -> (Deal, Vec<Diagnostic>) {
        let text = file.text().trim_end_matches(['\r', '\n']);
        let cells: Result<Vec<Cell<'_>>, Malformed> = Cells::of(text, self.separator).collect();
        let cells = match cells {
            Ok(cells) => cells,
            Err(problem) => return (Deal::new(), vec![malformed(id, &problem)]),
        };
        if cells.len() != self.columns.len() {
            return (Deal::new(), vec![self.other_length(id, &cells)]);
        }
        let names = Names::new(schema);
        let mut row = Row { header: self, schema, names: &names, id, problems: Vec::new(), deal: Deal::new() };
        row.read(text, &cells);
        (row.deal, row.problems)
    }

    /// What a cell of a row says, if there is one in this column.
    pub fn cell(&self, row: &str, column: usize) -> Option<String> {
        let cell = Cells::of(row, self.separator).nth(column)?.ok()?;
        Some(cell.text.trim().to_owned())
    }

    fn other_length(&self, id: FileId, cells: &[Cell<'_>]) -> Diagnostic {
        let (has, columns) = (cells.len(), self.columns.len());
        let cell = if has == 1 { "cell" } else { "cells" };
        let message = format!("the row has {has} {cell}, and the table {columns} columns");
        let spot = cells.get(columns).or(cells.last()).map_or(0..0, |cell| cell.span.clone());
        let problem = Diagnostic::error(Code::DealForm, Span::new(id, spot.start, spot.end), message);
        if has > columns {
            let sign =
                if self.separator == b'\t' { "a tab".to_owned() } else { format!("`{}`", self.separator as char) };
            return problem.here("one too many").help(format!("a cell with {sign} in it is put into quotes"));
        }
        let missing = self.columns.get(has).map_or("", |column| column.name.as_str());
        problem
            .here("the last one")
            .help(format!("`{missing}` and what follows it are missing; what is not known is left empty"))
    }
}

struct Row<'a> {
    header: &'a Header,
    schema: &'a Schema,
    names: &'a Names<'a>,
    id: FileId,
    problems: Vec<Diagnostic>,
    deal: Deal,
}

impl Row<'_> {
    fn read(&mut self, text: &str, cells: &[Cell<'_>]) {
        let mut lists: FxHashMap<FactId, Vec<RecordValue>> = FxHashMap::default();
        for (column, cell) in self.header.columns.iter().zip(cells) {
            if cell.text.trim().is_empty() {
                continue;
            }
            match column.means {
                Means::Beside => {}
                Means::Fact(fact) => {
                    if lists.contains_key(&fact) {
                        self.given_twice(fact, cell);
                        continue;
                    }
                    let Some(value) = self.value(None, fact, text, cell) else { continue };
                    self.deal.given.insert(fact, Given { value, origin: self.origin(cell) });
                }
                Means::Field { list, index, field } => {
                    let value = self.value(Some((list, index as usize)), field, text, cell);
                    let origin = self.origin(cell);
                    let Some(slot) = self.record(&mut lists, list, index as usize, field, cell) else { continue };
                    *slot = value.map(|value| Given { value, origin });
                }
            }
        }
        for (list, records) in lists {
            self.deal.given.insert(list, Given { value: Value::List(records.into()), origin: Origin::Code });
        }
    }

    fn origin(&self, cell: &Cell<'_>) -> Origin {
        Origin::File(self.span(cell))
    }

    fn span(&self, cell: &Cell<'_>) -> Span {
        Span::new(self.id, cell.span.start, cell.span.end)
    }

    fn given_twice(&mut self, list: FactId, cell: &Cell<'_>) {
        let name = &self.schema.facts[list].name;
        let message = format!("`{name}` is given twice: as a whole, and by its records");
        let problem = Diagnostic::error(Code::DealTwice, self.span(cell), message).here("and here again");
        self.problems.push(problem.help("leave one of them out"));
    }

    /// The place of a field in the records of its list so far, of which this may be the next one.
    fn record<'l>(
        &mut self,
        lists: &'l mut FxHashMap<FactId, Vec<RecordValue>>,
        list: FactId,
        index: usize,
        field: FactId,
        cell: &Cell<'_>,
    ) -> Option<&'l mut Option<Given>> {
        let (record, place) = self.schema.facts[field].field_of?;
        if self.deal.get(list).is_some() {
            self.given_twice(list, cell);
            return None;
        }
        let name = &self.schema.facts[list].name;
        let records = lists.entry(list).or_default();
        if index > records.len() {
            let message =
                format!("`{name}[{index}]` would leave a hole: nothing is given of `{name}[{}]`", records.len());
            let problem = Diagnostic::error(Code::DealBound, self.span(cell), message).here("this is the next record");
            self.problems.push(problem.help("records stand one after the other, from `[0]` on"));
            return None;
        }
        if index == records.len() {
            records.push(RecordValue { fields: vec![None; self.schema.records[record].fields.len()] });
        }
        records.get_mut(index)?.fields.get_mut(place)
    }

    fn value(&mut self, element: Option<(FactId, usize)>, fact: FactId, row: &str, cell: &Cell<'_>) -> Option<Value> {
        let said = cell.text.trim();
        let ty = &self.schema.facts[fact].ty;
        if let Some(node) = bare(ty, said) {
            let mut reader = Reader::new(self.schema, self.names, row, Manner::Set);
            let node = Node { span: self.span(cell), ..node };
            let value = reader.value(element, fact, &node);
            self.problems.append(&mut reader.problems);
            return value;
        }
        // A text of its own, in which places mean nothing to whoever sees the table.
        let file = SourceFile::new("a cell", said);
        let id = FileId(u32::MAX);
        let limits = self.names.limits();
        let is_list = matches!(ty.kind, TypeKind::List { .. });
        let json = if is_list { json_value(id, &file, limits).ok() } else { None };
        let (node, manner) = match json {
            Some(node) => (node, Manner::File(Format::Json)),
            None => match ron_value(id, &file, limits) {
                Ok(node) => (node, Manner::Set),
                Err(problems) => {
                    self.elsewhere(problems, cell);
                    return None;
                }
            },
        };
        let mut reader = Reader::new(self.schema, self.names, said, manner);
        let value = reader.value(element, fact, &node);
        let problems = std::mem::take(&mut reader.problems);
        if problems.is_empty() {
            return value;
        }
        self.elsewhere(problems, cell);
        None
    }

    /// Problems of a text of its own, shown at the cell that holds it.
    fn elsewhere(&mut self, problems: Vec<Diagnostic>, cell: &Cell<'_>) {
        let span = self.span(cell);
        let placed = without_places(problems).into_iter().map(|problem| problem.at(span).here("in this cell"));
        self.problems.extend(placed);
    }
}
