//! Names from the settings, folded once for the whole run, to be looked up for every seat.

use std::collections::{BTreeMap, BTreeSet};

use crate::Text;
use crate::text::fold;

/// A set of names.
#[derive(Debug, Clone, Default)]
pub struct Names(BTreeSet<String>);

impl Names {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The set has this name, whatever its case and outer blanks.
    pub fn has(&self, name: Text<'_>) -> bool {
        !self.is_empty() && self.0.contains(&*name.folded())
    }
}

impl<T: AsRef<str>> FromIterator<T> for Names {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        Self(names.into_iter().map(|name| fold(name.as_ref()).into_owned()).collect())
    }
}

/// A set of pairs of names: a property with its value, or a user directory with a user id.
#[derive(Debug, Clone, Default)]
pub struct NamePairs(BTreeMap<String, BTreeSet<String>>);

impl NamePairs {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The set has this pair, whatever the case and outer blanks of both.
    pub fn has(&self, first: Text<'_>, second: Text<'_>) -> bool {
        !self.is_empty() && self.0.get(&*first.folded()).is_some_and(|seconds| seconds.contains(&*second.folded()))
    }
}

impl<A: AsRef<str>, B: AsRef<str>> FromIterator<(A, B)> for NamePairs {
    fn from_iter<I: IntoIterator<Item = (A, B)>>(pairs: I) -> Self {
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (first, second) in pairs {
            let seconds = all.entry(fold(first.as_ref()).into_owned()).or_default();
            seconds.insert(fold(second.as_ref()).into_owned());
        }
        Self(all)
    }
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
    fn both_names_of_a_pair_have_to_belong_together() {
        let pairs: NamePairs = [("ACME", "jdoe"), ("acme ", "anna"), ("OTHER", "sam")].into_iter().collect();
        assert!(pairs.has("Acme".into(), " JDoe".into()) && pairs.has("ACME".into(), "ANNA".into()));
        assert!(!pairs.has("OTHER".into(), "jdoe".into()) && !pairs.has("jdoe".into(), "ACME".into()));
    }
}
