//! Expressions in the policy's own words.

use la_arena::Idx;

use super::{Expr, ExprId, ExprKind, Function, Policy};
use crate::base::{Aggregate, ArithmeticOp, CompareOp, Number};
use crate::facts::{FactId, Type, TypeKind, UnitProduct, Value};

/// How tightly an expression binds, from loose to tight. An operand that binds more loosely than
/// its place asks for stands in parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    /// `if`, and questions about lists that end in a condition: they reach as far right as they can.
    Open,
    Or,
    And,
    Not,
    Comparison,
    /// `days between a and b`: what follows `b` would seem to belong to it.
    Interval,
    Sum,
    Product,
    Sign,
    Atom,
}

impl Policy {
    /// The expression as the policy would write it, with no more parentheses than it needs.
    pub fn text_of(&self, expr: ExprId) -> String {
        let mut printer = Printer { policy: self, out: String::new() };
        printer.expr(expr, Binding::Open);
        printer.out
    }

    /// The same where it is one of several joined by `and`: in parentheses where it would be misread there.
    pub fn text_of_part(&self, expr: ExprId) -> String {
        let mut printer = Printer { policy: self, out: String::new() };
        printer.expr(expr, Binding::And);
        printer.out
    }

    /// A value of type `ty` as the policy would write it: `95.50 EUR/hour`, `government`, `none`.
    pub fn text_of_value(&self, value: &Value, ty: &Type) -> String {
        let mut printer = Printer { policy: self, out: String::new() };
        printer.value(value, ty);
        printer.out
    }
}

struct Printer<'a> {
    policy: &'a Policy,
    out: String,
}

impl Printer<'_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Prints `id` where something that binds at least as tightly as `place` is asked for.
    fn expr(&mut self, id: ExprId, place: Binding) {
        let policy = self.policy;
        let expr = &policy.exprs[id];
        match &expr.kind {
            ExprKind::Checked(inner) => return self.expr(*inner, place),
            ExprKind::And(parts) | ExprKind::Or(parts) => {
                if let [only] = parts.as_ref() {
                    return self.expr(*only, place);
                }
            }
            _ => {}
        }
        let parentheses = binding(expr) < place;
        if parentheses {
            self.put("(");
        }
        self.bare(expr);
        if parentheses {
            self.put(")");
        }
    }

    fn bare(&mut self, expr: &Expr) {
        let policy = self.policy;
        match &expr.kind {
            ExprKind::Literal(value) => self.value(value, &expr.ty),
            ExprKind::Fact(fact) => self.put(&policy.schema.qualified_name(*fact)),
            ExprKind::Constant(id) => self.put(&policy.constants[*id].name),
            ExprKind::Definition(id) => self.put(&policy.definitions[*id].name),
            ExprKind::Decision(id) => self.put(&policy.decisions[*id].name),
            ExprKind::Item(id, item) => {
                let decision = &policy.decisions[*id];
                self.put(&decision.name);
                self.put(".");
                match &decision.ty.kind {
                    TypeKind::Items(items) => self.variant(*items, *item),
                    _ => self.put(&item.to_string()),
                }
            }
            ExprKind::Parameter(index) => self.parameter(expr, *index),
            ExprKind::AsOf => self.put("as_of"),
            ExprKind::Not(inner) => {
                self.put("not ");
                self.expr(*inner, Binding::Not);
            }
            ExprKind::And(parts) if parts.is_empty() => self.put("true"),
            ExprKind::Or(parts) if parts.is_empty() => self.put("false"),
            ExprKind::And(parts) => self.list(parts, " and ", Binding::And),
            ExprKind::Or(parts) => self.list(parts, " or ", Binding::Or),
            ExprKind::Compare(op, left, right) => self.binary(*left, compare_sign(*op), *right, Binding::Interval),
            ExprKind::Is { left, right, negated } => {
                self.binary(*left, if *negated { " is not " } else { " is " }, *right, Binding::Interval);
            }
            ExprKind::IsNone { of, negated } => {
                self.expr(*of, Binding::Interval);
                self.put(if *negated { " is not none" } else { " is none" });
            }
            ExprKind::In { of, among, negated } => {
                self.expr(*of, Binding::Interval);
                self.put(if *negated { " not in (" } else { " in (" });
                self.list(among, ", ", Binding::Open);
                self.put(")");
            }
            ExprKind::Within { of, low, high, negated } => {
                self.expr(*of, Binding::Interval);
                self.put(if *negated { " not in " } else { " in " });
                if let Some(low) = low {
                    self.expr(*low, Binding::Sum);
                }
                self.put("..");
                if let Some(high) = high {
                    self.expr(*high, Binding::Sum);
                }
            }
            ExprKind::Arithmetic(op, left, right) => self.arithmetic(*op, *left, *right),
            ExprKind::Negate(inner) => {
                self.put("-");
                self.expr(*inner, Binding::Atom);
            }
            ExprKind::ShiftDays { date, days, forward } => {
                let op = if *forward { ArithmeticOp::Add } else { ArithmeticOp::Subtract };
                self.arithmetic(op, *date, *days);
            }
            ExprKind::DaysBetween(from, to) => {
                self.put("days between ");
                self.expr(*from, Binding::Product);
                self.put(" and ");
                self.expr(*to, Binding::Product);
            }
            ExprKind::If { condition, then, otherwise } => {
                self.put("if ");
                self.expr(*condition, Binding::Or);
                self.put(" then ");
                self.expr(*then, Binding::Or);
                self.put(" else ");
                self.expr(*otherwise, Binding::Open);
            }
            ExprKind::Call(function, arguments) => self.call(*function, arguments),
            ExprKind::Aggregate { kind, list, summed, condition, .. } => {
                self.aggregate(*kind, *list, *summed, *condition);
            }
            ExprKind::Lookup(id, arguments) => {
                self.put(&policy.lookups[*id].name);
                self.put("(");
                self.list(arguments, ", ", Binding::Open);
                self.put(")");
            }
            ExprKind::Checked(inner) => self.expr(*inner, Binding::Open),
        }
    }

    fn list(&mut self, parts: &[ExprId], between: &str, place: Binding) {
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                self.put(between);
            }
            self.expr(*part, place);
        }
    }

    fn binary(&mut self, left: ExprId, sign: &str, right: ExprId, place: Binding) {
        self.expr(left, place);
        self.put(sign);
        self.expr(right, place);
    }

    /// Operators of one line of binding group to the left.
    fn arithmetic(&mut self, op: ArithmeticOp, left: ExprId, right: ExprId) {
        let (sign, left_place, right_place) = match op {
            ArithmeticOp::Add => (" + ", Binding::Sum, Binding::Product),
            ArithmeticOp::Subtract => (" - ", Binding::Sum, Binding::Product),
            ArithmeticOp::Multiply => (" * ", Binding::Product, Binding::Sign),
            ArithmeticOp::Divide => (" / ", Binding::Product, Binding::Sign),
        };
        self.expr(left, left_place);
        self.put(sign);
        self.expr(right, right_place);
    }

    fn call(&mut self, function: Function, arguments: &[ExprId]) {
        self.put(function.name());
        self.put("(");
        self.list(arguments, ", ", Binding::Open);
        if let Function::Round(places) = function
            && places > 0
        {
            self.put(&format!(", {places}"));
        }
        self.put(")");
    }

    fn aggregate(&mut self, kind: Aggregate, list: FactId, summed: Option<ExprId>, condition: Option<ExprId>) {
        self.put(match kind {
            Aggregate::Any => "any of ",
            Aggregate::All => "all of ",
            Aggregate::Count => "count of ",
            Aggregate::Sum => "sum of ",
        });
        if let Some(summed) = summed {
            self.expr(summed, Binding::Sum);
            self.put(" over ");
        }
        let policy = self.policy;
        self.put(&policy.schema.facts[list].name);
        if let Some(condition) = condition {
            self.put(if kind == Aggregate::All { " have " } else { " where " });
            self.expr(condition, Binding::Open);
        }
    }

    /// A parameter does not say of which look-up it is; the place where it stands does.
    fn parameter(&mut self, expr: &Expr, index: u32) {
        let policy = self.policy;
        let within = |(_, lookup): &(_, &super::Lookup)| {
            let (outer, inner) = (lookup.span, expr.span);
            outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
        };
        let lookup = policy.lookups.iter().find(within).map(|(_, lookup)| lookup);
        match lookup.and_then(|lookup| lookup.parameters.get(index as usize)) {
            Some((name, _)) => self.put(name),
            None => self.put(&format!("parameter_{}", u64::from(index) + 1)),
        }
    }

    fn value(&mut self, value: &Value, ty: &Type) {
        match (value, &ty.kind) {
            (Value::None, _) => self.put("none"),
            (Value::Boolean(b), _) => self.put(if *b { "true" } else { "false" }),
            (Value::Number(n), TypeKind::Number(number)) => self.number(*n, &number.unit),
            (Value::Number(n), _) => self.number(*n, &UnitProduct::none()),
            (Value::Text(text), _) => {
                let quoted = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
                self.put(&format!("\"{quoted}\""));
            }
            (Value::Date(date), _) => self.put(&date.to_string()),
            (Value::Variant(index), TypeKind::Variant(id) | TypeKind::Items(id)) => self.variant(*id, *index),
            (Value::Variant(index), _) => self.put(&index.to_string()),
            (Value::Items(items), kind) => {
                self.put("(");
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.put(", ");
                    }
                    match kind {
                        TypeKind::Items(id) | TypeKind::Variant(id) => self.variant(*id, item),
                        _ => self.put(&item.to_string()),
                    }
                }
                self.put(")");
            }
            (Value::List(records), _) => self.put(&match records.len() {
                1 => "1 record".to_owned(),
                n => format!("{n} records"),
            }),
        }
    }

    fn variant(&mut self, id: Idx<crate::facts::Enumeration>, index: u32) {
        let policy = self.policy;
        match policy.schema.enumerations[id].variants.get(index as usize) {
            Some(variant) => self.put(&variant.name),
            None => self.put(&index.to_string()),
        }
    }

    fn number(&mut self, n: Number, unit: &UnitProduct) {
        let schema = &self.policy.schema;
        let money = unit.0.iter().filter(|&&(_, exponent)| exponent > 0).find(|&&(u, _)| schema.units[u].currency);
        let cents = money.and_then(|&(u, _)| schema.units[u].decimals).unwrap_or(0);
        let mut text = n.grouped();
        if let Some(places) = n.places()
            && places > 0
        {
            text.extend((places..cents).map(|_| '0'));
        }
        self.put(&text);
        let single = unit.single().map(|u| &schema.units[u].names);
        let name = match single.and_then(|names| names.get(1)) {
            Some(plural) if n != Number::ONE => Some(plural.clone()),
            _ => schema.unit_name(unit),
        };
        if let Some(name) = name {
            self.put(" ");
            self.put(&name);
        }
    }
}

fn compare_sign(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Less => " < ",
        CompareOp::LessOrEqual => " <= ",
        CompareOp::Greater => " > ",
        CompareOp::GreaterOrEqual => " >= ",
    }
}

fn binding(expr: &Expr) -> Binding {
    match &expr.kind {
        ExprKind::If { .. } | ExprKind::Aggregate { condition: Some(_), .. } => Binding::Open,
        ExprKind::And(parts) | ExprKind::Or(parts) if parts.is_empty() => Binding::Atom,
        ExprKind::Or(_) => Binding::Or,
        ExprKind::And(_) => Binding::And,
        ExprKind::Not(_) => Binding::Not,
        ExprKind::Compare(..)
        | ExprKind::Is { .. }
        | ExprKind::IsNone { .. }
        | ExprKind::In { .. }
        | ExprKind::Within { .. } => Binding::Comparison,
        ExprKind::Arithmetic(ArithmeticOp::Add | ArithmeticOp::Subtract, ..) | ExprKind::ShiftDays { .. } => {
            Binding::Sum
        }
        ExprKind::DaysBetween(..) => Binding::Interval,
        ExprKind::Arithmetic(..) => Binding::Product,
        ExprKind::Negate(_) => Binding::Sign,
        ExprKind::Literal(Value::Number(n)) if n.is_negative() => Binding::Sign,
        _ => Binding::Atom,
    }
}

impl Function {
    /// Its name in the language.
    pub fn name(self) -> &'static str {
        match self {
            Function::Min => "min",
            Function::Max => "max",
            Function::Abs => "abs",
            Function::Round(_) => "round",
            Function::Floor => "floor",
            Function::Ceil => "ceil",
            Function::AddMonthsOrLastDay => "add_months_or_last_day",
            Function::AddMonthsOrNextDay => "add_months_or_next_day",
            Function::AddYearsOrLastDay => "add_years_or_last_day",
            Function::AddYearsOrNextDay => "add_years_or_next_day",
        }
    }
}

#[cfg(test)]
mod tests {
    use la_arena::Arena;

    use super::*;
    use crate::base::{FileId, Span};
    use crate::facts::{Enumeration, Fact, NumberKind, NumberRange, NumberType, Schema, Unit, Variant};

    struct Builder {
        policy: Policy,
        number: Type,
        money: Type,
        hours: Type,
        fact: FactId,
    }

    fn span() -> Span {
        Span::new(FileId(0), 0, 0)
    }

    impl Builder {
        fn new() -> Builder {
            let mut schema = Schema::default();
            let unit = |names: &[&str], currency| Unit {
                names: names.iter().map(|n| (*n).to_owned()).collect(),
                currency,
                decimals: currency.then_some(2),
            };
            let hour = schema.units.alloc(unit(&["hour", "hours"], false));
            let eur = schema.units.alloc(unit(&["EUR"], true));
            let decimal = |unit| {
                Type::of(TypeKind::Number(NumberType {
                    kind: NumberKind::Decimal,
                    unit,
                    range: NumberRange::default(),
                }))
            };
            let fact = schema.facts.alloc(Fact {
                name: "deal.hours".to_owned(),
                label: None,
                ty: decimal(UnitProduct::one(hour)),
                ask: None,
                fixed: false,
                cost: None,
                presumed: None,
                judged_by: None,
                field_of: None,
                span: span(),
            });
            let policy = Policy {
                name: String::new(),
                version: String::new(),
                label: None,
                since: None,
                report: Vec::new(),
                hash: String::new(),
                schema,
                groups: Arena::new(),
                sources: Arena::new(),
                constants: Arena::new(),
                definitions: Arena::new(),
                lookups: Arena::new(),
                decisions: Arena::new(),
                properties: Arena::new(),
                exprs: Arena::new(),
                order: Vec::new(),
            };
            let rate = UnitProduct::one(eur).times(&UnitProduct::one(hour), -1);
            let (number, money, hours) = (decimal(UnitProduct::none()), decimal(rate), decimal(UnitProduct::one(hour)));
            Builder { policy, number, money, hours, fact }
        }

        fn add(&mut self, kind: ExprKind, ty: Type) -> ExprId {
            self.policy.exprs.alloc(Expr { kind, ty, span: span() })
        }

        fn literal(&mut self, n: &str, ty: Type) -> ExprId {
            self.add(ExprKind::number(n.parse().unwrap()), ty)
        }

        fn arithmetic(&mut self, op: ArithmeticOp, left: ExprId, right: ExprId) -> ExprId {
            self.add(ExprKind::Arithmetic(op, left, right), self.number.clone())
        }
    }

    #[test]
    fn literals_carry_their_units() {
        let mut b = Builder::new();
        let (number, money, hours) = (b.number.clone(), b.money.clone(), b.hours.clone());
        for (digits, ty, expected) in [
            ("1234567.5", &number, "1_234_567.5"),
            ("-1000", &number, "-1_000"),
            ("999", &number, "999"),
            ("95.5", &money, "95.50 EUR/hour"),
            ("95", &money, "95 EUR/hour"),
            ("1", &hours, "1 hour"),
            ("0", &hours, "0 hours"),
            ("2.5", &hours, "2.5 hours"),
        ] {
            let expr = b.literal(digits, ty.clone());
            assert_eq!(b.policy.text_of(expr), expected);
        }
        let kinds = Enumeration { name: None, variants: vec![Variant { name: "private".to_owned(), label: None }] };
        let kinds = b.policy.schema.enumerations.alloc(kinds);
        assert_eq!(b.policy.text_of_value(&Value::Variant(0), &Type::of(TypeKind::Variant(kinds))), "private");
        assert_eq!(b.policy.text_of_value(&Value::Text("a \"b\"".into()), &Type::of(TypeKind::Text)), r#""a \"b\"""#);
        assert_eq!(b.policy.text_of_value(&Value::None, &number), "none");
    }

    #[test]
    fn parentheses_stand_only_where_they_are_needed() {
        use ArithmeticOp::{Add, Divide, Multiply, Subtract};
        let mut b = Builder::new();
        let [one, two, three] = ["1", "2", "3"].map(|n| {
            let number = b.number.clone();
            b.literal(n, number)
        });
        let sum = b.arithmetic(Add, one, two);
        let difference = b.arithmetic(Subtract, two, three);
        for (op, left, right, expected) in [
            (Add, sum, three, "1 + 2 + 3"),
            (Subtract, one, difference, "1 - (2 - 3)"),
            (Multiply, sum, three, "(1 + 2) * 3"),
            (Divide, one, difference, "1 / (2 - 3)"),
            (Add, one, difference, "1 + (2 - 3)"),
        ] {
            let expr = b.arithmetic(op, left, right);
            assert_eq!(b.policy.text_of(expr), expected);
        }
        let fact = b.add(ExprKind::Fact(b.fact), b.hours.clone());
        let ten = b.literal("10", b.hours.clone());
        let more = b.add(ExprKind::Compare(CompareOp::Greater, fact, ten), Type::boolean());
        let yes = b.add(ExprKind::Literal(Value::Boolean(true)), Type::boolean());
        let either = b.add(ExprKind::Or([more, yes].into()), Type::boolean());
        let neither = b.add(ExprKind::Not(either), Type::boolean());
        let both = b.add(ExprKind::And([either, neither].into()), Type::boolean());
        assert_eq!(b.policy.text_of(both), "(deal.hours > 10 hours or true) and not (deal.hours > 10 hours or true)");
        let choice = b.add(ExprKind::If { condition: both, then: one, otherwise: sum }, b.number.clone());
        let total = b.arithmetic(Add, choice, one);
        assert!(b.policy.text_of(total).ends_with("then 1 else 1 + 2) + 1"), "{}", b.policy.text_of(total));
        let checked = b.add(ExprKind::Checked(sum), b.number.clone());
        let negative = b.add(ExprKind::Negate(checked), b.number.clone());
        assert_eq!(b.policy.text_of(negative), "-(1 + 2)");
    }
}
