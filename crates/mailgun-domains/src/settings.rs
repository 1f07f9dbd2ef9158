use std::net::IpAddr;

use mailgun_core::{Secret, true_false};

use crate::{DomainState, SpamAction, WebScheme};

mailgun_core::open_enum! {
    /// The order of a listing of domains.
    pub enum DomainSort {
        /// By name, from `a` to `z`.
        NameAscending = "name:asc",
        /// By name, from `z` to `a`.
        NameDescending = "name:desc",
    }
}

mailgun_core::params! {
    /// Which domains to list.
    pub struct ListDomains;
}

impl ListDomains {
    /// At most so many a page: 1 to 1000; 100 when not set.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Leaves out so many at the beginning; 0 when not set.
    pub fn skip(self, skip: u64) -> Self {
        self.set("skip", skip)
    }

    /// Only those in this state.
    pub fn state(self, state: impl Into<DomainState>) -> Self {
        self.set("state", state.into())
    }

    /// The order; the newest first when not set.
    pub fn sort(self, sort: impl Into<DomainSort>) -> Self {
        self.set("sort", sort.into())
    }

    /// Only those with this DKIM authority; has no effect beside [`state`](Self::state).
    pub fn authority(self, authority: impl Into<String>) -> Self {
        self.set("authority", authority.into())
    }

    /// Only those with this text in their name; there are no wildcards.
    pub fn search(self, search: impl Into<String>) -> Self {
        self.set("search", search.into())
    }

    /// Those of subaccounts too; false when not set.
    pub fn include_subaccounts(self, yes: bool) -> Self {
        self.set("include_subaccounts", true_false(yes))
    }
}

mailgun_core::params! {
    /// How much to tell of a domain.
    pub struct GetDomain;
}

impl GetDomain {
    /// Tells `dkim_host`, `mailfrom_host` and `pod` too (`h:extended`); false when not set.
    pub fn extended(self, yes: bool) -> Self {
        self.set("h:extended", true_false(yes))
    }

    /// Tells the DNS records (`h:with_dns`); true when not set.
    pub fn with_dns(self, yes: bool) -> Self {
        self.set("h:with_dns", true_false(yes))
    }
}

mailgun_core::params! {
    /// What a new domain is to be.
    pub struct CreateDomain;
}

impl CreateDomain {
    /// The size of its DKIM key in bits: 1024 or 2048; 1024 when not set.
    pub fn dkim_key_size(self, bits: u16) -> Self {
        self.set("dkim_key_size", bits)
    }

    /// The selector of its DKIM key, which is created if there is none: one label, without a dot.
    pub fn dkim_selector(self, selector: impl Into<String>) -> Self {
        self.set("dkim_selector", selector.into())
    }

    /// The host of its DKIM key: the domain itself, a subdomain of it, or its root domain.
    ///
    /// Not beside [`force_dkim_authority`](Self::force_dkim_authority) or
    /// [`force_root_dkim_host`](Self::force_root_dkim_host).
    pub fn dkim_host_name(self, host: impl Into<String>) -> Self {
        self.set("dkim_host_name", host.into())
    }

    /// Makes it its own DKIM authority, even if the account has its root domain, whose authority
    /// it would share; false when not set.
    pub fn force_dkim_authority(self, yes: bool) -> Self {
        self.set("force_dkim_authority", true_false(yes))
    }

    /// Makes its root domain the host of its DKIM key, even if Mailgun does not know that domain;
    /// false when not set.
    pub fn force_root_dkim_host(self, yes: bool) -> Self {
        self.set("force_root_dkim_host", true_false(yes))
    }

    /// Encrypts incoming mail; false when not set. No call switches it off again.
    pub fn encrypt_incoming_message(self, yes: bool) -> Self {
        self.set("encrypt_incoming_message", true_false(yes))
    }

    /// The IPs that it sends from; all dedicated ones of the account when not set.
    pub fn ips(self, ips: impl IntoIterator<Item = IpAddr>) -> Self {
        let ips: Vec<_> = ips.into_iter().map(|ip| ip.to_string()).collect();
        self.set("ips", ips.join(","))
    }

    /// The IP pool that it sends from.
    pub fn pool_id(self, id: impl Into<String>) -> Self {
        self.set("pool_id", id.into())
    }
}

mailgun_core::params! {
    /// What to change of a domain.
    pub struct UpdateDomain;
}

impl UpdateDomain {
    /// The host of its envelope senders, in lower case.
    pub fn mailfrom_host(self, host: impl Into<String>) -> Self {
        self.set("mailfrom_host", host.into())
    }
}

macro_rules! common {
    ($($name:ident),*) => {$(
        impl $name {
            /// The password of its own SMTP login: 5 to 32 characters.
            pub fn smtp_password(self, password: impl Into<Secret>) -> Self {
                self.set("smtp_password", password.into().expose())
            }

            /// What happens to incoming spam; [`Disabled`](SpamAction::Disabled) for a new domain.
            pub fn spam_action(self, action: impl Into<SpamAction>) -> Self {
                self.set("spam_action", action.into())
            }

            /// Accepts mail for its subdomains; false for a new domain.
            pub fn wildcard(self, yes: bool) -> Self {
                self.set("wildcard", true_false(yes))
            }

            /// The label in front of its name in links for tracking; `email` for a new domain.
            ///
            /// The DNS needs a CNAME record of that name.
            pub fn web_prefix(self, prefix: impl Into<String>) -> Self {
                self.set("web_prefix", prefix.into())
            }

            /// How these links begin; [`Http`](WebScheme::Http) for a new domain.
            ///
            /// [`Https`](WebScheme::Https) needs a certificate: see
            /// [`generate_certificate`](crate::DomainTracking::generate_certificate).
            pub fn web_scheme(self, scheme: impl Into<WebScheme>) -> Self {
                self.set("web_scheme", scheme.into())
            }

            /// Lets Mailgun make and rotate the DKIM keys, to which CNAME records point in place
            /// of a TXT record; false for a new domain. A change needs a new
            /// [`verify`](crate::Domains::verify).
            pub fn use_automatic_sender_security(self, yes: bool) -> Self {
                self.set("use_automatic_sender_security", true_false(yes))
            }

            /// Sends over TLS or not at all; false for a new domain, where TLS is tried.
            pub fn require_tls(self, yes: bool) -> Self {
                self.set("require_tls", true_false(yes))
            }

            /// Does not check the certificates of receiving servers; false for a new domain.
            pub fn skip_verification(self, yes: bool) -> Self {
                self.set("skip_verification", true_false(yes))
            }

            /// Posts a copy of each delivered mail, as `application/mime`, to this URL.
            pub fn archive_to(self, url: impl Into<String>) -> Self {
                self.set("archive_to", url.into())
            }

            /// For how many seconds mail is kept; the plan has the default and the limit.
            pub fn message_ttl(self, seconds: u32) -> Self {
                self.set("message_ttl", seconds)
            }
        }
    )*};
}
common!(CreateDomain, UpdateDomain);
