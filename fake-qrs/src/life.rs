//! Life on an invented site: people log in, some stop coming, others begin. As many days pass as the caller says.
//!
//! The same seed and the same days give the same logins. It moves the server's clock, and never waits.

use std::sync::Arc;

use chrono::{DateTime, Datelike as _, Days, NaiveTime, TimeDelta, Utc, Weekday};
use serde_json::Value;

use crate::seed::random::Random;
use crate::service::Service;
use crate::store::Account;

/// People log in between eight and six.
const MORNING: NaiveTime = NaiveTime::from_hms_opt(8, 0, 0).expect("a time of day");
const WORKING_MINUTES: u64 = 600;
/// Chances of a login on a working day, in per cent, for each kind of person, and how many of a hundred are of it.
const HABITS: [(u64, u64); 5] = [(40, 70), (20, 30), (10, 12), (5, 4), (25, 0)];
/// Of ten thousand people so many change their habits on a day.
const CHANGES_PER_10_000: u64 = 25;
/// On a weekend a tenth of the usual people come.
const WEEKEND_PERCENT: u64 = 10;

/// The people of a site with their habits.
#[derive(Debug)]
pub struct Life {
    service: Arc<Service>,
    random: Random,
    people: Vec<Person>,
    lived_until: DateTime<Utc>,
}

#[derive(Debug)]
struct Person {
    account: Account,
    /// The chance of a login on a working day, in per cent.
    percent: u64,
}

impl Life {
    pub(crate) fn new(service: Arc<Service>, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let users = service.store().to_data().users;
        let text = |user: &Value, name: &str| user.get(name).and_then(Value::as_str).map(str::to_owned);
        let accounts = users.iter().filter_map(|user| {
            let is_off = |name: &str| user.get(name).and_then(Value::as_bool).unwrap_or(false);
            let leaves = is_off("inactive") || is_off("blacklisted") || is_off("removedExternally");
            (!leaves)
                .then(|| Some(Account { directory: text(user, "userDirectory")?, id: text(user, "userId")? }))
                .flatten()
        });
        let people = accounts.map(|account| Person { account, percent: habit(&mut random) }).collect();
        let lived_until = service.clock.now();
        Self { service, random, people, lived_until }
    }

    /// Lets time pass until `now`: every working day before it is lived, and the server's clock shows `now`.
    pub fn until(&mut self, now: DateTime<Utc>) {
        let mut day = self.lived_until.date_naive();
        while let Some(morning) = day.and_time(MORNING).and_local_timezone(Utc).single().filter(|at| *at <= now) {
            if morning > self.lived_until {
                self.live(morning, day.weekday(), now);
            }
            let Some(next) = day.checked_add_days(Days::new(1)) else { break };
            day = next;
        }
        self.lived_until = self.lived_until.max(now);
        self.service.clock.set(now);
    }

    fn live(&mut self, morning: DateTime<Utc>, weekday: Weekday, now: DateTime<Utc>) {
        let is_weekend = matches!(weekday, Weekday::Sat | Weekday::Sun);
        let mut logins: Vec<(u64, usize)> = Vec::new();
        for (index, person) in self.people.iter_mut().enumerate() {
            if self.random.below(10_000) < CHANGES_PER_10_000 {
                person.percent = habit(&mut self.random);
            }
            let percent = if is_weekend { person.percent * WEEKEND_PERCENT / 100 } else { person.percent };
            if self.random.percent(percent) {
                logins.push((self.random.below(WORKING_MINUTES), index));
            }
        }
        logins.sort_unstable();
        let mut store = self.service.store();
        // Counted once a day: whoever has no seat tries in vain when there is none.
        let mut free = store.free_seats_of_all();
        for (minutes, index) in logins {
            let account = &self.people[index].account;
            let is_new = !store.holds_seat(account);
            if is_new && free < 1 {
                continue;
            }
            let at = morning + TimeDelta::minutes(i64::try_from(minutes).unwrap_or(0));
            // Whoever comes later today is seen at the next reading.
            let seat = store.log_in(account, at.min(now));
            free -= i64::from(is_new && seat.is_some());
        }
    }
}

fn habit(random: &mut Random) -> u64 {
    let mut place = random.below(100);
    for (of_hundred, percent) in HABITS {
        if place < of_hundred {
            return percent;
        }
        place -= of_hundred;
    }
    0
}
