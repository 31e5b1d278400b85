//! A deal, read by the facts that a pack declares.

use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;

use super::{Decisions, Error, Pack};
use crate::base::{FileId, SourceFile, Sources};
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::{self, Options};
use crate::facts::{self, read, read::Format};

/// What is known of a deal, read by the facts that a [`Pack`] declares.
#[derive(Clone, Debug)]
pub struct Deal {
    pack: Pack,
    name: Option<Arc<str>>,
    sources: Sources,
    facts: facts::Deal,
}

impl Pack {
    /// A deal of which nothing is known. [`Deal::set`] adds to it.
    pub fn empty_deal(&self) -> Deal {
        Deal { pack: self.clone(), name: None, sources: self.sources().clone(), facts: facts::Deal::new() }
    }

    /// The deal that a value says when it is serialized: fields are groups and facts, `{"client": {"kind": "private"}}`.
    ///
    /// # Errors
    ///
    /// What the policy declares otherwise: unknown names, values of the wrong type or out of range.
    pub fn deal<T: Serialize + ?Sized>(&self, value: &T) -> Result<Deal, Error> {
        let mut deal = self.empty_deal();
        deal.facts = read::serialize(&self.policy().schema, &value).map_err(|d| Error::new(d, deal.sources.clone()))?;
        Ok(deal)
    }

    /// The deal that `text` says; `name` is how messages and reports call it.
    ///
    /// # Errors
    ///
    /// Every problem of the text, with its place.
    pub fn read_deal(&self, name: &str, text: &str, format: Format) -> Result<Deal, Error> {
        let mut sources = self.sources().clone();
        let id = sources.add(SourceFile::new(name, text));
        self.deal_in(name, id, sources, format)
    }

    /// The deal whose text is the file `id` of `sources`, which hold the pack's texts too.
    pub(crate) fn deal_in(&self, name: &str, id: FileId, sources: Sources, format: Format) -> Result<Deal, Error> {
        let file = sources.get(id).cloned().unwrap_or_else(|| SourceFile::new(name, ""));
        if let Some(problem) = super::compile::nul(id, &file) {
            return Err(Error::new(vec![problem], sources));
        }
        let (facts, problems) = read::deal(&self.policy().schema, id, &file, format);
        if problems.iter().any(|p: &Diagnostic| p.severity == Severity::Error) {
            return Err(Error::new(problems, sources));
        }
        Ok(Deal { pack: self.clone(), name: Some(name.into()), sources, facts })
    }

    /// The deal that `read` finds in a text, whose places are in `file`.
    pub(crate) fn deal_of(
        &self,
        name: &str,
        file: SourceFile,
        read: impl FnOnce(FileId, &SourceFile) -> (facts::Deal, Vec<Diagnostic>),
    ) -> Result<Deal, Error> {
        let mut sources = self.sources().clone();
        let id = sources.add(file.clone());
        let (facts, problems) = match super::compile::nul(id, &file) {
            Some(problem) => (facts::Deal::new(), vec![problem]),
            None => read(id, &file),
        };
        if problems.iter().any(|p: &Diagnostic| p.severity == Severity::Error) {
            return Err(Error::new(problems, sources));
        }
        Ok(Deal { pack: self.clone(), name: Some(name.into()), sources, facts })
    }

    /// Decides the deal that a value says when it is serialized, as of a date: [`Pack::deal`] and [`Deal::decide`] in one.
    ///
    /// # Errors
    ///
    /// What the policy declares otherwise: unknown names, values of the wrong type or out of range.
    pub fn decide<T: Serialize + ?Sized>(&self, value: &T, as_of: Date) -> Result<Decisions, Error> {
        Ok(self.deal(value)?.decide(as_of))
    }
}

impl Deal {
    /// Sets one fact as the command line does: `client.kind=private`, `instances[0].users=1200`.
    ///
    /// # Errors
    ///
    /// A path that the policy does not declare, or a value that does not fit.
    pub fn set(&mut self, assignment: &str) -> Result<(), Error> {
        read::set(&self.pack.policy().schema, &mut self.facts, assignment)
            .map_err(|d| Error::new(d, self.sources.clone()))
    }

    /// Sets several facts one after the other, and reports everything that is wrong with them. Gives the lists that were
    /// not known before and were begun with one of their records, each with how many records it is taken to hold now.
    pub(crate) fn set_all(&mut self, assignments: &[String]) -> Result<Vec<(String, usize)>, Error> {
        let schema = &self.pack.policy().schema;
        let mut begun = Vec::new();
        let mut problems: Vec<Diagnostic> = Vec::new();
        for assignment in assignments {
            let list = assignment.split_once('=').and_then(|(path, _)| path.split_once('['));
            let list = list.and_then(|(list, _)| schema.fact_by_name(list.trim()));
            begun.extend(list.filter(|list| self.facts.get(*list).is_none()));
            problems.extend(read::set(schema, &mut self.facts, assignment).err().into_iter().flatten());
        }
        if !problems.is_empty() {
            return Err(Error::new(problems, self.sources.clone()));
        }
        let length = |list| match self.facts.get(list).map(|given| &given.value) {
            Some(facts::Value::List(records)) => records.len(),
            _ => 0,
        };
        Ok(begun.into_iter().map(|list| (schema.facts[list].name.clone(), length(list))).collect())
    }

    /// A deal of the same pack and name that says this.
    pub(super) fn with_facts(&self, facts: facts::Deal) -> Deal {
        Deal { facts, ..self.clone() }
    }

    /// Takes every decision of the pack, as of a date.
    pub fn decide(&self, as_of: Date) -> Decisions {
        self.decide_with(as_of, &Options::default())
    }

    /// Takes decisions as of a date: which, how strictly, and with which explanations.
    pub fn decide_with(&self, as_of: Date, options: &Options) -> Decisions {
        let taken = engine::decide(self.pack.policy(), &self.facts, as_of, options);
        Decisions::new(self.clone(), taken)
    }

    /// What messages and reports call it.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The pack whose facts it gives.
    pub fn pack(&self) -> &Pack {
        &self.pack
    }

    /// The texts of the pack and of the deal.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The facts as the engine sees them.
    pub fn facts(&self) -> &facts::Deal {
        &self.facts
    }
}
