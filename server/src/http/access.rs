//! Who has asked: read from the request, before anything else of it.

use std::marker::PhantomData;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use reelway_api::ErrorCode;

use crate::{
    access::{Caller, Scope, TicketError, pass::PassError},
    app::App,
    config::Auth,
    error::AppError,
};

/// A caller with the scope that stands in the type. Each route that is not open to all takes one, or a [`Caller`].
pub struct May<S> {
    /// Who it is.
    pub caller: Caller,
    scope: PhantomData<S>,
}

/// A scope as a type.
pub trait Named {
    /// Its value.
    const SCOPE: Scope;
}

macro_rules! named {
    ($($name:ident)*) => {
        $(
            #[doc = concat!("[`Scope::", stringify!($name), "`].")]
            pub struct $name;
            impl Named for $name {
                const SCOPE: Scope = Scope::$name;
            }
        )*
    };
}

named! { Upload View Manage Import Metrics }

impl FromRequestParts<App> for Caller {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        caller(app, &parts.headers)
    }
}

impl<S: Named> FromRequestParts<App> for May<S> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let caller = caller(app, &parts.headers)?;
        caller.need(S::SCOPE)?;
        Ok(Self { caller, scope: PhantomData })
    }
}

/// Who sends these headers.
pub fn caller(app: &App, headers: &HeaderMap) -> Result<Caller, AppError> {
    match app.config().auth {
        Auth::None => Ok(Caller::anybody()),
        Auth::Ticket => {
            let ticket = bearer(headers).ok_or_else(|| {
                unauthorized(ErrorCode::Unauthorized, "Send a ticket: Authorization: Bearer, and the ticket.", "")
            })?;
            app.keys().verify(ticket, app.clock().now()).map(Caller::with).map_err(Into::into)
        }
    }
}

/// The token of `Authorization: Bearer` (RFC 6750, 2.1). Two such headers are none: they would mean different things
/// to different servers.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().filter(|_| values.next().is_none())?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn unauthorized(code: ErrorCode, message: impl Into<String>, more: &'static str) -> AppError {
    let challenge = if more.is_empty() { "Bearer" } else { more };
    AppError::new(code, message).header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

const INVALID: &str = "Bearer error=\"invalid_token\"";

impl From<TicketError> for AppError {
    fn from(error: TicketError) -> Self {
        let code = if error == TicketError::Expired { ErrorCode::TicketExpired } else { ErrorCode::Unauthorized };
        unauthorized(code, error.to_string(), INVALID)
    }
}

impl From<PassError> for AppError {
    fn from(error: PassError) -> Self {
        let code = if error == PassError::Expired { ErrorCode::TicketExpired } else { ErrorCode::Unauthorized };
        unauthorized(code, error.to_string(), INVALID)
    }
}
