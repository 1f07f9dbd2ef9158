//! A paging link never takes the key to another host, or below another path.
#![no_main]

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use http::{Request, Response};
use libfuzzer_sys::fuzz_target;
use mailgun_core::{Body, Client, LinkPage, Pager, ResponseBody, Operation, bytes::Bytes};
use tower::service_fn;

fuzz_target!(|link: &str| {
    let page = serde_json::json!({"items": [1], "paging": {"next": link}}).to_string();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let server = {
        let seen = seen.clone();
        service_fn(move |request: Request<Body>| {
            let mut seen = seen.lock().unwrap();
            seen.push(request.uri().clone());
            let response = if seen.len() == 1 { page.clone() } else { "{}".to_owned() };
            async move { Ok::<_, Infallible>(Response::new(ResponseBody::from(Bytes::from(response)))) }
        })
    };
    let client = Client::from_service("https://gateway.test/mailgun", server).unwrap();
    let mut pager = Pager::links(client.call::<LinkPage<u32>>(Operation::get("/v3/routes"), &[]));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let _ = pager.next_page().await;
        let _ = pager.next_page().await;
    });
    for uri in seen.lock().unwrap().iter() {
        assert_eq!(uri.scheme_str(), Some("https"), "{uri}");
        assert_eq!(uri.authority().unwrap().as_str(), "gateway.test", "{uri}");
        assert!(uri.path().starts_with("/mailgun/"), "{uri}");
        assert!(!uri.path().split('/').any(|segment| segment == ".."), "{uri}");
    }
});
