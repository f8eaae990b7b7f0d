//! The body of an answer on its way: counted, limited, and its faults explained.

use std::time::Duration;

use reqwest::Response;
use tokio::sync::SemaphorePermit;
use tokio::time::Instant;

use super::client::Connection;
use super::error::QrsError;
use super::rows::RowsError;
use super::transport;

/// A body on its way, counted while it arrives.
pub(super) struct Body<'c> {
    pub(super) connection: &'c Connection,
    pub(super) host: &'c str,
    pub(super) path: &'c str,
    pub(super) status: u16,
    pub(super) response: Response,
    pub(super) started: Instant,
    pub(super) bytes: u64,
    pub(super) limit_bytes: u64,
    /// One of the requests at the same time.
    pub(super) _permit: SemaphorePermit<'c>,
}

impl Body<'_> {
    pub(super) async fn next(&mut self) -> Result<Option<bytes::Bytes>, QrsError> {
        let announced = self.response.content_length().unwrap_or(0);
        let piece = self.response.chunk().await;
        let piece =
            piece.map_err(|error| transport::explain(error, self.connection, self.host.to_owned(), self.path))?;
        self.bytes += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        if self.bytes > self.limit_bytes || announced > self.limit_bytes {
            return Err(QrsError::TooLarge { path: self.path.to_owned(), limit_bytes: self.limit_bytes });
        }
        Ok(piece)
    }

    pub(super) fn trace(&self) {
        tracing::debug!(
            host = self.host,
            path = self.path,
            status = self.status,
            bytes = self.bytes,
            elapsed_ms = millis(self.started.elapsed()),
            "the QRS answered",
        );
    }

    pub(super) fn explain_json(&self, text: &[u8], error: &serde_json::Error) -> QrsError {
        match text.trim_ascii_start().first() {
            Some(b'<') => self.explain_rows(RowsError::WebPage, "an object"),
            _ if error.is_eof() => self.explain_rows(RowsError::Truncated, "an object"),
            _ => self.explain_rows(RowsError::NotJson(error.to_string()), "an object"),
        }
    }

    pub(super) fn explain_rows(&self, error: RowsError, expected: &'static str) -> QrsError {
        let path = self.path.to_owned();
        match error {
            RowsError::Truncated => QrsError::Truncated { path, bytes: self.bytes },
            RowsError::NotJson(problem) => QrsError::NotJson { path, problem },
            RowsError::Found(found) => QrsError::WrongShape { path, found, expected },
            RowsError::Row(number, problem) => {
                QrsError::Malformed { path, problem: format!("row {number}: {problem}") }
            }
            RowsError::WebPage => QrsError::LoginPage {
                host: self.host.to_owned(),
                path,
                answer: "status 200, a web page that calls itself JSON".to_owned(),
            },
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
