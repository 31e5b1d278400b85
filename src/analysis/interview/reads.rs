//! Whether an expression depends on a fact as it is written.

use rustc_hash::FxHashSet;

use crate::facts::FactId;
use crate::policy::{ExprId, ExprKind, Policy};

/// Whether an expression reads a fact, itself or by definitions and tables; decisions that it uses are not looked into.
pub fn reads(policy: &Policy, expr: ExprId, fact: FactId) -> bool {
    let (mut queue, mut seen) = (vec![expr], FxHashSet::default());
    while let Some(id) = queue.pop() {
        if !seen.insert(id) {
            continue;
        }
        let kind = &policy.exprs[id].kind;
        match kind {
            ExprKind::Fact(read) if *read == fact => return true,
            ExprKind::Aggregate { list, .. } if *list == fact => return true,
            ExprKind::Definition(definition) => queue.push(policy.definitions[*definition].body),
            ExprKind::Lookup(lookup, _) => {
                let rules = &policy.lookups[*lookup].rules;
                queue.extend(rules.rules.iter().flat_map(|r| r.condition.into_iter().chain([r.outcome])));
            }
            _ => {}
        }
        queue.extend(kind.operands());
    }
    false
}
