use mailgun_core::Idempotency;
use mailgun_subaccounts::{
    DisableSubaccount, ListSubaccounts, OPERATIONS, Subaccounts, UpdateFeatures,
};
use mailgun_testing::{described, operations};

#[tokio::test]
async fn every_operation_of_the_api_is_there_as_the_api_has_it() {
    let subaccounts = Subaccounts::new(&operations::client());
    let calls = described![
        subaccounts.list(ListSubaccounts::new()),
        subaccounts.get("id"),
        subaccounts.create("Acme"),
        subaccounts.enable("id"),
        subaccounts.disable("id", DisableSubaccount::new().reason("unpaid")),
        subaccounts.delete("id"),
        subaccounts.monthly_limit("id"),
        subaccounts.set_monthly_limit("id", 5000),
        subaccounts.delete_monthly_limit("id"),
        subaccounts.update_features("id", UpdateFeatures::new().sending(true)),
    ];
    operations::check("mailgun-subaccounts", OPERATIONS, calls, &[]).await;
}

#[test]
fn only_the_creation_is_not_repeated() {
    let harmful =
        OPERATIONS.iter().filter(|route| route.idempotency() == Idempotency::NonIdempotent);
    let harmful: Vec<_> = harmful.map(ToString::to_string).collect();
    assert_eq!(harmful, ["POST /v5/accounts/subaccounts"]);
}
