//! The program as a user runs it.

use std::{path::Path, process::Output};

use mailgun_mock::{Fault, MockMailgun};
use tokio::process::Command;

async fn mail(mock: &MockMailgun, to: &str) -> Output {
    let text = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    Command::new(env!("CARGO_BIN_EXE_example-mail"))
        .args([to, "Disk usage"])
        .env("MAILGUN_API_KEY", mock.api_key())
        .env("MAILGUN_BASE_URL", mock.base_url())
        .env("MAILGUN_DOMAIN", mock.domain())
        .stdin(std::fs::File::open(text).unwrap())
        .output()
        .await
        .unwrap()
}

#[tokio::test]
async fn the_standard_input_is_sent() {
    let mock = MockMailgun::start().await;
    let output = mail(&mock, "ops@example.com").await;
    assert!(output.status.success(), "{output:?}");
    let sent = mock.sent_to("ops@example.com");
    assert_eq!(sent[0].subject(), Some("Disk usage"));
    assert!(sent[0].text().unwrap().contains("name = \"example-mail\""));
}

#[tokio::test]
async fn the_exit_code_tells_an_unknown_outcome_from_an_error() {
    let mock = MockMailgun::start().await;
    assert_eq!(mail(&mock, "not an address").await.status.code(), Some(1));
    mock.inject(Fault::lose_response());
    assert_eq!(mail(&mock, "ops@example.com").await.status.code(), Some(2));
}
