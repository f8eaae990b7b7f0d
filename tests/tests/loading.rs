//! What is no acceptable policy is refused with the reason, and compiled policies are kept in a private folder only.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use steward::policies::{Found, PolicyError};
use steward::policy::{CONTRACT, Limits, LoadError, PolicyComponent, PolicyEngine};
use steward_core::policy::FaultKind;
use steward_tests::component::{contract_text, trapping};
use steward_tests::sandbox::{component_bytes, engine};

fn load(bytes: &[u8]) -> Result<PolicyComponent, LoadError> {
    PolicyComponent::load(engine(), bytes)
}

/// The whole message, causes included.
fn message(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[track_caller]
fn check_refused(what: &str, bytes: &[u8], is_expected: fn(&LoadError) -> bool, says: &str) {
    let error = load(bytes).expect_err(what);
    assert!(is_expected(&error), "{what}: {error:?}");
    assert!(message(&error).contains(says), "{what}: {}", message(&error));
}

fn component(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("a component of a test can be read")
}

#[test]
fn refuses_what_is_no_component() {
    let not_wasm = |error: &LoadError| matches!(error, LoadError::NotWasm);
    check_refused("an empty file", b"", not_wasm, "not WebAssembly");
    check_refused("a text", b"hello, world", not_wasm, "not WebAssembly");
    check_refused("the text format", b"(component)", not_wasm, "not WebAssembly");
    check_refused("a native library", b"\x7fELF\x02\x01\x01\0\0\0\0\0", not_wasm, "not WebAssembly");
    let module = component("(module)");
    check_refused("a core module", &module, |e| matches!(e, LoadError::CoreModule), "wasm-tools component new");
    let broken = |error: &LoadError| matches!(error, LoadError::Broken { .. });
    check_refused("the first four bytes", b"\0asm", broken, "broken");
    check_refused("another version", b"\0asm\x0e\0\x01\0", broken, "broken");
}

#[test]
fn refuses_a_component_that_imports_anything_and_names_it() {
    let imports = |error: &LoadError| matches!(error, LoadError::Imports(_));
    let clock = component("(component (import \"wasi:clocks/wall-clock@0.2.0\" (instance)))");
    check_refused("a clock", &clock, imports, "`wasi:clocks/wall-clock@0.2.0`");
    let function = component("(component (import \"log\" (func (param \"line\" string))))");
    check_refused("a function", &function, imports, "`log`");
    let seven = ["i0", "i1", "i2", "i3", "i4", "i5", "i6"].map(|name| format!("(import \"{name}\" (func))")).concat();
    check_refused("many", &component(&format!("(component {seven})")), imports, "`i4`, 2 more");
    let with_import = contract_text().replace("export policy;", "export policy; import clock: func() -> u64;");
    check_refused("the contract and a clock", &trapping(&with_import, ""), imports, "`clock`");
}

#[test]
fn refuses_another_world_and_another_version() {
    let wrong_world = |error: &LoadError| matches!(error, LoadError::WrongWorld(_));
    check_refused("nothing", &component("(component)"), wrong_world, "exports nothing");
    for version in ["1.1.0", "1.0.1", "2.0.0", "0.9.0", "1.0.0-rc.1"] {
        let other = contract_text().replace("steward:policy@1.0.0", &format!("steward:policy@{version}"));
        check_refused(version, &trapping(&other, ""), wrong_world, &format!("`steward:policy/policy@{version}`"));
    }
    let renamed = contract_text().replace("steward:policy@1.0.0", "elsewhere:policy@1.0.0");
    check_refused("another package", &trapping(&renamed, ""), wrong_world, "`elsewhere:policy/policy@1.0.0`");
}

#[test]
fn refuses_the_right_name_in_another_shape() {
    let wrong_shape = |error: &LoadError| matches!(error, LoadError::WrongShape { .. });
    for (from, to) in [
        ("rank: u32", "rank: u64"),
        ("quarantined: bool,\n        /// The seat was allocated above", "/// The seat was allocated above"),
        ("        unresolved,\n", ""),
        ("-> option<u32>", "-> u32"),
        ("describe: func() -> description", "describe: func() -> string"),
        ("decide: func(candidate: candidate) -> decision;", ""),
    ] {
        let changed = contract_text().replacen(from, to, 1);
        assert_ne!(changed, contract_text(), "`{from}` is in the contract");
        check_refused(from, &trapping(&changed, ""), wrong_shape, CONTRACT);
    }
}

#[test]
fn refuses_a_policy_that_cannot_describe_itself() {
    let error = load(&trapping(&contract_text(), "")).expect_err("every function of it traps");
    assert!(matches!(&error, LoadError::Describe(fault) if fault.kind == FaultKind::Trap), "{error:?}");
}

#[test]
fn refuses_a_component_that_is_larger_than_the_limit_before_reading_it() {
    let bytes = component_bytes("standard");
    let with_limit = |component_bytes| {
        let engine = PolicyEngine::new(Limits { component_bytes, ..Limits::default() }, None).expect("an engine");
        PolicyComponent::load(&engine, &bytes).is_ok()
    };
    assert!(with_limit(bytes.len()));
    assert!(!with_limit(bytes.len() - 1));
    let folder = tempfile::tempdir().expect("a folder");
    let huge = folder.path().join("huge.wasm");
    // A file with a hole: nothing is written, and nothing may be read.
    fs::File::create(&huge).and_then(|file| file.set_len(1 << 40)).expect("a file with a hole");
    let refused = of_file(&huge);
    assert!(matches!(refused, LoadError::TooLarge { size: 1_099_511_627_776, .. }), "{refused:?}");
}

#[test]
fn refuses_what_cannot_be_read_as_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    for path in [folder.path().join("missing.wasm"), folder.path().to_owned()] {
        let refused = of_file(&path);
        assert!(matches!(refused, LoadError::Unreadable { .. }), "{refused:?}");
    }
}

/// Why a file is refused.
fn of_file(path: &Path) -> LoadError {
    match Found::file(path) {
        Err(PolicyError::Load { source, .. }) => source,
        other => panic!("{other:?}"),
    }
}

#[test]
fn refuses_a_component_that_was_cut_off() {
    let bytes = component_bytes("standard");
    for part in 1..40 {
        let refused = load(&bytes[..bytes.len() * part / 40]);
        assert!(matches!(refused, Err(LoadError::Broken { .. } | LoadError::WrongWorld(_))), "{part}/40: {refused:?}");
    }
}

#[test]
fn the_digest_of_a_policy_is_that_of_its_bytes() {
    use steward_core::digest::Digest;
    let bytes = component_bytes("standard");
    let loaded = load(&bytes).expect("a built component loads");
    assert_eq!((loaded.digest(), loaded.bytes()), (Digest::of_bytes(&bytes), bytes.as_slice()));
    let identity = loaded.identity(Digest::of_bytes(b"settings"));
    assert_eq!((identity.name.as_str(), identity.contract.as_str()), ("standard", CONTRACT));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn random_bytes_are_refused(kind in 0..4, bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let start: &[u8] = match kind {
            0 => b"",
            1 => b"\0asm",
            2 => b"\0asm\x01\0\0\0",
            _ => b"\0asm\x0d\0\x01\0",
        };
        prop_assert!(load(&[start, &bytes].concat()).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn a_damaged_component_is_refused_or_is_another_policy(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = component_bytes("hostile");
        let good = load(&bytes).expect("a built component loads").digest();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        if let Ok(loaded) = load(&bytes) {
            prop_assert_ne!(loaded.digest(), good);
        }
    }
}

fn cached(folder: &Path) -> PolicyEngine {
    PolicyEngine::new(Limits::default(), Some(folder)).expect("the folder is private")
}

/// The compiled policies in a cache.
fn entries(folder: &Path) -> Vec<PathBuf> {
    files_below(&folder.join("compiled"))
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            found.extend(files_below(&entry));
        } else if entry.extension().is_none() {
            found.push(entry);
        }
    }
    found.sort();
    found
}

/// The entry of one policy in a fresh cache.
fn only_entry(folder: &Path, policy: &str) -> PathBuf {
    PolicyComponent::load(&cached(folder), &component_bytes(policy)).expect("a built component loads");
    let mut all = entries(folder);
    assert_eq!(all.len(), 1, "one component, one entry");
    all.remove(0)
}

#[cfg(unix)]
fn identity_of(file: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(file).expect("the entry is there").ino()
}

#[cfg(unix)]
#[test]
fn a_compiled_policy_is_kept_and_used_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = component_bytes("hostile");
    PolicyComponent::load(&cached(folder.path()), &bytes).expect("a built component loads");
    let first: Vec<(PathBuf, u64)> = entries(folder.path()).into_iter().map(|e| (e.clone(), identity_of(&e))).collect();
    assert_eq!(first.len(), 1, "one component, one entry");
    let engine = cached(folder.path());
    PolicyComponent::load(&engine, &bytes).expect("a built component loads");
    let second: Vec<(PathBuf, u64)> =
        entries(folder.path()).into_iter().map(|e| (e.clone(), identity_of(&e))).collect();
    assert_eq!(first, second, "a miss would have written the entry anew");
}

#[test]
fn another_policy_and_another_configuration_have_entries_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    PolicyComponent::load(&cached(folder.path()), &component_bytes("hostile")).expect("a built component loads");
    PolicyComponent::load(&cached(folder.path()), &component_bytes("standard")).expect("a built component loads");
    assert_eq!(entries(folder.path()).len(), 2);
}

/// A changed bit in native code would do anything at all, so no entry is believed without a look.
#[test]
fn a_damaged_entry_is_built_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let entry = only_entry(folder.path(), "hostile");
    let good = fs::read(&entry).expect("the entry is there");
    let flipped = |part: usize| {
        let mut bytes = good.clone();
        let at = (bytes.len() - 1) * part / 10;
        bytes[at] ^= 1;
        bytes
    };
    let damaged = [Vec::new(), b"garbage".to_vec(), good[..good.len() / 2].to_vec()];
    for bytes in damaged.into_iter().chain((0..=10).step_by(5).map(flipped)) {
        fs::write(&entry, &bytes).expect("our entry");
        let loaded = PolicyComponent::load(&cached(folder.path()), &component_bytes("hostile"));
        assert_eq!(loaded.expect("a built component loads").description().name, "hostile");
        assert!(fs::read(&entry).expect("the entry is there") == good, "{} bytes", bytes.len());
    }
}

#[test]
fn the_entry_of_another_policy_is_not_taken_for_this_one() {
    let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let standard = only_entry(one.path(), "standard");
    let hostile = only_entry(other.path(), "hostile");
    fs::copy(hostile, standard).expect("our entry");
    let loaded = PolicyComponent::load(&cached(one.path()), &component_bytes("standard"));
    assert_eq!(loaded.expect("a built component loads").description().name, "standard");
}

#[test]
fn an_entry_without_a_seal_or_with_a_wrong_one_is_built_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let entry = only_entry(folder.path(), "hostile");
    let seal = folder.path().join("seals").join(entry.file_name().expect("an entry has a name"));
    let good = fs::read_to_string(&seal).expect("the entry is sealed");
    let load = || PolicyComponent::load(&cached(folder.path()), &component_bytes("hostile")).expect("it loads");
    fs::remove_file(&seal).expect("our seal");
    load();
    assert_eq!(fs::read_to_string(&seal).expect("sealed again"), good);
    fs::write(&seal, "sha256:").expect("our seal");
    load();
    assert_eq!(fs::read_to_string(&seal).expect("sealed again"), good);
}

#[cfg(unix)]
#[test]
fn a_folder_that_others_can_write_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = tempfile::tempdir().expect("a folder");
    let folder = parent.path().join("made/by/steward");
    cached(&folder);
    let mode = |path: &Path| fs::metadata(path).expect("a folder").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700, "a new folder is private");
    for open in [0o770, 0o702, 0o720, 0o777] {
        fs::set_permissions(&folder, fs::Permissions::from_mode(open)).expect("our folder");
        let refused = PolicyEngine::new(Limits::default(), Some(&folder)).err().expect("the folder is not private");
        assert!(message(&refused).contains("chmod 700"), "{open:o}: {}", message(&refused));
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("our folder");
    cached(&folder);
    // A private folder below one that others may read; what the system would make of it by default is not enough.
    fs::set_permissions(folder.join("compiled"), fs::Permissions::from_mode(0o775)).expect("our folder");
    assert!(PolicyEngine::new(Limits::default(), Some(&folder)).is_err());
}

#[test]
fn a_cache_that_is_no_folder_is_refused() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    assert!(PolicyEngine::new(Limits::default(), Some(file.path())).is_err());
}
