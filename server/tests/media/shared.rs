//! Real files, from the folder that `REELWAY_TEST_MEDIA` names, or else the one of shared media beside the repository.

use std::path::PathBuf;

use reelway_api::VideoStatus;

use crate::bench::Bench;

fn files(folder: &str) -> Vec<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/media/inputs");
    let root = std::env::var_os("REELWAY_TEST_MEDIA").map_or_else(|| beside.into(), PathBuf::from);
    let entries = std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn real_files_become_playable() {
    let bench = Bench::new().await;
    for file in files("accept") {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let published = bench.publish(&file).await;
        published.check();
        assert!(published.video.storyboard.is_some() && published.video.poster.is_some(), "{name}");
        let copied = published.names().contains(&"source");
        let expected = ["01_", "02_", "18_"].iter().any(|prefix| name.starts_with(prefix));
        assert_eq!(copied, expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn real_files_that_are_none_are_refused() {
    let bench = Bench::new().await;
    for file in files("reject") {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let expected = match &name[..3] {
            // Refused before it gets here.
            "r01" => continue,
            "r02" => "not_a_video",
            "r04" => "truncated",
            "r05" => "no_video_stream",
            _ => panic!("what is expected of {name}?"),
        };
        let id = bench.upload(&file).await;
        let video = bench.settled(&id).await;
        assert_eq!(video.status, VideoStatus::Failed, "{name}");
        assert_eq!(video.error.unwrap().code.as_str(), expected, "{name}");
    }
}
