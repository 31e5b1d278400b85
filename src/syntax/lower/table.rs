//! Tables: their columns, rows and cells.

use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{Cell, CellKind, CellTest, Expr, HitPolicy, Name, Notes, Parameter, Range, Row, Table};
use crate::syntax::grammar::{Pair, Rule};

use super::clauses::{Clause, Part, group, take};
use super::expression::comparison;
use super::{Lower, child};

/// The first row: what each column tests, and the name of the outcome.
struct Heading {
    columns: Vec<Expr>,
    outcome: Name,
    span: Span,
}

impl Lower<'_> {
    pub(super) fn table(&mut self, pair: &Pair<'_>, clauses: Vec<Clause<'_>>, span: Span) -> Option<Table> {
        let name = self.declared_name(&child(pair, Rule::name)?);
        let parameters = child(pair, Rule::parameters).map(|p| self.parameters(&p));
        let ty = self.type_of(&child(pair, Rule::type_of)?);
        let label = self.label(pair);
        let (mut own, mut parts) = group(clauses, &[Rule::row]);
        // Only notes can belong to a row.
        for part in &mut parts {
            own.extend(part.clauses.extract_if(.., |c| !is_note(c.kind)));
        }
        let hit = self.hit_policy(&mut own);
        let table_has_notes = own.iter().any(|c| is_note(c.kind));
        let (last, others) = parts.split_last_mut().map_or((None, &[][..]), |(last, others)| (Some(last), &*others));
        // Below the last row a note speaks of the whole table, unless rows have notes of their own.
        if let Some(last) = last
            && !table_has_notes
            && others.iter().all(|part| part.clauses.is_empty())
        {
            own.append(&mut last.clauses);
        }
        let notes = self.take_notes(&mut own);
        self.misplaced(own, "a table");

        let usable = self.row_lines(&parts);
        let mut parts = parts.into_iter().zip(usable);
        let Some((first, first_usable)) = parts.next() else {
            self.empty(
                name.span,
                "a table without rows",
                "`| tier | => hours |` and, below it, `| tier_1 | 7 hours |`",
            );
            return None;
        };
        if !first_usable {
            return None;
        }
        let heading = self.heading(&first.opener)?;
        if parts.len() == 0 {
            self.empty(heading.span, "a table with a heading and no rows", "`| tier_1 | 7 hours |`");
        }
        let mut rows = Vec::with_capacity(parts.len());
        for (index, (mut part, usable)) in parts.enumerate() {
            let notes = self.take_notes(&mut part.clauses);
            if usable {
                rows.extend(self.row(&part.opener, &heading, index + 1, notes));
            }
        }
        let Heading { columns, outcome, .. } = heading;
        Some(Table { name, parameters, ty: ty?, label, hit, columns, outcome, rows, notes, span })
    }

    fn parameters(&mut self, pair: &Pair<'_>) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        for part in pair.clone().into_inner().filter(|p| p.as_rule() == Rule::parameter) {
            let name = child(&part, Rule::name).map(|n| self.plain_name(&n));
            let ty = child(&part, Rule::type_of).and_then(|t| self.type_of(&t));
            if let (Some(name), Some(ty)) = (name, ty) {
                parameters.push(Parameter { name, ty });
            }
        }
        parameters
    }

    fn hit_policy(&mut self, clauses: &mut Vec<Clause<'_>>) -> Option<(HitPolicy, Span)> {
        let kinds = [
            (Rule::exactly_one, HitPolicy::ExactlyOne),
            (Rule::first_match, HitPolicy::FirstMatch),
            (Rule::collect, HitPolicy::Collect),
        ];
        let mut found: Vec<(HitPolicy, Span)> = Vec::new();
        for (kind, policy) in kinds {
            found.extend(take(clauses, kind).into_iter().map(|c| (policy, c.span)));
        }
        found.sort_by_key(|(_, span)| span.start);
        let (first, others) = found.split_first()?;
        for (_, again) in others {
            self.report(
                Diagnostic::error(Code::RepeatedClause, *again, "a second hit policy")
                    .here("the rows of a table are taken together in one way")
                    .label(first.1, "the first one")
                    .help("take one of the two out"),
            );
        }
        Some(*first)
    }

    fn heading(&mut self, row: &Clause<'_>) -> Option<Heading> {
        self.base = row.base;
        let pair = row.pair.as_ref()?;
        let span = row.span;
        let cells: Vec<_> = pair.clone().into_inner().filter(|p| p.as_rule() == Rule::cell).collect();
        let outcome = cells.last().filter(|c| child(c, Rule::arrow).is_some()).and_then(|c| child(c, Rule::name));
        let Some(outcome) = outcome else {
            self.report(
                Diagnostic::error(Code::RowShape, span, "a table without a heading")
                    .here("the first row says what the columns test, and names the outcome behind `=>`")
                    .help("begin with a row such as `| deal.channel | => step |`"),
            );
            return None;
        };
        let outcome = self.name(&outcome);
        let mut columns = Vec::with_capacity(cells.len());
        let mut failed = false;
        for cell in &cells[..cells.len() - 1] {
            match self.plain_expression(cell) {
                Some(column) => columns.push(column),
                None => failed = true,
            }
        }
        (!failed).then_some(Heading { columns, outcome, span })
    }

    /// Which rows can be used: each has a line of its own, and no cell is empty.
    ///
    /// To the grammar, two bars side by side end one row and begin the next, and a row whose last bar
    /// is missing goes on in the line below.
    fn row_lines(&mut self, parts: &[Part<'_>]) -> Vec<bool> {
        let mut usable: Vec<_> = parts.iter().map(|part| part.opener.pair.is_some()).collect();
        for (index, part) in parts.iter().enumerate().filter(|(_, part)| part.opener.pair.is_some()) {
            let span = part.opener.span;
            let written = self.slice(span);
            let line = written.split('\n').next().unwrap_or(written);
            if line.len() < written.len() {
                let end = Span { end: span.start + line.trim_end().len() as u32, ..span };
                let gap = Span { start: end.end, ..end };
                self.report(
                    Diagnostic::error(Code::RowShape, end, "a row without its last `|`")
                        .here("this line does not end with a bar")
                        .suggest(gap, " |", "end it with `|`; every row has a line of its own"),
                );
                if let Some(usable) = usable.get_mut(index) {
                    *usable = false;
                }
            }
            let Some(next) = parts.get(index + 1).map(|part| part.opener.span) else { continue };
            let between = self.text.get(span.end as usize..next.start as usize);
            if between.is_some_and(|gap| !gap.contains('\n')) {
                let bars = Span { start: span.end.saturating_sub(1), end: next.start + 1, ..span };
                self.report(
                    Diagnostic::error(Code::RowShape, bars, "an empty cell")
                        .here("nothing stands between the bars")
                        .help("write `any` where every value will do; and every row has a line of its own"),
                );
                usable.iter_mut().skip(index).take(2).for_each(|usable| *usable = false);
            }
        }
        usable
    }

    fn row(&mut self, clause: &Clause<'_>, heading: &Heading, number: usize, notes: Notes) -> Option<Row> {
        self.base = clause.base;
        let pair = clause.pair.as_ref()?;
        let span = clause.span;
        let name = child(pair, Rule::row_name).and_then(|n| child(&n, Rule::name)).map(|n| self.plain_name(&n));
        let cells: Vec<_> = pair.clone().into_inner().filter(|p| p.as_rule() == Rule::cell).collect();
        let named = name.as_ref().map_or_else(|| format!("row {number}"), |n| format!("row `{}`", n.text));
        if cells.len() != heading.columns.len() + 1 {
            self.wrong_width(&cells, heading, &named, span);
            return None;
        }
        let (outcome, conditions) = cells.split_last()?;
        let kinds: Vec<_> = conditions.iter().map(|cell| self.cell(cell)).collect();
        let outcome = self.plain_expression(outcome);
        let cells: Option<Vec<Cell>> = kinds.into_iter().collect();
        Some(Row { name, cells: cells?, outcome: outcome?, notes, span })
    }

    fn wrong_width(&mut self, cells: &[Pair<'_>], heading: &Heading, named: &str, span: Span) {
        let expected = heading.columns.len() + 1;
        let mut headings: Vec<_> = heading.columns.iter().map(|c| format!("`{}`", self.slice(c.span))).collect();
        headings.push(format!("`=> {}`", heading.outcome.text));
        let plural = |n: usize| if n == 1 { "1 cell".to_owned() } else { format!("{n} cells") };
        let message = format!("{named} has {}, the heading has {}", plural(cells.len()), plural(expected));
        let at = match cells.get(expected) {
            Some(extra) => self.span(extra),
            None => span,
        };
        let here = if cells.len() > expected {
            "one cell too many".to_owned()
        } else {
            format!("expected {}", headings.join(", "))
        };
        self.report(
            Diagnostic::error(Code::RowShape, at, message)
                .here(here)
                .label(heading.span, format!("the columns are {}", headings.join(", ")))
                .help("write `any` where every value will do"),
        );
    }

    fn cell(&mut self, pair: &Pair<'_>) -> Option<Cell> {
        let span = self.span(pair);
        let (mut tests, mut negated, mut failed) = (Vec::new(), false, false);
        for part in pair.clone().into_inner() {
            match part.as_rule() {
                Rule::any_value => return Some(Cell { kind: CellKind::Any, span }),
                Rule::not_word => negated = true,
                Rule::test => match self.test(&part) {
                    Some(test) => tests.push(test),
                    None => failed = true,
                },
                Rule::arrow => {
                    let at = self.span(&part);
                    self.report(
                        Diagnostic::error(Code::RowShape, at, "`=>` in a row")
                            .here("only the heading marks the outcome")
                            .suggest(at, "", "leave `=>` out"),
                    );
                    failed = true;
                }
                _ => {}
            }
        }
        let kind = if negated { CellKind::NoneOf(tests) } else { CellKind::OneOf(tests) };
        (!failed).then_some(Cell { kind, span })
    }

    fn test(&mut self, pair: &Pair<'_>) -> Option<CellTest> {
        let span = self.span(pair);
        let parts: Vec<_> = pair.clone().into_inner().collect();
        match parts.as_slice() {
            [compare, sum] if compare.as_rule() == Rule::comparison => {
                Some(CellTest::Compare(comparison(compare), self.expression(sum)?))
            }
            [only] if only.as_rule() == Rule::expression => Some(CellTest::Value(self.expression(only)?)),
            [dots, sum] if dots.as_rule() == Rule::dots => {
                let high = self.expression(sum)?;
                Some(CellTest::Within(Range { low: None, high: Some(Box::new(high)), span }))
            }
            [low, _, rest @ ..] => {
                let low = self.expression(low);
                let high = match rest.first() {
                    Some(end) => Some(Box::new(self.expression(&child(end, Rule::sum)?)?)),
                    None => None,
                };
                Some(CellTest::Within(Range { low: Some(Box::new(low?)), high, span }))
            }
            _ => None,
        }
    }

    /// A cell that holds one plain expression: a column of the heading, or an outcome.
    fn plain_expression(&mut self, pair: &Pair<'_>) -> Option<Expr> {
        let parts: Vec<_> = pair.clone().into_inner().collect();
        let (not, tests) = match parts.split_first() {
            Some((not, tests)) if not.as_rule() == Rule::not_word => (Some(not), tests),
            _ => (None, parts.as_slice()),
        };
        if let [test] = tests
            && test.as_rule() == Rule::test
            && let Some(expression) = test.clone().into_inner().next()
            && expression.as_rule() == Rule::expression
            && test.clone().into_inner().nth(1).is_none()
        {
            return match not {
                Some(not) => self.expression_after_not(not.clone(), &expression),
                None => self.expression(&expression),
            };
        }
        let span = self.span(pair);
        let what = match tests.first().map(Pair::as_rule) {
            Some(Rule::any_value) => "`any` is not a value",
            Some(Rule::arrow) => "only the last cell of the heading has `=>`",
            _ => "a test cannot stand here",
        };
        self.report(
            Diagnostic::error(Code::RowShape, span, what)
                .here("expected one expression")
                .help("the cells of the heading and the outcomes of the rows are plain expressions"),
        );
        None
    }
}

fn is_note(kind: Rule) -> bool {
    matches!(kind, Rule::because | Rule::cites | Rule::refer)
}
