//! Clauses: which declaration and which part of it they belong to, and how often they may stand.

use jiff::civil::Date;

use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{Cite, Expr, ExprKind, Name, Notes, Refer, Text};
use crate::syntax::grammar::{Pair, Rule};

use super::{Lower, child};

/// A clause as read by the grammar.
#[derive(Clone, Debug)]
pub(in crate::syntax) struct Clause<'i> {
    /// Which.
    pub(in crate::syntax) kind: Rule,
    /// Where the text that pest was given begins in the file.
    pub(in crate::syntax) base: usize,
    /// What it says; `None` where it could not be read, which has been reported.
    pub(in crate::syntax) pair: Option<Pair<'i>>,
    /// Where it stands.
    pub(in crate::syntax) span: Span,
}

/// A part of a declaration: what opens it, and the clauses behind.
#[derive(Debug)]
pub(super) struct Part<'i> {
    pub(super) opener: Clause<'i>,
    pub(super) clauses: Vec<Clause<'i>>,
}

impl Part<'_> {
    /// From the opener to the last clause.
    pub(super) fn span(&self) -> Span {
        self.clauses.iter().fold(self.opener.span, |span, clause| span.to(clause.span))
    }
}

/// The clauses in front of the first opener, and then the parts.
pub(super) fn group<'i>(clauses: Vec<Clause<'i>>, openers: &[Rule]) -> (Vec<Clause<'i>>, Vec<Part<'i>>) {
    let (mut own, mut parts) = (Vec::new(), Vec::<Part<'i>>::new());
    for clause in clauses {
        if openers.contains(&clause.kind) {
            parts.push(Part { opener: clause, clauses: Vec::new() });
        } else {
            parts.last_mut().map_or(&mut own, |part| &mut part.clauses).push(clause);
        }
    }
    (own, parts)
}

/// Takes all clauses of one kind out of a list.
pub(super) fn take<'i>(clauses: &mut Vec<Clause<'i>>, kind: Rule) -> Vec<Clause<'i>> {
    clauses.extract_if(.., |c| c.kind == kind).collect()
}

impl Lower<'_> {
    /// Takes the one clause of a kind; a second one is reported.
    pub(super) fn single<'i>(&mut self, clauses: &mut Vec<Clause<'i>>, kind: Rule) -> Option<Clause<'i>> {
        let mut found = take(clauses, kind).into_iter();
        let first = found.next()?;
        for again in found {
            let word = keyword(kind);
            self.report(
                Diagnostic::error(Code::RepeatedClause, again.span, format!("a second `{word}`"))
                    .here("only one of them can count")
                    .label(first.span, "the first one")
                    .help(repetition_help(kind)),
            );
        }
        Some(first)
    }

    /// The child of a clause that holds what it says; pairs are read from there on.
    pub(super) fn inner<'i>(&mut self, clause: &Clause<'i>, kind: Rule) -> Option<Pair<'i>> {
        self.base = clause.base;
        child(clause.pair.as_ref()?, kind)
    }

    /// Takes the expression of the one clause of a kind.
    pub(super) fn take_expression(&mut self, clauses: &mut Vec<Clause<'_>>, kind: Rule) -> Option<Expr> {
        let clause = self.single(clauses, kind)?;
        self.expression_of(&clause)
    }

    /// The expression of a clause such as `when …`.
    pub(super) fn expression_of(&mut self, clause: &Clause<'_>) -> Option<Expr> {
        let pair = self.inner(clause, Rule::expression)?;
        self.expression(&pair)
    }

    /// Takes the string of the one clause of a kind.
    pub(super) fn take_string(&mut self, clauses: &mut Vec<Clause<'_>>, kind: Rule) -> Option<Text> {
        let clause = self.single(clauses, kind)?;
        let pair = self.inner(&clause, Rule::string)?;
        Some(self.string(&pair))
    }

    /// Takes the date of the one clause of a kind: `from`, `until`.
    pub(super) fn take_date(&mut self, clauses: &mut Vec<Clause<'_>>, kind: Rule) -> Option<(Date, Span)> {
        let expr = self.take_expression(clauses, kind)?;
        if let ExprKind::Date(date) = expr.kind {
            return Some((date, expr.span));
        }
        let word = keyword(kind);
        let diagnostic = Diagnostic::error(Code::DateForm, expr.span, format!("`{word}` takes a date"))
            .here("this is no date")
            .help("dates are written year, month, day: `2026-01-31`");
        self.report(diagnostic);
        None
    }

    /// Takes reason, citations and referrals.
    pub(super) fn take_notes(&mut self, clauses: &mut Vec<Clause<'_>>) -> Notes {
        let because = self.take_string(clauses, Rule::because);
        let mut notes = Notes { because, ..Notes::default() };
        for clause in take(clauses, Rule::cites) {
            if let Some(source) = self.inner(&clause, Rule::name) {
                let source = self.name(&source);
                let section = self.inner(&clause, Rule::string).map(|s| self.string(&s));
                notes.cites.push(Cite { source, section });
            }
        }
        for clause in take(clauses, Rule::refer) {
            self.base = clause.base;
            let strings = clause.pair.into_iter().flat_map(Pair::into_inner).filter(|p| p.as_rule() == Rule::string);
            let mut texts = strings.map(|s| self.string(&s)).collect::<Vec<_>>().into_iter();
            if let Some(to) = texts.next() {
                notes.refer.push(Refer { to, text: texts.next() });
            }
        }
        notes
    }

    /// Reports the clauses that nobody took: they do not belong where they stand.
    ///
    /// `what` names what they stand in: "a fact".
    pub(super) fn misplaced(&mut self, clauses: Vec<Clause<'_>>, what: &str) {
        for clause in clauses.into_iter().filter(|c| c.pair.is_some()) {
            let word = keyword(clause.kind);
            let at =
                Span { end: clause.span.start.saturating_add(word.len() as u32).min(clause.span.end), ..clause.span };
            self.report(
                Diagnostic::error(Code::MisplacedClause, at, format!("`{word}` does not belong to {what}"))
                    .here(format!("this stands in {what}"))
                    .help(home(clause.kind)),
            );
        }
    }

    /// The names of an `overrides` clause.
    pub(super) fn take_overrides(&mut self, clauses: &mut Vec<Clause<'_>>) -> Vec<Name> {
        let Some(clause) = self.single(clauses, Rule::overrides) else { return Vec::new() };
        self.base = clause.base;
        let names = clause.pair.into_iter().flat_map(Pair::into_inner).filter(|p| p.as_rule() == Rule::name);
        names.map(|p| self.name(&p)).collect()
    }
}

/// The words a clause begins with.
pub(in crate::syntax) fn keyword(kind: Rule) -> &'static str {
    match kind {
        Rule::at => "at",
        Rule::ask => "ask",
        Rule::fixed => "fixed",
        Rule::cost => "cost",
        Rule::presumed => "presumed",
        Rule::judged => "judged by",
        Rule::field => "field",
        Rule::value => "value",
        Rule::from => "from",
        Rule::until => "until",
        Rule::default => "default",
        Rule::rule => "rule",
        Rule::when => "when",
        Rule::overrides => "overrides",
        Rule::because => "because",
        Rule::cites => "cites",
        Rule::refer => "refer to",
        Rule::criterion => "criterion",
        Rule::points => "points",
        Rule::band => "band",
        Rule::otherwise => "otherwise",
        Rule::require => "require",
        Rule::item => "item",
        Rule::exactly_one => "exactly one",
        Rule::first_match => "first match",
        Rule::collect => "collect",
        _ => "|",
    }
}

/// The clause that begins with a word.
pub(in crate::syntax) fn clause_of(word: &str) -> Option<Rule> {
    Some(match word {
        "at" => Rule::at,
        "ask" => Rule::ask,
        "fixed" => Rule::fixed,
        "cost" => Rule::cost,
        "presumed" => Rule::presumed,
        "judged" => Rule::judged,
        "field" => Rule::field,
        "value" => Rule::value,
        "from" => Rule::from,
        "until" => Rule::until,
        "default" => Rule::default,
        "rule" => Rule::rule,
        "when" => Rule::when,
        "overrides" => Rule::overrides,
        "because" => Rule::because,
        "cites" => Rule::cites,
        "refer" => Rule::refer,
        "criterion" => Rule::criterion,
        "points" => Rule::points,
        "band" => Rule::band,
        "otherwise" => Rule::otherwise,
        "require" => Rule::require,
        "item" => Rule::item,
        "exactly" => Rule::exactly_one,
        "first" => Rule::first_match,
        "collect" => Rule::collect,
        "|" => Rule::row,
        _ => return None,
    })
}

/// Where a clause does belong.
fn home(kind: Rule) -> &'static str {
    match kind {
        Rule::at => "`at \"…\"` gives the address of a `source`",
        Rule::ask | Rule::fixed | Rule::cost | Rule::presumed | Rule::judged => {
            "it belongs to a `fact`, or to a `field` of a `record`"
        }
        Rule::field => "a `field` belongs to a `record`",
        Rule::value => "`value … from …` belongs to a `constant`",
        Rule::from => "`from` belongs to a `rule`, to a `value` of a `constant`, and to a `band` of a `rubric`",
        Rule::until => "`until` belongs to a `rule`",
        Rule::default => "`default` belongs to a `decide`",
        Rule::rule => "a `rule` belongs to a `decide`",
        Rule::when => "`when` belongs to a `rule`, to an `item` of a `checklist`, and to `points` of a `criterion`",
        Rule::overrides => "`overrides` belongs to a `rule`",
        Rule::refer => {
            "a referral belongs to what decides: a rule, a requirement, a band, an item, or a decision as a whole"
        }
        Rule::because | Rule::cites => {
            "reasons and citations belong to what decides: rules, requirements, criteria, bands, items, tables, properties"
        }
        Rule::criterion | Rule::band => "`criterion` and `band` belong to a `rubric`",
        Rule::points => "`points` belong to a `criterion` of a `rubric`",
        Rule::otherwise => {
            "`otherwise` belongs to the last `band` of a `rubric`, or to the last `points` of a `criterion`"
        }
        Rule::require => "`require` belongs to a `gate`",
        Rule::item => "an `item` belongs to a `checklist`",
        Rule::exactly_one | Rule::first_match | Rule::collect => "it says how the rows of a `table` are taken together",
        _ => "rows belong to a `table`",
    }
}

fn repetition_help(kind: Rule) -> &'static str {
    match kind {
        Rule::because => "join the two reasons into one",
        Rule::when => "join the two conditions with `and`",
        Rule::overrides => "name them all in one `overrides`, with commas between",
        Rule::default => "a decision has one default; write a `rule` for the other outcome",
        _ => "take one of the two out",
    }
}
