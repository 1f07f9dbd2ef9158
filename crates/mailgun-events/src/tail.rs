//! Following events as they come, those too that come late.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt,
    time::Duration,
};

use futures_core::Stream;
use futures_util::stream::unfold;
use mailgun_core::{Error, Pager, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep, sleep_until};

use crate::{Event, EventQuery, Events};

const INTERVAL: Duration = Duration::from_secs(15);
const SETTLE: Duration = Duration::from_secs(30 * 60);
/// The whole window is read so many times while an event passes through it.
const FULL_READS: u32 = 6;
/// Of the window, what every read looks at again.
const OVERLAP: u32 = 30;
/// Five hundred events a second, for the window of half an hour.
const MAX_SEEN: usize = 1_000_000;

/// The events of a domain as they come; see [`Events::tail`].
///
/// Mailgun indexes events late and not in order, by minutes at times, so that whoever asks only for
/// what is newer than the newest loses some. A tail gives an event as soon as it finds it, and looks
/// for late ones until they are older than the [settle window](Self::settle):
///
/// * It reads all pages up to the present, waits for the [interval](Self::interval), 15 seconds, and reads
///   again from shortly before the newest event: a thirtieth of the window, which is one minute.
/// * Six times a window, which is every five minutes, it reads the whole window again. A late event
///   is found by the next of these reads.
/// * Each event is given once, told by its id and its time, since ids are unique within a day only.
///   Of events in one read the older come first; a late one comes after newer ones.
///
/// An event that is indexed later than the window is lost. A longer window finds it at the price of
/// more requests and a larger [`Checkpoint`]; a shorter one does the reverse. The window is measured
/// by the clock of this machine: one that is fast by some minutes makes it shorter by them.
///
/// A failure does not end a tail: it is given to the caller, beyond what the client repeats by
/// itself, and the next call waits for the interval and goes on from the same place, without loss
/// and without duplicates. Whether it is worth it, the caller decides: a wrong key stays wrong.
///
/// ```no_run
/// # async fn example(events: mailgun_events::Events) {
/// use std::time::Duration;
///
/// use futures_util::StreamExt as _;
/// use mailgun_core::Timestamp;
///
/// let stream = events.tail(Timestamp::now()).interval(Duration::from_secs(60)).into_events();
/// let mut stream = std::pin::pin!(stream);
/// while let Some(event) = stream.next().await {
///     println!("{event:?}");
/// }
/// # }
/// ```
#[must_use = "a tail asks for nothing until its events are asked for"]
pub struct Tail {
    events: Events,
    query: EventQuery,
    interval: Duration,
    settle: Duration,
    max_seen: usize,
    checkpoint: Checkpoint,
    clock: Clock,
    /// The time of the newest event that was read.
    newest: Timestamp,
    /// When the last complete read of the window began.
    full_read: Option<Timestamp>,
    read: Option<Read>,
    /// What of the last page was not given yet.
    page: VecDeque<Event>,
    /// The time of the oldest event of the last page.
    page_oldest: Option<Timestamp>,
    wait_until: Option<Instant>,
}

/// One reading of all pages from a time on.
struct Read {
    pager: Pager<Event>,
    is_full: bool,
    /// Events before are older than the window, and here only since a query has whole seconds.
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

    /// Gives only events that match the filters of `query`. Its times and its order do not count;
    /// its limit does, and is 300 when not set.
    ///
    /// A tail that goes on from a checkpoint needs the same filters as the one before.
    pub fn matching(mut self, query: EventQuery) -> Self {
        self.query = query;
        self
    }

    /// How long to wait after the last page and after a failure; 15 seconds when not set, which is
    /// the least that Mailgun recommends.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// How late an event may be indexed and still be found; 30 minutes when not set, which is what
    /// Mailgun recommends.
    pub fn settle(mut self, window: Duration) -> Self {
        self.settle = window;
        self
    }

    /// How many events a [`Checkpoint`] remembers at most; 1,000,000 when not set, which is some 60 MB.
    ///
    /// A domain with more events within the settle window has a shorter window: the oldest events
    /// are forgotten, and late ones that are older than these are lost. No event is given twice.
    pub fn max_seen(mut self, max: usize) -> Self {
        self.max_seen = max;
        self
    }

    /// Sets the time of day, for tests that move the runtime's clock on.
    #[doc(hidden)]
    pub fn now_is(mut self, time: Timestamp) -> Self {
        self.clock = Clock::new(time);
        self
    }

    /// The next event, as soon as there is one.
    ///
    /// Dropped before it is done, it loses nothing.
    ///
    /// # Errors
    ///
    /// That of a read. Calling again waits for the interval, and goes on.
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

    /// All events as a stream without end, in which a failure is an item like others.
    ///
    /// The checkpoint is out of reach in it; a loop over [`next_event`](Self::next_event) has it.
    pub fn into_events(self) -> impl Stream<Item = Result<Event, Error>> + Send {
        unfold(self, |mut tail| async move { Some((tail.next_event().await, tail)) })
    }

    /// Where to go on after the events given so far: to be stored, and given to [`Events::tail`]
    /// later, by another process too.
    ///
    /// It covers the events that were given, also the last one. Stored after an event was
    /// processed, it never loses one; an event that was processed and not covered by a stored
    /// checkpoint is given again.
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

    /// Reads a page, or ends a read that has none left.
    async fn next_page(&mut self) -> Result<(), Error> {
        self.leave_page();
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

    fn leave_page(&mut self) {
        let (Some(read), Some(oldest)) = (&self.read, self.page_oldest.take()) else { return };
        let started = read.started;
        if read.is_full {
            // What was settled when the read began, and was read, need not be read again. The
            // overlap is for events that are not in order across pages.
            let read_until = earlier(oldest, self.settle / OVERLAP);
            self.checkpoint.settle(read_until.min(earlier(started, self.settle)));
        }
        // A busy domain has no last page: what came since is for the next read.
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
            // A clock that is far ahead must not lead past what is still to come.
            self.checkpoint.settle(self.newest.min(earlier(read.started, self.settle)));
        }
    }

    /// The next read waits for the interval; one that no clock holds ends in some decades.
    fn wait(&mut self) {
        self.wait_until = Some(sleep(self.interval).deadline());
    }

    fn begin_read(&self) -> Read {
        let started = self.clock.now();
        let pause = self.settle / FULL_READS;
        let is_full = self.full_read.is_none_or(|last| started.duration_since(last) >= Some(pause));
        let first = self.checkpoint.from;
        let begin = if is_full {
            first
        } else {
            first.max(earlier(self.newest.min(started), self.settle / OVERLAP))
        };
        let pager = self.events.search(self.query.clone().following(begin));
        Read { pager, is_full, first, started }
    }
}

fn earlier(time: Timestamp, by: Duration) -> Timestamp {
    time.checked_sub(by).unwrap_or(Timestamp::MIN)
}

/// Without the filters, which may hold an address.
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

/// Where a [`Tail`] goes on.
///
/// It is written and read by `serde`, and holds the time from which on events may still be missing
/// and the ids of the events since then that were given: some sixty bytes for each event of the
/// last half hour, and not more events than [`Tail::max_seen`].
///
/// ```
/// use mailgun_core::Timestamp;
/// use mailgun_events::Checkpoint;
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
    /// Events without a time have no place in the window. They are remembered, with the time of the
    /// read that last found them, until a read of the whole window does not find them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    undated: BTreeMap<String, Timestamp>,
}

impl Checkpoint {
    /// All events before this time were given, or are lost.
    fn settle(&mut self, time: Timestamp) {
        if time > self.from {
            self.from = time;
            self.seen = self.seen.split_off(&Seen(time, String::new()));
        }
    }

    /// Forgets the oldest events, an eighth at once, and all that are as old.
    fn shrink(&mut self, max: usize) {
        let mut oldest = None;
        while self.seen.len() > max - max / 8 {
            oldest = self.seen.pop_first();
        }
        if let Some(Seen(time, _)) = oldest {
            self.settle(time.checked_add(Duration::from_micros(1)).unwrap_or(Timestamp::MAX));
        }
    }
}

/// All events from this time on.
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

/// What tells an event from others.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Seen(Timestamp, String);

/// The id of an event, or what stands for it.
fn id(event: &Event) -> String {
    match &*event.id {
        "" => format!("{:016x}", fnv1a(event.raw().as_bytes())),
        id => id.to_owned(),
    }
}

/// The same in every version of this crate, unlike the hashers of the standard library.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The time of day, which never goes back, and which tests can move on.
struct Clock {
    time: Timestamp,
    instant: Instant,
}

impl Clock {
    fn new(time: Timestamp) -> Self {
        Self { time, instant: Instant::now() }
    }

    /// The runtime's clock may stand still while the machine sleeps, and the system's may be set
    /// back.
    fn now(&self) -> Timestamp {
        let time = self.time.checked_add(self.instant.elapsed()).unwrap_or(Timestamp::MAX);
        time.max(Timestamp::now())
    }
}
