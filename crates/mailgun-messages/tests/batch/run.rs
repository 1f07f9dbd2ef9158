//! A batch on its way: results, pacing, and when it stops.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::TryStreamExt as _;
use mailgun_core::{
    Client, ErrorKind,
    metrics::{Recorder, Wait},
};
use mailgun_messages::{ChunkOutcome, ChunkRecord, ChunkState, Messages, StopReason};
use mailgun_mock::MockMailgun;
use tokio::time::Instant;

use crate::{
    address, hourly, mails, newsletter, refuses_number_five,
    support::{
        Answer, Scripted, accepted, messages, recipient_variables, scripted_messages,
        single_attempt,
    },
    to,
};

/// The waits of a client.
#[derive(Clone, Default)]
struct Waits(Arc<Mutex<Vec<(&'static str, Duration)>>>);

impl Recorder for Waits {
    fn wait_began(&self, wait: &Wait) {
        self.0.lock().unwrap().push((wait.reason.as_str(), wait.duration));
    }
}

#[tokio::test(start_paused = true)]
async fn the_waits_of_a_batch_are_among_the_metrics() {
    let answers = vec![Answer::new(429, "{}").header("retry-after", "600"), accepted()];
    let waits = Waits::default();
    let builder = Client::builder("key-test").metrics(waits.clone());
    let client = Scripted::script(answers).client_with(builder);
    let report = Messages::new(&client, "mg.example.com").send_batch(to(3)).await.unwrap();
    assert!(report.is_complete());
    assert_eq!(*waits.0.lock().unwrap(), [("rate_limit", Duration::from_secs(600))]);
}

#[tokio::test]
async fn one_bad_address_fails_its_chunk_alone() {
    let service = refuses_number_five();
    let report = scripted_messages(&service).send_batch(to(12).chunk_size(8)).await.unwrap();
    assert_eq!((report.accepted(), report.refused()), (4, 8));
    assert!(!report.is_complete());
    assert_eq!(service.seen().len(), 2, "a refused call is not retried");
}

#[tokio::test]
async fn one_bad_address_can_be_isolated() {
    let service = refuses_number_five();
    let run = scripted_messages(&service).send_batch(to(8)).isolate_refused(true);
    let report = run.await.unwrap();
    assert_eq!((report.accepted(), report.refused()), (7, 1));
    let refused = report.results.iter().find(|r| matches!(r.outcome, ChunkOutcome::Refused(_)));
    let refused = refused.unwrap();
    assert_eq!(refused.recipients.iter().collect::<Vec<_>>(), [5]);
    let ChunkOutcome::Refused(error) = &refused.outcome else { unreachable!() };
    assert_eq!(error.status().unwrap().as_u16(), 400);
    let mut accepted = Vec::new();
    for request in service.seen() {
        let to = request.values("to");
        if !to.contains(&"r5@example.com") {
            accepted.extend(to.into_iter().map(str::to_owned));
        }
        let mut to = request.values("to");
        to.sort_unstable();
        let keys: Vec<_> = recipient_variables(&request).into_keys().collect();
        assert_eq!(keys, to);
    }
    accepted.sort();
    let expected: Vec<_> = (0..8).filter(|n| *n != 5).map(address).collect();
    assert_eq!(accepted, expected);
    assert_eq!(service.seen().len(), 7, "8, 4 + 4, 2 + 2, 1 + 1");
}

#[tokio::test]
async fn progress_is_reported_before_and_after_each_chunk() {
    let service = Scripted::new(|_| accepted());
    let steps = Arc::new(Mutex::new(Vec::new()));
    let (log, server) = (steps.clone(), service.clone());
    let run = scripted_messages(&service).send_batch(to(5).chunk_size(2)).concurrency(1);
    let report = run
        .on_progress(move |progress| {
            log.lock().unwrap().push((
                progress.record.positions.iter().collect::<Vec<_>>(),
                matches!(progress.record.state, ChunkState::Sending),
                server.seen().len(),
                (progress.done, progress.total),
            ));
        })
        .await
        .unwrap();
    let expected = [
        (vec![0, 1], true, 0, (0, 5)),
        (vec![0, 1], false, 1, (2, 5)),
        (vec![2, 3], true, 1, (2, 5)),
        (vec![2, 3], false, 2, (4, 5)),
        (vec![4], true, 2, (4, 5)),
        (vec![4], false, 3, (5, 5)),
    ];
    assert_eq!(*steps.lock().unwrap(), expected);
    let records = report.records();
    assert_eq!(records.len(), 3);
    for record in &records {
        assert_eq!(record.total, 5);
        assert_eq!(record.state, ChunkState::Accepted("1@mg.example.com".into()));
        let json = serde_json::to_string(record).unwrap();
        assert!(!json.contains("r0@"), "a record names positions, not people: {json}");
        assert_eq!(serde_json::from_str::<ChunkRecord>(&json).unwrap(), *record);
    }
}

#[tokio::test]
async fn a_batch_stops_at_a_wrong_key_an_unknown_domain_and_no_connection() {
    let mock = MockMailgun::start().await;
    let wrong_key: Client =
        Client::builder("key-wrong").base_url(mock.base_url()).no_proxy().build().unwrap();
    let wrong_key = Messages::new(&wrong_key, mock.domain());
    let run = wrong_key.send_batch(to(100).chunk_size(10)).concurrency(2);
    let report = run.await.unwrap();
    assert!(mock.requests().len() <= 2, "{}", mock.requests().len());
    assert_eq!(report.accepted(), 0);
    assert_eq!(report.refused() + report.not_sent(), 100);
    assert!(report.not_sent() >= 80);
    let ChunkOutcome::Refused(error) = &report.results[0].outcome else {
        panic!("{:?}", report.results[0]);
    };
    assert_eq!(error.status().unwrap().as_u16(), 401);
    assert!(matches!(report.results[9].outcome, ChunkOutcome::NotSent(None)));

    let unknown_domain = Messages::new(&mock.client(), "other.example.com");
    let run = unknown_domain.send_batch(to(100).chunk_size(10)).concurrency(1);
    let report = run.await.unwrap();
    assert_eq!((report.refused(), report.not_sent()), (10, 90));

    // The rest can be sent after the cause is fixed.
    let resumed = to(100).chunk_size(10).resume(report.records());
    assert!(messages(&mock).send_batch(resumed).await.unwrap().is_complete());
    assert_eq!(mails(&mock, 100), vec![1; 100]);

    let gone = single_attempt(&mock);
    drop(mock);
    let report = gone.send_batch(to(100).chunk_size(10)).concurrency(1).await.unwrap();
    assert_eq!((report.not_sent(), report.results.len()), (100, 10));
    assert!(
        matches!(&report.results[0].outcome, ChunkOutcome::NotSent(Some(error)) if error.kind() == ErrorKind::Connect)
    );
}

#[tokio::test]
async fn a_batch_stops_after_three_unknown_outcomes_in_a_row() {
    let service = Scripted::new(|_| Answer::new(500, "{}"));
    let run = scripted_messages(&service).send_batch(to(100).chunk_size(10)).concurrency(1);
    let report = run.await.unwrap();
    assert_eq!(service.seen().len(), 3);
    assert_eq!((report.unknown(), report.not_sent()), (30, 70));

    let number = AtomicUsize::new(0);
    let service = Scripted::new(move |_| match number.fetch_add(1, Ordering::SeqCst) % 3 {
        2 => accepted(),
        _ => Answer::new(502, "bad gateway"),
    });
    let run = scripted_messages(&service).send_batch(to(90).chunk_size(10)).concurrency(1);
    let report = run.await.unwrap();
    assert_eq!((report.unknown(), report.accepted()), (60, 30), "a success in between counts");
}

#[tokio::test]
async fn a_report_counts_recipients_by_outcome() {
    let service = Scripted::new(|request| match request.values("to")[0] {
        "r0@example.com" => accepted(),
        "r2@example.com" => Answer::new(400, r#"{"message":"no"}"#),
        "r4@example.com" => Answer::new(500, "{}"),
        _ => Answer::new(401, "Forbidden"),
    });
    let run = scripted_messages(&service).send_batch(to(9).chunk_size(2)).concurrency(1);
    let report = run.await.unwrap();
    let expected = "2 accepted, 4 refused, 2 unknown, 1 not sent; stopped: Mailgun refused a call \
                    for a reason that applies to all";
    assert_eq!(report.to_string(), expected);
    assert!(!report.is_complete());
    assert_eq!(
        (report.accepted(), report.refused(), report.unknown(), report.not_sent()),
        (2, 4, 2, 1)
    );
    let states: Vec<_> = report.records().into_iter().map(|record| record.state).collect();
    let expected = [
        ChunkState::Accepted("1@mg.example.com".into()),
        ChunkState::Refused,
        ChunkState::Unknown,
        ChunkState::Refused,
        ChunkState::NotSent,
    ];
    assert_eq!(states, expected);
}

#[tokio::test]
async fn results_are_available_as_a_stream_or_one_by_one() {
    let service = Scripted::new(|_| accepted());
    let run = scripted_messages(&service).send_batch(to(5).chunk_size(2));
    let results: Vec<_> = run.into_stream().try_collect().await.unwrap();
    assert_eq!(results.iter().map(|result| result.recipients.len()).sum::<usize>(), 5);

    let mut run = scripted_messages(&service).send_batch(to(2).chunk_size(1));
    assert!(run.next_result().await.unwrap().is_some());
    assert!(run.next_result().await.unwrap().is_some());
    assert!(run.next_result().await.unwrap().is_none());
    assert!(run.next_result().await.unwrap().is_none());

    let failing: Result<Vec<_>, _> =
        scripted_messages(&service).send_batch(newsletter()).into_stream().try_collect().await;
    assert_eq!(failing.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test(start_paused = true)]
async fn concurrency_limits_the_calls_in_flight() {
    for (asked, most) in [(None, 4), (Some(1), 1), (Some(0), 1), (Some(7), 7)] {
        let service = Scripted::new(|_| accepted().after(Duration::from_millis(10)));
        let run = scripted_messages(&service).send_batch(to(40).chunk_size(1));
        let run = match asked {
            Some(calls) => run.concurrency(calls),
            None => run,
        };
        assert!(run.await.unwrap().is_complete());
        assert_eq!(service.most_in_flight(), most, "{asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_paces_itself_to_a_hundred_an_hour() {
    let in_words: fn(u64) -> String = |left| {
        let text = "Domain mg.example.com is not allowed to send: recipient limit exceeded";
        format!(r#"{{"message": "{text}, try again after {left} seconds"}}"#)
    };
    let in_json: fn(u64) -> String = |left| format!(r#"{{"retry-seconds": {left}}}"#);
    for hint in [in_words, in_json] {
        for concurrency in [1, 4] {
            let (service, log) = hourly(100, hint);
            let start = Instant::now();
            // With the retry of a usual client, which does not wait for so long.
            let client = service.client_with(Client::builder("key-test"));
            let messages = Messages::new(&client, "mg.example.com");
            let run = messages.send_batch(to(350).chunk_size(10)).concurrency(concurrency);
            let report = run.await.unwrap();
            assert!(report.is_complete(), "{report}");
            let took = start.elapsed();
            assert!(took >= Duration::from_secs(3 * 3600), "{took:?}");
            assert!(took < Duration::from_secs(3 * 3600 + 60), "{took:?}");
            let log = log.lock().unwrap();
            let accepted = log.iter().filter(|(_, accepted, _)| *accepted);
            let mut reached: Vec<_> = accepted.flat_map(|(.., to)| to.clone()).collect();
            let count = reached.len();
            reached.sort();
            reached.dedup();
            assert_eq!((count, reached.len()), (350, 350), "each once");
            let refused: Vec<_> = log.iter().filter(|(_, accepted, _)| !accepted).collect();
            assert!(refused.len() <= 3 * concurrency, "{} were refused", refused.len());
            for (at, ..) in refused {
                // What came with a refused request came at once; then nothing until the hour.
                let until = Duration::from_secs((at.as_secs() / 3600 + 1) * 3600);
                let early = log.iter().filter(|(other, ..)| {
                    *other > *at + Duration::from_millis(200) && *other < until
                });
                assert_eq!(early.count(), 0, "a request before {until:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_too_long_ends_the_batch_with_its_time() {
    let (service, log) = hourly(20, |left| format!(r#"{{"retry-seconds": {left}}}"#));
    let run = scripted_messages(&service).send_batch(to(50).chunk_size(10)).concurrency(1);
    let report = run.max_wait(Duration::from_secs(60)).await.unwrap();
    assert_eq!((report.accepted(), report.refused(), report.not_sent()), (20, 10, 20));
    let ChunkOutcome::Refused(error) = &report.results[2].outcome else {
        panic!("{:?}", report.results[2]);
    };
    assert!(error.retry_after().unwrap() > Duration::from_secs(3500));
    assert_eq!(log.lock().unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_without_a_hint_is_retried_with_a_back_off_up_to_ten_times() {
    let number = AtomicUsize::new(0);
    let service = Scripted::new(move |_| match number.fetch_add(1, Ordering::SeqCst) {
        0..3 => Answer::new(420, "slow down"),
        _ => accepted(),
    });
    let start = Instant::now();
    let report = scripted_messages(&service).send_batch(to(3)).await.unwrap();
    assert!(report.is_complete());
    assert_eq!(service.seen().len(), 4);
    assert!(start.elapsed() >= Duration::from_secs(1 + 2 + 4));

    let service = Scripted::new(|_| Answer::new(429, "{}"));
    let report = scripted_messages(&service).send_batch(to(3).chunk_size(1)).await.unwrap();
    assert_eq!(report.accepted(), 0);
    assert!(service.seen().len() < 40, "{}", service.seen().len());
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_of_zero_is_raised_to_the_back_off() {
    for hint in [
        r#"{"retry-seconds": 0}"#,
        r#"{"message": "request limit exceeded, try again after 0 seconds"}"#,
        r#"{"message": "request limit exceeded, try again after Mon, 20 Dec 2021 20:33:21 UTC"}"#,
        "{}",
    ] {
        let service = Scripted::new(move |_| Answer::new(429, hint));
        let start = Instant::now();
        let report = scripted_messages(&service).send_batch(to(1)).await.unwrap();
        assert_eq!(service.seen().len(), 11, "{hint}");
        let waited = start.elapsed().as_secs();
        // 1, 2, 4, 8, 16, 32 and four times 64 seconds, each up to a half longer.
        assert!((319..=479).contains(&waited), "{hint}: {waited} s");
        assert!(matches!(report.stopped, Some(StopReason::RateLimited { rounds: 10 })), "{report}");
        let error = report.into_result().unwrap_err();
        let expected = "the batch is incomplete: 0 accepted, 1 refused, 0 unknown, 0 not sent; \
                        stopped: Mailgun limited the rate, and accepted nothing after 10 waits";
        assert_eq!(error.to_string(), expected);
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("429"), "{source}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_accepted_chunk_resets_the_count_of_waits() {
    let number = AtomicUsize::new(0);
    let service = Scripted::new(move |_| match number.fetch_add(1, Ordering::SeqCst) % 8 {
        7 => accepted(),
        _ => Answer::new(429, r#"{"retry-seconds": 1}"#),
    });
    let run = scripted_messages(&service).send_batch(to(4).chunk_size(1)).concurrency(1);
    assert!(run.await.unwrap().is_complete());
}

#[tokio::test(start_paused = true)]
async fn extreme_settings_and_hints_do_not_panic() {
    let service = Scripted::new(|_| accepted());
    let batch = to(20).chunk_size(1).chunk_bytes(usize::MAX);
    let run = scripted_messages(&service).send_batch(batch).concurrency(usize::MAX);
    assert!(run.max_wait(Duration::MAX).await.unwrap().is_complete());

    for seconds in ["18446744073709551615", "1e19", "9000000000000"] {
        let words = format!("request limit exceeded, try again after {seconds} seconds");
        for body in
            [format!(r#"{{"message":"{words}"}}"#), format!(r#"{{"retry-seconds":{seconds}}}"#)]
        {
            let service = Scripted::new(move |_| Answer::new(429, body.clone()));
            let run = scripted_messages(&service).send_batch(to(1)).max_wait(Duration::MAX);
            let year = Duration::from_secs(365 * 24 * 3600);
            // Ambiguous text is ignored, and the number of waits ends the run.
            if let Ok(report) = tokio::time::timeout(year, run.concurrency(usize::MAX)).await {
                assert!(!report.unwrap().is_complete());
            }
        }
    }
    let service = Scripted::new(|_| Answer::new(429, "{}"));
    let run = scripted_messages(&service).send_batch(to(1)).max_wait(Duration::ZERO);
    let start = Instant::now();
    let report = run.await.unwrap();
    assert!(matches!(report.stopped, Some(StopReason::RateLimited { rounds: 10 })), "{report}");
    assert_eq!((service.seen().len(), start.elapsed().as_secs()), (11, 0));
}

/// How many recipients each request was for.
fn sizes(service: &Scripted) -> Vec<usize> {
    service.seen().iter().map(|request| request.values("to").len()).collect()
}

#[tokio::test]
async fn a_chunk_over_the_recipient_limit_is_split_and_the_size_is_kept() {
    let mock = MockMailgun::builder().max_recipients(10).start().await.unwrap();
    let report = messages(&mock).send_batch(to(250)).await.unwrap();
    assert!(report.is_complete(), "{report}");
    assert_eq!(mails(&mock, 250), [1; 250]);
    let accepted: Vec<_> = mock.sent().iter().map(|mail| mail.to().len()).collect();
    // 250, 125, 62, 31 and 15 are too many.
    assert_eq!(accepted.iter().max(), Some(&7));
    assert_eq!(mock.requests().len(), accepted.len() + 5, "{accepted:?}");
}

#[tokio::test(start_paused = true)]
async fn a_chunk_larger_than_the_hourly_limit_is_split() {
    let (service, log) = hourly(100, |left| {
        let text = "Domain mg.example.com is not allowed to send: recipient limit exceeded";
        format!(r#"{{"message": "{text}, try again after {left} seconds"}}"#)
    });
    let start = Instant::now();
    let report = scripted_messages(&service).send_batch(to(350)).await.unwrap();
    assert!(report.is_complete(), "{report}");
    let mut reached: Vec<_> = Vec::new();
    for (_, is_accepted, to) in log.lock().unwrap().iter() {
        if *is_accepted {
            reached.extend(to.clone());
        }
    }
    reached.sort();
    reached.dedup();
    assert_eq!(reached.len(), 350);
    let sizes = sizes(&service);
    assert_eq!(sizes[..3], [350, 175, 87]);
    assert!(sizes[2..].iter().all(|size| *size <= 87), "{sizes:?}");
    assert!(sizes.len() <= 16, "{sizes:?}");
    assert!(start.elapsed() < Duration::from_secs(5 * 3600), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_quota_used_up_at_the_start_does_not_keep_chunks_small() {
    let start = Instant::now();
    let service = Scripted::new(move |_| {
        if start.elapsed() >= Duration::from_secs(3600) {
            return accepted();
        }
        let left = 3600 - start.elapsed().as_secs();
        let text = format!("recipient limit exceeded, try again after {left} seconds");
        Answer::new(429, format!(r#"{{"message": "{text}"}}"#))
    });
    let report = scripted_messages(&service).send_batch(to(4000)).await.unwrap();
    assert!(report.is_complete(), "{report}");
    let sizes = sizes(&service);
    assert!(sizes.len() < 40, "{sizes:?}");
    assert_eq!(sizes.last(), Some(&1000));
}

#[tokio::test(start_paused = true)]
async fn a_recipient_limit_of_zero_ends_the_run() {
    let too_many = r#"{"message":"Too many recipients, max is 0"}"#;
    let service = Scripted::new(move |_| Answer::new(400, too_many));
    let report = scripted_messages(&service).send_batch(to(8)).await.unwrap();
    assert!(matches!(report.stopped, Some(StopReason::RecipientLimit)), "{report}");
    assert_eq!(sizes(&service), [8, 4, 2, 1]);
    assert_eq!((report.refused(), report.not_sent()), (1, 7));

    let limited = r#"{"message":"recipient limit exceeded, try again after 1 seconds"}"#;
    let service = Scripted::new(move |_| Answer::new(429, limited));
    let report = scripted_messages(&service).send_batch(to(8)).await.unwrap();
    assert!(matches!(report.stopped, Some(StopReason::RateLimited { rounds: 10 })), "{report}");
    assert_eq!(sizes(&service).len(), 14, "8, 4, 2 and 1, then 1 in each round");
}
