//! What became of each recipient.

use futures_util::TryStreamExt as _;
use mailgun_bulk::{BulkError, Halt, SendOutcome};
use mailgun_testing::within;

use crate::*;

/// Five chunks: accepted, refused, unknown, one that halts the worker, and one after it.
async fn campaign() -> CampaignHandle {
    let service = Scripted::new(|request| match numbers(request)[0] {
        2 => Answer::new(400, r#"{"message":"=HYPERLINK(\"x\") is refused"}"#),
        4 => Answer::new(502, "bad gateway"),
        6 => Answer::new(401, "Forbidden"),
        _ => accepted(),
    });
    let bulk = scripted_bulk(&service);
    let handle = start(&bulk, newsletter().chunk_size(2), 10).await;
    let error = within(worker(&bulk).run(KEY)).await.unwrap_err();
    assert!(matches!(error, BulkError::Halted(Halt::Refused, _)), "{error:?}");
    handle
}

#[tokio::test]
async fn the_report_has_each_recipient_once_with_outcome_id_and_reason() {
    use SendOutcome::{Accepted, NotSent, Refused, Unknown};
    let report: Vec<_> = campaign().await.report().try_collect().await.unwrap();
    let expected = [Accepted, Refused, Unknown, NotSent, NotSent];
    assert_eq!(report.len(), 10);
    for (position, row) in report.iter().enumerate() {
        assert_eq!((row.position, &row.address), (position as u64, &address(position)));
        assert_eq!(row.outcome, expected[position / 2], "{position}");
    }
    let id = |position: usize| report[position].message_id.as_deref();
    assert_eq!(id(0), Some("1@mg.example.com"), "the id of the receipt");
    assert_eq!((id(2), id(6), id(8)), (None, None, None));
    assert_eq!(id(4), Some("news-2026-11.4-5@mg.example.com"), "the id to look for");
    let error = |position: usize| report[position].error.as_deref().unwrap_or_default();
    assert_eq!((error(0), error(8)), ("", ""));
    assert!(error(2).contains("400") && error(4).contains("502") && error(6).contains("401"));
}

#[tokio::test]
async fn the_csv_report_runs_no_formula() {
    let service = Scripted::script(vec![accepted()]);
    let bulk = scripted_bulk(&service);
    let mut draft = bulk.open(newsletter()).await.unwrap().into_draft().unwrap();
    let addresses = ["=1+1@example.com", "ann@example.com", "-2@example.com"];
    draft.recipients(addresses.map(|it| (it, ()))).await.unwrap();
    let handle = draft.start().await.unwrap();
    let mut csv = Vec::new();
    assert_eq!(handle.write_csv(&mut csv).await.unwrap(), 3);
    let text = String::from_utf8(csv).unwrap();
    let expected = "position,address,outcome,message_id,error\n\
        0,'=1+1@example.com,not_sent,,\n\
        1,ann@example.com,not_sent,,\n\
        2,'-2@example.com,not_sent,,\n";
    assert_eq!(text, expected);
}

#[tokio::test]
async fn a_writer_that_fails_is_an_error() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is full"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let error = campaign().await.write_csv(Full).await.unwrap_err();
    assert!(matches!(error, BulkError::Report(_)), "{error:?}");
}
