//! Who may, and how often: HTTP Basic, one creation and five other requests a second.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::answer::refuse;
use crate::{mux::Account, secret};

/// A second's creations, and other requests.
const RATES: [f64; 2] = [1.0, 5.0];
/// Seconds that may be saved up: the documentation says "short bursts" and no number.
const BURST: f64 = 3.0;

/// Refuses what may not be.
pub async fn guard(State(account): State<Account>, request: Request, next: Next) -> Response {
    let setup = account.setup();
    let pair = format!("{}:{}", setup.token_id, setup.token_secret);
    let expected = format!("Basic {}", secret::base64(pair.as_bytes()));
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if given != Some(&expected) {
        return refuse(StatusCode::UNAUTHORIZED, "unauthorized", "Unauthorized request");
    }
    if setup.rate_limits
        && let Err(seconds) = account.allow(request.method() == Method::POST)
    {
        let mut answer = refuse(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many requests");
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        return answer;
    }
    account.settle();
    next.run(request).await
}

impl Account {
    /// Takes a token, or says in how many seconds there is one.
    fn allow(&self, creates: bool) -> Result<(), u64> {
        let now = self.desk().clock.now();
        let mut state = self.state();
        let passed = now.saturating_sub(state.filled).min(Duration::from_secs(60)).as_secs_f64();
        state.filled = now;
        for (tokens, rate) in state.allowance.iter_mut().zip(RATES) {
            *tokens = (*tokens + passed * rate).min(rate * BURST);
        }
        let [creations, others] = &mut state.allowance;
        let tokens = if creates { creations } else { others };
        if *tokens < 1.0 {
            return Err(1);
        }
        *tokens -= 1.0;
        Ok(())
    }
}
