//! What the columns of the output are called.

use super::{Plan, To};

/// The columns of the output, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(pub Vec<String>);

/// Two columns of the output would have this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash(pub String);

/// The number of the row's line in the input.
pub(super) const LINE: &str = "line";

impl Columns {
    /// The columns of a table, or the names in an object of JSON.
    ///
    /// # Errors
    ///
    /// A name that there would be twice.
    pub fn of(plan: &Plan) -> Result<Columns, Clash> {
        let mut names: Vec<String> = Vec::new();
        if plan.numbered() {
            names.push(LINE.to_owned());
        }
        names.extend(plan.keep.iter().cloned());
        for &id in &plan.decisions {
            let name = &plan.policy.decisions[id].name;
            names.push(name.clone());
            if plan.to != To::Lines {
                names.extend(["status", "details"].map(|part| format!("{name}.{part}")));
                names.extend(plan.reasons.then(|| format!("{name}.reasons")));
            }
        }
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort();
        match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Clash(pair[0].clone())),
            None => Ok(Columns(names)),
        }
    }
}
