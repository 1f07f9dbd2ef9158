use mailgun_mock::MockMailgun;
use mailgun_webhooks::{
    AccountWebhookSettings, AccountWebhooks, ListAccountWebhooks, WebhookType, Webhooks,
};

const A: &str = "https://example.com/a";
const B: &str = "https://example.com/b";

#[tokio::test]
async fn webhooks_of_a_domain_are_created_read_changed_and_deleted() {
    let mock = MockMailgun::start().await;
    let webhooks = Webhooks::new(&mock.client(), mock.domain());
    assert!(webhooks.list().await.unwrap().is_empty());

    let created = webhooks.create(WebhookType::Opened, [A, B]).await.unwrap();
    assert_eq!((&*created.message, created.webhook.urls.len()), ("Webhook has been created", 2));
    let error = webhooks.create("opened", [A]).await.unwrap_err();
    assert!(error.to_string().contains("already exists"), "{error}");
    assert_eq!(webhooks.get("opened").await.unwrap().urls, [A, B]);
    assert_eq!(webhooks.update("opened", [B]).await.unwrap().webhook.urls, [B]);
    assert_eq!(webhooks.test("opened", A).await.unwrap().code, Some(200));
    assert_eq!(webhooks.delete("opened").await.unwrap().webhook.urls, [B]);
    assert_eq!(webhooks.get("opened").await.unwrap_err().status().unwrap(), 404);

    for (webhook, urls) in [("open", vec![A]), ("opened", vec!["ftp://a"]), ("opened", vec![A; 4])]
    {
        let error = webhooks.create(webhook, urls).await.unwrap_err();
        assert_eq!(error.status().unwrap(), 400);
    }
    let elsewhere = Webhooks::new(&mock.client(), "other.example.com");
    assert_eq!(elsewhere.list().await.unwrap_err().status().unwrap(), 404);
}

#[tokio::test]
async fn a_url_is_created_changed_and_deleted_for_several_types() {
    let mock = MockMailgun::start().await;
    let webhooks = Webhooks::new(&mock.client(), mock.domain());
    webhooks.create("clicked", [B]).await.unwrap();
    let all = webhooks.create_url(A, ["opened", "clicked"]).await.unwrap();
    assert_eq!(all[&WebhookType::Clicked].urls, [B, A]);
    assert_eq!(webhooks.create_url(A, ["opened"]).await.unwrap_err().status().unwrap(), 400);
    let all = webhooks.update_url(A, [WebhookType::Complained]).await.unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(all[&WebhookType::Complained].urls, [A]);
    assert_eq!(webhooks.list().await.unwrap(), all);
    assert!(webhooks.delete_urls([A, B]).await.unwrap().is_empty());
    assert_eq!(webhooks.delete_urls([A]).await.unwrap_err().status().unwrap(), 404);
}

#[tokio::test]
async fn webhooks_of_an_account_are_created_read_changed_and_deleted() {
    let mock = MockMailgun::start().await;
    let webhooks = AccountWebhooks::new(&mock.client());
    let list = |params| webhooks.list(params);
    let settings = AccountWebhookSettings::new().description("first");
    let id = webhooks.create(A, ["opened", "clicked"], settings).await.unwrap();
    let again = webhooks.create(A, ["opened"], AccountWebhookSettings::new()).await;
    assert_eq!(again.unwrap_err().status().unwrap(), 409);
    let other = webhooks.create(B, ["opened"], AccountWebhookSettings::new()).await.unwrap();

    let webhook = webhooks.get(&id).await.unwrap();
    assert_eq!((&*webhook.url, &*webhook.description), (A, "first"));
    assert!(webhook.created_at.is_some());
    assert_eq!(list(ListAccountWebhooks::new()).await.unwrap().len(), 2);
    let some = list(ListAccountWebhooks::new().ids([&other])).await.unwrap();
    assert_eq!((some.len(), &*some[0].url), (1, B));

    let settings = AccountWebhookSettings::new();
    webhooks.update(&id, A, [WebhookType::Delivered], settings).await.unwrap();
    let webhook = webhooks.get(&id).await.unwrap();
    assert_eq!((webhook.description.as_str(), webhook.event_types.len()), ("", 1));

    webhooks.delete(&id).await.unwrap();
    assert_eq!(webhooks.get(&id).await.unwrap_err().status().unwrap(), 404);
    webhooks.delete_many([&other]).await.unwrap();
    webhooks.create(B, ["opened"], AccountWebhookSettings::new()).await.unwrap();
    webhooks.delete_all().await.unwrap();
    assert!(list(ListAccountWebhooks::new()).await.unwrap().is_empty());
}
