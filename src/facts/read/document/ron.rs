//! RON, through the `ron` crate's raw values: every value is a slice of the text, and so has its place and its digits.

use std::borrow::Cow;

use ron::error::SpannedError;
use ron::value::RawValue;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Budget, Entry, Kind, Limits, NESTING, Node, Text};
use crate::base::{SourceFile, Span};
use crate::diagnostic::Diagnostic;

/// The tree of a file. A deal may leave out the outermost parentheses; one of nothing but comments is empty.
pub(super) fn document(text: &Text<'_>, limits: Limits) -> Result<Node, Box<Diagnostic>> {
    let content = text.content();
    if blank(content) == content.len() && !content.contains('\0') {
        return Ok(Node { span: text.at(0), kind: Kind::Map(Vec::new()) });
    }
    if !starts_with_field(content) {
        return value(text, limits);
    }
    // One more parenthesis in front moves every place by one.
    let wrapped = SourceFile::new(text.file.name(), format!("({content}\n)"));
    let shift = 1 - i64::from(text.span(content).start);
    let inner = Text { id: text.id, file: &wrapped, format: text.format, holds: text.holds };
    value(&inner, limits)
        .map(|mut node| {
            unshift(&mut node, shift, text);
            node
        })
        .map_err(|mut problem| {
            if is_closed_too_often(content) {
                let start = text.offset(&content[blank(content)..]);
                let problem = text.malformed(text.at(start), "the `(` before this is missing".to_owned());
                return Box::new(problem.suggest(
                    Span::new(text.id, start, start),
                    "(",
                    "open it, or take the last `)` away",
                ));
            }
            let labels = problem.primary.iter_mut().chain(&mut problem.labels).map(|label| &mut label.span);
            let edits = problem.help.iter_mut().filter_map(|help| help.edit.as_mut()).map(|edit| &mut edit.span);
            labels.chain(edits).for_each(|span| *span = shifted(*span, shift, text));
            problem
        })
}

/// The tree of a value.
pub(super) fn value(text: &Text<'_>, limits: Limits) -> Result<Node, Box<Diagnostic>> {
    let content = text.content();
    let root: &RawValue = options().from_str(content).map_err(|e| malformed(text, content, &e))?;
    // At the very start a raw value may hold attributes such as `#![enable(implicit_some)]`.
    let mut raw = root.get_ron();
    loop {
        raw = &raw[blank(raw)..];
        match raw.strip_prefix('#').and_then(|rest| rest.split_once(']')) {
            Some((_, rest)) => raw = rest,
            None => break,
        }
    }
    Builder { text, budget: Budget::new(text, limits) }.node(raw, 0)
}

/// Whether fields without the outermost parentheses end in the closing one.
fn is_closed_too_often(content: &str) -> bool {
    options().from_str::<&RawValue>(&format!("({content}")).is_ok()
}

/// A struct counts as two levels to the parser: itself and its fields.
fn options() -> ron::Options {
    ron::Options::default().with_recursion_limit(2 * NESTING + 2)
}

fn shifted(span: Span, shift: i64, text: &Text<'_>) -> Span {
    let end = text.file.text().len();
    let moved = |n: u32| usize::try_from(i64::from(n) - shift).unwrap_or(0).min(end);
    Span::new(text.id, moved(span.start), moved(span.end))
}

fn unshift(node: &mut Node, shift: i64, text: &Text<'_>) {
    node.span = shifted(node.span, shift, text);
    match &mut node.kind {
        Kind::List { items, .. } => items.iter_mut().for_each(|item| unshift(item, shift, text)),
        Kind::Map(entries) => {
            for entry in entries {
                entry.key_span = shifted(entry.key_span, shift, text);
                unshift(&mut entry.value, shift, text);
            }
        }
        _ => {}
    }
}

struct Builder<'a> {
    text: &'a Text<'a>,
    budget: Budget<'a>,
}

impl<'a> Builder<'a> {
    /// The value that `raw` holds, with comments and blanks perhaps around it.
    fn node(&mut self, raw: &'a str, depth: usize) -> Result<Node, Box<Diagnostic>> {
        self.budget.take(1)?;
        let raw = trim(raw);
        let span = self.text.span(raw);
        let name = identifier(raw);
        let after_name = raw[name.len()..].trim_start();
        let after_name = &after_name[blank(after_name)..];
        let kind = match (raw.as_bytes().first(), name) {
            (_, "Some") if after_name.starts_with('(') => {
                let inner: Option<&RawValue> = self.parse(raw)?;
                return match inner {
                    Some(inner) => self.node(inner.get_ron(), depth),
                    None => Ok(Node { span, kind: Kind::Null }),
                };
            }
            (_, "true") => Kind::Boolean(true),
            (_, "false") => Kind::Boolean(false),
            (_, "none" | "None") if after_name.is_empty() => Kind::Null,
            (_, "r" | "br" | "b") if after_name.starts_with(['"', '#', '\'']) && !raw.starts_with("r#") => {
                self.quoted(raw)?
            }
            (Some(b'r'), "r") if raw.trim_start_matches("r").trim_start_matches('#').starts_with('"') => {
                Kind::Text(self.parse::<String>(raw)?.into())
            }
            (Some(b'"' | b'\''), _) => self.quoted(raw)?,
            (Some(b'{'), _) => self.container(raw, raw, depth)?,
            (Some(b'['), _) => self.container(raw, raw, depth)?,
            (Some(b'('), _) => self.container(raw, raw, depth)?,
            (_, name) if !name.is_empty() && after_name.starts_with('(') => self.container(raw, after_name, depth)?,
            (_, name) if !name.is_empty() && after_name.is_empty() => Kind::Word(name.into()),
            (Some(b'r'), _) if raw.starts_with("r#") => Kind::Word(raw[2..].into()),
            _ if raw.contains("..") => Kind::Other("a range"),
            _ => Kind::Number(number(raw)),
        };
        Ok(Node { span, kind })
    }

    fn parse<T: Deserialize<'a>>(&self, raw: &'a str) -> Result<T, Box<Diagnostic>> {
        options().from_str(raw).map_err(|e| malformed(self.text, raw, &e))
    }

    fn quoted(&self, raw: &'a str) -> Result<Kind, Box<Diagnostic>> {
        Ok(match raw.as_bytes().first() {
            Some(b'b') => Kind::Other("bytes"),
            Some(b'\'') => Kind::Text(self.parse::<char>(raw)?.to_string().into()),
            _ => Kind::Text(self.parse::<String>(raw)?.into()),
        })
    }

    /// A list, map, struct or tuple; `raw` is all of it, `body` begins with its bracket.
    fn container(&mut self, raw: &'a str, body: &'a str, depth: usize) -> Result<Kind, Box<Diagnostic>> {
        let list = body.starts_with('[');
        if depth >= NESTING {
            return Err(self.text.too_deep(self.text.span(raw)));
        }
        if depth >= self.budget.limits.depth {
            return Ok(if list { Kind::DeepList } else { Kind::DeepMap });
        }
        let mut parts = Parts {
            structure: body.starts_with('('),
            most_items: if list { self.budget.limits.list + 1 } else { 0 },
            most_entries: self.budget.left,
            items: Vec::new(),
            length: 0,
            entries: Vec::new(),
        };
        let mut deserializer =
            ron::Deserializer::from_str_with_options(body, &options()).map_err(|e| malformed(self.text, body, &e))?;
        let read = deserializer.deserialize_any(&mut parts);
        read.map_err(|e| malformed(self.text, body, &deserializer.span_error(e)))?;
        if list {
            let items = parts.items.into_iter().map(|raw| self.node(raw, depth + 1)).collect::<Result<_, _>>()?;
            return Ok(Kind::List { items, length: parts.length });
        }
        if parts.length > 0 {
            return Ok(Kind::Other("a tuple"));
        }
        let mut map = Vec::with_capacity(parts.entries.len());
        for (key, value) in parts.entries {
            let name: Cow<'a, str> = match key.as_bytes().first() {
                Some(b'"') => Cow::Owned(self.parse::<String>(key)?),
                _ => Cow::Borrowed(key),
            };
            map.push(Entry { key: name.into(), key_span: self.text.span(key), value: self.node(value, depth + 1)? });
        }
        Ok(Kind::Map(map))
    }
}

/// The slices of the values in a list, tuple, map or struct.
struct Parts<'t> {
    /// Whether it is in parentheses: names are identifiers then.
    structure: bool,
    most_items: usize,
    most_entries: usize,
    items: Vec<&'t str>,
    length: usize,
    entries: Vec<(&'t str, &'t str)>,
}

impl<'t> Visitor<'t> for &mut Parts<'t> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("names with values, or a list")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_newtype_struct<D: Deserializer<'t>>(self, deserializer: D) -> Result<(), D::Error> {
        self.length = 1;
        IgnoredAny::deserialize(deserializer).map(|_| ())
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut list: A) -> Result<(), A::Error> {
        while self.length < self.most_items {
            match list.next_element::<&RawValue>()? {
                Some(value) => self.items.push(value.get_ron()),
                None => return Ok(()),
            }
            self.length += 1;
        }
        while list.next_element::<IgnoredAny>()?.is_some() {
            self.length += 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<(), A::Error> {
        loop {
            let key = match self.structure {
                true => map.next_key::<Identifier<'t>>()?.map(|key| key.0),
                false => map.next_key::<&RawValue>()?.map(|key| trim(key.get_ron())),
            };
            let Some(key) = key else { return Ok(()) };
            let value = map.next_value::<&RawValue>()?.get_ron();
            // One more than may be taken up tells that there are too many.
            if self.entries.len() <= self.most_entries {
                self.entries.push((key, value));
            }
        }
    }
}

/// The name of a field.
struct Identifier<'t>(&'t str);

impl<'t> Deserialize<'t> for Identifier<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Identifier<'t>, D::Error> {
        struct Borrowed;
        impl<'t> Visitor<'t> for Borrowed {
            type Value = Identifier<'t>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E: serde::de::Error>(self, name: &'t str) -> Result<Identifier<'t>, E> {
                Ok(Identifier(name))
            }

            fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Identifier<'t>, E> {
                Err(E::custom("expected a plain name"))
            }
        }
        deserializer.deserialize_identifier(Borrowed)
    }
}

/// The digits of a number without the type that RON allows behind them: `1u8`, `2.5f32`.
fn number(raw: &str) -> Box<str> {
    let based = raw.trim_start_matches(['+', '-']).starts_with("0x");
    let at = raw.find(if based { &['u', 'i'][..] } else { &['u', 'i', 'f'][..] });
    match at {
        Some(at) if raw[at + 1..].bytes().all(|b| b.is_ascii_digit()) && at > 0 => {
            raw[..at].trim_end_matches('_').into()
        }
        _ => raw.into(),
    }
}

/// How many bytes of white space and comments begin `text`.
fn blank(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if let Some(comment) = rest.strip_prefix("//") {
            rest = comment.find('\n').map_or("", |at| &comment[at..]);
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = block_comment(comment);
        } else {
            return text.len() - rest.len();
        }
    }
}

/// What follows the end of a block comment that may hold others.
fn block_comment(mut rest: &str) -> &str {
    let mut open = 1;
    while open > 0 {
        let Some(at) = rest.find(['*', '/']) else { return "" };
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("/*") {
            (rest, open) = (after, open + 1);
        } else if let Some(after) = rest.strip_prefix("*/") {
            (rest, open) = (after, open - 1);
        } else {
            rest = &rest[1..];
        }
    }
    rest
}

/// A value without the white space and comments around it.
fn trim(raw: &str) -> &str {
    let raw = raw[blank(raw)..].trim_end();
    let name = identifier(raw);
    let behind = &raw[name.len()..];
    if !behind[blank(behind)..].starts_with(['"', '\'', '#', '(', '[', '{']) {
        // A word or a number ends where a comment begins.
        return raw.find("//").into_iter().chain(raw.find("/*")).min().map_or(raw, |end| raw[..end].trim_end());
    }
    // What ends in a bracket or a quote of its own. If a comment behind it holds another one, the value's
    // place is a little long, and that is all.
    match raw.rfind(['"', '\'', '#', ')', ']', '}']) {
        Some(close) => &raw[..=close],
        None => raw,
    }
}

/// The identifier that begins `text`, or nothing.
fn identifier(text: &str) -> &str {
    let first = text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    if first { &text[..end] } else { "" }
}

/// Whether a deal begins with the name of a field, and so without the outermost parenthesis.
fn starts_with_field(text: &str) -> bool {
    let text = &text[blank(text)..];
    let rest = &text[identifier(text).len()..];
    !identifier(text).is_empty() && rest[blank(rest)..].starts_with(':')
}

fn malformed(text: &Text<'_>, piece: &str, error: &SpannedError) -> Box<Diagnostic> {
    let base = text.offset(piece);
    let start = text.file.position(u32::try_from(base).unwrap_or(u32::MAX));
    let place = error.span.end;
    let column = if place.line == 1 { start.column + place.col - 1 } else { place.col };
    let span = text.at(text.offset_of(start.line + place.line - 1, column));
    if matches!(error.code, ron::Error::ExceededRecursionLimit) {
        return text.too_deep(span);
    }
    let reason = error.code.to_string();
    let mut chars = reason.chars();
    let reason: String = chars.next().into_iter().flat_map(char::to_lowercase).chain(chars).collect();
    if let Some((name, is_key)) = dotted(text.file.text(), span.start as usize) {
        let span = text.span(name);
        let problem = text.malformed(span, "a name with a dot in it".to_owned());
        let nested: Vec<&str> = name.splitn(2, '.').collect();
        return Box::new(match (is_key, nested.as_slice()) {
            (true, [group, own]) => problem.help(format!("a name with dots is nested: `{group}: ({own}: …)`")),
            _ => problem.suggest(span, format!("\"{name}\""), "names with dots stand in quotes"),
        });
    }
    // The parser stops before blanks: what is wrong comes behind them.
    let rest = &text.file.text()[span.start as usize..];
    let rest = rest.trim_start_matches([' ', '\t']);
    let problem = text.malformed(text.at(text.offset(rest)), reason);
    let looks_like_date = rest.len() > 7 && rest.as_bytes()[4] == b'-' && rest.as_bytes()[7] == b'-';
    let help = match rest.chars().next() {
        _ if rest.trim().is_empty() => "a bracket, a quote or a comment is not closed",
        Some('=') => "a colon stands between a name and its value",
        Some('#') => "comments begin with `//`",
        _ if looks_like_date => "dates are in quotes, such as `\"2026-01-31\"`",
        Some(c) if c.is_alphanumeric() => "values are separated by commas, and texts and dates are in quotes",
        _ => return problem,
    };
    Box::new(problem.help(help))
}

/// The name with dots around a place, and whether a value is given to it. Numbers begin with a digit.
fn dotted(text: &str, at: usize) -> Option<(&str, bool)> {
    let of_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let before = text.get(..at)?.trim_end_matches(of_name).len();
    let after = text.get(at..)?.trim_start_matches(of_name);
    let name = text.get(before..text.len() - after.len())?.trim_end_matches('.');
    let begins = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    // Two dots in a row make a range.
    let is_name = begins && name.contains('.') && !name.contains("..");
    is_name.then(|| (name, after.trim_start().starts_with(':')))
}
