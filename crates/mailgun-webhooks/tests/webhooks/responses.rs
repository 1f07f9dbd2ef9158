use mailgun_core::ErrorKind;
use mailgun_testing::{
    Answer, Scripted,
    responses::{called_whole, read_whole, recorded, tolerates},
};
use mailgun_webhooks::{
    AccountWebhook, AccountWebhooks, ListAccountWebhooks, Webhook, WebhookMap, WebhookResponse,
    WebhookTest, WebhookType, Webhooks,
};
use serde_json::{Value, json};

fn account_webhook() -> Value {
    json!({
        "webhook_id": "6797c62f6ee0a9fcb1ec5eee",
        "description": "My webhook",
        "url": "https://foo.com",
        "event_types": ["accepted", "temporary_fail", "brand_new"],
        "created_at": "2025-06-25T17:19:51Z"
    })
}

fn all() -> Value {
    let urls = json!({"urls": ["https://foo.com", "https://bar.com"]});
    json!({
        "accepted": urls, "delivered": urls, "opened": urls, "clicked": urls,
        "unsubscribed": urls, "complained": urls, "temporary_fail": urls, "permanent_fail": urls
    })
}

#[test]
fn responses_are_read_whole_and_with_anything_missing() {
    tolerates::<Webhook>(&all()["opened"], &[]);
    let response =
        json!({"message": "Webhook has been created", "webhook": {"urls": ["https://a.b"]}});
    tolerates::<WebhookResponse>(&response, &[]);
    tolerates::<WebhookTest>(&json!({"code": 200, "message": "OK"}), &[]);
    tolerates::<AccountWebhook>(&account_webhook(), &[]);
}

#[test]
fn urls_are_a_list_however_the_response_has_them() {
    for (json, urls) in [
        (json!({"urls": ["https://a.b", "https://c.d"]}), &["https://a.b", "https://c.d"][..]),
        (json!({"urls": "https://a.b"}), &["https://a.b"]),
        (json!({"url": "https://a.b"}), &["https://a.b"]),
        (
            json!({"url": "https://a.b", "urls": ["https://a.b", "https://c.d"]}),
            &["https://a.b", "https://c.d"],
        ),
        (json!({"url": "https://a.b", "urls": null}), &["https://a.b"]),
        (json!({"urls": []}), &[]),
        (json!({}), &[]),
        (Value::Null, &[]),
        (json!({"urls": ["https://a.example.com", null]}), &["https://a.example.com"]),
        (json!({"urls": [5, "https://a.b", {}]}), &["https://a.b"]),
    ] {
        let webhook: Webhook = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(webhook.urls, urls, "{json}");
    }
    for json in [json!("soon another shape"), json!(5), json!({"urls": {}}), json!({"url": 5})] {
        assert!(serde_json::from_value::<Webhook>(json.clone()).is_err(), "{json}");
    }
}

#[tokio::test]
async fn a_webhook_of_another_shape_leaves_the_others() {
    let mut response = all();
    response["brand_new"] = json!([{"a": 1}]);
    response["opened"] = json!("soon another shape");
    let response = json!({"webhooks": response});
    let service = Scripted::new(move |_| Answer::json(&response));
    let map = Webhooks::new(&service.client(), "mg.example.com").list().await.unwrap();
    assert_eq!(map.len(), 7);
    assert_eq!(map[&WebhookType::Clicked].urls, ["https://foo.com", "https://bar.com"]);
}

#[tokio::test]
async fn responses_are_passed_on_completely() {
    let of_domain = |client: &_| Webhooks::new(client, "mg.example.com");
    called_whole(&json!({"webhooks": all()}), |client| of_domain(client).list()).await;
    called_whole(&json!({"webhook": all()["opened"]}), |client| of_domain(client).get("opened"))
        .await;
    let of_account = json!({"webhooks": [account_webhook()]});
    let params = ListAccountWebhooks::new();
    called_whole(&of_account, |client| AccountWebhooks::new(client).list(params)).await;
}

#[tokio::test]
async fn responses_are_unwrapped() {
    let one = json!({"urls": ["https://foo.com"]});
    let response =
        json!({"webhooks": {"open": one, "clicked": null, "opened": one}, "webhook": one});
    let service = Scripted::new(move |_| Answer::json(&response));
    let webhooks = Webhooks::new(&service.client(), "mg.example.com");
    let types = ["opened"];
    for map in [
        webhooks.list().await.unwrap(),
        webhooks.create_url("https://foo.com", types).await.unwrap(),
        webhooks.update_url("https://foo.com", types).await.unwrap(),
        webhooks.delete_urls(["https://foo.com"]).await.unwrap(),
    ] {
        assert_eq!(map.len(), 3);
        assert_eq!(map[&WebhookType::Opened].urls, ["https://foo.com"]);
        assert_eq!(map[&WebhookType::Other("open".into())].urls, ["https://foo.com"]);
        assert!(map[&WebhookType::Clicked].urls.is_empty());
    }
    assert_eq!(webhooks.get("opened").await.unwrap().urls, ["https://foo.com"]);

    let response =
        json!({"webhooks": [account_webhook()], "webhook_id": "6797c62f6ee0a9fcb1ec5eee"});
    let service = Scripted::new(move |_| Answer::json(&response));
    let webhooks = AccountWebhooks::new(&service.client());
    let listed = webhooks.list(ListAccountWebhooks::new()).await.unwrap();
    assert_eq!(listed[0].event_types[1..], ["temporary_fail".into(), "brand_new".into()]);
    assert_eq!(listed[0].created_at.unwrap().to_rfc3339(), "2025-06-25T17:19:51Z");
    let created = webhooks.create("https://foo.com", ["opened"], Default::default()).await.unwrap();
    assert_eq!(created, "6797c62f6ee0a9fcb1ec5eee");
}

#[tokio::test]
async fn account_updates_and_deletions_return_nothing() {
    let service = Scripted::new(|_| Answer::new(204, ""));
    let webhooks = AccountWebhooks::new(&service.client());
    webhooks.update("id", "https://a.b", ["opened"], Default::default()).await.unwrap();
    webhooks.delete("id").await.unwrap();
    webhooks.delete_all().await.unwrap();
}

#[test]
fn recorded_responses_lose_nothing() {
    let url = "http://example.com/mailgun/events/accepted";
    let listed = recorded("GET", "/webhooks");
    assert_eq!(listed.len(), 2);
    for exchange in listed {
        let json: Value = serde_json::from_str(&exchange.body).unwrap();
        if let Some(all) = json.get("webhooks") {
            let map: WebhookMap = read_whole(&all.to_string());
            assert_eq!(map.len(), 2);
            assert_eq!(map[&WebhookType::Accepted].urls, [url]);
            let clicked = "https://webhook.site/096cdc2e-e460-450c-a008-36d6f0db71f4";
            assert_eq!(map[&WebhookType::Clicked].urls, [clicked]);
        } else {
            assert_eq!(read_whole::<Webhook>(&json["webhook"].to_string()).urls, [url]);
        }
    }
    for exchange in recorded("PUT", "/webhooks") {
        let response: WebhookResponse = read_whole(&exchange.body);
        assert_eq!(
            (&*response.message, &*response.webhook.urls),
            ("Webhook has been updated", &[url.to_owned()][..])
        );
    }
}

#[tokio::test]
async fn refusals_are_errors_with_mailguns_words() {
    for (status, body, words) in [
        (400, r#"{"Reason": "https://a.b/ is not a valid url: host not found"}"#, "host not found"),
        (401, r#"{"message": "Invalid private key"}"#, "Invalid private key"),
        (403, r#"{"message": "Forbidden by a permission"}"#, "Forbidden by a permission"),
        (404, r#"{"message": "Domain not found"}"#, "Domain not found"),
        (404, r#"{"Description": "Webhook not found"}"#, "Webhook not found"),
        (409, r#"{"Description": "Webhook already exists"}"#, "already exists"),
        (400, r#"{"Field": "url", "Value": "x"}"#, "url"),
    ] {
        let service = Scripted::new(move |_| Answer::new(status, body));
        let webhooks = Webhooks::new(&service.client(), "mg.example.com");
        let error = webhooks.create("opened", ["https://a.b/"]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Api);
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert!(error.to_string().contains(words), "{error}");
    }
}
