use mailgun_dkim::{CreateDkimKey, DkimKeys, ListDkimKeys, OPERATIONS, RotationSettings};
use mailgun_testing::{described, operations};

#[tokio::test]
async fn every_operation_matches_the_table() {
    let keys = DkimKeys::new(&operations::client());
    let calls = described![
        keys.list(ListDkimKeys::new()),
        keys.list_of_domain("mg.example.com"),
        keys.create("mg.example.com", "s1", CreateDkimKey::new()),
        keys.delete("mg.example.com", "s1"),
        keys.activate("mg.example.com", "s1"),
        keys.deactivate("mg.example.com", "s1"),
        keys.update_authority("mg.example.com", false),
        keys.update_selector("mg.example.com", "s1"),
        keys.update_rotation("mg.example.com", false, RotationSettings::new()),
        keys.rotate_now("mg.example.com"),
    ];
    operations::check("mailgun-dkim", OPERATIONS, calls).await;
}
