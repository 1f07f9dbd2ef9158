use std::time::Duration;

use futures_util::TryStreamExt as _;
use mailgun_core::Upload;
use mailgun_dkim::{CreateDkimKey, DkimKeys, ListDkimKeys, RotationSettings};
use mailgun_mock::MockMailgun;

const PEM: &str = "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n";

#[tokio::test]
async fn keys_are_created_listed_activated_and_deleted() {
    let mock = MockMailgun::start().await;
    let keys = DkimKeys::new(&mock.client());
    let domain = mock.domain();
    let new = |index| match index % 3 {
        0 => CreateDkimKey::new().bits(1024),
        1 => CreateDkimKey::new().pem(PEM),
        _ => CreateDkimKey::new().pem_file(Upload::from_bytes("key.pem", PEM)),
    };
    for index in 0..12 {
        let key = keys.create(&domain, &format!("s{index}"), new(index)).await.unwrap();
        assert!(!key.dns_record.unwrap().is_active);
    }
    let again = keys.create(&domain, "s0", CreateDkimKey::new()).await.unwrap_err();
    assert_eq!(again.status().unwrap(), 400);
    let no_key = CreateDkimKey::new().pem("AAAA");
    assert_eq!(keys.create(&domain, "bad", no_key).await.unwrap_err().status().unwrap(), 400);

    let list = |params: ListDkimKeys| keys.list(params).into_items().try_collect::<Vec<_>>();
    assert_eq!(list(ListDkimKeys::new()).await.unwrap().len(), 12);
    assert_eq!(list(ListDkimKeys::new().limit(5)).await.unwrap().len(), 12);
    assert_eq!(list(ListDkimKeys::new().selector("s7")).await.unwrap()[0].selector, "s7");
    assert!(list(ListDkimKeys::new().signing_domain("other.test")).await.unwrap().is_empty());

    assert_eq!(keys.activate(&domain, "s1").await.unwrap().active, Some(true));
    let of_domain = keys.list_of_domain(&domain).await.unwrap();
    let active = of_domain.iter().filter(|key| key.dns_record.as_ref().unwrap().is_active);
    assert_eq!(active.map(|key| &key.selector).collect::<Vec<_>>(), ["s1"]);

    assert_eq!(keys.delete(&domain, "s1").await.unwrap_err().status().unwrap(), 400);
    keys.activate(&domain, "s2").await.unwrap();
    keys.delete(&domain, "s1").await.unwrap();
    assert_eq!(keys.activate(&domain, "s1").await.unwrap_err().status().unwrap(), 404);
    assert_eq!(keys.deactivate(&domain, "s2").await.unwrap().message, "domain key deactivated");
    keys.delete(&domain, "s2").await.unwrap();
    assert_eq!(keys.delete(&domain, "s2").await.unwrap_err().status().unwrap(), 404);
    assert_eq!(keys.list_of_domain(&domain).await.unwrap().len(), 10);
}

#[tokio::test]
async fn authority_and_selector_are_changed() {
    let mock = MockMailgun::start().await;
    let keys = DkimKeys::new(&mock.client());
    let domain = mock.domain();
    assert_eq!(keys.update_authority(&domain, true).await.unwrap().changed, Some(false));
    assert_eq!(keys.update_authority(&domain, false).await.unwrap().changed, Some(true));
    assert_eq!(keys.update_selector(&domain, "s9").await.unwrap().message, "DKIM selector changed");
    let records = keys.update_authority(&domain, true).await.unwrap().sending_dns_records;
    let name = format!("s9._domainkey.{domain}");
    assert!(records.iter().any(|record| record.name.as_deref() == Some(&name)));
    let error = keys.update_authority("other.test", true).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 404);
}

#[tokio::test]
async fn rotation_is_set_and_done() {
    let mock = MockMailgun::start().await;
    let keys = DkimKeys::new(&mock.client());
    let domain = mock.domain();
    let every = |days: u64| RotationSettings::new().interval(Duration::from_secs(days * 86_400));

    let before = keys.update_rotation(&domain, true, every(30)).await.unwrap();
    assert_eq!(before.rotation_enabled, Some(true));
    assert_eq!(before.interval(), Some(Duration::from_secs(30 * 86_400)));
    keys.rotate_now(&domain).await.unwrap();
    let after = keys.update_rotation(&domain, false, RotationSettings::new()).await.unwrap();
    assert_eq!(after.rotation_enabled, Some(false));
    assert_eq!(after.rotation_interval, "30d");
    assert_ne!(after.active_selector, before.active_selector);

    for (is_enabled, days, words) in [(true, 4, "at least 5 days"), (false, 30, "not allowed")] {
        let error = keys.update_rotation(&domain, is_enabled, every(days)).await.unwrap_err();
        assert_eq!(error.status().unwrap(), 400);
        assert!(error.api_message().unwrap().contains(words), "{error}");
    }
    assert_eq!(keys.rotate_now("other.test").await.unwrap_err().status().unwrap(), 404);
}
