//! Mistakes made on purpose: each differs from the policy it is made in, says what it changes, and can be decided by.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where something cannot be had")]

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use dealdesk::mutate::{self, Compared, Mutant, Operator, Sample, Subject, Told};
use dealdesk::policy::Policy;
use dealdesk::{Pack, civil::date};

/// Something of every kind.
const EVERYTHING: &str = r#"
currency EUR
type size = one of small, medium, large
fact client.existing: boolean
fact client.since: date or none
fact client.kind: one of private, nonprofit, government
fact order.total: decimal in EUR 0..1_000_000
fact order.pieces: integer 0..100
  presumed 0
fact order.urgent: boolean
  presumed false

constant limit: decimal in EUR
  value 100 EUR from 2025-01-01
  value 120 EUR from 2026-01-01
constant share: decimal = 10 percent

define is_known: boolean = client.since is not none and client.since < 2026-01-01

decide discount: one of none_given, five, ten
  default none_given
  rule loyal: five when client.existing or is_known
  rule large: ten when order.total >= limit and client.kind in (private, nonprofit)
    overrides loyal
    from 2026-01-01 until 2026-12-31
  rule urgent: none_given when not (order.urgent or order.pieces in 1..9)
    overrides large, loyal

decide saved: decimal in EUR = round(order.total * share / 2, 2)

rubric rating: one of high, low
  criterion pieces = 2 * order.pieces
  criterion kind
    points 5 when client.kind is private
    points 0 otherwise
  band high from 10
  band low otherwise

gate accept: one of yes, ask, no
  require amount: order.total > 5.5 EUR else no
  require pieces: order.pieces > 0 else ask

table parcel: size
  exactly one
  | order.pieces | client.existing | => size |
  | 0..9         | any             | small  |
  | >= 10        | true            | medium |
  | >= 10        | false           | large  |

checklist papers
  item invoice
  item note when order.pieces > 1
"#;

fn everything() -> Pack {
    Pack::compile([("a.policy", EVERYTHING)]).unwrap()
}

fn rules() -> Pack {
    Pack::load(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).unwrap()
}

fn mutants(pack: &Pack) -> Vec<Mutant> {
    mutate::mutants(pack.policy(), pack.sources())
}

fn words(pack: &Pack, mutants: &[Mutant]) -> String {
    let mut text = String::new();
    for mutant in mutants {
        let words = mutate::words(pack.policy(), pack.sources(), mutant);
        let place = words.place.as_ref().unwrap();
        writeln!(text, "{}:{} {}: {}", place.file, place.line, mutant.owner, mutant.operator.words()).unwrap();
        words.before.iter().filter(|line| !words.after.contains(line)).for_each(|l| writeln!(text, "- {l}").unwrap());
        words.after.iter().filter(|line| !words.before.contains(line)).for_each(|l| writeln!(text, "+ {l}").unwrap());
    }
    text
}

#[test]
fn every_kind_of_mistake_is_made_and_says_what_it_changes() {
    let pack = everything();
    let all = mutants(&pack);
    insta::assert_snapshot!("mutants", words(&pack, &all));
    let of = |operator| all.iter().filter(|mutant| mutant.operator == operator).count();
    // Counted by hand in the text above.
    for (operator, count) in [
        (Operator::Rule, 3),
        (Operator::Override, 2),
        (Operator::Row, 3),
        (Operator::Band, 1),
        (Operator::Requirement, 2),
        (Operator::Item, 2),
        (Operator::Criterion, 2),
        (Operator::Window, 4),
        (Operator::Negation, 2),
        (Operator::Member, 2),
        // Two values by a cent and two dates by a day; one share by a percent.
        (Operator::Constant, 10),
        // Fewer pieces than none do not fit.
        (Operator::Presumption, 4),
    ] {
        assert_eq!(of(operator), count, "{operator:?}");
    }
}

#[test]
fn every_mutant_is_another_policy_that_decides_any_deal() {
    for pack in [everything(), rules()] {
        let text = |policy: &Policy| format!("{policy:?}");
        let original = text(pack.policy());
        let subject = Subject { policy: pack.policy(), sources: pack.sources(), cases: &[] };
        for mutant in mutants(&pack) {
            let words = mutate::words(pack.policy(), pack.sources(), &mutant);
            assert!(words.before != words.after && !words.before.is_empty(), "{mutant:?}: {words:?}");
            let mutated = mutant.apply(pack.policy());
            assert_ne!(text(&mutated), original, "{words:?}");
            assert_eq!(text(pack.policy()), original);
            let reach = mutate::reach(pack.policy(), &mutated);
            let (telling, tried) = mutate::tell_apart(&subject, &mutant, &mutated, &reach, 40, &|| true);
            let Told::By(telling) = telling else {
                assert_eq!(tried, 40, "{words:?}");
                continue;
            };
            for change in &telling.changes {
                assert_ne!(change.before, change.after, "{words:?}");
            }
        }
    }
}

#[test]
fn a_boundary_that_no_case_stands_on_is_told_by_a_deal_that_does() {
    let pack = Pack::compile([(
        "a.policy",
        "fact n: integer 0..1_000\nfact other: boolean\ndecide high: boolean = n >= 417\ndecide b: boolean = other",
    )])
    .unwrap();
    let subject = Subject { policy: pack.policy(), sources: pack.sources(), cases: &[] };
    let turned = mutants(&pack).into_iter().find(|mutant| mutant.operator == Operator::Comparison).unwrap();
    let mutated = turned.apply(pack.policy());
    let reach = mutate::reach(pack.policy(), &mutated);
    assert_eq!(reach.iter().flatten().collect::<Vec<_>>(), ["high"]);
    assert!(!mutate::proven_equal(pack.policy(), &mutated, &reach));
    assert_eq!(mutate::judge(&subject, &mutated, &reach), None);
    let (telling, _) = mutate::tell_apart(&subject, &turned, &mutated, &reach, 1_000, &|| true);
    let Told::By(telling) = telling else { panic!("{telling:?}") };
    let deal = dealdesk::facts::write::ron(&pack.policy().schema, &telling.deal);
    assert_eq!(deal, "(\n    n: 417,\n)\n");
    assert_eq!(telling.changes.iter().map(ToString::to_string).collect::<Vec<_>>(), ["high: yes → no"]);
    assert_eq!(telling.as_of, date(2026, 1, 1));
    // A search that may not go on tries nothing, which is another thing than finding nothing.
    let (none, tried) = mutate::tell_apart(&subject, &turned, &mutated, &reach, 0, &|| true);
    assert!(matches!((none, tried), (Told::ByNone, 0)));
    let (none, tried) = mutate::tell_apart(&subject, &turned, &mutated, &reach, 1_000, &|| false);
    assert!(matches!((none, tried), (Told::Unfinished, 0)));
}

/// What becomes of the mistakes of one kind in a policy, by comparing all deals.
fn compared(text: &str, operator: Operator) -> Vec<Compared> {
    let pack = Pack::compile([("a.policy", text)]).unwrap();
    let subject = Subject { policy: pack.policy(), sources: pack.sources(), cases: &[] };
    let all = mutants(&pack).into_iter().filter(|mutant| mutant.operator == operator);
    let compared = all.map(|mutant| {
        let mutated = mutant.apply(pack.policy());
        let reach = mutate::reach(pack.policy(), &mutated);
        mutate::compare(&subject, &mutant, &mutated, &reach, &|| true)
    });
    compared.collect()
}

#[test]
fn a_mistake_of_no_consequence_is_proved_to_be_none() {
    // Whatever is over 500 is over 5, and over 4 and 6.
    let text = "fact n: integer 0..1_000\ndecide high: boolean = n > 500 and n > 5";
    let all = compared(text, Operator::Threshold);
    let equal = all.iter().filter(|compared| matches!(compared, Compared::Equal)).count();
    assert_eq!((all.len(), equal), (4, 2));
    // The same value by another rule is another decision, which a case would notice.
    let text =
        "fact n: integer 0..9\ndecide d: one of a, b\n  default a\n  rule one: b when n > 3\n  rule two: b when n > 4";
    assert!(compared(text, Operator::Rule).iter().all(|compared| matches!(compared, Compared::Told(_))));
}

#[test]
fn a_deal_that_nobody_finds_by_trying_is_found() {
    let text = "fact n: integer 0..1_000_000_000\nfact m: integer 0..1_000_000_000\n\
                decide met: boolean = n + 17 * m is 123_456_789 and n > 1_000";
    let pack = Pack::compile([("a.policy", text)]).unwrap();
    let subject = Subject { policy: pack.policy(), sources: pack.sources(), cases: &[] };
    let turned = mutants(&pack).into_iter().find(|mutant| mutant.operator == Operator::Threshold).unwrap();
    let mutated = turned.apply(pack.policy());
    let reach = mutate::reach(pack.policy(), &mutated);
    let (told, _) = mutate::tell_apart(&subject, &turned, &mutated, &reach, 500, &|| true);
    assert!(matches!(told, Told::ByNone), "{told:?}");
    let Compared::Told(telling) = mutate::compare(&subject, &turned, &mutated, &reach, &|| true) else {
        panic!("it is not told apart")
    };
    assert_eq!(telling.changes.len(), 1);
}

#[test]
fn of_presumptions_and_of_what_was_stopped_nothing_is_proved() {
    let text = "fact n: integer 0..9\n  presumed 3\ndecide d: boolean = n > 5 or n <= 5";
    assert!(compared(text, Operator::Presumption).iter().all(|compared| matches!(compared, Compared::Open)));
    let pack = Pack::compile([("a.policy", text)]).unwrap();
    let subject = Subject { policy: pack.policy(), sources: pack.sources(), cases: &[] };
    let turned = mutants(&pack).into_iter().find(|mutant| mutant.operator == Operator::Threshold).unwrap();
    let mutated = turned.apply(pack.policy());
    let reach = mutate::reach(pack.policy(), &mutated);
    let stopped = mutate::compare(&subject, &turned, &mutated, &reach, &|| false);
    assert!(matches!(stopped, Compared::Unfinished | Compared::Told(_)), "{stopped:?}");
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test writes files")]
fn cases_that_are_suggested_are_read_and_leave_nothing_to_suggest() {
    use std::process::Command;
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("pack.ron", "(name: \"a\", version: \"1\")");
    write(
        "a.policy",
        "fact n: integer 0..100\nfact kind: one of a, b\ntype size = one of small, large\nrecord part\n  \
         field weight: integer 0..9\nfact parts: list of part up to 3\ndecide size: size\n  default small\n  \
         rule many: large when n > 41 and kind is a\ndecide part.heavy: boolean = part.weight > 5\n\
         checklist papers\n  item note when kind is b\n",
    );
    let run = |arguments: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_dealdesk")).args(arguments).current_dir(&folder).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (done.status.code(), text(done.stdout) + &text(done.stderr))
    };
    let (code, said) = run(&["test", "--suggest=cases"]);
    assert_eq!(code, Some(1), "{said}");
    let first = std::fs::read_to_string(folder.path().join("cases/suggested.ron")).unwrap();
    // What is expected is what is decided, and every case can be read.
    let (code, said) = run(&["test", "--accept"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = run(&["test", "--suggest=cases"]);
    assert_eq!((code, said.starts_with("nothing to suggest")), (Some(0), true), "{said}");
    let (code, said) = run(&["mutate"]);
    assert!(code == Some(0) && said.contains("0 survived"), "{said}");
    // Nothing is overwritten.
    std::fs::remove_dir_all(folder.path().join("cases")).unwrap();
    std::fs::create_dir(folder.path().join("other")).unwrap();
    write("other/suggested.ron", "somebody's own");
    let (_, said) = run(&["test", "--suggest=other"]);
    assert!(said.contains("suggested-2.ron"), "{said}");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("other/suggested.ron"), "somebody's own");
    assert!(read("other/suggested-2.ron").lines().count() == first.lines().count());
}

#[test]
fn a_sample_is_the_same_for_the_same_seed_and_in_order() {
    let pack = rules();
    let sources = Arc::new(pack.sources().clone());
    let pick = |names: &[&str], max, seed| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let sample = Sample { names, max, seed };
        let picked = sample.of(mutants(&pack), |span| sources.locate(span).map_or("", |(file, _)| file));
        words(&pack, &picked)
    };
    assert_eq!(pick(&[], Some(10), 7), pick(&[], Some(10), 7));
    assert_ne!(pick(&[], Some(10), 7), pick(&[], Some(10), 8));
    assert_eq!(pick(&[], Some(100_000), 1), words(&pack, &mutants(&pack)));
    let billing = pick(&["discovery.billing"], None, 0);
    assert!(billing.lines().filter(|line| line.contains(".policy:")).all(|line| line.contains(" discovery.billing: ")));
    assert!(billing.lines().count() > 10, "{billing}");
    assert!(pick(&["leads"], None, 0).contains("lead.terms_risk"));
}

/// Whether a process has begun to listen for Ctrl-C; `None` once it has ended.
#[cfg(target_os = "linux")]
#[allow(clippy::disallowed_methods, reason = "a test looks at a process")]
fn listens(process: u32) -> Option<bool> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"))?;
    let caught = u64::from_str_radix(caught.trim(), 16).ok()?;
    Some(caught & 0b10 != 0)
}

#[cfg(target_os = "linux")]
#[test]
#[allow(clippy::disallowed_methods, reason = "a test writes files")]
fn who_ends_it_early_sees_what_was_found_so_far() {
    use std::process::{Command, Stdio};
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    std::fs::create_dir(folder.path().join("cases")).unwrap();
    write("pack.ron", "(name: \"a\", version: \"1\")");
    // To look for a deal that tells another presumption would take for ever: there is none, and it is not proved.
    write(
        "a.policy",
        "fact total: integer 0..9\nfact odd: boolean\n  presumed false\ndecide large: one of yes, no\n  default no\n  \
         rule r: yes when total > 5 or (odd and not odd)\n",
    );
    write("cases/a.ron", "(name: \"a\", as_of: \"2026-03-01\", deal: (total: 7), expect: (large: yes))");
    let mut command = Command::new(env!("CARGO_BIN_EXE_dealdesk"));
    let command = command.args(["mutate", "--tries", "9999999999"]).current_dir(folder.path());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while listens(child.id()) == Some(false) {
        std::thread::yield_now();
    }
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let ended = child.wait_with_output().unwrap();
    let told = String::from_utf8(ended.stdout).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{told}{}", String::from_utf8(ended.stderr).unwrap());
    assert!(told.contains(": it was interrupted"), "{told}");
}
