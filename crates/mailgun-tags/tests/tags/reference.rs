use mailgun_core::{Client, Timestamp};
use mailgun_tags::{DomainTags, ListDomainTags, ListTags, Resolution, StatsQuery, Tags, TimeSpan};
use mailgun_testing::wire::{self, Case, Difference};
use serde_json::Value;

const DIFFERENCES: &[Difference] = &[
    Difference {
        case: "tags.destroy",
        field: "content type",
        theirs: "application/x-www-form-urlencoded",
        ours: "application/json",
        why: "the reference labels JSON as a form",
    },
    Difference {
        case: "domains.domainTags.statistic.query",
        field: "query",
        theirs: "duration=3m&event=opened&resolution=month&start=Fri, 01 Apr 2012 00:00:00 +0000",
        ours: "duration=3m&event=opened&resolution=month&start=Sun, 01 Apr 2012 00:00:00 +0000",
        why: "that day was a Sunday; the reference sends text as it is, we send dates",
    },
];

#[tokio::test]
async fn requests_match_the_reference_client() {
    let cases = [wire::cases("tags."), wire::cases("domains.domainTags.")].concat();
    assert_eq!(cases.len(), 15);
    wire::compare(&cases, DIFFERENCES, call).await;
}

async fn call(case: &Case, client: &Client) {
    let tags = Tags::new(client);
    let domain = |case: &Case| DomainTags::new(client, case.text(0));
    match &*case.js_call {
        "mg.tags.list" => drop(tags.list(list(case.arg(0))).next_page().await),
        "mg.tags.limits" => drop(tags.limits().await),
        "mg.tags.update" => drop(tags.update(case.text(0), case.text(1)).await),
        "mg.tags.destroy" => drop(tags.delete(case.text(0)).await),
        "mg.domains.domainTags.list" => {
            let limit = case.arg(1)["limit"].as_u64();
            let params = limit
                .into_iter()
                .fold(ListDomainTags::new(), |params, limit| params.limit(limit as u32));
            drop(domain(case).list(params).next_page().await);
        }
        "mg.domains.domainTags.get" => drop(domain(case).get(case.text(1)).await),
        "mg.domains.domainTags.update" => {
            drop(domain(case).update(case.text(1), case.text(2)).await);
        }
        "mg.domains.domainTags.destroy" => drop(domain(case).delete(case.text(1)).await),
        "mg.domains.domainTags.statistic" => {
            drop(domain(case).stats(case.text(1), stats(case.arg(2))).await);
        }
        "mg.domains.domainTags.countries" => drop(domain(case).countries(case.text(1)).await),
        "mg.domains.domainTags.providers" => drop(domain(case).providers(case.text(1)).await),
        "mg.domains.domainTags.devices" => drop(domain(case).devices(case.text(1)).await),
        other => panic!("no method is mapped to {other}"),
    }
}

fn list(query: &Value) -> ListTags {
    let pagination = query["pagination"].as_object().into_iter().flatten();
    let fields = query.as_object().into_iter().flatten().filter(|(name, _)| *name != "pagination");
    fields.chain(pagination).fold(ListTags::new(), |params, (name, value)| match &**name {
        "tag" => params.tag(value.as_str().unwrap()),
        "include_subaccounts" => params.include_subaccounts(value.as_bool().unwrap()),
        "include_metrics" => params.include_metrics(value.as_bool().unwrap()),
        "include_total" => params.include_total(value.as_bool().unwrap()),
        "sort" => params.sort(value.as_str().unwrap()),
        "skip" => params.skip(value.as_u64().unwrap()),
        "limit" => params.limit(value.as_u64().unwrap() as u32),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn stats(query: &Value) -> StatsQuery {
    query.as_object().unwrap().iter().fold(StatsQuery::new(), |stats, (name, value)| {
        let text = value.as_str().unwrap();
        match &**name {
            "event" => stats.event(text),
            "start" => stats.start(text.parse::<Timestamp>().unwrap()),
            "resolution" => stats.resolution(Resolution::from(text)),
            "duration" => {
                stats.duration(TimeSpan::months(text.strip_suffix('m').unwrap().parse().unwrap()))
            }
            other => panic!("no setter is mapped to {other}"),
        }
    })
}
