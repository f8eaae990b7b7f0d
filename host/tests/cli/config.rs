//! `steward config`: the schema, and the settings in force.

use serde_json::{Value, json};

use crate::site::{site, steward};

const TYPES: [&str; 7] = ["null", "boolean", "object", "array", "number", "integer", "string"];

/// Every word of the schema that has a fixed form has it.
fn check_schema(schema: &Value, place: &str) {
    let Value::Object(words) = schema else {
        assert!(schema.is_boolean(), "{place}: {schema}");
        return;
    };
    if let Some(kind) = words.get("type") {
        let kinds = if let Value::Array(list) = kind { list.clone() } else { vec![kind.clone()] };
        assert!(kinds.iter().all(|kind| TYPES.contains(&kind.as_str().unwrap())), "{place}: {kind}");
    }
    assert!(!words.contains_key("$ref"), "{place}: everything is written out in place");
    for (name, property) in words.get("properties").and_then(Value::as_object).into_iter().flatten() {
        assert!(
            property["description"].is_string() || property["properties"].is_object(),
            "{place}.{name} says nothing"
        );
        check_schema(property, &format!("{place}.{name}"));
    }
    for name in ["items", "additionalProperties"] {
        if let Some(inner) = words.get(name) {
            check_schema(inner, &format!("{place}.{name}"));
        }
    }
    for name in ["anyOf", "oneOf", "allOf"] {
        for inner in words.get(name).and_then(Value::as_array).into_iter().flatten() {
            check_schema(inner, &format!("{place}.{name}"));
        }
    }
}

#[test]
fn the_schema_is_a_json_schema_that_describes_every_setting() {
    let schema = steward(["config", "schema"]).is_done().json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    check_schema(&schema, "");
    for pointer in [
        "/properties/Butler/properties/configQRS/properties/host",
        "/properties/Butler/properties/qlikSenseLicense/properties/licenseRelease/properties/neverRelease/properties/tag",
        "/properties/steward/properties/qrs/properties/serverName",
        "/properties/steward/properties/guard/properties/maxReleasePercent",
    ] {
        assert!(schema.pointer(pointer).is_some(), "{pointer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_what_is_in_force_and_hides_what_is_secret() {
    let mut site = site(1).await;
    site.set(&[
        ("    clientCertCA: root.pem\n", "    clientCertCA: root.pem\n    clientCertPassphrase: geheim-1\n"),
        ("          value: UserDirectory=Internal;UserId=sa_repository\n", "          value: UserDirectory=Internal;UserId=sa_repository\n        - name: Authorization\n          value: geheim-2\n"),
        ("Butler:\n", "Butler:\n  influxDb:\n    enable: true\n    hostIP: influx.acme.test\n    version: 2\n    v2Config: {org: o, bucket: b, token: geheim-3}\n  logLevel: info\n"),
    ]);
    let yaml = site.run(["config", "show"]);
    let json = site.run(["config", "show", "--format", "json"]);
    for run in [&yaml, &json] {
        assert!(!run.is_done().out.contains("geheim") && !run.err.contains("geheim"), "{run:?}");
        assert!(run.out.contains("***"), "{run:?}");
        assert!(run.err.contains("note: sections passed over") && run.err.contains("logLevel"), "{run:?}");
    }
    let shown = json.json();
    // Defaults are filled in, what follows from others too.
    assert_eq!(shown["steward"]["qrs"]["verify"], "full");
    assert_eq!(shown["steward"]["guard"]["minIdleDays"], 7);
    assert_eq!(
        shown["Butler"]["configQRS"]["headers"]["static"][0]["value"],
        "UserDirectory=Internal;UserId=sa_repository"
    );
    assert_eq!(shown["Butler"]["configQRS"]["headers"]["static"][1]["value"], "***");
    assert_eq!(
        shown["Butler"]["qlikSenseLicense"]["licenseRelease"]["neverRelease"]["userDirectory"],
        json!(["INTERNAL", "ADMIN"])
    );

    // What is shown is a settings file again, but for the secrets.
    let again = site.write("again.yaml", &yaml.out);
    let run = steward(["config", "show", "--format", "json", "--config", again.to_str().unwrap()]);
    assert_eq!(run.is_done().json(), shown);
}
