//! Who may do what: tickets of the host application, and what is derived from them.
//!
//! - [`ticket`]: what a ticket says. [`keys`]: whose tickets count. [`mint`]: making one, for trying and for tests.
//! - [`caller`]: who has asked, and how far that reaches.
//! - [`pass`]: short-lived tokens for URLs, which can carry no header: event streams and media.
//! - [`secret`]: the server's own secret, which signs them.

pub mod caller;
pub mod keys;
pub mod mint;
pub mod pass;
pub mod secret;
pub mod ticket;

pub use caller::{Caller, Reach};
pub use keys::{KeyError, Keys};
pub use pass::{Pass, Passes};
pub use ticket::{Scope, Ticket, TicketError};
