//! Policies and deals of any size, always the same for the same size: for benches and tests.
//!
//! A generated policy is made of areas, each of which declares what a file of a real pack does: facts
//! of every type, constants, definitions, a record with its decisions, and a decision of every shape.
//! Areas lean on the ones before them, as real files do.

use std::fmt::Write as _;

use fastrand::Rng;

const KINDS: [&str; 6] = ["private", "nonprofit", "government", "academic", "cooperative", "unknown_kind"];
const OUTCOMES: [&str; 5] = ["accept", "review", "defer", "reject", "escalate"];
const REASONS: [&str; 5] = [
    "Work that nothing speaks against is taken on as it comes",
    "What the client can spend has to carry what we would have to promise",
    "A promise that cannot be kept costs more than the work that is turned away",
    "The people who know the client best have the last word",
    "An area that is full can start new work only when other work makes way",
];

fn one_of<'a>(words: &[&'a str], dice: &mut Rng) -> &'a str {
    words[dice.usize(..words.len())]
}

/// The declarations that areas share.
fn head(text: &mut String) {
    text.push_str(
        "policy generated \"Generated policies\"\n\nsource handbook \"The handbook\"\n  at \"https://example.com/handbook\"\n\n\
         unit hour, hours with 2 decimals\n\ncurrency EUR\n\n",
    );
}

/// A policy of `areas` areas (about 7 kB each).
pub(crate) fn policy(areas: usize) -> String {
    let mut text = String::new();
    head(&mut text);
    let mut dice = Rng::with_seed(areas as u64);
    for index in 0..areas {
        area(&mut text, index, &mut dice);
    }
    text
}

/// A policy of at least `bytes` bytes, and of how many areas it is made.
pub(crate) fn policy_of_bytes(bytes: usize) -> (String, usize) {
    let mut text = String::new();
    head(&mut text);
    let mut dice = Rng::with_seed(1);
    let mut index = 0;
    while text.len() < bytes {
        area(&mut text, index, &mut dice);
        index += 1;
    }
    (text, index)
}

/// A condition over the facts of area `a`.
fn condition(a: usize, dice: &mut Rng, parts: usize) -> String {
    let part = |dice: &mut Rng| match dice.usize(..9) {
        0 => format!("a{a}.kind is {}", one_of(&KINDS, dice)),
        1 => format!("a{a}.kind in ({}, {})", KINDS[dice.usize(..3)], KINDS[3 + dice.usize(..3)]),
        2 => format!("a{a}.budget >= {} EUR", 1_000 * (1 + dice.usize(..90))),
        3 => format!("a{a}.load < {}", 5 + dice.usize(..90)),
        4 => format!("not a{a}.existing"),
        5 => format!("a{a}.existing"),
        6 => format!("a{a}.is_large"),
        7 => format!(
            "(a{a}.hours > {}.5 hours or a{a}.load in {}..{})",
            dice.usize(..500),
            dice.usize(..20),
            20 + dice.usize(..60)
        ),
        _ => format!("a{a}.started is not none and a{a}.started < as_of"),
    };
    (0..parts).map(|_| part(dice)).collect::<Vec<_>>().join(" and ")
}

fn notes(text: &mut String, indent: &str, dice: &mut Rng) {
    let reason = one_of(&REASONS, dice);
    let _ = writeln!(text, "{indent}because \"{reason}\"\n{indent}cites handbook \"Section {}\"", dice.usize(..40));
}

fn area(text: &mut String, a: usize, dice: &mut Rng) {
    facts(text, a, dice);
    records(text, a, dice);
    shapes(text, a, dice);
    tables(text, a, dice);
}

fn facts(text: &mut String, a: usize, dice: &mut Rng) {
    let _ = write!(
        text,
        "# Area {a}: what is asked, and what follows from it.\n\n\
         fact a{a}.kind: one of {kinds} \"Kind of client\"\n  ask \"What kind of organisation is it?\"\n  fixed\n\n\
         fact a{a}.existing: boolean \"Existing client\"\n  ask \"Do they have a contract with us?\"\n\n\
         fact a{a}.budget: decimal in EUR 0..10_000_000 \"Budget\"\n  ask \"What can they spend?\"\n\n\
         fact a{a}.hours: decimal in hour 0..10_000 \"Hours a month\"\n\n\
         fact a{a}.load: integer 0..200 \"Load\"\n  presumed {load}\n  judged by \"Planner\"\n\n\
         fact a{a}.limit: integer 0..200 \"Limit\"\n\n\
         fact a{a}.started: date or none \"First contact\"\n\n\
         fact a{a}.note: text \"Note\"\n\n\
         constant a{a}.rate: decimal in EUR/hour \"Rate\"\n  value {rate} EUR/hour from 2025-01-01\n  value {next}.50 EUR/hour from 2026-01-01\n\n\
         constant a{a}.weight: integer \"Weight\" = {weight}\n\n",
        kinds = KINDS.join(", "),
        load = dice.usize(..60),
        rate = 80 + dice.usize(..30),
        next = 110 + dice.usize(..30),
        weight = 2 + dice.usize(..4),
    );
    let before = if a == 0 { "0".to_owned() } else { format!("a{}.score_before", a - 1) };
    let _ = write!(
        text,
        "define a{a}.is_large: boolean \"A large one\" = a{a}.budget > {large} EUR or a{a}.hours > {hours} hours\n\n\
         define a{a}.cost: decimal in EUR = round(a{a}.hours * a{a}.rate * (1 + {margin} percent), 2)\n\n\
         define a{a}.score_before: integer = min({before} + (if a{a}.is_large then 1 else 0), 1_000_000)\n\n",
        large = 10_000 * (1 + dice.usize(..50)),
        hours = 50 + dice.usize(..300),
        margin = 1 + dice.usize(..30),
    );
}

fn records(text: &mut String, a: usize, dice: &mut Rng) {
    let _ = write!(
        text,
        "record item_{a} \"One item\"\n  field users: integer 0..1_000_000 \"Users\"\n  field place: one of here, there, elsewhere \"Place\"\n  \
         field simple: boolean \"Simple\"\n    presumed false\n    judged by \"Client Owner\"\n\n\
         fact a{a}.items: list of item_{a} up to 20 \"Items\"\n\n\
         decide item_{a}.size: one of small, medium, large \"Size of an item\"\n  default small\n",
    );
    notes(text, "    ", dice);
    let _ = writeln!(
        text,
        "\n  rule medium: medium when item_{a}.users > {} and not item_{a}.simple",
        100 + dice.usize(..900)
    );
    notes(text, "    ", dice);
    let _ = writeln!(
        text,
        "\n  rule large: large when item_{a}.users > {} or item_{a}.place is elsewhere\n    overrides medium",
        5_000 + dice.usize(..9_000)
    );
    notes(text, "    ", dice);
    let _ = write!(
        text,
        "\ntable a{a}.item_hours(size: item_{a}_size): decimal in hour \"Hours for an item\"\n  exactly one\n  | size   | => hours |\n  \
         | small  | {s} hours |\n  | medium | {m}.5 hours |\n  | large  | {l} hours |\n\n\
         type item_{a}_size = one of small, medium, large\n\n\
         decide a{a}.item_total: decimal in hour \"Hours for all items\"\n  = sum of a{a}.item_hours(if item_{a}.users > 5_000 then large else if item_{a}.simple then small else medium) over a{a}.items\n\n\
         decide a{a}.any_far: boolean \"Some item is far away\"\n  = any of a{a}.items where item_{a}.place is elsewhere and item_{a}.size is large\n\n",
        s = 1 + dice.usize(..5),
        m = 6 + dice.usize(..5),
        l = 12 + dice.usize(..20),
    );
}

fn shapes(text: &mut String, a: usize, dice: &mut Rng) {
    let _ = writeln!(text, "decide a{a}.answer: one of {} \"What we answer\"\n  default accept", OUTCOMES.join(", "));
    notes(text, "    ", dice);
    let rules = 4 + dice.usize(..5);
    for rule in 0..rules {
        let outcome = OUTCOMES[1 + rule % 4];
        let parts = 1 + dice.usize(..3);
        let _ = writeln!(text, "\n  rule r{rule}: {outcome}\n      when {}", condition(a, dice, parts));
        if rule > 0 {
            let all: Vec<String> = (0..rule).map(|r| format!("r{r}")).collect();
            let _ = writeln!(text, "    overrides {}", all.join(", "));
        }
        if dice.usize(..4) == 0 {
            text.push_str("    from 2025-01-01\n    until 2030-12-31\n");
        }
        if dice.usize(..4) == 0 {
            text.push_str("    refer to \"Planner\" \"Is this worth what it costs?\"\n");
        }
        notes(text, "    ", dice);
    }
    let _ = write!(
        text,
        "\nrubric a{a}.priority: one of high, medium, low \"Priority\"\n  criterion fit = a{a}.weight * a{a}.load \"Fit\"\n  \
         criterion budget \"Budget\"\n    points 20 when a{a}.budget >= 100_000 EUR\n    points 10 when a{a}.budget >= 40_000 EUR\n    points 0 otherwise\n  \
         criterion known \"Known\"\n    points 5 when a{a}.existing\n    points 0 otherwise\n  \
         band high from {high}\n  band medium from {medium}\n  band low otherwise\n\n\
         gate a{a}.room: one of open, limited, closed \"Room\"\n  require load: a{a}.load < a{a}.limit else closed\n",
        high = 100 + dice.usize(..100),
        medium = 30 + dice.usize(..60),
    );
    notes(text, "    ", dice);
    let _ = writeln!(text, "  require hours: a{a}.hours <= {} hours else limited", 100 + dice.usize(..1000));
    notes(text, "    ", dice);
    let _ = write!(text, "\nchecklist a{a}.papers \"What is needed\"\n  item offer \"The offer\"\n");
    for item in 0..2 + dice.usize(..4) {
        let _ = writeln!(text, "  item paper_{item} \"Paper {item}\" when {}", condition(a, dice, 1));
        notes(text, "    ", dice);
    }
    let _ = write!(
        text,
        "\ndecide a{a}.price: decimal in EUR \"Price\"\n  = a{a}.cost + {fee} EUR\n\n\
         decide a{a}.next_contact: date or none \"Next contact\"\n  default none\n  rule soon: a{a}.started + {days} days when a{a}.started is not none\n\n",
        fee = dice.usize(..500),
        days = 1 + dice.usize(..60),
    );
}

fn tables(text: &mut String, a: usize, dice: &mut Rng) {
    let earlier = dice.usize(..a + 1);
    let _ = write!(
        text,
        "table a{a}.accept: one of yes, ask_first, no \"Accept it\"\n  exactly one\n  because \"The room decides, and what came before\"\n  \
         | a{a}.room | a{a}.existing | => answer |\n  | open: open | any | yes |\n  | known: limited | true | yes |\n  \
         | new: limited | false | ask_first |\n  | full: closed | any | no |\n\n\
         table a{a}.step: one of call, mail, wait, drop \"Next step\"\n  first match\n  | a{a}.answer | a{earlier}.priority | a{a}.budget | => step |\n  \
         | accept | high | >= {x}_000 EUR | call |\n  | accept, review | high, medium | any | mail |\n  | defer | any | {y}_000 EUR..{z}_000 EUR | wait |\n  | any | any | any | drop |\n\n\
         always a{a}.large_is_priced:\n  if a{a}.is_large then a{a}.price > 0 EUR\n  because \"Nothing large is free\"\n\n\
         never a{a}.yes_while_closed:\n  a{a}.room is closed and a{a}.accept is yes\n\n",
        x = 10 + dice.usize(..50),
        y = 1 + dice.usize(..5),
        z = 10 + dice.usize(..50),
    );
}

/// A deal in JSON that says everything about the first `areas` areas.
pub(crate) fn deal(areas: usize) -> String {
    let mut dice = Rng::with_seed(areas as u64 ^ 0xDEA1);
    let area = |a: usize| {
        let dice = &mut dice;
        let items: Vec<String> = (0..dice.usize(..4))
            .map(|_| {
                let place = one_of(&["here", "there", "elsewhere"], dice);
                format!("{{\"users\": {}, \"place\": \"{place}\", \"simple\": {}}}", dice.usize(..20_000), dice.bool())
            })
            .collect();
        format!(
            "\"a{a}\": {{\"kind\": \"{}\", \"existing\": {}, \"budget\": {}.{:02}, \"hours\": {}.5, \"load\": {}, \"limit\": {}, \
             \"started\": {}, \"note\": \"as agreed\", \"items\": [{}]}}",
            one_of(&KINDS, dice),
            dice.bool(),
            dice.usize(..200_000),
            dice.usize(..100),
            dice.usize(..400),
            dice.usize(..100),
            dice.usize(..100),
            if dice.usize(..3) == 0 { "null" } else { "\"2026-01-15\"" },
            items.join(", "),
        )
    };
    format!("{{{}}}", (0..areas).map(area).collect::<Vec<_>>().join(",\n"))
}
