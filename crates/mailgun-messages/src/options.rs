//! The sending options, which messages, MIME messages and batches share.

use std::{fmt, str::FromStr};

use mailgun_core::Error;

/// Whether clicks or opens are tracked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tracking {
    /// Track them.
    Yes,
    /// Do not track them, whatever the domain's setting is.
    No,
    /// Track them in the HTML body only.
    HtmlOnly,
}

impl Tracking {
    #[doc(hidden)]
    pub fn into_value(self) -> bytes::Bytes {
        match self {
            Self::Yes => mailgun_core::yes_no(true),
            Self::No => mailgun_core::yes_no(false),
            Self::HtmlOnly => bytes::Bytes::from_static(b"htmlonly"),
        }
    }
}

impl From<bool> for Tracking {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// A time of day without a time zone, for
/// [`localize_delivery_time`](crate::Message::localize_delivery_time).
///
/// ```
/// use mailgun::messages::TimeOfDay;
///
/// assert_eq!(TimeOfDay::new(14, 30)?.to_string(), "14:30");
/// assert_eq!("02:30PM".parse::<TimeOfDay>()?.to_string(), "02:30PM");
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeOfDay {
    hour: u8,
    minute: u8,
    half: Option<Half>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Half {
    Am,
    Pm,
}

impl TimeOfDay {
    /// Creates a time on the 24-hour clock.
    ///
    /// # Errors
    ///
    /// If the hour is over 23 or the minute over 59.
    pub fn new(hour: u8, minute: u8) -> Result<Self, Error> {
        if hour > 23 || minute > 59 {
            return Err(Error::invalid("time of day", "is not within 00:00 to 23:59"));
        }
        Ok(Self { hour, minute, half: None })
    }
}

impl FromStr for TimeOfDay {
    type Err = Error;

    /// Parses `HH:mm`, or `hh:mm` followed by `AM` or `PM`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let refused = || Error::invalid("time of day", "is neither `HH:mm` nor `hh:mmAM`");
        let upper = text.trim().to_ascii_uppercase();
        let (clock, half) = match (upper.strip_suffix("AM"), upper.strip_suffix("PM")) {
            (Some(clock), _) => (clock, Some(Half::Am)),
            (_, Some(clock)) => (clock, Some(Half::Pm)),
            _ => (&*upper, None),
        };
        let (hour, minute) = clock.trim_end().split_once(':').ok_or_else(refused)?;
        let number = |text: &str| match text.len() {
            1 | 2 if text.bytes().all(|b| b.is_ascii_digit()) => {
                text.parse().map_err(|_| refused())
            }
            _ => Err(refused()),
        };
        let time = Self { half, ..Self::new(number(hour)?, number(minute)?)? };
        if half.is_some() && !(1..=12).contains(&time.hour) {
            return Err(refused());
        }
        Ok(time)
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)?;
        match self.half {
            None => Ok(()),
            Some(Half::Am) => f.write_str("AM"),
            Some(Half::Pm) => f.write_str("PM"),
        }
    }
}

/// The name of a DKIM key: signing domain and selector.
///
/// ```
/// use mailgun::messages::DkimKey;
///
/// assert_eq!(DkimKey::new("example.com", "s1")?.to_string(), "example.com/s1");
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DkimKey {
    domain: mailgun_core::DomainName,
    selector: Box<str>,
}

impl DkimKey {
    /// Creates a name from a domain and a selector.
    ///
    /// # Errors
    ///
    /// If the domain is invalid, or if the selector is empty or contains anything but letters,
    /// digits, `-`, `_` and `.`.
    pub fn new(domain: &str, selector: &str) -> Result<Self, Error> {
        let usable = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if selector.is_empty() || !selector.bytes().all(usable) {
            return Err(Error::invalid("selector", "is not a DKIM selector"));
        }
        Ok(Self { domain: mailgun_core::DomainName::new(domain)?, selector: selector.into() })
    }
}

impl fmt::Display for DkimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.domain, self.selector)
    }
}

/// Writes `1h30m`, the form of `o:deliver-within`.
pub fn hours_and_minutes(seconds: u64) -> Result<String, Error> {
    const MINUTE: u64 = 60;
    let minutes = seconds / MINUTE;
    if !(5..=24 * 60).contains(&minutes) || !seconds.is_multiple_of(MINUTE) {
        return Err(Error::invalid(
            "o:deliver-within",
            "is not a whole number of minutes, 5 minutes to 24 hours",
        ));
    }
    Ok(format!("{}h{}m", minutes / 60, minutes % 60))
}

/// The setters of the sending options, for the types that hold a `Content`.
#[doc(hidden)]
#[macro_export]
macro_rules! option_setters {
    ($type:ident) => {
        impl $type {
            /// Sets the Reply-To header (`h:Reply-To`).
            #[doc(alias = "reply")]
            pub fn reply_to(mut self, addresses: impl $crate::Addresses) -> Self {
                match addresses.into_mailboxes() {
                    Ok(list) if list.is_empty() => {}
                    Ok(list) => self.content.header("Reply-To", list.joined()),
                    Err(error) => {
                        self.content.fields.record_error(error.in_parameter("h:Reply-To"));
                    }
                }
                self
            }

            /// Sets a header of the mail (`h:`). It replaces a header whose name differs only in case.
            ///
            /// A folded value, as copied from another mail, is unfolded. Line ends at its end are
            /// dropped.
            ///
            /// `Mime-Version`, `Content-Type` and `Content-Transfer-Encoding`, which Mailgun writes
            /// itself, are errors of the send. So is `Bcc`, which all recipients would see.
            pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
                self.content.header(name.as_ref(), value.as_ref());
                self
            }

            /// Lets recipients unsubscribe with the button of their mail program (`h:List-Unsubscribe`).
            ///
            /// `target` is an https URL of yours, which may hold `%recipient.NAME%`, or a `mailto:` URL.
            /// Mailgun's `%unsubscribe_url%`, `%tag_unsubscribe_url%`,
            /// `%mailing_list_unsubscribe_url%` and `%unsubscribe_email%` are targets, too. Call it
            /// twice to offer a URL and an address. A second target of the same kind replaces the first.
            ///
            /// With a URL, it also sets `h:List-Unsubscribe-Post` (RFC 8058): the mailbox provider sends
            /// one `POST` to the URL, which must unsubscribe without further questions. Gmail and Yahoo
            /// require this of bulk senders.
            ///
            /// Any other target is an error of the send, before a connection is made.
            #[doc(alias("one-click", "RFC 8058", "unsubscribe"))]
            pub fn list_unsubscribe(mut self, target: impl AsRef<str>) -> Self {
                self.content.list_unsubscribe(target.as_ref());
                self
            }

            /// Adds a tag for statistics (`o:tag`): ASCII, up to 128 characters. Mailgun accepts up to
            /// 10 tags. An empty tag is not sent.
            pub fn tag(mut self, tag: impl Into<String>) -> Self {
                let tag = tag.into();
                if !tag.is_empty() {
                    self.content.append_line("o:tag", tag);
                }
                self
            }

            /// Adds a tag for each item; see [`tag`](Self::tag).
            pub fn tags<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Self {
                tags.into_iter().fold(self, Self::tag)
            }

            /// Attaches data of your application (`v:`): text as it is, any other value as JSON.
            ///
            /// It appears in events and webhooks, up to 4 kB, and in the mail's
            /// `X-Mailgun-Variables` header. Templates can use it.
            #[doc(alias = "metadata")]
            pub fn variable(mut self, name: impl AsRef<str>, value: impl serde::Serialize) -> Self {
                self.content.variable(name.as_ref(), &value);
                self
            }

            /// Renders the body from a stored template (`template`).
            pub fn template(mut self, name: impl Into<String>) -> Self {
                self.content.line("template", name.into());
                self
            }

            /// Sets the variables of the template (`t:variables`): a value that serializes as a JSON
            /// object.
            ///
            /// They take precedence over [`variable`](Self::variable)s of the same name. The template
            /// escapes `{{name}}` for HTML, so an apostrophe becomes `&apos;`. It inserts `{{{name}}}` as
            /// it is: use that for HTML of your own, and never for what others have written.
            pub fn template_variables(mut self, variables: impl serde::Serialize) -> Self {
                self.content.object("t:variables", &variables);
                self
            }

            /// Selects a version of the template by its tag (`t:version`). Default: the active
            /// version.
            ///
            /// If there is no such version, Mailgun accepts the message and then does not deliver it.
            pub fn template_version(mut self, tag: impl Into<String>) -> Self {
                self.content.line("t:version", tag.into());
                self
            }

            /// Also makes a plain-text body from the template (`t:text`). Default: no.
            pub fn template_text(mut self, yes: bool) -> Self {
                self.content.line("t:text", mailgun_core::yes_no(yes));
                self
            }

            /// Tracks clicks and opens, or neither (`o:tracking`). Default: the domain's settings.
            ///
            /// On a domain whose tracking is off, [`tracking_clicks`](Self::tracking_clicks) and
            /// [`tracking_opens`](Self::tracking_opens) need this option to be on.
            pub fn tracking(mut self, tracking: impl Into<$crate::Tracking>) -> Self {
                self.content.line("o:tracking", tracking.into().into_value());
                self
            }

            /// Tracks clicks (`o:tracking-clicks`). Default: the domain's setting.
            pub fn tracking_clicks(mut self, tracking: impl Into<$crate::Tracking>) -> Self {
                self.content.line("o:tracking-clicks", tracking.into().into_value());
                self
            }

            /// Tracks opens (`o:tracking-opens`). Default: the domain's setting.
            pub fn tracking_opens(mut self, yes: bool) -> Self {
                self.content.line("o:tracking-opens", mailgun_core::yes_no(yes));
                self
            }

            /// Puts the tracking pixel at the top of the mail (`o:tracking-pixel-location-top`).
            ///
            /// Mail programs that cut long mails then still load it.
            pub fn tracking_pixel_at_top(mut self, tracking: impl Into<$crate::Tracking>) -> Self {
                self.content.line("o:tracking-pixel-location-top", tracking.into().into_value());
                self
            }

            /// Delivers at this time (`o:deliverytime`), at most 3 or 7 days ahead, depending on the
            /// plan.
            #[doc(alias = "schedule")]
            pub fn deliver_at(mut self, time: impl Into<mailgun_core::Timestamp>) -> Self {
                self.content.line("o:deliverytime", time.into());
                self
            }

            /// Stops trying to deliver after this time (`o:deliver-within`): whole minutes, 5 minutes
            /// to 24 hours, counted from the scheduled time.
            pub fn deliver_within(mut self, time: std::time::Duration) -> Self {
                match $crate::__private::hours_and_minutes(time.as_secs()) {
                    Ok(text) => self.content.line("o:deliver-within", text),
                    Err(error) => {
                        self.content.fields.record_error(error);
                    }
                }
                self
            }

            /// Delivers when each recipient is likely to read, within this many hours
            /// (`o:deliverytime-optimize-period`): 24 to 72. Not part of every plan.
            pub fn optimize_delivery_time(mut self, hours: u8) -> Self {
                const FIELD: &str = "o:deliverytime-optimize-period";
                if (24..=72).contains(&hours) {
                    self.content.line(FIELD, format!("{hours}h"));
                } else {
                    let error = mailgun_core::Error::invalid(FIELD, "is not within 24 to 72 hours");
                    self.content.fields.record_error(error);
                }
                self
            }

            /// Delivers at this time of day in each recipient's time zone
            /// (`o:time-zone-localize`). Not part of every plan.
            pub fn localize_delivery_time(mut self, time: $crate::TimeOfDay) -> Self {
                self.content.line("o:time-zone-localize", time.to_string());
                self
            }

            /// Processes the message without delivering it (`o:testmode`). Mailgun bills it all the
            /// same.
            #[doc(alias = "sandbox")]
            pub fn test_mode(mut self, yes: bool) -> Self {
                self.content.line("o:testmode", mailgun_core::yes_no(yes));
                self
            }

            /// Delivers over TLS only (`o:require-tls`). Default: no, which falls back to plain SMTP.
            pub fn require_tls(mut self, yes: bool) -> Self {
                self.content.line("o:require-tls", mailgun_core::yes_no(yes));
                self
            }

            /// Skips the check of the receiving server's certificate (`o:skip-verification`).
            /// Default: no.
            pub fn skip_verification(mut self, yes: bool) -> Self {
                self.content.line("o:skip-verification", mailgun_core::yes_no(yes));
                self
            }

            /// Turns the DKIM signature of this message on or off (`o:dkim`). Default: the domain's
            /// setting.
            pub fn dkim(mut self, yes: bool) -> Self {
                self.content.line("o:dkim", mailgun_core::yes_no(yes));
                self
            }

            /// Signs with a second DKIM key too, which must exist and be active
            /// (`o:secondary-dkim`).
            pub fn secondary_dkim(mut self, key: &$crate::DkimKey) -> Self {
                self.content.line("o:secondary-dkim", key.to_string());
                self
            }

            /// Sets the public name of the second key (`o:secondary-dkim-public`). Mailgun checks its
            /// DNS record. Needs [`secondary_dkim`](Self::secondary_dkim).
            pub fn secondary_dkim_public(mut self, key: &$crate::DkimKey) -> Self {
                self.content.line("o:secondary-dkim-public", key.to_string());
                self
            }

            /// Sends from this IP address of the account (`o:sending-ip`).
            pub fn sending_ip(mut self, ip: std::net::IpAddr) -> Self {
                self.content.line("o:sending-ip", ip.to_string());
                self
            }

            /// Sends from an IP address of this pool (`o:sending-ip-pool`).
            pub fn sending_ip_pool(mut self, id: impl Into<String>) -> Self {
                self.content.line("o:sending-ip-pool", id.into());
                self
            }

            /// Posts a copy of each delivered message to this URL (`o:archive-to`). Mailgun bills
            /// copies as messages.
            pub fn archive_to(mut self, url: impl Into<String>) -> Self {
                self.content.line("o:archive-to", url.into());
                self
            }

            /// Removes these `X-Mailgun-` headers from the delivered mail (`o:suppress-headers`):
            /// names separated by commas, or `all`.
            ///
            /// Mailgun needs `X-Mailgun-Sid` to process complaints.
            pub fn suppress_headers(mut self, names: impl Into<String>) -> Self {
                self.content.line("o:suppress-headers", names.into());
                self
            }

            /// Sets `o:native-send`, which only Mailgun's Go client documents.
            pub fn native_send(mut self, yes: bool) -> Self {
                self.content.line("o:native-send", mailgun_core::yes_no(yes));
                self
            }

            /// Adds a parameter by its name on the wire, for parameters that have no method here.
            ///
            /// A parameter is sent as often as it is added. Only `from`, `subject` and headers (`h:`)
            /// replace an earlier value.
            pub fn extra(
                mut self,
                name: impl Into<std::borrow::Cow<'static, str>>,
                value: impl mailgun_core::FieldValue,
            ) -> Self {
                self.content.extra(name.into(), value);
                self
            }

            /// Limits the bytes of `o:`, `h:`, `v:` and `t:` parameters, names and values together.
            /// Default: 16 KiB, which is Mailgun's limit.
            ///
            /// A message with more is an error before it is sent.
            pub fn max_options_size(mut self, bytes: usize) -> Self {
                self.content.set_max_options(bytes);
                self
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_keep_their_clock() {
        for (text, expected) in [
            ("02:00PM", "02:00PM"),
            ("2:05pm", "02:05PM"),
            ("23:59", "23:59"),
            ("12:00 AM", "12:00AM"),
        ] {
            assert_eq!(text.parse::<TimeOfDay>().unwrap().to_string(), expected);
        }
        for text in ["", "24:00", "12:60", "13:00PM", "0:30AM", "1200", "+1:00", "12:00:00"] {
            assert!(text.parse::<TimeOfDay>().is_err(), "{text}");
        }
    }

    #[test]
    fn delivery_windows_have_the_form_of_the_api() {
        for (seconds, expected) in [(5 * 60, "0h5m"), (90 * 60, "1h30m"), (24 * 3600, "24h0m")] {
            assert_eq!(hours_and_minutes(seconds).unwrap(), expected);
        }
        for seconds in [0, 299, 301, 24 * 3600 + 60] {
            assert!(hours_and_minutes(seconds).is_err(), "{seconds}");
        }
    }
}
