//! The TLS settings: whom to trust, and with which cryptography.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, pem::PemObject},
};

use super::HttpVersions;
use crate::Error;

/// A root certificate to trust besides the built-in ones: of a proxy that inspects TLS, or of a
/// test server.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate(CertificateDer<'static>);

impl Certificate {
    /// A certificate in DER.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is not a certificate.
    pub fn from_der(der: impl Into<Vec<u8>>) -> Result<Self, Error> {
        let der = CertificateDer::from(der.into());
        RootCertStore::empty().add(der.clone()).map_err(|error| {
            Error::config("root certificate", "is not a certificate in DER").with_source(error)
        })?;
        Ok(Self(der))
    }

    /// All certificates of a PEM file; keys and other sections of it are passed over.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if there is none, or one of them is malformed.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Vec<Self>, Error> {
        let refused = |reason| Error::config("root certificate", reason);
        // Files that were joined without a line end between them have two markers on one line.
        let pem = String::from_utf8_lossy(pem.as_ref()).replace("-----BEGIN ", "\n-----BEGIN ");
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
            .map(|der| match der {
                Ok(der) => Self::from_der(der.to_vec()),
                Err(error) => Err(refused("is not valid PEM").with_source(error)),
            })
            .collect::<Result<_, _>>()?;
        // What the parser passes over must not be a certificate.
        let labels = pem.split("-----BEGIN ").skip(1).filter_map(|rest| rest.split("-----").next());
        let declared = labels.filter(|label| label.ends_with("CERTIFICATE")).count();
        if declared != certificates.len() {
            return Err(refused("holds a certificate that is not valid PEM"));
        }
        if certificates.is_empty() {
            return Err(refused("holds no certificate in PEM"));
        }
        Ok(certificates)
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({} bytes)", self.0.len())
    }
}

/// Which root certificates are trusted, besides those that are added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Roots {
    /// All that the crate's features bring: those of the operating system (`native-roots`),
    /// those bundled with the program (`webpki-roots`), or both together.
    #[default]
    All,
    /// Those of the operating system; needs the feature `native-roots`.
    Native,
    /// Mozilla's, bundled with the program; needs the feature `webpki-roots`.
    Bundled,
    /// None but the added ones.
    AddedOnly,
}

/// What the builder says about TLS.
#[derive(Clone, Default)]
pub(crate) struct TlsConfig {
    pub(crate) roots: Roots,
    pub(crate) added: Vec<Certificate>,
    pub(crate) provider: Option<Arc<CryptoProvider>>,
    /// Replaces all of the above; only its ALPN is set by us.
    pub(crate) custom: Option<Arc<ClientConfig>>,
}

impl fmt::Debug for TlsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsConfig")
            .field("roots", &self.roots)
            .field("added", &self.added)
            .field("provider", &self.provider.is_some())
            .field("custom", &self.custom.is_some())
            .finish()
    }
}

/// TLS as connections use it, made when first needed: a client of a plain-http test server reads
/// no certificates and needs no provider.
pub(super) struct Tls {
    config: TlsConfig,
    versions: HttpVersions,
    made: OnceLock<Configs>,
}

pub(super) struct Configs {
    pub(super) destination: Arc<ClientConfig>,
    pub(super) proxy: Arc<ClientConfig>,
}

impl Tls {
    pub(super) fn new(config: TlsConfig, versions: HttpVersions) -> Self {
        Self { config, versions, made: OnceLock::new() }
    }

    pub(super) fn configs(&self) -> Result<&Configs, Error> {
        if let Some(made) = self.made.get() {
            return Ok(made);
        }
        let base = match &self.config.custom {
            Some(custom) => (**custom).clone(),
            None => self.config.build()?,
        };
        let offering = |protocols: &[&[u8]]| {
            let mut config = base.clone();
            config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
            Arc::new(config)
        };
        let destination = match self.versions {
            HttpVersions::Auto => offering(&[b"h2", b"http/1.1"]),
            HttpVersions::Http1Only => offering(&[b"http/1.1"]),
            HttpVersions::Http2Only => offering(&[b"h2"]),
        };
        // A tunnel is opened in the words of HTTP/1.1.
        let proxy = offering(&[b"http/1.1"]);
        Ok(self.made.get_or_init(|| Configs { destination, proxy }))
    }
}

impl TlsConfig {
    fn build(&self) -> Result<ClientConfig, Error> {
        let provider = self.provider.clone().or_else(default_provider).ok_or_else(|| {
            Error::config(
                "tls provider",
                "is missing: turn on one of the crate's `rustls-*` features, install a process-wide \
                 provider, or hand one to the builder",
            )
        })?;
        // The provider is handed over in every case: asking rustls for the process-wide one
        // panics where two dependencies of a program disagree about it.
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| {
                Error::config("tls provider", "supports no safe version of TLS").with_source(error)
            })?
            .with_root_certificates(self.root_store()?)
            .with_no_client_auth();
        Ok(config)
    }

    fn root_store(&self) -> Result<RootCertStore, Error> {
        let mut store = RootCertStore::empty();
        let mut problem = None;
        if matches!(self.roots, Roots::All | Roots::Native) {
            problem = add_native(&mut store);
        }
        if matches!(self.roots, Roots::All | Roots::Bundled) {
            add_bundled(&mut store);
        }
        for Certificate(der) in &self.added {
            store.add(der.clone()).map_err(|error| {
                Error::config("root certificate", "cannot be used").with_source(error)
            })?;
        }
        if store.is_empty() {
            let reason = match problem {
                Some(problem) => format!("gives no root certificate to trust: {problem}"),
                None => {
                    "gives no root certificate to trust: turn on the feature `native-roots` or \
                         `webpki-roots`, or add a certificate"
                        .to_owned()
                }
            };
            return Err(Error::config("roots", reason));
        }
        Ok(store)
    }
}

/// Whether another handshake with the same peer would fail for the same reason.
pub(super) fn is_permanent(error: &rustls::Error) -> bool {
    use rustls::{AlertDescription as Alert, Error};
    match error {
        Error::InvalidCertificate(_)
        | Error::InvalidMessage(_)
        | Error::NoApplicationProtocol
        | Error::NoCertificatesPresented
        | Error::PeerIncompatible(_) => true,
        Error::AlertReceived(alert) => matches!(
            alert,
            Alert::AccessDenied
                | Alert::BadCertificate
                | Alert::CertificateExpired
                | Alert::CertificateRequired
                | Alert::CertificateRevoked
                | Alert::CertificateUnknown
                | Alert::HandshakeFailure
                | Alert::InsufficientSecurity
                | Alert::NoApplicationProtocol
                | Alert::ProtocolVersion
                | Alert::UnknownCA
                | Alert::UnrecognisedName
                | Alert::UnsupportedCertificate
        ),
        _ => false,
    }
}

/// The provider of the crate's features; without one, the one that the program installed.
fn default_provider() -> Option<Arc<CryptoProvider>> {
    #[cfg(feature = "rustls-aws-lc-rs")]
    return Some(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    #[cfg(all(feature = "rustls-ring", not(feature = "rustls-aws-lc-rs")))]
    return Some(Arc::new(rustls::crypto::ring::default_provider()));
    #[cfg(not(any(feature = "rustls-aws-lc-rs", feature = "rustls-ring")))]
    return CryptoProvider::get_default().cloned();
}

/// A single unreadable certificate of the system does no harm; the answer says what was wrong, in
/// case nothing could be read at all.
#[cfg(feature = "native-roots")]
fn add_native(store: &mut RootCertStore) -> Option<String> {
    let found = rustls_native_certs::load_native_certs();
    store.add_parsable_certificates(found.certs);
    match found.errors.first() {
        Some(error) => Some(error.to_string()),
        None => Some("the operating system has none".to_owned()),
    }
}

#[cfg(not(feature = "native-roots"))]
fn add_native(_: &mut RootCertStore) -> Option<String> {
    None
}

#[cfg(feature = "webpki-roots")]
fn add_bundled(store: &mut RootCertStore) {
    store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
}

#[cfg(not(feature = "webpki-roots"))]
fn add_bundled(_: &mut RootCertStore) {}
