//! Decisions of every shape as rules: the sugar, spelt out.

use std::collections::BTreeSet;

use dealdesk::syntax::ast::{self, Expr, ExprKind};
use jiff::civil::Date;

use super::pack::{Decision, Kind, Pack};

/// A rule of any shape: sugar as the language page spells it out.
pub struct Rule<'a> {
    pub name: String,
    pub condition: Condition<'a>,
    pub outcome: Yields<'a>,
    /// The rules that it overrides by its own words, by their place.
    pub overrides: Vec<usize>,
}

/// When a rule applies.
pub enum Condition<'a> {
    Always,
    Never,
    Holds(&'a Expr),
    /// A requirement applies where it fails.
    Fails(&'a Expr),
    /// A rubric's score reaches a band.
    Reaches(&'a ast::Rubric, &'a Expr),
    Matches(&'a ast::Table, &'a ast::Row),
}

/// What a rule or default yields.
#[derive(Clone, Copy)]
pub enum Yields<'a> {
    Value(&'a Expr),
    Variant(&'a str),
}

#[derive(Clone, Copy, PartialEq)]
pub enum Hit {
    Agree,
    First,
    Collect,
}

pub struct RuleSet<'a> {
    pub hit: Hit,
    pub rules: Vec<Rule<'a>>,
    pub default: Option<Yields<'a>>,
    pub ty: Option<&'a ast::TypeExpr>,
}

impl<'a> RuleSet<'a> {
    /// The rules of a decision that is not computed. Those that are not in force on the date never apply.
    pub fn of(pack: &Pack<'a>, shape: Decision<'a>, as_of: Date) -> RuleSet<'a> {
        match shape {
            Decision::Decide(decide) => plain_rules(decide, as_of),
            Decision::Rubric(rubric) => bands(rubric),
            Decision::Gate(gate) => requirements(pack, gate),
            Decision::Table(table) => rows(table),
            Decision::Checklist(checklist) => items(checklist),
        }
    }
}

fn plain_rules<'a>(decide: &'a ast::Decide, as_of: Date) -> RuleSet<'a> {
    let ast::DecideBody::Rules { default, rules } = &decide.body else {
        panic!("{} is computed", decide.name.text);
    };
    let place = |name: &ast::Name| rules.iter().position(|r| r.name.text == name.text).expect("a rule's name");
    let rule = |rule: &'a ast::Rule| {
        let after_start = rule.from.is_none_or(|(from, _)| from <= as_of);
        let before_end = rule.until.is_none_or(|(until, _)| as_of <= until);
        let condition = match &rule.when {
            _ if !(after_start && before_end) => Condition::Never,
            Some(when) => Condition::Holds(when),
            None => Condition::Always,
        };
        let overrides = rule.overrides.iter().map(place).collect();
        Rule { name: rule.name.text.clone(), condition, outcome: Yields::Value(&rule.outcome), overrides }
    };
    let default = default.as_ref().map(|d| Yields::Value(&d.outcome));
    RuleSet { hit: Hit::Agree, rules: rules.iter().map(rule).collect(), default, ty: Some(&decide.ty) }
}

/// The first outcome is the best and the default; failing requirements override those that fail to a better one.
fn requirements<'a>(pack: &Pack<'a>, gate: &'a ast::Gate) -> RuleSet<'a> {
    let Kind::OneOf(best_to_worst) = pack.ty(&gate.ty).kind else {
        panic!("{} has variants", gate.name.text);
    };
    let badness = |outcome: &Expr| match &outcome.kind {
        ExprKind::Name(variant) => best_to_worst.iter().position(|v| v == variant).expect("a variant"),
        other => panic!("not a variant: {other:?}"),
    };
    let rule = |own: &'a ast::Requirement| {
        let milder = |(at, other): (usize, &'a ast::Requirement)| {
            (badness(&other.outcome) < badness(&own.outcome)).then_some(at)
        };
        let overrides = gate.requirements.iter().enumerate().filter_map(milder).collect();
        let (name, condition) = (own.name.text.clone(), Condition::Fails(&own.condition));
        Rule { name, condition, outcome: Yields::Value(&own.outcome), overrides }
    };
    let default = Some(Yields::Variant(best_to_worst[0]));
    RuleSet { hit: Hit::Agree, rules: gate.requirements.iter().map(rule).collect(), default, ty: Some(&gate.ty) }
}

/// For each rule the rules that it overrides, directly or through others.
pub fn overrides_through_others(rules: &[Rule<'_>]) -> Vec<BTreeSet<usize>> {
    let mut reaches: Vec<BTreeSet<usize>> = rules.iter().map(|r| r.overrides.iter().copied().collect()).collect();
    for _ in rules {
        for at in 0..rules.len() {
            let further: BTreeSet<usize> = reaches[at].iter().flat_map(|&next| reaches[next].clone()).collect();
            reaches[at].extend(further);
        }
    }
    reaches
}

fn bands<'a>(rubric: &'a ast::Rubric) -> RuleSet<'a> {
    let rule = |band: &'a ast::Band| {
        let condition = band.from.as_ref().map_or(Condition::Always, |from| Condition::Reaches(rubric, from));
        let outcome = Yields::Variant(&band.variant.text);
        Rule { name: band.variant.text.clone(), condition, outcome, overrides: Vec::new() }
    };
    let rules = rubric.bands.iter().map(rule).collect();
    RuleSet { hit: Hit::First, rules, default: None, ty: Some(&rubric.ty) }
}

pub fn rows<'a>(table: &'a ast::Table) -> RuleSet<'a> {
    let rule = |(at, row): (usize, &'a ast::Row)| {
        let name = row.name.as_ref().map_or_else(|| format!("row_{}", at + 1), |name| name.text.clone());
        let (condition, outcome) = (Condition::Matches(table, row), Yields::Value(&row.outcome));
        Rule { name, condition, outcome, overrides: Vec::new() }
    };
    let hit = match table.hit.map(|(hit, _)| hit) {
        None | Some(ast::HitPolicy::ExactlyOne) => Hit::Agree,
        Some(ast::HitPolicy::FirstMatch) => Hit::First,
        Some(ast::HitPolicy::Collect) => Hit::Collect,
    };
    RuleSet { hit, rules: table.rows.iter().enumerate().map(rule).collect(), default: None, ty: Some(&table.ty) }
}

fn items<'a>(checklist: &'a ast::Checklist) -> RuleSet<'a> {
    let rule = |item: &'a ast::Item| {
        let condition = item.when.as_ref().map_or(Condition::Always, Condition::Holds);
        let outcome = Yields::Variant(&item.name.text);
        Rule { name: item.name.text.clone(), condition, outcome, overrides: Vec::new() }
    };
    RuleSet { hit: Hit::Collect, rules: checklist.items.iter().map(rule).collect(), default: None, ty: None }
}
