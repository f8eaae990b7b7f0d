//! Candidates made up from those of a suite: each differs from a case in a few circumstances, and what it is given
//! comes from the settings, because a random name would never meet a list.

use serde_json::Value;

use super::candidate::OwnerKind;
use super::setup::Setup;
use super::subject::Subject;
use crate::instant::{Instant, MS_PER_DAY};
use crate::license_type::LicenseType;
use crate::random::Random;
use crate::snapshot::{LastUse, Property};

/// Days and words taken from settings. More would hardly meet anything new.
const WORDS_MAX: usize = 64;
/// Longer numbers are not days, and longer texts no names.
const DAYS_MAX: i64 = 100_000;
const WORD_MAX: usize = 100;

/// Makes up candidates for one setup.
pub(super) struct Variations<'w> {
    setup: &'w Setup,
    kinds: Vec<LicenseType>,
    days: Vec<i64>,
    words: Vec<String>,
    random: Random,
}

impl<'w> Variations<'w> {
    /// Numbers and words come from the settings and from the defaults of their schema.
    pub(super) fn new(setup: &'w Setup, schema: &Value, seed: u64) -> Self {
        let mut days = vec![0, 1, 7];
        let mut words = vec!["ACME".to_owned(), "x".to_owned()];
        // Properties may hold dates.
        let around = [-20, 5].map(|days| Instant::from_millis(setup.run.now.millis() + days * MS_PER_DAY));
        for at in around.into_iter().flatten().map(|at| at.to_string()) {
            words.extend(at.split_once('T').map(|(day, _)| day.to_owned()));
            words.push(at);
        }
        gather(&setup.settings, &mut days, &mut words);
        gather_defaults(schema, &mut days, &mut words);
        let kinds = setup.run.pools.iter().map(|pool| pool.license_type).collect();
        Self { setup, kinds, days, words, random: Random::new(seed) }
    }

    /// A candidate that differs from `subject` in one to three circumstances.
    pub(super) fn vary(&mut self, subject: &Subject) -> Subject {
        let mut varied = Subject { is_varied: true, ..subject.clone() };
        for _ in 0..=self.random.below(3) {
            self.change(&mut varied);
        }
        varied.user.sort();
        varied.settle();
        varied
    }

    fn change(&mut self, subject: &mut Subject) {
        match self.random.below(16) {
            // Dates decide most, so they change most.
            0..=3 => subject.seat.last_used = self.last_use(),
            4 | 5 => subject.seat.allocated_at = if self.random.once_in(6) { None } else { self.instant() },
            6 => subject.seat.quarantined = !subject.seat.quarantined,
            7 => subject.seat.excess = !subject.seat.excess,
            8 => {
                let kinds = [OwnerKind::Known, OwnerKind::Known, OwnerKind::Deleted, OwnerKind::Unresolved];
                subject.kind = self.random.pick(&kinds).copied().unwrap_or(OwnerKind::Known);
            }
            9 => {
                let user = &mut subject.user;
                let flags = [&mut user.inactive, &mut user.blocked, &mut user.removed_externally];
                for flag in flags {
                    *flag = self.random.once_in(2);
                }
            }
            10 => subject.user.tags = self.some_words(),
            11 => subject.user.custom_properties = self.properties(),
            12 => {
                subject.user.roles = self.some_words();
                subject.user.attributes = self.properties();
            }
            13 => {
                subject.user.user_directory = self.word();
                subject.user.user_id = self.word();
            }
            14 => subject.seat.license_type = self.random.pick(&self.kinds).copied().unwrap_or(LicenseType::Analyzer),
            _ => {
                subject.other_seats = self.random.pick(&LicenseType::ALL).copied().into_iter().collect();
                subject.rank = 1 + self.random.below(200);
            }
        }
    }

    fn last_use(&mut self) -> LastUse {
        match self.random.below(8) {
            0 => LastUse::Never,
            1 => LastUse::Unknown,
            _ => self.instant().map_or(LastUse::Unknown, LastUse::At),
        }
    }

    /// Mostly as many days ago as some number of the settings, give or take a millisecond.
    fn instant(&mut self) -> Option<Instant> {
        let days = match self.random.below(6) {
            0 => i64::from(self.random.below(1_000)),
            1 => -i64::from(self.random.below(30)),
            _ => self.random.pick(&self.days).copied().unwrap_or_default(),
        };
        let jitter = self.random.pick(&[-1, 0, 0, 1, MS_PER_DAY]).copied().unwrap_or_default();
        Instant::from_millis(self.setup.run.now.millis() - days * MS_PER_DAY + jitter)
    }

    /// A word of the settings, sometimes in another spelling.
    fn word(&mut self) -> String {
        let word = self.random.pick(&self.words).cloned().unwrap_or_default();
        match self.random.below(6) {
            0 => word.to_uppercase(),
            1 => format!(" {} ", word.to_lowercase()),
            _ => word,
        }
    }

    fn some_words(&mut self) -> Vec<String> {
        (0..self.random.below(3)).map(|_| self.word()).collect()
    }

    fn properties(&mut self) -> Vec<Property> {
        (0..self.random.below(3)).map(|_| Property { name: self.word(), value: self.word() }).collect()
    }
}

fn gather(value: &Value, days: &mut Vec<i64>, words: &mut Vec<String>) {
    match value {
        Value::Number(number) => {
            let count = number.as_i64().filter(|count| (0..=DAYS_MAX).contains(count));
            add(days, count);
        }
        Value::String(word) => add(words, (word.len() <= WORD_MAX).then(|| word.clone())),
        Value::Array(values) => {
            for value in values {
                gather(value, days, words);
            }
        }
        Value::Object(members) => {
            for value in members.values() {
                gather(value, days, words);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

fn gather_defaults(schema: &Value, days: &mut Vec<i64>, words: &mut Vec<String>) {
    let Value::Object(schema) = schema else { return };
    for (keyword, inner) in schema {
        if keyword == "default" {
            gather(inner, days, words);
        } else {
            gather_defaults(inner, days, words);
        }
    }
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: Option<T>) {
    if let Some(item) = item.filter(|item| list.len() < WORDS_MAX && !list.contains(item)) {
        list.push(item);
    }
}
