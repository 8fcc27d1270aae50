//! What a viewer gets: the stream with a token, the poster, captions; and what is known of the film from its playlists.

use reelway_api::{Playback, VideoStatus};
use reelway_core::{
    captions::Captions,
    hls::{Master, Media},
};

use super::{
    captions,
    client::{Fault, storage::Bucket},
    names, pictures,
    service::{Oci, field},
    tokens::Pass,
};
use crate::{
    db::{Change, VideoRow},
    error::AppError,
};

impl Oci {
    /// The stream, with a token for this asset alone. `None` before it is ready.
    pub(super) async fn play(&self, video: &VideoRow) -> Result<Option<Playback>, AppError> {
        if video.status != VideoStatus::Ready {
            return Ok(None);
        }
        let (Some(row), Some(asset)) = (self.remote.get(&video.id).await?, &video.hls) else { return Ok(None) };
        let known = |name: &str| row.fields.get(name).map(String::as_str).unwrap_or_default();
        let (domain, packaging) = (known(field::DOMAIN), known(field::PACKAGING));
        let link = async {
            let pass = self.pass(domain, packaging, asset).await?;
            let hls = self.client.playlist_url(domain, packaging, asset, &pass.token)?;
            Ok::<_, Fault>((hls, pass.expires_at))
        };
        let (hls, expires_at) = link.await.map_err(|fault| self.refuse("make a session token", fault))?;
        let poster = video.poster.as_ref().map(|path| self.local.media_address(video, path).0);
        // Whoever shows the video adds its tracks.
        Ok(Some(Playback { hls, poster, storyboard: None, tracks: Vec::new(), expires_at: Some(expires_at) }))
    }

    /// A token that plays the asset, from memory where there is one.
    async fn pass(&self, domain: &str, packaging: &str, asset: &str) -> Result<Pass, Fault> {
        let lifetime = self.settings.streams.token_lifetime.saturating_mul(1000);
        let now = self.clock.now();
        let key = format!("{packaging} {asset}");
        if let Some(pass) = self.tokens.get(&key, lifetime, now) {
            return Ok(pass);
        }
        // Whole seconds, as the service takes them.
        let expires_at = (now + lifetime) / 1000 * 1000;
        let token = self.client.session_token(domain, packaging, asset, &names::rfc3339(expires_at)).await?;
        let pass = Pass { token, expires_at };
        self.tokens.put(&key, pass.clone(), now);
        Ok(pass)
    }

    async fn text(&self, bucket: Bucket<'_>, object: &str) -> Result<String, Fault> {
        let answer = self.client.get_object(bucket, object).await?;
        String::from_utf8(answer.body.to_vec()).map_err(|_| Fault::Unreadable)
    }

    /// What the playlists tell of a film. A film plays without it, so what can't be read is left out.
    pub(super) async fn facts(&self, bucket: Bucket<'_>, object: &str) -> Option<Change> {
        let text = self.text(bucket, object).await.map_err(|fault| self.note("read a playlist", &fault)).ok()?;
        let master = Master::parse(&text)?;
        let best = master.variants.iter().max_by(|one, two| one.height.total_cmp(&two.height))?;
        let folder = object.rsplit_once('/').map_or("", |(folder, _)| folder);
        // A playlist beside the master: nothing that it says leads anywhere else.
        let uri = best.uri.rsplit('/').next().unwrap_or_default();
        let media = self
            .text(bucket, &format!("{folder}/{uri}"))
            .await
            .map_err(|fault| self.note("read a playlist", &fault))
            .ok();
        let duration = media.as_deref().and_then(Media::parse).map(|media| media.duration()).filter(|time| *time > 0.0);
        let pixels = |side: f64| (1.0..=65_536.0).contains(&side).then_some(side as u32);
        let (width, height) = (pixels(best.width), pixels(best.height));
        Some(Change::Facts { duration, width, height, size: None })
    }

    /// Takes the picture that is nearest to the chosen time over to this server's store: the bucket is not public.
    pub(super) async fn poster(&self, video: &VideoRow, bucket: Bucket<'_>) -> Option<Change> {
        let folder = names::output(&self.settings.prefix, &video.id);
        let listed =
            self.client.list(bucket, &folder).await.map_err(|fault| self.note("look for pictures", &fault)).ok()?;
        let found: Vec<&str> = listed.iter().map(|object| object.name.as_str()).collect();
        let object = pictures::choose(&found, video.poster_time, video.duration)?;
        let picture =
            self.client.get_object(bucket, object).await.map_err(|fault| self.note("fetch a picture", &fault)).ok()?;
        let path = format!("poster-{}.jpg", &names::derived(&[object])[..8]);
        if let Err(error) = self.store.publish_bytes(picture.body, &format!("{}/{path}", video.id)).await {
            tracing::error!(video_id = video.id, %error, "a poster could not be stored");
            return None;
        }
        Some(Change::Poster { path })
    }

    /// Publishes the poster of the time that has been chosen.
    pub(super) async fn publish_poster(&self, video: &VideoRow) {
        let plant = match self.plant().await {
            Ok(plant) => plant,
            Err(fault) => return self.note("look for pictures", &fault),
        };
        if let Some(change) = self.poster(video, self.output(&plant)).await
            && let Err(error) = self.videos.apply(&video.id, change).await
        {
            tracing::error!(video_id = video.id, %error, "a poster could not be noted");
        }
    }

    /// Takes the transcription over to this server's store, as WebVTT. Without one, there are no captions, and the video
    /// plays all the same.
    pub(super) async fn captions(&self, video: &VideoRow) -> Option<Change> {
        let made = async {
            let plant = self.plant().await?;
            let bucket = self.output(&plant);
            let folder = names::transcription(&self.settings.prefix, &video.id);
            let listed = self.client.list(bucket, &folder).await?;
            let found: Vec<&str> = listed.iter().map(|object| object.name.as_str()).collect();
            let Some(object) = captions::choose(&found) else { return Ok(None) };
            Ok::<_, Fault>(Captions::parse(&self.client.get_object(bucket, object).await?.body).ok())
        };
        let text = match made.await {
            Ok(Some(text)) => text.to_vtt(),
            Ok(None) => {
                tracing::info!(video_id = video.id, "there is no transcription that captions could be made of");
                return None;
            }
            Err(fault) => {
                self.note("fetch a transcription", &fault);
                return None;
            }
        };
        let track = captions::track(self.settings.workflow.transcribe.as_deref().unwrap_or_default());
        match self.store.publish_bytes(text, &format!("{}/{}", video.id, track.path)).await {
            Ok(()) => Some(Change::Track(track)),
            Err(error) => {
                tracing::error!(video_id = video.id, %error, "captions could not be stored");
                None
            }
        }
    }
}
