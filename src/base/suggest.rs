//! "Did you mean …?"

const LONGEST: usize = 200;

/// The candidate nearest to `wrong`, if one is near enough to be a likely misspelling.
///
/// Near enough is a Damerau-Levenshtein distance of at most a third of the longer name (at least
/// one edit), where something is left of every part between the dots: `a` is not near to `b`, nor
/// `x.a` to `x.b`. A candidate whose last part equals the last part of `wrong` counts as near too,
/// as does one that `wrong` has put into a group or taken out of one.
///
/// Names are 200 bytes at most; for anything longer nothing is looked for.
pub fn did_you_mean<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if wrong.len() > LONGEST {
        return None;
    }
    let lower = wrong.to_lowercase();
    let last = lower.rsplit('.').next().unwrap_or(&lower);
    candidates
        .into_iter()
        .filter(|c| *c != wrong)
        .filter_map(|c| {
            let candidate = c.to_lowercase();
            let longest = lower.chars().count().max(candidate.chars().count());
            let near = (longest / 3).max(1);
            // The distance is at least the difference in length, and much dearer to find.
            if lower.chars().count().abs_diff(candidate.chars().count()) <= near {
                let distance = strsim::damerau_levenshtein(&lower, &candidate);
                if distance <= near && parts_are_alike(&lower, &candidate) {
                    return Some((distance, c));
                }
            }
            let same_last = candidate.rsplit('.').next() == Some(last);
            same_last.then_some((longest, c))
        })
        .min_by_key(|&(distance, c)| (distance, c.len()))
        .map(|(_, c)| c)
}

/// Whether no part of a dotted name is another one altogether, or missing, which only short ones can be.
fn parts_are_alike(wrong: &str, candidate: &str) -> bool {
    let begins = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('.'));
    if wrong.split('.').count() != candidate.split('.').count() {
        let shared = wrong.chars().any(|c| c != '.' && candidate.contains(c));
        return shared && !begins(wrong, candidate) && !begins(candidate, wrong);
    }
    let mut pairs = wrong.split('.').zip(candidate.split('.'));
    pairs.all(|(a, b)| a == b || a.chars().any(|c| b.contains(c)))
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn finds_misspellings_and_missing_groups_but_not_strangers() {
        let names = ["client.kind", "client.name", "deal.channel", "cell.hours_free"];
        assert_eq!(did_you_mean("client.knd", names), Some("client.kind"));
        assert_eq!(did_you_mean("channel", names), Some("deal.channel"));
        assert_eq!(did_you_mean("customer.kind", names), Some("client.kind"));
        assert_eq!(did_you_mean("weather", names), None);
        assert_eq!(did_you_mean("client.existing", ["existing", "client.kind"]), Some("existing"));
    }

    #[test]
    fn proposes_for_short_names_what_shares_something_with_them() {
        let names = ["a", "b", "x1", "size.x"];
        assert_eq!(did_you_mean("z", names), None);
        assert_eq!(did_you_mean("A", names), Some("a"));
        assert_eq!(did_you_mean("x", names), Some("x1"));
        assert_eq!(did_you_mean("bb", names), Some("b"));
        assert_eq!(did_you_mean("size.y", names), None);
        assert_eq!(did_you_mean("collected.z", ["collected", "collected.x"]), None);
        assert_eq!(did_you_mean("sise.x", names), Some("size.x"));
        assert_eq!(did_you_mean("", names), None);
    }
}
