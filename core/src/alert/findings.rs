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
/// Alerts of one rule, should its subjects be others at each look.
const ALERTS_MAX: usize = 2 * SUBJECTS_MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Raised,
    /// Neither bad enough to fire nor good enough to be resolved.
    Between,
    Clear,
    /// The fact is not known now.
    Unknown,
    /// Another alert says it: what fires goes on without a word, and nothing new begins.
    Covered,
    /// Another alert says something worse in its place, so this one ends.
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
    /// Which other rule may say it about the same subject; `None` for most.
    pub cover: Option<Cover>,
}

/// What becomes of a finding while another alert about the same subject is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cover {
    /// That one says the same.
    Quiets(Rule),
    /// That one says what has become of it.
    Replaces(Rule),
}

impl Cover {
    pub fn rule(self) -> Rule {
        match self {
            Self::Quiets(rule) | Self::Replaces(rule) => rule,
        }
    }
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
        let mut kept: BTreeMap<Rule, usize> = BTreeMap::new();
        for key in alerts {
            let rule = key.rule();
            let of_rule = kept.entry(rule).or_default();
            *of_rule += 1;
            // Where there are too many to look at, one that was not looked at may still be so; but not without end.
            let was_seen = self.counts.get(&rule).is_none_or(|count| *count <= SUBJECTS_MAX) || *of_rule > ALERTS_MAX;
            let missing = match () {
                () if !settings.is_on(rule) => Finding::new(rule, Standing::Off, "The rule was switched off."),
                () if self.known.contains(&rule) && was_seen => {
                    Finding::new(rule, Standing::Clear, "It is not so any more.")
                }
                () => Finding::new(rule, Standing::Unknown, ""),
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
        self.put(AlertKey::about(rule, subject), Finding { standing, severity: rule.severity(), facts, cover: None });
    }

    fn put(&mut self, key: AlertKey, finding: Finding) {
        let is_trouble = matches!(finding.standing, Standing::Raised | Standing::Between);
        let count = self.counts.entry(key.rule()).or_default();
        *count += usize::from(is_trouble);
        if *count <= SUBJECTS_MAX || !is_trouble {
            self.found.insert(key, finding);
        }
    }
}

impl Finding {
    fn new(rule: Rule, standing: Standing, facts: &str) -> Self {
        Self { standing, severity: rule.severity(), facts: facts.to_owned(), cover: None }
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
