use mailgun_core::{Call, Client, Fields, Operation, true_false};

use crate::{
    CertificateJob, ClickTracking, ClickTrackingResponse, OpenTrackingResponse,
    TrackingCertificate, TrackingSettings, UnsubscribeTrackingResponse,
};

pub(crate) const GET: Operation = Operation::get("/v3/domains/{domain}/tracking");
pub(crate) const UPDATE_CLICK: Operation =
    Operation::put("/v3/domains/{domain}/tracking/click").idempotent();
pub(crate) const UPDATE_OPEN: Operation =
    Operation::put("/v3/domains/{domain}/tracking/open").idempotent();
pub(crate) const UPDATE_UNSUBSCRIBE: Operation =
    Operation::put("/v3/domains/{domain}/tracking/unsubscribe").idempotent();
// The placeholder is a tracking host, which must also be a valid domain name.
pub(crate) const CERTIFICATE: Operation = Operation::get("/v2/x509/{domain}/status");
pub(crate) const GENERATE_CERTIFICATE: Operation = Operation::post("/v2/x509/{domain}");
pub(crate) const REGENERATE_CERTIFICATE: Operation = Operation::put("/v2/x509/{domain}");

/// The tracking of opens, clicks and unsubscribes of a domain, and the certificate of its tracking
/// host.
///
/// The tracking host is the web prefix plus the domain name, such as `email.mg.example.com`.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::domains::ClickTracking;
///
/// let tracking = mailgun.domains().tracking("mg.example.com");
/// tracking.update_click(ClickTracking::HtmlOnly).await?;
/// # Ok(()) }
/// ```
#[doc(alias("open_tracking", "click_tracking"))]
#[derive(Clone, Debug)]
pub struct DomainTracking {
    client: Client,
    domain: String,
}

impl DomainTracking {
    /// A handle to the tracking settings of the domain `domain`.
    pub fn new(client: &Client, domain: impl Into<String>) -> Self {
        Self { client: client.clone(), domain: domain.into() }
    }

    /// Gets the tracking settings of the domain.
    ///
    /// `GET /v3/domains/{domain}/tracking`
    ///
    /// # Errors
    ///
    /// Returns 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(tracking: mailgun::domains::DomainTracking) -> Result<(), mailgun::Error> {
    /// let settings = tracking.get().await?;
    /// println!("opens {:?}, clicks {:?}", settings.open.active, settings.click.active);
    /// # Ok(()) }
    /// ```
    pub fn get(&self) -> Call<TrackingSettings> {
        self.client.call_field(GET, &[&self.domain], "tracking")
    }

    /// Tracks clicks on all links, on links in HTML bodies only, or on none.
    ///
    /// `PUT /v3/domains/{domain}/tracking/click`
    ///
    /// # Errors
    ///
    /// Returns 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(tracking: mailgun::domains::DomainTracking) -> Result<(), mailgun::Error> {
    /// tracking.update_click(true).await?;
    /// # Ok(()) }
    /// ```
    pub fn update_click(&self, active: impl Into<ClickTracking>) -> Call<ClickTrackingResponse> {
        let mut form = Fields::new();
        form.set("active", active.into());
        self.client.call(UPDATE_CLICK, &[&self.domain]).multipart(form)
    }

    /// Changes the tracking of opens.
    ///
    /// `PUT /v3/domains/{domain}/tracking/open`
    ///
    /// # Errors
    ///
    /// Returns 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(tracking: mailgun::domains::DomainTracking) -> Result<(), mailgun::Error> {
    /// use mailgun::domains::OpenTrackingSettings;
    ///
    /// let settings = OpenTrackingSettings::new().active(true).place_at_the_top(true);
    /// tracking.update_open(settings).await?;
    /// # Ok(()) }
    /// ```
    pub fn update_open(&self, settings: OpenTrackingSettings) -> Call<OpenTrackingResponse> {
        self.client.call(UPDATE_OPEN, &[&self.domain]).multipart(settings)
    }

    /// Changes the unsubscribe links that Mailgun adds.
    ///
    /// `PUT /v3/domains/{domain}/tracking/unsubscribe`
    ///
    /// # Errors
    ///
    /// Returns 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(tracking: mailgun::domains::DomainTracking) -> Result<(), mailgun::Error> {
    /// use mailgun::domains::UnsubscribeTrackingSettings;
    ///
    /// let settings = UnsubscribeTrackingSettings::new()
    ///     .active(true)
    ///     .html_footer(r#"<p><a href="%unsubscribe_url%">No more of this</a></p>"#)
    ///     .text_footer("No more of this: <%unsubscribe_url%>");
    /// tracking.update_unsubscribe(settings).await?;
    /// # Ok(()) }
    /// ```
    pub fn update_unsubscribe(
        &self,
        settings: UnsubscribeTrackingSettings,
    ) -> Call<UnsubscribeTrackingResponse> {
        self.client.call(UPDATE_UNSUBSCRIBE, &[&self.domain]).multipart(settings)
    }

    /// Gets the certificate of a tracking host and its status.
    ///
    /// `GET /v2/x509/{domain}/status`
    ///
    /// # Errors
    ///
    /// Returns 404 if no certificate was requested.
    ///
    /// ```no_run
    /// # async fn example(tracking: mailgun::domains::DomainTracking) -> Result<(), mailgun::Error> {
    /// println!("{:?}", tracking.certificate("email.mg.example.com").await?.status);
    /// # Ok(()) }
    /// ```
    pub fn certificate(&self, tracking_host: &str) -> Call<TrackingCertificate> {
        self.client.call(CERTIFICATE, &[tracking_host])
    }

    /// Requests a certificate for a tracking host. Its CNAME record must be published.
    ///
    /// `POST /v2/x509/{domain}`. Mailgun generates the certificate in the background;
    /// [`certificate`](Self::certificate) returns its status.
    ///
    /// # Errors
    ///
    /// Returns 400 if the CNAME record is wrong, 402 if the plan does not include certificates, 404
    /// if Mailgun does not know the host, and 409 if a certificate was already requested.
    ///
    /// ```no_run
    /// # async fn example(tracking: mailgun::domains::DomainTracking) -> Result<(), mailgun::Error> {
    /// println!("{}", tracking.generate_certificate("email.mg.example.com").await?.message);
    /// # Ok(()) }
    /// ```
    pub fn generate_certificate(&self, tracking_host: &str) -> Call<CertificateJob> {
        self.client.call(GENERATE_CERTIFICATE, &[tracking_host])
    }

    /// Requests a new certificate to replace an expired one.
    ///
    /// `PUT /v2/x509/{domain}`. Mailgun generates the certificate in the background;
    /// [`certificate`](Self::certificate) returns its status.
    ///
    /// # Errors
    ///
    /// Returns 400 if the CNAME record is wrong, 402 if the plan does not include certificates, 404
    /// if there is no certificate, 409 if it is still valid, and 429 if a new one was already
    /// requested.
    ///
    /// ```no_run
    /// # async fn example(tracking: mailgun::domains::DomainTracking) -> Result<(), mailgun::Error> {
    /// println!("{}", tracking.regenerate_certificate("email.mg.example.com").await?.message);
    /// # Ok(()) }
    /// ```
    pub fn regenerate_certificate(&self, tracking_host: &str) -> Call<CertificateJob> {
        self.client.call(REGENERATE_CERTIFICATE, &[tracking_host])
    }
}

mailgun_core::params! {
    /// Settings of the tracking of opens.
    pub struct OpenTrackingSettings;
}

impl OpenTrackingSettings {
    /// Turns tracking on or off.
    pub fn active(self, yes: bool) -> Self {
        self.set("active", true_false(yes))
    }

    /// Puts the tracking pixel at the top of the body, where clients that cut long messages still
    /// load it.
    pub fn place_at_the_top(self, yes: bool) -> Self {
        self.set("place_at_the_top", true_false(yes))
    }
}

mailgun_core::params! {
    /// Settings of unsubscribe links.
    pub struct UnsubscribeTrackingSettings;
}

impl UnsubscribeTrackingSettings {
    /// Turns unsubscribe links on or off.
    pub fn active(self, yes: bool) -> Self {
        self.set("active", true_false(yes))
    }

    /// The text to append to the HTML body. `%unsubscribe_url%` stands for the link.
    pub fn html_footer(self, footer: impl Into<String>) -> Self {
        self.set("html_footer", footer.into())
    }

    /// The text to append to the text body. `%unsubscribe_url%` stands for the link.
    pub fn text_footer(self, footer: impl Into<String>) -> Self {
        self.set("text_footer", footer.into())
    }
}
