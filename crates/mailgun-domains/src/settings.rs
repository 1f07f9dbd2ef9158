use std::net::IpAddr;

use mailgun_core::{Secret, true_false};

use crate::{DomainState, SpamAction, WebScheme};

mailgun_core::open_enum! {
    /// The order of a listing of domains.
    pub enum DomainSort {
        /// By name, from A to Z.
        NameAscending = "name:asc",
        /// By name, from Z to A.
        NameDescending = "name:desc",
    }
}

mailgun_core::params! {
    /// Options for listing domains.
    pub struct ListDomains;
}

impl ListDomains {
    /// Page size, 1 to 1000; default 100.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Number of items to skip; default 0.
    pub fn skip(self, skip: u64) -> Self {
        self.set("skip", skip)
    }

    /// Lists only domains in this state.
    pub fn state(self, state: impl Into<DomainState>) -> Self {
        self.set("state", state.into())
    }

    /// The order; default newest first.
    pub fn sort(self, sort: impl Into<DomainSort>) -> Self {
        self.set("sort", sort.into())
    }

    /// Lists only domains with this DKIM authority. Has no effect together with
    /// [`state`](Self::state).
    pub fn authority(self, authority: impl Into<String>) -> Self {
        self.set("authority", authority.into())
    }

    /// Lists only domains whose name contains this text. There are no wildcards.
    pub fn search(self, search: impl Into<String>) -> Self {
        self.set("search", search.into())
    }

    /// Includes domains of subaccounts; default false.
    pub fn include_subaccounts(self, yes: bool) -> Self {
        self.set("include_subaccounts", true_false(yes))
    }
}

mailgun_core::params! {
    /// Options for getting a domain.
    pub struct GetDomain;
}

impl GetDomain {
    /// Includes `dkim_host`, `mailfrom_host` and `pod` (`h:extended`); default false.
    pub fn extended(self, yes: bool) -> Self {
        self.set("h:extended", true_false(yes))
    }

    /// Includes the DNS records (`h:with_dns`); default true.
    pub fn with_dns(self, yes: bool) -> Self {
        self.set("h:with_dns", true_false(yes))
    }
}

mailgun_core::params! {
    /// Settings of a new domain.
    pub struct CreateDomain;
}

impl CreateDomain {
    /// Size of the DKIM key in bits: 1024 or 2048; default 1024.
    pub fn dkim_key_size(self, bits: u16) -> Self {
        self.set("dkim_key_size", bits)
    }

    /// The selector of the DKIM key, one label without dots. Mailgun creates the key if it does not
    /// exist.
    pub fn dkim_selector(self, selector: impl Into<String>) -> Self {
        self.set("dkim_selector", selector.into())
    }

    /// The host of the DKIM key: the domain itself, a subdomain of it, or its root domain.
    ///
    /// Cannot be combined with [`force_dkim_authority`](Self::force_dkim_authority) or
    /// [`force_root_dkim_host`](Self::force_root_dkim_host).
    pub fn dkim_host_name(self, host: impl Into<String>) -> Self {
        self.set("dkim_host_name", host.into())
    }

    /// Makes the domain its own DKIM authority, even if the account has its root domain; default
    /// false.
    pub fn force_dkim_authority(self, yes: bool) -> Self {
        self.set("force_dkim_authority", true_false(yes))
    }

    /// Makes the root domain the host of the DKIM key, even if Mailgun does not know that domain;
    /// default false.
    pub fn force_root_dkim_host(self, yes: bool) -> Self {
        self.set("force_root_dkim_host", true_false(yes))
    }

    /// Encrypts incoming messages; default false. It cannot be turned off later.
    pub fn encrypt_incoming_message(self, yes: bool) -> Self {
        self.set("encrypt_incoming_message", true_false(yes))
    }

    /// The IPs that the domain sends from. Default: all dedicated IPs of the account.
    pub fn ips(self, ips: impl IntoIterator<Item = IpAddr>) -> Self {
        let ips: Vec<_> = ips.into_iter().map(|ip| ip.to_string()).collect();
        self.set("ips", ips.join(","))
    }

    /// The IP pool that the domain sends from.
    pub fn pool_id(self, id: impl Into<String>) -> Self {
        self.set("pool_id", id.into())
    }
}

mailgun_core::params! {
    /// Settings of a domain to change.
    pub struct UpdateDomain;
}

impl UpdateDomain {
    /// The host of envelope senders, in lowercase.
    pub fn mailfrom_host(self, host: impl Into<String>) -> Self {
        self.set("mailfrom_host", host.into())
    }
}

macro_rules! common {
    ($($name:ident),*) => {$(
        impl $name {
            /// The password of the domain's SMTP login: 5 to 32 characters.
            pub fn smtp_password(self, password: impl Into<Secret>) -> Self {
                self.set("smtp_password", password.into().expose())
            }

            /// What happens to incoming spam; [`Disabled`](SpamAction::Disabled) for a new domain.
            pub fn spam_action(self, action: impl Into<SpamAction>) -> Self {
                self.set("spam_action", action.into())
            }

            /// Accepts mail for subdomains; false for a new domain.
            pub fn wildcard(self, yes: bool) -> Self {
                self.set("wildcard", true_false(yes))
            }

            /// The prefix of the tracking host; `email` for a new domain.
            ///
            /// The DNS needs a CNAME record for the tracking host.
            pub fn web_prefix(self, prefix: impl Into<String>) -> Self {
                self.set("web_prefix", prefix.into())
            }

            /// The scheme of tracking links; [`Http`](WebScheme::Http) for a new domain.
            ///
            /// [`Https`](WebScheme::Https) needs a certificate: see
            /// [`generate_certificate`](crate::DomainTracking::generate_certificate).
            pub fn web_scheme(self, scheme: impl Into<WebScheme>) -> Self {
                self.set("web_scheme", scheme.into())
            }

            /// Lets Mailgun manage and rotate the DKIM keys, behind CNAME records instead of a TXT
            /// record; false for a new domain. After a change, call
            /// [`verify`](crate::Domains::verify) again.
            pub fn use_automatic_sender_security(self, yes: bool) -> Self {
                self.set("use_automatic_sender_security", true_false(yes))
            }

            /// Sends only over TLS; false for a new domain, which tries TLS first.
            pub fn require_tls(self, yes: bool) -> Self {
                self.set("require_tls", true_false(yes))
            }

            /// Skips the verification of receiving servers' certificates; false for a new domain.
            pub fn skip_verification(self, yes: bool) -> Self {
                self.set("skip_verification", true_false(yes))
            }

            /// Posts a copy of each delivered message to this URL, as `application/mime`.
            pub fn archive_to(self, url: impl Into<String>) -> Self {
                self.set("archive_to", url.into())
            }

            /// How long messages are stored, in seconds. The default and the limit depend on the
            /// plan.
            pub fn message_ttl(self, seconds: u32) -> Self {
                self.set("message_ttl", seconds)
            }
        }
    )*};
}
common!(CreateDomain, UpdateDomain);
