//! The metrics of calls, as OpenTelemetry's exporter and the recorder of `metrics` receive them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::{collections::BTreeSet, time::Duration};

use mailgun_core::{
    Client, ClientBuilder, Operation,
    metrics::{BUCKETS, Facade, OpenTelemetry},
};
use mailgun_testing::{Answer, Scripted, refused};
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use opentelemetry::{KeyValue, metrics::MeterProvider as _};
use opentelemetry_sdk::metrics::{
    InMemoryMetricExporter, PeriodicReader, SdkMeterProvider,
    data::{AggregatedMetrics, Metric, MetricData},
};
use serde_json::Value;

use self::support::{Reaction, Receipt, Server, accepted, mail, response, response_with, within};

const SEND: Operation = Operation::post("/v3/{domain}/messages");
const BOUNCE: Operation = Operation::get("/v3/{domain}/bounces/{address}");

/// A series as Prometheus has it, and its value. The value of a histogram is its number of samples,
/// and the sum of them.
#[derive(Clone, Debug, PartialEq)]
struct Series {
    name: String,
    labels: Vec<(String, String)>,
    value: f64,
    sum: f64,
}

impl Series {
    fn new(name: &str, mut labels: Vec<(String, String)>, value: f64, sum: f64) -> Self {
        for (key, value) in &mut labels {
            if key == "server_port" && value.parse().is_ok_and(|port: u16| port > 0) {
                *value = "PORT".to_owned();
            }
        }
        labels.sort();
        Self { name: name.to_owned(), labels, value, sum }
    }

    /// `name{label="value"} value`
    fn text(&self) -> String {
        let labels: Vec<_> =
            self.labels.iter().map(|(key, value)| format!("{key}={value:?}")).collect();
        format!("{}{{{}}} {}", self.name, labels.join(","), self.value)
    }
}

/// What the crate `metrics` has recorded.
fn recorded(recorder: &DebuggingRecorder) -> Vec<Series> {
    let series = recorder.snapshotter().snapshot().into_vec().into_iter();
    series
        .map(|(key, _, description, value)| {
            assert!(description.is_some(), "{key:?} has no description");
            let labels = key.key().labels();
            let labels = labels.map(|label| (label.key().to_owned(), label.value().to_owned()));
            let (value, sum) = match value {
                DebugValue::Counter(count) => (count as f64, 0.0),
                DebugValue::Gauge(value) => (value.0, 0.0),
                DebugValue::Histogram(samples) => {
                    (samples.len() as f64, samples.iter().map(|sample| sample.0).sum())
                }
            };
            Series::new(key.key().name(), labels.collect(), value, sum)
        })
        .collect()
}

/// What has arrived at the exporter of OpenTelemetry, with the names that Prometheus gives it.
fn exported(exporter: &InMemoryMetricExporter) -> Vec<Series> {
    let exports = exporter.get_finished_metrics().unwrap();
    let Some(last) = exports.last() else { return Vec::new() };
    last.scope_metrics().flat_map(|scope| scope.metrics()).flat_map(series_of).collect()
}

fn series_of(metric: &Metric) -> Vec<Series> {
    let name = metric.name().replace('.', "_");
    let unit = if metric.unit() == "s" { "_seconds" } else { "" };
    match metric.data() {
        AggregatedMetrics::F64(MetricData::Histogram(histogram)) => histogram
            .data_points()
            .map(|point| {
                assert_eq!(point.bounds().collect::<Vec<_>>(), BUCKETS);
                let labels = labels(point.attributes());
                Series::new(&format!("{name}{unit}"), labels, point.count() as f64, point.sum())
            })
            .collect(),
        AggregatedMetrics::U64(MetricData::Sum(sum)) if sum.is_monotonic() => sum
            .data_points()
            .map(|point| {
                let labels = labels(point.attributes());
                Series::new(&format!("{name}_total"), labels, point.value() as f64, 0.0)
            })
            .collect(),
        AggregatedMetrics::I64(MetricData::Sum(sum)) => sum
            .data_points()
            .map(|point| Series::new(&name, labels(point.attributes()), point.value() as f64, 0.0))
            .collect(),
        other => panic!("{name}: {other:?}"),
    }
}

fn labels<'a>(attributes: impl Iterator<Item = &'a KeyValue>) -> Vec<(String, String)> {
    attributes
        .map(|pair| (pair.key.as_str().replace('.', "_"), pair.value.as_str().into_owned()))
        .collect()
}

/// Adds a recorder to a client.
type Measured<'a> = &'a dyn Fn(ClientBuilder) -> ClientBuilder;

/// Runs the scenario with each recorder. Both must have the same series.
async fn measure(scenario: impl AsyncFn(Measured<'_>)) -> Vec<Series> {
    let exporter = InMemoryMetricExporter::default();
    let reader = PeriodicReader::builder(exporter.clone()).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    let recorder = OpenTelemetry::new(&provider.meter("mailgun"));
    scenario(&|builder| builder.metrics(recorder.clone())).await;
    provider.force_flush().unwrap();

    let facade = DebuggingRecorder::new();
    let guard = metrics::set_default_local_recorder(&facade);
    scenario(&|builder| builder.metrics(Facade::new())).await;
    drop(guard);

    let series = exported(&exporter);
    assert_eq!(texts(&series), texts(&recorded(&facade)));
    series
}

/// The texts of all series, by name and labels.
fn texts(series: &[Series]) -> Vec<String> {
    let mut series: Vec<_> = series.iter().collect();
    series.sort_by_key(|series| (&series.name, &series.labels));
    series.into_iter().map(Series::text).collect()
}

/// The series whose names have this beginning.
fn named(series: &[Series], beginning: &str) -> Vec<String> {
    texts(series).into_iter().filter(|text| text.starts_with(beginning)).collect()
}

async fn send(client: &Client) {
    let call = client.call::<Receipt>(SEND, &["mg.example.com"]).multipart(mail());
    let _ = within(call.into_future()).await;
}

async fn get_bounce(client: &Client) {
    let segments = ["mg.example.com", "bob@example.com"];
    let _ = within(client.call::<Value>(BOUNCE, &segments).into_future()).await;
}

#[tokio::test]
async fn a_send_is_one_attempt_one_call_and_one_connection() {
    let series = measure(async |measured| {
        let server = Server::always(accepted()).await;
        send(&measured(server.builder()).build().unwrap()).await;
        server.closed().await;
    })
    .await;
    let server = r#"server_address="127.0.0.1",server_port="PORT""#;
    assert_eq!(
        texts(&series),
        [
            format!(
                r#"http_client_request_duration_seconds{{http_request_method="POST",http_response_status_code="200",{server},url_template="/v3/{{domain}}/messages"}} 1"#
            ),
            r#"mailgun_client_call_duration_seconds{http_request_method="POST",mailgun_outcome="success",url_template="/v3/{domain}/messages"} 1"#.to_owned(),
            format!("mailgun_client_connections_open{{{server}}} 0"),
            format!("mailgun_client_connections_opened_total{{{server}}} 1"),
        ]
    );
}

#[tokio::test]
async fn an_idempotent_call_that_is_retried_is_two_attempts_and_a_wait() {
    let series = measure(async |measured| {
        let ok = response("200 OK", "{}");
        let server = Server::script(vec![response("503 X", ""), ok]).await;
        get_bounce(&measured(server.builder()).build().unwrap()).await;
    })
    .await;
    let attempts = named(&series, "http_client_request_duration_seconds");
    assert_eq!(attempts.len(), 2, "{attempts:?}");
    assert!(attempts[0].contains(r#"{error_type="503",http_"#), "{attempts:?}");
    assert!(attempts[1].contains(r#"http_response_status_code="200""#), "{attempts:?}");
    assert!(!attempts[1].contains("error_type"), "{attempts:?}");
    let template = r#"url_template="/v3/{domain}/bounces/{address}""#;
    assert_eq!(
        named(&series, "mailgun_client_wait"),
        [format!(
            r#"mailgun_client_wait_duration_seconds{{mailgun_wait_reason="backoff",{template}}} 1"#
        )]
    );
    assert_eq!(
        named(&series, "mailgun_client_call"),
        [format!(
            r#"mailgun_client_call_duration_seconds{{http_request_method="GET",mailgun_outcome="success",{template}}} 1"#
        )]
    );
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_rate_limit_is_as_long_as_mailgun_asks() {
    let series = measure(async |measured| {
        let limited = Answer::new(429, "").header("retry-after", "30");
        let service = Scripted::script(vec![limited, Answer::new(200, r#"{"id":"<1>"}"#)]);
        let client = service.client_with(measured(Client::builder("key-test")));
        client.call::<Receipt>(SEND, &["mg.example.com"]).multipart(mail()).await.unwrap();
    })
    .await;
    let wait = series.iter().find(|series| series.name.starts_with("mailgun_client_wait")).unwrap();
    assert!(wait.labels.contains(&("mailgun_wait_reason".into(), "rate_limit".into())), "{wait:?}");
    assert!((30.0..32.0).contains(&wait.sum), "{wait:?}");
    let call = series.iter().find(|series| series.name.starts_with("mailgun_client_call")).unwrap();
    assert!((30.0..32.0).contains(&call.sum), "the call includes its wait: {call:?}");
    let attempt = series.iter().find(|series| series.name.starts_with("http_client")).unwrap();
    assert!(attempt.sum < 1.0, "an attempt does not include the wait: {attempt:?}");
}

/// `outcome error` of the only call.
async fn ending(scenario: impl AsyncFn(Measured<'_>)) -> String {
    let series = measure(scenario).await;
    let mut calls = series.iter().filter(|series| series.name.contains("client_call"));
    let (Some(call), None) = (calls.next(), calls.next()) else { panic!("{series:?}") };
    let label = |key: &str| {
        let found = call.labels.iter().find(|(name, _)| name == key);
        found.map_or("none", |(_, value)| value).to_owned()
    };
    format!("{} {}", label("mailgun_outcome"), label("error_type"))
}

#[tokio::test]
async fn an_unknown_outcome_is_told_apart() {
    for (reaction, expected) in [
        (Reaction::Reset, "unknown transport"),
        (response("500 X", ""), "unknown api"),
        (response("200 OK", "nonsense"), "unknown decode"),
        (response("400 X", ""), "rejected api"),
        (response_with("429 X", &[("retry-after", "900")], ""), "rejected rate_limited"),
    ] {
        let ending = ending(async |measured| {
            let server = Server::always(reaction.clone()).await;
            send(&measured(server.builder()).build().unwrap()).await;
        });
        assert_eq!(ending.await, expected, "{reaction:?}");
    }
    let nowhere = ending(async |measured| {
        send(&measured(mailgun_testing::builder(&refused())).build().unwrap()).await;
    });
    assert_eq!(nowhere.await, "not_sent connect");
}

#[tokio::test]
async fn a_call_that_is_dropped_or_times_out_is_reported_once() {
    let dropped = ending(async |measured| {
        let server = Server::always(Reaction::Silence).await;
        let client = measured(server.builder()).build().unwrap();
        let call = client.call::<Receipt>(SEND, &["mg.example.com"]).multipart(mail());
        let arrived = async {
            while !server.requests().iter().any(|request| request.is_whole) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let sending = async {
            let _ = call.await;
        };
        within(futures_util::future::select(Box::pin(sending), Box::pin(arrived))).await;
    });
    assert_eq!(dropped.await, "unknown cancelled");

    let late = async |measured: Measured<'_>| {
        let server = Server::always(Reaction::Silence).await;
        let builder = server.builder().total_timeout(Duration::from_secs(2));
        send(&measured(builder).build().unwrap()).await;
    };
    assert_eq!(ending(late).await, "unknown timeout");
    let attempts = named(&measure(late).await, "http_client_request");
    assert!(attempts.len() == 1 && attempts[0].contains(r#"error_type="cancelled""#));
}

#[tokio::test]
async fn connections_are_counted_as_opened_reused_and_open() {
    let series = measure(async |measured| {
        let server = Server::always(accepted()).await;
        let client = measured(server.builder()).build().unwrap();
        for _ in 0..3 {
            send(&client).await;
        }
        // Two at once need a second connection.
        futures_util::future::join(send(&client), send(&client)).await;
        assert_eq!(server.connections(), 2);
    })
    .await;
    let connections: Vec<_> = named(&series, "mailgun_client_connections")
        .iter()
        .map(|text| text.replace(r#"{server_address="127.0.0.1",server_port="PORT"}"#, ""))
        .collect();
    assert_eq!(
        connections,
        [
            "mailgun_client_connections_open 2",
            "mailgun_client_connections_opened_total 2",
            "mailgun_client_connections_reused_total 3",
        ]
    );
}

/// Every kind of series.
async fn everything() -> Vec<Series> {
    measure(async |measured| {
        let limited = response_with("429 X", &[("retry-after", "0")], "");
        let server =
            Server::script(vec![limited, accepted(), response("404 X", ""), accepted()]).await;
        let client = measured(server.builder()).build().unwrap();
        send(&client).await;
        get_bounce(&client).await;
        send(&client).await;
    })
    .await
}

#[tokio::test]
async fn no_label_holds_a_domain_or_an_address() {
    let series = everything().await;
    assert!(series.len() > 6);
    for text in texts(&series) {
        assert!(!text.contains("example.com") && !text.contains('@'), "{text}");
    }
}

#[tokio::test]
async fn the_dashboard_asks_for_metrics_and_labels_that_exist() {
    let series = everything().await;
    let names: BTreeSet<_> = series.iter().map(|series| series.name.clone()).collect();
    let labels = series.iter().flat_map(|series| &series.labels);
    let labels: BTreeSet<_> = labels.map(|(key, _)| key.clone()).collect();

    let dashboard: Value =
        serde_json::from_str(include_str!("../../../docs/grafana-dashboard.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let queries: Vec<_> = panels
        .iter()
        .flat_map(|panel| panel["targets"].as_array().unwrap())
        .map(|target| target["expr"].as_str().unwrap())
        .collect();
    assert!(queries.len() >= panels.len());

    let name = regex_lite::Regex::new(r"\b(?:http|mailgun)_client_[a-z_]+").unwrap();
    let grouping = regex_lite::Regex::new(r"by \(([a-z_, ]+)\)").unwrap();
    let selector = regex_lite::Regex::new(r#"([a-z_]+)(?:=~|!=|!~|=)""#).unwrap();
    let mut asked = BTreeSet::new();
    for query in queries {
        let in_query: Vec<_> = name.find_iter(query).map(|found| found.as_str()).collect();
        assert!(!in_query.is_empty(), "{query}");
        for name in in_query {
            let base = ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end));
            let base = base.unwrap_or(name);
            assert!(names.contains(base), "`{name}` is not exported: {query}");
            assert_eq!(base.ends_with("_seconds"), base != name, "not a histogram: {query}");
            asked.insert(base.to_owned());
        }
        let groups = grouping.captures_iter(query).flat_map(|found| {
            found.get(1).unwrap().as_str().split(", ").map(str::to_owned).collect::<Vec<_>>()
        });
        let selected =
            selector.captures_iter(query).map(|found| found.get(1).unwrap().as_str().to_owned());
        for label in groups.chain(selected).filter(|label| label != "le") {
            assert!(labels.contains(&label), "no series has `{label}`: {query}");
        }
    }
    assert_eq!(asked, names, "the dashboard leaves a metric out");
}
