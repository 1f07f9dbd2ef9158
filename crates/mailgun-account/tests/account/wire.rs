use std::time::Duration;

use mailgun_account::{
    Account, AccountFeatures, AccountSettings, CreateApiKey, IpAllowlistSettings, KeyKind, KeyRole,
    ListApiKeys, ListExports, ListUsers, ThresholdComparator, ThresholdDimension, ThresholdFilter,
    UserRole,
};
use mailgun_core::ErrorKind;
use mailgun_testing::{Answer, Scripted, client};
use mockito::{Matcher, Mock, Server};
use serde_json::json;

use crate::threshold;

const AWKWARD: &str = "a+b/c%d é?#@x";
const ENCODED: &str = "a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x";

fn account(server: &Server) -> Account {
    Account::new(&client(server.url()))
}

async fn expected(server: &mut Server, method: &str, path: &str) -> Mock {
    server.mock(method, path).with_body("{}").expect(1).create_async().await
}

async fn form(server: &mut Server, method: &str, path: &str, body: &str) -> Mock {
    let mock = server
        .mock(method, path)
        .match_header("content-type", "application/x-www-form-urlencoded")
        .match_body(body)
        .with_body("{}");
    mock.expect(1).create_async().await
}

#[tokio::test]
async fn settings_and_features_are_forms_and_falsy_values_are_sent() {
    let mut server = Server::new_async().await;
    let settings = form(
        &mut server,
        "PUT",
        "/v5/accounts",
        "name=&inactive_session_timeout=0&absolute_session_timeout=64800\
         &logout_redirect_url=http%3A%2F%2Fexample.com%2Fa%2Bb",
    )
    .await;
    let features = form(
        &mut server,
        "PUT",
        "/v5/accounts/features",
        "webhooks_redact_pii=%7B%22enabled%22%3Afalse%7D&ai_insights=%7B%22enabled%22%3Atrue%7D",
    )
    .await;
    let activation = expected(&mut server, "POST", "/v5/accounts/resend_activation_email").await;

    let account = account(&server);
    let new = AccountSettings::new()
        .name("")
        .inactive_session_timeout(Duration::from_millis(900))
        .absolute_session_timeout(Duration::from_secs(64_800))
        .logout_redirect_url("http://example.com/a+b");
    account.update_settings(new).await.unwrap();
    let new = AccountFeatures::new().webhooks_redact_pii(false).ai_insights(true);
    account.update_features(new).await.unwrap();
    account.resend_activation_email().await.unwrap();
    for mock in [settings, features, activation] {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn names_and_ids_in_paths_and_queries_arrive_as_they_are() {
    let mut server = Server::new_async().await;
    let mut mocks = Vec::new();
    for (method, path) in [
        ("GET", "/v5/sandbox/auth_recipients"),
        ("POST", &*format!("/v5/sandbox/auth_recipients?email={ENCODED}")),
        ("DELETE", &*format!("/v5/sandbox/auth_recipients/{ENCODED}")),
        ("DELETE", &*format!("/v1/keys/{ENCODED}")),
        ("GET", &*format!("/v1/keys?domain_name={ENCODED}&kind=web")),
        ("GET", "/v5/users/me"),
        ("GET", &*format!("/v5/users/{ENCODED}")),
        ("GET", "/v5/users?role=basic&limit=0&skip=0"),
        ("GET", &*format!("/v1/thresholds/limits/{ENCODED}")),
        ("DELETE", &*format!("/v1/thresholds/limits/{ENCODED}")),
        ("GET", "/v1/thresholds/limits"),
        ("GET", &*format!("/v3/exports/{ENCODED}")),
        ("GET", &*format!("/v3/exports?url={ENCODED}")),
        ("GET", "/v2/ip_whitelist"),
        ("DELETE", &*format!("/v2/ip_whitelist?address={ENCODED}")),
        ("GET", "/v5/accounts/limit/custom/monthly"),
        ("PUT", "/v5/accounts/limit/custom/monthly?limit=0"),
        ("DELETE", "/v5/accounts/limit/custom/monthly"),
        ("PUT", "/v5/accounts/limit/custom/enable"),
    ] {
        mocks.push(expected(&mut server, method, path).await);
    }
    let account = account(&server);
    let recipients = account.sandbox_recipients();
    recipients.list().await.unwrap();
    recipients.add(AWKWARD).await.unwrap();
    recipients.remove(AWKWARD).await.unwrap();
    account.api_keys().delete(AWKWARD).await.unwrap();
    let params = ListApiKeys::new().domain_name(AWKWARD).kind(KeyKind::Web);
    account.api_keys().list(params).await.unwrap();
    account.users().me().await.unwrap();
    account.users().get(AWKWARD).await.unwrap();
    let params = ListUsers::new().role(UserRole::Basic).limit(0).skip(0);
    account.users().list(params).next_page().await.unwrap();
    account.thresholds().get(AWKWARD).await.unwrap();
    account.thresholds().delete(AWKWARD).await.unwrap();
    account.thresholds().list().await.unwrap();
    account.exports().get(AWKWARD).await.unwrap();
    account.exports().list(ListExports::new().url(AWKWARD)).await.unwrap();
    account.ip_allowlist().list().await.unwrap();
    account.ip_allowlist().remove(AWKWARD).await.unwrap();
    let limit = account.custom_message_limit();
    limit.get().await.unwrap();
    limit.set(0).await.unwrap();
    limit.delete().await.unwrap();
    limit.enable().await.unwrap();
    for mock in mocks {
        mock.assert_async().await;
    }
    assert_eq!(recipients.remove("..").await.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn users_are_listed_with_skip_until_a_page_is_empty() {
    let service = Scripted::new(|seen| {
        let skip = seen.query().iter().find(|(name, _)| name == "skip").map(|(_, n)| n.clone());
        let users = match skip.as_deref() {
            None => json!([{"id": "a"}, {"id": "b"}]),
            Some("2") => json!([{"id": "c"}]),
            _ => json!([]),
        };
        Answer::json(&json!({"users": users, "total": 3}))
    });
    let mut pager = Account::new(&service.client()).users().list(ListUsers::new().limit(2));
    let mut ids = Vec::new();
    while let Some(page) = pager.next_page().await.unwrap() {
        assert_eq!(page.total, Some(3));
        ids.extend(page.into_iter().map(|user| user.id));
    }
    assert_eq!(ids, ["a", "b", "c"]);
    let skips: Vec<_> = service.seen().iter().map(|seen| seen.query()).map(|q| q.len()).collect();
    assert_eq!(skips, [1, 2, 2]);
}

#[tokio::test]
async fn signing_keys_are_read_and_made() {
    let mut server = Server::new_async().await;
    let path = "/v5/accounts/http_signing_key";
    for (method, key) in [("GET", "old"), ("POST", "new")] {
        let body = format!(r#"{{"http_signing_key": "{key}"}}"#);
        server.mock(method, path).match_body("").with_body(body).create_async().await;
    }
    let public = server
        .mock("POST", "/v1/keys/public")
        .match_body("")
        .with_body(r#"{"key": "pubkey", "message": "done"}"#)
        .create_async()
        .await;
    let account = account(&server);
    let key = account.webhook_signing_key();
    assert_eq!(key.get().await.unwrap().http_signing_key.expose(), "old");
    assert_eq!(key.create().await.unwrap().http_signing_key.expose(), "new");
    let response = account.api_keys().regenerate_public_key().await.unwrap();
    assert_eq!((response.key.expose(), &*response.message), ("pubkey", "done"));
    public.assert_async().await;
}

#[tokio::test]
async fn a_key_is_created_by_a_form_of_parts() {
    let service = Scripted::new(|_| Answer::json(&json!({"key": {"id": "7", "secret": "s"}})));
    let keys = Account::new(&service.client()).api_keys();
    let params = CreateApiKey::new()
        .kind(KeyKind::Web)
        .description("")
        .domain_name("mg.example.com")
        .expiration(Duration::from_secs(3600))
        .user_id("12")
        .email("a+b@example.com")
        .user_name("Ä & B");
    assert_eq!(keys.create(KeyRole::Basic, params).await.unwrap().key.id, "7");
    keys.create(KeyRole::Admin, CreateApiKey::new()).await.unwrap();

    let seen = service.seen();
    assert_eq!(seen[0].content_type(), "multipart/form-data");
    let pairs = |fields: &[(&str, &str)]| -> Vec<(String, String)> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    assert_eq!(
        seen[0].fields(),
        pairs(&[
            ("kind", "web"),
            ("description", ""),
            ("domain_name", "mg.example.com"),
            ("expiration", "3600"),
            ("user_id", "12"),
            ("email", "a+b@example.com"),
            ("user_name", "Ä & B"),
            ("role", "basic"),
        ])
    );
    assert_eq!(seen[1].fields(), pairs(&[("role", "admin")]));
}

#[tokio::test]
async fn the_allowlist_is_changed_by_forms_of_parts_and_comes_back_whole() {
    let mut server = Server::new_async().await;
    for (method, description) in [("POST", "a & b"), ("PUT", "")] {
        server
            .mock(method, "/v2/ip_whitelist")
            .match_header("content-type", Matcher::Regex("^multipart/form-data; ".into()))
            .match_body(Matcher::AllOf(vec![
                Matcher::Regex("name=\"address\"\r\n\r\n10.0.0.0/24\r\n".into()),
                Matcher::Regex(format!("name=\"description\"\r\n\r\n{description}\r\n")),
            ]))
            .with_body(r#"{"addresses": [{"ip_address": "10.0.0.0/24", "description": "x"}]}"#)
            .expect(1)
            .create_async()
            .await;
    }
    let list = account(&server).ip_allowlist();
    let settings = IpAllowlistSettings::new().description("a & b");
    let all = list.add("10.0.0.0/24", settings).await.unwrap();
    assert_eq!((&*all[0].ip_address, &*all[0].description), ("10.0.0.0/24", "x"));
    let all = list.update("10.0.0.0/24", IpAllowlistSettings::new().description("")).await;
    assert_eq!(all.unwrap().len(), 1);
}

#[tokio::test]
async fn a_threshold_is_json_and_only_what_was_set() {
    let service = Scripted::new(|_| Answer::json(&json!({"message": "done"})));
    let thresholds = Account::new(&service.client()).thresholds();
    thresholds.create(threshold("2100")).await.unwrap();
    let filter =
        ThresholdFilter::new(ThresholdDimension::Ip, ThresholdComparator::NotEqual, ["10.0.0.1"]);
    let settings = threshold(".99").description("").filters([filter]).period("1h");
    thresholds.update(AWKWARD, settings).await.unwrap();

    let seen = service.seen();
    assert_eq!(seen[0].uri.path(), "/v1/thresholds/limits");
    let mut expected = json!({
        "name": "previews",
        "metric": "email_preview_success_count",
        "comparator": ">=",
        "limit": "2100",
        "dimension": "subaccount"
    });
    assert_eq!((seen[0].content_type(), seen[0].json()), ("application/json", expected.clone()));
    expected["limit"] = ".99".into();
    expected["description"] = "".into();
    expected["filters"] = json!([{"dimension": "ip", "comparator": "!=", "values": ["10.0.0.1"]}]);
    expected["period"] = "1h".into();
    assert_eq!((seen[1].method.as_str(), seen[1].json()), ("PUT", expected));
    assert_eq!(seen[1].uri.path(), format!("/v1/thresholds/limits/{ENCODED}"));
}

#[tokio::test]
async fn the_redirect_of_an_export_is_returned_and_not_followed() {
    let mut storage = Server::new_async().await;
    let bait = storage.mock("GET", Matcher::Any).expect(0).create_async().await;
    let link = format!("{}/file?signature=a%2Bb", storage.url());
    let mut server = Server::new_async().await;
    let redirect = server
        .mock("GET", &*format!("/v3/exports/{ENCODED}/download_url"))
        .with_status(302)
        .with_header("location", &link)
        .expect(1)
        .create_async()
        .await;
    let created = form(&mut server, "POST", "/v3/exports", "url=%2Fv3%2Fevents%3Fa%3Db").await;
    let exports = account(&server).exports();
    exports.create("/v3/events?a=b").await.unwrap();
    assert_eq!(exports.download_url(AWKWARD).await.unwrap(), link);
    for mock in [redirect, created, bait] {
        mock.assert_async().await;
    }
}
