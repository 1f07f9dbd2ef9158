use std::time::Duration;

use mailgun_analytics::{
    Analytics, BounceClassification, BounceQuery, Filter, LogQuery, Logs, MetricsQuery, Resolution,
    Statistics, StatsQuery, TimeSpan, UsageQuery,
};
use mailgun_core::{Client, Timestamp};
use mailgun_testing::wire::{self, Case, Difference};
use serde_json::Value;

const ZONE: &str = "a numeric zone, as the API description has it";
const ISO_AND_LABEL: &str = "the reference sends text as it is, we send RFC 2822, as the API \
    description has it, and the label, which it requires";
const EMPTY: &str = "what is not set is not sent, and a numeric zone";
const SUBACCOUNTS: &str = "the reference forgets `include_subaccounts`; a numeric zone, and the \
    label, which the API description requires";

const DIFFERENCES: &[Difference] = &[
    Difference {
        case: "metrics.getAccount",
        field: "json",
        theirs: concat!(
            r#"{"end":"2024-12-23T10:47:51.661Z","filter":{"AND":[{"attribute":"domain","#,
            r#""comparator":"contains","values":[{"value":"mailgun"}]}]},"#,
            r#""include_aggregates":true,"include_subaccounts":true,"#,
            r#""metrics":["opened_count"],"resolution":"hour","#,
            r#""start":"2024-12-16T10:47:51.661Z"}"#,
        ),
        ours: concat!(
            r#"{"end":"Mon, 23 Dec 2024 10:47:51 +0000","#,
            r#""filter":{"AND":[{"attribute":"domain","comparator":"contains","#,
            r#""values":[{"label":"mailgun","value":"mailgun"}]}]},"#,
            r#""include_aggregates":true,"include_subaccounts":true,"#,
            r#""metrics":["opened_count"],"resolution":"hour","#,
            r#""start":"Mon, 16 Dec 2024 10:47:51 +0000"}"#,
        ),
        why: ISO_AND_LABEL,
    },
    Difference {
        case: "metrics.getAccount.dates",
        field: "json",
        theirs: concat!(
            r#"{"dimensions":["time","tag"],"duration":"7d","#,
            r#""end":"Mon, 23 Dec 2024 10:47:51 GMT","metrics":["delivered_count","#,
            r#""opened_rate"],"pagination":{"limit":10,"skip":0,"sort":"time:asc"},"#,
            r#""resolution":"day","start":"Mon, 16 Dec 2024 10:47:51 GMT"}"#,
        ),
        ours: concat!(
            r#"{"dimensions":["time","tag"],"duration":"7d","#,
            r#""end":"Mon, 23 Dec 2024 10:47:51 +0000","metrics":["delivered_count","#,
            r#""opened_rate"],"pagination":{"limit":10,"skip":0,"sort":"time:asc"},"#,
            r#""resolution":"day","start":"Mon, 16 Dec 2024 10:47:51 +0000"}"#,
        ),
        why: ZONE,
    },
    Difference {
        case: "metrics.getAccountUsage",
        field: "json",
        theirs: concat!(
            r#"{"end":"2024-12-23T10:47:51.661Z","filter":{"AND":[{"attribute":"domain","#,
            r#""comparator":"contains","values":[{"value":"mailgun"}]}]},"#,
            r#""include_aggregates":true,"include_subaccounts":true,"#,
            r#""metrics":["opened_count"],"resolution":"hour","#,
            r#""start":"2024-12-16T10:47:51.661Z"}"#,
        ),
        ours: concat!(
            r#"{"end":"Mon, 23 Dec 2024 10:47:51 +0000","#,
            r#""filter":{"AND":[{"attribute":"domain","comparator":"contains","#,
            r#""values":[{"label":"mailgun","value":"mailgun"}]}]},"#,
            r#""include_aggregates":true,"include_subaccounts":true,"#,
            r#""metrics":["opened_count"],"resolution":"hour","#,
            r#""start":"Mon, 16 Dec 2024 10:47:51 +0000"}"#,
        ),
        why: ISO_AND_LABEL,
    },
    Difference {
        case: "logs.list",
        field: "json",
        theirs: r#"{"end":"","start":"Mon, 17 Nov 2025 13:00:00 -0000"}"#,
        ours: r#"{"start":"Mon, 17 Nov 2025 13:00:00 +0000"}"#,
        why: EMPTY,
    },
    Difference {
        case: "logs.list.full",
        field: "json",
        theirs: concat!(
            r#"{"end":"Sun, 30 Nov 2025 13:05:00 -0000","events":["accepted","#,
            r#""delivered"],"filter":{"AND":[{"attribute":"domain","comparator":"=","#,
            r#""values":[{"label":"example.com","value":"example.com"}]}]},"#,
            r#""include_subaccounts":false,"include_totals":true,"pagination":{"limit":5,"#,
            r#""sort":"timestamp:asc","token":"t"},"#,
            r#""start":"Mon, 17 Nov 2025 13:00:00 -0000"}"#,
        ),
        ours: concat!(
            r#"{"end":"Sun, 30 Nov 2025 13:05:00 +0000","events":["accepted","#,
            r#""delivered"],"filter":{"AND":[{"attribute":"domain","comparator":"=","#,
            r#""values":[{"label":"example.com","value":"example.com"}]}]},"#,
            r#""include_subaccounts":false,"include_totals":true,"pagination":{"limit":5,"#,
            r#""sort":"timestamp:asc","token":"t"},"#,
            r#""start":"Mon, 17 Nov 2025 13:00:00 +0000"}"#,
        ),
        why: ZONE,
    },
    Difference {
        case: "bounceClassification.list",
        field: "json",
        theirs: concat!(
            r#"{"dimensions":["entity-name","domain.name"],"duration":"48h","#,
            r#""end":"Wed, 31 Dec 2025 13:05:00 -0000","#,
            r#""filter":{"AND":[{"attribute":"domain.name","comparator":"=","#,
            r#""values":[{"value":"example.com"}]}]},"metrics":["critical_bounce_count","#,
            r#""critical_bounce_rate"],"pagination":{"limit":25,"skip":0,"#,
            r#""sort":"entity-name:asc"},"resolution":"day","#,
            r#""start":"Mon, 01 Dec 2025 13:00:00 -0000"}"#,
        ),
        ours: concat!(
            r#"{"dimensions":["entity-name","domain.name"],"duration":"48h","#,
            r#""end":"Wed, 31 Dec 2025 13:05:00 +0000","#,
            r#""filter":{"AND":[{"attribute":"domain.name","comparator":"=","#,
            r#""values":[{"label":"example.com","value":"example.com"}]}]},"#,
            r#""include_subaccounts":true,"metrics":["critical_bounce_count","#,
            r#""critical_bounce_rate"],"pagination":{"limit":25,"skip":0,"#,
            r#""sort":"entity-name:asc"},"resolution":"day","#,
            r#""start":"Mon, 01 Dec 2025 13:00:00 +0000"}"#,
        ),
        why: SUBACCOUNTS,
    },
    Difference {
        case: "stats.getDomain.dates",
        field: "query",
        theirs: concat!(
            "end=Sat, 01 Feb 2025 12:30:45 GMT",
            "&event=opened&resolution=day&start=Wed, 01 Jan 2025 00:00:00 GMT",
        ),
        ours: concat!(
            "end=Sat, 01 Feb 2025 12:30:45 +0000",
            "&event=opened&resolution=day&start=Wed, 01 Jan 2025 00:00:00 +0000",
        ),
        why: ZONE,
    },
];

#[tokio::test]
async fn requests_match_the_reference_client() {
    let prefixes = ["metrics.", "logs.", "bounceClassification.", "stats."];
    let cases = prefixes.map(wire::cases).concat();
    assert_eq!(cases.len(), 11);
    wire::compare(&cases, DIFFERENCES, call).await;
}

async fn call(case: &Case, client: &Client) {
    let analytics = Analytics::new(client);
    match &*case.js_call {
        "mg.metrics.getAccount" => drop(analytics.metrics(metrics(case.arg(0))).next_page().await),
        "mg.metrics.getAccountUsage" => drop(analytics.usage(usage(case.arg(0))).next_page().await),
        "mg.logs.list" => drop(Logs::new(client).query(logs(case.arg(0))).next_page().await),
        "mg.bounceClassification.list" => {
            let bounces = BounceClassification::new(client);
            drop(bounces.query(bounce(case.arg(0))).next_page().await);
        }
        "mg.stats.getDomain" => {
            drop(Statistics::new(client).domain(case.text(0), stats(case.arg(1))).await);
        }
        "mg.stats.getAccount" => drop(Statistics::new(client).account(stats(case.arg(0))).await),
        other => panic!("no method is mapped to {other}"),
    }
}

fn time(value: &Value) -> Timestamp {
    value["$date"].as_str().or(value.as_str()).unwrap().parse().unwrap()
}

fn list(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

fn filter(value: &Value) -> Filter {
    value["AND"].as_array().unwrap().iter().fold(Filter::new(), |filter, condition| {
        let values = condition["values"].as_array().unwrap().iter();
        let values = values.map(|one| one["value"].as_str().unwrap());
        let comparator = condition["comparator"].as_str().unwrap();
        filter.condition(condition["attribute"].as_str().unwrap(), comparator, values)
    })
}

fn days(value: &Value) -> TimeSpan {
    TimeSpan::days(value.as_str().unwrap().strip_suffix('d').unwrap().parse().unwrap())
}

/// Makes a query of the fields of an object and of its pagination.
macro_rules! query {
    ($query:expr, $value:expr, |$params:ident, $field:ident| $($name:literal => $set:expr),* $(,)?) => {{
        let fields = $value.as_object().into_iter().flatten();
        let pagination = $value["pagination"].as_object().into_iter().flatten();
        fields.filter(|(name, _)| *name != "pagination").chain(pagination).fold(
            $query,
            |$params, (name, $field)| match &**name {
                "start" => $params.start(time($field)),
                "end" => $params.end(time($field)),
                $($name => $set,)*
                other => panic!("no setter is mapped to {other}"),
            },
        )
    }};
}

fn metrics(value: &Value) -> MetricsQuery {
    query!(MetricsQuery::new(), value, |query, field|
        "duration" => query.duration(days(field)),
        "resolution" => query.resolution(Resolution::from(field.as_str().unwrap())),
        "dimensions" => query.dimensions(list(field)),
        "metrics" => query.metrics(list(field)),
        "filter" => query.filter(&filter(field)),
        "include_subaccounts" => query.include_subaccounts(field.as_bool().unwrap()),
        "include_aggregates" => query.include_aggregates(field.as_bool().unwrap()),
        "sort" => query.sort(field.as_str().unwrap()),
        "skip" => query.skip(field.as_u64().unwrap()),
        "limit" => query.limit(field.as_u64().unwrap() as u32),
    )
}

fn usage(value: &Value) -> UsageQuery {
    query!(UsageQuery::new(), value, |query, field|
        "resolution" => query.resolution(Resolution::from(field.as_str().unwrap())),
        "metrics" => query.metrics(list(field)),
        "filter" => query.filter(&filter(field)),
        "include_subaccounts" => query.include_subaccounts(field.as_bool().unwrap()),
        "include_aggregates" => query.include_aggregates(field.as_bool().unwrap()),
    )
}

fn logs(value: &Value) -> LogQuery {
    query!(LogQuery::new(), value, |query, field|
        "events" => query.events(list(field)),
        "filter" => query.filter(&filter(field)),
        "include_subaccounts" => query.include_subaccounts(field.as_bool().unwrap()),
        "include_totals" => query.include_totals(field.as_bool().unwrap()),
        "sort" => query.sort(field.as_str().unwrap()),
        "token" => query.token(field.as_str().unwrap()),
        "limit" => query.limit(field.as_u64().unwrap() as u32),
    )
}

fn bounce(value: &Value) -> BounceQuery {
    query!(BounceQuery::new(), value, |query, field|
        "duration" => {
            let hours: u64 = field.as_str().unwrap().strip_suffix('h').unwrap().parse().unwrap();
            query.duration(Duration::from_secs(hours * 3600))
        },
        "resolution" => query.resolution(Resolution::from(field.as_str().unwrap())),
        "dimensions" => query.dimensions(list(field)),
        "metrics" => query.metrics(list(field)),
        "filter" => query.filter(&filter(field)),
        "include_subaccounts" => query.include_subaccounts(field.as_bool().unwrap()),
        "sort" => query.sort(field.as_str().unwrap()),
        "skip" => query.skip(field.as_u64().unwrap()),
        "limit" => query.limit(field.as_u64().unwrap() as u32),
    )
}

fn stats(value: &Value) -> StatsQuery {
    query!(StatsQuery::new(), value, |query, field|
        "event" => match field {
            Value::Array(_) => list(field).into_iter().fold(query, StatsQuery::event),
            _ => query.event(field.as_str().unwrap()),
        },
        "resolution" => query.resolution(Resolution::from(field.as_str().unwrap())),
        "duration" => query.duration(days(field)),
    )
}
