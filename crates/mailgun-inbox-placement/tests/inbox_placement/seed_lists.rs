use mailgun_inbox_placement::{CreateSeedList, InboxPlacement, UpdateSeedList};
use mailgun_testing::{Answer, Scripted};
use mockito::Server;

use super::wire::{ODD, ODD_IN_PATH, assert_all, expect, placement};

#[tokio::test]
async fn awkward_addresses_and_attributes_arrive_as_they_are() {
    let mut server = Server::new_async().await;
    let base = "/v4/inbox/seedlists";
    let targets = [
        ("GET", format!("{base}/{ODD_IN_PATH}")),
        ("DELETE", format!("{base}/{ODD_IN_PATH}")),
        ("GET", format!("{base}/a")),
        ("GET", format!("{base}/a/{ODD_IN_PATH}")),
        ("GET", format!("{base}/_filters")),
    ];
    let mocks = expect(&mut server, &targets, "{}").await;
    let lists = placement(&server).seed_lists();
    lists.get(ODD).await.unwrap();
    lists.delete(ODD).await.unwrap();
    lists.attributes().await.unwrap();
    lists.attribute(ODD).await.unwrap();
    lists.filters().await.unwrap();
    assert_all(mocks).await;
}

#[tokio::test]
async fn a_seed_list_is_created_by_a_multipart_form() {
    let service = Scripted::new(|_| Answer::new(200, r#"{"name": "", "kid": "1"}"#));
    let lists = InboxPlacement::new(&service.client()).seed_lists();
    let params = CreateSeedList::new()
        .name("")
        .seed_filter(r".*\.gmail\.com")
        .provider_filter("gmail.com")
        .provider_filter("yahoo.com")
        .sending_domains("a.example.com")
        .sending_domains("b.example.com")
        .remote_id("é/1");
    assert_eq!(lists.create(params).await.unwrap().kid, "1");
    let seen = &service.seen()[0];
    assert_eq!((seen.method.as_str(), seen.uri.path()), ("POST", "/v4/inbox/seedlists"));
    assert_eq!(seen.content_type(), "multipart/form-data");
    assert_eq!(seen.parts.len(), 7);
    for (name, expected) in [
        ("name", vec![""]),
        ("seed_filter", vec![r".*\.gmail\.com"]),
        ("provider_filter", vec!["gmail.com", "yahoo.com"]),
        ("sending_domains", vec!["a.example.com", "b.example.com"]),
        ("remote_id", vec!["é/1"]),
    ] {
        assert_eq!(seen.values(name), expected, "{name}");
    }
}

#[tokio::test]
async fn a_seed_list_is_changed_by_an_urlencoded_form_with_its_falsy_values() {
    let mut server = Server::new_async().await;
    let changed = server
        .mock("PUT", &*format!("/v4/inbox/seedlists/{ODD_IN_PATH}"))
        .match_header("content-type", "application/x-www-form-urlencoded")
        .match_body(
            "name=&seed_filter=.*&provider_filter=gmail.com&provider_filter=gmx.de\
             &sending_domains=mg.example.com&regen=false&shuffle=true",
        )
        .with_body(r#"{"kid": "2"}"#)
        .create_async()
        .await;
    let params = UpdateSeedList::new()
        .name("")
        .seed_filter(".*")
        .provider_filter("gmail.com")
        .provider_filter("gmx.de")
        .sending_domains("mg.example.com")
        .regen(false)
        .shuffle(true);
    let list = placement(&server).seed_lists().update(ODD, params).await.unwrap();
    assert_eq!(list.kid, "2");
    changed.assert_async().await;
}
