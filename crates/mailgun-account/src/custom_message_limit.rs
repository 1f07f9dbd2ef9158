use mailgun_core::{Call, Client, Fields, Operation};
use mailgun_types::{SendingLimit, Success};

pub(crate) const GET: Operation = Operation::get("/v5/accounts/limit/custom/monthly");
pub(crate) const SET: Operation = Operation::put("/v5/accounts/limit/custom/monthly").idempotent();
pub(crate) const DELETE: Operation =
    Operation::delete("/v5/accounts/limit/custom/monthly").idempotent();
pub(crate) const ENABLE: Operation =
    Operation::put("/v5/accounts/limit/custom/enable").idempotent();

/// The account's own limit on messages in a calendar month. Mailgun disables the account once the
/// limit is reached.
#[derive(Clone, Debug)]
pub struct CustomMessageLimit {
    pub(crate) client: Client,
}

impl CustomMessageLimit {
    /// Gets the limit and the number of messages sent this month.
    ///
    /// `GET /v5/accounts/limit/custom/monthly`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// let limit = account.custom_message_limit().get().await?;
    /// println!("{:?} of {:?}", limit.current, limit.limit);
    /// # Ok(()) }
    /// ```
    pub fn get(&self) -> Call<SendingLimit> {
        self.client.call(GET, &[])
    }

    /// Sets the limit, at least 1000.
    ///
    /// `PUT /v5/accounts/limit/custom/monthly`
    ///
    /// # Errors
    ///
    /// Returns 400 if the limit is below 1000.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// account.custom_message_limit().set(50_000).await?;
    /// # Ok(()) }
    /// ```
    pub fn set(&self, limit: u64) -> Call<Success> {
        let mut query = Fields::new();
        query.set("limit", limit);
        self.client.call(SET, &[]).query(query)
    }

    /// Removes the limit.
    ///
    /// `DELETE /v5/accounts/limit/custom/monthly`
    ///
    /// # Errors
    ///
    /// Returns 400 if there is no limit.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// account.custom_message_limit().delete().await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self) -> Call<Success> {
        self.client.call(DELETE, &[])
    }

    /// Enables the account again after the limit disabled it.
    ///
    /// `PUT /v5/accounts/limit/custom/enable`
    ///
    /// # Errors
    ///
    /// Returns 400 if the account was disabled for another reason.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// account.custom_message_limit().enable().await?;
    /// # Ok(()) }
    /// ```
    pub fn enable(&self) -> Call<Success> {
        self.client.call(ENABLE, &[])
    }
}
