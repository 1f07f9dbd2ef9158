use mailgun_core::{Call, Chunks, Client, Form, LinkPage, Operation, Pager, yes_no};
use mailgun_types::Csv;

use crate::{
    Member, MemberResponse, MemberSettings, MembersResponse, NewMember, PageDirection,
    member::OneMember,
};

pub(crate) const LIST: Operation = Operation::get("/v3/lists/{address}/members/pages");
pub(crate) const LIST_BY_ADDRESS: Operation = Operation::get("/v3/lists/{address}/members");
pub(crate) const GET: Operation = Operation::get("/v3/lists/{address}/members/{member}");
pub(crate) const CREATE: Operation = Operation::post("/v3/lists/{address}/members");
pub(crate) const CREATE_MANY: Operation = Operation::post("/v3/lists/{address}/members.json");
pub(crate) const IMPORT: Operation = Operation::post("/v3/lists/{address}/members.csv");
pub(crate) const UPDATE: Operation =
    Operation::put("/v3/lists/{address}/members/{member}").idempotent();
pub(crate) const DELETE: Operation =
    Operation::delete("/v3/lists/{address}/members/{member}").idempotent();

/// Mailgun accepts up to 1000 members in one call.
const CHUNK: usize = 1000;

/// The members of a mailing list.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// let members = mailgun.mailing_lists().members("news@mg.example.com");
/// println!("{:?}", members.get("ada@example.com").await?.subscribed);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Members {
    client: Client,
    list: String,
}

impl Members {
    /// A handle to the members of the list with this address.
    pub fn new(client: &Client, list_address: impl Into<String>) -> Self {
        Self { client: client.clone(), list: list_address.into() }
    }

    /// Lists the members, in the order of their addresses.
    ///
    /// `GET /v3/lists/{address}/members/pages`
    ///
    /// # Errors
    ///
    /// Returns 429 after too many requests.
    ///
    /// ```no_run
    /// # use mailgun::mailing_lists::Members;
    /// # async fn example(members: Members) -> Result<(), mailgun::Error> {
    /// use mailgun::mailing_lists::ListMembers;
    ///
    /// let mut pager = members.list(ListMembers::new().subscribed(true));
    /// while let Some(page) = pager.next_page().await? {
    ///     for member in page {
    ///         println!("{}", member.name);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListMembers) -> Pager<Member> {
        Pager::links(self.client.call::<LinkPage<Member>>(LIST, &[&self.list]).query(params))
    }

    /// Lists members with their total number: all of them, or the one with a given address.
    ///
    /// `GET /v3/lists/{address}/members`
    ///
    /// # Errors
    ///
    /// Returns 429 after too many requests.
    ///
    /// ```no_run
    /// # use mailgun::mailing_lists::Members;
    /// # async fn example(members: Members) -> Result<(), mailgun::Error> {
    /// use mailgun::mailing_lists::ListMembersByAddress;
    ///
    /// let unsubscribed = ListMembersByAddress::new().subscribed(false).limit(1);
    /// if let Some(page) = members.list_by_address(unsubscribed).next_page().await? {
    ///     println!("{:?}", page.total);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list_by_address(&self, params: ListMembersByAddress) -> Pager<Member> {
        let call = self.client.call::<LinkPage<Member>>(LIST_BY_ADDRESS, &[&self.list]);
        Pager::skip(call.query(params))
    }

    /// Gets a member by address.
    ///
    /// `GET /v3/lists/{address}/members/{member}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the member or list does not exist.
    ///
    /// ```no_run
    /// # use mailgun::mailing_lists::Members;
    /// # async fn example(members: Members) -> Result<(), mailgun::Error> {
    /// println!("{}", members.get("ada@example.com").await?.name);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, address: &str) -> Call<Member> {
        self.client.call::<OneMember>(GET, &[&self.list, address]).map(|response| response.0)
    }

    /// Adds a member.
    ///
    /// `POST /v3/lists/{address}/members`. The call is not retried if its outcome is unknown. With
    /// [`upsert`](MemberSettings::upsert), repeating it does no harm.
    ///
    /// # Errors
    ///
    /// Returns 400 if the member already exists, and 404 if the list does not exist. Returns
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput), before connecting, if
    /// the variables are not a JSON object.
    ///
    /// ```no_run
    /// # use mailgun::mailing_lists::Members;
    /// # async fn example(members: Members) -> Result<(), mailgun::Error> {
    /// use mailgun::mailing_lists::MemberSettings;
    ///
    /// #[derive(serde::Serialize)]
    /// struct Vars {
    ///     age: u8,
    /// }
    ///
    /// let settings = MemberSettings::new().name("Ada").vars(&Vars { age: 36 }).upsert(true);
    /// members.create("ada@example.com", settings).await?;
    /// # Ok(()) }
    /// ```
    pub fn create(
        &self,
        address: impl Into<String>,
        settings: MemberSettings,
    ) -> Call<MemberResponse> {
        self.client.call(CREATE, &[&self.list]).multipart(settings.address(address))
    }

    /// Adds any number of members.
    ///
    /// `POST /v3/lists/{address}/members.json`, once for each 1000 members. Mailgun adds more than
    /// 100 members in the background, and the response has a [`task_id`](MembersResponse::task_id).
    /// The calls are not retried if their outcome is unknown. With
    /// [`upsert`](CreateMembers::upsert), repeating them does no harm.
    ///
    /// # Errors
    ///
    /// Returns 404 if the list does not exist. Returns
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput), before the chunk is
    /// sent, if variables are not a JSON object. The error names the position of the member in the
    /// chunk.
    ///
    /// ```no_run
    /// # use mailgun::mailing_lists::Members;
    /// # async fn example(members: Members) -> Result<(), mailgun::Error> {
    /// use mailgun::Idempotency;
    /// use mailgun::mailing_lists::{CreateMembers, NewMember};
    ///
    /// let people = (0..2500).map(|i| NewMember::new(format!("user{i}@example.com"))).collect();
    /// let chunks = members
    ///     .create_many(people, CreateMembers::new().upsert(true))
    ///     .each(|call| call.idempotency(Idempotency::Idempotent));
    /// for chunk in chunks.await {
    ///     println!("{:?}: {:?}", chunk.positions, chunk.result?.task_id);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn create_many(
        &self,
        members: Vec<NewMember>,
        params: CreateMembers,
    ) -> Chunks<MembersResponse> {
        let Self { client, list } = self.clone();
        Chunks::new(members, CHUNK, move |members| {
            let call = client.call(CREATE_MANY, &[&list]);
            match NewMember::first_error(members) {
                None => call.multipart(params.clone().members(members)),
                Some(error) => call.with_error(error),
            }
        })
    }

    /// Adds the members of a CSV file.
    ///
    /// `POST /v3/lists/{address}/members.csv`. The file, up to 5 MB, needs a column `address`.
    /// Optional columns are `name`, `vars` (a JSON object) and `subscribed`. [`NewMember::csv`]
    /// writes such a file. Mailgun reads it in the background.
    ///
    /// # Errors
    ///
    /// Returns 400 if the file is too large, and 404 if the list does not exist. Returns
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput), before connecting, if
    /// the column `address` is missing.
    ///
    /// ```no_run
    /// # use mailgun::mailing_lists::Members;
    /// # async fn example(members: Members) -> Result<(), mailgun::Error> {
    /// use mailgun::mailing_lists::Csv;
    /// use mailgun::mailing_lists::ImportMembers;
    ///
    /// let csv = Csv::from_path("members.csv").await?;
    /// let started = members.import(csv, ImportMembers::new().upsert(true)).await?;
    /// println!("{:?}", started.task_id);
    /// # Ok(()) }
    /// ```
    pub fn import(&self, csv: Csv, params: ImportMembers) -> Call<MembersResponse> {
        let call = self.client.call(IMPORT, &[&self.list]);
        match csv.with_any_of(&["address"]) {
            Ok(file) => {
                let mut form = Form::from(params);
                form.file("members", file);
                call.multipart(form)
            }
            Err(error) => call.with_error(error),
        }
    }

    /// Changes the settings that `settings` sets; the others stay as they are.
    ///
    /// `PUT /v3/lists/{address}/members/{member}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the member or list does not exist. Returns
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput), before connecting, if
    /// the variables are not a JSON object.
    ///
    /// ```no_run
    /// # use mailgun::mailing_lists::Members;
    /// # async fn example(members: Members) -> Result<(), mailgun::Error> {
    /// use mailgun::mailing_lists::MemberSettings;
    ///
    /// members.update("ada@example.com", MemberSettings::new().subscribed(false)).await?;
    /// # Ok(()) }
    /// ```
    pub fn update(&self, address: &str, settings: MemberSettings) -> Call<MemberResponse> {
        self.client.call(UPDATE, &[&self.list, address]).multipart(settings)
    }

    /// Deletes a member.
    ///
    /// `DELETE /v3/lists/{address}/members/{member}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the member or list does not exist.
    ///
    /// ```no_run
    /// # use mailgun::mailing_lists::Members;
    /// # async fn example(members: Members) -> Result<(), mailgun::Error> {
    /// members.delete("ada@example.com").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, address: &str) -> Call<MemberResponse> {
        self.client.call(DELETE, &[&self.list, address])
    }
}

mailgun_core::params! {
    /// Options for listing members.
    pub struct ListMembers;
}

impl ListMembers {
    /// Lists only subscribed (`true`) or unsubscribed (`false`) members. Default: both.
    pub fn subscribed(self, subscribed: bool) -> Self {
        self.set("subscribed", yes_no(subscribed))
    }

    /// Page size; default 100.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// The page to start with; default the first.
    pub fn page(self, page: PageDirection) -> Self {
        self.set("page", page.abbreviated())
    }

    /// The address that [`page`](Self::page) is relative to.
    pub fn address(self, address: impl Into<String>) -> Self {
        self.set("address", address.into())
    }
}

mailgun_core::params! {
    /// Options for listing members by address.
    pub struct ListMembersByAddress;
}

impl ListMembersByAddress {
    /// Lists only the member with this address.
    pub fn address(self, address: impl Into<String>) -> Self {
        self.set("address", address.into())
    }

    /// Lists only subscribed (`true`) or unsubscribed (`false`) members. Default: both.
    pub fn subscribed(self, subscribed: bool) -> Self {
        self.set("subscribed", yes_no(subscribed))
    }

    /// Page size, 1 to 100; default 100.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Number of items to skip; default 0.
    pub fn skip(self, skip: u64) -> Self {
        self.set("skip", skip)
    }
}

mailgun_core::params! {
    /// Options for adding members.
    pub struct CreateMembers;
}

impl CreateMembers {
    /// Whether to change members that already exist; default `false`.
    ///
    /// A member that has unsubscribed is subscribed again, unless
    /// [`NewMember::subscribed`](crate::NewMember::subscribed) is `false`: Mailgun's default is `true`. For
    /// a list that you synchronize, look up who has unsubscribed with [`ListMembers::subscribed`].
    pub fn upsert(self, upsert: bool) -> Self {
        self.set("upsert", yes_no(upsert))
    }

    fn members(self, members: &[NewMember]) -> Self {
        self.json("members", &members)
    }
}

mailgun_core::params! {
    /// Options for importing members.
    pub struct ImportMembers;
}

impl ImportMembers {
    /// Whether members get mail of the list, if the file does not say; default `true`.
    pub fn subscribed(self, subscribed: bool) -> Self {
        self.set("subscribed", yes_no(subscribed))
    }

    /// Whether to change members that already exist; default `false`.
    ///
    /// Members that have unsubscribed are subscribed again, unless the column `subscribed` or
    /// [`subscribed`](Self::subscribed) says `no`.
    pub fn upsert(self, upsert: bool) -> Self {
        self.set("upsert", yes_no(upsert))
    }
}
