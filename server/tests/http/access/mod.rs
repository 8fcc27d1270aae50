//! Who may do what: `routes` has every route with every kind of caller, `tickets` what makes a ticket count, `owners`
//! whose videos are whose, `passes` the tokens in URLs, `examples` that of the documentation.

mod examples;
mod owners;
mod passes;
mod routes;
mod tickets;

use axum::{
    body::Body,
    http::{Method, header},
};
use reelway_server::{
    access::{
        Scope,
        mint::{NewTicket, mint},
    },
    config::{Auth, Config, TicketAlgorithm, TicketKey},
};

use crate::server::{Answer, Server, request};

/// What every environment variable of the tests' keys holds that does not name another.
pub const SECRET: &str = "a secret of the tests, and of nobody else";

/// Seconds: what the clock of [`Server`] shows at the start.
pub const NOW: u64 = 1_800_000_000;

/// A server that lets in by tickets.
pub async fn guarded() -> Server {
    Server::with(with_tickets).await
}

pub fn with_tickets(config: &mut Config) {
    config.auth = Auth::Ticket;
    config.tickets.keys =
        vec![TicketKey { kid: None, alg: TicketAlgorithm::Hs256, env: "TESTS_TICKET_KEY".to_owned() }];
}

/// Of this person, for an hour.
pub fn ticket(sub: &str, scopes: &[Scope]) -> NewTicket {
    NewTicket { sub: sub.to_owned(), scopes: scopes.to_vec(), max_size: None, video: None, audience: None, life: 3600 }
}

/// Signed by the host application, now.
pub fn signed(ticket: &NewTicket) -> String {
    signed_at(ticket, NOW)
}

/// Signed at this time, in seconds.
pub fn signed_at(ticket: &NewTicket, now: u64) -> String {
    mint(ticket, TicketAlgorithm::Hs256, None, ("", SECRET), now * 1000).unwrap()
}

/// One request with a ticket and perhaps a JSON body.
pub async fn ask(server: &Server, ticket: &str, method: Method, path: &str, json: Option<serde_json::Value>) -> Answer {
    let mut request = request(method, path).header(header::AUTHORIZATION, format!("Bearer {ticket}"));
    if json.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = json.map_or_else(Body::empty, |json| Body::from(json.to_string()));
    server.call(request.body(body).unwrap()).await
}
