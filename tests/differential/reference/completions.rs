//! The meaning over unknown facts: every completion of a deal, one after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use dealdesk::syntax::ast;
use jiff::civil::Date;

use super::deal::{Deal, Val};
use super::evaluate::{Outcome, World};
use super::pack::{Kind, Pack, literal};

/// The answer of one decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answers {
    /// Of a decision about the deal, or of one about the records of an unknown list.
    One(Answer),
    /// One for each record.
    Each(Vec<Answer>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub state: State,
    /// Where it is decided, the rules that stand in some completion.
    pub by: BTreeSet<String>,
    /// Those of them that stand in every completion.
    pub certain: BTreeSet<String>,
    /// The presumed facts that it leans on.
    pub presumed: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Decided(Val),
    Default(Val),
    /// A gap is undecided with nothing missing.
    Undecided(Undecided),
    Conflict(BTreeSet<String>),
    /// Why, in each completion.
    Error(BTreeSet<String>),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undecided {
    pub missing: BTreeSet<String>,
    pub possible: BTreeSet<Val>,
    pub gap: bool,
    pub conflict: bool,
    pub error: bool,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.state {
            State::Decided(value) => write!(f, "decided {value}")?,
            State::Default(value) => write!(f, "default {value}")?,
            State::Undecided(open) => write!(f, "{open}")?,
            State::Conflict(rules) => write!(f, "conflict between {}", list(rules))?,
            State::Error(reasons) => write!(f, "error: {}", list(reasons))?,
        }
        let notes = [("by", &self.by), ("certainly", &self.certain), ("leans on", &self.presumed)];
        for (word, names) in notes {
            if !(names.is_empty() || word == "certainly" && self.certain == self.by) {
                write!(f, "; {word} {}", list(names))?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.missing.is_empty() {
            return f.write_str("gap");
        }
        let endings = [("a gap", self.gap), ("a conflict", self.conflict), ("an error", self.error)];
        let endings = endings.into_iter().filter(|(_, possible)| *possible).map(|(words, _)| words.to_owned());
        let possible: Vec<String> = self.possible.iter().map(Val::to_string).chain(endings).collect();
        write!(f, "undecided; missing {}; possible {}", list(&self.missing), possible.join(", "))
    }
}

fn list(names: &BTreeSet<String>) -> String {
    names.iter().cloned().collect::<Vec<_>>().join(", ")
}

/// An unknown fact.
pub struct Unknown<'a> {
    /// `client.kind`, `sites[0].size`
    pub path: String,
    place: Place<'a>,
    pub presumed: bool,
    pub ty: &'a ast::TypeExpr,
}

pub enum Place<'a> {
    Fact(&'a str),
    Field(&'a str, usize, &'a str),
}

/// What a completion makes of a decision, as far as `missing` goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Result<'o> {
    Value(&'o Val),
    Gap,
    Conflict,
    Error,
}

/// Every decision of a deal on a date. `strict` leaves presumed facts unknown.
pub fn answer(pack: &Pack<'_>, deal: &Deal, as_of: Date, strict: bool) -> BTreeMap<String, Answers> {
    let mut answers = fold(pack, deal, as_of, strict);
    if !strict {
        // A decision leans on the presumed facts that are missing where nothing is presumed.
        let presumed = presumed_paths(pack, deal);
        let lean = |answer: &mut Answer, strict: &Answer| {
            if let State::Undecided(Undecided { missing, .. }) = &strict.state {
                answer.presumed = missing.intersection(&presumed).cloned().collect();
            }
        };
        for (answers, strict) in answers.values_mut().zip(fold(pack, deal, as_of, true).values()) {
            match (answers, strict) {
                (Answers::One(answer), Answers::One(strict)) => lean(answer, strict),
                (Answers::Each(each), Answers::Each(strict)) => {
                    each.iter_mut().zip(strict).for_each(|(a, s)| lean(a, s))
                }
                _ => panic!("whether a list is known does not depend on presumptions"),
            }
        }
    }
    answers
}

fn fold(pack: &Pack<'_>, deal: &Deal, as_of: Date, strict: bool) -> BTreeMap<String, Answers> {
    let (base, unknowns) = unknowns(pack, deal, strict);
    let texts = texts(pack, deal);
    let domains: Vec<Vec<Val>> = unknowns.iter().map(|unknown| pack.domain(unknown.ty, &texts)).collect();
    let completions = completions(&base, &unknowns, &domains);
    // outcomes[decision][completion][record]
    let mut outcomes: BTreeMap<&str, Vec<Vec<Outcome>>> = BTreeMap::new();
    for completion in &completions {
        let world = World::new(pack, completion, as_of);
        for &name in pack.decisions.keys() {
            outcomes.entry(name).or_default().push(world.take(name));
        }
    }
    let fold_one = |(name, outcomes): (&str, Vec<Vec<Outcome>>)| {
        let list = pack.record_of(name).and_then(|record| base.get(pack.list_of(record)?));
        let answers = match list {
            Some(Val::List(records)) => {
                let of_record = |at: usize| outcomes.iter().map(|each| vec![each[at].clone()]).collect::<Vec<_>>();
                Answers::Each((0..records.len()).map(|at| derive(&unknowns, &domains, &of_record(at))).collect())
            }
            _ => Answers::One(derive(&unknowns, &domains, &outcomes)),
        };
        (name.to_owned(), answers)
    };
    outcomes.into_iter().map(fold_one).collect()
}

/// The answer that follows from the outcomes in all completions. Each is one outcome, or one for each record of an
/// unknown list.
fn derive(unknowns: &[Unknown<'_>], domains: &[Vec<Val>], completions: &[Vec<Outcome>]) -> Answer {
    let results: Vec<Vec<Result<'_>>> = completions.iter().map(|each| each.iter().map(result).collect()).collect();
    let (mut by, mut certain) = (BTreeSet::new(), None);
    for each in completions {
        let stand: BTreeSet<String> = each.iter().flat_map(standing).cloned().collect();
        let stand_in_all = each.iter().map(|o| standing(o).iter().cloned().collect::<BTreeSet<_>>());
        let stand_in_all = stand_in_all.reduce(|a, b| &a & &b).unwrap_or_default();
        certain = Some(certain.map_or(stand_in_all.clone(), |certain: BTreeSet<String>| &certain & &stand_in_all));
        by.extend(stand);
    }
    let all = || completions.iter().flatten();
    let state = if let [only] = results[0].as_slice()
        && results.iter().all(|r| *r == results[0])
    {
        match only {
            Result::Value(value) if all().all(|o| matches!(o, Outcome::Value { default: true, .. })) => {
                State::Default((*value).clone())
            }
            Result::Value(value) => State::Decided((*value).clone()),
            Result::Gap => State::Undecided(Undecided { gap: true, ..Undecided::default() }),
            Result::Conflict => State::Conflict(by.clone()),
            Result::Error => State::Error(all().filter_map(why).cloned().collect()),
        }
    } else {
        let value = |r: &Result<'_>| if let Result::Value(v) = r { Some((*v).clone()) } else { None };
        let ends_in = |wanted: Result<'_>| results.iter().flatten().any(|r| *r == wanted);
        State::Undecided(Undecided {
            missing: missing(unknowns, domains, &results),
            possible: results.iter().flatten().filter_map(value).collect(),
            gap: ends_in(Result::Gap),
            conflict: ends_in(Result::Conflict),
            error: ends_in(Result::Error),
        })
    };
    let settled = matches!(state, State::Decided(_) | State::Default(_));
    let (by, certain) = if settled { (by, certain.unwrap_or_default()) } else { Default::default() };
    Answer { state, by, certain, presumed: BTreeSet::new() }
}

pub fn result(outcome: &Outcome) -> Result<'_> {
    match outcome {
        Outcome::Value { value, .. } => Result::Value(value),
        Outcome::Gap => Result::Gap,
        Outcome::Conflict(_) => Result::Conflict,
        Outcome::Error(_) => Result::Error,
    }
}

fn standing(outcome: &Outcome) -> &[String] {
    match outcome {
        Outcome::Value { by, .. } | Outcome::Conflict(by) => by,
        Outcome::Gap | Outcome::Error(_) => &[],
    }
}

fn why(outcome: &Outcome) -> Option<&String> {
    if let Outcome::Error(why) = outcome { Some(why) } else { None }
}

/// The unknown facts of which a change in that fact alone changes the result of some completion: completions that
/// differ in nothing else must not all have one result.
fn missing<T: PartialEq>(unknowns: &[Unknown<'_>], domains: &[Vec<Val>], results: &[T]) -> BTreeSet<String> {
    let mut missing = BTreeSet::new();
    let mut stride = 1;
    for (unknown, domain) in unknowns.iter().zip(domains) {
        let values = domain.len();
        let first_value = |at: usize| (at / stride).is_multiple_of(values);
        let matters = |at: usize| (1..values).any(|value| results[at + value * stride] != results[at]);
        if (0..results.len()).filter(|&at| first_value(at)).any(matters) {
            missing.insert(unknown.path.clone());
        }
        stride *= values;
    }
    missing
}

/// Every way to fill in what is unknown. The first unknown fact changes fastest.
pub fn completions(base: &Deal, unknowns: &[Unknown<'_>], domains: &[Vec<Val>]) -> Vec<Deal> {
    let mut deals = vec![base.clone()];
    for (unknown, domain) in unknowns.iter().zip(domains) {
        deals = domain.iter().flat_map(|value| deals.iter().map(move |deal| with(deal, unknown, value))).collect();
    }
    deals
}

/// The deal with one fact more.
pub fn with(deal: &Deal, unknown: &Unknown<'_>, value: &Val) -> Deal {
    let mut deal = deal.clone();
    match &unknown.place {
        Place::Fact(name) => drop(deal.insert((*name).to_owned(), value.clone())),
        Place::Field(list, at, field) => {
            let Some(Val::List(records)) = deal.get_mut(*list) else { panic!("{list} is a list") };
            records[*at].insert((*field).to_owned(), value.clone());
        }
    }
    deal
}

/// Deals in which one more fact is known, with some of the values that it may have.
pub fn better_known(pack: &Pack<'_>, deal: &Deal) -> Vec<Deal> {
    let texts = texts(pack, deal);
    let some = |unknown: Unknown<'_>| {
        let domain = pack.domain(unknown.ty, &texts);
        let step = (domain.len() / 3).max(1);
        domain.iter().step_by(step).map(|value| with(deal, &unknown, value)).collect::<Vec<_>>()
    };
    unknowns(pack, deal, true).1.into_iter().flat_map(some).collect()
}

/// The deal with its presumptions, and what is unknown of it all the same.
pub fn unknowns<'a>(pack: &Pack<'a>, deal: &Deal, strict: bool) -> (Deal, Vec<Unknown<'a>>) {
    let (mut base, mut unknowns) = (deal.clone(), Vec::new());
    let mut consider = |fact: &'a ast::Fact, path: String, place: Place<'a>| match &fact.presumed {
        Some(value) if !strict => Some(literal(value)),
        presumed => {
            unknowns.push(Unknown { path, place, presumed: presumed.is_some(), ty: &fact.ty });
            None
        }
    };
    for (&name, &fact) in &pack.facts {
        match base.get_mut(name) {
            None => {
                if let Some(value) = consider(fact, name.to_owned(), Place::Fact(name)) {
                    base.insert(name.to_owned(), value);
                }
            }
            Some(Val::List(records)) => {
                let Kind::List(record, _) = pack.ty(&fact.ty).kind else { panic!("{name} is no list") };
                for (at, fields) in records.iter_mut().enumerate() {
                    for field in &record.fields {
                        let own = field.name.text.as_str();
                        if fields.contains_key(own) {
                            continue;
                        }
                        if let Some(value) = consider(field, format!("{name}[{at}].{own}"), Place::Field(name, at, own))
                        {
                            fields.insert(own.to_owned(), value);
                        }
                    }
                }
            }
            Some(_) => {}
        }
    }
    (base, unknowns)
}

fn presumed_paths(pack: &Pack<'_>, deal: &Deal) -> BTreeSet<String> {
    unknowns(pack, deal, true).1.into_iter().filter(|u| u.presumed).map(|u| u.path).collect()
}

/// What an unknown text may be: each text of policy and deal, and enough others for all unknown texts to differ.
pub fn texts(pack: &Pack<'_>, deal: &Deal) -> BTreeSet<String> {
    let mut texts = pack.texts.clone();
    let mut unknown = 0;
    let mut note = |value: Option<&Val>, times: usize| match value {
        Some(Val::Text(text)) => drop(texts.insert(text.clone())),
        Some(_) => {}
        None => unknown += times,
    };
    for (name, fact) in &pack.facts {
        let given = deal.get(*name);
        match pack.ty(&fact.ty).kind {
            Kind::Text => note(given, 1),
            Kind::List(record, up_to) => {
                for field in record.fields.iter().filter(|f| matches!(pack.ty(&f.ty).kind, Kind::Text)) {
                    match given {
                        Some(Val::List(records)) => records.iter().for_each(|r| note(r.get(&field.name.text), 1)),
                        _ => note(None, up_to as usize),
                    }
                }
            }
            _ => {}
        }
    }
    texts.extend((0..unknown).map(|n| format!("text {n} that nobody wrote")));
    texts
}
