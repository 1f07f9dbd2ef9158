use mailgun_testing::{described, operations};
use mailgun_webhooks::{
    AccountWebhookSettings, AccountWebhooks, ListAccountWebhooks, OPERATIONS, Webhooks,
};

#[tokio::test]
async fn every_operation_matches_the_table() {
    let client = operations::client();
    let (domain, account) =
        (Webhooks::new(&client, "mg.example.com"), AccountWebhooks::new(&client));
    let (url, types) = ("https://example.com/hook", ["opened"]);
    let calls = described![
        domain.list(),
        domain.get("opened"),
        domain.create("opened", [url]),
        domain.test("opened", url),
        domain.update("opened", [url]),
        domain.delete("opened"),
        domain.create_url(url, types),
        domain.update_url(url, types),
        domain.delete_urls([url]),
        account.list(ListAccountWebhooks::new()),
        account.get("id"),
        account.create(url, types, AccountWebhookSettings::new()),
        account.update("id", url, types, AccountWebhookSettings::new()),
        account.delete("id"),
        account.delete_many(["id"]),
        account.delete_all(),
    ];
    operations::check("mailgun-webhooks", OPERATIONS, calls).await;
}
