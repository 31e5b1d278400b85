//! The same deal in other words: neither the order of its facts, nor whether names are nested or written with dots, nor
//! the format changes what is read.

use std::fmt::Write as _;

use dealdesk::facts::{Deal, FactId, Schema, TypeKind, Value, write};
use fastrand::Rng;
use proptest::prelude::*;
use read::Format;
use serde_json::Value as Json;

use super::properties::{deals, without_origins};
use super::{read, read_deal};

/// A deal or a record as names and values, in some order; names are nested, or have dots.
enum Form {
    Group(Vec<(String, Form)>),
    List(Vec<Form>),
    Plain(Json),
}

/// One of many ways to write it.
fn form(value: &Json, rng: &mut Rng) -> Form {
    match value {
        Json::Object(entries) => {
            let mut group = Vec::new();
            for (name, value) in entries {
                match form(value, rng) {
                    Form::Group(inner) if !inner.is_empty() => {
                        let (dotted, nested): (Vec<_>, Vec<_>) = inner.into_iter().partition(|_| rng.bool());
                        group.extend(dotted.into_iter().map(|(inner, value)| (format!("{name}.{inner}"), value)));
                        if !nested.is_empty() {
                            group.push((name.clone(), Form::Group(nested)));
                        }
                    }
                    value => group.push((name.clone(), value)),
                }
            }
            rng.shuffle(&mut group);
            Form::Group(group)
        }
        Json::Array(items) => Form::List(items.iter().map(|item| form(item, rng)).collect()),
        plain => Form::Plain(plain.clone()),
    }
}

impl Form {
    fn text(&self, format: Format) -> String {
        match (self, format) {
            (Form::Group(entries), Format::Toml | Format::Yaml) => {
                let is = if format == Format::Toml { " =" } else { ":" };
                let line =
                    |(name, value): &(String, Form)| format!("{}{is} {}\n", quoted(name, format), value.inline(format));
                entries.iter().map(line).collect()
            }
            _ => self.inline(format),
        }
    }

    fn inline(&self, format: Format) -> String {
        match self {
            Form::Group(entries) => {
                let is = if format == Format::Toml { " =" } else { ":" };
                let entry =
                    |(name, value): &(String, Form)| format!("{}{is} {}", quoted(name, format), value.inline(format));
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
            Form::List(items) => {
                format!("[{}]", items.iter().map(|item| item.inline(format)).collect::<Vec<_>>().join(", "))
            }
            Form::Plain(Json::String(text)) => quoted(text, format),
            Form::Plain(Json::Null) if format == Format::Ron => "none".to_owned(),
            Form::Plain(Json::Null) if format == Format::Toml => "\"none\"".to_owned(),
            Form::Plain(plain) => plain.to_string(),
        }
    }
}

/// A text in quotes.
fn quoted(text: &str, format: Format) -> String {
    let mut out = "\"".to_owned();
    for c in text.chars() {
        let code = u32::from(c);
        let written = match c {
            '"' | '\\' => write!(out, "\\{c}"),
            c if !c.is_control() && c != '\u{feff}' => write!(out, "{c}"),
            _ if format == Format::Ron => write!(out, "\\u{{{code:x}}}"),
            _ => write!(out, "\\u{code:04x}"),
        };
        written.expect("strings can be written to");
    }
    out + "\""
}

/// Whether TOML can tell its none from all else that is said: from a text and from a variant that is called so.
fn can_be_toml(schema: &Schema, deal: &Deal) -> bool {
    let tells = |fact: FactId, value: &Value| match (&schema.facts[fact].ty.kind, value) {
        (TypeKind::Variant(_), Value::None) => false,
        (TypeKind::Variant(id), Value::Variant(place)) => {
            schema.enumerations[*id].variants[*place as usize].name != "none"
        }
        (_, value) => *value != Value::Text("none".into()),
    };
    deal.given.iter().all(|(fact, given)| match (&schema.facts[fact].ty.kind, &given.value) {
        (TypeKind::List { record, .. }, Value::List(rows)) => rows.iter().all(|row| {
            let fields = schema.records[*record].fields.iter().zip(&row.fields);
            fields.filter_map(|(field, given)| Some((*field, given.as_ref()?))).all(|(f, given)| tells(f, &given.value))
        }),
        (_, value) => tells(fact, value),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_nesting_and_format_do_not_change_what_is_read((schema, deal) in deals(), seed in any::<u64>()) {
        let json = write::json_value(&schema, &deal);
        let mut rng = Rng::with_seed(seed);
        for format in Format::ALL {
            if format == Format::Toml && !can_be_toml(&schema, &deal) {
                continue;
            }
            let text = form(&json, &mut rng).text(format);
            let (again, problems) = read_deal(&schema, "reordered", &text, format);
            prop_assert_eq!(problems, "", "{:?}\n{}", format, text);
            prop_assert_eq!(without_origins(&again), without_origins(&deal), "{:?}\n{}", format, text);
        }
    }
}
