//! Splits a long list into chunks and sends one call for each.

use std::{fmt, ops::Range, pin::Pin};

use futures_core::Stream;
use futures_util::stream::unfold;

use crate::{Call, Error};

/// A long list that is sent in chunks, one call after the other.
///
/// `.await` sends all calls and returns their results in order. A chunk that fails does not stop
/// the next. To stop early, use [`next`](Self::next) or [`into_stream`](Self::into_stream). An
/// empty list sends nothing.
///
/// ```no_run
/// # async fn example(client: mailgun::Client) -> Result<(), mailgun::Error> {
/// use mailgun::{Chunks, Confirmation, Operation};
/// use serde_json::json;
///
/// const ADD: Operation = Operation::post("/v3/{domain}/complaints").idempotent();
/// let rows: Vec<_> =
///     (0..2500).map(|i| json!({"address": format!("user{i}@example.com")})).collect();
/// let chunks = Chunks::new(rows, 1000, move |rows| {
///     client.call::<Confirmation>(ADD, &["mg.example.com"]).json(rows)
/// });
/// for chunk in chunks.await {
///     match chunk.result {
///         Ok(done) => println!("{:?}: {}", chunk.positions, done.message),
///         Err(error) => println!("{:?} failed: {error}", chunk.positions),
///     }
/// }
/// # Ok(()) }
/// ```
#[must_use = "nothing is sent until the chunks are awaited"]
pub struct Chunks<T> {
    calls: Box<dyn Iterator<Item = (Range<usize>, Call<T>)> + Send>,
}

/// The result of one chunk.
#[derive(Debug)]
#[must_use = "a chunk may have failed"]
#[non_exhaustive]
pub struct Chunk<T> {
    /// The positions of the chunk's rows in the whole list.
    pub positions: Range<usize>,
    /// The response, or the error.
    pub result: Result<T, Error>,
}

impl<T: Send + 'static> Chunks<T> {
    /// Splits `rows` into chunks of `size`, at least 1. `call` describes the call for each chunk.
    pub fn new<R: Send + 'static>(
        rows: Vec<R>,
        size: usize,
        mut call: impl FnMut(&[R]) -> Call<T> + Send + 'static,
    ) -> Self {
        let size = size.max(1);
        let starts = (0..rows.len()).step_by(size);
        let calls = starts.map(move |start| {
            let positions = start..rows.len().min(start.saturating_add(size));
            let call = call(&rows[positions.clone()]);
            (positions, call)
        });
        Self { calls: Box::new(calls) }
    }

    /// Sets options of each call, such as [`Call::deadline`] or [`Call::subaccount`].
    pub fn each(self, mut set: impl FnMut(Call<T>) -> Call<T> + Send + 'static) -> Self {
        let calls = self.calls.map(move |(positions, call)| (positions, set(call)));
        Self { calls: Box::new(calls) }
    }

    /// The calls of all chunks, for dry runs or to send them in another way.
    pub fn into_calls(self) -> impl Iterator<Item = Call<T>> + Send {
        self.calls.map(|(_, call)| call)
    }

    /// Sends the next chunk; `None` after the last.
    pub async fn next(&mut self) -> Option<Chunk<T>> {
        let (positions, call) = self.calls.next()?;
        Some(Chunk { positions, result: call.await })
    }

    /// The results as a stream. Polling it sends the next chunk.
    pub fn into_stream(self) -> impl Stream<Item = Chunk<T>> + Send {
        unfold(self, |mut chunks| async move { Some((chunks.next().await?, chunks)) })
    }
}

impl<T: Send + 'static> IntoFuture for Chunks<T> {
    type Output = Vec<Chunk<T>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            let mut results = Vec::new();
            while let Some(chunk) = self.next().await {
                results.push(chunk);
            }
            results
        })
    }
}

impl<T> fmt::Debug for Chunks<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunks").field("calls_left", &self.calls.size_hint().0).finish()
    }
}
