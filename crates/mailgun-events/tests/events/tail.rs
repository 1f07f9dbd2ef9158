//! Tails over a service whose index fills up late, with a clock that stands still without I/O.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures_util::StreamExt as _;
use mailgun_core::{ErrorKind, Timestamp};
use mailgun_events::{Checkpoint, Event, EventQuery, Events, Tail};
use mailgun_testing::{Answer, Scripted, Seen};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// What was indexed when, by the tests' clock.
#[derive(Clone)]
struct Index {
    begin: Timestamp,
    began: Instant,
    entries: Arc<Mutex<Vec<Entry>>>,
}

#[derive(Clone)]
struct Entry {
    happened: Timestamp,
    indexed: Duration,
    id: String,
}

impl Index {
    fn new() -> Self {
        Self { begin: Timestamp::now(), began: Instant::now(), entries: Arc::default() }
    }

    fn at(&self, after: Duration) -> Timestamp {
        self.begin.checked_add(after).unwrap()
    }

    /// An event that happened `after` the beginning, and is found `late` after that.
    fn add(&self, id: impl ToString, after: Duration, late: Duration) {
        let indexed = after + late;
        let entry = Entry { happened: self.at(after), indexed, id: id.to_string() };
        self.entries.lock().unwrap().push(entry);
    }

    /// The page that a request is for: of what is indexed by now, in order of time.
    fn answer(&self, seen: &Seen) -> Answer {
        let limit = 300;
        let now = self.began.elapsed();
        // A token is the time and the id of the last event of the page before.
        let (begin, after) = match seen.uri.path().strip_prefix("/v3/mg.example.com/events/") {
            Some(token) => {
                let (micros, id) = token.split_once('_').unwrap();
                let time = Timestamp::from_micros(micros.parse().unwrap()).unwrap();
                (time, Some((time, id.to_owned())))
            }
            None => {
                let query = seen.query();
                let value = |name| &query.iter().find(|(key, _)| key == name).unwrap().1;
                assert_eq!((&**value("ascending"), &**value("limit")), ("yes", "300"));
                assert!(!query.iter().any(|(name, _)| name == "end"));
                (value("begin").parse().unwrap(), None)
            }
        };
        let key = |entry: &Entry| (entry.happened, entry.id.clone());
        let entries = self.entries.lock().unwrap();
        let found = entries.iter().filter(|it| it.indexed <= now && it.happened >= begin);
        let found = found.filter(|it| after.as_ref().is_none_or(|after| key(it) > *after));
        let mut found: Vec<_> = found.cloned().collect();
        found.sort_by_key(key);
        found.truncate(limit);
        let last = found.last().map(key).or(after).unwrap_or((begin, String::new()));
        let items: Vec<_> = found
            .iter()
            .map(|it| {
                let time = it.happened.to_epoch_seconds();
                json!({"event": "delivered", "id": it.id, "timestamp": time})
            })
            .collect();
        page(items, &format!("{}_{}", last.0.as_micros(), last.1))
    }

    fn service(&self) -> Scripted {
        let index = self.clone();
        Scripted::new(move |seen| index.answer(seen))
    }

    /// A tail of another process, which knows what time it is.
    fn tail(&self, service: &Scripted, from: impl Into<Checkpoint>) -> Tail {
        events(service).tail(from).now_is(self.at(self.began.elapsed()))
    }
}

fn page(items: Vec<Value>, token: &str) -> Answer {
    let next = format!("https://api.mailgun.net/v3/mg.example.com/events/{token}");
    Answer::json(&json!({"items": items, "paging": {"next": next}}))
}

fn events(service: &Scripted) -> Events {
    Events::new(&service.client(), "mg.example.com")
}

/// The ids of what a tail gives within some time; an error is an empty id.
async fn ids(tail: &mut Tail, within: Duration) -> Vec<String> {
    let end = Instant::now() + within;
    let mut ids = Vec::new();
    while let Ok(event) = tokio::time::timeout_at(end, tail.next_event()).await {
        ids.push(event.map(|event| event.id).unwrap_or_default());
    }
    ids
}

/// Written and read again, as for another process.
fn stored(checkpoint: &Checkpoint) -> Checkpoint {
    serde_json::from_str(&serde_json::to_string(checkpoint).unwrap()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn events_that_are_indexed_late_are_seen_exactly_once() {
    let index = Index::new();
    for second in 0..10 {
        index.add(format!("on-time-{second}"), SECOND * second, SECOND);
    }
    index.add("late-by-seconds", SECOND * 4, SECOND * 40);
    index.add("late-by-minutes", SECOND * 5, MINUTE * 12);
    index.add("late-by-half-an-hour", SECOND * 6, MINUTE * 30);
    index.add("too-late", SECOND * 7, MINUTE * 40);
    index.add("much-later", MINUTE * 90, SECOND);
    let mut tail = index.tail(&index.service(), index.at(Duration::ZERO));

    let first = ids(&mut tail, MINUTE * 2).await;
    assert_eq!(first.len(), 11);
    assert_eq!(first[10], "late-by-seconds");
    assert_eq!(ids(&mut tail, MINUTE * 10).await, [""; 0]);
    assert_eq!(ids(&mut tail, MINUTE * 6).await, ["late-by-minutes"]);
    assert_eq!(ids(&mut tail, MINUTE * 18).await, ["late-by-half-an-hour"]);
    assert_eq!(ids(&mut tail, MINUTE * 120).await, ["much-later"]);
}

#[tokio::test(start_paused = true)]
async fn no_event_within_the_window_is_lost_or_returned_twice() {
    for seed in 1..11_u64 {
        let index = Index::new();
        let mut random = seed;
        let mut next = |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (random >> 33) % below
        };
        for id in 0..400 {
            let late = if next(4) == 0 { next(30 * 60) } else { next(10) };
            index.add(id, SECOND * next(5 * 3600) as u32, SECOND * late as u32);
        }
        let service = index.service();
        let mut checkpoint = Checkpoint::from(index.at(Duration::ZERO));
        let mut seen = Vec::new();
        while index.began.elapsed() < MINUTE * 400 {
            // Another process each time, after a pause.
            let mut tail = index.tail(&service, stored(&checkpoint)).interval(MINUTE);
            seen.extend(ids(&mut tail, MINUTE * next(60) as u32).await);
            checkpoint = tail.checkpoint().clone();
            sleep(MINUTE * next(5) as u32).await;
        }
        assert_eq!(seen.len(), 400, "seed {seed}");
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>().len(), 400, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_tail_continues_from_a_checkpoint_anywhere_in_a_page() {
    let index = Index::new();
    for id in 0..620_u32 {
        // Ten of each time, across the edges of pages.
        index.add(id, MINUTE * (id / 10), Duration::ZERO);
    }
    let service = index.service();
    sleep(MINUTE * 63).await;
    for taken in [0, 1, 299, 300, 301, 555, 620] {
        let mut tail = index.tail(&service, index.at(Duration::ZERO));
        let mut seen = BTreeSet::new();
        for _ in 0..taken {
            assert!(seen.insert(tail.next_event().await.unwrap().id));
        }
        let checkpoint = stored(tail.checkpoint());
        let rest = ids(&mut index.tail(&service, checkpoint), MINUTE).await;
        assert_eq!(rest.len(), 620 - taken, "after {taken}");
        seen.extend(rest);
        assert_eq!(seen.len(), 620, "after {taken}");
    }
}

#[tokio::test(start_paused = true)]
async fn pages_of_300_are_read_without_a_pause_between_them() {
    let index = Index::new();
    for id in 0..900 {
        index.add(id, Duration::ZERO, Duration::ZERO);
    }
    let service = index.service();
    let mut tail = index.tail(&service, index.at(Duration::ZERO));
    assert_eq!(ids(&mut tail, SECOND).await.len(), 900);
    let requests = service.seen().len();
    assert_eq!(requests, 4);
    assert_eq!(ids(&mut tail, SECOND * 13).await, [""; 0]);
    assert_eq!(service.seen().len(), requests);
}

#[tokio::test(start_paused = true)]
async fn an_event_on_two_pages_is_returned_once() {
    let now = Timestamp::now();
    let event = move |id: &str, second: u64| {
        let time = now.checked_add(SECOND * second as u32).unwrap().to_epoch_seconds();
        json!({"event": "delivered", "id": id, "timestamp": time})
    };
    let odd = || vec![json!("odd"), json!({"event": "delivered"}), json!({"id": "untimed"})];
    let service = Scripted::new(move |seen| match seen.uri.path().rsplit_once('/').unwrap().1 {
        "events" => page([vec![event("b", 5), event("a", 2)], odd()].concat(), "one"),
        // The id comes again on the next day, which makes it another event.
        "one" => page(vec![event("a", 2), event("c", 1), event("a", 90_000)], "two"),
        _ => page(vec![], "two"),
    });
    let mut tail = events(&service).tail(now);
    let found = ids(&mut tail, MINUTE * 120).await;
    assert_eq!(found, ["b", "a", "", "", "untimed", "c", "a"]);
    let mut resumed = events(&service).tail(stored(tail.checkpoint()));
    assert_eq!(ids(&mut resumed, MINUTE).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn an_error_loses_no_event() {
    let index = Index::new();
    for id in 0..1000 {
        index.add(id, SECOND * id, SECOND * (id % 100) * 10);
    }
    let number = AtomicUsize::new(0);
    let broken = index.clone();
    let service = Scripted::new(move |seen| match number.fetch_add(1, Ordering::SeqCst) % 5 {
        0 => Answer::new(503, "unavailable"),
        1 => Answer::new(200, "{\"items\": [{\"event\""),
        _ => broken.answer(seen),
    });
    let tail = index.tail(&service, index.at(Duration::ZERO)).interval(SECOND * 30);
    let mut seen = Vec::new();
    let mut errors = Vec::new();
    let stream = tail.into_events().take_until(sleep(MINUTE * 90));
    let mut stream = std::pin::pin!(stream);
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => seen.push(event.id),
            Err(_) => errors.push(Instant::now()),
        }
    }
    assert_eq!(seen.len(), 1000);
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>().len(), 1000);
    assert!(errors.len() > 30);
    assert!(errors.windows(2).all(|pair| pair[1] - pair[0] >= SECOND * 30));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_wait_loses_no_event() {
    let index = Index::new();
    for id in 0..700_u32 {
        index.add(id, SECOND * (id / 7), SECOND);
    }
    let slow = index.clone();
    let service = Scripted::new(move |seen| slow.answer(seen).after(SECOND * 2));
    let mut tail = index.tail(&service, index.at(Duration::ZERO));
    let mut seen = BTreeSet::new();
    while index.began.elapsed() < MINUTE * 10 {
        // Sometimes too short for a page, and never long enough for a page and a wait.
        let patience = [1, 5][(index.began.elapsed().as_secs() % 2) as usize];
        if let Ok(event) = timeout(SECOND * patience, tail.next_event()).await {
            assert!(seen.insert(event.unwrap().id));
        }
    }
    assert_eq!(seen.len(), 700);
}

#[tokio::test(start_paused = true)]
async fn an_interval_of_any_length_is_waited_for_after_pages_and_failures() {
    const YEAR: Duration = Duration::from_secs(365 * 86_400);
    let index = Index::new();
    index.add("first", Duration::ZERO, Duration::ZERO);
    let service = index.service();
    let mut tail = index.tail(&service, index.at(Duration::ZERO)).interval(Duration::MAX);
    assert_eq!(ids(&mut tail, YEAR).await, ["first"]);
    let requests = service.seen().len();
    assert!(requests < 4, "{requests} requests");

    let service = Scripted::new(|_| Answer::new(503, "unavailable"));
    let mut tail = index.tail(&service, index.at(Duration::ZERO)).interval(Duration::MAX);
    assert_eq!(ids(&mut tail, YEAR).await, [""]);
    assert_eq!(service.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_interval_of_zero_is_raised_to_a_tenth_of_a_second() {
    let service = Scripted::new(|_| page(vec![], "x").after(SECOND / 1000));
    let mut tail = events(&service).tail(Timestamp::now()).interval(Duration::ZERO);
    assert_eq!(ids(&mut tail, SECOND).await, [""; 0]);
    let requests = service.seen().len();
    assert!((9..=11).contains(&requests), "{requests} requests");
}

#[tokio::test(start_paused = true)]
async fn a_checkpoint_and_the_number_of_requests_stay_small() {
    // Forty days of the past, with an event every hour.
    let index = Index::new();
    let past = index.begin.checked_sub(MINUTE * 60 * 960).unwrap();
    for id in 0..960_u32 {
        let happened = past.checked_add(MINUTE * 60 * id).unwrap();
        let entry = Entry { happened, indexed: Duration::ZERO, id: format!("past-{id}") };
        index.entries.lock().unwrap().push(entry);
    }
    // Two hours with an event every other second.
    for id in 0..3600 {
        index.add(id, SECOND * 2 * id, SECOND * 3);
    }
    let service = index.service();
    let mut tail = index.tail(&service, past);
    for _ in 0..960 {
        tail.next_event().await.unwrap();
    }
    // Half an hour of the present would be more; here it is the last page.
    assert!(serde_json::to_string(tail.checkpoint()).unwrap().len() < 300 * 60);

    let requests = service.seen().len();
    assert_eq!(ids(&mut tail, MINUTE * 121).await.len(), 3600);
    // The window, and the sixth of it that goes by until it is read whole again.
    let size = serde_json::to_string(tail.checkpoint()).unwrap().len();
    assert!(size < 36 * 30 * 60, "{size} bytes");
    // Two pages each quarter of a minute, of which one is empty, and five every five minutes.
    let requests = service.seen().len() - requests;
    assert!(requests < 121 * 4 * 2 + 25 * 5, "{requests} requests");
}

#[tokio::test(start_paused = true)]
async fn a_checkpoint_holds_no_more_events_than_its_bound() {
    for max in [0, 7, 100, 1000] {
        let index = Index::new();
        for id in 0..2000 {
            index.add(id, SECOND * id / 2, Duration::ZERO);
        }
        // Found within the window that is left, or lost.
        index.add("late", SECOND * 980, SECOND * 30);
        index.add("too late", SECOND, MINUTE * 20);
        let service = index.service();
        let mut tail = index.tail(&service, index.begin).max_seen(max);
        let mut found = Vec::new();
        let end = Instant::now() + MINUTE * 30;
        while let Ok(event) = tokio::time::timeout_at(end, tail.next_event()).await {
            found.push(event.unwrap().id);
            if found.len() % 50 == 0 {
                let checkpoint = serde_json::to_value(tail.checkpoint()).unwrap();
                assert!(checkpoint["seen"].as_array().unwrap().len() <= max);
            }
        }
        let ids: BTreeSet<_> = found.iter().collect();
        assert_eq!(ids.len(), found.len(), "{max}: an event was given twice");
        assert!((0..2000).all(|id| ids.contains(&id.to_string())), "{max}: an event was lost");
        assert_eq!(ids.contains(&"late".to_owned()), max >= 100, "{max}");
        assert!(!ids.contains(&"too late".to_owned()), "{max}");
    }
}

#[tokio::test(start_paused = true)]
async fn events_without_a_time_are_returned_once_and_forgotten_later() {
    let began = Instant::now();
    let service = Scripted::new(move |seen| {
        if !seen.uri.path().ends_with("/events") {
            return page(Vec::new(), "end");
        }
        // One each minute, which is found for ten.
        let minute = began.elapsed().as_secs() / 60;
        let items = minute.saturating_sub(9)..=minute;
        page(items.map(|id| json!({"event": "delivered", "id": id.to_string()})).collect(), "next")
    });
    let mut tail = events(&service).tail(Timestamp::now());
    let found = ids(&mut tail, MINUTE * 300 - SECOND).await;
    assert_eq!(found, (0..300).map(|id| id.to_string()).collect::<Vec<_>>());
    let checkpoint = serde_json::to_value(stored(tail.checkpoint())).unwrap();
    assert!(checkpoint["undated"].as_object().unwrap().len() <= 16, "{checkpoint}");
    // A tail that goes on from it knows them.
    let mut tail = events(&service).tail(stored(tail.checkpoint()));
    assert_eq!(ids(&mut tail, SECOND * 30).await, ["300"]);
}

#[tokio::test(start_paused = true)]
async fn a_domain_so_busy_that_no_page_is_empty_is_read_with_pauses() {
    let index = Index::new();
    for id in 0..7200 {
        index.add(id, MINUTE / 600 * id, Duration::ZERO);
    }
    index.add("late", MINUTE, MINUTE * 7);
    let busy = index.clone();
    let service = Scripted::new(move |seen| busy.answer(seen).after(MINUTE / 300));
    let mut tail = index.tail(&service, index.at(Duration::ZERO));
    let found = ids(&mut tail, MINUTE * 12 - SECOND).await;
    assert!(found.contains(&"late".to_owned()));
    assert!(found.len() > 6900);
    let requests = service.seen().len();
    // Each quarter of a minute some pages of the overlap, and twice the window.
    assert!(requests < 48 * 6 + 35, "{requests} requests");
}

#[tokio::test(start_paused = true)]
async fn a_page_that_links_to_itself_is_an_error_and_the_tail_waits_after_it() {
    let time = Timestamp::now().to_epoch_seconds();
    let item = json!({"event": "delivered", "id": "a", "timestamp": time});
    let service = Scripted::new(move |_| page(vec![item.clone()], "again"));
    let mut tail = events(&service).tail(Timestamp::now().checked_sub(MINUTE).unwrap());
    assert_eq!(ids(&mut tail, SECOND * 59).await, ["a", "", "", "", ""]);
    // The listing, and the page that leads to itself.
    assert_eq!(service.seen().len(), 4 * 2);
}

#[tokio::test(start_paused = true)]
async fn a_tail_asks_for_what_matches_the_filters() {
    let service = Scripted::new(|_| page(vec![], "x"));
    let query = EventQuery::new()
        .begin(Timestamp::UNIX_EPOCH)
        .end(Timestamp::UNIX_EPOCH)
        .ascending(false)
        .limit(7)
        .event("failed")
        .extra("pretty", "no");
    let from: Timestamp = "2026-11-22T10:00:00.7Z".parse().unwrap();
    let mut tail = events(&service).tail(from).matching(query).settle(Duration::ZERO);
    assert_eq!(ids(&mut tail, SECOND * 59).await, [""; 0]);
    let expected = [
        ("limit", "7"),
        ("event", "failed"),
        ("pretty", "no"),
        ("begin", "Sun, 22 Nov 2026 10:00:00 +0000"),
        ("ascending", "yes"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(service.seen().len(), 4);
    assert!(service.seen().iter().all(|seen| seen.query() == expected));
    assert!(!format!("{tail:?} {:?}", tail.checkpoint()).contains("failed"));
}

#[test]
fn a_tail_outside_of_a_runtime_returns_an_error() {
    let mut tail = events(&Scripted::new(|_| Answer::never())).tail(Timestamp::now());
    let mut next = std::pin::pin!(tail.next_event());
    let polled = next.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(Err(error)) = polled else { panic!("no error") };
    assert_eq!(error.kind(), ErrorKind::Config);
}

/// What an application holds across tasks and awaits.
#[test]
fn events_and_tails_can_be_sent_to_other_threads() {
    fn is_send<T: Send>() {}
    is_send::<Event>();
    is_send::<Tail>();
    is_send::<Checkpoint>();
}
