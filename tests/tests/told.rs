//! What people are told over a simulated quarter: each planted trouble once and at the right reading, and no seat goes
//! whose owner was not told in time.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use steward::config::Settings;
use steward::{arming, cycle};
use steward_core::instant::{Instant, MS_PER_DAY};
use steward_fake_qrs::{Fault, FaultRule, FaultScript, LicenseModel, Totals};
use steward_tests::receiver::{Hook, Mail, Mailbox};
use steward_tests::simulated::{World, plus_minutes as plus, utc};

const START: &str = "2026-03-02T00:00:00Z";
const SEATS: usize = 120;
/// As the double's settings say.
const READ_EVERY_MS: i64 = 6 * 60 * 60 * 1000;

fn start() -> Instant {
    Instant::parse(START).unwrap()
}

fn day(days: f64) -> Instant {
    #[expect(clippy::cast_possible_truncation, reason = "minutes of a quarter")]
    let minutes = (days * 24.0 * 60.0) as i64;
    plus(start(), minutes)
}

fn seats_of(world: &World, kind: &str) -> i64 {
    let data = world.qrs.data();
    let rows = if kind == "professional" { data.professionalaccesstype } else { data.analyzeraccesstype };
    let counted = rows.iter().filter(|row| row["quarantined"] != json!(true));
    i64::try_from(counted.count()).unwrap()
}

/// What was said about a rule: the kind, and when.
fn said(received: &[Value], rule: &str, subject: &str) -> Vec<(String, Instant)> {
    let of_rule = received.iter().filter(|message| message["rule"] == rule && message["subject"] == subject);
    let told = of_rule.map(|message| {
        let at = Instant::parse(message["at"].as_str().unwrap()).unwrap();
        (message["kind"].as_str().unwrap().to_owned(), at)
    });
    told.collect()
}

/// It fired and was over so often, each time within these days, whatever was repeated in between.
#[track_caller]
fn fired(received: &[Value], rule: &str, subject: &str, times: &[[f64; 4]]) {
    let told = said(received, rule, subject);
    let once: Vec<&(String, Instant)> =
        told.iter().filter(|(kind, _)| kind == "firing" || kind == "resolved").collect();
    assert_eq!(once.len(), times.len() * 2, "{rule}:{subject} {told:?}");
    for ([fired_from, fired_to, over_from, over_to], pair) in times.iter().zip(once.chunks(2)) {
        let [(firing, fired_at), (resolved, over_at)] = pair else { unreachable!() };
        assert_eq!((firing.as_str(), resolved.as_str()), ("firing", "resolved"), "{rule}:{subject} {told:?}");
        assert!(
            (day(*fired_from)..=day(*fired_to)).contains(fired_at)
                && (day(*over_from)..=day(*over_to)).contains(over_at),
            "{rule}:{subject} {told:?}"
        );
    }
}

async fn pause(world: &World, now: Instant, is_pause: bool) {
    let settings = Settings::load(&world.config()).unwrap().settings;
    let mut ledger = cycle::open_ledger(&settings, &move || now).await.unwrap();
    let said = if is_pause {
        arming::pause(&mut ledger, "test", None, now).await
    } else {
        arming::resume(&mut ledger, "test", None, now).await
    };
    assert!(said.unwrap());
    ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_of_planted_troubles_is_told_once_each() {
    let hook = Hook::start();
    let own = format!(
        "  http:\n    enable: false\n  notify:\n    site: Quarter\n    log: {{ enable: false }}\n    webhooks:\n      \
         - name: quarter\n        url: {}\n        tells: {{ maxPerHour: 10000 }}\n",
        hook.url()
    );
    let world = World::new(LicenseModel::Signed, SEATS, start(), &[], &own).await;
    let (config, good) = (world.config(), std::fs::read_to_string(world.config()).unwrap());
    let professional = seats_of(&world, "professional");
    let roomy = Totals {
        professional: Some(professional * 2),
        analyzer: Some(seats_of(&world, "analyzer") * 2),
        ..Totals::default()
    };
    world.qrs.edit(|data| data.totals = Some(roomy));

    let timer = world.timer(move |qrs, at| {
        qrs.clock().set(utc(at));
        let is_within = |from: f64, to: f64| (day(from)..day(to)).contains(&at);
        // A weekend without the service.
        let rule =
            FaultRule { method: None, path: Some("*".to_owned()), nth: 1, times: None, action: Fault::Unavailable };
        let rules = if is_within(10.0, 12.5) { vec![rule] } else { Vec::new() };
        qrs.set_faults(FaultScript { rules });
        // Ten days at the threshold: now on this side of it, now on that; then three with more seats than there are.
        let is_odd_reading = at.millis() / READ_EVERY_MS % 2 == 1;
        let few = Totals { professional: Some(professional * 100 / 97), ..roomy };
        let enough = Totals { professional: Some(professional * 100 / 91), ..roomy };
        let totals = match () {
            () if is_within(20.0, 30.0) && is_odd_reading => few,
            () if is_within(20.0, 30.0) => enough,
            () if is_within(40.0, 43.0) => Totals { professional: Some(professional - 2), ..roomy },
            () => roomy,
        };
        qrs.edit(|data| {
            data.totals = Some(totals);
            let details = data.license["keyDetails"].as_str().unwrap().to_owned();
            let kept: Vec<&str> = details.lines().filter(|line| !line.starts_with("Valid To")).collect();
            let end = if at < day(80.0) { "2026-06-30" } else { "2028-06-30" };
            data.license["keyDetails"] = json!(format!("{}\nValid To: {end}  12:00:00 AM", kept.join("\n")));
        });
        // An editor that left a mess for two days.
        let text = if is_within(50.0, 52.0) { "steward: [\n" } else { &good };
        if std::fs::read_to_string(&config).unwrap() != text {
            std::fs::write(&config, text).unwrap();
        }
    });
    world.work(&timer, day(60.0)).await;
    pause(&world, day(60.0), true).await;
    world.work(&timer, day(70.0)).await;
    pause(&world, day(70.0), false).await;
    world.work(&timer, day(91.0)).await;

    let received = hook.received();
    // Six hours lie between two readings, and a step is taken at each hour.
    fired(&received, "run-failed", "monitor", &[[10.0, 10.4, 12.5, 13.0]]);
    fired(&received, "data-stale", "", &[[10.75, 11.05, 12.5, 12.8]]);
    fired(&received, "low-availability", "professional", &[[20.0, 20.6, 30.0, 32.0], [40.0, 40.4, 43.0, 47.5]]);
    fired(&received, "excess-seats", "professional", &[[40.0, 40.4, 43.0, 45.0]]);
    fired(&received, "settings-broken", "", &[[50.0, 50.3, 52.0, 52.3]]);
    fired(&received, "paused-long", "", &[[67.0, 67.2, 70.0, 70.2]]);
    // Sixty days before the thirtieth of June, and until it was renewed.
    fired(&received, "server-license-expiring", "", &[[60.0, 62.1, 80.0, 81.2]]);
    for rule in
        ["policy-fault", "server-license-expired", "server-license-unknown", "no-successful-run", "sink-failing"]
    {
        assert_eq!(received.iter().filter(|message| message["rule"] == rule).count(), 0, "{rule}");
    }
    let mut ids = BTreeMap::new();
    for message in &received {
        *ids.entry(message["id"].as_str().unwrap()).or_insert(0) += 1;
        assert_eq!(message["site"], "Quarter");
    }
    assert!(ids.values().all(|times| *times == 1), "a message was sent twice though it was taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_notices_on_no_seat_goes_whose_owner_was_not_told_in_time() {
    const DAYS: i64 = 10;
    let mailbox = Mailbox::start();
    let own = format!(
        "  http:\n    enable: false\n  notify:\n    log: {{ enable: false }}\n    mailServer:\n      host: 127.0.0.1\n      \
         port: {}\n      encryption: none\n      from: Steward <steward@acme.test>\n  notices:\n    enable: true\n    \
         days: {DAYS}\n    withoutAddress: keep\n  digest:\n    enable: true\n    to: [admins@acme.test]\n  cost:\n    \
         currency: EUR\n    prices: [{{ licenseType: professional, perSeatMonth: \"40\" }}]\n",
        mailbox.address().port()
    );
    let changes = [("dryRun: true\n      frequency: every 24 hours", "dryRun: false\n      frequency: every 24 hours")];
    let world = World::new(LicenseModel::Signed, SEATS, start(), &changes, &own).await;
    let mut life = world.qrs.life(4);
    let timer = world.timer(move |_, at| life.until(utc(at)));
    let is_digest = |mail: &Mail| mail.to == ["admins@acme.test"];
    // A first plan, which nobody has armed.
    world.work(&timer, day(1.2)).await;
    assert!(mailbox.received().iter().all(is_digest), "somebody was told before anybody armed");
    world.arm(&timer).await;
    world.work(&timer, day(40.0)).await;

    let settings = Settings::load(&world.config()).unwrap().settings;
    let mut ledger = cycle::open_ledger(&settings, timer.clock()).await.unwrap();
    let accounts = ledger.accounts().await.unwrap();
    let mut told: BTreeMap<_, Vec<(Instant, Instant)>> = BTreeMap::new();
    let mut after = 0;
    loop {
        let entries = ledger.entries(after).await.unwrap();
        let Some(last) = entries.last() else { break };
        after = last.seq;
        for entry in &entries {
            let body: Value = serde_json::from_str(&entry.body).unwrap();
            if body["type"] == "notice-sent" {
                for seat in body["seats"].as_array().unwrap() {
                    let since = Instant::parse(seat["idleSince"].as_str().unwrap()).unwrap();
                    told.entry(seat["person"].as_str().unwrap().to_owned()).or_default().push((entry.at, since));
                }
            }
        }
    }
    let mut taken = 0;
    for (seat, state) in ledger.state().runs().values().flat_map(|run| run.seats.values()) {
        let Some(at) = state.released_at().filter(|_| state.is_taken()) else { continue };
        taken += 1;
        let notices = told.get(&seat.person.to_string());
        let in_time = |(told_at, _): &(Instant, Instant)| at.millis_since(*told_at) >= DAYS * MS_PER_DAY;
        assert!(
            notices.is_some_and(|notices| notices.iter().any(in_time)),
            "{:?} lost a seat at {at} and was told at {notices:?}",
            accounts.get(&seat.person)
        );
    }
    ledger.close().await;
    assert!(taken > 3, "{taken} seats were taken");
    let (digests, mails): (Vec<_>, Vec<_>) = mailbox.received().into_iter().partition(is_digest);
    // Six Mondays: the second of March is the first of them.
    assert_eq!(digests.len(), 6, "{digests:?}");
    let all = digests.iter().map(|mail| mail.text.as_str()).collect::<String>();
    for words in ["Alerts", "Pools", "Forecast", "EUR", "Released", "by the rule", "What comes next", "text/html"] {
        assert!(all.contains(words), "{words} in {all}");
    }
    assert_eq!(mails.len(), told.values().flatten().count(), "each mail has its proof");
    for mail in &mails {
        assert!(mail.to.len() == 1 && mail.to.iter().all(|to| to.ends_with("@acme.test")), "{mail:?}");
        assert!(mail.text.contains("log in to Qlik Sense once"), "{mail:?}");
    }
}
