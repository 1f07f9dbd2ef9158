use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use super::{
    super::proxy::{Hop, ProxyRules},
    servers::server,
    *,
};

fn goes_through(rules: &ProxyRules, url: &str) -> Option<String> {
    match rules.hop(&url.parse::<Uri>().unwrap()).unwrap()? {
        Hop::Tunnel { proxy, .. } | Hop::Socks { proxy, .. } => Some(proxy.to_string()),
    }
}

#[test]
fn the_environment_decides_by_scheme_and_no_proxy() {
    let rules = ProxyRules::environment(
        Matcher::builder()
            .http("http://plain.test:1")
            .https("https://secure.test:2")
            .no(".internal, 10.0.0.0/8")
            .build(),
    );
    for (url, expected) in [
        ("http://api.test/", Some("http://plain.test:1/")),
        ("https://api.test/", Some("https://secure.test:2/")),
        ("https://mail.internal/", None),
        ("https://10.1.2.3/", None),
        ("https://localhost/", None),
        ("https://LOCALHOST:8080/", None),
        ("https://a.localhost/", None),
        ("https://127.9.9.9/", None),
        ("https://[::1]:8080/", None),
        ("https://[::ffff:127.0.0.1]/", None),
        ("https://localhost.test/", Some("https://secure.test:2/")),
        ("https://128.0.0.1/", Some("https://secure.test:2/")),
    ] {
        assert_eq!(goes_through(&rules, url).as_deref(), expected, "{url}");
    }
}

#[test]
fn an_unusable_proxy_of_the_environment_is_an_error_and_not_passed_by() {
    let rules = ProxyRules::environment(Matcher::builder().all("socks4://u:pw@old.test").build());
    let error = rules.hop(&Uri::from_static("https://api.test/")).err().unwrap();
    assert_fate(&error, Kind::Config, Delivery::NotSent);
    assert!(!everything(&error).contains("pw"));
}

#[test]
fn proxies_have_the_usual_ports() {
    for (url, expected) in [
        ("proxy.test", "http://proxy.test/"),
        ("proxy.test:3128", "http://proxy.test:3128/"),
        ("http://u:p@proxy.test:3128/", "http://proxy.test:3128/"),
        ("https://proxy.test", "https://proxy.test/"),
        ("socks5://proxy.test", "socks5://proxy.test:1080/"),
        ("socks5h://u@[::1]", "socks5h://[::1]:1080/"),
    ] {
        let rules = ProxyRules::new(&ProxyConfig::Explicit(Proxy::new(url).unwrap()));
        assert_eq!(goes_through(&rules, "https://api.test/").as_deref(), Some(expected), "{url}");
    }
}

#[test]
fn what_is_no_proxy_url_is_refused_without_being_repeated() {
    for url in [
        "",
        "http://",
        "/hunter2",
        "ftp://sesame:hunter2@proxy.test",
        "socks4://sesame:hunter2@proxy.test",
        "http://sesame:hunter2@",
        "http://sesame:hun@ter2@proxy.test",
        "http://sesame:hunter2@proxy test",
    ] {
        let error = Proxy::new(url).unwrap_err();
        assert_fate(&error, Kind::Config, Delivery::NotSent);
        let all = everything(&error);
        assert!(all.contains("`proxy`"), "{all}");
        assert!(
            !all.contains("hunter2") && !all.contains("sesame") && !all.contains("ter2"),
            "{all}"
        );
    }
}

#[test]
fn overlong_socks_passwords_are_refused() {
    let proxy = Proxy::new("socks5://proxy.test").unwrap().basic_auth("u", &"p".repeat(256));
    let rules = ProxyRules::new(&ProxyConfig::Explicit(proxy));
    let error = rules.hop(&Uri::from_static("https://api.test/")).err().unwrap();
    assert_fate(&error, Kind::Config, Delivery::NotSent);
    assert!(!everything(&error).contains("ppp"));
}

#[test]
fn debug_shows_no_user_and_no_password() {
    for proxy in [
        Proxy::new("http://sesame:hunter2@proxy.test:3128").unwrap(),
        Proxy::new("socks5://proxy.test").unwrap().basic_auth("sesame", "hunter2"),
    ] {
        let text = format!("{proxy:?} {:?}", through(proxy.clone(), config()));
        assert!(text.contains("proxy.test"), "{text}");
        assert!(!text.contains("sesame") && !text.contains("hunter2"), "{text}");
    }
}

#[test]
fn certificates_are_read_from_pem_and_der() {
    let (one, two) = (TestCa::new(), TestCa::new());
    let bundle = format!("# comment\n{}\n{}", one.pem(), two.pem());
    assert_eq!(Certificate::from_pem(bundle).unwrap().len(), 2);

    for pem in
        ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
    {
        let error = Certificate::from_pem(pem).unwrap_err();
        assert_fate(&error, Kind::Config, Delivery::NotSent);
    }
    assert_eq!(Certificate::from_der(*b"no").unwrap_err().kind(), Kind::Config);
}

#[test]
fn building_needs_no_runtime() {
    Transport::<Full<Bytes>>::new(&trusting(&TestCa::new()), true).unwrap();
}

#[cfg(all(
    any(feature = "rustls-aws-lc-rs", feature = "rustls-ring"),
    any(feature = "native-roots", feature = "webpki-roots")
))]
#[test]
fn a_provider_and_roots_come_with_the_features() {
    let config = TransportConfig { proxy: ProxyConfig::None, ..TransportConfig::default() };
    let built = Transport::<Full<Bytes>>::new(&config, true);
    // The system that runs the test may have no roots; bundled ones are always there.
    if let Err(error) = built {
        let bundled = cfg!(feature = "webpki-roots");
        assert!(!bundled && error.to_string().contains("`roots`"), "{error}");
    }
}

#[cfg(not(any(feature = "rustls-aws-lc-rs", feature = "rustls-ring")))]
#[test]
fn without_a_provider_https_is_refused_when_the_client_is_built() {
    let mut config = trusting(&TestCa::new());
    config.tls.provider = None;
    Transport::<Full<Bytes>>::new(&config, false).unwrap();
    let error = Transport::<Full<Bytes>>::new(&config, true).err().unwrap();
    assert_fate(&error, Kind::Config, Delivery::NotSent);
    assert!(error.to_string().contains("`tls provider`"), "{error}");
}

#[cfg(not(feature = "webpki-roots"))]
#[test]
fn roots_that_were_not_built_in_are_named() {
    let mut config = config();
    config.tls.roots = Roots::Bundled;
    let error = Transport::<Full<Bytes>>::new(&config, true).err().unwrap();
    assert_fate(&error, Kind::Config, Delivery::NotSent);
    assert!(error.to_string().contains("`webpki-roots`"), "{error}");
}

#[tokio::test]
async fn a_reply_carries_nothing_of_its_connection() {
    let address = server(None).await;
    let transport = Transport::new(&config(), false).unwrap();
    let request = Request::get(format!("http://{address}/")).body(Full::<Bytes>::default());
    let reply = transport.oneshot(request.unwrap()).await.unwrap();
    assert!(reply.extensions().is_empty());
}
