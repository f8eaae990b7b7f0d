//! What the rules say about the facts of one instant, without any memory.

mod license;
mod pools;
mod runs;

use std::collections::{BTreeMap, BTreeSet};

use super::key::AlertKey;
use super::observations::Observations;
use super::rule::{Rule, Severity};
use super::settings::AlertSettings;
use crate::instant::Instant;

/// Subjects of one rule; a site that has more of them has one trouble and not many.
const SUBJECTS_MAX: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Raised,
    /// Neither bad enough to fire nor good enough to be resolved.
    Between,
    Clear,
    /// The fact is not known now.
    Unknown,
    /// Another rule says it, and worse.
    Superseded,
    /// Somebody switched the rule off.
    Off,
}

/// What a rule finds about one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub standing: Standing,
    pub severity: Severity,
    /// A sentence.
    pub facts: String,
}

/// What all rules find.
#[derive(Debug, Clone)]
pub struct Findings {
    found: BTreeMap<AlertKey, Finding>,
    /// Rules whose facts are known: what they do not find is not there.
    known: BTreeSet<Rule>,
    counts: BTreeMap<Rule, usize>,
}

impl Findings {
    pub(super) fn of(
        observations: &Observations,
        settings: &AlertSettings,
        reading_age_ms: Option<u64>,
        now: Instant,
    ) -> Self {
        let mut findings = Self { found: BTreeMap::new(), known: BTreeSet::new(), counts: BTreeMap::new() };
        let thresholds = &settings.thresholds;
        pools::find(observations, thresholds, &mut findings);
        license::find(observations, thresholds, now, &mut findings);
        runs::find(observations, thresholds, reading_age_ms, now, &mut findings);
        findings.found.retain(|key, _| settings.is_on(key.rule()));
        findings
    }

    /// Adds what has to be said about alerts that are there and were not found.
    pub(super) fn settle<'k>(&mut self, settings: &AlertSettings, alerts: impl Iterator<Item = &'k AlertKey>) {
        for key in alerts {
            let known = self.known.contains(&key.rule());
            let missing = match () {
                () if !settings.is_on(key.rule()) => {
                    Finding::new(key.rule(), Standing::Off, "The rule was switched off.")
                }
                () if known => Finding::new(key.rule(), Standing::Clear, "It is not so any more."),
                () => Finding::new(key.rule(), Standing::Unknown, ""),
            };
            self.found.entry(key.clone()).or_insert(missing);
        }
    }

    pub(super) fn into_all(self) -> impl Iterator<Item = (AlertKey, Finding)> {
        self.found.into_iter()
    }

    fn knows(&mut self, rule: Rule) {
        self.known.insert(rule);
    }

    fn add(&mut self, rule: Rule, subject: &str, standing: Standing, facts: String) {
        self.put(AlertKey::about(rule, subject), Finding { standing, severity: rule.severity(), facts });
    }

    fn put(&mut self, key: AlertKey, finding: Finding) {
        let count = self.counts.entry(key.rule()).or_default();
        *count += 1;
        if *count <= SUBJECTS_MAX {
            self.found.insert(key, finding);
        }
    }
}

impl Finding {
    fn new(rule: Rule, standing: Standing, facts: &str) -> Self {
        Self { standing, severity: rule.severity(), facts: facts.to_owned() }
    }
}

/// Of a number with two thresholds. Being raised wins, should they be the wrong way round.
fn standing(is_raised: bool, is_clear: bool) -> Standing {
    match (is_raised, is_clear) {
        (true, _) => Standing::Raised,
        (false, true) => Standing::Clear,
        (false, false) => Standing::Between,
    }
}

/// Of a fact that is so or not.
fn raised_if(is_raised: bool) -> Standing {
    standing(is_raised, true)
}

/// `part` is less than `percent` of `whole`.
fn is_below(part: u64, whole: u64, percent: u32) -> bool {
    u128::from(part) * 100 < u128::from(whole) * u128::from(percent)
}

fn percent(part: u64, whole: u64) -> u64 {
    part.saturating_mul(100).checked_div(whole).unwrap_or(0)
}

/// `1 seat`, `2 seats`.
fn some(count: u64, one: &str, several: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {several}") }
}
