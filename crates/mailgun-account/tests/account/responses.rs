use mailgun_account::{
    Account, ApiKeyCreated, ApiKeyInfo, CreateApiKey, Export, IpAllowlistEntry, KeyKind, KeyRole,
    ListApiKeys, ListUsers, PublicKey, SandboxRecipientAdded, SandboxRecipientList,
    SigningKeyResponse, Threshold, ThresholdComparator, ThresholdDimension, ThresholdFilter,
    ThresholdMetric, User, UserRole,
};
use mailgun_core::{Confirmation, ErrorKind};
use mailgun_testing::{
    Answer, Scripted,
    responses::{called_whole, counts_null_items, tolerates},
};
use mailgun_types::{SendingLimit, Success};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn read<T: DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}

fn account(response: Value) -> Account {
    Account::new(&Scripted::new(move |_| Answer::json(&response)).client())
}

#[test]
fn short_responses_are_read_whole_and_with_anything_missing() {
    tolerates::<Confirmation>(&json!({"message": "Account info has been updated"}), &[]);
    tolerates::<Success>(&json!({"success": true, "message": "done"}), &[]);
    tolerates::<SendingLimit>(&json!({"limit": 10000, "current": 0, "period": "1m"}), &[]);
    tolerates::<Export>(&json!({"id": "7", "status": "complete", "url": "/v3/events"}), &[]);
    let entry = json!({"ip_address": "10.11.11.111", "description": "OnPrem Server"});
    tolerates::<IpAllowlistEntry>(&entry, &[]);
}

#[test]
fn the_signing_key_is_read_and_never_shown() {
    let response = json!({
        "message": "regenerated HTTP signing key for account",
        "http_signing_key": "key-canary"
    });
    tolerates::<SigningKeyResponse>(&response, &["http_signing_key"]);
    let key: SigningKeyResponse = read(response);
    assert_eq!(key.http_signing_key.expose(), "key-canary");
    assert!(key.message.starts_with("regenerated"));
    assert!(!format!("{key:?}").contains("canary"));

    let response = json!({
        "key": "pubkey-canary",
        "message": "The public API key has been successfully regenerated."
    });
    tolerates::<PublicKey>(&response, &["key"]);
    let key: PublicKey = read(response);
    assert_eq!(key.key.expose(), "pubkey-canary");
    assert!(!format!("{key:?}").contains("canary"));
}

#[test]
fn sandbox_recipients_come_with_their_limit() {
    let list = json!({
        "recipients": [{"email": "authorized@example.com", "activated": true}],
        "limit": 5
    });
    tolerates::<SandboxRecipientList>(&list, &[]);
    let list: SandboxRecipientList = read(list);
    assert_eq!((&*list.recipients[0].email, list.limit), ("authorized@example.com", Some(5)));
    assert!(list.recipients[0].activated);

    let added = json!({"recipient": {"email": "new@example.com", "activated": false}, "limit": 5});
    tolerates::<SandboxRecipientAdded>(&added, &[]);
    let added: SandboxRecipientAdded = read(added);
    assert_eq!((&*added.recipient.email, added.recipient.activated), ("new@example.com", false));
    assert_eq!(added.limit, Some(5));
}

fn key() -> Value {
    json!({
        "id": "f2153fd0-f1277777",
        "description": "api key",
        "kind": "domain",
        "role": "sending",
        "created_at": "2006-01-02T15:04:05",
        "updated_at": "2006-01-02T15:04:06",
        "expires_at": "2026-01-23T10:16:00",
        "is_disabled": true,
        "disabled_reason": "leaked",
        "domain_name": "example.com",
        "requestor": "janedoe@example.com",
        "user_name": "Jane Doe"
    })
}

#[track_caller]
fn check_key(key: &ApiKeyInfo) {
    assert_eq!((&*key.id, &*key.description), ("f2153fd0-f1277777", "api key"));
    assert_eq!((&key.kind, &key.role), (&Some(KeyKind::Domain), &Some(KeyRole::Sending)));
    assert_eq!(key.created_at.unwrap().to_rfc3339(), "2006-01-02T15:04:05Z");
    assert_eq!(key.updated_at.unwrap().to_rfc3339(), "2006-01-02T15:04:06Z");
    assert_eq!(key.expires_at.unwrap().to_rfc3339(), "2026-01-23T10:16:00Z");
    assert!(key.is_disabled);
    assert_eq!(key.disabled_reason.as_deref(), Some("leaked"));
    assert_eq!(key.domain_name.as_deref(), Some("example.com"));
    assert_eq!(key.requestor.as_deref(), Some("janedoe@example.com"));
    assert_eq!(key.user_name.as_deref(), Some("Jane Doe"));
}

#[tokio::test]
async fn keys_are_listed_without_their_secrets() {
    tolerates::<ApiKeyInfo>(&key(), &[]);
    let keys = account(json!({"total_count": 1, "items": [key()]})).api_keys();
    let all = keys.list(ListApiKeys::new()).await.unwrap();
    assert_eq!((all.items.len(), all.total_count), (1, Some(1)));
    check_key(&all.items[0]);
    let page = json!({"total_count": 7, "items": [key()]});
    called_whole(&page, |client| Account::new(client).api_keys().list(ListApiKeys::new())).await;
    let odd = account(json!({"items": [null, key()]})).api_keys().list(ListApiKeys::new()).await;
    assert_eq!(odd.unwrap().items.len(), 1);
    let none = account(json!({"items": null})).api_keys().list(ListApiKeys::new()).await;
    assert_eq!(none.unwrap().items, []);
}

#[test]
fn a_created_key_is_read_wrapped_and_flat_and_its_secret_is_never_shown() {
    let mut with_secret = key();
    with_secret["secret"] = "api-key-canary".into();
    let wrapped = json!({"message": "great success", "key": with_secret.clone()});
    tolerates::<ApiKeyCreated>(&wrapped, &["key", "key.secret"]);
    let mut flat = with_secret;
    flat["message"] = "great success".into();
    tolerates::<ApiKeyCreated>(&flat, &["secret"]);
    for response in [wrapped, flat] {
        let created: ApiKeyCreated = read(response);
        assert_eq!(created.message, "great success");
        assert_eq!(created.secret.expose(), "api-key-canary");
        check_key(&created.key);
        assert!(!format!("{created:?}").contains("canary"));
    }
}

fn user() -> Value {
    json!({
        "id": "123",
        "name": "John Doe",
        "activated": true,
        "is_disabled": false,
        "email": "johndoe@example.com",
        "email_details": {
            "address": "johndoe@example.com",
            "is_valid": false,
            "reason": "no such domain",
            "parts": {"local_part": "johndoe", "domain": "example.com", "display_name": "John"}
        },
        "role": "basic",
        "account_id": "567",
        "opened_ip": "67.111.60.111",
        "is_master": true,
        "metadata": {"plan": {"seats": 3}},
        "tfa_enabled": true,
        "tfa_active": true,
        "tfa_created_at": "2022-12-20T16:52:01.892000",
        "password_updated_at": "2022-12-21T16:52:01.892000",
        "preferences": {
            "programming_language": "curl",
            "time_format": "%m/%d/%y %I:%M %p",
            "time_zone": "US/Eastern"
        },
        "auth": {"method": "sinch", "prior_details": {"a": 1}, "prior_method": "saml"},
        "github_user_id": "17",
        "salesforce_user_id": "18",
        "migration_status": "done"
    })
}

#[track_caller]
fn check_user(user: &User) {
    assert_eq!((&*user.id, &*user.name, &*user.account_id), ("123", "John Doe", "567"));
    assert!(user.activated && !user.is_disabled && user.is_master);
    assert_eq!(user.email, "johndoe@example.com");
    let details = &user.email_details;
    assert_eq!(details.address, "johndoe@example.com");
    assert_eq!(details.is_valid, Some(false));
    assert_eq!(details.reason.as_deref(), Some("no such domain"));
    assert_eq!((&*details.parts.local_part, &*details.parts.domain), ("johndoe", "example.com"));
    assert_eq!(details.parts.display_name.as_deref(), Some("John"));
    assert_eq!(user.role, Some(UserRole::Basic));
    assert_eq!(user.opened_ip.as_deref(), Some("67.111.60.111"));
    assert_eq!(user.metadata["plan"]["seats"], 3);
    assert!(user.tfa_enabled && user.tfa_active);
    assert_eq!(user.tfa_created_at.unwrap().to_rfc3339(), "2022-12-20T16:52:01.892000Z");
    assert_eq!(user.password_updated_at.unwrap().to_rfc3339(), "2022-12-21T16:52:01.892000Z");
    assert_eq!(user.preferences.programming_language, "curl");
    assert_eq!(user.preferences.time_format, "%m/%d/%y %I:%M %p");
    assert_eq!(user.preferences.time_zone, "US/Eastern");
    assert_eq!((&*user.auth.method, user.auth.prior_method.as_deref()), ("sinch", Some("saml")));
    assert_eq!(user.auth.prior_details["a"], 1);
    assert_eq!(user.github_user_id.as_deref(), Some("17"));
    assert_eq!(user.salesforce_user_id.as_deref(), Some("18"));
    assert_eq!(user.migration_status.as_deref(), Some("done"));
}

#[tokio::test]
async fn users_are_read_whole_and_with_anything_missing() {
    tolerates::<User>(&user(), &[]);
    let users = account(user()).users();
    check_user(&users.me().await.unwrap());
    check_user(&users.get("123").await.unwrap());
    let users = account(json!({"users": [user()], "total": 1})).users();
    let page = users.list(ListUsers::new()).next_page().await.unwrap().unwrap();
    assert_eq!((page.items.len(), page.total), (1, Some(1)));
    check_user(&page.items[0]);
    let nobody = account(json!({"users": null})).users().list(ListUsers::new()).next_page().await;
    assert_eq!(nobody.unwrap(), None);
}

fn threshold() -> Value {
    json!({
        "id": "915ff385-0a9a-4087-86d5-6727ea7d9b49",
        "parent_account_id": "12345",
        "subaccount_id": "67890",
        "account_group": "basic",
        "name": "previews",
        "created_at": "2025-11-07T20:54:42.18627Z",
        "updated_at": "2025-11-08T20:54:42Z",
        "last_checked": "0001-01-01T00:00:00Z",
        "description": "per tenant",
        "filters": [{"dimension": "domain", "comparator": "not contains", "values": ["test"]}],
        "metric": "email_preview_success_count",
        "comparator": ">=",
        "limit": "2100",
        "dimension": "subaccount",
        "period": "1M"
    })
}

#[tokio::test]
async fn thresholds_are_read_whole_and_with_anything_missing() {
    tolerates::<Threshold>(&threshold(), &[]);
    let all = account(json!({"items": [threshold()], "total": 1})).thresholds().list().await;
    let read = all.unwrap().remove(0);
    assert_eq!(account(threshold()).thresholds().get("previews").await.unwrap(), read);
    assert_eq!(read.id, "915ff385-0a9a-4087-86d5-6727ea7d9b49");
    assert_eq!((&*read.parent_account_id, &*read.subaccount_id), ("12345", "67890"));
    assert_eq!((&*read.account_group, &*read.name), ("basic", "previews"));
    assert_eq!(read.created_at.unwrap().to_rfc3339(), "2025-11-07T20:54:42.186270Z");
    assert_eq!(read.updated_at.unwrap().to_rfc3339(), "2025-11-08T20:54:42Z");
    assert_eq!((read.last_checked, &*read.description), (None, "per tenant"));
    let filter = ThresholdFilter::new(
        ThresholdDimension::Domain,
        ThresholdComparator::NotContains,
        ["test"],
    );
    assert_eq!(read.filters, [filter]);
    assert_eq!(read.metric, Some(ThresholdMetric::EmailPreviewSuccessCount));
    assert_eq!(read.comparator, Some(ThresholdComparator::GreaterOrEqual));
    assert_eq!(read.limit.as_deref(), Some("2100"));
    assert_eq!(read.dimension, Some(ThresholdDimension::Subaccount));
    assert_eq!(read.period.as_deref(), Some("1M"));
}

#[tokio::test]
async fn api_errors_have_mailguns_message() {
    for (status, words) in [
        (400, "Only 5 sandbox recipients are allowed"),
        (403, "could not create key, account limit reached"),
        (403, "Incompatible key for this endpoint"),
        (404, "no key matching id"),
    ] {
        let body = json!({ "message": words }).to_string();
        let service = Scripted::new(move |_| Answer::new(status, body.clone()));
        let account = Account::new(&service.client());
        let error = account.sandbox_recipients().remove("bob@example.com").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Api);
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(error.api_message(), Some(words));
        assert!(!format!("{error} {error:?}").contains("bob"));
        assert_eq!(
            error.operation().unwrap().to_string(),
            "DELETE /v5/sandbox/auth_recipients/{email}"
        );
    }
}

#[tokio::test]
async fn an_odd_field_of_a_created_key_is_named_and_the_secret_is_kept() {
    for response in [
        json!({"key": {"id": "a", "created_at": {}, "secret": "api-key-canary"}}),
        json!({"key": {"id": "a", "created_at": "soon", "secret": "api-key-canary"}}),
        json!({"id": "a", "secret": "api-key-canary", "created_at": "soon", "message": "ok"}),
    ] {
        let keys = account(response.clone()).api_keys();
        let error = keys.create(KeyRole::Basic, CreateApiKey::new()).await.unwrap_err();
        assert!(error.to_string().contains("created_at"), "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        assert!(String::from_utf8_lossy(error.body()).contains("api-key-canary"), "{response}");
    }
}

#[test]
fn a_response_written_as_json_has_no_secret() {
    let mut with_secret = key();
    with_secret["secret"] = "api-key-canary".into();
    let created: ApiKeyCreated = read(json!({"message": "ok", "key": with_secret}));
    let written = serde_json::to_value(&created).unwrap();
    assert_eq!((&written["message"], &written["key"]["id"]), (&json!("ok"), &key()["id"]));
    assert!(!written.to_string().contains("canary"), "{written}");
}

#[tokio::test]
async fn null_items_count_for_the_next_page() {
    counts_null_items("users", |client| Account::new(client).users().list(ListUsers::new())).await;
}
