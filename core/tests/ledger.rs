//! The chain is proof, and the state follows from legal events only.
#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should stop there")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use steward_core::digest::Digest;
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::ledger::{
    Answer, ChainError, Counts, Entry, Event, Head, IntendedRelease, LedgerState, PersonRef, PlannedSeat, ReleaseState,
    RestoreAnswer, RunId, RunKind, SeatOutcome, Stale, seal, verify_next,
};
use steward_core::license_type::LicenseType;
use steward_core::snapshot::LastUse;

fn at(seconds: i64) -> Instant {
    Instant::from_millis(1_795_273_200_000 + seconds * 1000).unwrap()
}

fn digest(name: &str) -> Digest {
    Digest::of_bytes(name.as_bytes())
}

fn counts() -> Counts {
    Counts {
        site: digest("site"),
        read_at: at(0),
        users: 10,
        seats: BTreeMap::new(),
        never_used: BTreeMap::new(),
        protections: BTreeSet::new(),
    }
}

fn created() -> Event {
    Event::LedgerCreated { steward: "1".to_owned() }
}

fn plan_made(name: &str) -> Event {
    Event::PlanMade { plan: digest(name), expires_at: at(1000), releases: 2, counts: counts(), believed: true }
}

fn armed(name: &str) -> Event {
    Event::Armed { by: "admin".to_owned(), plan: digest(name), note: None }
}

fn seat(id: &str) -> PlannedSeat {
    PlannedSeat {
        license_id: LicenseId::new(id),
        license_type: LicenseType::Analyzer,
        person: PersonRef::new(format!("p:{id}")),
    }
}

fn started(run: u64, name: &str, seats: &[&str]) -> Event {
    Event::RunStarted {
        run: RunId(run),
        kind: RunKind::Release,
        plan: digest(name),
        fresh: None,
        by: "admin".to_owned(),
        seats: seats.iter().map(|id| seat(id)).collect(),
    }
}

fn undo(run: u64, undone: u64) -> Event {
    Event::RunStarted {
        run: RunId(run),
        kind: RunKind::Undo(RunId(undone)),
        plan: digest("a"),
        fresh: None,
        by: "admin".to_owned(),
        seats: Vec::new(),
    }
}

fn intended(run: u64, id: &str) -> Event {
    let seat = IntendedRelease {
        license_id: LicenseId::new(id),
        allocated_at: None,
        last_used: LastUse::Never,
        idle_days: Some(40),
        rule: "idle".to_owned(),
    };
    Event::ReleaseIntended { run: RunId(run), seat }
}

fn answered(run: u64, id: &str, answer: Answer) -> Event {
    Event::ReleaseAnswered { run: RunId(run), license_id: LicenseId::new(id), answer }
}

fn settled(run: u64, id: &str, outcome: SeatOutcome) -> Event {
    Event::ReleaseSettled { run: RunId(run), license_id: LicenseId::new(id), outcome }
}

fn skipped(run: u64, id: &str) -> Event {
    Event::ReleaseSkipped { run: RunId(run), license_id: LicenseId::new(id), stale: Stale::Gone }
}

fn finished(run: u64) -> Event {
    Event::RunFinished { run: RunId(run), stopped: None }
}

fn paused() -> Event {
    Event::Paused { by: "admin".to_owned(), note: None }
}

fn resumed() -> Event {
    Event::Resumed { by: "admin".to_owned(), note: None }
}

fn replay(events: &[Event]) -> Result<LedgerState, String> {
    let mut state = LedgerState::default();
    for (seq, event) in (1..).zip(events) {
        let head = Head { seq, hash: digest("any") };
        state.apply(head, at(i64::try_from(seq).unwrap()), event.clone()).map_err(|error| error.to_string())?;
    }
    Ok(state)
}

fn opening() -> Vec<Event> {
    vec![created(), plan_made("a"), armed("a"), started(1, "a", &["s1", "s2"])]
}

#[track_caller]
fn check_illegal(before: Vec<Event>, event: Event, words: &str) {
    replay(&before).expect("what comes before is legal");
    let mut all = before;
    all.push(event);
    let error = replay(&all).expect_err("illegal");
    assert!(error.contains(words), "{error}");
    assert!(error.contains(&format!("entry {}", all.len())), "{error}");
}

fn after(more: &[Event]) -> Vec<Event> {
    opening().into_iter().chain(more.iter().cloned()).collect()
}

#[test]
fn an_event_that_cannot_happen_is_an_error_with_its_number() {
    check_illegal(vec![], plan_made("a"), "created once");
    check_illegal(vec![created()], created(), "created once");
    check_illegal(vec![created()], armed("a"), "never made");
    check_illegal(vec![created(), plan_made("a")], plan_made("a"), "made before");
    check_illegal(vec![created()], resumed(), "not paused");
    check_illegal(vec![created()], started(1, "a", &[]), "never made");
    check_illegal(vec![created(), plan_made("a")], started(2, "a", &[]), "not the next one");
    check_illegal(vec![created(), plan_made("a")], started(1, "a", &["s1", "s1"]), "planned twice");
    check_illegal(opening(), started(2, "b", &[]), "another one is open");
    check_illegal(after(&[finished(1)]), started(2, "a", &["s1"]), "applied before");
    check_illegal(vec![created(), plan_made("a"), started(1, "a", &["s1"])], intended(1, "s1"), "armed");
    check_illegal(after(&[paused()]), intended(1, "s1"), "paused");
    check_illegal(opening(), intended(1, "s9"), "not part of run 1");
    check_illegal(opening(), intended(2, "s1"), "run 2 is not open");
    check_illegal(after(&[intended(1, "s1")]), intended(1, "s1"), "s1");
    check_illegal(opening(), answered(1, "s1", Answer::Accepted), "s1");
    check_illegal(opening(), settled(1, "s1", SeatOutcome::Freed), "s1");
    check_illegal(after(&[skipped(1, "s1")]), intended(1, "s1"), "s1");
    let sent = [intended(1, "s1"), answered(1, "s1", Answer::Accepted)];
    check_illegal(after(&sent), skipped(1, "s1"), "s1");
    check_illegal(after(&sent), answered(1, "s1", Answer::Accepted), "s1");
    check_illegal(after(&sent), settled(1, "s1", SeatOutcome::Failed), "s1");
    check_illegal(after(&sent), finished(1), "nobody looked");
    check_illegal(after(&[intended(1, "s1")]), finished(1), "nobody looked");
    let refused = [intended(1, "s1"), answered(1, "s1", Answer::Refused("no".to_owned()))];
    check_illegal(after(&refused), settled(1, "s1", SeatOutcome::StillAllocated), "s1");
    check_illegal(after(&[finished(1)]), undo(2, 7), "never was");
    check_illegal(
        vec![created(), plan_made("a"), Event::LedgerRestored { by: "x".to_owned() }],
        started(1, "a", &[]),
        "backup",
    );
}

#[test]
fn a_doubt_counts_as_taken_and_only_a_look_says_that_it_was_not() {
    let taken = |more: &[Event]| replay(&after(more)).unwrap().taken_since(at(0)).len();
    assert_eq!(taken(&[]), 0);
    assert_eq!(taken(&[intended(1, "s1")]), 1);
    assert_eq!(taken(&[intended(1, "s1"), skipped(1, "s1")]), 0);
    let answers = [
        (Answer::Accepted, 1),
        (Answer::Lost("reset".to_owned()), 1),
        (Answer::NotFound, 0),
        (Answer::Refused("no".to_owned()), 0),
    ];
    for (answer, count) in answers {
        assert_eq!(taken(&[intended(1, "s1"), answered(1, "s1", answer.clone())]), count, "{answer:?}");
    }
    let lost = answered(1, "s1", Answer::Lost("reset".to_owned()));
    let outcomes =
        [(SeatOutcome::Freed, 1), (SeatOutcome::Quarantined { until: None }, 1), (SeatOutcome::StillAllocated, 1)];
    for (outcome, count) in outcomes {
        let looked = settled(1, "s1", outcome.clone());
        assert_eq!(taken(&[intended(1, "s1"), lost.clone(), looked]), count, "{outcome:?}");
    }
    let accepted =
        [intended(1, "s1"), answered(1, "s1", Answer::Accepted), settled(1, "s1", SeatOutcome::StillAllocated)];
    assert_eq!(taken(&accepted), 0, "the server said that it was carried out, and it was not");
}

#[test]
fn what_an_undo_gave_back_is_protected_and_not_given_back_again() {
    let released = [intended(1, "s1"), settled(1, "s1", SeatOutcome::Freed), finished(1)];
    let state = replay(&after(&released)).unwrap();
    assert_eq!(state.still_taken().len(), 1);
    let restored = RestoreAnswer::Restored { license_id: LicenseId::new("new") };
    let given_back = [
        undo(2, 1),
        Event::RestoreIntended {
            run: RunId(2),
            license_id: LicenseId::new("s1"),
            license_type: LicenseType::Analyzer,
            person: PersonRef::new("p:s1"),
        },
        Event::RestoreAnswered {
            run: RunId(2),
            license_id: LicenseId::new("s1"),
            answer: restored,
            protected_until: Some(at(900)),
        },
        finished(2),
    ];
    let all: Vec<Event> = released.iter().chain(&given_back).cloned().collect();
    let state = replay(&after(&all)).unwrap();
    assert!(state.still_taken().is_empty());
    assert_eq!(state.restored().get(&PersonRef::new("p:s1")), Some(&at(900)));
    assert_eq!(state.taken_since(at(0)).len(), 1, "it was a release all the same");
}

fn chain(events: &[Event]) -> Vec<Entry> {
    let mut head = Head::empty();
    let mut entries = Vec::new();
    for (second, event) in (0..).zip(events) {
        let entry = seal(head, at(second), event).unwrap();
        head = Head { seq: entry.seq, hash: entry.hash };
        entries.push(entry);
    }
    entries
}

fn first_problem(entries: &[Entry]) -> Option<ChainError> {
    let mut head = Head::empty();
    for entry in entries {
        match verify_next(head, entry) {
            Ok((next, _)) => head = next,
            Err(error) => return Some(error),
        }
    }
    None
}

#[test]
fn the_hash_is_what_the_documentation_says() {
    let entry = chain(&[created()]).remove(0);
    let zeros = "0".repeat(64);
    let text = format!("sha256:{zeros}\n1\n{}\n1\n{}", entry.at, entry.body);
    assert_eq!(entry.hash, Digest::of_bytes(text.as_bytes()));
    assert_eq!(entry.body, r#"{"type":"ledger-created","steward":"1"}"#);
}

#[test]
fn every_change_of_an_entry_shows() {
    let entries = chain(&opening());
    assert_eq!(first_problem(&entries), None);
    let changed = |change: &dyn Fn(&mut Vec<Entry>)| {
        let mut entries = entries.clone();
        change(&mut entries);
        first_problem(&entries).expect("the change shows").to_string()
    };
    assert!(changed(&|entries| entries[1].body = entries[1].body.replace('2', "3")).starts_with("entry 2 was changed"));
    assert!(changed(&|entries| entries[2].at = at(77)).starts_with("entry 3 was changed"));
    assert!(changed(&|entries| entries[2].format = 2).starts_with("entry 3 was changed"));
    assert!(changed(&|entries| drop(entries.remove(1))).starts_with("entry 2 is missing"));
    assert!(changed(&|entries| entries.swap(1, 2)).starts_with("entry 2 is missing"));
    // Whoever makes the hash of a changed entry anew breaks the next one.
    let forged = changed(&|entries| {
        let before = Head { seq: 1, hash: entries[0].hash };
        entries[1] = seal(before, at(1), &plan_made("other")).unwrap();
    });
    assert!(forged.starts_with("entry 3 does not follow"), "{forged}");
}

/// Anything at all, legal or not.
fn any_event() -> impl Strategy<Value = Event> {
    let run = 1_u64..4;
    let id = prop::sample::select(vec!["s1", "s2", "s3"]);
    let plan = prop::sample::select(vec!["a", "b"]);
    let answer = prop::sample::select(vec![Answer::Accepted, Answer::NotFound, Answer::Lost("x".to_owned())]);
    let outcome = prop::sample::select(vec![SeatOutcome::Freed, SeatOutcome::StillAllocated, SeatOutcome::GoneBefore]);
    prop_oneof![
        plan.clone().prop_map(plan_made),
        plan.clone().prop_map(armed),
        Just(paused()),
        Just(resumed()),
        (run.clone(), plan).prop_map(|(run, plan)| started(run, plan, &["s1", "s2", "s3"])),
        (run.clone(), id.clone()).prop_map(|(run, id)| intended(run, id)),
        (run.clone(), id.clone()).prop_map(|(run, id)| skipped(run, id)),
        (run.clone(), id.clone(), answer).prop_map(|(run, id, answer)| answered(run, id, answer)),
        (run.clone(), id, outcome).prop_map(|(run, id, outcome)| settled(run, id, outcome)),
        run.clone().prop_map(finished),
        (run.clone(), run).prop_map(|(run, undone)| undo(run, undone)),
    ]
}

proptest! {
    /// Whatever is written, in whatever order: at most one run is open, no seat is announced while paused or twice in a
    /// run, and no run ends with a seat that nobody looked at.
    #[test]
    fn only_legal_histories_exist(events in prop::collection::vec(any_event(), 0..120)) {
        let mut state = LedgerState::default();
        state.apply(Head { seq: 1, hash: digest("any") }, at(0), created()).unwrap();
        let mut announced = BTreeSet::new();
        for (second, event) in (1..).zip(events) {
            let mut next = state.clone();
            let is_paused = state.paused().is_some();
            if next.apply(Head { seq: 2, hash: digest("any") }, at(second), event.clone()).is_err() {
                continue;
            }
            if let Event::ReleaseIntended { run, seat } = &event {
                prop_assert!(!is_paused && state.armed().is_some());
                prop_assert!(announced.insert((*run, seat.license_id.clone())));
            }
            state = next;
            let open = state.runs().values().filter(|run| run.finished_at.is_none()).count();
            prop_assert!(open <= 1);
            for run in state.runs().values().filter(|run| run.finished_at.is_some()) {
                let is_open = |state: &ReleaseState| state.is_open();
                prop_assert!(!run.seats.values().any(|(_, state)| is_open(state)));
            }
        }
    }
}
