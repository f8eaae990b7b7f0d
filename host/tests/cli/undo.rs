//! What was taken can be given back.

use serde_json::json;

use crate::ledger::{accounted, apply, armed, armed_with, deletes, owner_of, planned};
use crate::site::data;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_undone_and_its_people_are_left_alone() {
    let site = armed(60).await;
    let (id, releases) = planned(&site);
    let owners: Vec<String> = releases.iter().map(|id| owner_of(&site, id)).collect();
    apply(&site, &[&id]);

    let why = site.run(["why", &owners[0]]).is_done().out.clone();
    for words in ["holds no seat", "released at", "in run 1", "by the rule", "last used", "steward undo 1 --only"] {
        assert!(why.contains(words), "no {words:?} in {why}");
    }
    let before = site.qrs.journal().len();
    let preview = site.run(["undo", "1", "--preview"]).is_done().out.clone();
    assert!(preview.contains("can be given back") && preview.contains(&owners[0]), "{preview}");
    assert!(site.qrs.journal()[before..].iter().all(|entry| entry.method == "GET"));

    let one = site.run(["undo", "1", "--only", &owners[0].to_lowercase(), "--format", "json"]).json();
    assert_eq!(one["counts"], json!({ "restored": 1 }));
    site.run(["undo", "1", "--only", "ACME\\nobody"]).fails(1, &["released nobody called"]);
    let rest = site.run(["undo", "1", "--format", "json"]).json();
    assert_eq!(rest["counts"], json!({ "restored": releases.len() - 1 }));
    assert!(site.run(["undo", "1"]).is_done().out.contains("not back already"));
    site.run(["undo", "2"]).fails(1, &["nothing to undo"]);
    site.run(["undo", "77"]).fails(1, &["no run 77"]);

    let why = site.run(["why", &owners[1]]).is_done().out.clone();
    for words in ["keeps every seat until", "restored", "undoGraceDays"] {
        assert!(why.contains(words), "no {words:?} in {why}");
    }
    let sent = deletes(&site).len();
    let (id, _) = planned(&site);
    apply(&site, &[&id]);
    assert_eq!(deletes(&site).len(), sent, "restored people are not released again");
    accounted(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_gives_back_as_much_as_is_free_and_says_who_went_without() {
    let mut world = data(60);
    // Nothing is free but what was released.
    world.totals = Some(steward_fake_qrs::data::Totals {
        analyzer: Some(world.analyzeraccesstype.len().try_into().unwrap()),
        professional: Some(world.professionalaccesstype.len().try_into().unwrap()),
        tokens: None,
    });
    let site = armed_with(world, |_| {}).await;
    let (id, _) = planned(&site);
    let report = apply(&site, &[&id, "--first", "5"]).json();
    let seats = report["seats"].as_array().unwrap();
    let analyzers = seats.iter().filter(|seat| seat["licenseType"] == "analyzer").count();
    // Somebody else was given two of them meanwhile.
    site.qrs.edit(|data| {
        let totals = data.totals.as_mut().unwrap();
        totals.analyzer = totals.analyzer.map(|total| total - 1);
    });
    let run = site.run(["undo", "1", "--format", "json"]);
    let undone = run.json();
    assert_eq!(run.code, 3, "{run:?}");
    assert_eq!(undone["counts"]["not-restored"], 1, "{analyzers} {undone}");
    assert_eq!(undone["counts"]["restored"], 4);
    let without = undone["seats"].as_array().unwrap().iter().find(|seat| seat["outcome"] == "not-restored").unwrap();
    assert!(without["detail"].as_str().unwrap().contains("no seat of this type is free"), "{without}");
    accounted(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn protections_by_hand_are_listed_and_end() {
    let site = armed(40).await;
    let (_, releases) = planned(&site);
    let owner = owner_of(&site, &releases[0]);
    site.run(["protect", &owner]).fails(2, &["--note"]);
    site.run(["protect", "ACME\\nobody.at.all", "--note", "x"]).fails(2, &["nobody is called"]);
    site.run(["protect", &owner, "--note", "x", "--until", "2001-01-01"]).fails(2, &["in the past"]);
    site.run(["protect", &owner, "--note", "parental leave", "--until", "2999-01-31"]).is_done();
    let list = site.run(["protect", "--format", "json"]).json();
    assert_eq!(list[0]["person"].as_str().unwrap().to_lowercase(), owner.to_lowercase());
    assert_eq!((&list[0]["until"], &list[0]["expired"]), (&json!("2999-02-01T00:00:00Z"), &json!(false)));
    let plan = site.plan();
    let held = plan["held"].as_array().unwrap().iter().find(|held| held["gate"] == "protected-by-hand").unwrap();
    assert_eq!(held["licenseIds"], json!([releases[0]]));
    assert!(site.run(["why", &owner]).is_done().out.contains("parental leave"));
    site.run(["unprotect", &owner.to_uppercase()]).is_done();
    site.run(["unprotect", &owner]).fails(1, &["not protected by hand"]);
    assert_eq!(planned(&site).1.len(), releases.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_given_another_seat_since_is_skipped_and_who_had_two_gets_the_lost_one_back() {
    let mut world = data(60);
    let (analyzer, professional) = (world.analyzeraccesstype.clone(), world.professionalaccesstype[0].clone());
    // The first analyzer has held a professional seat, too, for as long.
    let second_seat = |of: &serde_json::Value, id: &str| {
        let mut row = professional.clone();
        (row["id"], row["user"]) = (json!(id), of["user"].clone());
        row
    };
    let had_two = analyzer.iter().find(|row| row["user"].is_object()).unwrap().clone();
    world.professionalaccesstype.push(second_seat(&had_two, "00000000-0000-4000-8000-000000000001"));
    let site = armed_with(world, |_| {}).await;
    let (id, releases) = planned(&site);
    let report = apply(&site, &[&id]).json();
    let is_analyzer = |id: &&String| {
        let seats = report["seats"].as_array().unwrap();
        seats.iter().any(|seat| seat["licenseId"] == id.as_str() && seat["licenseType"] == "analyzer")
    };
    let given_since = releases.iter().find(is_analyzer).unwrap().clone();
    let row = analyzer.iter().find(|row| row["id"] == given_since.as_str()).unwrap();
    let since = second_seat(row, "00000000-0000-4000-8000-000000000002");
    site.qrs.edit(|data| data.professionalaccesstype.push(since));
    let undone = site.run(["undo", "1", "--format", "json"]).json();
    let outcome = |id: &str| {
        let seats = undone["seats"].as_array().unwrap();
        seats.iter().find(|seat| seat["licenseId"] == id).map(|seat| seat["outcome"].clone())
    };
    assert_eq!(outcome(&given_since), Some(json!("holds-seat")), "{undone}");
    let lost = had_two["id"].as_str().unwrap();
    if releases.iter().any(|id| id == lost) && lost != given_since {
        assert_eq!(outcome(lost), Some(json!("restored")), "{undone}");
    }
    accounted(&site).await;
}
