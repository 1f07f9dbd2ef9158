use mailgun_core::Idempotency;
use mailgun_testing::{described, operations};
use mailgun_webhooks::{
    AccountWebhookSettings, AccountWebhooks, ListAccountWebhooks, OPERATIONS, Webhooks,
};

#[tokio::test]
async fn every_operation_of_the_api_is_there_as_the_api_has_it() {
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
    operations::check("mailgun-webhooks", OPERATIONS, calls, &[]).await;
}

#[test]
fn creating_testing_and_deleting_all_are_not_idempotent() {
    let not_idempotent =
        OPERATIONS.iter().filter(|route| route.idempotency() == Idempotency::NonIdempotent);
    let not_idempotent: Vec<_> = not_idempotent.map(ToString::to_string).collect();
    assert_eq!(
        not_idempotent,
        [
            "POST /v3/domains/{domain}/webhooks",
            "PUT /v3/domains/{domain}/webhooks/{type}/test",
            "POST /v4/domains/{domain}/webhooks",
            "POST /v1/webhooks",
            "DELETE /v1/webhooks",
        ]
    );
}
