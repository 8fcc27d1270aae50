//! CMCD (CTA-5004): what hls.js tells the server of playback with each request, so that its logs can be read together.

use js_sys::Object;

use crate::dom::set_property;

/// What goes with the requests. Whatever is left out here hls.js makes up: a session of its own for each player.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cmcd {
    /// Tells one session from another: a random UUID, as CTA-5004 has it.
    pub session_id: Option<String>,
    /// What is played, in the words of whoever reads the logs; 64 characters at most.
    pub content_id: Option<String>,
    /// In request headers, which need a CORS preflight, and not in the query.
    pub use_headers: bool,
}

impl Cmcd {
    /// As hls.js takes it.
    pub(super) fn config(&self) -> Object {
        let config = Object::new();
        for (name, value) in [("sessionId", &self.session_id), ("contentId", &self.content_id)] {
            if let Some(value) = value {
                set_property(&config, name, value.as_str());
            }
        }
        set_property(&config, "useHeaders", self.use_headers);
        config
    }
}
