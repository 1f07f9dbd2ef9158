use mailgun_core::{Call, Client, Fields, LinkPage, Operation, Pager};

use crate::{Action, Expression, Route, RouteDeleted, RouteResponse};

const LIST: Operation = Operation::get("/v3/routes");
const GET: Operation = Operation::get("/v3/routes/{id}");
const CREATE: Operation = Operation::post("/v3/routes");
const UPDATE: Operation = Operation::put("/v3/routes/{id}").idempotent();
const DELETE: Operation = Operation::delete("/v3/routes/{id}").idempotent();
const MATCH: Operation = Operation::get("/v3/routes/match");

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] = &[LIST, GET, CREATE, UPDATE, DELETE, MATCH];

/// The routes of an account.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// let route = mailgun.routes().match_address("support@mg.example.com").await?;
/// println!("{} goes to {:?}", route.expression, route.actions);
/// # Ok(()) }
/// ```
#[doc(alias("inbound", "forward"))]
#[derive(Clone, Debug)]
pub struct Routes {
    client: Client,
}

impl Routes {
    /// A handle to the routes of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists the routes.
    ///
    /// `GET /v3/routes`
    ///
    /// # Errors
    ///
    /// Returns 400 if the limit is over 1000.
    ///
    /// ```no_run
    /// # async fn example(routes: mailgun::routes::Routes) -> Result<(), mailgun::Error> {
    /// use mailgun::routes::ListRoutes;
    ///
    /// let mut pager = routes.list(ListRoutes::new().limit(50));
    /// while let Some(page) = pager.next_page().await? {
    ///     for route in page {
    ///         println!("{:?} {}", route.priority, route.expression);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListRoutes) -> Pager<Route> {
        Pager::skip(self.client.call::<LinkPage<Route>>(LIST, &[]).query(params))
    }

    /// Gets a route by its id.
    ///
    /// `GET /v3/routes/{id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(routes: mailgun::routes::Routes) -> Result<(), mailgun::Error> {
    /// println!("{}", routes.get("4f3bad2335335426750048c6").await?.expression);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, id: &str) -> Call<Route> {
        self.client.call_field(GET, &[id], "route")
    }

    /// Creates a route for messages that match `expression`.
    ///
    /// `POST /v3/routes`. A second call makes a second route, so it is not retried if its outcome
    /// is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if the expression or an action is invalid or longer than 4 KB. For more recipients, forward
    /// to a mailing list.
    ///
    /// ```no_run
    /// # async fn example(routes: mailgun::routes::Routes) -> Result<(), mailgun::Error> {
    /// use mailgun::routes::{Action, Expression, RouteSettings};
    ///
    /// let settings = RouteSettings::new()
    ///     .priority(10)
    ///     .action(Action::store_and_notify("https://example.com/inbound"))
    ///     .action(Action::stop());
    /// let created = routes.create(Expression::catch_all(), settings).await?;
    /// println!("{}", created.route.id);
    /// # Ok(()) }
    /// ```
    pub fn create(
        &self,
        expression: impl Into<Expression>,
        settings: RouteSettings,
    ) -> Call<RouteResponse> {
        self.client.call(CREATE, &[]).form(settings.expression(expression))
    }

    /// Changes the settings that `settings` sets; the others stay as they are.
    ///
    /// `PUT /v3/routes/{id}`. If actions are set, they replace all existing ones.
    ///
    /// # Errors
    ///
    /// Those of [`create`](Self::create), and 404 if the route does not exist.
    ///
    /// ```no_run
    /// # async fn example(routes: mailgun::routes::Routes) -> Result<(), mailgun::Error> {
    /// use mailgun::routes::RouteSettings;
    ///
    /// routes.update("4f3bad2335335426750048c6", RouteSettings::new().priority(0)).await?;
    /// # Ok(()) }
    /// ```
    pub fn update(&self, id: &str, settings: RouteSettings) -> Call<RouteResponse> {
        self.client.call(UPDATE, &[id]).form(settings)
    }

    /// Deletes a route.
    ///
    /// `DELETE /v3/routes/{id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the route does not exist.
    ///
    /// ```no_run
    /// # async fn example(routes: mailgun::routes::Routes) -> Result<(), mailgun::Error> {
    /// routes.delete("4f3bad2335335426750048c6").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, id: &str) -> Call<RouteDeleted> {
        self.client.call(DELETE, &[id])
    }

    /// Gets the first route that matches mail to `address`.
    ///
    /// `GET /v3/routes/match`
    ///
    /// # Errors
    ///
    /// Returns 404 if no route matches.
    ///
    /// ```no_run
    /// # async fn example(routes: mailgun::routes::Routes) -> Result<(), mailgun::Error> {
    /// println!("{}", routes.match_address("bob@mg.example.com").await?.id);
    /// # Ok(()) }
    /// ```
    pub fn match_address(&self, address: &str) -> Call<Route> {
        let mut query = Fields::new();
        query.set("address", address);
        self.client.call_field(MATCH, &[], "route").query(query)
    }
}

mailgun_core::params! {
    /// Options for listing routes.
    pub struct ListRoutes;
}

impl ListRoutes {
    /// Page size, 1 to 1000; default 100.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Number of items to skip; default 0.
    pub fn skip(self, skip: u64) -> Self {
        self.set("skip", skip)
    }
}

mailgun_core::params! {
    /// Settings of a route.
    pub struct RouteSettings;
}

impl RouteSettings {
    /// The priority. Smaller numbers are evaluated first; default 0.
    pub fn priority(self, priority: i64) -> Self {
        self.set("priority", priority)
    }

    /// A description, in any words.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.set("description", description.into())
    }

    /// The expression that selects messages.
    pub fn expression(self, expression: impl Into<Expression>) -> Self {
        self.set("expression", expression.into())
    }

    /// Adds an action after the existing ones.
    pub fn action(self, action: impl Into<Action>) -> Self {
        self.append("action", action.into())
    }
}
