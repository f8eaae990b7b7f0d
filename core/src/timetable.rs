//! When jobs are due: one schedule for each, a wall clock that may jump, and no job made up more than once.

use std::collections::{BTreeMap, BTreeSet};

use crate::instant::Instant;
use crate::schedule::Schedule;

/// A clock that is set right by less than this has not gone back.
const WENT_BACK_MS: i64 = 2000;

/// The jobs `J` and when each is due. Jobs that are due together come in their own order.
#[derive(Debug, Clone)]
pub struct Timetable<J> {
    entries: BTreeMap<J, Entry>,
    /// Asked for by somebody, whatever the schedule says.
    asked: BTreeSet<J>,
    seen_at: Instant,
}

#[derive(Debug, Clone)]
struct Entry {
    schedule: Schedule,
    /// The next occurrence, put off by the jitter; `None` when there is none any more.
    due_at: Option<Instant>,
    /// When to try again after a failure, if that is earlier.
    retry_at: Option<Instant>,
}

impl<J: Copy + Ord> Timetable<J> {
    /// `jitter_ms` gives each job its delay, which is drawn anew at every occurrence.
    pub fn new(schedules: BTreeMap<J, Schedule>, now: Instant, jitter_ms: &mut dyn FnMut() -> u32) -> Self {
        let entries = schedules.into_iter().map(|(job, schedule)| (job, Entry::new(schedule, now, jitter_ms())));
        Self { entries: entries.collect(), asked: BTreeSet::new(), seen_at: now }
    }

    /// Replaces the schedules. A job whose schedule stays the same keeps what it waits for.
    pub fn reschedule(&mut self, schedules: BTreeMap<J, Schedule>, now: Instant, jitter_ms: &mut dyn FnMut() -> u32) {
        let mut before = std::mem::take(&mut self.entries);
        for (job, schedule) in schedules {
            let kept = before.remove(&job).filter(|entry| entry.schedule.text() == schedule.text());
            let entry = kept.unwrap_or_else(|| Entry::new(schedule, now, jitter_ms()));
            self.entries.insert(job, entry);
        }
        self.asked.retain(|job| self.entries.contains_key(job));
    }

    /// Somebody wants this job to run now, scheduled or not.
    pub fn ask(&mut self, job: J) {
        self.asked.insert(job);
    }

    /// Notices a clock that went back: what was due next by the old time may lie a month ahead by the new one.
    pub fn look_at_clock(&mut self, now: Instant, jitter_ms: &mut dyn FnMut() -> u32) {
        if self.seen_at.millis_since(now) > WENT_BACK_MS {
            for entry in self.entries.values_mut() {
                entry.wait_for_next(now, jitter_ms());
            }
        }
        self.seen_at = now;
    }

    /// Takes the job that should run now, if there is one. However many occurrences were missed, it runs once.
    pub fn take_due(&mut self, now: Instant, jitter_ms: &mut dyn FnMut() -> u32) -> Option<J> {
        let is_due = |entry: &Entry| entry.next().is_some_and(|due_at| due_at <= now);
        let scheduled = self.entries.iter().filter(|(_, entry)| is_due(entry)).map(|(job, _)| *job).min();
        let job = self.asked.first().copied().into_iter().chain(scheduled).min()?;
        self.asked.remove(&job);
        if let Some(entry) = self.entries.get_mut(&job) {
            entry.retry_at = None;
            if entry.due_at.is_some_and(|due_at| due_at <= now) {
                entry.wait_for_next(now, jitter_ms());
            }
        }
        Some(job)
    }

    /// A job failed and is tried again at `at`, unless it is due before.
    pub fn retry(&mut self, job: J, at: Instant) {
        if let Some(entry) = self.entries.get_mut(&job) {
            entry.retry_at = Some(at);
        }
    }

    /// A job that failed waits for its schedule again.
    pub fn forget_retry(&mut self, job: J) {
        if let Some(entry) = self.entries.get_mut(&job) {
            entry.retry_at = None;
        }
    }

    /// When something is due next; now, when somebody asked.
    pub fn next_due(&self) -> Option<Instant> {
        if !self.asked.is_empty() {
            return Some(self.seen_at);
        }
        self.entries.values().filter_map(Entry::next).min()
    }

    pub fn due_at(&self, job: J) -> Option<Instant> {
        self.entries.get(&job).and_then(Entry::next)
    }

    pub fn schedule(&self, job: J) -> Option<&Schedule> {
        self.entries.get(&job).map(|entry| &entry.schedule)
    }

    pub fn jobs(&self) -> impl Iterator<Item = J> {
        self.entries.keys().copied()
    }
}

impl Entry {
    fn new(schedule: Schedule, now: Instant, jitter_ms: u32) -> Self {
        let mut entry = Self { schedule, due_at: None, retry_at: None };
        entry.wait_for_next(now, jitter_ms);
        entry
    }

    fn next(&self) -> Option<Instant> {
        self.due_at.into_iter().chain(self.retry_at).min()
    }

    fn wait_for_next(&mut self, after: Instant, jitter_ms: u32) {
        let put_off =
            |at: Instant| Instant::from_millis(at.millis().saturating_add(i64::from(jitter_ms))).unwrap_or(at);
        self.retry_at = None;
        self.due_at = self.schedule.next(after).map(put_off);
    }
}

/// A reading of `last_at` is older than it should be: two occurrences have passed since, and the grace.
pub fn is_overdue(schedule: &Schedule, last_at: Instant, now: Instant, grace_ms: i64) -> bool {
    let missed = schedule.upcoming(last_at, 2);
    missed.get(1).is_some_and(|second| now.millis_since(*second) > grace_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn table(texts: &[&str], now: &str) -> Timetable<usize> {
        let schedules = texts.iter().map(|text| Schedule::parse(text).unwrap()).enumerate().collect();
        Timetable::new(schedules, at(now), &mut || 0)
    }

    #[test]
    fn runs_each_job_at_its_occurrences_and_once_at_each() {
        let mut table = table(&["every 6 hours", "at 6:00"], "2026-11-21T05:00:00Z");
        assert_eq!(table.take_due(at("2026-11-21T05:59:59Z"), &mut || 0), None);
        assert_eq!(table.next_due(), Some(at("2026-11-21T06:00:00Z")));
        let six = at("2026-11-21T06:00:00Z");
        assert_eq!([table.take_due(six, &mut || 0), table.take_due(six, &mut || 0)], [Some(0), Some(1)]);
        assert_eq!(table.take_due(six, &mut || 0), None);
        assert_eq!(
            (table.due_at(0), table.due_at(1)),
            (Some(at("2026-11-21T12:00:00Z")), Some(at("2026-11-22T06:00:00Z")))
        );
    }

    #[test]
    fn makes_up_for_a_sleep_once() {
        let mut table = table(&["every 1 hour"], "2026-11-21T05:30:00Z");
        let morning = at("2026-11-22T09:10:00Z");
        table.look_at_clock(morning, &mut || 0);
        assert_eq!(table.take_due(morning, &mut || 0), Some(0));
        assert_eq!(table.take_due(morning, &mut || 0), None);
        assert_eq!(table.next_due(), Some(at("2026-11-22T10:00:00Z")));
    }

    #[test]
    fn a_clock_that_goes_back_starts_to_wait_anew() {
        let mut table = table(&["at 6:00"], "2026-11-21T05:30:00Z");
        table.look_at_clock(at("2026-12-21T05:30:00Z"), &mut || 0);
        assert_eq!(table.take_due(at("2026-12-21T05:30:00Z"), &mut || 0), Some(0));
        assert_eq!(table.next_due(), Some(at("2026-12-21T06:00:00Z")));
        table.look_at_clock(at("2026-11-21T05:31:00Z"), &mut || 0);
        assert_eq!(table.next_due(), Some(at("2026-11-21T06:00:00Z")));
    }

    #[test]
    fn somebody_who_asks_is_served_at_once_and_does_not_move_the_schedule() {
        let mut table = table(&["at 6:00"], "2026-11-21T05:30:00Z");
        table.ask(0);
        table.ask(0);
        assert_eq!(table.take_due(at("2026-11-21T05:30:00Z"), &mut || 0), Some(0));
        assert_eq!(table.take_due(at("2026-11-21T05:30:00Z"), &mut || 0), None);
        assert_eq!(table.next_due(), Some(at("2026-11-21T06:00:00Z")));
        table.ask(7);
        assert_eq!(table.take_due(at("2026-11-21T05:30:00Z"), &mut || 0), Some(7), "one without a schedule");
    }

    #[test]
    fn a_failed_job_is_tried_again_before_its_next_occurrence() {
        let mut table = table(&["at 6:00"], "2026-11-21T05:30:00Z");
        let six = at("2026-11-21T06:00:00Z");
        assert_eq!(table.take_due(six, &mut || 0), Some(0));
        table.retry(0, at("2026-11-21T06:01:00Z"));
        assert_eq!(table.take_due(six, &mut || 0), None);
        assert_eq!(table.next_due(), Some(at("2026-11-21T06:01:00Z")));
        assert_eq!(table.take_due(at("2026-11-21T06:01:00Z"), &mut || 0), Some(0));
        assert_eq!(table.next_due(), Some(at("2026-11-22T06:00:00Z")));
    }

    #[test]
    fn a_retry_can_be_forgotten() {
        let mut table = table(&["at 6:00"], "2026-11-21T05:30:00Z");
        let six = at("2026-11-21T06:00:00Z");
        assert_eq!(table.take_due(six, &mut || 0), Some(0));
        table.retry(0, at("2026-11-21T06:01:00Z"));
        table.forget_retry(0);
        assert_eq!(table.next_due(), Some(at("2026-11-22T06:00:00Z")));
    }

    #[test]
    fn other_schedules_leave_alone_what_stays_the_same() {
        let mut table = table(&["at 6:00", "at 7:00"], "2026-11-21T05:30:00Z");
        let schedules = [(0, Schedule::parse("at 6:00").unwrap()), (1, Schedule::parse("at 8:00").unwrap())];
        table.reschedule(schedules.into(), at("2026-11-21T06:00:01Z"), &mut || 0);
        assert_eq!(table.due_at(0), Some(at("2026-11-21T06:00:00Z")), "still due");
        assert_eq!(table.due_at(1), Some(at("2026-11-21T08:00:00Z")));
        table.reschedule(BTreeMap::new(), at("2026-11-21T06:00:01Z"), &mut || 0);
        assert_eq!(table.next_due(), None);
    }

    #[test]
    fn jitter_puts_off_and_never_skips_or_repeats() {
        let mut delays = [90_000, 0, 30_000, 0, 0].into_iter();
        let mut jitter = || delays.next().unwrap_or(0);
        let schedules = [(0, Schedule::parse("every 1 minute").unwrap())].into();
        let mut table = Timetable::new(schedules, at("2026-11-21T05:00:30Z"), &mut jitter);
        assert_eq!(table.next_due(), Some(at("2026-11-21T05:02:30Z")));
        assert_eq!(table.take_due(at("2026-11-21T05:02:30Z"), &mut jitter), Some(0));
        assert_eq!(table.next_due(), Some(at("2026-11-21T05:03:00Z")));
    }

    #[test]
    fn a_reading_is_overdue_after_two_missed_occurrences() {
        let schedule = Schedule::parse("every 6 hours").unwrap();
        let is_overdue = |now| is_overdue(&schedule, at("2026-11-21T06:00:05Z"), at(now), 600_000);
        assert!(!is_overdue("2026-11-21T17:59:00Z"));
        assert!(!is_overdue("2026-11-21T18:09:00Z"));
        assert!(is_overdue("2026-11-21T18:10:01Z"));
    }
}
