use mailgun_core::{Call, Client, Confirmation, LinkPage, Operation, Pager, true_false};

use crate::{
    Attribute, Filter, SeedList,
    listing::{self, page_setters},
    response::Named,
};

pub(crate) const LIST: Operation = Operation::get("/v4/inbox/seedlists");
pub(crate) const GET: Operation = Operation::get("/v4/inbox/seedlists/{address}");
pub(crate) const CREATE: Operation = Operation::post("/v4/inbox/seedlists");
// Regenerating the seeds twice would replace those of the first response.
pub(crate) const UPDATE: Operation = Operation::put("/v4/inbox/seedlists/{address}");
pub(crate) const DELETE: Operation =
    Operation::delete("/v4/inbox/seedlists/{address}").idempotent();
pub(crate) const ATTRIBUTES: Operation = Operation::get("/v4/inbox/seedlists/a");
pub(crate) const ATTRIBUTE: Operation = Operation::get("/v4/inbox/seedlists/a/{attribute}");
pub(crate) const FILTERS: Operation = Operation::get("/v4/inbox/seedlists/_filters");

/// The seed lists of an account.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::inbox_placement::CreateSeedList;
///
/// let seed_lists = mailgun.inbox_placement().seed_lists();
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
    /// Returns 400 if a parameter is invalid.
    ///
    /// ```no_run
    /// # async fn example(seed_lists: mailgun::inbox_placement::SeedLists)
    /// #     -> Result<(), mailgun::Error> {
    /// use mailgun::inbox_placement::ListSeedLists;
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

    /// Gets a seed list by its [`target_email`](SeedList::target_email).
    ///
    /// `GET /v4/inbox/seedlists/{address}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(seed_lists: mailgun::inbox_placement::SeedLists)
    /// #     -> Result<(), mailgun::Error> {
    /// let list = seed_lists.get("ibp-610abd20@mailgun.net").await?;
    /// println!("{:?}", list.delivery_stats.get("all"));
    /// # Ok(()) }
    /// ```
    pub fn get(&self, address: &str) -> Call<SeedList> {
        self.client.call::<Named<SeedList>>(GET, &[address]).map(Named::into_inner)
    }

    /// Creates a seed list.
    ///
    /// `POST /v4/inbox/seedlists`. A second call makes a second list, so it is not retried if its
    /// outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if the filter is invalid.
    ///
    /// ```no_run
    /// # async fn example(seed_lists: mailgun::inbox_placement::SeedLists)
    /// #     -> Result<(), mailgun::Error> {
    /// use mailgun::inbox_placement::CreateSeedList;
    ///
    /// let params = CreateSeedList::new().name("Newsletter").provider_filter("gmail.com");
    /// println!("{}", seed_lists.create(params).await?.target_email);
    /// # Ok(()) }
    /// ```
    pub fn create(&self, params: CreateSeedList) -> Call<SeedList> {
        let call = self.client.call::<Named<SeedList>>(CREATE, &[]);
        call.multipart(params).map(Named::into_inner)
    }

    /// Changes the settings that `params` sets; the others stay as they are.
    ///
    /// `PUT /v4/inbox/seedlists/{address}`. Existing results do not change. The call may regenerate
    /// the seeds, so it is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 404 if the seed list does not exist.
    ///
    /// ```no_run
    /// # async fn example(seed_lists: mailgun::inbox_placement::SeedLists)
    /// #     -> Result<(), mailgun::Error> {
    /// use mailgun::inbox_placement::UpdateSeedList;
    ///
    /// let params = UpdateSeedList::new().name("Weekly newsletter").regen(true);
    /// let list = seed_lists.update("ibp-610abd20@mailgun.net", params).await?;
    /// println!("{} in place of {}", list.mailing_list, list.previous_mailing_list);
    /// # Ok(()) }
    /// ```
    pub fn update(&self, address: &str, params: UpdateSeedList) -> Call<SeedList> {
        let call = self.client.call::<Named<SeedList>>(UPDATE, &[address]);
        call.form(params).map(Named::into_inner)
    }

    /// Deletes a seed list and the results of its tests.
    ///
    /// `DELETE /v4/inbox/seedlists/{address}`. The response may be empty.
    ///
    /// # Errors
    ///
    /// Returns 404 if the seed list does not exist.
    ///
    /// ```no_run
    /// # async fn example(seed_lists: mailgun::inbox_placement::SeedLists)
    /// #     -> Result<(), mailgun::Error> {
    /// seed_lists.delete("ibp-610abd20@mailgun.net").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, address: &str) -> Call<Confirmation> {
        let call = self.client.call::<Option<Confirmation>>(DELETE, &[address]);
        call.map(Option::unwrap_or_default)
    }

    /// Lists the attributes that [`attribute`](Self::attribute) accepts.
    ///
    /// `GET /v4/inbox/seedlists/a`
    ///
    /// # Errors
    ///
    /// Returns 403 if the account may not use inbox placement tests.
    ///
    /// ```no_run
    /// # async fn example(seed_lists: mailgun::inbox_placement::SeedLists)
    /// #     -> Result<(), mailgun::Error> {
    /// for attribute in seed_lists.attributes().await? {
    ///     println!("{:?}", attribute.values);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn attributes(&self) -> Call<Vec<Attribute>> {
        listing::attributes(&self.client, ATTRIBUTES)
    }

    /// Lists the values of an attribute, such as the names, in all seed lists.
    ///
    /// `GET /v4/inbox/seedlists/a/{attribute}`
    ///
    /// # Errors
    ///
    /// Returns 403 if the account may not use inbox placement tests.
    ///
    /// ```no_run
    /// # async fn example(seed_lists: mailgun::inbox_placement::SeedLists)
    /// #     -> Result<(), mailgun::Error> {
    /// println!("{:?}", seed_lists.attribute("name").await?.values);
    /// # Ok(()) }
    /// ```
    pub fn attribute(&self, name: &str) -> Call<Attribute> {
        listing::attribute(&self.client, ATTRIBUTE, name)
    }

    /// Lists the parameters that filter [`list`](Self::list).
    ///
    /// `GET /v4/inbox/seedlists/_filters`
    ///
    /// # Errors
    ///
    /// Returns 403 if the account may not use inbox placement tests.
    ///
    /// ```no_run
    /// # async fn example(seed_lists: mailgun::inbox_placement::SeedLists)
    /// #     -> Result<(), mailgun::Error> {
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
    /// Options for listing seed lists.
    pub struct ListSeedLists;
}

impl ListSeedLists {
    /// Lists only seed lists of this name.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.set("name", name.into())
    }
}
page_setters!(ListSeedLists);

/// The setters that new and changed seed lists share.
macro_rules! seed_list_setters {
    ($type:ident) => {
        impl $type {
            /// A description, in any words.
            pub fn name(self, name: impl Into<String>) -> Self {
                self.set("name", name.into())
            }

            /// A regular expression that the addresses of the seeds match.
            pub fn seed_filter(self, pattern: impl Into<String>) -> Self {
                self.set("seed_filter", pattern.into())
            }

            /// Adds a provider of the seeds, such as `gmail.com`. Default: all providers.
            pub fn provider_filter(self, domain: impl Into<String>) -> Self {
                self.append("provider_filter", domain.into())
            }

            /// Adds a domain that tests are sent from.
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
    /// Settings of a new seed list.
    pub struct CreateSeedList;
}
seed_list_setters!(CreateSeedList);

impl CreateSeedList {
    /// The id in your own system. Mailgun returns it as the tag `sfmc_remote_id`.
    pub fn remote_id(self, id: impl Into<String>) -> Self {
        self.set("remote_id", id.into())
    }
}

mailgun_core::params! {
    /// Changes of a seed list.
    pub struct UpdateSeedList;
}
seed_list_setters!(UpdateSeedList);

impl UpdateSeedList {
    /// Whether to regenerate the seeds.
    pub fn regen(self, regen: bool) -> Self {
        self.set("regen", true_false(regen))
    }

    /// Whether to regenerate the seeds, under the older name of [`regen`](Self::regen).
    pub fn shuffle(self, shuffle: bool) -> Self {
        self.set("shuffle", true_false(shuffle))
    }
}
