//! Coverage as an LCOV tracefile.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Clause, Coverage};
use crate::base::Sources;

/// A tracefile: a clause is a function, what has two ways of coming out is a pair of branches, and a line counts what
/// begins on it: its clauses, or where none does its conditions.
pub fn lcov(coverage: &Coverage, sources: &Sources) -> String {
    let mut text = String::new();
    for (id, clauses) in coverage.files() {
        let Some(file) = sources.get(id) else { continue };
        let at = |clause: &Clause| file.position(clause.span.start).line;
        // Writing to a string does not fail.
        let _ = writeln!(text, "TN:\nSF:{}", file.name());
        let functions: Vec<(&Clause, String)> = clauses
            .iter()
            .filter(|clause| !clause.kind.is_condition())
            .map(|clause| (*clause, format!("{}:{}", clause.name, at(clause))))
            .collect();
        for (clause, name) in &functions {
            let _ = writeln!(text, "FN:{},{name}", at(clause));
        }
        for (clause, name) in &functions {
            let _ = writeln!(text, "FNDA:{},{name}", ways(clause));
        }
        let called = functions.iter().filter(|(clause, _)| ways(clause) > 0).count();
        let _ = writeln!(text, "FNF:{}\nFNH:{called}", functions.len());
        let (mut found, mut hit) = (0, 0);
        let two: Vec<&&Clause> = clauses.iter().filter(|clause| clause.kind.goals().len() == 2).collect();
        for (block, clause) in two.into_iter().enumerate() {
            let reached = ways(clause) > 0;
            for (branch, (_, hits)) in clause.goals().enumerate() {
                // `-` says that it was never asked.
                let taken = if reached { hits.to_string() } else { "-".to_owned() };
                let _ = writeln!(text, "BRDA:{},{block},{branch},{taken}", at(clause));
                found += 1;
                hit += usize::from(hits > 0);
            }
        }
        let _ = writeln!(text, "BRF:{found}\nBRH:{hit}");
        let lines = lines(&clauses, at);
        for (line, (_, hits)) in &lines {
            let _ = writeln!(text, "DA:{line},{hits}");
        }
        let covered = lines.values().filter(|(_, hits)| *hits > 0).count();
        let _ = writeln!(text, "LF:{}\nLH:{covered}\nend_of_record", lines.len());
    }
    text
}

/// How often it came out in some way.
fn ways(clause: &Clause) -> u64 {
    clause.goals().map(|(_, hits)| hits).fold(0, u64::saturating_add)
}

/// For each line whether a clause begins on it, and the most that anything like it was hit.
fn lines(clauses: &[&Clause], at: impl Fn(&Clause) -> usize) -> BTreeMap<usize, (bool, u64)> {
    let mut lines: BTreeMap<usize, (bool, u64)> = BTreeMap::new();
    for clause in clauses {
        let own = (!clause.kind.is_condition(), ways(clause));
        let line = lines.entry(at(clause)).or_insert(own);
        if own.0 && !line.0 {
            *line = own;
        } else if own.0 == line.0 {
            line.1 = line.1.max(own.1);
        }
    }
    lines
}
