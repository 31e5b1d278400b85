//! What is said of the problems that people's files have. Each snapshot shows text and message.

use super::{parse, show};

fn messages(name: &str, texts: &[&str]) {
    let said: Vec<_> = texts.iter().map(|text| format!("{text}\n----\n{}", show(text, &parse(text).1))).collect();
    insta::with_settings!({ snapshot_path => "../../../tests/snapshots/syntax", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, said.join("\n========\n"));
    });
}

#[test]
fn tables() {
    messages(
        "tables",
        &[
            "table t: b\n | a | => c\n | d | e |",
            "table t(a: b): c\n | a | = c |",
            "table t(): c",
            "decide a: b\n because \"open\n  table goes\n on\"\n rule x: c",
            "table t: b\n first match\n | a | b | => c |\n | 1 | 2 |\n | n: 1 | 2 | 3 | 4 |\n | 1 || 3 |\n | 1 | 2 | 3\n | 1 | => 2 | 3 |\n",
            "table t: b",
            "table t: b\n | a | => c |",
            "table t: b\n | a | => c |\n | == 5 | 6 |\n | 1 | => 2 |\n | 1 | any |\n | 1 | > 2 |",
        ],
    );
}

#[test]
fn rules() {
    messages(
        "rules",
        &[
            "decide a: boolean\n rule x: true when",
            "decide a: boolean\n rule x: true when a ==b",
            "decide a: boolean\n rule x: true when a or",
            "decide a: boolean\n rule x: true when (a or b",
            "decide a: boolean\n rule x: true when a in b",
            "decide a: boolean\n rule x: true whn b",
            "decide a: boolean\n rule x true when b",
            "decide a: boolean\n rule true when b",
            "decide a: boolean\n rule x: when b",
            "gate g: t\n require a: b < 5",
            "decide a: boolean\n rule x: a refer \"x\"",
            "decide a: boolean\n overrides",
            "checklist c\n item",
            "fact rule: boolean",
            "decide a = 5",
            "decide a: b\n rule x: c when d && e",
            "decide a: b\n rule x: c when d >= 5% and f",
            "decide a: b\n rule my-rule: c",
            "decide a: b\n rule x: c,\n when d;\n because foo bar baz # hm\n",
            "decide a: b\n because \"open\n rule x: c",
            "decide a: b = c\n rule x: d",
            "decide a: b\n default c\n default d\n rule x: e\n because \"1\"\n because \"2\"",
            "decide a: b\n rule x: c\n from tomorrow",
            "gate g: t\n require a: b < 5\n because \"x\"\n require c: d else e",
            "decide a: b\n rule x: c When d",
            "rubric r: t\n criterion a\n points 5\n band b\n",
            "rubric r: t\n criterion a = 1\n points 5 when b\n band b from 1 otherwise\n",
            "decide a: b\n rule when c",
            "decide a: b\n rule: x when c",
            "decide a: b\n rule x when c",
            "decide a: \"label\" = 5",
            "rule x: y",
            "checklist c",
        ],
    );
}

#[test]
fn names_and_types() {
    messages(
        "names_and_types",
        &[
            "fact a boolean",
            "fact : boolean",
            "fact a:",
            "fact a: one of",
            "fact a: one of b c",
            "fact a: integer 0..\n foo",
            "fact a: integer in",
            "fact a: boolean\n ask foo",
            "fact a: list of x up 5",
            "unit hour with x decimals",
            "unit hour,",
            "fact a: boolean or",
            "fact a: boolean \"x\" \"y\"",
            "Fact a: boolean",
            "fcat a: boolean",
            "fact a: boolean\nfcat b: boolean\n  ask \"x\"\nfact c: date",
            "fact a: boolean\n  beacuse \"x\"\n  ask \"y\"",
            "fact clientKind: boolean",
            "fact client kind: boolean",
            "fact Größe: boolean",
            "fact a: boolean “Label”",
            "fact a: boolean\u{0}",
            "fact a: boolean\n when b\n because \"x\"",
            "fact a: boolean\npolicy x",
            "fact a: list of b",
            "unit hours, -x",
            "currency EUR with two decimals",
            "fact a: boolean // hello\nfact b: date",
            "fact a: text // the text\n ask \"x\"",
            "record r",
        ],
    );
}

#[test]
fn expressions() {
    messages(
        "expressions",
        &[
            "define x = if a b",
            "define x = if a then",
            "define x = sum of a",
            "define x = any xs where b",
            "define x = a b",
            "define x = f(a b)",
            "define x 5",
            "define x = days between a b",
            "define x = 5 5",
            "define x = 5%",
            "define x = 1,000",
            "define client-kind = 4",
            "define x = a is",
            "define x = a not b",
            "define x = a )",
            "define x = \"a\" \"b\" \"c\"",
            "define x = a in 5",
            "define x = a in (5",
            "define x = a in ()",
            "define x = a => 5",
            "define x = a >== 5",
            "define x = !a",
            "define x = a != b",
            "define x = .5 * a",
            "define x = 5hours",
            "define x = in (1,000, 2)",
            "define x = a < b < c",
            "define x = a is b is c",
            "define x = a in (b) is true",
            "define x = any of xs",
            "define x = all of xs where b",
            "define x = if a then b",
            "define d = 31.01.2026",
            "define d = 2026-02-30",
            "define d = 2026-1-5",
            "define x = 01/31/2026",
            "define x = \"a\\q\"",
            "define x = a ? b : c",
            "define x = a elif b",
            "never p:\n  a and\n  because \"x\"",
            "define x = NOT a AND b",
            "define x = a AND b",
            "define x = a is in (b, c)",
            "define x = a between 1 and 5",
            "define x = f(a, b",
            "define x = 1 + (2 * 3",
            "define x = a.b.",
            "define x = a[0]",
            "define x = 12345678901234567890123456789012345678901234567890",
            "define x: = 5",
            "define x = sum of a over",
            "define x = 5 +",
            "define x = (a",
            "define x = a contains b",
        ],
    );
}

#[test]
fn files() {
    messages(
        "files",
        &[
            "source a",
            "policy",
            "policy x\npolicy y",
            "constant c: integer",
            "constant c = 5\n value 6 from 2020-01-01",
            "because \"x\"",
            "// hello\nfact a: boolean",
            "{ }\nfact a: boolean",
        ],
    );
}

#[test]
fn habits() {
    messages(
        "habits",
        &[
            "fact a: boolean 'Label'",
            "fact a: boolean\n  ask ’x",
            "fact a: decimal in € 0..",
            "define x = a ≥ b",
            "define x = a\u{a0}+ b",
            "define x = 5k",
            "define x = 1.2.3",
            "define x = 1_",
            "define x = 1e6",
            "decide d: x\n rule a: b unless c",
            "decide d: x\n rule a: b if c",
            "define x = a equals b",
            "define x = a plus b",
            "decide d: x\n  default y\n  priority 5",
            "let x = 5",
            "fact a: boolean\n  description \"x\"\n  ask \"y\"",
            "fact a: boolean\n  description \"x\"\nfact b: date",
            "gate g: t\n require a: b otherwise c",
            "DECIDE d: x\n  default y",
            "fact a: one of \"x\", \"y\"",
            "fact a: one of Aws, ovh",
            "fact a: one of group.aws, ovh",
            "fact a: integer 0-100",
            "fact a: integer 0 to 100",
            "fact a: integer 100",
            "define x = a in 1 to 5",
            "define x = a in 1-5",
            "policy \"Title\"",
            "decide d: x\n  rule 1st: y",
            "fact a: boolean presumed",
            "source s https://example.com",
            "define x = f a",
            "define x = round(a, 2",
            "define x = round(a,, 2)",
            "define x = (a))",
            "define x = a and and b",
            "define x = a and or b",
            "define x = if a then b else",
            "define x = if a: b else: c",
            "define x = sum(a)",
            "define x = any instance where instance.a",
            "define x = all of instances where instance.a",
            "define x = count of instances have instance.a",
            "define x = days from a to b",
            "define x = a is greater than b",
            "define x = a isn't b",
            "define x = a <> b",
            "define x = not a in b",
            "define x = -",
            "define x = 10 percent/hour",
            "define d = 1899-12-31",
            "fact a: date 2026-13-01..",
            "fact a: list of instance up to fifty",
            "rubric r: x\n  criterion a\n    points 5 when b\n    points otherwise\n  band c from 1\n  band d",
            "checklist c\n  item a \"x\" when\n  item b",
            "record r\n  field a.b: date",
            "constant c: integer\n  value 5 from 2026-01-01 from 2027-01-01\n  value 6 when x",
            "table t(a x): y\n | a | => b |\n | c | d |",
            "table t: y\n | a | b |\n | c | d |",
            "table t: y\n | a | => b |\n | c: d |\n | e | f |",
            "table t: y\n => a\n | b | c |",
            "define x =\nfact b: date",
            "decide d: x\n  rule a: b\n  rule a c\n  rule e: f when g\n      h i",
        ],
    );
}
