//! From a request to a reply: which path does what.
//!
//! By now the caller is known and has passed the checks of the door; time is an argument. Paths that the double does
//! not imitate (rule audit, notifications, other resources) answer 404, as an unknown path of the service does.

mod list;
mod records;
mod selections;
mod tables;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::entity::{self, ENTITIES};
use crate::filter::{FilterError, FilterSemantics};
use crate::options::DeleteQuarantined;
use crate::store::{Account, Store};
use crate::wire::reply::Reply;
use crate::wire::request::Request;

/// What a route may look at besides the request and the store.
#[derive(Clone, Debug)]
pub struct Context {
    pub caller: Account,
    /// Without rights lists are empty and single records forbidden, as security rules make them.
    pub sees_everything: bool,
    pub now: DateTime<Utc>,
    pub filter: FilterSemantics,
    pub delete_quarantined: DeleteQuarantined,
}

/// Answers a request below `/qrs`.
pub fn answer(store: &mut Store, request: &Request, context: &Context) -> Reply {
    store.pass_time(context.now);
    if request.query.has_bare_name {
        return Reply::text(400, "Missing parameter value(s)");
    }
    let Some((first, path)) = request.segments.split_first() else { return not_found() };
    if first != "qrs" {
        return not_found();
    }
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    match (request.method.as_str(), names.as_slice()) {
        ("GET", ["about"]) => Reply::json(200, &about()),
        ("GET", ["license"]) => Reply::json(200, &store.license()),
        ("GET", ["license", "accesstypeoverview"]) => Reply::json(200, &store.overview()),
        ("GET", ["license", "accesstypeinfo"]) => Reply::json(200, &old_overview(&store.overview())),
        (_, ["about" | "license"] | ["license", "accesstypeoverview" | "accesstypeinfo"]) => wrong_method(),
        (_, ["selection", ..]) => selections::answer(store, request, context, &path[1..]),
        _ => match entity::find(path) {
            Some((number, rest)) => on_entity(store, request, context, number, rest),
            None => not_found(),
        },
    }
}

fn on_entity(store: &mut Store, request: &Request, context: &Context, number: usize, rest: &[String]) -> Reply {
    let names: Vec<&str> = rest.iter().map(String::as_str).collect();
    match (request.method.as_str(), names.as_slice()) {
        ("GET", []) => list::condensed(store, request, context, number),
        ("GET", ["full"]) => list::full(store, request, context, number),
        ("GET", ["count"]) => list::count(store, request, context, number),
        ("POST", ["table"]) => tables::answer(store, request, context, number),
        ("GET", [id]) => records::one(store, request, context, number, id),
        (_, [] | [_]) if !context.sees_everything => forbidden(),
        ("POST", []) => records::create(store, request, context, number),
        ("POST", ["many"]) => records::create_many(store, request, context, number),
        ("PUT", [id]) => records::update(store, request, context, number, id),
        ("DELETE", [id]) => records::delete(store, context, number, id),
        (_, [] | [_]) => wrong_method(),
        _ => not_found(),
    }
}

fn about() -> Value {
    json!({
        "buildVersion": "45.12.3.0", "buildDate": "9/20/2013 10:09:00 AM", "databaseProvider": "Devart.Data.PostgreSql",
        "nodeType": 1, "sharedPersistence": true, "requiresBootstrap": false, "singleNodeOnly": false,
        "schemaPath": "About",
    })
}

/// The overview as servers before 2018 had it.
fn old_overview(overview: &Value) -> Value {
    let mut old = json!({"totalTokens": overview["totalTokens"], "availableTokens": overview["availableTokens"]});
    for (name, pool, suffix, rest) in [
        ("userAccessType", "userAccess", "Tokens", "quarantinedTokens"),
        ("loginAccessType", "loginAccess", "Tokens", "unavailableTokens"),
        ("professionalAccessType", "professionalAccess", "", "quarantinedTokens"),
        ("analyzerAccessType", "analyzerAccess", "", "quarantinedTokens"),
    ] {
        let from = |member: &str| overview[pool][member].clone();
        let rest_from = if suffix.is_empty() { "quarantined" } else { rest };
        old[name] = json!({
            "tokenCost": from("tokenCost").as_f64().unwrap_or(0.0), "allocatedTokens": from(&format!("allocated{suffix}")),
            "usedTokens": from(&format!("used{suffix}")), rest: from(rest_from),
        });
    }
    old
}

fn members(number: usize) -> &'static [entity::Field] {
    ENTITIES[number].fields
}

fn not_found() -> Reply {
    Reply::text(404, "Not found")
}

fn forbidden() -> Reply {
    Reply::text(403, "Forbidden")
}

fn wrong_method() -> Reply {
    Reply::text(405, "Method not allowed")
}

fn bad_filter(error: &FilterError) -> Reply {
    Reply::text(400, error.to_string())
}

/// The body as JSON, or the reply to one that is none.
fn body(request: &Request) -> Result<Value, Reply> {
    serde_json::from_slice(&request.body).map_err(|_| Reply::text(400, "The request body could not be read as JSON"))
}
