//! A reply before it becomes an HTTP response.

use bytes::Bytes;
use serde_json::Value;

const JSON: &str = "application/json; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

/// Status, content type, body and the few further headers that the service sends.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    /// Empty for a reply without a body.
    pub content_type: String,
    pub body: Bytes,
    pub headers: Vec<(&'static str, String)>,
}

impl Reply {
    pub fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self { status, content_type: content_type.to_owned(), body: body.into(), headers: Vec::new() }
    }

    /// JSON that is serialised already.
    pub fn json_text(body: Bytes) -> Self {
        Self::new(200, JSON, body)
    }

    pub fn json(status: u16, value: &Value) -> Self {
        Self::new(status, JSON, value.to_string())
    }

    pub fn text(status: u16, text: impl Into<String>) -> Self {
        Self::new(status, TEXT, text.into())
    }

    pub fn html(status: u16, page: impl Into<String>) -> Self {
        Self::new(status, HTML, page.into())
    }

    pub fn no_content() -> Self {
        Self::new(204, "", Bytes::new())
    }

    pub fn redirect(location: &str) -> Self {
        let mut reply = Self::new(302, "", Bytes::new());
        reply.headers.push(("location", location.to_owned()));
        reply
    }

    pub fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// An error's text as a quoted JSON string, which some releases may send.
    pub fn quoted(mut self) -> Self {
        if self.status >= 400 && self.content_type == TEXT {
            let text = String::from_utf8_lossy(&self.body).into_owned();
            self.body = Value::String(text).to_string().into();
            JSON.clone_into(&mut self.content_type);
        }
        self
    }
}
