//! What is written down of an upload, so that another page can go on with it.

use reelway_api::{
    UploadTarget,
    json::{Fields, FromJson, Json, ToJson, Writer, list},
};
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

// By hand, and to the byte what serde makes of it: pages load this.

impl FromJson for Memory {
    fn from_json(json: &Json) -> Option<Self> {
        let target = json.field("target")?;
        let mut fields = Fields::of(json);
        let value = Self {
            target,
            size: fields.field("size"),
            held: fields.field("held"),
            progressed: fields.field("progressed"),
        };
        fields.done(value)
    }
}

impl ToJson for Memory {
    fn to_json(&self) -> String {
        Writer::default()
            .json("target", &self.target.to_json())
            .whole("size", self.size)
            .whole("held", self.held)
            .json("progressed", &self.progressed.to_json())
            .finish()
    }
}

impl FromJson for Progressed {
    fn from_json(json: &Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let value =
            Self { lanes: fields.field("lanes"), quantum: fields.field("quantum"), parts: fields.field("parts") };
        fields.done(value)
    }
}

impl ToJson for Progressed {
    fn to_json(&self) -> String {
        let lane = |(start, url): &(u64, Option<String>)| {
            let url = url.as_deref().map_or_else(|| "null".to_owned(), ToJson::to_json);
            format!("[{start},{url}]")
        };
        Writer::default()
            .json("lanes", &list(&self.lanes, lane))
            .whole("quantum", self.quantum)
            .json("parts", &list(&self.parts, ToJson::to_json))
            .finish()
    }
}

impl FromJson for Part {
    fn from_json(json: &Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let value = Self { number: fields.field("number"), len: fields.field("len"), tag: fields.option("tag") };
        fields.done(value)
    }
}

impl ToJson for Part {
    fn to_json(&self) -> String {
        Writer::default()
            .whole("number", self.number.into())
            .whole("len", self.len)
            .maybe_text("tag", self.tag.as_deref())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reelway_api::{Protocol, json};

    use super::*;

    proptest! {
        #[test]
        fn it_is_written_and_read_as_serde_does(
            (size, held, quantum) in (any::<u64>(), any::<u64>(), any::<u64>()),
            url in "\\PC{0,20}",
            lanes in prop::collection::vec((any::<u64>(), prop::option::of(".{0,9}")), 0..4),
            parts in prop::collection::vec((any::<u32>(), any::<u64>(), prop::option::of("\"?[a-z]*\"?")), 0..4),
        ) {
            let parts = parts.into_iter().map(|(number, len, tag)| Part { number, len, tag }).collect();
            let progressed = Progressed { lanes, quantum, parts };
            let memory = Memory { target: UploadTarget::new(Protocol::Tus, url), size, held, progressed };

            let json = memory.to_json();

            prop_assert_eq!(&json, &serde_json::to_string(&memory).unwrap());
            prop_assert_eq!(json::read::<Memory>(&json), Some(memory));
        }
    }
}
