use mailgun_account::{
    Account, AccountFeatures, AccountSettings, CreateApiKey, IpAllowlistSettings, KeyRole,
    ListApiKeys, ListExports, ListUsers, OPERATIONS,
};
use mailgun_testing::{described, operations};

use crate::threshold;

#[tokio::test]
async fn every_operation_matches_the_table() {
    let account = Account::new(&operations::client());
    let calls = described![
        account.update_settings(AccountSettings::new().name("Acme")),
        account.resend_activation_email(),
        account.update_features(AccountFeatures::new().ai_insights(true)),
        account.api_keys().list(ListApiKeys::new()),
        account.api_keys().create(KeyRole::Admin, CreateApiKey::new()),
        account.api_keys().delete("id"),
        account.api_keys().regenerate_public_key(),
        account.custom_message_limit().get(),
        account.custom_message_limit().set(1000),
        account.custom_message_limit().delete(),
        account.custom_message_limit().enable(),
        account.exports().list(ListExports::new()),
        account.exports().get("id"),
        account.exports().create("/v3/events"),
        account.exports().download_url("id"),
        account.ip_allowlist().list(),
        account.ip_allowlist().add("10.0.0.1", IpAllowlistSettings::new()),
        account.ip_allowlist().update("10.0.0.1", IpAllowlistSettings::new()),
        account.ip_allowlist().remove("10.0.0.1"),
        account.sandbox_recipients().list(),
        account.sandbox_recipients().add("bob@example.com"),
        account.sandbox_recipients().remove("bob@example.com"),
        account.thresholds().list(),
        account.thresholds().get("name"),
        account.thresholds().create(threshold("2100")),
        account.thresholds().update("name", threshold("2100")),
        account.thresholds().delete("name"),
        account.users().list(ListUsers::new()),
        account.users().me(),
        account.users().get("id"),
        account.webhook_signing_key().get(),
        account.webhook_signing_key().create(),
    ];
    operations::check("mailgun-account", OPERATIONS, calls).await;
}
