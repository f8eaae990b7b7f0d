//! Lists, filters, order, counts, tables and selections.

use reqwest::Method;
use serde_json::{Value, json};
use steward_fake_qrs::filter::{Collections, Precedence};
use steward_fake_qrs::options::OverviewSource;
use steward_fake_qrs::{Era, LicenseModel};

use crate::harness::{Site, small_site};

#[tokio::test]
async fn passes_loaded_records_through_untouched() {
    let site = Site::small().await;
    let data = small_site();
    assert_eq!(site.get_json("/qrs/user/full").await, Value::Array(data.users.clone()));
    assert_eq!(
        site.get_json("/QRS/License/AnalyzerAccessType/FULL").await,
        Value::Array(data.analyzeraccesstype.clone())
    );
    assert_eq!(site.get_json("/qrs/license/professionalaccesstype/full").await, json!([]));
    let one = site.get_json("/qrs/license/analyzeraccesstype/A0000000-0000-4000-8000-000000000001").await;
    assert_eq!(one, data.analyzeraccesstype[0]);
    assert_eq!(site.get("/qrs/license/analyzeraccesstype/a0000000-0000-4000-8000-999999999999").await.0, 404);
}

#[tokio::test]
async fn shows_only_ids_of_seats_in_the_condensed_list() {
    let site = Site::small().await;
    let seats = site.get_json("/qrs/license/analyzeraccesstype").await;
    assert_eq!(seats[0], json!({"id": "a0000000-0000-4000-8000-000000000001", "privileges": null}));
    let users = site.get_json("/qrs/user?privileges=TRUE").await;
    assert_eq!(users[0]["privileges"][0], "create");
    assert_eq!(users[0]["userId"], "r&d");
    assert!(users[0].get("tags").is_none());
    assert_eq!(site.get_json("/qrs/user/count").await, json!({"value": 4}));
    assert_eq!(site.get_json("/qrs/tag/full").await[0]["name"], "keep");
    assert_eq!(site.get_json("/qrs/servernodeconfiguration/full").await[0]["isCentral"], true);
}

#[tokio::test]
async fn filters_as_the_service_does() {
    let site = Site::small().await;
    for (filter, count) in [
        ("userDirectory eq 'acme'", 4),
        ("name eq 'R&D'", 1),
        (r"name eq 'O\'Brien'", 1),
        (r"userId eq 'a\\b'", 1),
        ("name sw 'ü'", 1),
        ("tags.name eq 'KEEP'", 1),
        ("inactive eq True or tags.name eq 'keep'", 2),
        ("id eq e0000000-0000-4000-8000-000000000001 or id eq E0000000-0000-4000-8000-000000000004", 2),
    ] {
        assert_eq!(site.fitting("/qrs/user/full", filter).await, count, "{filter}");
    }
    for (filter, count) in [
        ("lastUsed le '2025-01-01T00:00:00.000Z'", 2),
        ("lastUsed gt '2025/01/01'", 1),
        ("user.userDirectory eq 'ACME' and quarantined eq false", 2),
        ("user eq null", 1),
    ] {
        assert_eq!(site.fitting("/qrs/license/analyzeraccesstype/full", filter).await, count, "{filter}");
    }
}

#[tokio::test]
async fn refuses_bad_filters_with_the_exact_texts() {
    let site = Site::small().await;
    for filter in ["'", "name eq ''O'", "name eq \"x\"", "id eq 'e0000000-0000-4000-8000-000000000001'", "name"] {
        let (status, text) = site.filtered("/qrs/user/full", filter).await;
        assert_eq!((status.as_u16(), text), (400, format!("Cannot parse the expression: {filter}")));
    }
    assert_eq!(
        site.filtered("/qrs/user", "()").await,
        (reqwest::StatusCode::BAD_REQUEST, "Invalid expression".to_owned())
    );
    let (status, text) = site.get("/qrs/user?filter=name%20eq%20'R&D'").await;
    assert_eq!((status.as_u16(), text.as_str()), (400, "Missing parameter value(s)"));
    assert_eq!(site.filtered("/qrs/user/count", "shoeSize eq 4").await.0, 400);
}

#[tokio::test]
async fn reads_ambiguous_filters_by_the_switches() {
    let mixed = "name eq 'R&D' or tags.name eq 'keep' and inactive eq true";
    let elements = "tags.name eq 'keep' and tags.id eq 5a7e0002-3c1f-4f0e-9a55-0d2b7e6f1002";
    for (precedence, collections, zone, counts) in [
        (Precedence::AndFirst, Collections::AnyElement, 0, [1, 1, 1]),
        (Precedence::LeftToRight, Collections::SameElement, 60, [0, 0, 0]),
    ] {
        let site = Site::with(|options| {
            options.filter.precedence = precedence;
            options.filter.collections = collections;
            options.filter.naive_date_zone_minutes = zone;
            let other = json!({"id": "5a7e0002-3c1f-4f0e-9a55-0d2b7e6f1002", "name": "other"});
            options.data.users[1]["tags"].as_array_mut().unwrap().push(other);
        })
        .await;
        let found = [
            site.fitting("/qrs/user", mixed).await,
            site.fitting("/qrs/user", elements).await,
            site.fitting("/qrs/license/analyzeraccesstype", "lastUsed eq '2025-06-14 09:00:00'").await,
        ];
        assert_eq!(found, counts);
    }
}

#[tokio::test]
async fn sorts_by_several_members() {
    let site = Site::small().await;
    let names = |users: Value| -> Vec<String> {
        users.as_array().unwrap().iter().map(|user| user["name"].as_str().unwrap().to_owned()).collect()
    };
    let sorted = site.get_json("/qrs/user/full?orderby=inactive%20DESC,name").await;
    assert_eq!(names(sorted), ["Ünï ©ode", "O'Brien", "Plain Person", "R&D"]);
    assert_eq!(site.get("/qrs/user?orderby=name%20upwards").await.0, 400);
}

#[tokio::test]
async fn pages_through_a_table() {
    let site = Site::small().await;
    let body = json!({"entity": "License.AnalyzerAccessType", "columns": [
        {"name": "id", "columnType": "Property", "definition": "id"},
        {"Name": "who", "columntype": "property", "Definition": "USER.name"},
        {"name": "n", "columnType": "Function", "definition": "Count(user.name)"},
    ]});
    let path = "/qrs/license/analyzeraccesstype/table?sortColumn=id&orderAscending=false&skip=1&take=1";
    let (status, text) = site.send(Method::POST, path, &body).await;
    let table: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(status, 201);
    assert_eq!(table["columnNames"], json!(["id", "who", "n"]));
    assert_eq!(table["rows"], json!([["a0000000-0000-4000-8000-000000000002", "O'Brien", 1]]));
}

#[tokio::test]
async fn works_on_selections() {
    let site = Site::small().await;
    let items = json!({"items": [
        {"type": "License.AnalyzerAccessType", "objectID": "a0000000-0000-4000-8000-000000000003"},
    ]});
    let (status, text) = site.send(Method::POST, "/qrs/Selection", &items).await;
    assert_eq!(status, 201);
    let id = serde_json::from_str::<Value>(&text).unwrap()["id"].as_str().unwrap().to_owned();
    let rows = site.get_json(&format!("/qrs/selection/{id}/license/analyzeraccesstype/full")).await;
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(site.delete(&format!("/qrs/selection/{id}/license/analyzeraccesstype")).await, 204);
    assert_eq!(site.get_json("/qrs/license/analyzeraccesstype/count").await["value"], 2);
    assert_eq!(site.delete(&format!("/qrs/selection/{id}")).await, 204);
    assert_eq!(site.get(&format!("/qrs/selection/{id}")).await.0, 404);
    let (status, text) = site.send(Method::POST, "/qrs/selection/user?filter=inactive%20eq%20true", &json!({})).await;
    assert_eq!(status, 201);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn computes_the_overview_from_the_rows() {
    let site = Site::small().await;
    let overview = site.get_json("/qrs/license/accesstypeoverview").await;
    let analyzer = json!({"enabled": true, "total": 4, "allocated": 3, "used": 2, "quarantined": 0, "excess": 0,
        "available": 1, "schemaPath": "AccessTypeOverview.Details"});
    assert_eq!(overview["analyzerAccess"], analyzer);
    assert_eq!(site.get_json("/qrs/license/accesstypeinfo").await["analyzerAccessType"]["allocatedTokens"], 3);
    let site = Site::with(|options| options.overview = OverviewSource::Inconsistent { missing_rows: 9 }).await;
    assert_eq!(site.get_json("/qrs/license/accesstypeoverview").await["analyzerAccess"]["allocated"], 12);
}

#[tokio::test]
async fn answers_a_given_overview_as_it_is() {
    let given =
        json!({"analyzerAccess": {"enabled": true, "total": "many", "allocated": 70.5, "available": 3}, "x": []});
    let site = Site::with(|options| options.data.accesstypeoverview = Some(given.clone())).await;
    assert_eq!(site.get_json("/qrs/license/accesstypeoverview").await, given);
    assert_eq!(site.delete("/qrs/license/analyzeraccesstype/a0000000-0000-4000-8000-000000000002").await, 204);
    let after = site.get_json("/qrs/license/accesstypeoverview").await;
    assert_eq!(
        (&after["analyzerAccess"]["allocated"], &after["analyzerAccess"]["available"]),
        (&json!(69.5), &json!(4))
    );
}

#[tokio::test]
async fn drops_what_older_releases_did_not_have() {
    let site = Site::with(|options| options.era = Era::Y2018).await;
    let overview = site.get_json("/qrs/license/accesstypeoverview").await;
    assert!(overview.get("analyzerTimeAccess").is_none() && overview["analyzerAccess"].get("excess").is_none());
    let seat = &site.get_json("/qrs/license/analyzeraccesstype/full").await[0];
    assert!(seat.get("excess").is_none() && seat["user"].get("userDirectoryConnectorName").is_none());
}

#[tokio::test]
async fn shows_the_licence_of_the_model() {
    for (model, license) in [
        (LicenseModel::Unlicensed, Value::Null),
        (LicenseModel::Expired, json!(true)),
        (LicenseModel::Signed, Value::Null),
    ] {
        let site = Site::with(|options| options.model = model).await;
        let answer = site.get_json("/qrs/license").await;
        assert_eq!(answer.is_null(), model == LicenseModel::Unlicensed);
        assert_eq!(answer["isExpired"], license);
    }
}
