//! The console: static files that are part of the program. Without them it says how to get them.
//!
//! The files name nobody, so everybody may have them; what they show comes from the API, with a token.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use bytes::Bytes;
use serde::Deserialize;
use steward_core::digest::Digest;

use super::Api;
use super::problem::{Code, Problem};

include!(concat!(env!("OUT_DIR"), "/web.rs"));

/// What the console may do in a browser: written down where its files are made, for whoever serves them.
const POLICIES: &str = "engine/csp.json";
/// The frame in which policies run. It shares nothing with the page, and its workers reach nobody.
const SANDBOX: &str = "engine/sandbox.html";
/// Whatever is no page of the console.
const NOTHING: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Files whose names carry a digest of their contents never change.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// Others are asked for each time, and sent when they changed.
const ASK_AGAIN: &str = "no-cache";
/// Below it every name carries a digest.
const HASHED: &str = "assets/";
const INDEX: &str = "index.html";

const MISSING: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Steward</title>\n\
    <h1>Steward is at work</h1>\n\
    <p>This build has no console: it was made without Node.</p>\n\
    <p>Run <code>cargo xtask web</code> and build again, or take a release.\n\
    The API is here all the same: <a href=\"/api/v1/openapi.json\">its description</a>, \
    <a href=\"/readyz\">readiness</a>, <a href=\"/metrics\">metrics</a>.</p>\n</html>\n";

struct File {
    bytes: &'static [u8],
    tag: HeaderValue,
    content_type: &'static str,
    cache: &'static str,
    policy: HeaderValue,
    /// Whose frames may show it.
    frames: HeaderValue,
}

/// The two Content-Security-Policies of the console.
#[derive(Default, Deserialize)]
struct Policies {
    page: String,
    sandbox: String,
}

pub fn routes() -> Router<Api> {
    let files = Arc::new(files(FILES));
    let answer = move |request: Request| {
        let files = files.clone();
        async move { find(&files, &request) }
    };
    Router::new().route("/", get(answer.clone())).route("/{*path}", any(answer))
}

fn files(files: &[(&'static str, &'static [u8])]) -> BTreeMap<&'static str, File> {
    let written = files.iter().find(|(path, _)| *path == POLICIES);
    // Without them nothing may run.
    let policies: Policies = written.and_then(|(_, bytes)| serde_json::from_slice(bytes).ok()).unwrap_or_default();
    files.iter().map(|(path, bytes)| (*path, file(path, bytes, &policies))).collect()
}

fn file(path: &'static str, bytes: &'static [u8], policies: &Policies) -> File {
    let content_type = content_type(path);
    let (policy, frames) = if path == SANDBOX {
        // Also when somebody opens it as a page of its own.
        (format!("{}; sandbox allow-scripts; frame-ancestors 'self'", policies.sandbox), "SAMEORIGIN")
    } else if content_type.starts_with("text/html") {
        (format!("{}; frame-ancestors 'none'", policies.page), "DENY")
    } else {
        (NOTHING.to_owned(), "DENY")
    };
    // Digits and quotes are legal in a header.
    let tag = HeaderValue::from_str(&format!("\"{}\"", Digest::of_bytes(bytes).hex()));
    File {
        bytes,
        tag: tag.unwrap_or(HeaderValue::from_static("\"\"")),
        content_type,
        cache: if path.starts_with(HASHED) { IMMUTABLE } else { ASK_AGAIN },
        policy: HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(NOTHING)),
        frames: HeaderValue::from_static(frames),
    }
}

/// Files of the console have few kinds; what is not known is not guessed.
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn find(files: &BTreeMap<&'static str, File>, request: &Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Problem::new(Code::WrongMethod, "files are only read: use GET").into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    if let Some(file) = files.get(path) {
        return send(file, request.headers());
    }
    // Whatever has no ending is a page of the application, which finds its way by itself.
    let is_page = !path.rsplit('/').next().unwrap_or_default().contains('.');
    match files.get(INDEX) {
        Some(index) if is_page => send(index, request.headers()),
        None if is_page => missing(),
        _ => Problem::not_found("there is no such file").into_response(),
    }
}

fn send(file: &File, asked: &HeaderMap) -> Response {
    let has_it = asked.get_all(header::IF_NONE_MATCH).iter().any(|value| {
        let tags = value.to_str().unwrap_or_default().split(',');
        tags.map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag.as_bytes() == file.tag.as_bytes())
    });
    let mut response = if has_it {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(Bytes::from_static(file.bytes)).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    headers.insert(header::CONTENT_SECURITY_POLICY, file.policy.clone());
    headers.insert(header::X_FRAME_OPTIONS, file.frames.clone());
    headers.insert(header::ETAG, file.tag.clone());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(file.cache));
    response
}

fn missing() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, NOTHING),
        (header::CACHE_CONTROL, ASK_AGAIN),
    ];
    (headers, Body::from(MISSING)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(files: &BTreeMap<&'static str, File>, path: &str, tag: Option<&HeaderValue>) -> Response {
        let mut request = Request::builder().uri(path);
        if let Some(tag) = tag {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        find(files, &request.body(Body::empty()).unwrap())
    }

    fn console() -> BTreeMap<&'static str, File> {
        files(&[
            (INDEX, b"<html>"),
            ("assets/app-1a2b.js", b"1"),
            ("engine.wasm", b"\0asm"),
            ("evil.exe", b"MZ"),
            (SANDBOX, b"<html>"),
            (POLICIES, br#"{ "page": "script-src 'self'", "sandbox": "script-src blob:" }"#),
        ])
    }

    #[test]
    fn files_carry_their_kind_and_pages_a_policy() {
        let files = console();
        let of_page = "script-src 'self'; frame-ancestors 'none'";
        let of_sandbox = "script-src blob:; sandbox allow-scripts; frame-ancestors 'self'";
        for (path, content_type, cache, policy, frames) in [
            ("/", "text/html; charset=utf-8", ASK_AGAIN, of_page, "DENY"),
            ("/runs/3", "text/html; charset=utf-8", ASK_AGAIN, of_page, "DENY"),
            ("/engine/sandbox.html", "text/html; charset=utf-8", ASK_AGAIN, of_sandbox, "SAMEORIGIN"),
            ("/assets/app-1a2b.js", "text/javascript; charset=utf-8", IMMUTABLE, NOTHING, "DENY"),
            ("/engine.wasm", "application/wasm", ASK_AGAIN, NOTHING, "DENY"),
            ("/evil.exe", "application/octet-stream", ASK_AGAIN, NOTHING, "DENY"),
        ] {
            let answer = ask(&files, path, None);
            let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            assert_eq!(answer.status(), 200, "{path}");
            assert_eq!(header(header::CONTENT_TYPE), content_type, "{path}");
            assert_eq!(header(header::CACHE_CONTROL), cache, "{path}");
            assert_eq!(header(header::CONTENT_SECURITY_POLICY), policy, "{path}");
            assert_eq!(header(header::X_FRAME_OPTIONS), frames, "{path}");
        }
        assert_eq!(ask(&files, "/assets/gone.js", None).status(), 404);
        assert_eq!(ask(&files, "/../../etc/passwd.txt", None).status(), 404);
    }

    #[test]
    fn what_a_browser_has_is_not_sent_again() {
        let files = console();
        let tag = ask(&files, "/", None).headers()[header::ETAG].clone();
        assert_eq!(ask(&files, "/", Some(&tag)).status(), 304);
        assert_eq!(ask(&files, "/engine.wasm", Some(&tag)).status(), 200);
    }

    #[test]
    fn without_a_console_every_page_says_how_to_get_one() {
        let answer = ask(&BTreeMap::new(), "/plans", None);
        assert_eq!(answer.status(), 200);
        assert!(MISSING.contains("cargo xtask web"));
    }
}
