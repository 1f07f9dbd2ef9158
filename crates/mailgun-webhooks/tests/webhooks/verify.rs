use std::{
    convert::Infallible,
    future::ready,
    sync::{Arc, Mutex},
    time::Duration,
};

use mailgun_core::{bytes::Bytes, http::StatusCode};
use mailgun_webhooks::receive::{
    ClaimId, Limits, MemoryTokens, ReceiveError, Signature, StoreFuture, TokenState, TokenStore,
    Unverified, Verifier,
    testing::{InboundForm, SignedRequest, sign, sign_now},
};
use serde_json::json;

use crate::support::{Clock, event, key, receive, verifier};

const TOKEN: &str = "8c0f9e1d2c3b4a5968778695a4b3c2d1e0f1a2b3c4d5e6f708";
const SIGNED_AT: i64 = 1_529_006_854;

fn signature() -> Signature {
    sign(&key("right"), &SIGNED_AT.to_string(), TOKEN)
}

#[tokio::test]
async fn events_and_mail_signed_for_tests_are_verified() {
    let verifier = verifier();
    let request = SignedRequest::event(&key("right"), &event());
    assert!(receive(&verifier, request).await.is_ok());
    let mail = || InboundForm::new().field("recipient", "a@b.c").field("body-plain", "é&=+ \r\n");
    assert!(receive(&verifier, mail().sign(&key("right"))).await.is_ok());
    let request = mail().attachment("a\"b.txt", "text/plain", "hello").sign(&key("right"));
    assert!(receive(&verifier, request).await.is_ok());
    let request = SignedRequest::event(&key("wrong"), &event());
    let error = receive(&verifier, request).await.unwrap_err();
    assert!(matches!(error, ReceiveError::BadSignature));
}

#[tokio::test]
async fn the_old_and_the_new_key_are_accepted_during_rotation() {
    let verifier = Verifier::builder(key("new")).key(key("old")).build();
    for (name, is_right) in [("new", true), ("old", true), ("older", false)] {
        let request = SignedRequest::event(&key(name), &event());
        assert_eq!(receive(&verifier, request).await.is_ok(), is_right, "{name}");
    }
}

#[tokio::test]
async fn replayed_and_stale_are_distinct_errors() {
    let clock = Clock::at(SIGNED_AT);
    let verifier = Verifier::builder(key("right")).clock(clock.reader()).build();
    let request = SignedRequest::event_with(&signature(), &event());
    let verified = receive(&verifier, request.clone()).await.unwrap();
    assert_eq!(verified.handle(|_| ready(Ok::<_, Infallible>(()))).await, StatusCode::OK);

    let replayed = receive(&verifier, request.clone()).await.unwrap_err();
    assert!(matches!(replayed, ReceiveError::Replayed), "{replayed}");
    // Nothing of the body is signed: the token alone keeps another one out.
    let forged = SignedRequest::event_with(&signature(), &json!({"event": "complained"}));
    assert!(matches!(receive(&verifier, forged).await.unwrap_err(), ReceiveError::Replayed));

    clock.set(SIGNED_AT + 10 * 3600);
    let stale = receive(&verifier, request).await.unwrap_err();
    assert!(matches!(stale, ReceiveError::Stale), "{stale}");
    for error in [replayed, stale] {
        assert_eq!(error.status(), StatusCode::NOT_ACCEPTABLE);
    }
}

#[test]
fn max_age_and_clock_skew_are_exact_limits() {
    let at = |offset: i64| {
        Verifier::builder(key("right"))
            .max_age(Duration::from_secs(100))
            .clock_skew(Duration::from_secs(10))
            .clock(Clock::at(SIGNED_AT + offset).reader())
            .build()
            .check(&signature())
    };
    for (offset, is_fresh) in [(0, true), (100, true), (101, false), (-10, true), (-11, false)] {
        assert_eq!(at(offset).is_ok(), is_fresh, "{offset}");
    }
    assert!(matches!(at(101).unwrap_err(), ReceiveError::Stale));
    assert!(matches!(at(-11).unwrap_err(), ReceiveError::InFuture));
}

#[tokio::test]
async fn a_request_is_not_lost_while_the_clock_of_the_receiver_is_behind() {
    let clock = Clock::at(SIGNED_AT - 3600);
    let verifier = Verifier::builder(key("right")).clock(clock.reader()).build();
    let request = SignedRequest::event_with(&signature(), &event());
    // Mailgun gives up after 406, and posts the request again after 503.
    let error = receive(&verifier, request.clone()).await.unwrap_err();
    assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE, "{error}");
    clock.set(SIGNED_AT + 600);
    assert!(receive(&verifier, request).await.is_ok());
    // A stranger cannot sign, whatever the clock says.
    let forged = sign(&key("wrong"), &(SIGNED_AT + 7200).to_string(), TOKEN);
    let error = verifier.check(&forged).unwrap_err();
    assert_eq!(error.status(), StatusCode::NOT_ACCEPTABLE);
}

#[test]
fn the_last_retry_of_mailgun_is_within_the_default_max_age() {
    let minutes = [10, 10, 15, 30, 60, 120, 240].iter().sum::<i64>();
    for (age, is_fresh) in [(minutes * 60 + 60, true), (12 * 3600, false)] {
        let clock = Clock::at(SIGNED_AT + age);
        let verifier = Verifier::builder(key("right")).clock(clock.reader()).build();
        assert_eq!(verifier.check(&signature()).is_ok(), is_fresh);
    }
}

#[tokio::test]
async fn characters_moved_between_timestamp_and_token_are_refused() {
    // The digits of this token read as an exponent, a fraction or milliseconds.
    let whole = format!("{SIGNED_AT}e0123{TOKEN}");
    let verifier = Verifier::builder(key("right")).clock(Clock::at(SIGNED_AT).reader()).build();
    for cut in 1..whole.len() {
        let (timestamp, token) = whole.split_at(cut);
        let is_right = verifier.check(&sign(&key("right"), timestamp, token)).is_ok();
        assert_eq!(is_right, cut == SIGNED_AT.to_string().len(), "{timestamp}");
    }
    let millis = format!("{SIGNED_AT}123");
    assert!(verifier.check(&sign(&key("right"), &millis, TOKEN)).is_err());
}

#[tokio::test]
async fn the_signature_of_the_parent_account_is_accepted_or_required() {
    let signed = |own: &str, parent: Option<&str>| {
        let mut signature = sign_now(&key(own));
        let Signature { timestamp, token, .. } = &signature;
        signature.parent_signature =
            parent.map(|parent| sign(&key(parent), timestamp, token).signature);
        signature
    };
    let of_parent = Verifier::new(key("parent"));
    let of_subaccount = Verifier::new(key("sub"));
    let of_both = Verifier::builder(key("sub")).require_parent_key(key("parent")).build();
    for (own, parent, expected) in [
        ("sub", Some("parent"), [true, true, true]),
        ("sub", None, [false, true, false]),
        ("parent", None, [true, false, false]),
        ("sub", Some("wrong"), [false, true, false]),
        ("wrong", Some("parent"), [true, false, false]),
        ("wrong", Some("sub"), [false, true, false]),
        ("wrong", Some("wrong"), [false, false, false]),
        ("parent", Some("sub"), [true, true, false]),
    ] {
        for (verifier, is_right) in [&of_parent, &of_subaccount, &of_both].iter().zip(expected) {
            let result = verifier.check(&signed(own, parent));
            assert_eq!(result.is_ok(), is_right, "{own} {parent:?}");
        }
    }
    // One token, whichever signature counts: no replay by leaving the other one out.
    let signature = signed("sub", Some("parent"));
    let both = Verifier::builder(key("sub")).key(key("parent")).build();
    both.claim(&signature).await.unwrap().commit().await.unwrap();
    let mut other = signature.clone();
    other.signature.clear();
    assert!(matches!(both.claim(&other).await.unwrap_err(), ReceiveError::Replayed));

    let request = SignedRequest::event_with(&signed("sub", Some("parent")), &event());
    assert!(receive(&of_parent, request).await.is_ok());
    let form = InboundForm::new().field("body-plain", "x");
    assert!(receive(&of_parent, form.with(&signed("sub", Some("parent")))).await.is_ok());
}

#[tokio::test]
async fn only_a_handler_that_fails_receives_the_retry() {
    let verifier = verifier();
    let request = SignedRequest::event(&key("right"), &event());

    let first = receive(&verifier, request.clone()).await.unwrap();
    let error = receive(&verifier, request.clone()).await.unwrap_err();
    assert!(matches!(error, ReceiveError::InProgress));
    assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
    let status = first.handle(|_| ready(Err::<(), _>("the database is gone"))).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);

    let second = receive(&verifier, request.clone()).await.unwrap();
    assert_eq!(second.handle(|_| ready(Ok::<_, Infallible>(()))).await, StatusCode::OK);
    let error = receive(&verifier, request).await.unwrap_err();
    assert!(matches!(error, ReceiveError::Replayed));
}

#[tokio::test]
async fn a_406_commits_the_token_and_any_2xx_becomes_200() {
    for (handled, answered, is_final) in [
        (StatusCode::OK, StatusCode::OK, true),
        (StatusCode::NO_CONTENT, StatusCode::OK, true),
        (StatusCode::NOT_ACCEPTABLE, StatusCode::NOT_ACCEPTABLE, true),
        (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND, false),
        (StatusCode::BAD_GATEWAY, StatusCode::BAD_GATEWAY, false),
    ] {
        let (verifier, signature) = (verifier(), sign_now(&key("right")));
        let claim = verifier.claim(&signature).await.unwrap();
        assert_eq!(claim.settle(handled).await, answered);
        assert_eq!(verifier.claim(&signature).await.is_err(), is_final, "{handled}");
    }
}

#[tokio::test]
async fn an_abandoned_claim_expires_with_its_lease() {
    let clock = Clock::at(SIGNED_AT);
    let verifier = Verifier::builder(key("right"))
        .clock(clock.reader())
        .lease(Duration::from_secs(60))
        .build();
    drop(verifier.claim(&signature()).await.unwrap());
    clock.set(SIGNED_AT + 60);
    assert!(matches!(verifier.claim(&signature()).await.unwrap_err(), ReceiveError::InProgress));
    clock.set(SIGNED_AT + 61);
    let late = verifier.claim(&signature()).await.unwrap();
    late.commit().await.unwrap();
    // The token is remembered for as long as its signature is fresh.
    clock.set(SIGNED_AT + 9 * 3600);
    assert!(matches!(verifier.claim(&signature()).await.unwrap_err(), ReceiveError::Replayed));
    clock.set(SIGNED_AT + 9 * 3600 + 1);
    assert!(matches!(verifier.claim(&signature()).await.unwrap_err(), ReceiveError::Stale));
}

#[tokio::test]
async fn a_late_release_does_not_let_a_third_handler_in() {
    let clock = Clock::at(SIGNED_AT);
    let verifier = Verifier::builder(key("right"))
        .clock(clock.reader())
        .lease(Duration::from_secs(60))
        .build();
    let first = verifier.claim(&signature()).await.unwrap();
    clock.set(SIGNED_AT + 61);
    let second = verifier.claim(&signature()).await.unwrap();
    first.release().await.unwrap();
    let third = verifier.claim(&signature()).await.unwrap_err();
    assert!(matches!(third, ReceiveError::InProgress));
    second.commit().await.unwrap();
    let third = verifier.claim(&signature()).await.unwrap_err();
    assert!(matches!(third, ReceiveError::Replayed));
}

#[tokio::test]
async fn a_full_token_store_is_503() {
    let tokens = MemoryTokens::new().max_tokens(1);
    let verifier = Verifier::builder(key("right")).tokens(tokens).build();
    let (first, second) = (sign_now(&key("right")), sign_now(&key("right")));
    verifier.claim(&first).await.unwrap().commit().await.unwrap();
    let error = verifier.claim(&second).await.unwrap_err();
    assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(matches!(verifier.claim(&first).await.unwrap_err(), ReceiveError::Replayed));
}

/// A store of the application, in which each step is written down, and may fail.
#[derive(Clone, Default)]
struct Recorded {
    steps: Arc<Mutex<Vec<&'static str>>>,
    released: Arc<Mutex<Option<ClaimId>>>,
    fails_to: &'static str,
}

impl Recorded {
    fn step<T: Send + 'static>(&self, step: &'static str, value: T) -> StoreFuture<'static, T> {
        self.steps.lock().unwrap().push(step);
        let fails = self.fails_to == step;
        Box::pin(async move { if fails { Err("the store is down".into()) } else { Ok(value) } })
    }
}

impl TokenStore for Recorded {
    fn claim<'a>(&'a self, _: &'a str, _: Duration) -> StoreFuture<'a, TokenState> {
        self.step("claim", TokenState::Free(ClaimId::new(7)))
    }

    fn commit<'a>(&'a self, _: &'a str, _: Duration) -> StoreFuture<'a, ()> {
        self.step("commit", ())
    }

    fn release<'a>(&'a self, _: &'a str, claim: ClaimId) -> StoreFuture<'a, ()> {
        *self.released.lock().unwrap() = Some(claim);
        self.step("release", ())
    }
}

#[tokio::test]
async fn only_a_right_signature_reaches_the_store_and_its_failure_is_503() {
    let store = Recorded::default();
    let verifier = Verifier::builder(key("right")).tokens(store.clone()).build();
    let wrong = SignedRequest::event(&key("wrong"), &event());
    receive(&verifier, wrong).await.unwrap_err();
    // A handler of mail refuses an event before its token is claimed.
    let request = SignedRequest::event(&key("right"), &event());
    let error = verifier
        .receive::<mailgun_webhooks::receive::InboundMail>(&request.content_type, request.body)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the handler expects an inbound mail, but the request has an event"
    );
    assert!(store.steps.lock().unwrap().is_empty());

    let store = Recorded { fails_to: "claim", ..Recorded::default() };
    let verifier = Verifier::builder(key("right")).tokens(store.clone()).build();
    let error = verifier.claim(&sign_now(&key("right"))).await.unwrap_err();
    assert!(matches!(error, ReceiveError::Store(_)));
    assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(*store.steps.lock().unwrap(), ["claim"]);
}

#[tokio::test]
async fn a_handled_request_gets_200_even_if_the_store_fails() {
    for (outcome, step, status) in [
        (Ok(()), "commit", StatusCode::OK),
        (Err(()), "release", StatusCode::INTERNAL_SERVER_ERROR),
    ] {
        let store = Recorded { fails_to: step, ..Recorded::default() };
        let verifier = Verifier::builder(key("right")).tokens(store.clone()).build();
        let request = SignedRequest::event(&key("right"), &event());
        let verified = receive(&verifier, request).await.unwrap();
        assert_eq!(verified.handle(|_| ready(outcome)).await, status);
        assert_eq!(*store.steps.lock().unwrap(), ["claim", step]);
        let released = store.released.lock().unwrap().map(ClaimId::get);
        assert_eq!(released, (step == "release").then_some(7));
    }
}

#[tokio::test]
async fn one_of_many_simultaneous_requests_is_handled() {
    let verifier = Verifier::builder(key("right")).tokens(MemoryTokens::new()).build();
    let signature = sign_now(&key("right"));
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let (verifier, signature) = (verifier.clone(), signature.clone());
            tokio::spawn(async move { verifier.claim(&signature).await.map(std::mem::forget) })
        })
        .collect();
    let mut granted = 0;
    for task in tasks {
        granted += usize::from(task.await.unwrap().is_ok());
    }
    assert_eq!(granted, 1);
}

/// A small generator of numbers, the same in every run.
fn numbers() -> impl FnMut(usize) -> usize {
    let mut state = 7_u64;
    move |below| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    }
}

#[tokio::test]
async fn malformed_requests_are_errors_and_nothing_panics() {
    let verifier = verifier();
    let mail = InboundForm::new()
        .field("recipient", "a@b.c")
        .field("body-plain", "text")
        .field("message-headers", r#"[["A", "b"], ["C"], 7, null]"#)
        .field("content-id-map", r#"{"<a>": "attachment-1"}"#);
    let requests = [
        SignedRequest::event(&key("right"), &event()),
        mail.clone().sign(&key("right")),
        mail.attachment("é.txt", "text/plain", "hello").sign(&key("right")),
    ];
    let mut number = numbers();
    for round in 0..20_000 {
        let request = &requests[round % requests.len()];
        let mut body = request.body.to_vec();
        for _ in 0..=number(8) {
            let at = number(body.len());
            match number(4) {
                0 => body.truncate(at.max(1)),
                1 => drop(body.remove(at)),
                2 => body.insert(at, [b'&', b'=', b'%', b'-', b'\r', b'{', 0, 0xff][number(8)]),
                _ => body[at] = number(256) as u8,
            }
            if body.len() < 2 {
                break;
            }
        }
        let types = [
            &*request.content_type,
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "application/x-www-form-urlencoded; charset=é",
            "application/json",
            "",
        ];
        let content_type = if number(4) == 0 { types[number(types.len())] } else { types[0] };
        if let Ok(request) = Unverified::parse(content_type, body.into(), &Limits::default()) {
            let _ = format!("{request:?} {}", request.payload.kind());
            let _ = verifier.check(&request.signature);
        }
    }
    let odd = ["", "0", "z", "é", "\0", "-1", "1e9", "99999999999999999999", "\u{1F4A9}"];
    for timestamp in odd {
        for token in odd {
            for hex in odd {
                let json = json!({"timestamp": timestamp, "token": token, "signature": hex});
                let signature: Signature = serde_json::from_value(json).unwrap();
                assert!(verifier.check(&signature).is_err());
                // Signed by ourselves, odd timestamps are still no time.
                let signature = sign(&key("right"), timestamp, token);
                assert!(verifier.check(&signature).is_err(), "{timestamp}");
            }
        }
    }
}

#[tokio::test]
async fn a_request_that_is_not_mailguns_is_malformed_and_says_why() {
    let verifier = verifier();
    for (content_type, body, words) in [
        ("", "", "neither JSON nor a form"),
        ("text/plain", "hello", "neither JSON nor a form"),
        ("application/json", "[]", "neither JSON nor a form"),
        ("application/json", "{", "the JSON cannot be read"),
        ("application/json", r#"{"event-data": {}, "signature": 7}"#, "the JSON cannot be read"),
        ("application/json", r#"{"message": "hi"}"#, "the JSON has no `event-data`"),
        ("application/json", r#"{"event-data": {}}"#, "no signature"),
        ("application/json", r#"{"event-data": ["x"]}"#, "the JSON has no `event-data`"),
        ("application/json", r#"{"event-data": "x"}"#, "the JSON has no `event-data`"),
        ("application/x-www-form-urlencoded", "a=b", "neither an event nor a mail"),
        ("application/x-www-form-urlencoded", "event=opened", "no signature"),
        ("multipart/form-data", "a=b", "has no boundary"),
        ("multipart/form-data; boundary=x", "a=b", "has no delimiter"),
        ("multipart/form-data; boundary=x", "--x\r\n\r\na", "no closing delimiter"),
    ] {
        let result = verifier.receive(content_type, Bytes::from_static(body.as_bytes())).await;
        let result: Result<mailgun_webhooks::receive::Verified, _> = result;
        let error = result.unwrap_err();
        assert!(matches!(error, ReceiveError::Malformed(_)));
        assert!(error.to_string().contains(words), "{error}");
        // A later version may read it.
        assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}

#[tokio::test]
async fn nothing_secret_is_in_debug_or_errors() {
    let verifier =
        Verifier::builder(key("canary-key")).require_parent_key(key("canary-key")).build();
    let signature = sign_now(&key("canary-key"));
    let form = InboundForm::new()
        .field("recipient", "canary@example.com")
        .field("sender", "canary@example.com")
        .field("body-plain", "canary")
        .field("message-headers", r#"[["Subject", "canary"]]"#)
        .attachment("canary.txt", "text/plain", "canary");
    let request = form.clone().with(&signature);
    let debug = format!("{verifier:?} {signature:?} {form:?} {request:?}");
    let parsed = Unverified::parse(&request.content_type, request.body, &Limits::default());
    let debug = format!("{debug} {:?}", parsed.unwrap());
    assert!(!debug.contains("canary") && !debug.contains(&signature.token), "{debug}");
}
