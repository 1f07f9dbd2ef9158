use mailgun_core::Client;
use mailgun_testing::wire::{self, Case};
use mailgun_types::Csv;
use mailgun_validations::{ListJobs, ValidateAddress, Validations};
use serde_json::Value;

#[tokio::test]
async fn requests_match_the_reference_client() {
    let cases = wire::cases("validate.");
    assert_eq!(cases.len(), 7);
    wire::compare(&cases, &[], call).await;
}

async fn call(case: &Case, client: &Client) {
    let validations = Validations::new(client);
    let bulk = validations.bulk();
    match &*case.js_call {
        "mg.validate.get" => {
            drop(validations.validate(case.text(0), ValidateAddress::new()).await);
        }
        "mg.validate.multipleValidation.list" => {
            let limit = case.arg(0)["limit"].as_u64();
            let params = limit.map_or(ListJobs::new(), |limit| ListJobs::new().limit(limit as u32));
            drop(bulk.list(params).next_page().await);
        }
        "mg.validate.multipleValidation.get" => drop(bulk.get(case.text(0)).await),
        "mg.validate.multipleValidation.create" => {
            drop(bulk.create(case.text(0), file(&case.arg(1)["file"])).await);
        }
        other => panic!("no method is mapped to {other}"),
    }
}

/// The reference calls a file `file` that has no name.
fn file(file: &Value) -> Csv {
    let name = file["filename"].as_str().unwrap_or("file");
    let content = file.as_str().or_else(|| file["data"]["$bytes"].as_str()).unwrap();
    Csv::from_bytes(name, content.to_owned()).unwrap()
}
