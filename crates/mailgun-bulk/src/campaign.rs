//! What a campaign sends, and how fast.

use std::{fmt, time::Duration};

use mailgun_core::{DomainName, Error, Timestamp};
use mailgun_messages::{
    __private::{Content, check_key, unique_owner},
    Addresses,
};

use crate::{
    DraftId, NewCampaign, Per,
    content::{Settings, freeze},
};

/// Mailgun accepts up to 1,000 recipients in a call.
const MAX_CHUNK: usize = 1000;

/// A mail to any number of recipients, which is planned, sent and settled through a
/// [`Store`](crate::Store).
///
/// Its content is that of a [`Batch`](mailgun_messages::Batch): Mailgun replaces `%recipient.NAME%` in
/// the subject, the bodies and the headers with the recipient's variable of that name, as it is. Escape
/// text of others that goes into an HTML body.
/// [`Bulk::open`](crate::Bulk::open) stores it, and the [`Draft`](crate::Draft) that it returns takes
/// the recipients. Attachments are read into memory then.
///
/// ```
/// use std::time::Duration;
///
/// use mailgun::bulk::{Campaign, Per};
///
/// let campaign = Campaign::new("news-2026-11", "mg.example.com")
///     .from("Example News <news@mg.example.com>")
///     .subject("News for %recipient.name%")
///     .html("<p>Hello %recipient.name%!</p>")
///     .tag("newsletter")
///     .quota(10_000, Per::Hour)
///     .spread_over(Duration::from_secs(8 * 3600));
/// # let _ = campaign;
/// ```
#[must_use]
pub struct Campaign {
    key: String,
    domain: String,
    scope: Option<String>,
    content: Content,
    settings: Settings,
    chunk_size: usize,
    chunk_bytes: usize,
}

/// A campaign that has been checked.
pub(crate) struct Frozen {
    pub(crate) row: NewCampaign,
    pub(crate) tags: Vec<String>,
    pub(crate) chunk_size: usize,
    pub(crate) chunk_bytes: usize,
}

impl Campaign {
    /// Creates a campaign without content, which is sent from `domain`.
    ///
    /// The key names it in the store: 1 to 64 letters, digits, `-`, `_` or `.`. Use a new key for each
    /// mailing. The Message-Id of each chunk is made of the key and the positions of its recipients.
    pub fn new(key: impl Into<String>, domain: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            domain: domain.into(),
            scope: None,
            content: Content::default(),
            settings: Settings::default(),
            chunk_size: MAX_CHUNK,
            chunk_bytes: 4 * 1024 * 1024,
        }
    }

    /// Sets the sender: one mailbox with an ASCII local part.
    ///
    /// Required, unless a template has a From header of its own.
    pub fn from(mut self, from: impl Addresses) -> Self {
        self.content.from(from);
        self
    }
}

mailgun_messages::content_setters!(Campaign);

impl Campaign {
    /// Puts these addresses in Cc of every mail: they get a copy for each recipient.
    pub fn cc_in_every_mail(mut self, addresses: impl Addresses) -> Self {
        self.content.recipients("cc", addresses);
        self
    }

    /// Puts these addresses in Bcc of every mail: they get a copy for each recipient.
    pub fn bcc_in_every_mail(mut self, addresses: impl Addresses) -> Self {
        self.content.recipients("bcc", addresses);
        self
    }

    /// Sets the largest number of recipients in a call, 1 to 1,000. Default: 1,000.
    ///
    /// New accounts may have a much lower limit. Workers find it: they split a chunk that is over the
    /// limit, and the store remembers the size.
    pub fn chunk_size(mut self, recipients: usize) -> Self {
        if (1..=MAX_CHUNK).contains(&recipients) {
            self.chunk_size = recipients;
        } else {
            self.invalid("chunk_size", "is not within 1 to 1000");
        }
        self
    }

    /// Limits the bytes of addresses and variables in a call. Default: 4 MiB.
    ///
    /// Mailgun has been seen to ignore very large sets of variables. A recipient with more gets a call
    /// of their own.
    pub fn chunk_bytes(mut self, bytes: usize) -> Self {
        self.chunk_bytes = bytes;
        self
    }

    /// Finds the recipients for whom Mailgun refuses a chunk with status 400: workers send its halves,
    /// and so on, until each refused chunk has one recipient. Default: no.
    pub fn isolate_refused(mut self) -> Self {
        self.settings.isolates_refused = true;
        self
    }

    /// Sends to at most this many recipients an hour, a day or a month. Each period can have a quota.
    ///
    /// All campaigns of the same [`quota_scope`](Self::quota_scope) in the same store count together,
    /// whichever worker sends them. Recipients whose outcome is unknown count; those whom Mailgun
    /// refused do not.
    pub fn quota(mut self, recipients: u64, per: Per) -> Self {
        if recipients == 0 {
            self.invalid("quota", "must not be 0");
        }
        let quotas = &mut self.settings.pace.quotas;
        quotas.retain(|(other, _)| *other != per);
        quotas.push((per, recipients));
        self
    }

    /// Names the group of campaigns that share the [`quota`](Self::quota) and the pause after a rate
    /// limit. Default: the sending domain. Use one name for all domains of an account if the limit is
    /// the account's.
    pub fn quota_scope(mut self, name: impl Into<String>) -> Self {
        self.scope = Some(name.into());
        self
    }

    /// Spreads the campaign evenly over this time, counted from its start. Default: as fast as Mailgun
    /// accepts it.
    pub fn spread_over(mut self, time: Duration) -> Self {
        self.settings.pace.spread_over = Some(time).filter(|time| !time.is_zero());
        self
    }

    /// Limits the recipients of each day, to warm up a new domain or IP: pairs of a day, counted from
    /// 1, and the most recipients of that day and of the days until the next pair.
    ///
    /// A day has 24 hours, and the first begins when the campaign is started.
    ///
    /// ```
    /// use mailgun::bulk::Campaign;
    ///
    /// // 50 on the first day, 100 on the second and the third, 1,000 from the fourth on.
    /// let campaign =
    ///     Campaign::new("news", "mg.example.com").warm_up([(1, 50), (2, 100), (4, 1000)]);
    /// # let _ = campaign;
    /// ```
    pub fn warm_up(mut self, schedule: impl IntoIterator<Item = (u32, u64)>) -> Self {
        let schedule: Vec<_> = schedule.into_iter().collect();
        let is_ascending = schedule.windows(2).all(|pair| match pair {
            [(earlier, _), (later, _)] => earlier < later,
            _ => true,
        });
        if schedule.first().is_some_and(|(day, _)| *day != 1) {
            self.invalid("warm_up", "must begin with day 1");
        } else if !is_ascending {
            self.invalid("warm_up", "must have its days in ascending order");
        } else if schedule.iter().any(|(_, recipients)| *recipients == 0) {
            self.invalid("warm_up", "must allow recipients on each day");
        } else {
            self.settings.pace.warm_up = schedule;
        }
        self
    }

    fn invalid(&mut self, parameter: &str, reason: &str) {
        self.content.fields.record_error(Error::invalid(parameter, reason));
    }

    /// Checks everything, and reads the files.
    pub(crate) async fn freeze(self, now: Timestamp) -> Result<Frozen, Error> {
        let Self { key, domain, scope, mut content, settings, chunk_size, chunk_bytes } = self;
        if let Some(error) = content.fields.take_error() {
            return Err(error);
        }
        check_key(&key)?;
        DomainName::new(&domain)?;
        content.check_complete()?;
        content.load_files().await?;
        // Each chunk sets its own; this one lets the check of sizes count it.
        content.header("Message-Id", format!("<{key}.{0}-{0}@{domain}>", u32::MAX));
        content.check_sizes()?;
        content.fields.remove("h:Message-Id");
        let tags = content.fields.iter().filter(|(name, _)| *name == "o:tag");
        let tags = tags.map(|(_, tag)| String::from_utf8_lossy(tag).into_owned()).collect();
        let frozen = freeze(content, settings).await?;
        let draft = DraftId::new(key, unique_owner());
        let mut row = NewCampaign::new(draft, domain, frozen, now);
        if let Some(scope) = scope {
            row.scope = scope;
        }
        Ok(Frozen { row, tags, chunk_size, chunk_bytes })
    }
}

mailgun_messages::option_setters!(Campaign);

impl fmt::Debug for Campaign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Campaign")
            .field("key", &self.key)
            .field("domain", &self.domain)
            .field("content", &self.content)
            .finish_non_exhaustive()
    }
}
