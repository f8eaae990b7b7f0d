//! Broken files: everything that is wrong is told at once, at its place.

use super::{SMALL, read, refuse, refuse_with, with_release, with_steward};

#[test]
fn reports_every_problem_of_a_file_with_its_place() {
    let text = "\
Butler:
  configQRS:
    host: https://sense.acme.test/hub
    port: 70000
    useSSL: perhaps
  qlikSenseLicense:
    licenseRelease:
      enable: 1
      neverRelease:
        userdirectory: [ INTERNAL ]
        user:
          - { userDir: ACME, userid: jdoe }
          - ACME
        tag: keep
        inactive: sometimes
      licenseType:
        analyzer: { enable: true, releaseThresholdDays: 0 }
        analyzer: { enable: false }
steward:
  guard: { minIdelDays: 3, maxReleasePercent: 101 }
";
    let expected = [
        "steward.yaml:1:1: Butler.cert.clientCert: the client certificate is missing: give `clientCert` and `clientCertKey`, \
         `steward.qrs.clientPfx` or `steward.qrs.jwtFile`",
        "steward.yaml:1:1: Butler.cert.clientCertKey: the key of the client certificate is missing: give `clientCert` and \
         `clientCertKey`, `steward.qrs.clientPfx` or `steward.qrs.jwtFile`",
        "steward.yaml:2:3: Butler.configQRS.headers.static: the header `X-Qlik-User` is missing: it says as whom the QRS is \
         asked, such as `UserDirectory=Internal;UserId=sa_repository`",
        "steward.yaml:3:5: Butler.configQRS.host: write the name or address alone, without `https://` and without a path",
        "steward.yaml:4:11: Butler.configQRS.port: must be at most 65535, but is `70000`",
        "steward.yaml:5:13: Butler.configQRS.useSSL: `true` or `false` is expected, but `perhaps` was found",
        "steward.yaml:8:15: Butler.qlikSenseLicense.licenseRelease.enable: `true` or `false` is expected, but `1` was found",
        "steward.yaml:10:9: Butler.qlikSenseLicense.licenseRelease.neverRelease.userdirectory: unknown key, did you mean \
         `userDirectory`?",
        "steward.yaml:12:13: Butler.qlikSenseLicense.licenseRelease.neverRelease.user[0].userId: this setting is missing; an \
         entry needs `userDir` and `userId`, or it would protect nobody",
        "steward.yaml:12:30: Butler.qlikSenseLicense.licenseRelease.neverRelease.user[0].userid: unknown key, did you mean \
         `userId`?",
        "steward.yaml:13:13: Butler.qlikSenseLicense.licenseRelease.neverRelease.user[1]: settings of its own are expected \
         here, but `ACME` was found",
        "steward.yaml:14:14: Butler.qlikSenseLicense.licenseRelease.neverRelease.tag: a list is expected here: write `- keep`; \
         every entry must name a tag, or it would protect nobody",
        "steward.yaml:15:19: Butler.qlikSenseLicense.licenseRelease.neverRelease.inactive: must be one of `Ignore`, `Yes`, \
         `No`, but is `sometimes`",
        "steward.yaml:17:57: Butler.qlikSenseLicense.licenseRelease.licenseType.analyzer.releaseThresholdDays: must be at \
         least 1, but is `0`; write the number of days without use after which a seat may be taken, 1 or more, such as 90",
        "steward.yaml:18:9: Butler.qlikSenseLicense.licenseRelease.licenseType.analyzer: given twice, first on line 17 \
         column 9",
        "steward.yaml:20:12: steward.guard.minIdelDays: unknown key, did you mean `minIdleDays`?",
        "steward.yaml:20:47: steward.guard.maxReleasePercent: must be at most 100, but is `101`",
    ];
    let found = refuse(text);
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

#[test]
fn names_the_key_that_was_meant() {
    for (steward, message) in [
        ("qrs: { host: [ a ] }", "steward.qrs.host: unknown key, did you mean `hosts`?"),
        ("qrs: { connectTimeoutSecond: 3 }", "unknown key, did you mean `connectTimeoutSeconds`?"),
        ("gaurd: {}", "steward.gaurd: unknown key, did you mean `guard`?"),
        ("data_dir: /x", "unknown key, did you mean `dataDir`?"),
        ("licenceType: {}", "unknown key, did you mean `licenseType`?"),
        (
            "policy: { nonsense: 1 }",
            "steward.policy.nonsense: unknown key; known here: `cleanShadowRuns`, `component`, `maxNewReleases`, `settings`, \
             `settingsOf`, `shadow`, `trust`",
        ),
        ("licenseType: { user: { enabled: true } }", "unknown key, did you mean `enable`?"),
    ] {
        refuse_with(&with_steward(steward), message);
    }
    refuse_with(&format!("{SMALL}Steward: {{}}\n"), ":7:1: Steward: unknown key, did you mean `steward`?");
    refuse_with(&format!("{SMALL}stewart:\n"), "stewart: unknown key, did you mean `steward`?");
    refuse_with(&format!("{SMALL}  qlikSenseLicence: {{}}\n"), "unknown key, did you mean `qlikSenseLicense`?");
    assert!(refuse(&SMALL.replace("Butler:", "butler:"))[0].ends_with("butler: unknown key, did you mean `Butler`?"));
}

#[test]
fn refuses_thresholds_that_make_no_sense() {
    for (value, message) in [
        ("0", "must be at least 1, but is `0`; write the number of days"),
        ("-30", "must be at least 1, but is `-30`; write"),
        ("1.5", "a whole number is expected, but `1.5` was found; write"),
        ("1000001", "must be at most 1000000, but is `1000001`; write"),
        ("99999999999999999999", "a whole number is expected, but `99999999999999999999` was found"),
        ("\"30\"", "a whole number is expected, but a text was found: write `30` without quotes"),
        ("thirty", "a whole number is expected, but `thirty` was found"),
        ("30 days", "a whole number is expected, but `30 days` was found"),
        ("true", "a whole number is expected, but `true` was found"),
        (".nan", "a whole number is expected, but `.nan` was found"),
        ("[ 30 ]", "a whole number is expected, but a list was found"),
    ] {
        let text = with_release(&format!("licenseType: {{ professional: {{ releaseThresholdDays: {value} }} }}"));
        let lines = refuse(&text);
        assert!(lines.len() == 1 && lines[0].contains(message), "{value}: {lines:#?}");
    }
}

#[test]
fn refuses_entries_that_would_protect_nobody() {
    for (list, message) in [
        ("tag: [ keep, '' ]", "tag[1]: this text is empty; every entry must name a tag, or it would protect nobody"),
        ("tag: [ keep, ' ' ]", "tag[1]: this text is empty; every entry must name a tag, or it would protect nobody"),
        ("tag:\n  -\n  - keep", "tag[0]: this entry is empty; every entry must name a tag, or it would protect nobody"),
        (
            "tag: { a: b }",
            "tag: a list is expected here: begin each entry with `- `; every entry must name a tag, or it would protect nobody",
        ),
        (
            "userDirectory: ACME",
            "a list is expected here: write `- ACME`; every entry must name a user directory, or it would protect nobody",
        ),
        (
            "userDirectory: [ [ ACME ] ]",
            "userDirectory[0]: a text is expected, but a list was found; every entry must name a user directory, or it would protect nobody",
        ),
        (
            "user: [ { userDir: ACME } ]",
            "user[0].userId: this setting is missing; an entry needs `userDir` and `userId`, or it would protect nobody",
        ),
        (
            "user: [ { userDir: ACME, userId: } ]",
            "user[0].userId: a value is needed here; an entry needs `userDir` and `userId`, or it would protect nobody",
        ),
        (
            "user: [ { userDir: '', userId: x } ]",
            "user[0].userDir: this text is empty; an entry needs `userDir` and `userId`, or it would protect nobody",
        ),
        ("user: [ { userDir: ACME, userId: x, userID: y } ]", "user[0].userID: unknown key, did you mean `userId`?"),
        (
            "customProperty: [ { name: a } ]",
            "customProperty[0].value: this setting is missing; an entry needs `name` and `value`, or it would protect nobody",
        ),
        ("users: []", "unknown key, did you mean `user`?"),
    ] {
        let list = list.replace('\n', "\n  ");
        refuse_with(&with_release(&format!("neverRelease:\n  {list}")), message);
    }
}

#[test]
fn says_what_a_missing_connection_lacks() {
    for (taken_out, message) in [
        (
            "    host: sense.acme.test\n",
            "2:3: Butler.configQRS.host: the host of the Qlik Repository Service is missing",
        ),
        ("clientCert: client.pem, ", "Butler.cert.clientCert: the client certificate is missing: give"),
        (
            "clientCertKey: client_key.pem, ",
            "Butler.cert.clientCertKey: the key of the client certificate is missing: give",
        ),
        ("UserId=sa_repository", "`X-Qlik-User` reads `UserDirectory=Internal;UserId=sa_repository`"),
    ] {
        let lines = refuse(&SMALL.replace(taken_out, ""));
        let message = message.trim_start_matches("2:3: ");
        assert!(lines.len() == 1 && lines[0].contains(message), "{taken_out}: {lines:#?}");
    }
    assert_eq!(refuse("steward: {}").len(), 4);
}

#[test]
fn does_not_call_missing_what_is_there_and_wrong() {
    let lines = refuse(&SMALL.replace("host: sense.acme.test", "host: [ sense ]"));
    assert_eq!(lines, ["steward.yaml:4:11: Butler.configQRS.host: a text is expected, but a list was found"]);
    let lines = refuse(&SMALL.replace("clientCert: client.pem", "clientCert: { a: b }"));
    assert_eq!(lines.len(), 1, "{lines:#?}");
}

#[test]
fn refuses_files_without_settings() {
    for text in ["", "# nothing\n", "---\n", "~", "- a\n- b\n", "Butler"] {
        let lines = refuse(text);
        assert!(lines.len() == 1 && lines[0].contains("there are no settings in this file"), "{text:?}: {lines:?}");
    }
}

#[test]
fn lists_the_single_problems_for_programs() {
    let fault = read(&with_steward("guard: { planTtlDays: 0 }")).expect_err("0 days");
    let problem = &fault.problems()[0];
    assert_eq!(problem.setting, "steward.guard.planTtlDays");
    assert_eq!(problem.position.map(|place| (place.line, place.column)), Some((8, 25)));
}
