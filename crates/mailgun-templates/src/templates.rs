use mailgun_core::{Call, Client, Confirmation, Fields, LinkPage, Pager};

use crate::{
    CreateTemplate, GetTemplate, ListTemplates, Template, TemplateChanged, TemplateResponse,
    Versions,
    operations::{CREATE, DELETE, DELETE_ALL, GET, LIST, Owner, UPDATE},
};

/// The templates of a domain or of the account.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::templates::GetTemplate;
///
/// let templates = mailgun.templates("mg.example.com");
/// let welcome = templates.get("welcome", GetTemplate::new().active(true)).await?;
/// println!("{:?}", welcome.version.and_then(|version| version.content));
/// # Ok(()) }
/// ```
#[doc(alias = "handlebars")]
#[derive(Clone, Debug)]
pub struct Templates {
    owner: Owner,
}

impl Templates {
    /// A handle to the templates of the sending domain `domain`, up to 100.
    pub fn of_domain(client: &Client, domain: impl Into<String>) -> Self {
        Self { owner: Owner { client: client.clone(), domain: Some(domain.into()) } }
    }

    /// A handle to the templates of the client's account.
    ///
    /// Only their paths are known: `/v4/templates` instead of `/v3/{domain}/templates`. Their
    /// parameters and responses are assumed to be those of a domain's templates.
    pub fn of_account(client: &Client) -> Self {
        Self { owner: Owner { client: client.clone(), domain: None } }
    }

    /// The versions of a template.
    pub fn versions(&self, name: impl Into<String>) -> Versions {
        Versions::new(self.owner.clone(), name.into())
    }

    /// Lists all templates, sorted by name.
    ///
    /// `GET /v3/{domain}/templates`
    ///
    /// # Errors
    ///
    /// Returns 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(templates: mailgun::templates::Templates) -> Result<(), mailgun::Error> {
    /// use mailgun::templates::ListTemplates;
    ///
    /// let mut pager = templates.list(ListTemplates::new().limit(50));
    /// while let Some(page) = pager.next_page().await? {
    ///     for template in page {
    ///         println!("{}: {}", template.name, template.description);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListTemplates) -> Pager<Template> {
        Pager::links(self.owner.call::<LinkPage<Template>>(LIST, &[]).query(params))
    }

    /// Gets a template by name, with its active version on request.
    ///
    /// `GET /v3/{domain}/templates/{name}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the template or domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(templates: mailgun::templates::Templates) -> Result<(), mailgun::Error> {
    /// use mailgun::templates::GetTemplate;
    ///
    /// println!("{}", templates.get("welcome", GetTemplate::new()).await?.description);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, name: &str, params: GetTemplate) -> Call<Template> {
        self.owner.call_field(GET, &[name], "template").query(params)
    }

    /// Creates a template and, if a content is set, its first version.
    ///
    /// `POST /v3/{domain}/templates`. The name can hold any UTF-8; Mailgun converts it to
    /// lowercase. The call is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if a setting is invalid, and 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(templates: mailgun::templates::Templates) -> Result<(), mailgun::Error> {
    /// use mailgun::templates::{Content, CreateTemplate};
    ///
    /// let content = Content::from_path("templates/welcome.hbs").await?;
    /// let settings = CreateTemplate::new().description("After the sign-up").content(content);
    /// let created = templates.create("welcome", settings).await?;
    /// println!("{:?}", created.template.version.map(|version| version.tag));
    /// # Ok(()) }
    /// ```
    pub fn create(
        &self,
        name: impl Into<String>,
        settings: CreateTemplate,
    ) -> Call<TemplateResponse> {
        self.owner.call(CREATE, &[]).multipart(settings.name(name.into()))
    }

    /// Changes the description of a template. To change its content, use its
    /// [`versions`](Self::versions).
    ///
    /// `PUT /v3/{domain}/templates/{name}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the template or domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(templates: mailgun::templates::Templates) -> Result<(), mailgun::Error> {
    /// templates.update("welcome", "After the sign-up").await?;
    /// # Ok(()) }
    /// ```
    pub fn update(&self, name: &str, description: impl Into<String>) -> Call<TemplateChanged> {
        let mut fields = Fields::new();
        fields.set("description", description.into());
        self.owner.call(UPDATE, &[name]).multipart(fields)
    }

    /// Deletes a template and all its versions.
    ///
    /// `DELETE /v3/{domain}/templates/{name}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the template or domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(templates: mailgun::templates::Templates) -> Result<(), mailgun::Error> {
    /// templates.delete("welcome").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, name: &str) -> Call<TemplateChanged> {
        self.owner.call(DELETE, &[name])
    }

    /// Deletes all templates and all their versions. This cannot be undone.
    ///
    /// `DELETE /v3/{domain}/templates`
    ///
    /// # Errors
    ///
    /// Returns 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(templates: mailgun::templates::Templates) -> Result<(), mailgun::Error> {
    /// println!("{}", templates.delete_all().await?.message);
    /// # Ok(()) }
    /// ```
    pub fn delete_all(&self) -> Call<Confirmation> {
        self.owner.call(DELETE_ALL, &[])
    }
}
