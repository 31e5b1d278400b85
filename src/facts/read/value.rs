//! One value against the type of its fact.

use std::fmt;

use jiff::civil::Date;

use super::describe::{amount, expected, found, range, short, unit, variants, written};
use super::document::{Kind, Node};
use super::number::Malformed;
use super::reader::{Element, Manner, Reader};
use super::{Format, date, number};
use crate::base::{Number, did_you_mean};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{
    DateRange, EnumerationId, FactId, ItemSet, NumberKind, NumberType, RecordId, Schema, Type, TypeKind, Value,
};

type Read<T> = Result<T, Box<Diagnostic>>;

/// The value, `None` where a program left it out, or what is wrong with it. (The problems of records in
/// a list go straight to the reader.)
pub(super) fn read(reader: &mut Reader<'_>, element: Element, fact: FactId, node: &Node) -> Read<Option<Value>> {
    let schema = reader.schema;
    let ty = &schema.facts[fact].ty;
    let path = reader.path_of(element, fact);
    let spot = Spot { schema, name: &path, ty, node, text: reader.text, manner: reader.manner };
    match &ty.kind {
        TypeKind::List { record, up_to } if !spot.says_none() => list(reader, &spot, fact, *record, *up_to),
        // A deal gives no sets of items: they are what checklists come to.
        TypeKind::Items(_) if !spot.says_none() => Err(spot.wrong_type()),
        _ => spot.value(reader),
    }
}

/// The value of something else than a fact, called `name` in messages. There are no lists of records then.
pub(super) fn read_as(reader: &Reader<'_>, name: &dyn fmt::Display, ty: &Type, node: &Node) -> Read<Option<Value>> {
    Spot { schema: reader.schema, name, ty, node, text: reader.text, manner: reader.manner }.value(reader)
}

/// A list; `None` where it has too many records, of which those within its bound are read for their mistakes.
fn list(reader: &mut Reader<'_>, spot: &Spot<'_>, fact: FactId, record: RecordId, up_to: u32) -> Read<Option<Value>> {
    let Kind::List { items, length } = &spot.node.kind else { return Err(spot.wrong_type()) };
    let most = usize::try_from(up_to).unwrap_or(usize::MAX);
    let within = items.iter().take(most).enumerate();
    let records = within.map(|(i, item)| reader.record(fact, record, i, item)).collect();
    if *length <= most {
        return Ok(Some(Value::List(records)));
    }
    let message = format!("`{}` has {length} records, and may have at most {up_to}", spot.name);
    let place = items.get(most).map_or(spot.node.span, |first_too_many| first_too_many.span);
    let problem = Diagnostic::error(Code::DealBound, place, message).here("one too many");
    Err(Box::new(problem.help("leave the others out, or raise the bound where the policy declares the list")))
}

/// A value, and what it is to be of.
struct Spot<'a> {
    schema: &'a Schema,
    name: &'a dyn fmt::Display,
    ty: &'a Type,
    node: &'a Node,
    /// The text that the node stands in.
    text: &'a str,
    manner: Manner,
}

impl Spot<'_> {
    /// The value, which is no list of records.
    fn value(&self, reader: &Reader<'_>) -> Read<Option<Value>> {
        if self.says_none() {
            return match (self.ty.optional, self.manner) {
                (true, _) => Ok(Some(Value::None)),
                (false, Manner::Code) => Ok(None),
                (false, _) => Err(self.not_optional()),
            };
        }
        Ok(Some(match &self.ty.kind {
            TypeKind::Boolean => Value::Boolean(self.boolean()?),
            TypeKind::Number(number) => Value::Number(self.number(number)?),
            TypeKind::Text => Value::Text(self.text()?.into()),
            TypeKind::Date(range) => Value::Date(self.date(range)?),
            TypeKind::Variant(enumeration) => Value::Variant(self.variant(reader, *enumeration)?),
            TypeKind::Items(enumeration) => Value::Items(self.items(reader, *enumeration)?),
            TypeKind::List { .. } => return Err(self.wrong_type()),
        }))
    }

    /// Whether it says none, in the way of its format.
    fn says_none(&self) -> bool {
        let by_text = matches!(self.manner, Manner::Set | Manner::File(Format::Toml));
        match &self.node.kind {
            Kind::Null => true,
            Kind::Text(text) | Kind::Word(text) if by_text && &**text == "none" => match &self.ty.kind {
                TypeKind::Text => false,
                TypeKind::Variant(id) => variant_by_name(self.schema, *id, "none").is_none(),
                _ => true,
            },
            _ => false,
        }
    }

    fn error(&self, code: Code, message: String) -> Diagnostic {
        Diagnostic::error(code, self.node.span, message)
    }

    fn not_optional(&self) -> Box<Diagnostic> {
        let problem = match written(self.node, self.text) {
            "" => self.error(Code::DealNone, format!("`{}` has no value", self.name)).here("nothing stands here"),
            none if none.trim_matches(['"', '\'']) == "none" => {
                self.error(Code::DealNone, format!("`{}` can't be none", self.name))
            }
            other => self.error(Code::DealNone, format!("`{}` can't be `{other}`", self.name)).here("this says none"),
        };
        Box::new(match self.ty.kind {
            TypeKind::List { .. } => problem.help("leave it out where it is not known; an empty list is `[]`"),
            _ => problem.help("leave it out where it is not known"),
        })
    }

    fn wrong(&self) -> Diagnostic {
        let expected = expected(self.schema, self.ty);
        let message = format!("`{}` is to be {expected}, not {}", self.name, found(self.node, self.text));
        self.error(Code::DealType, message).here(format!("expected {expected}"))
    }

    fn wrong_type(&self) -> Box<Diagnostic> {
        let problem = self.wrong();
        let none = match self.manner {
            Manner::File(format) => format.none(),
            Manner::Set | Manner::Code => "none",
        };
        let meant_none = match &self.node.kind {
            Kind::Text(text) | Kind::Word(text) | Kind::Plain(text) => {
                matches!(text.to_ascii_lowercase().as_str(), "" | "none" | "null" | "nil" | "~")
            }
            _ => false,
        };
        Box::new(match (meant_none, self.ty.optional) {
            (true, true) => problem.suggest(self.node.span, none, format!("none is written `{none}` here")),
            (true, false) => problem.help("leave it out where it is not known"),
            (false, _) => problem,
        })
    }

    fn boolean(&self) -> Read<bool> {
        let (Kind::Plain(text) | Kind::Word(text) | Kind::Text(text)) = &self.node.kind else {
            return match self.node.kind {
                Kind::Boolean(b) => Ok(b),
                _ => Err(self.wrong_type()),
            };
        };
        let bare = matches!(self.node.kind, Kind::Plain(_) | Kind::Word(_));
        match (&**text, bare) {
            ("true", true) => return Ok(true),
            ("false", true) => return Ok(false),
            _ => {}
        }
        let meant = match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "on" => "true",
            "false" | "no" | "n" | "off" => "false",
            _ => return Err(self.wrong_type()),
        };
        Err(Box::new(self.wrong().suggest(self.node.span, meant, format!("write `{meant}`"))))
    }

    fn text(&self) -> Read<Box<str>> {
        match &self.node.kind {
            Kind::Text(text) | Kind::Plain(text) => Ok(text.clone()),
            Kind::Word(word) if self.manner == Manner::Set => Ok(word.clone()),
            Kind::Word(text) | Kind::Number(text) => {
                let message = "put it in quotes";
                Err(Box::new(self.wrong().suggest(self.node.span, format!("\"{text}\""), message)))
            }
            _ => Err(self.wrong_type()),
        }
    }

    fn date(&self, range: &DateRange) -> Read<Date> {
        let (Kind::Text(text) | Kind::Plain(text) | Kind::Date(text)) = &self.node.kind else {
            return Err(self.wrong_type());
        };
        let invalid = |message: String| self.error(Code::DealDate, message);
        let date = match date::parse(text) {
            Ok(date) => date,
            Err(date::Malformed::NoSuchDay) => {
                let problem = invalid(format!("`{}` is {}, and there is no such day", self.name, short(text)));
                return Err(Box::new(problem.here("not in the calendar")));
            }
            Err(date::Malformed::WithTime(date)) => {
                let problem = invalid(format!("`{}` is a date, without a time of day", self.name));
                let replacement =
                    if matches!(self.node.kind, Kind::Text(_)) { format!("\"{date}\"") } else { date.to_string() };
                let problem = problem.here("has a time of day");
                return Err(Box::new(problem.suggest(self.node.span, replacement, "leave the time out")));
            }
            Err(date::Malformed::Form) if number::parse(text).is_ok() || text.is_empty() => {
                return Err(self.wrong_type());
            }
            Err(date::Malformed::Form) if text.eq_ignore_ascii_case("none") || &**text == "null" => {
                return Err(self.wrong_type());
            }
            Err(date::Malformed::Form) => {
                let problem = invalid(format!("`{}` is to be a date, not \"{}\"", self.name, short(text)));
                let problem = problem.here("not a date");
                return Err(Box::new(problem.help("dates are year, month and day, such as `2026-01-31`")));
            }
        };
        if range.contains(date) {
            return Ok(date);
        }
        let problem = self.error(Code::DealRange, format!("`{}` is {date}, which is out of its range", self.name));
        Err(Box::new(problem.here(format!("must be between {} and {}", range.low, range.high))))
    }

    fn variant(&self, reader: &Reader<'_>, id: EnumerationId) -> Read<u32> {
        let (Kind::Text(text) | Kind::Plain(text) | Kind::Word(text)) = &self.node.kind else {
            return Err(self.wrong_type());
        };
        if let Some(variant) = variant_by_name(self.schema, id, text) {
            return Ok(variant);
        }
        let all = variants(self.schema, id);
        let message = format!("`{}` can't be `{}`", self.name, short(text));
        let problem = self.error(Code::DealVariant, message).here("not one of its values");
        if self.ty.optional && matches!(text.to_ascii_lowercase().as_str(), "none" | "null") {
            return Err(self.wrong_type());
        }
        let candidates = self.schema.enumerations[id].variants.iter().map(|v| v.name.as_str());
        let plain = text.trim().to_lowercase().replace([' ', '-'], "_");
        let near = candidates.clone().find(|c| *c == plain).or_else(|| did_you_mean(&plain, candidates));
        let problem = match near {
            Some(near) => {
                let replacement = reader.quoted_like(self.node.span, near);
                problem.suggest(self.node.span, replacement, format!("did you mean `{near}`?"))
            }
            None => problem,
        };
        Err(Box::new(problem.help(format!("it is {all}"))))
    }

    fn items(&self, reader: &Reader<'_>, id: EnumerationId) -> Read<ItemSet> {
        let Kind::List { items, .. } = &self.node.kind else { return Err(self.wrong_type()) };
        let item = Type::of(TypeKind::Variant(id));
        let read = |node| Spot { node, ty: &item, ..*self }.variant(reader, id);
        Ok(ItemSet::new(items.iter().map(read).collect::<Read<Vec<u32>>>()?))
    }

    fn number(&self, ty: &NumberType) -> Read<Number> {
        let n = match &self.node.kind {
            Kind::Number(digits) | Kind::Plain(digits) => match number::parse(digits) {
                Ok(n) => n,
                Err(Malformed::TooLong) => {
                    let message = format!("`{}` is too long a number to be held exactly", self.name);
                    return Err(Box::new(self.error(Code::DealDigits, message).here("too many digits")));
                }
                Err(Malformed::NotFinite) => {
                    let message = format!("`{}` is to be a number with digits, not `{}`", self.name, short(digits));
                    return Err(Box::new(self.error(Code::DealType, message).here("has no digits")));
                }
                Err(Malformed::NotANumber) => return Err(self.not_a_number(digits)),
            },
            Kind::Text(text) => return Err(self.not_a_number(text)),
            _ => return Err(self.wrong_type()),
        };
        if ty.kind == NumberKind::Integer && !n.is_integer() {
            return Err(Box::new(self.wrong()));
        }
        if !ty.bounds().contains(n) {
            let is = amount(self.schema, n, ty);
            let problem = self.error(Code::DealRange, format!("`{}` is {is}, which is out of its range", self.name));
            return Err(Box::new(problem.here(format!("must be {}", range(self.schema, ty)))));
        }
        if !self.schema.fits_decimals(n, self.ty) {
            return Err(self.too_many_decimals(n, ty));
        }
        Ok(n)
    }

    /// A text where a number should be, perhaps a number in quotes or with its unit.
    fn not_a_number(&self, text: &str) -> Box<Diagnostic> {
        let trimmed = text.trim();
        let end =
            trimmed.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '_' | '-' | '+')).unwrap_or(trimmed.len());
        let (digits, rest) = trimmed.split_at(end);
        match (number::parse(digits), rest) {
            (Ok(_), "") => Box::new(self.wrong().suggest(self.node.span, digits, "write the number without quotes")),
            (Ok(_), rest) if !rest.starts_with(',') => Box::new(self.wrong().suggest(
                self.node.span,
                digits,
                "write the number alone; the policy knows its unit",
            )),
            _ => self.wrong_type(),
        }
    }

    fn too_many_decimals(&self, n: Number, ty: &NumberType) -> Box<Diagnostic> {
        let allowed = self.schema.decimals(self.ty).unwrap_or(0);
        let decimals = |n: u32| if n == 1 { "1 decimal".to_owned() } else { format!("{n} decimals") };
        let has = decimals(n.places().unwrap_or(0));
        let unit = unit(self.schema, ty).map_or_else(String::new, |unit| format!(" in {unit}"));
        let message = format!("`{}` has {has}, and a number{unit} may have at most {}", self.name, decimals(allowed));
        let problem = self.error(Code::DealDigits, message).here("too many decimals");
        Box::new(match n.round(allowed) {
            Ok(rounded) => problem.suggest(self.node.span, rounded.to_string(), "rounded it would be"),
            Err(_) => problem,
        })
    }
}

/// The place of the variant called `name`.
fn variant_by_name(schema: &Schema, id: EnumerationId, name: &str) -> Option<u32> {
    let place = schema.enumerations[id].variants.iter().position(|v| v.name == name)?;
    u32::try_from(place).ok()
}
