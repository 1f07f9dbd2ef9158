//! State that is kept in a file.

use std::{io::ErrorKind, path::Path, time::Duration};

use mailgun_mock::MockMailgun;
use tempfile::TempDir;

use crate::client::{MESSAGES, Multipart, get, post_form, send_with};

async fn start(path: &Path) -> MockMailgun {
    MockMailgun::builder().state_file(path).start().await.unwrap()
}

#[tokio::test]
async fn messages_suppressions_templates_and_domains_are_kept() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state.json");
    let mailgun = start(&path).await;
    let line = "POST /v3/mg.example.com/templates";
    post_form(&mailgun, line, &[("name", "welcome"), ("template", "Hi {{name}}")]).await;
    post_form(&mailgun, "POST /v4/domains", &[("name", "new.example.com")]).await;
    post_form(&mailgun, "POST /v3/mg.example.com/bounces", &[("address", "eve@example.com")]).await;
    send_with(&mailgun, &[("text", ""), ("template", "welcome"), ("v:name", "Ada")]).await;
    send_with(&mailgun, &[("o:deliverytime", "Fri, 01 Jan 2100 12:00:00 +0000")]).await;
    let form = [("from", "a@b.c"), ("to", "ada@example.com"), ("text", "x")];
    let form = Multipart::new(&form);
    form.part("name=\"attachment\"; filename=\"a\"", None, b"\0\xff")
        .post(&mailgun, MESSAGES)
        .await;
    mailgun.save().unwrap();
    let (sent, seen) = (mailgun.sent(), mailgun.sent()[0].rendered_for("ada@example.com"));
    drop(mailgun);

    let mailgun = start(&path).await;
    let again = mailgun.sent();
    assert_eq!(again.len(), 3);
    assert_eq!(again[0].id(), sent[0].id());
    assert_eq!(again[0].rendered_for("ada@example.com"), seen);
    assert_eq!(again[2].attachments(), sent[2].attachments());
    assert_eq!(mailgun.scheduled().len(), 1);
    assert!(mailgun.events().is_empty());
    for path in [
        "/v3/mg.example.com/templates/welcome",
        "/v4/domains/new.example.com",
        "/v4/domains/mg.example.com",
        "/v3/mg.example.com/bounces/eve@example.com",
    ] {
        assert_eq!(get(&mailgun, path).await.status, 200, "{path}");
    }
    send_with(&mailgun, &[]).await;
    assert!(again.iter().all(|old| old.id() != mailgun.sent()[3].id()));
}

#[tokio::test]
async fn changes_are_written_without_being_asked() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state.json");
    let mailgun = start(&path).await;
    send_with(&mailgun, &[]).await;
    let written = async {
        while !path.exists() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), written).await.expect("a file in time");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(start(&path).await.sent().len(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_in_place_of_the_new_file_is_not_followed() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = TempDir::new().unwrap();
    let (path, other) = (folder.path().join("state.json"), folder.path().join("other"));
    std::fs::write(&other, "theirs").unwrap();
    symlink(&other, folder.path().join("state.json.new")).unwrap();
    start(&path).await.save().unwrap();
    assert_eq!(std::fs::read_to_string(&other).unwrap(), "theirs");
    let written = std::fs::symlink_metadata(&path).unwrap();
    assert!(written.is_file());
    assert_eq!(written.permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_delivery_that_no_request_asked_for_is_written() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state.json");
    let mailgun = start(&path).await;
    send_with(&mailgun, &[("o:deliverytime", "Fri, 01 Jan 2100 12:00:00 +0000")]).await;
    let until = async |text: &str| {
        let written = async {
            while !std::fs::read_to_string(&path).is_ok_and(|state| state.contains(text)) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), written).await.expect(text);
    };
    until("\"is_scheduled\":true").await;
    mailgun.advance(Duration::from_secs(100 * 366 * 86400));
    until("\"is_scheduled\":false").await;
}

#[tokio::test]
async fn a_file_that_is_no_state_is_an_error_and_stays() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state.json");
    for content in ["{}", "not JSON"] {
        std::fs::write(&path, content).unwrap();
        let error = MockMailgun::builder().state_file(&path).start().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
}
