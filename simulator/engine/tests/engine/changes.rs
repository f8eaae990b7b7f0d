//! What is told to turn a seat turns it, and the settings file that is shown says what the draft says.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};
use steward_core::instant::Instant;
use steward_core::settings::{RunSettings, SettingsDraft};
use steward_simulator_engine::bindings::exports::steward::simulator::engine::{Change, ChangeKind};
use steward_simulator_engine::explain::{explain, test_case};
use steward_simulator_engine::view::View;

use super::policy::{Style, description};
use super::site::{draft, file, now, read, seats, site, view};

/// Nothing but type and run gates, or the quota, stands between the seat and its release.
fn is_free(view: &View, place: u32) -> bool {
    let gates = explain(view, place).unwrap().row;
    let of_seat = gates.holds.iter().filter(|hold| {
        use steward_simulator_engine::bindings::exports::steward::simulator::engine::Scope;
        hold.scope == Scope::Seat
    });
    gates.verdict == steward_simulator_engine::bindings::exports::steward::simulator::engine::Verdict::Release
        && of_seat.count() == 0
}

/// The draft after the change.
fn changed(draft: &Value, change: &Change) -> Value {
    let mut draft = draft.clone();
    let (Some(pointer), Some(value)) = (&change.pointer, &change.value) else { return draft };
    let value: Value = serde_json::from_str(value).unwrap();
    let target = draft.pointer_mut(pointer).unwrap();
    let same = |one: &Value, other: &Value| one.to_string().to_lowercase() == other.to_string().to_lowercase();
    match change.kind {
        ChangeKind::Number => *target = value,
        ChangeKind::ProtectionAdded => target.as_array_mut().unwrap().push(value),
        ChangeKind::ProtectionRemoved => target.as_array_mut().unwrap().retain(|entry| !same(entry, &value)),
        ChangeKind::Time | ChangeKind::UsedNow => {}
    }
    draft
}

#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
fn time(at: f64) -> Instant {
    Instant::from_millis(at as i64).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_change_that_is_told_turns_the_seat(seats in seats()) {
        let site = site(&file(&seats), Style::Standard);
        let draft = draft(30, "hold", 10_000);
        let before = view(&site, &draft, now());
        for place in 0..u32::try_from(seats.len()).unwrap() {
            let explanation = explain(&before, place).unwrap();
            for change in &explanation.changes {
                let free = is_free(&before, place);
                match change.kind {
                    ChangeKind::UsedNow => prop_assert!(free || explanation.row.verdict != change.verdict),
                    ChangeKind::Time => {
                        let then = view(&site, &draft, time(change.at.unwrap()));
                        prop_assert_ne!(explain(&then, place).unwrap().row.verdict, explanation.row.verdict);
                    }
                    _ => {
                        let after = view(&site, &changed(&draft, change), now());
                        prop_assert_ne!(is_free(&after, place), free, "{:?}", change);
                        prop_assert_eq!(&explain(&after, place).unwrap().row.rule, &change.rule);
                    }
                }
            }
            if is_free(&before, place) {
                let kinds: BTreeSet<u8> = explanation.changes.iter().map(|change| change.kind as u8).collect();
                prop_assert!(kinds.contains(&(ChangeKind::Number as u8)), "a threshold keeps every idle seat");
                prop_assert!(kinds.contains(&(ChangeKind::ProtectionAdded as u8)));
            }
        }
    }

    #[test]
    fn a_test_case_can_be_read_back(seats in seats()) {
        let site = site(&file(&seats), Style::Standard);
        let view = view(&site, &draft(30, "hold", 500), now());
        for place in 0..u32::try_from(seats.len()).unwrap() {
            let yaml = test_case(&view, place).unwrap();
            prop_assert!(yaml.contains("cases:\n  -\n    candidate:") && yaml.contains("expect:"), "{}", yaml);
        }
    }
}

#[test]
fn a_draft_gives_back_the_settings_that_it_was_made_of() {
    let draft = read(&draft(30, "hold", 1_234));
    let run = draft.for_policy(&description());
    assert_eq!(SettingsDraft::of_run(&run, &description()), draft);
    assert_eq!(run.policy["neverRelease"]["tag"], json!(["vip"]));
}

#[test]
fn settings_that_no_file_gives_are_taken_as_they_are() {
    let draft = read(&draft(30, "hold", 500));
    let mut run: RunSettings = draft.for_policy(&description());
    run.policy["neverRelease"]["tag"] = json!(["somebody edited this"]);
    let verbatim = SettingsDraft::of_run(&run, &description());
    assert_eq!(verbatim.verbatim.as_ref(), Some(&run.policy));
    assert_eq!(verbatim.for_policy(&description()), run);
}

#[test]
fn the_members_of_the_file_have_the_words_of_the_file() {
    let file = read(&draft(30, "longest-idle-first", 1_234)).to_file();
    let release = &file["Butler"]["qlikSenseLicense"]["licenseRelease"];
    assert_eq!(release["neverRelease"]["inactive"], "Ignore");
    assert_eq!(release["licenseType"]["analyzer"], json!({"enable": true, "releaseThresholdDays": 30}));
    assert_eq!(file["steward"]["guard"]["maxReleasePercent"], json!(12.34));
    assert_eq!(file["steward"]["guard"]["aboveCap"], "longest-idle-first");
    assert_eq!(file["steward"]["policy"]["settings"], json!({"deletedOwner": "release"}));
}
