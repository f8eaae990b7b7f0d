//! The ledger for people and other programs: shown, exported, verified, erased, copied and put back.

use serde_json::Value;
use sqlx::Connection as _;

use crate::ledger::{accounted, apply, armed, events, file, open, owner_of, planned};
use crate::site::{Site, data, serve};

/// A site with one run of three seats, and the owner of the first.
async fn after_a_run() -> (Site, String) {
    let site = armed(60).await;
    let (id, releases) = planned(&site);
    let owner = owner_of(&site, &releases[0]);
    apply(&site, &[&id, "--first", "3"]);
    (site, owner)
}

async fn execute(site: &Site, statements: &[&'static str]) {
    let mut connection = open(site).await;
    for statement in statements {
        sqlx::query(*statement).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_found_by_run_person_licence_type_and_time() {
    let (site, owner) = after_a_run().await;
    let show = |args: &[&str]| {
        site.run([&["audit", "show", "--format", "json"], args].concat()).json().as_array().unwrap().len()
    };
    assert_eq!(show(&["--type", "release-intended"]), 3);
    assert_eq!(show(&["--run", "1"]), 11);
    assert_eq!(show(&["--person", &owner]), 4, "the run, its intent, answer and outcome");
    let licence =
        events(&site).await.iter().find(|event| event["type"] == "release-settled").unwrap()["licenseId"].clone();
    assert_eq!(show(&["--licence", licence.as_str().unwrap()]), 3);
    assert_eq!(show(&["--since", "2999-01-01T00:00:00Z"]), 0);
    assert_eq!(show(&["--last", "2"]), 2);
    assert_eq!(show(&["--person", "ACME\\stranger"]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_can_be_checked_outside_and_a_masked_one_names_nobody() {
    let (site, owner) = after_a_run().await;
    let export = |args: &[&str]| site.run([&["audit", "export"], args].concat()).is_done().out.clone();
    let lines: Vec<Value> = export(&[]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["masked"], false);
    assert_eq!(lines[0]["entries"], lines.len() - 1);
    assert!(lines[1]["body"].as_str().unwrap().contains("ledger-created"));
    assert!(export(&[]).contains(&owner.replace('\\', "\\\\")));
    let user_id = owner.split('\\').nth(1).unwrap();
    for format in ["jsonl", "csv"] {
        let masked = export(&["--mask", "--format", format]);
        assert!(!masked.contains(user_id), "{masked}");
        assert!(masked.contains("masked"), "it says so");
    }
    let csv = export(&["--format", "csv"]);
    assert!(csv.starts_with("seq,at,type,run,") && csv.contains(&owner), "{csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_in_another_spelling_is_a_change() {
    let (site, _) = after_a_run().await;
    let respell = "UPDATE entry SET at = replace(at, 'Z', '+00:00') WHERE seq = 3";
    execute(&site, &["DROP TRIGGER entry_is_never_changed", respell]).await;
    site.run(["audit", "verify"]).fails(1, &["column `at` of entry 3", "the last sound entry is 2:sha256:"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_or_shortened_ledger_is_named_and_refused() {
    let (site, _) = after_a_run().await;
    let sound = site.run(["audit", "verify"]).is_done().out.clone();
    let head = sound.trim().rsplit(' ').next().unwrap().to_owned();
    site.run(["audit", "verify", "--head", &head]).is_done();

    let unlock = "DROP TRIGGER entry_is_never_changed";
    execute(&site, &[unlock, "UPDATE entry SET body = replace(body, 'idle', 'Idle') WHERE seq = 6"]).await;
    let (plan, code) = ("plan", site.run(["plan"]));
    assert!(code.err.contains("cannot be applied") && code.err.contains("audit verify"), "{plan}: {code:?}");
    let broken = site.run(["audit", "verify"]);
    broken.fails(1, &["not sound", "the last sound entry is"]);

    let (site, _) = after_a_run().await;
    let before: i64 = events(&site).await.len().try_into().unwrap();
    let noted = site.run(["audit", "verify"]).out.trim().rsplit(' ').next().unwrap().to_owned();
    execute(&site, &["DROP TRIGGER entry_is_never_removed", "DELETE FROM entry WHERE seq > 7"]).await;
    assert!(before > 7);
    site.run(["audit", "verify"]).is_done();
    site.run(["audit", "verify", "--head", &noted]).fails(1, &["cut off or rewritten"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_refuses_to_be_rewritten() {
    let (site, _) = after_a_run().await;
    let mut connection = open(&site).await;
    for statement in ["UPDATE entry SET at = 'x'", "DELETE FROM entry WHERE seq = 1"] {
        let error = sqlx::query(statement).execute(&mut connection).await.unwrap_err().to_string();
        assert!(error.contains("append-only"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_person_is_nowhere_and_the_chain_holds() {
    let (site, owner) = after_a_run().await;
    let user_id = owner.split('\\').nth(1).unwrap().to_owned();
    let report = site.run(["audit", "show", "--type", "release-settled", "--format", "json"]).json();
    let names = report.as_array().unwrap().iter().map(|row| row["people"][0].as_str().unwrap().to_owned());
    let other = names.into_iter().find(|name| !name.eq_ignore_ascii_case(&owner)).unwrap();
    site.run(["audit", "erase", "ACME\\stranger"]).fails(1, &["knows nobody"]);
    let erased = site.run(["audit", "erase", &owner]);
    assert!(erased.is_done().out.contains("is forgotten"), "{erased:?}");
    accounted(&site).await;
    site.run(["audit", "verify"]).is_done();
    let shown = site.run(["audit", "show", "--run", "1"]).out;
    assert!(shown.contains("erased (p:") && !shown.contains(&user_id), "{shown}");
    site.run(["audit", "replay", "1"]).fails(1, &["erased"]);
    // Two people whom no entry is about stay two people, and the others can be asked about.
    let released = events(&site).await.iter().filter(|event| event["type"] == "release-intended").count();
    assert_eq!(released, 3);
    let strangers: Vec<String> = site
        .qrs
        .data()
        .users
        .iter()
        .rev()
        .take(2)
        .map(|user| format!("{}\\{}", user["userDirectory"].as_str().unwrap(), user["userId"].as_str().unwrap()))
        .collect();
    for stranger in &strangers {
        site.run(["audit", "erase", stranger]).is_done();
    }
    site.run(["why", &other]).is_done();
    let bytes = std::fs::read(file(&site)).unwrap();
    let needle = user_id.as_bytes();
    assert!(!bytes.windows(needle.len()).any(|window| window == needle), "the name is still in the file");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_in_use_is_put_back_and_must_be_armed_again() {
    let (site, _) = after_a_run().await;
    let backup = site.path("backup.db");
    let backup = backup.to_str().unwrap();
    let held = open(&site).await;
    site.run(["backup", "--out", backup]).is_done();
    site.run(["backup", "--out", backup]).fails(1, &["backup.db"]);
    let (id, _) = planned(&site);
    apply(&site, &[&id, "--first", "2"]);
    site.run(["restore", backup]).fails(1, &["--replace"]);
    let restored = site.run(["restore", backup, "--replace"]);
    assert!(restored.is_done().out.contains("steward arm"), "{restored:?}");
    drop(held);
    let (id, _) = planned(&site);
    site.run(["apply", &id]).fails(3, &["not-armed", "restored from a backup"]);
    site.run(["arm"]).is_done();
    assert_eq!(apply(&site, &[&id]).code, 0);

    // A ledger that nobody can read is set aside.
    std::fs::write(file(&site), b"this is no database, whatever its name says").unwrap();
    site.run(["restore", backup]).fails(1, &["restore a backup"]);
    let restored = site.run(["restore", backup, "--replace"]);
    assert!(restored.is_done().out.contains("cannot be read; it is kept as"), "{restored:?}");
    site.run(["audit", "verify"]).is_done();

    // On another machine, into an empty folder.
    let mut other = serve(data(60), |_| {}).await;
    other.set(&[("dryRun: true", "dryRun: false")]);
    other.run(["restore", backup]).is_done();
    assert!(other.run(["audit", "show", "--run", "1"]).out.contains("run-finished"));
    other.run(["audit", "replay", "1"]).is_done();
    other.run(["restore", "nothing.db", "--replace"]).fails(1, &["no backup"]);
    let not_one = other.write("text.db", "this is no database");
    other.run(["restore", not_one.to_str().unwrap(), "--replace"]).fails(1, &["no backup"]);
}
