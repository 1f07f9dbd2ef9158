use mailgun_core::{Client, ErrorKind};
use mailgun_testing::{Answer, Scripted, Seen};
use mailgun_webhooks::{
    AccountWebhookSettings, AccountWebhooks, ListAccountWebhooks, WebhookType, Webhooks,
};
use mockito::{Matcher, Server};
use serde_json::json;

const AWKWARD: &str = "a+b/c%d é?#@x";
const ENCODED: &str = "a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x";
const HOOK: &str = "https://example.com/hook?a=b&c=d";

fn client(server: &Server) -> Client {
    mailgun_testing::client(server.url())
}

#[tokio::test]
async fn types_and_ids_with_special_characters_arrive_unchanged() {
    let mut server = Server::new_async().await;
    let mut mocks = Vec::new();
    let domain = format!("/v3/domains/mg.example.com/webhooks/{ENCODED}");
    let account = format!("/v1/webhooks/{ENCODED}");
    for (method, path) in [
        ("GET", domain.clone()),
        ("PUT", domain.clone()),
        ("PUT", format!("{domain}/test")),
        ("DELETE", domain),
        ("GET", account.clone()),
        ("PUT", account.clone()),
        ("DELETE", account),
    ] {
        mocks.push(server.mock(method, &*path).with_body("{}").expect(1).create_async().await);
    }
    let webhooks = Webhooks::new(&client(&server), "mg.example.com");
    webhooks.get(AWKWARD).await.unwrap();
    webhooks.update(AWKWARD, [HOOK]).await.unwrap();
    webhooks.test(AWKWARD, HOOK).await.unwrap();
    webhooks.delete(AWKWARD).await.unwrap();
    let webhooks = AccountWebhooks::new(&client(&server));
    webhooks.get(AWKWARD).await.unwrap();
    let settings = AccountWebhookSettings::new();
    webhooks.update(AWKWARD, HOOK, ["opened"], settings).await.unwrap_or(());
    webhooks.delete(AWKWARD).await.unwrap_or(());
    for mock in mocks {
        mock.assert_async().await;
    }
    let webhooks = Webhooks::new(&client(&server), "mg.example.com");
    assert_eq!(webhooks.get("..").await.unwrap_err().kind(), ErrorKind::InvalidInput);
    let webhooks = Webhooks::new(&client(&server), "a/b");
    assert_eq!(webhooks.list().await.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn a_url_has_several_types_in_an_urlencoded_form() {
    let mut server = Server::new_async().await;
    let mut mocks = Vec::new();
    for method in ["POST", "PUT"] {
        let mock = server
            .mock(method, "/v4/domains/mg.example.com/webhooks")
            .match_header("content-type", "application/x-www-form-urlencoded")
            .match_body(
                "url=https%3A%2F%2Fexample.com%2Fhook%3Fa%3Db%26c%3Dd\
                 &event_types=opened&event_types=permanent_fail&event_types=new",
            )
            .with_body("{}");
        mocks.push(mock.expect(1).create_async().await);
    }
    let deleted = server
        .mock("DELETE", "/v4/domains/mg.example.com/webhooks")
        .match_query(Matcher::UrlEncoded("url".into(), format!("{HOOK},https://b.c")))
        .with_body("{}");
    mocks.push(deleted.expect(1).create_async().await);

    let webhooks = Webhooks::new(&client(&server), "mg.example.com");
    let types = [WebhookType::Opened, WebhookType::PermanentFail, WebhookType::from("new")];
    webhooks.create_url(HOOK, types.clone()).await.unwrap();
    webhooks.update_url(HOOK, types).await.unwrap();
    webhooks.delete_urls([HOOK, "https://b.c"]).await.unwrap();
    for mock in mocks {
        mock.assert_async().await;
    }
}

async fn seen(call: impl AsyncFnOnce(Client)) -> Seen {
    let service = Scripted::new(|_| Answer::json(&json!({})));
    call(service.client()).await;
    service.seen().remove(0)
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn a_type_has_several_urls_in_a_multipart_form() {
    let request = seen(async |client| {
        let webhooks = Webhooks::new(&client, "mg.example.com");
        webhooks.create(WebhookType::Clicked, [HOOK, "https://b.c"]).await.unwrap();
    });
    let request = request.await;
    assert_eq!(request.content_type(), "multipart/form-data");
    let expected = pairs(&[("id", "clicked"), ("url", HOOK), ("url", "https://b.c")]);
    assert_eq!(request.fields(), expected);
}

#[tokio::test]
async fn webhooks_of_an_account_are_written_whole() {
    let expected = pairs(&[
        ("description", ""),
        ("url", HOOK),
        ("event_types", "opened"),
        ("event_types", "x"),
    ]);
    for is_update in [false, true] {
        let request = seen(async |client| {
            let webhooks = AccountWebhooks::new(&client);
            let settings = AccountWebhookSettings::new().description("");
            let types = ["opened", "x"];
            if is_update {
                drop(webhooks.update("id", HOOK, types, settings).await);
            } else {
                drop(webhooks.create(HOOK, types, settings).await);
            }
        });
        let request = request.await;
        assert_eq!(request.content_type(), "multipart/form-data");
        assert_eq!(request.fields(), expected);
    }
}

#[tokio::test]
async fn ids_are_one_parameter_and_an_empty_list_is_an_error() {
    let query = async |call: &dyn Fn(AccountWebhooks) -> mailgun_core::Call<()>| {
        let service = Scripted::new(|_| Answer::new(204, ""));
        let result = call(AccountWebhooks::new(&service.client())).await;
        result.map(|()| service.seen()[0].query())
    };
    let deleted = query(&|webhooks| webhooks.delete_many(["a", "b"])).await.unwrap();
    assert_eq!(deleted, pairs(&[("webhook_ids", "a,b")]));
    let deleted = query(&|webhooks| webhooks.delete_all()).await.unwrap();
    assert_eq!(deleted, pairs(&[("all", "true")]));
    for ids in [&[][..], &[""], &["a,b"]] {
        let error = query(&|webhooks| webhooks.delete_many(ids)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
    let request = seen(async |client| {
        let params = ListAccountWebhooks::new().ids(["x"]).ids(["a", "b"]);
        drop(AccountWebhooks::new(&client).list(params).await);
    });
    assert_eq!(request.await.query(), pairs(&[("webhook_ids", "a,b")]));
}

#[tokio::test]
async fn a_url_with_a_comma_is_not_deleted_as_two() {
    let service = Scripted::new(|_| Answer::json(&json!({})));
    let webhooks = Webhooks::new(&service.client(), "mg.example.com");
    let error = webhooks.delete_urls(["https://a.b/?x=1,https://c.d"]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(service.seen().is_empty());
}
