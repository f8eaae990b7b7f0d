//! Small random sites as snapshot files, and drafts to look at them with.

use std::rc::Rc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use steward_core::digest::Digest;
use steward_core::instant::{Instant, MS_PER_DAY};
use steward_core::settings::SettingsDraft;
use steward_simulator_engine::site::Site;
use steward_simulator_engine::view::View;

use super::policy::{Native, Style, description};

/// 2026-11-21T15:00:00Z.
pub const NOW_MS: i64 = 1_795_273_200_000;

pub fn at(ms: i64) -> Instant {
    Instant::from_millis(ms).expect("a date")
}

pub fn now() -> Instant {
    at(NOW_MS)
}

/// What is random about a seat.
#[derive(Debug, Clone)]
pub struct SeatPlan {
    pub kind: &'static str,
    pub idle_days: i64,
    pub never_used: bool,
    pub is_deleted: bool,
    pub quarantined: bool,
    pub tag: Option<&'static str>,
    pub role: Option<&'static str>,
    /// Seats of the same owner have the same number.
    pub owner: usize,
}

pub fn seats() -> impl Strategy<Value = Vec<SeatPlan>> {
    let seat = (
        select(&["analyzer", "professional"][..]),
        prop_oneof![select(&[0, 6, 7, 29, 30, 31, 60, 89, 90, 91][..]), 0_i64..200],
        (prop::bool::weighted(0.1), prop::bool::weighted(0.1), prop::bool::weighted(0.1)),
        prop::option::weighted(0.3, select(&["vip", "VIP ", "other"][..])),
        prop::option::weighted(0.1, select(&["RootAdmin", "Reader"][..])),
        0_usize..30,
    );
    let seat = seat.prop_map(|(kind, idle_days, (never_used, is_deleted, quarantined), tag, role, owner)| SeatPlan {
        kind,
        idle_days,
        never_used,
        is_deleted,
        quarantined,
        tag,
        role,
        owner,
    });
    vec(seat, 0..40)
}

/// A snapshot file. Pools have two free seats more than there are rows.
pub fn file(seats: &[SeatPlan]) -> Value {
    let text = |ms: i64| at(ms).to_string();
    let mut users: Vec<Value> = Vec::new();
    let rows: Vec<Value> = seats
        .iter()
        .enumerate()
        .map(|(index, seat)| {
            let name = format!("user{:02}", seat.owner);
            if !users.iter().any(|user| user["userId"] == name.as_str()) {
                users.push(json!({
                    "guid": name, "userDirectory": "ACME", "userId": name, "name": format!("Person {}", seat.owner),
                    "inactive": false, "blocked": false, "removedExternally": false,
                    "roles": seat.role.into_iter().collect::<Vec<_>>(), "tags": seat.tag.into_iter().collect::<Vec<_>>(),
                    "customProperties": [], "attributes": [],
                }));
            }
            let idle_since = NOW_MS - seat.idle_days * MS_PER_DAY;
            let holder = if seat.is_deleted {
                json!({"deleted": {"userDirectory": "ACME", "userId": format!("gone{index}")}})
            } else {
                json!({"user": {"guid": name, "userDirectory": "acme", "userId": name}})
            };
            json!({
                "id": format!("seat-{index:03}"), "licenseType": seat.kind, "quarantined": seat.quarantined, "excess": false,
                "allocatedAt": text(idle_since - if seat.never_used { 0 } else { 10 * MS_PER_DAY }),
                "lastUsed": if seat.never_used { "never".to_owned() } else { text(idle_since) },
                "holder": holder,
            })
        })
        .collect();
    let pool = |kind: &str| {
        let all = seats.iter().filter(|seat| seat.kind == kind).count();
        let quarantined = seats.iter().filter(|seat| seat.kind == kind && seat.quarantined).count();
        json!({
            "licenseType": kind, "total": all + 2, "allocated": all - quarantined, "allocatedBefore": all - quarantined,
            "used": 0, "available": 2, "quarantined": quarantined, "excess": 0,
        })
    };
    json!({
        "format": 1, "masked": false, "memory": {},
        "settings": {"policy": {}, "guard": draft(30, "hold", 500)["guard"]},
        "inventory": {
            "takenAt": text(NOW_MS), "clockSkewMs": 0, "attributesRead": false, "incompleteUsers": [],
            "pools": [pool("analyzer"), pool("professional")], "seats": rows, "users": users,
        },
    })
}

/// A draft as the page has it.
pub fn draft(threshold_days: u32, above_cap: &str, basis_points: u32) -> Value {
    let kind = json!({"enable": true, "releaseThresholdDays": threshold_days});
    json!({
        "licenseType": {"analyzer": kind, "professional": kind, "user": {"enable": false, "releaseThresholdDays": 90}},
        "policy": {"deletedOwner": "release"},
        "guard": {
            "minIdleDays": 7, "protectRoles": ["RootAdmin"], "maxReleaseBasisPoints": basis_points, "maxReleases": null,
            "aboveCap": above_cap, "undoReserveDays": null, "maxInventoryAgeMinutes": 15, "planTtlDays": 7,
            "ownAccount": null,
            "neverRelease": {
                "user": [{"userDir": "Acme", "userId": "USER03"}], "tag": ["vip"], "customProperty": [],
                "userDirectory": [], "inactive": "ignore", "blocked": "ignore", "removedExternally": "ignore",
            },
        },
    })
}

pub fn drafts() -> impl Strategy<Value = Value> {
    let above_cap = select(&["hold", "longest-idle-first"][..]);
    (select(&[1, 30, 60, 90][..]), above_cap, select(&[0, 500, 10_000][..]))
        .prop_map(|(days, above_cap, basis_points)| draft(days, above_cap, basis_points))
}

pub fn styles() -> impl Strategy<Value = Style> {
    prop_oneof![Just(Style::Standard), (0_u32..12).prop_map(|free| Style::Choosy { free })]
}

pub fn site(file: &Value, style: Style) -> Rc<Site> {
    let prepare = move |_: &'static [_]| -> Box<steward_simulator_engine::site::Configure> {
        Box::new(move |settings, run| Native::configure(style, settings, run))
    };
    let digest = Digest::of_bytes(b"policy");
    let site = Site::open(file.to_string().as_bytes(), description(), digest, Box::new(prepare));
    Rc::new(site.unwrap_or_else(|refusal| panic!("the snapshot is one: {refusal:?}")))
}

pub fn read(draft: &Value) -> SettingsDraft {
    serde_json::from_value(draft.clone()).expect("a draft")
}

/// A finished view.
pub fn view(site: &Rc<Site>, draft: &Value, now: Instant) -> View {
    let view = View::start(Rc::clone(site), draft.to_string(), read(draft), now).expect("the settings are fine");
    while view.step(1).done < u32::try_from(site.candidates.len()).expect("few seats") {}
    view
}
