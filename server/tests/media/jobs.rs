//! Jobs that are interrupted, repeated, given up and called off.

use std::time::Duration;

use reelway_api::{ErrorCode, VideoStatus};
use reelway_server::{
    db::Change,
    jobs::queue::{ATTEMPTS, HEARTBEAT, Queue},
};

use crate::bench::Bench;

/// Some seconds of work.
const LONG: &str = "-f lavfi -i testsrc2=s=1280x720:r=30:d=20 -c:v mpeg4 -q:v 5";
const SHORT: &str = "-f lavfi -i testsrc=s=160x90:r=10:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p";

/// Files that are in the making.
fn scratch(bench: &Bench) -> usize {
    let folders = std::fs::read_dir(bench.data().join("workers")).unwrap().flatten().map(|entry| entry.path());
    folders.filter_map(|folder| std::fs::read_dir(folder).ok()).map(Iterator::count).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_stops_gives_its_job_to_the_next() {
    let mut bench = Bench::new().await;
    let id = bench.upload(&bench.make("long.avi", LONG)).await;
    let under_way = bench.until(&id, |video| video.percent.is_some_and(|percent| percent > 0)).await;
    assert_eq!(under_way.status, VideoStatus::Processing);

    bench.stop().await;
    assert_eq!(bench.app.videos().get(&id).await.unwrap().unwrap().status, VideoStatus::Processing);
    assert_eq!(bench.published_files(&id), []);
    let folder = bench.data().join("workers");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0, "it leaves nothing behind");

    let attempts = "SELECT attempts FROM jobs WHERE video_id = ?";
    let attempts: i64 = sqlx::query_scalar(attempts).bind(&id).fetch_one(bench.app.db().read()).await.unwrap();
    assert_eq!(attempts, 0, "that was no failure");
    bench.start();
    bench.until(&id, |video| video.status == VideoStatus::Ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_worker_was_killed_is_taken_up_at_once() {
    let mut bench = Bench::new().await;
    bench.stop().await;
    let id = bench.upload(&bench.make("a.mp4", SHORT)).await;
    let killed = Queue::new(bench.app.db().clone(), bench.app.clock().clone(), "killed".into());
    let job = killed.claim(true).await.unwrap().unwrap();
    assert_eq!((job.video_id.as_str(), job.attempt), (id.as_str(), 1));
    // What it had published by then.
    bench.app.store().publish_bytes("half", &format!("{id}/{}/v90/00000.m4s", job.prefix)).await.unwrap();

    let start = std::time::Instant::now();
    bench.start();
    let video = bench.until(&id, |video| video.status == VideoStatus::Ready).await;
    assert!(start.elapsed() < Duration::from_secs(60));
    bench.settled(&id).await;
    let leftover = bench.data().join("media").join(&id).join(&job.prefix);
    assert!(!leftover.exists(), "what it left is gone");
    assert!(!killed.renew(&job).await.unwrap(), "the lease is another's");
    bench.published(&video).check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_is_renewed_is_nobody_elses_and_one_that_is_not_is_anybodys() {
    let mut bench = Bench::new().await;
    bench.stop().await;
    bench.upload(&bench.make("a.mp4", SHORT)).await;
    let clock = reelway_server::clock::Clock::standing(1_000_000_000);
    let queue = |name: &str| Queue::new(bench.app.db().clone(), clock.clone(), name.into());
    let (first, second) = (queue("first"), queue("second"));
    let job = first.claim(true).await.unwrap().unwrap();
    for _ in 0..5 {
        clock.turn(Duration::from_secs(8));
        assert!(first.renew(&job).await.unwrap());
        assert_eq!(second.claim(true).await.unwrap(), None);
    }
    clock.turn(Duration::from_secs(11));
    let taken = second.claim(true).await.unwrap().unwrap();
    assert_eq!((taken.id, taken.attempt, taken.stale_prefix), (job.id, 2, Some(job.prefix.clone())));
    assert!(!first.renew(&job).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_three_times_is_given_up() {
    let bench = Bench::with_clock(reelway_server::clock::Clock::standing(1_000_000_000)).await;
    let file = bench.make("a.mp4", SHORT);
    let id = bench.upload_and(&file, async |original| tokio::fs::remove_file(original).await.unwrap()).await;
    let failures = async |failures: u32| {
        let count = "SELECT attempts FROM jobs WHERE video_id = ? AND state <> 'running'";
        while sqlx::query_scalar::<_, u32>(count).bind(&id).fetch_optional(bench.app.db().read()).await.unwrap()
            != Some(failures)
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    for attempt in 1..ATTEMPTS {
        failures(attempt).await;
        assert_eq!(bench.app.videos().get(&id).await.unwrap().unwrap().status, VideoStatus::Processing);
        bench.app.clock().turn(Duration::from_secs(60));
    }
    let video = bench.until(&id, |video| video.status == VideoStatus::Failed).await;
    let error = video.error.unwrap();
    assert_eq!(error.code, ErrorCode::ProcessingFailed);
    assert!(!error.message.contains('/') && !error.message.contains("os error"), "{}", error.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_that_is_deleted_or_cancelled_stops_its_job() {
    let bench = Bench::new().await;
    let file = bench.make("long.avi", LONG);
    for delete in [true, false] {
        let id = bench.upload(&file).await;
        bench.until(&id, |video| video.percent.is_some_and(|percent| percent > 0)).await;
        assert_eq!(scratch(&bench), 1);
        if delete {
            bench.app.videos().delete(&id).await.unwrap();
        } else {
            bench.change(&id, Change::Cancelled, None).await;
        }
        let stopped = async {
            while scratch(&bench) > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(15), stopped).await.unwrap();
        assert_eq!(bench.published_files(&id), []);
        let count = "SELECT count(*) FROM jobs WHERE video_id = ?";
        let idle = async {
            while sqlx::query_scalar::<_, i64>(count).bind(&id).fetch_one(bench.app.db().read()).await.unwrap() > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(15), idle).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_and_its_heartbeat_do_not_wait_for_each_other_when_the_database_was_busy() {
    let bench = Bench::new().await;
    let id = bench.upload(&bench.make("a.mp4", SHORT)).await;
    let claimed = "SELECT count(*) FROM jobs WHERE video_id = ? AND state = 'running'";
    while sqlx::query_scalar::<_, i64>(claimed).bind(&id).fetch_one(bench.app.db().read()).await.unwrap() == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    // From the first heartbeat on, while ffprobe looks, and over the second: the work comes to want the one connection
    // that writes, and then the heartbeat does.
    tokio::time::sleep(Duration::from_millis(15)).await;
    let busy = bench.app.db().begin().await.unwrap();
    tokio::time::sleep(HEARTBEAT + Duration::from_secs(1)).await;
    busy.rollback().await.unwrap();

    // The pool would end a deadlock after 30 s.
    let ready = bench.until(&id, |video| video.status.is_final());
    let video = tokio::time::timeout(Duration::from_secs(20), ready).await.unwrap();
    assert_eq!(video.status, VideoStatus::Ready);
}
