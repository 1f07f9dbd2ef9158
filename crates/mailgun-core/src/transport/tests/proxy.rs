use base64::prelude::{BASE64_STANDARD, Engine};
use mailgun_testing::listen;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    super::proxy::ProxyRules,
    servers::{self, read_head, server, socks_proxy, tunnel_proxy},
    *,
};

fn header(user: &str, password: &str) -> String {
    let token = BASE64_STANDARD.encode(format!("{user}:{password}"));
    format!("Proxy-Authorization: Basic {token}\r\n")
}

#[tokio::test]
async fn https_is_tunnelled_and_the_proxy_resolves_the_host() {
    let ca = TestCa::new();
    let server = server(Some(ca.acceptor("api.test", &[b"h2", b"http/1.1"]))).await;
    let (proxy, mut asked) = tunnel_proxy(None, Ok(server)).await;
    let proxy = Proxy::new(&format!("http://user:pa%40ss@{proxy}")).unwrap();

    let response = get(&through(proxy, trusting(&ca)), "https://api.test/v3/secret").await.unwrap();

    assert_eq!(response, "HTTP/2.0");
    let asked = asked.next().unwrap();
    assert!(asked.starts_with("CONNECT api.test:443 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.to_lowercase().contains(&header("user", "pa@ss").to_lowercase()), "{asked}");
    assert!(!asked.contains("secret"), "{asked}");
}

#[tokio::test]
async fn plain_http_is_tunnelled_to_its_port() {
    let server = server(None).await;
    let (address, mut asked) = tunnel_proxy(None, Ok(server)).await;
    let proxy = Proxy::new(&address.to_string()).unwrap().basic_auth("us/er", "p:a@s%s");

    let response = get(&through(proxy, config()), "http://api.test/x").await.unwrap();

    assert_eq!(response, "HTTP/1.1");
    let asked = asked.next().unwrap();
    assert!(asked.starts_with("CONNECT api.test:80 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains(&header("us/er", "p:a@s%s")), "{asked}");
}

#[tokio::test]
async fn the_connection_to_an_https_proxy_is_encrypted() {
    let ca = TestCa::new();
    let server = server(Some(ca.acceptor("api.test", &[b"h2"]))).await;
    let front = ca.acceptor("localhost", &[b"http/1.1"]);
    let (proxy, mut asked) = tunnel_proxy(Some(front), Ok(server)).await;
    let proxy = Proxy::new(&format!("https://localhost:{}", proxy.port())).unwrap();

    let response = get(&through(proxy, trusting(&ca)), "https://api.test/").await.unwrap();

    assert_eq!(response, "HTTP/2.0");
    assert!(asked.next().unwrap().starts_with("CONNECT api.test:443 "));
}

#[tokio::test]
async fn an_https_proxy_that_is_not_trusted_is_named_in_the_error() {
    let ca = TestCa::new();
    let front = TestCa::new().acceptor("localhost", &[]);
    let listener = server(Some(front)).await;
    let proxy = Proxy::new(&format!("https://u:hunter2@localhost:{}", listener.port())).unwrap();

    let error = get(&through(proxy, trusting(&ca)), "https://api.test/").await.unwrap_err();

    assert_outcome(&error, ErrorKind::Tls, Outcome::NotSent);
    assert!(error.to_string().contains("the proxy localhost"), "{error}");
    assert!(!everything(&error).contains("hunter2"));
}

#[tokio::test]
async fn the_error_for_a_proxy_of_plain_http_says_how_to_name_it() {
    let address = listen(|mut stream: TcpStream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = stream.read(&mut [0; 1024]).await;
    })
    .await;
    let proxy = Proxy::new(&format!("https://{address}")).unwrap();

    let config = through(proxy, trusting(&TestCa::new()));
    let error = get(&config, "https://api.test/").await.unwrap_err();

    assert_outcome(&error, ErrorKind::Tls, Outcome::NotSent);
    assert!(error.to_string().contains("plain http"), "{error}");
}

#[tokio::test]
async fn socks_receives_host_name_and_password() {
    let ca = TestCa::new();
    let server = server(Some(ca.acceptor("api.test", &[b"http/1.1"]))).await;
    let (address, mut asked) = socks_proxy(server).await;
    for scheme in ["socks5", "socks5h"] {
        let proxy = Proxy::new(&format!("{scheme}://user:pa%40ss@{address}")).unwrap();
        let response = get(&through(proxy, trusting(&ca)), "https://api.test/").await.unwrap();
        assert_eq!(response, "HTTP/1.1");
        assert_eq!(asked.next().unwrap(), "user pa@ss api.test 443");
    }
}

#[tokio::test]
async fn an_error_of_a_proxy_means_not_sent() {
    for (refusal, is_hinted, is_permanent) in [
        ("401 Unauthorized", true, true),
        ("403 Forbidden", false, true),
        ("407 Proxy Authentication Required", true, true),
        ("502 Bad Gateway", false, false),
    ] {
        let (address, _asked) = tunnel_proxy(None, Err(refusal)).await;
        let proxy = Proxy::new(&format!("http://sesame:hunter2@{address}")).unwrap();
        let error = get(&through(proxy, config()), "http://api.test/v3/path").await.unwrap_err();
        assert_outcome(&error, ErrorKind::Connect, Outcome::NotSent);
        let expected = format!("the proxy {address} opened no tunnel: it answered {refusal}");
        assert!(error.to_string().contains(&expected), "{error}");
        assert_eq!(error.hint().is_some(), is_hinted, "{error}");
        assert_eq!(error.is_permanent(), is_permanent, "{error}");
        let all = everything(&error);
        for secret in ["sesame", "hunter2", &header("sesame", "hunter2"), "/v3/path"] {
            assert!(!all.contains(secret), "{all}");
        }
    }
}

#[tokio::test]
async fn bytes_after_the_proxys_response_belong_to_the_tunnel() {
    let (address, _asked) = tunnel_proxy(None, Ok(server(None).await)).await;
    let config = TransportConfig { http_versions: HttpVersions::Http2Only, ..config() };
    let proxy = Proxy::new(&address.to_string()).unwrap();
    assert_eq!(get(&through(proxy, config), "http://api.test/").await.unwrap(), "HTTP/2.0");
}

#[tokio::test]
async fn the_connect_request_has_a_user_agent() {
    let (address, mut asked) = tunnel_proxy(None, Ok(server(None).await)).await;
    let proxy = Proxy::new(&address.to_string()).unwrap();
    get(&through(proxy, config()), "http://api.test/").await.unwrap();
    let asked = asked.next().unwrap();
    assert!(asked.contains("\r\nUser-Agent: mailgun-rust/"), "{asked}");
    assert!(asked.contains("\r\nHost: api.test:80\r\n"), "{asked}");
}

#[tokio::test]
async fn a_proxy_may_answer_in_pieces_and_with_interim_responses() {
    let upstream = server(None).await;
    let address = listen(move |mut stream| async move {
        use tokio::io::{AsyncWriteExt as _, copy_bidirectional};
        read_head(&mut stream).await;
        for piece in ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2", "00 OK\r\nVia: x\r", "\n\r\n"] {
            stream.write_all(piece.as_bytes()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let mut upstream = tokio::net::TcpStream::connect(upstream).await.unwrap();
        let _ = copy_bidirectional(&mut stream, &mut upstream).await;
    })
    .await;
    let proxy = Proxy::new(&address.to_string()).unwrap();
    assert_eq!(get(&through(proxy, config()), "http://api.test/").await.unwrap(), "HTTP/1.1");
}

#[tokio::test]
async fn a_destination_that_socks_forbids_is_not_retried() {
    for (code, is_permanent) in [(1, false), (2, true), (4, false), (5, false), (7, true)] {
        let address = listen(move |mut stream| async move {
            use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
            stream.read_exact(&mut [0; 3]).await.unwrap();
            stream.write_all(&[5, 0]).await.unwrap();
            stream.read_exact(&mut [0; 4 + 1 + 8 + 2]).await.unwrap();
            stream.write_all(&[5, code, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
        })
        .await;
        let proxy = Proxy::new(&format!("socks5://{address}")).unwrap();
        let error = get(&through(proxy, config()), "http://api.test/").await.unwrap_err();
        assert_outcome(&error, ErrorKind::Connect, Outcome::NotSent);
        assert_eq!(error.is_permanent(), is_permanent, "{code}: {error}");
    }
}

#[tokio::test]
async fn a_proxy_without_socks_is_not_retried() {
    let address = listen(|mut stream| async move {
        use tokio::io::AsyncWriteExt as _;
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    })
    .await;
    let proxy = Proxy::new(&format!("socks5://{address}")).unwrap();
    let error = get(&through(proxy, config()), "http://api.test/").await.unwrap_err();
    assert!(error.is_permanent(), "{error}");
}

#[tokio::test]
async fn the_error_for_a_wrong_socks_password_does_not_show_it() {
    let (address, _asked) = socks_proxy("127.0.0.1:1".parse().unwrap()).await;
    let proxy = Proxy::new(&format!("socks5://sesame@{address}"));
    let proxy = proxy.unwrap().basic_auth("sesame", "wrong");

    let error = get(&through(proxy, config()), "http://api.test/").await.unwrap_err();

    assert_outcome(&error, ErrorKind::Connect, Outcome::NotSent);
    assert_eq!(error.hint(), Some("check the user name and password of the proxy"));
    assert!(error.is_permanent());
    assert!(!everything(&error).contains("sesame"));
}

#[tokio::test]
async fn the_error_for_an_unreachable_proxy_does_not_show_its_password() {
    let proxy = Proxy::new("http://sesame:hunter2@127.0.0.1:1").unwrap();
    let error = get(&through(proxy, config()), "http://api.test/").await.unwrap_err();
    assert_outcome(&error, ErrorKind::Connect, Outcome::NotSent);
    assert!(error.to_string().contains("could not connect to the proxy 127.0.0.1:1"), "{error}");
    assert!(!everything(&error).contains("sesame") && !everything(&error).contains("hunter2"));
}

#[tokio::test]
async fn an_explicit_proxy_is_used_for_loopback_unless_excluded() {
    let server = server(None).await;
    let (address, mut asked) = tunnel_proxy(None, Ok(server)).await;
    let proxy = Proxy::new(&address.to_string()).unwrap();

    let url = format!("http://{server}/");
    get(&through(proxy.clone(), config()), &url).await.unwrap();
    assert!(asked.next().is_some());

    get(&through(proxy.no_proxy("10.0.0.1,127.0.0.0/8"), config()), &url).await.unwrap();
    assert!(asked.next().is_none());
}

#[tokio::test]
async fn a_proxy_from_the_environment_is_not_used_for_loopback() {
    let server = server(None).await;
    let (address, mut asked) = tunnel_proxy(None, Ok(server)).await;
    let all = |name: &str| (name == "ALL_PROXY").then(|| address.to_string().into());
    let rules = ProxyRules::from_variables(all).unwrap();
    let connector = Connector::with_proxies(&config(), false, rules).unwrap();
    let transport = Transport::with_connector(&config(), connector);

    get_with(&transport, "http://api.test/").await.unwrap();
    assert!(asked.next().is_some());

    for host in ["127.0.0.1", "localhost"] {
        get_with(&transport, format!("http://{host}:{}/", server.port())).await.unwrap();
        assert!(asked.next().is_none(), "{host}");
    }
}

#[tokio::test]
async fn permanent_errors_are_not_retried() {
    let attempts = async |proxy: Proxy, mut asked: servers::Asked| {
        let client = crate::Client::builder("key-test")
            .base_url("http://api.test")
            .allow_plain_http()
            .proxy(proxy)
            .retry(crate::layers::RetryPolicy::default().base_delay(Duration::from_millis(1)))
            .build()
            .unwrap();
        let call = client.call_bytes(crate::Operation::get("/v4/domains"), &[]);
        assert_outcome(&call.await.unwrap_err(), ErrorKind::Connect, Outcome::NotSent);
        std::iter::from_fn(|| asked.next()).count()
    };
    for (refusal, expected) in
        [("401 Unauthorized", 1), ("407 Proxy Authentication Required", 1), ("502 Bad Gateway", 4)]
    {
        let (address, asked) = tunnel_proxy(None, Err(refusal)).await;
        let proxy = Proxy::new(&format!("http://user:pw@{address}")).unwrap();
        assert_eq!(attempts(proxy, asked).await, expected, "{refusal}");
    }
    let (address, asked) = socks_proxy("127.0.0.1:1".parse().unwrap()).await;
    let proxy = Proxy::new(&format!("socks5://user:wrong@{address}")).unwrap();
    assert_eq!(attempts(proxy, asked).await, 1);
}
