use std::time::Duration;

use futures_util::TryStreamExt as _;
use mailgun_core::Timestamp;
use mailgun_inbox_placement::{
    CreateSeedList, Destination, InboxPlacement, ListResults, ListSeedLists, ResultStatus, RunTest,
    SeedState, UpdateSeedList,
};
use mailgun_mock::MockMailgun;

#[tokio::test]
async fn seed_lists_are_created_paged_changed_and_deleted() {
    let mock = MockMailgun::start().await;
    let lists = InboxPlacement::new(&mock.client()).seed_lists();
    for name in ["a", "b", "c", "d"] {
        lists.create(CreateSeedList::new().name(name)).await.unwrap();
    }
    let params = CreateSeedList::new()
        .name("Newsletter")
        .provider_filter("gmail.com")
        .provider_filter("gmx.de")
        .remote_id("r1");
    let list = lists.create(params).await.unwrap();
    assert_eq!(list.provider_filter.as_deref().unwrap(), ["gmail.com", "gmx.de"]);
    assert_eq!(list.mailing_list.split(',').count(), 1 + 2 * 2);
    assert!(list.mailing_list.starts_with(&list.target_email));
    assert_eq!(list.tags["sfmc_remote_id"], "r1");
    assert_eq!((list.last_result_at, list.has_results), (None, false));

    let names = |lists: Vec<mailgun_inbox_placement::SeedList>| {
        lists.into_iter().map(|list| list.name).collect::<Vec<_>>()
    };
    let all = |params| lists.list(params).into_items().try_collect::<Vec<_>>();
    let newest_first = names(all(ListSeedLists::new().limit(2)).await.unwrap());
    assert_eq!(newest_first, ["Newsletter", "d", "c", "b", "a"]);
    let ascending = ListSeedLists::new().limit(2).offset(1).ascending(true);
    assert_eq!(names(all(ascending).await.unwrap()), ["b", "c", "d", "Newsletter"]);
    let page = lists.list(ListSeedLists::new().limit(2)).next_page().await.unwrap().unwrap();
    assert_eq!((page.items.len(), page.total), (2, Some(5)));
    assert_eq!(names(all(ListSeedLists::new().name("c")).await.unwrap()), ["c"]);
    let now = Timestamp::now();
    let earlier = now.checked_sub(Duration::from_secs(60)).unwrap();
    assert_eq!(all(ListSeedLists::new().time_after(earlier)).await.unwrap().len(), 5);
    assert_eq!(all(ListSeedLists::new().time_before(earlier)).await.unwrap().len(), 0);

    let changes = UpdateSeedList::new().name("Weekly").regen(true);
    let changed = lists.update(&list.target_email, changes).await.unwrap();
    assert_eq!((&*changed.name, &changed.previous_mailing_list), ("Weekly", &list.mailing_list));
    assert_ne!(changed.mailing_list, list.mailing_list);
    assert!(changed.regen_at.is_some());
    let kept = lists.update(&list.target_email, UpdateSeedList::new().name("W")).await.unwrap();
    assert_eq!(kept.mailing_list, changed.mailing_list);
    assert_eq!(lists.get(&list.target_email).await.unwrap().name, "W");

    let attributes = lists.attributes().await.unwrap();
    assert_eq!(attributes[0].values, ["name"]);
    assert_eq!(lists.attribute("name").await.unwrap().values, ["W", "a", "b", "c", "d"]);
    assert_eq!(lists.filters().await.unwrap()[0].parameter, "name");

    assert_eq!(lists.delete(&list.target_email).await.unwrap().message, "");
    assert_eq!(lists.get(&list.target_email).await.unwrap_err().status().unwrap(), 404);
    assert_eq!(lists.attribute("x").await.unwrap_err().status().unwrap(), 404);
    let unknown = CreateSeedList::new().provider_filter("nowhere.example");
    assert_eq!(lists.create(unknown).await.unwrap_err().status().unwrap(), 400);
}

#[tokio::test]
async fn a_test_is_run_waited_for_shared_and_deleted() {
    let mock = MockMailgun::start().await;
    let placement = InboxPlacement::new(&mock.client());
    let (lists, results) = (placement.seed_lists(), placement.results());
    assert_eq!(placement.providers().await.unwrap().len(), 4);

    let list = lists.create(CreateSeedList::new().name("Newsletter")).await.unwrap();
    let from = "Shop <shop@mg.example.com>";
    let test = RunTest::new().html("<h1>Sale</h1>").seed_list(&list.target_email);
    let started = placement.run_test(from, "Spring sale", test).await.unwrap();
    assert_eq!(started.mailing_list, Some(list.mailing_list));
    assert!(started.links.results.ends_with(&started.result_id));

    let id = &*started.result_id;
    let waiting = results.wait(id).every(Duration::from_millis(1));
    let states: Vec<_> = waiting.into_stream().try_collect().await.unwrap();
    let pending: Vec<_> = states.iter().map(|state| state.delivery_stats["all"].pending).collect();
    assert_eq!(pending, [6, 3, 0]);
    let result = states.last().unwrap();
    assert_eq!(result.status, Some(ResultStatus::Complete));
    assert_eq!((&*result.subject, &*result.sender), ("Spring sale", from));
    assert_eq!(result.body.as_deref(), Some("<h1>Sale</h1>"));
    assert_eq!(result.seedlist_name, "Newsletter");
    let all = &result.delivery_stats["all"];
    assert_eq!((all.total, all.delivered, all.inbox, all.spam, all.missing), (8, 7, 5, 2, 1));
    assert_eq!(all.categories["primary"], 5);
    assert_eq!(result.seed_results[3].destination, Some(Destination::Spam));
    assert_eq!(result.seed_results[6].state, Some(SeedState::Missing));
    assert_eq!(result.seed_results[6].destination, None);
    assert!(!result.spamassassin.as_ref().unwrap().is_spam);
    let of_gmail = results.get_for_provider(id, "gmail.com").await.unwrap();
    assert_eq!(of_gmail.seed_results.len(), 2);

    let list = lists.get(&list.target_email).await.unwrap();
    assert!(list.has_results && list.last_result_at.is_some());
    assert_eq!(list.delivery_stats["all"].inbox, 5);

    let sharing = results.sharing(id).await.unwrap();
    assert_eq!((sharing.enabled, &*sharing.url, sharing.expires_at), (false, "", None));
    let sharing = results.update_sharing(id, true).await.unwrap();
    assert!(sharing.enabled && sharing.expires_at.unwrap() > Timestamp::now());
    assert!(sharing.api_url.ends_with(&sharing.url_id));
    assert_eq!(results.get_shared(&sharing.url_id).await.unwrap().result_id, id);
    assert!(!results.update_sharing(id, false).await.unwrap().enabled);
    assert_eq!(results.get_shared(&sharing.url_id).await.unwrap_err().status().unwrap(), 404);

    assert_eq!(results.delete(id).await.unwrap().message, "deleted");
    assert_eq!(results.get(id).await.unwrap_err().status().unwrap(), 404);
    assert_eq!(results.wait(id).await.unwrap_err().status().unwrap(), 404);
}

#[tokio::test]
async fn results_are_searched_and_go_with_their_seed_list() {
    let mock = MockMailgun::start().await;
    let placement = InboxPlacement::new(&mock.client());
    let results = placement.results();
    for (from, subject, provider) in [
        ("a@mg.example.com", "one", "gmail.com"),
        ("Bob <b@mg.example.com>", "two", "gmail.com"),
        ("b@mg.example.com", "three", "yahoo.com"),
    ] {
        let test = RunTest::new().template_name("welcome").provider_filter(provider);
        placement.run_test(from, subject, test.max_seeds_per_provider(1)).await.unwrap();
    }
    let found = async |params| {
        let found: Vec<_> = results.list(params).into_items().try_collect().await.unwrap();
        found.into_iter().map(|result| result.subject).collect::<Vec<_>>()
    };
    let all = ListResults::new;
    assert_eq!(found(all().limit(1)).await, ["three", "two", "one"]);
    assert_eq!(found(all().sender("b@mg.example.com")).await, ["three", "two"]);
    assert_eq!(found(all().provider("gmail.com").ascending(true)).await, ["one", "two"]);
    assert_eq!(found(all().subject("two")).await, ["two"]);
    let subjects = results.attribute("subject", all().provider("gmail.com")).await.unwrap();
    assert_eq!(subjects.values, ["one", "two"]);
    assert_eq!(results.attributes().await.unwrap()[0].values, ["sender", "subject"]);
    assert_eq!(results.filters().await.unwrap().len(), 6);

    let page = results.list(all().subject("one")).next_page().await.unwrap().unwrap();
    let (result, list) = (&page.items[0], &page.items[0].keybox_email);
    assert_eq!((result.body.as_deref(), result.seed_results.len()), (None, 1));
    assert!(placement.seed_lists().get(list).await.unwrap().is_auto_generated);
    placement.seed_lists().delete(list).await.unwrap();
    assert_eq!(found(all()).await, ["three", "two"]);

    let nothing = placement.run_test("a@mg.example.com", "b", RunTest::new()).await.unwrap_err();
    assert_eq!(nothing.status().unwrap(), 400);
    assert!(nothing.api_message().unwrap().contains("'template_name'"));
    let gone = RunTest::new().html("c").seed_list(list);
    let gone = placement.run_test("a@mg.example.com", "b", gone).await.unwrap_err();
    assert_eq!(gone.status().unwrap(), 404);
}
