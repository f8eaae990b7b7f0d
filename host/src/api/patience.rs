//! A connection that is given up when its other end does not take what is sent to it.
//!
//! Somebody who asks for much and reads little would otherwise hold a connection, and what is sent over it, for as long as
//! they like.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// While something waits to be sent, at least [`BYTES_MIN`] have to go in this time.
const STALL_MAX: Duration = Duration::from_secs(20);
/// Slower than the slowest telephone line is no line.
const BYTES_MIN: usize = 16 * 1024;

/// A connection with a limit on how long it may stand still.
pub struct Patient<T> {
    inner: T,
    /// Runs while something waits to be sent.
    stalled: Option<Pin<Box<Sleep>>>,
    /// What was sent since it began to run.
    sent: usize,
}

impl<T> Patient<T> {
    pub fn new(inner: T) -> Self {
        Self { inner, stalled: None, sent: 0 }
    }

    fn moves(&mut self) {
        self.stalled = None;
        self.sent = 0;
    }

    /// Nothing could be sent: how long already?
    fn waits<R>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<R>> {
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(STALL_MAX)));
        match stalled.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the other end does not read"))),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Patient<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Patient<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.inner).poll_write(context, buffer) {
            Poll::Pending => self.waits(context),
            Poll::Ready(Ok(written)) => {
                self.sent = self.sent.saturating_add(written);
                if written == buffer.len() || self.sent >= BYTES_MIN {
                    self.moves();
                }
                Poll::Ready(Ok(written))
            }
            failed @ Poll::Ready(Err(_)) => failed,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.inner).poll_flush(context) {
            Poll::Pending => self.waits(context),
            Poll::Ready(Ok(())) => {
                self.moves();
                Poll::Ready(Ok(()))
            }
            failed @ Poll::Ready(Err(_)) => failed,
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.inner).poll_shutdown(context) {
            Poll::Pending => self.waits(context),
            done @ Poll::Ready(_) => done,
        }
    }
}
