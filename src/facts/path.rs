//! Facts and fields as a deal's author names them: `client.kind`, `instances[0].users`.

use super::{FactId, FactPath, RecordId, Schema, TypeKind};

impl Schema {
    /// How a deal names this fact: `client.kind`, or `instances[0].users` for a field. A field without
    /// an index is named after its record, `instance.users`.
    ///
    /// Where several lists hold the same record, a field is named after the list whose records have
    /// decisions, or else after the first.
    pub fn path(&self, path: FactPath) -> String {
        let fact = &self.facts[path.fact];
        match (fact.field_of, path.index) {
            (Some((record, _)), Some(index)) => match self.list_of(record) {
                Some(list) => format!("{}[{index}].{}", self.facts[list].name, fact.name),
                None => self.qualified_name(path.fact),
            },
            _ => self.qualified_name(path.fact),
        }
    }

    /// The fact or field that a deal names so: the reverse of [`Schema::path`].
    pub fn parse_path(&self, text: &str) -> Option<FactPath> {
        let Some((list, rest)) = text.split_once('[') else {
            return self.fact_by_name(text).map(|fact| FactPath { fact, index: None });
        };
        let (index, field) = rest.split_once("].")?;
        let TypeKind::List { record, .. } = self.facts[self.fact_by_name(list)?].ty.kind else { return None };
        let fact = self.records[record].fields.iter().copied().find(|&f| self.facts[f].name == field)?;
        Some(FactPath { fact, index: Some(index.parse().ok()?) })
    }

    /// The list whose records these are.
    pub fn list_of(&self, record: RecordId) -> Option<FactId> {
        let holds = |ty: &TypeKind| matches!(ty, TypeKind::List { record: r, .. } if *r == record);
        self.records[record].list.or_else(|| self.facts.iter().find(|(_, f)| holds(&f.ty.kind)).map(|(id, _)| id))
    }

    /// What people call a fact or field: its label, or its name where it has none.
    pub fn label(&self, fact: FactId) -> &str {
        let fact = &self.facts[fact];
        fact.label.as_deref().unwrap_or(&fact.name)
    }
}
