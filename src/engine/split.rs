//! Where to split a space of completions, so that its parts leave less open.

use super::assumption::{Assumption, OpenRelation, Signs};
use super::lift::Deps;
use super::relation::Hints;
use super::space::{Domain, ListDomain, Slot, Space};
use super::survey::Survey;
use super::world::VariableKind;
use crate::policy::Node;

/// How many places to cut a fact are tried in the order in which they were met.
const FEW_CUTS: usize = 8;

impl Survey<'_, '_> {
    /// Splits `space` where that settles most: at a hint, else the smallest fact among `deps`; never `except`.
    pub(super) fn split(
        &self,
        space: &Space,
        deps: &Deps,
        hints: &Hints,
        except: Option<usize>,
    ) -> Option<(Space, Space)> {
        let wanted = |var: usize| deps.contains(var) && Some(var) != except;
        let target = Node::Decision(self.decision);
        let nodes = hints.nodes.iter().rev().filter(|n| n.node != target && n.deps.ones().all(wanted));
        if let Some(open) = nodes.into_iter().next() {
            let with = |is| {
                let mut part = space.clone();
                part.assumptions.push(Assumption::Node { node: open.node, value: open.value.clone(), is });
                part
            };
            return Some((with(true), with(false)));
        }
        if let Some(parts) = cut_in_the_middle(space, hints.cuts.iter().filter(|(slot, _)| wanted(slot.var))) {
            return Some(parts);
        }
        for relation in hints.relations.iter().filter(|r| r.deps.ones().all(wanted)) {
            if let Some(parts) = assume(space, relation) {
                return Some(parts);
            }
        }
        let mut by_size: Vec<(u128, usize)> =
            deps.ones().filter(|&v| wanted(v) && !space.is_point(v)).map(|v| (size(space, v), v)).collect();
        by_size.sort_unstable();
        by_size.into_iter().find_map(|(_, var)| match space.domain(var) {
            Domain::Scalar(_) => cut_slot(space, Slot { var, field: None }, None),
            Domain::List(_) => self.split_list(space, var),
        })
    }

    /// Splits an unknown list: its length first, then its records one by one.
    fn split_list(&self, space: &Space, var: usize) -> Option<(Space, Space)> {
        let Domain::List(list) = space.domain(var) else { return None };
        let VariableKind::List { fields, .. } = &self.world.variables[var].kind else { return None };
        let with = |change: &dyn Fn(&mut ListDomain)| {
            let (mut part, mut list) = (space.clone(), list.clone());
            change(&mut list);
            part.set(var, Domain::List(list));
            part
        };
        if list.low < list.high {
            let full: Vec<_> = fields.iter().map(|coding| coding.full).collect();
            let shortest = with(&|list| {
                list.high = list.low;
                list.elements.resize(list.low as usize, full.clone());
            });
            return Some((shortest, with(&|list| list.low += 1)));
        }
        let described =
            with(&|list| list.elements.resize_with(list.high as usize, || fields.iter().map(|c| c.full).collect()));
        for element in 0..list.high as usize {
            for field in 0..fields.len() {
                if let Some(parts) = cut_slot(&described, Slot { var, field: Some((element, field)) }, None) {
                    return Some(parts);
                }
            }
        }
        None
    }
}

/// Splits a space into where a comparison holds and where it does not.
fn assume(space: &Space, relation: &OpenRelation) -> Option<(Space, Space)> {
    let rest = Signs::of(Signs::ALL.iter().filter(|&s| !relation.wanted.iter().any(|w| w == s)));
    let with = |signs| {
        let mut part = space.clone();
        part.assumptions.push(Assumption::Relation { pair: relation.pair.clone(), signs });
        part
    };
    (!rest.is_empty() && !relation.wanted.is_empty()).then(|| (with(relation.wanted), with(rest)))
}

fn size(space: &Space, var: usize) -> u128 {
    match space.domain(var) {
        Domain::Scalar(interval) => interval.size(),
        Domain::List(_) => u128::MAX,
    }
}

/// Splits the first slot that one of `cuts` splits, at that in the middle of those that do: of a thousand
/// thresholds it takes ten splits to settle one.
fn cut_in_the_middle<'h>(space: &Space, cuts: impl Iterator<Item = &'h (Slot, i128)>) -> Option<(Space, Space)> {
    let mut first: Option<Slot> = None;
    let mut inside: Vec<i128> = Vec::new();
    for &(slot, cut) in cuts {
        if first.is_none_or(|first| first == slot) && cut_slot(space, slot, Some(cut)).is_some() {
            first = Some(slot);
            inside.push(cut);
        }
    }
    // The first one met is the most telling where there are few.
    if inside.len() > FEW_CUTS {
        inside.sort_unstable();
    }
    let middle = if inside.len() > FEW_CUTS { inside.len() / 2 } else { 0 };
    cut_slot(space, first?, inside.get(middle).copied())
}

/// Splits one slot at `cut`, or in halves; `None` where it is a point or the cut lies outside.
pub(super) fn cut_slot(space: &Space, slot: Slot, cut: Option<i128>) -> Option<(Space, Space)> {
    let interval = *space.interval(slot)?;
    if interval.is_point() {
        return None;
    }
    let splits_none = interval.none && interval.has_codes();
    if !splits_none && cut.is_some_and(|c| c <= interval.low || interval.high < c) {
        return None;
    }
    let (one, other) = interval.split(cut);
    Some((space.with_interval(slot, one)?, space.with_interval(slot, other)?))
}
