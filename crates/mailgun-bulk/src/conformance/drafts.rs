//! Creating, filling and starting a campaign.

use super::*;
use crate::Appended;

pub(super) async fn a_key_that_was_started_is_not_created_again(store: Arc<dyn Store>) {
    start(&*store, "news", &[0..2]).await;
    let before = store.campaign("news").await.unwrap().unwrap();
    let mut other = new_campaign("news", "other");
    other.domain = "other.example.com".to_owned();
    other.content = Bytes::from_static(b"other");
    for state in [CampaignState::Running, CampaignState::Paused, CampaignState::Cancelled] {
        store.set_state("news", CampaignState::ALL, state).await.unwrap();
        assert!(!store.create(&other).await.unwrap(), "{state}");
    }
    let after = store.campaign("news").await.unwrap().unwrap();
    assert_eq!(after.domain, before.domain);
    assert_eq!(after.recipients, before.recipients);
    assert_eq!(store.content("news").await.unwrap().unwrap(), "content");
    assert_eq!(store.recipients("news", 0..9).await.unwrap().len(), 2);
}

pub(super) async fn a_draft_that_is_created_again_has_a_new_owner_and_no_recipients(
    store: Arc<dyn Store>,
) {
    let (first, mut second) = (new_campaign("news", "first"), new_campaign("news", "second"));
    second.content = Bytes::from_static(b"second");
    second.chunk_limit = 10;
    assert!(store.create(&first).await.unwrap());
    assert!(store.leave_out(&first.draft, &["r5@example.com".to_owned()]).await.unwrap());
    store.append(&first.draft, &[recipient(0), recipient(1)]).await.unwrap().unwrap();

    assert!(store.create(&second).await.unwrap());
    assert_eq!(store.append(&first.draft, &[recipient(2)]).await.unwrap(), None);
    assert!(!store.leave_out(&first.draft, &["x@example.com".to_owned()]).await.unwrap());
    assert!(!store.start(&first.draft, &[0..2], at(1)).await.unwrap());
    let campaign = store.campaign("news").await.unwrap().unwrap();
    assert_eq!(campaign.recipients, Appended::default());
    assert_eq!(campaign.chunk_limit, 10);
    assert_eq!(store.content("news").await.unwrap().unwrap(), "second");
    assert!(store.recipients("news", 0..9).await.unwrap().is_empty());
    let appended = store.append(&second.draft, &[recipient(5), recipient(0)]).await.unwrap();
    assert_eq!(appended.unwrap().added, 2, "nothing of the first draft is left");
}

pub(super) async fn recipients_get_positions_without_gaps(store: Arc<dyn Store>) {
    let campaign = new_campaign("news", "importer");
    store.create(&campaign).await.unwrap();
    let named = NewRecipient::new("bob@example.com", "Bób \"B\" <Bob@example.com>", r#"{"ü":"'"}"#);
    let first = [recipient(0), recipient(1), recipient(0), named.clone(), recipient(1)];
    let appended = store.append(&campaign.draft, &first).await.unwrap();
    assert_eq!(appended, Some(Appended { added: 3, duplicates: 2, left_out: 0 }));
    let second = [recipient(1), recipient(2), named.clone(), recipient(3)];
    let appended = store.append(&campaign.draft, &second).await.unwrap();
    assert_eq!(appended, Some(Appended { added: 2, duplicates: 2, left_out: 0 }));
    assert_eq!(
        store.append(&campaign.draft, &[]).await.unwrap(),
        Some(Appended::default()),
        "an empty page"
    );

    let recipients = store.recipients("news", 0..100).await.unwrap();
    let positions: Vec<_> = recipients.iter().map(|it| it.position).collect();
    assert_eq!(positions, [0, 1, 2, 3, 4]);
    let mailboxes: Vec<_> = recipients.iter().map(|it| &*it.mailbox).collect();
    let expected = ["r0@example.com", "r1@example.com", &named.mailbox, "r2@example.com"];
    assert_eq!(mailboxes[..4], expected);
    assert_eq!(recipients[2].variables, named.variables);
    let middle = store.recipients("news", 1..3).await.unwrap();
    assert_eq!(middle, recipients[1..3]);
    assert!(store.recipients("news", 5..9).await.unwrap().is_empty());
    assert!(store.recipients("news", 3..3).await.unwrap().is_empty());
    assert!(store.recipients("other", 0..9).await.unwrap().is_empty());
    let counted = store.campaign("news").await.unwrap().unwrap().recipients;
    assert_eq!(counted, Appended { added: 5, duplicates: 4, left_out: 0 });

    // The same address in another campaign.
    let other = new_campaign("other", "importer");
    store.create(&other).await.unwrap();
    let appended = store.append(&other.draft, &[recipient(0)]).await.unwrap().unwrap();
    assert_eq!(appended.added, 1);
}

pub(super) async fn addresses_that_are_left_out_get_no_position(store: Arc<dyn Store>) {
    let campaign = new_campaign("news", "importer");
    store.create(&campaign).await.unwrap();
    let out: Vec<_> = [1, 3].map(|number| recipient(number).folded).into();
    assert!(store.leave_out(&campaign.draft, &out).await.unwrap());
    assert!(store.leave_out(&campaign.draft, &out[..1]).await.unwrap(), "again");
    let recipients: Vec<_> = [0, 1, 2, 3, 1, 0].map(recipient).into();
    let appended = store.append(&campaign.draft, &recipients).await.unwrap();
    assert_eq!(appended, Some(Appended { added: 2, duplicates: 1, left_out: 3 }));
    let stored = store.recipients("news", 0..9).await.unwrap();
    let mailboxes: Vec<_> = stored.iter().map(|it| (it.position, &*it.mailbox)).collect();
    assert_eq!(mailboxes, [(0, "r0@example.com"), (1, "r2@example.com")]);
}

pub(super) async fn only_the_owner_of_a_draft_adds_to_it_and_starts_it(store: Arc<dyn Store>) {
    let campaign = new_campaign("news", "importer");
    store.create(&campaign).await.unwrap();
    store.append(&campaign.draft, &[recipient(0)]).await.unwrap().unwrap();
    for draft in [DraftId::new("news", "other"), DraftId::new("other", "importer")] {
        assert_eq!(store.append(&draft, &[recipient(1)]).await.unwrap(), None, "{draft:?}");
        assert!(!store.leave_out(&draft, &["a@example.com".to_owned()]).await.unwrap());
        assert!(!store.start(&draft, &[0..1], at(1)).await.unwrap());
    }
    assert_eq!(state(&*store, "news").await, Some(CampaignState::Draft));
    assert_eq!(state(&*store, "other").await, None);
}

pub(super) async fn a_campaign_is_started_once(store: Arc<dyn Store>) {
    let campaign = new_campaign("news", "importer");
    store.create(&campaign).await.unwrap();
    let recipients: Vec<_> = (0..5).map(recipient).collect();
    store.append(&campaign.draft, &recipients).await.unwrap().unwrap();
    assert_eq!(store.claim("news", &request("worker", 0)).await.unwrap(), {
        Claim::NotRunning(Some(CampaignState::Draft))
    });
    assert!(store.start(&campaign.draft, &[0..3, 3..5], at(7)).await.unwrap());
    assert!(!store.start(&campaign.draft, &[0..5], at(8)).await.unwrap());
    assert_eq!(store.append(&campaign.draft, &[recipient(9)]).await.unwrap(), None);
    let stored = store.campaign("news").await.unwrap().unwrap();
    assert_eq!((stored.state, stored.started_at), (CampaignState::Running, Some(at(7))));
    assert_eq!(stored.created_at, at(0));
    let planned = ChunkState::Planned;
    assert_eq!(states(&*store, "news").await, [(0, 3, planned), (3, 5, planned)]);
    for chunk in chunks(&*store, "news").await {
        assert_eq!((chunk.fence, chunk.owner, chunk.since), (0, None, at(7)));
        assert_eq!((chunk.message_id, chunk.error, chunk.is_resent), (None, None, false));
    }
}

pub(super) async fn a_plan_that_does_not_end_at_the_last_recipient_starts_nothing(
    store: Arc<dyn Store>,
) {
    let campaign = new_campaign("news", "importer");
    store.create(&campaign).await.unwrap();
    let recipients: Vec<_> = (0..5).map(recipient).collect();
    store.append(&campaign.draft, &recipients).await.unwrap().unwrap();
    // A page that was added after the plan was made.
    store.append(&campaign.draft, &[recipient(5)]).await.unwrap().unwrap();
    for chunks in [&[0..3, 3..5][..], &[0..7], &[]] {
        assert!(!store.start(&campaign.draft, chunks, at(1)).await.unwrap(), "{chunks:?}");
    }
    let stored = store.campaign("news").await.unwrap().unwrap();
    assert_eq!((stored.state, stored.started_at), (CampaignState::Draft, None));
    assert!(chunks(&*store, "news").await.is_empty());
    assert!(store.start(&campaign.draft, &[0..3, 3..6], at(2)).await.unwrap());
}

pub(super) async fn content_is_kept_byte_for_byte(store: Arc<dyn Store>) {
    let mut campaign = new_campaign("news", "importer");
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|n| (n.wrapping_mul(n) % 251) as u8).collect();
    campaign.content = bytes.into();
    campaign.scope = "the account".to_owned();
    store.create(&campaign).await.unwrap();
    assert_eq!(store.content("news").await.unwrap(), Some(campaign.content));
    assert_eq!(store.content("other").await.unwrap(), None);
    let stored = store.campaign("news").await.unwrap().unwrap();
    assert_eq!((&*stored.domain, &*stored.scope), ("mg.example.com", "the account"));
    assert_eq!((stored.key, stored.started_at), ("news".to_owned(), None));
}
