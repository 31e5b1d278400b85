//! Files of cases: a case, a list of cases, or a group of cases that share a date, tags and facts.

mod expect;

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::case::{Case, Layer};
use crate::base::{FileId, SourceFile, Span, did_you_mean};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::read::{Entry, Form, Format, Kind, Node, Part, listed};
use crate::facts::{DateRange, Type, TypeKind};
use crate::policy::{DecisionId, Policy};
use expect::Expected;

/// The most cases that one file may hold.
const MOST_CASES: usize = 100_000;
/// How many lists and groups lie round the values of an expectation: the file, its cases, a case, what it expects, the
/// parts of a name, records, the fields of an expectation and its lists.
const DEPTH: usize = 12;
/// The most names that a list of them may hold: tags, rules, facts.
const MOST_NAMES: usize = 1_000;
/// For so many unknown names a likely one is looked for; searching costs more than finding the mistake.
const MOST_SUGGESTIONS: usize = 50;
/// The longest name of a case or tag, in bytes.
const LONGEST_NAME: usize = 200;

const CASE: [&str; 6] = ["name", "tags", "as_of", "only", "deal", "expect"];
const GROUP: [&str; 5] = ["tags", "as_of", "only", "deal", "cases"];

/// Reads a file of cases. What could be read is there even if there are problems.
pub fn read(
    policy: &Policy,
    form: &Form<'_>,
    id: FileId,
    file: &SourceFile,
    format: Format,
) -> (Vec<Case>, Vec<Diagnostic>) {
    let (root, found) = match form.cases(id, file, format, (DEPTH, MOST_CASES)) {
        Ok(read) => read,
        Err(problems) => return (Vec::new(), problems),
    };
    let expected = Expected::new(policy);
    let mut reader = Reader { part: form.part(file, format), expected: &expected, cases: Vec::new() };
    reader.file(file, &root);
    let cases = reader.cases;
    let mut problems = reader.part.finish();
    problems.extend(found);
    problems.extend(twice(&cases));
    if cases.is_empty() && problems.is_empty() {
        problems.push(none(id, file));
    }
    problems.sort_by_key(|problem| problem.primary.as_ref().map(|label| label.span));
    (cases, problems)
}

/// What the cases of a group have in common.
#[derive(Clone, Default)]
struct Common {
    as_of: Option<Date>,
    tags: Vec<String>,
    layers: Vec<Layer>,
    only: Option<Arc<[DecisionId]>>,
    /// Something of it could not be read, so that it may be there after all.
    broken: bool,
}

struct Reader<'r> {
    part: Part<'r>,
    expected: &'r Expected<'r>,
    cases: Vec<Case>,
}

impl Reader<'_> {
    fn file(&mut self, file: &SourceFile, root: &Node) {
        let common = Common::default();
        match &root.kind {
            Kind::List { items, length } => self.list(&common, items, *length, root.span),
            Kind::Map(entries) if entries.iter().any(|entry| &*entry.key == "cases") => self.group(entries),
            Kind::Map(entries) if entries.is_empty() => {}
            Kind::Map(_) => self.case(&common, root, Some(stem(file.name()))),
            _ => self.wrong(root, "a file of cases", "a case, a list of cases, or a group with `cases`"),
        }
    }

    fn group(&mut self, entries: &[Entry]) {
        let fields = self.fields(entries, "a group of cases", &GROUP);
        let common = self.common(&Common::default(), &fields);
        if let Some(Node { kind, span }) = fields.get("cases").copied() {
            match kind {
                Kind::List { items, length } => self.list(&common, items, *length, *span),
                _ => self.wrong(&Node { kind: kind.clone(), span: *span }, "`cases`", "a list of cases"),
            }
        }
    }

    fn list(&mut self, common: &Common, items: &[Node], length: usize, span: Span) {
        if length > MOST_CASES {
            let message = format!("the file holds {length} cases, and at most {MOST_CASES} are read");
            let problem = Diagnostic::error(Code::TooMuch, span, message);
            return self.part.problem(problem.help("divide them into several files"));
        }
        for item in items {
            self.case(common, item, None);
        }
    }

    fn case(&mut self, common: &Common, node: &Node, name: Option<String>) {
        let Kind::Map(entries) = &node.kind else { return self.wrong(node, "a case", "a group of fields") };
        let fields = self.fields(entries, "a case", &CASE);
        let own = self.common(common, &fields);
        // A case is shown by its first line: the whole may be long.
        let start = entries.first().map_or(node.span, |entry| entry.key_span);
        let mut place = start;
        let name = match fields.get("name") {
            Some(node) => {
                place = node.span;
                self.name("`name`", node)
            }
            None if name.is_some() => name,
            None => {
                let help = "give it one, such as `name: \"a new client\"`";
                self.missing(entries, "name", start, help);
                None
            }
        };
        if own.as_of.is_none() && !own.broken {
            let help = "say on which date it is decided, such as `as_of: \"2026-03-01\"`";
            self.missing(entries, "as_of", start, help);
        }
        let expect = fields.get("expect").map(|node| self.expected.read(&mut self.part, node));
        let Common { tags, layers, only, as_of, .. } = own;
        // Where there is no name or no date there is a problem, and the case is only read on for its others.
        let (name, as_of) = (name.unwrap_or_default(), as_of.unwrap_or(DateRange::ALL.low));
        self.cases.push(Case { name, span: place, tags, as_of, layers, expect: expect.unwrap_or_default(), only });
    }

    /// The fields that cases and groups have in common, on top of what the group says.
    fn common(&mut self, group: &Common, fields: &IndexMap<&str, &Node>) -> Common {
        let mut common = group.clone();
        if let Some(node) = fields.get("as_of") {
            let date = Type::of(TypeKind::Date(DateRange::ALL));
            match self.part.value(&"as_of", &date, node) {
                Some(crate::facts::Value::Date(date)) => common.as_of = Some(date),
                _ => common.broken = true,
            }
        }
        if let Some(node) = fields.get("tags") {
            match &node.kind {
                Kind::List { length, .. } if *length > MOST_NAMES => {
                    let message = format!("there are {length} tags, and at most {MOST_NAMES} are read");
                    self.part.problem(Diagnostic::error(Code::TooMuch, node.span, message));
                }
                Kind::List { items, .. } => {
                    common.tags.extend(items.iter().filter_map(|item| self.name("a tag", item)));
                }
                _ => self.wrong(node, "`tags`", "a list of texts"),
            }
        }
        if let Some(node) = fields.get("only") {
            common.only = Some(self.expected.only(&mut self.part, node).into());
        }
        if let Some(node) = fields.get("deal") {
            common.layers.push(match &node.kind {
                Kind::Text(path) | Kind::Plain(path) => Layer::File { path: (**path).into(), span: node.span },
                _ => Layer::Facts(Arc::new(self.part.deal(node))),
            });
        }
        common
    }

    /// The fields of a case or group by name.
    fn fields<'n>(&mut self, entries: &'n [Entry], what: &str, known: &[&str]) -> IndexMap<&'n str, &'n Node> {
        let mut fields: IndexMap<&str, (&Node, Span)> = IndexMap::new();
        for Entry { key, key_span, value } in entries {
            if let Some((_, first)) = fields.get(&**key) {
                let problem = Diagnostic::error(Code::CaseField, *key_span, format!("`{key}` is given twice"));
                let problem = problem.here("and here again").label(*first, "given here first");
                self.part.problem(problem.help("keep one of them"));
            } else if known.contains(&&**key) {
                fields.insert(key, (value, *key_span));
            } else {
                self.part.problem(unknown(&self.part, *key_span, key, what, known));
            }
        }
        fields.into_iter().map(|(name, (value, _))| (name, value)).collect()
    }

    /// A text on one line that is not empty.
    fn name(&mut self, what: &str, node: &Node) -> Option<String> {
        let read = self.part.value(&what.trim_matches('`'), &Type::of(TypeKind::Text), node);
        let Some(crate::facts::Value::Text(text)) = read else { return None };
        let fault = match text.trim() {
            "" => "is empty",
            text if text.len() > LONGEST_NAME => "is longer than 200 bytes",
            text if text.chars().any(crate::trace::words::is_unseen) => "has a character that is not seen",
            text => return Some(text.to_owned()),
        };
        self.part.problem(Diagnostic::error(Code::CaseField, node.span, format!("{what} {fault}")));
        None
    }

    /// Reports that a case lacks a field, unless that is there and misspelt.
    fn missing(&mut self, entries: &[Entry], field: &str, span: Span, help: &str) {
        let misspelt = |entry: &Entry| !CASE.contains(&&*entry.key) && did_you_mean(&entry.key, CASE) == Some(field);
        if !entries.iter().any(misspelt) {
            let problem = Diagnostic::error(Code::CaseField, span, format!("this case has no `{field}`"));
            self.part.problem(problem.here("in this case").help(help));
        }
    }

    fn wrong(&mut self, node: &Node, what: &str, expected: &str) {
        let message = format!("{what} is to be {expected}, not {}", self.part.found(node));
        self.part.problem(Diagnostic::error(Code::CaseField, node.span, message).here(format!("expected {expected}")));
    }
}

/// A field that there is not.
fn unknown(part: &Part<'_>, span: Span, key: &str, what: &str, known: &[&str]) -> Diagnostic {
    let problem = Diagnostic::error(Code::CaseField, span, format!("{what} has no field `{key}`")).here("not known");
    match did_you_mean(key, known.iter().copied()) {
        Some(near) => problem.suggest(span, part.quoted_like(span, near), format!("did you mean `{near}`?")),
        None => problem.help(format!("{what} holds {}", listed(known, "and"))),
    }
}

/// A file that holds no case: emptied by mistake, it would otherwise pass as if all were well.
fn none(id: FileId, file: &SourceFile) -> Diagnostic {
    let problem = Diagnostic::error(Code::CaseField, Span::new(id, 0, 0), format!("`{}` holds no case", file.name()));
    problem.here("in this file").help("write one, bring them back from version control, or delete the file")
}

/// Cases that have the name of an earlier one.
fn twice(cases: &[Case]) -> Vec<Diagnostic> {
    let mut first: FxHashMap<&str, Span> = FxHashMap::default();
    let mut problems = Vec::new();
    for case in cases.iter().filter(|case| !case.name.is_empty()) {
        if let Some(&earlier) = first.get(case.name.as_str()) {
            let message = format!("two cases are called `{}`", case.name);
            let problem = Diagnostic::error(Code::CaseTwice, case.span, message).here("and here again");
            problems.push(problem.label(earlier, "named here first").help("give each its own name"));
        } else {
            first.insert(&case.name, case.span);
        }
    }
    problems
}

/// The name of a file without its folders and its ending.
fn stem(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_owned()
}
