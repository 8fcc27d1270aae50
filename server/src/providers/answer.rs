//! What can go wrong with any service's answer, and how much of one is read.

/// Why the body of an answer is not whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cut {
    /// It is longer than anything that is read.
    #[error("the answer is too long")]
    TooLong,
    /// The connection broke, with the library's words.
    #[error("{0}")]
    Broken(String),
}

/// Reads a body of so many bytes at most: what has come of it, and whether that is all.
pub async fn body(response: &mut reqwest::Response, most: usize) -> (Vec<u8>, Result<(), Cut>) {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= most => body.extend_from_slice(&chunk),
            Ok(Some(_)) => return (body, Err(Cut::TooLong)),
            Ok(None) => return (body, Ok(())),
            Err(error) => return (body, Err(Cut::Broken(story(error)))),
        }
    }
}

/// What the library says, without the address.
pub fn story(error: reqwest::Error) -> String {
    use std::error::Error;
    let error = error.without_url();
    let mut story = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        story = format!("{story}: {cause}");
        source = cause.source();
    }
    story
}
