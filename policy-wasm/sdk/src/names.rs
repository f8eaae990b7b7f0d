//! Names from the settings, folded once for the whole run, to be looked up for every seat.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::candidate::{Properties, Property, Texts};
use crate::text::{Text, fold};

/// A set of names.
#[derive(Debug, Clone, Default)]
pub struct Names(Vec<String>);

impl Names {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The set has this name, whatever its case and outer blanks.
    pub fn has(&self, name: Text<'_>) -> bool {
        !self.is_empty() && name.look(|folded| place(&self.0, folded).is_some())
    }

    /// The first of these names that the set has.
    pub fn first_of<'a>(&self, names: Texts<'a>) -> Option<Text<'a>> {
        if self.is_empty() { None } else { names.find(|name| self.has(name)) }
    }
}

impl<T: AsRef<str>> FromIterator<T> for Names {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        let mut folded: Vec<String> = names.into_iter().map(|name| fold(name.as_ref()).into_owned()).collect();
        folded.sort_by(|a, b| order(a, b));
        folded.dedup();
        Self(folded)
    }
}

/// A set of pairs of names: a property with its value, or a user directory with a user id.
#[derive(Debug, Clone, Default)]
pub struct NamePairs {
    firsts: Vec<String>,
    /// For each of `firsts` the names that belong to it.
    seconds: Vec<Names>,
}

impl NamePairs {
    pub fn is_empty(&self) -> bool {
        self.firsts.is_empty()
    }

    /// The set has this pair, whatever the case and outer blanks of both.
    pub fn has(&self, first: Text<'_>, second: Text<'_>) -> bool {
        let place = if self.is_empty() { None } else { first.look(|folded| place(&self.firsts, folded)) };
        place.is_some_and(|place| self.seconds[place].has(second))
    }

    /// The first of these properties that the set has with its value.
    pub fn first_of<'a>(&self, properties: Properties<'a>) -> Option<Property<'a>> {
        if self.is_empty() { None } else { properties.find(|property| self.has(property.name, property.value)) }
    }
}

impl<A: AsRef<str>, B: AsRef<str>> FromIterator<(A, B)> for NamePairs {
    fn from_iter<I: IntoIterator<Item = (A, B)>>(pairs: I) -> Self {
        let mut by_first: BTreeMap<String, Vec<B>> = BTreeMap::new();
        for (first, second) in pairs {
            by_first.entry(fold(first.as_ref()).into_owned()).or_default().push(second);
        }
        let mut all: Vec<(String, Vec<B>)> = by_first.into_iter().collect();
        all.sort_by(|(a, _), (b, _)| order(a, b));
        let (firsts, seconds) = all.into_iter().map(|(first, seconds)| (first, seconds.into_iter().collect())).unzip();
        Self { firsts, seconds }
    }
}

/// By length, and only then by letters: most names differ in their length already, which is the cheaper look.
fn order(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn place(sorted: &[String], folded: &str) -> Option<usize> {
    sorted.binary_search_by(|name| order(name, folded)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_miss_is_in_the_set_and_a_miss_is_not() {
        let names: Names = ["Do not release ", "ΟΔΟΣ"].into_iter().collect();
        assert!(names.has("do NOT release".into()) && names.has("οδος".into()));
        assert!(!names.has("donotrelease".into()) && !Names::default().has("".into()));
    }

    #[test]
    fn every_name_is_found_among_many() {
        let all: Vec<String> = (0..300).map(|n| format!("{n}{}", "x".repeat(n % 7))).collect();
        let names: Names = all.iter().rev().chain(&all).collect();
        assert!(all.iter().all(|name| names.has(name.as_str().into())));
        assert!(!names.has("300".into()) && !names.has("".into()));
    }

    #[test]
    fn both_names_of_a_pair_have_to_belong_together() {
        let pairs: NamePairs = [("ACME", "jdoe"), ("acme ", "anna"), ("OTHER", "sam")].into_iter().collect();
        assert!(pairs.has("Acme".into(), " JDoe".into()) && pairs.has("ACME".into(), "ANNA".into()));
        assert!(!pairs.has("OTHER".into(), "jdoe".into()) && !pairs.has("jdoe".into(), "ACME".into()));
    }
}
