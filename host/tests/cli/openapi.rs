//! The description of the HTTP API that is checked in.

use serde_json::Value;

fn checked_in() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    std::fs::read_to_string(path).unwrap_or_default()
}

#[test]
fn the_description_that_is_checked_in_is_what_the_program_says() {
    let said = crate::site::steward(["config", "api"]).is_done().out.clone();
    assert!(
        said == checked_in(),
        "docs/openapi.json is stale: run `cargo run -p steward -- config api > docs/openapi.json`"
    );
}

/// Every reference leads somewhere, every operation has a name of its own, and says what may go wrong.
#[test]
fn the_description_is_whole() {
    let document: Value = serde_json::from_str(&checked_in()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        assert!(path.starts_with("/api/v1/"), "{path}");
        for (method, operation) in operations.as_object().unwrap() {
            ids.push(operation["operationId"].as_str().unwrap().to_owned());
            let is_open = operation["security"].as_array().is_some_and(Vec::is_empty);
            let open = ["/api/v1/openapi.json", "/api/v1/sign-in"];
            assert_eq!(is_open, open.contains(&path.as_str()), "{method} {path}");
            // A sign-in link that is not good is refused like a token.
            let may_refuse = !is_open || path == "/api/v1/sign-in";
            assert_eq!(operation["responses"]["401"].is_object(), may_refuse, "{method} {path}");
            assert!(operation["summary"].is_string() && operation["responses"]["429"].is_object(), "{method} {path}");
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "two operations have one name");
    leads_somewhere(&document, &document);
}

fn leads_somewhere(document: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                let pointer = reference.strip_prefix('#').unwrap();
                assert!(document.pointer(pointer).is_some(), "{reference}");
            }
            members.values().for_each(|inner| leads_somewhere(document, inner));
        }
        Value::Array(items) => items.iter().for_each(|inner| leads_somewhere(document, inner)),
        _ => {}
    }
}
