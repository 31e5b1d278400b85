//! How expressions and declarations come out as trees.

use crate::base::{Aggregate, ArithmeticOp, CompareOp};
use crate::syntax::ast::{
    CellKind, CellTest, CriterionBody, DecideBody, Declaration, Expr, ExprKind, HitPolicy, Range, TypeKind, UnitExpr,
};

use super::{parse, show};

/// The declarations of a text without problems.
fn read(text: &str) -> Vec<Declaration> {
    let (file, diagnostics) = parse(text);
    assert_eq!(show(text, &diagnostics), "", "{text}");
    assert_eq!(file.broken, [] as [&str; 0]);
    file.declarations
}

fn only(text: &str) -> Declaration {
    let mut all = read(text);
    assert_eq!(all.len(), 1, "{text}");
    all.remove(0)
}

/// An expression with a parenthesis round everything that is not a leaf.
fn written(expr: &Expr) -> String {
    let all = |items: &[Expr], word: &str| items.iter().map(written).collect::<Vec<_>>().join(word);
    match &expr.kind {
        ExprKind::Number { value, decimal, unit } => {
            let unit = unit.as_ref().map(|u| format!(" {}", written_unit(u))).unwrap_or_default();
            format!("{value}{}{unit}", if *decimal { "d" } else { "" })
        }
        ExprKind::Date(date) => date.to_string(),
        ExprKind::Text(text) => format!("{text:?}"),
        ExprKind::Boolean(value) => value.to_string(),
        ExprKind::None => "none".to_owned(),
        ExprKind::AsOf => "as_of".to_owned(),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Not(of) => format!("(not {})", written(of)),
        ExprKind::Negate(of) => format!("(-{})", written(of)),
        ExprKind::And(items) => format!("({})", all(items, " and ")),
        ExprKind::Or(items) => format!("({})", all(items, " or ")),
        ExprKind::Compare(op, a, b) => {
            let sign = match op {
                CompareOp::Less => "<",
                CompareOp::LessOrEqual => "<=",
                CompareOp::Greater => ">",
                CompareOp::GreaterOrEqual => ">=",
            };
            format!("({} {sign} {})", written(a), written(b))
        }
        ExprKind::Is { left, right, negated } => {
            format!("({} is{} {})", written(left), if *negated { " not" } else { "" }, written(right))
        }
        ExprKind::IsNone { of, negated } => {
            format!("({} is{} NONE)", written(of), if *negated { " not" } else { "" })
        }
        ExprKind::In { of, among, negated } => {
            format!("({}{} in [{}])", written(of), if *negated { " not" } else { "" }, all(among, ", "))
        }
        ExprKind::Within { of, range, negated } => {
            format!("({}{} in {})", written(of), if *negated { " not" } else { "" }, written_range(range))
        }
        ExprKind::Arithmetic(op, a, b) => {
            let sign = match op {
                ArithmeticOp::Add => "+",
                ArithmeticOp::Subtract => "-",
                ArithmeticOp::Multiply => "*",
                ArithmeticOp::Divide => "/",
            };
            format!("({} {sign} {})", written(a), written(b))
        }
        ExprKind::If { condition, then, otherwise } => {
            let otherwise = otherwise.as_ref().map(|e| format!(" else {}", written(e))).unwrap_or_default();
            format!("(if {} then {}{otherwise})", written(condition), written(then))
        }
        ExprKind::Call { name, arguments } => format!("{}[{}]", name.text, all(arguments, ", ")),
        ExprKind::DaysBetween(a, b) => format!("(days {} {})", written(a), written(b)),
        ExprKind::Aggregate { kind, summed, list, condition } => {
            let word = match kind {
                Aggregate::Any => "any",
                Aggregate::All => "all",
                Aggregate::Count => "count",
                Aggregate::Sum => "sum",
            };
            let summed = summed.as_ref().map(|e| format!("{} over ", written(e))).unwrap_or_default();
            let condition = condition.as_ref().map(|e| format!(" where {}", written(e))).unwrap_or_default();
            format!("({word} {summed}{}{condition})", list.text)
        }
    }
}

fn written_range(range: &Range) -> String {
    let end = |e: &Option<Box<Expr>>| e.as_ref().map(|e| written(e)).unwrap_or_default();
    format!("{}..{}", end(&range.low), end(&range.high))
}

fn written_unit(unit: &UnitExpr) -> String {
    unit.factors.iter().map(|(name, exponent)| format!("{}^{exponent}", name.text)).collect::<Vec<_>>().join(" ")
}

fn expression(text: &str) -> String {
    let whole = format!("define x = {text}");
    let Declaration::Define(define) = only(&whole) else { panic!("{text}") };
    let span = define.body.span;
    assert_eq!(&whole[span.start as usize..span.end as usize], text, "the span of the whole");
    written(&define.body)
}

#[test]
fn operators_bind_as_in_sql() {
    for (text, tree) in [
        ("a or b and not c is d", "(a or (b and (not (c is d))))"),
        ("a and b and c", "(a and b and c)"),
        ("(a and b) and c", "((a and b) and c)"),
        ("a or b or c and d", "(a or b or (c and d))"),
        ("a + b * c - d", "((a + (b * c)) - d)"),
        ("a - b - c", "((a - b) - c)"),
        ("-a * b", "((-a) * b)"),
        ("2 - -3", "(2 - (-3))"),
        ("a < b + 1 and c", "((a < (b + 1)) and c)"),
        ("not a in (b, c) or d", "((not (a in [b, c])) or d)"),
        ("a not in (b)", "(a not in [b])"),
        ("a is not b", "(a is not b)"),
        ("a is not not b", "(a is not (not b))"),
        ("a is none", "(a is NONE)"),
        ("a is not none and a > 5 hours", "((a is not NONE) and (a > 5 hour^1))"),
        ("(a) is (b)", "(a is b)"),
        ("not not a", "(not (not a))"),
        ("a >= 1 and a <= 2 or a < 3 and a > 4", "(((a >= 1) and (a <= 2)) or ((a < 3) and (a > 4)))"),
        ("a / b / c", "((a / b) / c)"),
        ("1 - (2 - 3)", "(1 - (2 - 3))"),
    ] {
        let tree = tree.replace("hour^1", "hours^1");
        assert_eq!(expression(text), tree, "{text}");
    }
}

#[test]
fn what_is_open_to_the_right_reaches_as_far_as_it_can() {
    for (text, tree) in [
        ("if a then b else c + d", "(if a then b else (c + d))"),
        ("1 + if a then b else c + d", "(1 + (if a then b else (c + d)))"),
        ("if a then b else if c then d else e", "(if a then b else (if c then d else e))"),
        ("if if a then b else c then d else e", "(if (if a then b else c) then d else e)"),
        ("any of xs where a or b and c", "(any xs where (a or (b and c)))"),
        ("a and any of xs where b or c", "(a and (any xs where (b or c)))"),
        ("all of xs have a and b", "(all xs where (a and b))"),
        ("count of xs", "(count xs)"),
        ("count of xs > 1", "((count xs) > 1)"),
        ("count of xs where a > 1", "(count xs where (a > 1))"),
        ("sum of a + b over xs where c", "(sum (a + b) over xs where c)"),
        ("sum of a over xs + 1", "((sum a over xs) + 1)"),
        ("days between a + 1 and b is 5 and c", "(((days (a + 1) b) is 5) and c)"),
    ] {
        assert_eq!(expression(text), tree, "{text}");
    }
}

#[test]
fn literals_and_lists_are_what_they_say() {
    for (text, tree) in [
        ("1_000", "1000"),
        ("95.50", "95.5d"),
        ("10 percent", "0.1d"),
        ("0.5 percent", "0.005d"),
        ("95 EUR/hour", "95 EUR^1 hour^-1"),
        ("2 hour*hour/day", "2 hour^1 hour^1 day^-1"),
        ("95 EUR / hours", "(95 EUR^1 / hours)"),
        ("95 EUR/deal.hours", "(95 EUR^1 / deal.hours)"),
        ("2026-01-31", "2026-01-31"),
        ("2026 - 1", "(2026 - 1)"),
        (r#""a \"b\" \\ \n # c""#, r#""a \"b\" \\ \n # c""#),
        ("true is not false", "(true is not false)"),
        ("as_of - 14 days", "(as_of - 14 days^1)"),
        ("a in 30..49", "(a in 30..49)"),
        ("a in 30.. and b", "((a in 30..) and b)"),
        ("a not in ..5", "(a not in ..5)"),
        ("a in -5..b + 1", "(a in (-5)..(b + 1))"),
        ("a in (b + 1)..c", "(a in (b + 1)..c)"),
        ("a in (1, 2 + 3)", "(a in [1, (2 + 3)])"),
        ("f()", "f[]"),
        ("group.table(a, b or c)", "group.table[a, (b or c)]"),
        ("value + item + points", "((value + item) + points)"),
        ("count + sum", "(count + sum)"),
        ("deal.type is refer", "(deal.type is refer)"),
    ] {
        assert_eq!(expression(text), tree, "{text}");
    }
}

#[test]
fn only_the_top_of_a_property_lets_if_go_without_else() {
    let Declaration::Property(p) = only("always p:\n  if a then b and c") else { panic!() };
    assert_eq!(written(&p.condition), "(if a then (b and c))");
    assert!(!p.never);
    for text in ["always p: (if a then b)", "always p: a and if b then c", "always p: if a then if b then c"] {
        assert_eq!(parse(text).1.len(), 1, "{text}");
    }
}

#[test]
fn types_take_range_and_unit_in_either_order() {
    for (text, range, unit, optional) in [
        ("integer", None, None, false),
        ("integer 0..", Some("0.."), None, false),
        ("decimal in EUR/hour 0..100 or none", Some("0..100"), Some("EUR^1 hour^-1"), true),
        ("decimal -5 .. 100 in EUR / hour", Some("(-5)..100"), Some("EUR^1 hour^-1"), false),
        ("date 2026-01-01..2026-12-31", Some("2026-01-01..2026-12-31"), None, false),
        ("client.sort or none", None, None, true),
    ] {
        let Declaration::Fact(fact) = only(&format!("fact x: {text} \"label\"")) else { panic!() };
        assert_eq!(fact.ty.range.as_ref().map(written_range).as_deref(), range, "{text}");
        assert_eq!(fact.ty.unit.as_ref().map(written_unit).as_deref(), unit, "{text}");
        assert_eq!(fact.ty.optional.is_some(), optional, "{text}");
        assert_eq!(fact.label.map(|l| l.value).as_deref(), Some("label"));
    }
    let Declaration::Fact(fact) = only("fact x: list of a up to 1_000") else { panic!() };
    assert!(matches!(fact.ty.kind, TypeKind::List(_, Some((1000, _)))));
}

#[test]
fn clauses_stand_in_any_order_and_labels_in_either_place() {
    let text = "decide d: x\n  because \"why\"\n  rule a \"label\": b\n    because \"r\"\n    until 2026-12-31\n    overrides c, d\n    \
                from 2026-01-01\n    cites s\n    cites s \"t\"\n    refer to \"x\"\n    when e\n  default f\n    because \"g\"";
    let Declaration::Decide(decide) = only(text) else { panic!() };
    assert_eq!(decide.notes.because.unwrap().value, "why");
    let DecideBody::Rules { default: Some(default), rules } = decide.body else { panic!() };
    assert_eq!(default.notes.because.unwrap().value, "g");
    let [rule] = rules.as_slice() else { panic!() };
    assert_eq!(rule.label.as_ref().unwrap().value, "label");
    assert_eq!(rule.overrides.iter().map(|n| n.text.as_str()).collect::<Vec<_>>(), ["c", "d"]);
    assert_eq!(rule.from.unwrap().0.to_string(), "2026-01-01");
    assert_eq!(rule.until.unwrap().0.to_string(), "2026-12-31");
    assert_eq!((rule.notes.cites.len(), rule.notes.refer.len()), (2, 1));
    assert_eq!(written(rule.when.as_ref().unwrap()), "e");
    for text in ["define x: text \"l\" = \"v\"", "define x: text = \"v\" \"l\""] {
        let Declaration::Define(define) = only(text) else { panic!() };
        assert_eq!((define.label.unwrap().value.as_str(), written(&define.body).as_str()), ("l", "\"v\""));
    }
}

#[test]
fn several_declarations_may_share_a_line_and_one_may_take_many() {
    let all = read("fact a: boolean fact b: boolean \"l\" unit hour, hours with 2 decimals");
    assert_eq!(all.len(), 3);
    let all = read("fact\n a # why\n :\n boolean\n\n ask\n \"x\"\nrecord r\n field type: date\n field\n table: date");
    assert_eq!(all.len(), 2);
    let Declaration::Record(record) = &all[1] else { panic!() };
    assert_eq!(record.fields.iter().map(|f| f.name.text.as_str()).collect::<Vec<_>>(), ["type", "table"]);
}

#[test]
fn spans_end_with_the_last_word() {
    let text = "fact a: boolean   # one\n  # two\n\nfact b: boolean \"# no comment\"   \n  # three\n";
    let spans: Vec<_> = read(text)
        .into_iter()
        .map(|d| match d {
            Declaration::Fact(f) => &text[f.span.start as usize..f.span.end as usize],
            _ => panic!(),
        })
        .collect();
    assert_eq!(spans, ["fact a: boolean", "fact b: boolean \"# no comment\""]);
}

#[test]
fn cells_are_values_lists_comparisons_and_ranges() {
    let text = "table t: x\n  collect\n  | a | b + 1 | => out |\n  | any | not c, d | e or f |\n  | first: > 5 hours | 1..5, ..0, 7.. | not a and b |\n  \
                | (c) | none | -5 |";
    let Declaration::Table(table) = only(text) else { panic!() };
    assert_eq!(table.hit.unwrap().0, HitPolicy::Collect);
    assert_eq!(table.columns.iter().map(written).collect::<Vec<_>>(), ["a", "(b + 1)"]);
    let test = |test: &CellTest| match test {
        CellTest::Value(value) => written(value),
        CellTest::Compare(op, value) => format!("{op:?} {}", written(value)),
        CellTest::Within(range) => written_range(range),
    };
    let cell = |kind: &CellKind| match kind {
        CellKind::Any => "ANY".to_owned(),
        CellKind::OneOf(tests) => tests.iter().map(test).collect::<Vec<_>>().join(", "),
        CellKind::NoneOf(tests) => format!("NOT {}", tests.iter().map(test).collect::<Vec<_>>().join(", ")),
    };
    let rows: Vec<_> = table
        .rows
        .iter()
        .map(|row| {
            let name = row.name.as_ref().map(|n| n.text.as_str());
            let cells: Vec<_> = row.cells.iter().map(|c| cell(&c.kind)).collect();
            (name, cells.join(" | "), written(&row.outcome))
        })
        .collect();
    assert_eq!(
        rows,
        [
            (None, "ANY | NOT c, d".to_owned(), "(e or f)".to_owned()),
            (Some("first"), "Greater 5 hours^1 | 1..5, ..0, 7..".to_owned(), "((not a) and b)".to_owned()),
            (None, "c | none".to_owned(), "(-5)".to_owned()),
        ]
    );
}

#[test]
fn a_note_below_the_last_row_is_the_tables_unless_rows_have_notes() {
    let table = |text: &str| match only(text) {
        Declaration::Table(table) => table,
        _ => panic!(),
    };
    let one = table("table t: x\n | a | => b |\n | c | d |\n | e | f |\n because \"all\"");
    assert_eq!(one.notes.because.unwrap().value, "all");
    assert!(one.rows.iter().all(|r| r.notes.is_empty()));
    let each = table("table t: x\n | a | => b |\n | c | d |\n because \"1\"\n | e | f |\n because \"2\"");
    assert!(each.notes.is_empty());
    assert_eq!(each.rows[1].notes.because.as_ref().unwrap().value, "2");
    let both = table("table t: x\n because \"all\"\n | a | => b |\n | c | d |\n because \"1\"");
    assert_eq!(both.notes.because.unwrap().value, "all");
    assert_eq!(both.rows[0].notes.because.as_ref().unwrap().value, "1");
}

#[test]
fn points_belong_to_their_criterion_and_conditions_to_their_points() {
    let text = "rubric r: x\n criterion a\n points 10 when b\n points 5 when c because \"why\"\n points 0 otherwise\n criterion d = 2 * e \"L\"\n \
                band high from 50 because \"f\"\n band low otherwise";
    let Declaration::Rubric(rubric) = only(text) else { panic!() };
    let CriterionBody::Points(points) = &rubric.criteria[0].body else { panic!() };
    let points: Vec<_> = points.iter().map(|p| (written(&p.points), p.when.as_ref().map(written))).collect();
    assert_eq!(
        points,
        [("10".to_owned(), Some("b".to_owned())), ("5".to_owned(), Some("c".to_owned())), ("0".to_owned(), None)]
    );
    assert_eq!(rubric.criteria[0].notes.because.as_ref().unwrap().value, "why");
    assert_eq!(rubric.criteria[1].label.as_ref().unwrap().value, "L");
    assert_eq!(
        rubric.bands.iter().map(|b| b.from.as_ref().map(written)).collect::<Vec<_>>(),
        [Some("50".to_owned()), None]
    );
}
