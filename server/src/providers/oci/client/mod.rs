//! Oracle's services, as far as videos need them.
//!
//! - [`call`], [`retry`], [`fault`]: what is sent, when again, and what may go wrong. All of it pure.
//! - [`send`]: sends it. [`storage`], [`flow`], [`streams`]: the calls of each service. [`model`]: their answers.

pub mod call;
pub mod fault;
pub mod flow;
pub mod model;
pub mod retry;
pub mod send;
pub mod storage;
pub mod streams;

pub use fault::Fault;
pub use send::Client;
