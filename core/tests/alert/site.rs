//! A site whose facts the tests change, and the alerts about it.

use std::collections::BTreeMap;

use steward_core::alert::{
    AlertSettings, AlertState, CertificateFacts, JobFacts, Kind, LicenseFacts, Notification, Observations, OutboxFacts,
    PoolFacts, ReleaseFacts, Rule, RunHeldFacts, Silence, SinkFacts, step,
};
use steward_core::instant::{Instant, MS_PER_DAY};
use steward_core::license_type::LicenseType::Analyzer;

pub const START: &str = "2026-07-01T00:00:00Z";
pub const HOUR_MS: i64 = 3_600_000;

pub fn at_hour(hour: i64) -> Instant {
    Instant::from_millis(Instant::parse(START).unwrap().millis() + hour * HOUR_MS).unwrap()
}

/// A site where all is well at this hour.
pub fn well(hour: i64) -> Observations {
    let now = at_hour(hour);
    let in_a_year = Instant::from_millis(now.millis() + 365 * MS_PER_DAY).unwrap();
    Observations {
        pools: Some(BTreeMap::from([(Analyzer, pool(300))])),
        read_at: Some(now),
        longest_pause_hours: Some(6),
        forecasts: BTreeMap::new(),
        budget: Some(None),
        server_license: Some(LicenseFacts {
            has_ended: Some(false),
            days_until_expiry: Some(400),
            expiry: "2027-08-05".to_owned(),
        }),
        deleted_owners: Some(BTreeMap::from([(Analyzer, 0)])),
        double_seats: Some(0),
        jobs: BTreeMap::from([("release".to_owned(), JobFacts { failure: None })]),
        last_plan: Some(RunHeldFacts::default()),
        releases: Some(ReleaseFacts { is_scheduled: true, last_success_at: now, longest_pause_hours: Some(24) }),
        outbox: Some(OutboxFacts { waiting: 10, limit: 1000 }),
        sinks: BTreeMap::from([("operations".to_owned(), SinkFacts::default())]),
        settings_problem: Some(None),
        certificate: Some(CertificateFacts { expires_at: in_a_year }),
        paused_since: Some(None),
        unmatched_protections: Some(Vec::new()),
    }
}

/// A pool of 400 with so many allocated.
pub fn pool(allocated: u32) -> PoolFacts {
    PoolFacts {
        total: 400,
        allocated,
        available: 400_u32.saturating_sub(allocated),
        excess: allocated.saturating_sub(400),
    }
}

pub fn with_pool(hour: i64, allocated: u32) -> Observations {
    Observations { pools: Some(BTreeMap::from([(Analyzer, pool(allocated))])), ..well(hour) }
}

/// Steps one after the other, with a restart after each.
#[derive(Default)]
pub struct Alerts {
    pub state: AlertState,
    pub settings: AlertSettings,
    pub silences: Vec<Silence>,
    pub told: Vec<Notification>,
}

impl Alerts {
    pub fn step(&mut self, observations: &Observations, now: Instant) -> Vec<Notification> {
        let text = serde_json::to_string(&self.state).unwrap();
        let read: AlertState = serde_json::from_str(&text).unwrap();
        assert_eq!(read, self.state, "a state is read as it was written");
        let stepped = step(read, observations, &self.settings, &self.silences, now);
        self.state = stepped.state;
        self.told.extend(stepped.notifications.clone());
        stepped.notifications
    }

    pub fn step_at(&mut self, hour: i64, observations: &Observations) -> Vec<Notification> {
        self.step(observations, at_hour(hour))
    }

    /// What was sent about a rule.
    pub fn sent(&self, rule: Rule) -> Vec<(Kind, Instant)> {
        let of_rule = self.told.iter().filter(|told| told.key.rule() == rule && told.silenced_by.is_none());
        of_rule.map(|told| (told.kind, told.at)).collect()
    }

    pub fn kinds(&self, rule: Rule) -> Vec<Kind> {
        self.sent(rule).into_iter().map(|(kind, _)| kind).collect()
    }
}

pub fn without_repeats(settings: &mut AlertSettings) {
    for rule in Rule::ALL {
        settings.rules.entry(rule).or_default().repeat_hours = Some(0);
    }
}
