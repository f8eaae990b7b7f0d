//! What every request passes before a handler sees it: the name it was sent to, the page that sent it, how often its
//! sender asks, who that is, and how long it may take. And what every answer carries.
//!
//! There are no cookies: a browser sends nothing by itself that would let a foreign page act. The names are checked all the
//! same, because a foreign name that leads here would make a foreign page one of ours.

use std::net::IpAddr;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::time::Instant;

use super::Api;
use super::door::Caller;
use super::problem::{Code, Problem};
use super::rate::Asker;
use super::route::Access;
use crate::config::steward::http::Role;

/// From the last byte of the head to the first of the answer. Nothing that is answered here asks the server.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(30);

/// Requests of one token that are in hand at once: a few pages of the console, and room for everybody else.
pub const IN_HAND_MAX: usize = 24;

/// Where a connection comes from, and at which of our addresses it arrived.
#[derive(Debug, Clone, Copy)]
pub struct Ends {
    pub peer: IpAddr,
    pub local: IpAddr,
    pub is_tls: bool,
}

/// Headers of every answer.
const EVERYWHERE: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];
/// Answers of the API are no pages: nothing of them is ever run, and nothing keeps them.
const OF_API: [(HeaderName, &str); 2] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
];
/// Browsers keep to TLS for half a year once they have seen it.
const ONLY_TLS: &str = "max-age=15552000";

/// Lets a request to one of our names through, from nowhere or from a page of ours, and in time.
pub async fn outer(State(api): State<Api>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_api = path == "/api" || path.starts_with("/api/");
    let is_tls = request.extensions().get::<Ends>().is_some_and(|ends| ends.is_tls);
    let answered = match check_names(&api, &request, is_api) {
        Ok(()) => match tokio::time::timeout(REQUEST_TIME_MAX, next.run(request)).await {
            Ok(answered) => answered,
            Err(_) => {
                Problem::new(Code::TooSlow, format!("this took longer than {} seconds", REQUEST_TIME_MAX.as_secs()))
                    .into_response()
            }
        },
        Err(problem) => problem.into_response(),
    };
    with_headers(answered, is_api, is_tls)
}

fn with_headers(mut response: Response, is_api: bool, is_tls: bool) -> Response {
    let headers = response.headers_mut();
    for (name, value) in EVERYWHERE {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::X_FRAME_OPTIONS).or_insert(HeaderValue::from_static("DENY"));
    for (name, value) in OF_API.into_iter().filter(|_| is_api) {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if is_tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(ONLY_TLS));
    }
    response
}

fn check_names(api: &Api, request: &Request, is_api: bool) -> Result<(), Problem> {
    let headers = request.headers();
    let local = request.extensions().get::<Ends>().map(|ends| ends.local);
    let host = single(headers, &header::HOST).and_then(|host| host.parse::<Authority>().ok());
    let settings = api.settings.borrow().clone();
    let is_ours = |authority: &Authority| is_our_name(authority, local, &settings.steward.http.hosts);
    let by_address = request.uri().authority();
    let Some(host) = host.filter(|host| is_ours(host) && by_address.is_none_or(is_ours)) else {
        let message = "this daemon is not called so: ask it by `127.0.0.1` or by its address, or add the name to \
                       `steward.http.hosts`";
        return Err(Problem::new(Code::ForeignHost, message));
    };
    let foreign = || Problem::new(Code::ForeignOrigin, "only pages of this daemon itself may ask it from a browser");
    if headers.contains_key(header::ORIGIN) {
        // With or without TLS: a proxy before us may speak it.
        let origin = single(headers, &header::ORIGIN);
        let origin =
            origin.and_then(|origin| origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")));
        if !origin.is_some_and(|origin| origin.eq_ignore_ascii_case(host.as_str())) {
            return Err(foreign());
        }
    }
    // A link of another page may lead to the console, and to nothing else.
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if is_api && site.is_some_and(|site| !matches!(site, b"same-origin" | b"none")) {
        return Err(foreign());
    }
    Ok(())
}

/// One header of this name, and no second one.
fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut all = headers.get_all(name).iter();
    let first = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(first)
}

/// The port is passed over: it does not tell a page of ours from a foreign one.
fn is_our_name(authority: &Authority, local: Option<IpAddr>, hosts: &[String]) -> bool {
    if authority.as_str().contains('@') {
        return false;
    }
    let name = authority.host();
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
    match address {
        Some(address) if Some(address.to_canonical()) == local.map(|local| local.to_canonical()) => true,
        Some(address) if address.is_loopback() && local.is_none_or(|local| local.to_canonical().is_loopback()) => true,
        None if name.eq_ignore_ascii_case("localhost") => true,
        _ => hosts.iter().any(|host| {
            let host = host.trim();
            host.eq_ignore_ascii_case(name) || host.eq_ignore_ascii_case(authority.as_str())
        }),
    }
}

/// Lets in who may use a route.
pub async fn enter(State((api, access)): State<(Api, Access)>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Ends>().map_or(IpAddr::from([127, 0, 0, 1]), |ends| ends.peer);
    let network = Asker::network(peer);
    match admit(&api, access, request.headers(), network) {
        Ok(caller) => {
            // Held until the answer begins.
            let _place = match &caller {
                Caller::Known(known) => match api.in_hand.0.enter(known.digest) {
                    Some(place) => Some(place),
                    None => return too_many(1).into_response(),
                },
                Caller::Control | Caller::Nobody => None,
            };
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

fn admit(api: &Api, access: Access, headers: &HeaderMap, network: IpAddr) -> Result<Caller, Problem> {
    let now = Instant::now();
    let count = |asker| api.rates.count(asker, now).map_err(too_many);
    if access == Access::Open {
        count(Asker::Stranger(network))?;
        return Ok(Caller::Nobody);
    }
    let given = single(headers, &header::AUTHORIZATION).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    let Some(caller) = given.and_then(|token| api.door.who(token)) else {
        count(Asker::Failing(network))?;
        if given.is_some() {
            tracing::warn!(%network, "somebody asked with a token that is not good");
        }
        let message = match access {
            Access::Control => {
                "this needs the token of the data folder, or one with the role operator: use the command line"
            }
            _ => "sign in with a token: `steward token new` makes one, and says where it belongs",
        };
        return Err(Problem::new(Code::NotSignedIn, message));
    };
    match (&caller, access) {
        (Caller::Control, Access::Control) => {}
        (Caller::Known(known), _) => {
            count(Asker::Caller(known.digest))?;
            if access != Access::Viewer && known.role != Role::Operator {
                let message =
                    format!("the token of {} is a viewer's: this takes one with the role operator", known.name);
                return Err(Problem::new(Code::NotAllowed, message));
            }
        }
        _ => {
            let message = "the token of the data folder is for `steward poke` and `steward reload` only";
            return Err(Problem::new(Code::NotAllowed, message));
        }
    }
    Ok(caller)
}

fn too_many(seconds: u64) -> Problem {
    Problem::new(Code::TooMany, format!("too many requests: ask again in {seconds} seconds")).after(seconds)
}
