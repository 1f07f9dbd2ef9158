use mailgun_core::{Call, Pager};

use crate::{
    Content, CopyVersion, ListVersions, Template, TemplateChanged, TemplateResponse, Version,
    VersionResponse, VersionSettings, VersionsResponse,
    operations::{
        COPY_VERSION, CREATE_VERSION, DELETE_VERSION, GET_VERSION, LIST_VERSIONS, Owner,
        UPDATE_VERSION,
    },
    template::Wrapped,
};

/// The versions of a template, from [`Templates::versions`](crate::Templates::versions).
///
/// A template has at most 40, of which one is active.
///
/// ```no_run
/// # async fn example(templates: mailgun_templates::Templates) -> Result<(), mailgun_core::Error> {
/// use mailgun_templates::VersionSettings;
///
/// let versions = templates.versions("welcome");
/// versions.create("v2", "<p>Hi {{name}}</p>", VersionSettings::new()).await?;
/// versions.update("v2", VersionSettings::new().active(true)).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Versions {
    owner: Owner,
    template: String,
}

impl Versions {
    pub(crate) fn new(owner: Owner, template: String) -> Self {
        Self { owner, template }
    }

    /// Lists all versions without their contents and headers, in the order of their tags.
    ///
    /// `GET /v3/{domain}/templates/{name}/versions`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such template or domain.
    ///
    /// ```no_run
    /// # async fn example(versions: mailgun_templates::Versions) -> Result<(), mailgun_core::Error> {
    /// use mailgun_templates::ListVersions;
    ///
    /// let mut pager = versions.list(ListVersions::new());
    /// while let Some(page) = pager.next_page().await? {
    ///     for version in page {
    ///         println!("{} {}", version.tag, version.active);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListVersions) -> Pager<Version> {
        Pager::links(self.page(params))
    }

    /// One page of [`list`](Self::list) as a whole, with the template itself.
    ///
    /// `GET /v3/{domain}/templates/{name}/versions`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such template or domain.
    ///
    /// ```no_run
    /// # async fn example(versions: mailgun_templates::Versions) -> Result<(), mailgun_core::Error> {
    /// use mailgun_templates::ListVersions;
    ///
    /// let template = versions.page(ListVersions::new()).await?.template;
    /// println!("{}: {} versions", template.description, template.versions.len());
    /// # Ok(()) }
    /// ```
    pub fn page(&self, params: ListVersions) -> Call<VersionsResponse> {
        self.owner.call(LIST_VERSIONS, &[&self.template]).query(params)
    }

    /// The template with the version of this tag, its content and headers.
    ///
    /// `GET /v3/{domain}/templates/{name}/versions/{tag}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such version, template or domain.
    ///
    /// ```no_run
    /// # async fn example(versions: mailgun_templates::Versions) -> Result<(), mailgun_core::Error> {
    /// if let Some(version) = versions.get("v2").await?.version {
    ///     println!("{:?}: {:?}", version.headers.subject, version.content);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn get(&self, tag: &str) -> Call<Template> {
        let call = self.owner.call::<Wrapped>(GET_VERSION, &[&self.template, tag]);
        call.map(|response| response.template)
    }

    /// Adds a version; the first one of a template is its active one.
    ///
    /// `POST /v3/{domain}/templates/{name}/versions`. Mailgun lower-cases the tag, which no other
    /// version of the template may have. A call whose outcome is unknown is not repeated.
    ///
    /// # Errors
    ///
    /// Status 400 for what Mailgun does not take, 404 if there is no such template or domain.
    ///
    /// ```no_run
    /// # async fn example(versions: mailgun_templates::Versions) -> Result<(), mailgun_core::Error> {
    /// use mailgun_templates::{TemplateHeaders, VersionSettings};
    ///
    /// let settings = VersionSettings::new()
    ///     .active(true)
    ///     .comment("Shorter")
    ///     .headers(TemplateHeaders::new().subject("Hi {{name}}"));
    /// versions.create("v2", "<p>Hi {{name}}</p>", settings).await?;
    /// # Ok(()) }
    /// ```
    pub fn create(
        &self,
        tag: impl Into<String>,
        content: impl Into<Content>,
        settings: VersionSettings,
    ) -> Call<TemplateResponse> {
        let call = self.owner.call(CREATE_VERSION, &[&self.template]);
        call.multipart(settings.tag(tag.into()).content(content))
    }

    /// Changes what `settings` has, and leaves the rest of the version as it is.
    ///
    /// `PUT /v3/{domain}/templates/{name}/versions/{tag}`
    ///
    /// # Errors
    ///
    /// Status 400 for what Mailgun does not take, 404 if there is no such version, template or
    /// domain.
    ///
    /// ```no_run
    /// # async fn example(versions: mailgun_templates::Versions) -> Result<(), mailgun_core::Error> {
    /// use mailgun_templates::VersionSettings;
    ///
    /// versions.update("v2", VersionSettings::new().content("<p>Hello {{name}}</p>")).await?;
    /// # Ok(()) }
    /// ```
    pub fn update(&self, tag: &str, settings: VersionSettings) -> Call<TemplateChanged> {
        self.owner.call(UPDATE_VERSION, &[&self.template, tag]).multipart(settings)
    }

    /// Deletes a version.
    ///
    /// `DELETE /v3/{domain}/templates/{name}/versions/{tag}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such version, template or domain.
    ///
    /// ```no_run
    /// # async fn example(versions: mailgun_templates::Versions) -> Result<(), mailgun_core::Error> {
    /// versions.delete("v1").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, tag: &str) -> Call<TemplateChanged> {
        self.owner.call(DELETE_VERSION, &[&self.template, tag])
    }

    /// Copies a version to another tag, in place of the version that is there.
    ///
    /// `PUT /v3/{domain}/templates/{name}/versions/{tag}/copy/{new_tag}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such version, template or domain.
    ///
    /// ```no_run
    /// # async fn example(versions: mailgun_templates::Versions) -> Result<(), mailgun_core::Error> {
    /// use mailgun_templates::CopyVersion;
    ///
    /// let copy = versions.copy("v2", "v3", CopyVersion::new().comment("To be shortened")).await?;
    /// println!("{}", copy.version.tag);
    /// # Ok(()) }
    /// ```
    pub fn copy(&self, tag: &str, new_tag: &str, params: CopyVersion) -> Call<VersionResponse> {
        self.owner.call(COPY_VERSION, &[&self.template, tag, new_tag]).query(params)
    }
}
