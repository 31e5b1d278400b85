//! Changes to a text that keep most of its grammar: words, numbers, lines and declarations are left
//! out, doubled, exchanged and replaced.

use std::ops::Range;

use fastrand::Rng;

/// What policies and deals are made of, and what tends to be forgotten.
const WORDS: [&str; 98] = [
    "and",
    "or",
    "not",
    "is",
    "is not",
    "in",
    "in (",
    "if",
    "then",
    "else",
    "true",
    "false",
    "none",
    "is none",
    "is not none",
    "as_of",
    "any of",
    "all of",
    "count of",
    "sum of",
    "over",
    "where",
    "have",
    "min(",
    "max(",
    "abs(",
    "round(",
    "floor(",
    "ceil(",
    "days between as_of and 2026-01-31",
    "add_months_or_last_day(as_of, 1)",
    "add_years_or_next_day(as_of, -300)",
    "1 / 0",
    "1 / 3",
    "round(1 / 3, 2)",
    "10 percent",
    "0",
    "-1",
    "1_000",
    "0.005",
    "1e3",
    "10 EUR",
    "2 hours",
    "3 days",
    "170141183460469231731687303715884105727",
    "999999999999999999999999999999999999999999",
    "1000000000000000000",
    "2026-02-30",
    "2026-01-31",
    "1900-01-01",
    "2199-12-31",
    "0000-00-00",
    "1..5",
    "5..1",
    "..",
    "0..",
    "..9",
    "=",
    "=>",
    "|",
    "| any |",
    "boolean",
    "integer",
    "decimal",
    "text",
    "date",
    "one of a, b",
    "list of instance up to 50",
    "up to 1000000",
    "or none",
    "in EUR/hour",
    "fact",
    "record",
    "field x: integer",
    "constant",
    "define",
    "decide",
    "rubric",
    "gate",
    "table",
    "checklist",
    "always",
    "never",
    "rule",
    "default",
    "when",
    "overrides",
    "from",
    "until",
    "band",
    "require",
    "item",
    "criterion",
    "points",
    "otherwise",
    "presumed",
    "first match",
    "collect",
];

/// Characters that lexers and column counters trip over.
const ODD: [&str; 16] =
    ["\0", "\t", "\r", "\u{feff}", "é", "ß", "漢", "😀", "\u{202e}", "\u{0301}", "\"", "\\", "#", "(", "{", "\u{2028}"];

/// Changes `text` in one to four ways.
pub fn mutate(text: &str, rng: &mut Rng) -> String {
    let mut text = text.to_owned();
    for _ in 0..1 + rng.usize(..4).saturating_sub(rng.usize(..4)) {
        text = once(&text, rng);
    }
    text
}

fn once(text: &str, rng: &mut Rng) -> String {
    let pieces = match rng.u8(..10) {
        0 | 1 => lines(text),
        2 => blocks(text),
        _ => tokens(text),
    };
    if pieces.is_empty() {
        return rng.choice(WORDS).unwrap_or("x").to_owned();
    }
    let at = pieces[rng.usize(..pieces.len())].clone();
    let other = pieces[rng.usize(..pieces.len())].clone();
    let (here, there) = (&text[at.clone()], &text[other.clone()]);
    match rng.u8(..16) {
        0 | 1 => replace(text, at, ""),
        2 => replace(text, at, &format!("{here} {here}")),
        3 => {
            let (first, second) = if at.start < other.start { (at, other) } else { (other, at) };
            if first.end > second.start {
                return replace(text, first, "");
            }
            let (a, b) = (&text[first.clone()], &text[second.clone()]);
            format!("{}{b}{}{a}{}", &text[..first.start], &text[first.end..second.start], &text[second.end..])
        }
        4 | 5 => replace(text, at, there),
        // Most likely to mean something: another word of the same kind, or another number.
        6..=9 => {
            let alike: Vec<&str> = pieces.iter().map(|p| &text[p.clone()]).filter(|p| kind(p) == kind(here)).collect();
            let by = alike[rng.usize(..alike.len())].to_owned();
            replace(text, at, &by)
        }
        10 => match numbers(text) {
            numbers if numbers.is_empty() => replace(text, at, "0"),
            numbers => {
                let at = numbers[rng.usize(..numbers.len())].clone();
                let n = number(&text[at.clone()], rng);
                replace(text, at, &n)
            }
        },
        11 => replace(text, at, rng.choice(WORDS).unwrap_or("x")),
        12 => replace(text, at, &format!("{here} {}", rng.choice(WORDS).unwrap_or("x"))),
        13 => {
            let wrapped = match rng.u8(..4) {
                0 => format!("({here})"),
                1 => format!("not ({here})"),
                2 => format!("-{here}"),
                _ => format!("(if {here} then {here} else {there})"),
            };
            replace(text, at, &wrapped)
        }
        14 => replace(text, at, &format!("{here}{}", rng.choice(ODD).unwrap_or("x"))),
        _ => replace(text, at.start..at.start, &format!("{there} ")),
    }
}

fn replace(text: &str, at: Range<usize>, by: &str) -> String {
    format!("{}{by}{}", &text[..at.start], &text[at.end..])
}

/// Another number in place of `n`: its neighbours, and those at which arithmetic ends.
fn number(n: &str, rng: &mut Rng) -> String {
    let value: i64 = n.replace('_', "").parse().unwrap_or(7);
    match rng.u8(..9) {
        0 => "0".to_owned(),
        1 => value.saturating_add(1).to_string(),
        2 => value.saturating_sub(1).to_string(),
        3 => format!("-{n}"),
        4 => format!("{n}.5"),
        5 => format!("{n}.000001"),
        6 => format!("{n}000000000000000"),
        7 => (i128::MAX - rng.i128(0..3)).to_string(),
        _ => rng.u16(..).to_string(),
    }
}

#[derive(PartialEq)]
enum Kind {
    Word,
    Number,
    String,
    Sign,
}

fn kind(token: &str) -> Kind {
    match token.chars().next() {
        Some('"') => Kind::String,
        Some(c) if c.is_ascii_digit() => Kind::Number,
        Some(c) if c.is_alphabetic() || c == '_' => Kind::Word,
        _ => Kind::Sign,
    }
}

/// Words (with their dots), numbers, strings and single signs; blanks and comments lie between.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, c)) = rest.next() {
        let mut end = start + c.len_utf8();
        if c.is_whitespace() {
            continue;
        }
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        if c == '"' || c == '#' {
            let mut escaped = false;
            for (at, next) in rest.by_ref() {
                end = at + next.len_utf8();
                if next == '\n' || (c == '"' && next == '"' && !escaped) {
                    break;
                }
                escaped = next == '\\' && !escaped;
            }
            if c == '#' {
                continue;
            }
        } else if is_word(c) {
            while let Some((at, next)) = rest.next_if(|(_, next)| is_word(*next)) {
                end = at + next.len_utf8();
            }
        }
        found.push(start..end);
    }
    found
}

fn numbers(text: &str) -> Vec<Range<usize>> {
    tokens(text).into_iter().filter(|at| kind(&text[at.clone()]) == Kind::Number).collect()
}

fn lines(text: &str) -> Vec<Range<usize>> {
    split(text, "\n")
}

/// What lies between empty lines.
fn blocks(text: &str) -> Vec<Range<usize>> {
    split(text, "\n\n")
}

fn split(text: &str, end: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let pieces = text.split_inclusive(end).map(|piece| {
        at += piece.len();
        at - piece.len()..at
    });
    pieces.collect()
}
