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
use steward_core::digest::Digest;

use super::Api;
use super::problem::{Code, Problem};

include!(concat!(env!("OUT_DIR"), "/web.rs"));

/// What pages of the console may do. Scripts and styles come from here only; the policies of the simulator are
/// WebAssembly, in workers made of blobs; nothing is fetched from anywhere else.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; \
    connect-src 'self'; img-src 'self' data: blob:; style-src 'self'; font-src 'self'; manifest-src 'self'; \
    object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";
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
}

pub fn routes() -> Router<Api> {
    let files: Arc<BTreeMap<&'static str, File>> =
        Arc::new(FILES.iter().map(|(path, bytes)| (*path, file(path, bytes))).collect());
    let answer = move |request: Request| {
        let files = files.clone();
        async move { find(&files, &request) }
    };
    Router::new().route("/", get(answer.clone())).route("/{*path}", any(answer))
}

fn file(path: &'static str, bytes: &'static [u8]) -> File {
    // Digits and quotes are legal in a header.
    let tag = HeaderValue::from_str(&format!("\"{}\"", Digest::of_bytes(bytes).hex()));
    File {
        bytes,
        tag: tag.unwrap_or(HeaderValue::from_static("\"\"")),
        content_type: content_type(path),
        cache: if path.starts_with(HASHED) { IMMUTABLE } else { ASK_AGAIN },
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
        None if is_page => page(Body::from(MISSING), ASK_AGAIN),
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
    } else if file.content_type.starts_with("text/html") {
        page(Body::from(Bytes::from_static(file.bytes)), file.cache)
    } else {
        let mut response = Body::from(Bytes::from_static(file.bytes)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
        // A worker keeps to the policy of its own script.
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
        response
    };
    response.headers_mut().insert(header::ETAG, file.tag.clone());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(file.cache));
    response
}

fn page(body: Body, cache: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (header::CACHE_CONTROL, cache),
    ];
    (headers, body).into_response()
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
        let files: [(&'static str, &'static [u8]); 4] =
            [(INDEX, b"<html>"), ("assets/app-1a2b.js", b"1"), ("engine.wasm", b"\0asm"), ("evil.exe", b"MZ")];
        files.into_iter().map(|(path, bytes)| (path, file(path, bytes))).collect()
    }

    #[test]
    fn files_carry_their_kind_and_pages_a_policy() {
        let files = console();
        for (path, status, content_type, cache) in [
            ("/", 200, "text/html; charset=utf-8", ASK_AGAIN),
            ("/runs/3", 200, "text/html; charset=utf-8", ASK_AGAIN),
            ("/assets/app-1a2b.js", 200, "text/javascript; charset=utf-8", IMMUTABLE),
            ("/engine.wasm", 200, "application/wasm", ASK_AGAIN),
            ("/evil.exe", 200, "application/octet-stream", ASK_AGAIN),
        ] {
            let answer = ask(&files, path, None);
            let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            assert_eq!(answer.status(), status, "{path}");
            assert_eq!(header(header::CONTENT_TYPE), content_type, "{path}");
            assert_eq!(header(header::CACHE_CONTROL), cache, "{path}");
            assert_eq!(header(header::CONTENT_SECURITY_POLICY), PAGE_POLICY, "{path}");
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
