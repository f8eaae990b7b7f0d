//! What follows from the settings of the connection.

use std::path::{Path, PathBuf};

use super::{SMALL, accept, read, refuse_with, with_steward};
use crate::config::derived::default_data_dir;
use crate::config::steward::qrs::Verify;
use crate::config::{Credentials, Endpoint, QlikUser, Settings};

#[test]
fn verifies_as_much_as_the_settings_allow() {
    let no_root = SMALL.replace(", clientCertCA: root.pem", "");
    let strict = SMALL.replace("rejectUnauthorized: false", "rejectUnauthorized: true");
    for (text, verify) in [
        (SMALL.to_owned(), Verify::Chain),
        (strict, Verify::Full),
        (SMALL.replace("    rejectUnauthorized: false\n", ""), Verify::Full),
        (no_root.clone(), Verify::Full),
        (with_steward("qrs: { serverName: SENSE }"), Verify::Full),
        (with_steward("qrs: { verify: none }"), Verify::None),
        (with_steward("qrs: { verify: FULL }"), Verify::Full),
    ] {
        assert_eq!(accept(&text).qrs_verify(), verify, "{text}");
    }
    let text = format!("{no_root}steward: {{ qrs: {{ verify: chain }} }}\n");
    refuse_with(&text, "`chain` needs `Butler.cert.clientCertCA`: against public roots alone it would trust anybody");
}

#[test]
fn notes_a_weak_verification() {
    for (text, words) in [
        (SMALL.to_owned(), "its name is not verified"),
        (with_steward("qrs: { verify: none }"), "is not verified at all"),
        (SMALL.replace(", clientCertCA: root.pem", ""), "against the roots of the system"),
        (SMALL.replace("    host:", "    useSSL: false\n    host:"), "Steward always uses https"),
        (with_steward("qrs: { hosts: [ a ] }"), "`Butler.configQRS.host` is passed over"),
        (with_steward("qrs: { serverName: a, verify: chain }"), "`steward.qrs.serverName` is passed over"),
        (with_steward("qrs: { jwtFile: a, clientPfx: b }"), "`steward.qrs.clientPfx` is passed over"),
        (with_steward("qrs: { jwtFile: a, hosts: [ 'b:4242' ] }"), "a JWT is understood by the proxy"),
    ] {
        let notes = read(&text).expect("a good file").notes;
        assert!(notes.iter().any(|note| note.contains(words)), "{words}: {notes:?}");
    }
    let notes = read(&with_steward("qrs: { serverName: SENSE }")).expect("a good file").notes;
    assert!(notes.is_empty(), "{notes:?}");
}

#[test]
fn finds_the_hosts_to_try() {
    let endpoints = |text: &str| -> Vec<(String, u16)> {
        accept(text).qrs_endpoints().into_iter().map(|Endpoint { host, port }| (host, port)).collect()
    };
    assert_eq!(endpoints(SMALL), [("sense.acme.test".to_owned(), 4242)]);
    let several = with_steward("qrs: { hosts: [ one, 'two:4243', '[2001:db8::1]:443', '2001:db8::2' ] }");
    let expected = [("one", 4242), ("two", 4243), ("2001:db8::1", 443), ("2001:db8::2", 4242)];
    assert_eq!(endpoints(&several), expected.map(|(host, port)| (host.to_owned(), port)));
    assert_eq!(endpoints(&with_steward("qrs: { jwtFile: jwt.txt }"))[0].1, 443);
    for host in ["''", "https://a", "a/b", "'a:0'", "'a:x'", "'a b'", "':1'"] {
        let lines = super::refuse(&with_steward(&format!("qrs: {{ hosts: [ {host} ] }}")));
        assert!(lines.len() == 1 && lines[0].contains("steward.qrs.hosts[0]: "), "{host}: {lines:?}");
    }
}

#[test]
fn reads_the_account_from_its_header_as_clients_write_it() {
    for (header, directory, user_id) in [
        ("UserDirectory=Internal;UserId=sa_repository", "Internal", "sa_repository"),
        ("UserDirectory=internal; UserId=sa_api", "internal", "sa_api"),
        (" userid = j.doe ; USERDIRECTORY = ACME ", "ACME", "j.doe"),
        ("UserDirectory=ACME%20CORP;UserId=J%C3%BCrgen%3b", "ACME CORP", "Jürgen;"),
        ("UserDirectory=ACME;UserId=100%;x=y", "ACME", "100%"),
        ("UserDirectory=ACME;UserId=a=b", "ACME", "a=b"),
        ("UserDirectory=ACME;UserId=%ff", "ACME", "%ff"),
    ] {
        let user = QlikUser::parse(header).expect(header);
        assert_eq!((user.directory.as_str(), user.user_id.as_str()), (directory, user_id), "{header}");
    }
    for header in ["", "UserId=x", "UserDirectory=x", "UserDirectory=;UserId=x", "ACME\\jdoe"] {
        assert_eq!(QlikUser::parse(header), None, "{header}");
    }
    let settings = accept(&SMALL.replace("X-Qlik-User", "x-qlik-USER"));
    assert_eq!(settings.qlik_user().map(|user| user.user_id), Some("sa_repository".to_owned()));
}

#[test]
fn refuses_headers_that_are_none() {
    let twice = SMALL.replace("static: [ ", "static: [ { name: x-qlik-user, value: UserDirectory=A;UserId=b }, ");
    refuse_with(&twice, "`X-Qlik-User` is given more than once");
    refuse_with(
        &SMALL.replace("static: [ ", "static: [ { name: a b, value: c }, "),
        "`a b` is not the name of a header",
    );
    refuse_with(
        &SMALL.replace("static: [ ", "static: [ { name: a, value: \"b\\r\\nc\" }, "),
        "the value holds a line break or another control character",
    );
}

#[test]
fn finds_how_to_prove_who_it_is() {
    let settings = accept(SMALL);
    let Some(Credentials::Pem { cert, key, passphrase: None }) = settings.qrs_credentials() else { panic!("no pem") };
    assert_eq!((cert, key), (Path::new("/etc/steward/client.pem"), Path::new("/etc/steward/client_key.pem")));
    let settings = accept(&with_steward("qrs: { clientPfx: certs/client.pfx }"));
    assert_eq!(
        settings.qrs_credentials(),
        Some(Credentials::Pfx { file: Path::new("/etc/steward/certs/client.pfx"), passphrase: None })
    );
    let settings = accept("Butler: { configQRS: { host: a } }\nsteward: { qrs: { jwtFile: /run/jwt, prefix: jwt } }\n");
    assert_eq!(settings.qrs_credentials(), Some(Credentials::Jwt { file: Path::new("/run/jwt") }));
    assert_eq!(settings.qlik_user(), None);
    assert_eq!(settings.qrs_prefix(), Some("jwt"));
    assert_eq!(accept(&with_steward("qrs: { prefix: ' /a/b/ ' }")).qrs_prefix(), Some("a/b"));
    assert_eq!(accept(&with_steward("qrs: { prefix: / }")).qrs_prefix(), None);
}

#[test]
fn tells_which_files_cannot_be_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("steward.yaml");
    std::fs::write(&path, SMALL).expect("written");
    std::fs::write(folder.path().join("client.pem"), "").expect("written");
    std::fs::create_dir(folder.path().join("root.pem")).expect("created");
    let loaded = Settings::load(&path).expect("a good file");
    let fault = loaded.check_files().expect_err("two files are missing");
    let settings: Vec<&str> = fault.problems().iter().map(|problem| problem.setting.as_str()).collect();
    assert_eq!(settings, ["Butler.cert.clientCertKey", "Butler.cert.clientCertCA"]);
    assert!(fault.to_string().contains("steward.yaml:2:35: Butler.cert.clientCertKey: cannot open `"), "{fault}");
}

#[test]
fn finds_the_data_folder() {
    type Variables = &'static [(&'static str, &'static str)];
    let find = |variables: Variables| {
        default_data_dir(&|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    };
    if cfg!(not(windows)) {
        for (variables, folder) in [
            (&[("STATE_DIRECTORY", "/var/lib/steward"), ("HOME", "/home/a")] as Variables, Some("/var/lib/steward")),
            (&[("STATE_DIRECTORY", "/var/lib/steward:/var/lib/b")], Some("/var/lib/steward")),
            (&[("XDG_DATA_HOME", "/data"), ("HOME", "/home/a")], Some("/data/steward")),
            (&[("XDG_DATA_HOME", "relative"), ("HOME", "/home/a")], Some("/home/a/.local/share/steward")),
            (&[], None),
        ] {
            assert_eq!(find(variables), folder.map(PathBuf::from), "{variables:?}");
        }
    }
    let settings = accept(&with_steward("dataDir: data"));
    assert_eq!(settings.data_dir(), Some(PathBuf::from("/etc/steward/data")));
}
