use mailgun_core::{Call, Client, Fields, Operation};
use mailgun_types::{SendingLimit, Success};

pub(crate) const GET: Operation = Operation::get("/v5/accounts/limit/custom/monthly");
pub(crate) const SET: Operation = Operation::put("/v5/accounts/limit/custom/monthly").idempotent();
pub(crate) const DELETE: Operation =
    Operation::delete("/v5/accounts/limit/custom/monthly").idempotent();
pub(crate) const ENABLE: Operation =
    Operation::put("/v5/accounts/limit/custom/enable").idempotent();

/// How many messages the account may send in a calendar month. Once they are sent, the account is
/// disabled.
#[derive(Clone, Debug)]
pub struct CustomMessageLimit {
    pub(crate) client: Client,
}

impl CustomMessageLimit {
    /// The limit, and how many messages were sent.
    ///
    /// `GET /v5/accounts/limit/custom/monthly`
    ///
    /// # Errors
    ///
    /// Status 404 if there is none.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// let limit = account.custom_message_limit().get().await?;
    /// println!("{:?} of {:?}", limit.current, limit.limit);
    /// # Ok(()) }
    /// ```
    pub fn get(&self) -> Call<SendingLimit> {
        self.client.call(GET, &[])
    }

    /// Sets the limit: 1000 or more.
    ///
    /// `PUT /v5/accounts/limit/custom/monthly`
    ///
    /// # Errors
    ///
    /// Status 400 for less.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// account.custom_message_limit().set(50_000).await?;
    /// # Ok(()) }
    /// ```
    pub fn set(&self, limit: u64) -> Call<Success> {
        let mut query = Fields::new();
        query.set("limit", limit);
        self.client.call(SET, &[]).query(query)
    }

    /// Takes the limit away.
    ///
    /// `DELETE /v5/accounts/limit/custom/monthly`
    ///
    /// # Errors
    ///
    /// Status 400 if there is none.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// account.custom_message_limit().delete().await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self) -> Call<Success> {
        self.client.call(DELETE, &[])
    }

    /// Enables the account again that was disabled by the limit.
    ///
    /// `PUT /v5/accounts/limit/custom/enable`
    ///
    /// # Errors
    ///
    /// Status 400 if the account was disabled by something else.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// account.custom_message_limit().enable().await?;
    /// # Ok(()) }
    /// ```
    pub fn enable(&self) -> Call<Success> {
        self.client.call(ENABLE, &[])
    }
}
