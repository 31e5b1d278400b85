//! Facts and fields as a deal's author names them: `client.kind`, `instances[0].users`.

use super::{Element, FactId, FactPath, RecordId, Schema, TypeKind};

impl Schema {
    /// How a deal names this fact: `client.kind`, or `instances[0].users` for a field. A field that is
    /// no record's in particular is named after the record, `instance.users`.
    pub fn path(&self, path: FactPath) -> String {
        match path.element {
            Some(element) => format!("{}.{}", self.element_path(element), self.facts[path.fact].name),
            None => self.qualified_name(path.fact),
        }
    }

    /// How a deal names a record of a list: `instances[0]`.
    pub fn element_path(&self, element: Element) -> String {
        format!("{}[{}]", self.facts[element.list].name, element.index)
    }

    /// The fact or field that a deal names so: the reverse of [`Schema::path`].
    pub fn parse_path(&self, text: &str) -> Option<FactPath> {
        let Some((list, rest)) = text.split_once('[') else {
            return self.fact_by_name(text).map(|fact| FactPath { fact, element: None });
        };
        let (index, field) = rest.split_once("].")?;
        let list = self.fact_by_name(list)?;
        let TypeKind::List { record, .. } = self.facts[list].ty.kind else { return None };
        let fact = self.records[record].fields.iter().copied().find(|&f| self.facts[f].name == field)?;
        Some(FactPath { fact, element: Some(Element { list, index: index.parse().ok()? }) })
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
