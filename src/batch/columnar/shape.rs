//! What the columns of record batches mean: which fact each of them gives, before the first row is looked at.

use arrow_schema::{DataType, Fields};

use crate::base::did_you_mean;
use crate::batch::Plan;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::read::{expected, listed};
use crate::facts::{FactId, RecordId, Schema, Type, TypeKind};

/// A column, or a field of a struct.
#[derive(Clone, Debug)]
pub(super) struct Named {
    /// As the key of an object of JSON: `"client":`.
    pub(super) key: Box<str>,
    /// Its place among its kind.
    pub(super) place: usize,
    pub(super) shape: Shape,
    pub(super) means: Means,
}

/// What is said by a column, or a field of a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    /// A fact, or a field of a record, which may be none or not.
    Fact(FactId, bool),
    /// Some facts.
    Group,
    /// Nothing that the policy knows.
    Beside,
}

/// How it is said.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// By one value.
    One,
    /// By the fields of a struct.
    Struct(Vec<Named>),
    /// By a list.
    List(Box<Shape>),
}

/// The columns that say something, and every problem there is with any of them.
pub(super) fn columns(plan: &Plan, shown: &str, columns: &Fields) -> Result<Vec<Named>, Vec<Diagnostic>> {
    let mut matching = Matching {
        plan,
        schema: &plan.policy.schema,
        shown,
        given: Vec::new(),
        found: Vec::new(),
        problems: Vec::new(),
    };
    let named = matching.fields("", None, columns);
    for name in plan.keep.iter().filter(|name| !matching.found.contains(name)) {
        let message = format!("`{shown}` has no column `{name}` to keep");
        let names: Vec<&str> = columns.iter().map(|column| column.name().as_str()).collect();
        let problem = Diagnostic::placeless(Code::DealName, message);
        matching.problems.push(match did_you_mean(name, names.iter().copied()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help(format!("its columns are {}", listed(&names, "and"))),
        });
    }
    if matching.problems.is_empty() { Ok(named) } else { Err(matching.problems) }
}

struct Matching<'a> {
    plan: &'a Plan,
    schema: &'a Schema,
    shown: &'a str,
    /// The facts that have their column.
    given: Vec<FactId>,
    /// What was found of that which is kept.
    found: Vec<String>,
    problems: Vec<Diagnostic>,
}

/// The key of an object of JSON.
fn key(name: &str) -> Box<str> {
    (serde_json::to_string(name).unwrap_or_default() + ":").into()
}

impl Matching<'_> {
    /// What the columns say, or the fields of a struct that stands for the group `prefix` of the deal or of a record.
    fn fields(&mut self, prefix: &str, record: Option<RecordId>, fields: &Fields) -> Vec<Named> {
        let mut named = Vec::new();
        for (place, field) in fields.iter().enumerate() {
            let name = format!("{prefix}{}", field.name());
            let keeps = record.is_none() && self.plan.keep.contains(&name);
            let is_beside = keeps || (record.is_none() && self.plan.ignore.contains(&name));
            if keeps {
                self.found.push(name.clone());
            }
            let (shape, means) = if let Some(fact) = self.fact(&name, record) {
                let ty = &self.schema.facts[fact].ty;
                if self.given.contains(&fact) {
                    let message = format!("`{name}` is given twice: by two columns of `{}`", self.shown);
                    self.problem(Diagnostic::placeless(Code::DealTwice, message).help("leave one of them out"));
                    continue;
                }
                self.given.push(fact);
                let Some(shape) = self.shape(ty, field.data_type()) else {
                    self.problem(self.wrong_type(&name, ty, field.data_type()));
                    continue;
                };
                (shape, Means::Fact(fact, ty.optional))
            } else if let (DataType::Struct(inner), true) = (field.data_type(), self.is_group(&name, record)) {
                (Shape::Struct(self.fields(&format!("{name}."), record, inner)), Means::Group)
            } else if is_beside {
                // What is kept is told of rows that cannot be read, too.
                match keeps.then(|| anything(field.data_type())) {
                    Some(Some(shape)) => (shape, Means::Beside),
                    Some(None) if self.plan.to.is_text() => {
                        let message = format!("the column `{name}` of `{}` cannot be written as text", self.shown);
                        let problem = Diagnostic::placeless(Code::DealType, message);
                        self.problem(problem.help(format!(
                            "it holds {}; write Parquet or Arrow, or leave it out with `--ignore {name}`",
                            holds(field.data_type())
                        )));
                        continue;
                    }
                    _ => continue,
                }
            } else {
                self.problem(self.unknown(&name, record));
                continue;
            };
            named.push(Named { key: key(field.name()), place, shape, means });
        }
        named
    }

    fn problem(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    fn fact(&self, name: &str, record: Option<RecordId>) -> Option<FactId> {
        match record {
            None => self.schema.fact_by_name(name),
            Some(record) => {
                let mut fields = self.schema.records[record].fields.iter().copied();
                fields.find(|field| self.schema.facts[*field].name == name)
            }
        }
    }

    /// Whether facts have names that begin with this one and a dot.
    fn is_group(&self, name: &str, record: Option<RecordId>) -> bool {
        let within = |of: &str| of.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        self.schema.facts.values().any(|fact| fact.field_of.map(|(record, _)| record) == record && within(&fact.name))
            || (record.is_none() && self.plan.beside().iter().any(|name| within(name)))
    }

    /// How a column of this type can say a value of that one, if it can.
    fn shape(&mut self, ty: &Type, data: &DataType) -> Option<Shape> {
        if let DataType::Dictionary(_, of) = data {
            return self.shape(ty, of);
        }
        if *data == DataType::Null {
            return Some(Shape::One);
        }
        match &ty.kind {
            TypeKind::Boolean => (*data == DataType::Boolean).then_some(Shape::One),
            TypeKind::Number(_) => (data.is_integer() || data.is_floating() || data.is_decimal()).then_some(Shape::One),
            TypeKind::Text | TypeKind::Variant(_) => data.is_string().then_some(Shape::One),
            TypeKind::Date(_) => {
                let is_date = matches!(data, DataType::Date32 | DataType::Date64 | DataType::Timestamp(_, None));
                (is_date || data.is_string()).then_some(Shape::One)
            }
            TypeKind::Items(_) => {
                let of = element(data)?;
                plain(of).is_string().then(|| Shape::List(Box::new(Shape::One)))
            }
            TypeKind::List { record, .. } => {
                let DataType::Struct(fields) = element(data)? else { return None };
                // Several lists may hold records of one kind.
                let given = std::mem::take(&mut self.given);
                let fields = self.fields("", Some(*record), fields);
                self.given = given;
                Some(Shape::List(Box::new(Shape::Struct(fields))))
            }
        }
    }

    fn wrong_type(&self, name: &str, ty: &Type, data: &DataType) -> Diagnostic {
        let expected = expected(self.schema, ty);
        let message = format!("the column `{name}` of `{}` holds {}, not {expected}", self.shown, holds(data));
        let problem = Diagnostic::placeless(Code::DealType, message);
        problem.help(match &ty.kind {
            TypeKind::Boolean => "make it a column of booleans",
            TypeKind::Number(_) => "make it a column of integers or decimals",
            TypeKind::Text | TypeKind::Variant(_) => "make it a column of strings",
            TypeKind::Date(_) => "make it a column of dates",
            TypeKind::Items(_) => "make it a column of lists of strings",
            TypeKind::List { .. } => {
                "make it a column of lists of structs, which have a field for each field of a record"
            }
        })
    }

    fn unknown(&self, name: &str, record: Option<RecordId>) -> Diagnostic {
        if let Some(path) = self.schema.parse_path(name).filter(|_| record.is_none())
            && let Some(element) = path.element
        {
            let list = &self.schema.facts[element.list].name;
            let message = format!("the column `{name}` of `{}` gives a part of a list", self.shown);
            let problem = Diagnostic::placeless(Code::DealForm, message);
            return problem.help(format!("give the list by one column `{list}` of lists of structs"));
        }
        let of = |fact: &&crate::facts::Fact| fact.field_of.map(|(record, _)| record) == record;
        let names: Vec<&str> = self.schema.facts.values().filter(of).map(|fact| fact.name.as_str()).collect();
        let (what, all) = match record {
            None => ("fact", "the facts are"),
            Some(_) => ("field", "the fields of the record are"),
        };
        let problem = Diagnostic::placeless(Code::DealName, format!("no {what} is called `{name}`"));
        match did_you_mean(name, names.iter().copied()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help(format!("{all} {}", listed(&names, "and"))),
        }
    }
}

/// What a list is of.
fn element(data: &DataType) -> Option<&DataType> {
    match data {
        DataType::List(of)
        | DataType::LargeList(of)
        | DataType::ListView(of)
        | DataType::LargeListView(of)
        | DataType::FixedSizeList(of, _) => Some(of.data_type()),
        _ => None,
    }
}

/// What a dictionary is of.
fn plain(data: &DataType) -> &DataType {
    match data {
        DataType::Dictionary(_, of) => of,
        other => other,
    }
}

/// How something is said that means nothing here, if it can be said as text.
fn anything(data: &DataType) -> Option<Shape> {
    let plain = plain(data);
    if let Some(of) = element(plain) {
        return Some(Shape::List(Box::new(anything(of)?)));
    }
    if let DataType::Struct(fields) = plain {
        let named = fields.iter().enumerate().map(|(place, field)| {
            let shape = anything(field.data_type())?;
            Some(Named { key: key(field.name()), place, shape, means: Means::Beside })
        });
        return Some(Shape::Struct(named.collect::<Option<_>>()?));
    }
    let is_simple = plain.is_integer() || plain.is_floating() || plain.is_decimal() || plain.is_string();
    let is_other = matches!(
        plain,
        DataType::Null | DataType::Boolean | DataType::Date32 | DataType::Date64 | DataType::Timestamp(_, _)
    );
    (is_simple || is_other).then_some(Shape::One)
}

/// What a column holds, in people's words.
fn holds(data: &DataType) -> &'static str {
    match plain(data) {
        DataType::Boolean => "true and false",
        data if data.is_integer() => "whole numbers",
        data if data.is_numeric() => "numbers",
        data if data.is_string() => "texts",
        DataType::Date32 | DataType::Date64 => "dates",
        DataType::Timestamp(_, None) => "dates with times of day",
        DataType::Timestamp(_, Some(_)) => "moments in a time zone",
        DataType::Time32(_) | DataType::Time64(_) => "times of day",
        DataType::Duration(_) | DataType::Interval(_) => "lengths of time",
        DataType::Struct(_) => "groups of values",
        DataType::Map(_, _) => "maps",
        data if element(data).is_some() => "lists",
        data if data.is_binary() => "bytes",
        DataType::FixedSizeBinary(_) => "bytes",
        _ => "values of several types",
    }
}
