//! The form of the data in JSON, where it is not that of the types.

use crate::facts::Element;
use serde::ser::{Serialize, Serializer};

use super::{Answers, Body, Decision, Definition, FactRef, Node, Possible, Shown};

impl Serialize for FactRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.path)
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

#[derive(serde::Serialize)]
struct Range<'a> {
    from: &'a Shown,
    to: &'a Shown,
}

#[derive(serde::Serialize)]
#[serde(untagged)]
enum Among<'a> {
    Values(&'a [Shown]),
    Range(Range<'a>),
    NoneOrRange((), Range<'a>),
}

/// Flattened into what it is said of.
#[derive(serde::Serialize)]
struct WhatIsPossible<'a> {
    possible: Among<'a>,
    #[serde(skip_serializing_if = "is_false")]
    other_texts: bool,
}

impl Serialize for Possible {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let possible = match self {
            Possible::Values { values, .. } => Among::Values(values),
            Possible::Range { from, to, none: false } => Among::Range(Range { from, to }),
            Possible::Range { from, to, none: true } => Among::NoneOrRange((), Range { from, to }),
        };
        let other_texts = matches!(self, Possible::Values { other_texts: true, .. });
        WhatIsPossible { possible, other_texts }.serialize(serializer)
    }
}

#[derive(serde::Serialize)]
struct Each<T> {
    each: T,
}

/// Without its name, which is the key it stands under.
impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.answers {
            Answers::One(answer) => answer.serialize(serializer),
            Answers::Each { answers, .. } => Each { each: answers }.serialize(serializer),
        }
    }
}

#[derive(serde::Serialize)]
struct DefinitionBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a Node>,
    #[serde(skip_serializing_if = "Option::is_none")]
    each: Option<&'a [Body]>,
}

/// A record by its place; the list is named elsewhere.
#[allow(clippy::ref_option, reason = "the form that serde asks for")]
pub(super) fn place_in_list<S: Serializer>(record: &Option<Element>, serializer: S) -> Result<S::Ok, S::Error> {
    record.map(|r| r.index).serialize(serializer)
}

/// Without its name, which is the key it stands under.
impl Serialize for Definition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let label = self.label.as_deref();
        let body = match self.bodies.as_slice() {
            [Body { record: None, body, .. }] => DefinitionBody { label, body: Some(body), each: None },
            bodies => DefinitionBody { label, body: None, each: Some(bodies) },
        };
        body.serialize(serializer)
    }
}

/// Something that stands under its name in an object.
pub(super) trait Named {
    fn name(&self) -> &str;
}

impl Named for Decision {
    fn name(&self) -> &str {
        &self.name
    }
}

impl Named for Definition {
    fn name(&self) -> &str {
        &self.name
    }
}

pub(super) fn by_name<T: Named + Serialize, S: Serializer>(all: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(all.iter().map(|item| (item.name(), item)))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
pub(super) fn is_false(b: &bool) -> bool {
    !*b
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
pub(super) fn is_true(b: &bool) -> bool {
    *b
}
