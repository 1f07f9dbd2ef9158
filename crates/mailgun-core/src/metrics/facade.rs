use ::metrics::{
    Label, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

use super::{AttemptEnd, CallEnd, ConnectionChange, ConnectionEvent, Recorder, Wait};

const ATTEMPTS: &str = "http_client_request_duration_seconds";
const CALLS: &str = "mailgun_client_call_duration_seconds";
const WAITS: &str = "mailgun_client_wait_duration_seconds";
const OPENED: &str = "mailgun_client_connections_opened_total";
const REUSED: &str = "mailgun_client_connections_reused_total";
const OPEN: &str = "mailgun_client_connections_open";

/// Records with the recorder of the crate [`metrics`](https://docs.rs/metrics) 0.24 that the
/// application has installed.
///
/// The names are those of Prometheus; see the [module](super). Pass [`BUCKETS`](super::BUCKETS) to
/// the exporter: without buckets, `metrics-exporter-prometheus` writes summaries.
///
/// ```no_run
/// use mailgun::{Client, metrics::Facade};
///
/// // Install a recorder first, for example with `metrics-exporter-prometheus`:
/// // PrometheusBuilder::new().set_buckets(&mailgun::metrics::BUCKETS)?.install()?;
/// let client = Client::builder("key-0123456789").metrics(Facade::new()).build()?;
/// # let _ = client;
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Facade {}

impl Facade {
    /// Describes the metrics to the recorder. Install the recorder first.
    #[expect(clippy::new_without_default, reason = "it has an effect")]
    pub fn new() -> Self {
        describe_histogram!(ATTEMPTS, Unit::Seconds, "Duration of attempts.");
        describe_histogram!(CALLS, Unit::Seconds, "Duration of calls with all their attempts.");
        describe_histogram!(WAITS, Unit::Seconds, "Waits before another attempt.");
        describe_counter!(OPENED, Unit::Count, "Connections opened.");
        describe_counter!(REUSED, Unit::Count, "Requests over a connection that was open.");
        describe_gauge!(OPEN, Unit::Count, "Connections open now.");
        Self {}
    }
}

impl Recorder for Facade {
    fn attempt_ended(&self, attempt: &AttemptEnd<'_>) {
        let mut labels = vec![
            Label::new("http_request_method", attempt.method.as_str().to_owned()),
            Label::new("server_address", attempt.server_address.to_owned()),
            Label::new("server_port", attempt.server_port.to_string()),
        ];
        if let Some(template) = attempt.template {
            labels.push(Label::new("url_template", template));
        }
        if let Some(status) = attempt.status {
            labels.push(Label::new("http_response_status_code", status.as_str().to_owned()));
        }
        if let Some(error) = attempt.error_type() {
            labels.push(Label::new("error_type", error.to_owned()));
        }
        histogram!(ATTEMPTS, labels).record(attempt.duration);
    }

    fn call_ended(&self, call: &CallEnd) {
        let mut labels = vec![
            Label::new("http_request_method", call.operation.method().as_str().to_owned()),
            Label::new("url_template", call.operation.template()),
            Label::new("mailgun_outcome", call.ending.outcome_label()),
        ];
        if let Some(error) = call.ending.error_type() {
            labels.push(Label::new("error_type", error));
        }
        histogram!(CALLS, labels).record(call.duration);
    }

    fn wait_began(&self, wait: &Wait) {
        let mut labels = vec![Label::new("mailgun_wait_reason", wait.reason.as_str())];
        if let Some(template) = wait.template {
            labels.push(Label::new("url_template", template));
        }
        histogram!(WAITS, labels).record(wait.duration);
    }

    fn connection_changed(&self, connection: &ConnectionEvent<'_>) {
        let labels = vec![
            Label::new("server_address", connection.server_address.to_owned()),
            Label::new("server_port", connection.server_port.to_string()),
        ];
        match connection.change {
            ConnectionChange::Opened => {
                counter!(OPENED, labels.clone()).increment(1);
                gauge!(OPEN, labels).increment(1.0);
            }
            ConnectionChange::Reused => counter!(REUSED, labels).increment(1),
            ConnectionChange::Closed => gauge!(OPEN, labels).decrement(1.0),
        }
    }
}
