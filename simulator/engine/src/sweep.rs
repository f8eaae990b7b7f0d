//! One number of the settings against what becomes of the seats.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use serde_json::{Value, json};
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::policy::Description;
use steward_core::settings::{RunSettings, SettingsDraft};
use steward_core::suite::NotReady;

use crate::asking::{Answers, Asking, Step};
use crate::bindings::exports::steward::simulator::engine::{NumberSetting, Progress, Refusal, SweepPoint, SweepStep};
use crate::judging::judge;
use crate::records;
use crate::site::Site;
use crate::view::type_counts;

/// Ten years of days, or a point for each pixel of a wide screen.
const VALUES_MAX: usize = 4_000;
/// About ten years: what a chart of days makes sense for.
const DAYS_MAX: u32 = 3_650;

/// A sweep in the making.
pub struct Sweep {
    site: Rc<Site>,
    /// Valid JSON of a draft.
    draft: Value,
    now: Instant,
    pointers: Vec<String>,
    state: RefCell<State>,
}

struct State {
    values: VecDeque<u32>,
    total: usize,
    current: Option<(u32, RunSettings, Asking)>,
}

impl Sweep {
    /// # Errors
    /// When a pointer does not lead to a place where a number can stand, or there are too many values.
    pub fn start(
        site: Rc<Site>,
        draft: &SettingsDraft,
        now: Instant,
        pointers: Vec<String>,
        values: Vec<u32>,
    ) -> Result<Self, Refusal> {
        if values.is_empty() || values.len() > VALUES_MAX || pointers.is_empty() {
            return Err(Refusal::Question(format!("a sweep has 1 to {VALUES_MAX} values and at least one pointer")));
        }
        let draft = json!(draft);
        for pointer in &pointers {
            with_number(&draft, pointer, 1)?;
        }
        let total = values.len();
        let state = RefCell::new(State { values: values.into(), total, current: None });
        Ok(Self { site, draft, now, pointers, state })
    }

    /// # Errors
    /// When a draft with the value in it is none any more.
    pub fn step(&self, seats: u32) -> Result<SweepStep, Refusal> {
        let mut state = self.state.borrow_mut();
        let mut points = Vec::new();
        let mut left = i64::from(seats.max(1));
        while left > 0 {
            let Some((value, settings, asking)) = self.next(&mut state, &mut points)? else { break };
            let before = asking.done();
            let room = u32::try_from(left).unwrap_or(u32::MAX);
            match asking.step(self.site.candidates, &self.site.kinds(), room) {
                Step::More(asking) => {
                    left -= i64::from(records::count(asking.done() - before).max(1));
                    state.current = Some((value, settings, asking));
                }
                Step::Done(_, answers) => {
                    left -= i64::from(records::count(self.site.candidates.len() - before).max(1));
                    points.push(self.point(value, &settings, &answers));
                }
            }
        }
        Ok(SweepStep { progress: self.progress(&state), points })
    }

    /// The asking that goes on, or that of the next value that the policy takes.
    fn next(
        &self,
        state: &mut State,
        points: &mut Vec<SweepPoint>,
    ) -> Result<Option<(u32, RunSettings, Asking)>, Refusal> {
        if let Some(current) = state.current.take() {
            return Ok(Some(current));
        }
        while let Some(value) = state.values.pop_front() {
            let settings = self.settings(value)?;
            match self.site.configure(&settings, self.now) {
                Ok(policy) => return Ok(Some((value, settings, Asking::new(policy)))),
                Err(NotReady::Fault(fault)) => {
                    let answers = Answers::faulty(self.site.candidates.len(), fault);
                    points.push(self.point(value, &settings, &answers));
                }
                Err(NotReady::Refused(_)) => points.push(SweepPoint { value, types: Vec::new() }),
            }
        }
        Ok(None)
    }

    fn settings(&self, value: u32) -> Result<RunSettings, Refusal> {
        let mut draft = self.draft.clone();
        for pointer in &self.pointers {
            draft = with_number(&draft, pointer, value)?;
        }
        let draft: SettingsDraft =
            serde_json::from_value(draft).map_err(|error| Refusal::Draft(format!("these are no settings: {error}")))?;
        Ok(draft.for_policy(&self.site.description))
    }

    fn point(&self, value: u32, settings: &RunSettings, answers: &Answers) -> SweepPoint {
        let judged = judge(&self.site, &settings.guard, self.now, answers);
        SweepPoint { value, types: type_counts(&self.site, &judged) }
    }

    fn progress(&self, state: &State) -> Progress {
        let seats = self.site.candidates.len();
        let current = state.current.as_ref().map_or(0, |(_, _, asking)| seats - asking.done());
        let left = state.values.len().saturating_mul(seats).saturating_add(current);
        let (total, is_done) =
            (records::count(state.total.saturating_mul(seats)).max(1), left == 0 && state.values.is_empty());
        let done =
            if is_done && state.current.is_none() { total } else { total - records::count(left).clamp(1, total) };
        Progress { done, total }
    }
}

/// The draft with a number at a pointer. A member that is not there yet is added to its object.
///
/// # Errors
/// When nothing can stand there, or something that is no number does.
pub fn with_number(draft: &Value, pointer: &str, number: u32) -> Result<Value, Refusal> {
    let refused = || Refusal::Question(format!("no number can stand at `{pointer}`"));
    let mut draft = draft.clone();
    let (parent, member) = pointer.rsplit_once('/').ok_or_else(refused)?;
    let member = member.replace("~1", "/").replace("~0", "~");
    let object = draft.pointer_mut(parent).and_then(Value::as_object_mut).ok_or_else(refused)?;
    match object.get(&member) {
        None | Some(Value::Null | Value::Number(_)) => object.insert(member, json!(number)),
        Some(_) => return Err(refused()),
    };
    Ok(draft)
}

/// The numbers of a draft that can be swept: thresholds of enabled types first, then the policy's own, then the guard's.
pub fn numbers(draft: &SettingsDraft, description: &Description) -> Vec<NumberSetting> {
    let schema: Value = serde_json::from_str(&description.settings_schema).unwrap_or_default();
    let mut found = Vec::new();
    if schema.pointer("/properties/licenseType").is_some() && draft.verbatim.is_none() {
        let rules = &draft.license_type;
        for (kind, rule) in [
            (LicenseType::Analyzer, &rules.analyzer),
            (LicenseType::Professional, &rules.professional),
            (LicenseType::User, &rules.user),
        ] {
            if rule.enable {
                found.push(NumberSetting {
                    pointer: format!("/licenseType/{kind}/releaseThresholdDays"),
                    value: Some(rule.release_threshold_days),
                    minimum: 1,
                    maximum: DAYS_MAX,
                    license_type: Some(records::license_type(kind)),
                    summary: format!("Days without use after which a seat of the type {kind} may be taken."),
                });
            }
        }
    }
    found.extend(own_numbers(draft, &schema));
    found.push(NumberSetting {
        pointer: "/guard/minIdleDays".to_owned(),
        value: Some(draft.guard.min_idle_days),
        minimum: 0,
        maximum: DAYS_MAX,
        license_type: None,
        summary: "A seat used or given out within this many days stays, whatever the policy says.".to_owned(),
    });
    found
}

/// Members of the policy's own settings that its schema calls whole numbers.
fn own_numbers(draft: &SettingsDraft, schema: &Value) -> Vec<NumberSetting> {
    let base = if draft.verbatim.is_some() { "/verbatim" } else { "/policy" };
    let values = draft.verbatim.as_ref().and_then(Value::as_object).unwrap_or(&draft.policy);
    let members = schema.pointer("/properties").and_then(Value::as_object).into_iter().flatten();
    let number = |(name, member): (&String, &Value)| {
        let kinds = member.get("type")?;
        let is_whole = kinds == "integer" || kinds.as_array().is_some_and(|kinds| kinds.contains(&json!("integer")));
        let bound = |key: &str| member.get(key).and_then(Value::as_u64).and_then(|bound| u32::try_from(bound).ok());
        is_whole.then(|| NumberSetting {
            pointer: format!("{base}/{}", name.replace('~', "~0").replace('/', "~1")),
            value: values.get(name).and_then(Value::as_u64).and_then(|value| u32::try_from(value).ok()),
            minimum: bound("minimum").unwrap_or(0),
            maximum: bound("maximum").unwrap_or(DAYS_MAX).min(DAYS_MAX),
            license_type: None,
            summary: member.get("description").and_then(Value::as_str).unwrap_or_default().to_owned(),
        })
    };
    members.filter_map(number).collect()
}
