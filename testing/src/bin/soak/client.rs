use std::{future::poll_fn, net::SocketAddr, pin::pin, time::Duration};

use mailgun_core::{
    Body, BoxError, Client, Confirmation, Error, Form, HttpService, HttpVersions, Operation,
    Outcome, ResponseBody, Upload,
    bytes::Bytes,
    http::{Request, Response},
    layers::RetryPolicy,
};
use tokio::{select, time::sleep};
use tower::{Service, ServiceExt as _, layer::layer_fn, service_fn};

use crate::{ledger::CallResult, random::Random};

const SEND: Operation = Operation::post("/v3/{domain}/messages");

/// A client of one server. With `spawns`, each attempt runs in a separate task, a moment later.
pub(crate) fn client(
    address: SocketAddr,
    is_http2: bool,
    is_narrow: bool,
    spawns: bool,
) -> Result<Client, Error> {
    let policy = RetryPolicy::default()
        .base_delay(Duration::from_millis(2))
        .max_delay(Duration::from_millis(10))
        .budget(1000.0);
    let builder = Client::builder("key-soak")
        .base_url(format!("http://{address}"))
        .no_proxy()
        .http_versions(if is_http2 { HttpVersions::Http2Only } else { HttpVersions::Http1Only })
        .pool_max_idle_per_host(if is_narrow { 4 } else { 128 })
        // With a narrow server, attempts time out while they wait for a connection or a stream.
        .attempt_timeout(Duration::from_millis(if is_narrow { 30 } else { 200 }))
        .connect_timeout(Duration::from_millis(500))
        .retry(policy);
    if spawns { builder.attempt_layer(layer_fn(spawning)).build() } else { builder.build() }
}

/// A layer that spawns a task for each attempt. The task continues after its caller is dropped.
fn spawning(
    inner: HttpService,
) -> impl Service<
    Request<Body>,
    Response = Response<ResponseBody>,
    Error = BoxError,
    Future: Send + 'static,
> + Clone
+ Send
+ Sync
+ 'static {
    service_fn(move |request: Request<Body>| {
        let inner = inner.clone();
        async move {
            let work = tokio::spawn(async move {
                sleep(Duration::from_millis(1)).await;
                inner.oneshot(request).await
            });
            Ok(work.await??)
        }
    })
}

/// What the program does with one call.
pub(crate) struct Plan {
    content: Content,
    deadline: Option<Duration>,
    end: End,
}

enum Content {
    /// A few hundred bytes.
    Small,
    /// Larger than all buffers.
    Large(usize),
    /// A stream of unknown length, which can be sent only once.
    Stream(usize),
}

enum End {
    Await,
    DropUnpolled,
    DropAfterPolls(u64),
    DropAfter(Duration),
    /// Not polled for a while, then awaited or dropped.
    Leave {
        after: Duration,
        pause: Duration,
        goes_on: bool,
    },
}

impl Plan {
    /// In a burst, the deadline is close to the moment of sending.
    pub(crate) fn new(random: &mut Random, is_burst: bool) -> Self {
        let content = match random.below(1000) {
            0..60 => Content::Large(64 * 1024 + random.below(256 * 1024) as usize),
            60..100 => Content::Stream(random.below(64 * 1024) as usize),
            _ => Content::Small,
        };
        let deadline = match random.below(1000) {
            _ if is_burst => Some(Duration::from_millis(10)),
            0..200 => Some(random.up_to(3)),
            200..500 => Some(random.up_to(20)),
            500..600 => Some(random.up_to(200)),
            _ => None,
        };
        let end = match random.below(1000) {
            0..10 => End::DropUnpolled,
            10..60 => End::DropAfterPolls(1 + random.below(4)),
            60..120 => End::DropAfter(random.up_to(20)),
            120..220 => End::Leave {
                after: random.up_to(10),
                pause: random.up_to(20),
                goes_on: random.chance(700),
            },
            _ => End::Await,
        };
        Self { content, deadline, end }
    }

    /// Sends the message and returns the result of the call.
    pub(crate) async fn carry_out(self, client: &Client, id: usize) -> CallResult {
        let mut form = Form::new();
        form.text("to", "bob@example.com").text("text", format!("mail {id}"));
        match self.content {
            Content::Small => {}
            Content::Large(size) => {
                form.file("attachment", Upload::from_bytes("large.bin", vec![b'x'; size]));
            }
            Content::Stream(size) => {
                let pieces = (0..4)
                    .map(move |_| Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; size / 4 + 1])));
                let pieces = futures_util::stream::iter(pieces);
                form.file("attachment", Upload::from_stream("stream.bin", None, pieces));
            }
        }
        let mut call = client
            .call::<Confirmation>(SEND, &["mg.example.com"])
            .header("x-soak-mail", id.to_string())
            .multipart(form);
        if let Some(deadline) = self.deadline {
            call = call.deadline(deadline);
        }
        let mut call = pin!(call.into_future());
        match self.end {
            End::Await => call_result(call.await),
            End::DropUnpolled => CallResult::Dropped,
            End::DropAfterPolls(mut polls) => {
                let result = poll_fn(|cx| {
                    if polls == 0 {
                        return std::task::Poll::Ready(None);
                    }
                    polls -= 1;
                    call.as_mut().poll(cx).map(Some)
                });
                result.await.map_or(CallResult::Dropped, call_result)
            }
            End::DropAfter(time) => select! {
                result = call => call_result(result),
                () = sleep(time) => CallResult::Dropped,
            },
            End::Leave { after, pause, goes_on } => {
                select! {
                    result = &mut call => return call_result(result),
                    () = sleep(after) => {}
                }
                sleep(pause).await;
                if goes_on { call_result(call.await) } else { CallResult::Dropped }
            }
        }
    }
}

fn call_result(result: Result<Confirmation, Error>) -> CallResult {
    match result {
        Ok(_) => CallResult::Accepted,
        Err(error) if error.outcome() == Outcome::Unknown => CallResult::Unknown,
        Err(error) => CallResult::NotAccepted(error.to_string().into()),
    }
}
