use mailgun_core::{Call, Client, Fields, LinkPage, Operation, Pager};
use serde::Deserialize;

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
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_routes::Routes;
///
/// let route = Routes::new(&client).match_address("support@mg.example.com").await?;
/// println!("{} goes to {:?}", route.expression, route.actions);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Routes {
    client: Client,
}

impl Routes {
    /// The routes of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists all routes.
    ///
    /// `GET /v3/routes`
    ///
    /// # Errors
    ///
    /// Status 400 for a limit over 1000.
    ///
    /// ```no_run
    /// # async fn example(routes: mailgun_routes::Routes) -> Result<(), mailgun_core::Error> {
    /// use mailgun_routes::ListRoutes;
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

    /// A route by its id.
    ///
    /// `GET /v3/routes/{id}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is none.
    ///
    /// ```no_run
    /// # async fn example(routes: mailgun_routes::Routes) -> Result<(), mailgun_core::Error> {
    /// println!("{}", routes.get("4f3bad2335335426750048c6").await?.expression);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, id: &str) -> Call<Route> {
        self.client.call::<Wrapped>(GET, &[id]).map(|response| response.route)
    }

    /// Creates a route for the mail that `expression` matches.
    ///
    /// `POST /v3/routes`. A second call makes a second route: it is not repeated when its outcome
    /// is unknown.
    ///
    /// # Errors
    ///
    /// Status 400 for an expression or an action that Mailgun does not understand.
    ///
    /// ```no_run
    /// # async fn example(routes: mailgun_routes::Routes) -> Result<(), mailgun_core::Error> {
    /// use mailgun_routes::{Action, Expression, RouteSettings};
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

    /// Changes what `settings` has, and leaves the rest as it is.
    ///
    /// `PUT /v3/routes/{id}`. Actions, where there are any, replace all that were there.
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such route.
    ///
    /// ```no_run
    /// # async fn example(routes: mailgun_routes::Routes) -> Result<(), mailgun_core::Error> {
    /// use mailgun_routes::RouteSettings;
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
    /// Status 404 if there is no such route.
    ///
    /// ```no_run
    /// # async fn example(routes: mailgun_routes::Routes) -> Result<(), mailgun_core::Error> {
    /// routes.delete("4f3bad2335335426750048c6").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, id: &str) -> Call<RouteDeleted> {
        self.client.call(DELETE, &[id])
    }

    /// The first route that is for mail to this address.
    ///
    /// `GET /v3/routes/match`
    ///
    /// # Errors
    ///
    /// Status 404 if no route is.
    ///
    /// ```no_run
    /// # async fn example(routes: mailgun_routes::Routes) -> Result<(), mailgun_core::Error> {
    /// println!("{}", routes.match_address("bob@mg.example.com").await?.id);
    /// # Ok(()) }
    /// ```
    pub fn match_address(&self, address: &str) -> Call<Route> {
        let mut query = Fields::new();
        query.set("address", address);
        self.client.call::<Wrapped>(MATCH, &[]).query(query).map(|response| response.route)
    }
}

#[derive(Deserialize)]
struct Wrapped {
    #[serde(default, deserialize_with = "mailgun_core::de::null_default")]
    route: Route,
}

mailgun_core::params! {
    /// Which routes to list.
    pub struct ListRoutes;
}

impl ListRoutes {
    /// At most so many a page: 1 to 1000; 100 when not set.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Leaves out so many at the beginning; 0 when not set.
    pub fn skip(self, skip: u64) -> Self {
        self.set("skip", skip)
    }
}

mailgun_core::params! {
    /// What a route is to be.
    pub struct RouteSettings;
}

impl RouteSettings {
    /// Smaller comes first; 0 when not set.
    pub fn priority(self, priority: i64) -> Self {
        self.set("priority", priority)
    }

    /// Free text.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.set("description", description.into())
    }

    /// Which mail the route is for.
    pub fn expression(self, expression: impl Into<Expression>) -> Self {
        self.set("expression", expression.into())
    }

    /// Adds an action after those that are there.
    pub fn action(self, action: impl Into<Action>) -> Self {
        self.append("action", action.into())
    }
}
