//! The key that was meant.

use strsim::damerau_levenshtein;

/// Keys longer than this are not compared: no key of ours is nearly as long.
const KEY_CHARS_MAX: usize = 64;
/// Shorter keys resemble each other by chance.
const CERTAIN_CHARS_MIN: usize = 6;

/// How near a key must be to a known one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nearness {
    /// Near enough to be worth suggesting; the key is refused anyway.
    Likely,
    /// So near that it must be a slip, among keys of others that are none of our business.
    Certain,
}

/// The known key that is nearest to `given`, if any is near enough.
pub fn nearest<'k>(given: &str, known: impl Iterator<Item = &'k str>, nearness: Nearness) -> Option<&'k str> {
    if given.chars().nth(KEY_CHARS_MAX).is_some() {
        return None;
    }
    let folded = fold(given);
    let chars = folded.chars().count();
    let distance_max = match nearness {
        Nearness::Likely => (chars / 3).max(1),
        Nearness::Certain => usize::from(chars >= CERTAIN_CHARS_MIN),
    };
    known
        .map(|key| (damerau_levenshtein(&folded, &fold(key)), key))
        .filter(|(distance, _)| *distance <= distance_max)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, key)| key)
}

/// Case, blanks and separators are the commonest slips.
fn fold(key: &str) -> String {
    key.chars().filter(|char| !matches!(char, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}
