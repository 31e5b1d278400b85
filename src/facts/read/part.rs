//! Documents that hold deals among other things, such as a file of cases.

use std::fmt;

use super::document::{Holds, Limits, Node, document};
use super::names::Names;
use super::reader::{Manner, Reader};
use super::{Format, value};
use crate::base::{FileId, SourceFile};
use crate::diagnostic::Diagnostic;
use crate::facts::{Deal, Schema, Type, Value};

/// The form of deals by a schema, and of documents that hold many of them.
pub struct Form<'s> {
    schema: &'s Schema,
    names: Names<'s>,
}

impl<'s> Form<'s> {
    /// The form of the deals that `schema` declares.
    pub fn new(schema: &'s Schema) -> Form<'s> {
        Form { schema, names: Names::new(schema) }
    }

    /// The tree of a file of cases, and the problems that did not hinder it. Round a value that is no
    /// part of a deal there may lie `depth` lists and groups, and any list may have `longest` values.
    ///
    /// # Errors
    ///
    /// What keeps the text from being read as `format`.
    pub fn cases(
        &self,
        id: FileId,
        file: &SourceFile,
        format: Format,
        (depth, longest): (usize, usize),
    ) -> Result<(Node, Vec<Diagnostic>), Vec<Diagnostic>> {
        let deal = self.names.limits();
        let limits = Limits {
            depth: deal.depth.saturating_add(depth),
            list: deal.list.max(longest),
            nodes: super::names::MOST_NODES,
        };
        document(id, file, format, Holds::Cases, limits)
    }

    /// Begins to read parts of a document.
    pub fn part<'r>(&'r self, file: &'r SourceFile, format: Format) -> Part<'r> {
        Part { reader: Reader::new(self.schema, &self.names, file.text(), Manner::File(format)) }
    }
}

/// Reads parts of one document, and gathers what is wrong with them.
pub struct Part<'r> {
    reader: Reader<'r>,
}

impl Part<'_> {
    /// The facts of the deal that `node` is.
    pub fn deal(&mut self, node: &Node) -> Deal {
        Deal { given: self.reader.deal(node).into_iter().collect() }
    }

    /// The value of type `ty` that `node` is; `name` is how messages call it. `None` where it is none.
    pub fn value(&mut self, name: &dyn fmt::Display, ty: &Type, node: &Node) -> Option<Value> {
        match value::read_as(&self.reader, name, ty, node) {
            Ok(value) => value,
            Err(problem) => {
                self.reader.problems.push(*problem);
                None
            }
        }
    }

    /// What stands at `node`, in words: "the number `12`".
    pub fn found(&self, node: &Node) -> String {
        super::describe::found(node, self.reader.text)
    }

    /// Adds a problem.
    pub fn problem(&mut self, problem: Diagnostic) {
        self.reader.problems.push(problem);
    }

    /// `text` in the quotes that stand round what is at `span`, to replace it.
    pub fn quoted_like(&self, span: crate::base::Span, text: &str) -> String {
        self.reader.quoted_like(span, text)
    }

    /// Everything that was found wrong.
    pub fn finish(self) -> Vec<Diagnostic> {
        self.reader.problems
    }
}
