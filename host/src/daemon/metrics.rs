//! The metrics in the `OpenMetrics` text format. `docs/measurements.md` has the list.
//!
//! A registry is made anew at each request from what the keeper publishes, so there is no second place that counts.

use std::fmt;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::sync::atomic::AtomicU64;
use steward_core::access::AccessType;
use steward_core::cost::BudgetState;
use steward_core::forecast::Forecast;
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;

use super::job::Job;
use super::shadow::ShadowFacts;
use super::status::{JobStatus, Status};
use crate::alerts::view;
use crate::influx::OutboxStatus;
use crate::notify::Standings;

pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Labels = Vec<(&'static str, String)>;
type Gauges = Family<Labels, Gauge<f64, AtomicU64>>;
type Counters = Family<Labels, Counter>;

/// Everything that is known now.
///
/// # Errors
/// When it cannot be written as text.
pub fn text(status: &Status, outbox: &OutboxStatus, sinks: &Standings) -> Result<String, fmt::Error> {
    let mut told = Told { registry: Registry::default() };
    told.identities(status);
    told.pools(status);
    told.server_license(status);
    told.forecasts(status);
    told.cost(status);
    told.jobs(status);
    told.plan(status);
    told.shadows(status);
    told.totals(status);
    told.outbox(outbox);
    told.alerts(status);
    told.sinks(sinks);
    told.state(status);
    let mut text = String::new();
    encode(&mut text, &told.registry)?;
    Ok(text)
}

struct Told {
    registry: Registry,
}

impl Told {
    fn gauges(&mut self, name: &str, help: &str, values: impl IntoIterator<Item = (Labels, f64)>) {
        let family = Gauges::default();
        for (labels, value) in values {
            family.get_or_create(&labels).set(value);
        }
        self.registry.register(name, help, family);
    }

    /// One without labels; left out when there is nothing to tell.
    fn gauge(&mut self, name: &str, help: &str, value: Option<f64>) {
        if let Some(value) = value {
            self.gauges(name, help, [(Labels::new(), value)]);
        }
    }

    /// The name without `_total`, which the format adds.
    fn counters(&mut self, name: &str, help: &str, values: impl IntoIterator<Item = (Labels, u64)>) {
        let family = Counters::default();
        for (labels, value) in values {
            family.get_or_create(&labels).inc_by(value);
        }
        self.registry.register(name, help, family);
    }

    fn identities(&mut self, status: &Status) {
        let version = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
        self.gauges("steward_build_info", "The version of Steward", [(version, 1.0)]);
        let policy = status.plan.iter().map(|plan| {
            let policy = &plan.policy;
            let labels = vec![
                ("name", policy.name.clone()),
                ("version", policy.version.clone()),
                ("digest", policy.digest.to_string()),
            ];
            (labels, 1.0)
        });
        self.gauges("steward_policy_info", "The policy that made the last plan", policy);
    }

    fn pools(&mut self, status: &Status) {
        let counted = status.pools.iter().flat_map(|reading| &reading.counted);
        let (mut seats, mut minutes, mut tokens) = (Vec::new(), Vec::new(), Vec::new());
        for access in counted {
            for (figure, value) in &access.figures {
                let of = |state: &str| {
                    vec![("license_type", access.access_type.as_str().to_owned()), ("state", state.to_owned())]
                };
                match access.access_type {
                    AccessType::Analyzer | AccessType::Professional => seats.push((of(figure), *value)),
                    AccessType::AnalyzerCapacity => minutes.push((of(figure.trim_end_matches("_minutes")), *value)),
                    // A price is no number of tokens in some state.
                    _ if *figure == "token_cost" => {}
                    _ => tokens.push((of(figure.trim_end_matches("_tokens")), *value)),
                }
            }
        }
        self.gauges("steward_pool_seats", "Seats at the last reading", seats);
        self.gauges("steward_pool_minutes", "Minutes of analyzer capacity at the last reading", minutes);
        self.gauges("steward_pool_tokens", "Tokens at the last reading", tokens);
        let read_at = status.pools.as_ref().map(|reading| seconds(reading.at));
        self.gauge("steward_reading_timestamp_seconds", "When the pools were read last", read_at);
    }

    fn server_license(&mut self, status: &Status) {
        let Some((at, license)) = &status.server_license else { return };
        let expires_at = license.expires_at();
        self.gauge(
            "steward_server_license_expiry_known",
            "Whether the licence of the server says when it ends",
            Some(flag(expires_at.is_some())),
        );
        let has_ended = license.has_ended(*at).map(flag);
        self.gauge("steward_server_license_expired", "Whether the licence of the server has ended", has_ended);
        self.gauge(
            "steward_server_license_expiry_timestamp_seconds",
            "When the licence of the server ends",
            expires_at.map(seconds),
        );
    }

    fn forecasts(&mut self, status: &Status) {
        let of = |license_type: &LicenseType| vec![("license_type", license_type.to_string())];
        let known = status
            .forecasts
            .iter()
            .map(|(license_type, forecast)| (of(license_type), flag(matches!(forecast, Forecast::Exhaustion(_)))));
        self.gauges("steward_forecast_known", "Whether anybody can tell when the pool will be exhausted", known);
        let days = status.forecasts.iter().flat_map(|(license_type, forecast)| {
            let Forecast::Exhaustion(found) = forecast else { return Vec::new() };
            let bounds =
                [("lower", Some(found.lower_days)), ("median", Some(found.median_days)), ("upper", found.upper_days)];
            let told = bounds.into_iter().filter_map(|(bound, days)| {
                let mut labels = of(license_type);
                labels.push(("bound", bound.to_owned()));
                Some((labels, f64::from(days?)))
            });
            told.collect()
        });
        self.gauges("steward_forecast_days", "Days until no seat of the pool is left, if nothing is released", days);
    }

    /// Amounts are told in whole units of the currency.
    fn cost(&mut self, status: &Status) {
        let Some(report) = &status.cost else { return };
        let currency = &report.currency;
        let with = |labels: &[(&'static str, &str)]| -> Labels {
            let labels = labels.iter().copied().chain([("currency", currency.code())]);
            labels.map(|(name, value)| (name, value.to_owned())).collect()
        };
        let costs = report.pools.iter().flat_map(|pool| {
            let amounts =
                [("bought", pool.bought), ("allocated", pool.allocated), ("idle", pool.idle), ("saved", pool.saved)];
            let known = amounts.into_iter().filter_map(|(kind, amount)| Some((kind, amount.cost?)));
            let told = known.map(|(kind, cost)| {
                (with(&[("license_type", pool.license_type.as_str()), ("kind", kind)]), currency.units(cost))
            });
            told.collect::<Vec<_>>()
        });
        self.gauges("steward_cost_month", "What the running month cost so far, and what releases saved in it", costs);
        // It falls when a price of the past is mended, so it is no counter.
        let saved = report.saved_ever.map(|saved| (with(&[]), currency.units(saved)));
        self.gauges("steward_cost_saved", "What all releases saved so far", saved);
        let saving = report
            .pools
            .iter()
            .map(|pool| (vec![("license_type", pool.license_type.to_string())], f64::from(pool.saving_now)));
        self.gauges("steward_saving_seats", "Released seats that nobody was given again", saving);
        let Some(budget) = &report.budget else { return };
        for (name, help, amount) in [
            ("steward_cost_budget", "What a month may cost", budget.amount),
            ("steward_cost_budget_spent", "What the budget is compared with, so far", budget.spent),
            (
                "steward_cost_budget_projected",
                "The same at the end of the month, if the last counts stay as they are",
                budget.projected,
            ),
        ] {
            self.gauges(name, help, [(with(&[]), currency.units(amount))]);
        }
        let is_above = flag(budget.state == BudgetState::Above);
        self.gauge("steward_cost_above_budget", "Whether the month cost more than its budget", Some(is_above));
    }

    fn jobs(&mut self, status: &Status) {
        let runs = status.totals.jobs.iter().map(|((job, outcome), count)| {
            (vec![("task", job.to_string()), ("outcome", outcome.as_str().to_owned())], *count)
        });
        self.counters("steward_job_runs", "Runs of the jobs", runs);
        let each = |value: fn(&JobStatus) -> Option<f64>| -> Vec<(Labels, f64)> {
            let values = status.jobs.iter().map(|(job, status)| (job, value(status)));
            values.filter_map(|(job, value)| Some((of_job(*job), value?))).collect()
        };
        #[expect(clippy::cast_precision_loss, reason = "a duration in milliseconds")]
        let durations = each(|job| job.last_duration_ms.map(|ms| ms as f64 / 1000.0));
        self.gauges("steward_job_duration_seconds", "How long the last run of a job took", durations);
        self.gauges(
            "steward_job_last_success_timestamp_seconds",
            "When a job last ended without a failure",
            each(|job| job.last_success_at.map(seconds)),
        );
        self.gauges(
            "steward_job_next_run_timestamp_seconds",
            "When a job is due",
            each(|job| job.next_at.map(seconds)),
        );
    }

    fn plan(&mut self, status: &Status) {
        let plan = status.plan.iter();
        let releases = plan
            .clone()
            .flat_map(|plan| &plan.releases)
            .map(|(license_type, count)| (vec![("license_type", license_type.to_string())], float(*count)));
        self.gauges("steward_plan_releases", "Releases of the last plan", releases);
        let decisions = plan.clone().flat_map(|plan| &plan.decisions);
        let decisions = decisions.map(|(rule, count)| (vec![("rule", rule.clone())], float(*count)));
        self.gauges("steward_plan_decisions", "Seats of the last plan by the rule that decided", decisions);
        let held = plan.flat_map(|plan| &plan.held);
        let held = held.map(|(gate, count)| (vec![("gate", (*gate).to_owned())], float(*count)));
        self.gauges("steward_plan_held_seats", "Seats of the last plan that the guard held", held);
    }

    fn shadows(&mut self, status: &Status) {
        let of = |shadow: &ShadowFacts| vec![("policy", shadow.policy.clone())];
        let changes = status.shadows.iter().filter(|shadow| shadow.fault.is_none()).flat_map(|shadow| {
            [("newly_loses", shadow.newly_loses), ("newly_keeps", shadow.newly_keeps)].map(|(change, count)| {
                let mut labels = of(shadow);
                labels.push(("change", change.to_owned()));
                (labels, f64::from(count))
            })
        });
        self.gauges(
            "steward_shadow_disagreements",
            "Seats of the last plan about which a policy in the shadow decided differently",
            changes,
        );
        let faulty = status.shadows.iter().map(|shadow| (of(shadow), flag(shadow.fault.is_some())));
        self.gauges("steward_shadow_faulty", "Whether a policy in the shadow failed at the last plan", faulty);
    }

    fn totals(&mut self, status: &Status) {
        let totals = &status.totals;
        let faults = totals.faults.iter().map(|(fault, count)| (vec![("fault", (*fault).to_owned())], *count));
        self.counters("steward_policy_faults", "Faults of the policy, each of which held a plan", faults);
        let changes = totals.changes.iter().map(|((license_type, change), count)| {
            (vec![("license_type", license_type.to_string()), ("change", change.figure().to_owned())], *count)
        });
        self.counters("steward_seat_changes", "Seats that came and went between readings", changes);
        let released = totals.released.iter().map(|((license_type, rule), count)| {
            (vec![("license_type", license_type.to_string()), ("rule", rule.clone())], *count)
        });
        self.counters("steward_released_seats", "Seats taken", released);
        let outcomes = totals.outcomes.iter().map(|(name, count)| (vec![("outcome", (*name).to_owned())], *count));
        self.counters("steward_release_outcomes", "What became of planned releases", outcomes);
        let requests = totals.requests.iter().map(|((method, outcome), count)| {
            (vec![("method", method.clone()), ("outcome", outcome.as_str().to_owned())], *count)
        });
        self.counters("steward_qrs_requests", "Requests to the Qlik Repository Service", requests);
    }

    fn outbox(&mut self, outbox: &OutboxStatus) {
        self.gauge("steward_outbox_points", "Points that wait for InfluxDB", Some(float(outbox.waiting)));
        self.gauge("steward_outbox_limit_points", "How many points may wait", Some(float(outbox.waiting_max)));
        let oldest_at = outbox.oldest_at.map(seconds);
        self.gauge("steward_outbox_oldest_timestamp_seconds", "The oldest point that waits", oldest_at);
        let set_aside = Some(float(outbox.set_aside));
        self.gauge("steward_outbox_set_aside_points", "Points that InfluxDB refused, kept with the reason", set_aside);
        for (name, help, count) in [
            ("steward_outbox_sent_points", "Points that InfluxDB took", outbox.sent_total),
            ("steward_outbox_rejected_points", "Points that InfluxDB refused for good", outbox.rejected_total),
            ("steward_outbox_dropped_points", "Points given up because the outbox was full", outbox.dropped_total),
        ] {
            self.counters(name, help, [(Labels::new(), count)]);
        }
    }

    fn alerts(&mut self, status: &Status) {
        let firing = view::firing(&status.alerts);
        let firing = firing.into_iter().map(|(rule, alerts)| (vec![("rule", rule.to_owned())], float(alerts)));
        self.gauges("steward_alerts_firing", "Alerts that fire, by rule", firing);
    }

    fn sinks(&mut self, sinks: &Standings) {
        let of = |name: &String| vec![("sink", name.clone())];
        let waiting = sinks.iter().map(|(name, sink)| (of(name), float(sink.waiting)));
        self.gauges("steward_messages_waiting", "Messages that wait for a sink", waiting);
        let delivered = sinks.iter().map(|(name, sink)| (of(name), sink.delivered));
        self.counters("steward_messages_delivered", "Messages that a sink took, ever", delivered);
        let refused = sinks.iter().map(|(name, sink)| (of(name), sink.refused));
        self.counters(
            "steward_messages_refused",
            "Messages that a sink refused for good, or that were given up",
            refused,
        );
        let dropped = sinks.iter().map(|(name, sink)| (of(name), sink.dropped));
        self.counters("steward_messages_dropped", "Messages that were given up unsent", dropped);
    }

    fn state(&mut self, status: &Status) {
        let ledger = &status.ledger;
        self.gauge("steward_ledger_entries", "Entries of the ledger", Some(float(ledger.entries)));
        let is_writable = flag(ledger.problem.is_none());
        self.gauge("steward_ledger_writable", "Whether the ledger could be written last", Some(is_writable));
        self.gauge("steward_armed", "Whether releases are allowed", Some(flag(ledger.is_armed)));
        self.gauge("steward_paused", "Whether releases are paused", Some(flag(ledger.is_paused)));
        let waiting = flag(status.rules_waiting.is_some());
        self.gauge("steward_rules_waiting", "Whether changed rules wait for an administrator", Some(waiting));
        let is_valid = flag(status.settings_problem.is_none());
        self.gauge("steward_settings_valid", "Whether the settings file on the disk is in force", Some(is_valid));
        self.gauge("steward_ready", "What /readyz says", Some(flag(status.readiness().ready)));
    }
}

fn of_job(job: Job) -> Labels {
    vec![("task", job.to_string())]
}

fn flag(is_so: bool) -> f64 {
    if is_so { 1.0 } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of a calendar, far below 2^53")]
fn seconds(at: Instant) -> f64 {
    at.millis() as f64 / 1000.0
}
