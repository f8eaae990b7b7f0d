//! A small generator of random numbers whose sequence belongs to this crate.
//!
//! A library's generator may change its sequence between versions, and then the same seed would be another site. Never
//! for secrets: ids and names only.

use std::fmt::Write as _;

/// The generator known as `SplitMix64`.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; 0 when the limit is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        // The bias of the remainder is far below what a test could notice.
        if limit == 0 { 0 } else { self.number() % limit }
    }

    /// Yes in `percent` of a hundred cases.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'list, T>(&mut self, list: &'list [T]) -> &'list T {
        let at = usize::try_from(self.below(list.len() as u64)).unwrap_or(0);
        &list[at]
    }

    /// An id in the repository's form.
    pub fn guid(&mut self) -> String {
        let bits = (u128::from(self.number()) << 64 | u128::from(self.number())) & !(0xf << 76 | 0x3 << 62)
            | 0x4 << 76
            | 0x2 << 62;
        let mut text = String::with_capacity(36);
        for (at, byte) in bits.to_be_bytes().into_iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_ids_in_the_repository_s_form() {
        let mut random = Random::new(1);
        for _ in 0..100 {
            let id = random.guid();
            assert!(crate::filter::parser::is_guid(&id), "{id}");
            assert_eq!(&id[14..15], "4");
        }
    }
}
