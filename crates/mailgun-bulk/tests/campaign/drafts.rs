//! Where recipients come from, and who is left out.

use std::io;

use futures_util::stream;
use mailgun_bulk::{BulkError, Import};
use mailgun_mock::MockMailgun;
use mailgun_suppressions::{NewBounce, NewComplaint, NewUnsubscribe, Suppressions};
use mailgun_testing::within;

use crate::*;

async fn draft(bulk: &Bulk) -> mailgun_bulk::Draft {
    bulk.open(newsletter()).await.unwrap().into_draft().unwrap()
}

fn import_counts(import: &Import) -> [u64; 4] {
    [import.added, import.duplicates, import.left_out, import.rejected]
}

#[tokio::test]
async fn bad_rows_are_told_without_addresses_and_keep_the_campaign_from_starting() {
    let mock = MockMailgun::start().await;
    let bulk = bulk(&mock);
    let fill = || async {
        let mut draft = draft(&bulk).await;
        let rows = [
            ("r0@example.com", json!({})),
            ("secret-address", json!({})),
            ("r1@example.com", json!("no object")),
            ("r2@example.com", json!({ "n": 2 })),
        ];
        let import = draft.recipients(rows).await.unwrap();
        (draft, import)
    };
    let (draft, import) = fill().await;
    assert_eq!(import_counts(&import), [2, 0, 0, 2]);
    assert_eq!(import.to_string(), "2 added, 0 duplicates, 0 left out, 2 invalid");
    let rows: Vec<_> = import.rejections.iter().map(|it| it.row).collect();
    assert_eq!(rows, [2, 3]);
    for rejection in &import.rejections {
        assert!(!rejection.to_string().contains("secret-address"), "{rejection}");
    }
    let reason = import.rejections[1].to_string();
    assert!(reason.starts_with("row 3: ") && reason.contains("JSON object"), "{reason}");
    let error = draft.start().await.unwrap_err();
    assert!(matches!(error, BulkError::InvalidRows(2)), "{error:?}");
    assert!(within(worker(&bulk).run(KEY)).await.is_err());
    assert!(mock.requests().is_empty());

    let (draft, _) = fill().await;
    draft.skip_invalid().start().await.unwrap();
    within(worker(&bulk).run(KEY)).await.unwrap();
    assert_eq!(mails(&mock, 3), [1, 0, 1]);
}

#[tokio::test]
async fn a_second_row_with_an_address_is_a_duplicate_in_any_case_and_with_any_name() {
    let mock = MockMailgun::start().await;
    let bulk = bulk(&mock);
    let mut draft = draft(&bulk).await;
    let first = ["r0@example.com", "R0@Example.com", "r1@example.com"].map(|it| (it, ()));
    assert_eq!(import_counts(&draft.recipients(first).await.unwrap()), [2, 1, 0, 0]);
    let second = ["Bob <r1@example.com>", "r2@example.com"].map(|it| (it, ()));
    assert_eq!(import_counts(&draft.recipients(second).await.unwrap()), [1, 1, 0, 0]);
    let handle = draft.start().await.unwrap();
    within(worker(&bulk).run(KEY)).await.unwrap();
    assert_eq!(mails(&mock, 3), [1; 3]);
    assert_eq!(handle.status().await.unwrap().campaign.recipients.duplicates, 2);
}

#[tokio::test]
async fn suppressed_addresses_are_left_out() {
    let mock = MockMailgun::start().await;
    let bulk = Bulk::new(&mock.client(), memory());
    let lists = Suppressions::new(&mock.client(), mock.domain());
    lists.bounces().create(NewBounce::new(address(1))).await.unwrap();
    lists.complaints().create(NewComplaint::new(address(2))).await.unwrap();
    lists.unsubscribes().create(NewUnsubscribe::new(address(3))).await.unwrap();
    lists.unsubscribes().create(NewUnsubscribe::new(address(4)).tag("news")).await.unwrap();
    lists.unsubscribes().create(NewUnsubscribe::new(address(5)).tag("offers")).await.unwrap();
    let campaign = Campaign::new(KEY, mock.domain()).from("a@x.test").text("t").tag("news");
    let mut draft = bulk.open(campaign).await.unwrap().into_draft().unwrap();
    within(draft.leave_out_suppressed()).await.unwrap();
    let own = stream::iter(["Ann <R6@example.com>"].map(Ok::<_, io::Error>));
    draft.leave_out(own).await.unwrap();
    let import = draft.recipients(recipients(8)).await.unwrap();
    assert_eq!(import_counts(&import), [3, 0, 5, 0]);
    let too_late = stream::iter(["r7@example.com"].map(Ok::<_, io::Error>));
    let error = draft.leave_out(too_late).await.unwrap_err();
    assert!(matches!(error, BulkError::LeaveOutTooLate), "{error:?}");
    draft.start().await.unwrap();
    within(worker(&bulk).run(KEY)).await.unwrap();
    assert_eq!(mails(&mock, 8), [1, 0, 0, 0, 0, 1, 0, 1]);
}

#[tokio::test]
async fn recipients_come_from_a_csv_file_and_from_a_stream() {
    let mock = MockMailgun::start().await;
    let bulk = bulk(&mock);
    let mut draft = draft(&bulk).await;
    let csv = "email,name,city\nr0@example.com,Ann,Ulm\nnobody,,\nr1@example.com,\"B, b\",\n";
    let import = draft.csv(csv.as_bytes()).await.unwrap();
    assert_eq!(import_counts(&import), [2, 0, 0, 1]);
    assert_eq!(import.rejections[0].row, 3);
    let more = stream::iter(recipients(2003).skip(1).map(Ok::<_, io::Error>));
    let import = draft.recipients_from(more).await.unwrap();
    assert_eq!(import_counts(&import), [2001, 1, 0, 0]);
    draft.skip_invalid().start().await.unwrap();
    within(worker(&bulk).run(KEY)).await.unwrap();
    assert_eq!(mails(&mock, 2003), vec![1; 2003]);
    let sent = mock.sent_to("r1@example.com");
    let variables = sent[0].recipient_variables().unwrap();
    assert_eq!(variables["r1@example.com"], json!({"name": "B, b", "city": ""}));
    assert_eq!(variables["r0@example.com"], json!({"name": "Ann", "city": "Ulm"}));
}

#[tokio::test]
async fn a_source_that_fails_is_an_error_that_says_why() {
    let mock = MockMailgun::start().await;
    let bulk = bulk(&mock);
    let mut draft = draft(&bulk).await;
    let broken = recipients(1500).map(Ok).chain([Err(io::Error::other("the file ended"))]);
    let error = draft.recipients_from(stream::iter(broken)).await.unwrap_err();
    assert!(matches!(error, BulkError::Source(_)), "{error:?}");
    assert_eq!(error.to_string(), "the source of the recipients failed: the file ended");
    let error = draft.csv("name\nAnn\n".as_bytes()).await.unwrap_err();
    assert!(error.to_string().contains("`address` or `email`"), "{error}");
}

#[tokio::test]
async fn a_draft_that_another_run_has_opened_takes_nothing() {
    let mock = MockMailgun::start().await;
    let bulk = bulk(&mock);
    let mut first = draft(&bulk).await;
    first.recipients(recipients(5)).await.unwrap();
    let mut second = draft(&bulk).await;
    let error = first.recipients(recipients(7)).await.unwrap_err();
    assert!(matches!(error, BulkError::DraftLost), "{error:?}");
    let error = first.start().await.unwrap_err();
    assert!(matches!(error, BulkError::DraftLost | BulkError::NoRecipients), "{error:?}");
    assert_eq!(second.recipients(recipients(3)).await.unwrap().added, 3);
    second.start().await.unwrap();
    within(worker(&bulk).run(KEY)).await.unwrap();
    assert_eq!(mails(&mock, 7), [1, 1, 1, 0, 0, 0, 0]);
}
