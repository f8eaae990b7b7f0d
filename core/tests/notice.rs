//! Notices: who is told, what proves it, and that nothing goes without the proof.
#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should stop there")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use steward_core::candidate::Candidate;
use steward_core::decision::{Decision, RuleOutcome, Verdict};
use steward_core::digest::Digest;
use steward_core::guard::Gate;
use steward_core::ids::{LicenseId, UserGuid};
use steward_core::instant::Instant;
use steward_core::ledger::{Event, Head, LedgerState, NoticeTo, NoticedSeat, PersonRef};
use steward_core::license_type::LicenseType::{self, Analyzer};
use steward_core::memory::{KeptPerson, Memory};
use steward_core::notice::{
    DueNotices, Notice, NoticeInput, NoticeSettings, Recipients, VALID_DAYS, WithoutAddress, due,
};
use steward_core::plan::Plan;
use steward_core::planner::{PlanInput, plan};
use steward_core::policy::{Fault, FaultKind, Policy, PolicyIdentity};
use steward_core::settings::{Account, GuardSettings};
use steward_core::snapshot::{Holder, LastUse, Pool, Property, Seat, Snapshot, SnapshotParts, User};

const DAYS: u32 = 7;
const THRESHOLD_DAYS: u32 = 30;

fn day(day: u32) -> Instant {
    Instant::parse("2026-06-01T15:00:00Z").unwrap().plus_days(day).unwrap()
}

/// A person: the name, the day of the last use, and the address.
type Person<'p> = (&'p str, u32, Option<&'p str>);

fn snapshot(now: Instant, people: &[Person<'_>]) -> Snapshot {
    let users = people.iter().map(|(name, _, address)| User {
        guid: UserGuid::new(*name),
        user_directory: "ACME".to_owned(),
        user_id: (*name).to_owned(),
        name: format!("Name of {name}"),
        inactive: false,
        blocked: false,
        removed_externally: false,
        roles: Vec::new(),
        tags: Vec::new(),
        custom_properties: Vec::new(),
        attributes: address.iter().map(|value| Property { name: "Email".into(), value: (*value).to_owned() }).collect(),
    });
    let seats = people.iter().map(|(name, used, _)| Seat {
        id: LicenseId::new(format!("seat-{name}")),
        license_type: Analyzer,
        allocated_at: day(0).minus_days(400),
        last_used: LastUse::At(day(*used)),
        quarantined: false,
        excess: false,
        holder: Holder::User {
            guid: UserGuid::new(*name),
            user_directory: "acme".to_owned(),
            user_id: name.to_uppercase(),
        },
    });
    let allocated = u32::try_from(people.len()).unwrap();
    let pool = Pool {
        license_type: Analyzer,
        total: allocated,
        allocated,
        allocated_before: allocated,
        used: allocated,
        available: 0,
        quarantined: 0,
        excess: 0,
    };
    let parts = SnapshotParts {
        taken_at: now,
        clock_skew_ms: Some(0),
        attributes_read: true,
        pools: vec![pool],
        seats: seats.collect(),
        users: users.collect(),
        incomplete_users: Vec::new(),
    };
    Snapshot::new(parts).unwrap()
}

/// Releases what was idle for 30 days.
struct Idle {
    now: Instant,
    fails: bool,
}

impl Policy for Idle {
    fn decide(&mut self, candidate: &Candidate<'_>) -> Result<Decision, Fault> {
        if self.fails {
            return Err(Fault::new(FaultKind::Trap, "unreachable"));
        }
        let flips_at = candidate.seat.idle_since().unwrap().plus_days(THRESHOLD_DAYS).unwrap();
        let is_idle = flips_at <= self.now;
        Ok(Decision {
            verdict: if is_idle { Verdict::Release } else { Verdict::Keep },
            rule: if is_idle { "idle" } else { "recently-used" }.to_owned(),
            reason: "last used a while ago".to_owned(),
            priority: 0,
            flips_at: (!is_idle).then_some(flips_at),
        })
    }

    fn quota(&mut self, _: LicenseType) -> Result<Option<u32>, Fault> {
        Ok(None)
    }

    fn explain(&mut self, _: &Candidate<'_>) -> Result<Vec<RuleOutcome>, Fault> {
        Ok(Vec::new())
    }
}

fn guard() -> GuardSettings {
    GuardSettings { notice_days: Some(DAYS), max_release_basis_points: 10_000, ..GuardSettings::default() }
}

/// The plan, which has passed the checker.
fn planned(snapshot: &Snapshot, guard: &GuardSettings, memory: &Memory, fails: bool) -> Plan {
    let now = snapshot.taken_at();
    let policy = PolicyIdentity {
        name: "idle".to_owned(),
        version: "1.0.0".to_owned(),
        contract: String::new(),
        digest: Digest::zero(),
        settings_digest: Digest::zero(),
    };
    let input = PlanInput { snapshot, now, applicable: true, policy: &policy, guard, memory, application: None };
    plan(input, &mut Idle { now, fails }).unwrap()
}

fn notice(name: &str, idle_since: u32, at: u32) -> Notice {
    let account = Account { user_dir: "Acme ".to_owned(), user_id: name.to_owned() };
    Notice { account, license_type: Analyzer, idle_since: day(idle_since), at: day(at), goes_from: None }
}

fn told(notices: Vec<Notice>) -> Memory {
    Memory { notices, ..Memory::default() }
}

fn due_of(snapshot: &Snapshot, memory: &Memory, settings: &NoticeSettings) -> DueNotices {
    let guard = guard();
    let plan = planned(snapshot, &guard, memory, false);
    due(NoticeInput { plan: plan.body(), snapshot, guard: &guard, memory, settings })
}

/// One seat, last used on day 0, on day 60, with these notices: the gate's sentence, or nothing when it goes.
fn check(notices: Vec<Notice>, expected: Option<&str>) {
    let plan = planned(&snapshot(day(60), &[("jdoe", 0, None)]), &guard(), &told(notices), false);
    let held = plan.body().held.first();
    assert_eq!(held.map(|held| (held.gate, held.detail.as_str())), expected.map(|text| (Gate::NoNotice, text)));
    assert_eq!(plan.body().releases.len(), usize::from(expected.is_none()));
}

#[test]
fn a_seat_goes_only_with_a_notice_that_is_old_enough_and_about_this_idleness() {
    let none = "no notice about this seat went out since it was used last";
    let early = "the notice went out at 2026-07-25T15:00:00Z, less than 7 days ago";
    check(vec![notice("jdoe", 0, 53)], None);
    check(vec![notice("JDoe", 0, 30), notice("jdoe", 0, 59)], None);
    check(vec![notice("jdoe", 0, 54)], Some(early));
    check(vec![], Some(none));
    check(vec![notice("other", 0, 50)], Some(none));
    check(vec![notice("jdoe", 1, 50)], Some(none));
    check(vec![Notice { license_type: LicenseType::Professional, ..notice("jdoe", 0, 50) }], Some(none));
    check(vec![notice("jdoe", 0, 100)], Some("the notice went out at 2026-09-09T15:00:00Z, less than 7 days ago"));
}

#[test]
fn a_notice_lapses_after_a_quarter() {
    let release = |at: u32| {
        let site = snapshot(day(200), &[("jdoe", 0, None)]);
        planned(&site, &guard(), &told(vec![notice("jdoe", 0, at)]), false).body().releases.len()
    };
    assert_eq!((release(200 - VALID_DAYS), release(201 - VALID_DAYS)), (0, 1));
}

#[test]
fn without_notices_settings_and_memories_keep_their_bytes() {
    let text = serde_json::to_string(&(GuardSettings::default(), Memory::default())).unwrap();
    assert!(!text.contains("otice"), "{text}");
    let off = GuardSettings { notice_days: None, ..guard() };
    let site = snapshot(day(60), &[("jdoe", 0, None)]);
    assert_eq!(planned(&site, &off, &Memory::default(), false).body().releases.len(), 1);
}

#[test]
fn those_are_told_whose_seats_go_within_the_days_of_notice() {
    // On day 40: `a` went long ago, `b` flips on day 47, `c` on day 48, `d` was told, `e` was told about another idleness.
    let people = [
        ("a", 0, Some("a@acme.test")),
        ("b", 17, Some("b@acme.test")),
        ("c", 18, Some("c@acme.test")),
        ("d", 1, Some("d@acme.test")),
        ("e", 12, Some("e@acme.test")),
    ];
    let memory = told(vec![notice("d", 1, 39), notice("e", 2, 20)]);
    let found = due_of(&snapshot(day(40), &people), &memory, &NoticeSettings::default());
    let letters: Vec<(&str, u32, Instant)> =
        found.letters.iter().map(|l| (l.address.as_str(), l.seats[0].idle_days, l.seats[0].goes_from)).collect();
    let expected = [("a@acme.test", 40, day(47)), ("e@acme.test", 28, day(47)), ("b@acme.test", 23, day(47))];
    assert_eq!(letters, expected);
    assert_eq!(found.letters[0].name.as_deref(), Some("Name of a"));
    assert!(found.to_administrators.is_empty() && found.unreachable.is_empty() && found.withheld.is_none());
}

#[test]
fn who_cannot_be_written_to_is_told_to_the_administrators_or_keeps_the_seat() {
    let site = snapshot(day(40), &[("a", 0, None), ("b", 0, Some("b@acme.test, c@acme.test"))]);
    let count = |settings: &NoticeSettings| {
        let found = due_of(&site, &Memory::default(), settings);
        (found.letters.len(), found.to_administrators.len(), found.unreachable.len())
    };
    assert_eq!(count(&NoticeSettings::default()), (0, 2, 0));
    assert_eq!(
        count(&NoticeSettings { without_address: WithoutAddress::Keep, ..NoticeSettings::default() }),
        (0, 0, 2)
    );
    let reachable = snapshot(day(40), &[("a", 0, Some("a@acme.test"))]);
    let settings = NoticeSettings { to: Recipients::Administrators, ..NoticeSettings::default() };
    assert_eq!(due_of(&reachable, &Memory::default(), &settings).to_administrators.len(), 1);
}

#[test]
fn nobody_is_told_about_a_seat_that_the_guard_keeps_anyway() {
    let site = snapshot(day(40), &[("a", 0, Some("a@acme.test"))]);
    let kept = |until| KeptPerson {
        account: Account { user_dir: "ACME".to_owned(), user_id: "a".to_owned() },
        until: Some(until),
        note: String::new(),
    };
    let letters = |until| {
        let memory = Memory { protected_by_hand: vec![kept(until)], ..Memory::default() };
        due_of(&site, &memory, &NoticeSettings::default()).letters.len()
    };
    // What ends before the seat could go is no reason to wait.
    assert_eq!((letters(day(48)), letters(day(47))), (0, 1));
}

#[test]
fn nobody_is_told_anything_by_a_run_that_is_held() {
    let site = snapshot(day(40), &[("a", 0, Some("a@acme.test"))]);
    let (guard, memory, settings) = (guard(), Memory::default(), NoticeSettings::default());
    let plan = planned(&site, &guard, &memory, true);
    let found =
        due(NoticeInput { plan: plan.body(), snapshot: &site, guard: &guard, memory: &memory, settings: &settings });
    assert_eq!((found.letters.len(), found.withheld), (0, Some(Gate::PolicyFault)));
}

fn sent(ledger: &mut LedgerState, at: Instant, idle_since: Instant, goes_from: Option<Instant>) {
    let seat = NoticedSeat { person: PersonRef::new("p:1"), license_type: Analyzer, idle_since, goes_from };
    let event = Event::NoticeSent { to: NoticeTo::Owner, message: "m".to_owned(), seats: vec![seat] };
    ledger.apply(Head::empty(), at, event).unwrap();
}

#[test]
fn the_ledger_keeps_the_first_notice_of_an_idleness_until_it_lapses() {
    let mut ledger = LedgerState::default();
    ledger.apply(Head::empty(), day(0), Event::LedgerCreated { steward: "1".to_owned() }).unwrap();
    let key = (PersonRef::new("p:1"), Analyzer);
    for (at, idle_since, counts_from) in [(30, 0, 30), (33, 0, 30), (40, 35, 40), (129, 35, 40), (130, 35, 130)] {
        sent(&mut ledger, day(at), day(idle_since), None);
        assert_eq!(ledger.notices()[&key].at, day(counts_from), "{at}");
        assert_eq!(ledger.notices()[&key].idle_since, day(idle_since));
    }
}

#[test]
fn an_entry_without_a_promised_day_keeps_its_bytes() {
    let old = r#"{"person":"p:1","licenseType":"analyzer","idleSince":"2026-06-01T15:00:00Z"}"#;
    let seat: NoticedSeat = serde_json::from_str(old).unwrap();
    assert_eq!((seat.goes_from, serde_json::to_string(&seat).unwrap().as_str()), (None, old));
    assert!(!serde_json::to_string(&notice("jdoe", 0, 3)).unwrap().contains("goesFrom"));
}

#[test]
fn the_ledger_keeps_the_latest_day_that_was_promised() {
    let mut ledger = LedgerState::default();
    ledger.apply(Head::empty(), day(0), Event::LedgerCreated { steward: "1".to_owned() }).unwrap();
    let key = (PersonRef::new("p:1"), Analyzer);
    let promised = [(30, 0, Some(44), 44), (33, 0, Some(36), 44), (34, 0, Some(50), 50), (35, 0, None, 50)];
    for (at, idle_since, goes_from, expected) in promised {
        sent(&mut ledger, day(at), day(idle_since), goes_from.map(day));
        assert_eq!((ledger.notices()[&key].at, ledger.notices()[&key].goes_from), (day(30), Some(day(expected))));
    }
    // Another idleness, another promise.
    sent(&mut ledger, day(60), day(55), Some(day(70)));
    assert_eq!(ledger.notices()[&key].goes_from, Some(day(70)));
}

#[test]
fn what_a_letter_promised_holds_whatever_became_of_the_settings() {
    let site = snapshot(day(60), &[("jdoe", 0, None)]);
    let promised = |goes_from: u32| Notice { goes_from: Some(day(goes_from)), ..notice("jdoe", 0, 50) };
    let held = |days: Option<u32>, notices: Vec<Notice>| {
        let guard = GuardSettings { notice_days: days, ..guard() };
        let plan = planned(&site, &guard, &told(notices), false);
        assert_eq!(plan.body().releases.len(), usize::from(plan.body().held.is_empty()));
        plan.body().held.first().map(|held| (held.gate, held.detail.clone()))
    };
    let stays = Some((Gate::NoNotice, "the notice says that it stays until 2026-08-01T15:00:00Z".to_owned()));
    for days in [None, Some(1), Some(7), Some(10)] {
        assert_eq!(held(days, vec![promised(61)]), stays, "{days:?}");
        assert_eq!(held(days, vec![notice("jdoe", 0, 40), promised(61)]), stays, "{days:?}");
        assert_eq!(held(days, vec![promised(60)]), None, "{days:?}");
    }
    assert_eq!(held(Some(14), vec![promised(55)]).map(|(gate, _)| gate), Some(Gate::NoNotice));
    // It was used since, or the letter is about somebody else.
    assert_eq!(held(None, vec![Notice { idle_since: day(1), ..promised(90) }]), None);
    assert_eq!(held(None, vec![Notice { goes_from: Some(day(90)), ..notice("other", 0, 50) }]), None);
}

/// Every day a plan, notices for whom it is time, and releases; each person uses the seat on some days.
fn live(uses: &BTreeMap<&'static str, Vec<u32>>, mail_works: impl Fn(u32) -> bool) -> Vec<(u32, String)> {
    let (mut notices, mut gone, mut sent_at) = (Vec::new(), Vec::new(), BTreeMap::new());
    let (guard, settings) = (guard(), NoticeSettings::default());
    for today in 1..150 {
        let last = |days: &Vec<u32>| days.iter().copied().filter(|day| *day <= today).max().unwrap();
        let addresses: BTreeMap<&str, String> = uses.keys().map(|name| (*name, format!("{name}@acme.test"))).collect();
        let people: Vec<Person<'_>> = uses
            .iter()
            .filter(|(name, _)| !gone.iter().any(|(_, gone)| gone == *name))
            .map(|(name, days)| (*name, last(days), addresses.get(name).map(String::as_str)))
            .collect();
        let site = snapshot(day(today), &people);
        let memory = told(notices.clone());
        let plan = planned(&site, &guard, &memory, false);
        let found = due(NoticeInput {
            plan: plan.body(),
            snapshot: &site,
            guard: &guard,
            memory: &memory,
            settings: &settings,
        });
        for id in &plan.body().releases {
            let name = id.as_str().trim_start_matches("seat-").to_owned();
            let (told_on, idle_since): (u32, Instant) = sent_at[&name];
            assert!(today >= told_on + DAYS, "{name} was told on {told_on} and released on {today}");
            let seat = site.seats().iter().find(|seat| seat.id == *id).unwrap();
            assert_eq!(seat.idle_since(), Some(idle_since), "{name} used the seat since");
            gone.push((today, name));
        }
        for letter in found.letters.iter().filter(|_| mail_works(today)) {
            for seat in &letter.seats {
                notices.push(notice(&letter.account.user_id, 0, today));
                notices.last_mut().unwrap().idle_since = seat.idle_since;
                sent_at.insert(letter.account.user_id.to_lowercase(), (today, seat.idle_since));
            }
        }
    }
    gone
}

#[test]
fn over_months_every_release_follows_its_notice() {
    let uses =
        BTreeMap::from([("leaver", vec![0]), ("sleeper", vec![0, 25]), ("worker", (0..150).step_by(20).collect())]);
    // Told a week before the threshold, and gone on that day.
    assert_eq!(live(&uses, |_| true), [(30, "leaver".to_owned()), (55, "sleeper".to_owned())]);
    // No mail until day 60: nothing goes before day 67.
    assert_eq!(live(&uses, |today| today >= 60), [(67, "leaver".to_owned()), (67, "sleeper".to_owned())]);
    assert_eq!(live(&uses, |_| false), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whoever_uses_seats_and_whenever_mail_works_nothing_goes_without_notice(
        uses in prop::collection::vec(prop::collection::vec(0_u32..150, 0..6), 1..4), broken in prop::collection::vec(0_u32..150, 0..60)
    ) {
        let names = ["a", "b", "c", "d"];
        let uses = uses.into_iter().zip(names).map(|(mut days, name)| {
            days.push(0);
            (name, days)
        }).collect();
        live(&uses, |today| !broken.contains(&today));
    }

    #[test]
    fn guard_and_checker_agree_about_any_notices(
        notices in prop::collection::vec((0_u32..3, 0_u32..4, 0_u32..170, prop::option::of(0_u32..200)), 0..8), today in 30_u32..170, days in prop::option::of(0_u32..100)
    ) {
        let names = ["a", "b", "c"];
        let people: Vec<Person<'_>> = names.iter().zip(0..).map(|(name, used)| (*name, used, None)).collect();
        let notices = notices.into_iter().map(|(who, since, at, goes_from)| {
            Notice { goes_from: goes_from.map(day), ..notice(names[who as usize], since, at) }
        }).collect();
        // `planned` fails when the checker objects.
        planned(&snapshot(day(today), &people), &GuardSettings { notice_days: days, ..guard() }, &told(notices), false);
    }
}
