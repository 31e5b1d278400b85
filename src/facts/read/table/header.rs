//! What the columns of a table mean.

use super::row::malformed;
use super::split::Cells;
use crate::base::{FileId, SourceFile, Span, did_you_mean};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::read::describe::names;
use crate::facts::{FactId, Schema, TypeKind};

/// The first row of a table.
#[derive(Clone, Debug)]
pub struct Header {
    /// What stands between two cells.
    pub separator: u8,
    /// The columns, in order.
    pub columns: Vec<Column>,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// What the first row calls it.
    pub name: String,
    /// What its cells say.
    pub means: Means,
}

/// What the cells of a column say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// A fact of the deal.
    Fact(FactId),
    /// A field of a record.
    Field {
        /// The list.
        list: FactId,
        /// The place of the record in it.
        index: u32,
        /// The field.
        field: FactId,
    },
    /// Something that is not of the deal.
    Beside,
}

impl Header {
    /// Reads the first row, which is the whole text of `file`. Columns that are called as one of `beside` may be no facts. The
    /// separator is what is found first outside of quotes: a comma, a semicolon or a tab.
    ///
    /// # Errors
    ///
    /// Every column that is no fact, that there is twice, or that could never be read.
    pub fn read(
        schema: &Schema,
        id: FileId,
        file: &SourceFile,
        beside: &[impl AsRef<str>],
    ) -> Result<Header, Vec<Diagnostic>> {
        let row = file.text().trim_end_matches(['\r', '\n']);
        let separator = separator(row);
        let mut problems = Vec::new();
        let mut columns: Vec<(Column, Span)> = Vec::new();
        for cell in Cells::of(row, separator) {
            let cell = match cell {
                Ok(cell) => cell,
                Err(problem) => {
                    problems.push(malformed(id, &problem));
                    continue;
                }
            };
            let span = Span::new(id, cell.span.start, cell.span.end);
            let name = cell.text.trim().to_owned();
            if let Some((_, first)) = columns.iter().find(|(column, _)| column.name == name && !name.is_empty()) {
                let message = format!("there are two columns `{name}`");
                let problem = Diagnostic::error(Code::DealTwice, span, message).here("and here again");
                problems.push(problem.label(*first, "one is here").help("leave one of them out"));
                continue;
            }
            let means = if beside.iter().any(|known| known.as_ref() == name) {
                // A fact may be carried along as well.
                meaning(schema, &name, span).unwrap_or(Means::Beside)
            } else {
                meaning(schema, &name, span).unwrap_or_else(|problem| {
                    problems.push(*problem);
                    Means::Beside
                })
            };
            columns.push((Column { name, means }, span));
        }
        let columns = columns.into_iter().map(|(column, _)| column).collect();
        if problems.is_empty() { Ok(Header { separator, columns }) } else { Err(problems) }
    }
}

/// What stands between cells: the first of what can, outside of quotes.
fn separator(row: &str) -> u8 {
    let mut inside = false;
    let mut found = row.bytes().filter(|byte| {
        inside ^= *byte == b'"';
        !inside && matches!(byte, b',' | b';' | b'\t')
    });
    found.next().unwrap_or(b',')
}

fn meaning(schema: &Schema, name: &str, span: Span) -> Result<Means, Box<Diagnostic>> {
    if name.is_empty() {
        let problem = Diagnostic::error(Code::DealName, span, "a column has no name").here("nothing stands here");
        return Err(Box::new(problem.help("name the fact that it gives, or take the column out")));
    }
    if let Some(path) = schema.parse_path(name) {
        let Some(element) = path.element else { return Ok(Means::Fact(path.fact)) };
        return match schema.facts[element.list].ty.kind {
            TypeKind::List { up_to, .. } if element.index >= up_to => {
                let list = &schema.facts[element.list].name;
                let message = format!("`{list}` may have at most {up_to} records, and so has no `[{}]`", element.index);
                let problem = Diagnostic::error(Code::DealBound, span, message).here("the first is `[0]`");
                Err(Box::new(
                    problem.help("take the column out, or raise the bound where the policy declares the list"),
                ))
            }
            _ => Ok(Means::Field { list: element.list, index: element.index, field: path.fact }),
        };
    }
    let unknown = Diagnostic::error(Code::DealName, span, format!("no fact is called `{name}`"));
    let unknown = unknown.here("not declared by the policy");
    Err(Box::new(match near(schema, name) {
        Some(near) => unknown.suggest(span, near.as_str(), format!("did you mean `{near}`?")),
        None => unknown.help(format!("the facts are {}", names(&facts(schema), "and"))),
    }))
}

fn facts(schema: &Schema) -> Vec<&str> {
    let facts = schema.facts.values().filter(|fact| fact.field_of.is_none());
    facts.map(|fact| fact.name.as_str()).collect()
}

/// The path that is likely meant.
fn near(schema: &Schema, name: &str) -> Option<String> {
    let Some((list, rest)) = name.split_once('[') else {
        return did_you_mean(name, facts(schema)).map(str::to_owned);
    };
    let (index, field) = rest.split_once("].").unwrap_or((rest.trim_end_matches(']'), ""));
    let index = index.parse::<u32>().unwrap_or(0);
    let lists = schema.facts.iter().filter_map(|(_, fact)| match fact.ty.kind {
        TypeKind::List { record, .. } if fact.field_of.is_none() => Some((fact.name.as_str(), record)),
        _ => None,
    });
    let lists: Vec<_> = lists.collect();
    let known = lists.iter().find(|(known, _)| *known == list);
    let known = known.or_else(|| {
        let near = did_you_mean(list, lists.iter().map(|(name, _)| *name))?;
        lists.iter().find(|(name, _)| *name == near)
    });
    let &(list, record) = known?;
    let fields = schema.records[record].fields.iter().map(|field| schema.facts[*field].name.as_str());
    let fields: Vec<&str> = fields.collect();
    let field = fields.iter().copied().find(|known| *known == field).or_else(|| did_you_mean(field, fields.clone()))?;
    Some(format!("{list}[{index}].{field}"))
}
