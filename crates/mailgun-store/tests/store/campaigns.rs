use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use mailgun_bulk::{CampaignState, DraftId, NewCampaign, Store as _, conformance::CASES};
use mailgun_core::Timestamp;
use mailgun_testing::within;

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
