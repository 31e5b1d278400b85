//! What each shape is lowered to.

use std::fmt::Write as _;
use std::path::Path;

use dealdesk::facts::Type;
use dealdesk::policy::{ExprId, ExprKind, Node, Policy, RuleSet, Shape, Window};

use crate::{compile_text, describe, policy_files};

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
    insta::with_settings!({ snapshot_path => "../snapshots/check", omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(describe_policy(&policy.unwrap()));
    });
}

/// The conditions and computed outcomes of decisions, each with the record it is about.
fn expressions(policy: &Policy) -> Vec<(Option<&str>, ExprId)> {
    let mut all = Vec::new();
    for (_, d) in policy.decisions.iter() {
        let record = d.scope.map(|record| policy.schema.records[record].name.as_str());
        all.extend(d.rules.rules.iter().filter_map(|rule| rule.condition).map(|condition| (record, condition)));
        if let Shape::Computed(body) = d.shape {
            all.push((record, body));
        }
    }
    let properties = policy.properties.values().filter(|p| p.scope.is_none());
    all.extend(properties.map(|p| (None, p.condition)));
    all
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test reads its fixtures")]
fn an_expression_that_is_printed_reads_back_as_itself() {
    let read = |paths: Vec<std::path::PathBuf>| -> Vec<String> {
        paths.into_iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
    };
    let packs = [read(policy_files("rules")), read(policy_files("tests/fixtures/lowering"))];
    for pack in packs {
        // One file after the other: their titles would be clauses out of place.
        let pack = pack.iter().map(|text| text.split_once('\n').unwrap().1).collect::<Vec<_>>().join("\n");
        let (policy, found, sources) = compile_text("pack.policy", &pack);
        assert_eq!(describe(&found, &sources), "nothing found");
        let policy = policy.unwrap();
        let (mut again, mut printed) = (pack, Vec::new());
        for (i, (record, expr)) in expressions(&policy).into_iter().enumerate() {
            let text = policy.text_of(expr);
            let group = record.map_or(String::new(), |record| format!("{record}."));
            let _ = writeln!(again, "\ndefine {group}printed_{i} = {text}");
            printed.push((format!("{group}printed_{i}"), text));
        }
        assert!(printed.len() > 15, "only {} expressions", printed.len());
        let (policy, found, sources) = compile_text("again.policy", &again);
        let policy = policy.unwrap_or_else(|| panic!("{}", describe(&found, &sources)));
        for (name, text) in printed {
            let (_, definition) = policy.definitions.iter().find(|(_, d)| d.name == name).unwrap();
            assert_eq!(policy.text_of(definition.body), text);
        }
    }
}
