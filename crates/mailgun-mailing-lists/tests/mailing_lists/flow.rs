use futures_util::TryStreamExt as _;
use mailgun_core::Error;
use mailgun_mailing_lists::{
    AccessLevel, CreateMembers, ImportMembers, ListMailingLists, ListMailingListsByAddress,
    ListMembers, ListMembersByAddress, MailingListSettings, MailingLists, MemberSettings,
    NewMember, PageDirection, ReplyPreference,
};
use mailgun_mock::MockMailgun;
use mailgun_types::Csv;
use serde_json::json;

const LIST: &str = "news@mg.example.com";

#[track_caller]
fn is_refused(error: &Error, status: u16, words: &str) {
    assert_eq!(error.status().unwrap().as_u16(), status, "{error}");
    assert!(error.api_message().unwrap().contains(words), "{:?}", error.api_message());
}

#[tokio::test]
async fn lists_are_created_listed_changed_and_deleted() {
    let mock = MockMailgun::start().await;
    let lists = MailingLists::new(&mock.client());
    for name in ["c", "a", "e", "b", "d"] {
        let address = format!("{name}@mg.example.com");
        let created = lists.create(address, MailingListSettings::new().name(name)).await.unwrap();
        assert_eq!(created.list.access_level, Some(AccessLevel::ReadOnly));
        assert!(created.list.created_at.is_some());
    }
    let again = lists.create("a@mg.example.com", MailingListSettings::new()).await.unwrap_err();
    is_refused(&again, 400, "Duplicate object");
    let odd = MailingListSettings::new().access_level("odd".into());
    is_refused(&lists.create(LIST, odd).await.unwrap_err(), 400, "Invalid access level 'odd'");

    let all: Vec<_> =
        lists.list(ListMailingLists::new().limit(2)).into_items().try_collect().await.unwrap();
    let names: Vec<_> = all.iter().map(|list| &*list.name).collect();
    assert_eq!(names, ["a", "b", "c", "d", "e"]);
    let last = ListMailingLists::new().limit(2).page(PageDirection::Last);
    let last = lists.list(last).next_page().await.unwrap().unwrap();
    assert_eq!(&*last.items[0].name, "d");

    let params = ListMailingListsByAddress::new().limit(2);
    let by_address: Vec<_> =
        lists.list_by_address(params).into_items().try_collect().await.unwrap();
    assert_eq!(by_address.len(), 5);
    let one = ListMailingListsByAddress::new().address("b@mg.example.com");
    let one = lists.list_by_address(one).next_page().await.unwrap().unwrap();
    assert_eq!((one.total, &*one.items[0].name), (Some(1), "b"));

    let change = MailingListSettings::new().address(LIST).reply_preference(ReplyPreference::Sender);
    let changed = lists.update("a@mg.example.com", change).await.unwrap().list;
    assert_eq!((&*changed.address, &*changed.name), (LIST, "a"));
    assert_eq!(lists.get(LIST).await.unwrap(), changed);
    is_refused(&lists.get("a@mg.example.com").await.unwrap_err(), 404, "not found");

    assert_eq!(lists.delete(LIST).await.unwrap().address, LIST);
    is_refused(&lists.delete(LIST).await.unwrap_err(), 404, "not found");
}

#[tokio::test]
async fn members_are_created_listed_changed_and_deleted() {
    let mock = MockMailgun::start().await;
    let lists = MailingLists::new(&mock.client());
    let members = lists.members(LIST);
    let ada = "ada+news@example.com";
    is_refused(&members.create(ada, MemberSettings::new()).await.unwrap_err(), 404, LIST);
    lists.create(LIST, MailingListSettings::new()).await.unwrap();

    let settings = MemberSettings::new().name("Ada").vars(&json!({"age": 36}));
    let created = members.create(ada, settings.clone()).await.unwrap().member;
    assert_eq!(created.subscribed, Some(true));
    is_refused(&members.create(ada, settings.clone()).await.unwrap_err(), 400, "already exists");
    let upserted = members.create(ada, settings.name("A").upsert(true)).await.unwrap().member;
    assert_eq!((&*upserted.name, upserted.vars.get("age")), ("A", Some(&json!(36))));
    members.create("bob@example.com", MemberSettings::new().subscribed(false)).await.unwrap();

    let change = MemberSettings::new().address("ada@example.com").subscribed(false);
    let changed = members.update(ada, change).await.unwrap().member;
    assert_eq!(members.get("ada@example.com").await.unwrap(), changed);
    is_refused(&members.get(ada).await.unwrap_err(), 404, "of mailing list");
    members.update("bob@example.com", MemberSettings::new().subscribed(true)).await.unwrap();

    let subscribed = ListMembers::new().subscribed(true);
    let found: Vec<_> = members.list(subscribed).into_items().try_collect().await.unwrap();
    assert_eq!(found.iter().map(|it| &*it.address).collect::<Vec<_>>(), ["bob@example.com"]);
    let params = ListMembersByAddress::new().address("ada@example.com").subscribed(false);
    let page = members.list_by_address(params).next_page().await.unwrap().unwrap();
    assert_eq!((page.total, page.items.len()), (Some(1), 1));

    assert_eq!(members.delete("ada@example.com").await.unwrap().member.address, "ada@example.com");
    let gone = members.delete("ada@example.com").await.unwrap_err();
    is_refused(&gone, 404, "of mailing list");
    assert_eq!(lists.get(LIST).await.unwrap().members_count, Some(1));
}

#[tokio::test]
async fn many_members_are_added_in_chunks_and_by_a_file() {
    let mock = MockMailgun::start().await;
    let lists = MailingLists::new(&mock.client());
    let members = lists.members(LIST);
    let people = |count: usize| -> Vec<_> {
        let row = |i| NewMember::new(format!("user{i:04}@example.com")).vars(&json!({"i": i}));
        (0..count).map(row).collect()
    };
    let missing = members.create_many(people(1), CreateMembers::new()).await;
    is_refused(missing[0].result.as_ref().unwrap_err(), 404, "Mailing list 'news@mg.example.com'");
    lists.create(LIST, MailingListSettings::new()).await.unwrap();

    let at_once = members.create_many(people(100), CreateMembers::new()).await;
    let response = at_once[0].result.as_ref().unwrap();
    assert_eq!(
        (&*response.message, response.task_id.as_deref()),
        ("Mailing list has been updated", None)
    );
    assert_eq!(response.list.members_count, Some(100));

    let chunks = members.create_many(people(2500), CreateMembers::new().upsert(true)).await;
    assert_eq!(chunks.len(), 3);
    for chunk in &chunks {
        let response = chunk.result.as_ref().unwrap();
        assert_eq!(response.message, "Mailing list upload started in background");
        assert!(response.task_id.is_some());
    }
    let all: Vec<_> =
        members.list(ListMembers::new().limit(1000)).into_items().try_collect().await.unwrap();
    assert_eq!(all.len(), 2500);
    assert_eq!(all[2499].vars.get("i"), Some(&json!(2499)));

    let rows = [
        NewMember::new("user0000@example.com").name("Changed").vars(&json!({"i": "ü,\""})),
        NewMember::new("zoe@example.com").subscribed(true).vars(&json!({})),
    ];
    let csv = || NewMember::csv(rows.clone()).unwrap();
    let started = members.import(csv(), ImportMembers::new().subscribed(false)).await.unwrap();
    assert!(started.task_id.is_some());
    assert_eq!(members.get("user0000@example.com").await.unwrap().name, "");
    members.import(csv(), ImportMembers::new().upsert(true)).await.unwrap();
    let changed = members.get("user0000@example.com").await.unwrap();
    assert_eq!((&*changed.name, changed.vars.get("i")), ("Changed", Some(&json!("ü,\""))));
    assert_eq!(members.get("zoe@example.com").await.unwrap().subscribed, Some(true));

    let addresses = Csv::from_bytes("a.csv", "address\neve@example.com\n").unwrap();
    members.import(addresses, ImportMembers::new().subscribed(false)).await.unwrap();
    assert_eq!(members.get("eve@example.com").await.unwrap().subscribed, Some(false));
}

#[tokio::test]
async fn an_upsert_subscribes_again_and_an_update_does_not() {
    let mock = MockMailgun::start().await;
    let lists = MailingLists::new(&mock.client());
    let members = lists.members(LIST);
    lists.create(LIST, MailingListSettings::new()).await.unwrap();
    let ada = "ada@example.com";
    let leave = || members.update(ada, MemberSettings::new().subscribed(false));
    let is_subscribed = async || members.get(ada).await.unwrap().subscribed.unwrap();
    members.create(ada, MemberSettings::new()).await.unwrap();

    leave().await.unwrap();
    members.update(ada, MemberSettings::new().name("Ada")).await.unwrap();
    assert!(!is_subscribed().await);

    members.create(ada, MemberSettings::new().upsert(true)).await.unwrap();
    assert!(is_subscribed().await);

    leave().await.unwrap();
    let many = |member| members.create_many(vec![member], CreateMembers::new().upsert(true));
    many(NewMember::new(ada).subscribed(false)).await[0].result.as_ref().unwrap();
    assert!(!is_subscribed().await);
    many(NewMember::new(ada)).await[0].result.as_ref().unwrap();
    assert!(is_subscribed().await);

    let csv = || NewMember::csv([NewMember::new(ada)]).unwrap();
    let upsert = ImportMembers::new().upsert(true);
    members.import(csv(), upsert.clone().subscribed(false)).await.unwrap();
    assert!(!is_subscribed().await);
    members.import(csv(), upsert).await.unwrap();
    assert!(is_subscribed().await);
}

#[tokio::test]
async fn a_validation_is_started_read_and_cancelled() {
    let mock = MockMailgun::start().await;
    let lists = MailingLists::new(&mock.client());
    lists.create(LIST, MailingListSettings::new()).await.unwrap();
    lists.members(LIST).create("ada@example.com", MemberSettings::new()).await.unwrap();
    assert!(lists.validation_result(LIST).await.is_err());
    assert_eq!(lists.validate(LIST).await.unwrap().id, LIST);
    assert_eq!(lists.validation_result(LIST).await.unwrap().quantity, Some(1));
    let done = lists.cancel_validation(LIST).await.unwrap();
    assert_eq!(done.message, "Validation job canceled.");
    assert!(lists.validation_result(LIST).await.is_err());
}
