//! A server that reads each message completely and responds like the service.
//!
//! It is cheap, so that the clients dominate the measurements: one thread, no HTTP library, and it
//! checks only the end of a body. Its first line of output is `listening HOST:PORT`. For each line
//! of input, it prints what it has received since the last one. It exits at the end of its input.

#![allow(clippy::print_stdout, reason = "prints its address and reports")]

use std::{
    io::{self, BufRead as _},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use mailgun_benches::{
    Result,
    fixtures::{PATH, RECEIPT},
    seen::Seen,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

type Shared = Arc<Mutex<Seen>>;

fn main() -> Result<()> {
    let seen = Shared::default();
    let talker = Arc::clone(&seen);
    thread::spawn(move || {
        for _ in io::stdin().lock().lines().map_while(io::Result::ok) {
            let since = std::mem::take(&mut *talker.lock().unwrap_or_else(PoisonError::into_inner));
            println!("{}", serde_json::to_string(&since).unwrap_or_default());
        }
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("listening {}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            update(&seen, |seen| seen.connections += 1);
            let seen = Arc::clone(&seen);
            tokio::spawn(async move {
                if let Err(error) = serve(stream, &seen).await {
                    update(&seen, |seen| seen.error = Some(error.to_string()));
                }
            });
        }
    })
}

fn update(seen: &Shared, change: impl FnOnce(&mut Seen)) {
    change(&mut seen.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Serves the requests of a connection in order.
async fn serve(mut stream: TcpStream, seen: &Shared) -> Result<()> {
    let response = response();
    let mut buffer = vec![0; 256 * 1024];
    let mut filled = 0;
    loop {
        let (head_length, head) = loop {
            let received = buffer.get(..filled).unwrap_or_default();
            if let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") {
                break (end + 4, Head::parse(received.get(..end).unwrap_or_default())?);
            }
            let room = buffer.get_mut(filled..).unwrap_or_default();
            match stream.read(room).await {
                Ok(read @ 1..) => filled += read,
                // The client has closed the connection between requests.
                Ok(_) | Err(_) if filled == 0 => return Ok(()),
                Ok(_) => return Err("a request broke off, or its head is too long".into()),
                Err(error) => return Err(error.into()),
            }
        };
        let mut tail = Tail::default();
        tail.push(buffer.get(head_length..filled).unwrap_or_default());
        let mut body = filled - head_length;
        while body < head.length {
            match stream.read(&mut buffer).await? {
                0 => return Err("a body broke off".into()),
                read => {
                    tail.push(buffer.get(..read).unwrap_or_default());
                    body += read;
                }
            }
        }
        if body > head.length {
            return Err("a body is longer than declared".into());
        }
        // Some clients end the body with a line break.
        let end = format!("--{}--", head.boundary);
        if !tail.0.trim_ascii_end().ends_with(end.as_bytes()) {
            return Err("a body does not end as multipart does".into());
        }
        filled = 0;
        update(seen, |seen| {
            seen.calls += 1;
            seen.body_bytes += body as u64;
        });
        stream.write_all(response.as_bytes()).await?;
    }
}

struct Head {
    length: usize,
    boundary: String,
}

impl Head {
    fn parse(head: &[u8]) -> Result<Self> {
        let head = std::str::from_utf8(head)?;
        let mut lines = head.split("\r\n");
        if lines.next() != Some(&*format!("POST {PATH} HTTP/1.1")) {
            return Err("a request is for another path".into());
        }
        let (mut length, mut boundary, mut has_key) = (None, None, false);
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                length = Some(value.parse()?);
            } else if name.eq_ignore_ascii_case("content-type") {
                boundary = value.strip_prefix("multipart/form-data; boundary=");
            } else if name.eq_ignore_ascii_case("authorization") {
                has_key = value.starts_with("Basic ");
            }
        }
        match (length, boundary) {
            (Some(length), Some(boundary)) if has_key => {
                Ok(Self { length, boundary: boundary.trim_matches('"').to_owned() })
            }
            _ => Err("a request has no key, no length, or no boundary".into()),
        }
    }
}

/// The last bytes of a body.
#[derive(Default)]
struct Tail(Vec<u8>);

impl Tail {
    fn push(&mut self, bytes: &[u8]) {
        const KEPT: usize = 128;
        let bytes = bytes.get(bytes.len().saturating_sub(KEPT)..).unwrap_or_default();
        let surplus = (self.0.len() + bytes.len()).saturating_sub(KEPT);
        self.0.drain(..surplus.min(self.0.len()));
        self.0.extend_from_slice(bytes);
    }
}

/// The recorded response to a send, with the headers of the service.
fn response() -> String {
    format!(
        "HTTP/1.1 200 OK\r\n\
         access-control-allow-origin: *\r\n\
         cache-control: no-store\r\n\
         content-length: {}\r\n\
         content-type: application/json\r\n\
         date: Mon, 10 May 2021 09:12:52 GMT\r\n\
         strict-transport-security: max-age=63072000; includeSubDomains\r\n\
         x-ratelimit-limit: 2000000\r\n\
         x-ratelimit-remaining: 1999999\r\n\
         x-ratelimit-reset: 1620637982656\r\n\
         x-xss-protection: 1; mode=block\r\n\
         \r\n{RECEIPT}",
        RECEIPT.len()
    )
}
