//! The names of a schema as a tree of groups.

use rustc_hash::FxHashMap;

use super::document::Limits;
use crate::facts::{FactId, RecordId, Schema, TypeKind};

/// A group of names, by its place in [`Names`]: `client` of `client.kind`, or a whole deal or record.
pub(super) type GroupId = usize;

/// What a name within a group stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Fact(FactId),
    Group(GroupId),
}

/// The names of a schema.
pub(super) struct Names<'s> {
    groups: Vec<FxHashMap<&'s str, Name>>,
    records: FxHashMap<RecordId, GroupId>,
    limits: Limits,
}

/// The outcome of looking up a dotted name.
pub(super) enum Lookup {
    Found(Name),
    /// The name goes on behind that of this fact.
    BeyondFact(FactId),
    /// There is no such name.
    Unknown,
}

/// Deals may hold so many values, whatever their schema: enough for any mistake to be told as what it is.
const FEWEST_NODES: usize = 10_000;
/// And no more than this.
pub(super) const MOST_NODES: usize = 5_000_000;

impl<'s> Names<'s> {
    /// The group of everything that a deal can give.
    pub(super) const DEAL: GroupId = 0;

    pub(super) fn new(schema: &'s Schema) -> Names<'s> {
        let limits = Limits { depth: 1, list: 0, nodes: FEWEST_NODES };
        let mut names = Names { groups: vec![FxHashMap::default()], records: FxHashMap::default(), limits };
        for (id, fact) in schema.facts.iter() {
            let root = match fact.field_of {
                None => Names::DEAL,
                Some((record, _)) => {
                    let next = names.groups.len();
                    let group = *names.records.entry(record).or_insert(next);
                    if group == next {
                        names.groups.push(FxHashMap::default());
                    }
                    group
                }
            };
            names.insert(root, &fact.name, id);
        }
        names.limits = limits_of(schema);
        names
    }

    fn insert(&mut self, root: GroupId, name: &'s str, id: FactId) {
        let mut group = root;
        let (path, last) = name.rsplit_once('.').unwrap_or(("", name));
        for part in path.split('.').filter(|part| !part.is_empty()) {
            let next = self.groups.len();
            group = match self.groups[group].get(part) {
                Some(Name::Group(known)) => *known,
                _ => {
                    self.groups.push(FxHashMap::default());
                    self.groups[group].insert(part, Name::Group(next));
                    next
                }
            };
        }
        self.groups[group].insert(last, Name::Fact(id));
    }

    /// How much a deal of this schema may take up.
    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// The group of the fields of a record.
    pub(super) fn record(&self, record: RecordId) -> Option<GroupId> {
        self.records.get(&record).copied()
    }

    /// What `name`, perhaps with dots, stands for within `group`.
    pub(super) fn lookup(&self, group: GroupId, name: &str) -> Lookup {
        let mut found = Name::Group(group);
        for part in name.split('.') {
            found = match found {
                Name::Fact(fact) => return Lookup::BeyondFact(fact),
                Name::Group(group) => match self.groups[group].get(part) {
                    Some(next) => *next,
                    None => return Lookup::Unknown,
                },
            };
        }
        Lookup::Found(found)
    }

    /// The names in a group, in alphabetical order.
    pub(super) fn within(&self, group: GroupId) -> Vec<&'s str> {
        let mut names: Vec<&str> = self.groups[group].keys().copied().collect();
        names.sort_unstable();
        names
    }
}

fn limits_of(schema: &Schema) -> Limits {
    let parts = |name: &str| name.split('.').count();
    let mut limits = Limits { depth: 1, list: 0, nodes: 0 };
    for (_, fact) in schema.facts.iter().filter(|(_, fact)| fact.field_of.is_none()) {
        let (mut depth, mut nodes) = (parts(&fact.name), parts(&fact.name));
        if let TypeKind::List { record, up_to } = fact.ty.kind {
            let fields = &schema.records[record].fields;
            let field_parts = fields.iter().map(|&field| parts(&schema.facts[field].name));
            let up_to = usize::try_from(up_to).unwrap_or(usize::MAX);
            depth += 1 + field_parts.clone().max().unwrap_or(1);
            nodes = nodes.saturating_add(up_to.saturating_mul(1 + field_parts.sum::<usize>()));
            limits.list = limits.list.max(up_to.min(MOST_NODES));
        }
        limits.depth = limits.depth.max(depth);
        limits.nodes = limits.nodes.saturating_add(nodes);
    }
    // Room for as many mistakes, and for the aliases of YAML, which count twice.
    limits.nodes = limits.nodes.saturating_mul(4).clamp(FEWEST_NODES, MOST_NODES);
    limits
}
