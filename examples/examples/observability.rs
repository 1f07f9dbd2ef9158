//! The trace and the metrics of one send, as OpenTelemetry exports them:
//! `cargo run --example observability`.
//!
//! It always runs against a Mailgun inside this process. The output is in `docs/observability.md`.

use std::{fmt::Write as _, time::Duration};

use mailgun::{Mailgun, messages::Message, metrics::OpenTelemetry};
use mailgun_mock::{Fault, MockMailgun, RateLimit};
use opentelemetry::{
    KeyValue, SpanId,
    metrics::MeterProvider as _,
    trace::{Status, TracerProvider as _},
};
use opentelemetry_sdk::{
    metrics::{
        InMemoryMetricExporter, PeriodicReader, SdkMeterProvider,
        data::{AggregatedMetrics, Metric, MetricData},
    },
    trace::{InMemorySpanExporter, SdkTracerProvider, SpanData},
};
use tracing::Level;
use tracing_subscriber::{Layer as _, filter::Targets, layer::SubscriberExt as _};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    println!("{}", observe().await?);
    Ok(())
}

/// Sends a mail, which Mailgun refuses once because of a rate limit. Returns what was exported.
async fn observe() -> Result<String> {
    // An application exports to a collector instead, with the crate `opentelemetry-otlp`.
    let spans = InMemorySpanExporter::default();
    let metrics = InMemoryMetricExporter::default();

    let tracers = SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(tracers.tracer("shop"))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        .with_filter(Targets::new().with_target("mailgun_core", Level::DEBUG));
    let subscriber = tracing_subscriber::registry().with(layer);
    let _subscribed = tracing::subscriber::set_default(subscriber);

    let reader = PeriodicReader::builder(metrics.clone()).build();
    let meters = SdkMeterProvider::builder().with_reader(reader).build();
    let recorder = OpenTelemetry::new(&meters.meter("mailgun"));

    let mock = MockMailgun::start().await;
    let mailgun: Mailgun = mock.client_builder().metrics(recorder).build()?;
    mock.inject(Fault::rate_limit(RateLimit::RetryAfterSeconds(1)));
    let message = Message::new()
        .from(format!("shop@{}", mock.domain()))
        .to("bob@example.com")
        .subject("Hello")
        .text("Hello, Bob.");
    mailgun.messages(mock.domain()).send(message).await?;

    tracers.force_flush()?;
    meters.force_flush()?;

    let mut text = String::from("trace\n");
    write_spans(&mut text, &spans.get_finished_spans()?, SpanId::INVALID, 1)?;
    text += "metrics\n";
    for export in metrics.get_finished_metrics()? {
        let scopes = export.scope_metrics();
        let mut metrics: Vec<_> = scopes.flat_map(|scope| scope.metrics()).collect();
        metrics.sort_by_key(|metric| metric.name());
        for metric in metrics {
            write_metric(&mut text, metric)?;
        }
    }
    Ok(text)
}

/// Writes the spans below `parent`, with their events and attributes.
fn write_spans(text: &mut String, spans: &[SpanData], parent: SpanId, depth: usize) -> Result<()> {
    let mut children: Vec<_> = spans.iter().filter(|span| span.parent_span_id == parent).collect();
    children.sort_by_key(|span| span.start_time);
    let indent = "  ".repeat(depth);
    for span in children {
        let took = span.end_time.duration_since(span.start_time)?;
        let failed = if matches!(span.status, Status::Error { .. }) { " failed" } else { "" };
        writeln!(text, "{indent}{}  {:?}  {}{failed}", span.name, span.span_kind, ms(took))?;
        let attributes = sorted(&span.attributes);
        writeln!(text, "{indent}  {}", attributes.join(&format!("\n{indent}  ")))?;
        for event in span.events.iter() {
            let attributes = event.attributes.iter().filter(|pair| pair.key.as_str() != "level");
            let attributes = sorted(attributes).join(" ");
            writeln!(text, "{indent}  event: {} ({attributes})", event.name)?;
        }
        write_spans(text, spans, span.span_context.span_id(), depth + 1)?;
    }
    Ok(())
}

fn write_metric(text: &mut String, metric: &Metric) -> Result<()> {
    writeln!(text, "  {} in {}", metric.name(), metric.unit())?;
    let line = |attributes: Vec<_>, value| format!("    {}  {value}", attributes.join(" "));
    let mut lines: Vec<_> = match metric.data() {
        AggregatedMetrics::F64(MetricData::Histogram(histogram)) => histogram
            .data_points()
            .map(|point| {
                let value = format!("{} x, {:.3} s", point.count(), point.sum());
                line(sorted(point.attributes()), value)
            })
            .collect(),
        AggregatedMetrics::U64(MetricData::Sum(sum)) => sum
            .data_points()
            .map(|point| line(sorted(point.attributes()), point.value().to_string()))
            .collect(),
        AggregatedMetrics::I64(MetricData::Sum(sum)) => sum
            .data_points()
            .map(|point| line(sorted(point.attributes()), point.value().to_string()))
            .collect(),
        other => vec![format!("    {other:?}")],
    };
    lines.sort();
    for line in lines {
        writeln!(text, "{line}")?;
    }
    Ok(())
}

fn sorted<'a>(attributes: impl IntoIterator<Item = &'a KeyValue>) -> Vec<String> {
    let pairs = attributes.into_iter();
    let mut texts: Vec<_> = pairs.map(|pair| format!("{}={}", pair.key, pair.value)).collect();
    texts.sort();
    texts
}

fn ms(duration: Duration) -> String {
    format!("{} ms", duration.as_millis())
}

#[tokio::test]
async fn the_docs_show_the_output() {
    let docs = include_str!("../../docs/observability.md");
    let shown = docs.split("```text\ntrace\n").nth(1).unwrap().split("```").next().unwrap();
    let output = observe().await.unwrap();
    // Only times and the port differ from run to run.
    let varying = r"\d+ ms|x, [\d.]+ s|server.port=\d+|(?:elapsed|wait)_ms=\d+";
    let varying = regex_lite::Regex::new(varying).unwrap();
    let same = |text: &str| varying.replace_all(text, "VARYING").into_owned();
    assert_eq!(same(&output), same(&format!("trace\n{shown}")), "{output}");
}
