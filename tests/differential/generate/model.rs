//! A generated pack as data: just enough structure to print it as text and to make it smaller.

use std::fmt::Write as _;

/// A pack. Every part of it is text but what shrinking takes apart.
#[derive(Clone, Debug, Default)]
pub struct Pack {
    /// Named enumerations: name and variants.
    pub enums: Vec<(String, Vec<String>)>,
    pub facts: Vec<Fact>,
    pub records: Vec<Record>,
    pub constants: Vec<Constant>,
    pub definitions: Vec<Definition>,
    pub lookups: Vec<Lookup>,
    pub decisions: Vec<Decision>,
}

#[derive(Clone, Debug)]
pub struct Fact {
    pub name: String,
    /// Its type as written.
    pub ty: String,
    pub presumed: Option<String>,
    /// Its domain is too large to be filled in.
    pub always_given: bool,
}

#[derive(Clone, Debug)]
pub struct Record {
    pub name: String,
    /// The facts that are lists of it.
    pub lists: Vec<String>,
    pub up_to: u32,
    pub fields: Vec<Fact>,
}

#[derive(Clone, Debug)]
pub struct Constant {
    pub name: String,
    pub ty: String,
    /// Values with their first dates; one without a date stands alone.
    pub values: Vec<(String, Option<String>)>,
}

#[derive(Clone, Debug)]
pub struct Definition {
    pub name: String,
    pub ty: Option<String>,
    pub body: E,
}

#[derive(Clone, Debug)]
pub struct Lookup {
    pub name: String,
    pub parameters: Vec<(String, String)>,
    pub ty: String,
    pub table: Table,
}

#[derive(Clone, Debug)]
pub struct Decision {
    pub name: String,
    /// Its type as written; a checklist has none.
    pub ty: String,
    pub shape: Shape,
}

#[derive(Clone, Debug)]
pub enum Shape {
    Computed(E),
    Rules { default: Option<E>, rules: Vec<Rule> },
    Rubric { criteria: Vec<(String, Criterion)>, bands: Vec<(String, Option<String>)> },
    Gate(Vec<(String, E, String)>),
    Table(Table),
    Checklist(Vec<(String, Option<E>)>),
}

#[derive(Clone, Debug)]
pub struct Rule {
    pub name: String,
    pub outcome: E,
    pub when: Option<E>,
    pub overrides: Vec<String>,
    pub from: Option<String>,
    pub until: Option<String>,
    pub refer: bool,
}

#[derive(Clone, Debug)]
pub enum Criterion {
    Weighted(E),
    /// The last line has no condition.
    Points(Vec<(E, Option<E>)>),
}

#[derive(Clone, Debug)]
pub struct Table {
    pub hit: &'static str,
    pub columns: Vec<E>,
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub name: Option<String>,
    pub cells: Vec<String>,
    pub outcome: E,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum E {
    /// A literal, a name or a variant: never needs parentheses.
    Atom(String),
    Not(Box<E>),
    Negate(Box<E>),
    And(Vec<E>),
    Or(Vec<E>),
    /// `<`, `is`, `is not` and their like.
    Compare(&'static str, Box<E>, Box<E>),
    IsNone(Box<E>, bool),
    In(Box<E>, Vec<E>, bool),
    Within(Box<E>, Option<Box<E>>, Option<Box<E>>, bool),
    /// `+ -` and `* /`
    Arithmetic(char, Box<E>, Box<E>),
    If(Box<E>, Box<E>, Box<E>),
    Call(String, Vec<E>),
    DaysBetween(Box<E>, Box<E>),
    /// `any`, `all`, `count`, `sum`; what is summed, the list, the condition.
    Aggregate(&'static str, Option<Box<E>>, String, Option<Box<E>>),
    /// Parentheses that are not needed.
    Parentheses(Box<E>),
}

impl E {
    pub fn atom(text: impl Into<String>) -> E {
        E::Atom(text.into())
    }

    /// How tightly it binds; 0 reaches as far right as it can.
    fn level(&self) -> u32 {
        match self {
            E::If(..) | E::DaysBetween(..) | E::Aggregate(..) => 0,
            E::Or(_) => 1,
            E::And(_) => 2,
            E::Not(_) => 3,
            E::Compare(..) | E::IsNone(..) | E::In(..) | E::Within(..) => 4,
            E::Arithmetic('+' | '-', ..) => 5,
            E::Arithmetic(..) => 6,
            E::Negate(_) => 7,
            E::Atom(_) | E::Call(..) | E::Parentheses(_) => 8,
        }
    }

    /// The expression as text, with no more parentheses than it needs.
    pub fn text(&self) -> String {
        self.print(0, true)
    }

    /// As text where something that binds as tightly as `level` may stand. At the `end` of a whole expression there is
    /// nothing that `else` and `where` could reach too far for.
    fn print(&self, level: u32, end: bool) -> String {
        let reaches_right = matches!(self, E::If(..) | E::Aggregate(..)) && end;
        if self.level() < level && !reaches_right {
            return format!("({})", self.print(0, true));
        }
        let joined = |parts: &[E], word: &str, level| {
            let last = parts.len() - 1;
            parts.iter().enumerate().map(|(i, e)| e.print(level, end && i == last)).collect::<Vec<_>>().join(word)
        };
        let listed = |parts: &[E]| parts.iter().map(E::text).collect::<Vec<_>>().join(", ");
        let not = |negated: &bool| if *negated { "not " } else { "" };
        match self {
            E::Atom(text) => text.clone(),
            E::Not(of) => format!("not {}", of.print(3, end)),
            E::Negate(of) => format!("-{}", of.print(8, end)),
            E::And(parts) => joined(parts, " and ", 3),
            E::Or(parts) => joined(parts, " or ", 2),
            E::Compare(op, left, right) => {
                // `days between` takes sums, and stops at a comparison.
                let side = |e: &E, end| if matches!(e, E::DaysBetween(..)) { e.print(0, end) } else { e.print(5, end) };
                format!("{} {op} {}", side(left, false), side(right, end))
            }
            E::IsNone(of, negated) => format!("{} is {}none", of.print(5, false), not(negated)),
            E::In(of, among, negated) => format!("{} {}in ({})", of.print(5, false), not(negated), listed(among)),
            E::Within(of, low, high, negated) => {
                let one = |end: &Option<Box<E>>| end.as_ref().map_or(String::new(), |e| e.print(7, false));
                format!("{} {}in {}..{}", of.print(5, false), not(negated), one(low), one(high))
            }
            E::Arithmetic(op, left, right) => {
                let level = self.level();
                format!("{} {op} {}", left.print(level, false), right.print(level + 1, end))
            }
            E::If(condition, then, otherwise) => {
                format!("if {} then {} else {}", condition.text(), then.text(), otherwise.print(0, end))
            }
            E::Call(name, arguments) => format!("{name}({})", listed(arguments)),
            E::DaysBetween(from, to) => format!("days between {} and {}", from.print(5, false), to.print(5, end)),
            E::Aggregate(kind, summed, list, condition) => {
                let mut text = format!("{kind} of ");
                if let Some(summed) = summed {
                    text += &format!("{} over ", summed.text());
                }
                text += list;
                if let Some(condition) = condition {
                    text += if *kind == "all" { " have " } else { " where " };
                    text += &condition.print(0, end);
                }
                text
            }
            E::Parentheses(of) => format!("({})", of.text()),
        }
    }

    /// Its parts.
    pub fn children(&self) -> Vec<&E> {
        match self {
            E::Atom(_) => Vec::new(),
            E::Not(a) | E::Negate(a) | E::IsNone(a, _) | E::Parentheses(a) => vec![a],
            E::And(parts) | E::Or(parts) | E::Call(_, parts) => parts.iter().collect(),
            E::Compare(_, a, b) | E::Arithmetic(_, a, b) | E::DaysBetween(a, b) => vec![a, b],
            E::In(of, among, _) => std::iter::once(&**of).chain(among).collect(),
            E::Within(of, low, high, _) => {
                std::iter::once(&**of).chain(low.as_deref()).chain(high.as_deref()).collect()
            }
            E::If(a, b, c) => vec![a, b, c],
            E::Aggregate(_, a, _, b) => a.as_deref().into_iter().chain(b.as_deref()).collect(),
        }
    }

    /// Its parts, to be changed.
    pub fn children_mut(&mut self) -> Vec<&mut E> {
        match self {
            E::Atom(_) => Vec::new(),
            E::Not(a) | E::Negate(a) | E::IsNone(a, _) | E::Parentheses(a) => vec![a],
            E::And(parts) | E::Or(parts) | E::Call(_, parts) => parts.iter_mut().collect(),
            E::Compare(_, a, b) | E::Arithmetic(_, a, b) | E::DaysBetween(a, b) => vec![a, b],
            E::In(of, among, _) => std::iter::once(&mut **of).chain(among).collect(),
            E::Within(of, low, high, _) => {
                std::iter::once(&mut **of).chain(low.as_deref_mut()).chain(high.as_deref_mut()).collect()
            }
            E::If(a, b, c) => vec![a, b, c],
            E::Aggregate(_, a, _, b) => a.as_deref_mut().into_iter().chain(b.as_deref_mut()).collect(),
        }
    }
}

impl Pack {
    /// Each declaration as text.
    pub fn declarations(&self) -> Vec<String> {
        let mut all = vec!["unit hour, hours with 1 decimals\n".to_owned(), "currency EUR\n".to_owned()];
        all.extend(self.enums.iter().map(|(name, variants)| format!("type {name} = one of {}\n", variants.join(", "))));
        all.extend(self.facts.iter().map(|f| format!("fact {}", f.text())));
        for record in &self.records {
            let fields: String = record.fields.iter().map(|f| format!("  field {}", f.text())).collect();
            all.push(format!("record {}\n{fields}", record.name));
            for list in &record.lists {
                all.push(format!("fact {list}: list of {} up to {}\n", record.name, record.up_to));
            }
        }
        for constant in &self.constants {
            let value = |(value, from): &(String, Option<String>)| match from {
                None => format!(" = {value}\n"),
                Some(from) => format!("\n  value {value} from {from}"),
            };
            let values: String = constant.values.iter().map(value).collect();
            all.push(format!("constant {}: {}{values}\n", constant.name, constant.ty));
        }
        for definition in &self.definitions {
            let ty = definition.ty.as_ref().map_or(String::new(), |ty| format!(": {ty}"));
            all.push(format!("define {}{ty} = {}\n", definition.name, definition.body.text()));
        }
        for lookup in &self.lookups {
            let parameters: Vec<String> = lookup.parameters.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
            let head = format!("table {}({}): {}", lookup.name, parameters.join(", "), lookup.ty);
            all.push(format!("{head}\n{}", lookup.table.text()));
        }
        all.extend(self.decisions.iter().map(Decision::text));
        all
    }

    /// Every expression, to be changed.
    pub fn expressions_mut(&mut self) -> Vec<&mut E> {
        let mut all: Vec<&mut E> = self.definitions.iter_mut().map(|d| &mut d.body).collect();
        let tables = self.lookups.iter_mut().map(|l| &mut l.table);
        let mut tables: Vec<&mut Table> = tables.collect();
        for decision in &mut self.decisions {
            match &mut decision.shape {
                Shape::Computed(e) => all.push(e),
                Shape::Rules { default, rules } => {
                    all.extend(default);
                    all.extend(rules.iter_mut().flat_map(|r| std::iter::once(&mut r.outcome).chain(&mut r.when)));
                }
                Shape::Rubric { criteria, .. } => {
                    for (_, criterion) in criteria {
                        match criterion {
                            Criterion::Weighted(e) => all.push(e),
                            Criterion::Points(lines) => {
                                all.extend(lines.iter_mut().flat_map(|(p, when)| std::iter::once(p).chain(when)));
                            }
                        }
                    }
                }
                Shape::Gate(requirements) => all.extend(requirements.iter_mut().map(|(_, e, _)| e)),
                Shape::Checklist(items) => all.extend(items.iter_mut().filter_map(|(_, e)| e.as_mut())),
                Shape::Table(table) => tables.push(table),
            }
        }
        for table in tables {
            all.extend(&mut table.columns);
            all.extend(table.rows.iter_mut().map(|r| &mut r.outcome));
        }
        all
    }
}

impl Fact {
    fn text(&self) -> String {
        let presumed = self.presumed.as_ref().map_or(String::new(), |value| format!(" presumed {value}"));
        format!("{}: {}{presumed}\n", self.name, self.ty)
    }
}

impl Table {
    fn text(&self) -> String {
        let heads: Vec<String> = self.columns.iter().map(|c| c.text()).collect();
        let mut text = format!("{}  | {} | => result |\n", self.hit, heads.join(" | "));
        for row in &self.rows {
            let name = row.name.as_ref().map_or(String::new(), |name| format!("{name}: "));
            let outcome = row.outcome.text();
            writeln!(text, "  | {name}{} | {outcome} |", row.cells.join(" | ")).expect("strings can be written to");
        }
        text
    }
}

impl Decision {
    fn text(&self) -> String {
        let head = format!("{}: {}", self.name, self.ty);
        match &self.shape {
            Shape::Computed(e) => format!("decide {head} = {}\n", e.text()),
            Shape::Rules { default, rules } => {
                let default = default.as_ref().map_or(String::new(), |e| format!("  default {}\n", e.text()));
                let rules: String = rules.iter().map(Rule::text).collect();
                format!("decide {head}\n{default}{rules}")
            }
            Shape::Rubric { criteria, bands } => {
                let criterion = |(name, criterion): &(String, Criterion)| match criterion {
                    Criterion::Weighted(e) => format!("  criterion {name} = {}\n", e.text()),
                    Criterion::Points(lines) => {
                        let line = |(points, when): &(E, Option<E>)| match when {
                            Some(when) => format!("    points {} when {}\n", points.text(), when.text()),
                            None => format!("    points {} otherwise\n", points.text()),
                        };
                        format!("  criterion {name}\n{}", lines.iter().map(line).collect::<String>())
                    }
                };
                let band = |(variant, from): &(String, Option<String>)| match from {
                    Some(from) => format!("  band {variant} from {from}\n"),
                    None => format!("  band {variant} otherwise\n"),
                };
                let criteria: String = criteria.iter().map(criterion).collect();
                format!("rubric {head}\n{criteria}{}", bands.iter().map(band).collect::<String>())
            }
            Shape::Gate(requirements) => {
                let line = |(name, e, outcome): &(String, E, String)| {
                    format!("  require {name}: {} else {outcome}\n", e.text())
                };
                format!("gate {head}\n{}", requirements.iter().map(line).collect::<String>())
            }
            Shape::Table(table) => format!("table {head}\n{}", table.text()),
            Shape::Checklist(items) => {
                let item = |(name, when): &(String, Option<E>)| match when {
                    Some(when) => format!("  item {name} when {}\n", when.text()),
                    None => format!("  item {name}\n"),
                };
                format!("checklist {}\n{}", self.name, items.iter().map(item).collect::<String>())
            }
        }
    }
}

impl Rule {
    fn text(&self) -> String {
        let mut text = format!("  rule {}: {}", self.name, self.outcome.text());
        if let Some(when) = &self.when {
            text += &format!(" when {}", when.text());
        }
        let dates = [("from", &self.from), ("until", &self.until)];
        text.extend(dates.iter().filter_map(|(word, date)| date.as_ref().map(|date| format!(" {word} {date}"))));
        if !self.overrides.is_empty() {
            text += &format!("\n    overrides {}", self.overrides.join(", "));
        }
        if self.refer {
            text += "\n    refer to \"Somebody\" \"What now?\"";
        }
        text + "\n"
    }
}
