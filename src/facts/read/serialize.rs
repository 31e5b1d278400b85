//! Deals from a program's own data.

use serde::Serialize;
use serde::ser::{self, Serializer};

use super::document::{Entry, Kind, Node};
use super::names::Names;
use super::reader::{Manner, Reader};
use super::without_places;
use crate::base::{FileId, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{Deal, Schema};

/// Reads a deal from anything that serializes to nested names, such as a struct or a map.
///
/// * An integer of any width is taken as it is; a float by its shortest decimal digits, so that `0.1`
///   is one tenth. Infinities and NaN are errors.
/// * A unit variant of an enum, a string and a `char` are variants, texts or dates as the fact's type asks.
/// * `None` and `()` are none where the fact may be none; otherwise they mean that it is not known.
///
/// The problems have no places.
pub fn serialize(schema: &Schema, deal: &impl Serialize) -> Result<Deal, Vec<Diagnostic>> {
    let names = Names::new(schema);
    let root = deal.serialize(Build { depth: 0 }).map_err(|e| vec![Diagnostic::placeless(Code::DealForm, e.0)])?;
    let mut reader = Reader::new(schema, &names, "", Manner::Code);
    let given = reader.deal(&root);
    if reader.problems.is_empty() {
        Ok(Deal { given: given.into_iter().collect() })
    } else {
        Err(without_places(reader.problems))
    }
}

/// Data nested deeper than this is refused.
const DEEPEST: usize = 128;

/// What serde's JSON makes a number pass for when it keeps all its digits.
const JSON_NUMBER: &str = "$serde_json::private::Number";

#[derive(Debug)]
struct Refused(String);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl ser::Error for Refused {
    fn custom<T: std::fmt::Display>(message: T) -> Refused {
        Refused(format!("this is no deal: {message}"))
    }
}

fn node(kind: Kind) -> Node {
    Node { span: Span::new(FileId(u32::MAX), 0, 0), kind }
}

fn number(digits: impl ToString) -> Result<Node, Refused> {
    Ok(node(Kind::Number(digits.to_string().into())))
}

/// Makes a tree of data that has `depth` lists and maps around it.
#[derive(Clone, Copy)]
struct Build {
    depth: usize,
}

impl Build {
    fn inner(self) -> Result<Build, Refused> {
        match self.depth {
            DEEPEST.. => Err(Refused("the deal is nested too deeply".to_owned())),
            depth => Ok(Build { depth: depth + 1 }),
        }
    }

    fn map(self, name: Option<&'static str>) -> Result<Map, Refused> {
        Ok(Map { inner: self.inner()?, name, entries: Vec::new(), key: None })
    }

    fn list(self, name: Option<&'static str>) -> Result<List, Refused> {
        Ok(List { inner: self.inner()?, name, items: Vec::new() })
    }
}

/// `{variant: value}`, as JSON would have it.
fn under(name: Option<&'static str>, value: Node) -> Node {
    match name {
        Some(name) => node(Kind::Map(vec![Entry { key: name.into(), key_span: value.span, value }])),
        None => value,
    }
}

impl Serializer for Build {
    type Ok = Node;
    type Error = Refused;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = List;
    type SerializeTupleVariant = List;
    type SerializeMap = Map;
    type SerializeStruct = Map;
    type SerializeStructVariant = Map;

    fn serialize_bool(self, v: bool) -> Result<Node, Refused> {
        Ok(node(Kind::Boolean(v)))
    }
    fn serialize_i8(self, v: i8) -> Result<Node, Refused> {
        number(v)
    }
    fn serialize_i16(self, v: i16) -> Result<Node, Refused> {
        number(v)
    }
    fn serialize_i32(self, v: i32) -> Result<Node, Refused> {
        number(v)
    }
    fn serialize_i64(self, v: i64) -> Result<Node, Refused> {
        number(v)
    }
    fn serialize_i128(self, v: i128) -> Result<Node, Refused> {
        number(v)
    }
    fn serialize_u8(self, v: u8) -> Result<Node, Refused> {
        number(v)
    }
    fn serialize_u16(self, v: u16) -> Result<Node, Refused> {
        number(v)
    }
    fn serialize_u32(self, v: u32) -> Result<Node, Refused> {
        number(v)
    }
    fn serialize_u64(self, v: u64) -> Result<Node, Refused> {
        number(v)
    }
    fn serialize_u128(self, v: u128) -> Result<Node, Refused> {
        number(v)
    }
    fn serialize_f32(self, v: f32) -> Result<Node, Refused> {
        number(v)
    }
    fn serialize_f64(self, v: f64) -> Result<Node, Refused> {
        number(v)
    }
    fn serialize_char(self, v: char) -> Result<Node, Refused> {
        self.serialize_str(&v.to_string())
    }
    fn serialize_str(self, v: &str) -> Result<Node, Refused> {
        Ok(node(Kind::Text(v.into())))
    }
    fn serialize_bytes(self, _: &[u8]) -> Result<Node, Refused> {
        Ok(node(Kind::Other("bytes")))
    }
    fn serialize_none(self) -> Result<Node, Refused> {
        Ok(node(Kind::Null))
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Node, Refused> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<Node, Refused> {
        self.serialize_none()
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<Node, Refused> {
        Ok(node(Kind::Map(Vec::new())))
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Node, Refused> {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Node, Refused> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Node, Refused> {
        Ok(under(Some(variant), value.serialize(self.inner()?)?))
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<List, Refused> {
        self.list(None)
    }
    fn serialize_tuple(self, _: usize) -> Result<List, Refused> {
        self.list(None)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List, Refused> {
        self.list(None)
    }
    fn serialize_tuple_variant(self, _: &'static str, _: u32, name: &'static str, _: usize) -> Result<List, Refused> {
        self.list(Some(name))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Map, Refused> {
        self.map(None)
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Map, Refused> {
        self.map(None)
    }
    fn serialize_struct_variant(self, _: &'static str, _: u32, name: &'static str, _: usize) -> Result<Map, Refused> {
        self.map(Some(name))
    }
}

struct List {
    inner: Build,
    name: Option<&'static str>,
    items: Vec<Node>,
}

impl List {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        self.items.push(value.serialize(self.inner)?);
        Ok(())
    }

    fn done(self) -> Result<Node, Refused> {
        let length = self.items.len();
        Ok(under(self.name, node(Kind::List { items: self.items, length })))
    }
}

struct Map {
    inner: Build,
    name: Option<&'static str>,
    entries: Vec<Entry>,
    key: Option<Box<str>>,
}

impl Map {
    fn push<T: Serialize + ?Sized>(&mut self, key: Box<str>, value: &T) -> Result<(), Refused> {
        let value = value.serialize(self.inner)?;
        self.entries.push(Entry { key, key_span: value.span, value });
        Ok(())
    }

    fn done(self) -> Result<Node, Refused> {
        Ok(under(self.name, node(Kind::Map(self.entries))))
    }
}

macro_rules! lists {
    ($($trait:ident $push:ident),*) => {$(
        impl ser::$trait for List {
            type Ok = Node;
            type Error = Refused;

            fn $push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
                self.push(value)
            }

            fn end(self) -> Result<Node, Refused> {
                self.done()
            }
        }
    )*};
}

lists!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);

impl ser::SerializeMap for Map {
    type Ok = Node;
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refused> {
        self.key = match key.serialize(self.inner)?.kind {
            Kind::Text(key) | Kind::Number(key) => Some(key),
            _ => return Err(Refused("the names in a deal must be texts".to_owned())),
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        let key = self.key.take().unwrap_or_default();
        self.push(key, value)
    }

    fn end(self) -> Result<Node, Refused> {
        self.done()
    }
}

impl ser::SerializeStruct for Map {
    type Ok = Node;
    type Error = Refused;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Refused> {
        self.push(key.into(), value)
    }

    fn end(mut self) -> Result<Node, Refused> {
        match (self.entries.len(), self.entries.pop()) {
            (1, Some(Entry { key, value: Node { kind: Kind::Text(digits), .. }, .. })) if &*key == JSON_NUMBER => {
                number(digits)
            }
            (_, last) => {
                self.entries.extend(last);
                self.done()
            }
        }
    }
}

impl ser::SerializeStructVariant for Map {
    type Ok = Node;
    type Error = Refused;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Refused> {
        self.push(key.into(), value)
    }

    fn end(self) -> Result<Node, Refused> {
        self.done()
    }
}
