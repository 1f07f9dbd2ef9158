//! Calls, listings, batches and pollers without async.

#![cfg(all(feature = "blocking", feature = "full"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use mailgun::{
    Client, ErrorKind, Mailgun, Operation, Outcome, Poller,
    blocking::{Blocking as _, BlockingStream as _, block_on},
    messages::{Attachment, Batch, Message},
    suppressions::{ListSuppressions, NewBounce},
};
use mailgun_mock::MockMailgun;
use serde_json::Value;

const DOMAINS: Operation = Operation::get("/v4/domains");

fn start() -> (MockMailgun, Mailgun) {
    let mock = block_on(MockMailgun::start()).unwrap();
    let mailgun = mock.client().into();
    (mock, mailgun)
}

fn message(mock: &MockMailgun) -> Message {
    Message::new().from(format!("a@{}", mock.domain())).to("b@example.com").subject("s").text("t")
}

#[test]
fn a_program_without_async_sends_lists_and_polls() {
    let (mock, mailgun) = start();
    let messages = mailgun.messages(mock.domain());
    let file = Attachment::from_path(file!().strip_prefix("crates/mailgun/").unwrap());
    messages.send(message(&mock).attachment(file.wait().unwrap())).wait().unwrap();
    assert!(!mock.sent()[0].attachments()[0].bytes.is_empty());
    let error = messages.send(Message::new()).wait().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);

    let recipients = (0..5).map(|number| format!("r{number}@example.com"));
    let batch = || {
        let batch = Batch::new().from(format!("a@{}", mock.domain())).subject("s").text("t");
        batch.to_all(recipients.clone()).chunk_size(2)
    };
    assert_eq!(messages.send_batch(batch()).wait().unwrap().accepted(), 5);
    let results = messages.send_batch(batch()).into_stream().wait_each();
    assert_eq!(results.map(|result| result.unwrap().recipients.len()).sum::<usize>(), 5);

    let bounces = mailgun.suppressions(mock.domain()).bounces();
    let entries = (0..5).map(|number| NewBounce::new(format!("r{number}@example.com")));
    let chunks = block_on(bounces.create_many(entries)).unwrap();
    assert!(chunks.iter().all(|chunk| chunk.result.is_ok()));
    let pager = || bounces.list(ListSuppressions::new().limit(2));
    assert_eq!(pager().collect().wait().unwrap().len(), 5);
    let addresses: Vec<_> =
        pager().into_items().wait_each().map(|it| it.unwrap().address).collect();
    assert_eq!(addresses.len(), 5);

    let client = mailgun.client().clone();
    let calls = AtomicUsize::new(0);
    let poller = Poller::new(
        move || client.call::<Value>(DOMAINS, &[]),
        move |_| calls.fetch_add(1, Ordering::SeqCst) == 2,
    );
    let poller = poller.every(Duration::from_millis(1)).within(Duration::from_secs(10));
    assert!(poller.wait().unwrap()["items"].is_array());
}

#[test]
fn all_calls_and_threads_share_the_connections() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    thread::spawn(move || {
        for socket in listener.incoming() {
            counter.fetch_add(1, Ordering::SeqCst);
            thread::spawn(move || {
                let mut socket = socket.unwrap();
                let lines = BufReader::new(socket.try_clone().unwrap()).lines();
                for _ in lines.map_while(Result::ok).filter(String::is_empty) {
                    socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
                }
            });
        }
    });
    let client = Client::builder("key-test").base_url(&url).build().unwrap();
    for _ in 0..20 {
        client.call::<Value>(DOMAINS, &[]).wait().unwrap();
    }
    let other = client.clone();
    thread::spawn(move || other.call::<Value>(DOMAINS, &[]).wait().unwrap()).join().unwrap();
    assert_eq!(connections.load(Ordering::SeqCst), 1);

    let waiting: Vec<_> = (0..4)
        .map(|_| {
            let client = client.clone();
            thread::spawn(move || client.call::<Value>(DOMAINS, &[]).wait().unwrap())
        })
        .collect();
    waiting.into_iter().for_each(|thread| drop(thread.join().unwrap()));
}

async fn refuses_to_block() {
    let mock = MockMailgun::start().await;
    let mailgun: Mailgun = mock.client().into();
    let messages = mailgun.messages(mock.domain());
    let error = messages.send(message(&mock)).wait().unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::AsyncContext, Outcome::NotSent));
    assert!(error.to_string().contains("`.await`"), "{error}");

    let bounces = mailgun.suppressions(mock.domain()).bounces();
    let mut items = bounces.list(ListSuppressions::new()).into_items().wait_each();
    assert_eq!(items.next().unwrap().unwrap_err().kind(), ErrorKind::AsyncContext);
    assert!(items.next().is_none());
    assert!(mock.requests().is_empty());

    // Nothing is left of the attempt.
    messages.send(message(&mock)).await.unwrap();
    let sent = message(&mock);
    let receipt = tokio::task::spawn_blocking(move || messages.send(sent).wait()).await.unwrap();
    receipt.unwrap();
    assert_eq!(mock.sent().len(), 2);
}

#[tokio::test]
async fn async_code_gets_an_error_and_spawn_blocking_works() {
    refuses_to_block().await;
    tokio::spawn(refuses_to_block()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_several_threads_it_is_the_same_and_block_in_place_works() {
    refuses_to_block().await;
    tokio::spawn(refuses_to_block()).await.unwrap();
    let mock = MockMailgun::start().await;
    let client = mock.client();
    let call = client.call::<Value>(DOMAINS, &[]);
    tokio::task::block_in_place(|| call.wait()).unwrap();
}

#[test]
fn a_program_that_has_a_runtime_may_wait_beside_it() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mock = runtime.block_on(MockMailgun::start());
    let client = mock.client();
    runtime.block_on(client.call::<Value>(DOMAINS, &[]).into_future()).unwrap();
    client.call::<Value>(DOMAINS, &[]).wait().unwrap();
    let _context = runtime.enter();
    client.call::<Value>(DOMAINS, &[]).wait().unwrap();
}
