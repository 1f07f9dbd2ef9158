use mailgun_core::Client;
use mailgun_testing::wire::{self, Case, Difference};
use mailgun_webhooks::Webhooks;
use serde_json::Value;

const NOT_PAGED: &str = "the service does not page this listing";

const DIFFERENCES: &[Difference] = &[Difference {
    case: "webhooks.list.query",
    field: "query",
    theirs: "limit=10&skip=1",
    ours: "",
    why: NOT_PAGED,
}];

#[tokio::test]
async fn every_recorded_call_is_sent_as_the_reference_sends_it() {
    let cases = wire::cases("webhooks.");
    assert_eq!(cases.len(), 6);
    wire::compare(&cases, DIFFERENCES, call).await;
}

async fn call(case: &Case, client: &Client) {
    let webhooks = Webhooks::new(client, case.text(0));
    match (&*case.js_call, case.arg(3)) {
        ("mg.webhooks.list", _) => drop(webhooks.list().await),
        ("mg.webhooks.create", Value::Bool(true)) => {
            drop(webhooks.test(case.text(1), case.text(2)).await);
        }
        ("mg.webhooks.create", _) => {
            drop(webhooks.create(case.text(1), urls(case.arg(2))).await);
        }
        ("mg.webhooks.update", _) => {
            drop(webhooks.update(case.text(1), urls(case.arg(2))).await);
        }
        (other, _) => panic!("no method is mapped to {other}"),
    }
}

fn urls(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(urls) => urls.iter().map(|url| url.as_str().unwrap()).collect(),
        url => vec![url.as_str().unwrap()],
    }
}
