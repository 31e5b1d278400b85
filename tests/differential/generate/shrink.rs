//! Smaller cases than a given one: the same with one thing left out, or one expression made simpler.

use super::Case;
use super::model::{Criterion, E, Shape, Table};
use crate::reference::Val;

/// Every case that is one step smaller. Many are no longer well-formed; those are passed over where they are tried.
pub fn smaller(case: &Case) -> Vec<Case> {
    let mut all = Vec::new();
    let mut with = |change: &dyn Fn(&mut Case) -> bool| {
        let mut smaller = case.clone();
        if change(&mut smaller) {
            all.push(smaller);
        }
    };
    let pack = &case.pack;
    each(pack.decisions.len(), |i| with(&|c| removes(&mut c.pack.decisions, i)));
    each(pack.definitions.len(), |i| with(&|c| removes(&mut c.pack.definitions, i)));
    each(pack.lookups.len(), |i| with(&|c| removes(&mut c.pack.lookups, i)));
    each(pack.constants.len(), |i| with(&|c| removes(&mut c.pack.constants, i)));
    each(pack.enums.len(), |i| with(&|c| removes(&mut c.pack.enums, i)));
    each(pack.facts.len(), |i| {
        with(&|c| {
            let fact = c.pack.facts.remove(i);
            c.deal.remove(&fact.name);
            true
        });
        with(&|c| c.pack.facts[i].presumed.take().is_some());
    });
    for (i, record) in pack.records.iter().enumerate() {
        with(&|c| {
            let record = c.pack.records.remove(i);
            record.lists.iter().for_each(|list| drop(c.deal.remove(list)));
            true
        });
        with(&|c| {
            let unused = c.pack.records[i].lists.pop();
            unused.is_some_and(|list| {
                c.deal.remove(&list);
                !c.pack.records[i].lists.is_empty()
            })
        });
        each(record.fields.len(), |field| {
            with(&|c| {
                let removed = c.pack.records[i].fields.remove(field);
                for list in &record.lists {
                    if let Some(Val::List(given)) = c.deal.get_mut(list) {
                        given.iter_mut().for_each(|r| drop(r.remove(&removed.name)));
                    }
                }
                true
            });
            with(&|c| c.pack.records[i].fields[field].presumed.take().is_some());
        });
    }
    each(pack.decisions.len(), |i| {
        each(parts(&pack.decisions[i].shape), |part| with(&|c| remove_part(&mut c.pack.decisions[i].shape, part)));
    });
    for (i, lookup) in pack.lookups.iter().enumerate() {
        each(lookup.table.rows.len(), |row| with(&|c| removes(&mut c.pack.lookups[i].table.rows, row)));
    }
    for deal in case.better_known_deals() {
        with(&|c| {
            c.deal = deal.clone();
            true
        });
    }
    for list in pack.records.iter().flat_map(|r| &r.lists) {
        if let Some(Val::List(given)) = case.deal.get(list) {
            each(given.len(), |at| {
                with(&|c| match c.deal.get_mut(list) {
                    Some(Val::List(given)) => removes(given, at),
                    _ => false,
                });
            });
        }
    }
    let count = pack.clone().expressions_mut().len();
    for which in 0..count {
        for path in paths(pack.clone().expressions_mut()[which]) {
            for simpler in simpler(at(pack.clone().expressions_mut()[which], &path)) {
                with(&|c| {
                    *at(c.pack.expressions_mut()[which], &path) = simpler.clone();
                    true
                });
            }
        }
    }
    all
}

fn each(count: usize, f: impl FnMut(usize)) {
    (0..count).for_each(f);
}

fn removes<T>(items: &mut Vec<T>, at: usize) -> bool {
    items.remove(at);
    true
}

/// How many parts of a decision can be left out.
fn parts(shape: &Shape) -> usize {
    match shape {
        Shape::Computed(_) => 0,
        Shape::Rules { rules, .. } => 1 + 3 * rules.len(),
        Shape::Rubric { criteria, bands } => 2 * criteria.len() + bands.len(),
        Shape::Gate(requirements) => requirements.len(),
        Shape::Table(table) => table.rows.len() + table.columns.len(),
        Shape::Checklist(items) => 2 * items.len(),
    }
}

fn remove_part(shape: &mut Shape, part: usize) -> bool {
    match shape {
        Shape::Computed(_) => false,
        Shape::Rules { default, .. } if part == 0 => default.take().is_some(),
        Shape::Rules { rules, .. } => {
            let (rule, part) = ((part - 1) / 3, (part - 1) % 3);
            match part {
                0 => {
                    let removed = rules.remove(rule);
                    rules.iter_mut().for_each(|r| r.overrides.retain(|o| *o != removed.name));
                    true
                }
                1 => !std::mem::take(&mut rules[rule].overrides).is_empty(),
                _ => rules[rule].from.take().is_some() | rules[rule].until.take().is_some(),
            }
        }
        Shape::Rubric { criteria, bands } => match part.checked_sub(2 * criteria.len()) {
            Some(band) => removes(bands, band),
            None if part.is_multiple_of(2) => removes(criteria, part / 2),
            None => match &mut criteria[part / 2].1 {
                Criterion::Points(lines) if lines.len() > 1 => removes(lines, 0),
                _ => false,
            },
        },
        Shape::Gate(requirements) => removes(requirements, part),
        Shape::Table(Table { rows, .. }) if part < rows.len() => removes(rows, part),
        Shape::Table(Table { rows, columns, .. }) => {
            let column = part - rows.len();
            rows.iter_mut().for_each(|r| drop(r.cells.remove(column)));
            removes(columns, column)
        }
        Shape::Checklist(items) if part.is_multiple_of(2) => removes(items, part / 2),
        Shape::Checklist(items) => items[part / 2].1.take().is_some(),
    }
}

/// The way to every part of an expression, itself included.
fn paths(e: &E) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for (i, child) in e.children().into_iter().enumerate() {
        all.extend(paths(child).into_iter().map(|path| [&[i], path.as_slice()].concat()));
    }
    all
}

fn at<'e>(e: &'e mut E, path: &[usize]) -> &'e mut E {
    match path.split_first() {
        None => e,
        Some((&first, rest)) => at(e.children_mut().swap_remove(first), rest),
    }
}

/// What an expression may be replaced with.
fn simpler(e: &E) -> Vec<E> {
    let mut all: Vec<E> = e.children().into_iter().cloned().collect();
    if let E::And(parts) | E::Or(parts) = e {
        let again = |parts| if matches!(e, E::And(_)) { E::And(parts) } else { E::Or(parts) };
        for left_out in 0..parts.len() {
            let rest: Vec<E> =
                parts.iter().enumerate().filter(|(i, _)| *i != left_out).map(|(_, e)| e.clone()).collect();
            if rest.len() > 1 {
                all.push(again(rest));
            }
        }
    }
    if !matches!(e, E::Atom(_)) {
        all.extend(["true", "false", "0", "1", "low"].iter().map(|text| E::atom(*text)));
    }
    all
}
