//! JSON, through `serde_json`'s raw values: every value is a slice of the text, and so has its place and its digits.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Budget, Entry, Kind, Limits, NESTING, Node, Text};
use crate::diagnostic::Diagnostic;

pub(super) fn document(text: &Text<'_>, limits: Limits) -> Result<Node, Box<Diagnostic>> {
    let content = text.content();
    let root: &RawValue = serde_json::from_str(content).map_err(|e| malformed(text, content, &e))?;
    Builder { text, budget: Budget::new(text, limits) }.node(root.get(), 0)
}

struct Builder<'a> {
    text: &'a Text<'a>,
    budget: Budget<'a>,
}

impl<'a> Builder<'a> {
    /// The value whose text is `raw`, with `depth` lists and maps around it.
    fn node(&mut self, raw: &'a str, depth: usize) -> Result<Node, Box<Diagnostic>> {
        self.budget.take(1)?;
        let span = self.text.span(raw);
        let kind = match raw.as_bytes().first() {
            Some(b'{' | b'[') if depth >= NESTING => return Err(self.text.too_deep(span)),
            Some(b'{') if depth >= self.budget.limits.depth => Kind::DeepMap,
            Some(b'[') if depth >= self.budget.limits.depth => Kind::DeepList,
            Some(b'{') => Kind::Map(self.map(raw, depth)?),
            Some(b'[') => self.list(raw, depth)?,
            Some(b'"') => Kind::Text(self.string(raw)?.into()),
            Some(b't') => Kind::Boolean(true),
            Some(b'f') => Kind::Boolean(false),
            Some(b'n') => Kind::Null,
            _ => Kind::Number(raw.into()),
        };
        Ok(Node { span, kind })
    }

    fn map(&mut self, raw: &'a str, depth: usize) -> Result<Vec<Entry>, Box<Diagnostic>> {
        let mut entries: Vec<(&RawValue, &RawValue)> = Vec::new();
        let seed = Pairs { into: &mut entries, most: self.budget.left };
        seed.deserialize(&mut serde_json::Deserializer::from_str(raw)).map_err(|e| malformed(self.text, raw, &e))?;
        let mut map = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let name = self.string(key.get())?.into();
            map.push(Entry {
                key: name,
                key_span: self.text.span(key.get()),
                value: self.node(value.get(), depth + 1)?,
            });
        }
        Ok(map)
    }

    fn list(&mut self, raw: &'a str, depth: usize) -> Result<Kind, Box<Diagnostic>> {
        let mut values: Vec<&RawValue> = Vec::new();
        let seed = Items { into: &mut values, most: self.budget.limits.list + 1 };
        let length = seed
            .deserialize(&mut serde_json::Deserializer::from_str(raw))
            .map_err(|e| malformed(self.text, raw, &e))?;
        let items = values.into_iter().map(|v| self.node(v.get(), depth + 1)).collect::<Result<_, _>>()?;
        Ok(Kind::List { items, length })
    }

    fn string(&self, raw: &'a str) -> Result<Cow<'a, str>, Box<Diagnostic>> {
        /// A string of JSON, borrowed where it has no escapes.
        #[derive(serde::Deserialize)]
        struct Quoted<'t>(#[serde(borrow)] Cow<'t, str>);
        serde_json::from_str::<Quoted<'a>>(raw).map(|q| q.0).map_err(|e| malformed(self.text, raw, &e))
    }
}

/// Reads the entries of a map, duplicates included. One more than `most` tells that there are too many.
struct Pairs<'t, 'v> {
    into: &'v mut Vec<(&'t RawValue, &'t RawValue)>,
    most: usize,
}

impl<'t> DeserializeSeed<'t> for Pairs<'t, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'t> Visitor<'t> for Pairs<'t, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<(), A::Error> {
        while self.into.len() <= self.most {
            match map.next_entry()? {
                Some(entry) => self.into.push(entry),
                None => return Ok(()),
            }
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Reads the first values of a list and counts all.
struct Items<'t, 'v> {
    into: &'v mut Vec<&'t RawValue>,
    most: usize,
}

impl<'t> DeserializeSeed<'t> for Items<'t, '_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'t> Visitor<'t> for Items<'t, '_> {
    type Value = usize;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut list: A) -> Result<usize, A::Error> {
        let mut length = 0;
        while length < self.most {
            match list.next_element()? {
                Some(value) => self.into.push(value),
                None => return Ok(length),
            }
            length += 1;
        }
        while list.next_element::<IgnoredAny>()?.is_some() {
            length += 1;
        }
        Ok(length)
    }
}

fn malformed(text: &Text<'_>, piece: &str, error: &serde_json::Error) -> Box<Diagnostic> {
    // Lines and columns are those of the piece, and columns are bytes.
    let line = piece.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let offset = text.offset(piece) + (line + error.column().saturating_sub(1)).min(piece.len());
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default();
    let rest = &text.file.text()[text.file.text().floor_char_boundary(offset)..];
    if text.content().trim().is_empty() {
        let problem = text.malformed(text.at(offset), "nothing here");
        return Box::new(problem.help("a deal of which nothing is known is `{}`"));
    }
    let help = match rest.chars().next() {
        _ if reason == "trailing characters" => Some(text.way_out()),
        None => Some("a bracket or a quote is not closed"),
        Some('}' | ']') => Some("JSON has no comma after the last value"),
        Some('\'') => Some("texts and names are in double quotes"),
        Some('/' | '#') => Some("JSON has no comments; RON, YAML and TOML do"),
        Some('\n') => Some("a text ends on its line; a line break in it is `\\n`"),
        Some('0'..='9') => Some("a number has no zeros before it"),
        Some('.') => Some("a number has a digit before and after its point"),
        Some(c) if c.is_alphabetic() || c == '_' => Some("texts and names are in double quotes"),
        Some(_) => None,
    };
    let problem = text.malformed(text.at(offset), lower(reason));
    match help {
        Some(help) => Box::new(problem.help(help)),
        None => problem,
    }
}

/// What a parser says, in the words of a label.
fn lower(reason: &str) -> String {
    match reason {
        "trailing characters" => "the deal has ended before this".to_owned(),
        "key must be a string" => "expected a name in double quotes".to_owned(),
        reason => reason
            .replace("EOF while parsing a value", "the text ends where a value should be")
            .replace("EOF while parsing", "the text ends within"),
    }
}
