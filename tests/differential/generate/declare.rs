//! Random packs.

use super::dice::Dice;
use super::expression::{Env, Expressions, Kind, Names, TEXTS, Ty, Unit, Var, with_unit};
use super::model::{Constant, Criterion, Decision, Definition, E, Fact, Lookup, Pack, Record, Row, Rule, Shape, Table};
use super::scale::Scale;

/// How deep expressions are at most.
const DEPTH: u32 = 3;

/// A random pack: facts, constants, look-ups, definitions and decisions, each using some of those before it.
pub fn pack(dice: &mut Dice<'_>, scale: Scale) -> Pack {
    let mut declare = Declare { dice, names: Names { scale, ..Names::default() }, pack: Pack::default(), serial: 0 };
    declare.enums();
    for _ in 0..declare.dice.between(2, 5) {
        let name = declare.name("f", None);
        let fact = declare.fact(name, None);
        declare.pack.facts.push(fact);
    }
    for record in 0..*declare.dice.pick(&[0, 0, 1, 1, 1, 2]) {
        declare.record(record);
    }
    for _ in 0..declare.dice.roll(4) {
        declare.constant();
    }
    for _ in 0..declare.dice.between(1, 3) {
        for _ in 0..declare.dice.roll(3) {
            declare.definition();
        }
        if declare.dice.percent(35) {
            declare.lookup();
        }
        for _ in 0..declare.dice.between(1, 2) {
            declare.decision();
        }
    }
    declare.pack
}

struct Declare<'a, 'r> {
    dice: &'a mut Dice<'r>,
    names: Names,
    pack: Pack,
    serial: usize,
}

/// A type for a definition or an outcome: as written, and what it is.
struct Declared {
    written: String,
    ty: Ty,
    optional: bool,
}

impl<'r> Declare<'_, 'r> {
    fn expressions(&mut self) -> Expressions<'_, 'r> {
        Expressions { dice: self.dice, names: &self.names }
    }

    /// A fresh name: of a record's declaration, in a group, or plain.
    fn name(&mut self, letter: &str, record: Option<usize>) -> String {
        self.serial += 1;
        let own = format!("{letter}{}", self.serial);
        match record {
            Some(record) => format!("{}.{own}", self.pack.records[record].name),
            None if self.dice.percent(25) => format!("group.{own}"),
            None => own,
        }
    }

    fn enums(&mut self) {
        let strings = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        // Two enumerations share a variant.
        let all = [("level", strings(&["low", "medium", "high"])), ("size", strings(&["small", "medium"]))];
        for (name, variants) in all {
            self.pack.enums.push((name.to_owned(), variants.clone()));
            self.names.enums.push(variants);
        }
    }

    /// A fact, or a field of a record.
    fn fact(&mut self, name: String, record: Option<usize>) -> Fact {
        let field = record.is_some();
        let (ty, mut written, presumed, always_given) = self.names.scale.fact(self.dice, field);
        let ty = match ty {
            Ty::Variant(2..) => {
                self.names.enums.push(vec!["red".to_owned(), "green".to_owned()]);
                Ty::Variant(self.names.enums.len() - 1)
            }
            ty => ty,
        };
        let optional = ty != Ty::Text && self.dice.percent(if field { 10 } else { 25 });
        if optional {
            written += " or none";
        }
        let presumed = self.dice.percent(30).then(|| if optional && self.dice.percent(30) { "none" } else { presumed });
        let presumed = presumed.filter(|_| ty != Ty::Text).map(str::to_owned);
        self.names.vars.push(Var { name: name.clone(), ty, optional, record });
        Fact {
            name: name.rsplit('.').next().filter(|_| field).unwrap_or(&name).to_owned(),
            ty: written,
            presumed,
            always_given,
        }
    }

    fn record(&mut self, which: usize) {
        let names = [("site", ["sites", "old_sites"]), ("crew", ["crews", "old_crews"])];
        let (name, lists) = names[which];
        let count = self.dice.between(1, 3);
        let fields: Vec<Fact> = (0..count).map(|i| self.fact(format!("{name}.x{i}"), Some(which))).collect();
        let up_to = match self.names.scale {
            Scale::Wide => *self.dice.pick(&[1, 3, 20, 20]),
            Scale::Tiny if count == 1 => 2,
            Scale::Tiny => self.dice.between(1, 2) as u32,
        };
        let two = self.dice.percent(25);
        let lists: Vec<String> = lists[..1 + usize::from(two)].iter().map(|l| (*l).to_owned()).collect();
        let up_to = if two && self.names.scale == Scale::Tiny { 1 } else { up_to };
        self.names.lists.push(lists.clone());
        self.pack.records.push(Record { name: name.to_owned(), lists, up_to, fields });
    }

    fn constant(&mut self) {
        let name = self.name("c", None);
        let (ty, written) = match self.dice.roll(5) {
            0 => (Ty::Number(Kind::Integer, Unit::Plain), "integer"),
            1 => (Ty::Number(Kind::Integer, Unit::EurPerHour), "integer in EUR/hour"),
            2 => (Ty::Number(Kind::Decimal, Unit::Eur), "decimal in EUR"),
            3 => (Ty::Number(Kind::Integer, Unit::Day), "integer in day"),
            _ => (Ty::Date, "date"),
        };
        let mut value = || match ty {
            Ty::Number(kind, unit) => self.expressions().literal(kind, unit).text(),
            _ => self.dice.word(&self.names.scale.dates()).to_owned(),
        };
        let values = vec![(value(), None), (value(), None)];
        let mut values: Vec<(String, Option<String>)> = values;
        match self.dice.roll(4) {
            // In force from the second date only, which may lie after the decision's.
            0 => {
                values[0].1 = Some("2026-03-01".into());
                values[1].1 = Some("2026-04-01".into());
            }
            1 => {
                values[0].1 = Some("2020-01-01".into());
                values[1].1 = Some(self.dice.word(&["2026-03-01", "2026-03-02"]).into());
            }
            _ => drop(values.pop()),
        }
        self.names.vars.push(Var { name: name.clone(), ty, optional: false, record: None });
        self.pack.constants.push(Constant { name, ty: written.into(), values });
    }

    /// Which record a declaration is named after, if any, and what can be read there.
    fn scope(&mut self, most_lists: usize) -> (Option<usize>, Env) {
        let records = self.names.lists.iter().enumerate().filter(|(_, lists)| lists.len() <= most_lists);
        let records: Vec<usize> = records.map(|(record, _)| record).collect();
        let record = (!records.is_empty() && self.dice.percent(35)).then(|| *self.dice.pick(&records));
        (record, Env { at_hand: record.into_iter().collect(), ..Env::default() })
    }

    fn declared(&mut self, outcome: bool) -> Declared {
        let (ty, written) = match self.dice.roll(16) {
            0..=1 => (Ty::Boolean, "boolean"),
            2..=4 => (Ty::Variant(0), "level"),
            5 => (Ty::Variant(1), "size"),
            6 => (Ty::Number(Kind::Integer, Unit::Plain), "integer"),
            7..=8 => (Ty::Number(Kind::Integer, Unit::Plain), "integer -4..4"),
            9 => (Ty::Number(Kind::Integer, Unit::Hour), "integer in hour -4..4"),
            10 => (Ty::Number(Kind::Decimal, Unit::Hour), "decimal in hour"),
            11 => (Ty::Number(Kind::Decimal, Unit::Eur), "decimal in EUR"),
            12 => (Ty::Number(Kind::Decimal, Unit::Plain), "decimal"),
            13 => (Ty::Number(Kind::Integer, Unit::Day), "integer in day"),
            14 => (Ty::Date, "date"),
            15 if outcome && self.dice.percent(30) => (Ty::Text, "text"),
            15 if outcome => {
                self.names.enums.push(vec!["red".to_owned(), "green".to_owned()]);
                (Ty::Variant(self.names.enums.len() - 1), "one of red, green")
            }
            _ => (Ty::Date, "date 2026-01-01..2026-02-28"),
        };
        let written = self.names.scale.range(written);
        let optional = ty != Ty::Text && self.dice.percent(15);
        let written = if optional { format!("{written} or none") } else { written.to_owned() };
        Declared { written, ty, optional }
    }

    fn definition(&mut self) {
        let (record, env) = self.scope(2);
        let name = self.name("a", record);
        let depth = DEPTH;
        let (written, ty, optional) = match self.dice.roll(4) {
            0 => {
                let unit = *self.dice.pick(&[Unit::Plain, Unit::Hour, Unit::Eur, Unit::Day]);
                (None, Ty::Number(Kind::Fraction, unit), false)
            }
            1 => (None, Ty::Boolean, false),
            _ => {
                let declared = self.declared(false);
                (Some(declared.written), declared.ty, declared.optional)
            }
        };
        let body = self.expressions().value(&env, ty, optional, depth);
        self.names.vars.push(Var { name: name.clone(), ty, optional, record });
        self.pack.definitions.push(Definition { name, ty: written, body });
    }

    fn lookup(&mut self) {
        let name = self.name("t", None);
        let count = self.dice.between(1, 2);
        let mut env = Env::default();
        let mut parameters = Vec::new();
        for at in 0..count {
            let (ty, written) = match self.dice.roll(6) {
                0 => (Ty::Boolean, "boolean"),
                1 => (Ty::Number(Kind::Integer, Unit::Plain), "integer"),
                2 => (Ty::Number(Kind::Integer, Unit::Plain), "integer -4..4"),
                3 => (Ty::Variant(1), "size"),
                _ => (Ty::Variant(0), "level"),
            };
            let name = format!("p{at}");
            env.parameters.push(Var { name: name.clone(), ty, optional: false, record: None });
            parameters.push((name, self.names.scale.range(written).to_owned()));
        }
        let columns = env.parameters.clone();
        let mut declared = self.declared(true);
        if declared.optional {
            declared.written.truncate(declared.written.len() - " or none".len());
            declared.optional = false;
        }
        let table = self.table(&env, &columns, &declared, false);
        let types = env.parameters.iter().map(|p| p.ty).collect();
        self.names.lookups.push((name.clone(), types, declared.ty));
        self.pack.lookups.push(Lookup { name, parameters, ty: declared.written, table });
    }

    // ---- Decisions ----------------------------------------------------------------------------------------------

    fn decision(&mut self) {
        // Decisions are taken for the records of one list.
        let (record, env) = self.scope(1);
        let name = self.name("d", record);
        let var = |name: String, ty: Ty, optional: bool| Var { name, ty, optional, record };
        let shape = self.dice.roll(20);
        let (ty, shape) = match shape {
            0..=1 => {
                let declared = self.declared(true);
                let body = self.expressions().value(&env, declared.ty, declared.optional, DEPTH);
                self.names.vars.push(var(name.clone(), declared.ty, declared.optional));
                (declared.written, Shape::Computed(body))
            }
            2..=9 => {
                let declared = self.declared(true);
                let shape = self.rules(&env, &declared);
                self.names.vars.push(var(name.clone(), declared.ty, declared.optional));
                (declared.written, shape)
            }
            10..=11 => {
                let shape = self.rubric(&env, &name, record);
                self.names.vars.push(var(name.clone(), Ty::Variant(0), false));
                ("level".to_owned(), shape)
            }
            12..=13 => {
                let shape = self.gate(&env);
                self.names.vars.push(var(name.clone(), Ty::Variant(0), false));
                ("level".to_owned(), shape)
            }
            14..=17 => self.table_decision(&env, &name, record),
            _ => {
                let mut items = Vec::new();
                for at in 0..self.dice.between(1, 4) {
                    let item = format!("item{at}");
                    let when = self.dice.percent(85).then(|| self.expressions().boolean(&env, 2));
                    items.push((item, when));
                }
                let parts = items.iter().map(|(item, _)| var(format!("{name}.{item}"), Ty::Boolean, false));
                self.names.vars.extend(parts);
                (String::new(), Shape::Checklist(items))
            }
        };
        self.pack.decisions.push(Decision { name, ty, shape });
    }

    fn rules(&mut self, env: &Env, declared: &Declared) -> Shape {
        let count = self.dice.between(1, 4);
        let mut rules: Vec<Rule> = Vec::new();
        for at in 0..count {
            let mut env = env.clone();
            let mut when = None;
            if self.dice.percent(92) {
                // The outcome may use what the condition has asked.
                let visible = |v: &&Var| v.record.is_none_or(|r| env.at_hand.contains(&r));
                let maybe: Vec<Var> = self.names.vars.iter().filter(visible).filter(|v| v.optional).cloned().collect();
                if !maybe.is_empty() && self.dice.percent(50) {
                    let var = self.dice.pick(&maybe).clone();
                    env.narrowed.push(var.name.clone());
                    let asked = E::IsNone(Box::new(E::atom(&var.name)), true);
                    let condition = self.dice.percent(60).then(|| self.expressions().boolean(&env, 2));
                    when = Some(match condition {
                        Some(condition) => E::And(vec![asked, condition]),
                        None => asked,
                    });
                } else {
                    when = Some(self.expressions().boolean(&env, DEPTH));
                }
            }
            let depth = if self.dice.percent(35) { 2 } else { 0 };
            let outcome = self.expressions().value(&env, declared.ty, declared.optional, depth);
            let windowed = self.dice.percent(15);
            let date = |dice: &mut Dice<'_>| dice.word(&["2026-02-28", "2026-03-01", "2026-03-02"]).to_owned();
            let (from, until) = match self.dice.roll(3) {
                _ if !windowed => (None, None),
                0 => (Some(date(self.dice)), None),
                1 => (None, Some(date(self.dice))),
                _ => (Some("2026-02-28".to_owned()), Some(date(self.dice))),
            };
            // A rule overrides some that are called earlier, so that nothing goes in a circle.
            let mut overrides = Vec::new();
            for other in 0..at {
                if self.dice.percent(30) {
                    overrides.push(format!("r{other}"));
                }
            }
            let refer = self.dice.percent(20);
            rules.push(Rule { name: format!("r{at}"), outcome, when, overrides, from, until, refer });
        }
        self.dice.shuffle(&mut rules);
        let default = self.dice.percent(60).then(|| self.expressions().value(env, declared.ty, declared.optional, 1));
        Shape::Rules { default, rules }
    }

    fn rubric(&mut self, env: &Env, name: &str, record: Option<usize>) -> Shape {
        let kind = *self.dice.pick(&[Kind::Integer, Kind::Integer, Kind::Decimal]);
        let mut criteria = Vec::new();
        for at in 0..self.dice.between(1, 3) {
            let criterion = if self.dice.percent(60) {
                let weight = Box::new(self.expressions().literal(kind, Unit::Plain));
                let rated = Box::new(self.expressions().number(env, kind, Unit::Plain, 1));
                Criterion::Weighted(E::Arithmetic('*', weight, rated))
            } else {
                let mut lines = Vec::new();
                for _ in 0..self.dice.between(1, 2) {
                    let points = self.expressions().literal(kind, Unit::Plain);
                    lines.push((points, Some(self.expressions().boolean(env, 2))));
                }
                lines.push((self.expressions().literal(kind, Unit::Plain), None));
                Criterion::Points(lines)
            };
            criteria.push((format!("part{at}"), criterion));
        }
        let ty = Ty::Number(kind, Unit::Plain);
        self.names.vars.push(Var { name: format!("{name}.score"), ty, optional: false, record });
        let [medium, high] = self.names.scale.bands();
        let mut bands = vec![("high".to_owned(), Some(self.dice.word(&high).to_owned()))];
        if self.dice.percent(70) {
            bands.push(("medium".to_owned(), Some(self.dice.word(&medium).to_owned())));
        }
        bands.push(("low".to_owned(), None));
        Shape::Rubric { criteria, bands }
    }

    fn gate(&mut self, env: &Env) -> Shape {
        let mut requirements = Vec::new();
        for at in 0..self.dice.between(1, 4) {
            let worse = self.dice.word(&["medium", "high"]).to_owned();
            requirements.push((format!("q{at}"), self.expressions().boolean(env, DEPTH), worse));
        }
        Shape::Gate(requirements)
    }

    fn table_decision(&mut self, env: &Env, name: &str, record: Option<usize>) -> (String, Shape) {
        let visible = |v: &&Var| v.record.is_none_or(|r| env.at_hand.contains(&r));
        let all: Vec<Var> = self.names.vars.iter().filter(visible).cloned().collect();
        let mut columns: Vec<Var> = Vec::new();
        for _ in 0..self.dice.between(1, 3) {
            if all.is_empty() {
                break;
            }
            let var = self.dice.pick(&all).clone();
            if !columns.iter().any(|c| c.name == var.name) {
                columns.push(var);
            }
        }
        if columns.is_empty() || self.dice.percent(15) {
            // A column may test any expression.
            let text = self.expressions().boolean(env, 1).text();
            if !columns.iter().any(|c| c.name == text) {
                columns.push(Var { name: text, ty: Ty::Boolean, optional: false, record: None });
            }
        }
        let collect = self.dice.percent(20);
        let declared = if collect {
            Declared { written: "level".into(), ty: Ty::Variant(0), optional: false }
        } else {
            self.declared(true)
        };
        let table = self.table(env, &columns, &declared, collect);
        if collect {
            let parts = ["low", "high"].map(|v| (format!("{name}.{v}"), Ty::Boolean));
            self.names.vars.extend(parts.map(|(name, ty)| Var { name, ty, optional: false, record }));
        } else {
            let (ty, optional) = (declared.ty, declared.optional);
            self.names.vars.push(Var { name: name.to_owned(), ty, optional, record });
        }
        (declared.written, Shape::Table(table))
    }

    fn table(&mut self, env: &Env, columns: &[Var], declared: &Declared, collect: bool) -> Table {
        let hit = match self.dice.roll(5) {
            _ if collect => "  collect\n",
            0..=1 => "  first match\n",
            2..=3 => "  exactly one\n",
            _ => "",
        };
        let mut rows = Vec::new();
        for at in 0..self.dice.between(1, 4) {
            let name = self.dice.percent(30).then(|| format!("line{at}"));
            let cells = columns.iter().map(|c| self.cell(c.ty, c.optional)).collect();
            let depth = u32::from(self.dice.percent(20));
            let outcome = self.expressions().value(env, declared.ty, declared.optional, depth);
            rows.push(Row { name, cells, outcome });
        }
        Table { hit, columns: columns.iter().map(|c| E::atom(&c.name)).collect(), rows }
    }

    fn cell(&mut self, ty: Ty, optional: bool) -> String {
        if self.dice.percent(30) {
            return "any".to_owned();
        }
        if optional && self.dice.percent(30) {
            return self.dice.word(&["none", "not none"]).to_owned();
        }
        let variants = match ty {
            Ty::Boolean => vec!["true".to_owned(), "false".to_owned()],
            Ty::Variant(which) => self.names.enums[which].clone(),
            Ty::Text => TEXTS.iter().map(|t| (*t).to_owned()).collect(),
            Ty::Date => self.names.scale.dates().iter().map(|d| (*d).to_owned()).collect(),
            Ty::Number(_, unit) => self.names.scale.cells().iter().map(|n| with_unit(n, unit)).collect(),
        };
        let ordered = matches!(ty, Ty::Number(..) | Ty::Date);
        let test = |this: &mut Self| {
            let value = this.dice.pick(&variants).clone();
            match this.dice.roll(6) {
                0..=1 if ordered => format!("{} {value}", this.dice.pick(&["<", "<=", ">", ">="])),
                2 if ordered => {
                    let at = this.dice.roll(variants.len());
                    format!("{}..{}", variants[at], variants[this.dice.between(at, variants.len() - 1)])
                }
                3 if ordered => format!("{value}.."),
                _ => value,
            }
        };
        let mut tests = vec![test(self)];
        if variants.len() > 2 && self.dice.percent(25) {
            tests.push(test(self));
        }
        let not = if self.dice.percent(20) { "not " } else { "" };
        format!("{not}{}", tests.join(", "))
    }
}
