use mailgun_core::{Call, Client, Confirmation, Fields, LinkPage, Pager};

use crate::{
    CreateTemplate, GetTemplate, ListTemplates, Template, TemplateChanged, TemplateResponse,
    Versions,
    operations::{CREATE, DELETE, DELETE_ALL, GET, LIST, Owner, UPDATE},
    template::Wrapped,
};

/// The templates of a domain or of the account.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_templates::{GetTemplate, Templates};
///
/// let templates = Templates::of_domain(&client, "mg.example.com");
/// let welcome = templates.get("welcome", GetTemplate::new().active(true)).await?;
/// println!("{:?}", welcome.version.and_then(|version| version.content));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Templates {
    owner: Owner,
}

impl Templates {
    /// The templates of the sending domain `domain`: at most 100.
    pub fn of_domain(client: &Client, domain: impl Into<String>) -> Self {
        Self { owner: Owner { client: client.clone(), domain: Some(domain.into()) } }
    }

    /// The templates of the client's account.
    ///
    /// Only their routes are known, `/v4/templates` in place of `/v3/{domain}/templates`. They are
    /// assumed to take the parameters of a domain's templates and to give the same responses.
    pub fn of_account(client: &Client) -> Self {
        Self { owner: Owner { client: client.clone(), domain: None } }
    }

    /// The versions of a template.
    pub fn versions(&self, name: impl Into<String>) -> Versions {
        Versions::new(self.owner.clone(), name.into())
    }

    /// Lists all templates, in the order of their names.
    ///
    /// `GET /v3/{domain}/templates`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such domain.
    ///
    /// ```no_run
    /// # async fn example(templates: mailgun_templates::Templates) -> Result<(), mailgun_core::Error> {
    /// use mailgun_templates::ListTemplates;
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

    /// A template by its name, with its active version where that is asked for.
    ///
    /// `GET /v3/{domain}/templates/{name}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such template or domain.
    ///
    /// ```no_run
    /// # async fn example(templates: mailgun_templates::Templates) -> Result<(), mailgun_core::Error> {
    /// use mailgun_templates::GetTemplate;
    ///
    /// println!("{}", templates.get("welcome", GetTemplate::new()).await?.description);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, name: &str, params: GetTemplate) -> Call<Template> {
        self.owner.call::<Wrapped>(GET, &[name]).query(params).map(|response| response.template)
    }

    /// Creates a template, and its first version where there is a content.
    ///
    /// `POST /v3/{domain}/templates`. The name may hold any UTF-8; Mailgun lower-cases it. A call
    /// whose outcome is unknown is not repeated.
    ///
    /// # Errors
    ///
    /// Status 400 for what Mailgun does not take, 404 if there is no such domain.
    ///
    /// ```no_run
    /// # async fn example(templates: mailgun_templates::Templates) -> Result<(), mailgun_core::Error> {
    /// use mailgun_templates::{Content, CreateTemplate};
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

    /// Changes the description of a template; its content is changed by its
    /// [`versions`](Self::versions).
    ///
    /// `PUT /v3/{domain}/templates/{name}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such template or domain.
    ///
    /// ```no_run
    /// # async fn example(templates: mailgun_templates::Templates) -> Result<(), mailgun_core::Error> {
    /// templates.update("welcome", "After the sign-up").await?;
    /// # Ok(()) }
    /// ```
    pub fn update(&self, name: &str, description: impl Into<String>) -> Call<TemplateChanged> {
        let mut fields = Fields::new();
        fields.set("description", description.into());
        self.owner.call(UPDATE, &[name]).multipart(fields)
    }

    /// Deletes a template with all of its versions.
    ///
    /// `DELETE /v3/{domain}/templates/{name}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such template or domain.
    ///
    /// ```no_run
    /// # async fn example(templates: mailgun_templates::Templates) -> Result<(), mailgun_core::Error> {
    /// templates.delete("welcome").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, name: &str) -> Call<TemplateChanged> {
        self.owner.call(DELETE, &[name])
    }

    /// Deletes all templates with all of their versions; it cannot be undone.
    ///
    /// `DELETE /v3/{domain}/templates`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such domain.
    ///
    /// ```no_run
    /// # async fn example(templates: mailgun_templates::Templates) -> Result<(), mailgun_core::Error> {
    /// println!("{}", templates.delete_all().await?.message);
    /// # Ok(()) }
    /// ```
    pub fn delete_all(&self) -> Call<Confirmation> {
        self.owner.call(DELETE_ALL, &[])
    }
}
