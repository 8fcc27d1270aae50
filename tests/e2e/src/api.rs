//! The server's HTTP interface, as a program uses it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use reelway_api::{CreateVideo, CreatedVideo, ErrorBody, Video, VideoList, VideoStatus};
use reqwest::{Client, Response, StatusCode, Url};
use serde::de::DeserializeOwned;

use crate::wait;

/// A client of a server.
#[derive(Clone)]
pub struct Api {
    base: String,
    http: Client,
}

impl Api {
    /// Of the server at this URL.
    pub fn new(base: String) -> Self {
        Self { base, http: Client::new() }
    }

    /// Whether the server says so.
    pub async fn is_ready(&self) -> bool {
        self.get("/readyz").await.is_ok_and(|response| response.status().is_success())
    }

    /// A GET of a path, or of an absolute URL.
    ///
    /// # Errors
    /// There is no answer. One that is not a success is an answer.
    pub async fn get(&self, path: &str) -> Result<Response> {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        Ok(self.http.get(url).send().await?)
    }

    /// A GET as browsers send it, which say that they take brotli.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn get_compressed(&self, path: &str) -> Result<Response> {
        let request =
            self.http.get(format!("{}{path}", self.base)).header("Accept-Encoding", "gzip, deflate, br, zstd");
        Ok(request.send().await?)
    }

    /// The JSON behind a path.
    ///
    /// # Errors
    /// The answer is no success, or not such JSON.
    pub async fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        Ok(self.get(path).await?.error_for_status()?.json().await?)
    }

    /// All videos, newest first.
    ///
    /// # Errors
    /// The server does not say.
    pub async fn videos(&self) -> Result<Vec<Video>> {
        Ok(self.json::<VideoList>("/api/videos?limit=50").await?.videos)
    }

    /// A video.
    ///
    /// # Errors
    /// There is none.
    pub async fn video(&self, id: &str) -> Result<Video> {
        self.json(&format!("/api/videos/{id}")).await
    }

    /// Whether there is such a video.
    ///
    /// # Errors
    /// The server does not say.
    pub async fn has_video(&self, id: &str) -> Result<bool> {
        Ok(self.get(&format!("/api/videos/{id}")).await?.status() != StatusCode::NOT_FOUND)
    }

    /// Asks for an upload.
    ///
    /// # Errors
    /// There is no answer. The inner error is the server's refusal.
    pub async fn create(&self, filename: &str, size: Option<u64>) -> Result<Result<CreatedVideo, ErrorBody>> {
        let body = CreateVideo {
            filename: filename.to_owned(),
            size,
            content_type: Some("video/mp4".to_owned()),
            ..CreateVideo::default()
        };
        let response = self.http.post(format!("{}/api/videos", self.base)).json(&body).send().await?;
        Ok(if response.status().is_success() { Ok(response.json().await?) } else { Err(response.json().await?) })
    }

    /// Uploads bytes: all but the last few, then these, so that the time of the last byte is known.
    ///
    /// # Errors
    /// The server refuses the upload, or a byte.
    pub async fn upload(&self, filename: &str, bytes: Vec<u8>) -> Result<Uploaded> {
        let size = bytes.len();
        let created = self.create(filename, Some(size as u64)).await?;
        let created = created.map_err(|refused| anyhow::anyhow!("refused: {}", refused.error.message))?;
        let url = format!("{}{}", self.base, created.upload.url);
        let multiple = usize::try_from(created.upload.chunk_multiple)?;
        let split = (size - 1) / multiple * multiple;
        let (head, tail) = bytes.split_at(split);
        if split > 0 {
            let range = format!("bytes 0-{}/{size}", split - 1);
            let status = self.http.put(&url).header("Content-Range", range).body(head.to_vec()).send().await?.status();
            ensure!(status == StatusCode::PERMANENT_REDIRECT, "all but the last bytes were answered with {status}");
        }
        let range = format!("bytes {split}-{}/{size}", size - 1);
        let last_byte = Instant::now();
        let response = self.http.put(url).header("Content-Range", range).body(tail.to_vec()).send().await?;
        ensure!(response.status().is_success(), "the last byte was answered with {}", response.status());
        Ok(Uploaded { video: response.json().await?, last_byte })
    }

    /// Waits until a video is ready.
    ///
    /// # Errors
    /// It is not within the time, or fails.
    pub async fn until_ready(&self, id: &str, within: Duration) -> Result<Video> {
        wait::until("the video is ready", within, async || {
            let video = self.video(id).await?;
            match video.status {
                VideoStatus::Ready => Ok(Some(video)),
                status if status.is_final() => bail!("{} is {status:?}: {:?}", video.title, video.error),
                _ => Ok(None),
            }
        })
        .await
    }

    /// Waits until nothing more is being made for a ready video.
    ///
    /// # Errors
    /// It is not within the time.
    pub async fn until_finished(&self, id: &str, within: Duration) -> Result<()> {
        wait::until_true("all renditions are there", within, async || Ok(self.video(id).await?.percent.is_none())).await
    }

    /// Waits until a ready video has its storyboard. The URLs of its sheets are absolute.
    ///
    /// # Errors
    /// It does not within the time.
    pub async fn until_storyboard(&self, id: &str, within: Duration) -> Result<Storyboard> {
        let url = wait::until("the storyboard is there", within, async || {
            Ok(self.video(id).await?.playback.and_then(|playback| playback.storyboard))
        })
        .await?;
        let mut url = Url::parse(&self.base)?.join(&url)?;
        // Beside it, with the same token.
        let json = url.path().strip_suffix(".vtt").context("the storyboard is no .vtt")?.to_owned() + ".json";
        url.set_path(&json);
        let mut board: Storyboard = self.json(url.as_str()).await?;
        board.url = url.join(&board.url)?.into();
        for sheet in board.tiles.iter_mut().filter_map(|tile| tile.url.as_mut()) {
            *sheet = url.join(sheet)?.into();
        }
        Ok(board)
    }
}

/// What an upload came to.
pub struct Uploaded {
    /// The video, as the answer to the last byte has it.
    pub video: Video,
    /// Just before the request that carried the last byte.
    pub last_byte: Instant,
}

/// `storyboard.json`: Mux's form.
#[derive(Debug, serde::Deserialize)]
pub struct Storyboard {
    /// The sheet of each tile that names none.
    pub url: String,
    /// Pixels of a tile.
    pub tile_width: u32,
    /// Pixels of a tile.
    pub tile_height: u32,
    /// Seconds.
    pub duration: f64,
    /// In order of time.
    pub tiles: Vec<Tile>,
}

/// A tile of a storyboard.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Tile {
    /// Seconds.
    pub start: f64,
    /// Pixels from the sheet's left.
    pub x: u32,
    /// Pixels from the sheet's top.
    pub y: u32,
    /// The tile's own sheet, where there are several.
    #[serde(default)]
    pub url: Option<String>,
}
