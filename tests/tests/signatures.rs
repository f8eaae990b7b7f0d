//! Policies are trusted by minisign's signatures, made here by minisign's own library.

use std::io::Cursor;

use minisign::KeyPair;
use steward::config::steward::policy as file;
use steward::policy::{Trust, Untrusted};
use steward_tests::sandbox::{component_bytes, standard};

const TIME: &str = "timestamp:1767225600\tfile:policy.wasm\thashed";

fn keys() -> KeyPair {
    KeyPair::generate_unencrypted_keypair().expect("a pair of keys")
}

fn sign(keys: &KeyPair, bytes: &[u8], trusted_comment: &str) -> String {
    let signed = minisign::sign(Some(&keys.pk), &keys.sk, Cursor::new(bytes), Some(trusted_comment), None);
    signed.expect("bytes can be signed").into_string()
}

fn settings(keys: &[&KeyPair]) -> file::Trust {
    file::Trust { keys: keys.iter().map(|keys| keys.pk.to_base64()).collect(), ..file::Trust::default() }
}

fn trust(settings: &file::Trust) -> Trust {
    Trust::of(settings).expect("these settings can be read")
}

#[test]
fn without_keys_everybody_is_trusted_and_with_keys_only_their_owners_are() {
    let (ours, theirs) = (keys(), keys());
    let bytes = component_bytes("standard");
    let anybody = trust(&settings(&[]));
    assert!(anybody.check_signature(&bytes, None).expect("no key asks for a signature").is_none());
    assert!(anybody.check_signature(&bytes, Some("nonsense")).is_ok());

    let trust = trust(&settings(&[&theirs, &ours]));
    let signature = sign(&ours, &bytes, TIME);
    let signer = trust.check_signature(&bytes, Some(&signature)).expect("it is signed").expect("by somebody");
    assert_eq!((signer.key, signer.trusted_comment.as_str()), (ours.pk.to_base64(), TIME));
    assert!(matches!(trust.check_signature(&bytes, None), Err(Untrusted::Unsigned)));
    let stranger = sign(&keys(), &bytes, TIME);
    assert!(matches!(trust.check_signature(&bytes, Some(&stranger)), Err(Untrusted::WrongSignature)));
}

#[test]
fn a_single_bit_that_changed_is_noticed_wherever_it_is() {
    let ours = keys();
    let mut bytes = component_bytes("standard");
    let trust = trust(&settings(&[&ours]));
    let signature = sign(&ours, &bytes, TIME);
    for place in [0, 8, bytes.len() / 2, bytes.len() - 1] {
        bytes[place] ^= 1;
        let refused = trust.check_signature(&bytes, Some(&signature));
        assert!(matches!(refused, Err(Untrusted::WrongSignature)), "{place}: {refused:?}");
        bytes[place] ^= 1;
    }
    assert!(trust.check_signature(&bytes, Some(&signature)).is_ok());
    // The trusted comment is signed too: a younger date cannot be written into it.
    let younger = signature.replace("1767225600", "1899999999");
    assert!(matches!(trust.check_signature(&bytes, Some(&younger)), Err(Untrusted::WrongSignature)));
    for nonsense in ["", "untrusted comment: x\n", &signature[..signature.len() / 2], "\0\0\0\0"] {
        let refused = trust.check_signature(&bytes, Some(nonsense));
        assert!(matches!(refused, Err(Untrusted::Unreadable(_))), "{nonsense:?}: {refused:?}");
    }
}

#[test]
fn old_signatures_and_old_versions_do_not_come_back() {
    let ours = keys();
    let bytes = component_bytes("standard");
    let since = |day: &str| file::Trust { not_signed_before: Some(day.to_owned()), ..settings(&[&ours]) };
    let signature = sign(&ours, &bytes, TIME);
    // 1767225600 is 2026-01-01T00:00:00Z.
    assert!(trust(&since("2026-01-01")).check_signature(&bytes, Some(&signature)).is_ok());
    let refused = trust(&since("2026-01-02")).check_signature(&bytes, Some(&signature));
    assert!(matches!(refused, Err(Untrusted::SignedTooEarly { .. })), "{refused:?}");
    let timeless = sign(&ours, &bytes, "for the Berlin site");
    assert!(matches!(trust(&since("2026-01-01")).check_signature(&bytes, Some(&timeless)), Err(Untrusted::NoTime)));

    let oldest = |version: &str| file::Trust {
        min_versions: [("standard".to_owned(), version.to_owned())].into(),
        ..file::Trust::default()
    };
    let is = standard().description();
    assert!(trust(&oldest(&is.version)).check_version(is).is_ok());
    assert!(matches!(trust(&oldest("99.0.0")).check_version(is), Err(Untrusted::TooOld { .. })));
    let other =
        file::Trust { min_versions: [("other".to_owned(), "99.0.0".to_owned())].into(), ..file::Trust::default() };
    assert!(trust(&other).check_version(is).is_ok());
}

#[test]
fn settings_that_cannot_be_read_are_told_one_by_one() {
    let settings = file::Trust {
        keys: vec!["RWnonsense".to_owned(), keys().pk.to_base64(), String::new()],
        not_signed_before: Some("yesterday".to_owned()),
        min_versions: [("standard".to_owned(), "new".to_owned())].into(),
    };
    let problems = Trust::of(&settings).expect_err("nothing of it is right");
    let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["keys[0]", "keys[2]", "notSignedBefore", "minVersions.standard"]);
    let alone = file::Trust { not_signed_before: Some("2026-01-01".to_owned()), ..file::Trust::default() };
    let problems = Trust::of(&alone).expect_err("a date without keys protects nobody");
    assert!(problems[0].message.contains("without `keys`"), "{problems:?}");
}
