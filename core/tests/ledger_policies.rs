//! Which policy decides follows from legal events only, and the way back is always there.
#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should stop there")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use steward_core::digest::Digest;
use steward_core::instant::Instant;
use steward_core::ledger::{
    CheckOutcome, Counts, Event, GateCheck, GateReport, Head, LedgerState, PolicySignature, Shadowing, seal,
};

fn at(seconds: i64) -> Instant {
    Instant::from_millis(1_795_273_200_000 + seconds * 1000).unwrap()
}

fn digest(name: &str) -> Digest {
    Digest::of_bytes(name.as_bytes())
}

fn created() -> Event {
    Event::LedgerCreated { steward: "1".to_owned() }
}

fn plan_made(name: &str) -> Event {
    let counts = Counts {
        site: digest("site"),
        read_at: at(0),
        users: 10,
        seats: BTreeMap::new(),
        never_used: BTreeMap::new(),
        protections: BTreeSet::new(),
    };
    Event::PlanMade { plan: digest(name), expires_at: at(1000), releases: 2, counts, believed: true }
}

fn added(name: &str) -> Event {
    Event::PolicyAdded {
        by: "admin".to_owned(),
        digest: digest(name),
        name: name.to_owned(),
        version: "1.0.0".to_owned(),
        bytes: 70_000,
        signature: None,
        tests_digest: digest("tests"),
    }
}

fn site() -> Digest {
    digest("site")
}

fn report(outcome: CheckOutcome) -> GateReport {
    GateReport { checks: vec![GateCheck { name: "tests".to_owned(), outcome, detail: "41 cases".to_owned() }] }
}

/// `None`: back to the policy that is part of Steward.
fn activation(name: Option<&str>, outcome: CheckOutcome, forced: bool, note: Option<&str>) -> Event {
    Event::PolicyActivated {
        by: "admin".to_owned(),
        site: site(),
        digest: name.map(digest),
        name: name.unwrap_or("standard").to_owned(),
        version: "1.0.0".to_owned(),
        settings_digest: digest("settings"),
        report: report(outcome),
        forced,
        note: note.map(str::to_owned),
    }
}

fn activated(name: &str) -> Event {
    activation(Some(name), CheckOutcome::Passed, false, None)
}

fn built_in() -> Event {
    activation(None, CheckOutcome::Passed, false, None)
}

fn removed(name: &str) -> Event {
    Event::PolicyRemoved { by: "admin".to_owned(), digest: digest(name) }
}

fn compared(between: Shadowing, newly_loses: u32, fault: Option<&str>) -> Event {
    let Shadowing { active, shadow, shadow_settings_digest, site } = between;
    let plan = digest("plan");
    let fault = fault.map(str::to_owned);
    Event::ShadowCompared { active, shadow, shadow_settings_digest, site, plan, newly_loses, newly_keeps: 0, fault }
}

fn between(active: &str, shadow: &str) -> Shadowing {
    Shadowing {
        active: digest(active),
        shadow: digest(shadow),
        shadow_settings_digest: digest("settings"),
        site: digest("site"),
    }
}

fn replay(events: &[Event]) -> Result<LedgerState, String> {
    let mut state = LedgerState::default();
    for (seq, event) in (1..).zip(events) {
        let head = Head { seq, hash: digest("any") };
        state.apply(head, at(i64::try_from(seq).unwrap()), event.clone()).map_err(|error| error.to_string())?;
    }
    Ok(state)
}

/// A ledger with the policies `a`, `b` and `c`, and what happened then.
fn after(more: &[Event]) -> Vec<Event> {
    [created(), plan_made("plan"), added("a"), added("b"), added("c")].into_iter().chain(more.iter().cloned()).collect()
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

#[test]
fn an_event_that_cannot_happen_is_an_error_with_its_number() {
    check_illegal(vec![], added("a"), "created once");
    check_illegal(after(&[]), added("a"), "stored already");
    check_illegal(after(&[]), activated("d"), "not stored");
    check_illegal(after(&[removed("a")]), activated("a"), "not stored");
    check_illegal(after(&[]), removed("d"), "not stored");
    check_illegal(after(&[activated("a")]), removed("a"), "the active policy");
    check_illegal(after(&[activated("a"), activated("b")]), removed("a"), "a rollback leads");
    check_illegal(
        after(&[activated("a"), built_in()]),
        activation(Some("a"), CheckOutcome::Failed, false, None),
        "pass",
    );
    check_illegal(after(&[]), activation(Some("a"), CheckOutcome::Failed, false, Some("why")), "pass");
    check_illegal(after(&[]), activation(Some("a"), CheckOutcome::Passed, true, None), "why");
    check_illegal(after(&[]), activation(Some("a"), CheckOutcome::Failed, true, Some(" ")), "why");
    check_illegal(vec![created()], compared(between("a", "b"), 0, None), "never made");
    let elsewhere = Shadowing { site: digest("other"), ..between("a", "b") };
    check_illegal(after(&[]), compared(elsewhere, 0, None), "another server");
}

#[test]
fn a_policy_does_not_become_active_under_a_foreign_name() {
    let mut event = activated("a");
    let Event::PolicyActivated { name, .. } = &mut event else { unreachable!("it is an activation") };
    *name = "b".to_owned();
    check_illegal(after(&[]), event, "another one");
}

#[test]
fn an_override_needs_a_note_and_is_remembered() {
    let state =
        replay(&after(&[activation(Some("a"), CheckOutcome::Failed, true, Some("the tests are old"))])).unwrap();
    let active = state.active_policy(site()).unwrap();
    assert!(active.forced && !active.report.is_passed());
    assert_eq!(active.report.failed().count(), 1);
    assert_eq!(active.note.as_deref(), Some("the tests are old"));
}

/// What is active, and where a rollback leads: `-` for the policy that is part of Steward, `none` for nowhere.
fn standing(events: &[Event]) -> (String, String) {
    let state = replay(&after(events)).unwrap();
    let name = |activation: Option<&steward_core::ledger::Activation>| match activation {
        None => "none".to_owned(),
        Some(activation) if activation.digest.is_none() => "-".to_owned(),
        Some(activation) => activation.name.clone(),
    };
    (name(state.active_policy(site())), name(state.policy_before(site())))
}

#[test]
fn rolling_back_goes_further_back_each_time() {
    let [a, b, c] = ["a", "b", "c"].map(activated);
    let check = |events: &[&Event], active: &str, before: &str| {
        let events: Vec<Event> = events.iter().map(|&event| event.clone()).collect();
        assert_eq!(standing(&events), (active.to_owned(), before.to_owned()), "{events:?}");
    };
    let none = built_in();
    check(&[], "none", "none");
    check(&[&a], "a", "none");
    check(&[&a, &b, &c], "c", "b");
    check(&[&a, &b, &c, &b], "b", "a");
    check(&[&a, &b, &c, &b, &a], "a", "none");
    check(&[&a, &b, &c, &b, &a, &none], "-", "none");
    // The same one once more, for example after a change of its settings.
    check(&[&a, &b, &b], "b", "a");
    // Another one than the one before is a step forward, also when it was active once.
    check(&[&a, &b, &c, &a], "a", "c");
    check(&[&none, &a], "a", "-");
    check(&[&none, &a, &none], "-", "none");
    check(&[&a, &b, &none], "-", "b");
}

#[test]
fn what_nobody_needs_can_be_removed_and_added_again() {
    let events = [activated("a"), activated("b"), activated("c"), removed("a"), activated("b")];
    let state = replay(&after(&events)).unwrap();
    assert_eq!(state.policy_before(site()), None, "what was removed is no way back");
    assert_eq!(state.policy_history().len(), 4, "and it stays in the history");
    assert!(!state.stored_policies().contains_key(&digest("a")));
    let again = [&events[..], &[added("a"), activated("a")]].concat();
    assert_eq!(replay(&after(&again)).unwrap().active_policy(site()).unwrap().digest, Some(digest("a")));
}

fn at_site(name: &str, event: Event) -> Event {
    let Event::PolicyActivated { by, digest: policy, name: of, version, settings_digest, report, forced, note, .. } =
        event
    else {
        unreachable!("it is an activation")
    };
    let (site, digest) = (digest(name), policy);
    Event::PolicyActivated { by, site, digest, name: of, version, settings_digest, report, forced, note }
}

#[test]
fn a_policy_decides_about_the_server_on_which_the_gate_looked_at_it() {
    let events = [activated("a"), at_site("test", activated("b")), at_site("test", activated("c"))];
    let state = replay(&after(&events)).unwrap();
    let name = |site: &str| state.active_policy(digest(site)).map(|active| active.name.as_str());
    assert_eq!((name("site"), name("test"), name("third")), (Some("a"), Some("c"), None));
    assert_eq!(state.policy_before(site()), None);
    for (policy, is_needed) in [("a", true), ("b", true), ("c", true)] {
        assert_eq!(state.is_policy_needed(&digest(policy)), is_needed, "{policy}");
    }
    check_illegal(after(&events), removed("a"), "active");
    check_illegal(after(&events), removed("b"), "rollback");
}

#[test]
fn tests_and_signatures_are_exchanged_by_an_entry_only() {
    let mut retested = added("a");
    let Event::PolicyAdded { tests_digest, .. } = &mut retested else { unreachable!("it is added") };
    *tests_digest = digest("other tests");
    let state = replay(&after(&[retested.clone()])).unwrap();
    assert_eq!(state.stored_policies()[&digest("a")].tests_digest, digest("other tests"));
    check_illegal(after(&[retested.clone()]), retested, "stored already");
}

#[test]
fn only_comparisons_of_the_same_policies_settings_and_server_count_as_clean() {
    let clean = compared(between("a", "b"), 1, None);
    let count = |events: &[Event]| replay(&after(events)).unwrap().clean_shadow_cycles(&between("a", "b"), 1);
    assert_eq!(count(&[]), 0);
    assert_eq!(count(&[clean.clone(), clean.clone()]), 2);
    let faulty = compared(between("a", "b"), 0, Some("out-of-fuel: …"));
    assert_eq!(count(&[clean.clone(), faulty, clean.clone()]), 1);
    assert_eq!(count(&[clean.clone(), compared(between("a", "b"), 2, None)]), 0);
    assert_eq!(count(&[clean.clone(), compared(between("c", "b"), 0, None), clean.clone()]), 1, "another active one");
    let resettled = Shadowing { shadow_settings_digest: digest("other"), ..between("a", "b") };
    assert_eq!(count(&[clean.clone(), compared(resettled, 0, None)]), 0);
    assert_eq!(count(&[clean.clone(), compared(between("a", "c"), 9, None)]), 1, "another shadow");
    let state = replay(&after(&[clean.clone(), clean])).unwrap();
    assert_eq!(state.shadow_comparisons(&digest("b")).len(), 2);
    assert!(state.shadow_comparisons(&digest("c")).is_empty());
}

#[test]
fn events_are_written_as_the_documentation_says() {
    let body = |event: &Event| seal(Head::empty(), at(0), event).unwrap().body;
    let signature = PolicySignature { key_id: "RWQ1".to_owned(), trusted_comment: "1.0.0".to_owned() };
    let mut signed = added("a");
    let Event::PolicyAdded { signature: unsigned, .. } = &mut signed else { unreachable!("it is added") };
    *unsigned = Some(signature);
    let (policy, tests) = (digest("a"), digest("tests"));
    assert_eq!(
        body(&signed),
        format!(
            "{{\"type\":\"policy-added\",\"by\":\"admin\",\"digest\":\"{policy}\",\"name\":\"a\",\"version\":\"1.0.0\",\
             \"bytes\":70000,\"signature\":{{\"keyId\":\"RWQ1\",\"trustedComment\":\"1.0.0\"}},\
             \"testsDigest\":\"{tests}\"}}"
        )
    );
    let built_in = body(&built_in());
    assert!(built_in.starts_with(r#"{"type":"policy-activated","by":"admin","site":"sha256:"#));
    assert!(built_in.contains(r#","digest":null,"name":"standard""#));
    assert!(built_in.contains(r#""report":{"checks":[{"name":"tests","outcome":"passed","detail":"41 cases"}]}"#));
    assert!(body(&compared(between("a", "b"), 3, None)).contains(r#""newlyLoses":3,"newlyKeeps":0,"fault":null"#));
    for event in [signed, activated("a"), removed("a"), compared(between("a", "b"), 3, Some("trap"))] {
        assert_eq!(serde_json::from_str::<Event>(&body(&event)).unwrap(), event);
    }
}

fn any_event() -> impl Strategy<Value = Event> {
    let name = prop::sample::select(vec!["a", "b", "c"]);
    prop_oneof![
        name.clone().prop_map(added),
        name.clone().prop_map(removed),
        name.clone().prop_map(activated),
        name.prop_map(|name| at_site("test", activated(name))),
        Just(built_in()),
        Just(Event::LedgerRestored { by: "admin".to_owned() }),
    ]
}

proptest! {
    /// Whatever happens, in whatever order: what is active is stored, and so is what a rollback leads to, which is another
    /// policy, and rolling back is always possible until nothing is before.
    #[test]
    fn the_way_back_never_breaks(events in prop::collection::vec(any_event(), 0..60)) {
        let mut state = LedgerState::default();
        let next = |state: &LedgerState, event: &Event| {
            let mut next = state.clone();
            next.apply(Head { seq: 1, hash: digest("any") }, at(0), event.clone()).ok().map(|()| next)
        };
        state = next(&state, &created()).unwrap();
        for event in &events {
            let Some(changed) = next(&state, event) else { continue };
            state = changed;
            for needed in [state.active_policy(site()), state.policy_before(site())].into_iter().flatten() {
                prop_assert!(needed.digest.is_none_or(|digest| state.stored_policies().contains_key(&digest)));
                prop_assert!(needed.digest.is_none_or(|digest| state.is_policy_needed(&digest)));
            }
            let mut back = state.clone();
            let mut steps = 0;
            while let Some(before) = back.policy_before(site()).cloned() {
                prop_assert_ne!(before.digest, back.active_policy(site()).unwrap().digest);
                let event = before.digest.map_or_else(built_in, |_| activated(&before.name));
                back = next(&back, &event).unwrap();
                prop_assert_eq!(back.active_policy(site()).unwrap().digest, before.digest);
                steps += 1;
                prop_assert!(steps <= events.len());
            }
        }
    }
}
