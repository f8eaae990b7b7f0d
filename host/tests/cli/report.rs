//! `steward report`: a month of readings that were planted, with sums made by hand.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use steward::config::Settings;
use steward::ledger::{Ledger, Reading, SeatsRead};
use steward::{clock, cycle};
use steward_core::access::{Access, AccessType};
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::monitor::seat_changes::{Change, KnownSeat, SeatChange};

use crate::api::{Client, VIEWER, tokens};
use crate::daemon::Daemon;
use crate::release::until;
use crate::site::{Site, data, serve};

pub const COST: &str = "  cost:\n    currency: EUR\n    budgetPerMonth: '3000'\n    prices:\n      \
                        - { licenseType: professional, perSeatMonth: '30' }\n      \
                        - { licenseType: analyzer, perSeatMonth: '12.50', from: 2024-01 }\n";

fn day(month: &str, day: u32) -> Instant {
    let first = Instant::parse(&format!("{month}-01T00:00:00Z")).unwrap();
    first.plus_days(day).unwrap()
}

fn pool(access_type: AccessType, total: u32, allocated: u32) -> Access {
    let figures = [("total", total), ("allocated", allocated), ("available", total - allocated), ("quarantined", 0)];
    Access { access_type, figures: figures.map(|(name, count)| (name, f64::from(count))).into() }
}

async fn ledger(site: &Site) -> (Ledger, Settings) {
    let settings = Settings::load(&site.config()).unwrap().settings;
    (cycle::open_ledger(&settings, &clock::now).await.unwrap(), settings)
}

/// A reading a day in April 2024: 60 professional seats for ten days and 70 for twenty, 15 and 20 of them idle; of
/// analyzer seats nobody counted the idle ones.
async fn april(site: &Site) {
    let (mut ledger, settings) = ledger(site).await;
    for number in 0..30 {
        let (allocated, idle) = if number < 10 { (60, 15) } else { (70, 20) };
        let counted = [pool(AccessType::Professional, 100, allocated), pool(AccessType::Analyzer, 200, 100)];
        let idle = BTreeMap::from([(LicenseType::Professional, idle)]);
        ledger
            .record_reading(&Reading {
                at: day("2024-04", number),
                site: cycle::site_of(&settings),
                counted: &counted,
                seats: None,
                idle: &idle,
                points: &[],
                retention_days: None,
            })
            .await
            .unwrap();
    }
    ledger.close().await;
    let mut file = crate::ledger::open(site).await;
    // Ten professional seats that were saved for the whole month.
    let book = json!({
        "readUntil": "2024-04-30T00:00:00Z", "done": [], "saving": {},
        "ended": { "2024-04": { "professional": 10 * 30 * 86_400_000_i64 } },
    });
    sqlx::query("UPDATE savings_book SET book = ?").bind(book.to_string()).execute(&mut file).await.unwrap();
}

async fn site() -> Site {
    let mut site = serve(data(0), |_| {}).await;
    site.add(COST);
    april(&site).await;
    site
}

const APRIL: &str =
    "month,licence_type,amount,seats_on_average,time_known_percent,cost_EUR,price_per_seat_and_month_EUR\r
2024-04,analyzer,bought,200.00,100,2500.00,12.5\r
2024-04,analyzer,allocated,100.00,100,1250.00,12.5\r
2024-04,analyzer,idle,,0,,12.5\r
2024-04,analyzer,saved,0.00,100,0.00,12.5\r
2024-04,professional,bought,100.00,100,3000.00,30\r
2024-04,professional,allocated,66.66,100,2000.00,30\r
2024-04,professional,idle,18.33,100,550.00,30\r
2024-04,professional,saved,10.00,100,300.00,30\r
2024-04,all,bought,,,5500.00,\r
2024-04,all,allocated,,,3250.00,\r
2024-04,all,idle,,,550.00,\r
2024-04,all,saved,,,300.00,\r
2024-04,all,saved_since_the_first_release,,,300.00,\r
2024-04,all,budget,,,3000.00,\r
2024-04,all,budget_spent,,,3250.00,\r
2024-04,all,budget_projected,,,3250.00,\r
";

#[tokio::test(flavor = "multi_thread")]
async fn a_month_costs_what_a_reader_adds_up() {
    let site = site().await;
    let report = |format: &str| site.run(["report", "--month", "2024-04", "--format", format]).is_done().out.clone();
    assert_eq!(report("csv"), APRIL);

    let story: Value = serde_json::from_str(&report("json")).unwrap();
    let of = &story["report"];
    assert_eq!((&of["month"], &of["isComplete"], &story["decimals"]), (&json!("2024-04"), &json!(true), &json!(2)));
    assert_eq!(of["total"], json!({ "bought": 550_000, "allocated": 325_000, "idle": 55_000, "saved": 30_000 }));
    assert_eq!((&of["budget"]["state"], &of["pools"][0]["idle"]["cost"]), (&json!("above"), &Value::Null));
    assert_eq!(story["savedByMonth"], json!([{ "month": "2024-04", "saved": 30_000 }]));

    let page = report("html").replace('\u{a0}', " ");
    for words in [
        "Licence cost in April 2024",
        "<b>EUR 3 250.00</b>",
        "They cost EUR 3 250.00, which is EUR 250.00 more.",
        "<td>EUR 2 000.00<small>66.66 seats on average</small></td>",
        "Analyzer: idle seats were counted for 0 % of the time.",
        "<svg ",
        "@page",
    ] {
        assert!(page.contains(words), "{words:?} in {page}");
    }
    assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"), "it stands alone");

    let out = site.path("april.html");
    site.run(["report", "--month", "2024-04", "--out", out.to_str().unwrap()]).is_done();
    assert!(std::fs::read_to_string(&out).unwrap().ends_with("</html>\n"));
    let config = site.config();
    site.run(["report", "--out", config.to_str().unwrap()]).fails(2, &["is read by this command"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_that_is_not_known_says_so() {
    let site = site().await;
    let report = |month: &str| site.run(["report", "--month", month]);
    // A count holds for a week, and no longer.
    let may = report("2024-05").is_done().out.replace('\u{a0}', " ");
    assert!(may.contains("Professional: 19 % of the time is known; the rest costs nothing here."), "{may}");
    let june = report("2024-06").is_done().out.clone();
    assert!(june.contains("Nothing was read in June 2024, so nothing is known of its cost."), "{june}");
    assert!(!june.contains("<svg") && !june.contains("EUR"), "{june}");
    report("2024-03").fails(2, &["nothing is known of 2024-03: readings begin in 2024-04"]);
    report("9998-12").fails(2, &["9998-12 has not begun"]);
    for hostile in
        ["2024-13", "../../etc/passwd", "<script>alert(1)</script>", "=1+1", "2024-04\u{1b}[2J", "", "٢٠٢٤-٠٤"]
    {
        report(hostile).fails(2, &["write a month such as 2026-10"]);
    }
    // The month before this one, of which nothing is known either, is what is reported by itself.
    assert!(site.run(["report"]).is_done().out.contains("so nothing is known of its cost."));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_prices_or_readings_there_is_no_report() {
    let mut site = serve(data(20), |_| {}).await;
    site.run(["report"]).fails(1, &["there is no ledger"]);
    site.plan();
    site.run(["report"]).fails(2, &["no prices: set `steward.cost`"]);
    assert_eq!(site.run(["status", "--format", "json"]).is_done().json()["cost"], Value::Null);
    site.add(COST);
    // Nothing but the running month was read.
    let page = site.run(["report"]).is_done().out.clone();
    assert!(page.contains("The month is not over"), "{page}");
    let status = site.run(["status"]).is_done().out.clone();
    for words in
        ["\nForecast\n", "there are readings of 1 day, and 28 are needed to see a trend", "so far, in EUR", "budget of"]
    {
        assert!(status.contains(words), "{words:?} in {status}");
    }
}

/// Released seats save until they are given out again, whoever reads when, and whatever is purged.
#[tokio::test(flavor = "multi_thread")]
async fn savings_begin_with_a_release_and_end_with_a_new_seat() {
    let mut site = crate::ledger::armed(60).await;
    site.add(COST);
    let (id, releases) = crate::ledger::planned(&site);
    assert!(releases.len() >= 3, "{releases:?}");
    crate::ledger::apply(&site, &[&id, "--first", "3"]);
    let saving = || {
        let status = site.run(["status", "--format", "json"]).is_done().json();
        let pools = status["cost"]["pools"].as_array().unwrap().clone();
        let counts = pools.iter().map(|pool| (pool["licenseType"].as_str().unwrap().to_owned(), &pool["savingNow"]));
        counts
            .map(|(kind, count)| (kind, count.as_u64().unwrap()))
            .filter(|(_, count)| *count > 0)
            .collect::<BTreeMap<_, _>>()
    };
    let before = saving();
    assert_eq!(before.values().sum::<u64>(), 3);
    assert_eq!(saving(), before, "read twice, counted once");

    let kind = before.keys().next().unwrap().clone();
    let (license_type, access_type) = match kind.as_str() {
        "analyzer" => (LicenseType::Analyzer, AccessType::Analyzer),
        _ => (LicenseType::Professional, AccessType::Professional),
    };
    let change = SeatChange {
        license_id: LicenseId::new("00000000-0000-4000-8000-00000000beef"),
        seat: KnownSeat { license_type, user_directory: "ACME".to_owned(), user_id: "newcomer".to_owned() },
        change: Change::Allocated,
    };
    let seats = SeatsRead { gone: Vec::new(), new: Vec::new(), changes: vec![change] };
    let (mut ledger, settings) = ledger(&site).await;
    let (counted, idle) = ([pool(access_type, 500, 100)], BTreeMap::new());
    let reading = |at: Instant, retention_days: Option<u32>| Reading {
        at,
        site: cycle::site_of(&settings),
        counted: &counted,
        seats: Some(&seats),
        idle: &idle,
        points: &[],
        retention_days,
    };
    // Stamped before what `status` read meanwhile, and written after it.
    let late = clock::now().minus_days(1).unwrap();
    ledger.record_reading(&reading(late, None)).await.unwrap();
    assert_eq!(saving().values().sum::<u64>(), 2);

    // Years later nothing is left of the readings, and what was saved is known all the same.
    let later = clock::now().plus_days(2000).unwrap();
    let nobody = Reading { seats: None, ..reading(later, Some(1)) };
    ledger.record_reading(&nobody).await.unwrap();
    let site_of = cycle::site_of(&settings);
    assert_eq!(ledger.cost_readings(site_of, late, later).await.unwrap(), []);
    let book = ledger.savings(site_of).await.unwrap();
    assert!(book.saving_now(LicenseType::Analyzer) + book.saving_now(LicenseType::Professional) == 2);
    assert!(book.seat_millis(later).len() > 60, "of each month");
    ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_and_the_metrics_say_the_same() {
    let mut site = crate::ledger::releasing(data(40), |_| {}).await;
    site.add(&tokens());
    site.add(COST);
    // The daemon purges what is older.
    site.add("  history:\n    retentionDays: 3650\n");
    april(&site).await;
    // Of the very first reading nobody knows yet for how long it holds.
    site.plan();
    let daemon = Daemon::start(&site).await;
    until(|| Client::of(&site).get("/readyz").status == 200).await;
    let client = Client::of(&site).with(VIEWER);

    let forecast = client.read("/forecast");
    let pools = forecast["pools"].as_array().unwrap();
    let kinds: Vec<&str> = pools.iter().map(|pool| pool["licenseType"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["analyzer", "professional"]);
    assert_eq!(
        pools[0]["forecast"],
        json!({ "kind": "no-forecast", "reason": "too-few-days", "days": 1, "needed": 28 })
    );
    assert!(pools[0]["text"].as_str().unwrap().starts_with("no forecast: "), "{forecast}");

    let april = client.read("/cost?month=2024-04");
    assert_eq!(april["report"]["total"]["allocated"], 325_000);
    assert_eq!((&april["decimals"], &april["problem"]), (&json!(2), &Value::Null));
    let months = april["months"].as_array().unwrap();
    assert_eq!(months[0], "2024-04");
    assert_eq!(client.read("/cost")["report"]["month"], *months.last().unwrap());
    client.get("/api/v1/cost?month=2024-03").refuses(404, &["nothing is known of 2024-03"]);
    client.get("/api/v1/cost?month=9998-01").refuses(404, &["nothing is known of 9998-01"]);
    client.get("/api/v1/cost?month=%3Cscript%3E").refuses(400, &["write it such as `2026-10`"]);
    client.get("/api/v1/cost?year=2024").refuses(400, &["year"]);
    Client::of(&site).get("/api/v1/cost").refuses(401, &[]);
    Client::of(&site).get("/api/v1/forecast").refuses(401, &[]);

    let metrics = String::from_utf8(client.get("/metrics").body).unwrap();
    for line in [
        "steward_forecast_known{license_type=\"analyzer\"} 0.0",
        "steward_cost_budget{currency=\"EUR\"} 3000.0",
        "steward_cost_month{license_type=\"professional\",kind=\"allocated\",currency=\"EUR\"}",
        "steward_cost_saved{currency=\"EUR\"} 300.0",
        "steward_saving_seats{license_type=\"professional\"} 0.0",
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
    assert!(!metrics.contains("steward_forecast_days{"), "{metrics}");
    daemon.stop().is_done();
}
