//! Receiving webhooks and inbound mail with axum, while another process posts them.
//!
//! The measured process is the server, on one thread. The program `poster` signs requests with new
//! tokens, posts them over connections that stay open, and takes the time.

use std::{
    convert::Infallible,
    env,
    hint::black_box,
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use axum::{Router, extract::Request, http::StatusCode, routing::post};
use http_body_util::BodyExt as _;
use mailgun::{
    events::Event,
    webhooks::receive::{InboundMail, SigningKey, Verified, Verifier},
};
use tokio::net::TcpListener;

use crate::{
    Result,
    case::{Case, Effort, Who, Workload},
    drive::{Order, Outcome, Probe},
    fixtures::KEY,
    probe::{MemoryMark, cpu_time},
};

/// The path that requests are posted to.
pub const PATH: &str = "/mailgun";

/// The key that signs the requests.
///
/// # Errors
///
/// None for this key.
pub fn signing_key() -> Result<SigningKey> {
    Ok(SigningKey::new(KEY)?)
}

/// Serves the case, and measures it.
pub(crate) async fn measure(order: &Order, probe: &mut dyn Probe) -> Result<Outcome> {
    let Effort { warm, rounds, messages } = order.effort;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut poster = Poster::start(listener.local_addr()?, order.case)?;
    let router = router(order.case)?;
    tokio::spawn(async move { axum::serve(listener, router).await });

    // Opens the connections.
    poster.post(order.case.tasks).await?;
    let mark = MemoryMark::set();
    poster.post(warm).await?;

    let mut nanos = Vec::with_capacity(rounds);
    probe.begin();
    let cpu = cpu_time();
    for _ in 0..rounds {
        nanos.push(poster.post(messages).await? / messages as f64);
    }
    let cpu = cpu_time().saturating_sub(cpu);
    probe.end();

    let counted = order.effort.counted();
    Ok(Outcome {
        calls: order.case.tasks + warm + counted,
        nanos,
        cpu_nanos: cpu.as_nanos() as f64 / counted as f64,
        resident: mark.and_then(MemoryMark::growth),
    })
}

fn router(case: Case) -> Result<Router> {
    let verifier = Verifier::new(signing_key()?);
    Ok(match (case.who, case.workload) {
        (Who::Raw, _) => Router::new().route(PATH, post(read)),
        (_, Workload::Inbound) => {
            Router::new().route(PATH, post(handle::<InboundMail>)).with_state(verifier)
        }
        _ => Router::new().route(PATH, post(handle::<Event>)).with_state(verifier),
    })
}

/// Reads the body and does nothing with it.
async fn read(request: Request) -> StatusCode {
    match request.into_body().collect().await {
        Ok(body) => {
            black_box(body.to_bytes());
            StatusCode::OK
        }
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

/// Takes a payload that was verified, typed, and claimed.
async fn handle<T>(verified: Verified<T>) -> StatusCode {
    let handled = verified.handle(|payload| async move {
        black_box(payload);
        Ok::<_, Infallible>(())
    });
    handled.await
}

/// The program that posts requests. It exits at the end of its input, and so with this process.
struct Poster {
    process: Child,
    ask: Option<ChildStdin>,
    answers: Option<BufReader<ChildStdout>>,
}

impl Poster {
    fn start(address: SocketAddr, case: Case) -> Result<Self> {
        let program =
            env::current_exe()?.with_file_name(format!("poster{}", env::consts::EXE_SUFFIX));
        let mut process = Command::new(program)
            .args([address.to_string(), case.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let ask = process.stdin.take();
        let answers = process.stdout.take().map(BufReader::new);
        Ok(Self { process, ask, answers })
    }

    /// Posts this number of requests, and returns the time in nanoseconds.
    async fn post(&mut self, requests: usize) -> Result<f64> {
        if requests == 0 {
            return Ok(0.0);
        }
        writeln!(self.ask.as_mut().ok_or("the poster has ended")?, "{requests}")?;
        let mut answers = self.answers.take().ok_or("the poster has ended")?;
        // This thread serves in the meantime.
        let (answers, line) = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            let read = answers.read_line(&mut line);
            (answers, read.map(|_| line))
        })
        .await?;
        self.answers = Some(answers);
        let line = line?;
        line.trim().parse().map_err(|_| format!("the poster failed: {line}").into())
    }
}

impl Drop for Poster {
    fn drop(&mut self) {
        self.ask = None;
        let _ = self.process.wait();
    }
}
