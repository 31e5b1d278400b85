//! Declarations that say what a deal is made of: sources, units, types, facts, records, constants, definitions.

use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{
    Constant, ConstantValue, Declaration, Define, Fact, Property, Record, Source, Text, Title, TypeAlias, TypeExpr,
    Unit,
};
use crate::syntax::grammar::{Pair, Rule};

use super::clauses::{Clause, group};
use super::{Lower, child};

/// The head of a declaration as read by the grammar.
#[derive(Clone, Debug)]
pub(in crate::syntax) struct Head<'i> {
    /// Where the text that pest was given begins in the file.
    pub(in crate::syntax) base: usize,
    /// What it says.
    pub(in crate::syntax) pair: Pair<'i>,
}

/// What a declaration came to.
#[allow(clippy::large_enum_variant, reason = "short-lived, and the large one is the usual one")]
pub(in crate::syntax) enum Lowered {
    /// The title of the file.
    Title(Title),
    /// A declaration.
    Declaration(Box<Declaration>),
}

impl Lower<'_> {
    /// A declaration; `None` where too much of it could not be read, which has been reported.
    pub(in crate::syntax) fn declaration(&mut self, head: &Head<'_>, clauses: Vec<Clause<'_>>) -> Option<Lowered> {
        self.base = head.base;
        let span = clauses.iter().fold(self.span(&head.pair), |span, clause| span.to(clause.span));
        let pair = &head.pair;
        let declaration = match pair.as_rule() {
            Rule::title => return self.title(pair, clauses).map(Lowered::Title),
            Rule::source => Declaration::Source(self.source(pair, clauses, span)?),
            Rule::unit => Declaration::Unit(self.unit(pair, clauses, span)?),
            Rule::type_alias => Declaration::Type(self.type_alias(pair, clauses, span)?),
            Rule::fact => Declaration::Fact(self.fact(pair, clauses, span, "a fact")?),
            Rule::record => Declaration::Record(self.record(pair, clauses, span)?),
            Rule::constant => Declaration::Constant(self.constant(pair, clauses, span)?),
            Rule::define => Declaration::Define(self.define(pair, clauses, span)?),
            Rule::decide => Declaration::Decide(self.decide(pair, clauses, span)?),
            Rule::rubric => Declaration::Rubric(self.rubric(pair, clauses, span)?),
            Rule::gate => Declaration::Gate(self.gate(pair, clauses, span)?),
            Rule::table => Declaration::Table(self.table(pair, clauses, span)?),
            Rule::checklist => Declaration::Checklist(self.checklist(pair, clauses, span)?),
            Rule::property => Declaration::Property(self.property(pair, clauses, span)?),
            _ => return None,
        };
        Some(Lowered::Declaration(Box::new(declaration)))
    }

    fn title(&mut self, pair: &Pair<'_>, clauses: Vec<Clause<'_>>) -> Option<Title> {
        let name = self.declared_name(&child(pair, Rule::name)?);
        let label = self.label(pair);
        let span = self.span(pair);
        self.misplaced(clauses, "the title of a file");
        Some(Title { name, label, span })
    }

    fn source(&mut self, pair: &Pair<'_>, mut clauses: Vec<Clause<'_>>, span: Span) -> Option<Source> {
        let name = self.declared_name(&child(pair, Rule::name)?);
        let title = self.label(pair)?;
        let at = self.take_string(&mut clauses, Rule::at);
        self.misplaced(clauses, "a source");
        Some(Source { name, title, at, span })
    }

    fn unit(&mut self, pair: &Pair<'_>, clauses: Vec<Clause<'_>>, span: Span) -> Option<Unit> {
        let currency = child(pair, Rule::kw_currency).is_some();
        let words = pair.clone().into_inner().filter(|p| p.as_rule() == Rule::unit_word);
        let names = words.map(|p| self.name(&p)).collect();
        let decimals =
            child(pair, Rule::unit_decimals).and_then(|d| child(&d, Rule::whole)).and_then(|w| self.whole(&w));
        self.misplaced(clauses, if currency { "a currency" } else { "a unit" });
        Some(Unit { names, currency, decimals, span })
    }

    fn type_alias(&mut self, pair: &Pair<'_>, clauses: Vec<Clause<'_>>, span: Span) -> Option<TypeAlias> {
        let name = self.declared_name(&child(pair, Rule::name)?);
        if matches!(name.text.as_str(), "boolean" | "integer" | "decimal" | "text" | "date") {
            self.report(
                Diagnostic::error(Code::ReservedWord, name.span, format!("`{}` is a type of the language", name.text))
                    .help("choose another name"),
            );
        }
        let ty = self.type_of(&child(pair, Rule::type_of)?);
        let label = self.label(pair);
        self.misplaced(clauses, "a type");
        Some(TypeAlias { name, ty: ty?, label, span })
    }

    /// A fact, or a field, which takes the same clauses. `what` names it: "a field".
    fn fact(&mut self, pair: &Pair<'_>, mut clauses: Vec<Clause<'_>>, span: Span, what: &str) -> Option<Fact> {
        let name = match child(pair, Rule::field_name) {
            Some(field) => self.plain_name(&field),
            None => self.declared_name(&child(pair, Rule::name)?),
        };
        let ty = self.type_of(&child(pair, Rule::type_of)?);
        let label = self.label(pair);
        let ask = self.take_string(&mut clauses, Rule::ask);
        let fixed = self.single(&mut clauses, Rule::fixed).map(|c| c.span);
        let cost = self.take_expression(&mut clauses, Rule::cost);
        let presumed = self.take_expression(&mut clauses, Rule::presumed);
        let judged_by = self.take_string(&mut clauses, Rule::judged);
        self.misplaced(clauses, what);
        Some(Fact { name, ty: ty?, label, ask, fixed, cost, presumed, judged_by, span })
    }

    fn record(&mut self, pair: &Pair<'_>, clauses: Vec<Clause<'_>>, span: Span) -> Option<Record> {
        let name = self.declared_name(&child(pair, Rule::name)?);
        let label = self.label(pair);
        let (own, parts) = group(clauses, &[Rule::field]);
        self.misplaced(own, "a record");
        if parts.is_empty() {
            self.empty(name.span, "a record without fields", "`field users: integer 0..`");
        }
        let mut fields = Vec::with_capacity(parts.len());
        for part in parts {
            let span = part.span();
            self.base = part.opener.base;
            if let Some(field) = part.opener.pair {
                fields.extend(self.fact(&field, part.clauses, span, "a field"));
            }
        }
        Some(Record { name, label, fields, span })
    }

    fn constant(&mut self, pair: &Pair<'_>, clauses: Vec<Clause<'_>>, span: Span) -> Option<Constant> {
        let name = self.declared_name(&child(pair, Rule::name)?);
        let ty = self.optional_type(pair);
        let label = self.label(pair);
        let mut values = Vec::new();
        let written = child(pair, Rule::expression);
        if let Some(written) = &written {
            let value = self.expression(written);
            values.extend(value.map(|value| ConstantValue { span: value.span, value, from: None }));
        }
        let (mut own, parts) = group(clauses, &[Rule::value]);
        match (&written, parts.first()) {
            (Some(_), Some(dated)) => {
                let undated = values.first().map_or(name.span, |v| v.span);
                self.report(
                    Diagnostic::error(Code::TwoForms, dated.opener.span, "a constant with both `=` and `value`")
                        .here("a dated value")
                        .label(undated, "the value for every date")
                        .help("give the first value a date too: `value … from 2025-01-01`"),
                );
            }
            (None, None) => self.empty(
                name.span,
                "a constant without a value",
                "`= 14 days`, or `value 95 EUR/hour from 2025-01-01`",
            ),
            _ => {}
        }
        let mut notes = self.take_notes(&mut own);
        self.misplaced(own, "a constant");
        for mut part in parts {
            let span = part.span();
            let value = self.expression_of(&part.opener);
            let from = self.take_date(&mut part.clauses, Rule::from);
            // Values have no notes of their own: those below the last one are the constant's.
            if notes.is_empty() {
                notes = self.take_notes(&mut part.clauses);
            }
            self.misplaced(part.clauses, "a value of a constant");
            values.extend(value.map(|value| ConstantValue { value, from, span }));
        }
        Some(Constant { name, ty: ty?, label, values, notes, span })
    }

    fn define(&mut self, pair: &Pair<'_>, clauses: Vec<Clause<'_>>, span: Span) -> Option<Define> {
        let name = self.declared_name(&child(pair, Rule::name)?);
        let ty = self.optional_type(pair);
        let label = self.label(pair);
        let body = self.expression(&child(pair, Rule::expression)?);
        self.misplaced(clauses, "a definition");
        Some(Define { name, ty: ty?, label, body: body?, span })
    }

    fn property(&mut self, pair: &Pair<'_>, mut clauses: Vec<Clause<'_>>, span: Span) -> Option<Property> {
        let name = self.declared_name(&child(pair, Rule::name)?);
        let never = child(pair, Rule::kw_never).is_some();
        let label = self.label(pair);
        let condition = self.property_condition(&child(pair, Rule::expression)?);
        let notes = self.take_notes(&mut clauses);
        self.misplaced(clauses, "a property");
        Some(Property { name, never, label, condition: condition?, notes, span })
    }

    /// The label of a head; a second one is reported.
    pub(super) fn label(&mut self, pair: &Pair<'_>) -> Option<Text> {
        let mut labels = pair.clone().into_inner().filter(|p| p.as_rule() == Rule::label);
        let first = self.string(&labels.next()?);
        for again in labels {
            let span = self.span(&again);
            self.report(
                Diagnostic::error(Code::RepeatedClause, span, "a second label")
                    .label(first.span, "the first one")
                    .help("take one of the two out"),
            );
        }
        Some(first)
    }

    /// The type where one is written; the outer `None` says that it could not be read.
    #[allow(clippy::option_option, reason = "unread and unwritten are two different things")]
    fn optional_type(&mut self, pair: &Pair<'_>) -> Option<Option<TypeExpr>> {
        match child(pair, Rule::type_of) {
            Some(ty) => self.type_of(&ty).map(Some),
            None => Some(None),
        }
    }

    /// Reports a declaration that lacks what it is there for: `what` says which and what, `example` how it looks.
    pub(super) fn empty(&mut self, at: Span, what: &str, example: &str) {
        if !self.broken {
            self.report(
                Diagnostic::error(Code::EmptyDeclaration, at, what)
                    .here("nothing of the kind follows")
                    .help(format!("add at least one, such as {example}")),
            );
        }
    }
}
