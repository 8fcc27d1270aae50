//! Measures how long a file takes from its last byte to `ready`, and from there to the storyboard:
//! `cargo run --release -p reelway-server --example time_to_ready -- FILE [RUNS]`.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use reelway_server::{
    app::App,
    clock::Clock,
    config::Config,
    db::{Change, NewVideo},
    jobs::{self, JobKind},
};
use tokio_util::sync::CancellationToken;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt().with_env_filter(tracing_subscriber::EnvFilter::from_default_env()).init();
    let mut args = std::env::args().skip(1);
    let file = args.next().ok_or("give a video file")?;
    let runs = args.next().map_or(Ok(5), |runs| runs.parse::<usize>())?.max(1);
    let mut times = Vec::new();
    for _ in 0..runs {
        times.push(measure(Path::new(&file)).await?);
    }
    let median = |part: fn(&(Duration, Duration)) -> Duration| {
        let mut sorted: Vec<_> = times.iter().map(part).collect();
        sorted.sort();
        sorted[sorted.len() / 2].as_millis()
    };
    let (ready, storyboard) = (median(|times| times.0), median(|times| times.1));
    println!("median of {runs}: last byte to ready {ready} ms, ready to storyboard {storyboard} ms");
    Ok(())
}

async fn measure(file: &Path) -> Result<(Duration, Duration), Failure> {
    let folder = tempfile::tempdir()?;
    let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    let app = App::open(config, Clock::default()).await?;
    let shutdown = CancellationToken::new();
    let worker = jobs::spawn_worker(app.clone(), shutdown.clone());
    let new = NewVideo {
        owner: None,
        provider: "local".into(),
        title: "measured".into(),
        content_type: None,
        size: None,
        key: None,
    };
    let id = app.videos().insert(new).await?.ok_or("the key is taken")?.id;
    tokio::fs::create_dir_all(app.originals().folder(&id)).await?;
    tokio::fs::copy(file, app.originals().path(&id)).await?;
    let mut watcher = app.hub().watch(&id);

    let start = Instant::now();
    let mut tx = app.db().begin().await?;
    app.videos().apply_in(&mut tx, &id, Change::Processing { percent: None }).await?;
    jobs::enqueue(&mut tx, &id, JobKind::Process).await?;
    tx.commit().await?;
    let video = watcher.wait_for(|video| video.as_ref().is_some_and(|v| v.status.is_final())).await?.clone();
    if let Some(error) = video.and_then(|video| video.error.clone()) {
        return Err(error.message.into());
    }
    let ready = start.elapsed();
    watcher.wait_for(|video| video.as_ref().is_some_and(|v| v.storyboard.is_some())).await?;
    let storyboard = start.elapsed() - ready;
    shutdown.cancel();
    worker.await?;
    app.db().close().await;
    Ok((ready, storyboard))
}
