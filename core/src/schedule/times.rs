//! Sets of seconds of a day, as bits: whole days are compared and subtracted at once.

use super::unit::SECONDS_PER_DAY;

const BITS: u32 = u64::BITS;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times(Vec<u64>);

impl Times {
    pub fn none() -> Self {
        Self((0..SECONDS_PER_DAY.div_ceil(BITS)).map(|_| 0).collect())
    }

    pub fn insert(&mut self, second: u32) {
        if let Some(word) = self.0.get_mut(word_of(second)) {
            *word |= 1 << (second % BITS);
        }
    }

    pub fn contains(&self, second: u32) -> bool {
        self.0.get(word_of(second)).is_some_and(|word| word >> (second % BITS) & 1 == 1)
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The first second of the set that is not before `second`.
    pub fn first_from(&self, second: u32) -> Option<u32> {
        let mut kept = u64::MAX << (second % BITS);
        let mut base = second - second % BITS;
        for word in self.0.iter().skip(word_of(second)) {
            if word & kept != 0 {
                return Some(base + (word & kept).trailing_zeros());
            }
            kept = u64::MAX;
            base += BITS;
        }
        None
    }

    pub fn iter(&self) -> impl Iterator<Item = u32> {
        std::iter::successors(self.first_from(0), |second| self.first_from(second + 1))
    }

    pub fn remove_all(&mut self, others: &Self) {
        for (word, other) in self.0.iter_mut().zip(&others.0) {
            *word &= !other;
        }
    }

    pub fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    /// Each second cut down to the start of the stretch of `length` seconds that it lies in.
    pub fn cut_down(&self, length: u32) -> Self {
        let mut starts = Self::none();
        let mut from = 0;
        while let Some(second) = self.first_from(from) {
            let start = second - second % length;
            starts.insert(start);
            from = start + length;
        }
        starts
    }
}

/// A second of the day is far below what an index can hold; one that is not has no word.
fn word_of(second: u32) -> usize {
    usize::try_from(second / BITS).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_put_in_and_nothing_else() {
        let mut times = Times::none();
        assert!(times.is_empty());
        for second in [0, 63, 64, 3599, 86_399] {
            times.insert(second);
        }
        assert_eq!(times.iter().collect::<Vec<_>>(), [0, 63, 64, 3599, 86_399]);
        assert_eq!(times.first_from(65), Some(3599));
        assert_eq!(times.first_from(86_400), None);
        assert_eq!(times.cut_down(60).iter().collect::<Vec<_>>(), [0, 60, 3540, 86_340]);
        assert!(times.contains(64) && !times.contains(65) && !times.contains(90_000));
    }
}
