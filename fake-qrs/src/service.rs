//! One request from its arrival to its answer: faults, door, checks in the service's order, routes, journal.
//!
//! The order is the service's: certificate, address too long, cross-site key, user, query, path. The fault script comes
//! before all of them, because what it imitates (a restart, a proxy in between) does.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::HeaderMap;
use http::response::Response;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;

use crate::clock::Clock;
use crate::faults::{Fault, FaultPlayer, Played};
use crate::filter::FilterSemantics;
use crate::journal::{Journal, JournalEntry, Port};
use crate::options::{
    DeleteQuarantined, ErrorBody, Latency, MissingUser, NoClientCertificate, Options, UnknownUser, UrlTooLong,
};
use crate::proxy::Proxy;
use crate::routes::{self, Context};
use crate::seed::random::Random;
use crate::store::{Account, Standing, Store};
use crate::wire::body::{Closed, Cut, Generated, ReplyBody};
use crate::wire::reply::Reply;
use crate::wire::request::{BODY_BYTES_MAX, Request, URL_BYTES_MAX, decode};

/// A client that sends its body slower than this is dropped.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
const XRFKEY_LENGTH: usize = 16;
const XSRF_TEXT: &str = "XSRF prevention check failed. Possible XSRF discovered.";
/// Under this name the service knows a caller who named nobody.
const CERTIFICATE_ACCOUNT: (&str, &str) = ("INTERNAL", "sa_repository");

/// The running double's state and switches.
#[derive(Debug)]
pub struct Service {
    store: Mutex<Store>,
    faults: Mutex<FaultPlayer>,
    latency_random: Mutex<Random>,
    pub journal: Arc<Journal>,
    pub clock: Clock,
    pub proxy: Option<Proxy>,
    latency: Latency,
    no_client_certificate: NoClientCertificate,
    unknown_user: UnknownUser,
    missing_user: MissingUser,
    filter: FilterSemantics,
    delete_quarantined: DeleteQuarantined,
    url_too_long: UrlTooLong,
    error_body: ErrorBody,
}

/// What is known of the connection that a request came over.
#[derive(Debug)]
pub struct Connection {
    pub number: u64,
    pub port: Port,
    pub has_certificate: bool,
    requests: AtomicU64,
}

impl Connection {
    pub fn new(number: u64, port: Port, has_certificate: bool) -> Self {
        Self { number, port, has_certificate, requests: AtomicU64::new(0) }
    }
}

impl Service {
    pub fn new(options: Options) -> Self {
        let rules = options.store_rules();
        let now = options.clock.now();
        Self {
            store: Mutex::new(Store::new(options.data, rules, now)),
            faults: Mutex::new(FaultPlayer::new(options.faults)),
            latency_random: Mutex::new(Random::new(1)),
            journal: Arc::default(),
            clock: options.clock,
            proxy: options.proxy.map(Proxy::new),
            latency: options.latency,
            no_client_certificate: options.no_client_certificate,
            unknown_user: options.unknown_user,
            missing_user: options.missing_user,
            filter: options.filter,
            delete_quarantined: options.delete_quarantined,
            url_too_long: options.url_too_long,
            error_body: options.error_body,
        }
    }

    /// The state, for as long as the guard lives. Never held across a wait.
    pub fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fault script being played.
    pub fn faults(&self) -> MutexGuard<'_, FaultPlayer> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers one request, or closes its connection when the fault script says so.
    pub async fn serve(
        &self,
        request: hyper::Request<Incoming>,
        connection: &Connection,
    ) -> Result<Response<ReplyBody>, Closed> {
        let started = Instant::now();
        let new_connection = connection.requests.fetch_add(1, Ordering::Relaxed) == 0;
        let (head, incoming) = request.into_parts();
        let method = head.method.as_str().to_owned();
        let (path, query) = (head.uri.path().to_owned(), head.uri.query().unwrap_or_default().to_owned());
        let body = read_body(incoming).await;

        let Played { latency, fault } = self.faults().play(&method, &path);
        let latency = latency.saturating_add(self.own_latency());
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let mut user = header(&head.headers, "x-qlik-user").and_then(account_in_header);
        let reply = match fault.as_ref().and_then(instead_of_an_answer) {
            Some(reply) => reply,
            None if matches!(fault, Some(Fault::Reset | Fault::GiganticJson { .. })) => Reply::no_content(),
            None => match body {
                Ok(body) => {
                    let request = Request::new(&method, &path, &query, head.headers, body);
                    self.answer(request, &query, connection, &mut user)
                }
                Err(reply) => reply,
            },
        };
        let reply = if self.error_body == ErrorBody::Json { reply.quoted() } else { reply };
        let closes = matches!(fault, Some(Fault::Reset | Fault::ResetAfterApply));
        let generated = matches!(fault, Some(Fault::GiganticJson { .. }));
        let entry = self.journal.record(JournalEntry {
            number: 0,
            at: self.clock.now(),
            port: connection.port,
            method,
            path,
            query,
            status: if closes {
                0
            } else if generated {
                200
            } else {
                reply.status
            },
            ms: started.elapsed().as_secs_f64() * 1_000.0,
            bytes: if closes { 0 } else { reply.body.len() as u64 },
            user: user.map(|user| user.to_string()),
            connection: connection.number,
            new_connection,
            fault: fault.as_ref().map(Fault::kind),
        });
        if let Some(Fault::LateAnswer { ms }) = fault {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        self.send(reply, fault.as_ref(), entry)
    }

    /// The answer of the service itself.
    fn answer(&self, request: Request, query: &str, connection: &Connection, user: &mut Option<Account>) -> Reply {
        let now = self.clock.now();
        if let (Port::Proxy, Some(proxy)) = (connection.port, &self.proxy) {
            return match proxy.admit(&request.path, &request.headers, now) {
                Err(reply) => reply,
                Ok(admitted) => {
                    *user = Some(admitted.account.clone());
                    let Request { method, headers, body, .. } = request;
                    let request = Request::new(&method, &admitted.path, query, headers, body);
                    let reply = self.checked(&request, query, Some(admitted.account), Port::Proxy);
                    match admitted.set_cookie {
                        Some(cookie) => reply.with_header("set-cookie", cookie),
                        None => reply,
                    }
                }
            };
        }
        if !connection.has_certificate && self.no_client_certificate == NoClientCertificate::Forbidden {
            return Reply::text(403, "Forbidden");
        }
        if user.is_none() && request.headers.contains_key("x-qlik-user") {
            return Reply::text(403, "Forbidden");
        }
        self.checked(&request, query, user.clone(), Port::Direct)
    }

    fn checked(&self, request: &Request, query: &str, account: Option<Account>, port: Port) -> Reply {
        if request.path.len() + query.len() > URL_BYTES_MAX {
            return match self.url_too_long {
                UrlTooLong::BadRequest => Reply::html(400, "<h2>Bad Request - Request Too Long</h2>"),
                UrlTooLong::UriTooLong => Reply::text(414, "URI Too Long"),
            };
        }
        if !xrfkey_is_good(request) {
            return Reply::text(403, XSRF_TEXT);
        }
        let mut store = self.store();
        let (caller, sees_everything) = match account {
            None if self.missing_user == MissingUser::Forbidden => return Reply::text(403, "Forbidden"),
            None => {
                let (directory, id) = CERTIFICATE_ACCOUNT;
                (Account { directory: directory.to_owned(), id: id.to_owned() }, true)
            }
            Some(account) => match (store.standing(&account), self.unknown_user) {
                (Standing::Known, _) | (Standing::Unknown, UnknownUser::Admin) => (account, true),
                (Standing::Unknown, UnknownUser::EmptyLists) => (account, false),
                (Standing::Inactive, _) if port == Port::Proxy => {
                    return Reply::text(403, "Forbidden: Your account is inactive. Contact your administrator.");
                }
                (Standing::Unknown, UnknownUser::Forbidden) | (Standing::Inactive, _) => {
                    return Reply::text(403, "Forbidden");
                }
            },
        };
        let context = Context {
            caller,
            sees_everything,
            now: self.clock.now(),
            filter: self.filter,
            delete_quarantined: self.delete_quarantined,
        };
        routes::answer(&mut store, request, &context)
    }

    /// Turns the reply into a response, broken as the fault script wants it.
    fn send(&self, reply: Reply, fault: Option<&Fault>, entry: u64) -> Result<Response<ReplyBody>, Closed> {
        let body = match fault {
            Some(Fault::Reset | Fault::ResetAfterApply) => return Err(Closed),
            Some(Fault::GiganticJson { bytes }) => ReplyBody::Generated(Generated {
                journal: Arc::clone(&self.journal),
                entry,
                limit: *bytes,
                produced: 0,
                finished: false,
            }),
            Some(Fault::ResetMidBody) => ReplyBody::Cut(Cut::new(&reply.body)),
            Some(Fault::TruncatedJson) => ReplyBody::Whole(Some(truncated(&reply.body))),
            _ => ReplyBody::Whole((!reply.body.is_empty()).then_some(reply.body)),
        };
        let generated = matches!(body, ReplyBody::Generated(_));
        let mut response = Response::new(body);
        *response.status_mut() =
            http::StatusCode::from_u16(if generated { 200 } else { reply.status }).map_err(|_| Closed)?;
        let content_type = if generated { "application/json; charset=utf-8" } else { reply.content_type.as_str() };
        let date = self.clock.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let own = [("content-type", content_type.to_owned()), ("date", date)];
        for (name, value) in own.into_iter().chain(reply.headers) {
            // A content type out of a fault script may hold anything; one that is no header is left out.
            if let (false, Ok(value)) = (value.is_empty(), http::HeaderValue::try_from(value)) {
                response.headers_mut().insert(name, value);
            }
        }
        Ok(response)
    }

    fn own_latency(&self) -> Duration {
        match self.latency {
            Latency::None => Duration::ZERO,
            Latency::Fixed(latency) => latency,
            Latency::Between(least, most) => {
                let spread = u64::try_from(most.saturating_sub(least).as_micros()).unwrap_or(u64::MAX);
                let mut random = self.latency_random.lock().unwrap_or_else(PoisonError::into_inner);
                least + Duration::from_micros(random.below(spread.saturating_add(1)))
            }
        }
    }
}

async fn read_body(incoming: Incoming) -> Result<Bytes, Reply> {
    match tokio::time::timeout(BODY_TIMEOUT, Limited::new(incoming, BODY_BYTES_MAX).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            Err(Reply::text(413, "Request entity too large"))
        }
        Ok(Err(_)) => Err(Reply::text(400, "The request body could not be read")),
        Err(_) => Err(Reply::text(408, "Request timeout")),
    }
}

/// The replies of faults that do not need the request to be carried out.
fn instead_of_an_answer(fault: &Fault) -> Option<Reply> {
    match fault {
        Fault::Status { status, body, content_type } => Some(Reply::new(*status, content_type, body.clone())),
        Fault::Html => Some(Reply::html(
            200,
            "<!DOCTYPE html>\n<html><head><title>Qlik Sense</title></head>\
             <body><form method=\"post\"><input name=\"username\"><input name=\"pwd\" type=\"password\"></form>\
             </body></html>",
        )),
        Fault::Unavailable => {
            Some(Reply::text(503, "The service is unavailable.").with_header("retry-after", "10".to_owned()))
        }
        Fault::NotCentral => Some(Reply::text(400, "The license service is only available on the central node")),
        Fault::EmptyList => Some(Reply::json_text(Bytes::from_static(b"[]"))),
        Fault::Latency { .. }
        | Fault::LateAnswer { .. }
        | Fault::Reset
        | Fault::ResetAfterApply
        | Fault::ResetMidBody
        | Fault::TruncatedJson
        | Fault::GiganticJson { .. } => None,
    }
}

/// The first half of a body with a bracket at its end.
fn truncated(body: &Bytes) -> Bytes {
    let closing = body.last().copied().filter(|last| matches!(last, b']' | b'}')).unwrap_or(b'}');
    let mut half = body[..body.len() / 2].to_vec();
    half.push(closing);
    half.into()
}

fn header<'headers>(headers: &'headers HeaderMap, name: &str) -> Option<&'headers str> {
    headers.get(name)?.to_str().ok()
}

fn xrfkey_is_good(request: &Request) -> bool {
    let (in_query, in_header) = (request.query.get("xrfkey"), request.header("x-qlik-xrfkey"));
    in_query.is_some()
        && in_query == in_header
        && in_query
            .is_some_and(|key| key.len() == XRFKEY_LENGTH && key.bytes().all(|letter| letter.is_ascii_alphanumeric()))
}

/// Reads `UserDirectory=…; UserId=…`, in any case and order, with blanks or percent escapes.
fn account_in_header(text: &str) -> Option<Account> {
    let text = decode(text, false);
    let part = |wanted: &str| {
        text.split(';').filter_map(|part| part.split_once('=')).find_map(|(name, value)| {
            (name.trim().eq_ignore_ascii_case(wanted) && !value.trim().is_empty()).then(|| value.trim().to_owned())
        })
    };
    Some(Account { directory: part("userdirectory")?, id: part("userid")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_user_header_in_every_spelling_in_use() {
        for text in [
            "UserDirectory=Internal;UserId=sa_api",
            "UserDirectory=Internal; UserId=sa_api",
            "userid = sa_api ; userdirectory = Internal",
            "UserDirectory=Internal;%20UserId=sa%5Fapi",
        ] {
            let account = account_in_header(text).unwrap();
            assert_eq!(account.to_string(), r"Internal\sa_api", "{text}");
        }
        for text in ["", "sa_api", "UserDirectory=;UserId=x", "UserId=x"] {
            assert_eq!(account_in_header(text), None, "{text}");
        }
    }
}
