use mailgun_testing::{described, operations};
use mailgun_validations::{AddressFile, ListJobs, ValidateAddress, Validations};

#[tokio::test]
async fn every_operation_matches_the_table() {
    let validations = Validations::new(&operations::client());
    let (bulk, previews) = (validations.bulk(), validations.previews());
    let file = || AddressFile::from_addresses(["bob@example.com"]);
    let calls = described![
        validations.validate("a", ValidateAddress::new()),
        validations.validate_post("a", ValidateAddress::new()),
        validations.parse("a"),
        bulk.list(ListJobs::new()),
        bulk.create("a", file()),
        bulk.get("a"),
        bulk.cancel("a"),
        previews.list(),
        previews.create("a", file()),
        previews.get("a"),
        previews.delete("a"),
        previews.promote("a"),
    ];
    operations::check("mailgun-validations", mailgun_validations::OPERATIONS, calls).await;
}
