use mailgun_core::{Call, Pager};

use crate::{
    Content, CopyVersion, ListVersions, Template, TemplateChanged, TemplateResponse, Version,
    VersionResponse, VersionSettings, VersionsResponse,
    operations::{
        COPY_VERSION, CREATE_VERSION, DELETE_VERSION, GET_VERSION, LIST_VERSIONS, Owner,
        UPDATE_VERSION,
    },
};

/// The versions of a template, from [`Templates::versions`](crate::Templates::versions).
///
/// A template has up to 40 versions, of which one is active.
///
/// ```no_run
/// # async fn example(templates: mailgun::templates::Templates) -> Result<(), mailgun::Error> {
/// use mailgun::templates::VersionSettings;
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

    /// Lists all versions, sorted by tag, without their contents and headers.
    ///
    /// `GET /v3/{domain}/templates/{name}/versions`
    ///
    /// # Errors
    ///
    /// Returns 404 if the template or domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(versions: mailgun::templates::Versions) -> Result<(), mailgun::Error> {
    /// use mailgun::templates::ListVersions;
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

    /// Gets one page of [`list`](Self::list), with the template itself.
    ///
    /// `GET /v3/{domain}/templates/{name}/versions`
    ///
    /// # Errors
    ///
    /// Returns 404 if the template or domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(versions: mailgun::templates::Versions) -> Result<(), mailgun::Error> {
    /// use mailgun::templates::ListVersions;
    ///
    /// let template = versions.page(ListVersions::new()).await?.template;
    /// println!("{}: {} versions", template.description, template.versions.len());
    /// # Ok(()) }
    /// ```
    pub fn page(&self, params: ListVersions) -> Call<VersionsResponse> {
        self.owner.call(LIST_VERSIONS, &[&self.template]).query(params)
    }

    /// Gets the version with this tag, with its content and headers. It is in the returned
    /// template.
    ///
    /// `GET /v3/{domain}/templates/{name}/versions/{tag}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the version, template or domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(versions: mailgun::templates::Versions) -> Result<(), mailgun::Error> {
    /// if let Some(version) = versions.get("v2").await?.version {
    ///     println!("{:?}: {:?}", version.headers.subject, version.content);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn get(&self, tag: &str) -> Call<Template> {
        self.owner.call_field(GET_VERSION, &[&self.template, tag], "template")
    }

    /// Adds a version. The first version of a template is active.
    ///
    /// `POST /v3/{domain}/templates/{name}/versions`. Mailgun converts the tag to lowercase; it
    /// must be unique in the template. The call is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if a setting is invalid, and 404 if the template or domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(versions: mailgun::templates::Versions) -> Result<(), mailgun::Error> {
    /// use mailgun::templates::{TemplateHeaders, VersionSettings};
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

    /// Changes the settings that `settings` sets; the rest of the version stays as it is.
    ///
    /// `PUT /v3/{domain}/templates/{name}/versions/{tag}`
    ///
    /// # Errors
    ///
    /// Returns 400 if a setting is invalid, and 404 if the version, template or domain does not
    /// exist.
    ///
    /// ```no_run
    /// # async fn example(versions: mailgun::templates::Versions) -> Result<(), mailgun::Error> {
    /// use mailgun::templates::VersionSettings;
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
    /// Returns 404 if the version, template or domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(versions: mailgun::templates::Versions) -> Result<(), mailgun::Error> {
    /// versions.delete("v1").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, tag: &str) -> Call<TemplateChanged> {
        self.owner.call(DELETE_VERSION, &[&self.template, tag])
    }

    /// Copies a version to another tag, replacing the version that has it.
    ///
    /// `PUT /v3/{domain}/templates/{name}/versions/{tag}/copy/{new_tag}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the version, template or domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(versions: mailgun::templates::Versions) -> Result<(), mailgun::Error> {
    /// use mailgun::templates::CopyVersion;
    ///
    /// let copy = versions.copy("v2", "v3", CopyVersion::new().comment("To be shortened")).await?;
    /// println!("{}", copy.version.tag);
    /// # Ok(()) }
    /// ```
    pub fn copy(&self, tag: &str, new_tag: &str, params: CopyVersion) -> Call<VersionResponse> {
        self.owner.call(COPY_VERSION, &[&self.template, tag, new_tag]).query(params)
    }
}
