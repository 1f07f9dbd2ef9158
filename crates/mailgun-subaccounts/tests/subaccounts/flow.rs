use futures_util::TryStreamExt as _;
use mailgun_core::{Fields, Operation};
use mailgun_mock::MockMailgun;
use mailgun_subaccounts::{
    DisableSubaccount, ListSubaccounts, SortOrder, SubaccountStatus, Subaccounts, UpdateFeatures,
};
use serde_json::Value;

const SEND: Operation = Operation::post("/v3/{domain}/messages");

#[tokio::test]
async fn subaccounts_are_created_listed_disabled_enabled_and_deleted() {
    let mock = MockMailgun::start().await;
    let subaccounts = Subaccounts::new(&mock.client());
    for name in ["Dora", "Acme", "Cato", "Bert"] {
        subaccounts.create(name).await.unwrap();
    }
    let list = async |params: ListSubaccounts| {
        let pager = subaccounts.list(params.sort(SortOrder::Ascending));
        pager.into_items().try_collect::<Vec<_>>().await.unwrap()
    };
    let names = async |params| {
        list(params).await.into_iter().map(|subaccount| subaccount.name).collect::<Vec<_>>()
    };
    let all = list(ListSubaccounts::new().limit(2)).await;
    assert_eq!(all.len(), 4);
    let (acme, bert) = (&all[0], &all[1]);
    assert_eq!((&*acme.name, &acme.status), ("Acme", &Some(SubaccountStatus::Open)));
    assert_eq!(subaccounts.get(&acme.id).await.unwrap(), *acme);

    let why = || DisableSubaccount::new().reason("unpaid");
    let disabled = subaccounts.disable(&acme.id, why()).await.unwrap();
    assert_eq!(disabled.status, Some(SubaccountStatus::Disabled));
    let again = subaccounts.disable(&acme.id, why()).await.unwrap_err();
    assert_eq!(again.api_message(), Some("subaccount is already disabled"));
    let deleted = subaccounts.delete(&bert.id).await.unwrap();
    assert_eq!(deleted.message, "Subaccount successfully deleted");
    let closed = subaccounts.get(&bert.id).await.unwrap();
    assert_eq!(closed.status, Some(SubaccountStatus::Closed));

    let params = ListSubaccounts::new;
    assert_eq!(names(params().closed(false)).await, ["Acme", "Cato", "Dora"]);
    assert_eq!(names(params().enabled(true)).await, ["Cato", "Dora"]);
    assert_eq!(names(params().enabled(false)).await, ["Acme"]);
    assert_eq!(names(params().filter("cat")).await, ["Cato"]);

    let enabled = subaccounts.enable(&acme.id).await.unwrap();
    assert_eq!(enabled.status, Some(SubaccountStatus::Open));
    for refused in [
        subaccounts.get("none").await.unwrap_err(),
        subaccounts.enable(&bert.id).await.unwrap_err(),
    ] {
        assert_eq!(refused.status().unwrap(), 404);
    }
    assert_eq!(subaccounts.delete("none").await.unwrap_err().status().unwrap(), 403);
}

#[tokio::test]
async fn limits_and_features_are_kept_for_each_subaccount() {
    let mock = MockMailgun::start().await;
    let subaccounts = Subaccounts::new(&mock.client());
    let [one, two] =
        [subaccounts.create("1").await.unwrap(), subaccounts.create("2").await.unwrap()];

    assert!(subaccounts.set_monthly_limit(&one.id, 5000).await.unwrap().success);
    let limit = subaccounts.monthly_limit(&one.id).await.unwrap();
    assert_eq!((limit.limit, limit.current, &*limit.period), (Some(5000), Some(0), "1m"));
    for id in [&one.id, &one.id, &two.id] {
        let mut message = Fields::new();
        message.set("from", "shop@mg.example.com").set("to", "bob@example.com");
        message.set("subject", "Hello").set("text", "Hello");
        let client = mock.client().for_subaccount(id).unwrap();
        let _: Value = client.call(SEND, &[&mock.domain()]).multipart(message).await.unwrap();
    }
    assert_eq!(subaccounts.monthly_limit(&one.id).await.unwrap().current, Some(2));
    let none = subaccounts.monthly_limit(&two.id).await.unwrap_err();
    assert_eq!(none.api_message(), Some("No threshold for account"));
    assert_eq!(subaccounts.set_monthly_limit(&two.id, 1).await.unwrap_err().status().unwrap(), 400);
    assert!(subaccounts.delete_monthly_limit(&one.id).await.unwrap().success);
    let gone = subaccounts.delete_monthly_limit(&one.id).await.unwrap_err();
    assert_eq!(gone.api_message(), Some("Could not delete threshold for account"));

    let update = UpdateFeatures::new().sending(true).validations(false);
    subaccounts.update_features(&one.id, update).await.unwrap();
    let update = UpdateFeatures::new().validations(true);
    let features = subaccounts.update_features(&one.id, update).await.unwrap();
    assert_eq!((features.sending, features.validations), (Some(true), Some(true)));
    assert_eq!(subaccounts.get(&one.id).await.unwrap().features, features);
    assert_eq!(subaccounts.get(&two.id).await.unwrap().features, Default::default());
    let nothing = subaccounts.update_features(&one.id, UpdateFeatures::new()).await.unwrap_err();
    assert_eq!(nothing.api_message(), Some("No valid updates provided"));
}
