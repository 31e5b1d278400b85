//! Deals as files that read back to the same deal.

use std::fmt::Write as _;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::encode::digits;
use super::{Deal, Given, RecordValue, Schema, Type, TypeKind, Value};

/// The deal as a JSON file, facts in the order of the schema.
pub fn json(schema: &Schema, deal: &Deal) -> String {
    let mut text = format!("{:#}", json_value(schema, deal));
    text.push('\n');
    text
}

/// The deal as a value of JSON that reads back to the same deal: unlike in [`super::encode`], decimals are numbers.
pub fn json_value(schema: &Schema, deal: &Deal) -> Json {
    tree(schema, deal).json(schema)
}

/// The deal as a RON file, facts in the order of the schema.
pub fn ron(schema: &Schema, deal: &Deal) -> String {
    let mut text = String::new();
    tree(schema, deal).ron(schema, 0, &mut text);
    text.push('\n');
    text
}

/// A value as a file in RON has it; `None` for a number that has no finite decimals.
pub fn ron_value(schema: &Schema, ty: &Type, value: &Value) -> Option<String> {
    let mut text = String::new();
    match (value, &ty.kind) {
        (Value::Number(n), _) => {
            n.places()?;
            let _ = write!(text, "{n}");
        }
        (Value::Items(items), TypeKind::Items(id)) => {
            let variants = &schema.enumerations[*id].variants;
            let names = items.iter().filter_map(|item| variants.get(item as usize));
            let names: Vec<&str> = names.map(|variant| variant.name.as_str()).collect();
            let _ = write!(text, "[{}]", names.join(", "));
        }
        _ => Tree::Fact(ty, value).ron(schema, 0, &mut text),
    }
    Some(text)
}

/// A text in quotes, as RON has it.
pub fn ron_text(text: &str) -> String {
    let mut quoted = String::new();
    quote(text, &mut quoted);
    quoted
}

/// Facts by the groups in their names.
enum Tree<'a> {
    Group(IndexMap<&'a str, Tree<'a>>),
    Fact(&'a Type, &'a Value),
}

fn tree<'a>(schema: &'a Schema, deal: &'a Deal) -> Tree<'a> {
    grouped(schema.facts.iter().filter_map(|(id, fact)| Some((fact, deal.given.get(id)?))))
}

fn record_tree<'a>(schema: &'a Schema, ty: &Type, record: &'a RecordValue) -> Tree<'a> {
    let TypeKind::List { record: id, .. } = ty.kind else { return Tree::Group(IndexMap::new()) };
    let fields = schema.records[id].fields.iter().map(|&field| &schema.facts[field]);
    grouped(fields.zip(&record.fields).filter_map(|(field, given)| Some((field, given.as_ref()?))))
}

fn grouped<'a>(facts: impl Iterator<Item = (&'a super::Fact, &'a Given)>) -> Tree<'a> {
    let mut root = IndexMap::new();
    for (fact, given) in facts {
        insert(&mut root, &fact.name, Tree::Fact(&fact.ty, &given.value));
    }
    Tree::Group(root)
}

fn insert<'a>(group: &mut IndexMap<&'a str, Tree<'a>>, name: &'a str, fact: Tree<'a>) {
    let Some((first, rest)) = name.split_once('.') else {
        group.insert(name, fact);
        return;
    };
    if let Tree::Group(inner) = group.entry(first).or_insert_with(|| Tree::Group(IndexMap::new())) {
        insert(inner, rest, fact);
    }
}

impl Tree<'_> {
    fn json(&self, schema: &Schema) -> Json {
        match self {
            Tree::Group(entries) => {
                entries.iter().map(|(name, tree)| ((*name).to_owned(), tree.json(schema))).collect()
            }
            Tree::Fact(_, Value::Number(n)) => digits(*n),
            Tree::Fact(ty, Value::List(records)) => {
                records.iter().map(|record| record_tree(schema, ty, record).json(schema)).collect()
            }
            Tree::Fact(ty, value) => super::encode::json(schema, ty, value),
        }
    }

    fn ron(&self, schema: &Schema, depth: usize, out: &mut String) {
        match self {
            Tree::Group(entries) if entries.is_empty() => out.push_str("()"),
            Tree::Group(entries) => {
                let plain = entries.keys().all(|name| is_name(name));
                out.push_str(if plain { "(\n" } else { "{\n" });
                for (name, tree) in entries {
                    indent(depth + 1, out);
                    if plain {
                        out.push_str(name);
                    } else {
                        quote(name, out);
                    }
                    out.push_str(": ");
                    tree.ron(schema, depth + 1, out);
                    out.push_str(",\n");
                }
                indent(depth, out);
                out.push(if plain { ')' } else { '}' });
            }
            Tree::Fact(_, Value::List(records)) if records.is_empty() => out.push_str("[]"),
            Tree::Fact(ty, Value::List(records)) => {
                out.push_str("[\n");
                for record in records.iter() {
                    indent(depth + 1, out);
                    record_tree(schema, ty, record).ron(schema, depth + 1, out);
                    out.push_str(",\n");
                }
                indent(depth, out);
                out.push(']');
            }
            Tree::Fact(_, Value::Number(n)) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "{n}");
            }
            Tree::Fact(ty, value) => match (super::encode::json(schema, ty, value), &ty.kind) {
                (Json::String(name), TypeKind::Variant(_)) if is_name(&name) => out.push_str(&name),
                (Json::String(text), _) => quote(&text, out),
                (Json::Bool(b), _) => out.push_str(if b { "true" } else { "false" }),
                _ => out.push_str("none"),
            },
        }
    }
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("    ", depth));
}

/// A text in quotes, with the escapes that RON needs.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Whether RON takes it for a name, and for nothing else.
fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !["true", "false", "none", "None", "Some", "inf", "NaN"].contains(&text)
        && !(text.starts_with("inff") || text.starts_with("NaNf"))
}
