//! What the layout is, place by place.

use crate::promise::hold;

#[track_caller]
fn formats(text: &str, expected: &str) {
    assert_eq!(hold(text).as_deref(), Some(expected));
}

#[test]
fn every_clause_has_its_line_and_its_indentation() {
    formats(
        "policy p   \"P\" fact a : integer  in hour 0 .. 5 \"A\" ask \"?\"\n presumed   3 fact b:boolean\n\
         decide d:one of x ,y default x because \"r\" rule r \"R\" : y when b overrides s,t from 2026-01-01 until 2026-02-01\n\
         rule s:x cites   h \"S\"\nrule t: x",
        "policy p \"P\"\n\nfact a: integer in hour 0..5 \"A\"\n  ask \"?\"\n  presumed 3\nfact b: boolean\n\n\
         decide d: one of x, y\n  default x\n    because \"r\"\n  rule r \"R\": y when b\n    overrides s, t\n    \
         from 2026-01-01 until 2026-02-01\n  rule s: x\n    cites h \"S\"\n  rule t: x\n",
    );
    formats(
        "always p:a\nrubric r:t criterion c=1 because \"c\" criterion d points 5 when a\npoints 0 otherwise\nband x from 5\nband y otherwise because \"y\"",
        "always p:\n  a\n\nrubric r: t\n  criterion c = 1\n    because \"c\"\n  criterion d\n    points 5 when a\n    \
         points 0 otherwise\n  band x from 5\n  band y otherwise\n    because \"y\"\n",
    );
    formats(
        "constant c: decimal\nvalue 1 from 2026-01-01\nvalue 2 from 2026-02-01\nbecause \"it is so\"",
        "constant c: decimal\n  value 1 from 2026-01-01\n  value 2 from 2026-02-01\n  because \"it is so\"\n",
    );
}

#[test]
fn operators_have_blanks_and_signs_have_none() {
    formats(
        "define a=-b*( - c+2)-  - 3 hours/day\ndefine b = x in 1 .. - 2 and not y not in ..5 or z in 1 + 1 .. \n\
         define c = f ( a,- 1 ) + 10/2 * 3 EUR / n",
        "define a = -b * (-c + 2) - -3 hours/day\ndefine b = x in 1..-2 and not y not in ..5 or z in 1 + 1..\n\
         define c = f(a, -1) + 10 / 2 * 3 EUR / n\n",
    );
    formats(
        "fact a: decimal in  EUR / hour 0 .. or  none\nfact b: integer .. 5\nfact c: date 2026-01-01 ..2026-12-31",
        "fact a: decimal in EUR/hour 0.. or none\nfact b: integer ..5\nfact c: date 2026-01-01..2026-12-31\n",
    );
}

#[test]
fn a_date_is_one_word_whatever_follows_it() {
    // What is subtracted stands so near that at first glance all of it is one long number.
    let close = dealdesk::base::SourceFile::new("a.policy", "define a = 2027-2199-12-31-01");
    let formatted = dealdesk::syntax::format::format(dealdesk::base::FileId(0), &close).unwrap();
    assert_eq!(formatted, "define a = 2027 - 2199-12-31 - 01\n");
}

#[test]
fn lines_that_are_too_long_are_broken_where_the_expression_is_loosest() {
    let name = |letter: &str| letter.repeat(30);
    let [a, b, c, d] = ["a", "b", "c", "d"].map(name);
    formats(
        &format!("decide x: t rule r: y when {a} and {b} or {c} and ({d} or {a} or {b} or {c})"),
        &format!(
            "decide x: t\n  rule r: y\n      when {a} and {b}\n           or {c}\n              and ({d}\n                   or {a}\n                   or {b}\n                   or {c})\n"
        ),
    );
    formats(
        &format!("fact x: one of {a}, {b}, {c}, {d}, {a}_2 \"A label\""),
        &format!("fact x: one of {a}, {b}, {c},\n    {d}, {a}_2\n  \"A label\"\n"),
    );
    formats(
        &format!("define x = if {a} then {b} else if {c} then {d} else {a}"),
        &format!(
            "define x\n  = if {a}\n      then {b}\n      else if {c}\n             then {d}\n             else {a}\n"
        ),
    );
}

#[test]
fn the_columns_of_a_table_are_as_wide_as_their_widest_cell() {
    formats(
        "table t(n: integer): text first match\n|n|=>o|\n| naive :1 , 2|\"漢字\"|\n# between\n|not ( 3 )..4|\"b\"| # beside\n because \"b\"\n|any|\"c\"|\ncites h",
        "table t(n: integer): text\n  first match\n  | n           | => o   |\n  | naive: 1, 2 | \"漢字\" |\n  # between\n  \
         | not (3)..4  | \"b\"    |  # beside\n    because \"b\"\n  | any         | \"c\"    |\n    cites h\n",
    );
}

#[test]
fn notes_below_the_last_row_are_indented_as_what_they_belong_to() {
    formats(
        "table t: x\n| a | => o |\n| 1 | 2 |\nbecause \"all of it\"",
        "table t: x\n  | a | => o |\n  | 1 | 2    |\n  because \"all of it\"\n",
    );
}

#[test]
fn comments_stay_where_they_are() {
    formats(
        "# first\n\n\n#second\npolicy p # the title\n# of the fact\nfact a: boolean # beside\n    # of its parts\n  ask \"?\" # longer\n  fixed\n  # still of a\n\n# of b\nfact b: boolean\n    # at the end  \n# of the file",
        "# first\n\n#second\npolicy p  # the title\n\n# of the fact\nfact a: boolean  # beside\n  # of its parts\n  ask \"?\"  # longer\n  fixed\n  # still of a\n\n# of b\nfact b: boolean\n  # at the end\n# of the file\n",
    );
    formats(
        "define a = b # one\n  and c # two\n  # three\n  or # four\n d",
        "define a\n  = b         # one\n       and c  # two\n    # three\n    or  # four\n    d\n",
    );
    formats("# nothing else", "# nothing else\n");
    formats(" \n\t\n", "");
}

#[test]
fn comments_beside_lines_that_follow_each_other_are_aligned() {
    formats(
        "unit hour, hours # long\ncurrency EUR # short\n\nunit day # alone",
        "unit hour, hours  # long\ncurrency EUR      # short\n\nunit day  # alone\n",
    );
}

#[test]
fn single_blank_lines_stay_between_parts_and_nowhere_else() {
    formats(
        "fact a: boolean\n\n\n\nfact b: boolean\n\n  ask \"?\"\n\n  fixed\nfact c: boolean\ndecide d: t\n\n  default x\n\n    because \"x\"\n\n\n  rule r: y\n  rule s: y\nfact e: boolean",
        "fact a: boolean\n\nfact b: boolean\n  ask \"?\"\n  fixed\nfact c: boolean\n\ndecide d: t\n  default x\n    because \"x\"\n\n  rule r: y\n  rule s: y\n\nfact e: boolean\n",
    );
}
