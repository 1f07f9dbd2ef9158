use std::time::Duration;

use mailgun_core::Timestamp;
use mailgun_messages::{Claim, Ledger as _, LedgerEntry, Message, MessageId, Messages};
use mailgun_mock::MockMailgun;

use crate::support::Place;

on_both! {
    of_eight_calls_at_once_one_begins_and_the_others_see_its_claim,
    what_is_recorded_is_there_after_a_restart,
    a_second_begin_of_the_same_claim_finds_the_first,
    an_accepted_key_stays_accepted_whoever_releases_it,
    a_mail_can_be_accepted_under_a_key_that_is_not_in_the_ledger,
    only_its_owner_releases_a_key,
    forget_removes_accepted_keys_and_none_of_unknown_outcome,
    a_message_is_sent_once_by_two_programs,
}

fn claim(owner: &str) -> Claim {
    let since = Timestamp::from_micros(1_700_000_000_123_456).unwrap();
    Claim { owner: owner.to_owned(), since }
}

async fn of_eight_calls_at_once_one_begins_and_the_others_see_its_claim(place: &Place) {
    let store = place.open().await;
    let calls = (0..8).map(|number| {
        let ledger = store.ledger();
        tokio::spawn(async move {
            let claim = claim(&format!("call {number}"));
            let found = ledger.begin("order-1", &claim).await.unwrap();
            (claim, found)
        })
    });
    let (mut winners, mut found) = (Vec::new(), Vec::new());
    for call in calls.collect::<Vec<_>>() {
        match call.await.unwrap() {
            (claim, None) => winners.push(LedgerEntry::Sending(claim)),
            (_, Some(entry)) => found.push(entry),
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(found, vec![winners[0].clone(); 7]);
}

async fn what_is_recorded_is_there_after_a_restart(place: &Place) {
    let store = place.open().await;
    let ledger = store.ledger();
    assert_eq!(ledger.begin("sending", &claim("a")).await.unwrap(), None);
    assert_eq!(ledger.begin("accepted", &claim("a")).await.unwrap(), None);
    ledger.accept("accepted", &"1@mg.example.com".into()).await.unwrap();
    store.close().await;

    let ledger = place.open().await.ledger();
    let sending = Some(LedgerEntry::Sending(claim("a")));
    let accepted = Some(LedgerEntry::Accepted("1@mg.example.com".into()));
    for (key, entry) in [("sending", &sending), ("accepted", &accepted), ("other", &None)] {
        assert_eq!(ledger.get(key).await.unwrap(), *entry, "{key}");
    }
    assert_eq!(ledger.begin("sending", &claim("b")).await.unwrap(), sending);
    assert_eq!(ledger.begin("accepted", &claim("b")).await.unwrap(), accepted);
}

async fn a_second_begin_of_the_same_claim_finds_the_first(place: &Place) {
    let ledger = place.open().await.ledger();
    assert_eq!(ledger.begin("order-1", &claim("a")).await.unwrap(), None);
    let found = ledger.begin("order-1", &claim("a")).await.unwrap();
    assert_eq!(found, Some(LedgerEntry::Sending(claim("a"))));
}

async fn an_accepted_key_stays_accepted_whoever_releases_it(place: &Place) {
    let ledger = place.open().await.ledger();
    ledger.begin("order-1", &claim("a")).await.unwrap();
    ledger.accept("order-1", &"1@mg.example.com".into()).await.unwrap();
    ledger.release("order-1", "a").await.unwrap();
    let accepted = LedgerEntry::Accepted("1@mg.example.com".into());
    assert_eq!(ledger.begin("order-1", &claim("b")).await.unwrap(), Some(accepted));
}

async fn a_mail_can_be_accepted_under_a_key_that_is_not_in_the_ledger(place: &Place) {
    let ledger = place.open().await.ledger();
    let id = MessageId::from("1@mg.example.com");
    ledger.accept("order-1", &id).await.unwrap();
    let found = ledger.begin("order-1", &claim("a")).await.unwrap();
    assert_eq!(found, Some(LedgerEntry::Accepted(id)));
}

async fn only_its_owner_releases_a_key(place: &Place) {
    let ledger = place.open().await.ledger();
    ledger.begin("order-1", &claim("a")).await.unwrap();
    ledger.release("order-1", "b").await.unwrap();
    ledger.release("order-2", "a").await.unwrap();
    let found = ledger.begin("order-1", &claim("b")).await.unwrap();
    assert_eq!(found, Some(LedgerEntry::Sending(claim("a"))));

    ledger.release("order-1", "a").await.unwrap();
    assert_eq!(ledger.begin("order-1", &claim("b")).await.unwrap(), None);
}

async fn forget_removes_accepted_keys_and_none_of_unknown_outcome(place: &Place) {
    let ledger = place.open().await.ledger();
    ledger.begin("unknown", &claim("a")).await.unwrap();
    ledger.accept("accepted", &"1@mg.example.com".into()).await.unwrap();

    let hour = Duration::from_secs(3600);
    let (before, after) = (Timestamp::now().checked_sub(hour), Timestamp::now().checked_add(hour));
    assert_eq!(ledger.forget(before.unwrap()).await.unwrap(), 0);
    assert_eq!(ledger.forget(after.unwrap()).await.unwrap(), 1);
    assert_eq!(ledger.get("accepted").await.unwrap(), None);
    assert_eq!(ledger.get("unknown").await.unwrap(), Some(LedgerEntry::Sending(claim("a"))));
}

async fn a_message_is_sent_once_by_two_programs(place: &Place) {
    let mock = MockMailgun::start().await;
    let messages = Messages::new(&mock.client(), "mg.example.com");
    let message = || {
        Message::new().from("shop@mg.example.com").to("bob@example.com").subject("Hi").text("Hi")
    };
    let mut ids = Vec::new();
    for _ in 0..2 {
        let ledger = place.open().await.ledger();
        ids.push(messages.send_once(&ledger, "order-1", message()).await.unwrap().id);
    }
    assert_eq!(mock.sent().len(), 1);
    assert_eq!(ids[0], ids[1]);
}
