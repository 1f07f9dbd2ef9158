use mailgun_core::{Call, Client, Fields, Operation, de, true_false};
use serde::Deserialize;

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
// The placeholder stands for a tracking host, which has to be a domain name too.
pub(crate) const CERTIFICATE: Operation = Operation::get("/v2/x509/{domain}/status");
pub(crate) const GENERATE_CERTIFICATE: Operation = Operation::post("/v2/x509/{domain}");
pub(crate) const REGENERATE_CERTIFICATE: Operation = Operation::put("/v2/x509/{domain}");

/// How a domain tracks opens, clicks and unsubscribes, and the certificate of its tracking host.
///
/// The tracking host is the domain's web prefix and its name, `email.mg.example.com` for example.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_domains::{ClickTracking, DomainTracking};
///
/// let tracking = DomainTracking::new(&client, "mg.example.com");
/// tracking.update_click(ClickTracking::HtmlOnly).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct DomainTracking {
    client: Client,
    domain: String,
}

impl DomainTracking {
    /// That of the domain `domain`.
    pub fn new(client: &Client, domain: impl Into<String>) -> Self {
        Self { client: client.clone(), domain: domain.into() }
    }

    /// What the domain tracks.
    ///
    /// `GET /v3/domains/{domain}/tracking`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such domain.
    ///
    /// ```no_run
    /// # async fn example(tracking: mailgun_domains::DomainTracking) -> Result<(), mailgun_core::Error> {
    /// let settings = tracking.get().await?;
    /// println!("opens {:?}, clicks {:?}", settings.open.active, settings.click.active);
    /// # Ok(()) }
    /// ```
    pub fn get(&self) -> Call<TrackingSettings> {
        self.client.call::<Wrapped>(GET, &[&self.domain]).map(|response| response.tracking)
    }

    /// Tracks clicks, all of them or those in HTML bodies only, or none.
    ///
    /// `PUT /v3/domains/{domain}/tracking/click`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such domain.
    ///
    /// ```no_run
    /// # async fn example(tracking: mailgun_domains::DomainTracking) -> Result<(), mailgun_core::Error> {
    /// tracking.update_click(true).await?;
    /// # Ok(()) }
    /// ```
    pub fn update_click(&self, active: impl Into<ClickTracking>) -> Call<ClickTrackingResponse> {
        let mut form = Fields::new();
        form.set("active", active.into());
        self.client.call(UPDATE_CLICK, &[&self.domain]).multipart(form)
    }

    /// Changes how opens are tracked.
    ///
    /// `PUT /v3/domains/{domain}/tracking/open`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such domain.
    ///
    /// ```no_run
    /// # async fn example(tracking: mailgun_domains::DomainTracking) -> Result<(), mailgun_core::Error> {
    /// use mailgun_domains::OpenTrackingSettings;
    ///
    /// let settings = OpenTrackingSettings::new().active(true).place_at_the_top(true);
    /// tracking.update_open(settings).await?;
    /// # Ok(()) }
    /// ```
    pub fn update_open(&self, settings: OpenTrackingSettings) -> Call<OpenTrackingResponse> {
        self.client.call(UPDATE_OPEN, &[&self.domain]).multipart(settings)
    }

    /// Changes how links to unsubscribe are added.
    ///
    /// `PUT /v3/domains/{domain}/tracking/unsubscribe`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such domain.
    ///
    /// ```no_run
    /// # async fn example(tracking: mailgun_domains::DomainTracking) -> Result<(), mailgun_core::Error> {
    /// use mailgun_domains::UnsubscribeTrackingSettings;
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

    /// The certificate of a tracking host, and what has become of it.
    ///
    /// `GET /v2/x509/{domain}/status`
    ///
    /// # Errors
    ///
    /// Status 404 if none was ever generated.
    ///
    /// ```no_run
    /// # async fn example(tracking: mailgun_domains::DomainTracking) -> Result<(), mailgun_core::Error> {
    /// println!("{:?}", tracking.certificate("email.mg.example.com").await?.status);
    /// # Ok(()) }
    /// ```
    pub fn certificate(&self, tracking_host: &str) -> Call<TrackingCertificate> {
        self.client.call(CERTIFICATE, &[tracking_host])
    }

    /// Begins to make a certificate of a tracking host, which needs its CNAME record.
    ///
    /// `POST /v2/x509/{domain}`. It is made in the background: ask for it with
    /// [`certificate`](Self::certificate).
    ///
    /// # Errors
    ///
    /// Status 400 for a wrong CNAME record; 402 if the plan does not have it; 404 if Mailgun does
    /// not know the host; 409 if it was begun already.
    ///
    /// ```no_run
    /// # async fn example(tracking: mailgun_domains::DomainTracking) -> Result<(), mailgun_core::Error> {
    /// println!("{}", tracking.generate_certificate("email.mg.example.com").await?.message);
    /// # Ok(()) }
    /// ```
    pub fn generate_certificate(&self, tracking_host: &str) -> Call<CertificateJob> {
        self.client.call(GENERATE_CERTIFICATE, &[tracking_host])
    }

    /// Begins to make a new certificate in place of an expired one.
    ///
    /// `PUT /v2/x509/{domain}`. It is made in the background: ask for it with
    /// [`certificate`](Self::certificate).
    ///
    /// # Errors
    ///
    /// Status 400 for a wrong CNAME record; 402 if the plan does not have it; 404 if there is no
    /// certificate; 409 if it is still valid; 429 if it was begun already.
    ///
    /// ```no_run
    /// # async fn example(tracking: mailgun_domains::DomainTracking) -> Result<(), mailgun_core::Error> {
    /// println!("{}", tracking.regenerate_certificate("email.mg.example.com").await?.message);
    /// # Ok(()) }
    /// ```
    pub fn regenerate_certificate(&self, tracking_host: &str) -> Call<CertificateJob> {
        self.client.call(REGENERATE_CERTIFICATE, &[tracking_host])
    }
}

#[derive(Deserialize)]
struct Wrapped {
    #[serde(default, deserialize_with = "de::null_default")]
    tracking: TrackingSettings,
}

mailgun_core::params! {
    /// How opens are tracked.
    pub struct OpenTrackingSettings;
}

impl OpenTrackingSettings {
    /// Tracks them.
    pub fn active(self, yes: bool) -> Self {
        self.set("active", true_false(yes))
    }

    /// Puts the tracking pixel at the top of the mail, where a client that cuts long mails shows
    /// it.
    pub fn place_at_the_top(self, yes: bool) -> Self {
        self.set("place_at_the_top", true_false(yes))
    }
}

mailgun_core::params! {
    /// How links to unsubscribe are added.
    pub struct UnsubscribeTrackingSettings;
}

impl UnsubscribeTrackingSettings {
    /// Adds them.
    pub fn active(self, yes: bool) -> Self {
        self.set("active", true_false(yes))
    }

    /// What is added to the HTML body, with `%unsubscribe_url%` in the place of the link.
    pub fn html_footer(self, footer: impl Into<String>) -> Self {
        self.set("html_footer", footer.into())
    }

    /// What is added to the text body, with `%unsubscribe_url%` in the place of the link.
    pub fn text_footer(self, footer: impl Into<String>) -> Self {
        self.set("text_footer", footer.into())
    }
}
