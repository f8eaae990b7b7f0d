//! Names that hurt: they reach files unchanged and terminals harmless.

use serde_json::{Value, json};
use steward_fake_qrs::Data;

use crate::site::{Site, data, replaced, serve};

/// User ids and display names as directories have them, and as somebody would write them who means harm.
fn hard_names() -> Vec<String> {
    let mut names: Vec<String> = [
        "Jürgen Größe",
        "日本 太郎",
        "علي\u{200f}",
        "O'Brien \"the\" `boss`",
        "a\\b\\\\c",
        "semi;colon,comma|pipe",
        "=cmd|'/c calc'!A1",
        "@SUM(1)",
        "+1",
        "-1",
        "\u{1b}[2J\u{1b}]0;owned\u{7}",
        "tab\tand\r\nline",
        "abc\u{202e}gpj.exe",
        "\u{9b}31mred",
        "zero\u{200b}width\u{feff}",
        "  outer blanks  ",
        "$(reboot) %PATH% {{x}}",
        "🦀👩‍👩‍👧",
        "İstanbul ſtraße",
    ]
    .map(str::to_owned)
    .to_vec();
    names.push("x".repeat(200));
    names.push("ÿ".repeat(200));
    names
}

/// Everybody holds an analyzer seat that is idle for long.
fn people() -> Data {
    let mut data = data(60);
    let rows = data.analyzeraccesstype.clone();
    for (name, row) in hard_names().iter().zip(rows) {
        let id = row["user"]["id"].clone();
        for row in data.analyzeraccesstype.iter_mut().chain(&mut data.professionalaccesstype) {
            if row["user"]["id"] == id {
                row["user"]["userId"] = json!(name);
                row["user"]["userDirectory"] = json!("DIR\u{1b}[1m");
                row["lastUsed"] = json!("2020-01-01T00:00:00.000Z");
                row["createdDate"] = json!("2019-01-01T00:00:00.000Z");
            }
        }
        let user = data.users.iter_mut().find(|user| user["id"] == id).unwrap();
        user["userId"] = json!(name);
        user["userDirectory"] = json!("DIR\u{1b}[1m");
        user["name"] = json!(format!("{name} {name}"));
        user["tags"] = json!([]);
        user["customProperties"] = json!([{"value": name, "definition": {"name": "Note"}}]);
        user["roles"] = json!([name]);
    }
    data
}

async fn site() -> Site {
    let mut site = serve(people(), |_| {}).await;
    site.add("  guard:\n    maxReleasePercent: 100\n");
    site
}

fn decision<'p>(plan: &'p Value, name: &str) -> &'p Value {
    plan["decisions"].as_array().unwrap().iter().find(|d| d["userId"] == name).unwrap_or_else(|| panic!("{name:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn hard_names_are_whole_in_json_and_harmless_elsewhere() {
    let site = site().await;
    // Every run is looked through for control characters.
    let table = site.run(["plan", "--all"]);
    let csv = site.run(["plan", "--format", "csv"]);
    let out = site.path("plan.json");
    site.run(["plan", "--out", out.to_str().unwrap()]);
    let plan: Value = serde_json::from_str(&std::fs::read_to_string(out).unwrap()).unwrap();
    let mut rows = csv::Reader::from_reader(csv.out.as_bytes());
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), plan["decisions"].as_array().unwrap().len());
    for name in hard_names() {
        let decision = decision(&plan, &name);
        assert_eq!(decision["name"], format!("{name} {name}"));
        assert_eq!((&decision["verdict"], &decision["rule"]), (&json!("release"), &json!("idle")), "{name:?}");
        let row = rows.iter().find(|row| row[1] == *decision["licenseId"].as_str().unwrap()).unwrap();
        assert!(!row[3].starts_with(['=', '+', '-', '@']), "{row:?}");
    }
    for text in [&table.out, &csv.out] {
        assert!(!text.contains(['\u{202e}', '\u{9b}', '\u{200f}', '\u{7f}']), "{text}");
    }
    // No name makes a line longer than a screen can take or breaks one.
    let releases = table.out.lines().filter(|line| line.starts_with("  analyzer      release")).count();
    assert_eq!(releases, 2, "{}", table.out);
    assert!(table.out.lines().filter(|line| line.contains("xxxx")).all(|line| line.contains('…')), "{}", table.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_can_be_asked_for_whatever_the_name() {
    let site = site().await;
    for name in hard_names() {
        for typed in [format!("DIR\u{1b}[1m\\{name}"), format!("dir\u{1b}[1M/{name}"), name.to_uppercase()] {
            let run = site.run(["why", "--format", "json", "--", &typed]);
            assert_eq!(run.is_done().json()["userId"], name, "{typed:?}");
        }
        let run = site.run(["why", "--", &name]);
        assert!(run.is_done().out.contains("would be released by the rule idle"), "{run:?}");
    }
    site.run(["check"]).is_done();
    // An error that names people is as harmless.
    site.run(["why", "\u{1b}[31mabc"]).fails(2, &["nobody is called"]);
    site.run(["why", "DIR\u{1b}[1m\\Jürgen Größ"]).fails(2, &["did you mean"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn hard_names_protect_when_the_settings_list_them() {
    let site = serve(people(), |_| {}).await;
    let names = hard_names();
    let list: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let name = if index % 2 == 0 { name.to_uppercase() } else { format!(" {name}") };
            json!({"userDir": " dir\u{1b}[1m", "userId": name})
        })
        .collect();
    let entries: Vec<String> = list.iter().map(|entry| format!("          - {entry}\n")).collect();
    let settings = replaced(&site.settings, "        user:\n", &format!("        user:\n{}", entries.concat()));
    site.write("steward.yaml", &settings);
    let plan = site.plan();
    for name in &names {
        assert_eq!(decision(&plan, name)["rule"], "never-release.user", "{name:?}");
    }
}
