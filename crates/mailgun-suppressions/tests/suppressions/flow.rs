use std::collections::BTreeMap;

use futures_util::TryStreamExt as _;
use mailgun_core::{Fields, Operation};
use mailgun_mock::MockMailgun;
use mailgun_suppressions::{
    AllowlistKind, ListSuppressions, NewAllowlistEntry, NewBounce, NewComplaint, NewUnsubscribe,
    PageDirection, Suppressions,
};
use serde_json::Value;

const SEND: Operation = Operation::post("/v3/{domain}/messages");

async fn start() -> (MockMailgun, Suppressions) {
    let mock = MockMailgun::start().await;
    let suppressions = Suppressions::new(&mock.client(), mock.domain());
    (mock, suppressions)
}

/// What becomes of a mail to these addresses: why it fails, and the code.
async fn send(mock: &MockMailgun, to: &[&str], tag: &str) -> BTreeMap<String, (String, u64)> {
    let earlier = mock.events().len();
    let mut mail = Fields::new();
    mail.set("from", "shop@mg.example.com").set("to", to.join(", ")).set("text", "Hello");
    mail.set("o:tag", tag);
    mock.client().call::<Value>(SEND, &[&mock.domain()]).form(mail).await.unwrap();
    let events = mock.events();
    let (accepted, outcomes) = events[earlier..].split_at((events.len() - earlier) / 2);
    assert!(accepted.iter().all(|event| event["event"] == "accepted"));
    let outcomes = outcomes.iter().map(|event| {
        let failed = event["event"] == "failed" && event["severity"] == "permanent";
        assert!(failed || event["event"] == "delivered", "{event}");
        let reason = event["reason"].as_str().unwrap_or_default().to_owned();
        let code = event["delivery-status"]["code"].as_u64().unwrap();
        (event["recipient"].as_str().unwrap().to_owned(), (reason, code))
    });
    outcomes.collect()
}

#[tokio::test]
async fn bounces_are_added_listed_and_deleted() {
    let (_mock, suppressions) = start().await;
    let bounces = suppressions.bounces();
    let bob = NewBounce::new("bob+a@example.com").code("552").error("full");
    assert_eq!(bounces.create(bob).await.unwrap().address, "bob+a@example.com");
    let many = (0..2500).map(|i| NewBounce::new(format!("user{i:04}@example.com")));
    let chunks = bounces.create_many(many).await;
    let words = chunks.into_iter().map(|chunk| chunk.result.unwrap().message);
    let added = |count| format!("{count} addresses have been added to the bounces table");
    assert!(words.eq([added(1000), added(1000), added(500)]));

    let read = bounces.get("bob+a@example.com").await.unwrap();
    assert_eq!((read.code.as_deref(), &*read.error), (Some("552"), "full"));
    assert!(read.created_at.is_some());
    let all: Vec<_> =
        bounces.list(ListSuppressions::new().limit(999)).into_items().try_collect().await.unwrap();
    assert_eq!(all.len(), 2501);
    assert!(all.is_sorted_by_key(|bounce| bounce.address.clone()));
    assert_eq!(all[1].code.as_deref(), Some("550"));

    let found = bounces.list(ListSuppressions::new().term("user001")).next_page().await.unwrap();
    assert_eq!(found.unwrap().items.len(), 10);
    let before = ListSuppressions::new().limit(1).address("user0000@example.com");
    let mut pager = bounces.list(before.page(PageDirection::Previous));
    assert_eq!(pager.next_page().await.unwrap().unwrap().items, [read]);
    assert_eq!(pager.next_page().await.unwrap().unwrap().items, all[1..2]);

    let gone = bounces.delete("bob+a@example.com").await.unwrap();
    assert_eq!(gone.message, "Bounced address has been removed");
    let error = bounces.delete("bob+a@example.com").await.unwrap_err();
    assert_eq!(error.api_message(), Some("Address not found in bounces table"));
    let gone = bounces.delete_all().await.unwrap();
    assert_eq!(gone.message, "Bounced addresses for this domain have been removed");
    assert!(bounces.list(ListSuppressions::new()).next_page().await.unwrap().is_none());
}

#[tokio::test]
async fn tags_are_unsubscribed_one_by_one() {
    let (_mock, suppressions) = start().await;
    let unsubscribes = suppressions.unsubscribes();
    let bob = || NewUnsubscribe::new("bob@example.com");
    unsubscribes.create(bob().tag("one")).await.unwrap();
    unsubscribes.create(bob().tag("two").tag("three")).await.unwrap();
    let mut tags = unsubscribes.get("bob@example.com").await.unwrap().tags;
    tags.sort();
    assert_eq!(tags, ["one", "three", "two"]);

    unsubscribes.delete_tag("bob@example.com", "two").await.unwrap();
    let error = unsubscribes.delete_tag("bob@example.com", "two").await.unwrap_err();
    assert_eq!(error.api_message(), Some("Unsubscribe event for this tag does not exist"));
    unsubscribes.delete_tag("bob@example.com", "one").await.unwrap();
    unsubscribes.delete_tag("bob@example.com", "three").await.unwrap();
    let error = unsubscribes.get("bob@example.com").await.unwrap_err();
    assert_eq!(error.api_message(), Some("Address not found in unsubscribers table"));

    unsubscribes.create(bob()).await.unwrap();
    assert_eq!(unsubscribes.get("BOB@example.com").await.unwrap().tags, ["*"]);
    unsubscribes.delete("bob@example.com").await.unwrap();
    unsubscribes.delete_all().await.unwrap();
}

#[tokio::test]
async fn the_allowlist_has_addresses_and_domains() {
    let (_mock, suppressions) = start().await;
    let allowlist = suppressions.allowlist();
    let added = allowlist.create(NewAllowlistEntry::address("bob@example.com")).await.unwrap();
    assert_eq!((added.kind, &*added.value), (Some(AllowlistKind::Address), "bob@example.com"));
    let ours = NewAllowlistEntry::domain("example.org").reason("our server");
    let added = allowlist.create(ours).await.unwrap();
    assert_eq!(added.message, "Address/Domain has been added to the allowlists table");
    let entry = allowlist.get("example.org").await.unwrap();
    assert_eq!((entry.kind, &*entry.reason), (Some(AllowlistKind::Domain), "our server"));
    let mut pager = allowlist.list(ListSuppressions::new());
    assert_eq!(pager.next_page().await.unwrap().unwrap().items.len(), 2);
    assert!(pager.next_page().await.unwrap().is_none());

    assert_eq!(allowlist.delete("bob@example.com").await.unwrap().value, "bob@example.com");
    allowlist.delete_all().await.unwrap();
    assert_eq!(allowlist.get("example.org").await.unwrap_err().status().unwrap(), 404);
    let error = allowlist.create(NewAllowlistEntry::address("")).await.unwrap_err();
    assert_eq!(error.api_message(), Some("Missing mandatory parameter: address/domain"));
}

#[tokio::test]
async fn imported_addresses_get_no_mail_until_they_are_deleted() {
    let (mock, suppressions) = start().await;
    let bounced = ["bounced@example.com", "spared@example.com", "spared@example.org"];
    let bounced = bounced.map(|address| NewBounce::new(address).error("no, \"really\""));
    suppressions.bounces().import(NewBounce::csv(bounced).unwrap()).await.unwrap();
    let left = [
        NewUnsubscribe::new("left@example.com"),
        NewUnsubscribe::new("tired@example.com").tag("offers").tag("news"),
    ];
    suppressions.unsubscribes().import(NewUnsubscribe::csv(left).unwrap()).await.unwrap();
    let angry = NewComplaint::csv([NewComplaint::new("angry@example.com")]).unwrap();
    suppressions.complaints().import(angry).await.unwrap();
    let spared = [
        NewAllowlistEntry::address("spared@example.com"),
        NewAllowlistEntry::domain("example.org"),
    ];
    suppressions.allowlist().import(NewAllowlistEntry::csv(spared).unwrap()).await.unwrap();
    assert_eq!(
        suppressions.bounces().get("bounced@example.com").await.unwrap().error,
        "no, \"really\""
    );

    let failed = |reason: &str, code| (reason.to_owned(), code);
    let delivered = || (String::new(), 250);
    let all = [
        "bounced@example.com",
        "spared@example.com",
        "spared@example.org",
        "left@example.com",
        "tired@example.com",
        "angry@example.com",
    ];
    let outcomes = send(&mock, &all, "news").await;
    assert_eq!(outcomes["bounced@example.com"], failed("suppress-bounce", 605));
    assert_eq!(outcomes["spared@example.com"], delivered());
    assert_eq!(outcomes["spared@example.org"], delivered());
    assert_eq!(outcomes["left@example.com"], failed("suppress-unsubscribe", 606));
    assert_eq!(outcomes["tired@example.com"], failed("suppress-unsubscribe", 606));
    assert_eq!(outcomes["angry@example.com"], failed("suppress-complaint", 607));
    let outcomes = send(&mock, &["tired@example.com"], "receipts").await;
    assert_eq!(outcomes["tired@example.com"], delivered());

    suppressions.bounces().delete("bounced@example.com").await.unwrap();
    suppressions.complaints().delete_all().await.unwrap();
    let outcomes = send(&mock, &["bounced@example.com", "angry@example.com"], "news").await;
    assert!(outcomes.values().all(|outcome| *outcome == delivered()), "{outcomes:?}");
}
