//! `reelway oci`: by hand and in scripts.

use clap::Parser;
use reelway_emulators::oci::media::Outcome;
use reelway_server::providers::oci::cli::{OciCommand, OciError};
use serde_json::Value;

use crate::bench::{Bench, status};

#[derive(Debug, Parser)]
struct Line {
    #[command(subcommand)]
    command: OciCommand,
}

pub async fn oci(bench: &Bench, line: &str) -> (Result<Value, OciError>, Vec<String>) {
    let line = Line::try_parse_from(std::iter::once("oci").chain(line.split_whitespace())).unwrap();
    let mut shown = Vec::new();
    let mut show = |text: &str| shown.push(text.to_owned());
    let result = line.command.run(&bench.config, &bench.secrets, bench.clock.clone(), &mut show).await;
    (result, shown)
}

/// The name of a file that has been uploaded.
pub async fn object(bench: &Bench) -> String {
    let created = bench.create().await;
    crate::bench::upload_to(&created.upload).await;
    created.upload.url.split("/o/").nth(1).unwrap().replace("%2F", "/")
}

#[tokio::test]
async fn four_commands_lead_from_a_file_to_a_url_that_plays() {
    let bench = Bench::new().await;
    let built = oci(&bench, "build").await.0.unwrap();
    assert_eq!(built["made"], serde_json::json!(["workflow", "channel", "cdn", "packaging"]));
    let again = oci(&bench, "build --json").await.0.unwrap();
    assert_eq!((&again["made"], &again["workflow"]), (&serde_json::json!([]), &built["workflow"]));

    let (run, shown) = oci(&bench, &format!("run --object {} --name film-1", object(&bench).await)).await;
    let run = run.unwrap();
    assert_eq!(run["playlist"], "reelway/videos/film-1/film-1-master.m3u8");
    assert!(shown.last().unwrap().starts_with("succeeded"), "{shown:?}");

    let asset = run["asset"].as_str().unwrap();
    let ingested = oci(&bench, &format!("ingest --asset {asset}")).await.0.unwrap();
    assert_eq!(ingested["channel"], built["channel"]);
    let session = oci(&bench, &format!("session --asset {asset} --life 600")).await.0.unwrap();
    assert_eq!(status(session["url"].as_str().unwrap()).await, 200);
    assert_eq!(session["expires_at"], bench.clock.now() + 600_000);
}

#[tokio::test]
async fn the_same_command_follows_the_same_job_until_that_has_failed() {
    let bench = Bench::new().await;
    let run = format!("run --object {} --name film-1", object(&bench).await);
    bench.oci.next_outcome(Outcome::Stuck);
    let late = oci(&bench, &format!("{run} --timeout 5")).await.0.unwrap_err();
    let OciError::Late { job, again } = &late else { panic!("{late}") };
    assert_eq!(again, &format!("reelway oci {run}"));
    let waiting = oci(&bench, &format!("{run} --no-wait")).await.0.unwrap();
    assert_eq!((&waiting["job"], &waiting["state"]), (&Value::from(job.as_str()), &Value::Null));

    let run = run.replace("film-1", "film-2");
    bench.oci.next_outcome(Outcome::Failed { task: "transcode".into() });
    let failed = |result: Result<Value, OciError>| match result {
        Err(OciError::Job { job, .. }) => job,
        other => panic!("{other:?}"),
    };
    let first = failed(oci(&bench, &run).await.0);
    bench.turn(120);
    let second = oci(&bench, &run).await.0.unwrap();
    assert_ne!(second["job"], first.as_str(), "a job that has failed is not followed again");
    bench.turn(120);
    assert_eq!(oci(&bench, &run).await.0.unwrap()["job"], second["job"], "and one that is done is not done again");

    // The same of an ingest.
    let ingest = format!("ingest --asset {}", second["asset"].as_str().unwrap());
    bench.oci.next_outcome(Outcome::Rejected);
    let first = failed(oci(&bench, &ingest).await.0);
    bench.turn(120);
    let second = oci(&bench, &ingest).await.0.unwrap();
    assert_ne!(second["job"], first.as_str());
    assert_eq!(oci(&bench, &ingest).await.0.unwrap(), second);
}

#[tokio::test]
async fn a_script_knows_by_the_exit_code_what_went_wrong() {
    let bench = Bench::new().await;
    let object = object(&bench).await;
    let code = |result: Result<Value, OciError>| result.map_or_else(|error| error.exit_code(), |_| 0);
    assert_eq!(code(oci(&bench, "run --object nothing").await.0), 1);
    assert_eq!(code(oci(&bench, &format!("run --object {object} --name ../up")).await.0), 1);
    assert_eq!(code(oci(&bench, "build --provider local").await.0), 1);
    for end in [Outcome::Failed { task: "transcode".into() }, Outcome::Rejected, Outcome::Canceled] {
        bench.oci.next_outcome(end);
        assert_eq!(code(oci(&bench, &format!("run --object {object}")).await.0), 3);
    }
    bench.oci.next_outcome(Outcome::Stuck);
    assert_eq!(code(oci(&bench, &format!("run --object {object} --timeout 30")).await.0), 4);
    let (waiting, shown) = oci(&bench, &format!("run --object {object} --no-wait")).await;
    assert!(waiting.unwrap()["job"].is_string() && shown.is_empty());
    assert!(Line::try_parse_from(["oci", "ingest"]).is_err(), "it wants an asset or an object");
    assert!(Line::try_parse_from(["oci", "session", "--asset", "a", "--life", "5"]).is_err());
}
