//! Response bodies, the broken ones among them.

use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

use crate::journal::Journal;

/// What makes hyper close a connection: the fault script wants it.
#[derive(Debug, thiserror::Error)]
#[error("close the connection: the fault script wants it")]
pub struct Closed;

/// A body that is sent in one piece, cut off, or made up while it is sent.
#[derive(Debug)]
pub enum ReplyBody {
    Whole(Option<Bytes>),
    Cut(Cut),
    Generated(Generated),
}

/// Announces `announced` bytes, sends `sent` and closes the connection.
#[derive(Debug)]
pub struct Cut {
    sent: Option<Bytes>,
    announced: u64,
    /// Closing at once would throw away what stands in the buffers, head included.
    pause: Pin<Box<Sleep>>,
}

/// Long enough for the first part to leave the machine.
const PAUSE: Duration = Duration::from_millis(20);

impl Cut {
    pub fn new(whole: &Bytes) -> Self {
        let pause = Box::pin(tokio::time::sleep(PAUSE));
        Self { sent: Some(whole.slice(..whole.len() / 2)), announced: whole.len().max(1) as u64, pause }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Bytes, Closed>> {
        match self.sent.take() {
            Some(sent) if !sent.is_empty() => Poll::Ready(Ok(sent)),
            _ => self.pause.as_mut().poll(context).map(|()| Err(Closed)),
        }
    }
}

/// A JSON list without an end, or with one after so many bytes.
#[derive(Debug)]
pub struct Generated {
    pub journal: Arc<Journal>,
    /// The request's entry in the journal.
    pub entry: u64,
    pub limit: Option<u64>,
    pub produced: u64,
    pub finished: bool,
}

/// About 64 KB of records a piece: large enough to be quick, small enough to stop soon.
const RECORDS_PER_PIECE: u64 = 150;

impl Generated {
    fn piece(&mut self) -> Option<Bytes> {
        if self.finished {
            return None;
        }
        let mut text = String::from(if self.produced == 0 { "[" } else { "," });
        for number in 0..RECORDS_PER_PIECE {
            if number > 0 {
                text.push(',');
            }
            text.push_str(&record(self.produced + number));
        }
        if self.limit.is_some_and(|limit| self.produced + text.len() as u64 >= limit) {
            text.push(']');
            self.finished = true;
        }
        self.produced += text.len() as u64;
        Some(text.into())
    }
}

impl Drop for Generated {
    fn drop(&mut self) {
        self.journal.add_bytes(self.entry, self.produced);
    }
}

fn record(number: u64) -> String {
    format!(
        r#"{{"id":"00000000-0000-4000-8000-{:012x}","createdDate":"2022-01-01T00:00:00.000Z","modifiedDate":"2022-01-01T00:00:00.000Z","modifiedByUserName":"INTERNAL\\sa_repository","user":null,"lastUsed":"1753-01-01T00:00:00.000Z","excess":false,"quarantined":false,"quarantineEnd":"1753-01-01T00:00:00.000Z","deletedUserId":"nobody","deletedUserDirectory":"NOWHERE","privileges":null,"schemaPath":"License.AnalyzerAccessType"}}"#,
        number & 0xffff_ffff_ffff
    )
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        let next = match self.get_mut() {
            Self::Whole(bytes) => bytes.take().map(Ok),
            Self::Cut(cut) => return cut.poll(context).map(|piece| Some(piece.map(Frame::data))),
            Self::Generated(generated) => generated.piece().map(Ok),
        };
        Poll::Ready(next.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Cut(cut) => SizeHint::with_exact(cut.announced),
            Self::Generated(_) => SizeHint::default(),
        }
    }
}
