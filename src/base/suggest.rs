//! "Did you mean …?"

const LONGEST: usize = 200;

/// The candidate nearest to `wrong`, if one is near enough to be a likely misspelling.
///
/// Near enough is a Damerau-Levenshtein distance of at most a third of the longer name (at least
/// one edit). For dotted names a candidate that ends in `.wrong` counts as near too, as does one
/// whose last part equals the last part of `wrong`.
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
                if distance <= near {
                    return Some((distance, c));
                }
            }
            let same_last = candidate.contains('.') && candidate.rsplit('.').next() == Some(last);
            same_last.then_some((longest, c))
        })
        .min_by_key(|&(distance, c)| (distance, c.len()))
        .map(|(_, c)| c)
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
    }
}
