//! The one layout of policies: text to text.
//!
//! What is written is not printed from the tree: it is the very tokens and comments of the text, with
//! other blanks and line ends between them, so that nothing can be lost. `scan` reads them, `plan` asks the
//! grammar's tree where lines begin and where they may be broken, and `layout` writes the lines. Before anybody
//! gets to see the result, it is read again and held to the original.

mod layout;
mod plan;
mod scan;

use pest::Parser;

use crate::base::{FileId, SourceFile};
use crate::diagnostic::Diagnostic;

use super::grammar::{Pair, PolicyParser, Rule};
use super::lex;
use super::scan::{Chunk, chunks};
use layout::Layout;
use plan::{LineKind, Plan};

/// Why a text was not formatted.
#[derive(Clone, Debug)]
pub enum Unformatted {
    /// It is not a policy: every problem of its syntax.
    Broken(Vec<Diagnostic>),
    /// What came out would have said something else. That is a defect of the formatter, and of nobody else.
    Defect,
}

/// Lays out a policy file as all policies are laid out.
///
/// The result reads as exactly the same declarations, has the same comments, and is not changed by formatting it again.
///
/// # Errors
///
/// The problems of a text that cannot be read: it is better left as it is.
pub fn format(id: FileId, file: &SourceFile) -> Result<String, Unformatted> {
    let (_, diagnostics) = super::parse(id, file);
    if !diagnostics.is_empty() {
        return Err(Unformatted::Broken(diagnostics));
    }
    let text = file.text();
    let formatted = lay_out(text).ok_or(Unformatted::Defect)?;
    if formatted == text || says_the_same(id, text, &formatted) { Ok(formatted) } else { Err(Unformatted::Defect) }
}

/// Lays out a text without problems.
fn lay_out(text: &str) -> Option<String> {
    let chunks = chunks(text);
    let mut layout = Layout::default();
    let start = chunks.first().map_or(text.len(), |chunk| chunk.start);
    let mut between = scan::scan(text, 0, start).gaps.pop()?;
    for chunk in &chunks {
        let mut scanned = scan::scan(text, chunk.start, chunk.end);
        let mut plan = Plan::new(&scanned, chunk.start);
        for declaration in declarations(text, chunk)? {
            plan.declaration(&declaration);
        }
        let leads = plan.leads;
        let columns = |token: usize| {
            let is_head = |lead: &plan::Lead| matches!(lead.line, Some(l) if matches!(l.kind, LineKind::Head { .. }));
            let token = scanned.tokens.get(token).filter(|_| leads.get(token).is_some_and(is_head));
            token.map_or(0, |token| scan::column(text, token.start))
        };
        layout.chunk(&layout::Chunk { scanned: &scanned, leads: &leads, columns: &columns }, &between);
        between = scanned.gaps.pop()?;
    }
    Some(layout.finish(&between))
}

/// The grammar's tree of each declaration of a chunk.
fn declarations<'t>(text: &'t str, chunk: &Chunk) -> Option<impl Iterator<Item = Pair<'t>> + use<'t>> {
    let read = PolicyParser::parse(Rule::chunk, text.get(chunk.start..chunk.end)?).ok()?;
    Some(read.flat_map(Pair::into_inner).filter(|pair| pair.as_rule() == Rule::declaration))
}

/// Whether two texts have the same tree and the same comments.
fn says_the_same(id: FileId, one: &str, other: &str) -> bool {
    let reads = super::parse(id, &SourceFile::new("", other)).1.is_empty();
    reads && comments(one).eq(comments(other)) && nodes(one).eq(nodes(other))
}

fn comments(text: &str) -> impl Iterator<Item = &str> {
    let comments = lex::tokens(text).filter(|token| token.kind == lex::Kind::Comment);
    comments.map(|token| token.text(text).trim_end_matches([' ', '\t', '\r']))
}

/// The grammar's tree of a text: each node's rule, how many are right below it, and the text of those without any.
/// A chunk that cannot be read is nothing.
fn nodes(text: &str) -> impl Iterator<Item = Option<(Rule, usize, &str)>> {
    let read = chunks(text).into_iter().map(move |chunk| declarations(text, &chunk));
    read.flat_map(|declarations| {
        let broken = declarations.is_none().then_some(None);
        let whole = declarations.into_iter().flatten().flat_map(|declaration| {
            let root = std::iter::once((Rule::declaration, declaration.clone().into_inner().count(), ""));
            root.chain(declaration.into_inner().flatten().map(|pair| {
                let below = pair.clone().into_inner().count();
                // `=` is held apart from `==`, and its pair takes in the blanks that were skipped for that.
                let is_text = below == 0 && pair.as_rule() != Rule::equals;
                (pair.as_rule(), below, if is_text { pair.as_str() } else { "" })
            }))
        });
        broken.into_iter().chain(whole.map(Some))
    })
}
