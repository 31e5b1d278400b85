//! What the checker says about policies, and what it makes of them.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod hostile;
mod large;
mod lowering;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use dealdesk::base::{SourceFile, Sources, Span};
use dealdesk::check::{Manifest, check};
use dealdesk::diagnostic::Diagnostic;
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

pub(crate) fn compile_text(name: &str, text: &str) -> (Option<Policy>, Vec<Diagnostic>, Sources) {
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
pub(crate) fn describe(found: &[Diagnostic], sources: &Sources) -> String {
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

pub(crate) fn policy_files(dir: &str) -> Vec<PathBuf> {
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
    insta::glob!("../fixtures/check", "*.policy", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let (_, mut found, sources) = compile_text(path.file_name().unwrap().to_str().unwrap(), &text);
        // What the parser says is its own tests' business.
        let all = found.len();
        found.retain(|d| !d.code.as_str().starts_with("E01"));
        let unread = if found.len() < all { "(besides what could not be read)\n\n" } else { "" };
        insta::with_settings!({ snapshot_path => "../snapshots/check", omit_expression => true, prepend_module_to_snapshot => false }, {
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

#[test]
fn the_manifest_reports_only_decisions() {
    let text = "fact flag: boolean\n\ndecide discount: boolean = flag\n";
    let manifest = Manifest { report: ["discount", "discuont", "flag"].map(Into::into).into(), ..Manifest::default() };
    let (policy, found, sources) = compile(&manifest, [("a.policy", text)]);
    assert!(policy.is_none());
    insta::assert_snapshot!(describe(&found, &sources), @r"
    error E0510: the manifest reports `discuont`, which nothing declares
      help: did you mean `discount`?

    error E0510: the manifest reports `flag`, which is a fact
    ");
}
