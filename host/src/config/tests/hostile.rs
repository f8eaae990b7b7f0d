//! Files that nobody would write by accident, and some that somebody did.

use std::fmt::Write;

use super::{SMALL, read, refuse, refuse_with, with_release, with_steward};
use crate::config::source::decode;
use crate::config::{ConfigError, Settings};

#[test]
fn explains_broken_yaml() {
    for (text, words) in [
        (format!("{SMALL}  a: 'unclosed\n"), "this is not valid YAML"),
        (format!("{SMALL}\tqlikSenseLicense: {{}}\n"), "this is not valid YAML"),
        (with_release("neverRelease:\n\ttag: []"), "this is not valid YAML"),
        (SMALL.replace("client.pem", "\"C:\\Qlik\\client.pem\""), "put Windows paths into single quotes"),
        (format!("{SMALL}---\nButler: {{}}\n"), ":7:1: a second YAML document begins here"),
        (format!("{SMALL}? [ a ]\n: b\n"), "a key must be a word"),
        (with_steward("dataDir: !!binary ab"), ""),
        (with_steward("dataDir: !secret ab"), "the tag `!secret` has no meaning here"),
        (with_steward("guard: *none"), "this is not valid YAML"),
        (with_steward("policy: { settings: &a [ *a ] }"), "this alias stands inside the value that it names"),
        (with_release("<<: 5"), "`<<` takes a mapping, or a list of mappings"),
    ] {
        if words.is_empty() {
            read(&text).expect("core tags are passed over");
            continue;
        }
        let lines = refuse(&text);
        assert!(lines.iter().any(|line| line.contains(words)), "{words}: {lines:#?}");
    }
}

#[test]
fn answers_hostile_files_briefly() {
    let mut laughs = "a0: &a0 [ x, x, x, x, x, x, x, x, x, x ]\n".to_owned();
    for level in 1..40 {
        let inner = format!("*a{},", level - 1).repeat(10);
        let _ = writeln!(laughs, "a{level}: &a{level} [ {inner} ]");
    }
    let mut chain = "b0: &b0 [ x ]\n".to_owned();
    for level in 1..2000 {
        let _ = writeln!(chain, "b{level}: &b{level} [ *b{} ]", level - 1);
    }
    let nested_block: String = (0..3000).fold(String::new(), |text, depth| text + &" ".repeat(depth % 300) + "a:\n");
    for (name, text) in [
        ("aliases of aliases", laughs),
        ("a chain of aliases", chain),
        ("anchors in anchors", "&a [ ".repeat(60) + &"x, ".repeat(100_000)),
        ("deep flow", "a: ".to_owned() + &"[".repeat(100_000)),
        ("deep flow mappings", "a: ".to_owned() + &"{ a: ".repeat(10_000)),
        ("deep block sequences", "- ".repeat(300_000)),
        ("deep block mappings", nested_block),
        ("deep keys", "? ".repeat(300_000)),
        ("many values", format!("a: [ {} ]", "x,".repeat(400_000))),
        ("many keys", (0..50_000).fold(String::new(), |text, key| text + &format!("steward{key}: 1\n"))),
        ("the same key", "a: 1\n".repeat(100_000)),
        ("wrong entries", with_steward(&format!("qrs: {{ hosts: [ {} ] }}", "'',".repeat(50_000)))),
        ("one long key", "k".repeat(900_000) + ": 1\n"),
        ("one long text", format!("steward: '{}'", "é".repeat(400_000))),
        ("one long line", "a ".repeat(400_000)),
        ("NUL", "a\0b: \0\n\u{1}".to_owned()),
        ("line ends of all kinds", "a: 1\r\rb: 2\u{85}c: 3\u{2028}d".to_owned()),
        ("only marks", "\u{feff}\u{feff}---\n...\n---\n".to_owned()),
        ("quotes", "'".repeat(100_001)),
        ("comment", "#".repeat(900_000)),
        ("colons", ":".repeat(300_000)),
        ("dashes and tabs", "-\t".repeat(100_000)),
    ] {
        let shown = read(&text).err().map(|fault| fault.to_string()).unwrap_or_default();
        assert!(shown.lines().count() <= 201, "{name}: {} lines", shown.lines().count());
        assert!(shown.len() < 100_000, "{name}: {} bytes", shown.len());
        assert!(!shown.is_empty(), "{name} was accepted");
    }
}

#[test]
fn answers_every_slip_of_the_hand() {
    let text =
        with_release("neverRelease: { user: [ { userDir: A, userId: 'b' } ], tag: [ \"c\" ] }\nenable: true # yes");
    let slips =
        [":", "- ", "{", "]", "'", "\"", "\t", "\n", "&a ", "*a ", "!", "? ", "|", ">", "%", "@", "#", "\\", "<<: "];
    for (number, (place, _)) in text.char_indices().enumerate() {
        for step in 0..3 {
            let (before, after) = text.split_at(place);
            let slip = slips[(number * 3 + step) % slips.len()];
            for broken in [format!("{before}{slip}{after}"), format!("{before}{slip}{}", &after[1..])] {
                if let Err(fault) = read(&broken) {
                    assert!(!fault.problems().is_empty(), "{broken}");
                }
            }
        }
    }
}

#[test]
fn refuses_files_beyond_the_limit() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("steward.yaml");
    std::fs::write(&path, SMALL.to_owned() + &"# filler\n".repeat(250_000)).expect("written");
    let fault = Settings::load(&path).expect_err("2 MB").to_string();
    assert!(fault.ends_with("larger than 1 MiB, which no settings file is"), "{fault}");
}

#[test]
fn tells_a_file_that_cannot_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    for path in [folder.path().join("none.yaml"), folder.path().to_path_buf()] {
        let fault = Settings::load(&path).expect_err("no file");
        assert!(matches!(fault, ConfigError::Unreadable { .. }), "{fault:?}");
        assert!(fault.to_string().starts_with("cannot read the settings file `"), "{fault}");
    }
}

#[test]
fn reads_the_encodings_of_windows_editors() {
    let utf16 =
        |unit: fn(u16) -> [u8; 2]| -> Vec<u8> { "\u{feff}Butler: é\r\n".encode_utf16().flat_map(unit).collect() };
    assert_eq!(decode(&utf16(u16::to_le_bytes)), Ok("Butler: é\r\n".to_owned()));
    assert_eq!(decode(&utf16(u16::to_be_bytes)), Ok("Butler: é\r\n".to_owned()));
    let problem = decode(b"Butler:\n  a: J\xfcrgen\n").expect_err("not UTF-8");
    assert_eq!(problem.position.map(|place| (place.line, place.column)), Some((2, 7)));
    assert!(decode(b"\xff\xfea").is_err());
}

#[test]
fn shortens_and_cleans_what_it_repeats() {
    let text = with_steward(&format!("{}: 1\n\"a\\u0007b\\nc\": 1", "k".repeat(200)));
    let lines = refuse(&text);
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert!(lines[0].contains(&format!("steward.{}…: unknown key", "k".repeat(80))), "{lines:?}");
    assert!(lines[1].contains(r"steward.a\u{7}b\nc: unknown key"), "{lines:?}");
}

#[test]
fn counts_columns_in_characters() {
    refuse_with(
        &with_release("neverRelease: { userDirectory: [ 'äöü名' ], tagg: [] }"),
        ":9:50: Butler.qlikSenseLicense.licenseRelease.neverRelease.tagg: unknown key, did you mean `tag`?",
    );
}
