//! Wrong usage and wrong settings: exit code 2, what is wrong and what to do, and nothing half-written.

use std::fs;

use crate::site::{data, replaced, serve, site, steward, steward_with};

#[test]
fn says_what_is_missing_or_unknown() {
    for (args, words) in [
        (&["plan"][..], &["--config <FILE>", "--snapshot <FILE>"][..]),
        (&["why", "jdoe"], &["--config <FILE>", "--snapshot <FILE>"]),
        (&["why", "--snapshot", "x"], &["<PERSON>"]),
        (&["status"], &["--config <FILE>"]),
        (&["check"], &["--config <FILE>"]),
        (&["snapshot", "--config", "x"], &["--out <FILE>"]),
        (&["config", "show"], &["--config <FILE>"]),
        (&["fake-qrs"], &["--certs <DIR>"]),
        (&["fake-qrs", "--certs", "x", "--model", "free"], &["`free`", "signed, serial, token"]),
        (&["fake-qrs", "--certs", "x", "--port", "99999"], &["99999"]),
        (&["plan", "--config", "x", "--now", "garbage"], &["garbage", "2026-12-24T00:00:00Z"]),
        (&["plan", "--config", "x", "--now", "2026-12-24"], &["2026-12-24T00:00:00Z"]),
        (&["plan", "--config", "x", "--now", "99999-01-01T00:00:00Z"], &["2026-12-24T00:00:00Z"]),
        (&["plan", "--config", "x", "--format", "xml"], &["table, json, csv"]),
        (&["plan", "--config", "no/such/file.yaml"], &["cannot read the settings file `no/such/file.yaml`"]),
        (&["check", "--config", "."], &["cannot read the settings file `.`", "folder"]),
        (&["plan", "--snapshot", "no-such.json"], &["cannot read the snapshot `no-such.json`"]),
        (&["plan", "--snapshot", "Cargo.toml"], &["`Cargo.toml`", "not a snapshot"]),
        (&["policy", "inspect", "Cargo.toml"], &["`Cargo.toml`", "not WebAssembly"]),
        (&["policy", "inspect", "no-such.wasm"], &["there is no policy `no-such.wasm`"]),
        (&["fake-qrs", "--certs", "x", "--data", "no-such.json"], &["test double", "`no-such.json`"]),
        (&["release-everything"], &["release-everything"]),
        (&["demo", "--once", "--keep"], &["--keep"]),
    ] {
        let run = steward(args);
        let words: Vec<String> = words.iter().map(|word| word.replace('`', "")).collect();
        let err = run.err.replace(['`', '\''], "");
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}: {run:?}");
        assert!(words.iter().all(|word| err.contains(word.as_str())), "{args:?}: {run:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_file_may_be_named_by_a_variable() {
    let site = site(40).await;
    let config = site.config();
    let run = steward_with(["status", "--format", "json"], &[("STEWARD_CONFIG", config.to_str().unwrap())]);
    assert_eq!(run.is_done().json()["pools"].as_array().unwrap().len(), 2);
}

/// A part of the settings file, what stands there instead, and what is said about it.
const WRONG_SETTINGS: [(&str, &str, &[&str]); 25] = [
    ("    host: ", "    hots: ", &["Butler.configQRS.host", "missing"]),
    ("    host: \"127.0.0.1\"\n", "", &["Butler.configQRS.host", "missing"]),
    ("host: \"127.0.0.1\"", "host: \"https://127.0.0.1/\"", &["without `https://`"]),
    ("    useSSL: true\n", "    useSSL: maybe\n", &["Butler.configQRS.useSSL", "`maybe`"]),
    ("    useSSL: true", "    port: 99", &["Butler.configQRS.port", "given twice"]),
    ("    useSSL: true", "    useSSL: [true]", &["Butler.configQRS.useSSL"]),
    ("        - name: X-Qlik-User", "        - name: X-Other", &["`X-Qlik-User` is missing"]),
    ("UserDirectory=Internal;UserId=sa_repository", "sa_repository", &["UserDirectory=Internal;UserId=sa_repository"]),
    ("    clientCert: client.pem\n", "", &["Butler.cert.clientCert", "missing"]),
    ("        tag:\n", "        tags:\n", &["tags", "`tag`"]),
    ("          - userDir: USERDIR\n", "          - userdirectory: USERDIR\n", &["userdirectory"]),
    ("            userId: qs_admin_account", "            userId: ''", &["would protect nobody"]),
    ("        inactive: Ignore", "        inactive: Sometimes", &["inactive", "`Sometimes`"]),
    ("        blocked: Ignore", "        blokced: Ignore", &["blokced", "`blocked`"]),
    (
        "        professional:\n          enable: true\n          releaseThresholdDays: 30",
        "        professional:\n          enable: true\n          releaseThresholdDays: 0",
        &["releaseThresholdDays", "1 or more"],
    ),
    (
        "        professional:\n          enable: true\n          releaseThresholdDays: 30",
        "        professional:\n          enable: true\n          releaseThresholdDays: -5",
        &["releaseThresholdDays"],
    ),
    (
        "        professional:\n          enable: true\n          releaseThresholdDays: 30",
        "        professional:\n          enable: maybe\n          releaseThresholdDays: thirty",
        &["enable", "releaseThresholdDays"],
    ),
    ("      dryRun: true", "      dryRun: perhaps", &["dryRun"]),
    ("  dataDir: ", "  gaurd:\n    minIdleDays: 3\n  dataDir: ", &["gaurd", "`guard`"]),
    ("  dataDir: ", "  guard:\n    minIdleDay: 3\n  dataDir: ", &["minIdleDay", "`minIdleDays`"]),
    ("  dataDir: ", "  guard:\n    maxReleasePercent: 101\n  dataDir: ", &["maxReleasePercent", "100"]),
    ("  dataDir: ", "  guard:\n    protectRoles: ['']\n  dataDir: ", &["protect nobody"]),
    ("  dataDir: ", "  policy:\n    settings: 5\n  dataDir: ", &["steward.policy.settings"]),
    ("Butler:\n", "Butler: {\n", &["not valid YAML"]),
    ("    serverName: qlikserver", "    serverName: qlikserver\n    verify: sometimes", &["verify", "`sometimes`"]),
];

#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_are_told_with_place_and_remedy() {
    let mut site = site(10).await;
    let good = site.settings.clone();
    for (from, to, words) in WRONG_SETTINGS {
        site.settings = replaced(&good, from, to);
        site.set(&[]);
        for command in ["plan", "check", "status"] {
            let run = site.run([command]);
            run.fails(2, words);
            assert_eq!(run.out, "", "{run:?}");
            assert!(run.err.contains("steward.yaml:"), "{run:?}");
        }
        let run = site.run(["plan", "--out", site.path("plan.json").to_str().unwrap()]);
        assert_eq!((run.code, site.leftovers()), (2, vec![]), "{run:?}");
    }
    // Nothing was asked of the service for any of them.
    assert_eq!(site.qrs.journal().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_problems_of_a_file_are_told_at_once() {
    let mut site = site(10).await;
    site.set(&[
        ("        inactive: Ignore", "        inactive: Sometimes"),
        ("    port: ", "    port: x"),
        ("        tag:\n", "        tgas:\n"),
        ("  dataDir: ", "  dataDirectory: "),
    ]);
    let run = site.run(["plan"]);
    run.fails(2, &["inactive", "port", "tgas", "dataDirectory"]);
    assert_eq!(run.err.matches("steward.yaml:").count(), 4, "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_no_settings_are_refused() {
    let mut site = site(10).await;
    for (text, words) in [
        ("", "no settings in this file"),
        ("Butler\n", "`Butler:`"),
        ("- a\n- b\n", "`Butler:`"),
        ("%PDF-1.7\n\u{0}", "not valid YAML"),
        ("Butler: &a\n  <<: *a\n", ""),
        ("a: b: c\n", "not valid YAML"),
    ] {
        site.settings = text.to_owned();
        site.set(&[]);
        site.run(["plan"]).fails(2, &[words]);
    }
    fs::write(site.config(), b"Butler:\n  x: \xff\xfe\n").unwrap();
    site.run(["plan"]).fails(2, &["UTF-8"]);
    fs::write(site.config(), vec![b' '; 2 << 20]).unwrap();
    site.run(["plan"]).fails(2, &["larger than 1 MiB"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_windows_file_with_a_byte_order_mark_is_read() {
    let site = serve(data(40), |_| {}).await;
    fs::write(site.config(), format!("\u{feff}{}", site.settings.replace('\n', "\r\n"))).unwrap();
    site.run(["status"]).is_done();
}
