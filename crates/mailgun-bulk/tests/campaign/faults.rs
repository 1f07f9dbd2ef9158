//! What goes wrong between a worker and Mailgun, and what becomes of the mail.

use std::sync::atomic::{AtomicUsize, Ordering};

use mailgun_bulk::{BulkError, ChunkState, Halt};
use mailgun_core::{Client, Error};
use mailgun_mock::{Fault, MockMailgun};
use mailgun_testing::within;
use tokio::time::{Instant, timeout};

use crate::*;

/// Virtual time in which a test with paused time must end.
const LONG: Duration = Duration::from_secs(48 * 3600);

fn halt(error: &BulkError) -> Halt {
    match error {
        BulkError::Halted(halt, _) => *halt,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn mail_whose_response_was_lost_is_unknown_until_its_events_are_found() {
    let mock = MockMailgun::start().await;
    let bulk = bulk(&mock);
    let handle = start(&bulk, newsletter().chunk_size(2), 6).await;
    mock.inject(Fault::lose_response().for_path("/messages"));
    mock.inject(Fault::reset_after_read().for_path("/messages"));
    let status = within(worker(&bulk).run(KEY)).await.unwrap();
    assert_eq!(counts(&status), [2, 0, 4, 0]);
    let before = mails(&mock, 6);
    assert_eq!(before.iter().sum::<usize>(), 4, "one of the two was accepted");

    let settled = within(handle.reconcile()).await.unwrap();
    assert_eq!((settled.accepted, settled.unknown), (2, 2));
    let left = settled.try_again_within.unwrap();
    assert!(left > Duration::from_secs(29 * 60) && left <= Duration::from_secs(30 * 60));
    let text = settled.to_string();
    assert_eq!(text, {
        "2 found accepted, 2 still unknown; events can appear for 30 more minutes"
    });
    assert_eq!(counts(&handle.status().await.unwrap()), [4, 0, 2, 0]);
    assert_eq!(mails(&mock, 6), before, "nothing was sent");

    // Nothing is sent again unless the operator says so.
    within(worker(&bulk).run(KEY)).await.unwrap();
    assert_eq!(mails(&mock, 6), before);
    assert_eq!(handle.resend_unknown().await.unwrap(), 2);
    let status = within(worker(&bulk).run(KEY)).await.unwrap();
    assert_eq!(counts(&status), [6, 0, 0, 0]);
    assert_eq!(mails(&mock, 6), [1; 6]);
    let settled = within(handle.reconcile()).await.unwrap();
    assert_eq!((settled.accepted, settled.unknown, settled.try_again_within), (0, 0, None));
}

#[tokio::test]
async fn only_recipients_with_an_event_are_settled() {
    let service = Scripted::new(|request| {
        if request.method == "POST" {
            return Answer::new(502, "bad gateway");
        }
        let id = ("message-id".to_owned(), format!("{KEY}.0-4@mg.example.com"));
        let is_next = request.uri.path().ends_with("/next");
        assert!(is_next || request.query().contains(&id), "{:?}", request.query());
        let items = [1, 2, 4].map(|n| json!({"event": "accepted", "recipient": address(n)}));
        let items = if is_next { json!([]) } else { json!(items) };
        let next = "https://api.mailgun.net/v3/mg.example.com/events/next";
        Answer::json(&json!({"items": items, "paging": {"next": next}}))
    });
    let bulk = scripted_bulk(&service);
    let handle = start(&bulk, newsletter(), 5).await;
    within(worker(&bulk).run(KEY)).await.unwrap();
    let settled = within(handle.reconcile()).await.unwrap();
    assert_eq!((settled.accepted, settled.unknown), (3, 2));
    let states: Vec<_> = bulk_states(&handle).await;
    let (accepted, unknown) = (ChunkState::Accepted, ChunkState::Unknown);
    assert_eq!(states, [(0..1, unknown), (1..3, accepted), (3..4, unknown), (4..5, accepted)]);
}

async fn bulk_states(handle: &CampaignHandle) -> Vec<(std::ops::Range<u64>, ChunkState)> {
    use futures_util::TryStreamExt as _;
    let chunks: Vec<_> = handle.chunks().try_collect().await.unwrap();
    chunks.into_iter().map(|it| (it.positions, it.state)).collect()
}

#[tokio::test]
async fn a_resent_chunk_that_is_refused_stays_unknown() {
    let answers = vec![Answer::new(502, ""), Answer::new(400, r#"{"message":"bad"}"#)];
    let service = Scripted::script(answers);
    let bulk = scripted_bulk(&service);
    let handle = start(&bulk, newsletter(), 2).await;
    within(worker(&bulk).run(KEY)).await.unwrap();
    handle.resend_unknown().await.unwrap();
    let status = within(worker(&bulk).run(KEY)).await.unwrap();
    assert_eq!(counts(&status), [0, 0, 2, 0]);
    assert_eq!(service.count(), 2);
}

#[tokio::test]
async fn a_worker_ends_after_three_unknown_outcomes_in_a_row() {
    let service = Scripted::script(vec![Answer::new(500, "")]);
    let bulk = scripted_bulk(&service);
    let handle = start(&bulk, newsletter().chunk_size(1), 9).await;
    let error = within(worker(&bulk).run(KEY)).await.unwrap_err();
    assert_eq!(halt(&error), Halt::Unknown(3));
    let text = error.to_string();
    assert!(text.contains("the outcome was unknown 3 times in a row"), "{text}");
    assert_eq!(counts(&handle.status().await.unwrap()), [0, 0, 3, 6]);
}

#[tokio::test]
async fn a_wrong_key_ends_the_worker_and_loses_nobody() {
    for status in [401, 403, 404] {
        let service = Scripted::script(vec![Answer::new(status, "Forbidden"), accepted()]);
        let bulk = scripted_bulk(&service);
        start(&bulk, newsletter().chunk_size(2), 4).await;
        let error = within(worker(&bulk).run(KEY)).await.unwrap_err();
        assert_eq!(halt(&error), Halt::Refused);
        assert_eq!(service.count(), 1, "{status}");
        // The key was corrected.
        let done = within(worker(&bulk).run(KEY)).await.unwrap();
        assert_eq!(counts(&done), [4, 0, 0, 0], "{status}");
    }
}

#[tokio::test]
async fn a_refused_chunk_is_refused_with_words_but_without_addresses() {
    let service = Scripted::new(|request| match numbers(request).contains(&2) {
        true => Answer::new(400, r#"{"message":"r2@example.com is not a valid address"}"#),
        false => accepted(),
    });
    let bulk = scripted_bulk(&service);
    let handle = start(&bulk, newsletter().chunk_size(2), 6).await;
    let status = within(worker(&bulk).run(KEY)).await.unwrap();
    assert_eq!(counts(&status), [4, 2, 0, 0]);
    use futures_util::TryStreamExt as _;
    let chunks: Vec<_> = handle.chunks().try_collect().await.unwrap();
    let error = chunks[1].error.as_deref().unwrap();
    assert!(error.contains("400") && error.contains("is not a valid address"), "{error}");
    assert!(!error.contains("r2@example.com"), "{error}");
}

#[tokio::test]
async fn refused_chunks_are_halved_to_find_who_is_to_blame() {
    let service = Scripted::new(|request| match numbers(request).contains(&5) {
        true => Answer::new(400, r#"{"message":"to parameter is not a valid address"}"#),
        false => accepted(),
    });
    let bulk = scripted_bulk(&service);
    let handle = start(&bulk, newsletter().isolate_refused(), 8).await;
    let status = within(worker(&bulk).run(KEY)).await.unwrap();
    assert_eq!(counts(&status), [7, 1, 0, 0]);
    let refused: Vec<_> = bulk_states(&handle).await;
    assert!(refused.contains(&(5..6, ChunkState::Refused)), "{refused:?}");
}

#[tokio::test]
async fn a_chunk_over_the_limit_is_split_and_the_size_is_remembered() {
    let mock = MockMailgun::builder().max_recipients(10).start().await.unwrap();
    let bulk = bulk(&mock);
    let handle = start(&bulk, newsletter(), 120).await;
    let status = within(worker(&bulk).run(KEY)).await.unwrap();
    assert_eq!(counts(&status), [120, 0, 0, 0]);
    assert_eq!(mails(&mock, 120), vec![1; 120]);
    // 120, 60, 30 and 15 are refused; then there are chunks of 7.
    let refused = mock.requests().iter().filter(|it| it.status() != Some(200)).count();
    assert_eq!(refused, 4);
    assert_eq!(handle.status().await.unwrap().campaign.chunk_limit, 7);
}

#[tokio::test]
async fn a_limit_that_lets_nobody_through_ends_with_an_error_that_says_so() {
    let service = Scripted::script(vec![Answer::new(400, r#"{"message":"too many recipients"}"#)]);
    let bulk = scripted_bulk(&service);
    let handle = start(&bulk, newsletter(), 8).await;
    let error = within(worker(&bulk).run(KEY)).await.unwrap_err();
    assert_eq!(halt(&error), Halt::RecipientLimit);
    assert!(error.to_string().contains("not even one recipient"), "{error}");
    assert_eq!(service.count(), 4, "8, 4, 2 and 1");
    assert_eq!(counts(&handle.status().await.unwrap()), [0, 0, 0, 8]);
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_pauses_all_workers_for_as_long_as_mailgun_asks() {
    let begun = Instant::now();
    let times = Arc::new(std::sync::Mutex::new(Vec::new()));
    let (log, number) = (times.clone(), AtomicUsize::new(0));
    let service = Scripted::new(move |_| {
        log.lock().unwrap().push(begun.elapsed().as_secs());
        match number.fetch_add(1, Ordering::SeqCst) {
            1 => Answer::new(429, r#"{"message":"slow down"}"#).header("retry-after", "120"),
            3 => Answer::new(420, r#"{"retry-seconds": 600}"#),
            _ => accepted(),
        }
        .after(Duration::from_secs(1))
    });
    let bulk = scripted_bulk(&service);
    start(&bulk, newsletter().chunk_size(1), 10).await;
    let (one, two) = (worker(&bulk), worker(&bulk));
    let runs = timeout(LONG, async { tokio::join!(one.run(KEY), two.run(KEY)) });
    let (first, second) = runs.await.unwrap();
    assert_eq!(counts(&first.unwrap()), [10, 0, 0, 0]);
    assert_eq!(counts(&second.unwrap()), [10, 0, 0, 0]);
    let times = times.lock().unwrap().clone();
    assert_eq!(times.len(), 12, "two were refused");
    let gaps: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(gaps.iter().filter(|gap| **gap >= 119).count(), 2, "{times:?}");
    assert!(gaps.iter().any(|gap| (599..620).contains(gap)), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_rate_that_never_lets_anything_through_ends_with_an_error_that_says_so() {
    let service = Scripted::script(vec![Answer::new(429, r#"{"message":"slow down"}"#)]);
    let bulk = scripted_bulk(&service);
    let handle = start(&bulk, newsletter(), 5).await;
    let error = timeout(LONG, worker(&bulk).run(KEY)).await.unwrap().unwrap_err();
    assert_eq!(halt(&error), Halt::RateLimit(10));
    assert!(error.to_string().contains("accepted nothing"), "{error}");
    assert_eq!(service.count(), 11);
    assert_eq!(counts(&handle.status().await.unwrap()), [0, 0, 0, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_of_more_than_a_day_ends_the_worker_and_is_not_shortened() {
    const DAY: u64 = 24 * 3600;
    for (seconds, is_waited_for) in [(DAY, true), (DAY + 1, false)] {
        let text = r#"{"message":"slow down"}"#;
        let limited = Answer::new(429, text).header("retry-after", &seconds.to_string());
        let service = Scripted::script(vec![limited, accepted()]);
        let bulk = scripted_bulk(&service);
        let handle = start(&bulk, newsletter(), 5).await;
        let begun = Instant::now();
        let run = timeout(LONG, worker(&bulk).run(KEY)).await.unwrap();
        if is_waited_for {
            assert_eq!(counts(&run.unwrap()), [5, 0, 0, 0]);
            assert!(begun.elapsed() >= Duration::from_secs(DAY - 1), "{:?}", begun.elapsed());
            continue;
        }
        let error = run.unwrap_err();
        assert_eq!(halt(&error), Halt::RateLimit(1));
        assert!(error.to_string().contains("more than 24 hours"), "{error}");
        assert_eq!(service.count(), 1);
        assert_eq!(counts(&handle.status().await.unwrap()), [0, 0, 0, 5]);
    }
}

/// The limit of a new account: a hundred recipients an hour.
#[tokio::test(start_paused = true)]
async fn a_campaign_gets_through_an_hourly_limit_of_recipients() {
    const HOUR: Duration = Duration::from_secs(3600);
    let begun = Instant::now();
    let hours = std::sync::Mutex::new(std::collections::BTreeMap::<u64, usize>::new());
    let service = Scripted::new(move |request| {
        let passed = begun.elapsed();
        let mut hours = hours.lock().unwrap();
        let sent = hours.entry(passed.as_secs() / HOUR.as_secs()).or_default();
        let count = numbers(request).len();
        if *sent + count > 100 {
            let left = HOUR.as_secs() - passed.as_secs() % HOUR.as_secs();
            let text = format!("recipient limit exceeded, try again after {left} seconds");
            return Answer::new(429, json!({ "message": text }).to_string());
        }
        *sent += count;
        accepted()
    });
    let bulk = scripted_bulk(&service);
    start(&bulk, newsletter(), 250).await;
    let patient = worker(&bulk).poll_interval(HOUR);
    let status = timeout(LONG, patient.run(KEY)).await.unwrap().unwrap();
    assert_eq!(counts(&status), [250, 0, 0, 0]);
    assert!(begun.elapsed() >= 2 * HOUR, "{:?}", begun.elapsed());
    assert!(service.count() < 20, "{} calls", service.count());
}

#[tokio::test(start_paused = true)]
async fn mail_that_could_not_be_sent_is_sent_later() {
    let failures = Arc::new(AtomicUsize::new(24));
    let client = |service: &Scripted, failures: Arc<AtomicUsize>| {
        let builder = Client::builder("key-test").attempt_layer_fn(move |request, next| {
            let left = failures.load(Ordering::SeqCst);
            failures.store(left.saturating_sub(1), Ordering::SeqCst);
            async move {
                if left > 0 {
                    return Err(Error::not_sent("no network"));
                }
                next.run(request).await
            }
        });
        service.client_with(builder)
    };
    let service = Scripted::script(vec![accepted()]);
    let bulk = Bulk::new(&client(&service, failures), memory());
    start(&bulk, newsletter().chunk_size(1), 12).await;
    let begun = Instant::now();
    // Eight calls at once that fail together are one failure.
    let eight = worker(&bulk).concurrency(8);
    let status = timeout(LONG, eight.run(KEY)).await.unwrap().unwrap();
    assert_eq!(counts(&status), [12, 0, 0, 0]);
    assert_eq!(service.count(), 12);
    assert!(begun.elapsed() >= Duration::from_secs(1 + 2 + 4), "{:?}", begun.elapsed());

    let forever = Arc::new(AtomicUsize::new(usize::MAX));
    let bulk = Bulk::new(&client(&service, forever), memory());
    let handle = start(&bulk, newsletter().chunk_size(1), 12).await;
    let begun = Instant::now();
    let eight = worker(&bulk).concurrency(8);
    let error = timeout(LONG, eight.run(KEY)).await.unwrap().unwrap_err();
    assert!(matches!(error, BulkError::Halted(Halt::NotSent(_), _)), "{error:?}");
    assert!(begun.elapsed() > Duration::from_secs(300), "{:?}", begun.elapsed());
    assert_eq!(counts(&handle.status().await.unwrap()), [0, 0, 0, 12]);
}
