//! Calls from code that is not async.
//!
//! Import [`Blocking`], and write `.wait()` where async code has `.await`, and
//! [`wait_each`](BlockingStream::wait_each) for a stream. [`block_on`] waits for anything else. In
//! a task of a tokio runtime, which they would hold up, they return
//! [`ErrorKind::AsyncContext`](crate::ErrorKind::AsyncContext). They cannot detect other executors,
//! `tokio::task::unconstrained`, or an async block that [`block_on`] runs: use `.await` there.
//!
//! They share one tokio runtime with one thread, `mailgun-blocking`, which starts at the first use and
//! never ends. The future itself runs on the thread that waits. Connections are kept between calls. A
//! process that was forked starts a runtime and connections of its own. Fork while no other thread is in a
//! call: a lock that such a thread holds stays locked in the child.
//!
//! Streams that are uploaded and the metrics of connections run on `mailgun-blocking`. They must
//! not block: otherwise all calls stand still, and no time limit takes effect. To upload from a
//! blocking reader, use [`Upload::from_path`](crate::Upload::from_path), or read it into memory.
//!
//! ```no_run
//! use mailgun::{Client, Operation, blocking::Blocking as _};
//!
//! fn main() -> Result<(), mailgun::Error> {
//!     let client = Client::from_env()?;
//!     let domains: serde_json::Value = client.call(Operation::get("/v4/domains"), &[]).wait()?;
//!     println!("{domains}");
//!     Ok(())
//! }
//! ```

use std::{
    fmt, io,
    pin::{Pin, pin},
    process,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

use futures_core::Stream;
use tokio::{runtime::Handle, task::coop};

use crate::Error;

/// Waits for anything that can be awaited: a [`Call`](crate::Call), a [`Poller`](crate::Poller), a
/// batch, or the future of an async method.
pub trait Blocking<T, E>: IntoFuture<Output = Result<T, E>> + Sized {
    /// Waits for the result.
    ///
    /// # Errors
    ///
    /// The same as awaiting it. In async code, returns
    /// [`ErrorKind::AsyncContext`](crate::ErrorKind::AsyncContext) and sends nothing.
    fn wait(self) -> Result<T, E>
    where
        E: From<Error>,
    {
        block_on(self)?
    }
}

impl<F: IntoFuture<Output = Result<T, E>>, T, E> Blocking<T, E> for F {}

/// Waits for each item of a stream: the items or pages of a [`Pager`](crate::Pager), the results of a
/// batch, the states of a [`Poller`](crate::Poller), the bytes of a
/// [`ResponseStream`](crate::ResponseStream).
pub trait BlockingStream<T, E>: Stream<Item = Result<T, E>> + Sized {
    /// Returns the items as an iterator. In async code, its only item is an error with
    /// [`ErrorKind::AsyncContext`](crate::ErrorKind::AsyncContext).
    ///
    /// ```no_run
    /// # fn example(pager: mailgun::Pager<serde_json::Value>) -> Result<(), mailgun::Error> {
    /// use mailgun::blocking::BlockingStream as _;
    ///
    /// for item in pager.into_items().wait_each() {
    ///     println!("{}", item?);
    /// }
    /// # Ok(()) }
    /// ```
    fn wait_each(self) -> BlockingIter<Self> {
        BlockingIter(Some(Box::pin(self)))
    }
}

impl<S: Stream<Item = Result<T, E>>, T, E> BlockingStream<T, E> for S {}

/// The iterator of [`BlockingStream::wait_each`].
pub struct BlockingIter<S>(Option<Pin<Box<S>>>);

impl<S, T, E> Iterator for BlockingIter<S>
where
    S: Stream<Item = Result<T, E>>,
    E: From<Error>,
{
    type Item = Result<T, E>;

    fn next(&mut self) -> Option<Result<T, E>> {
        let stream = self.0.as_mut()?;
        let next = block_on(std::future::poll_fn(|cx| stream.as_mut().poll_next(cx)));
        let next = next.unwrap_or_else(|error| {
            self.0 = None;
            Some(Err(error.into()))
        });
        if next.is_none() {
            self.0 = None;
        }
        next
    }
}

impl<S> fmt::Debug for BlockingIter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingIter").finish_non_exhaustive()
    }
}

/// Waits for any future, for example an async block with several calls.
///
/// ```no_run
/// # fn example(client: mailgun::Client) -> Result<(), mailgun::Error> {
/// use mailgun::blocking::block_on;
///
/// let domains = block_on(async {
///     let first = client.has_domain("a.example.com").await?;
///     Ok::<_, mailgun::Error>((first, client.has_domain("b.example.com").await?))
/// })??;
/// println!("{domains:?}");
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// * [`ErrorKind::AsyncContext`](crate::ErrorKind::AsyncContext) in async code. The future is dropped
///   without being polled. It is fine in `tokio::task::spawn_blocking` and `block_in_place`.
/// * [`ErrorKind::Config`](crate::ErrorKind::Config) if the thread of the runtime cannot be
///   started.
pub fn block_on<F: IntoFuture>(future: F) -> Result<F::Output, Error> {
    if is_async() {
        return Err(Error::async_context());
    }
    let runtime = runtime()?;
    let _context = runtime.enter();
    let output = park_until(future.into_future());
    // A task puts the connection back. Otherwise, the next call would run before it and open
    // another.
    let _ = park_until(runtime.spawn(tokio::task::yield_now()));
    Ok(output)
}

/// Runs a future on this thread. `Runtime::block_on` would do the same, but it panics where
/// [`is_async`] cannot tell that the code is async.
fn park_until<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let woken = Arc::new(Woken { thread: thread::current(), is_woken: AtomicBool::new(false) });
    let waker = Waker::from(Arc::clone(&woken));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        while !woken.is_woken.swap(false, Ordering::AcqRel) {
            thread::park();
        }
    }
}

/// Wakes the thread that waits.
struct Woken {
    thread: Thread,
    is_woken: AtomicBool,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// Whether a tokio runtime is polling the code that calls this.
///
/// `Handle::try_current` succeeds in `spawn_blocking` too, where waiting is fine. But tokio limits how
/// much a task may do before it yields, and it does so only where it polls. So the limit is used up, and
/// then restored.
fn is_async() -> bool {
    /// More than the limit of a task, which fits into a byte.
    const MOST: usize = 256;
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(before) = coop::poll_proceed(&mut context) else { return true };
    let has_limit = (0..MOST).any(|_| match coop::poll_proceed(&mut context) {
        Poll::Ready(unit) => {
            unit.made_progress();
            false
        }
        Poll::Pending => true,
    });
    // Restores the limit.
    drop(before);
    has_limit
}

/// The runtime of this process on its thread, which never ends.
fn runtime() -> Result<Handle, Error> {
    static RUNTIME: Mutex<Option<Owned>> = Mutex::new(None);
    let mut runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    runtime_of(process::id(), &mut runtime).map_err(|error| {
        Error::config("blocking", format_args!("cannot start its runtime: {error}"))
    })
}

/// A runtime, and the process whose thread runs it.
struct Owned {
    process: u32,
    handle: Handle,
}

/// After a `fork`, the child has the parent's handle, but not its thread, so it needs another runtime.
fn runtime_of(process: u32, owned: &mut Option<Owned>) -> io::Result<Handle> {
    if let Some(Owned { handle, .. }) = owned.as_ref().filter(|owned| owned.process == process) {
        return Ok(handle.clone());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name("mailgun-blocking".to_owned())
        .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
    *owned = Some(Owned { process, handle: handle.clone() });
    Ok(handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forked_process_has_a_runtime_of_its_own() {
        let mut owned = None;
        let parent = runtime_of(1, &mut owned).unwrap();
        assert_eq!(runtime_of(1, &mut owned).unwrap().id(), parent.id());
        let child = runtime_of(2, &mut owned).unwrap();
        assert_ne!(child.id(), parent.id());
        assert_eq!(runtime_of(2, &mut owned).unwrap().id(), child.id());
    }
}
