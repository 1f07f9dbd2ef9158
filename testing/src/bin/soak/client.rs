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

use crate::{ledger::Told, random::Random};

const SEND: Operation = Operation::post("/v3/{domain}/messages");

/// A client of one server; with `spawns`, each attempt runs in a task of its own, a moment later.
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
        // On a narrow way attempts run out of time while they wait for a connection or a stream.
        .attempt_timeout(Duration::from_millis(if is_narrow { 30 } else { 200 }))
        .connect_timeout(Duration::from_millis(500))
        .retry(policy);
    if spawns { builder.attempt_layer(layer_fn(spawning)).build() } else { builder.build() }
}

/// A layer that leaves the work to a task, which goes on when its caller is gone.
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

/// What is done with one call.
pub(crate) struct Plan {
    content: Content,
    deadline: Option<Duration>,
    end: End,
}

enum Content {
    /// A few hundred bytes.
    Small,
    /// More than the buffers on the way hold.
    Large(usize),
    /// Of no known length: it can be sent once.
    Stream(usize),
}

enum End {
    Await,
    DropUnpolled,
    DropAfterPolls(u64),
    DropAfter(Duration),
    /// Kept in scope without being polled, and then polled to its end or dropped.
    Leave {
        after: Duration,
        pause: Duration,
        goes_on: bool,
    },
}

impl Plan {
    /// In a burst the deadline lies around the moment of sending.
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

    /// Sends the mail, and says what the call says of it.
    pub(crate) async fn carry_out(self, client: &Client, id: usize) -> Told {
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
            End::Await => told(call.await),
            End::DropUnpolled => Told::Nothing,
            End::DropAfterPolls(mut polls) => {
                let result = poll_fn(|cx| {
                    if polls == 0 {
                        return std::task::Poll::Ready(None);
                    }
                    polls -= 1;
                    call.as_mut().poll(cx).map(Some)
                });
                result.await.map_or(Told::Nothing, told)
            }
            End::DropAfter(time) => select! {
                result = call => told(result),
                () = sleep(time) => Told::Nothing,
            },
            End::Leave { after, pause, goes_on } => {
                select! {
                    result = &mut call => return told(result),
                    () = sleep(after) => {}
                }
                sleep(pause).await;
                if goes_on { told(call.await) } else { Told::Nothing }
            }
        }
    }
}

fn told(result: Result<Confirmation, Error>) -> Told {
    match result {
        Ok(_) => Told::Accepted,
        Err(error) if error.outcome() == Outcome::Unknown => Told::Unknown,
        Err(error) => Told::NotAccepted(error.to_string().into()),
    }
}
