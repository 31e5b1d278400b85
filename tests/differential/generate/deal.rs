//! Random deals of a pack, of which only so much is unknown that every completion can be tried.

use std::collections::BTreeSet;

use dealdesk::base::Number;

use super::dice::Dice;
use crate::reference::deal::{Deal, Record, Val};
use crate::reference::pack::{Kind, Pack};

/// A deal that leaves at most `limit` completions.
pub fn deal(dice: &mut Dice<'_>, pack: &Pack<'_>, always_given: &BTreeSet<String>, limit: usize) -> Deal {
    let texts: BTreeSet<String> = ["one", "two", "three"].iter().map(|t| (*t).to_owned()).collect();
    let mut budget = Budget { left: limit, texts: pack.texts.len() + 3 };
    let mut facts: Vec<_> = pack.facts.iter().collect();
    dice.shuffle(&mut facts);
    let mut deal = Deal::new();
    for (&name, fact) in facts {
        if always_given.contains(name) {
            deal.insert(name.to_owned(), Val::Number(Number::integer(dice.roll(5) as i128)));
            continue;
        }
        let ty = pack.ty(&fact.ty);
        let is_text = matches!(ty.kind, Kind::Text);
        let unknown = dice.percent(50);
        let Kind::List(record, up_to) = ty.kind else {
            let domain = pack.domain(&fact.ty, &texts);
            if !(unknown && budget.spend(domain.len(), is_text)) {
                deal.insert(name.to_owned(), dice.pick(&domain).clone());
            }
            continue;
        };
        let fields = || record.fields.iter().map(|f| (f, pack.domain(&f.ty, &texts)));
        let has_text = record.fields.iter().any(|f| matches!(pack.ty(&f.ty).kind, Kind::Text));
        let records: usize = fields().map(|(_, domain)| domain.len()).product();
        let lists = (0..=up_to).map(|n| records.saturating_pow(n)).sum();
        if unknown && !has_text && dice.percent(60) && budget.spend(lists, false) {
            continue;
        }
        let given = (0..dice.roll(up_to as usize + 1).max(dice.roll(up_to as usize + 1))).map(|_| {
            let known = fields().filter_map(|(field, domain)| {
                let unknown = dice.percent(40);
                let is_text = matches!(pack.ty(&field.ty).kind, Kind::Text);
                let known = !(unknown && budget.spend(domain.len(), is_text));
                known.then(|| (field.name.text.clone(), dice.pick(&domain).clone()))
            });
            known.collect::<Record>()
        });
        let given = Val::List(given.collect());
        deal.insert(name.to_owned(), given);
    }
    deal
}

/// How many completions there may yet be.
struct Budget {
    left: usize,
    /// How many texts an unknown text may be, at most.
    texts: usize,
}

impl Budget {
    /// Whether a fact with so many values may stay unknown.
    fn spend(&mut self, values: usize, is_text: bool) -> bool {
        let values = if is_text { self.texts } else { values };
        let fits = values <= self.left;
        if fits {
            self.left /= values.max(1);
        }
        fits
    }
}
