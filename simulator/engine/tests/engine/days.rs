//! A timeline is what one gets by planning day after day, each time without the seats that went.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;
use steward_core::instant::MS_PER_DAY;
use steward_simulator_engine::bindings::exports::steward::simulator::engine::{LicenseType, Standing};
use steward_simulator_engine::timeline::Timeline;

use super::site::{NOW_MS, at, draft, file, now, read, seats, site, styles, view};

const DAYS: u32 = 12;

/// Takes seats out of a snapshot file, and counts them as free.
fn take(file: &mut Value, gone: &[String]) {
    let inventory = &mut file["inventory"];
    let rows = inventory["seats"].as_array_mut().unwrap();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    rows.retain(|row| {
        let goes = gone.iter().any(|id| row["id"] == id.as_str());
        if goes {
            *counts.entry(row["licenseType"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        !goes
    });
    for pool in inventory["pools"].as_array_mut().unwrap() {
        let count = counts.get(pool["licenseType"].as_str().unwrap()).copied().unwrap_or(0);
        for (member, change) in [("allocated", -1), ("allocatedBefore", -1), ("available", 1)] {
            let number = pool[member].as_i64().unwrap() + change * i64::try_from(count).unwrap();
            pool[member] = number.into();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_timeline_is_one_plan_a_day(seats in seats(), style in styles(), step in 1_u32..3_000) {
        let mut file = file(&seats);
        // Quarantined seats have no place in this: they are no allocated ones, and never go.
        let draft = draft(31, "hold", 10_000);
        let timeline = Timeline::start(site(&file, style), &read(&draft), now(), DAYS).unwrap();
        let mut days = Vec::new();
        loop {
            let done = timeline.step(step).unwrap();
            days.extend(done.days);
            if done.progress.done == done.progress.total {
                break;
            }
        }
        prop_assert_eq!(days.len(), DAYS as usize);
        for (index, day) in days.iter().enumerate() {
            let at = at(NOW_MS + i64::try_from(index).unwrap() * MS_PER_DAY);
            let today = site(&file, style);
            let view = view(&today, &draft, at);
            let columns = view.columns().unwrap();
            // The cap never holds at 100 per cent, and no run gate closes on these sites.
            prop_assert!(!columns.standings.contains(&(Standing::Held as u8)));
            let mut gone = Vec::new();
            let mut counts: BTreeMap<u8, [u32; 3]> = BTreeMap::new();
            for (place, standing) in columns.standings.iter().enumerate() {
                let [released, later, guarded] = counts.entry(columns.license_types[place]).or_default();
                if *standing == Standing::Released as u8 {
                    *released += 1;
                    gone.push(today.candidates[place].seat.id.as_str().to_owned());
                }
                *later += u32::from(*standing == Standing::Later as u8);
                *guarded += u32::from(*standing == Standing::Guarded as u8);
            }
            for kind in &day.types {
                let expected = counts.get(&(kind.license_type as u8)).copied().unwrap_or_default();
                prop_assert_eq!([kind.released, kind.later, kind.guarded], expected, "day {} {:?}", index, kind.license_type);
            }
            take(&mut file, &gone);
            let kinds: Vec<LicenseType> = day.types.iter().map(|kind| kind.license_type).collect();
            prop_assert_eq!(kinds, vec![LicenseType::Analyzer, LicenseType::Professional]);
            for (pool, kind) in file["inventory"]["pools"].as_array().unwrap().iter().zip(&day.types) {
                prop_assert_eq!(pool["available"].as_u64().unwrap(), u64::from(kind.available));
            }
        }
    }
}
