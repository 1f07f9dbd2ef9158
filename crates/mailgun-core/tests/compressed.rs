//! Compressed responses that were not requested.
#![cfg(feature = "transport")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use mailgun_core::{Error, ErrorKind, Operation, Outcome};
use serde_json::Value;

use self::support::{Reaction, Receipt, Server, everything, mail};

const SEND: Operation = Operation::post("/v3/{domain}/messages");
const LIST: Operation = Operation::get("/v4/domains");
const DOMAIN: &[&str] = &["mg.example.com"];

/// The same two responses in each encoding.
const ENCODINGS: [(&str, &[u8], &[u8]); 5] = [
    ("gzip", include_bytes!("fixtures/accepted.gz"), include_bytes!("fixtures/refused.gz")),
    ("GZIP", include_bytes!("fixtures/accepted.gz"), include_bytes!("fixtures/refused.gz")),
    ("x-gzip", include_bytes!("fixtures/accepted.gz"), include_bytes!("fixtures/refused.gz")),
    ("deflate", include_bytes!("fixtures/accepted.zlib"), include_bytes!("fixtures/refused.zlib")),
    (
        "deflate",
        include_bytes!("fixtures/accepted.deflate"),
        include_bytes!("fixtures/refused.deflate"),
    ),
];

fn encoded(status: &str, encoding: &str, body: &[u8]) -> Reaction {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-encoding: {encoding}\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    Reaction::Response([head.as_bytes(), body].concat())
}

async fn send(reaction: Reaction) -> Result<Receipt, Error> {
    let server = Server::always(reaction).await;
    let outcome = server.client().call(SEND, DOMAIN).multipart(mail()).await;
    assert_eq!(server.count(), 1, "a send was repeated");
    outcome
}

/// Checks that an error shows neither compressed bytes nor replacement characters.
fn assert_is_text(error: &Error) {
    let text = everything(error);
    assert!(
        text.chars().all(|it| it != '\u{fffd}' && (!it.is_control() || it == '\n')),
        "{text:?}"
    );
}

#[tokio::test]
async fn an_unsupported_encoding_is_an_error() {
    for encoding in ["br", "zstd", "gzip, gzip", "canary"] {
        let error = send(encoded("200 OK", encoding, b"\x1f\x8b\x08\xff\0")).await.unwrap_err();
        // Mailgun has accepted the message, but its ID cannot be read.
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Unknown));
        assert_eq!(error.status().unwrap(), 200);
        assert!(error.to_string().contains("the response is compressed"), "{error}");
        assert!(error.hint().unwrap().contains("success"), "{error}");
        assert!(!error.to_string().contains("canary"), "{error}");
        assert_is_text(&error);

        for (status, outcome) in
            [("400 Bad Request", Outcome::Rejected), ("413 X", Outcome::Rejected)]
        {
            let error = send(encoded(status, encoding, b"\x1f\x8b\x08\xff\0")).await.unwrap_err();
            assert_eq!(error.status().unwrap().as_str(), &status[..3]);
            assert_eq!((error.outcome(), error.api_message()), (outcome, None));
            assert!(error.to_string().contains("the response is compressed"), "{error}");
            assert_is_text(&error);
        }
        let error = send(encoded("401 Unauthorized", encoding, b"\x1f\x8b")).await.unwrap_err();
        assert!(error.hint().unwrap().contains("API key"), "{error}");

        let server = Server::always(encoded("200 OK", encoding, b"\x1f\x8b\x08\xff\0")).await;
        let error = server.client().call::<Value>(LIST, &[]).stream().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
    }
}

#[tokio::test]
async fn identity_encoding_and_an_empty_body_are_not_errors() {
    for encoding in ["identity", "Identity", ""] {
        let receipt = send(encoded("200 OK", encoding, support::ACCEPTED.as_bytes())).await;
        assert_eq!(receipt.unwrap().id, "<1@mg.example.com>", "{encoding}");
    }
    for encoding in ["gzip", "deflate", "br"] {
        let server = Server::always(encoded("200 OK", encoding, b"")).await;
        server.client().call::<()>(LIST, &[]).await.unwrap();
    }
}

#[cfg(not(feature = "gzip"))]
#[tokio::test]
async fn without_the_feature_the_error_suggests_it() {
    for (encoding, accepted, refused) in ENCODINGS {
        let name = encoding.to_ascii_lowercase();
        let error = send(encoded("200 OK", encoding, accepted)).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Unknown));
        assert_eq!(error.status().unwrap(), 200);
        let error = (error, send(encoded("400 Bad Request", encoding, refused)).await.unwrap_err());
        assert_eq!((error.1.kind(), error.1.outcome()), (ErrorKind::Api, Outcome::Rejected));
        for error in [error.0, error.1] {
            let text = error.to_string();
            assert!(text.contains(&format!("compressed as {name}")), "{text}");
            assert!(text.contains("enable the feature `gzip`"), "{text}");
            assert_is_text(&error);
        }
    }
}

#[cfg(feature = "gzip")]
mod gzip {
    use std::{io::Write as _, time::Duration};

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    #[tokio::test]
    async fn compressed_responses_are_read() {
        for (encoding, accepted, refused) in ENCODINGS {
            let receipt = send(encoded("200 OK", encoding, accepted)).await;
            assert_eq!(receipt.expect(encoding).id, "<1@mg.example.com>");
            let error = send(encoded("400 Bad Request", encoding, refused)).await.unwrap_err();
            assert_eq!(error.api_message(), Some("'to' parameter is not a valid address"));
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Api, Outcome::Rejected));

            let server = Server::always(encoded("200 OK", encoding, accepted)).await;
            let download = server.client().call::<Value>(LIST, &[]).stream().await.unwrap();
            assert_eq!((download.size(), download.headers().get("content-encoding")), (None, None));
            assert_eq!(download.bytes(1000).await.unwrap(), support::ACCEPTED);
        }
    }

    #[tokio::test]
    async fn compressed_responses_are_read_byte_by_byte() {
        for (encoding, accepted, _) in ENCODINGS {
            let Reaction::Response(response) = encoded("200 OK", encoding, accepted) else {
                panic!()
            };
            let pieces = response.iter().map(|byte| vec![*byte]).collect();
            let receipt = send(Reaction::Drip(pieces, Duration::from_micros(1))).await;
            assert_eq!(receipt.expect(encoding).id, "<1@mg.example.com>");
        }
    }

    #[tokio::test]
    async fn a_response_that_cannot_be_decompressed_keeps_its_status() {
        for (encoding, accepted, refused) in ENCODINGS {
            let mut garbled = accepted.to_vec();
            garbled[15..20].fill(0xff);
            let cut = &accepted[..accepted.len() - 12];
            for body in [&garbled, cut, b"\xff"] {
                let error = send(encoded("200 OK", encoding, body)).await.unwrap_err();
                assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Unknown));
                assert_eq!(error.status().unwrap(), 200, "{error}");
                assert_is_text(&error);
            }
            let error =
                send(encoded("400 Bad Request", encoding, &refused[..9])).await.unwrap_err();
            assert_eq!(
                (error.status().unwrap().as_u16(), error.outcome()),
                (400, Outcome::Rejected)
            );
            assert_is_text(&error);
        }
    }

    #[tokio::test]
    async fn the_size_limit_applies_to_the_decompressed_body() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![b' '; 64 << 20]).unwrap();
        let bomb = encoder.finish().unwrap();
        let server = Server::always(encoded("200 OK", "gzip", &bomb)).await;
        let client = server.builder().max_response_bytes(100_000).build().unwrap();
        let error = client.call::<Value>(LIST, &[]).await.unwrap_err();
        assert!(error.to_string().contains("larger than the limit of 100000 bytes"), "{error}");

        let server = Server::always(encoded("400 Bad Request", "gzip", &bomb)).await;
        let error = server.client().call::<Value>(LIST, &[]).await.unwrap_err();
        assert_eq!((error.status().unwrap().as_u16(), error.body().len()), (400, 64 << 10));
    }
}
