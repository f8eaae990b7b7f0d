//! Names that somebody may have meant.

/// A name with more mistakes than this is another name.
const MISTAKES_MAX: usize = 3;
/// Names above this length are compared by their beginning: ids of rules have at most 64 characters.
const COMPARED_MAX: usize = 64;

/// The names that are nearest to `written`, nearest first; empty when none is near.
pub(super) fn near_names<'n>(written: &str, names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut near: Vec<(usize, &str)> = names
        .filter_map(|name| {
            let mistakes = distance(written, name);
            let is_part = written.len() > 2 && (name.contains(written) || written.contains(name));
            (mistakes <= MISTAKES_MAX || is_part).then_some((mistakes, name))
        })
        .collect();
    near.sort_unstable();
    near.into_iter().map(|(_, name)| name).collect()
}

/// How many characters have to be put in, taken out or exchanged.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(COMPARED_MAX).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (above, in_a) in a.chars().take(COMPARED_MAX).enumerate() {
        let mut left = above + 1;
        let mut diagonal = above;
        let mut next = vec![left];
        for (in_b, &over) in b.iter().zip(row.iter().skip(1)) {
            let exchanged = diagonal + usize::from(in_a != *in_b);
            left = exchanged.min(over + 1).min(left + 1);
            next.push(left);
            diagonal = over;
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_mistakes() {
        for (a, b, expected) in
            [("", "", 0), ("", "abc", 3), ("idle", "idle", 0), ("kitten", "sitting", 3), ("ab", "ba", 2)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn finds_what_was_meant() {
        let rules = ["recently-used", "never-used", "never-release.user", "idle"];
        let near = |written: &str| near_names(written, rules.into_iter());
        assert_eq!(near("recently-use"), ["recently-used"]);
        assert_eq!(near("neverused"), ["never-used"]);
        assert_eq!(near("user"), ["never-release.user"]);
        assert!(near("protected").is_empty());
    }
}
