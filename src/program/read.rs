//! Reading a deal straight into slots.
//!
//! Names are looked up where they stand, values become cells as they are read, and nothing is kept in between. Only what
//! is as expected is read this way. At anything else (a misspelt name, a value out of range, a form that is allowed
//! but unusual) the deal is read again by [`facts::read`](crate::facts::read), which accepts all that is allowed and
//! knows what to say of the rest.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;
use serde_json::ser::Formatter;

use super::Program;
use super::cell::{Cell, NONE};
use super::evaluator::Evaluator;
use super::form::Kind;
use super::names::{Names, Target};
use super::scan::{Order, Scan, Usual, date, number};
use crate::base::{FileId, SourceFile};
use crate::diagnostic::{Diagnostic, Severity};
use crate::facts::deal::day_number;
use crate::facts::read::table::{Cells, Header, Means};
use crate::facts::read::{self, Format};

impl Evaluator {
    /// Takes the deal that a text in JSON says, in place of the one before.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the text, with places in it. Then no deal is known.
    pub fn read_json(&mut self, text: &str) -> Result<(), Vec<Diagnostic>> {
        // Taken out for as long as the rest is written to.
        if let Some(mut reading) = self.reading.take() {
            let usual = reading.line(self, text, &mut []);
            self.reading = Some(reading);
            if usual.is_some() {
                return Ok(());
            }
        }
        self.read_again(text)
    }

    #[cold]
    fn read_again(&mut self, text: &str) -> Result<(), Vec<Diagnostic>> {
        self.clear();
        let file = SourceFile::new("deal.json", text);
        let (deal, problems) = read::deal(&self.program.policy.schema, FileId(0), &file, Format::Json);
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(problems);
        }
        self.load(&deal);
        Ok(())
    }

    /// Takes the deal that a value says when it is serialized, in place of the one before: as JSON in room that is used again,
    /// which is read like any other. A value in which something is `None`, as that may mean two things, takes the long way.
    ///
    /// # Errors
    ///
    /// What the policy declares otherwise, without places. Then no deal is known.
    pub fn read<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Vec<Diagnostic>> {
        if let Some(mut reading) = self.reading.take() {
            let usual = reading.value(self, value);
            self.reading = Some(reading);
            if usual.is_some() {
                return Ok(());
            }
        }
        self.clear();
        let deal = read::serialize(&self.program.policy.schema, &value)?;
        self.load(&deal);
        Ok(())
    }
}

/// How deals in text are read into slots, with what was seen of the deals before.
#[derive(Debug)]
pub(crate) struct Reading {
    names: Arc<Names>,
    order: Order,
    columns: Vec<Columned>,
    separator: u8,
    /// Room for a value as JSON.
    json: Vec<u8>,
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
enum Columned {
    Fact(Target),
    /// One that is not read this way, unless nothing stands in it.
    Other,
    Beside,
}

impl Reading {
    /// Of lines in JSON, whose names are facts.
    pub(super) fn of_facts(names: Arc<Names>) -> Reading {
        Reading { names, order: Order::default(), columns: Vec::new(), separator: b',', json: Vec::new() }
    }

    /// Of lines in JSON. What is said of the names in `keep` is found, and those in `pass` are passed over, whether or not they
    /// are facts.
    pub(crate) fn of_lines(program: &Program, keep: &[String], pass: &[String]) -> Reading {
        let mut names = Names::clone(&program.names);
        pass.iter().for_each(|name| names.pass(name, None));
        keep.iter().enumerate().for_each(|(place, name)| names.pass(name, Some(place)));
        Reading::of_facts(Arc::new(names))
    }

    /// Of the rows of a table.
    pub(crate) fn of_table(program: &Program, header: &Header) -> Reading {
        let columns = header.columns.iter().map(|column| match column.means {
            Means::Fact(fact) => {
                let target = program.names.fact(fact, &program.policy.schema, &program.slots);
                if target.is(Kind::List) { Columned::Other } else { Columned::Fact(target) }
            }
            Means::Field { .. } => Columned::Other,
            Means::Beside => Columned::Beside,
        });
        let reading = Reading::of_facts(Arc::clone(&program.names));
        Reading { columns: columns.collect(), separator: header.separator, ..reading }
    }

    /// Reads a line of JSON, and finds where in it stands what is kept. Nothing where it is to be read otherwise; then the deal
    /// of the evaluator means nothing.
    #[inline]
    pub(crate) fn line(
        &mut self,
        evaluator: &mut Evaluator,
        text: &str,
        kept: &mut [Option<Range<usize>>],
    ) -> Usual<()> {
        evaluator.clear();
        kept.fill(None);
        Scan { text, at: 0, evaluator, names: &self.names, order: &mut self.order, kept }.deal()
    }

    /// Reads what a value says. Nothing where it is to be read otherwise; then the deal of the evaluator means nothing.
    fn value<T: Serialize + ?Sized>(&mut self, evaluator: &mut Evaluator, value: &T) -> Usual<()> {
        let mut json = std::mem::take(&mut self.json);
        json.clear();
        let mut serializer = serde_json::Serializer::with_formatter(&mut json, Plain { depth: 0 });
        let written = value.serialize(&mut serializer).is_ok();
        let text = std::str::from_utf8(&json).ok().filter(|_| written);
        let usual = text.and_then(|text| self.line(evaluator, text, &mut []));
        self.json = json;
        usual
    }

    /// Reads a row of a table, which has no line break at its end. Nothing where it is to be read otherwise; then the deal of the
    /// evaluator means nothing.
    pub(crate) fn row(&mut self, evaluator: &mut Evaluator, text: &str) -> Usual<()> {
        evaluator.clear();
        let mut columns = self.columns.iter();
        for cell in Cells::of(text, self.separator) {
            let cell = cell.ok()?;
            let said = cell.text.trim();
            match columns.next()? {
                Columned::Beside => {}
                _ if said.is_empty() => {}
                Columned::Fact(target) => {
                    let cell = self.cell(evaluator, target, said)?;
                    evaluator.put_fresh(target.slot, cell);
                }
                Columned::Other => return None,
            }
        }
        columns.next().is_none().then_some(())
    }

    fn cell(&self, evaluator: &mut Evaluator, target: &Target, said: &str) -> Usual<Cell> {
        if said.starts_with('"') {
            return None;
        }
        match target.form.kind {
            Kind::Text => Some(evaluator.text(said)),
            Kind::Variant => self.names.variant(target, said),
            _ if target.optional && said == "none" => Some(NONE),
            Kind::Boolean => match said {
                "true" => Some(1),
                "false" => Some(0),
                _ => None,
            },
            Kind::Number => {
                let (cell, length) = number(said.as_bytes(), target.form.places)?;
                (length == said.len()).then(|| target.within(cell)).flatten()
            }
            Kind::Date => target.within(day_number(date(said)?)),
            Kind::Items | Kind::List => None,
        }
    }
}

/// JSON without null, which would be `None` as well as a float that is no number, and without deep nesting.
struct Plain {
    depth: usize,
}

impl Plain {
    const DEEPEST: usize = 32;

    fn enter<W: io::Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        if self.depth == Plain::DEEPEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.depth += 1;
        writer.write_all(bracket)
    }

    fn leave<W: io::Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        writer.write_all(bracket)
    }
}

impl Formatter for Plain {
    fn write_null<W: io::Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        Err(io::ErrorKind::InvalidData.into())
    }

    fn begin_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.enter(writer, b"{")
    }

    fn end_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.leave(writer, b"}")
    }

    fn begin_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.enter(writer, b"[")
    }

    fn end_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.leave(writer, b"]")
    }
}
