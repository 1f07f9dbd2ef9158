//! Mailgun domains: settings, verification, SMTP credentials, tracking and IPs.
//!
//! A new domain is unverified until Mailgun finds the required DNS records. Create the domain,
//! publish the records of the response, and call [`verify`](Domains::verify).
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! use mailgun::domains::{CreateDomain, DomainState, WebScheme};
//!
//! let domains = mailgun.domains();
//! let settings = CreateDomain::new().web_scheme(WebScheme::Https).require_tls(true);
//! let created = domains.create("mg.example.com", settings).await?;
//! for record in &created.sending_dns_records {
//!     println!("{:?} {:?} {}", record.name, record.record_type, record.value);
//! }
//! // When the records are published:
//! let verified = domains.verify("mg.example.com").await?;
//! assert_eq!(verified.domain.state, Some(DomainState::Active));
//! # Ok(()) }
//! ```

mod connection;
mod credentials;
mod domain;
mod domains;
mod ips;
mod settings;
mod tracking;
mod tracking_settings;

pub use mailgun_types::{DnsRecord, DnsRecordState, DnsRecordType, IpReplacement};

pub use self::{
    connection::{ConnectionResponse, ConnectionSettings},
    credentials::{
        CreateCredentials, Credential, CredentialDeleted, CredentialsDeleted, CredentialsResponse,
        ListCredentials, SmtpCredentials,
    },
    domain::{Disabled, Domain, DomainResponse, DomainState, DomainType, SpamAction, WebScheme},
    domains::{Domains, OPERATIONS},
    ips::{DomainIps, IpList},
    settings::{CreateDomain, DomainSort, GetDomain, ListDomains, UpdateDomain},
    tracking::{DomainTracking, OpenTrackingSettings, UnsubscribeTrackingSettings},
    tracking_settings::{
        CertificateJob, CertificateStatus, ClickTracking, ClickTrackingResponse,
        ClickTrackingState, OpenTracking, OpenTrackingResponse, TrackingCertificate,
        TrackingSettings, UnsubscribeTracking, UnsubscribeTrackingResponse,
    },
};
