//! An example that is served.

use std::{env, path::PathBuf, time::Duration};

use reelway_e2e::{browser::Browser, deep, film::Film, host::Host, page::SOON, player::TRANSCODED, server::Server};
use reelway_emulators::mux::{self, Mux};
use serde_json::json;

/// One of them, by its folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Example {
    Html,
    Form,
    React,
    Vue,
    Svelte,
    Next,
    Headless,
    Mux,
}

use Example::{Form, Headless, Html, Next, React, Svelte, Vue};

/// How long Mux takes for a video in these tests: longer than anyone waits. The clock is turned on.
const PROCESSING: Duration = Duration::from_secs(3600);

/// It is served, with what it needs.
pub struct Served {
    pub example: Example,
    pub host: Host,
    pub server: Option<Server>,
    pub mux: Option<Mux>,
    origins: String,
    _film: Option<Film>,
}

impl Example {
    pub const fn folder(self) -> &'static str {
        match self {
            Html => "html",
            Form => "form",
            React => "react",
            Vue => "vue",
            Svelte => "svelte",
            Next => "next",
            Headless => "headless",
            Self::Mux => "mux",
        }
    }

    pub fn path(self) -> PathBuf {
        let all = env::var_os("REELWAY_EXAMPLES").map(PathBuf::from);
        all.expect("run `cargo xtask test --only examples`").join(self.folder())
    }

    /// Serves it, and the Reelway server or the Mux that it uses. Neither prepares any video before [`Served::prepare`].
    pub async fn serve(self) -> Served {
        let mut server = Server::prepare().unwrap();
        let reelway = server.url();
        let mut emulated = None;
        let mut settings = vec![("REELWAY_URL", reelway.clone())];
        if self == Self::Mux {
            let film = Film::make(0).unwrap();
            let setup = mux::Setup { processing: PROCESSING, ..mux::Setup::new(film.package().unwrap()) };
            let mux = Mux::start(setup).await.unwrap();
            let hosts = mux.hosts().clone();
            settings = vec![
                ("MUX_TOKEN_ID", "id".to_owned()),
                ("MUX_TOKEN_SECRET", "secret".to_owned()),
                ("MUX_API", hosts.api),
                ("MUX_STREAM", hosts.stream),
                ("MUX_IMAGE", hosts.image),
            ];
            emulated = Some((mux, film));
        }
        let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let host = match self {
            Html | Headless => Host::of_files(&self.path()).await.unwrap(),
            React | Vue | Svelte => Host::of_files(&self.path().join("dist")).await.unwrap(),
            Form | Self::Mux => Host::of_program(&self.path(), &["server.js"], &settings).unwrap(),
            Next => {
                let next = ["node_modules/next/dist/bin/next", "start", "--hostname", "127.0.0.1"];
                Host::of_program(&self.path(), &next, &settings).unwrap()
            }
        };
        host.uses(&reelway);
        let origins = json!([host.url()]).to_string();
        let (mux, film) = emulated.unzip();
        let mut served = Served { example: self, host, server: None, mux, origins, _film: film };
        if self != Self::Mux {
            server.reconfigure(&[("REELWAY_CORS_ORIGINS", &served.origins), ("REELWAY_ROLE", "api")]);
            server.restart().await.unwrap();
            served.server = Some(server);
        }
        served
    }
}

impl Served {
    pub async fn open(&self, browser: &Browser) {
        browser.goto(self.host.url()).await.unwrap();
        let takes_files = "find('input[type=file]:not([disabled])')";
        deep::until(browser, "the page takes files", SOON, takes_files).await.unwrap();
    }

    /// Whatever was uploaded is prepared from now on.
    pub async fn prepare(&mut self) {
        if let Some(mux) = &self.mux {
            mux.desk().clock.advance(PROCESSING);
        }
        if let Some(server) = &mut self.server {
            server.kill().unwrap();
            server.reconfigure(&[("REELWAY_CORS_ORIGINS", &self.origins)]);
            server.restart().await.unwrap();
        }
    }

    /// Waits until an upload is in a stage.
    pub async fn until_stage(&self, browser: &Browser, stage: &str) {
        let what = format!("{}: {stage}", self.example.folder());
        let selector = match self.example {
            Headless => format!("seen('[data-state={stage}]')"),
            _ => format!("seen('[data-stage={stage}]')"),
        };
        deep::until(browser, &what, SOON, &selector).await.unwrap();
    }

    /// Pauses the upload, or goes on with it.
    pub async fn press(&self, browser: &Browser, part: &str) {
        let button = if self.example == Headless { ".pause".to_owned() } else { format!("[part~={part}]") };
        deep::press(browser, &button).await.unwrap();
    }

    /// The upload is over, and the video is about to be prepared.
    pub async fn until_arrived(&self, browser: &Browser) {
        let arrived = match self.example {
            Headless => "seen('[data-state=done]')",
            Example::Mux => "words().includes('Mux prepares the video')",
            _ => "seen('[data-stage=processing]')",
        };
        let what = format!("{}: the video has arrived", self.example.folder());
        deep::until(browser, &what, SOON, arrived).await.unwrap();
    }

    /// Waits until there is a player with a picture. A form is sent first.
    pub async fn until_watchable(&self, browser: &Browser) {
        let what = format!("{}: the player has its video", self.example.folder());
        if self.example == Form {
            deep::until(browser, &what, TRANSCODED, "seen('[data-stage=ready]')").await.unwrap();
            deep::visible(browser, "input[name=name]").await.unwrap().send_keys("Ada").await.unwrap();
            deep::press(browser, "form > button").await.unwrap();
            deep::until(browser, "the form has arrived", SOON, "words().includes('Ada, we have got')").await.unwrap();
        }
        deep::until(browser, &what, TRANSCODED, "media()?.readyState >= 2").await.unwrap();
    }
}
