//! Tables: a row is a rule whose condition is what its cells ask of the columns.

use rustc_hash::FxHashMap;

use super::decisions::Body;
use super::expressions::{Asked, Hint};
use super::names::Declarations;
use super::narrowing::Place;
use super::order::Dependency;
use super::{Checker, Scope, id, text};
use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{Type, TypeKind, Value};
use crate::policy::{self, Expr, ExprId, ExprKind, Hit, LookupId, RuleSet, Shape, Window};
use crate::syntax::ast;

/// What a cell asks of its column.
struct Test {
    /// As a condition; `None` for `any`.
    condition: Option<ExprId>,
    /// The column is not none where it holds.
    present: bool,
}

impl Checker<'_> {
    /// Checks every table with parameters.
    pub(super) fn check_lookups(&mut self, all: &Declarations<'_>) -> Vec<Option<policy::Lookup>> {
        (0..all.lookups.len()).map(|place| self.lookup_body(all, id(place))).collect()
    }

    fn lookup_body(&mut self, all: &Declarations<'_>, lookup: LookupId) -> Option<policy::Lookup> {
        let place = super::index(lookup);
        let table = all.lookups[place];
        let signature = self.signatures.lookups[place].clone();
        let scope = Scope { lookup: Some(lookup), ..Scope::default() };
        let (parts, scope) = self.within(scope, |c| {
            let notes = c.notes(&table.notes, all);
            (notes, c.table(table, signature.ty.as_ref(), all))
        });
        self.edges.insert(Dependency::Lookup(lookup), scope.uses);
        let (notes, body) = parts;
        let (rules, shape) = body?;
        let parameters = signature.parameters.into_iter().map(|(name, ty, _)| Some((name, ty?)));
        Some(policy::Lookup {
            name: table.name.text.clone(),
            label: text(table.label.as_ref()),
            parameters: parameters.collect::<Option<_>>()?,
            ty: signature.ty?,
            rules,
            shape,
            notes,
            span: table.span,
        })
    }

    /// The rows of a table as rules. `ty` is the type of the decision or the look-up.
    pub(super) fn table(&mut self, table: &ast::Table, ty: Option<&Type>, all: &Declarations<'_>) -> Option<Body> {
        if table.rows.is_empty() {
            self.report_empty(&table.name, "no rows", "write a row for each case: `| … | OUTCOME |`");
            return None;
        }
        let outcome_type = match ty {
            Some(Type { kind: TypeKind::Items(outcomes), .. }) => Some(Type::of(TypeKind::Variant(*outcomes))),
            ty => ty.cloned(),
        };
        let columns = self.columns(table);
        let names = self.row_names(table);
        let asked = Asked { what: "the outcome of", name: &table.name.text, at: Some(table.ty.span) };
        let (mut rules, mut cells) = (Vec::with_capacity(table.rows.len()), Vec::with_capacity(table.rows.len()));
        let mut fine = true;
        for (row, name) in table.rows.iter().zip(names) {
            let notes = self.notes(&row.notes, all);
            let lowered = self.row(row, table, &columns, outcome_type.as_ref(), &asked);
            let Some((tests, outcome)) = lowered else {
                fine = false;
                continue;
            };
            let conditions: Box<[ExprId]> = tests.iter().copied().flatten().collect();
            let condition =
                (!conditions.is_empty()).then(|| self.push(ExprKind::And(conditions), Type::boolean(), row.span));
            rules.push(policy::Rule {
                name,
                label: None,
                condition,
                outcome,
                overrides: Vec::new(),
                window: Window::default(),
                notes,
                span: row.span,
            });
            cells.push(tests);
        }
        let columns: Vec<ExprId> = columns.into_iter().collect::<Option<_>>()?;
        let hit = match table.hit {
            None | Some((ast::HitPolicy::ExactlyOne, _)) => Hit::Agree,
            Some((ast::HitPolicy::FirstMatch, _)) => Hit::First,
            Some((ast::HitPolicy::Collect, _)) => Hit::Collect,
        };
        let shape = Shape::Table { columns, cells, outcome: table.outcome.text.clone() };
        fine.then_some((RuleSet { hit, rules, default: None }, shape))
    }

    fn columns(&mut self, table: &ast::Table) -> Vec<Option<ExprId>> {
        let mut places: FxHashMap<String, Span> = FxHashMap::default();
        for column in &table.columns {
            let words = self.sources.slice(column.span).split_whitespace().collect::<Vec<_>>().join(" ");
            if words.is_empty() {
                continue;
            }
            match places.get(&words) {
                Some(&first) => {
                    let message = format!("two columns test `{words}`");
                    self.report(
                        Diagnostic::error(Code::DuplicatePart, column.span, message)
                            .here("the second")
                            .label(first, "the first")
                            .help("put both tests into one column: a cell takes a list or a range"),
                    );
                }
                None => {
                    places.insert(words, column.span);
                }
            }
        }
        table.columns.iter().map(|column| self.infer(column, &Hint::Nothing).expr).collect()
    }

    /// The names of the rows, `row_N` where they have none of their own.
    fn row_names(&mut self, table: &ast::Table) -> Vec<String> {
        let mut places: FxHashMap<String, Span> = FxHashMap::default();
        let mut names = Vec::with_capacity(table.rows.len());
        for (place, row) in table.rows.iter().enumerate() {
            let (name, span) = match &row.name {
                Some(name) => (name.text.clone(), name.span),
                None => (format!("row_{}", place + 1), row.span),
            };
            match places.get(&name) {
                Some(&first) => self.report_duplicate_part("row", &ast::Name { text: name.clone(), span }, first),
                None => {
                    places.insert(name.clone(), span);
                }
            }
            names.push(name);
        }
        names
    }

    fn row(
        &mut self,
        row: &ast::Row,
        table: &ast::Table,
        columns: &[Option<ExprId>],
        outcome_type: Option<&Type>,
        asked: &Asked<'_>,
    ) -> Option<(Vec<Option<ExprId>>, ExprId)> {
        if row.cells.len() != columns.len() {
            if self.names.is_partial(&table.name) {
                return None;
            }
            let header = table.columns.first().map_or(table.outcome.span, |c| c.span).to(table.outcome.span);
            let message =
                format!("this row has {} where the table has {}", cells(row.cells.len()), cells(columns.len()));
            self.report(
                Diagnostic::error(Code::RowShape, row.span, message)
                    .here("cells and columns do not match")
                    .label(header, "the columns")
                    .help("a cell that does not matter says `any`"),
            );
            return None;
        }
        let mut tests = Vec::with_capacity(columns.len());
        let (mut fine, mut known) = (true, Vec::new());
        for (cell, column) in row.cells.iter().zip(columns) {
            match self.cell(cell, *column) {
                Some(test) => {
                    if test.present
                        && let Some(place) = column.and_then(|column| Place::of(&self.expr(column).kind))
                    {
                        known.push(place);
                    }
                    tests.push(test.condition);
                }
                None => fine = false,
            }
        }
        let outcome = self.knowing(&known, |c| c.outcome(&row.outcome, outcome_type, asked));
        let outcome = outcome?;
        fine.then_some((tests, outcome))
    }

    /// What a cell asks. A column that may be none meets a value only where it is not none.
    fn cell(&mut self, cell: &ast::Cell, column: Option<ExprId>) -> Option<Test> {
        let (tests, negated) = match &cell.kind {
            ast::CellKind::Any => return column.map(|_| Test { condition: None, present: false }),
            ast::CellKind::OneOf(tests) => (tests, false),
            ast::CellKind::NoneOf(tests) => (tests, true),
        };
        let Some(column) = column else {
            for test in tests {
                self.quiet(test);
            }
            return None;
        };
        let optional = self.type_of(column).optional;
        // The column where it is known not to be none.
        let present = if optional { self.narrowed_copy(column) } else { column };
        let mut fine = true;
        let (mut accepts_none, mut values, mut others) = (false, Vec::new(), Vec::new());
        for test in tests {
            match test {
                ast::CellTest::Value(value) if matches!(value.kind, ast::ExprKind::None) => {
                    accepts_none = true;
                    if !optional {
                        fine = false;
                        self.report_never_none(value.span, column);
                    }
                }
                ast::CellTest::Value(value) => match self.cell_value(value, present) {
                    Some(value) => values.push(value),
                    None => fine = false,
                },
                ast::CellTest::Compare(op, value) => match self.cell_bound(value, present) {
                    Some(value) => {
                        let compare = ExprKind::Compare(*op, present, value);
                        others.push(self.push(compare, Type::boolean(), cell.span));
                    }
                    None => fine = false,
                },
                ast::CellTest::Within(range) => match self.range(Some(present), range) {
                    Some((low, high)) => {
                        let within = ExprKind::Within { of: present, low, high, negated: false };
                        others.push(self.push(within, Type::boolean(), cell.span));
                    }
                    None => fine = false,
                },
            }
        }
        if !fine {
            return None;
        }
        let only_none = values.is_empty() && others.is_empty();
        if only_none || (others.is_empty() && !optional) {
            let condition = if only_none {
                let kind = ExprKind::IsNone { of: column, negated };
                self.push(kind, Type::boolean(), cell.span)
            } else {
                self.equal_to_one(present, values, negated, cell.span)
            };
            return Some(Test { condition: Some(condition), present: only_none && negated });
        }
        if !values.is_empty() {
            others.push(self.equal_to_one(present, values, false, cell.span));
        }
        let mut condition = self.any_of(others, cell.span);
        if optional {
            let there = self.push(ExprKind::IsNone { of: column, negated: true }, Type::boolean(), cell.span);
            condition = self.push(ExprKind::And([there, condition].into()), Type::boolean(), cell.span);
            if accepts_none {
                let none = self.push(ExprKind::IsNone { of: column, negated: false }, Type::boolean(), cell.span);
                condition = self.push(ExprKind::Or([none, condition].into()), Type::boolean(), cell.span);
            }
        }
        if negated {
            condition = self.push(ExprKind::Not(condition), Type::boolean(), cell.span);
        }
        Some(Test { condition: Some(condition), present: optional && accepts_none == negated })
    }

    /// Looks at a test whose column is in error, for units and the like.
    fn quiet(&mut self, test: &ast::CellTest) {
        let exprs: Vec<&ast::Expr> = match test {
            ast::CellTest::Value(value) | ast::CellTest::Compare(_, value) => vec![value],
            ast::CellTest::Within(range) => {
                [range.low.as_deref(), range.high.as_deref()].into_iter().flatten().collect()
            }
        };
        for e in exprs {
            self.infer(e, &Hint::Failed);
        }
    }

    fn narrowed_copy(&mut self, column: ExprId) -> ExprId {
        let Expr { kind, mut ty, span } = self.expr(column).clone();
        ty.optional = false;
        self.push(kind, ty, span)
    }

    fn report_never_none(&mut self, span: Span, column: ExprId) {
        let column_span = self.span_of(column);
        let message = format!("{} is never none", self.quoted(column_span));
        let report = Diagnostic::error(Code::NeverNone, span, message).here("never the case");
        self.report(report.label(column_span, "the column").help("a type that allows none says so with `or none`"));
    }

    /// A value that the column is compared with for equality, of the column's type.
    fn cell_value(&mut self, value: &ast::Expr, column: ExprId) -> Option<ExprId> {
        let hint = self.hint_by(Some(column));
        let value = self.infer(value, &hint).expr?;
        let value = self.present(value)?;
        self.same_as_column(value, column)?;
        Some(value)
    }

    /// A number or date that the column is compared with.
    fn cell_bound(&mut self, value: &ast::Expr, column: ExprId) -> Option<ExprId> {
        if !matches!(self.type_of(column).kind, TypeKind::Number(_) | TypeKind::Date(_)) {
            let at = value.span;
            self.infer(value, &Hint::Failed);
            let (span, is) = (self.span_of(column), self.describe(self.type_of(column)));
            let message = format!("only numbers and dates have an order, and {} is {is}", self.quoted(span));
            let report = Diagnostic::error(Code::WrongType, at, message).here("cannot be compared this way");
            self.report(report.label(span, "the column"));
            return None;
        }
        let value = self.infer(value, &Hint::Words("a number or a date")).expr?;
        let value = self.present(value)?;
        self.same_as_column(value, column)?;
        Some(value)
    }

    fn same_as_column(&mut self, value: ExprId, column: ExprId) -> Option<()> {
        let wanted = self.type_of(column).clone();
        let wide = match wanted.kind {
            // Any kind of number and any date may be compared with the column.
            TypeKind::Number(number) => {
                super::expressions::number_type(crate::facts::NumberKind::Fraction, number.unit)
            }
            TypeKind::Date(_) => super::expressions::date_type(),
            kind => Type::of(kind),
        };
        let at = self.span_of(column);
        let asked = Asked { what: "the column", name: "", at: Some(at) };
        self.fits(value, &wide, &asked).map(|_| ())
    }

    fn equal_to_one(&mut self, column: ExprId, values: Vec<ExprId>, negated: bool, span: Span) -> ExprId {
        let kind = match values.as_slice() {
            [value] => match (&self.expr(*value).kind, &self.type_of(column).kind) {
                (ExprKind::Literal(Value::Boolean(wanted)), TypeKind::Boolean) => {
                    if *wanted != negated {
                        return column;
                    }
                    ExprKind::Not(column)
                }
                _ => ExprKind::Is { left: column, right: *value, negated },
            },
            _ => ExprKind::In { of: column, among: values.into(), negated },
        };
        self.push(kind, Type::boolean(), span)
    }

    fn any_of(&mut self, conditions: Vec<ExprId>, span: Span) -> ExprId {
        match conditions.as_slice() {
            [one] => *one,
            _ => self.push(ExprKind::Or(conditions.into()), Type::boolean(), span),
        }
    }
}

fn cells(n: usize) -> String {
    if n == 1 { "one cell".to_owned() } else { format!("{n} cells") }
}
