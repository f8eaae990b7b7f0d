//! The control port.

use serde_json::{Value, json};
use steward_fake_qrs::options::loopback;

use crate::harness::Site;

#[tokio::test]
async fn moves_the_clock_plays_faults_and_reads_the_journal() {
    let site = Site::with(|options| options.control = Some(loopback())).await;
    let control = format!("http://{}", site.fake.control_address().unwrap());
    let url = |path: &str| format!("{control}{path}");
    let client = &site.client;

    let clock = client.post(url("/clock")).json(&json!({"advanceSeconds": 86_400})).send().await.unwrap();
    let clock: Value = clock.json().await.unwrap();
    assert!(clock["now"].as_str().unwrap().starts_with("2025-06-17T09:00:0"));
    assert_eq!(client.post(url("/clock")).body("{}").send().await.unwrap().status(), 400);

    let script = json!({"rules": [{"path": "/qrs/about", "action": {"kind": "status", "status": 418}}]});
    assert_eq!(client.put(url("/faults")).json(&script).send().await.unwrap().status(), 204);
    assert_eq!(site.get("/qrs/about").await.0, 418);
    assert_eq!(client.delete(url("/faults")).send().await.unwrap().status(), 204);
    assert_eq!(site.get("/qrs/about").await.0, 200);
    let refused = client.put(url("/faults")).body("{\"rules\":[{}]}").send().await.unwrap();
    assert_eq!(refused.status(), 400);
    assert!(refused.text().await.unwrap().contains("action"));

    let journal: Value = client.get(url("/journal")).send().await.unwrap().json().await.unwrap();
    assert_eq!(journal.as_array().unwrap().len(), 2);
    assert_eq!(journal[0]["newConnection"], true);
    assert_eq!(client.delete(url("/journal")).send().await.unwrap().status(), 204);
    assert_eq!(site.fake.journal(), []);

    let login = client.post(url("/login")).json(&json!({"user": "ACME\\r&d"})).send().await.unwrap();
    assert_eq!(login.json::<Value>().await.unwrap()["seat"], "License.AnalyzerAccessType");
    let mut data: Value = client.get(url("/data")).send().await.unwrap().json().await.unwrap();
    data["users"] = json!([]);
    assert_eq!(client.put(url("/data")).json(&data).send().await.unwrap().status(), 204);
    assert_eq!(site.get_json("/qrs/user/full").await, json!([]));
    assert_eq!(client.get(url("/elsewhere")).send().await.unwrap().status(), 404);
    site.fake.stop().await;
}
