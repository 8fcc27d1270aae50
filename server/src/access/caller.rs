//! Who has asked, and how far that reaches.

use reelway_api::ErrorCode;

use super::ticket::{Scope, Ticket};
use crate::error::AppError;

/// Who has asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller(Option<Ticket>);

/// The videos that a caller can see at all. Every query of the routes is bounded by it; what lies outside is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach<'a> {
    /// Only those of this owner. `None`: all there are.
    pub owner: Option<&'a str>,
    /// Only this one.
    pub video: Option<&'a str>,
}

impl Caller {
    /// Whoever reaches a server with `auth = "none"`.
    pub const fn anybody() -> Self {
        Self(None)
    }

    /// Whoever brings this ticket.
    pub const fn with(ticket: Ticket) -> Self {
        Self(Some(ticket))
    }

    /// Whether the ticket has this scope.
    pub fn has(&self, scope: Scope) -> bool {
        self.0.as_ref().is_none_or(|ticket| ticket.scopes.contains(&scope))
    }

    /// Lets pass who has this scope.
    ///
    /// # Errors
    /// The ticket has it not.
    pub fn need(&self, scope: Scope) -> Result<(), AppError> {
        self.need_any(&[scope])
    }

    /// Lets pass who has one of these scopes.
    ///
    /// # Errors
    /// The ticket has none of them.
    pub fn need_any(&self, scopes: &[Scope]) -> Result<(), AppError> {
        if scopes.iter().any(|scope| self.has(*scope)) {
            return Ok(());
        }
        let names: Vec<_> = scopes.iter().map(|scope| format!("\"{}\"", scope.as_str())).collect();
        let message = format!("The ticket does not allow this: it needs the scope {}.", names.join(" or "));
        Err(AppError::new(ErrorCode::Forbidden, message))
    }

    /// Lets pass who may make videos of this size; `None` where nobody knows it yet. `counted`: it is held against the
    /// bytes as they come, so that it need not be known.
    ///
    /// # Errors
    /// The ticket is for one video that there is already, or the file is larger than it allows.
    pub fn may_create(&self, size: Option<u64>, counted: bool) -> Result<(), AppError> {
        let Some(ticket) = &self.0 else { return Ok(()) };
        if ticket.video.is_some() {
            let message = "The ticket is for one video, which there is already: it makes no others.";
            return Err(AppError::new(ErrorCode::Forbidden, message));
        }
        match (ticket.max_size, size) {
            (Some(limit), Some(size)) if size > limit => Err(AppError::too_large(size, limit)),
            (Some(limit), None) if !counted => Err(AppError::new(
                ErrorCode::BadRequest,
                format!("Your ticket allows files of up to {limit} bytes: say the file's size."),
            )),
            _ => Ok(()),
        }
    }

    /// Bytes that a file may have by the ticket.
    pub fn max_size(&self) -> Option<u64> {
        self.0.as_ref()?.max_size
    }

    /// Whose the videos are that the caller makes.
    pub fn owner(&self) -> Option<&str> {
        self.0.as_ref().map(|ticket| ticket.sub.as_str())
    }

    /// The videos that there are for the caller.
    pub fn reach(&self) -> Reach<'_> {
        Reach { owner: self.owner(), video: self.0.as_ref().and_then(|ticket| ticket.video.as_deref()) }
    }

    /// When the ticket runs out, in milliseconds since the Unix epoch.
    pub fn expires_at(&self) -> Option<u64> {
        self.0.as_ref().map(|ticket| ticket.expires_at)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn who_may_bring_so_much_says_how_much_it_is_unless_it_is_counted() {
        let ticket = |max_size| Ticket {
            sub: "anna".to_owned(),
            scopes: vec![Scope::Upload],
            max_size,
            video: None,
            expires_at: 0,
        };
        let limited = Caller::with(ticket(Some(10)));
        for (size, counted, refusal) in [
            (Some(10), false, None),
            (Some(11), false, Some(ErrorCode::TooLarge)),
            (Some(11), true, Some(ErrorCode::TooLarge)),
            (None, false, Some(ErrorCode::BadRequest)),
            (None, true, None),
        ] {
            let told = limited.may_create(size, counted).err().map(|error| error.code());
            assert_eq!(told, refusal, "{size:?} {counted}");
        }
        assert!(Caller::with(ticket(None)).may_create(None, false).is_ok());
    }
}
