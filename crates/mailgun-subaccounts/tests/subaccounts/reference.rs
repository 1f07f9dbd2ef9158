use mailgun_core::Client;
use mailgun_subaccounts::{DisableSubaccount, ListSubaccounts, Subaccounts, UpdateFeatures};
use mailgun_testing::wire::{self, Case};
use serde_json::Value;

#[tokio::test]
async fn requests_match_the_reference_client() {
    let cases = wire::cases("subaccounts.");
    assert_eq!(cases.len(), 8);
    wire::compare(&cases, &[], call).await;
}

async fn call(case: &Case, client: &Client) {
    let subaccounts = Subaccounts::new(client);
    match &*case.js_call {
        "mg.subaccounts.list" => {
            drop(subaccounts.list(listing(case.arg(0))).next_page().await);
        }
        "mg.subaccounts.create" => drop(subaccounts.create(case.text(0)).await),
        "mg.subaccounts.disable" => {
            drop(subaccounts.disable(case.text(0), DisableSubaccount::new()).await);
        }
        "mg.subaccounts.destroy" => drop(subaccounts.delete(case.text(0)).await),
        "mg.subaccounts.setMonthlySendingLimit" => {
            let limit = case.arg(1).as_u64().unwrap();
            drop(subaccounts.set_monthly_limit(case.text(0), limit).await);
        }
        "mg.subaccounts.updateSubaccountFeature" => {
            drop(subaccounts.update_features(case.text(0), features(case.arg(1))).await);
        }
        other => panic!("no method is mapped to {other}"),
    }
}

fn listing(query: &Value) -> ListSubaccounts {
    let query = query.as_object().into_iter().flatten();
    query.fold(ListSubaccounts::new(), |params, (name, value)| match &**name {
        "enabled" => params.enabled(value.as_bool().unwrap()),
        "limit" => params.limit(value.as_u64().unwrap() as u32),
        "skip" => params.skip(value.as_u64().unwrap()),
        "sort" => params.sort(value.as_str().unwrap().into()),
        "filter" => params.filter(value.as_str().unwrap()),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn features(values: &Value) -> UpdateFeatures {
    let values = values.as_object().unwrap().iter();
    values.fold(UpdateFeatures::new(), |features, (name, value)| {
        let enabled = value.as_bool().unwrap();
        match &**name {
            "email_preview" => features.email_preview(enabled),
            "inbox_placement" => features.inbox_placement(enabled),
            "sending" => features.sending(enabled),
            "validations" => features.validations(enabled),
            "validations_bulk" => features.validations_bulk(enabled),
            other => panic!("no setter is mapped to {other}"),
        }
    })
}
