use std::ffi::OsString;

use http::Uri;

use super::{super::proxy::ProxyRules, servers::server, *};

fn goes_through(rules: &ProxyRules, url: &str) -> Option<String> {
    rules.proxy(&url.parse::<Uri>().unwrap()).map(|proxy| proxy.uri().to_string())
}

fn environment(variables: &[(&str, &str)]) -> Result<ProxyRules, Error> {
    ProxyRules::from_variables(|name| {
        variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
    })
}

#[test]
fn proxies_from_the_environment_depend_on_scheme_and_no_proxy() {
    let rules = environment(&[
        ("HTTP_PROXY", "http://plain.test:1"),
        ("https_proxy", " 'https://secure.test:2' "),
        ("NO_PROXY", ".internal, 10.0.0.0/8"),
    ]);
    let rules = rules.unwrap();
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
fn variables_have_the_same_precedence_as_in_curl() {
    let https = |variables| goes_through(&environment(variables).unwrap(), "https://api.test/");
    let http = |variables| goes_through(&environment(variables).unwrap(), "http://api.test/");
    let all = Some("http://all.test/".to_owned());
    assert_eq!(https(&[("ALL_PROXY", "all.test"), ("HTTPS_PROXY", " ")]), all);
    assert_eq!(https(&[("all_proxy", "all.test"), ("HTTPS_PROXY", "\"\"")]), all);
    assert_eq!(https(&[("HTTP_PROXY", "plain.test")]), None);
    assert_eq!(https(&[]), None);
    // The caller of a CGI program controls this variable.
    assert_eq!(http(&[("HTTP_PROXY", "evil.test"), ("REQUEST_METHOD", "GET")]), None);
    let variables =
        [("HTTP_PROXY", "evil.test"), ("REQUEST_METHOD", ""), ("ALL_PROXY", "all.test")];
    assert_eq!(http(&variables), all);
}

#[test]
fn an_invalid_variable_is_an_error() {
    for url in UNREADABLE.into_iter().filter(|url| !url.trim().is_empty()) {
        for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
            let error = environment(&[(name, url)]).unwrap_err();
            assert_outcome(&error, ErrorKind::Config, Outcome::NotSent);
            let all = everything(&error);
            assert!(all.contains(&format!("setting `{name}` ")), "{all}");
            assert_no_secret(&all);
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt as _;
        let value = |name: &str| (name == "https_proxy").then(|| OsString::from_vec(vec![0xff]));
        let error = ProxyRules::from_variables(value).unwrap_err();
        assert!(error.to_string().contains("`https_proxy` is not valid UTF-8"), "{error}");
    }
}

#[test]
fn proxies_have_default_ports() {
    for (url, expected) in [
        ("proxy.test", "http://proxy.test/"),
        ("proxy.test:3128", "http://proxy.test:3128/"),
        ("HTTP://u:p@proxy.test:3128/", "http://proxy.test:3128/"),
        ("https://proxy.test", "https://proxy.test/"),
        ("socks5://proxy.test", "socks5://proxy.test:1080/"),
        ("socks://proxy.test/", "socks5://proxy.test:1080/"),
        ("socks5h://u@[::1]", "socks5h://[::1]:1080/"),
        ("socks5h://u@[::1]:9", "socks5h://[::1]:9/"),
    ] {
        let rules = ProxyRules::new(&ProxyConfig::Explicit(Proxy::new(url).unwrap())).unwrap();
        assert_eq!(goes_through(&rules, "https://api.test/").as_deref(), Some(expected), "{url}");
    }
}

#[test]
fn user_and_password_are_parsed_from_urls_and_variables() {
    for (url, user, password) in [
        ("http://user:P@ss@proxy.test:1", "user", "P@ss"),
        ("user:P@ss@proxy.test:1", "user", "P@ss"),
        ("http://user:pa%40ss@proxy.test:1", "user", "pa@ss"),
        (r"http://DOMAIN\user:pw@proxy.test:1", r"DOMAIN\user", "pw"),
        ("http://us^er:p^w@proxy.test:1", "us^er", "p^w"),
        ("http://user:a:b@proxy.test:1", "user", "a:b"),
        ("http://user:100%@proxy.test:1", "user", "100%"),
        ("http://user:p\u{e4}ss@proxy.test:1", "user", "p\u{e4}ss"),
        ("http://user:p|w{}<>`\"@proxy.test:1", "user", "p|w{}<>`\""),
        ("http://user@proxy.test:1", "user", ""),
        ("http://:pw@proxy.test:1", "", "pw"),
        ("\"http://user:pw@proxy.test:1\"", "user", "pw"),
        ("'http://user:pw@proxy.test:1'", "user", "pw"),
        (" \t\"http://user:pw@proxy.test:1/\"\n", "user", "pw"),
    ] {
        let explicit = ProxyConfig::Explicit(Proxy::new(url).unwrap());
        for rules in [ProxyRules::new(&explicit), environment(&[("ALL_PROXY", url)])] {
            let rules = rules.unwrap();
            let proxy = rules.proxy(&Uri::from_static("https://api.test/")).unwrap();
            assert_eq!(proxy.uri(), "http://proxy.test:1/", "{url}");
            let login = proxy.login().unwrap();
            assert_eq!((&*login.user, &*login.password), (user, password), "{url}");
        }
    }
    assert!(Proxy::new("http://@proxy.test").unwrap().login().is_none());
}

/// Invalid proxy URLs. Part of a password must not be used as a host.
const UNREADABLE: [&str; 25] = [
    "",
    "http://",
    "/hunter2",
    "http:/hunter2",
    "http:hunter2",
    "https:/sesame:hunter2@proxy.test",
    "http:sesame:hunter2@proxy.test",
    "http://http://hunter2",
    "//hunter2",
    "ftp://sesame:hunter2@proxy.test",
    "socks4://sesame:hunter2@proxy.test",
    "http://sesame:hunter2@",
    "http://sesame:hunter2",
    "sesame:hunter2",
    "http://sesame:123/hunter2@proxy.test",
    "http://sesame:123?hunter2@proxy.test",
    "http://sesame:123#hunter2@proxy.test",
    "http://sesame:hunter2@proxy test",
    "http://sesame:hunter2@proxy.test:99999",
    "http://sesame:hunter2@proxy.test:0",
    "http://sesame:hunter2@proxy.test:",
    "http://sesame:hunter2@proxy.test/path",
    "http://sesame:hun\nter2@proxy.test",
    "http://sesame:hunter2%ff@proxy.test",
    "\"http://sesame:hunter2@proxy.test",
];

fn assert_no_secret(text: &str) {
    for secret in ["sesame", "hunter2", "ter2"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn errors_of_invalid_proxy_urls_do_not_show_them() {
    for url in UNREADABLE {
        let error = Proxy::new(url).expect_err(url);
        assert_outcome(&error, ErrorKind::Config, Outcome::NotSent);
        let all = everything(&error);
        assert!(all.contains("`proxy`"), "{all}");
        assert_no_secret(&all);
    }
}

#[test]
fn a_login_that_cannot_be_sent_is_an_error_of_build() {
    for proxy in [
        Proxy::new("socks5://proxy.test").unwrap().basic_auth("u", &"p".repeat(256)),
        Proxy::new("http://proxy.test").unwrap().basic_auth("p:p:p", "ppp"),
    ] {
        let error = ProxyRules::new(&ProxyConfig::Explicit(proxy)).unwrap_err();
        assert_outcome(&error, ErrorKind::Config, Outcome::NotSent);
        assert!(error.to_string().contains("`proxy`"), "{error}");
        assert!(!everything(&error).contains("ppp") && !everything(&error).contains("p:p"));
    }
    let error = environment(&[("ALL_PROXY", "http://a%3Ab:pw@proxy.test")]).unwrap_err();
    assert!(error.to_string().contains("`ALL_PROXY`"), "{error}");
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

    // Concatenated files without a line break between them.
    for bundle in [
        format!("{}{}", one.pem().trim_end(), two.pem()),
        format!("{} \t{}", one.pem().trim_end(), two.pem().trim_end()),
        format!("\u{feff}{}\n\u{feff}{}", one.pem(), two.pem()),
        format!("{}{}", one.pem(), two.pem()).replace('\n', "\r\n"),
        format!("-----BEGIN X-----\nAAAA\n-----END X-----{}{}", one.pem(), two.pem()),
    ] {
        let certificates = Certificate::from_pem(&bundle).unwrap();
        let all = [one.pem(), two.pem()].map(|pem| Certificate::from_pem(pem).unwrap().remove(0));
        assert_eq!(certificates, all, "{bundle}");
    }

    let whole = one.pem();
    let (half, _) = two.pem().split_at(200);
    let one_line = whole.replace('\n', "");
    for pem in [
        "",
        "no certificate",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        &format!("{whole}{half}"),
        &format!("{half}{whole}"),
        &format!("{whole}{one_line}"),
        &format!("{whole}{}", whole.replace("CERTIFICATE", "TRUSTED CERTIFICATE")),
        &format!("{whole}{}", whole.replace('\n', "\n  ")),
    ] {
        let error = Certificate::from_pem(pem).unwrap_err();
        assert_outcome(&error, ErrorKind::Config, Outcome::NotSent);
    }
    assert_eq!(Certificate::from_der(*b"no").unwrap_err().kind(), ErrorKind::Config);
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
fn the_features_select_provider_and_roots() {
    let config = TransportConfig { proxy: ProxyConfig::None, ..TransportConfig::default() };
    let built = Transport::<Full<Bytes>>::new(&config, true);
    // The system may have no roots. Bundled ones are always there.
    if let Err(error) = built {
        let bundled = cfg!(feature = "webpki-roots");
        assert!(!bundled && error.to_string().contains("`roots`"), "{error}");
    }
}

#[cfg(not(any(feature = "rustls-aws-lc-rs", feature = "rustls-ring")))]
#[test]
fn https_without_a_provider_is_an_error_of_build() {
    let mut config = trusting(&TestCa::new());
    config.tls.provider = None;
    Transport::<Full<Bytes>>::new(&config, false).unwrap();
    let error = Transport::<Full<Bytes>>::new(&config, true).err().unwrap();
    assert_outcome(&error, ErrorKind::Config, Outcome::NotSent);
    assert!(error.to_string().contains("`tls provider`"), "{error}");
}

#[cfg(not(feature = "webpki-roots"))]
#[test]
fn the_error_names_the_feature_of_missing_roots() {
    let mut config = config();
    config.tls.roots = Roots::Bundled;
    let error = Transport::<Full<Bytes>>::new(&config, true).err().unwrap();
    assert_outcome(&error, ErrorKind::Config, Outcome::NotSent);
    assert!(error.to_string().contains("`webpki-roots`"), "{error}");
}

#[tokio::test]
async fn a_response_has_no_connection_extensions() {
    let address = server(None).await;
    let transport = Transport::new(&config(), false).unwrap();
    let request = Request::get(format!("http://{address}/")).body(Full::<Bytes>::default());
    let response = transport.oneshot(request.unwrap()).await.unwrap();
    assert!(response.extensions().is_empty());
}
