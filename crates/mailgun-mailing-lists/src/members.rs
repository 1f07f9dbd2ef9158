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

/// What one call takes.
const CHUNK: usize = 1000;

/// The members of a mailing list.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_mailing_lists::MailingLists;
///
/// let members = MailingLists::new(&client).members("news@mg.example.com");
/// println!("{:?}", members.get("ada@example.com").await?.subscribed);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Members {
    client: Client,
    list: String,
}

impl Members {
    /// The members of the list with this address.
    pub fn new(client: &Client, list_address: impl Into<String>) -> Self {
        Self { client: client.clone(), list: list_address.into() }
    }

    /// Lists the members, in the order of their addresses.
    ///
    /// `GET /v3/lists/{address}/members/pages`
    ///
    /// # Errors
    ///
    /// Status 429 for too many requests.
    ///
    /// ```no_run
    /// # use mailgun_mailing_lists::Members;
    /// # async fn example(members: Members) -> Result<(), mailgun_core::Error> {
    /// use mailgun_mailing_lists::ListMembers;
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

    /// Lists members with their total, all or those of an address.
    ///
    /// `GET /v3/lists/{address}/members`
    ///
    /// # Errors
    ///
    /// Status 429 for too many requests.
    ///
    /// ```no_run
    /// # use mailgun_mailing_lists::Members;
    /// # async fn example(members: Members) -> Result<(), mailgun_core::Error> {
    /// use mailgun_mailing_lists::ListMembersByAddress;
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

    /// A member by its address.
    ///
    /// `GET /v3/lists/{address}/members/{member}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such member or list.
    ///
    /// ```no_run
    /// # use mailgun_mailing_lists::Members;
    /// # async fn example(members: Members) -> Result<(), mailgun_core::Error> {
    /// println!("{}", members.get("ada@example.com").await?.name);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, address: &str) -> Call<Member> {
        self.client.call::<OneMember>(GET, &[&self.list, address]).map(|response| response.0)
    }

    /// Adds a member.
    ///
    /// `POST /v3/lists/{address}/members`. Not repeated when its outcome is unknown; with
    /// [`upsert`](MemberSettings::upsert) a second call does no harm.
    ///
    /// # Errors
    ///
    /// Status 400 if the member is there already, 404 if there is no such list. Before anything is
    /// connected: variables that are no JSON object
    /// ([`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput)).
    ///
    /// ```no_run
    /// # use mailgun_mailing_lists::Members;
    /// # async fn example(members: Members) -> Result<(), mailgun_core::Error> {
    /// use mailgun_mailing_lists::MemberSettings;
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
    /// `POST /v3/lists/{address}/members.json`, once for each 1000 members. Of more than 100 at
    /// once Mailgun takes care in the background, and the response has the
    /// [`task_id`](MembersResponse::task_id). Not repeated when its outcome is unknown; with
    /// [`upsert`](CreateMembers::upsert) a second call does no harm.
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such list. Before the chunk is sent: variables that are no JSON
    /// object ([`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput), naming the member's place
    /// in the chunk).
    ///
    /// ```no_run
    /// # use mailgun_mailing_lists::Members;
    /// # async fn example(members: Members) -> Result<(), mailgun_core::Error> {
    /// use mailgun_core::Idempotency;
    /// use mailgun_mailing_lists::{CreateMembers, NewMember};
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
            match NewMember::fault(members) {
                None => call.multipart(params.clone().members(members)),
                Some(fault) => call.with_error(fault),
            }
        })
    }

    /// Adds the members of a CSV file.
    ///
    /// `POST /v3/lists/{address}/members.csv`. The file has at least a column `address`, and may
    /// have `name`, `vars` (a JSON object) and `subscribed`; [`NewMember::csv`] writes one. It is
    /// read in the background. At most 5 MB.
    ///
    /// # Errors
    ///
    /// Status 400 for a file that is too big, 404 if there is no such list. Before anything is
    /// connected: a file without the column
    /// ([`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput)).
    ///
    /// ```no_run
    /// # use mailgun_mailing_lists::Members;
    /// # async fn example(members: Members) -> Result<(), mailgun_core::Error> {
    /// use mailgun_mailing_lists::Csv;
    /// use mailgun_mailing_lists::ImportMembers;
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
            Err(fault) => call.with_error(fault),
        }
    }

    /// Changes what `settings` has, and leaves the rest as it is.
    ///
    /// `PUT /v3/lists/{address}/members/{member}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such member or list. Before anything is connected: variables that
    /// are no JSON object ([`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput)).
    ///
    /// ```no_run
    /// # use mailgun_mailing_lists::Members;
    /// # async fn example(members: Members) -> Result<(), mailgun_core::Error> {
    /// use mailgun_mailing_lists::MemberSettings;
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
    /// Status 404 if there is no such member or list.
    ///
    /// ```no_run
    /// # use mailgun_mailing_lists::Members;
    /// # async fn example(members: Members) -> Result<(), mailgun_core::Error> {
    /// members.delete("ada@example.com").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, address: &str) -> Call<MemberResponse> {
        self.client.call(DELETE, &[&self.list, address])
    }
}

mailgun_core::params! {
    /// Which members to list.
    pub struct ListMembers;
}

impl ListMembers {
    /// Subscribed members alone, or unsubscribed ones alone; all when not set.
    pub fn subscribed(self, subscribed: bool) -> Self {
        self.set("subscribed", yes_no(subscribed))
    }

    /// At most so many a page; 100 when not set.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// The page to begin with; the first when not set.
    pub fn page(self, page: PageDirection) -> Self {
        self.set("page", page.abbreviated())
    }

    /// The address that [`page`](Self::page) counts from.
    pub fn address(self, address: impl Into<String>) -> Self {
        self.set("address", address.into())
    }
}

mailgun_core::params! {
    /// Which members to list, by their address.
    pub struct ListMembersByAddress;
}

impl ListMembersByAddress {
    /// The member with this address alone.
    pub fn address(self, address: impl Into<String>) -> Self {
        self.set("address", address.into())
    }

    /// Subscribed members alone, or unsubscribed ones alone; all when not set.
    pub fn subscribed(self, subscribed: bool) -> Self {
        self.set("subscribed", yes_no(subscribed))
    }

    /// At most so many a page: 1 to 100; 100 when not set.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Leaves out so many at the beginning; 0 when not set.
    pub fn skip(self, skip: u64) -> Self {
        self.set("skip", skip)
    }
}

mailgun_core::params! {
    /// How many members are added.
    pub struct CreateMembers;
}

impl CreateMembers {
    /// Whether members that are there already are changed; `false` when not set.
    pub fn upsert(self, upsert: bool) -> Self {
        self.set("upsert", yes_no(upsert))
    }

    fn members(self, members: &[NewMember]) -> Self {
        self.json("members", &members)
    }
}

mailgun_core::params! {
    /// How the members of a CSV file are added.
    pub struct ImportMembers;
}

impl ImportMembers {
    /// Whether mail to the list goes to them, where the file does not say it.
    pub fn subscribed(self, subscribed: bool) -> Self {
        self.set("subscribed", yes_no(subscribed))
    }

    /// Whether members that are there already are changed; `false` when not set.
    pub fn upsert(self, upsert: bool) -> Self {
        self.set("upsert", yes_no(upsert))
    }
}
