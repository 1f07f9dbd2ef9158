use opentelemetry::{
    KeyValue,
    metrics::{Counter, Histogram, Meter, UpDownCounter},
};

use super::{AttemptEnd, BUCKETS, CallEnd, ConnectionChange, ConnectionEvent, Recorder, Wait};

/// Records with a meter of OpenTelemetry 0.33.
///
/// The names and attributes are in the [module](super).
///
/// ```no_run
/// use mailgun::{Client, metrics::OpenTelemetry};
///
/// let meter = opentelemetry::global::meter("mailgun");
/// let client = Client::builder("key-0123456789").metrics(OpenTelemetry::new(&meter)).build()?;
/// # let _ = client;
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct OpenTelemetry {
    attempts: Histogram<f64>,
    calls: Histogram<f64>,
    waits: Histogram<f64>,
    opened: Counter<u64>,
    reused: Counter<u64>,
    open: UpDownCounter<i64>,
}

impl OpenTelemetry {
    /// Creates the instruments of the meter.
    pub fn new(meter: &Meter) -> Self {
        let duration = |name: &'static str, description: &'static str| {
            let histogram = meter.f64_histogram(name).with_description(description);
            histogram.with_unit("s").with_boundaries(BUCKETS.to_vec()).build()
        };
        let counter = |name: &'static str, unit: &'static str, description: &'static str| {
            meter.u64_counter(name).with_unit(unit).with_description(description).build()
        };
        Self {
            attempts: duration("http.client.request.duration", "Duration of attempts."),
            calls: duration(
                "mailgun.client.call.duration",
                "Duration of calls with all their attempts.",
            ),
            waits: duration("mailgun.client.wait.duration", "Waits before another attempt."),
            opened: counter(
                "mailgun.client.connections.opened",
                "{connection}",
                "Connections opened.",
            ),
            reused: counter(
                "mailgun.client.connections.reused",
                "{request}",
                "Requests over a connection that was open.",
            ),
            open: meter
                .i64_up_down_counter("mailgun.client.connections.open")
                .with_unit("{connection}")
                .with_description("Connections open now.")
                .build(),
        }
    }
}

impl Recorder for OpenTelemetry {
    fn attempt_ended(&self, attempt: &AttemptEnd<'_>) {
        let mut attributes = vec![
            KeyValue::new("http.request.method", attempt.method.as_str().to_owned()),
            KeyValue::new("server.address", attempt.server_address.to_owned()),
            KeyValue::new("server.port", i64::from(attempt.server_port)),
        ];
        if let Some(template) = attempt.template {
            attributes.push(KeyValue::new("url.template", template));
        }
        if let Some(status) = attempt.status {
            let status = i64::from(status.as_u16());
            attributes.push(KeyValue::new("http.response.status_code", status));
        }
        if let Some(error) = attempt.error_type() {
            attributes.push(KeyValue::new("error.type", error.to_owned()));
        }
        self.attempts.record(attempt.duration.as_secs_f64(), &attributes);
    }

    fn call_ended(&self, call: &CallEnd) {
        let mut attributes = vec![
            KeyValue::new("http.request.method", call.operation.method().as_str().to_owned()),
            KeyValue::new("url.template", call.operation.template()),
            KeyValue::new("mailgun.outcome", call.ending.outcome_label()),
        ];
        if let Some(error) = call.ending.error_type() {
            attributes.push(KeyValue::new("error.type", error));
        }
        self.calls.record(call.duration.as_secs_f64(), &attributes);
    }

    fn wait_began(&self, wait: &Wait) {
        let mut attributes = vec![KeyValue::new("mailgun.wait.reason", wait.reason.as_str())];
        if let Some(template) = wait.template {
            attributes.push(KeyValue::new("url.template", template));
        }
        self.waits.record(wait.duration.as_secs_f64(), &attributes);
    }

    fn connection_changed(&self, connection: &ConnectionEvent<'_>) {
        let attributes = [
            KeyValue::new("server.address", connection.server_address.to_owned()),
            KeyValue::new("server.port", i64::from(connection.server_port)),
        ];
        match connection.change {
            ConnectionChange::Opened => {
                self.opened.add(1, &attributes);
                self.open.add(1, &attributes);
            }
            ConnectionChange::Reused => self.reused.add(1, &attributes),
            ConnectionChange::Closed => self.open.add(-1, &attributes),
        }
    }
}
