//! The mutants: mistakes that somebody could make in the policies, each as a text and what stands there instead.

mod leavers_first;
mod need_based;
mod people;
mod settings;
mod time;

use anyhow::{Result, bail};

/// One mistake.
pub struct Mutant {
    /// In kebab-case: what is wrong now.
    pub name: &'static str,
    /// Below `policy-wasm`.
    pub file: &'static str,
    /// Stands in the file exactly once.
    text: &'static str,
    replacement: &'static str,
}

/// By the policy whose suites have to catch them.
pub const LISTS: [(&str, &[&[Mutant]]); 3] = [
    ("standard", &[time::MUTANTS, people::MUTANTS, settings::MUTANTS]),
    ("need-based", &[need_based::MUTANTS]),
    ("leavers-first", &[leavers_first::MUTANTS]),
];

const fn mutant(name: &'static str, file: &'static str, text: &'static str, replacement: &'static str) -> Mutant {
    Mutant { name, file, text, replacement }
}

impl Mutant {
    /// # Errors
    /// When it is not clear where the mistake belongs, because somebody changed the source.
    pub fn applied_to(&self, source: &str) -> Result<String> {
        match source.matches(self.text).count() {
            1 => Ok(source.replace(self.text, self.replacement)),
            0 => bail!("`{}` has no such text any more: {}", self.file, self.text),
            count => bail!("`{}` has this text {count} times: {}", self.file, self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_mutant_can_still_be_made_and_has_a_name_of_its_own() {
        let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy-wasm");
        let mut names = BTreeSet::new();
        for mutant in LISTS.iter().flat_map(|(_, lists)| lists.iter().copied().flatten()) {
            let source = std::fs::read_to_string(policies.join(mutant.file)).expect("a file of the policies");
            let mutated = mutant.applied_to(&source).unwrap_or_else(|error| panic!("{}: {error}", mutant.name));
            assert_ne!(mutated, source, "{}", mutant.name);
            assert!(names.insert(mutant.name), "{} is there twice", mutant.name);
        }
    }
}
