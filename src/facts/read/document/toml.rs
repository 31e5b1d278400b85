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
    let mut problems: Vec<Diagnostic> = Vec::new();
    for error in errors.iter().take(MOST_ERRORS) {
        problems.push(problem(text, shift, error));
        // Whatever else is wrong then comes of not having read on.
        if is_too_deep(error) {
            problems.drain(..problems.len() - 1);
            break;
        }
    }
    if problems.iter().any(|p| p.code != Code::DealTwice) {
        return Err(problems);
    }
    let mut builder = Builder { text, shift, budget: Budget::new(text, limits) };
    let span = Span::new(text.id, shift, text.file.text().len());
    match builder.map(table.get_ref(), 0) {
        Ok(entries) => {
            let root = Node { span, kind: Kind::Map(entries) };
            let problems = problems.into_iter().map(|problem| given_twice(text, &root, problem)).collect();
            Ok((root, problems))
        }
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

/// A name given twice, by its full path and with the place of the first: the parser knows neither.
fn given_twice(text: &Text<'_>, root: &Node, mut problem: Diagnostic) -> Diagnostic {
    let Some(again) = problem.primary.as_ref().map(|label| label.span) else { return problem };
    let mut around = Around { text, at: again.start, start: 0, path: String::new(), entries: &[] };
    if let Kind::Map(entries) = &root.kind {
        around.entries = entries;
        around.search("", entries);
    }
    // The header of a table that is given twice is in the tree by its second place.
    let header = around.text.slice(around.start, again.start);
    let path = if header.starts_with('[') && !header.contains(']') {
        if let Some((first, _)) = headers(text, again.start).find(|(_, name)| *name == around.path) {
            problem = problem.here("and here again").label(first, "given here first");
        }
        around.path
    } else {
        let bare = |name: &str| name.trim_matches(['"', '\'']).to_owned();
        let mut names = vec![bare(text.slice(again.start, again.end))];
        let mut before = text.slice(around.start, again.start).trim_end();
        while let Some(group) = before.strip_suffix('.') {
            let group = group.trim_end();
            let start = group.rfind(['\n', '.', '{', ',', ' ', '\t']).map_or(0, |at| at + 1);
            names.insert(0, bare(&group[start..]));
            before = group[..start].trim_end_matches([' ', '\t']);
        }
        if let Some(first) = first_of(around.entries, &names).filter(|first| first.start < again.start) {
            problem = problem.here("and here again").label(first, "given here first");
        } else if let Some((_, header)) = headers(text, again.start).last().filter(|(at, _)| at.start > around.start) {
            around.path = header.to_owned();
        }
        if !around.path.is_empty() {
            names.insert(0, around.path);
        }
        names.join(".")
    };
    problem.message = format!("`{path}` is given twice");
    problem
}

/// The lines before a place that look like headers of tables, without their brackets.
fn headers<'a>(text: &Text<'a>, before: u32) -> impl Iterator<Item = (Span, &'a str)> {
    let lines = text.slice(0, before).lines().map(str::trim);
    lines.filter_map(|line| {
        let (name, _) = line.strip_prefix('[')?.split_once(']')?;
        (!name.starts_with('[')).then(|| (text.span(name), name.trim()))
    })
}

/// Where a dotted name stands in a table.
fn first_of(entries: &[Entry], names: &[String]) -> Option<Span> {
    let (name, rest) = names.split_first()?;
    let entry = entries.iter().find(|entry| *entry.key == **name)?;
    match &entry.value.kind {
        Kind::Map(inner) if !rest.is_empty() => first_of(inner, rest),
        _ => rest.is_empty().then_some(entry.key_span),
    }
}

/// The table that a place lies in: the innermost inline one, else the one whose header stands last before it.
struct Around<'a> {
    text: &'a Text<'a>,
    at: u32,
    /// Where it begins.
    start: u32,
    path: String,
    entries: &'a [Entry],
}

impl<'a> Around<'a> {
    fn search(&mut self, prefix: &str, entries: &'a [Entry]) {
        for Entry { key, value, .. } in entries {
            let path = if prefix.is_empty() { key.to_string() } else { format!("{prefix}.{key}") };
            match &value.kind {
                Kind::Map(_) => self.visit(&path, value),
                Kind::List { items, .. } => {
                    for (i, item) in items.iter().enumerate() {
                        self.visit(&format!("{path}[{i}]"), item);
                    }
                }
                _ => {}
            }
        }
    }

    fn visit(&mut self, path: &str, node: &'a Node) {
        let Kind::Map(entries) = &node.kind else { return };
        let opens = self.text.slice(node.span.start, node.span.end).chars().next();
        let holds = match opens {
            Some('{') => node.span.start < self.at && self.at < node.span.end,
            // Only the header of such a table is its place; it goes on until the next one.
            Some('[') => node.span.start < self.at,
            _ => false,
        };
        if holds && node.span.start >= self.start {
            (self.start, self.path, self.entries) = (node.span.start, path.to_owned(), entries);
        }
        self.search(path, entries);
    }
}

fn is_too_deep(error: &Error) -> bool {
    error.message().contains("recurs")
}

fn problem(text: &Text<'_>, shift: usize, error: &Error) -> Diagnostic {
    let range = error.span().unwrap_or(0..0);
    let span = match range.is_empty() {
        true => text.at(range.start + shift),
        false => Span::new(text.id, range.start + shift, range.end + shift),
    };
    let message = error.message();
    if message == "duplicate key" {
        let name = text.slice(span.start, span.end);
        let header = text.slice(0, span.start).ends_with('[');
        let way_out = if header { "put all its facts into one" } else { "keep one of them" };
        return Diagnostic::error(Code::DealTwice, span, format!("`{name}` is given twice"))
            .here("given before this already")
            .help(way_out);
    }
    if is_too_deep(error) {
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
