//! Lists that are too long for one call.

#![cfg(feature = "transport")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use futures_util::StreamExt as _;
use mailgun_core::{Chunks, Client, Confirmation, Error, Operation};

use self::support::{Recorded, Server, response};

const ADD: Operation = Operation::post("/v3/{domain}/complaints").idempotent();
const DONE: &str = r#"{"message": "done"}"#;

fn chunks(client: Client, count: u32) -> Chunks<Confirmation> {
    Chunks::new((0..count).collect(), 1000, move |rows| {
        client.call(ADD, &["mg.example.com"]).json(rows)
    })
}

fn rows(request: &Recorded) -> Vec<u32> {
    serde_json::from_slice(&request.body).unwrap()
}

async fn service() -> Server {
    Server::always(response("200 OK", DONE)).await
}

#[tokio::test]
async fn rows_are_sent_in_order_and_a_failed_chunk_does_not_stop_the_others() {
    let server = Server::new(|request| match request.index {
        1 => response("400 Bad Request", r#"{"message": "no"}"#),
        _ => response("200 OK", DONE),
    })
    .await;
    let results = chunks(server.client(), 2500).await;
    let outcomes: Vec<_> =
        results.iter().map(|chunk| (chunk.positions.clone(), chunk.result.is_ok())).collect();
    assert_eq!(outcomes, [(0..1000, true), (1000..2000, false), (2000..2500, true)]);
    let refused = results[1].result.as_ref().unwrap_err();
    assert_eq!(refused.status().unwrap(), 400);
    assert_eq!(refused.operation(), Some(ADD));

    let sent: Vec<_> = server.requests().iter().map(rows).collect();
    assert_eq!(sent.iter().map(Vec::len).collect::<Vec<_>>(), [1000, 1000, 500]);
    assert_eq!(sent.concat(), (0..2500).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_empty_list_sends_nothing_and_a_full_chunk_one_call() {
    let server = service().await;
    assert!(chunks(server.client(), 0).await.is_empty());
    assert_eq!(server.count(), 0);
    assert_eq!(chunks(server.client(), 1000).await.len(), 1);
    assert_eq!(chunks(server.client(), 1001).await[1].positions, 1000..1001);
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_chunk_has_at_least_one_row() {
    let server = service().await;
    let client = server.client();
    let call = move |rows: &[u8]| client.call::<Confirmation>(ADD, &["a.b"]).json(rows);
    assert_eq!(Chunks::new(vec![1, 2], 0, call).await.len(), 2);
    let bodies: Vec<_> = server.requests().iter().map(|it| it.text().to_owned()).collect();
    assert_eq!(bodies, ["[1]", "[2]"]);
}

#[tokio::test]
async fn options_are_set_on_every_call() {
    let server = service().await;
    let mut number = 0;
    let results = chunks(server.client(), 2500)
        .each(|call| call.subaccount("sub-1"))
        .each(move |call| {
            number += 1;
            call.header("x-number", number.to_string())
        })
        .await;
    assert!(results.iter().all(|chunk| chunk.result.is_ok()));
    let requests = server.requests();
    let of = |name| requests.iter().map(|it| it.header(name).unwrap()).collect::<Vec<_>>();
    assert_eq!(of("x-mailgun-on-behalf-of"), ["sub-1", "sub-1", "sub-1"]);
    assert_eq!(of("x-number"), ["1", "2", "3"]);
}

#[tokio::test]
async fn a_chunk_with_an_invalid_call_is_not_sent() {
    let server = service().await;
    let client = server.client();
    let chunks = Chunks::new(vec![1, 2, 3], 1, move |rows: &[u8]| {
        let call = client.call::<Confirmation>(ADD, &["a.b"]).json(rows);
        if rows == [2] { call.with_error(Error::invalid("rows", "is odd")) } else { call }
    });
    let results: Vec<_> = chunks.await.into_iter().map(|chunk| chunk.result.is_ok()).collect();
    assert_eq!(results, [true, false, true]);
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn chunks_are_sent_only_on_request() {
    let server = service().await;
    let mut by_hand = chunks(server.client(), 2500);
    assert_eq!(format!("{by_hand:?}"), "Chunks { calls_left: 3 }");
    assert_eq!(by_hand.next().await.unwrap().positions, 0..1000);
    assert_eq!(server.count(), 1);
    assert_eq!(by_hand.await.len(), 2);
    assert_eq!(server.count(), 3);

    let server = service().await;
    let mut ended = chunks(server.client(), 1);
    assert!(ended.next().await.is_some());
    assert!(ended.next().await.is_none());
    assert_eq!(server.count(), 1);

    let server = service().await;
    let mut stream = Box::pin(chunks(server.client(), 2500).into_stream());
    assert_eq!(server.count(), 0);
    assert_eq!(stream.next().await.unwrap().positions, 0..1000);
    assert_eq!(stream.next().await.unwrap().positions, 1000..2000);
    assert_eq!(server.count(), 2);
    drop(stream);
    assert_eq!(server.count(), 2);
}
