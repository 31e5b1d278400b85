//! The examples of the documentation run, and what it says about codes and limits is so.
//!
//! Which fenced blocks are run, and how, is said at [`run::page`].

#![allow(clippy::expect_used, clippy::panic, reason = "a test may fail")]

mod answer;
mod limits;
mod pack;
mod page;
mod run;

use std::collections::BTreeSet;
use std::path::PathBuf;

use dealdesk::diagnostic::Code;
use dealdesk::syntax::words;

pub(crate) fn docs(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs").join(path)
}

#[allow(clippy::disallowed_methods, reason = "a test reads the pages it is about")]
pub(crate) fn read(path: &str) -> String {
    let path = docs(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn the_examples_of_the_language_page_run() {
    let (blocks, wrong) = run::page(&read("language.md"), None);
    let problems = run::report("docs/language.md", &wrong);
    assert!(problems.is_empty(), "\n{problems}");
    assert!(blocks > 60, "only {blocks} blocks were found");
}

#[test]
fn the_reference_part_of_the_language_page_holds() {
    let (_, wrong) = run::page(include_str!("reference.md"), None);
    let problems = run::report("tests/docs/reference.md", &wrong);
    assert!(problems.is_empty(), "\n{problems}");
}

#[test]
fn the_examples_of_the_page_on_testing_run() {
    let (blocks, wrong) = run::page(&read("testing.md"), None);
    let problems = run::report("docs/testing.md", &wrong);
    assert!(problems.is_empty(), "\n{problems}");
    assert_eq!(blocks, 5, "a policy, three files of cases and a snapshot");
}

#[test]
fn the_example_of_the_page_on_formatting_compiles() {
    let (blocks, wrong) = run::page(&read("formatting.md"), None);
    let problems = run::report("docs/formatting.md", &wrong);
    assert!(problems.is_empty(), "\n{problems}");
    assert_eq!(blocks, 1);
}

#[test]
fn the_examples_of_the_readme_run() {
    let (blocks, wrong) = run::page(&read("../README.md"), None);
    let problems = run::report("README.md", &wrong);
    assert!(problems.is_empty(), "\n{problems}");
    assert_eq!(blocks, 2, "a policy and a deal");
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let files = docs("codes").read_dir().expect("docs/codes").map(|f| f.expect("a file").file_name());
    let pages: BTreeSet<String> = files.map(|name| name.to_string_lossy().into_owned()).collect();
    let codes: BTreeSet<String> = Code::ALL.iter().map(|code| format!("{code}.md")).collect();
    assert_eq!(pages, codes);
}

/// Pages without examples that this test could run: what they are about is no text, or a text too large to print.
const WITHOUT_EXAMPLES: &[&str] =
    &["E0120", "E0413", "E0414", "E0501", "E0502", "E0503", "E0504", "E0505", "E0506", "E0509"];

#[test]
fn the_page_of_a_code_has_an_example_that_gives_it_and_one_that_is_mended() {
    let mut problems = String::new();
    for code in Code::ALL {
        let file = format!("docs/codes/{code}.md");
        let text = read(&format!("codes/{code}.md"));
        let heading = format!("# {code}: {}", code.title());
        if text.lines().next() != Some(&heading) {
            problems.push_str(&format!(
                "{file}:1\n    expected: {heading}\n    came:     {}\n",
                text.lines().next().unwrap_or("")
            ));
        }
        let mut blocks = page::blocks(&text);
        blocks.retain(|b| run::KINDS.contains(&b.kind()));
        let fails = blocks.iter().any(|b| b.has("fails"));
        let mended = blocks.iter().rposition(|b| b.has("fails")) < blocks.iter().rposition(|b| !b.has("fails"));
        let exempt = WITHOUT_EXAMPLES.contains(&code.as_str());
        if exempt != blocks.is_empty() {
            problems.push_str(&format!("{file}\n    expected: examples, or an entry in the list of pages without\n"));
        } else if !(exempt || fails && mended) {
            problems
                .push_str(&format!("{file}\n    expected: an example that fails, and behind it one that is mended\n"));
        }
        let (_, wrong) = run::page(&text, Some(code.as_str()));
        problems.push_str(&run::report(&file, &wrong));
    }
    assert!(problems.is_empty(), "\n{problems}");
}

/// The words in backticks on the lines of the language page between two pieces of its text.
fn words_between(page: &str, from: &str, to: &str) -> BTreeSet<String> {
    let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("the page lacks `{from}`"));
    let (part, _) = rest.split_once(to).unwrap_or_else(|| panic!("the page lacks `{to}`"));
    part.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_language_page_lists_the_words_of_the_language() {
    let page = read("language.md");
    let all = words::DECLARATIONS.iter().chain(words::CLAUSES).chain(words::EXPRESSIONS);
    let (reserved, others): (BTreeSet<&str>, BTreeSet<&str>) = all.partition(|word| words::is_reserved(word));
    let listed = words_between(&page, "They may be later parts: `deal.from` is a name.", "Further words");
    assert_eq!(listed, reserved.iter().map(|w| (*w).to_owned()).collect());
    let clauses =
        others.into_iter().filter(|w| words::CLAUSES.contains(w) || *w == "with").map(str::to_owned).collect();
    assert_eq!(words_between(&page, "may not be units:", "The name of a field"), clauses);
}

/// The harness itself: each of these pages says something that is not so.
#[test]
fn examples_that_do_not_do_what_their_page_says_are_reported() {
    let policy = "```policy\nfact a: boolean\ndecide d: boolean = a\n```\n";
    let wrong = |text: &str, own| run::page(text, own).1.into_iter().map(|w| (w.line, w.came)).collect::<Vec<_>>();
    assert_eq!(wrong(policy, None), []);
    assert_eq!(wrong(&policy.replace("= a", "= b"), None)[0].0, 1);
    assert_eq!(wrong(&policy.replace("```policy", "```policy fails E0203"), None), [(1, "nothing".to_owned())]);
    assert_eq!(wrong(&policy.replace("```policy", "```policy fails"), Some("E0203")), [(1, "nothing".to_owned())]);
    let deal = format!("{policy}```ron deal\n( a: 1 )\n```\n");
    assert_eq!(wrong(&deal, None)[0].0, 5);
    let answer = format!("{policy}```ron deal\n( a: true )\n```\n\n```answer\nd: no\ne: no\n```\n");
    assert_eq!(wrong(&answer, None), [(10, "d: yes".to_owned()), (11, "no decision is called `e`".to_owned())]);
    assert_eq!(wrong(&answer.replace("d: no\ne: no", "d: yes"), None), []);
    assert_eq!(wrong(&answer[policy.len()..], None)[0].1, "none");
}

#[test]
fn the_index_names_every_page_and_only_pages_that_exist() {
    let index = read("README.md");
    let linked: BTreeSet<&str> = index.split("](").skip(1).filter_map(|l| l.split(')').next()).collect();
    let there = docs("").read_dir().expect("docs").map(|f| f.expect("a file"));
    let there = there.map(|f| {
        let slash = if f.path().is_dir() { "/" } else { "" };
        format!("{}{slash}", f.file_name().to_string_lossy())
    });
    let there: BTreeSet<String> = there.filter(|name| name != "README.md").collect();
    assert_eq!(linked, there.iter().map(String::as_str).collect());
}
