//! What uses what: an order in which everything comes after what it uses, or the cycle that prevents it.

use rustc_hash::{FxHashMap, FxHashSet};

use super::names::Declarations;
use super::{Checker, id, index};
use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{DecisionId, DefinitionId, LookupId, Node};

/// Something whose value hangs on others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Dependency {
    Definition(DefinitionId),
    Decision(DecisionId),
    Lookup(LookupId),
}

/// What is used, and where.
pub(super) type Edge = (Dependency, Span);

/// The most tables with parameters that ask each other in a row. Unlike definitions, each is looked up
/// within the other.
const MOST_TABLES: usize = 16;

/// The most steps of a cycle that are labelled one by one.
const MOST_LABELS: usize = 50;

impl Checker<'_> {
    /// Definitions and decisions, each after everything it uses, whether directly or through a table.
    /// Each cycle is reported once.
    pub(super) fn order(&mut self, all: &Declarations<'_>) -> Vec<Node> {
        let edges = std::mem::take(&mut self.edges);
        let definitions = (0..all.definitions.len()).map(|place| Dependency::Definition(id(place)));
        let lookups = (0..all.lookups.len()).map(|place| Dependency::Lookup(id(place)));
        let decisions = (0..all.decisions.len()).map(|place| Dependency::Decision(id(place)));
        let mut walk = Walk { edges: &edges, done: FxHashSet::default(), order: Vec::new(), cycles: Vec::new() };
        for start in definitions.chain(lookups).chain(decisions) {
            walk.from(start);
        }
        let Walk { order, cycles, .. } = walk;
        for cycle in cycles {
            let steps: Vec<(String, Span)> =
                cycle.into_iter().map(|(node, span)| (self.dependency_name(node, all), span)).collect();
            self.report_cycle(&steps);
        }
        self.check_table_depth(all, &edges, &order);
        order
            .into_iter()
            .filter_map(|node| match node {
                Dependency::Definition(definition) => Some(Node::Definition(definition)),
                Dependency::Decision(decision) => Some(Node::Decision(decision)),
                Dependency::Lookup(_) => None,
            })
            .collect()
    }

    /// Tables that ask tables that ask tables: only so far.
    fn check_table_depth(
        &mut self,
        all: &Declarations<'_>,
        edges: &FxHashMap<Dependency, Vec<Edge>>,
        order: &[Dependency],
    ) {
        let mut depths = vec![0usize; all.lookups.len()];
        for node in order {
            let Dependency::Lookup(lookup) = node else { continue };
            let asked = edges.get(node).into_iter().flatten().filter_map(|(used, span)| match used {
                Dependency::Lookup(used) => Some((depths[index(*used)], *span)),
                _ => None,
            });
            let deepest = asked.max_by_key(|(depth, _)| *depth);
            depths[index(*lookup)] = 1 + deepest.map_or(0, |(depth, _)| depth);
            if let Some((MOST_TABLES, span)) = deepest {
                let message = format!("more than {MOST_TABLES} tables with parameters ask each other in a row");
                let name = &all.lookups[index(*lookup)].name;
                self.report(
                    Diagnostic::error(Code::DeepTables, span, message)
                        .here(format!("this one asks the next of {MOST_TABLES}"))
                        .label(name.span, "in this table")
                        .help("put what they do into fewer tables, or pass values on through definitions"),
                );
            }
        }
    }

    fn dependency_name(&self, node: Dependency, all: &Declarations<'_>) -> String {
        match node {
            Dependency::Definition(definition) => all.definitions[index(definition)].name(),
            Dependency::Decision(decision) => all.decisions[index(decision)].0.name().text.clone(),
            Dependency::Lookup(lookup) => all.lookups[index(lookup)].name.text.clone(),
        }
    }

    /// Reports a cycle: each step is what uses something, and where it uses the next one; the last uses
    /// the first.
    pub(super) fn report_cycle(&mut self, steps: &[(String, Span)]) {
        let [(first, span), rest @ ..] = steps else { return };
        let next = |i: usize| steps.get(i + 1).map_or(first.as_str(), |(name, _)| name.as_str());
        let message = match rest {
            [] => format!("`{first}` uses itself"),
            _ => {
                let shown = steps.len().min(MOST_LABELS);
                let names: Vec<String> = steps[..shown].iter().map(|(name, _)| format!("`{name}`")).collect();
                let between = if shown < steps.len() { " → …" } else { "" };
                format!("these use each other in a circle: {}{between} → `{first}`", names.join(" → "))
            }
        };
        let mut report = Diagnostic::error(Code::Cycle, *span, message);
        report = report.here(format!("`{first}` uses `{}` here", next(0)));
        for (i, (name, span)) in steps.iter().enumerate().skip(1).take(MOST_LABELS) {
            report = report.label(*span, format!("`{name}` uses `{}` here", next(i)));
        }
        if steps.len() > MOST_LABELS {
            report = report.help(format!("the circle has {} steps; the first are shown", steps.len()));
        }
        self.report(report.help("each must be known before the next can be: break the circle at one of these places"));
    }
}

/// A walk in depth without recursion.
struct Walk<'e> {
    edges: &'e FxHashMap<Dependency, Vec<Edge>>,
    done: FxHashSet<Dependency>,
    order: Vec<Dependency>,
    cycles: Vec<Vec<(Dependency, Span)>>,
}

impl<'e> Walk<'e> {
    fn uses(&self, node: Dependency) -> &'e [Edge] {
        self.edges.get(&node).map_or(&[], Vec::as_slice)
    }

    fn from(&mut self, start: Dependency) {
        if self.done.contains(&start) {
            return;
        }
        // The way down: each node with how many of its uses have been followed.
        let mut way: Vec<(Dependency, usize)> = vec![(start, 0)];
        let mut on_way: FxHashMap<Dependency, usize> = FxHashMap::from_iter([(start, 0)]);
        let mut reported: FxHashSet<Dependency> = FxHashSet::default();
        while let Some((node, followed)) = way.last_mut() {
            let node = *node;
            let Some(&(used, span)) = self.uses(node).get(*followed) else {
                way.pop();
                on_way.remove(&node);
                self.done.insert(node);
                self.order.push(node);
                continue;
            };
            *followed += 1;
            if let Some(&from) = on_way.get(&used) {
                // One report for a knot of cycles.
                if way[from..].iter().all(|(node, _)| !reported.contains(node)) {
                    let mut cycle = Vec::with_capacity(way.len() - from);
                    for (node, followed) in &way[from..] {
                        reported.insert(*node);
                        let step = self.uses(*node).get(followed.saturating_sub(1)).map_or(span, |edge| edge.1);
                        cycle.push((*node, step));
                    }
                    self.cycles.push(cycle);
                }
            } else if !self.done.contains(&used) {
                on_way.insert(used, way.len());
                way.push((used, 0));
            }
        }
    }
}
