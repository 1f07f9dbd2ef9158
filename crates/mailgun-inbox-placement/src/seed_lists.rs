use mailgun_core::{Call, Client, Confirmation, LinkPage, Operation, Pager, true_false};

use crate::{
    Attribute, Filter, SeedList,
    listing::{self, page_setters},
    response::Wrapped,
};

pub(crate) const LIST: Operation = Operation::get("/v4/inbox/seedlists");
pub(crate) const GET: Operation = Operation::get("/v4/inbox/seedlists/{address}");
pub(crate) const CREATE: Operation = Operation::post("/v4/inbox/seedlists");
// Seeds that are drawn a second time take the place of those in the first response.
pub(crate) const UPDATE: Operation = Operation::put("/v4/inbox/seedlists/{address}");
pub(crate) const DELETE: Operation =
    Operation::delete("/v4/inbox/seedlists/{address}").idempotent();
pub(crate) const ATTRIBUTES: Operation = Operation::get("/v4/inbox/seedlists/a");
pub(crate) const ATTRIBUTE: Operation = Operation::get("/v4/inbox/seedlists/a/{attribute}");
pub(crate) const FILTERS: Operation = Operation::get("/v4/inbox/seedlists/_filters");

/// The seed lists of an account.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_inbox_placement::{CreateSeedList, InboxPlacement};
///
/// let seed_lists = InboxPlacement::new(&client).seed_lists();
/// let list = seed_lists.create(CreateSeedList::new().name("Newsletter")).await?;
/// println!("send the newsletter to {} too", list.mailing_list);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct SeedLists {
    client: Client,
}

impl SeedLists {
    pub(crate) fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists seed lists.
    ///
    /// `GET /v4/inbox/seedlists`
    ///
    /// # Errors
    ///
    /// Status 400 for a parameter that Mailgun does not take.
    ///
    /// ```no_run
    /// # async fn example(seed_lists: mailgun_inbox_placement::SeedLists)
    /// #     -> Result<(), mailgun_core::Error> {
    /// use mailgun_inbox_placement::ListSeedLists;
    ///
    /// let mut pager = seed_lists.list(ListSeedLists::new().limit(50));
    /// while let Some(page) = pager.next_page().await? {
    ///     for list in page {
    ///         println!("{}: {}", list.target_email, list.name);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListSeedLists) -> Pager<SeedList> {
        Pager::links(self.client.call::<LinkPage<SeedList>>(LIST, &[]).query(params))
    }

    /// A seed list by its [`target_email`](SeedList::target_email).
    ///
    /// `GET /v4/inbox/seedlists/{address}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is none.
    ///
    /// ```no_run
    /// # async fn example(seed_lists: mailgun_inbox_placement::SeedLists)
    /// #     -> Result<(), mailgun_core::Error> {
    /// let list = seed_lists.get("ibp-610abd20@mailgun.net").await?;
    /// println!("{:?}", list.delivery_stats.get("all"));
    /// # Ok(()) }
    /// ```
    pub fn get(&self, address: &str) -> Call<SeedList> {
        self.client.call::<Wrapped<SeedList>>(GET, &[address]).map(Wrapped::into_inner)
    }

    /// Creates a seed list.
    ///
    /// `POST /v4/inbox/seedlists`. A second call makes a second list: it is not repeated when its
    /// outcome is unknown.
    ///
    /// # Errors
    ///
    /// Status 400 for a filter that Mailgun does not understand.
    ///
    /// ```no_run
    /// # async fn example(seed_lists: mailgun_inbox_placement::SeedLists)
    /// #     -> Result<(), mailgun_core::Error> {
    /// use mailgun_inbox_placement::CreateSeedList;
    ///
    /// let params = CreateSeedList::new().name("Newsletter").provider_filter("gmail.com");
    /// println!("{}", seed_lists.create(params).await?.target_email);
    /// # Ok(()) }
    /// ```
    pub fn create(&self, params: CreateSeedList) -> Call<SeedList> {
        let call = self.client.call::<Wrapped<SeedList>>(CREATE, &[]);
        call.multipart(params).map(Wrapped::into_inner)
    }

    /// Changes what `params` has, and leaves the rest as it is.
    ///
    /// `PUT /v4/inbox/seedlists/{address}`. Results that are there stay as they are. It may draw
    /// new seeds, and is not repeated when its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such seed list.
    ///
    /// ```no_run
    /// # async fn example(seed_lists: mailgun_inbox_placement::SeedLists)
    /// #     -> Result<(), mailgun_core::Error> {
    /// use mailgun_inbox_placement::UpdateSeedList;
    ///
    /// let params = UpdateSeedList::new().name("Weekly newsletter").regen(true);
    /// let list = seed_lists.update("ibp-610abd20@mailgun.net", params).await?;
    /// println!("{} in place of {}", list.mailing_list, list.previous_mailing_list);
    /// # Ok(()) }
    /// ```
    pub fn update(&self, address: &str, params: UpdateSeedList) -> Call<SeedList> {
        let call = self.client.call::<Wrapped<SeedList>>(UPDATE, &[address]);
        call.form(params).map(Wrapped::into_inner)
    }

    /// Deletes a seed list, and the results of its tests with it.
    ///
    /// `DELETE /v4/inbox/seedlists/{address}`. Mailgun may answer without a word.
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such seed list.
    ///
    /// ```no_run
    /// # async fn example(seed_lists: mailgun_inbox_placement::SeedLists)
    /// #     -> Result<(), mailgun_core::Error> {
    /// seed_lists.delete("ibp-610abd20@mailgun.net").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, address: &str) -> Call<Confirmation> {
        let call = self.client.call::<Option<Confirmation>>(DELETE, &[address]);
        call.map(Option::unwrap_or_default)
    }

    /// The attributes whose values [`attribute`](Self::attribute) lists.
    ///
    /// `GET /v4/inbox/seedlists/a`
    ///
    /// # Errors
    ///
    /// Status 403 if the account may not use inbox placement tests.
    ///
    /// ```no_run
    /// # async fn example(seed_lists: mailgun_inbox_placement::SeedLists)
    /// #     -> Result<(), mailgun_core::Error> {
    /// for attribute in seed_lists.attributes().await? {
    ///     println!("{:?}", attribute.values);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn attributes(&self) -> Call<Vec<Attribute>> {
        listing::attributes(&self.client, ATTRIBUTES)
    }

    /// The values that an attribute has in all seed lists, such as their names.
    ///
    /// `GET /v4/inbox/seedlists/a/{attribute}`
    ///
    /// # Errors
    ///
    /// Status 403 if the account may not use inbox placement tests.
    ///
    /// ```no_run
    /// # async fn example(seed_lists: mailgun_inbox_placement::SeedLists)
    /// #     -> Result<(), mailgun_core::Error> {
    /// println!("{:?}", seed_lists.attribute("name").await?.values);
    /// # Ok(()) }
    /// ```
    pub fn attribute(&self, name: &str) -> Call<Attribute> {
        listing::attribute(&self.client, ATTRIBUTE, name)
    }

    /// The parameters by which [`list`](Self::list) can search.
    ///
    /// `GET /v4/inbox/seedlists/_filters`
    ///
    /// # Errors
    ///
    /// Status 403 if the account may not use inbox placement tests.
    ///
    /// ```no_run
    /// # async fn example(seed_lists: mailgun_inbox_placement::SeedLists)
    /// #     -> Result<(), mailgun_core::Error> {
    /// for filter in seed_lists.filters().await? {
    ///     println!("{}: {}", filter.parameter, filter.description);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn filters(&self) -> Call<Vec<Filter>> {
        listing::filters(&self.client, FILTERS)
    }
}

mailgun_core::params! {
    /// Which seed lists to list.
    pub struct ListSeedLists;
}

impl ListSeedLists {
    /// Those of this name.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.set("name", name.into())
    }
}
page_setters!(ListSeedLists);

/// The setters of what a seed list is.
macro_rules! seed_list_setters {
    ($type:ident) => {
        impl $type {
            /// Free text.
            pub fn name(self, name: impl Into<String>) -> Self {
                self.set("name", name.into())
            }

            /// A regular expression that the addresses of the seeds match.
            pub fn seed_filter(self, pattern: impl Into<String>) -> Self {
                self.set("seed_filter", pattern.into())
            }

            /// Adds a provider of the seeds, `gmail.com` for example; all of them when not set.
            pub fn provider_filter(self, domain: impl Into<String>) -> Self {
                self.append("provider_filter", domain.into())
            }

            /// Adds a domain that tests come from.
            #[deprecated(
                since = "0.1.0",
                note = "Mailgun has deprecated the sending domains of a seed list; nothing takes \
                        their place"
            )]
            pub fn sending_domains(self, domain: impl Into<String>) -> Self {
                self.append("sending_domains", domain.into())
            }
        }
    };
}

mailgun_core::params! {
    /// What a new seed list is to be.
    pub struct CreateSeedList;
}
seed_list_setters!(CreateSeedList);

impl CreateSeedList {
    /// What names it in a system of the application; it comes back as the tag `sfmc_remote_id`.
    pub fn remote_id(self, id: impl Into<String>) -> Self {
        self.set("remote_id", id.into())
    }
}

mailgun_core::params! {
    /// What to change of a seed list.
    pub struct UpdateSeedList;
}
seed_list_setters!(UpdateSeedList);

impl UpdateSeedList {
    /// Whether to draw new seeds.
    pub fn regen(self, regen: bool) -> Self {
        self.set("regen", true_false(regen))
    }

    /// Whether to draw new seeds, by the older name of [`regen`](Self::regen).
    pub fn shuffle(self, shuffle: bool) -> Self {
        self.set("shuffle", true_false(shuffle))
    }
}
