//! What a change means, for a merge request.

use super::human::{example, follows, how_many, line, moved, named, outcome, rules, summary};
use crate::pack::Diff;

pub(super) fn markdown(diff: &Diff) -> String {
    let mut text = format!("**{}**\n", summary(diff));
    let mut place = 0;
    for regions in diff.decisions() {
        let Some(first) = regions.first() else { continue };
        let label = first.label.as_ref().map(|label| format!(": {}", escape(label))).unwrap_or_default();
        line(&mut text, &format!("\n### `{}`{label}", first.decision));
        if let Some(follows) = follows(first) {
            line(&mut text, &format!("\n{follows}"));
        }
        for region in regions {
            line(&mut text, &format!("\n* {} → **{}**", code(&outcome(&region.before)), code(&outcome(&region.after))));
            let when = match &region.when {
                None => "in other deals, of too many kinds to tell one by one".to_owned(),
                Some(when) if when.is_empty() => "in every deal".to_owned(),
                Some(when) => {
                    let clauses: Vec<String> = when.iter().map(|clause| code(clause)).collect();
                    format!("when {}", clauses.join(" and "))
                }
            };
            line(&mut text, &format!("  {when}"));
            if let Some(rules) = rules(region) {
                line(&mut text, &format!("  <br>{rules}"));
            }
            if let Some(example) = example(diff, region) {
                line(&mut text, &format!("  <br>for example: {}", code(&example)));
            }
            if let Some(found) = diff.impact.as_ref().and_then(|impact| impact.regions.get(place)) {
                line(&mut text, &format!("  <br>{}", how_many(found)));
            }
            place += 1;
        }
    }
    let list = |heading: &str, lines: Vec<String>, text: &mut String| {
        if !lines.is_empty() {
            line(text, &format!("\n### {heading}\n"));
            lines.iter().for_each(|one| line(text, &format!("* {one}")));
        }
    };
    list("Names, types and presumptions", diff.changes.iter().map(named).collect(), &mut text);
    list("Not settled", diff.unsettled.clone(), &mut text);
    if let Some(impact) = &diff.impact {
        let heading = format!("Of {} deals, {} come out otherwise", impact.deals, impact.changed);
        let lines = impact.decisions.iter().map(|decision| escape(&moved(decision))).collect();
        list(&heading, lines, &mut text);
    }
    text
}

/// Code within a line.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

fn escape(text: &str) -> String {
    let special = |c: char| matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|');
    text.chars().fold(String::new(), |mut out, c| {
        if special(c) {
            out.push('\\');
        }
        out.push(c);
        out
    })
}
