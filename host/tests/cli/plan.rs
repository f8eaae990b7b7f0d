//! `steward plan`: the documented format, its digest, the other forms, files, other times.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use steward_fake_qrs::LicenseModel;

use crate::site::{Run, Site, data, data_of, gates, serve, site, steward};

/// JSON with its members in the order of the file.
#[derive(Debug)]
enum Ordered {
    Object(Vec<(String, Ordered)>),
    Array(Vec<Ordered>),
    Plain(Value),
}

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Ordered;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("JSON")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Ordered::Object(members))
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Ordered, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = seq.next_element()? {
                    list.push(item);
                }
                Ok(Ordered::Array(list))
            }
            fn visit_str<E>(self, text: &str) -> Result<Ordered, E> {
                Ok(Ordered::Plain(json!(text)))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Ordered, E> {
                Ok(Ordered::Plain(json!(number)))
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Ordered, E> {
                Ok(Ordered::Plain(json!(flag)))
            }
            fn visit_unit<E>(self) -> Result<Ordered, E> {
                Ok(Ordered::Plain(Value::Null))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl Ordered {
    fn names(&self) -> Vec<&str> {
        let Self::Object(members) = self else { panic!("no object: {self:?}") };
        members.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn get(&self, name: &str) -> &Self {
        let Self::Object(members) = self else { panic!("no object: {self:?}") };
        &members.iter().find(|(member, _)| member == name).unwrap().1
    }

    fn first(&self) -> &Self {
        let Self::Array(list) = self else { panic!("no list: {self:?}") };
        &list[0]
    }

    /// Without blanks.
    fn text(&self) -> String {
        match self {
            Self::Plain(value) => value.to_string(),
            Self::Array(list) => format!("[{}]", list.iter().map(Self::text).collect::<Vec<_>>().join(",")),
            Self::Object(members) => {
                let members = members.iter().map(|(name, value)| format!("{}:{}", json!(name), value.text()));
                format!("{{{}}}", members.collect::<Vec<_>>().join(","))
            }
        }
    }
}

async fn releasing() -> Site {
    let mut site = site(400).await;
    site.add("  guard:\n    aboveCap: longest-idle-first\n");
    site
}

#[tokio::test(flavor = "multi_thread")]
async fn the_json_form_has_the_documented_members_in_their_order() {
    let run = releasing().await.run(["plan", "--format", "json"]);
    let plan: Ordered = serde_json::from_str(&run.out).unwrap();
    let members = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    for (place, names) in [
        (&plan, "format planId now expiresAt applicable policy guard inventory pools decisions releases held faults"),
        (plan.get("policy"), "name version contract digest settingsDigest"),
        (plan.get("guard"), "digest memoryDigest"),
        (plan.get("inventory"), "digest takenAt seats users"),
        (plan.get("pools").first(), "licenseType total allocated available quarantined excess"),
        (
            plan.get("decisions").first(),
            "licenseType licenseId userDirectory userId name allocatedAt lastUsed idleDays verdict rule reason flipsAt",
        ),
        (plan.get("held").first(), "scope licenseType gate detail licenseIds"),
    ] {
        assert_eq!(place.names(), members(names));
    }
    let plan = run.json();
    assert_eq!((&plan["format"], &plan["applicable"], &plan["faults"]), (&json!(1), &json!(true), &json!([])));
    let days = |from: &Value, to: &Value| {
        let at = |value: &Value| value.as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        (at(to) - at(from)).num_milliseconds()
    };
    assert_eq!(days(&plan["now"], &plan["expiresAt"]), 7 * 86_400_000);
    assert_eq!(plan["inventory"]["seats"], 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_can_verify_the_id_of_a_plan() {
    let run = releasing().await.run(["plan", "--format", "json"]);
    let plan: Ordered = serde_json::from_str(&run.out).unwrap();
    let id = plan.get("planId").text();
    let Ordered::Object(members) = plan else { panic!() };
    let rest = Ordered::Object(members.into_iter().filter(|(name, _)| name != "planId").collect());
    let digest: Vec<String> = Sha256::digest(rest.text()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(id, format!("\"sha256:{}\"", digest.concat()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_three_forms_and_the_file_say_the_same() {
    let site = releasing().await;
    let snapshot = site.path("snapshot.json");
    site.run(["snapshot", "--out", snapshot.to_str().unwrap()]).is_done();
    let run = |args: &[&str]| -> Run { steward([&["plan", "--snapshot", snapshot.to_str().unwrap()], args].concat()) };
    let out = site.path("plan.json");
    let json = run(&["--format", "json"]);
    let table = run(&["--all", "--out", out.to_str().unwrap()]);
    let csv = run(&["--format", "csv"]);
    // The same facts, settings and time give the same bytes.
    assert_eq!(fs::read_to_string(&out).unwrap(), json.out);
    assert_eq!(run(&["--format", "json"]).out, json.out);
    assert_eq!([json.code, table.code, csv.code], [3, 3, 3]);
    let plan = json.json();
    assert_eq!(plan["applicable"], false);
    assert!(table.out.contains(plan["planId"].as_str().unwrap()) && table.out.contains("not applicable"));

    let releases = plan["releases"].as_array().unwrap();
    let mut rows = csv::Reader::from_reader(csv.out.as_bytes());
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    let gone: Vec<&str> = rows.iter().filter(|row| &row[12] == "true").map(|row| &row[1]).collect();
    assert_eq!(json!(gone), json!(releases));
    let held: usize = rows.iter().filter(|row| !row[13].is_empty()).count();
    let held_ids: std::collections::BTreeSet<&str> = plan["held"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|held| held["licenseIds"].as_array().unwrap())
        .map(|id| id.as_str().unwrap())
        .collect();
    assert_eq!(held, held_ids.len());
    assert!(table.out.contains(&format!("{} seats would be released", releases.len())), "{table:?}");
    let listed = table.out.lines().skip_while(|line| !line.contains("would be released")).skip(2).count();
    assert_eq!(listed, releases.len(), "{table:?}");
    assert!(csv.out.starts_with("licenseType,licenseId,userDirectory,userId,name,"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_shows_the_first_releases_and_says_how_many_more_there_are() {
    let mut site = site(400).await;
    site.add("  guard:\n    maxReleasePercent: 100\n");
    let plan = site.plan();
    let releases = plan["releases"].as_array().unwrap().len();
    assert!(releases > 20);
    let run = site.run(["plan"]);
    assert!(run.out.contains(&format!("… and {} more; --all lists them", releases - 20)), "{run:?}");
    let rows = run.out.lines().skip_while(|line| !line.contains("would be released")).skip(2).count();
    assert_eq!(rows, 20 + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_tells_whether_somebody_should_look() {
    let mut site = site(400).await;
    assert_eq!(site.run(["plan"]).code, 3);
    site.add("  guard:\n    maxReleasePercent: 100\n    protectRoles: []\n    minIdleDays: 0\n");
    let run = site.run(["plan"]);
    run.is_done();
    assert!(!run.out.contains("\nHeld\n"), "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_time_is_possible_and_never_applicable() {
    let site = site(400).await;
    let plan = site.run(["plan", "--format", "json", "--now", "2039-06-01T02:00:00+02:00"]).json();
    assert_eq!((&plan["now"], &plan["applicable"]), (&json!("2039-06-01T00:00:00Z"), &json!(false)));
    assert!(!plan["decisions"].as_array().unwrap().iter().any(|d| d["rule"] == "recently-used"));
    // A time before the facts is one at which they lie in the future.
    let plan = site.run(["plan", "--format", "json", "--now", "2019-06-01T00:00:00Z"]).json();
    assert!(gates(&plan).contains(&"future-dates"), "{:?}", gates(&plan));
    assert_eq!(plan["releases"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_written_whole_or_not_at_all() {
    let site = site(40).await;
    let out = |name: &str| site.path(name).to_str().unwrap().to_owned();
    site.run(["plan", "--out", &out("missing/plan.json")]).fails(1, &["cannot write", "missing/plan.json"]);
    site.run(["plan", "--out", &out("client.pem/plan.json")]).fails(1, &["cannot write"]);
    fs::create_dir(site.path("folder")).unwrap();
    site.run(["plan", "--out", &out("folder")]).fails(1, &["cannot write", "it is a folder"]);
    assert_eq!(site.leftovers(), ["folder"]);
    // What the command reads is not written over.
    site.run(["plan", "--out", &out("steward.yaml")]).fails(2, &["name another file"]);
    site.run(["plan", "--out", &out("./folder/../steward.yaml")]).fails(2, &["name another file"]);
    assert_eq!(fs::read_to_string(site.config()).unwrap(), site.settings);

    // An old plan stays until the new one is whole, and goes when it is.
    site.write("plan.json", "old");
    site.qrs.set_faults(steward_fake_qrs::FaultScript::every("/qrs/user/full", steward_fake_qrs::Fault::Html));
    site.run(["plan", "--out", &out("plan.json")]).fails(1, &["login page"]);
    assert_eq!(fs::read_to_string(site.path("plan.json")).unwrap(), "old");
    site.qrs.set_faults(steward_fake_qrs::FaultScript::default());
    site.run(["plan", "--out", &out("plan.json")]);
    let text = fs::read_to_string(site.path("plan.json")).unwrap();
    assert!(text.starts_with("{\n  \"format\": 1,\n  \"planId\": \"sha256:") && text.ends_with("}\n"));
    // It names people.
    assert_eq!(fs::metadata(site.path("plan.json")).unwrap().permissions().mode() & 0o077, 0);
    assert_eq!(site.leftovers(), ["folder", "plan.json"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_and_links_are_written_to_and_not_replaced() {
    use std::os::unix::fs::{FileTypeExt as _, symlink};
    let site = site(40).await;
    site.run(["plan", "--out", "/dev/null"]);
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    site.write("real.json", "old");
    symlink("real.json", site.path("link.json")).unwrap();
    site.run(["plan", "--out", site.path("link.json").to_str().unwrap()]);
    assert!(fs::symlink_metadata(site.path("link.json")).unwrap().is_symlink());
    assert!(fs::read_to_string(site.path("real.json")).unwrap().starts_with('{'));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_any_size_takes_at_most_six_requests() {
    for (seats, model, types) in
        [(1_000, LicenseModel::Signed, 2), (40_000, LicenseModel::Signed, 2), (1_000, LicenseModel::Token, 3)]
    {
        let site = serve(data_of(7, seats, model), |options| options.model = model).await;
        let run = site.run(["plan", "--format", "json"]);
        assert_eq!(run.json()["decisions"].as_array().unwrap().len(), seats);
        let journal = site.qrs.journal();
        assert!(journal.iter().all(|entry| entry.method == "GET" && entry.status == 200));
        assert_eq!(journal.len(), 3 + types, "{seats} seats");
        assert!(journal.len() <= 6);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_reading_is_ever_sent() {
    let mut site = serve(data(100), |_| {}).await;
    site.set(&[("dryRun: true", "dryRun: false")]);
    let before = site.qrs.data();
    let out = site.path("s.json");
    for args in
        [&["plan"][..], &["check"], &["status"], &["why", "qadmin"], &["snapshot", "--out", out.to_str().unwrap()]]
    {
        site.run(args);
    }
    assert!(site.qrs.journal().iter().all(|entry| entry.method == "GET"));
    assert_eq!(site.qrs.data(), before);
}
