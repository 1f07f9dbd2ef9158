use std::time::Duration;

use futures_util::TryStreamExt as _;
use mailgun_account::{
    Account, AccountFeatures, AccountSettings, CreateApiKey, IpAllowlistSettings, KeyKind, KeyRole,
    ListApiKeys, ListExports, ListUsers, UserRole,
};
use mailgun_core::Error;
use mailgun_mock::MockMailgun;

use crate::threshold;

async fn start() -> (MockMailgun, Account) {
    let mock = MockMailgun::start().await;
    let account = Account::new(&mock.client());
    (mock, account)
}

#[track_caller]
fn words<T: std::fmt::Debug>(refused: Result<T, Error>) -> String {
    refused.unwrap_err().api_message().unwrap().to_owned()
}

#[tokio::test]
async fn settings_are_changed_and_the_signing_key_is_replaced() {
    let (_mock, account) = start().await;
    let day = Duration::from_secs(86_400);
    let settings = AccountSettings::new().absolute_session_timeout(day);
    let done = account.update_settings(settings).await.unwrap();
    assert_eq!(done.message, "Account info has been updated");
    assert!(
        words(account.update_settings(AccountSettings::new()).await).contains("must be provided")
    );
    let features = AccountFeatures::new().ai_insights(false);
    assert!(account.update_features(features).await.unwrap().success);
    let nothing = words(account.update_features(AccountFeatures::new()).await);
    assert_eq!(nothing, "No valid updates provided");
    assert!(account.resend_activation_email().await.unwrap().success);

    let key = account.webhook_signing_key();
    let current = async || key.get().await.unwrap().http_signing_key.expose().to_owned();
    let old = current().await;
    assert_eq!(current().await, old);
    let new = key.create().await.unwrap();
    assert_eq!(new.message, "regenerated HTTP signing key for account");
    assert_ne!(new.http_signing_key.expose(), old);
    assert_eq!(current().await, new.http_signing_key.expose());
}

#[tokio::test]
async fn sandbox_recipients_are_added_up_to_five_and_removed() {
    let (_mock, account) = start().await;
    let recipients = account.sandbox_recipients();
    for name in ["a", "b", "c+d", "e", "f", "f"] {
        let added = recipients.add(format!("{name}@example.com")).await.unwrap();
        assert!(!added.recipient.activated);
    }
    let sixth = words(recipients.add("g@example.com").await);
    assert_eq!(sixth, "Only 5 sandbox recipients are allowed");
    recipients.remove("c+d@example.com").await.unwrap();
    recipients.add("g@example.com").await.unwrap();
    let list = recipients.list().await.unwrap();
    let all: Vec<_> = list.recipients.iter().map(|recipient| &recipient.email[..1]).collect();
    assert_eq!((all, list.limit), (vec!["a", "b", "e", "f", "g"], Some(5)));
    assert_eq!(words(recipients.remove("nobody").await), "Invalid email address.");
}

#[tokio::test]
async fn keys_are_created_listed_and_deleted() {
    let (_mock, account) = start().await;
    let keys = account.api_keys();
    let params = CreateApiKey::new()
        .kind(KeyKind::Domain)
        .domain_name("mg.example.com")
        .expiration(Duration::from_secs(3600));
    let created = keys.create(KeyRole::Sending, params).await.unwrap();
    assert!(!created.secret.expose().is_empty());
    let lives = created.key.expires_at.unwrap().to_system_time().unwrap();
    let began = created.key.created_at.unwrap().to_system_time().unwrap();
    assert_eq!(lives.duration_since(began).unwrap(), Duration::from_secs(3600));
    let params = CreateApiKey::new().user_name("Ann").email("ann@example.com");
    let other = keys.create(KeyRole::Admin, params).await.unwrap();
    assert_ne!(other.secret.expose(), created.secret.expose());
    assert_eq!(other.key.kind, Some(KeyKind::User));
    assert_eq!(other.key.requestor.as_deref(), Some("ann@example.com"));

    let all = keys.list(ListApiKeys::new()).await.unwrap();
    assert_eq!(all.items, [created.key.clone(), other.key.clone()]);
    let user = keys.list(ListApiKeys::new().kind(KeyKind::User)).await.unwrap();
    assert_eq!(user.items, [other.key]);
    let domain = keys.list(ListApiKeys::new().domain_name("mg.example.com")).await.unwrap();
    assert_eq!(domain.items.len(), 1);
    let unknown = words(keys.list(ListApiKeys::new().kind("x".into())).await);
    assert_eq!(unknown, "expected `kind` param to be one of [domain user web] or absent");

    assert_eq!(keys.delete(&created.key.id).await.unwrap().message, "key deleted");
    assert_eq!(words(keys.delete(&created.key.id).await), "no key matching id");
    assert_eq!(keys.list(ListApiKeys::new()).await.unwrap().items.len(), 1);
    assert!(keys.create("owner".into(), CreateApiKey::new()).await.is_err());
    let public = keys.regenerate_public_key().await.unwrap();
    assert!(public.key.expose().starts_with("pubkey-"));
}

#[tokio::test]
async fn the_message_limit_is_set_read_and_removed() {
    let (_mock, account) = start().await;
    let limit = account.custom_message_limit();
    assert_eq!(words(limit.get().await), "No threshold for account");
    assert_eq!(words(limit.set(999).await), "The limit parameter minumum is 1000");
    assert!(limit.set(1000).await.unwrap().success);
    let set = limit.get().await.unwrap();
    assert_eq!((set.limit, set.current, &*set.period), (Some(1000), Some(0), "1m"));
    assert!(limit.enable().await.unwrap().success);
    assert!(limit.delete().await.unwrap().success);
    assert_eq!(words(limit.delete().await), "Could not delete threshold for account");
}

#[tokio::test]
async fn thresholds_are_created_replaced_and_deleted() {
    let (_mock, account) = start().await;
    let thresholds = account.thresholds();
    let created = thresholds.create(threshold("2100").period("1M")).await.unwrap();
    assert_eq!(created.limit.as_deref(), Some("2100"));
    let all = thresholds.list().await.unwrap();
    assert_eq!((all.len(), &all[0]), (1, &created));
    thresholds.update("previews", threshold("5")).await.unwrap();
    let changed = thresholds.get("previews").await.unwrap();
    assert_eq!((&changed.id, changed.created_at), (&created.id, created.created_at));
    assert_eq!((changed.limit.as_deref(), changed.period), (Some("5"), None));
    thresholds.delete("previews").await.unwrap();
    assert_eq!(thresholds.get("previews").await.unwrap_err().status().unwrap(), 404);
    assert_eq!(thresholds.list().await.unwrap(), []);
}

#[tokio::test]
async fn users_are_listed_by_role() {
    let (_mock, account) = start().await;
    let users = account.users();
    let of = async |role| {
        let pager = users.list(ListUsers::new().role(role));
        pager.into_items().try_collect::<Vec<_>>().await.unwrap()
    };
    let owner = users.me().await.unwrap();
    assert!(owner.is_master);
    assert_eq!(of(UserRole::Admin).await, [users.get(&owner.id).await.unwrap()]);
    assert_eq!(of(UserRole::Billing).await, []);
    assert_eq!(words(users.get("none").await), "No such user exists");
}

#[tokio::test]
async fn the_allowlist_is_changed_entry_by_entry() {
    let (_mock, account) = start().await;
    let list = account.ip_allowlist();
    let described = |text: &str| IpAllowlistSettings::new().description(text);
    list.add("10.11.11.111", described("office")).await.unwrap();
    let all = list.add("10.0.0.0/24", IpAllowlistSettings::new()).await.unwrap();
    assert_eq!(all.len(), 2);
    let all = list.update("10.11.11.111", described("old office")).await.unwrap();
    assert_eq!(all[0].description, "old office");
    assert_eq!(list.remove("10.11.11.111").await.unwrap(), all[1..]);
    assert_eq!(list.list().await.unwrap(), all[1..]);
    let refused = words(list.add("office", described("")).await);
    assert_eq!(refused, "Invalid IP Address or CIDR");
    assert_eq!(words(list.update("10.9.9.9", described("")).await), "IP not found");
    assert_eq!(words(list.remove("").await), "IP address can not be blank");
}

#[tokio::test]
async fn exports_are_created_and_their_link_is_returned() {
    let (_mock, account) = start().await;
    let exports = account.exports();
    exports.create("/v3/mg.example.com/events").await.unwrap();
    exports.create("/v3/mg.example.com/events?event=failed").await.unwrap();
    assert_eq!(exports.list(ListExports::new()).await.unwrap().len(), 2);
    let all = exports.list(ListExports::new().url("/v3/mg.example.com/events")).await.unwrap();
    assert_eq!(exports.get(&all[0].id).await.unwrap(), all[0]);
    assert_eq!((&*all[0].status, &*all[0].url), ("complete", "/v3/mg.example.com/events"));
    let link = exports.download_url(&all[0].id).await.unwrap();
    assert!(link.starts_with("https://"), "{link}");
    assert_eq!(words(exports.download_url("none").await), "export not found");
}
