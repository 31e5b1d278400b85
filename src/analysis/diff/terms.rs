//! What regions are told in: the facts, decisions and conditions that two decisions read, each with what it can come to.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::circuit::{Circuit, Integer, Lit};
use super::super::encode::{Form, Hand, Symbol};
use super::super::reach::roots;
use super::ends::symbol_is;
use super::search::Comparison;
use super::sums::Part;
use super::{Side, Subject};
use crate::base::Number;
use crate::facts::{TypeKind, Value};
use crate::policy::{DecisionId, ExprId, ExprKind, LookupId, Policy, Shape};

/// Something that a region may be told by.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) side: Side,
    pub(super) subject: Subject,
    pub(super) form: TermForm,
    /// Where it comes to nothing at all, so that nothing can be said of it.
    pub(super) absent: Lit,
    /// Whether it is only that something else changes, or has no value, which is told elsewhere.
    pub(super) follows: bool,
}

/// What a [`Term`] can come to.
#[derive(Clone, Debug)]
pub(super) enum TermForm {
    Holds(Lit),
    /// One of some values, each with where it is the one; the last may stand for all texts that no policy names.
    Choice {
        values: Vec<(Value, Lit)>,
        other_texts: bool,
    },
    Quantity {
        over: Integer,
        under: i128,
        date: bool,
        none: Lit,
    },
}

/// What is read, in the order in which it is.
pub(super) struct Terms {
    pub(super) terms: Vec<Term>,
    known: FxHashSet<(u8, Vec<Lit>)>,
}

/// The terms of a decision that two policies take, where these are the records at hand.
pub(super) fn terms(
    comparison: &mut Comparison<'_, '_, '_>,
    decisions: [DecisionId; 2],
    hands: [Option<Hand>; 2],
) -> Vec<Term> {
    let sides = [(Side::Before, decisions[0], hands[0]), (Side::After, decisions[1], hands[1])];
    let mut keys: FxHashMap<Side, FxHashSet<Vec<Lit>>> = FxHashMap::default();
    for (side, decision, hand) in sides {
        let policy = comparison.policy(side);
        let exprs = own_exprs(policy, roots(policy, decision));
        let symbols = comparison.symbols(side, hand, &exprs);
        let circuit = comparison.circuit();
        keys.insert(side, symbols.iter().map(|symbol| symbol.literals(circuit)).collect());
    }
    let mut terms = Terms { terms: comparison.followed(decisions, hands), known: FxHashSet::default() };
    for (side, decision, hand) in sides {
        let shared = keys.get(&side.other()).cloned().unwrap_or_default();
        Reader { comparison: &mut *comparison, terms: &mut terms, side, hand, shared, open: 0 }.decision(decision);
    }
    terms.terms
}

/// The terms of what is added up of the records of a list in two policies, where these are the records at hand.
pub(super) fn terms_of_parts(
    comparison: &mut Comparison<'_, '_, '_>,
    parts: [Part; 2],
    hands: [Option<Hand>; 2],
) -> Vec<Term> {
    let mut terms = Terms { terms: Vec::new(), known: FxHashSet::default() };
    for ((side, part), hand) in [Side::Before, Side::After].into_iter().zip(parts).zip(hands) {
        let shared = FxHashSet::default();
        let mut reader = Reader { comparison: &mut *comparison, terms: &mut terms, side, hand, shared, open: 0 };
        part.condition.into_iter().for_each(|condition| reader.condition(condition));
        part.summed.into_iter().for_each(|summed| reader.value(summed));
    }
    terms.terms
}

/// Every expression that is written in some.
pub(super) fn own_exprs(policy: &Policy, mut open: Vec<ExprId>) -> Vec<ExprId> {
    let mut all = Vec::new();
    while let Some(expr) = open.pop() {
        all.push(expr);
        // What a list is asked about is about each record, and not about the one at hand.
        if !matches!(policy.exprs[expr].kind, ExprKind::Aggregate { .. }) {
            open.extend(policy.exprs[expr].kind.operands());
        }
    }
    all
}

/// No deeper than this into definitions of definitions.
const MOST_OPEN: usize = 32;

struct Reader<'c, 'm, 'p, 's> {
    comparison: &'c mut Comparison<'m, 'p, 's>,
    terms: &'c mut Terms,
    side: Side,
    hand: Option<Hand>,
    /// What the expressions of the other decision come to.
    shared: FxHashSet<Vec<Lit>>,
    open: usize,
}

impl<'p> Reader<'_, '_, 'p, '_> {
    fn policy(&self) -> &'p Policy {
        self.comparison.policy(self.side)
    }

    fn decision(&mut self, id: DecisionId) {
        let decision = &self.policy().decisions[id];
        if let Shape::Computed(expr) = decision.shape {
            return self.value(expr);
        }
        for rule in &decision.rules.rules {
            if rule.window.from.is_some() || rule.window.until.is_some() {
                self.as_of();
            }
            if let Some(condition) = rule.condition {
                self.condition(condition);
            }
        }
        let outcomes = decision.rules.rules.iter().map(|rule| rule.outcome);
        outcomes.chain(decision.rules.default.iter().map(|d| d.outcome)).for_each(|outcome| self.value(outcome));
    }

    /// What a condition tests.
    fn condition(&mut self, id: ExprId) {
        let policy = self.policy();
        match &policy.exprs[id].kind {
            ExprKind::Literal(_) => {}
            ExprKind::Constant(_) => self.dates(id),
            ExprKind::And(all) | ExprKind::Or(all) => all.iter().for_each(|&part| self.condition(part)),
            ExprKind::Not(of) => self.condition(*of),
            ExprKind::If { condition, then, otherwise } => {
                [*condition, *then, *otherwise].into_iter().for_each(|part| self.condition(part));
            }
            ExprKind::Definition(definition) => self.named(id, policy.definitions[*definition].body, Reader::condition),
            ExprKind::Compare(_, left, right) | ExprKind::Is { left, right, .. } => {
                match (self.is_constant(*left), self.is_constant(*right)) {
                    (true, true) => {
                        self.dates(*left);
                        self.dates(*right);
                    }
                    (false, true) => self.compared(*left, &[*right]),
                    (true, false) => self.compared(*right, &[*left]),
                    (false, false) => self.term(id),
                }
            }
            ExprKind::IsNone { of, .. } => self.compared(*of, &[]),
            ExprKind::In { of, among, .. } if among.iter().all(|&choice| self.is_constant(choice)) => {
                self.compared(*of, among);
            }
            ExprKind::Within { of, low, high, .. } => {
                let ends: Vec<ExprId> = low.iter().chain(high).copied().collect();
                match ends.iter().all(|&end| self.is_constant(end)) {
                    true => self.compared(*of, &ends),
                    false => self.term(id),
                }
            }
            _ => self.term(id),
        }
    }

    /// What is held to constants.
    fn compared(&mut self, id: ExprId, constants: &[ExprId]) {
        constants.iter().for_each(|&constant| self.dates(constant));
        self.term(id);
    }

    /// What a value is made of.
    fn value(&mut self, id: ExprId) {
        let policy = self.policy();
        match &policy.exprs[id].kind {
            ExprKind::Literal(_) => {}
            ExprKind::Constant(_) => self.dates(id),
            ExprKind::Fact(_) | ExprKind::Decision(_) | ExprKind::Item(..) | ExprKind::AsOf => self.term(id),
            ExprKind::Definition(definition) => self.named(id, policy.definitions[*definition].body, Reader::value),
            ExprKind::Not(_)
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Compare(..)
            | ExprKind::Is { .. }
            | ExprKind::IsNone { .. }
            | ExprKind::In { .. }
            | ExprKind::Within { .. } => self.condition(id),
            ExprKind::If { condition, then, otherwise } => {
                self.condition(*condition);
                self.value(*then);
                self.value(*otherwise);
            }
            ExprKind::Aggregate { .. } => self.term(id),
            kind => {
                if self.is_shared(id) {
                    return self.term(id);
                }
                if let ExprKind::Lookup(lookup, _) = kind {
                    self.look_up(*lookup);
                }
                kind.operands().into_iter().for_each(|operand| self.value(operand));
                self.no_value(id);
            }
        }
    }

    /// A definition by its name where it means the same in both policies, else what it stands for.
    fn named(&mut self, id: ExprId, body: ExprId, read: fn(&mut Self, ExprId)) {
        if self.open >= MOST_OPEN || !self.comparison.is_ambiguous(self.side, self.hand, id) {
            return self.term(id);
        }
        self.open += 1;
        read(self, body);
        self.open -= 1;
    }

    /// What the rows of a table read beside its parameters.
    fn look_up(&mut self, lookup: LookupId) {
        let policy = self.policy();
        let rules = &policy.lookups[lookup].rules;
        let rows = rules.rules.iter().flat_map(|rule| rule.condition.into_iter().chain([rule.outcome]));
        let mut open: Vec<ExprId> = rows.chain(rules.default.iter().map(|default| default.outcome)).collect();
        open.reverse();
        while let Some(expr) = open.pop() {
            match &policy.exprs[expr].kind {
                ExprKind::Fact(_) | ExprKind::Definition(_) | ExprKind::Decision(_) => self.value(expr),
                ExprKind::Constant(_) => self.dates(expr),
                kind => open.extend(kind.operands().into_iter().rev()),
            }
        }
    }

    /// Whether the other decision has an expression that comes to the same.
    fn is_shared(&mut self, id: ExprId) -> bool {
        let Some(symbol) = self.comparison.symbol(self.side, self.hand, id) else { return false };
        let key = symbol.literals(self.comparison.circuit());
        self.shared.contains(&key)
    }

    /// Whether an expression is made of constants alone.
    fn is_constant(&self, id: ExprId) -> bool {
        let kind = &self.policy().exprs[id].kind;
        match kind {
            ExprKind::Literal(_) | ExprKind::Constant(_) => true,
            ExprKind::Arithmetic(..) | ExprKind::Negate(_) | ExprKind::Call(..) | ExprKind::Checked(_) => {
                kind.operands().into_iter().all(|operand| self.is_constant(operand))
            }
            _ => false,
        }
    }

    /// The date, where constants depend on it.
    fn dates(&mut self, id: ExprId) {
        let policy = self.policy();
        match &policy.exprs[id].kind {
            ExprKind::Constant(constant) => {
                if policy.constants[*constant].values.iter().any(|(from, _)| from.is_some()) {
                    self.as_of();
                }
            }
            kind => kind.operands().into_iter().for_each(|operand| self.dates(operand)),
        }
    }

    fn as_of(&mut self) {
        let over = self.comparison.as_of();
        let form = TermForm::Quantity { over, under: 1, date: true, none: Lit::FALSE };
        self.push(Subject::AsOf, form, Lit::FALSE);
    }

    fn no_value(&mut self, id: ExprId) {
        let Some(symbol) = self.comparison.symbol(self.side, self.hand, id) else { return };
        let absent = self.comparison.absent(&symbol);
        if !absent.is_constant() {
            self.push(Subject::NoValue(id), TermForm::Holds(absent), Lit::FALSE);
        }
    }

    /// What an expression comes to.
    fn term(&mut self, id: ExprId) {
        let Some(symbol) = self.comparison.symbol(self.side, self.hand, id) else { return };
        self.no_value(id);
        let policy = self.policy();
        if let Form::Items(items) = &symbol.form {
            let absent = self.comparison.absent(&symbol);
            for (&lit, place) in items.clone().iter().zip(0..) {
                self.push(Subject::Item(id, place), TermForm::Holds(lit), absent);
            }
            return;
        }
        match self.comparison.form(self.side, id, symbol) {
            Some((form, absent)) => self.push(Subject::Expr(id), form, absent),
            // One whose denominator depends on the deal has no steps to go by.
            None => policy.exprs[id].kind.operands().into_iter().for_each(|operand| self.value(operand)),
        }
    }

    fn push(&mut self, subject: Subject, form: TermForm, absent: Lit) {
        let key = match &form {
            TermForm::Holds(lit) => (0, vec![*lit, absent]),
            TermForm::Choice { values, .. } => (1, values.iter().map(|(_, lit)| *lit).chain([absent]).collect()),
            TermForm::Quantity { over, none, .. } => (2, over.bits().iter().copied().chain([*none, absent]).collect()),
        };
        let settled = match &form {
            TermForm::Holds(lit) => lit.is_constant(),
            TermForm::Choice { values, .. } => values.iter().all(|(_, lit)| lit.is_constant()),
            TermForm::Quantity { over, none, .. } => over.known().is_some() && none.is_constant(),
        };
        if !settled && self.terms.known.insert(key) {
            let follows = match subject {
                Subject::NoValue(expr) => {
                    matches!(self.policy().exprs[expr].kind, ExprKind::Decision(_) | ExprKind::Aggregate { .. })
                }
                _ => false,
            };
            self.terms.terms.push(Term { side: self.side, subject, form, absent, follows });
        }
    }
}

impl Comparison<'_, '_, '_> {
    /// Where something has no value, if there is a deal in which it has none.
    fn absent(&mut self, symbol: &Symbol) -> Lit {
        let fails = symbol.fails.any(self.circuit());
        if fails.is_constant() || self.can(fails) { fails } else { Lit::FALSE }
    }

    /// What an expression can come to, and where it comes to nothing. `None` where it has no form of one piece.
    fn form(&mut self, side: Side, id: ExprId, mut symbol: Symbol) -> Option<(TermForm, Lit)> {
        // That something may be none is not worth telling where it never is.
        if !symbol.none.is_constant() && !self.can(symbol.none) {
            symbol.none = Lit::FALSE;
        }
        let absent = self.absent(&symbol);
        let policy = self.policy(side);
        let ty = &policy.exprs[id].ty;
        let texts = self.texts();
        let choices: Vec<Value> = match (&symbol.form, &ty.kind) {
            (Form::Boolean(lit), _) if symbol.none == Lit::FALSE => return Some((TermForm::Holds(*lit), absent)),
            (Form::Boolean(_), _) => vec![Value::Boolean(true), Value::Boolean(false)],
            (Form::Code(code), TypeKind::Date(_)) => {
                let form = TermForm::Quantity { over: code.clone(), under: 1, date: true, none: symbol.none };
                return Some((form, absent));
            }
            (Form::Code(_), TypeKind::Variant(of)) => {
                let count = policy.schema.enumerations[*of].variants.len();
                (0..count).filter_map(|place| u32::try_from(place).ok()).map(Value::Variant).collect()
            }
            (Form::Code(_), TypeKind::Text) => {
                texts.iter().map(|text| Value::Text(text.clone())).filter(|text| !text.is_other_text()).collect()
            }
            (Form::Number(number), _) => {
                let (over, under) = number.steps()?;
                let form = TermForm::Quantity { over: over.clone(), under, date: false, none: symbol.none };
                return Some((form, absent));
            }
            (Form::Items(_), _) => return None,
            _ => Vec::new(),
        };
        let other_texts = ty.kind == TypeKind::Text;
        let circuit = self.circuit();
        let mut values = Vec::new();
        for value in choices {
            let Ok(lit) = symbol_is(circuit, &texts, &symbol, &value) else { continue };
            values.push((value, lit));
        }
        if symbol.none != Lit::FALSE {
            values.push((Value::None, symbol.none));
        }
        if other_texts {
            let named = circuit.any(values.iter().map(|(_, lit)| *lit));
            values.push((Value::None, !named));
        }
        Some((TermForm::Choice { values, other_texts }, absent))
    }

    /// The same term where another record is at hand.
    pub(super) fn term_at(&mut self, term: &Term, hand: Option<Hand>) -> Option<Term> {
        let (form, absent) = match term.subject {
            Subject::AsOf => return Some(term.clone()),
            Subject::NoValue(expr) => {
                let symbol = self.symbol(term.side, hand, expr)?;
                (TermForm::Holds(symbol.fails.any(self.circuit())), Lit::FALSE)
            }
            Subject::Item(expr, item) => {
                let symbol = self.symbol(term.side, hand, expr)?;
                let Form::Items(items) = &symbol.form else { return None };
                (TermForm::Holds(*items.get(item as usize)?), symbol.fails.any(self.circuit()))
            }
            Subject::Expr(expr) => {
                let symbol = self.symbol(term.side, hand, expr)?;
                self.form(term.side, expr, symbol)?
            }
            Subject::Records(_) | Subject::Otherwise(_) => return None,
        };
        Some(Term { form, absent, ..term.clone() })
    }
}

impl Term {
    /// Whether both can come to the same, and mean the same by it.
    pub(super) fn is_like(&self, other: &Term) -> bool {
        match (&self.form, &other.form) {
            (TermForm::Holds(_), TermForm::Holds(_)) => true,
            (TermForm::Choice { values: a, other_texts: b }, TermForm::Choice { values: c, other_texts: d }) => {
                b == d && a.len() == c.len() && a.iter().zip(c).all(|((a, _), (c, _))| a == c)
            }
            (TermForm::Quantity { under: a, date: b, .. }, TermForm::Quantity { under: c, date: d, .. }) => {
                a == c && b == d
            }
            _ => false,
        }
    }
}

impl TermForm {
    /// The value that a code of a quantity stands for.
    pub(super) fn value(code: i128, under: i128, date: bool) -> Value {
        if date {
            let date = i64::try_from(code).ok().and_then(crate::facts::deal::date_of_day);
            return date.map_or(Value::None, Value::Date);
        }
        Number::integer(code).divide(Number::integer(under)).map_or(Value::None, Value::Number)
    }

    /// Where a quantity is at least, or at most, this code.
    pub(super) fn end(circuit: &mut Circuit, over: &Integer, code: i128, low: bool) -> Lit {
        let end = Integer::constant(code);
        if low { end.at_most(circuit, over) } else { over.at_most(circuit, &end) }
    }
}
