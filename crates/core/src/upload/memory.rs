//! What is written down of an upload, so that another page can go on with it.

use reelway_api::UploadTarget;
use serde::{Deserialize, Serialize};

use crate::upload::verdict::Part;

/// All that [`UploadMachine::restore`](super::UploadMachine::restore) needs, besides the file. It holds the target's
/// URLs: who reads it may write to the upload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Where the bytes go.
    pub target: UploadTarget,
    /// Bytes of the file.
    pub size: u64,
    /// Bytes that the provider was last known to hold: for people, not a place to go on from.
    pub held: u64,
    /// How far it is.
    pub progressed: Progressed,
}

/// What was made and done at the provider.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progressed {
    /// The uploads that were opened: the start of each one's bytes, and its URL. In order.
    pub lanes: Vec<(u64, Option<String>)>,
    /// Bytes: what part numbers count in. 0 where there are none.
    pub quantum: u64,
    /// The parts that the provider holds.
    pub parts: Vec<Part>,
}
