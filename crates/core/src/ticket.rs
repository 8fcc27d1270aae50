//! What a ticket allows, as far as a page need know: it offers no button that the server would refuse.
//!
//! A ticket is read, never verified: that is the server's business, and its word counts.

use reelway_api::json::Json;

use crate::playback::token::claims;

/// Whether a ticket has a scope: `upload`, `view`, `manage`. One that can't be read may have any.
pub fn allows(ticket: &str, scope: &str) -> bool {
    let claims = claims(ticket).and_then(|claims| Json::parse(str::from_utf8(&claims).ok()?));
    let named = claims.and_then(|claims| claims.field::<String>("scope"));
    named.is_none_or(|named| named.split(' ').any(|word| word == scope))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(claims: &str) -> String {
        let payload = crate::base64(claims.as_bytes()).replace('+', "-").replace('/', "_");
        format!("e30.{}.c2ln", payload.trim_end_matches('='))
    }

    #[test]
    fn a_ticket_allows_what_its_scope_names_and_nothing_that_only_looks_like_it() {
        let given = ticket(r#"{"sub":"anna","scope":"upload view","exp":1}"#);
        for (scope, allowed) in [("upload", true), ("view", true), ("manage", false), ("up", false), ("", false)] {
            assert_eq!(allows(&given, scope), allowed, "{scope}");
        }
    }

    #[test]
    fn what_can_not_be_read_is_left_to_the_server() {
        for given in ["", "opaque", "a.b.c", &ticket("{}"), &ticket("[1]")] {
            assert!(allows(given, "manage"), "{given}");
        }
    }
}
