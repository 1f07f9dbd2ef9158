//! A large attachment is never held in memory, not even for a retry.
//!
//! Alone in its file: the peak is that of the whole process.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use mailgun_messages::{Attachment, Messages};
use mailgun_testing::listen_elsewhere;
use peak_alloc::PeakAlloc;
use support::{Scratch, complete};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const FILE: usize = 24 * 1024 * 1024;
const MOST: usize = 4 * 1024 * 1024;
/// Prime, so that pieces of the file that change places are noticed.
const PERIOD: usize = 251;
const BUFFER: usize = 16 * 1024;

/// What a server saw of a request.
#[derive(Debug, PartialEq)]
struct Seen {
    declared: usize,
    body: usize,
    is_file_whole: bool,
}

#[test]
fn a_large_file_is_sent_and_retried_in_bounded_memory() {
    let pattern: Vec<u8> = (0..BUFFER + PERIOD).map(|i| (i % PERIOD) as u8).collect();
    let file = {
        let content: Vec<u8> = pattern[..PERIOD].iter().copied().cycle().take(FILE).collect();
        Scratch::new("large.bin", &content)
    };
    let (seen, requests) = mpsc::channel();
    let number = AtomicUsize::new(0);
    let pattern = Arc::new(pattern);
    // One connection for each request, the second of which is refused for its rate.
    let address = listen_elsewhere(move |mut socket| {
        let response = match number.fetch_add(1, Ordering::SeqCst) {
            1 => response("429 Too Many Requests", "Retry-After: 0\r\n", "{}"),
            _ => response("200 OK", "", support::ACCEPTED),
        };
        let (seen, pattern) = (seen.clone(), Arc::clone(&pattern));
        async move {
            seen.send(read_request(&mut socket, &pattern).await).unwrap();
            socket.write_all(response.as_bytes()).await.unwrap();
        }
    });

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let client = mailgun_testing::client(format!("http://{address}"));
    let messages = Messages::new(&client, "mg.example.com");
    for attempts in [1, 2] {
        let attachment = runtime.block_on(Attachment::from_path(file.path())).unwrap();
        let call = messages.send(complete().attachment(attachment));
        let before = ALLOCATOR.current_usage();
        ALLOCATOR.reset_peak_usage();
        let response = runtime.block_on(call.response()).unwrap();
        let grown = ALLOCATOR.peak_usage() - before;
        assert_eq!(response.attempts(), attempts);
        assert!(grown < MOST, "{attempts} attempt(s) took {grown} bytes");
        // The pieces of the file do pass through memory: the measure measures.
        assert!(grown > 64 * 1024, "{grown} bytes cannot hold a piece");
        for _ in 0..attempts {
            let seen = requests.recv_timeout(Duration::from_secs(10)).unwrap();
            assert!(seen.is_file_whole, "{seen:?}");
            assert_eq!(seen.declared, seen.body);
            assert!(seen.body > FILE && seen.body < FILE + 4096, "{seen:?}");
        }
    }
}

fn response(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Reads a request in small pieces, and compares the file in it with the pattern on the way.
async fn read_request(socket: &mut TcpStream, pattern: &[u8]) -> Seen {
    let mut buffer = [0; BUFFER];
    let mut filled = 0;
    // The heads of the request and of the part before the file fit in one buffer.
    let start = loop {
        let read = socket.read(&mut buffer[filled..]).await.unwrap();
        assert!(read > 0, "the request ended before the file");
        filled += read;
        if let Some(at) = find(&buffer[..filled], b"filename=\"large.bin\"")
            && let Some(end) = find(&buffer[at..filled], b"\r\n\r\n")
        {
            break at + end + 4;
        }
    };
    let head = find(&buffer, b"\r\n\r\n").unwrap() + 4;
    let text = str::from_utf8(&buffer[..head]).unwrap().to_ascii_lowercase();
    let (_, declared) = text.split_once("content-length: ").unwrap();
    let declared: usize = declared.lines().next().unwrap().parse().unwrap();

    let mut body = filled - head;
    let mut compared = 0;
    let mut is_file_whole = true;
    let mut piece = start..filled;
    loop {
        let file = (FILE - compared).min(piece.len());
        let expected = &pattern[compared % PERIOD..][..file];
        is_file_whole &= &buffer[piece.start..piece.start + file] == expected;
        compared += file;
        if body >= declared {
            break;
        }
        let read = socket.read(&mut buffer).await.unwrap();
        assert!(read > 0, "the request ended after {body} of {declared} bytes");
        body += read;
        piece = 0..read;
    }
    Seen { declared, body, is_file_whole: is_file_whole && compared == FILE }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
