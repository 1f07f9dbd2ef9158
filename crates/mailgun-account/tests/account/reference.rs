use std::time::Duration;

use mailgun_account::{Account, AccountFeatures, CreateApiKey, KeyRole, ListApiKeys};
use mailgun_core::Client;
use mailgun_testing::wire::{self, Case, Difference};
use serde_json::Value;

const EMPTY: &str = "the operation has no body; the reference sends an empty object";

const DIFFERENCES: &[Difference] = &[
    Difference {
        case: "accountManagement.addSandboxAuthorizedRecipient",
        field: "content type",
        theirs: "application/json",
        ours: "none",
        why: EMPTY,
    },
    Difference {
        case: "accountManagement.addSandboxAuthorizedRecipient",
        field: "json",
        theirs: "{}",
        ours: "absent",
        why: EMPTY,
    },
    Difference {
        case: "accountManagement.addSandboxAuthorizedRecipient.plus",
        field: "content type",
        theirs: "application/json",
        ours: "none",
        why: EMPTY,
    },
    Difference {
        case: "accountManagement.addSandboxAuthorizedRecipient.plus",
        field: "json",
        theirs: "{}",
        ours: "absent",
        why: EMPTY,
    },
    Difference {
        case: "accountManagement.addSandboxAuthorizedRecipient.plus",
        field: "query",
        theirs: "email=new user@example.com",
        ours: "email=new+user@example.com",
        why: "the reference leaves the plus as it is, which is read as a space",
    },
];

#[tokio::test]
async fn requests_match_the_reference_client() {
    let mut cases = wire::cases("accountManagement.");
    assert_eq!(cases.len(), 6);
    for (prefix, count) in [("apiKeys.", 5), ("customMessageLimit.", 3)] {
        let more = wire::cases(prefix);
        assert_eq!(more.len(), count);
        cases.extend(more);
    }
    wire::compare(&cases, DIFFERENCES, call).await;
}

async fn call(case: &Case, client: &Client) {
    let account = Account::new(client);
    let (keys, limit) = (account.api_keys(), account.custom_message_limit());
    let recipients = account.sandbox_recipients();
    match &*case.js_call {
        "mg.accountManagement.getWebhookSigningKey" => {
            drop(account.webhook_signing_key().get().await);
        }
        "mg.accountManagement.createWebhookSigningKey" => {
            drop(account.webhook_signing_key().create().await);
        }
        "mg.accountManagement.addSandboxAuthorizedRecipient" => {
            drop(recipients.add(case.text(0)).await);
        }
        "mg.accountManagement.removeSandboxAuthorizedRecipient" => {
            drop(recipients.remove(case.text(0)).await);
        }
        "mg.accountManagement.updateAccountFeature" => {
            drop(account.update_features(features(case.arg(0))).await);
        }
        "mg.apiKeys.list" => drop(keys.list(listing(case.arg(0))).await),
        "mg.apiKeys.create" => {
            let role: KeyRole = case.arg(0)["role"].as_str().unwrap().into();
            drop(keys.create(role, key(case.arg(0))).await);
        }
        "mg.apiKeys.destroy" => drop(keys.delete(case.text(0)).await),
        "mg.apiKeys.regeneratePublicKey" => drop(keys.regenerate_public_key().await),
        "mg.customMessageLimit.get" => drop(limit.get().await),
        "mg.customMessageLimit.destroy" => drop(limit.delete().await),
        "mg.customMessageLimit.enable" => drop(limit.enable().await),
        other => panic!("no method is mapped to {other}"),
    }
}

fn features(values: &Value) -> AccountFeatures {
    let values = values.as_object().unwrap().iter();
    values.fold(AccountFeatures::new(), |features, (name, value)| {
        let enabled = value["enabled"].as_bool().unwrap();
        match &**name {
            "ai_insights" => features.ai_insights(enabled),
            "webhooks_redact_pii" => features.webhooks_redact_pii(enabled),
            other => panic!("no setter is mapped to {other}"),
        }
    })
}

fn listing(query: &Value) -> ListApiKeys {
    let query = query.as_object().into_iter().flatten();
    query.fold(ListApiKeys::new(), |params, (name, value)| match &**name {
        "domain_name" => params.domain_name(value.as_str().unwrap()),
        "kind" => params.kind(value.as_str().unwrap().into()),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn key(data: &Value) -> CreateApiKey {
    let data = data.as_object().unwrap().iter();
    data.fold(CreateApiKey::new(), |params, (name, value)| match &**name {
        "role" => params,
        "kind" => params.kind(value.as_str().unwrap().into()),
        "domain_name" => params.domain_name(value.as_str().unwrap()),
        "description" => params.description(value.as_str().unwrap()),
        "expiration" => params.expiration(Duration::from_secs(value.as_u64().unwrap())),
        other => panic!("no setter is mapped to {other}"),
    })
}
