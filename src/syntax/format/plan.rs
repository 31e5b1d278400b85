//! Where lines begin, where they may be broken, and between which tokens a blank stands: all that the
//! grammar's tree says about the layout of a chunk.

use crate::syntax::grammar::{Pair, Rule};

use super::scan::Scanned;

/// A level that no gap is broken at.
pub(super) const NEVER: u16 = u16::MAX;

/// What stands before a token.
#[derive(Clone, Debug)]
pub(super) struct Lead {
    /// Whether a blank does, within a line.
    pub(super) space: bool,
    /// When a line that is too long is broken here: lower levels first, and all of a level together.
    pub(super) level: u16,
    /// Breaks of this level only as many times as needed.
    pub(super) fill: bool,
    /// Where the broken line goes on.
    pub(super) align: Align,
    /// The line that begins here in any case.
    pub(super) line: Option<Line>,
}

/// Where a line that is broken goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    /// So many columns behind the begin of the line.
    Line(usize),
    /// So many columns behind the begin of this token.
    Token(usize, usize),
}

/// The begin of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) indent: usize,
    pub(super) kind: LineKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineKind {
    /// The head of a declaration. One that is set off has a blank line before it and behind it.
    Head { set_off: bool },
    /// The first line below a head: no blank line stands before it.
    First,
    /// A rule, a field, a band, a row: a blank line stays.
    Part,
    /// Any other clause: no blank line.
    Clause,
}

/// The plan of a chunk: the lead of each token, and the tables.
pub(super) struct Plan<'s, 't> {
    scanned: &'s Scanned<'t>,
    pub(super) leads: Vec<Lead>,
    /// Where the chunk begins in the file.
    base: usize,
}

/// The levels of what is no expression.
const BEFORE_CLAUSE: u16 = 0;
const BEFORE_LABEL: u16 = 1;
const IN_LIST: u16 = 5;
/// The first level of the outermost expression, and how many levels each expression within has.
const EXPRESSION: u16 = 10;
/// How deep expressions are told apart. None that can be read nests as deeply.
const DEEPEST: u16 = 1_000;

impl<'s, 't> Plan<'s, 't> {
    pub(super) fn new(scanned: &'s Scanned<'t>, base: usize) -> Plan<'s, 't> {
        let mut leads = Vec::with_capacity(scanned.tokens.len());
        let mut after_open = true;
        for token in &scanned.tokens {
            let space = !after_open && !matches!(token.text, ")" | "," | ":");
            leads.push(Lead { space, level: NEVER, fill: false, align: Align::Line(4), line: None });
            after_open = token.text == "(";
        }
        Plan { scanned, leads, base }
    }

    /// Plans a declaration.
    pub(super) fn declaration(&mut self, declaration: &Pair<'_>) {
        let parts: Vec<Pair<'_>> = declaration.clone().into_inner().collect();
        let Some((head, clauses)) = parts.split_first() else { return };
        self.begin(declaration, 0, LineKind::Head { set_off: is_set_off(head.as_rule(), clauses) });
        self.head(head);
        self.clauses(head, clauses);
        for clause in clauses {
            if matches!(clause.as_rule(), Rule::rule | Rule::criterion | Rule::require | Rule::item | Rule::field) {
                self.parts_of(clause, 4);
            }
        }
        self.inside(declaration);
    }

    fn head(&mut self, head: &Pair<'_>) {
        self.parts_of(head, 2);
        if head.as_rule() == Rule::property
            && let Some(condition) = head.clone().into_inner().find(|part| part.as_rule() == Rule::expression)
        {
            self.begin(&condition, 2, LineKind::First);
        }
    }

    /// Where the line of a head or a clause is broken first.
    fn parts_of(&mut self, pair: &Pair<'_>, hang: usize) {
        let breaks_at_equals = pair.as_rule() != Rule::type_alias;
        for part in pair.clone().into_inner() {
            match part.as_rule() {
                Rule::equals if breaks_at_equals => self.cut(&part, BEFORE_CLAUSE, Align::Line(hang)),
                Rule::kw_else => self.cut(&part, BEFORE_CLAUSE, Align::Line(hang)),
                Rule::label => self.cut(&part, BEFORE_LABEL, Align::Line(hang)),
                _ => {}
            }
        }
    }

    /// Gives each clause its line, or its place in the line of the clause before it.
    fn clauses(&mut self, head: &Pair<'_>, clauses: &[Pair<'_>]) {
        let rows_have_notes = rows_have_notes(clauses);
        let last_row = clauses.iter().rposition(|clause| clause.as_rule() == Rule::row);
        let mut before = head.as_rule();
        let mut within_part = false;
        let mut first = head.as_rule() != Rule::property;
        // Whether the `from` before has a line of its own.
        let mut own_from = false;
        for (index, clause) in clauses.iter().enumerate() {
            let kind = clause.as_rule();
            let joined = match kind {
                Rule::when => matches!(before, Rule::rule | Rule::item | Rule::points),
                Rule::from => matches!(before, Rule::value | Rule::band),
                Rule::until => before == Rule::from && own_from,
                Rule::otherwise => matches!(before, Rule::band | Rule::points),
                Rule::at => before == Rule::source,
                _ => false,
            };
            if joined {
                let hang = if kind == Rule::at { 2 } else { 4 };
                self.cut(clause, BEFORE_CLAUSE, Align::Line(hang));
            } else {
                let opens = opens_part(kind);
                within_part = match kind {
                    // What stands below a value belongs to the constant.
                    Rule::value => false,
                    Rule::row => last_row != Some(index) || rows_have_notes,
                    Rule::exactly_one | Rule::first_match | Rule::collect => false,
                    _ => opens || within_part,
                };
                let indent = if within_part && !opens { 4 } else { 2 };
                let line = match (first, opens || kind == Rule::points) {
                    (true, _) => LineKind::First,
                    (false, true) => LineKind::Part,
                    (false, false) => LineKind::Clause,
                };
                self.begin(clause, indent, line);
                first = false;
            }
            own_from = kind == Rule::from && !joined;
            before = kind;
        }
    }

    /// Goes through everything inside of a declaration.
    fn inside(&mut self, declaration: &Pair<'_>) {
        // The ends of the expressions that the pair at hand lies in.
        let mut open: Vec<usize> = Vec::new();
        for pair in declaration.clone().into_inner().flatten() {
            let span = pair.as_span();
            while open.last().is_some_and(|&end| end <= span.start()) {
                open.pop();
            }
            let depth = u16::try_from(open.len()).map_or(DEEPEST, |depth| depth.min(DEEPEST));
            let level = EXPRESSION + 10 * depth;
            // The levels of an expression's own operands, looser than those of the expressions in them.
            let inner = (level - 10).max(EXPRESSION);
            match pair.as_rule() {
                Rule::expression | Rule::sum => {
                    self.operators(&pair, level);
                    open.push(span.end());
                }
                Rule::if_else => self.cut_at(&pair, &[Rule::kw_then, Rule::kw_else], inner + 6, 2),
                Rule::any_of | Rule::all_of | Rule::count_of | Rule::sum_of => {
                    self.cut_at(&pair, &[Rule::kw_over, Rule::kw_where, Rule::kw_have], inner + 7, 2);
                }
                Rule::arguments => {
                    self.glue(&pair);
                    self.list(&pair, inner + 8);
                }
                Rule::choices => self.list(&pair, inner + 8),
                Rule::parameters => {
                    self.glue(&pair);
                    self.list(&pair, IN_LIST);
                }
                Rule::one_of | Rule::overrides | Rule::unit => self.list(&pair, IN_LIST),
                Rule::bound => self.signs(&pair),
                Rule::type_range | Rule::range | Rule::test | Rule::membership => self.dots(&pair),
                Rule::unit_operator => {
                    self.glue(&pair);
                    self.glue_behind(&pair);
                }
                // To the lexer, a date may be several tokens where another number follows at once.
                Rule::unit_written | Rule::date | Rule::number => {
                    let last = self.scanned.at(self.base + span.end());
                    let first = self.token(&pair);
                    self.leads.iter_mut().take(last).skip(first + 1).for_each(|lead| lead.space = false);
                }
                _ => {}
            }
        }
    }

    /// The operators of an expression: where it is broken, and which of them are signs.
    fn operators(&mut self, pair: &Pair<'_>, level: u16) {
        let parts: Vec<Pair<'_>> = pair.clone().into_inner().collect();
        let mut operators: Vec<(usize, u16)> = Vec::new();
        let mut after_operand = false;
        for part in &parts {
            let tightness = match part.as_rule() {
                Rule::or_word => Some(0),
                Rule::and_word => Some(1),
                Rule::is_word | Rule::comparison | Rule::membership => Some(2),
                Rule::plus => Some(3),
                Rule::minus if after_operand => Some(3),
                Rule::times | Rule::divide => Some(4),
                Rule::minus => {
                    self.glue_behind(part);
                    continue;
                }
                Rule::not_word => continue,
                _ => None,
            };
            operators.extend(tightness.map(|tightness| (self.token(part), tightness)));
            after_operand = tightness.is_none() || part.as_rule() == Rule::membership;
        }
        let begin = self.token(pair);
        let loosest = operators.iter().map(|&(_, tightness)| tightness).min();
        // The last operator of each tightness.
        let mut last = [None; 5];
        for (token, tightness) in operators {
            // What binds tighter stands further in than what binds looser, so that nobody takes one for the other.
            let looser = last.iter().take(usize::from(tightness)).flatten().max();
            let align = match looser {
                Some(&operator) => Align::Token(operator + 1, 0),
                None if Some(tightness) > loosest => Align::Token(begin, 3),
                None => Align::Token(begin, 0),
            };
            if let Some(lead) = self.leads.get_mut(token) {
                (lead.level, lead.align) = (level + tightness, align);
            }
            if let Some(last) = last.get_mut(usize::from(tightness)) {
                *last = Some(token);
            }
        }
    }

    fn signs(&mut self, pair: &Pair<'_>) {
        for sign in pair.clone().into_inner().filter(|part| part.as_rule() == Rule::minus) {
            self.glue_behind(&sign);
        }
    }

    /// `..` stands right beside its ends.
    fn dots(&mut self, pair: &Pair<'_>) {
        let is_end = |part: Option<&Pair<'_>>| {
            let ends = [Rule::bound, Rule::sum, Rule::expression, Rule::choices, Rule::range_end];
            part.is_some_and(|part| ends.contains(&part.as_rule()))
        };
        let parts: Vec<_> = pair.clone().into_inner().collect();
        for (index, dots) in parts.iter().enumerate().filter(|(_, part)| part.as_rule() == Rule::dots) {
            if is_end(index.checked_sub(1).and_then(|before| parts.get(before))) {
                self.glue(dots);
            }
            if is_end(parts.get(index + 1)) {
                self.glue_behind(dots);
            }
        }
    }

    /// A list with commas is filled line by line.
    fn list(&mut self, pair: &Pair<'_>, level: u16) {
        let within = matches!(pair.as_rule(), Rule::arguments | Rule::choices | Rule::parameters);
        let align = if within { Align::Token(self.token(pair), 1) } else { Align::Line(4) };
        for comma in pair.clone().into_inner().filter(|part| part.as_rule() == Rule::comma) {
            let behind = self.token(&comma) + 1;
            if let Some(lead) = self.leads.get_mut(behind) {
                (lead.level, lead.fill, lead.align) = (level, true, align);
            }
        }
    }

    fn cut_at(&mut self, pair: &Pair<'_>, words: &[Rule], level: u16, hang: usize) {
        let anchor = self.token(pair);
        for word in pair.clone().into_inner().filter(|part| words.contains(&part.as_rule())) {
            self.cut(&word, level, Align::Token(anchor, hang));
        }
    }

    fn begin(&mut self, pair: &Pair<'_>, indent: usize, kind: LineKind) {
        let token = self.token(pair);
        if let Some(lead) = self.leads.get_mut(token) {
            lead.line = Some(Line { indent, kind });
        }
    }

    fn cut(&mut self, pair: &Pair<'_>, level: u16, align: Align) {
        let token = self.token(pair);
        if let Some(lead) = self.leads.get_mut(token) {
            (lead.level, lead.align) = (level, align);
        }
    }

    /// No blank before the pair.
    fn glue(&mut self, pair: &Pair<'_>) {
        let token = self.token(pair);
        if let Some(lead) = self.leads.get_mut(token) {
            lead.space = false;
        }
    }

    /// No blank behind the one token of the pair.
    fn glue_behind(&mut self, pair: &Pair<'_>) {
        let token = self.token(pair) + 1;
        if let Some(lead) = self.leads.get_mut(token) {
            lead.space = false;
        }
    }

    fn token(&self, pair: &Pair<'_>) -> usize {
        self.scanned.at(self.base + pair.as_span().start())
    }
}

/// Whether a clause begins a part of its declaration, to which those below it belong.
fn opens_part(kind: Rule) -> bool {
    matches!(
        kind,
        Rule::rule
            | Rule::default
            | Rule::field
            | Rule::item
            | Rule::criterion
            | Rule::band
            | Rule::require
            | Rule::row
            | Rule::value
    )
}

/// Whether a declaration stands apart from its neighbours: where it has parts of its own.
fn is_set_off(declared: Rule, clauses: &[Pair<'_>]) -> bool {
    match declared {
        Rule::title | Rule::record | Rule::rubric | Rule::gate | Rule::table | Rule::checklist | Rule::property => true,
        Rule::decide => clauses.iter().any(|clause| opens_part(clause.as_rule())),
        _ => false,
    }
}

/// Whether notes below the last row of a table are that row's: where there are notes elsewhere in the table.
fn rows_have_notes(clauses: &[Pair<'_>]) -> bool {
    let last_row = clauses.iter().rposition(|clause| clause.as_rule() == Rule::row).unwrap_or(0);
    let is_note = |clause: &Pair<'_>| matches!(clause.as_rule(), Rule::because | Rule::cites | Rule::refer);
    clauses.iter().take(last_row).any(is_note)
}
