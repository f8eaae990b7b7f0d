//! The plan as a file: its shape, its id, and what is refused.

use steward_core::digest::Digest;
use steward_core::license_type::LicenseType;
use steward_core::plan::{Plan, PlanFileError};
use steward_core::settings::{GuardSettings, NeverRelease};
use steward_core::snapshot::{LastUse, Seat, Snapshot, User};
use steward_tests::fixture::{ago, days_ago, deleted, held_by, now, person, plan_of, run, seat, site, snapshot, texts};
use steward_tests::plans::{by_rules, bytes, release_all};
use steward_tests::rules::Rules;
use steward_tests::sandbox::{sandbox, standard};
/// The shape of the file that other programs read.
#[test]
fn the_golden_plan_is_what_it_was() {
    let golden = golden();
    let rules = Rules { never_release: golden.1.never_release.clone(), ..Rules::default() };
    let mut policy = sandbox(standard(), &rules.to_json(), &run(&golden.0));
    let plan = plan_of(&golden.0, &golden.1, &mut policy);
    insta::assert_snapshot!(bytes(&plan));
}

fn golden() -> (Snapshot, GuardSettings) {
    let admin = User { roles: texts(&["RootAdmin"]), ..person("admin") };
    let tagged = User { tags: texts(&["keep"]), name: String::new(), ..person("tagged") };
    let odd = User { user_id: "ünï\"c\\ode".to_owned(), name: "Ünï \u{1F984}".to_owned(), ..person("odd") };
    let seats = vec![
        seat("a-idle", "jdoe"),
        Seat { last_used: LastUse::At(ago(30, -1)), ..seat("a-recent", "jane") },
        Seat { last_used: LastUse::Never, allocated_at: Some(days_ago(90)), ..seat("a-never", "never") },
        Seat { holder: held_by(&odd), ..seat("a-odd", "odd") },
        seat("a-tagged", "tagged"),
        Seat { quarantined: true, excess: true, ..seat("a-quarantined", "jane") },
        Seat { holder: deleted("ACME", "gone"), ..seat("a-deleted", "gone") },
        Seat { license_type: LicenseType::Professional, ..seat("p-admin", "admin") },
        Seat {
            license_type: LicenseType::Professional,
            last_used: LastUse::At(days_ago(45)),
            ..seat("p-jdoe", "jdoe")
        },
    ];
    let people = ["jdoe", "jane", "never"].map(person).into_iter().chain([admin, tagged, odd]);
    let never_release = NeverRelease { tag: texts(&["Keep"]), ..NeverRelease::default() };
    (snapshot(site(seats, people.collect())), GuardSettings { never_release, ..GuardSettings::default() })
}

fn golden_text() -> String {
    let (snapshot, guard) = golden();
    bytes(&by_rules(&Rules::default(), &snapshot, &guard, now(), true))
}

/// An outsider knows only the text: take the line of `planId` out, squeeze the blanks between tokens, and digest.
#[test]
fn anybody_can_verify_a_plan_without_steward() {
    let text = golden_text();
    let line = text.lines().find(|line| line.trim_start().starts_with("\"planId\"")).expect("a plan has an id");
    let written = line.split('"').nth(3).expect("the id is a text");
    let rest = text.replacen(&format!("{line}\n"), "", 1);
    assert_eq!(Digest::of_bytes(squeeze(&rest).as_bytes()).to_string(), written);
}

/// JSON without the blanks between its tokens.
fn squeeze(json: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    json.chars()
        .filter(|&c| {
            let keep = inside || !c.is_ascii_whitespace();
            inside ^= c == '"' && !escaped;
            escaped = inside && c == '\\' && !escaped;
            keep
        })
        .collect()
}

#[test]
fn a_plan_reads_back_as_it_was_written() {
    let text = golden_text();
    let plan = Plan::parse(&text).expect("a plan can be read");
    assert_eq!(bytes(&plan), text);
    assert_eq!(bytes(&Plan::parse(&squeeze(&text)).expect("blanks do not matter")), text);
}

#[test]
fn a_changed_plan_is_refused() {
    let text = golden_text();
    let refused = |from: &str, to: &str| {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "`{from}` is in the plan");
        Plan::parse(&changed).expect_err(from)
    };
    for (from, to) in [
        ("\"verdict\": \"keep\"", "\"verdict\": \"release\""),
        ("\"applicable\": true", "\"applicable\": false"),
        ("\"releases\": [", "\"releases\": [\"a-recent\","),
        ("2026-11-28T15:00:00Z", "2026-12-28T15:00:00Z"),
        ("\"idleDays\": 400", "\"idleDays\": 401"),
        ("\"gate\": \"protected-role\"", "\"gate\": \"floor\""),
    ] {
        assert!(matches!(refused(from, to), PlanFileError::Tampered { .. }), "{from}");
    }
    for (from, to) in [
        ("\"faults\"", "\"faultz\": [], \"faults\""),
        ("\"reason\"", "\"extra\": 1, \"reason\""),
        ("\"releases\": [", "\"releases\": [], \"releases\": ["),
        ("\"verdict\": \"keep\"", "\"verdict\": \"maybe\""),
        ("\"now\": \"2026", "\"now\": \"in 2026"),
    ] {
        assert!(matches!(refused(from, to), PlanFileError::Json(_)), "{from}");
    }
    let id = text.lines().find(|line| line.contains("planId")).expect("a plan has an id");
    assert!(matches!(refused(id, ""), PlanFileError::NoId));
    assert!(matches!(refused("\"format\": 1", "\"format\": 2"), PlanFileError::Format(2)));
    assert!(matches!(Plan::parse("{\"format\": 2, \"something\": \"new\"}"), Err(PlanFileError::Format(2))));
    for garbage in ["", "{}", "[]", "null", "{\"format\": 1}", &text[..text.len() / 2]] {
        assert!(matches!(Plan::parse(garbage), Err(PlanFileError::Json(_))), "{garbage:.20}");
    }
}

#[test]
fn a_plan_expires_and_one_that_cannot_expires_at_once() {
    let ttl = |plan_ttl_days| {
        let guard = GuardSettings { plan_ttl_days, ..GuardSettings::default() };
        release_all(&golden().0, &guard).body().expires_at
    };
    assert_eq!((ttl(7), ttl(0), ttl(u32::MAX)), (days_ago(-7), now(), now()));
}
