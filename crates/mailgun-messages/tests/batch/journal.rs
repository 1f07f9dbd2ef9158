//! A journal: nothing is sent that it does not have, and it is enough to resume from.

use std::{
    collections::BTreeSet,
    fs,
    future::pending,
    sync::{Arc, Mutex},
    time::Duration,
};

use mailgun_core::{ErrorKind, Outcome};
use mailgun_messages::{
    Batch, ChunkOutcome, ChunkRecord, ChunkState, FileJournal, Journal, JournalFuture, Messages,
    StopReason,
};
use mailgun_mock::{Fault, MockMailgun};

use crate::{
    mails, newsletter,
    support::{Scratch, Scripted, accepted, messages, scripted_messages, single_attempt},
    to,
};

/// A batch of nine in five chunks, which need ten records.
fn nine() -> Batch {
    to(9).chunk_size(2).key("news")
}

type Records = Arc<Mutex<Vec<ChunkRecord>>>;

/// Whose outcome records leave open.
fn open_in(records: &[ChunkRecord]) -> BTreeSet<usize> {
    let mut open = BTreeSet::new();
    for record in records {
        for position in record.positions.iter() {
            match record.state {
                ChunkState::Sending | ChunkState::Unknown => open.insert(position),
                _ => open.remove(&position),
            };
        }
    }
    open
}

/// Keeps records in memory; from a number on, `fail` says what becomes of an append.
struct InMemory {
    records: Records,
    appended: usize,
    fail_from: usize,
    fail: fn(&Records, &ChunkRecord) -> JournalFuture<'static, ()>,
}

impl InMemory {
    fn of(records: &Records) -> Self {
        Self {
            records: records.clone(),
            appended: 0,
            fail_from: usize::MAX,
            fail: |_, _| Box::pin(pending()),
        }
    }

    fn failing_from(
        records: &Records,
        fail_from: usize,
        fail: fn(&Records, &ChunkRecord) -> JournalFuture<'static, ()>,
    ) -> Self {
        Self { fail_from, fail, ..Self::of(records) }
    }
}

impl Journal for InMemory {
    fn load(&mut self) -> JournalFuture<'_, Vec<ChunkRecord>> {
        let records = self.records.lock().unwrap().clone();
        Box::pin(async { Ok(records) })
    }

    fn append<'a>(&'a mut self, record: &'a ChunkRecord) -> JournalFuture<'a, ()> {
        self.appended += 1;
        if self.appended >= self.fail_from {
            return (self.fail)(&self.records, record);
        }
        self.records.lock().unwrap().push(record.clone());
        Box::pin(async { Ok(()) })
    }
}

fn disk_full(_: &Records, _: &ChunkRecord) -> JournalFuture<'static, ()> {
    Box::pin(async { Err("the disk is full".into()) })
}

/// The record is there, and the journal does not know it.
fn stored_but_failed(records: &Records, record: &ChunkRecord) -> JournalFuture<'static, ()> {
    records.lock().unwrap().push(record.clone());
    Box::pin(async { Err("the connection to the database broke".into()) })
}

#[tokio::test]
async fn a_chunk_whose_record_cannot_be_written_is_not_sent() {
    for fail in [disk_full as fn(&Records, &ChunkRecord) -> _, stored_but_failed] {
        for (concurrency, fail_from) in (1..=11).flat_map(|n| [(1, n), (3, n)]) {
            let context = format!("{concurrency} at once, failing from append {fail_from}");
            let mock = MockMailgun::start().await;
            let messages = single_attempt(&mock);
            let records = Records::default();
            let journal = InMemory::failing_from(&records, fail_from, fail);
            let run = messages.send_batch(nine()).concurrency(concurrency).journal(journal);
            let report = run.await.unwrap();
            let counted = report.accepted() + report.not_sent();
            assert_eq!(counted, 9, "{context}: the report knows all outcomes: {report}");
            assert_eq!(mails(&mock, 9).iter().sum::<usize>(), report.accepted(), "{context}");
            let has_failed = matches!(report.stopped, Some(StopReason::Journal(_)));
            assert_eq!(has_failed, fail_from <= 10, "{context}: {report}");
            if fail_from == 1 {
                assert!(mock.requests().is_empty(), "{context}");
                assert!(report.to_string().contains("the journal could not be written"));
            }
            // Whoever was sent to is in the journal.
            let known = records.lock().unwrap().clone();
            let begun: BTreeSet<_> =
                known.iter().flat_map(|record| record.positions.iter()).collect();
            for (position, mails) in mails(&mock, 9).into_iter().enumerate() {
                assert!(mails == 0 || begun.contains(&position), "{context}: {position}");
            }

            // The journal alone resumes without a second mail.
            let open = open_in(&known);
            let run = messages.send_batch(nine()).journal(InMemory::of(&records));
            let report = run.await.unwrap();
            let counts = (report.accepted(), report.unknown());
            assert_eq!(counts, (9 - open.len(), open.len()), "{context}");
            for (position, mails) in mails(&mock, 9).into_iter().enumerate() {
                let least = usize::from(!open.contains(&position));
                assert!((least..=1).contains(&mails), "{context}: {position} got {mails}");
            }
        }
    }
}

#[tokio::test]
async fn the_report_of_a_run_without_its_journal_resumes_it() {
    for fail_from in 1..=10 {
        let mock = MockMailgun::start().await;
        let messages = single_attempt(&mock);
        let journal = InMemory::failing_from(&Records::default(), fail_from, disk_full);
        let report = messages.send_batch(nine()).concurrency(2).journal(journal).await.unwrap();
        let resumed = messages.send_batch(nine().resume(report.records())).await.unwrap();
        assert!(resumed.is_complete(), "{resumed}");
        assert_eq!(mails(&mock, 9), [1; 9], "failing from append {fail_from}");
    }
}

#[tokio::test]
async fn a_record_is_written_before_each_request() {
    let records = Records::default();
    let journal = records.clone();
    let service = Scripted::new(move |request| {
        let id = request.values("h:Message-Id")[0].to_owned();
        let records = journal.lock().unwrap();
        let intent =
            records.iter().find(|record| record.message_id.as_ref().unwrap().bracketed() == id);
        assert_eq!(intent.unwrap().state, ChunkState::Sending);
        accepted()
    });
    let run = scripted_messages(&service).send_batch(nine()).journal(InMemory::of(&records));
    assert!(run.await.unwrap().is_complete());
    let records = records.lock().unwrap();
    let begun = records.iter().filter(|record| record.state == ChunkState::Sending).count();
    assert_eq!((records.len(), begun, service.seen().len()), (10, 5, 5));
}

#[tokio::test]
async fn a_journal_that_cannot_be_read_sends_nothing() {
    struct Unreadable;

    impl Journal for Unreadable {
        fn load(&mut self) -> JournalFuture<'_, Vec<ChunkRecord>> {
            Box::pin(async { Err("permission denied".into()) })
        }

        fn append<'a>(&'a mut self, _: &'a ChunkRecord) -> JournalFuture<'a, ()> {
            Box::pin(async { Ok(()) })
        }
    }

    let mock = MockMailgun::start().await;
    let error = messages(&mock).send_batch(nine()).journal(Unreadable).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::InvalidInput, Outcome::NotSent));
    assert!(error.to_string().contains("`journal` cannot be read"), "{error}");
    assert!(mock.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_future_dropped_while_the_journal_is_written_loses_nothing() {
    /// Hangs at each first try.
    struct Hanging(InMemory, bool);

    impl Journal for Hanging {
        fn load(&mut self) -> JournalFuture<'_, Vec<ChunkRecord>> {
            self.0.load()
        }

        fn append<'a>(&'a mut self, record: &'a ChunkRecord) -> JournalFuture<'a, ()> {
            self.1 = !self.1;
            if self.1 { Box::pin(pending()) } else { self.0.append(record) }
        }
    }

    let service = Scripted::new(|_| accepted().after(Duration::from_millis(5)));
    let records = Records::default();
    let journal = Hanging(InMemory::of(&records), false);
    let mut run = scripted_messages(&service).send_batch(nine()).journal(journal);
    let mut results = 0;
    for _ in 0..100 {
        match tokio::time::timeout(Duration::from_secs(1), run.next_result()).await {
            Ok(Ok(Some(result))) => {
                assert!(matches!(result.outcome, ChunkOutcome::Accepted(_)), "{result:?}");
                results += 1;
            }
            Ok(other) => {
                assert!(other.unwrap().is_none());
                break;
            }
            Err(_) => {}
        }
    }
    assert_eq!((results, service.seen().len(), records.lock().unwrap().len()), (5, 5, 10));
}

#[tokio::test]
async fn records_of_a_report_are_added_to_the_journal() {
    let mock = MockMailgun::start().await;
    mock.inject(Fault::lose_response());
    let messages = single_attempt(&mock);
    let mut first = messages.send_batch(nine()).concurrency(1);
    // Its records are in no journal.
    let known = [first.next_result().await.unwrap().unwrap().record()];
    drop(first);
    let records = Records::default();
    let journal = InMemory::failing_from(&records, 4, disk_full);
    let second = messages.send_batch(nine().resume(known)).concurrency(1).journal(journal);
    assert!(!second.await.unwrap().is_complete());

    let third = messages.send_batch(nine()).journal(InMemory::of(&records)).await.unwrap();
    assert_eq!((third.accepted(), third.unknown()), (7, 2), "{third}");
    assert!(mails(&mock, 9).iter().all(|mails| *mails <= 1), "{:?}", mails(&mock, 9));
}

/// Sends the batch with this file as its journal.
async fn send(messages: &Messages, path: &std::path::Path) -> mailgun_messages::BatchReport {
    let journal = FileJournal::open(path).await.unwrap();
    messages.send_batch(nine()).concurrency(1).journal(journal).await.unwrap()
}

#[tokio::test]
async fn a_file_journal_cut_off_anywhere_resumes_without_a_second_mail() {
    let whole = {
        let mock = MockMailgun::start().await;
        let scratch = Scratch::new("batch.journal", b"");
        fs::remove_file(scratch.path()).unwrap();
        assert!(send(&messages(&mock), scratch.path()).await.is_complete());
        fs::read(scratch.path()).unwrap()
    };
    assert_eq!(whole.iter().filter(|byte| **byte == b'\n').count(), 10);
    assert!(!String::from_utf8_lossy(&whole).contains("r0@"), "no addresses");
    for cut in (0..=whole.len()).step_by(37).chain([whole.len() - 1, whole.len()]) {
        let text = &whole[..cut];
        let lines: Vec<ChunkRecord> = text
            .split_inclusive(|byte| *byte == b'\n')
            .filter(|line| line.ends_with(b"\n"))
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        let open = open_in(&lines).len();
        let accepted: usize = lines
            .iter()
            .filter(|record| matches!(record.state, ChunkState::Accepted(_)))
            .map(|record| record.positions.len())
            .sum();

        let scratch = Scratch::new("batch.journal", text);
        let journal = FileJournal::open(scratch.path()).await.unwrap();
        assert_eq!(journal.records().await.unwrap(), lines, "cut at {cut}");
        drop(journal);
        let mock = MockMailgun::start().await;
        let report = send(&messages(&mock), scratch.path()).await;
        assert_eq!((report.accepted(), report.unknown()), (9 - open, open), "cut at {cut}");
        let sent = mails(&mock, 9).iter().sum::<usize>();
        assert_eq!(sent, 9 - open - accepted, "cut at {cut}");
        // What was appended begins on a line of its own.
        let again = send(&messages(&mock), scratch.path()).await;
        assert_eq!((again.results.len(), again.accepted()), (0, 9 - open), "cut at {cut}");
    }
}

#[tokio::test]
async fn a_file_journal_with_a_damaged_line_is_refused_by_name() {
    let record = r#"{"positions":[{"start":0,"end":1}],"total":1,"state":"refused"}"#;
    for (text, words) in [
        (format!("{record}\nno record\n{record}\n"), "line 2 is not a record"),
        (format!("{record}\n\n"), "line 2 is not a record"),
        (record.replace("\"end\":1", "\"end\":0") + "\n", "empty or reversed"),
        ("Dear Ann,\n".to_owned(), "line 1 is not a record"),
    ] {
        let scratch = Scratch::new("batch.journal", text.as_bytes());
        let error = FileJournal::open(scratch.path()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("batch.journal"), "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(fs::read(scratch.path()).unwrap(), text.as_bytes(), "it is left as it is");
    }
    let folder = Scratch::new("file", b"");
    FileJournal::open(folder.path().parent().unwrap()).await.unwrap_err();
    FileJournal::open(folder.path().join("below a file")).await.unwrap_err();
    #[cfg(unix)]
    FileJournal::open("/dev/zero").await.unwrap_err();
}

#[tokio::test]
async fn a_file_journal_of_another_batch_is_refused() {
    let mock = MockMailgun::start().await;
    let scratch = Scratch::new("batch.journal", b"");
    assert!(send(&messages(&mock), scratch.path()).await.is_complete());
    let journal = FileJournal::open(scratch.path()).await.unwrap();
    let other = newsletter().to_all((0..9).rev().map(crate::address));
    let error = messages(&mock).send_batch(other).journal(journal).await.unwrap_err();
    assert!(error.to_string().contains("is of other recipients"), "{error}");
    assert_eq!(mails(&mock, 9), [1; 9]);
}
