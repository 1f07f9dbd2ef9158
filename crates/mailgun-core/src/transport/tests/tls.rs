use super::{
    servers::{listen, server},
    *,
};

#[tokio::test]
async fn the_http_version_is_negotiated_or_fixed() {
    let ca = TestCa::new();
    let both = server(Some(ca.acceptor("localhost", &[b"h2", b"http/1.1"]))).await.port();
    let old = server(Some(ca.acceptor("localhost", &[b"http/1.1"]))).await.port();
    let silent = server(Some(ca.acceptor("localhost", &[]))).await.port();
    for (versions, port, expected) in [
        (HttpVersions::Auto, both, "HTTP/2.0"),
        (HttpVersions::Auto, old, "HTTP/1.1"),
        (HttpVersions::Auto, silent, "HTTP/1.1"),
        (HttpVersions::Http1Only, both, "HTTP/1.1"),
        (HttpVersions::Http2Only, both, "HTTP/2.0"),
    ] {
        let config = TransportConfig { http_versions: versions, ..trusting(&ca) };
        let seen = get(&config, format!("https://localhost:{port}/")).await.unwrap();
        assert_eq!(seen, expected, "{versions:?}");
    }
}

#[tokio::test]
async fn http2_without_asking_works_over_plain_http() {
    let server = server(None).await;
    let config = TransportConfig { http_versions: HttpVersions::Http2Only, ..config() };
    assert_eq!(get(&config, format!("http://{server}/")).await.unwrap(), "HTTP/2.0");
}

#[tokio::test]
async fn an_unknown_authority_is_a_tls_error_with_a_hint() {
    let server = server(Some(TestCa::new().acceptor("localhost", &[]))).await;
    let config = trusting(&TestCa::new());
    let error =
        get(&config, format!("https://localhost:{}/path", server.port())).await.unwrap_err();
    assert_outcome(&error, ErrorKind::Tls, Outcome::NotSent);
    assert!(error.to_string().contains("UnknownIssuer"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("root certificate")));
    assert!(error.is_permanent());
    assert!(!everything(&error).contains("/path"));
}

#[tokio::test]
async fn a_certificate_for_another_host_is_a_tls_error() {
    let ca = TestCa::new();
    let server = server(Some(ca.acceptor("api.test", &[]))).await;
    let url = format!("https://localhost:{}/", server.port());
    let error = get(&trusting(&ca), url).await.unwrap_err();
    assert_outcome(&error, ErrorKind::Tls, Outcome::NotSent);
    assert!(error.to_string().contains("not valid for name"), "{error}");
    assert!(error.is_permanent());
}

#[tokio::test]
async fn a_connection_that_breaks_during_the_handshake_is_a_tls_error() {
    let server = listen(|stream| async move { drop(stream) }).await;
    let url = format!("https://localhost:{}/", server.port());
    let error = get(&trusting(&TestCa::new()), url).await.unwrap_err();
    assert_outcome(&error, ErrorKind::Tls, Outcome::NotSent);
    assert!(!error.is_permanent());
}

#[tokio::test]
async fn the_connect_timeout_includes_the_handshake() {
    let server = listen(|stream| async move {
        let _open = stream;
        std::future::pending().await
    })
    .await;
    let limit = Duration::from_millis(200);
    let config = TransportConfig { connect_timeout: Some(limit), ..trusting(&TestCa::new()) };
    let url = format!("https://localhost:{}/", server.port());
    let error = get(&config, url).await.unwrap_err();
    assert_outcome(&error, ErrorKind::Timeout, Outcome::NotSent);
    assert_eq!(error.timeout_phase(), Some(TimeoutPhase::Connect));
}

#[tokio::test]
async fn without_roots_plain_http_works_and_https_is_an_error() {
    let server = server(None).await;
    let config = config();
    get(&config, format!("http://{server}/")).await.unwrap();
    let error = get(&config, format!("https://{server}/")).await.unwrap_err();
    assert_outcome(&error, ErrorKind::Config, Outcome::NotSent);
    assert!(error.to_string().contains("`roots`"), "{error}");
    let error = Transport::<Full<Bytes>>::new(&config, true).err().unwrap();
    assert_outcome(&error, ErrorKind::Config, Outcome::NotSent);
}

#[tokio::test]
async fn a_custom_tls_configuration_is_used() {
    let ca = TestCa::new();
    let server = server(Some(ca.acceptor("localhost", &[b"h2"]))).await;
    let mut roots = rustls::RootCertStore::empty();
    let pem = Certificate::from_pem(ca.pem()).unwrap();
    assert_eq!(pem.len(), 1);
    let der = rustls::pki_types::pem::PemObject::from_pem_slice(ca.pem().as_bytes()).unwrap();
    let der: rustls::pki_types::CertificateDer<'static> = der;
    roots.add(der).unwrap();
    let custom = rustls::ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut config = config();
    config.tls = TlsConfig { custom: Some(Arc::new(custom)), ..TlsConfig::default() };
    let url = format!("https://localhost:{}/", server.port());
    assert_eq!(get(&config, url).await.unwrap(), "HTTP/2.0");
}
