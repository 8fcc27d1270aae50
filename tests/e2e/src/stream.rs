//! A page with a player for JavaScript, and a stream beside it: every request is counted, and any file can be held back.

use std::{
    collections::HashSet,
    env, fs,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result, ensure};
use axum::{
    Router,
    extract::{Request, State},
    http::{
        StatusCode,
        header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, RANGE},
    },
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// Serves the page at `/`, the player's modules, and the stream below `/stream/`. It ends when this is dropped.
pub struct Theatre {
    url: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    modules: PathBuf,
    stream: PathBuf,
    asked: Mutex<Vec<String>>,
    held: watch::Sender<HashSet<String>>,
}

/// Mounts a player with the options of the page's fragment, and notes what its video does.
const PAGE: &str = r##"<!doctype html><title>A page</title><div id="root" style="inline-size:640px"></div>
<script type="module">
globalThis.told = [];
globalThis.mounted = import("/player.js").then(async ({ mountPlayer }) => {
  const options = JSON.parse(decodeURIComponent(location.hash.slice(1)));
  const player = await mountPlayer(document.querySelector("#root"), options);
  globalThis.video = document.querySelector("[part~=video]");
  video.requestVideoFrameCallback(() => { globalThis.shown = true; });
  for (const name of ["emptied", "error", "seeked", "waiting", "ended"]) {
    video.addEventListener(name, () => told.push(`${name} ${video.currentTime.toFixed(1)}`));
  }
  return player;
});
</script>"##;

impl Theatre {
    /// Starts it with the stream of a folder.
    ///
    /// # Errors
    /// `REELWAY_JS` names no folder with the modules, or there is no port.
    pub async fn start(stream: &Path) -> Result<Self> {
        let modules = env::var_os("REELWAY_JS").map(PathBuf::from);
        let shared = Arc::new(Shared {
            modules: modules.context("REELWAY_JS names no modules: run `cargo xtask test --only e2e`")?,
            stream: stream.to_owned(),
            asked: Mutex::default(),
            held: watch::Sender::default(),
        });
        let router = Router::new().fallback(serve).with_state(Arc::clone(&shared));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let task = tokio::spawn(async {
            // It only ends with the runtime.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url, shared, task })
    }

    /// The page with a player of these options, an object in JSON.
    pub fn page(&self, options: &serde_json::Value) -> String {
        // What a fragment can't have, the browser escapes by itself.
        format!("{}/#{options}", self.url)
    }

    /// Such as `http://127.0.0.1:41234`.
    pub fn origin(&self) -> &str {
        &self.url
    }

    /// Answers no request for files of this name, until [`Theatre::release`].
    pub fn hold(&self, name: &str) {
        self.shared.held.send_if_modified(|held| held.insert(name.to_owned()));
    }

    /// Answers them.
    pub fn release(&self, name: &str) {
        self.shared.held.send_if_modified(|held| held.remove(name));
    }

    /// The files that were asked for, in order, with the range if one was.
    pub fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How often a file was asked for.
    pub fn count(&self, name: &str) -> usize {
        self.asked().iter().filter(|asked| *asked == name).count()
    }
}

impl Drop for Theatre {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/').to_owned();
    if path.is_empty() {
        return ([(CONTENT_TYPE, "text/html")], PAGE).into_response();
    }
    let file = match path.strip_prefix("stream/") {
        Some(name) => shared.stream.join(name),
        None => shared.modules.join(&path),
    };
    let name = path.rsplit('/').next().unwrap_or_default().to_owned();
    let range = request.headers().get(RANGE).and_then(|range| range.to_str().ok()).and_then(|range| {
        let (start, end) = range.strip_prefix("bytes=")?.split_once('-')?;
        Some((start.parse::<usize>().ok()?, end.parse::<usize>().ok()?))
    });
    let noted = range.map_or_else(|| name.clone(), |(start, end)| format!("{name} {start}-{end}"));
    shared.asked.lock().unwrap_or_else(PoisonError::into_inner).push(noted);
    // The sender is there as long as this is.
    let _ = shared.held.subscribe().wait_for(|held| !held.contains(&name)).await;
    let Ok(bytes) = fs::read(file) else { return StatusCode::NOT_FOUND.into_response() };
    let kind = match name.rsplit('.').next() {
        Some("js" | "mjs") => "text/javascript",
        Some("wasm") => "application/wasm",
        Some("m3u8") => "application/vnd.apple.mpegurl",
        Some("vtt") => "text/vtt",
        _ => "video/mp4",
    };
    match range.and_then(|(start, end)| Some((start, end, bytes.get(start..=end)?.to_vec()))) {
        Some((start, end, part)) => {
            let place = format!("bytes {start}-{end}/{}", bytes.len());
            (StatusCode::PARTIAL_CONTENT, [(CONTENT_TYPE, kind.to_owned()), (CONTENT_RANGE, place)], part)
                .into_response()
        }
        None => ([(CONTENT_TYPE, kind), (ACCEPT_RANGES, "bytes")], bytes).into_response(),
    }
}

/// Lets ffmpeg make a stream of 12 s in segments of 4 s: two renditions, 360 and 180 pixels high, the sound apart.
/// `master.m3u8`, then `v0.m3u8`, `v1.m3u8` and `v2.m3u8` for the sound, with `init_0.mp4`, `s0_000.m4s` and so on.
///
/// # Errors
/// ffmpeg fails.
pub fn make(folder: &Path) -> Result<()> {
    let arguments = "-v error -y -f lavfi -i testsrc2=s=640x360:r=25:d=12 -f lavfi -i sine=d=12 -map 0:v -map 0:v -map 1:a \
        -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 100 -keyint_min 100 -sc_threshold 0 -bf 0 -b:v:0 800k \
        -s:v:1 320x180 -b:v:1 200k -c:a aac -b:a 64k -f hls -hls_time 4 -hls_playlist_type vod -hls_segment_type fmp4 \
        -hls_fmp4_init_filename init_%v.mp4 -master_pl_name master.m3u8 -hls_segment_filename";
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.current_dir(folder).args(arguments.split_whitespace()).arg("s%v_%03d.m4s");
    ffmpeg.args(["-var_stream_map", "v:0,agroup:a v:1,agroup:a a:0,agroup:a,default:yes", "v%v.m3u8"]);
    ensure!(ffmpeg.status().context("could not start ffmpeg")?.success(), "ffmpeg could not make a stream");
    Ok(())
}
