//! Places of which nobody may take too many: connections of a network, requests and listeners of a token.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Clones count together.
pub struct Places<K> {
    taken: Arc<Mutex<BTreeMap<K, usize>>>,
    of_each: usize,
}

/// A place, given back when it is dropped.
pub struct Place<K: Ord> {
    places: Places<K>,
    key: K,
}

impl<K: Ord + Copy> Places<K> {
    pub fn new(of_each: usize) -> Self {
        Self { taken: Arc::default(), of_each }
    }

    /// `None` when somebody has enough.
    pub fn enter(&self, key: K) -> Option<Place<K>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(key).or_default();
        if *count >= self.of_each {
            return None;
        }
        *count += 1;
        Some(Place { places: self.clone(), key })
    }
}

impl<K> Clone for Places<K> {
    fn clone(&self) -> Self {
        Self { taken: self.taken.clone(), of_each: self.of_each }
    }
}

impl<K: Ord> Drop for Place<K> {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_places_of_its_own_and_gives_them_back() {
        let places = Places::new(2);
        let taken = [places.enter(1), places.enter(1)];
        assert!(taken.iter().all(Option::is_some));
        assert!(places.enter(1).is_none());
        assert!(places.enter(2).is_some());
        drop(taken);
        assert!(places.enter(1).is_some());
        assert!(places.taken.lock().unwrap().is_empty(), "nothing is kept of those who left");
    }
}
