//! Snapshots refuse to contradict themselves, and their files read back as they were written.

use proptest::prelude::*;
use steward_core::ids::LicenseId;
use steward_core::license_type::LicenseType;
use steward_core::memory::Memory;
use steward_core::settings::{GuardSettings, RunSettings};
use steward_core::snapshot::{
    Contradiction, IncompleteUser, Owner, Seat, Snapshot, SnapshotFile, SnapshotFileError, SnapshotParts, User,
};
use steward_tests::fixture::{crowd, guid, held_by, person, pool, seat, site, snapshot};
use steward_tests::random::{self, Weather};

#[track_caller]
fn check_refused(what: &str, change: impl FnOnce(&mut SnapshotParts), expected: &[Contradiction]) {
    let mut parts = crowd(LicenseType::Analyzer, 2);
    change(&mut parts);
    let refused = Snapshot::new(parts).expect_err(what);
    assert_eq!(refused.0, expected, "{what}");
}

#[test]
fn refuses_facts_that_contradict_each_other() {
    let twice = LicenseId::new("analyzer-000");
    check_refused(
        "a seat twice",
        |parts| parts.seats.push(parts.seats[0].clone()),
        &[Contradiction::DuplicateSeat(twice.clone())],
    );
    check_refused(
        "a seat twice with other facts and of another type",
        |parts| {
            let other = Seat { license_type: LicenseType::User, quarantined: true, ..parts.seats[0].clone() };
            parts.seats.push(other);
        },
        &[Contradiction::DuplicateSeat(twice)],
    );
    let user = guid("analyzer-001");
    check_refused(
        "a user twice",
        |parts| parts.users.push(User { blocked: true, ..parts.users[1].clone() }),
        &[Contradiction::DuplicateUser(user.clone())],
    );
    check_refused(
        "a user complete and incomplete",
        |parts| {
            let guid = parts.users[1].guid.clone();
            parts.incomplete_users.push(IncompleteUser { guid, problem: "no field `tags`".to_owned() });
        },
        &[Contradiction::DuplicateUser(user)],
    );
    check_refused(
        "a pool twice",
        |parts| parts.pools.push(pool(LicenseType::User, 0, 0)),
        &[Contradiction::DuplicatePool(LicenseType::User)],
    );
    check_refused(
        "seats of a type that is off, said once",
        |parts| parts.pools.retain(|pool| pool.license_type != LicenseType::Analyzer),
        &[Contradiction::SeatsOfDisabledType { license_type: LicenseType::Analyzer }],
    );
    check_refused("an empty id", |parts| parts.seats[0].id = LicenseId::new(""), &[Contradiction::EmptyLicenseId]);
    check_refused(
        "more available than there are",
        |parts| parts.pools[0].available = parts.pools[0].total + 1,
        &[Contradiction::MoreAvailableThanTotal { license_type: LicenseType::Analyzer, available: 6, total: 5 }],
    );
}

#[test]
fn reports_every_contradiction_but_lists_only_the_first_ones() {
    let mut parts = crowd(LicenseType::Analyzer, 30);
    parts.seats.extend(parts.seats.clone());
    let refused = Snapshot::new(parts).expect_err("every seat is there twice");
    assert_eq!(refused.0.len(), 30);
    assert!(refused.to_string().ends_with("; and 20 more"), "{refused}");
}

#[test]
fn an_owner_whom_the_list_describes_incompletely_or_by_another_name_is_unresolved() {
    let listed = person("jdoe");
    let shouted = User { user_directory: "acme ".to_owned(), user_id: "JDOE".to_owned(), ..listed.clone() };
    let renamed = User { user_id: "john".to_owned(), ..listed.clone() };
    for (spelled, is_known) in [(&listed, true), (&shouted, true), (&renamed, false)] {
        let held = Seat { holder: held_by(spelled), ..seat("s1", "jdoe") };
        let snapshot = snapshot(site(vec![held], vec![listed.clone()]));
        assert_eq!(matches!(snapshot.owner(&snapshot.seats()[0]), Owner::Known(_)), is_known, "{}", spelled.user_id);
    }
    let mut parts = site(vec![seat("s1", "jdoe")], Vec::new());
    parts.incomplete_users.push(IncompleteUser { guid: listed.guid, problem: "no field `tags`".to_owned() });
    let snapshot = snapshot(parts);
    assert_eq!(snapshot.owner(&snapshot.seats()[0]), Owner::Unresolved);
}

fn file_text(snapshot: Snapshot) -> String {
    let settings = RunSettings { policy: serde_json::json!({ "any": ["thing"] }), guard: GuardSettings::default() };
    serde_json::to_string(&SnapshotFile::new(snapshot, settings, Memory::default(), false))
        .expect("a snapshot can be written")
}

#[test]
fn a_file_of_another_format_is_refused_before_its_contents_are_looked_at() {
    let text = file_text(snapshot(crowd(LicenseType::Analyzer, 1)));
    let newer = text.replacen("\"format\":1", "\"format\":2", 1);
    assert!(matches!(SnapshotFile::parse(&newer), Err(SnapshotFileError::Format { found: 2 })));
    let unlike = "{\"format\": 99, \"people\": []}";
    assert!(matches!(SnapshotFile::parse(unlike), Err(SnapshotFileError::Format { found: 99 })));
}

#[test]
fn a_file_that_is_no_sound_snapshot_is_refused() {
    let text = file_text(snapshot(crowd(LicenseType::Analyzer, 2)));
    let changed = |from: &str, to: &str| {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "`{from}` is in the file");
        changed
    };
    let files = [
        String::new(),
        "[]".to_owned(),
        text[..text.len() - 9].to_owned(),
        changed("\"quarantined\":false", "\"quarantined\":\"no\""),
        changed("\"quarantined\":false,", ""),
        changed("\"blocked\":false", "\"blocked\":false,\"blacklisted\":true"),
        changed("\"lastUsed\":\"2", "\"lastUsed\":\"x2"),
        changed("\"id\":\"analyzer-001\"", "\"id\":\"analyzer-000\""),
    ];
    for file in files {
        assert!(matches!(SnapshotFile::parse(&file), Err(SnapshotFileError::Json(_))), "{file:.80}");
    }
}

proptest! {
    #[test]
    fn a_file_reads_back_as_it_was_written(snapshot in random::snapshot(Weather::Wild, 20)) {
        let text = file_text(snapshot.clone());
        let read = SnapshotFile::parse(&text).expect("a written file can be read");
        prop_assert_eq!(read.inventory.digest().ok(), snapshot.digest().ok());
        prop_assert_eq!(file_text(read.inventory), text);
    }
}
