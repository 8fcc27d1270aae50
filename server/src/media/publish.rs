//! From a folder that ffmpeg has filled to what players are given.

use std::{fs::File, path::Path};

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    boxes,
    command::PLAYLIST,
    decide::Reject,
    encrypt::{self, Bytes16},
    playlist::{BitRate, MediaPlaylist},
    work::{Work, WorkError},
};

/// Segments that are on their way to the store at once.
const AT_ONCE: usize = 4;

/// A track as it was measured: a rendition's picture, or the sound.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Its folder's name.
    pub name: String,
    /// Its media playlist, with true durations.
    pub playlist: MediaPlaylist,
    /// RFC 6381.
    pub codec: String,
    /// Over its segments.
    pub bit_rate: BitRate,
}

impl Measured {
    /// Measures what ffmpeg has left in the scratch folder. Only heads of segments are read.
    ///
    /// # Errors
    /// [`WorkError::Reject`] where ffmpeg found nothing to write; the disk's.
    pub async fn of(scratch: &Path, name: &str) -> Result<Self, WorkError> {
        let (folder, name) = (scratch.join(name), name.to_owned());
        let measured = tokio::task::spawn_blocking(move || Self::read(&folder, name)).await;
        measured.map_err(|_| WorkError::Unfit("a segment could not be measured"))?
    }

    fn read(folder: &Path, name: String) -> Result<Self, WorkError> {
        let text = std::fs::read_to_string(folder.join(PLAYLIST)).unwrap_or_default();
        let mut playlist = MediaPlaylist::parse(&text).ok_or_else(Reject::corrupt)?;
        let init = std::fs::read(folder.join(&playlist.init))?;
        let codec = boxes::codec_string(&init).ok_or(WorkError::Unfit("ffmpeg wrote a track without a codec"))?;
        let (mut spans, mut sizes) = (Vec::new(), Vec::new());
        for segment in &playlist.segments {
            let mut file = File::open(folder.join(&segment.name))?;
            spans.push(boxes::segment_span(&init, &mut file)?);
            sizes.push(file.metadata()?.len());
        }
        playlist.correct(&spans);
        let bit_rate = playlist.bit_rate(&sizes);
        Ok(Self { name, playlist, codec, bit_rate })
    }

    /// Moves the segments to the store, encrypted where there is a key, and then writes the playlist that names them.
    ///
    /// # Errors
    /// The store's.
    pub async fn publish(&self, work: &Work<'_>, prefix: &str, secret: Option<Bytes16>) -> Result<(), WorkError> {
        let (store, folder) = (work.app.store(), work.scratch.join(&self.name));
        let playlist = match secret {
            Some(secret) => self.encrypt(&folder, secret).await?,
            None => self.playlist.clone(),
        };
        let key = |name: &str| format!("{}/{prefix}/{}/{name}", work.video.id, self.name);
        let names = self.playlist.segments.iter().map(|segment| &segment.name).chain([&self.playlist.init]);
        let files: Vec<_> = names.map(|name| (folder.join(name), key(name))).collect();
        stream::iter(files)
            .map(|(file, key)| async move { store.publish(&file, &key).await })
            .buffer_unordered(AT_ONCE)
            .try_collect::<Vec<()>>()
            .await?;
        let text = playlist.to_text(self.codec.starts_with("avc1"), &encrypt::key_url(&work.video.id));
        Ok(store.publish_bytes(text, &key(PLAYLIST)).await?)
    }

    /// Puts encrypted segments in the place of the plain ones. Gives the playlist that says how.
    async fn encrypt(&self, folder: &Path, key: Bytes16) -> Result<MediaPlaylist, WorkError> {
        let (folder, mut playlist) = (folder.to_owned(), self.playlist.clone());
        let encrypted = tokio::task::spawn_blocking(move || {
            for segment in &mut playlist.segments {
                let iv: Bytes16 = rand::random();
                let (plain, hidden) = (folder.join(&segment.name), folder.join("encrypted"));
                encrypt::encrypt_file(&plain, &hidden, &key, &iv)?;
                std::fs::rename(&hidden, &plain)?;
                segment.iv = Some(iv);
            }
            Ok(playlist)
        });
        encrypted.await.map_err(|_| WorkError::Unfit("a segment could not be encrypted"))?
    }
}
