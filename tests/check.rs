//! What the checker says about policies: fixtures as data, the pages of the codes, and the pack in `rules/`.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use dealdesk::base::{SourceFile, Sources, Span};
use dealdesk::check::{Manifest, check};
use dealdesk::diagnostic::{Code, Diagnostic};
use dealdesk::policy::Policy;
use dealdesk::syntax;

/// Parses and checks files that are given by name and text.
fn compile<'t>(
    manifest: &Manifest,
    files: impl IntoIterator<Item = (&'t str, &'t str)>,
) -> (Option<Policy>, Vec<Diagnostic>, Sources) {
    let mut sources = Sources::new();
    let (mut parsed, mut found) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let file = SourceFile::new(name, text);
        let id = sources.add(file.clone());
        let (file, problems) = syntax::parse(id, &file);
        parsed.push(file);
        found.extend(problems);
    }
    let (policy, problems) = check(manifest, &parsed, &sources);
    found.extend(problems);
    (policy, found, sources)
}

/// A fixture may hold several files, each after a line `# file: NAME`.
fn split(name: &str, text: &str) -> Vec<(String, String)> {
    let mut files = vec![(name.to_owned(), String::new())];
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("# file: ") {
            Some(next) => files.push((next.trim().to_owned(), String::new())),
            None => files.last_mut().unwrap().1.push_str(line),
        }
    }
    files.retain(|(_, text)| !text.trim().is_empty());
    files
}

fn compile_text(name: &str, text: &str) -> (Option<Policy>, Vec<Diagnostic>, Sources) {
    let files = split(name, text);
    compile(&Manifest::default(), files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

/// A place as `2:6 "client.kind"`.
fn place(sources: &Sources, span: Span) -> String {
    let (file, position) = sources.locate(span).unwrap();
    let several = sources.iter().count() > 1;
    let file = if several { format!("{file}:") } else { String::new() };
    let text: Vec<&str> = sources.slice(span).split_whitespace().collect();
    let text = text.join(" ");
    let shown: String = text.chars().take(60).collect();
    let dots = if shown.len() < text.len() { "…" } else { "" };
    format!("{file}{}:{} `{shown}{dots}`", position.line, position.column)
}

/// Diagnostics in a form made for reading in a snapshot.
fn describe(found: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for d in found {
        let _ = writeln!(out, "{} {}: {}", d.severity.word(), d.code, d.message);
        if let Some(primary) = &d.primary {
            let _ = writeln!(out, "  at {}: {}", place(sources, primary.span), primary.message);
        }
        for label in &d.labels {
            let _ = writeln!(out, "   - {}: {}", place(sources, label.span), label.message);
        }
        for help in &d.help {
            match &help.edit {
                Some(edit) if edit.span.start == edit.span.end => {
                    let _ = writeln!(out, "  help: {} [insert {:?}]", help.message, edit.replacement);
                }
                Some(edit) => {
                    let what = sources.slice(edit.span);
                    let _ = writeln!(out, "  help: {} [{what:?} becomes {:?}]", help.message, edit.replacement);
                }
                None => {
                    let _ = writeln!(out, "  help: {}", help.message);
                }
            }
        }
        out.push('\n');
    }
    if out.is_empty() { "nothing found".to_owned() } else { out }
}

fn policy_files(dir: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(dir))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "policy"))
        .collect();
    files.sort();
    files
}

#[test]
fn fixtures_give_the_diagnostics_beside_them() {
    insta::glob!("fixtures/check/*.policy", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let (_, mut found, sources) = compile_text(path.file_name().unwrap().to_str().unwrap(), &text);
        // What the parser says is its own tests' business.
        let all = found.len();
        found.retain(|d| !d.code.as_str().starts_with("E01"));
        let unread = if found.len() < all { "(besides what could not be read)\n\n" } else { "" };
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("{unread}{}", describe(&found, &sources)));
        });
    });
}

#[test]
fn the_pack_in_rules_has_no_errors_and_no_findings() {
    let texts: Vec<(String, String)> = policy_files("rules")
        .into_iter()
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    let report = ["lead.priority", "capacity", "instance.tier", "proposal.contents"];
    let manifest = Manifest { report: report.map(Into::into).into(), ..Manifest::default() };
    let (policy, found, sources) = compile(&manifest, texts.iter().map(|(n, t)| (n.as_str(), t.as_str())));
    assert_eq!(describe(&found, &sources), "nothing found");
    let policy = policy.unwrap();
    assert_eq!(policy.report.len(), 4);
    assert_eq!(policy.since, Some(jiff::civil::date(2025, 1, 1)));
    assert_eq!(policy.order.len(), policy.definitions.len() + policy.decisions.len());
}

/// The fenced blocks of a page, with the words after the fence.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(words)) => open = Some((words.to_owned(), String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// Codes whose failing example is no little file: a limit, and the manifest.
const WITHOUT_EXAMPLE: [Code; 2] = [Code::TooManyParts, Code::UnknownReport];

#[test]
fn the_examples_on_the_pages_fail_and_compile_as_they_say() {
    let mut wrong = String::new();
    for &code in Code::ALL {
        let families = ["E02", "E03", "E04", "E051", "W070"];
        if !families.iter().any(|family| code.as_str().starts_with(family)) {
            continue;
        }
        let page = code.page();
        assert!(page.starts_with(&format!("# {code}: {}\n", code.title())), "the heading of {code}");
        let blocks = blocks(page);
        let failing: Vec<_> = blocks.iter().filter(|(words, _)| words == "policy fails").collect();
        let mended: Vec<_> = blocks.iter().filter(|(words, _)| words == "policy").collect();
        if WITHOUT_EXAMPLE.contains(&code) {
            continue;
        }
        assert_eq!((failing.len(), mended.len()), (1, 1), "the examples of {code}");
        let (_, found, sources) = compile_text("example.policy", &failing[0].1);
        let codes: Vec<Code> = found.iter().map(|d| d.code).collect();
        if codes != [code] {
            let _ = writeln!(wrong, "the failing example of {code} gives\n{}", describe(&found, &sources));
        }
        let (policy, found, sources) = compile_text("example.policy", &mended[0].1);
        if policy.is_none() || !found.is_empty() {
            let _ = writeln!(wrong, "the mended example of {code} gives\n{}", describe(&found, &sources));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
