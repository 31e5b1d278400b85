//! A question as data: for programs, and for whoever shows it to people.

use serde_json::{Map, Value as Json, json};

use crate::analysis::interview::{Choice, QUESTION, Want};
use crate::base::Number;
use crate::facts::{DateRange, FactPath, NumberKind, Schema, Type, TypeKind, Value, encode};
use crate::pack::Deal;
use crate::policy::Policy;
use crate::trace::words;

/// The version of the form of this data.
const VERSION: u32 = 1;

/// What to find out next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The fact: `client.kind`, `instances[0].users`.
    pub path: String,
    /// The question that asks for it.
    pub text: String,
    /// What people call the fact, with the record it belongs to.
    pub label: String,
    /// What can be answered, in words.
    pub takes: String,
    /// Whose judgement it is.
    pub judged_by: Option<String>,
    /// What the policy presumes where nobody says, in words.
    pub presumed: Option<String>,
    /// The names of the decisions that need it, in the order of the policy; of one record `instance.tier[0]`.
    pub decisions: Vec<String>,
    /// How many questions are still to come at most, this one included.
    pub at_most: u64,
    /// What these take in the worst case, in questions, where a judgement counts as three: no less than the
    /// first, and no more than the second.
    pub effort: (Number, Number),
    /// No way of asking takes less in the worst case.
    pub exact: bool,
    /// How many questions were looked ahead to choose this one.
    pub ahead: u32,
    ty: Json,
}

impl Question {
    pub(super) fn new(deal: &Deal, choice: &Choice) -> Question {
        let policy = deal.pack().policy();
        let schema = &policy.schema;
        let fact = &schema.facts[choice.path.fact];
        let label = words::label(schema, deal.facts(), choice.path);
        let thousandths = |n: u64| {
            let exact = Number::integer(i128::from(n)).divide(Number::integer(i128::from(QUESTION)));
            exact.unwrap_or(Number::ZERO)
        };
        Question {
            path: schema.path(choice.path),
            text: text(deal, choice.path, &label),
            takes: match fact.ty.kind {
                TypeKind::List { up_to, .. } => format!("how many there are, at most {up_to}"),
                _ => words::takes(schema, &fact.ty),
            },
            label,
            judged_by: fact.judged_by.clone(),
            presumed: fact.presumed.as_ref().map(|value| words::value(schema, &fact.ty, value)),
            decisions: choice.wanted_by.iter().map(|want| name(policy, *want)).collect(),
            at_most: choice.at_most,
            effort: (thousandths(choice.effort.0), thousandths(choice.effort.1)),
            exact: choice.exact,
            ahead: choice.ahead,
            ty: type_data(schema, &fact.ty),
        }
    }

    /// The question for programs, with its version.
    pub fn json(&self) -> Json {
        let number = |n: Number| encode::json(&Schema::default(), &INTEGER, &Value::Number(n));
        let mut data = json!({
            "version": VERSION,
            "done": false,
            "path": self.path,
            "question": self.text,
            "label": self.label,
            "type": self.ty,
            "decisions": self.decisions,
            "at_most": self.at_most,
            "effort": { "at_least": number(self.effort.0), "at_most": number(self.effort.1) },
            "exact": self.exact,
            "looked_ahead": self.ahead,
        });
        if let (Some(object), Some(who)) = (data.as_object_mut(), &self.judged_by) {
            object.insert("judged_by".to_owned(), who.as_str().into());
        }
        data
    }
}

/// A plain number, shown by its digits.
const INTEGER: Type = Type {
    kind: TypeKind::Number(crate::facts::NumberType {
        kind: NumberKind::Integer,
        unit: crate::facts::UnitProduct(Vec::new()),
        range: crate::facts::NumberRange { low: None, high: None },
    }),
    optional: false,
};

fn name(policy: &Policy, want: Want) -> String {
    let name = &policy.decisions[want.decision].name;
    want.record.map_or_else(|| name.clone(), |record| format!("{name}[{record}]"))
}

/// The question in the policy's words, else made of the label.
fn text(deal: &Deal, path: FactPath, label: &str) -> String {
    let schema = &deal.pack().policy().schema;
    match (&schema.facts[path.fact].ask, path.element) {
        (None, _) => format!("{label}?"),
        (Some(ask), None) => ask.clone(),
        (Some(ask), Some(element)) => format!("{}: {ask}", words::record_name(schema, deal.facts(), element)),
    }
}

/// What can be answered, for programs.
fn type_data(schema: &Schema, ty: &Type) -> Json {
    let mut data = Map::new();
    let kind = match &ty.kind {
        TypeKind::Boolean => "boolean",
        TypeKind::Text => "text",
        TypeKind::Date(_) => "date",
        TypeKind::Number(n) if n.kind == NumberKind::Integer => "integer",
        TypeKind::Number(_) => "decimal",
        TypeKind::Variant(_) => "one_of",
        TypeKind::Items(_) => "items",
        TypeKind::List { .. } => "list",
    };
    data.insert("kind".to_owned(), kind.into());
    match &ty.kind {
        TypeKind::Number(number) => {
            let ends = [("low", number.range.low), ("high", number.range.high)];
            for (name, end) in ends.into_iter().filter_map(|(name, end)| Some((name, end?))) {
                data.insert(name.to_owned(), encode::json(schema, ty, &Value::Number(end)));
            }
            if let Some(unit) = schema.unit_name(&number.unit) {
                data.insert("unit".to_owned(), unit.into());
            }
            if number.kind != NumberKind::Integer
                && let Some(decimals) = schema.decimals(ty)
            {
                data.insert("decimals".to_owned(), decimals.into());
            }
        }
        TypeKind::Date(range) if *range != DateRange::ALL => {
            data.insert("low".to_owned(), range.low.to_string().into());
            data.insert("high".to_owned(), range.high.to_string().into());
        }
        TypeKind::Variant(id) | TypeKind::Items(id) => {
            let variants = schema.enumerations[*id].variants.iter();
            let values = variants.map(|v| match &v.label {
                Some(label) => json!({ "name": v.name, "label": label }),
                None => json!({ "name": v.name }),
            });
            data.insert("values".to_owned(), values.collect());
        }
        TypeKind::List { record, up_to } => {
            data.insert("record".to_owned(), schema.records[*record].name.as_str().into());
            data.insert("up_to".to_owned(), (*up_to).into());
        }
        TypeKind::Boolean | TypeKind::Text | TypeKind::Date(_) => {}
    }
    if ty.optional {
        data.insert("or_none".to_owned(), true.into());
    }
    Json::Object(data)
}
