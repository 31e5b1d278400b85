//! What holds for any deal and any text.

use dealdesk::base::{Number, decode};
use dealdesk::facts::{
    DateRange, Deal, Given, NumberKind, NumberRange, NumberType, Origin, RecordValue, Schema, Type, TypeKind,
    UnitProduct, Value, deal, read, write,
};
use proptest::prelude::*;
use read::Format;

use super::read_deal;
use super::schema::{add, add_record, enumeration, every_kind};

/// A type without lists, by the number of an alternative.
fn plain_type(schema: &mut Schema, which: u8, optional: bool) -> Type {
    let number = |kind, low: Option<i64>, high: Option<i64>| {
        let range = NumberRange { low: low.map(Number::from), high: high.map(Number::from) };
        TypeKind::Number(NumberType { kind, unit: UnitProduct::none(), range })
    };
    let kind = match which % 7 {
        0 => TypeKind::Boolean,
        1 => number(NumberKind::Integer, None, None),
        2 => number(NumberKind::Decimal, Some(-1_000), None),
        3 => number(NumberKind::Integer, Some(3), Some(9)),
        4 => TypeKind::Date(DateRange::ALL),
        5 => TypeKind::Variant(enumeration(schema, ["true", "none", "Some", "inf", "r", "large", "größe"])),
        _ => return Type::of(TypeKind::Text),
    };
    Type { kind, optional }
}

/// A value of a plain type from a few random numbers and a text.
fn plain_value(ty: &Type, seed: (i64, u8, &str)) -> Value {
    let (n, tenth, text) = seed;
    match &ty.kind {
        _ if ty.optional && tenth == 0 => Value::None,
        TypeKind::Boolean => Value::Boolean(n % 2 == 0),
        TypeKind::Number(number) => {
            let places = if number.kind == NumberKind::Integer { 0 } else { u32::from(tenth % 7) };
            let bounds = number.bounds();
            let n = Number::decimal(i128::from(n), places).expect("a number");
            Value::Number(n.max(bounds.low.expect("an end")).min(bounds.high.expect("an end")))
        }
        TypeKind::Date(_) => Value::Date(deal::date_of_day(n.rem_euclid(40_000)).expect("a date")),
        TypeKind::Variant(_) => Value::Variant(u32::try_from(n.rem_euclid(7)).expect("a variant")),
        _ => Value::Text(text.into()),
    }
}

type Seed = (i64, u8, String);

fn seed() -> impl Strategy<Value = Seed> {
    let text = prop_oneof![any::<String>(), "[a-z\"'\\\\\n\t{}()\\[\\]:,#/*]{0,8}", Just("none".to_owned())];
    (-10i64.pow(18)..=10i64.pow(18), 0u8..10, text)
}

prop_compose! {
    /// A schema with a record, and a deal of it of which some facts are not known.
    pub(super) fn deals()(
        facts in prop::collection::vec((any::<u8>(), any::<bool>(), 0usize..5, prop::option::of(seed())), 0..12),
        fields in prop::collection::vec((any::<u8>(), any::<bool>()), 1..5),
        rows in prop::option::of(prop::collection::vec(prop::collection::vec(prop::option::of(seed()), 4), 0..4)),
    ) -> (Schema, Deal) {
        let mut schema = Schema::default();
        let record = add_record(&mut schema, "row");
        for (i, (which, optional)) in fields.iter().enumerate() {
            let ty = plain_type(&mut schema, *which, *optional);
            let name = if i % 2 == 0 { format!("f{i}") } else { format!("g.f{i}") };
            add(&mut schema, &name, ty, Some(record));
        }
        let mut deal = Deal::new();
        for (i, (which, optional, group, value)) in facts.iter().enumerate() {
            let ty = plain_type(&mut schema, *which, *optional);
            let group = ["", "a.", "b.c.", "b.d.", "Some."][*group];
            let fact = add(&mut schema, &format!("{group}x{i}"), ty, None);
            if let Some((n, tenth, text)) = value {
                let value = plain_value(&schema.facts[fact].ty, (*n, *tenth, text));
                deal.given.insert(fact, Given { value, origin: Origin::Code });
            }
        }
        let list = add(&mut schema, "rows", Type::of(TypeKind::List { record, up_to: 4 }), None);
        if let Some(rows) = rows {
            let types: Vec<Type> = schema.records[record].fields.iter().map(|&f| schema.facts[f].ty.clone()).collect();
            let rows = rows.iter().map(|row| RecordValue {
                fields: types.iter().zip(row).map(|(ty, seed)| {
                    let (n, tenth, text) = seed.as_ref()?;
                    Some(Given { value: plain_value(ty, (*n, *tenth, text)), origin: Origin::Code })
                }).collect(),
            });
            deal.given.insert(list, Given { value: Value::List(rows.collect()), origin: Origin::Code });
        }
        (schema, deal)
    }
}

/// The deal without who gave its values.
pub(super) fn without_origins(deal: &Deal) -> Deal {
    let plain = |given: &Given| Given {
        value: match &given.value {
            Value::List(rows) => Value::List(
                rows.iter()
                    .map(|row| RecordValue {
                        fields: row
                            .fields
                            .iter()
                            .map(|f| f.as_ref().map(|f| Given { value: f.value.clone(), origin: Origin::Code }))
                            .collect(),
                    })
                    .collect(),
            ),
            value => value.clone(),
        },
        origin: Origin::Code,
    };
    Deal { given: deal.given.iter().map(|(id, given)| (id, plain(given))).collect() }
}

/// Pieces that deals are made of, and that break them.
fn fragments() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        ":",
        ",",
        "=",
        "\n",
        " ",
        "  ",
        "\t",
        "\"",
        "'",
        "#",
        "//",
        "/*",
        "*/",
        "client",
        "kind",
        "\"client\"",
        "\"kind\"",
        "private",
        "sites",
        "users",
        "none",
        "null",
        "true",
        "Some",
        "None",
        "1",
        "-",
        ".",
        "e9",
        "0x",
        "inf",
        "2026-01-31",
        "&a",
        "*a",
        "!!str",
        "---",
        "|",
        ">",
        "r#",
        "r\"",
        "b\"",
        "\\",
        "\\u",
        "\u{feff}",
        "\0",
        "é",
        "💶",
        "client.kind",
        "deal.price",
        "[[sites]]",
        "[client]",
        "- ",
        "? ",
        "..",
        "%",
        "@",
        "~",
        "#![enable(",
        ")]",
        "'a'",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn holds_for_any_text(text: &str) -> Result<(), TestCaseError> {
    let schema = every_kind();
    for format in Format::ALL {
        let (deal, _) = read_deal(&schema, "any", text, format);
        // Whatever could be read is a deal that can be written and read.
        let (again, problems) = read_deal(&schema, "again", &write::json(&schema, &deal), Format::Json);
        prop_assert_eq!(problems, "");
        prop_assert_eq!(without_origins(&again), without_origins(&deal));
    }
    let mut deal = Deal::new();
    let _ = read::set(&schema, &mut deal, text);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back((schema, deal) in deals()) {
        let json = write::json(&schema, &deal);
        for (format, text) in
            [(Format::Ron, write::ron(&schema, &deal)), (Format::Json, json.clone()), (Format::Yaml, json)]
        {
            let (again, problems) = read_deal(&schema, "written", &text, format);
            prop_assert_eq!(problems, "", "{:?}\n{}", format, text);
            prop_assert_eq!(without_origins(&again), without_origins(&deal), "{:?}\n{}", format, text);
        }
        let value: serde_json::Value = write::json_value(&schema, &deal);
        let again = read::serialize(&schema, &value).map(|deal| without_origins(&deal));
        prop_assert_eq!(again, Ok(without_origins(&deal)));
    }

    #[test]
    fn no_text_makes_reading_fail(text in any::<String>()) {
        holds_for_any_text(&text)?;
    }

    #[test]
    fn no_broken_deal_makes_reading_fail(text in fragments()) {
        holds_for_any_text(&text)?;
    }

    #[test]
    fn no_bytes_make_reading_fail(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        match decode(bytes) {
            Ok(text) => holds_for_any_text(&text)?,
            Err(not_text) => prop_assert_eq!(not_text.shown[not_text.offset..].chars().next(), Some(char::REPLACEMENT_CHARACTER)),
        }
    }

    #[test]
    fn a_deal_with_one_character_changed_does_no_harm(at in 0usize..1000, c in any::<char>(), which in 0usize..4) {
        let (name, text) = [
            ("good.ron", include_str!("../fixtures/deals/good.ron")),
            ("good.json", include_str!("../fixtures/deals/good.json")),
            ("good.yaml", include_str!("../fixtures/deals/good.yaml")),
            ("good.toml", include_str!("../fixtures/deals/good.toml")),
        ][which];
        let at = text.floor_char_boundary(at % text.len());
        let end = text.ceil_char_boundary(at + 1);
        let changed = format!("{}{c}{}", &text[..at], &text[end..]);
        let (_, problems) = read_deal(&every_kind(), name, &changed, Format::ALL[which]);
        prop_assert!(problems.is_empty() || problems.contains("error[E06"), "{}", problems);
    }
}
