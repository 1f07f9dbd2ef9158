//! TLS settings: root certificates and crypto provider.

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

/// An additional root certificate, for example of a proxy that inspects TLS or of a test server.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate(CertificateDer<'static>);

impl Certificate {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Config`](crate::ErrorKind::Config) if it is not a certificate.
    pub fn from_der(der: impl Into<Vec<u8>>) -> Result<Self, Error> {
        let der = CertificateDer::from(der.into());
        RootCertStore::empty().add(der.clone()).map_err(|error| {
            Error::config("root certificate", "is not a certificate in DER").with_source(error)
        })?;
        Ok(Self(der))
    }

    /// Reads all certificates in a PEM file. Keys and other sections are ignored.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Config`](crate::ErrorKind::Config) if there is no certificate, or one
    /// of them is malformed.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Vec<Self>, Error> {
        let invalid = |reason| Error::config("root certificate", reason);
        // Concatenated files may have two markers on one line.
        let pem = String::from_utf8_lossy(pem.as_ref()).replace("-----BEGIN ", "\n-----BEGIN ");
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
            .map(|der| match der {
                Ok(der) => Self::from_der(der.to_vec()),
                Err(error) => Err(invalid("is not valid PEM").with_source(error)),
            })
            .collect::<Result<_, _>>()?;
        // The parser skips malformed sections, which may be certificates.
        let labels = pem.split("-----BEGIN ").skip(1).filter_map(|rest| rest.split("-----").next());
        let declared = labels.filter(|label| label.ends_with("CERTIFICATE")).count();
        if declared != certificates.len() {
            return Err(invalid("contains a certificate that is not valid PEM"));
        }
        if certificates.is_empty() {
            return Err(invalid("contains no certificate in PEM"));
        }
        Ok(certificates)
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({} bytes)", self.0.len())
    }
}

/// Which root certificates are trusted, in addition to those added to the builder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Roots {
    /// The certificates of all enabled features: `native-roots`, `webpki-roots`, or both.
    #[default]
    All,
    /// The certificates of the operating system. Requires the feature `native-roots`.
    Native,
    /// Mozilla's certificates, bundled with the program. Requires the feature `webpki-roots`.
    Bundled,
    /// Only the certificates added to the builder.
    AddedOnly,
}

/// The TLS settings of the builder.
#[derive(Clone, Default)]
pub(crate) struct TlsConfig {
    pub(crate) roots: Roots,
    pub(crate) added: Vec<Certificate>,
    pub(crate) provider: Option<Arc<CryptoProvider>>,
    /// Replaces all of the above. Its ALPN protocols are overwritten.
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

/// The TLS configurations, created when first needed. A client of a plain http test server reads no
/// certificates and needs no provider.
pub(super) struct Tls {
    config: TlsConfig,
    versions: HttpVersions,
    configs: OnceLock<Configs>,
}

pub(super) struct Configs {
    pub(super) destination: Arc<ClientConfig>,
    pub(super) proxy: Arc<ClientConfig>,
}

impl Tls {
    pub(super) fn new(config: TlsConfig, versions: HttpVersions) -> Self {
        Self { config, versions, configs: OnceLock::new() }
    }

    pub(super) fn configs(&self) -> Result<&Configs, Error> {
        if let Some(configs) = self.configs.get() {
            return Ok(configs);
        }
        let base = match &self.config.custom {
            Some(custom) => (**custom).clone(),
            None => self.config.build()?,
        };
        let with_alpn = |protocols: &[&[u8]]| {
            let mut config = base.clone();
            config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
            Arc::new(config)
        };
        let destination = match self.versions {
            HttpVersions::Auto => with_alpn(&[b"h2", b"http/1.1"]),
            HttpVersions::Http1Only => with_alpn(&[b"http/1.1"]),
            HttpVersions::Http2Only => with_alpn(&[b"h2"]),
        };
        // Tunnels are opened over HTTP/1.1.
        let proxy = with_alpn(&[b"http/1.1"]);
        Ok(self.configs.get_or_init(|| Configs { destination, proxy }))
    }
}

impl TlsConfig {
    fn build(&self) -> Result<ClientConfig, Error> {
        let provider = self.provider.clone().or_else(default_provider).ok_or_else(|| {
            Error::config(
                "tls provider",
                "is missing: enable one of the crate's `rustls-*` features, install a process-wide \
                 provider, or pass one to the builder",
            )
        })?;
        // The provider is always passed explicitly. rustls's own default panics if two dependencies
        // of a program enable different providers.
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
                Some(problem) => format!("has no trusted root certificate: {problem}"),
                None => "has no trusted root certificate: enable the feature `native-roots` or \
                         `webpki-roots`, or add a certificate"
                    .to_owned(),
            };
            return Err(Error::config("roots", reason));
        }
        Ok(store)
    }
}

/// Whether another handshake with the peer would fail the same way.
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

/// The provider that the crate's features select, or else the process-wide one.
fn default_provider() -> Option<Arc<CryptoProvider>> {
    #[cfg(feature = "rustls-aws-lc-rs")]
    return Some(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    #[cfg(all(feature = "rustls-ring", not(feature = "rustls-aws-lc-rs")))]
    return Some(Arc::new(rustls::crypto::ring::default_provider()));
    #[cfg(not(any(feature = "rustls-aws-lc-rs", feature = "rustls-ring")))]
    return CryptoProvider::get_default().cloned();
}

/// Adds the certificates of the operating system. Unreadable ones are skipped. Returns the reason,
/// in case there are no others.
#[cfg(feature = "native-roots")]
fn add_native(store: &mut RootCertStore) -> Option<String> {
    let found = rustls_native_certs::load_native_certs();
    store.add_parsable_certificates(found.certs);
    match found.errors.first() {
        Some(error) => Some(error.to_string()),
        None => Some(
            "the operating system provides none; install its CA certificates, or enable the feature \
             `webpki-roots`"
                .to_owned(),
        ),
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
