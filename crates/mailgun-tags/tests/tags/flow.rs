use futures_util::TryStreamExt as _;
use mailgun_messages::{Message, Messages};
use mailgun_mock::MockMailgun;
use mailgun_tags::{DomainTags, ListDomainTags, ListTags, StatsQuery, Tags};

#[tokio::test]
async fn tags_appear_with_the_mail_that_has_them() {
    let mock = MockMailgun::start().await;
    let messages = Messages::new(&mock.client(), mock.domain());
    for (tag, count) in [("receipt", 1), ("newsletter", 2), ("Spring sale/1", 1)] {
        for _ in 0..count {
            let message = Message::new()
                .from("shop@mg.example.com")
                .to("bob@example.com")
                .subject("Hello")
                .text("Hello")
                .tag(tag);
            messages.send(message).await.unwrap();
        }
    }

    let tags = Tags::new(&mock.client());
    let all: Vec<_> = tags.list(ListTags::new().limit(2)).into_items().try_collect().await.unwrap();
    let names: Vec<_> = all.iter().map(|tag| &*tag.tag).collect();
    assert_eq!(names, ["spring sale/1", "newsletter", "receipt"], "the last one seen first");
    assert!(all.iter().all(|tag| tag.metrics.is_empty() && tag.last_seen.is_some()));

    let by_name = tags.list(ListTags::new().sort("tag:asc"));
    let by_name: Vec<_> = by_name.into_items().try_collect().await.unwrap();
    assert!(by_name.iter().map(|tag| &*tag.tag).eq(["newsletter", "receipt", "spring sale/1"]));

    let params = ListTags::new().tag("news").include_metrics(true).include_total(true);
    let page = tags.list(params).next_page().await.unwrap().unwrap();
    assert_eq!((page.items.len(), page.total), (1, Some(1)));
    assert_eq!(page.items[0].metrics.accepted_count(), Some(2));
    assert_eq!(page.items[0].metrics.delivered_count(), Some(2));
    assert_eq!(page.items[0].metrics.delivered_rate(), Some(1.0));

    tags.update("newsletter", "Mondays").await.unwrap();
    let domain = DomainTags::new(&mock.client(), mock.domain());
    assert_eq!(domain.get("newsletter").await.unwrap().description, "Mondays");
    let stats = domain.stats("newsletter", StatsQuery::new().event("accepted")).await.unwrap();
    assert_eq!(stats.stats[0].accepted.as_ref().unwrap().outgoing, 2);
    assert!(stats.stats[0].delivered.is_none());

    assert_eq!(tags.limits().await.unwrap().count, 3);
    domain.delete("Spring sale/1").await.unwrap();
    tags.delete("receipt").await.unwrap();
    let left: Vec<_> = domain.list(ListDomainTags::new()).into_items().try_collect().await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(domain.get("receipt").await.unwrap_err().status().unwrap(), 404);
    assert_eq!(tags.delete("receipt").await.unwrap_err().status().unwrap(), 400);
}
