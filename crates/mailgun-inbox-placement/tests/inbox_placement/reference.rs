use mailgun_core::{Client, Timestamp};
use mailgun_inbox_placement::{
    CreateSeedList, InboxPlacement, ListResults, ListSeedLists, RunTest, UpdateSeedList,
};
use mailgun_testing::wire::{self, Case, Difference};
use serde_json::Value;

const DIFFERENCES: &[Difference] = &[Difference {
    case: "inboxPlacements.results.list.query",
    field: "query",
    theirs: "ascending=true&cursor=&limit=5&offset=1&provider=gmail.com&sender=a@example.com&sort=\
             &subject=subject value&target_email=t@example.com\
             &time_after=2024-08-09T14:32:57.183Z&time_before=2024-08-11T14:32:57.183Z",
    ours: "ascending=true&cursor=&limit=5&offset=1&provider=gmail.com&sender=a@example.com&sort=\
           &subject=subject value&target_email=t@example.com\
           &time_after=2024-08-09T14:32:57.183000Z&time_before=2024-08-11T14:32:57.183000Z",
    why: "the same times, to the microsecond",
}];

#[tokio::test]
async fn requests_match_the_reference_client() {
    let cases = wire::cases("inboxPlacements.");
    assert_eq!(cases.len(), 16);
    wire::compare(&cases, DIFFERENCES, call).await;
}

async fn call(case: &Case, client: &Client) {
    let placement = InboxPlacement::new(client);
    let (lists, results) = (placement.seed_lists(), placement.results());
    let method = case.js_call.strip_prefix("mg.inboxPlacements.").unwrap();
    match method {
        "runTest" => {
            let text = |name: &str| case.arg(0)[name].as_str().unwrap();
            let test = run_test(case.arg(0));
            drop(placement.run_test(text("from"), text("subject"), test).await);
        }
        "providers.list" => drop(placement.providers().await),
        "seedsLists.list" => drop(lists.list(list_seed_lists(case.arg(0))).next_page().await),
        "seedsLists.create" => drop(lists.create(create(case.arg(0))).await),
        "seedsLists.update" => drop(lists.update(case.text(0), update(case.arg(1))).await),
        "seedsLists.attributes.list" => drop(lists.attributes().await),
        "seedsLists.attributes.get" => drop(lists.attribute(case.text(0)).await),
        "results.list" => drop(results.list(list_results(case.arg(0))).next_page().await),
        "results.get" => drop(results.get(case.text(0)).await),
        "results.getResultByShareId" => drop(results.get_shared(case.text(0)).await),
        "results.attributes.list" => drop(results.attributes().await),
        "results.filters.list" => drop(results.filters().await),
        "results.sharing.get" => drop(results.sharing(case.text(0)).await),
        other => panic!("no method is mapped to {other}"),
    }
}

fn fields(data: &Value) -> impl Iterator<Item = (&str, &Value)> {
    data.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn time(value: &Value) -> Timestamp {
    value["$date"].as_str().unwrap().parse().unwrap()
}

fn all(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(values) => values.iter().map(|value| value.as_str().unwrap()).collect(),
        value => vec![value.as_str().unwrap()],
    }
}

fn run_test(data: &Value) -> RunTest {
    fields(data).fold(RunTest::new(), |test, (name, value)| match name {
        "from" | "subject" => test,
        "html" => test.html(value.as_str().unwrap()),
        "template_name" => test.template_name(value.as_str().unwrap()),
        "variables" => test.variables(value),
        "seed_list" => test.seed_list(value.as_str().unwrap()),
        "provider_filter" => all(value).into_iter().fold(test, RunTest::provider_filter),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn list_seed_lists(query: &Value) -> ListSeedLists {
    fields(query).fold(ListSeedLists::new(), |params, (name, value)| match name {
        "limit" => params.limit(value.as_u64().unwrap() as u32),
        "sort" => params.sort(value.as_str().unwrap()),
        // The service has no such filters; the reference passes on whatever it gets.
        "created_at" => params.extra("created_at", value["$date"].as_str().unwrap()),
        "last_result_at" => params.extra("last_result_at", "2024-08-10T00:00:00.000Z"),
        "updated_at" => params.extra("updated_at", value.as_str().unwrap()),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn create(data: &Value) -> CreateSeedList {
    fields(data).fold(CreateSeedList::new(), |params, (name, value)| match name {
        "name" => params.name(value.as_str().unwrap()),
        "seed_filter" => params.seed_filter(value.as_str().unwrap()),
        "remote_id" => params.remote_id(value.as_str().unwrap()),
        "sending_domains" => {
            all(value).into_iter().fold(params, |params, domain| params.sending_domains(domain))
        }
        other => panic!("no setter is mapped to {other}"),
    })
}

fn update(data: &Value) -> UpdateSeedList {
    fields(data).fold(UpdateSeedList::new(), |params, (name, value)| match name {
        "name" => params.name(value.as_str().unwrap()),
        "provider_filter" => params.provider_filter(value.as_str().unwrap()),
        "sending_domains" => params.sending_domains(value.as_str().unwrap()),
        "shuffle" => params.shuffle(value.as_bool().unwrap()),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn list_results(query: &Value) -> ListResults {
    fields(query).fold(ListResults::new(), |params, (name, value)| {
        let text = || value.as_str().unwrap();
        match name {
            "sender" => params.sender(text()),
            "subject" => params.subject(text()),
            "provider" => params.provider(text()),
            "target_email" => params.target_email(text()),
            "time_after" => params.time_after(time(value)),
            "time_before" => params.time_before(time(value)),
            "cursor" => params.cursor(text()),
            "sort" => params.sort(text()),
            "offset" => params.offset(value.as_u64().unwrap()),
            "ascending" => params.ascending(value.as_bool().unwrap()),
            "limit" => params.limit(value.as_u64().unwrap() as u32),
            other => panic!("no setter is mapped to {other}"),
        }
    })
}
