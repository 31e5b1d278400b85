//! YAML, through the events of `granit-parser`; scalars keep their text, so that a policy's types say what they are.

use std::collections::HashMap;

use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Span as Place, StrInput, Tag};

use super::{Budget, Entry, Kind, Limits, NESTING, Node, Text};
use crate::base::Span;
use crate::diagnostic::Diagnostic;

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// The tree of a file that holds one document. One of nothing but comments is empty.
pub(super) fn document(text: &Text<'_>, limits: Limits) -> Result<Node> {
    let content = text.content();
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.flow_nesting_limit = NESTING;
    options.block_nesting_limit = NESTING;
    let mut reading = Reading {
        text,
        shift: text.offset(content),
        parser: Parser::new_from_str_with_options(content, options),
        budget: Budget::new(text, limits),
        anchors: HashMap::new(),
    };
    let mut root = None;
    loop {
        let (event, place) = reading.next()?;
        let span = reading.span(place);
        match event {
            Event::StreamEnd => break,
            Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
            _ if root.is_some() => {
                let problem = text.malformed(span, "a second document begins here");
                return Err(Box::new(problem.help("one file is one deal")));
            }
            event => root = Some(reading.node(event, span, 0)?.0),
        }
    }
    Ok(match root {
        Some(Node { span, kind: Kind::Null }) => Node { span, kind: Kind::Map(Vec::new()) },
        Some(node) => node,
        None => Node { span: text.at(0), kind: Kind::Map(Vec::new()) },
    })
}

struct Reading<'a> {
    text: &'a Text<'a>,
    shift: usize,
    parser: Parser<'a, StrInput<'a>>,
    budget: Budget<'a>,
    /// What each anchor stands for and how many values that is.
    anchors: HashMap<usize, (Node, usize)>,
}

impl<'a> Reading<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Place)> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(self.malformed(&error)),
            None => Ok((Event::StreamEnd, Place::default())),
        }
    }

    fn span(&self, place: Place) -> Span {
        let range = place.byte_range().unwrap_or(0..0);
        let text = self.text.file.text().get(range.start + self.shift..range.end + self.shift).unwrap_or("");
        Span::new(self.text.id, range.start + self.shift, range.start + self.shift + text.trim_end().len())
    }

    /// The value that `event` begins and how many values it counts for.
    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<(Node, usize)> {
        self.budget.take(1)?;
        let deep = depth >= self.budget.limits.depth;
        let mut size = 1;
        let (kind, anchor, end) = match event {
            Event::Scalar(value, style, anchor, tag) => (scalar(&value, style, tag.as_deref()), anchor, span.end),
            Event::Alias(anchor) => return self.alias(anchor, span),
            Event::SequenceStart(_, anchor, _) => {
                let (mut items, mut length) = (Vec::new(), 0);
                let end = loop {
                    let (event, place) = self.next()?;
                    let span = self.span(place);
                    if event == Event::SequenceEnd {
                        break span.end;
                    }
                    length += 1;
                    if deep || length > self.budget.limits.list + 1 {
                        self.skip(event)?;
                    } else {
                        let (node, nodes) = self.node(event, span, depth + 1)?;
                        items.push(node);
                        size += nodes;
                    }
                };
                let kind = if deep { Kind::DeepList } else { Kind::List { items, length } };
                (kind, anchor, end)
            }
            Event::MappingStart(_, anchor, _) => {
                let mut entries = Vec::new();
                let end = loop {
                    let (event, place) = self.next()?;
                    let key_span = self.span(place);
                    if event == Event::MappingEnd {
                        break key_span.end;
                    }
                    let key = self.key(event, key_span)?;
                    let (event, place) = self.next()?;
                    let span = self.span(place);
                    if deep {
                        self.skip(event)?;
                    } else {
                        let (value, nodes) = self.node(event, span, depth + 1)?;
                        entries.push(Entry { key, key_span, value });
                        size += nodes;
                    }
                };
                (if deep { Kind::DeepMap } else { Kind::Map(entries) }, anchor, end)
            }
            _ => (Kind::Null, 0, span.end),
        };
        let node = Node { span: Span { end: end.max(span.end), ..span }, kind };
        if anchor != 0 {
            self.budget.take(size)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        Ok((node, size))
    }

    /// What an alias stands for counts anew, so that aliases of aliases cannot grow without end.
    fn alias(&mut self, anchor: usize, span: Span) -> Result<(Node, usize)> {
        let Some((node, size)) = self.anchors.get(&anchor) else {
            let problem = self.text.malformed(span, "stands for a value that holds it, or that is not read");
            return Err(Box::new(problem.help("write the value out")));
        };
        let size = *size;
        self.budget.take(size)?;
        Ok((Node { span, kind: node.kind.clone() }, size))
    }

    fn key(&mut self, event: Event<'a>, span: Span) -> Result<Box<str>> {
        match event {
            Event::Scalar(value, ..) => Ok(value.as_ref().into()),
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some((Node { kind: Kind::Plain(name) | Kind::Text(name), .. }, _)) => Ok(name.clone()),
                _ => Err(self.text.malformed(span, "a name is expected here")),
            },
            _ => Err(self.text.malformed(span, "a name is expected here, not a list or a map")),
        }
    }

    /// Reads to the end of the value that `event` begins.
    fn skip(&mut self, event: Event<'a>) -> Result<()> {
        let step = |event: &Event<'_>| match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => 1,
            Event::SequenceEnd | Event::MappingEnd | Event::StreamEnd => -1,
            _ => 0,
        };
        let mut open = step(&event);
        while open > 0 {
            open += step(&self.next()?.0);
        }
        Ok(())
    }

    fn malformed(&self, error: &ScanError) -> Box<Diagnostic> {
        let offset = error.marker().byte_offset().unwrap_or(0);
        let span = self.text.at(offset + self.shift);
        let reason = error.info();
        if reason.contains("nesting") || reason.contains("recursion") {
            return self.text.too_deep(span);
        }
        let rest = self.text.file.text().get(span.start as usize..).unwrap_or("");
        let problem = self.text.malformed(span, reason.lines().next().unwrap_or_default());
        match rest.as_bytes().first() {
            _ if reason.starts_with("tab") => Box::new(problem.help("YAML is indented with spaces, not with tabs")),
            Some(b'@' | b'`' | b'%' | b'!' | b'&' | b'*') => Box::new(problem.help("put the text in quotes")),
            _ => problem,
        }
    }
}

fn scalar(value: &str, style: ScalarStyle, tag: Option<&Tag>) -> Kind {
    let core = tag.and_then(Tag::core_suffix);
    match (tag, core) {
        (Some(_), Some("str")) => return Kind::Text(value.into()),
        (Some(_), Some("int" | "float" | "bool")) => return Kind::Plain(value.into()),
        (Some(_), Some("null")) => return Kind::Null,
        (Some(tag), _) if tag.suffix().is_empty() => return Kind::Text(value.into()),
        (Some(_), _) => return Kind::Other("a value with a tag of its own"),
        (None, _) => {}
    }
    match (style, value) {
        (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") => Kind::Null,
        (ScalarStyle::Plain, _) => Kind::Plain(value.into()),
        _ => Kind::Text(value.into()),
    }
}
