//! Some rows after the other.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::answers::count;
use super::columns::Columns;
use super::csv::{self, Table};
use super::json::Lines;
use super::output::Output;
use super::tally::Tally;
use super::{Plan, To};
use crate::base::{SourceFile, Sources, decode};
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::{Memo, Options};
use crate::facts::read::table::{Cells, Header, Rows};
use crate::facts::{Deal, read};
use crate::program::{Evaluator, Reading};
use crate::trace::Report;
use crate::trace::data::Answers;

/// How rows are read.
#[derive(Clone, Debug)]
pub enum From {
    /// An object of JSON on each line.
    Lines,
    /// Cells under these columns.
    Table(Arc<Header>),
}

/// What is kept of a row.
pub(super) enum Kept<'a> {
    Nothing,
    /// As JSON has it.
    Json(&'a str),
    Text(Cow<'a, str>),
}

/// What became of some rows.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// Rows of the output.
    pub text: Vec<u8>,
    /// The rows that could not be read, each as it was, with a line break.
    pub rejects: Vec<u8>,
    /// What is wrong with the first of them.
    pub rejected: Vec<Rejected>,
    /// How many came to what.
    pub tally: Tally,
    /// Rows of the output as a record batch, where they are no text.
    #[cfg(feature = "columnar")]
    pub columns: Option<arrow_array::RecordBatch>,
}

/// A row that could not be read.
#[derive(Clone, Debug)]
pub struct Rejected {
    /// What is wrong with it.
    pub problems: Vec<Diagnostic>,
    /// The texts that the problems point into.
    pub sources: Sources,
}

/// Decides rows, one after the other. Each thread has its own.
pub struct Worker<'p> {
    plan: &'p Plan,
    memo: &'p Memo<'p>,
    /// What messages call the input.
    shown: &'p str,
    from: From,
    beside: Vec<String>,
    /// What is kept of each row as text.
    keep: &'p [String],
    /// Of the columns of the input, which are kept.
    kept: Vec<Option<usize>>,
    quick: Option<(Evaluator, Reading)>,
    pub(super) outputs: Vec<Output>,
    pub(super) writer: Writer,
    options: Options,
}

pub(super) enum Writer {
    Lines(Lines),
    Table(Table),
    #[cfg(feature = "columnar")]
    Columns(Box<super::columnar::Rows>),
}

/// Of so many rejected rows of one piece it is said what is wrong with them: no more will be shown.
const MOST_TOLD: usize = 10;

impl<'p> Worker<'p> {
    /// One that reads rows so, of an input that messages call `shown`.
    pub fn new(plan: &'p Plan, memo: &'p Memo<'p>, shown: &'p str, from: From) -> Worker<'p> {
        Worker::keeping(plan, memo, shown, from, &plan.keep)
    }

    /// One for rows that are no text, of which nothing is kept as text unless they become text.
    #[cfg(feature = "columnar")]
    pub(super) fn of_columns(plan: &'p Plan, memo: &'p Memo<'p>, shown: &'p str) -> Worker<'p> {
        let keep = if plan.to.is_text() { plan.keep.as_slice() } else { &[] };
        Worker::keeping(plan, memo, shown, From::Lines, keep)
    }

    fn keeping(plan: &'p Plan, memo: &'p Memo<'p>, shown: &'p str, from: From, keep: &'p [String]) -> Worker<'p> {
        // What is kept elsewhere than in the text is passed over there.
        let beside = plan.beside();
        // A name below one that is passed over as a whole is for those who look at every name.
        let below = |one: &String, other: &String| other.strip_prefix(one).is_some_and(|rest| rest.starts_with('.'));
        let is_nested = beside.iter().any(|one| beside.iter().any(|other| below(one, other)));
        let quick = plan.program.as_ref().filter(|_| !is_nested).map(|program| {
            let mut evaluator = match plan.strict {
                true => Evaluator::strict(Arc::clone(program)),
                false => Evaluator::new(Arc::clone(program)),
            };
            evaluator.set_as_of(plan.as_of);
            let reading = match &from {
                From::Lines => Reading::of_lines(program, keep, &beside),
                From::Table(header) => Reading::of_table(program, header),
            };
            (evaluator, reading)
        });
        let output = |&decision| {
            let of = |program: &crate::program::Program| {
                program.decisions().find(|(_, id)| *id == decision).map(|(output, _)| output)
            };
            Output::of(&plan.policy, decision, plan.program.as_deref().and_then(of))
        };
        let kept = match &from {
            From::Lines => vec![None; keep.len()],
            From::Table(header) => {
                let column = |name: &String| header.columns.iter().position(|column| column.name == *name);
                keep.iter().map(column).collect()
            }
        };
        let outputs: Vec<Output> = plan.decisions.iter().map(output).collect();
        let writer = match plan.to {
            To::Lines => Writer::Lines(Lines::of(plan)),
            To::Table => Writer::Table(Table::of(plan)),
            #[cfg(feature = "columnar")]
            To::Columns => Writer::Columns(Box::new(super::columnar::Rows::of(plan, &outputs, keep.len()))),
        };
        Worker {
            plan,
            memo,
            shown,
            from,
            beside: plan.beside(),
            keep,
            kept,
            quick,
            outputs,
            writer,
            options: Options {
                strict: plan.strict,
                explain: false,
                only: Some(plan.decisions.clone()),
                ..Options::default()
            },
        }
    }

    /// What stands before the first row of the output.
    pub fn head(plan: &Plan, columns: &Columns) -> Vec<u8> {
        let mut head = Vec::new();
        if plan.to == To::Table {
            columns.0.iter().for_each(|name| csv::cell(name, &mut head));
            csv::end(&mut head);
        }
        head
    }

    /// Decides the rows of a text that begins on the line `line` of the input, in place of what `done` held. With
    /// `fail_fast` it ends at the first that cannot be read.
    pub fn decide(&mut self, text: &[u8], line: usize, fail_fast: bool, done: &mut Done) {
        self.begin(done);
        let separator = match &self.from {
            From::Lines => None,
            From::Table(header) => Some(header.separator),
        };
        for (line, row) in Rows::of(text, separator, line) {
            if !self.row(row, line, done) && fail_fast {
                break;
            }
        }
        #[cfg(feature = "columnar")]
        if let Writer::Columns(rows) = &mut self.writer {
            done.columns = rows.finish(&super::columnar::schema_of_text(self.plan), Vec::new()).ok();
        }
    }

    /// Empties what is to hold what becomes of the next rows.
    pub(super) fn begin(&self, done: &mut Done) {
        done.text.clear();
        done.rejects.clear();
        done.rejected.clear();
        #[cfg(feature = "columnar")]
        {
            done.columns = None;
        }
        if done.tally.outcomes.len() == self.outputs.len() {
            done.tally.clear();
        } else {
            done.tally = Tally::new(&self.plan.policy, &self.plan.decisions);
        }
    }

    /// Decides a row, and says whether it could be read.
    pub(super) fn row(&mut self, row: &[u8], line: usize, done: &mut Done) -> bool {
        let read = match std::str::from_utf8(row) {
            Ok(text) if self.quick(text, line, done) => Ok(()),
            Ok(text) => self.thoroughly(text, line, done),
            Err(_) => Err(not_text(self.shown, line, row)),
        };
        match read {
            Ok(()) => {
                done.tally.decided += 1;
                true
            }
            Err(rejected) => {
                done.tally.rejected += 1;
                done.rejects.extend_from_slice(row);
                done.rejects.push(b'\n');
                if done.rejected.len() < MOST_TOLD {
                    done.rejected.push(*rejected);
                }
                false
            }
        }
    }

    /// Reads, decides and writes a row in which nothing is unusual and of which everything is decided; says whether it was
    /// one.
    #[inline]
    fn quick(&mut self, text: &str, line: usize, done: &mut Done) -> bool {
        let Some((evaluator, reading)) = &mut self.quick else { return false };
        if self.plan.reasons {
            return false;
        }
        let mut places: Vec<Option<Range<usize>>> = vec![None; self.keep.len()];
        let read = match &self.from {
            From::Lines => reading.line(evaluator, text, &mut places),
            From::Table(_) => reading.row(evaluator, text),
        };
        if read.is_none() {
            return false;
        }
        evaluator.run();
        if !evaluator.is_settled() {
            return false;
        }
        let kept: Vec<Kept<'_>> = match &self.from {
            From::Table(header) => cells(text, header, &self.kept),
            From::Lines => {
                let said = places.into_iter().map(|place| text.get(place?));
                said.map(|raw| raw.map_or(Kept::Nothing, Kept::Json)).collect()
            }
        };
        self.writer.decided(self.plan, (line, &kept), (evaluator, &self.outputs), done);
        true
    }

    /// What takes deals in cells, where there is a program.
    #[cfg(feature = "columnar")]
    pub(super) fn evaluator(&mut self) -> Option<&mut Evaluator> {
        self.quick.as_mut().map(|(evaluator, _)| evaluator)
    }

    /// Decides and writes the row whose deal the evaluator holds, and of which nothing is kept as text.
    #[cfg(feature = "columnar")]
    pub(super) fn decide_loaded(&mut self, line: usize, done: &mut Done) {
        let Some((evaluator, _)) = &mut self.quick else { return };
        done.tally.decided += 1;
        evaluator.run();
        let row = (line, [].as_slice());
        if evaluator.is_settled() {
            return self.writer.decided(self.plan, row, (evaluator, &self.outputs), done);
        }
        let deal = evaluator.deal();
        self.answers(&deal, &self.plan.sources, row, done);
    }

    /// Reads, decides and writes a row whatever it says and comes to.
    #[cold]
    fn thoroughly(&mut self, text: &str, line: usize, done: &mut Done) -> Result<(), Box<Rejected>> {
        let plan = self.plan;
        let mut sources = plan.sources.clone();
        let file = SourceFile::piece(self.shown, text, line);
        let id = sources.add(file.clone());
        let schema = &plan.policy.schema;
        let (deal, problems) = match &self.from {
            From::Lines => read::line(schema, id, &file, &self.beside),
            From::Table(header) => header.deal(schema, id, &file),
        };
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(Box::new(Rejected { problems, sources }));
        }
        let kept = match &self.from {
            From::Table(header) => cells(text, header, &self.kept),
            From::Lines => self.keep.iter().map(|name| raw(text, name).map_or(Kept::Nothing, Kept::Json)).collect(),
        };
        self.answers(&deal, &sources, (line, &kept), done);
        Ok(())
    }

    /// Decides and writes a row by the engine.
    fn answers(&mut self, deal: &Deal, sources: &Sources, row: (usize, &[Kept<'_>]), done: &mut Done) {
        let decisions = self.memo.decide(deal, self.plan.as_of, &self.options);
        let report = Report {
            policy: &self.plan.policy,
            sources,
            deal,
            deal_sources: sources,
            deal_name: self.shown,
            decisions: &decisions,
            traces: false,
        };
        let data = report.data();
        for ((decision, output), outcomes) in data.decisions.iter().zip(&self.outputs).zip(&mut done.tally.outcomes) {
            let answers = match &decision.answers {
                Answers::One(answer) => std::slice::from_ref(&**answer),
                Answers::Each { answers, .. } => answers.as_slice(),
            };
            answers.iter().for_each(|answer| count(answer, &output.names, outcomes));
        }
        match &mut self.writer {
            Writer::Lines(lines) => lines.answers(row, &data, &self.outputs, &mut done.text),
            Writer::Table(table) => table.answers(row, &data, &self.outputs, &mut done.text),
            #[cfg(feature = "columnar")]
            Writer::Columns(rows) => rows.answers(row, &data, &self.outputs),
        }
    }
}

impl Writer {
    /// Writes a row of which every decision is decided.
    #[inline]
    fn decided(&mut self, plan: &Plan, row: (usize, &[Kept<'_>]), decided: (&Evaluator, &[Output]), done: &mut Done) {
        match self {
            Writer::Lines(lines) => lines.decided(plan, row, decided, &mut done.tally, &mut done.text),
            Writer::Table(table) => table.decided(plan, row, decided, &mut done.tally, &mut done.text),
            #[cfg(feature = "columnar")]
            Writer::Columns(rows) => rows.decided(row, decided, &mut done.tally),
        }
    }
}

/// The cells of a row that are kept.
fn cells<'t>(text: &'t str, header: &Header, kept: &[Option<usize>]) -> Vec<Kept<'t>> {
    if kept.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<Kept<'t>> = kept.iter().map(|_| Kept::Nothing).collect();
    for (column, cell) in Cells::of(text, header.separator).enumerate() {
        let Ok(cell) = cell else { continue };
        if let Some(place) = kept.iter().position(|of| *of == Some(column))
            && !cell.text.is_empty()
        {
            found[place] = Kept::Text(cell.text);
        }
    }
    found
}

/// What is said of a name in an object of JSON, which may stand in groups or with dots.
fn raw<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    use serde_json::value::RawValue;
    type Object<'t> = HashMap<Cow<'t, str>, &'t RawValue>;
    let object: Object<'t> = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    if let Some(said) = object.get(name) {
        return Some(said.get());
    }
    let mut dots = name.match_indices('.');
    dots.find_map(|(dot, _)| raw(object.get(&name[..dot])?.get(), &name[dot + 1..]))
}

fn not_text(shown: &str, line: usize, row: &[u8]) -> Box<Rejected> {
    let mut sources = Sources::new();
    let problems = match decode(row.to_vec()) {
        Ok(_) => Vec::new(),
        Err(not) => {
            let id = sources.add(SourceFile::piece(shown, not.shown.as_str(), line));
            let file = SourceFile::piece(shown, not.shown.as_str(), line);
            vec![read::not_text(id, &file, not.offset)]
        }
    };
    Box::new(Rejected { problems, sources })
}
