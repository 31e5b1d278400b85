//! `--set PATH=VALUE`.

use super::describe::names;
use super::document::{Kind, Node, ron_value};
use super::names::{Lookup, Name, Names};
use super::reader::{Manner, Reader};
use super::without_places;
use crate::base::{FileId, SourceFile, Span, did_you_mean};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::value::RecordValue;
use crate::facts::{Deal, FactId, Given, Origin, RecordId, Schema, Type, TypeKind, Value};

/// Gives one fact of a deal, as `--set` does: `client.kind=government`, `instances[0].users=1200`.
///
/// What the deal says of that fact already is replaced. A text needs no quotes, a date neither; `none`
/// is none. A whole group, list or record is given in RON: `client=(kind: private)`, `instances=[]`.
/// An index one behind the end of a list (or 0 where the list is not known) adds a record.
///
/// The problems have no places; where there are any, the deal is as before.
pub fn set(schema: &Schema, deal: &mut Deal, assignment: &str) -> Result<(), Vec<Diagnostic>> {
    let Some((path, value)) = assignment.split_once('=') else {
        let problem = Diagnostic::placeless(Code::DealForm, format!("`{assignment}` gives no value"));
        return Err(vec![problem.help("write a path and a value, such as `client.kind=private`")]);
    };
    let (path, value) = (path.trim(), value.trim());
    let names = Names::new(schema);
    let mut setting = Setting { schema, names: &names, deal };
    setting.set(path, value).map_err(without_places)
}

struct Setting<'a> {
    schema: &'a Schema,
    names: &'a Names<'a>,
    deal: &'a mut Deal,
}

fn problem(code: Code, message: String) -> Vec<Diagnostic> {
    vec![Diagnostic::placeless(code, message)]
}

impl Setting<'_> {
    fn set(&mut self, path: &str, value: &str) -> Result<(), Vec<Diagnostic>> {
        let Some((list, rest)) = path.split_once('[') else {
            return self.set_fact_or_group(path, value);
        };
        let Some((index, field)) = rest.split_once(']') else {
            return Err(problem(Code::DealForm, format!("`{path}` lacks a `]` behind its index")));
        };
        let Ok(index) = index.trim().parse::<usize>() else {
            return Err(problem(Code::DealForm, format!("`{index}` in `{path}` is not an index: the first is 0")));
        };
        let fact = self.fact(list.trim())?;
        let TypeKind::List { record, up_to } = self.schema.facts[fact].ty.kind else {
            return Err(problem(Code::DealType, format!("`{list}` is not a list, and has no `[{index}]`")));
        };
        let mut records = self.records(fact);
        let before = records.len();
        if index > records.len() || index >= up_to as usize {
            return Err(self.no_such_record(list.trim(), index, records.len(), up_to));
        }
        if index == records.len() {
            records.push(RecordValue { fields: vec![None; self.schema.records[record].fields.len()] });
        }
        match field.strip_prefix('.') {
            None if field.is_empty() => records[index] = self.record(fact, record, index, value)?,
            None => return Err(problem(Code::DealForm, format!("`{path}` lacks a `.` behind its index"))),
            Some(field) => {
                let given = self.field(fact, record, index, field, value)?;
                let place = self.schema.facts[given.0].field_of.map_or(usize::MAX, |(_, place)| place);
                if let Some(slot) = records[index].fields.get_mut(place) {
                    *slot = Some(given.1);
                }
            }
        }
        // A list that is as long as before is still the list of whoever gave it.
        let given = self.deal.get(fact).filter(|_| index < before);
        let origin = given.map_or(Origin::Set, |given| given.origin);
        self.deal.given.insert(fact, Given { value: Value::List(records.into()), origin });
        Ok(())
    }

    fn set_fact_or_group(&mut self, path: &str, value: &str) -> Result<(), Vec<Diagnostic>> {
        if let Lookup::Found(Name::Group(group)) = self.names.lookup(Names::DEAL, path) {
            let (text, node) = self.ron(value)?;
            let mut reader = Reader::new(self.schema, self.names, text.text(), Manner::Set);
            let given = reader.facts(group, &format!("{path}."), &node);
            return match reader.problems.is_empty() {
                true => {
                    self.deal.given.extend(given);
                    Ok(())
                }
                false => Err(reader.problems),
            };
        }
        let fact = self.fact(path)?;
        let given = self.value(None, fact, value)?;
        self.deal.given.insert(fact, given);
        Ok(())
    }

    fn fact(&self, name: &str) -> Result<FactId, Vec<Diagnostic>> {
        if let Lookup::Found(Name::Fact(fact)) = self.names.lookup(Names::DEAL, name) {
            return Ok(fact);
        }
        let all = self.schema.facts.values().filter(|fact| fact.field_of.is_none()).map(|fact| fact.name.as_str());
        if name.is_empty() {
            let problem = Diagnostic::placeless(Code::DealForm, "no fact is named before the `=`");
            return Err(vec![problem.help("write a path and a value, such as `client.kind=private`")]);
        }
        if let Lookup::BeyondFact(fact) = self.names.lookup(Names::DEAL, name) {
            let problem = Diagnostic::placeless(Code::DealName, format!("no fact is called `{name}`"));
            let (whole, ty) = (&self.schema.facts[fact].name, &self.schema.facts[fact].ty);
            return Err(vec![problem.help(match (&ty.kind, name.strip_prefix(whole.as_str())) {
                (TypeKind::List { .. }, Some(field)) => {
                    format!("`{whole}` is a list: say of which record, such as `{whole}[0]{field}`")
                }
                _ => format!("`{whole}` is a fact itself and has no parts"),
            })]);
        }
        // What the group holds that is named, or the whole deal.
        let group = name.rsplit_once('.').and_then(|(group, _)| match self.names.lookup(Names::DEAL, group) {
            Lookup::Found(Name::Group(inner)) => Some((format!("`{group}`"), inner)),
            _ => None,
        });
        let (owner, group) = group.unwrap_or(("a deal".to_owned(), Names::DEAL));
        Err(self.unknown("fact", name, all, &owner, &self.names.within(group)))
    }

    fn field(
        &self,
        list: FactId,
        record: RecordId,
        index: usize,
        name: &str,
        value: &str,
    ) -> Result<(FactId, Given), Vec<Diagnostic>> {
        let group = self.names.record(record);
        match group.map(|group| self.names.lookup(group, name)) {
            Some(Lookup::Found(Name::Fact(field))) => Ok((field, self.value(Some((list, index)), field, value)?)),
            _ => {
                let fields = self.schema.records[record].fields.iter().map(|&f| self.schema.facts[f].name.as_str());
                let owner = format!("a record of `{}`", self.schema.facts[list].name);
                let all = group.map(|group| self.names.within(group)).unwrap_or_default();
                Err(self.unknown("field", name, fields, &owner, &all))
            }
        }
    }

    fn unknown<'n>(
        &self,
        what: &str,
        name: &str,
        all: impl Iterator<Item = &'n str>,
        owner: &str,
        held: &[&str],
    ) -> Vec<Diagnostic> {
        let unknown = Diagnostic::placeless(Code::DealName, format!("no {what} is called `{name}`"));
        vec![match did_you_mean(name, all) {
            Some(near) => unknown.help(format!("did you mean `{near}`?")),
            None => unknown.help(format!("{owner} holds {}", names(held, "and"))),
        }]
    }

    fn records(&self, list: FactId) -> Vec<RecordValue> {
        match self.deal.get(list).map(|given| &given.value) {
            Some(Value::List(records)) => records.to_vec(),
            _ => Vec::new(),
        }
    }

    fn no_such_record(&self, list: &str, index: usize, length: usize, up_to: u32) -> Vec<Diagnostic> {
        if index >= up_to as usize {
            let message = format!("`{list}` may have at most {up_to} records, and so has no `[{index}]`");
            return problem(Code::DealBound, message);
        }
        let has = match length {
            0 => "no records so far".to_owned(),
            1 => "1 record so far".to_owned(),
            n => format!("{n} records so far"),
        };
        let message = format!("`{list}[{index}]` would leave a hole: `{list}` has {has}");
        let hole = Diagnostic::placeless(Code::DealBound, message);
        vec![hole.help(format!("the next record is `{list}[{length}]`"))]
    }

    fn record(
        &self,
        list: FactId,
        record: RecordId,
        index: usize,
        value: &str,
    ) -> Result<RecordValue, Vec<Diagnostic>> {
        let (text, node) = self.ron(value)?;
        let mut reader = Reader::new(self.schema, self.names, text.text(), Manner::Set);
        let read = reader.record(list, record, index, &node);
        if reader.problems.is_empty() { Ok(read) } else { Err(reader.problems) }
    }

    /// The value of a fact from the command line: RON for a list, otherwise words without quotes.
    fn value(&self, element: Option<(FactId, usize)>, fact: FactId, value: &str) -> Result<Given, Vec<Diagnostic>> {
        let ty = &self.schema.facts[fact].ty;
        let (text, node) = match bare(ty, value) {
            Some(node) => (SourceFile::new("--set", ""), node),
            None => self.ron(value)?,
        };
        let mut reader = Reader::new(self.schema, self.names, text.text(), Manner::Set);
        match reader.value(element, fact, &node) {
            Some(value) if reader.problems.is_empty() => Ok(Given { value, origin: Origin::Set }),
            _ => Err(reader.problems),
        }
    }

    fn ron(&self, value: &str) -> Result<(SourceFile, Node), Vec<Diagnostic>> {
        let file = SourceFile::new("--set", value);
        ron_value(FileId(u32::MAX), &file, self.names.limits()).map(|node| (file, node))
    }
}

/// A value without quotes; `None` where it must be read as RON.
pub(super) fn bare(ty: &Type, value: &str) -> Option<Node> {
    let quoted = value.len() > 1 && value.starts_with('"') && value.ends_with('"');
    let kind = match &ty.kind {
        _ if quoted => return None,
        TypeKind::List { .. } if value == "none" => Kind::Null,
        TypeKind::List { .. } | TypeKind::Items(_) => return None,
        TypeKind::Text => Kind::Text(value.into()),
        _ if value == "none" => Kind::Word(value.into()),
        TypeKind::Boolean | TypeKind::Number(_) | TypeKind::Date(_) | TypeKind::Variant(_) => Kind::Plain(value.into()),
    };
    Some(Node { span: Span::new(FileId(u32::MAX), 0, 0), kind })
}
