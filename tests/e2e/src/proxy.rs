//! A proxy between the page and the server that lets a stream fail: cut, short, damaged, refused, silent.
//!
//! HTTP/1.1, one request for each connection. What is not below `/media/` goes through as it is.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

use crate::{server::Server, token};

/// How a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is answered with this status and nothing else.
    Status(u16),
    /// Half of the bytes come, then the connection breaks.
    Cut,
    /// Half of the bytes come, and the answer says that this is all.
    Half,
    /// As many bytes as there should be, and none of them right.
    Garbage,
    /// The boxes are whole, and what is in the `mdat` is noise: it can be parsed, and not decoded.
    Noise,
    /// A third of the bytes comes, and then nothing more.
    Silence,
}

struct Rule {
    part: String,
    fault: Fault,
    left: u32,
}

/// A request that has been answered.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The path, with its query.
    pub path: String,
    /// The HTTP status of the answer.
    pub status: u16,
}

/// The proxy. It ends when this is dropped.
pub struct Proxy {
    url: String,
    shared: Arc<Shared>,
    online: watch::Sender<bool>,
    task: JoinHandle<()>,
}

struct Shared {
    server: SocketAddr,
    settings: Mutex<Settings>,
    asked: Mutex<Vec<Asked>>,
}

#[derive(Default)]
struct Settings {
    rules: Vec<Rule>,
    /// How long a token lives. `None`: there are none.
    tokens: Option<Duration>,
    /// Bytes of media in a second, for each request. `None`: as fast as it goes.
    pace: Option<usize>,
    /// Answers to requests below `/streams/`.
    streams: Option<PathBuf>,
}

impl Proxy {
    /// Starts one before this server.
    ///
    /// # Errors
    /// There is no port.
    pub async fn start(server: &Server) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let address = server.url().trim_start_matches("http://").parse()?;
        let shared = Arc::new(Shared { server: address, settings: Mutex::default(), asked: Mutex::default() });
        let (online, watched) = watch::channel(true);
        let served = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let (shared, mut online) = (Arc::clone(&served), watched.clone());
                if !*online.borrow_and_update() {
                    // Dropping it breaks the connection.
                    continue;
                }
                tokio::spawn(async move {
                    // What goes wrong here goes wrong for the browser, which the tests are about.
                    tokio::select! {
                        _ = answer(connection, &shared) => {}
                        _ = online.wait_for(|online| !online) => {}
                    }
                });
            }
        });
        Ok(Self { url, shared, online, task })
    }

    /// Its address, in place of the server's.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on requests for media whose path has this part in it fail, so many times; those of earlier rules fail as
    /// those say.
    pub fn fail(&self, part: &str, fault: Fault, times: u32) {
        self.settings().rules.push(Rule { part: part.to_owned(), fault, left: times });
    }

    /// Nothing fails any more.
    pub fn heal(&self) {
        self.settings().rules.clear();
    }

    /// Segments come at so many bytes in a second from now on: the page can't store all of a video at once.
    pub fn slow_down(&self, pace: usize) {
        self.settings().pace = Some(pace);
    }

    /// Breaks all connections and takes no new ones, or takes them again.
    pub fn set_online(&self, online: bool) {
        self.online.send_replace(online);
    }

    /// From now on media needs a token that lives for so long; the answers of the API carry fresh ones.
    pub fn want_tokens(&self, life: Duration) {
        self.settings().tokens = Some(life);
    }

    /// Every video plays the `master.m3u8` of this folder from now on, and not what the server has made.
    pub fn play(&self, folder: PathBuf) {
        self.settings().streams = Some(folder);
    }

    /// The requests for media so far, in the order of their answers.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        self.shared.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.online.send_replace(false);
        self.task.abort();
    }
}

/// How many times a second a slow answer goes on.
const PIECES: usize = 20;

/// The head of a request or of an answer.
struct Head {
    first: String,
    headers: Vec<(String, String)>,
}

impl Head {
    async fn read(connection: &mut TcpStream) -> Result<Self> {
        let mut bytes = Vec::new();
        // Byte by byte, so that nothing of the body is taken along.
        while !bytes.ends_with(b"\r\n\r\n") {
            bytes.push(connection.read_u8().await?);
        }
        Self::parse(&bytes)
    }

    fn parse(bytes: &[u8]) -> Result<Self> {
        let text = String::from_utf8(bytes.to_vec())?;
        let mut lines = text.trim_end().split("\r\n");
        let first = lines.next().context("an empty head")?.to_owned();
        let headers = lines.filter_map(|line| line.split_once(':'));
        Ok(Self {
            first,
            headers: headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect(),
        })
    }

    fn path(&self) -> &str {
        self.first.split(' ').nth(1).unwrap_or_default()
    }

    fn status(&self) -> u16 {
        self.path().parse().unwrap_or_default()
    }

    fn set(&mut self, name: &str, value: Option<String>) {
        self.headers.retain(|(known, _)| known != name);
        self.headers.extend(value.map(|value| (name.to_owned(), value)));
    }

    fn bytes(&self) -> Vec<u8> {
        let lines = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        format!("{}\r\n{}\r\n", self.first, lines.collect::<String>()).into_bytes()
    }
}

async fn answer(mut connection: TcpStream, shared: &Shared) -> Result<()> {
    let mut head = Head::read(&mut connection).await?;
    head.set("connection", Some("close".to_owned()));
    let path = head.path().to_owned();
    let plain = path.split('?').next().unwrap_or_default().to_owned();
    let is_media = plain.starts_with("/media/") || plain.starts_with("/streams/");
    let describes = plain.starts_with("/api/videos/") && !plain.ends_with("/events") && head.first.starts_with("GET");
    if !is_media && !describes {
        let mut server = TcpStream::connect(shared.server).await?;
        server.write_all(&head.bytes()).await?;
        copy_bidirectional(&mut connection, &mut server).await?;
        return Ok(());
    }
    // What is to be changed must be readable.
    head.set("accept-encoding", None);
    let (fault, tokens, streams) = shared.rules_for(&plain, is_media);
    if is_media {
        // Sheets are named by the storyboard, which is left as it is.
        let guarded = tokens.is_some() && !plain.ends_with(".webp");
        let refused = guarded && !token::of_url(&path).is_some_and(|token| token::is_valid(token, now()));
        let status = match fault {
            _ if refused => Some(403),
            Some(Fault::Status(status)) => Some(status),
            _ => None,
        };
        if let Some(status) = status {
            shared.note(&path, status);
            let answer = format!("HTTP/1.1 {status} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            return Ok(connection.write_all(answer.as_bytes()).await?);
        }
    }
    let (mut answer, mut body) = match (&streams, plain.strip_prefix("/streams/")) {
        (Some(folder), Some(file)) => of_folder(folder, file).await?,
        _ => of_server(shared.server, &head).await?,
    };
    if is_media {
        shared.note(&path, answer.status());
    }
    let text = || String::from_utf8(body.clone());
    if describes && answer.status() == 200 {
        body = with_playback(serde_json::from_slice(&body)?, tokens, streams.is_some()).to_string().into_bytes();
    } else if tokens.is_some() && plain.ends_with(".m3u8") {
        body = with_tokens(&text()?, token::of_url(&path).unwrap_or_default()).into_bytes();
    }
    if fault == Some(Fault::Half) {
        body.truncate(body.len() / 2);
    }
    let damaged = match fault {
        Some(Fault::Garbage) => body.as_mut_slice(),
        Some(Fault::Noise) => samples(&mut body),
        _ => &mut [],
    };
    // A fixed sequence without a pattern, so that no two runs differ.
    let mut state = 1_u32;
    for byte in damaged {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = state.to_be_bytes()[0];
    }
    answer.set("content-length", Some(body.len().to_string()));
    answer.set("connection", Some("close".to_owned()));
    // Nothing comes from a cache: each request is to be seen here.
    answer.set("cache-control", Some("no-store".to_owned()));
    connection.write_all(&answer.bytes()).await?;
    let length = match fault {
        Some(Fault::Cut) => body.len() / 2,
        Some(Fault::Silence) => body.len() / 3,
        _ => body.len(),
    };
    let pace = shared.settings.lock().unwrap_or_else(PoisonError::into_inner).pace.filter(|_| plain.ends_with(".m4s"));
    for piece in body[..length].chunks(pace.map_or(usize::MAX, |pace| pace / PIECES)) {
        connection.write_all(piece).await?;
        if pace.is_some() {
            tokio::time::sleep(Duration::from_secs(1) / PIECES as u32).await;
        }
    }
    if fault == Some(Fault::Silence) {
        // Until the browser gives up.
        let _ = connection.read(&mut [0]).await;
    }
    Ok(())
}

/// The content of the first `mdat`.
fn samples(segment: &mut [u8]) -> &mut [u8] {
    let name = segment.windows(4).position(|word| word == b"mdat");
    name.and_then(|name| segment.get_mut(name + 4..)).unwrap_or_default()
}

impl Shared {
    fn rules_for(&self, path: &str, is_media: bool) -> (Option<Fault>, Option<Duration>, Option<PathBuf>) {
        let mut settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        let rule = settings.rules.iter_mut().find(|rule| is_media && rule.left > 0 && path.contains(&rule.part));
        let fault = rule.map(|rule| {
            rule.left -= 1;
            rule.fault
        });
        (fault, settings.tokens, settings.streams.clone())
    }

    fn note(&self, path: &str, status: u16) {
        let asked = Asked { path: path.to_owned(), status };
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
    }
}

async fn of_server(server: SocketAddr, request: &Head) -> Result<(Head, Vec<u8>)> {
    let mut connection = TcpStream::connect(server).await?;
    connection.write_all(&request.bytes()).await?;
    let head = Head::read(&mut connection).await?;
    let mut body = Vec::new();
    connection.read_to_end(&mut body).await?;
    Ok((head, body))
}

async fn of_folder(folder: &std::path::Path, file: &str) -> Result<(Head, Vec<u8>)> {
    let found = tokio::fs::read(folder.join(file)).await;
    let status = if found.is_ok() { "200 OK" } else { "404 Not Found" };
    Ok((Head { first: format!("HTTP/1.1 {status}"), headers: Vec::new() }, found.unwrap_or_default()))
}

/// The answer with fresh tokens in its URLs, or with other URLs.
fn with_playback(mut answer: Value, tokens: Option<Duration>, streams: bool) -> Value {
    let playback = if answer["hls"].is_string() { &mut answer } else { &mut answer["playback"] };
    if streams && playback["hls"].is_string() {
        playback["hls"] = json!("/streams/master.m3u8");
    }
    if let Some(life) = tokens {
        let token = token::new(now(), life);
        for name in ["hls", "poster", "storyboard"] {
            if let Some(url) = playback[name].as_str() {
                playback[name] = json!(format!("{url}?token={token}"));
            }
        }
    }
    answer
}

/// A playlist whose URIs carry the token that it was asked for with.
fn with_tokens(playlist: &str, token: &str) -> String {
    let line = |line: &str| match line.split_once("URI=\"").and_then(|(head, rest)| Some((head, rest.split_once('"')?)))
    {
        Some((head, (uri, rest))) => format!("{head}URI=\"{uri}?token={token}\"{rest}\n"),
        None if line.starts_with('#') || line.is_empty() => format!("{line}\n"),
        None => format!("{line}?token={token}\n"),
    };
    playlist.lines().map(line).collect()
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
