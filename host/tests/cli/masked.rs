//! `steward snapshot`, with and without people in it.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use steward_fake_qrs::{Fault, FaultScript};

use crate::site::{Run, Site, counts, data, gates, serve, site, steward};

fn write(site: &Site, name: &str, mask: bool) -> Run {
    let out = site.path(name);
    let mut args = vec!["snapshot", "--out", out.to_str().unwrap()];
    if mask {
        args.push("--mask");
    }
    site.run(args)
}

fn plan_of(site: &Site, name: &str, with_config: bool) -> Value {
    let snapshot = site.path(name);
    let args = ["plan", "--format", "json", "--snapshot", snapshot.to_str().unwrap()];
    let run = if with_config { site.run(args) } else { steward(args) };
    assert!([0, 3].contains(&run.code), "{run:?}");
    run.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_makes_the_plan_of_the_server() {
    let site = site(400).await;
    let run = write(&site, "s.json", false);
    assert_eq!(run.is_done().out, format!("wrote 400 seats and 500 users to {}\n", site.path("s.json").display()));
    let live = site.plan();
    for with_config in [false, true] {
        let plan = plan_of(&site, "s.json", with_config);
        assert_eq!(plan["applicable"], false);
        assert_eq!(counts(&plan), counts(&live));
        assert_eq!(plan["policy"], live["policy"]);
        assert_eq!(plan["guard"]["digest"], live["guard"]["digest"]);
        assert_eq!(plan["decisions"].as_array().unwrap().len(), 400);
    }
    assert_eq!(plan_of(&site, "s.json", false), plan_of(&site, "s.json", true));
}

/// Texts of the site that say who somebody is.
fn identities(site: &Site) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let data = site.qrs.data();
    let mut add = |value: &Value, name: &str| {
        let text = value[name].as_str().unwrap_or_default().to_lowercase();
        // Qlik's own accounts are the same everywhere and stay as they are.
        // One cost centre has the name of a tag, and tags stay.
        if text.len() > 2 && !text.starts_with("sa_") && !["internal", "finance"].contains(&text.as_str()) {
            found.insert(text);
        }
    };
    for user in &data.users {
        for name in ["userId", "userDirectory", "name", "id"] {
            add(user, name);
        }
        for property in user["customProperties"].as_array().unwrap() {
            add(property, "value");
        }
        for attribute in user["attributes"].as_array().into_iter().flatten() {
            add(attribute, "attributeValue");
        }
    }
    for row in data.analyzeraccesstype.iter().chain(&data.professionalaccesstype) {
        for name in ["id", "deletedUserId", "deletedUserDirectory", "modifiedByUserName"] {
            add(row, name);
        }
    }
    found
}

fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.to_lowercase()),
        Value::Array(list) => list.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|item| texts(item, found)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_masked_snapshot_names_nobody_and_decides_the_same() {
    let mut site = serve(data(400), |_| {}).await;
    // Settings of a policy name people too, in places that only the policy knows.
    site.set(&[("    serverName: qlikserver", "    serverName: qlikserver\n    retries: 1")]);
    let run = write(&site, "masked.json", true);
    assert!(run.is_done().out.starts_with("wrote 400 seats and 500 users, people masked to "), "{run:?}");
    let file = fs::read_to_string(site.path("masked.json")).unwrap();
    let value: Value = serde_json::from_str(&file).unwrap();
    let mut written = Vec::new();
    texts(&value, &mut written);
    let secret = identities(&site);
    let told: Vec<&String> = written.iter().filter(|text| secret.contains(*text)).collect();
    assert_eq!(told, Vec::<&String>::new());
    for long in secret.iter().filter(|text| text.chars().count() > 7) {
        assert!(!file.to_lowercase().contains(long.as_str()), "{long}");
    }

    let masked = plan_of(&site, "masked.json", false);
    assert_eq!(counts(&masked), counts(&site.plan()));
    assert_eq!(gates(&masked), gates(&site.plan()));
    // The settings that travel with it are the ones that fit.
    let snapshot = site.path("masked.json");
    let run = site.run(["plan", "--snapshot", snapshot.to_str().unwrap(), "--format", "json"]);
    assert_eq!(run.err, "note: the snapshot is masked, so the settings that travel with it are used\n");
    assert_eq!(run.json(), masked);

    let someone = masked["decisions"].as_array().unwrap().iter().find(|d| d["rule"] == "never-release.tag").unwrap();
    let account = format!("{}\\{}", someone["userDirectory"].as_str().unwrap(), someone["userId"].as_str().unwrap());
    let run = steward(["why", "--snapshot", snapshot.to_str().unwrap(), &account]);
    assert!(run.is_done().out.contains("kept by the rule never-release.tag"), "{run:?}");

    // Another export has other pseudonyms.
    write(&site, "again.json", true).is_done();
    let mut again = Vec::new();
    texts(&serde_json::from_str(&fs::read_to_string(site.path("again.json")).unwrap()).unwrap(), &mut again);
    let pseudonyms =
        |list: &[String]| -> BTreeSet<String> { list.iter().filter(|text| text.starts_with("u-")).cloned().collect() };
    assert!(pseudonyms(&written).is_disjoint(&pseudonyms(&again)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_whole_or_is_not_there() {
    let site = site(60).await;
    for fault in [Fault::TruncatedJson, Fault::Html, Fault::ResetMidBody] {
        site.qrs.set_faults(FaultScript::every("/qrs/user/full", fault));
        for mask in [false, true] {
            assert_eq!(write(&site, "s.json", mask).code, 1);
            assert!(site.leftovers().is_empty());
        }
    }
    site.qrs.set_faults(FaultScript::default());
    write(&site, "no/such/folder.json", true).fails(1, &["cannot write", "folder.json"]);
    write(&site, "steward.yaml", true).fails(2, &["name another file"]);
    assert!(site.leftovers().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_was_spoilt_is_refused_with_a_reason() {
    let site = site(60).await;
    write(&site, "s.json", false).is_done();
    let good = fs::read_to_string(site.path("s.json")).unwrap();
    let value: Value = serde_json::from_str(&good).unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut value = value.clone();
        change(&mut value);
        value.to_string()
    };
    for (text, words) in [
        (good[..good.len() / 2].to_owned(), "not a snapshot"),
        (String::new(), "not a snapshot"),
        ("[]".to_owned(), "not a snapshot"),
        (changed(&|value| value["format"] = 2.into()), "format 2"),
        (changed(&|value| value["inventory"]["seats"][0]["lastUsed"] = "yesterday".into()), "`yesterday`"),
        (
            changed(&|value| _ = value["inventory"]["seats"][0].as_object_mut().unwrap().remove("quarantined")),
            "quarantined",
        ),
        (changed(&|value| value["inventory"]["seats"][0]["extra"] = 1.into()), "extra"),
        (
            changed(&|value| {
                let twice = value["inventory"]["seats"][0].clone();
                value["inventory"]["seats"].as_array_mut().unwrap().push(twice);
            }),
            "listed twice",
        ),
        (changed(&|value| value["settings"]["guard"]["minIdleDays"] = (-1).into()), "-1"),
    ] {
        site.write("bad.json", &text);
        for command in [&["plan"][..], &["why", "qadmin"]] {
            let run = steward([command, &["--snapshot", site.path("bad.json").to_str().unwrap()]].concat());
            run.fails(2, &["cannot use the snapshot", "bad.json", words]);
            assert_eq!(run.out, "");
        }
    }
}
