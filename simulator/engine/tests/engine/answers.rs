//! Views, plans, sweeps and comparisons agree with core's planner.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use proptest::prelude::*;
use serde_json::Value;
use steward_core::decision::Verdict;
use steward_core::ids::LicenseId;
use steward_core::plan::Plan;
use steward_core::planner::{self, PlanInput};
use steward_core::policy_diff::{self, Change};
use steward_simulator_engine::bindings::exports::steward::simulator::engine::{Query, SortKey, Standing};
use steward_simulator_engine::compare::{compare, outlines};
use steward_simulator_engine::order::order;
use steward_simulator_engine::plan::PlanJob;
use steward_simulator_engine::rows::rows;
use steward_simulator_engine::site::Site;
use steward_simulator_engine::sweep::Sweep;

use super::site::{drafts, file, now, read, seats, site, styles, view};

/// Made by the planner in one go.
fn planned(site: &Site, draft: &Value) -> Plan {
    let settings = read(draft).for_policy(&site.description);
    let identity = site.identity(&settings).unwrap();
    let input = PlanInput {
        snapshot: site.snapshot,
        now: now(),
        applicable: false,
        policy: &identity,
        guard: &settings.guard,
        memory: &site.memory,
        application: None,
    };
    planner::plan(input, site.configure(&settings, now()).expect("it is configured").as_mut()).unwrap()
}

fn bytes(plan: &Plan) -> Vec<u8> {
    let mut bytes = Vec::new();
    plan.write(&mut bytes).unwrap();
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_view_says_what_the_plan_says(seats in seats(), draft in drafts(), style in styles()) {
        let site = site(&file(&seats), style);
        let plan = planned(&site, &draft);
        let view = view(&site, &draft, now());
        let outcome = view.outcome().unwrap();

        let judged = view.judged().unwrap();
        let released: BTreeSet<&str> = site.candidates.iter().zip(&judged.standings)
            .filter(|(_, standing)| **standing == Standing::Released)
            .map(|(candidate, _)| candidate.seat.id.as_str())
            .collect();
        prop_assert_eq!(released, plan.body().releases.iter().map(LicenseId::as_str).collect());
        drop(judged);

        let holds: Vec<(&str, &str, usize)> =
            outcome.holds.iter().map(|h| (h.gate.as_str(), h.detail.as_str(), h.seats as usize)).collect();
        let held: Vec<(&str, &str, usize)> =
            plan.body().held.iter().map(|h| (h.gate.as_str(), h.detail.as_str(), h.license_ids.len())).collect();
        prop_assert_eq!(holds, held);

        let mut counts: BTreeMap<(String, bool, &str), u32> = BTreeMap::new();
        for decision in &plan.body().decisions {
            let key = (decision.license_type.to_string(), decision.verdict == Verdict::Keep, decision.rule.as_str());
            *counts.entry(key).or_default() += 1;
        }
        prop_assert_eq!(outcome.rules.iter().map(|rule| rule.seats).collect::<Vec<_>>(), counts.into_values().collect::<Vec<_>>());
        for types in &outcome.types {
            prop_assert_eq!(types.seats, types.kept + types.released + types.held + types.guarded + types.later);
        }

        let places: Vec<u32> = (0..u32::try_from(site.candidates.len()).unwrap()).collect();
        for (row, decision) in rows(&view, &places).unwrap().iter().zip(&plan.body().decisions) {
            prop_assert_eq!(&row.license_id, decision.license_id.as_str());
            prop_assert_eq!(&row.reason, &decision.reason);
            prop_assert_eq!(row.idle_days, decision.idle_days);
            let gates: Vec<&str> = row.holds.iter().map(|hold| hold.gate.as_str()).collect();
            let held = plan.body().held.iter().filter(|held| held.license_ids.contains(&decision.license_id));
            prop_assert_eq!(gates, held.map(|held| held.gate.as_str()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_plan_in_steps_is_the_plan(seats in seats(), draft in drafts(), style in styles(), step in 1_u32..20) {
        let site = site(&file(&seats), style);
        let job = PlanJob::start(Rc::clone(&site), &read(&draft), now()).unwrap();
        prop_assert!(seats.is_empty() || job.json().is_err(), "not before every seat was asked about");
        loop {
            let progress = job.step(step);
            if progress.done == progress.total {
                break;
            }
        }
        prop_assert_eq!(job.json().unwrap(), bytes(&planned(&site, &draft)));
    }

    #[test]
    fn a_point_of_a_sweep_is_the_view_with_that_value(seats in seats(), draft in drafts(), style in styles()) {
        let site = site(&file(&seats), style);
        let pointers = ["/licenseType/analyzer/releaseThresholdDays", "/licenseType/professional/releaseThresholdDays"];
        let values = vec![90, 1, 31, 7, 30];
        let sweep = Sweep::start(
            Rc::clone(&site), &read(&draft), now(), pointers.map(str::to_owned).to_vec(), values.clone(),
        ).unwrap();
        let mut points = Vec::new();
        loop {
            let step = sweep.step(1).unwrap();
            points.extend(step.points);
            if step.progress.done == step.progress.total {
                break;
            }
        }
        prop_assert_eq!(points.iter().map(|point| point.value).collect::<Vec<_>>(), values);
        for point in points {
            let mut changed = draft.clone();
            for pointer in pointers {
                *changed.pointer_mut(pointer).unwrap() = point.value.into();
            }
            prop_assert_eq!(point.types, view(&site, &changed, now()).outcome().unwrap().types);
        }
    }

    #[test]
    fn a_comparison_is_that_of_the_plans(seats in seats(), drafts in (drafts(), drafts()), styles in (styles(), styles())) {
        let file = file(&seats);
        // Two instances of the engine, as in the browser.
        let (site_before, site_after) = (site(&file, styles.0), site(&file, styles.1));
        let mut after_draft = drafts.1.clone();
        // Plans are compared under one guard only.
        after_draft["guard"] = drafts.0["guard"].clone();
        let (before, after) = (view(&site_before, &drafts.0, now()), view(&site_after, &after_draft, now()));
        let comparison = compare(&after, &outlines(&before).unwrap()).unwrap();
        let (plan_before, plan_after) = (planned(&site_before, &drafts.0), planned(&site_after, &after_draft));
        let diff = policy_diff::of_plans(plan_before.body(), plan_after.body()).unwrap();

        let ids: Vec<&str> = comparison.places.iter()
            .map(|place| site_after.candidates[*place as usize].seat.id.as_str())
            .collect();
        prop_assert_eq!(ids, diff.seats.iter().map(|seat| seat.seat.license_id.as_str()).collect::<Vec<_>>());
        let changes = diff.seats.iter().map(|seat| match seat.change {
            Change::NewlyLoses => 0,
            Change::NewlyKeeps => 1,
            Change::OtherRule => 2,
        });
        prop_assert_eq!(&comparison.differences, &changes.collect::<Vec<u8>>());
        for (place, group) in comparison.group_of.iter().enumerate() {
            let group = &comparison.groups[*group as usize];
            prop_assert_eq!(&group.rule_after, &diff.seats[place].after.rule);
            prop_assert_eq!(&group.rule_before, &diff.seats[place].before.rule);
        }
        prop_assert_eq!(comparison.groups.iter().map(|group| group.seats).sum::<u32>() as usize, diff.seats.len());
    }

    #[test]
    fn an_order_has_every_row_that_is_wanted_once(seats in seats(), draft in drafts(), descending in any::<bool>()) {
        let site = site(&file(&seats), super::policy::Style::Standard);
        let view = view(&site, &draft, now());
        for sort in [
            SortKey::Place, SortKey::Account, SortKey::Name, SortKey::IdleDays, SortKey::Rule, SortKey::Standing,
            SortKey::FlipsAt,
        ] {
            let query = |text: &str, standings: Vec<Standing>| Query {
                text: text.to_owned(),
                license_types: Vec::new(),
                standings,
                rules: Vec::new(),
                gates: Vec::new(),
                sort,
                descending,
            };
            let mut all = order(&view, &query("", Vec::new())).unwrap();
            all.sort_unstable();
            prop_assert_eq!(all, (0..u32::try_from(seats.len()).unwrap()).collect::<Vec<_>>());
            let released = order(&view, &query("", vec![Standing::Released])).unwrap();
            let standings = view.columns().unwrap().standings;
            prop_assert!(released.iter().all(|place| standings[*place as usize] == Standing::Released as u8));
            let found = order(&view, &query(" SEAT-001 ", Vec::new())).unwrap();
            prop_assert_eq!(found.len(), usize::from(seats.len() > 1));
        }
    }
}
