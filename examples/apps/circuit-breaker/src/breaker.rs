//! A circuit breaker: after some failures in a row, nothing is sent for a while.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use mailgun::{Body, Error, ResponseBody, http, layers::Next};

/// Counts failures in a row. Clones share the count.
#[derive(Clone)]
pub struct Breaker {
    state: Arc<Mutex<State>>,
    limit: u32,
    pause: Duration,
}

#[derive(Default)]
struct State {
    failures: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    /// Opens for `pause` after `limit` failures in a row.
    pub fn new(limit: u32, pause: Duration) -> Self {
        Self { state: Arc::default(), limit, pause }
    }

    /// Sends the request on, unless the breaker is open.
    pub async fn run(
        self,
        request: http::Request<Body>,
        next: Next,
    ) -> Result<http::Response<ResponseBody>, Error> {
        if self.is_open() {
            return Err(Error::not_sent("the circuit breaker is open"));
        }
        let result = next.run(request).await;
        let failed = match &result {
            Ok(response) => response.status().is_server_error(),
            Err(_) => true,
        };
        self.count(failed);
        result
    }

    /// When the pause is over, one request goes out as a probe, and the others are refused until it has ended.
    fn is_open(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.open_until {
            Some(until) if Instant::now() < until => true,
            Some(_) => {
                state.open_until = Some(Instant::now() + self.pause);
                false
            }
            None => false,
        }
    }

    fn count(&self, failed: bool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !failed {
            *state = State::default();
            return;
        }
        state.failures += 1;
        if state.failures >= self.limit {
            state.open_until = Some(Instant::now() + self.pause);
        }
    }
}
