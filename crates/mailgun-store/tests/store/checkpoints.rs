use mailgun_core::Timestamp;
use mailgun_events::Checkpoint;

use crate::support::Place;

on_both! {
    a_checkpoint_is_loaded_as_it_was_saved_last,
}

async fn a_checkpoint_is_loaded_as_it_was_saved_last(place: &Place) {
    let store = place.open().await;
    let first = Checkpoint::from(Timestamp::from_unix_seconds(1_700_000_000).unwrap());
    let json = r#"{"from":"2023-11-14T22:13:20.000001Z","seen":[["2023-11-14T22:14:00Z","id 1"]]}"#;
    let second: Checkpoint = serde_json::from_str(json).unwrap();
    let checkpoints = store.checkpoints();
    checkpoints.save("bounces", &first).await.unwrap();
    checkpoints.save("clicks", &first).await.unwrap();
    checkpoints.save("bounces", &second).await.unwrap();
    store.close().await;

    let checkpoints = place.open().await.checkpoints();
    assert_eq!(checkpoints.load("bounces").await.unwrap(), Some(second));
    assert_eq!(checkpoints.load("clicks").await.unwrap(), Some(first));
    assert_eq!(checkpoints.load("opens").await.unwrap(), None);
}
