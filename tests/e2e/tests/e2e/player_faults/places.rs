//! What fails in one place, in one rendition or for a moment is played past.

use std::time::Duration;

use reelway_e2e::proxy::Fault;
use serde_json::{Value, json};

use super::stage::{SILENCE, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_in_one_place_or_for_a_moment_is_played_past() {
    let stage = Stage::set().await;
    const ALWAYS: u32 = u32::MAX;
    let mut failures = Vec::new();

    let (source, smaller) = (&stage.film.renditions[0], &stage.film.renditions[1]);
    for (what, part, fault, times) in [
        ("the playlist of a rendition is missing", format!("{source}index.m3u8"), Fault::Status(404), ALWAYS),
        ("the playlist of the other one is missing", format!("{smaller}index.m3u8"), Fault::Status(404), ALWAYS),
        ("the segments of a rendition are missing", format!("{source}0000"), Fault::Status(404), ALWAYS),
        ("the server fails twice", "/00002.m4s".to_owned(), Fault::Status(500), 2),
        ("a connection breaks within a segment", "/00002.m4s".to_owned(), Fault::Cut, 1),
        ("a segment is cut short", "/00002.m4s".to_owned(), Fault::Half, 1),
        ("a segment of a rendition is garbage", format!("{source}00002.m4s"), Fault::Garbage, ALWAYS),
        ("a segment never ends", format!("{source}00002.m4s"), Fault::Silence, 1),
    ] {
        let proxy = stage.proxy().await;
        proxy.fail(&part, fault, times);
        let watcher = stage.open(&proxy).await;

        watcher.play_from(6.0, 4.0).await;
        let went = watcher.plays_past(14.0, Duration::from_secs(25)).await;

        let (stood, silent) = (watcher.note("stood").await, watcher.note("silent").await);
        println!("{what}: stood for {stood:.0} ms, {silent:.0} ms of them without a word");
        if let Err(error) = went {
            failures.push(format!("{what}: {error}"));
        } else if silent > SILENCE {
            failures.push(format!("{what}: {silent:.0} ms without a word"));
        }
    }

    assert!(failures.is_empty(), "{failures:#?}");
}

/// Who chooses the rendition that is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Engine,
    User,
}

/// Notes what the player tells of renditions and failures.
const LISTEN: &str = "
    window.told = [];
    for (const name of ['rendition', 'recovered', 'error']) {
        document.querySelector('.reelway-player').addEventListener(name, ({ detail }) => told.push({ name, ...detail }));
    }";

/// Chooses by the menu, as a person does.
const CHOOSE: &str = "
    document.querySelector('[part~=quality]').click();
    await new Promise(done => requestAnimationFrame(done));
    const lines = [...document.querySelectorAll('[data-setting=quality] [role=menuitemradio]')];
    lines.find(line => line.textContent.trim() === arguments[0]).click();";

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_is_damaged_for_good_is_played_in_another_rendition() {
    let stage = Stage::set().await;
    let mut failures = Vec::new();

    let (source, smaller) = ((&stage.film.renditions[0], 360), (&stage.film.renditions[1], 240));
    for ((rendition, height), choice, faults) in [
        (source, Choice::Engine, [Fault::Garbage, Fault::Noise, Fault::Half, Fault::Status(404)].as_slice()),
        (source, Choice::User, &[Fault::Garbage, Fault::Noise]),
        (smaller, Choice::User, &[Fault::Half, Fault::Status(404), Fault::Silence]),
    ] {
        for &fault in faults {
            let what = format!("{fault:?} in {height}p, chosen by the {choice:?}");
            let proxy = stage.proxy().await;
            // Twelve to sixteen seconds into the video.
            proxy.fail(&format!("{rendition}00003.m4s"), fault, u32::MAX);
            let watcher = stage.open(&proxy).await;
            watcher.run(LISTEN, Vec::new()).await;
            if choice == Choice::User {
                watcher.until("document.querySelector('[part~=quality]')").await;
                watcher.run(CHOOSE, vec![json!(format!("{height}p"))]).await;
            }

            watcher.play_from(8.0, 4.0).await;
            let went = watcher.plays_past(21.0, Duration::from_secs(25)).await;

            let (silent, jumped) = (watcher.note("silent").await, watcher.note("jumped").await);
            let stood = watcher.note("stood").await;
            println!("{what}: stood for {stood:.0} ms, {silent:.0} ms of them without a word; jumped {jumped:.2} s");
            if let Err(error) = went {
                failures.push(format!("{what}: {error}"));
                continue;
            }
            let told = watcher.run("return told;", Vec::new()).await;
            let told = told.as_array().unwrap();
            let label = "return document.querySelector('[part~=quality]').getAttribute('aria-label');";
            let label = watcher.run(label, Vec::new()).await;
            let last = told.iter().rfind(|event| event["name"] == "rendition");
            let other =
                |event: &&Value| event["name"] == "rendition" && event["height"] != height && event["auto"] == true;
            for (so, claim) in [
                (silent <= SILENCE, "without a word for too long"),
                (jumped < 0.5, "not all of it is played"),
                (told.iter().any(|event| other(&event)), "the other rendition is not told"),
                (last.is_some_and(|last| last["height"] == 360), "behind it the better one is not back"),
                (told.iter().any(|event| event["recoveredBy"] == "rendition"), "what overcame it is not told"),
                (told.iter().all(|event| event["fatal"] != true), "it is told as an error"),
                (label == "Quality: Auto", "the menu does not say who chooses now"),
            ] {
                if !so {
                    failures.push(format!("{what}: {claim}: {label} {told:?}"));
                }
            }
        }
    }

    assert!(failures.is_empty(), "{failures:#?}");
}
