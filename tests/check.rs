//! What the checker says about policies: fixtures as data, the pages of the codes, and the pack in `rules/`.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use dealdesk::base::{FileId, SourceFile, Sources, Span};
use dealdesk::check::{Manifest, check};
use dealdesk::diagnostic::{Code, Diagnostic};
use dealdesk::facts::Type;
use dealdesk::policy::{ExprId, ExprKind, Node, Policy, RuleSet, Shape, Window};
use dealdesk::syntax::{self, ast};

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

/// A rule set in the policy's words, one rule a line.
fn describe_rules(policy: &Policy, rules: &RuleSet, ty: &Type) -> String {
    let mut out = String::new();
    for (i, rule) in rules.rules.iter().enumerate() {
        let _ = write!(out, "  {i} {}: {}", rule.name, policy.text_of(rule.outcome));
        if let Some(condition) = rule.condition {
            let _ = write!(out, " when {}", policy.text_of(condition));
        }
        if !rule.overrides.is_empty() {
            let _ = write!(out, " overrides {:?}", rule.overrides);
        }
        if rule.window != Window::default() {
            let _ = write!(out, " {:?}", rule.window);
        }
        if rule.notes.because.is_some() || !rule.notes.cites.is_empty() || !rule.notes.refer.is_empty() {
            let _ = write!(out, " {:?}", rule.notes);
        }
        out.push('\n');
    }
    if let Some(default) = &rules.default {
        let _ = writeln!(out, "  default {}", policy.text_of(default.outcome));
    }
    let _ = writeln!(out, "  {:?} of {ty:?}", rules.hit);
    out
}

/// A policy as the checker lowers it.
fn describe_policy(policy: &Policy) -> String {
    let mut out = String::new();
    for (_, fact) in policy.schema.facts.iter() {
        let _ = writeln!(out, "fact {}: {:?} presumed {:?}", fact.name, fact.ty, fact.presumed);
    }
    for (_, constant) in policy.constants.iter() {
        let _ = writeln!(out, "constant {}: {:?}", constant.name, constant.ty.number().map(|n| (n.kind, &n.unit)));
        for (from, value) in &constant.values {
            let _ = writeln!(out, "  {from:?} {}", policy.text_of_value(value, &constant.ty));
        }
    }
    for (_, d) in policy.definitions.iter() {
        let checked = if matches!(policy.exprs[d.body].kind, ExprKind::Checked(_)) { " (checked)" } else { "" };
        let each = if d.scope.is_some() { " for each" } else { "" };
        let _ = writeln!(out, "define {}{each} = {}{checked}", d.name, policy.text_of(d.body));
    }
    for (_, lookup) in policy.lookups.iter() {
        let parameters: Vec<&str> = lookup.parameters.iter().map(|(name, _)| name.as_str()).collect();
        let _ = writeln!(out, "table {}({})", lookup.name, parameters.join(", "));
        out.push_str(&describe_rules(policy, &lookup.rules, &lookup.ty));
    }
    for (_, d) in policy.decisions.iter() {
        let each = if d.scope.is_some() { " for each" } else { "" };
        let _ = writeln!(out, "decide {}{each}", d.name);
        out.push_str(&describe_rules(policy, &d.rules, &d.ty));
        let texts = |exprs: &[ExprId]| exprs.iter().map(|e| policy.text_of(*e)).collect::<Vec<_>>().join(" | ");
        match &d.shape {
            Shape::Computed(body) => {
                let _ = writeln!(out, "  = {}", policy.text_of(*body));
            }
            Shape::Rubric { criteria, thresholds, .. } => {
                for criterion in criteria {
                    let _ = writeln!(out, "  criterion {} = {}", criterion.name, policy.text_of(criterion.points));
                }
                let from: Vec<String> =
                    thresholds.iter().map(|t| t.map_or("otherwise".to_owned(), |t| policy.text_of(t))).collect();
                let _ = writeln!(out, "  bands from {}", from.join(", "));
            }
            Shape::Table { columns, cells, outcome } => {
                let _ = writeln!(out, "  | {} | => {outcome}", texts(columns));
                for row in cells {
                    let row: Vec<String> =
                        row.iter().map(|cell| cell.map_or("any".to_owned(), |cell| policy.text_of(cell))).collect();
                    let _ = writeln!(out, "  | {}", row.join(" | "));
                }
            }
            Shape::Rules | Shape::Gate | Shape::Checklist => {}
        }
    }
    for (_, p) in policy.properties.iter() {
        let word = if p.never { "never" } else { "always" };
        let each = if p.scope.is_some() { " for each" } else { "" };
        let _ = writeln!(out, "{word} {}{each}: {}", p.name, policy.text_of(p.condition));
    }
    let order: Vec<&str> = policy
        .order
        .iter()
        .map(|node| match node {
            Node::Definition(d) => policy.definitions[*d].name.as_str(),
            Node::Decision(d) => policy.decisions[*d].name.as_str(),
        })
        .collect();
    let _ = writeln!(out, "in this order: {}", order.join(", "));
    out
}

#[test]
fn every_shape_is_lowered_to_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/lowering/everything.policy");
    let text = std::fs::read_to_string(path).unwrap();
    let (policy, found, sources) = compile_text("everything.policy", &text);
    assert_eq!(describe(&found, &sources), "nothing found");
    insta::assert_snapshot!(describe_policy(&policy.unwrap()));
}

/// A file of definitions `d0 = not d1`, `d1 = not d2`, and so on, the last of which is `not last`. Every
/// other one leaves its type out. Made without the parser, whose business the length of a file is.
fn chain(length: usize, last: &str) -> ast::File {
    let start = "fact start: boolean\n\ndecide first: boolean = d0\n";
    let source = SourceFile::new("chain.policy", start);
    let (mut file, found) = syntax::parse(FileId(0), &source);
    assert_eq!(found, []);
    let span = Span::new(FileId(0), 0, 0);
    for i in 0..length {
        let used = if i + 1 < length { format!("d{}", i + 1) } else { last.to_owned() };
        let used = ast::Expr { kind: ast::ExprKind::Name(used), span };
        let boolean = ast::TypeExpr { kind: ast::TypeKind::Boolean, range: None, unit: None, optional: None, span };
        file.declarations.push(ast::Declaration::Define(ast::Define {
            name: ast::Name { text: format!("d{i}"), span },
            ty: (i % 2 == 0).then_some(boolean),
            label: None,
            body: ast::Expr { kind: ast::ExprKind::Not(Box::new(used)), span },
            span,
        }));
    }
    file
}

#[test]
fn a_chain_of_a_hundred_thousand_definitions_is_put_in_order() {
    let (policy, found) = check(&Manifest::default(), &[chain(100_000, "start")], &Sources::new());
    assert_eq!(found, []);
    let order = policy.unwrap().order;
    assert_eq!(order.len(), 100_001);
    assert!(matches!(order.last(), Some(Node::Decision(_))));
}

#[test]
fn a_circle_of_a_hundred_thousand_definitions_is_one_error() {
    let (policy, found) = check(&Manifest::default(), &[chain(100_000, "d0")], &Sources::new());
    assert!(policy.is_none());
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::Cycle]);
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

#[test]
fn a_rubric_of_too_many_criteria_is_refused() {
    let mut text = String::from("rubric rating: one of high, low\n");
    for i in 0..101 {
        let _ = writeln!(text, "  criterion c{i} = 1");
    }
    text.push_str("  band high from 3\n  band low otherwise\n");
    let (_, found, sources) = compile_text("a.policy", &text);
    insta::assert_snapshot!(describe(&found, &sources), @r"
    error E0413: `rating` has 101 criteria, more than the 100 that are allowed
      at 1:8 `rating`: too many criteria
      help: split it, or write it as a table
    ");
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
