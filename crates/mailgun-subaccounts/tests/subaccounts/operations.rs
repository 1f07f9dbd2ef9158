use mailgun_subaccounts::{
    DisableSubaccount, ListSubaccounts, OPERATIONS, Subaccounts, UpdateFeatures,
};
use mailgun_testing::{described, operations};

#[tokio::test]
async fn every_operation_matches_the_table() {
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
    operations::check("mailgun-subaccounts", OPERATIONS, calls).await;
}
