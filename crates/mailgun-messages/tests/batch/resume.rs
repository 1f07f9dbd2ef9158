//! A batch that ended before its time, and the run that goes on from its journal.

use std::{
    collections::BTreeSet,
    future::poll_fn,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use mailgun_core::{ErrorKind, Outcome};
use mailgun_messages::{BatchRun, ChunkOutcome, ChunkRecord, ChunkState, Messages};
use mailgun_mock::{Fault, MockMailgun};

use crate::{
    address, hourly, mails, newsletter, refuses_number_five,
    support::{hasty, messages, scripted_messages, single_attempt},
    to,
};

/// Everything that a program has stored of a batch, as JSON lines.
type Journal = Arc<Mutex<Vec<String>>>;

fn records(journal: &Journal) -> Vec<ChunkRecord> {
    let lines = journal.lock().unwrap();
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Stores each record; the process "crashes" as soon as `crash_at` are stored.
fn stored_in(run: BatchRun, journal: &Journal, crash_at: usize) -> BatchRun {
    let journal = journal.clone();
    run.on_progress(move |progress| {
        let stored = {
            let mut lines = journal.lock().unwrap();
            lines.push(serde_json::to_string(&progress.record).unwrap());
            lines.len()
        };
        if stored == crash_at {
            // Unwinds without the panic hook, because the test has not failed.
            std::panic::resume_unwind(Box::new("crash"));
        }
    })
}

/// Whose outcome a journal leaves open.
fn unknown(records: &[ChunkRecord]) -> BTreeSet<usize> {
    let mut unknown = BTreeSet::new();
    for record in records {
        for position in record.positions.iter() {
            match record.state {
                ChunkState::Sending | ChunkState::Unknown => unknown.insert(position),
                _ => unknown.remove(&position),
            };
        }
    }
    unknown
}

/// Resumes a crashed batch of nine, first without and then with those whose outcome is unknown.
async fn resume_and_check(
    messages: &Messages,
    journal: &Journal,
    mails: impl Fn() -> Vec<usize>,
    context: &str,
) {
    let known = records(journal);
    let open = unknown(&known);
    assert!(open.len() < 9, "{context}: something is known");
    let resumed = to(9).chunk_size(2).resume(known);
    let run = stored_in(messages.send_batch(resumed), journal, usize::MAX);
    let report = run.await.unwrap();
    let counts = (report.accepted(), report.unknown());
    assert_eq!(counts, (9 - open.len(), open.len()), "{context}: {report}");
    assert_eq!(report.is_complete(), open.is_empty(), "{context}");
    for (position, mails) in mails().into_iter().enumerate() {
        if open.contains(&position) {
            assert!(mails <= 1, "{context}: {position} got {mails}");
        } else {
            assert_eq!(mails, 1, "{context}: {position}");
        }
    }
    let before = mails();
    let resumed = to(9).chunk_size(2).resume(records(journal)).resend_unknown();
    let report = stored_in(messages.send_batch(resumed), journal, usize::MAX).await.unwrap();
    assert!(report.is_complete(), "{context}: {report}");
    for (position, mails) in mails().into_iter().enumerate() {
        let expected = before[position] + usize::from(open.contains(&position));
        assert_eq!(mails, expected, "{context}: {position}");
    }
    let resumed = to(9).chunk_size(2).resume(records(journal)).resend_unknown();
    let report = messages.send_batch(resumed).await.unwrap();
    assert!(report.results.is_empty(), "{context}: nothing is left");
    assert!(report.is_complete(), "{context}: {report}");
}

#[tokio::test]
async fn a_batch_killed_at_any_record_is_resumed_without_a_second_mail() {
    for concurrency in [1, 3] {
        // Five chunks have ten records.
        for crash_at in 1..=10 {
            let mock = MockMailgun::start().await;
            let messages = single_attempt(&mock);
            let journal = Journal::default();
            let run = messages.send_batch(to(9).chunk_size(2)).concurrency(concurrency);
            let crashed = tokio::spawn(stored_in(run, &journal, crash_at).into_future()).await;
            assert!(crashed.unwrap_err().is_panic());
            let context = format!("{concurrency} at once, killed at record {crash_at}");
            let open = unknown(&records(&journal));
            assert!(open.len() <= 2 * concurrency, "{context}: {open:?}");
            resume_and_check(&messages, &journal, || mails(&mock, 9), &context).await;
        }
    }
}

#[tokio::test]
async fn a_run_dropped_after_any_result_is_resumed_without_a_second_mail() {
    for results in 0..=5 {
        let mock = MockMailgun::start().await;
        let messages = single_attempt(&mock);
        let journal = Journal::default();
        let mut run = stored_in(messages.send_batch(to(9).chunk_size(2)), &journal, usize::MAX);
        for _ in 0..results {
            assert!(run.next_result().await.unwrap().is_some());
        }
        drop(run);
        let context = format!("dropped after {results} results");
        resume_and_check(&messages, &journal, || mails(&mock, 9), &context).await;
    }
}

#[tokio::test]
async fn a_run_dropped_while_it_sends_is_resumed_without_a_second_mail() {
    for begun in 1..=5 {
        let mock = MockMailgun::start().await;
        let messages = single_attempt(&mock);
        let journal = Journal::default();
        let run = messages.send_batch(to(9).chunk_size(2)).concurrency(2);
        {
            let mut run = pin!(stored_in(run, &journal, usize::MAX).into_future());
            let sending = || {
                let records = records(&journal);
                records.iter().filter(|record| record.state == ChunkState::Sending).count()
            };
            poll_fn(|context| {
                let polled = run.as_mut().poll(context);
                if polled.is_ready() || sending() >= begun {
                    std::task::Poll::Ready(())
                } else {
                    std::task::Poll::Pending
                }
            })
            .await;
        }
        let context = format!("dropped with {begun} begun");
        resume_and_check(&messages, &journal, || mails(&mock, 9), &context).await;
    }
}

#[tokio::test]
async fn a_crash_while_a_refused_chunk_is_split_loses_no_recipient() {
    for crash_at in 1..=24 {
        let service = refuses_number_five();
        let journal = Journal::default();
        let run =
            scripted_messages(&service).send_batch(to(8)).concurrency(1).isolate_refused(true);
        let crashed = tokio::spawn(stored_in(run, &journal, crash_at).into_future()).await;
        if let Ok(report) = crashed {
            assert_eq!(report.unwrap().refused(), 1);
            continue;
        }
        let known = records(&journal);
        let open = unknown(&known);
        // One call was on its way, so only those in it may be unknown.
        let last = known.last().unwrap();
        if last.state == ChunkState::Sending {
            assert_eq!(open, last.positions.iter().collect(), "killed at record {crash_at}");
        } else {
            assert_eq!(open, BTreeSet::new(), "killed at record {crash_at}");
        }
        let resumed =
            scripted_messages(&service).send_batch(to(8).resume(known)).isolate_refused(true);
        let report = resumed.await.unwrap();
        assert_eq!((report.unknown(), report.not_sent()), (open.len(), 0));
        for position in (0..8).filter(|position| *position != 5) {
            let address = address(position);
            let accepted = service.seen().into_iter().filter(|request| {
                let to = request.values("to");
                to.contains(&&*address) && !to.contains(&"r5@example.com")
            });
            let expected = usize::from(!open.contains(&position));
            assert_eq!(accepted.count(), expected, "{position}, killed at record {crash_at}");
        }
    }
}

#[tokio::test]
async fn records_of_another_batch_are_refused() {
    let mock = MockMailgun::start().await;
    let report = messages(&mock).send_batch(to(3)).await.unwrap();
    let error = messages(&mock).send_batch(to(4).resume(report.records())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("`resume`"), "{error}");
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test]
async fn a_lost_response_makes_its_chunk_unknown_and_is_not_sent_again() {
    let mock = MockMailgun::start().await;
    let messages = hasty(&mock);
    let chunk = AtomicUsize::new(0);
    // The second request alone.
    mock.inject(
        Fault::lose_response().for_path_where(move |_| chunk.fetch_add(1, Ordering::SeqCst) == 1),
    );
    let report = messages.send_batch(to(6).chunk_size(2)).concurrency(1).await.unwrap();
    assert_eq!((report.accepted(), report.unknown()), (4, 2));
    assert!(!report.is_complete());
    assert_eq!(report.results[1].record().state, ChunkState::Unknown);
    let ChunkOutcome::Unknown(error) = &report.results[1].outcome else {
        panic!("{:?}", report.results[1]);
    };
    assert_eq!((error.outcome(), error.attempts()), (Outcome::Unknown, 1));
    assert_eq!(mails(&mock, 6), [1; 6]);

    let resumed = to(6).chunk_size(2).resume(report.records());
    assert!(messages.send_batch(resumed).await.unwrap().results.is_empty());
    assert_eq!(mails(&mock, 6), [1; 6], "nobody has two");
    let resumed = to(6).chunk_size(2).resume(report.records()).resend_unknown();
    assert_eq!(messages.send_batch(resumed).await.unwrap().accepted(), 6);
    assert_eq!(mails(&mock, 6), [1, 1, 2, 2, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_crash_while_waiting_for_a_rate_limit_leaves_no_outcome_unknown() {
    let (service, _) = hourly(4, |left| format!(r#"{{"retry-seconds": {left}}}"#));
    let journal = Journal::default();
    let run = scripted_messages(&service).send_batch(to(9).chunk_size(2)).concurrency(1);
    let run = stored_in(run, &journal, usize::MAX);
    let waiting = tokio::time::timeout(Duration::from_secs(60), run.into_future()).await;
    assert!(waiting.is_err(), "it waits for the hour");
    assert_eq!(unknown(&records(&journal)), BTreeSet::new());
    let resumed =
        scripted_messages(&service).send_batch(to(9).chunk_size(2).resume(records(&journal)));
    assert!(resumed.await.unwrap().is_complete());
}

/// Refuses the key of the second call.
fn interrupt(mock: &MockMailgun) {
    let call = AtomicUsize::new(0);
    mock.inject(
        Fault::status(401).for_path_where(move |_| call.fetch_add(1, Ordering::SeqCst) == 1),
    );
}

#[tokio::test]
async fn the_last_report_is_enough_to_resume_after_two_interrupted_runs() {
    let mock = MockMailgun::start().await;
    let messages = single_attempt(&mock);
    let batch = || to(40).chunk_size(10);
    interrupt(&mock);
    let first = messages.send_batch(batch()).concurrency(1).await.unwrap();
    assert_eq!((first.accepted(), first.refused(), first.not_sent()), (10, 10, 20));

    interrupt(&mock);
    let second = messages.send_batch(batch().resume(first.records())).concurrency(1).await.unwrap();
    assert_eq!((second.accepted(), second.refused(), second.not_sent()), (20, 10, 10));
    assert!(!second.is_complete());
    let expected = "20 accepted, 10 refused, 0 unknown, 10 not sent; stopped: ";
    assert!(second.to_string().starts_with(expected), "{second}");

    let third = messages.send_batch(batch().resume(second.records())).await.unwrap();
    assert!(third.is_complete(), "{third}");
    assert_eq!((third.accepted(), third.results.len()), (40, 2));
    assert_eq!(mails(&mock, 40), [1; 40]);

    let nothing = messages.send_batch(batch().resume(third.records())).await.unwrap();
    assert!(nothing.is_complete() && nothing.results.is_empty());
}

#[tokio::test]
async fn a_later_record_does_not_undo_an_accepted_one() {
    let mock = MockMailgun::start().await;
    interrupt(&mock);
    let messages = single_attempt(&mock);
    let stale = messages.send_batch(to(4).chunk_size(2)).concurrency(1).await.unwrap().records();
    let newer = messages.send_batch(to(4).resume(stale.clone())).await.unwrap().records();
    let resumed = to(4).resume(newer.into_iter().chain(stale));
    assert!(messages.send_batch(resumed).await.unwrap().is_complete());
    assert_eq!(mails(&mock, 4), [1; 4]);
}

#[tokio::test]
async fn records_of_other_recipients_or_another_order_are_refused() {
    let mock = MockMailgun::start().await;
    interrupt(&mock);
    let records = single_attempt(&mock)
        .send_batch(to(4).chunk_size(2))
        .concurrency(1)
        .await
        .unwrap()
        .records();
    let sent = mock.requests().len();
    let batch_of = |order: [usize; 4]| newsletter().to_all(order.map(address));
    for order in [[1, 0, 2, 3], [3, 2, 1, 0], [0, 7, 2, 3]] {
        let batch = batch_of(order).resume(records.clone());
        let error = messages(&mock).send_batch(batch).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::InvalidInput, Outcome::NotSent));
        let expected = "`resume`: `record 1` is of other recipients or of another";
        assert!(error.to_string().contains(expected), "{order:?}: {error}");
        assert!(!error.to_string().contains('@'), "{error}");
    }
    assert_eq!(mock.requests().len(), sent);
    // Variables and the case of an address may differ.
    let batch = newsletter().to_all((0..4).map(|n| address(n).replace("example", "Example")));
    assert!(messages(&mock).send_batch(batch.resume(records)).await.unwrap().is_complete());
    assert_eq!(mock.requests().len(), sent + 1);
}

#[tokio::test]
async fn a_record_without_a_fingerprint_is_refused() {
    let mock = MockMailgun::start().await;
    let json = r#"{"positions":[{"start":0,"end":2}],"total":4,"state":"refused"}"#;
    let record: ChunkRecord = serde_json::from_str(json).unwrap();
    let error = messages(&mock).send_batch(to(4).resume([record])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let expected = "`resume`: `record 1` has no fingerprint";
    assert!(error.to_string().contains(expected), "{error}");
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn an_invalid_record_is_an_error() {
    let mock = MockMailgun::start().await;
    let records = messages(&mock).send_batch(to(4)).await.unwrap().records();
    let json = serde_json::to_string(&records[0]).unwrap();
    for (end, words) in [("5", "names positions"), ("18446744073709551615", "names positions")] {
        let invalid = json.replace(r#""end":4"#, &format!(r#""end":{end}"#));
        let record: ChunkRecord = serde_json::from_str(&invalid).unwrap();
        let error = messages(&mock).send_batch(to(4).resume([record])).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    let reversed = json.replace(r#""start":0"#, r#""start":9"#);
    assert!(serde_json::from_str::<ChunkRecord>(&reversed).is_err());
}

#[tokio::test]
async fn an_unknown_outcome_stays_unknown_when_sending_again_is_refused() {
    let mock = MockMailgun::start().await;
    let messages = single_attempt(&mock);
    mock.inject(Fault::lose_response());
    let first = messages.send_batch(to(4)).await.unwrap();
    assert_eq!(first.unknown(), 4);

    mock.inject(Fault::status(401));
    let again = to(4).chunk_size(2).resume(first.records()).resend_unknown();
    let second = messages.send_batch(again).concurrency(1).await.unwrap();
    assert!(matches!(second.results[0].outcome, ChunkOutcome::Refused(_)), "{second}");
    assert_eq!((second.unknown(), second.refused(), second.not_sent()), (4, 0, 0));

    // Nobody decided to send to them a third time.
    let third = messages.send_batch(to(4).resume(second.records())).await.unwrap();
    assert_eq!((third.results.len(), third.unknown()), (0, 4));
    assert_eq!(mails(&mock, 4), [1; 4]);
}
