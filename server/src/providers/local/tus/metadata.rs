//! `Upload-Metadata`: pairs of a key and a value in Base64, with commas between.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::refusal::TusRefusal;

/// Characters that are kept and repeated.
const MAX: usize = 4096;

/// What a client tells about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    text: String,
    pairs: Vec<(String, Vec<u8>)>,
}

impl Metadata {
    /// Reads the header.
    ///
    /// # Errors
    /// It is malformed, names a key twice, or is too long.
    pub fn parse(text: &str) -> Result<Self, TusRefusal> {
        let malformed = TusRefusal::Malformed("Upload-Metadata is pairs of a key, a space and a value in Base64.");
        let text = text.trim();
        if text.len() > MAX {
            return Err(TusRefusal::MetadataTooLong);
        }
        let mut pairs: Vec<(String, Vec<u8>)> = Vec::new();
        for pair in text.split(',').filter(|_| !text.is_empty()) {
            // A value may be missing, and so may the space before it.
            let (key, value) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
            if key.is_empty() || !key.is_ascii() || pairs.iter().any(|(known, _)| known == key) {
                return Err(malformed);
            }
            pairs.push((key.to_owned(), STANDARD.decode(value.trim()).map_err(|_| malformed)?));
        }
        Ok(Self { text: text.to_owned(), pairs })
    }

    /// The header as it came, to be repeated. `None` where there was nothing in it.
    pub fn text(&self) -> Option<&str> {
        Some(self.text.as_str()).filter(|text| !text.is_empty())
    }

    /// The file's name. tus prescribes no keys: tus-js-client's examples and Uppy have `filename`, Uppy `name` as well.
    pub fn filename(&self) -> Option<String> {
        self.first_of(["filename", "name"])
    }

    /// The file's MIME type.
    pub fn content_type(&self) -> Option<String> {
        self.first_of(["filetype", "type"])
    }

    fn first_of(&self, keys: [&str; 2]) -> Option<String> {
        let value = |key: &str| {
            let (_, value) = self.pairs.iter().find(|(known, _)| known == key)?;
            String::from_utf8(value.clone()).ok().filter(|text| !text.is_empty())
        };
        keys.into_iter().find_map(value)
    }
}
