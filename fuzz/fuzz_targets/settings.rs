//! Settings as people write them are read or refused, and an error does not repeat them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailgun_core::{ApiKey, Certificate, Client, DomainName, Error, Proxy, Region};

fuzz_target!(|text: &str| {
    let proxy = Proxy::new(text).map(|proxy| proxy.no_proxy(text));
    if let Ok(proxy) = proxy {
        let _ = Client::builder("key-test").proxy(proxy).build();
    }
    let _ = DomainName::new(text);
    let _ = Certificate::from_pem(text);
    let _ = text.parse::<Region>();
    let _ = Client::builder("key-test").no_proxy().base_url(text).trust_host(text).build();
    // The user name and the password of a proxy, and a key.
    let secret = format!("canary{text}canary");
    let errors: [Option<Error>; 3] = [
        ApiKey::new(&secret).err(),
        Proxy::new(&format!("http://{secret}:{secret}@proxy.test")).err(),
        Proxy::new(&format!("http://user:{secret}")).err(),
    ];
    for error in errors.into_iter().flatten() {
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
});
