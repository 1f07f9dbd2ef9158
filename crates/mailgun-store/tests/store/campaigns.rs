use std::{collections::HashMap, sync::Arc, time::Duration};

use bytes::Bytes;
use mailgun_bulk::{
    Bulk, BulkError, Campaign, CampaignState, Claim, ClaimRequest, DraftId, NewCampaign,
    NewRecipient, Store as _, Window, conformance::CASES,
};
use mailgun_core::Timestamp;
use mailgun_mock::MockMailgun;
use mailgun_store::SqlStore;
use mailgun_testing::{Postgres, within};

use crate::support::Place;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[allow(clippy::print_stdout, reason = "names the case that fails")]
async fn sqlite_keeps_campaigns_as_every_store_must() {
    for (name, case) in CASES {
        println!("{name}");
        let place = Place::sqlite();
        within(case(Arc::new(place.open().await))).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[allow(clippy::print_stdout, reason = "names the case that fails")]
async fn postgres_keeps_campaigns_as_every_store_must() {
    for (name, case) in CASES {
        println!("{name}");
        let Some(place) = Place::postgres() else { return };
        within(case(Arc::new(place.open().await))).await;
    }
}

on_both! {
    a_change_wakes_who_waits_for_this_campaign,
    workers_of_two_programs_send_each_recipient_one_mail,
    counters_are_deleted_a_day_after_they_were_of_use,
}

fn campaign(key: &str) -> NewCampaign {
    let content = Bytes::from_static(b"{}");
    NewCampaign::new(DraftId::new(key, "run 1"), "mg.example.com", content, Timestamp::now())
}

async fn a_change_wakes_who_waits_for_this_campaign(place: &Place) {
    let store = place.open().await;
    // In Postgres also in another process.
    let other = match place {
        Place::Sqlite(_) => store.clone(),
        Place::Postgres(_) => place.open().await,
    };
    for key in ["news", "other"] {
        store.create(&campaign(key)).await.unwrap();
    }
    let waiting = tokio::spawn(async move { other.changed("news").await.unwrap() });
    // The other process may not listen yet.
    let (draft, paused) = (CampaignState::Draft, CampaignState::Paused);
    for _ in 0..5 {
        store.set_state("other", &[draft, paused], paused).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(!waiting.is_finished());
    store.set_state("news", &[draft], paused).await.unwrap();
    waiting.await.unwrap();
}

fn bulk(mock: &MockMailgun, store: SqlStore) -> Bulk {
    Bulk::new(&mock.client(), Arc::new(store))
}

/// Starts a campaign with chunks of five.
async fn start(bulk: &Bulk, recipients: usize) {
    let campaign =
        Campaign::new("news", "mg.example.com").from("news@mg.example.com").subject("News");
    let mut draft =
        bulk.open(campaign.text("Hello").chunk_size(5)).await.unwrap().into_draft().unwrap();
    let addresses = (0..recipients).map(|number| (format!("r{number}@example.com"), ()));
    draft.recipients(addresses).await.unwrap();
    draft.start().await.unwrap();
}

/// How many mails each recipient got.
fn mails(mock: &MockMailgun) -> HashMap<String, usize> {
    let mut mails = HashMap::new();
    for message in mock.sent() {
        for recipient in message.recipients() {
            *mails.entry(recipient.to_string()).or_default() += 1;
        }
    }
    mails
}

async fn workers_of_two_programs_send_each_recipient_one_mail(place: &Place) {
    let mock = MockMailgun::start().await;
    let (one, two) = (bulk(&mock, place.open().await), bulk(&mock, place.open().await));
    start(&one, 60).await;
    let workers = [&one, &two].map(|bulk| bulk.worker().concurrency(2));
    let (first, second) = tokio::join!(workers[0].run("news"), workers[1].run("news"));
    for status in [first.unwrap(), second.unwrap()] {
        assert_eq!((status.tally.accepted.recipients, status.tally.planned.recipients), (60, 0));
    }
    let mails = mails(&mock);
    assert_eq!(mails.len(), 60);
    assert!(mails.values().all(|&count| count == 1), "{mails:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_crashes_during_a_campaign_causes_no_second_mail() {
    let Some(server) = Postgres::start() else { return };
    let mock = MockMailgun::start().await;
    let url = server.database();
    let first = bulk(&mock, SqlStore::postgres(&url).await.unwrap());
    start(&first, 500).await;
    let worker = first.worker().concurrency(4);
    let run = tokio::spawn(async move { worker.run("news").await });
    while mock.sent().len() < 10 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::task::block_in_place(|| {
        server.crash();
        server.recover();
    });
    let outcome = tokio::time::timeout(Duration::from_secs(30), run).await.expect("hangs");
    let error = outcome.unwrap().unwrap_err();
    assert!(matches!(error, BulkError::Store(_)), "{error}");

    let second = bulk(&mock, SqlStore::postgres(&url).await.unwrap());
    let again = second.worker().concurrency(4);
    let stop = again.stop_handle();
    let run = tokio::spawn(async move { again.run("news").await });
    let campaign = second.campaign("news");
    let all_claimed = async {
        while campaign.status().await.unwrap().tally.planned.recipients > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), all_claimed).await.expect("hangs");
    // A claim that the crash cut off keeps its chunk for longer than this test.
    stop.stop();
    within(run).await.unwrap().unwrap();
    let tally = campaign.status().await.unwrap().tally;
    assert_eq!((tally.planned.recipients, tally.refused.recipients), (0, 0));
    assert!(tally.sending.recipients <= 4 * 5, "{tally:?}");
    let mails = mails(&mock);
    assert!(mails.values().all(|&count| count == 1), "{mails:?}");
    assert!(mails.len() as u64 >= tally.accepted.recipients);
}

async fn counters_are_deleted_a_day_after_they_were_of_use(place: &Place) {
    let store = place.open().await;
    let start = async |key: &str, now: Timestamp| {
        store.create(&campaign(key)).await.unwrap();
        let draft = DraftId::new(key, "run 1");
        let recipient = NewRecipient::new("bob@example.com", "bob@example.com", "{}");
        store.append(&draft, &[recipient]).await.unwrap().unwrap();
        let chunk = 0..1;
        assert!(store.start(&draft, std::slice::from_ref(&chunk), now).await.unwrap());
    };
    let now = Timestamp::now();
    let in_hours = |hours: u64| now.checked_add(Duration::from_secs(hours * 3600)).unwrap();
    start("news", now).await;
    let window = |counter: &str, resets_at| Window { counter: counter.into(), limit: 5, resets_at };
    let windows = vec![window("hour", Some(in_hours(1))), window("campaign", None)];
    let request = ClaimRequest::new("worker", now, in_hours(1)).windows(windows);
    assert!(matches!(store.claim("news", &request).await.unwrap(), Claim::Claimed(_)));

    start("second", in_hours(24)).await;
    assert_eq!(place.count("SELECT count(*) FROM mailgun_counters").await, 2);
    start("third", in_hours(26)).await;
    assert_eq!(place.count("SELECT count(*) FROM mailgun_counters").await, 1);
}
