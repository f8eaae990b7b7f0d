//! `steward why`: finds the person and says every rule with its evidence.

use serde_json::{Value, json};
use steward_fake_qrs::Data;

use crate::site::{Site, data, serve};

/// A site with a few people whose names and seats are known.
fn people() -> Data {
    let mut data = data(60);
    let seat = |number: u32, user: &Value| {
        json!({
            "id": format!("a0000000-0000-4000-8000-{number:012}"), "createdDate": "2020-01-01T00:00:00.000Z",
            "user": {"id": user["id"], "userId": user["userId"], "userDirectory": user["userDirectory"]},
            "lastUsed": "2021-05-06T07:08:09.000Z", "excess": false, "quarantined": false, "deletedUserId": "",
            "deletedUserDirectory": "",
        })
    };
    for (number, directory, id, name) in [
        (1, "ACME", "jdoe", "Jane Doe"),
        (2, "PARTNER", "jdoe", "John Doe"),
        (3, "ACME", "jroe", "Jo Roe"),
        (4, "ACME", "Großmann", "Käthe Großmann"),
        (5, "ACME", "seatless", "Sam Seatless"),
        (6, "ACME", "double", "Dora Double"),
        (7, "ACME", "admin-of-all", "Ada Admin"),
    ] {
        let user = json!({
            "id": format!("e0000000-0000-4000-8000-{number:012}"), "userId": id, "userDirectory": directory,
            "name": name, "roles": if number == 7 { json!(["RootAdmin"]) } else { json!([]) },
            "attributes": [], "inactive": number == 3, "removedExternally": false, "blacklisted": false,
            "tags": if number == 3 { json!([{"id": "5a7e0001-3c1f-4f0e-9a55-0d2b7e6f1001", "name": "License do not release"}]) } else { json!([]) },
            "customProperties": [],
        });
        if number != 5 {
            data.analyzeraccesstype.push(seat(number, &user));
        }
        if number == 6 {
            data.professionalaccesstype.push(seat(60, &user));
        }
        data.users.push(user);
    }
    data
}

async fn site() -> Site {
    let mut site = serve(people(), |_| {}).await;
    site.add("  guard:\n    maxReleasePercent: 100\n");
    site
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_found_however_the_name_is_written() {
    let site = site().await;
    for (typed, account) in [
        ("ACME\\jdoe", "ACME\\jdoe"),
        ("acme\\JDOE", "ACME\\jdoe"),
        ("acme/jDoe", "ACME\\jdoe"),
        (" ACME\\jdoe ", "ACME\\jdoe"),
        ("partner/jdoe", "PARTNER\\jdoe"),
        ("jroe", "ACME\\jroe"),
        ("JROE", "ACME\\jroe"),
        ("grossmann", "ACME\\Großmann"),
        ("ACME\\GROSSMANN", "ACME\\Großmann"),
        ("seatless", "ACME\\seatless"),
    ] {
        let run = site.run(["why", typed]);
        assert!(run.is_done().out.starts_with(&format!("{account} (")), "{typed}: {run:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_one_person_is_told_apart_with_names_to_try() {
    let site = site().await;
    for (typed, words) in [
        ("jdoe", &["`ACME\\jdoe` or `PARTNER\\jdoe`", "name the directory too"][..]),
        ("ACME\\jdoo", &["nobody is called `ACME\\jdoo`", "did you mean", "`ACME\\jdoe`"]),
        ("acme/jroee", &["nobody is called", "`ACME\\jroe`"]),
        ("zzzzzz", &["nobody is called `zzzzzz`"]),
        ("", &["nobody is called ``"]),
        ("\\", &["nobody is called"]),
    ] {
        let run = site.run(["why", typed]);
        run.fails(2, words);
        assert_eq!(run.out, "");
    }
    assert!(!site.run(["why", "zzzzzz"]).err.contains("did you mean"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_is_told_with_its_evidence() {
    let site = site().await;
    let run = site.run(["why", "ACME\\jroe"]);
    for words in [
        "ACME\\jroe (Jo Roe)\n  flags: inactive\n  tags: License do not release\n",
        "analyzer seat a0000000-0000-4000-8000-000000000003\n  allocated 2020-01-01T00:00:00Z, last used 2021-05-06T07:08:09Z,",
        "kept by the rule never-release.tag: the owner has the tag `License do not release`, which neverRelease.tag has",
        "  keeps     never-release.tag ",
        "  -         recently-used ",
        "  releases  idle ",
    ] {
        assert!(run.is_done().out.contains(words), "{words:?} in {run:?}");
    }
    let json = site.run(["why", "ACME\\jroe", "--format", "json"]).json();
    let seat = &json["seats"][0];
    assert_eq!(
        (&json["user"]["inactive"], &seat["released"], &seat["decision"]["rule"]),
        (&json!(true), &json!(false), &json!("never-release.tag"))
    );
    assert_eq!(seat["rules"].as_array().unwrap().len(), 19);
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_that_go_stay_or_do_not_exist_are_told_as_such() {
    let mut site = site().await;
    assert!(site.run(["why", "ACME\\jdoe"]).out.contains("  would be released by the rule idle: "));
    assert!(site.run(["why", "seatless"]).out.contains("holds no seat, so there is nothing to release"));
    let run = site.run(["why", "double"]);
    assert!(run.out.contains("analyzer seat") && run.out.contains("professional seat"), "{run:?}");
    let run = site.run(["why", "admin-of-all"]);
    for words in [
        "roles: RootAdmin",
        "but is held",
        "held by protected-role: the owner has the role `RootAdmin`",
        "Take the role",
    ] {
        assert!(run.out.contains(words), "{run:?}");
    }
    let json = site.run(["why", "admin-of-all", "--format", "json"]).json();
    assert_eq!(json["seats"][0]["held"][0]["licenseIds"], json!(["a0000000-0000-4000-8000-000000000007"]));

    // Before the threshold is over it says when.
    let run = site.run(["why", "ACME\\jdoe", "--now", "2021-05-20T00:00:00Z"]);
    assert!(
        run.out.contains("kept by the rule recently-used") && run.out.contains("this turns at 2021-06-05T07:08:09Z"),
        "{run:?}"
    );

    // A deleted owner is still somebody.
    site.qrs.edit(|data| {
        let row = data.analyzeraccesstype.iter_mut().find(|row| row["user"]["userId"] == "jroe").unwrap();
        row["user"] = Value::Null;
        row["deletedUserDirectory"] = json!("ACME");
        row["deletedUserId"] = json!("gone");
    });
    let run = site.run(["why", "acme/gone"]);
    assert!(run.out.contains("user list does not describe") && run.out.contains("owner was deleted"), "{run:?}");

    // A policy of its own, a cap, and what the plan then says of one person.
    site.set(&[("    maxReleasePercent: 100\n", "    maxReleases: 0\n")]);
    let run = site.run(["why", "ACME\\jdoe"]);
    assert!(run.out.contains("but is held") && run.out.contains("held by cap"), "{run:?}");
}
