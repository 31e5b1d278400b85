//! Texts made to do harm: each is a clear error, soon and in little memory.

use dealdesk::facts::read::Format;

use super::read_deal;
use super::schema::every_kind;

/// The codes of what is said of a text.
fn codes(text: &str, format: Format) -> Vec<String> {
    let (_, problems) = read_deal(&every_kind(), "hostile", text, format);
    problems.lines().filter_map(|line| Some(line.strip_prefix("error[")?.split(']').next()?.to_owned())).collect()
}

#[test]
fn far_too_many_records_are_one_error() {
    let records = "{},".repeat(100_000);
    let json = format!("{{\"sites\": [{}{{}}]}}", records);
    assert_eq!(codes(&json, Format::Json), ["E0610"]);
    let ron = format!("(sites: [{}])", "(),".repeat(100_000));
    assert_eq!(codes(&ron, Format::Ron), ["E0610"]);
    let yaml = format!("sites:\n{}", "- {}\n".repeat(200_000));
    assert_eq!(codes(&yaml, Format::Yaml), ["E0610"]);
    let toml = "[[sites]]\n".repeat(200_000);
    assert_eq!(codes(&toml, Format::Toml), ["E0610"]);
}

#[test]
fn far_too_many_names_are_one_error() {
    let names: String = (0..50_000).map(|n| format!("\"n{n}\": 1,\n")).collect();
    assert_eq!(codes(&format!("{{{names}\"last\": 1}}"), Format::Json), ["E0610"]);
    assert_eq!(codes(&format!("{{{names}}}"), Format::Ron), ["E0610"]);
    assert_eq!(codes(&names.replace(',', ""), Format::Yaml), ["E0610"]);
    assert_eq!(codes(&names.replace(": 1,", " = 1"), Format::Toml), ["E0610"]);
}

#[test]
fn a_file_of_more_than_64_megabytes_is_not_read() {
    let blanks = " ".repeat(64 << 20);
    assert_eq!(codes(&format!("{blanks} [1, 2"), Format::Json), ["E0610"]);
}

#[test]
fn names_beyond_counting_are_one_error_in_toml() {
    let text = format!("x = [{}]", "1,".repeat(2_000_000));
    assert_eq!(codes(&text, Format::Toml), ["E0610"]);
}

#[test]
fn thousands_of_unknown_names_are_told_one_by_one() {
    let names: String = (0..5_000).map(|n| format!("\"n{n}\": 1,\n")).collect();
    let told = codes(&format!("{{{names}\"last\": 1}}"), Format::Json);
    assert_eq!(told.len(), 5_001);
    assert!(told.iter().all(|code| code == "E0602"));
}

#[test]
fn deep_nesting_is_an_error_and_overflows_no_stack() {
    for (open, close) in
        [("[", "]"), ("{\"a\":", "}"), ("(a:", ")"), ("Some(", ")"), ("- ", ""), ("a = [", "]"), ("{a: ", "}")]
    {
        for depth in [63, 200, 20_000] {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            for format in Format::ALL {
                assert!(!codes(&text, format).is_empty(), "{open} {format:?}");
                let inside = format!("(client: (name: {text}))");
                assert!(!codes(&inside, format).is_empty(), "{open} {format:?}");
            }
        }
    }
}

#[test]
fn aliases_of_aliases_do_not_grow() {
    let mut text = "a: &a0 {x: 1, y: 2}\n".to_owned();
    for n in 1..40 {
        text.push_str(&format!("b{n}: &a{n} {{x: *a{m}, y: *a{m}}}\n", m = n - 1));
    }
    assert!(codes(&text, Format::Yaml).contains(&"E0610".to_owned()));
    assert_eq!(codes("client: &a {name: *a}", Format::Yaml), ["E0601"]);
    assert_eq!(codes("client: *a", Format::Yaml), ["E0601"]);
    assert_eq!(codes("<<: {client: 1}", Format::Yaml), ["E0602"]);
}

#[test]
fn one_value_of_megabytes_is_no_trouble() {
    let long = "ab c".repeat(250_000);
    for format in Format::ALL {
        let name = if format == Format::Toml { "client.name = " } else { "client.name: " };
        let text = match format {
            Format::Json | Format::Ron => format!("{{\"client.name\": \"{long}\"}}"),
            Format::Yaml | Format::Toml => format!("{name}\"{long}\"\n"),
        };
        assert_eq!(codes(&text, format), [""; 0], "{format:?}");
        let wrong = text.replace("client.name", "client.kind");
        assert_eq!(codes(&wrong, format), ["E0605"], "{format:?}");
    }
    let digits = "9".repeat(1_000_000);
    assert_eq!(codes(&format!("{{\"deal.margin\": {digits}}}"), Format::Json), ["E0607"]);
    assert_eq!(codes(&format!("{{\"deal.margin\": 0.{digits}}}"), Format::Json), ["E0607"]);
}
