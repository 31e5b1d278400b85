//! TOML, through `toml`'s tables with places; numbers keep their digits.

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use super::{Budget, Entry, Kind, Limits, Node, Text};
use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};

/// How many syntax errors are told of one file.
const MOST_ERRORS: usize = 20;

/// A file whose only mistakes are names given twice is still read; the second of each is told and left out.
pub(super) fn document(text: &Text<'_>, limits: Limits) -> Result<(Node, Vec<Diagnostic>), Vec<Diagnostic>> {
    let content = text.content();
    let shift = text.offset(content);
    // The parser holds all of a file at once: one that plainly has too many values is not given to it.
    let values = content.bytes().filter(|b| matches!(b, b',' | b'=')).count();
    if values > limits.nodes.max(1 << 20) {
        return Err(vec![*text.too_many(limits)]);
    }
    let (table, errors) = DeTable::parse_recoverable(content);
    let problems: Vec<Diagnostic> = errors.iter().take(MOST_ERRORS).map(|e| problem(text, shift, e)).collect();
    if problems.iter().any(|p| p.code != Code::DealTwice) {
        return Err(problems);
    }
    let mut builder = Builder { text, shift, budget: Budget::new(text, limits) };
    let span = Span::new(text.id, shift, text.file.text().len());
    match builder.map(table.get_ref(), 0) {
        Ok(entries) => Ok((Node { span, kind: Kind::Map(entries) }, problems)),
        Err(problem) => Err(vec![*problem]),
    }
}

struct Builder<'a> {
    text: &'a Text<'a>,
    shift: usize,
    budget: Budget<'a>,
}

impl Builder<'_> {
    fn span<T>(&self, value: &Spanned<T>) -> Span {
        let range = value.span();
        Span::new(self.text.id, range.start + self.shift, range.end + self.shift)
    }

    fn map(&mut self, table: &DeTable<'_>, depth: usize) -> Result<Vec<Entry>, Box<Diagnostic>> {
        let mut entries = Vec::with_capacity(table.len().min(self.budget.left));
        for (key, value) in table {
            let (key_span, name) = (self.span(key), key.get_ref().as_ref());
            entries.push(Entry { key: name.into(), key_span, value: self.node(value, depth + 1)? });
        }
        // A table keeps its entries by name; problems are told in the order of the text.
        entries.sort_by_key(|entry| entry.key_span);
        Ok(entries)
    }

    fn node(&mut self, value: &Spanned<DeValue<'_>>, depth: usize) -> Result<Node, Box<Diagnostic>> {
        self.budget.take(1)?;
        let deep = depth >= self.budget.limits.depth;
        let kind = match value.get_ref() {
            DeValue::String(text) => Kind::Text(text.as_ref().into()),
            DeValue::Integer(n) => Kind::Number(n.to_string().into()),
            DeValue::Float(n) => Kind::Number(n.as_str().into()),
            DeValue::Boolean(b) => Kind::Boolean(*b),
            DeValue::Datetime(d) => Kind::Date(d.to_string().into()),
            DeValue::Array(_) if deep => Kind::DeepList,
            DeValue::Table(_) if deep => Kind::DeepMap,
            DeValue::Array(list) => {
                let most = self.budget.limits.list + 1;
                let items = list.iter().take(most).map(|v| self.node(v, depth + 1)).collect::<Result<_, _>>()?;
                Kind::List { items, length: list.len() }
            }
            DeValue::Table(table) => Kind::Map(self.map(table, depth)?),
        };
        Ok(Node { span: self.span(value), kind })
    }
}

fn problem(text: &Text<'_>, shift: usize, error: &Error) -> Diagnostic {
    let range = error.span().unwrap_or(0..0);
    let span = match range.is_empty() {
        true => text.at(range.start + shift),
        false => Span::new(text.id, range.start + shift, range.end + shift),
    };
    let message = error.message();
    if message == "duplicate key" {
        let name = text.file.text().get(span.start as usize..span.end as usize).unwrap_or("");
        return Diagnostic::error(Code::DealTwice, span, format!("`{name}` is given twice"))
            .here("given before this already")
            .help("keep one of them");
    }
    if message.contains("recursion limit") {
        return *text.too_deep(span);
    }
    let problem = *text.malformed(span, message);
    let rest = text.file.text().get(span.start as usize..).unwrap_or("");
    match rest.chars().next() {
        None | Some('\n') => problem.help("a bracket or a quote is not closed"),
        Some(c) if c.is_alphabetic() => problem.help("texts are in quotes"),
        Some(_) => problem,
    }
}
