//! A body that comes piece by piece, each part of it bounded.
//!
//! The reader of forms takes all that has come before it looks at any of it, and looks for the head of a part from the
//! start each time. One piece at a time keeps a fast sender out of memory; a bound on what comes between two parts keeps
//! a strange one from being read again and again.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::BodyDataStream;
use bytes::Bytes;
use futures::Stream;
use thiserror::Error;

/// Bytes of a piece.
const PIECE: usize = 64 * 1024;
/// Most bytes that may pass without any of a part's content: what stands before the first part, and a part's head.
const MOST_HEAD: u64 = 256 * 1024;

/// Why a body is not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    /// It is too long.
    #[error("the form is larger than {0} bytes")]
    Length(u64),
    /// There is no content where there should be.
    #[error("the form has {MOST_HEAD} bytes that are no part's content")]
    Head,
    /// The sender is gone.
    #[error("the form broke off")]
    Broken,
}

/// How a body is expected to come; told when content has been read.
#[derive(Clone, Debug)]
pub struct Pace {
    /// Bytes since the last content.
    head: Arc<AtomicU64>,
    silence: Duration,
}

impl Pace {
    /// For a sender that counts as gone after so much silence.
    pub fn new(silence: Duration) -> Self {
        Self { head: Arc::default(), silence }
    }

    /// Silence after which the sender counts as gone.
    pub fn silence(&self) -> Duration {
        self.silence
    }

    /// Content came through.
    pub fn content(&self) {
        self.head.store(0, Ordering::Relaxed);
    }
}

/// The stream.
pub struct Paced {
    body: BodyDataStream,
    piece: Bytes,
    left: u64,
    most: u64,
    yielded: bool,
    /// Nothing comes after a refusal.
    refused: bool,
    pace: Pace,
}

impl Paced {
    /// At most `most` bytes of `body`.
    pub fn new(body: BodyDataStream, most: u64, pace: Pace) -> Self {
        Self { body, piece: Bytes::new(), left: most, most, yielded: false, refused: false, pace }
    }
}

impl Paced {
    fn refuse(&mut self, why: Refused) -> Poll<Option<Result<Bytes, Refused>>> {
        self.refused = true;
        Poll::Ready(Some(Err(why)))
    }
}

impl Stream for Paced {
    type Item = Result<Bytes, Refused>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.refused {
            return Poll::Ready(None);
        }
        if std::mem::take(&mut self.yielded) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        while self.piece.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_next(cx)) {
                Some(Ok(bytes)) => self.piece = bytes,
                Some(Err(_)) => return self.refuse(Refused::Broken),
                None => return Poll::Ready(None),
            }
        }
        let length = self.piece.len().min(PIECE);
        let Some(left) = self.left.checked_sub(length as u64) else {
            let most = self.most;
            return self.refuse(Refused::Length(most));
        };
        self.left = left;
        if self.pace.head.fetch_add(length as u64, Ordering::Relaxed) > MOST_HEAD {
            return self.refuse(Refused::Head);
        }
        self.yielded = true;
        Poll::Ready(Some(Ok(self.piece.split_to(length))))
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use futures::{FutureExt as _, StreamExt as _};

    use super::*;

    fn paced(bytes: usize, most: u64) -> (Paced, Pace) {
        let pace = Pace::new(Duration::MAX);
        (Paced::new(Body::from(vec![7u8; bytes]).into_data_stream(), most, pace.clone()), pace)
    }

    #[tokio::test]
    async fn a_long_body_comes_in_pieces_with_a_pause_after_each() {
        let (mut stream, pace) = paced(3 * PIECE + 1, u64::MAX);
        let mut lengths = Vec::new();
        while let Some(piece) = stream.next().await {
            lengths.push(piece.unwrap().len());
            assert!(stream.next().now_or_never().is_none(), "no second piece at once");
            pace.content();
        }
        assert_eq!(lengths, [PIECE, PIECE, PIECE, 1]);
    }

    #[tokio::test]
    async fn lengths_and_heads_are_bounded() {
        let (exact, _) = paced(100, 100);
        assert!(exact.map(|piece| piece.unwrap().len()).collect::<Vec<_>>().await == [100]);
        let (long, _) = paced(101, 100);
        assert_eq!(long.collect::<Vec<_>>().await[0], Err(Refused::Length(100)));
        let (head, _) = paced(10 * PIECE, u64::MAX);
        let pieces: Vec<_> = head.take(6).collect().await;
        assert!(pieces[..5].iter().all(Result::is_ok) && pieces[5] == Err(Refused::Head), "{pieces:?}");
    }
}
