//! Following events as they come, including late ones.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt,
    time::Duration,
};

use futures_core::Stream;
use futures_util::stream::unfold;
use mailgun_core::{Error, Pager, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep_until};

use crate::{Event, EventQuery, Events};

const INTERVAL: Duration = Duration::from_secs(15);
/// Without a pause, an interval of zero would send one request after the other.
const MIN_INTERVAL: Duration = Duration::from_millis(100);
/// A hundred years, which every clock can represent.
const MAX_INTERVAL: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
const SETTLE: Duration = Duration::from_secs(30 * 60);
/// The whole window is read this many times while an event passes through it.
const FULL_READS: u32 = 6;
/// Every read looks again at this fraction of the window.
const OVERLAP: u32 = 30;
/// 500 events per second in a window of half an hour.
const MAX_SEEN: usize = 1_000_000;

/// The events of a domain as they come; see [`Events::tail`].
///
/// Mailgun indexes events out of order, and sometimes minutes late. A client that asks only for events
/// after the newest one misses some. A tail returns an event as soon as it finds it, and looks for late
/// events until they are older than the [settle window](Self::settle):
///
/// * It reads all pages up to the present, and waits for the [interval](Self::interval), 15 seconds.
///   Then it reads again from shortly before the newest event: a thirtieth of the window, one minute.
/// * Six times per window, every five minutes, it reads the whole window again, and finds late events.
/// * It returns each event once. It tells events apart by id and time, because ids are unique within a
///   day only. Within one read, older events come first. A late event comes after newer ones.
///
/// An event that Mailgun indexes later than the window is lost. A longer window finds it, but needs more
/// requests and a larger [`Checkpoint`]. A tail that is stopped for longer than Mailgun keeps events, 1 to
/// 30 days, misses those that are gone. The window is measured by the clock of this machine. If that
/// clock is fast, the window is shorter by as much.
///
/// An error does not end a tail. The client retries as usual; after that, the tail returns the error. The
/// next call waits for the interval, and continues from the same place without loss or duplicates. You
/// decide whether to call again: a wrong key stays wrong.
///
/// ```no_run
/// # async fn example(events: mailgun::events::Events) {
/// use std::time::Duration;
///
/// use futures_util::StreamExt as _;
/// use mailgun::Timestamp;
///
/// let stream = events.tail(Timestamp::now()).interval(Duration::from_secs(60)).into_events();
/// let mut stream = std::pin::pin!(stream);
/// while let Some(event) = stream.next().await {
///     println!("{event:?}");
/// }
/// # }
/// ```
#[must_use = "a tail does nothing until you ask for its events"]
pub struct Tail {
    events: Events,
    query: EventQuery,
    interval: Duration,
    settle: Duration,
    max_seen: usize,
    checkpoint: Checkpoint,
    clock: Clock,
    /// The time of the newest event so far.
    newest: Timestamp,
    /// When the last complete read of the window began.
    full_read: Option<Timestamp>,
    read: Option<Read>,
    /// The events of the last page that were not returned yet.
    page: VecDeque<Event>,
    /// The time of the oldest event of the last page.
    page_oldest: Option<Timestamp>,
    wait_until: Option<Instant>,
}

/// A read of all pages from a time on.
struct Read {
    pager: Pager<Event>,
    is_full: bool,
    /// Older events are before the window. They are on a page because a query has whole seconds.
    first: Timestamp,
    started: Timestamp,
}

impl Tail {
    pub(crate) fn new(events: Events, checkpoint: Checkpoint) -> Self {
        Self {
            events,
            query: EventQuery::new(),
            interval: INTERVAL,
            settle: SETTLE,
            max_seen: MAX_SEEN,
            newest: checkpoint.from,
            checkpoint,
            clock: Clock::new(Timestamp::now()),
            full_read: None,
            read: None,
            page: VecDeque::new(),
            page_oldest: None,
            wait_until: None,
        }
    }

    /// Returns only events that match the filters of `query`.
    ///
    /// Its time range and order are ignored. Its page size applies. Default: 300. A tail that continues
    /// from a checkpoint needs the same filters as the tail before.
    pub fn matching(mut self, query: EventQuery) -> Self {
        self.query = query;
        self
    }

    /// Sets the wait after the last page and after an error. Default: 15 seconds, the least that Mailgun
    /// recommends. Minimum: 100 ms; a shorter interval is raised to it.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval.clamp(MIN_INTERVAL, MAX_INTERVAL);
        self
    }

    /// Sets the settle window: how late Mailgun may index an event for the tail to find it. Default: 30
    /// minutes, as Mailgun recommends.
    pub fn settle(mut self, window: Duration) -> Self {
        self.settle = window;
        self
    }

    /// Limits the events that a [`Checkpoint`] remembers. Default: 1,000,000, about 60 MB.
    ///
    /// If a domain has more events in the settle window, the window becomes shorter: the tail forgets
    /// the oldest events, and misses late events that are older than these. It returns no event twice.
    pub fn max_seen(mut self, max: usize) -> Self {
        self.max_seen = max;
        self
    }

    /// Sets the current time, for tests that advance the runtime's clock.
    #[doc(hidden)]
    pub fn now_is(mut self, time: Timestamp) -> Self {
        self.clock = Clock::new(time);
        self
    }

    /// Waits for the next event.
    ///
    /// If you drop the future, nothing is lost: call again.
    ///
    /// # Errors
    ///
    /// The errors of [`Events::list`], and transport errors. To continue, call again: the tail waits for
    /// the interval first.
    pub async fn next_event(&mut self) -> Result<Event, Error> {
        loop {
            while let Some(event) = self.page.pop_front() {
                if self.is_new(&event) {
                    return Ok(event);
                }
            }
            self.next_page().await?;
        }
    }

    /// Returns the events as an endless stream. An error is an item and does not end it.
    ///
    /// The stream gives no access to the checkpoint. If you need it, call
    /// [`next_event`](Self::next_event) in a loop.
    pub fn into_events(self) -> impl Stream<Item = Result<Event, Error>> + Send {
        unfold(self, |mut tail| async move { Some((tail.next_event().await, tail)) })
    }

    /// Returns the checkpoint after the events returned so far. Store it, and pass it to
    /// [`Events::tail`] later, in this process or another.
    ///
    /// It covers all events that were returned, including the last one. If you store it after you have
    /// processed an event, no event is lost. Events that you processed after the last stored checkpoint
    /// are returned again.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    fn is_new(&mut self, event: &Event) -> bool {
        // A page is part of a read.
        let Some(read) = &mut self.read else { return false };
        let checkpoint = &mut self.checkpoint;
        let Some(time) = event.timestamp else {
            let is_new = checkpoint.undated.insert(id(event), read.started).is_none();
            if checkpoint.undated.len() > self.max_seen {
                checkpoint.undated.pop_first();
            }
            return is_new;
        };
        self.newest = self.newest.max(time);
        if time < read.first {
            return false;
        }
        let is_new = checkpoint.seen.insert(Seen(time, id(event)));
        if checkpoint.seen.len() > self.max_seen {
            checkpoint.shrink(self.max_seen);
            read.first = read.first.max(checkpoint.from);
        }
        is_new
    }

    /// Reads the next page, or ends the read after its last page.
    async fn next_page(&mut self) -> Result<(), Error> {
        self.finish_page();
        if let Some(instant) = self.wait_until {
            sleep_until(instant).await;
            self.wait_until = None;
        }
        let read = match self.read.take() {
            Some(read) => read,
            None => self.begin_read(),
        };
        let read = self.read.insert(read);
        match read.pager.next_page().await {
            Ok(Some(page)) => {
                self.page_oldest = page.items.iter().filter_map(|event| event.timestamp).min();
                self.page = page.items.into();
            }
            Ok(None) => self.end_read(),
            Err(error) => {
                self.read = None;
                self.wait();
                return Err(error);
            }
        }
        Ok(())
    }

    /// Moves the checkpoint on after all events of a page were returned.
    fn finish_page(&mut self) {
        let (Some(read), Some(oldest)) = (&self.read, self.page_oldest.take()) else { return };
        let started = read.started;
        if read.is_full {
            // Events before the window that were read need not be read again. The overlap is for
            // events that are out of order across pages.
            let read_until = oldest.saturating_sub(self.settle / OVERLAP);
            self.checkpoint.settle(read_until.min(started.saturating_sub(self.settle)));
        }
        // A busy domain has no last page, so newer events are left for the next read.
        if oldest > started {
            self.end_read();
        }
    }

    fn end_read(&mut self) {
        self.wait();
        if let Some(read) = self.read.take()
            && read.is_full
        {
            self.full_read = Some(read.started);
            self.checkpoint.undated.retain(|_, last_read| *last_read >= read.started);
            // If the clock is far ahead, the checkpoint must not pass events that are still to come.
            self.checkpoint.settle(self.newest.min(read.started.saturating_sub(self.settle)));
        }
    }

    /// Plans the wait before the next read.
    fn wait(&mut self) {
        self.wait_until = Some(Instant::now() + self.interval);
    }

    fn begin_read(&self) -> Read {
        let started = self.clock.now();
        let pause = self.settle / FULL_READS;
        let is_full = self.full_read.is_none_or(|last| started.duration_since(last) >= Some(pause));
        let first = self.checkpoint.from;
        let begin = if is_full {
            first
        } else {
            first.max(self.newest.min(started).saturating_sub(self.settle / OVERLAP))
        };
        let pager = self.events.search(self.query.clone().following(begin));
        Read { pager, is_full, first, started }
    }
}

/// Leaves the filters out, because they may contain an address.
impl fmt::Debug for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tail")
            .field("events", &self.events)
            .field("interval", &self.interval)
            .field("settle", &self.settle)
            .field("checkpoint", &self.checkpoint)
            .finish_non_exhaustive()
    }
}

/// The place from which a [`Tail`] continues.
///
/// Store it with `serde`, or with `mailgun-store` in SQLite or Postgres. It has the time after which events
/// may still be missing, and the ids of the events after that time that were returned: about 60 bytes for
/// each event of the last half hour, and at most [`Tail::max_seen`] events.
///
/// ```
/// use mailgun::Timestamp;
/// use mailgun::events::Checkpoint;
///
/// let checkpoint = Checkpoint::from(Timestamp::now());
/// let json = serde_json::to_string(&checkpoint)?;
/// assert_eq!(serde_json::from_str::<Checkpoint>(&json)?, checkpoint);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    from: Timestamp,
    seen: BTreeSet<Seen>,
    /// Events without a time, with the time of the read that last found them. They are remembered until
    /// a read of the whole window does not find them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    undated: BTreeMap<String, Timestamp>,
}

impl Checkpoint {
    /// Sets the time before which all events were returned or are lost.
    fn settle(&mut self, time: Timestamp) {
        if time > self.from {
            self.from = time;
            self.seen = self.seen.split_off(&Seen(time, String::new()));
        }
    }

    /// Forgets the oldest events, at least an eighth, and all of the same time.
    fn shrink(&mut self, max: usize) {
        let mut oldest = None;
        while self.seen.len() > max - max / 8 {
            oldest = self.seen.pop_first();
        }
        if let Some(Seen(time, _)) = oldest {
            self.settle(time.saturating_add(Duration::from_micros(1)));
        }
    }
}

/// Starts with the events from this time on.
impl From<Timestamp> for Checkpoint {
    fn from(from: Timestamp) -> Self {
        Self { from, seen: BTreeSet::new(), undated: BTreeMap::new() }
    }
}

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoint")
            .field("from", &self.from)
            .field("seen", &(self.seen.len() + self.undated.len()))
            .finish()
    }
}

/// Identifies an event by time and id.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Seen(Timestamp, String);

/// The id of an event, or a hash of its JSON if it has none.
fn id(event: &Event) -> String {
    match &*event.id {
        "" => format!("{:016x}", fnv1a(event.raw().as_bytes())),
        id => id.to_owned(),
    }
}

/// A checkpoint may be read by another version, so the hash must not depend on the standard library's.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The current time, which never goes back, and which tests can advance.
struct Clock {
    time: Timestamp,
    instant: Instant,
}

impl Clock {
    fn new(time: Timestamp) -> Self {
        Self { time, instant: Instant::now() }
    }

    /// The runtime's clock may stop while the machine sleeps, and the system's clock may be set back:
    /// the later one is right.
    fn now(&self) -> Timestamp {
        let time = self.time.saturating_add(self.instant.elapsed());
        time.max(Timestamp::now())
    }
}
