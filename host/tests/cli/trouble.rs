//! A ledger that cannot be used: nothing is sent, and the message says what to do.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use sqlx::Connection as _;

use crate::ledger::{accounted, armed, deletes, file, open, planned};
use crate::site::Site;

/// `apply` fails with these words, and no DELETE was sent.
#[track_caller]
fn check(site: &Site, id: &str, words: &[&str]) {
    let before = deletes(site).len();
    site.run(["apply", id]).fails(1, words);
    assert_eq!(deletes(site).len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrupt_ledger_is_refused() {
    let site = armed(40).await;
    let (id, _) = planned(&site);
    let sound = fs::read(file(&site)).unwrap();
    assert!(!file(&site).with_extension("db-wal").exists(), "a command that ended left everything in one file");
    fs::write(file(&site), b"this is no database, whatever its name says").unwrap();
    check(&site, &id, &["ledger.db", "restore a backup"]);
    fs::write(file(&site), &sound[..sound.len() / 2]).unwrap();
    check(&site, &id, &["ledger"]);
    let mut torn = sound.clone();
    let middle = torn.len() / 2;
    torn[4096..middle].fill(0xa5);
    fs::write(file(&site), torn).unwrap();
    check(&site, &id, &["ledger"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_of_a_newer_version_is_refused() {
    let site = armed(40).await;
    let (id, _) = planned(&site);
    let mut connection = open(&site).await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'of the future', 1, x'00', 0)",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    check(&site, &id, &["newer version"]);
    let plan = site.run(["plan"]);
    assert!(plan.err.contains("cannot be applied") && plan.err.contains("newer version"), "{plan:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_another_program_locks_is_refused() {
    let site = armed(40).await;
    let (id, _) = planned(&site);
    let mut connection = open(&site).await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await.unwrap();
    check(&site, &id, &["another program holds it"]);
    sqlx::query("ROLLBACK").execute(&mut connection).await.unwrap();
    site.run(["apply", &id, "--first", "1"]).is_done();
}

/// Fails the write of the nth entry of a run for every n, as a full disk would.
#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_cannot_be_written_at_any_entry_stops_before_the_next_request() {
    for nth in 1_i64.. {
        let site = armed(40).await;
        let (id, _) = planned(&site);
        let mut connection = open(&site).await;
        let last: i64 = sqlx::query_scalar("SELECT max(seq) FROM entry").fetch_one(&mut connection).await.unwrap();
        let fail = format!(
            "CREATE TRIGGER full BEFORE INSERT ON entry WHEN NEW.seq >= {} \
             BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
            last + nth
        );
        sqlx::query(sqlx::AssertSqlSafe(fail)).execute(&mut connection).await.unwrap();
        let run = site.run(["apply", &id, "--first", "2"]);
        sqlx::query("DROP TRIGGER full").execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        let sent = deletes(&site).len();
        planned(&site);
        accounted(&site).await;
        assert_eq!(deletes(&site).len(), sent, "a restart only looks");
        if run.code == 0 {
            assert!(nth > 7, "{nth}");
            return;
        }
        run.fails(1, &["cannot write the ledger, so nothing more is done"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_ledger_is_refused() {
    let site = armed(40).await;
    let (id, _) = planned(&site);
    for mode in [0o444, 0o600] {
        fs::set_permissions(file(&site), fs::Permissions::from_mode(mode)).unwrap();
        // Whoever may do everything is not stopped by rights.
        if mode == 0o444 && fs::OpenOptions::new().write(true).open(file(&site)).is_err() {
            check(&site, &id, &["read-only"]);
        }
    }
    site.run(["apply", &id, "--first", "1"]).is_done();
}

/// Only whoever may do everything can be somebody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_of_another_user_is_refused_with_the_command_to_use() {
    use std::os::unix::fs::MetadataExt as _;
    use std::os::unix::process::CommandExt as _;
    const NOBODY: u32 = 65_534;

    let site = armed(40).await;
    let (id, _) = planned(&site);
    let owner = fs::metadata(file(&site)).unwrap().uid();
    if owner != 0 {
        return;
    }
    fs::set_permissions(site.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    // In a folder of its own, because nobody may look into that of the build.
    let program = site.path("steward");
    fs::copy(env!("CARGO_BIN_EXE_steward"), &program).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    for name in ["steward.yaml", "client_key.pem"] {
        fs::set_permissions(site.path(name), fs::Permissions::from_mode(0o644)).unwrap();
    }
    let config = site.config();
    for (mode, command) in [(0o755, vec!["plan"]), (0o700, vec!["apply", &id]), (0o700, vec!["pause"])] {
        fs::set_permissions(site.path("data"), fs::Permissions::from_mode(mode)).unwrap();
        let mut child = std::process::Command::new(&program);
        child.args(&command).args(["--config", config.to_str().unwrap()]).uid(NOBODY).env_clear();
        let output = child.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("another user") && said.contains("sudo -u root steward"), "{command:?}: {said}");
        assert_eq!(output.status.code(), Some(1), "{command:?}");
    }
    // Nor does the one who may do everything write into the ledger of somebody else.
    std::os::unix::fs::chown(file(&site), Some(NOBODY), None).unwrap();
    check(&site, &id, &["another user", "sudo -u nobody steward"]);
}
