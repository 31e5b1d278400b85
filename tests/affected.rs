//! The decisions that an edit can reach, against all decisions before and after it: on the shipped pack, edited in many
//! small ways, and the example deals.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test reads files, and fails where it cannot")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dealdesk::policy::affected;
use dealdesk::trace::Summary;
use dealdesk::{Format, Options, Pack, civil::date};

type Files = Vec<(String, String)>;

fn files() -> Files {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut names: Vec<String> = fs::read_dir(&rules)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".policy") || name == "pack.ron")
        .collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), fs::read_to_string(rules.join(&name)).unwrap())).collect()
}

/// Small edits of one line, whether they make sense or not.
fn edits(line: &str) -> Vec<String> {
    let swap = |from: &str, to: &str| line.contains(from).then(|| line.replacen(from, to, 1));
    let digit = line.find(|c: char| c.is_ascii_digit()).map(|at| format!("{}1{}", &line[..at], &line[at..]));
    let swaps = [
        swap(" and ", " or "),
        swap(" or ", " and "),
        swap(" not ", " "),
        swap(" >= ", " > "),
        swap(" <= ", " < "),
        swap("when ", "when not "),
        swap("because \"", "because \"Perhaps: "),
        swap("presumed false", "presumed true"),
        Some(format!("# {line}")),
    ];
    swaps.into_iter().chain([digit]).flatten().collect()
}

/// Packs that differ from the shipped one in one line, and compile.
fn mutants(files: &Files, every: usize) -> Vec<Pack> {
    let lines = files.iter().enumerate().flat_map(|(file, (_, text))| {
        text.lines().enumerate().map(move |(line, text)| (file, line, text)).collect::<Vec<_>>()
    });
    let all = lines.flat_map(|(file, line, text)| edits(text).into_iter().map(move |edit| (file, line, edit)));
    all.step_by(every)
        .filter_map(|(file, line, edit)| {
            let mut files = files.clone();
            let mut lines: Vec<&str> = files[file].1.lines().collect();
            lines[line] = &edit;
            files[file].1 = lines.join("\n");
            Pack::compile(files).ok()
        })
        .collect()
}

fn summary(pack: &Pack, path: &Path, only: Option<&BTreeSet<String>>) -> Option<Summary> {
    let format = Format::from_extension(path.extension()?.to_str()?)?;
    // Where a fact has gone, the deal cannot be read.
    let deal = pack.read_deal("deal", &fs::read_to_string(path).unwrap(), format).ok()?;
    let only = only.map(|names| names.iter().filter_map(|name| pack.policy().decision_by_name(name)).collect());
    let options = Options { explain: false, only, ..Options::default() };
    Some(Summary::of(deal.decide_with(date(2026, 3, 1), &options).data()))
}

#[test]
fn what_an_edit_does_not_reach_is_answered_as_before() {
    let files = files();
    let pack = Pack::compile(files.clone()).unwrap();
    let mut deals: Vec<_> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/deals"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    deals.sort();
    let before: Vec<_> = deals.iter().map(|deal| summary(&pack, deal, None).unwrap()).collect();
    // With EVERY_EDIT in the environment it takes minutes.
    let every = std::env::var_os("EVERY_EDIT").map_or(23, |_| 1);
    let (mut few, mut moved, mut mutated) = (0, 0, 0);
    for (i, mutant) in mutants(&files, every).iter().enumerate() {
        mutated += 1;
        let all: BTreeSet<String> = mutant.policy().decisions.iter().map(|(_, d)| d.name.clone()).collect();
        let Some(reached) = affected(pack.policy(), mutant.policy()) else { continue };
        few += usize::from(reached.len() < all.len() / 2);
        // Some of the deals for each edit, all of them in the end.
        for (deal, before) in deals.iter().zip(&before).skip(i % 4).step_by(4) {
            let after = summary(mutant, deal, None).unwrap();
            // To take them alone is to take them as among all.
            for entry in summary(mutant, deal, Some(&reached)).unwrap().entries {
                assert_eq!(after.get(&entry.name), Some(&entry), "{} in {}", entry.name, deal.display());
            }
            for entry in &before.entries {
                if !reached.contains(entry.decision()) && all.contains(entry.decision()) {
                    assert_eq!(after.get(&entry.name), Some(entry), "{} in {}", entry.name, deal.display());
                }
            }
            moved += usize::from(*before != after);
        }
    }
    // It tells edits apart, and the edits are such that they change something.
    assert!(few * 2 > mutated && moved > 5, "{few} of {mutated} edits reach few decisions, {moved} changes");
}

#[test]
fn a_comment_reaches_nothing_and_a_fact_everything() {
    let texts = |policy: &str| Pack::compile([("a.policy", policy.to_owned())]).unwrap();
    const POLICY: &str = "fact a: boolean\nfact b: boolean\ndefine both: boolean = a and b\n\
        decide one: boolean = both\ndecide two: boolean = one\ndecide three: boolean = a\n";
    let pack = texts(POLICY);
    let reached = |from: &str, to: &str| {
        assert!(POLICY.contains(from));
        let after = texts(&POLICY.replace(from, to));
        affected(pack.policy(), after.policy()).map(|names| names.into_iter().collect::<Vec<_>>().join(" "))
    };
    assert_eq!(reached("fact b", "\n# A comment that moves what follows\nfact b").as_deref(), Some(""));
    assert_eq!(reached("a and b", "a or b").as_deref(), Some("one two"));
    assert_eq!(reached("= one", "= not one").as_deref(), Some("two"));
    assert_eq!(reached("decide three: boolean", "decide three: boolean \"Three\"").as_deref(), Some("three"));
    assert_eq!(reached("decide three", "decide four").as_deref(), Some("four"));
    assert_eq!(reached("fact b: boolean", "fact b: boolean presumed true"), None);
}
