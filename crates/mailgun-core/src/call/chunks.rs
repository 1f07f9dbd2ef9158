//! One call for each chunk of a list that is too long for one.

use std::{fmt, ops::Range, pin::Pin};

use futures_core::Stream;
use futures_util::stream::unfold;

use crate::{Call, Error};

/// A long list, sent by one call for each chunk of it, one after the other.
///
/// `.await` makes all calls and gives one result for each, in order: a chunk that fails does not
/// keep the next from being sent. [`next`](Self::next) and [`into_stream`](Self::into_stream) let
/// a program stop in between. Nothing is sent for an empty list.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_core::{Chunks, Confirmation, Operation};
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

/// What became of one chunk.
#[derive(Debug)]
#[must_use = "a chunk may have failed"]
#[non_exhaustive]
pub struct Chunk<T> {
    /// The positions of its rows in the whole list.
    pub positions: Range<usize>,
    /// The response, or why there is none.
    pub result: Result<T, Error>,
}

impl<T: Send + 'static> Chunks<T> {
    /// Chunks of at most `size` rows, and at least one; `call` describes the call of each.
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

    /// The calls of all chunks, for dry runs and for sending them otherwise.
    pub fn into_calls(self) -> impl Iterator<Item = Call<T>> + Send {
        self.calls.map(|(_, call)| call)
    }

    /// Sends the next chunk; `None` after the last.
    pub async fn next(&mut self) -> Option<Chunk<T>> {
        let (positions, call) = self.calls.next()?;
        Some(Chunk { positions, result: call.await })
    }

    /// The results as a stream, which sends a chunk when it is asked for the next.
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
