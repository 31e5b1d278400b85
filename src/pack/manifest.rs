//! `pack.ron`, the manifest of a pack.

use std::fmt;

use jiff::civil::Date;
use ron::value::RawValue;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::base::{FileId, Span, did_you_mean};
use crate::check;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::DateRange;

/// What a manifest says, with the places where it says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) label: Option<String>,
    pub(super) since: Option<Date>,
    pub(super) report: Vec<(String, Span)>,
    /// Folders of cases, relative to the pack.
    pub(super) cases: Vec<(String, Span)>,
}

impl Manifest {
    /// The manifest as the checker takes it, with the hash of the pack.
    pub(super) fn for_check(self, hash: String) -> check::Manifest {
        let reported = |(name, span)| check::Reported { name, span: Some(span) };
        let report = self.report.into_iter().map(reported).collect();
        check::Manifest { name: self.name, version: self.version, label: self.label, since: self.since, report, hash }
    }
}

const FIELDS: [&str; 6] = ["name", "version", "label", "since", "report", "cases"];
const SHAPE: &str = "a manifest looks like `(name: \"sales\", version: \"2026.1\")`";

/// Reads the manifest `text` of the file `id`. What could be read is there even if there are problems.
pub(super) fn read(id: FileId, text: &str) -> (Manifest, Vec<Diagnostic>) {
    let mut reader = Reader { id, text, problems: Vec::new() };
    let mut manifest = Manifest::default();
    match ron::from_str::<Fields<'_>>(text) {
        Ok(Fields(fields)) => reader.fields(&fields, &mut manifest),
        Err(e) => {
            let place = reader.place(&e.span);
            let message = match text.trim() {
                "" => "`pack.ron` is empty".to_owned(),
                _ => format!("`pack.ron` is not valid RON: {}", sentence(&e.code)),
            };
            reader.problems.push(Diagnostic::error(Code::ManifestSyntax, place, message).help(SHAPE));
        }
    }
    (manifest, reader.problems)
}

/// A field that holds a list of texts.
#[derive(Clone, Copy)]
struct List {
    field: &'static str,
    of: &'static str,
    like: &'static str,
}

struct Reader<'a> {
    id: FileId,
    text: &'a str,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn fields(&mut self, fields: &[(&str, &RawValue)], manifest: &mut Manifest) {
        for (i, &(name, value)) in fields.iter().enumerate() {
            if fields[..i].iter().any(|(earlier, _)| *earlier == name) {
                self.problem(self.part(name), format!("`{name}` is given twice"), "");
                continue;
            }
            match name {
                "name" => manifest.name = self.short(name, value),
                "version" => manifest.version = self.short(name, value),
                "label" => manifest.label = self.string(name, value),
                "since" => manifest.since = self.string(name, value).and_then(|s| self.date(&s, value)),
                "report" => {
                    let sort = List { field: "report", of: "decisions", like: "[\"one.decision\", \"another\"]" };
                    manifest.report = self.names(sort, value);
                }
                "cases" => {
                    let sort = List { field: "cases", of: "folders", like: "[\"cases\"]" };
                    manifest.cases = self.names(sort, value);
                }
                _ => self.unknown(name),
            }
        }
        for required in ["name", "version"] {
            // One that is misspelt is told as such.
            let meant = |name: &str| did_you_mean(name, FIELDS).filter(|_| !FIELDS.contains(&name));
            if !fields.iter().any(|(name, _)| *name == required || meant(name) == Some(required)) {
                let place = Span::new(self.id, 0, 0);
                self.problem(place, format!("`{required}` is missing from `pack.ron`"), SHAPE);
            }
        }
    }

    fn unknown(&mut self, name: &str) {
        let place = self.part(name);
        let problem = Diagnostic::error(Code::ManifestField, place, format!("a manifest has no field `{name}`"));
        self.problems.push(match did_you_mean(name, FIELDS) {
            Some(meant) => problem.suggest(place, meant, format!("did you mean `{meant}`?")),
            None => problem.help(format!("its fields are `{}`", FIELDS.join("`, `"))),
        });
    }

    fn string(&mut self, field: &str, value: &RawValue) -> Option<String> {
        self.text(&format!("`{field}`"), value)
    }

    fn text(&mut self, what: &str, value: &RawValue) -> Option<String> {
        let string = value.into_rust::<String>().ok();
        if string.is_none() {
            let place = self.part(value.get_ron());
            self.problem(place, format!("{what} must be a text"), "put it in double quotes");
        }
        string
    }

    /// A text that may not be empty.
    fn short(&mut self, field: &str, value: &RawValue) -> String {
        let Some(string) = self.string(field, value) else { return String::new() };
        let fault = match string.trim() {
            "" => "is empty",
            s if s.len() > 200 => "is longer than 200 bytes",
            s if s.chars().any(char::is_control) => "contains a control character",
            _ => return string,
        };
        self.problem(self.part(value.get_ron()), format!("`{field}` {fault}"), "");
        string
    }

    fn date(&mut self, text: &str, value: &RawValue) -> Option<Date> {
        let date = text.parse::<Date>().ok().filter(|d| d.to_string() == text);
        let fault = match date {
            Some(date) if DateRange::ALL.contains(date) => return Some(date),
            Some(_) => "must lie in the years 1900 to 2199",
            None => "must be a date",
        };
        self.problem(
            self.part(value.get_ron()),
            format!("`since` {fault}"),
            "write year, month and day: `\"2026-01-31\"`",
        );
        None
    }

    fn names(&mut self, list: List, value: &RawValue) -> Vec<(String, Span)> {
        let Ok(items) = ron::from_str::<Vec<&RawValue>>(value.get_ron()) else {
            let place = self.part(value.get_ron());
            self.problem(
                place,
                format!("`{}` must be a list of {}", list.field, list.of),
                &format!("write `{}`", list.like),
            );
            return Vec::new();
        };
        let items = items.into_iter();
        items
            .filter_map(|item| {
                Some((
                    self.text(&format!("each of the {} in `{}`", list.of, list.field), item)?,
                    self.part(item.get_ron().trim()),
                ))
            })
            .collect()
    }

    fn problem(&mut self, place: Span, message: String, help: &str) {
        let problem = Diagnostic::error(Code::ManifestField, place, message);
        self.problems.push(if help.is_empty() { problem } else { problem.help(help) });
    }

    /// The place of a part of the manifest's own text.
    fn part(&self, part: &str) -> Span {
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let start = if start + part.len() > self.text.len() { 0 } else { start };
        Span::new(self.id, start, (start + part.len()).min(self.text.len()))
    }

    /// The bytes of a place that RON gives as line and column.
    fn place(&self, span: &ron::error::Span) -> Span {
        let offset = |p: &ron::error::Position| {
            let line_start: usize = self.text.split_inclusive('\n').take(p.line.saturating_sub(1)).map(str::len).sum();
            let rest = self.text.get(line_start..).unwrap_or_default();
            let within = rest.char_indices().nth(p.col.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
            line_start + within
        };
        let (start, end) = (offset(&span.start), offset(&span.end));
        // The white space before what is wrong is not wrong.
        let wrong = self.text.get(start..end).unwrap_or_default().trim_start();
        Span::new(self.id, end - wrong.len(), end)
    }
}

/// RON's own message as the rest of a sentence, where it does not speak of types.
fn sentence(error: &ron::Error) -> String {
    use ron::Error::{ExpectedDifferentStructName, ExpectedNamedStructLike, ExpectedStructLike, TrailingCharacters};
    match error {
        ExpectedNamedStructLike(_) | ExpectedStructLike | ExpectedDifferentStructName { .. } => {
            return "it must begin with `(`".to_owned();
        }
        TrailingCharacters => return "something stands behind its last `)`".to_owned(),
        _ => {}
    }
    let text = error.to_string();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// The fields of a RON struct with the texts of their values.
struct Fields<'a>(Vec<(&'a str, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a manifest")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some(Name(name)) = map.next_key()? {
                    fields.push((name, map.next_value()?));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_struct("Pack", &FIELDS, Collect)
    }
}

/// A field's name as it stands in the text.
struct Name<'a>(&'a str);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrow;
        impl<'de> Visitor<'de> for Borrow {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a field")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(name))
            }
        }
        deserializer.deserialize_identifier(Borrow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<(String, String)> {
        let (_, problems) = read(FileId(0), text);
        let at =
            |d: &Diagnostic| d.primary.as_ref().map(|l| text[l.span.start as usize..l.span.end as usize].to_owned());
        problems.iter().map(|d| (at(d).unwrap_or_default(), d.message.clone())).collect()
    }

    #[test]
    fn reads_every_field() {
        let text = r#"// A comment.
            Pack(name: "sales", version: "1", label: "Sälës", since: "2025-01-31", report: ["a.b", "c"],)"#;
        let (manifest, problems) = read(FileId(0), text);
        assert_eq!(problems, []);
        assert_eq!((manifest.name.as_str(), manifest.version.as_str()), ("sales", "1"));
        assert_eq!(manifest.label.as_deref(), Some("Sälës"));
        assert_eq!(manifest.since, Some(jiff::civil::date(2025, 1, 31)));
        let places = |s: &Span| &text[s.start as usize..s.end as usize];
        assert_eq!(
            manifest.report.iter().map(|(n, s)| (n.as_str(), places(s))).collect::<Vec<_>>(),
            [("a.b", "\"a.b\""), ("c", "\"c\"")]
        );
    }

    #[test]
    fn finds_every_problem_with_its_place() {
        let text = r#"(name: "", versoin: "1", label: 7, since: "2025-1-31", report: ["a", 3], since: "x")"#;
        let expected = [
            ("\"\"", "`name` is empty"),
            ("versoin", "a manifest has no field `versoin`"),
            ("7", "`label` must be a text"),
            ("\"2025-1-31\"", "`since` must be a date"),
            ("3", "each of the decisions in `report` must be a text"),
            ("since", "`since` is given twice"),
        ];
        let expected: Vec<_> = expected.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect();
        assert_eq!(problems(text), expected);
    }

    #[test]
    fn text_that_is_not_ron_is_one_problem_at_its_place() {
        let (_, problems) = read(FileId(0), "(\n  name: \"sales\",\n  version \"1\",\n)");
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].code, Code::ManifestSyntax);
        assert_eq!(problems[0].message, "`pack.ron` is not valid RON: expected colon");
        let place = problems[0].primary.as_ref().map(|l| l.span.start as usize);
        assert_eq!(place, Some("(\n  name: \"sales\",\n  version ".len()));
    }

    #[test]
    fn what_is_not_ron_is_said_without_types() {
        for (text, expected) in [
            (" ", "`pack.ron` is empty"),
            ("{\"name\": \"x\"}", "`pack.ron` is not valid RON: it must begin with `(`"),
            ("name: \"x\"", "`pack.ron` is not valid RON: it must begin with `(`"),
            ("(name: \"x\") x", "`pack.ron` is not valid RON: something stands behind its last `)`"),
        ] {
            let (_, problems) = read(FileId(0), text);
            assert_eq!(problems.iter().map(|p| p.message.as_str()).collect::<Vec<_>>(), [expected], "{text}");
        }
    }

    #[test]
    fn hostile_manifests_are_refused() {
        for text in ["", "(", "[]", "3", "\"\"", "(name: (((((((", &"(a:".repeat(100_000), &"[".repeat(200_000)] {
            let (_, problems) = read(FileId(0), text);
            assert!(!problems.is_empty(), "{:.20}", text);
        }
    }
}
