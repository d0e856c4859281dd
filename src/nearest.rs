//! "Did you mean ...?": the nearest valid name to one that is not.

use crate::text::shown;

/// The longest text that is compared, in bytes.
const LONGEST: usize = 256;

/// The candidate nearest to `name`, letter case aside, if it is near enough to be a slip of the
/// keyboard: similarity 0.7 or more on Jaro-Winkler's scale of 0 to 1.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A slip of the keyboard is no longer than a name, and the comparison takes time by the square of the length.
    let lower = if name.len() > LONGEST { return None } else { name.to_lowercase() };
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|c| (strsim::jaro_winkler(&lower, &c.to_lowercase()), c))
        // A name of one letter has to match: e is near to everything.
        .filter(|(similarity, c)| *similarity >= if c.len() < 2 { 1.0 } else { 0.7 })
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// `"; did you mean NAME?"`, or nothing when no candidate is near.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, candidates).map_or_else(String::new, |c| format!("; did you mean {}?", shown(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_a_stranger_finds_none() {
        let keys = ["MAX_EPOCHS", "BATCH_SIZE", "LR"];
        assert_eq!(nearest("MAX_EPOCH", keys), Some("MAX_EPOCHS"));
        assert_eq!(nearest("batchsize", keys), Some("BATCH_SIZE"));
        assert_eq!(nearest("zzz", keys), None);
        assert_eq!(did_you_mean("lr", keys), "; did you mean LR?");
    }
}
