use mailgun_core::{Confirmation, ErrorKind};
use mailgun_subaccounts::{
    ListSubaccounts, Subaccount, SubaccountFeatures, SubaccountStatus, Subaccounts, UpdateFeatures,
};
use mailgun_testing::{
    Answer, Scripted,
    responses::{counts_null_items, read_whole, recorded, tolerates},
};
use mailgun_types::{SendingLimit, Success};
use serde_json::{Value, json};

fn subaccount() -> Value {
    json!({
        "id": "646d00a1b32c35364a2ad34f",
        "name": "My subaccount",
        "status": "open",
        "created_at": "Wed, 06 Nov 2024 19:48:29 GMT",
        "updated_at": "Wed, 28 May 2025 20:03:05 GMT",
        "features": features()
    })
}

fn features() -> Value {
    json!({
        "email_preview": {"enabled": false},
        "inbox_placement": {"enabled": true},
        "sending": {"enabled": true},
        "validations": {"enabled": false},
        "validations_bulk": {"enabled": false},
        "dedicated_ips": {"enabled": true, "count": 2}
    })
}

#[track_caller]
fn check(subaccount: &Subaccount) {
    assert_eq!(subaccount.id, "646d00a1b32c35364a2ad34f");
    assert_eq!(subaccount.name, "My subaccount");
    assert_eq!(subaccount.status, Some(SubaccountStatus::Open));
    assert_eq!(subaccount.created_at.unwrap().to_rfc3339(), "2024-11-06T19:48:29Z");
    assert_eq!(subaccount.updated_at.unwrap().to_rfc3339(), "2025-05-28T20:03:05Z");
    check_features(&subaccount.features);
}

#[track_caller]
fn check_features(features: &SubaccountFeatures) {
    assert_eq!(features.email_preview, Some(false));
    assert_eq!(features.inbox_placement, Some(true));
    assert_eq!(features.sending, Some(true));
    assert_eq!(features.validations, Some(false));
    assert_eq!(features.validations_bulk, Some(false));
    assert_eq!(json!(features.others), json!({"dedicated_ips": {"enabled": true, "count": 2}}));
}

#[test]
fn responses_are_read_whole_and_with_anything_missing() {
    tolerates::<Subaccount>(&subaccount(), &[]);
    tolerates::<SubaccountFeatures>(&features(), &[]);
    let read: SubaccountFeatures = serde_json::from_value(features()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), features());
    tolerates::<SendingLimit>(&json!({"limit": 10000, "current": 0, "period": "1m"}), &[]);
    tolerates::<Success>(&json!({"success": true}), &[]);
    tolerates::<Confirmation>(&json!({"message": "Subaccount successfully deleted"}), &[]);
    let unknown: Subaccount = serde_json::from_value(json!({"status": "paused"})).unwrap();
    assert_eq!(unknown.status, Some(SubaccountStatus::Other("paused".into())));
}

#[tokio::test]
async fn a_subaccount_is_unwrapped_wherever_it_comes() {
    let service = Scripted::new(|_| Answer::json(&json!({"subaccount": subaccount()})));
    let subaccounts = Subaccounts::new(&service.client());
    check(&subaccounts.get("x").await.unwrap());
    check(&subaccounts.create("x").await.unwrap());
    check(&subaccounts.enable("x").await.unwrap());
    check(&subaccounts.disable("x", Default::default()).await.unwrap());

    let service = Scripted::new(|_| Answer::json(&json!({"features": features()})));
    let subaccounts = Subaccounts::new(&service.client());
    let update = UpdateFeatures::new().sending(true);
    check_features(&subaccounts.update_features("x", update).await.unwrap());

    for empty in ["{}", r#"{"subaccount": null, "features": null, "subaccounts": null}"#] {
        let service = Scripted::new(move |_| Answer::new(200, empty));
        let subaccounts = Subaccounts::new(&service.client());
        assert_eq!(subaccounts.get("x").await.unwrap(), Subaccount::default());
        let features = subaccounts.update_features("x", UpdateFeatures::new()).await.unwrap();
        assert_eq!(features, SubaccountFeatures::default());
        assert_eq!(subaccounts.list(ListSubaccounts::new()).next_page().await.unwrap(), None);
    }
}

#[tokio::test]
async fn recorded_responses_lose_nothing() {
    let mut names = Vec::new();
    let all = recorded("GET", "/v5/accounts/subaccounts")
        .into_iter()
        .chain(recorded("POST", "/v5/accounts/subaccounts"));
    for exchange in all {
        let json: Value = serde_json::from_str(&exchange.body).unwrap();
        let expected = match json.get("subaccounts") {
            Some(list) => {
                let body = exchange.body.clone();
                let service = Scripted::new(move |_| Answer::new(200, body.clone()));
                let subaccounts = Subaccounts::new(&service.client());
                let page = subaccounts.list(ListSubaccounts::new()).next_page().await;
                let page = page.unwrap().unwrap();
                assert_eq!(json!(page.total), json["total"]);
                assert_eq!(page.items.len(), list.as_array().unwrap().len());
                assert_eq!(page.items, [read_whole::<Subaccount>(&list[0].to_string())]);
                &list[0]
            }
            None => &json["subaccount"],
        };
        let subaccount: Subaccount = read_whole(&expected.to_string());
        assert_eq!(subaccount.id, expected["id"]);
        assert_eq!(subaccount.name, expected["name"]);
        assert_eq!(json!(subaccount.status), expected["status"]);
        assert_eq!(expected.as_object().unwrap().len(), 3);
        names.push(subaccount.name);
    }
    assert_eq!(names, ["test-ruby-lib", "test-ruby-lib", "test.subaccount", "test-ruby-lib"]);
}

#[tokio::test]
async fn api_errors_have_mailguns_message() {
    for (status, body, words) in [
        (404, r#"{"message": "No threshold for account"}"#, "No threshold"),
        (400, r#"{"message": "Not a subaccount"}"#, "Not a subaccount"),
        (
            403,
            r#"{"message": "Forbidden - user does not have permission to view this resource"}"#,
            "permission",
        ),
        (401, "Forbidden", "Forbidden"),
    ] {
        let service = Scripted::new(move |_| Answer::new(status, body));
        let error = Subaccounts::new(&service.client()).monthly_limit("x").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Api);
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert!(error.api_message().unwrap().contains(words), "{error}");
        assert_eq!(
            error.operation().unwrap().to_string(),
            "GET /v5/accounts/subaccounts/{subaccount_id}/limit/custom/monthly"
        );
    }
}

#[tokio::test]
async fn null_items_count_for_the_next_page() {
    counts_null_items("subaccounts", |client| {
        Subaccounts::new(client).list(ListSubaccounts::new())
    })
    .await;
}
