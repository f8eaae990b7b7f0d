//! The world's functions: each hands over to the module that answers.

use std::rc::Rc;

use steward_core::candidate::Candidate;
use steward_core::digest::Digest;
use steward_core::schedule::{Kind, ScheduleReport};
use steward_core::settings::SettingsDraft;
use steward_core::yaml::yaml;

use crate::bindings::exports::steward::simulator::engine as wit;
use crate::bindings::exports::steward::simulator::engine::{
    Columns, Comparison, Description, Explanation, NumberSetting, Outlines, PolicyFile, Progress, Query, Refusal, Row,
    Summary, SweepStep, TimelineStep, ViewResult,
};
use crate::imported::KnownSeats;
use crate::plan::PlanJob;
use crate::questions::{faulty, read_draft, read_now};
use crate::site::{Configure, Site};
use crate::{compare, explain, imported, order, records, rows, sweep, timeline, view};

/// The component.
pub struct Engine;

#[cfg(target_arch = "wasm32")]
crate::bindings::export_engine!(Engine);

/// A snapshot with the imported policy.
pub struct Session(Rc<Site>);

impl wit::Guest for Engine {
    type Session = Session;
    type View = view::View;
    type Plan = PlanJob;
    type Sweep = sweep::Sweep;
    type Timeline = timeline::Timeline;

    fn describe() -> Result<Description, Refusal> {
        imported::describe().map(records::description).map_err(|fault| faulty(&fault))
    }

    fn digest(bytes: Vec<u8>) -> String {
        Digest::of_bytes(&bytes).to_string()
    }

    fn preview_schedule(text: String, after: f64, count: u32) -> wit::SchedulePreview {
        let after = read_now(after).unwrap_or(steward_core::instant::Instant::UNIX_EPOCH);
        let report = ScheduleReport::new(&text, after, usize::try_from(count).unwrap_or(usize::MAX));
        wit::SchedulePreview {
            kind: match report.kind {
                Kind::Later => "later".to_owned(),
                Kind::Cron => "cron".to_owned(),
            },
            error: report
                .error
                .map(|error| wit::ScheduleError { position: records::count(error.position), message: error.message }),
            warnings: report.warnings,
            next: report.next.into_iter().map(records::instant).collect(),
        }
    }
}

impl wit::GuestSession for Session {
    fn open(file: Vec<u8>, policy: PolicyFile) -> Result<wit::Session, Refusal> {
        let description = imported::describe().map_err(|fault| faulty(&fault))?;
        let digest = Digest::parse(&policy.digest)
            .ok_or_else(|| Refusal::Question(format!("`{}` is not a digest", policy.digest)))?;
        let described = description.clone();
        let prepare = move |candidates: &'static [Candidate<'static>]| -> Box<Configure> {
            let known = Rc::new(KnownSeats::new(candidates));
            Box::new(move |settings, run| imported::configure(&described, policy.has_bulk, &known, settings, run))
        };
        let site = Site::open(&file, description, digest, Box::new(prepare))?;
        Ok(wit::Session::new(Self(Rc::new(site))))
    }

    fn summary(&self) -> Summary {
        let Site { snapshot, memory, masked, digest, candidates, .. } = &*self.0;
        let at = snapshot.taken_at();
        let kept = memory.protected_by_hand.iter().chain(&memory.restored).filter(|person| person.holds_at(at));
        let run = steward_core::policy::RunContext::of(snapshot, at);
        Summary {
            taken_at: records::instant(at),
            masked: *masked,
            digest: digest.to_string(),
            seats: records::count(candidates.len()),
            users: records::count(snapshot.users().len()),
            attributes_read: snapshot.attributes_read(),
            pools: run.pools.iter().map(records::pool).collect(),
            kept_people: records::count(kept.count()),
        }
    }

    fn draft(&self) -> String {
        text(&self.0.draft())
    }

    fn plain_draft(&self) -> String {
        text(&self.0.plain_draft())
    }

    fn draft_yaml(&self, draft: String) -> Result<String, Refusal> {
        Ok(yaml(&read_draft(&draft)?.to_file()))
    }

    fn numbers(&self, draft: String) -> Result<Vec<NumberSetting>, Refusal> {
        Ok(sweep::numbers(&read_draft(&draft)?, &self.0.description))
    }
}

/// A draft can always be written.
fn text(draft: &SettingsDraft) -> String {
    serde_json::to_string(draft).unwrap_or_default()
}

fn site(session: &wit::SessionBorrow<'_>) -> Rc<Site> {
    Rc::clone(&session.get::<Session>().0)
}

impl wit::GuestView for view::View {
    fn start(session: wit::SessionBorrow<'_>, draft: String, now: f64) -> Result<wit::View, Refusal> {
        let parsed = read_draft(&draft)?;
        Ok(wit::View::new(Self::start(site(&session), draft, parsed, read_now(now)?)?))
    }

    fn step(&self, seats: u32) -> Progress {
        self.step(seats)
    }

    fn outcome(&self) -> Result<ViewResult, Refusal> {
        self.outcome()
    }

    fn columns(&self) -> Result<Columns, Refusal> {
        self.columns()
    }

    fn order(&self, query: Query) -> Result<Vec<u32>, Refusal> {
        order::order(self, &query)
    }

    fn rows(&self, places: Vec<u32>) -> Result<Vec<Row>, Refusal> {
        rows::rows(self, &places)
    }

    fn explain(&self, place: u32) -> Result<Explanation, Refusal> {
        explain::explain(self, place)
    }

    fn test_case(&self, place: u32) -> Result<String, Refusal> {
        explain::test_case(self, place)
    }

    fn outlines(&self) -> Result<Outlines, Refusal> {
        compare::outlines(self)
    }

    fn compare(&self, before: Outlines) -> Result<Comparison, Refusal> {
        compare::compare(self, &before)
    }
}

impl wit::GuestPlan for PlanJob {
    fn start(session: wit::SessionBorrow<'_>, draft: String, now: f64) -> Result<wit::Plan, Refusal> {
        Ok(wit::Plan::new(Self::start(site(&session), &read_draft(&draft)?, read_now(now)?)?))
    }

    fn step(&self, seats: u32) -> Progress {
        self.step(seats)
    }

    fn json(&self) -> Result<Vec<u8>, Refusal> {
        self.json()
    }

    fn csv(&self) -> Result<Vec<u8>, Refusal> {
        self.csv()
    }
}

impl wit::GuestSweep for sweep::Sweep {
    fn start(
        session: wit::SessionBorrow<'_>,
        draft: String,
        now: f64,
        pointers: Vec<String>,
        values: Vec<u32>,
    ) -> Result<wit::Sweep, Refusal> {
        let sweep = Self::start(site(&session), &read_draft(&draft)?, read_now(now)?, pointers, values)?;
        Ok(wit::Sweep::new(sweep))
    }

    fn step(&self, seats: u32) -> Result<SweepStep, Refusal> {
        self.step(seats)
    }
}

impl wit::GuestTimeline for timeline::Timeline {
    fn start(session: wit::SessionBorrow<'_>, draft: String, now: f64, days: u32) -> Result<wit::Timeline, Refusal> {
        Ok(wit::Timeline::new(Self::start(site(&session), &read_draft(&draft)?, read_now(now)?, days)?))
    }

    fn step(&self, seats: u32) -> Result<TimelineStep, Refusal> {
        self.step(seats)
    }
}
