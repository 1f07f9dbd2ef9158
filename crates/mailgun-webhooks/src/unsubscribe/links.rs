use std::{fmt, sync::Arc, time::Duration};

use mailgun_core::{
    Error, Mailbox, Timestamp,
    http::{Uri, uri::Scheme},
};

use super::{UnsubscribeError, token::TokenKey};

type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Makes unsubscribe links, and reads them.
///
/// A link names a recipient and, if you want, a tag. It cannot be forged or changed, and it reveals neither
/// of the two: the token is encrypted and authenticated with HMAC-SHA256. The same recipient and tag always
/// get the same link, unless [`valid_for`](Self::valid_for) is set.
///
/// The link works for whoever has it. If a recipient forwards a mail, others can unsubscribe that recipient.
///
/// ```
/// use mailgun::messages::Message;
/// use mailgun::webhooks::unsubscribe::UnsubscribeLinks;
///
/// let links = UnsubscribeLinks::new("https://example.com/unsubscribe", "32 bytes of random numbers")?;
/// let link = links.link("bob@example.com", "newsletter")?;
/// let message = Message::new()
///     .from("news@mg.example.com")
///     .to("bob@example.com")
///     .subject("News")
///     .tag("newsletter")
///     .text(format!("News of the week.\n\nUnsubscribe: {link}"))
///     .list_unsubscribe(&link);
/// # let _ = message;
/// # Ok::<(), mailgun::Error>(())
/// ```
///
/// In a batch, each recipient has a token as a variable:
///
/// ```
/// use mailgun::messages::Batch;
/// use mailgun::webhooks::unsubscribe::UnsubscribeLinks;
/// use serde_json::json;
///
/// let links = UnsubscribeLinks::new("https://example.com/unsubscribe", "32 bytes of random numbers")?;
/// let mut batch = Batch::new()
///     .from("news@mg.example.com")
///     .subject("News")
///     .tag("newsletter")
///     .text(format!("News of the week.\n\nUnsubscribe: {}", links.batch_link("token")))
///     .list_unsubscribe(links.batch_link("token"));
/// for address in ["ann@example.com", "bob@example.com"] {
///     batch = batch.recipient(address, json!({"token": links.token(address, "newsletter")?}));
/// }
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Clone)]
pub struct UnsubscribeLinks {
    /// The base URL, up to the value of the token.
    prefix: String,
    /// The first one makes tokens.
    keys: Vec<TokenKey>,
    valid_for: Option<Duration>,
    clock: Clock,
}

impl UnsubscribeLinks {
    /// Takes the https URL at which the requests are received, and a secret of at least 16 bytes.
    ///
    /// The links are the URL with a `token` in its query. Use 32 random bytes as the secret, and keep it:
    /// without it, the links of all mail that was sent stop working.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](mailgun_core::ErrorKind::Config) if the URL is not https or has a fragment, or
    /// if the secret is too short.
    pub fn new(base_url: impl AsRef<str>, secret: impl AsRef<[u8]>) -> Result<Self, Error> {
        let url = base_url.as_ref();
        let uri = url.parse::<Uri>().ok().filter(|_| url.is_ascii() && !url.contains('#'));
        if uri.is_none_or(|uri| uri.scheme() != Some(&Scheme::HTTPS)) {
            return Err(Error::config("base_url", "is not an https URL without a fragment"));
        }
        let separator = if url.contains('?') { '&' } else { '?' };
        let prefix = format!("{url}{separator}token=");
        let keys = vec![key(secret)?];
        Ok(Self { prefix, keys, valid_for: None, clock: Arc::new(Timestamp::now) })
    }

    /// Also reads links that were made with this secret, while secrets are being replaced.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](mailgun_core::ErrorKind::Config) if the secret has less than 16 bytes.
    pub fn previous_secret(mut self, secret: impl AsRef<[u8]>) -> Result<Self, Error> {
        self.keys.push(key(secret)?);
        Ok(self)
    }

    /// Lets new links expire after this time. Default: never.
    ///
    /// People unsubscribe from old mail, too. In the United States, a link must work for 30 days.
    pub fn valid_for(mut self, time: Duration) -> Self {
        self.valid_for = Some(time);
        self
    }

    /// Sets another clock. Default: the system's.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Makes the link of a recipient. With a tag, it unsubscribes from mail with this tag; with `None`,
    /// from all mail.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if the address is invalid or the
    /// tag has control characters.
    pub fn link<'a>(
        &self,
        address: &str,
        tag: impl Into<Option<&'a str>>,
    ) -> Result<String, Error> {
        Ok(format!("{}{}", self.prefix, self.token(address, tag)?))
    }

    /// Makes the token of a recipient, for a batch; see [`batch_link`](Self::batch_link).
    ///
    /// # Errors
    ///
    /// The same as [`link`](Self::link).
    pub fn token<'a>(
        &self,
        address: &str,
        tag: impl Into<Option<&'a str>>,
    ) -> Result<String, Error> {
        let mailbox: Mailbox =
            address.parse().map_err(|error: Error| error.in_parameter("address"))?;
        let tag = tag.into();
        if tag.is_some_and(|tag| tag.is_empty() || tag.contains(char::is_control)) {
            return Err(Error::invalid("tag", "is empty or has control characters"));
        }
        let expires = self.valid_for.and_then(|time| (self.clock)().checked_add(time));
        let expires = expires.map_or(i64::MAX, Timestamp::as_micros);
        let mut content = expires.to_be_bytes().to_vec();
        content.extend_from_slice(mailbox.address().as_bytes());
        if let Some(tag) = tag {
            content.push(0);
            content.extend_from_slice(tag.as_bytes());
        }
        // There is always a first key.
        Ok(self.keys.first().map(|key| key.seal(&content)).unwrap_or_default())
    }

    /// Returns the link of a batch, in which each recipient's variable `variable` is the
    /// [`token`](Self::token).
    pub fn batch_link(&self, variable: &str) -> String {
        format!("{}%recipient.{variable}%", self.prefix)
    }

    /// Reads a token.
    ///
    /// # Errors
    ///
    /// [`UnsubscribeError::BadToken`] and [`UnsubscribeError::Expired`].
    pub fn read(&self, token: &str) -> Result<Unsubscribe, UnsubscribeError> {
        let content = self.keys.iter().find_map(|key| key.open(token));
        let (expires, unsubscribe) =
            content.and_then(|content| parse(&content)).ok_or(UnsubscribeError::BadToken)?;
        if (self.clock)().as_micros() > expires {
            return Err(UnsubscribeError::Expired);
        }
        Ok(unsubscribe)
    }
}

fn key(secret: impl AsRef<[u8]>) -> Result<TokenKey, Error> {
    let reason = "has less than 16 bytes and could be guessed";
    TokenKey::new(secret.as_ref()).ok_or_else(|| Error::config("secret", reason))
}

fn parse(content: &[u8]) -> Option<(i64, Unsubscribe)> {
    let (expires, rest) = content.split_first_chunk()?;
    let rest = str::from_utf8(rest).ok()?;
    let (address, tag) = match rest.split_once('\0') {
        Some((address, tag)) => (address, Some(tag.to_owned())),
        None => (rest, None),
    };
    let unsubscribe = Unsubscribe { address: address.to_owned(), tag };
    Some((i64::from_be_bytes(*expires), unsubscribe))
}

/// Shows neither the secrets nor the URL.
impl fmt::Debug for UnsubscribeLinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsubscribeLinks")
            .field("secrets", &self.keys.len())
            .field("valid_for", &self.valid_for)
            .finish_non_exhaustive()
    }
}

/// A recipient who wants to unsubscribe. `Debug` does not show the address.
///
/// With the feature `axum`, it is an extractor for handlers whose state has [`UnsubscribeLinks`]. It
/// refuses every request but a one-click `POST` with a valid link.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsubscribe {
    /// The bare address.
    pub address: String,
    /// The tag whose mail is no longer wanted; `None` for all mail.
    pub tag: Option<String>,
}

impl fmt::Debug for Unsubscribe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsubscribe").field("tag", &self.tag).finish_non_exhaustive()
    }
}
