//! From policy text to what engine and reference each work on, and between their values.

use std::collections::BTreeMap;

use dealdesk::base::{FileId, SourceFile, Sources};
use dealdesk::check;
use dealdesk::diagnostic::{Diagnostic, Severity};
use dealdesk::facts::{self, FactPath, Given, ItemSet, Origin, RecordValue, Schema, Type, TypeKind, Value};
use dealdesk::policy::Policy;
use dealdesk::syntax::{self, ast};

use crate::reference::deal::{Deal, Record, Val};
use crate::reference::pack::Pack;

/// A pack, parsed and checked.
pub struct Compiled {
    pub sources: Sources,
    pub files: Vec<ast::File>,
    pub policy: Policy,
}

/// Parses and checks. Where the policy has errors, says which.
pub fn compile<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Compiled, String> {
    let mut sources = Sources::new();
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for (i, text) in texts.into_iter().enumerate() {
        let file = SourceFile::new(format!("file{i}.policy"), text);
        let id: FileId = sources.add(file.clone());
        let (parsed, diagnostics) = syntax::parse(id, &file);
        files.push(parsed);
        problems.extend(diagnostics);
    }
    let manifest = check::Manifest { name: "generated".into(), version: "1".into(), ..check::Manifest::default() };
    let (policy, diagnostics) = check::check(&manifest, &files, &sources);
    problems.extend(diagnostics);
    let errors: Vec<&Diagnostic> = problems.iter().filter(|d| d.severity == Severity::Error).collect();
    match policy {
        Some(policy) if errors.is_empty() => Ok(Compiled { sources, files, policy }),
        _ => Err(errors.iter().map(|d| describe(d, &sources)).collect::<Vec<_>>().join("\n")),
    }
}

fn describe(problem: &Diagnostic, sources: &Sources) -> String {
    let at = problem.primary.as_ref().map_or("", |label| sources.slice(label.span));
    let here = problem.primary.as_ref().map_or("", |label| &label.message);
    format!("{} {}: `{at}` {here}", problem.code, problem.message)
}

impl Compiled {
    pub fn pack(&self) -> Pack<'_> {
        Pack::new(&self.files, self.sources.iter().map(|(_, file)| file.text()))
    }
}

/// A deal of the reference as the engine reads it.
pub fn to_engine(schema: &Schema, deal: &Deal) -> facts::Deal {
    let mut given = facts::Deal::new();
    for (name, val) in deal {
        let fact = schema.fact_by_name(name).unwrap_or_else(|| panic!("{name} is a fact"));
        let value = to_value(schema, &schema.facts[fact].ty, val);
        given.given.insert(fact, Given { value, origin: Origin::Code });
    }
    given
}

/// A deal of the engine as the reference reads it.
pub fn from_engine(schema: &Schema, deal: &facts::Deal) -> Deal {
    let given = deal.given.iter().map(|(fact, given)| {
        let fact = &schema.facts[fact];
        (fact.name.clone(), to_val(schema, &fact.ty, &given.value))
    });
    given.collect()
}

pub fn to_value(schema: &Schema, ty: &Type, val: &Val) -> Value {
    match (val, &ty.kind) {
        (Val::None, _) => Value::None,
        (Val::Boolean(b), _) => Value::Boolean(*b),
        (Val::Number(n), _) => Value::Number(*n),
        (Val::Text(text), _) => Value::Text(text.as_str().into()),
        (Val::Date(date), _) => Value::Date(*date),
        (Val::Variant(name), TypeKind::Variant(id)) => Value::Variant(place(schema, *id, name)),
        (Val::Items(names), TypeKind::Items(id)) => {
            Value::Items(ItemSet::new(names.iter().map(|name| place(schema, *id, name))))
        }
        (Val::List(records), TypeKind::List { record, .. }) => {
            let one = |values: &Record| {
                let field = |id: &facts::FactId| {
                    let field = &schema.facts[*id];
                    let value = to_value(schema, &field.ty, values.get(&field.name)?);
                    Some(Given { value, origin: Origin::Code })
                };
                RecordValue { fields: schema.records[*record].fields.iter().map(field).collect() }
            };
            Value::List(records.iter().map(one).collect())
        }
        (val, kind) => panic!("{val} is no {kind:?}"),
    }
}

fn place(schema: &Schema, id: facts::EnumerationId, name: &str) -> u32 {
    let place = schema.enumerations[id].variants.iter().position(|v| v.name == name);
    place.and_then(|place| u32::try_from(place).ok()).unwrap_or_else(|| panic!("{name} is a variant"))
}

/// A value of the engine as the reference writes it.
pub fn to_val(schema: &Schema, ty: &Type, value: &Value) -> Val {
    let variant = |id: facts::EnumerationId, place: u32| schema.enumerations[id].variants[place as usize].name.clone();
    match (value, &ty.kind) {
        (Value::None, _) => Val::None,
        (Value::Boolean(b), _) => Val::Boolean(*b),
        (Value::Number(n), _) => Val::Number(*n),
        (Value::Text(text), _) => Val::Text(text.to_string()),
        (Value::Date(date), _) => Val::Date(*date),
        (Value::Variant(place), TypeKind::Variant(id)) => Val::Variant(variant(*id, *place)),
        (Value::Items(items), TypeKind::Items(id)) => {
            Val::Items(items.iter().map(|place| variant(*id, place)).collect())
        }
        (Value::List(records), TypeKind::List { record, .. }) => {
            let one = |values: &RecordValue| {
                let fields = schema.records[*record].fields.iter().zip(&values.fields).filter_map(|(id, given)| {
                    let field = &schema.facts[*id];
                    Some((field.name.clone(), to_val(schema, &field.ty, &given.as_ref()?.value)))
                });
                fields.collect::<BTreeMap<_, _>>()
            };
            Val::List(records.iter().map(one).collect())
        }
        (value, kind) => panic!("{value:?} is no {kind:?}"),
    }
}

/// A path as people write it: `sites[0].size`.
pub fn path(schema: &Schema, path: FactPath) -> String {
    let name = &schema.facts[path.fact].name;
    match path.element {
        Some(element) => format!("{}[{}].{name}", schema.facts[element.list].name, element.index),
        None => name.clone(),
    }
}
