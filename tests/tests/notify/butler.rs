//! Butler's own webhooks and topics, in Butler's shapes.

use serde_json::{Value, json};
use steward::notify::{Content, LicenseNews, LicenseTopic, Sinks};

use crate::broker::{Broker, Reader};
use crate::hook::{Hook, status};
use crate::world::World;

fn butler(hook: &Hook, broker: u16) -> String {
    let cert = "cert: { enable: true, certCA: root.pem }";
    let monitor = "sendRecurring: { enable: true }, sendAlert: { enable: true }";
    let [status, put, alert] = ["/status?key=s3cret", "/put", "/alert"].map(|path| hook.url(path));
    format!(
        "webhookNotification:
  enable: true
  qlikSenseServerLicenseMonitor:
    rateLimit: 15
    webhooks:
      - {{ description: a, webhookURL: '{status}', httpMethod: GET, {cert} }}
      - {{ description: b, webhookURL: '{put}', httpMethod: PUT, {cert} }}
  qlikSenseServerLicenseExpiryAlert:
    rateLimit: 0
    webhooks: [ {{ webhookURL: '{alert}', httpMethod: POST, {cert} }} ]
mqttConfig: {{ enable: true, brokerHost: 127.0.0.1, brokerPort: {broker}, qlikSenseServerLicenseTopic: qlik/license, \
         qlikSenseServerLicenseExpireTopic: qlik/expire }}
qlikSenseLicense:
  serverLicenseMonitor:
    destination: {{ webhook: {{ enable: true, {monitor} }}, mqtt: {{ enable: true, {monitor} }} }}"
    )
}

fn news(topic: LicenseTopic) -> LicenseNews {
    let is_expired = topic == LicenseTopic::Expired;
    LicenseNews {
        topic,
        license_expired: Some(is_expired),
        expiry_date: "2026-10-31".to_owned(),
        days_until_expiry: Some(if is_expired { -3 } else { 26 }),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_and_topics_are_told_in_butlers_shapes() {
    let (hook, broker) = (Hook::new().await, Broker::new());
    let reader = Reader::new(&broker).await;
    let world = World::new("log: { enable: false }").butler(&butler(&hook, broker.plain().port()));
    let sinks = Sinks::of(&world.settings());
    let post = world.deliver();
    let recurring = ["butler-mqtt-status", "butler-webhook-status-1", "butler-webhook-status-2"];
    assert_eq!(sinks.addressees_of_license(LicenseTopic::Status), recurring);
    let of_alerts = ["butler-mqtt-expiry", "butler-webhook-expiry-1"];
    for topic in [LicenseTopic::Expired, LicenseTopic::Expiring] {
        assert_eq!(sinks.addressees_of_license(topic), of_alerts);
    }
    assert_eq!(sinks.addressees(&world.alert("id-1")), Vec::<String>::new());
    for topic in [LicenseTopic::Status, LicenseTopic::Expired, LicenseTopic::Expiring] {
        for sink in sinks.addressees_of_license(topic) {
            world.write(&sink, [(format!("{topic:?}").as_str(), Content::ServerLicense(news(topic)))]).await;
        }
        post.settled().await;
    }
    let mut requests = hook.requests();
    requests.sort_by_key(|request| (request.target.clone(), request.body.clone()));
    let seen: Vec<(&str, &str, Option<Value>)> = requests
        .iter()
        .map(|it| (it.method.as_str(), it.target.as_str(), (!it.body.is_empty()).then(|| it.json())))
        .collect();
    let about = |event: &str, expired: bool, days: i64| json!({ "event": event, "licenseExpired": expired, "expiryDateStr": "2026-10-31", "daysUntilExpiry": days });
    let query = "/status?key=s3cret&event=server+license+status&licenseExpired=false&expiryDateStr=2026-10-31&daysUntilExpiry=26";
    let expected = [
        ("POST", "/alert", Some(about("server license has expired alert", true, -3))),
        ("POST", "/alert", Some(about("server license about to expire alert", false, 26))),
        ("PUT", "/put", Some(about("server license status", false, 26))),
        ("GET", query, None),
    ];
    assert_eq!(seen.len(), expected.len(), "{seen:#?}");
    for wanted in &expected {
        assert!(seen.contains(wanted), "{wanted:?} in {seen:#?}");
    }
    let heard = reader.until(3).await;
    let status = json!({ "licenseExpired": false, "expiryDateStr": "2026-10-31", "daysUntilExpiry": 26 });
    assert_eq!(
        (heard[0].0.as_str(), serde_json::from_str::<Value>(&heard[0].1).expect("JSON")),
        ("qlik/license", status)
    );
    for (index, words) in [(1, "has expired"), (2, "will expire in 26 days")] {
        assert_eq!(heard[index].0, "qlik/expire");
        assert!(heard[index].1.contains(words) && heard[index].1.contains("2026-10-31"), "{heard:?}");
    }
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_too_soon_waits() {
    let hook = Hook::new().await;
    let world = World::new("log: { enable: false }").butler(&butler(&hook, 1));
    let post = world.deliver();
    let sink = "butler-webhook-status-2";
    for id in ["id-1", "id-2"] {
        world.write(sink, [(id, Content::ServerLicense(news(LicenseTopic::Status)))]).await;
    }
    for (seconds, requests) in [(0, 1), (14, 1), (1, 2)] {
        world.pass(std::time::Duration::from_secs(seconds));
        post.settled().await;
        assert_eq!(hook.requests().len(), requests, "after {seconds} s more");
    }
    hook.next([status(503)]);
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn switches_decide_who_is_told() {
    let hook = Hook::new().await;
    let whole = butler(&hook, 1883);
    let names = |text: &str| -> Vec<String> {
        let settings = World::new("log: { enable: false }").butler(text).settings();
        Sinks::of(&settings).describe().into_iter().map(|sink| sink.name).collect()
    };
    assert_eq!(names(&whole).len(), 5);
    assert_eq!(
        names(&whole.replace("webhookNotification:\n  enable: true", "webhookNotification:\n  enable: false")),
        ["butler-mqtt-expiry", "butler-mqtt-status"]
    );
    assert_eq!(names(&whole.replace("mqttConfig: { enable: true", "mqttConfig: { enable: false")).len(), 3);
    assert_eq!(
        names(&whole.replace("sendRecurring: { enable: true }", "sendRecurring: { enable: false }")),
        ["butler-mqtt-expiry", "butler-webhook-expiry-1"]
    );
    assert_eq!(names(&whole.replace("sendAlert: { enable: true }", "sendAlert: {}")).len(), 3);
    assert!(
        names(
            &whole
                .replace("webhook: { enable: true", "webhook: { enable: false")
                .replace("mqtt: { enable: true", "mqtt: { enable: false")
        )
        .is_empty()
    );
}
