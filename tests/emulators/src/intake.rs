//! Bodies that may break off.

use axum::body::Body;
use futures_util::StreamExt;

/// A body as far as it comes, and whether that is all.
pub async fn read(body: Body) -> (Vec<u8>, bool) {
    let mut pieces = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await {
        let Ok(piece) = piece else { return (bytes, false) };
        bytes.extend_from_slice(&piece);
    }
    (bytes, true)
}
