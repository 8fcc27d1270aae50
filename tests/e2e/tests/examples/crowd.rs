//! Many elements on one page: they share what can be shared, leave the page's thread alone, and let go of all they held.

use std::{fs, time::Duration};

use reelway_e2e::{
    browser::Browser, deep, host::Host, media::Media, page::SOON, player::TRANSCODED, server::Server, turn,
};
use serde_json::{Value, json};

use crate::example::Example;

const PLAYERS: usize = 20;
const UPLOADERS: usize = 5;
/// Milliseconds that a task may take once all have loaded, on a machine with other work too.
const LONGEST: f64 = 250.0;
/// DOM nodes that may be left of them all: what the browser itself keeps for a while.
const NODES: f64 = 100.0;
/// Bytes of JavaScript's heap that may be left of them all: a hundredth of what they took, and what the compiler keeps.
const HEAP: f64 = (1 << 20) as f64;

/// What the page holds.
#[derive(Debug)]
struct Held {
    nodes: f64,
    listeners: f64,
    heap: f64,
    /// Of wasm, which only grows.
    memory: f64,
}

async fn held(browser: &Browser) -> Held {
    for _ in 0..3 {
        browser.devtools("HeapProfiler.collectGarbage", json!({})).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let counters = browser.devtools("Memory.getDOMCounters", json!({})).await.unwrap();
    let heap = browser.devtools("Runtime.getHeapUsage", json!({})).await.unwrap();
    let memory = browser.run("return memory.buffer.byteLength;", Vec::new()).await.unwrap();
    Held {
        nodes: counters["nodes"].as_f64().unwrap(),
        listeners: counters["jsEventListeners"].as_f64().unwrap(),
        heap: heap["usedSize"].as_f64().unwrap(),
        memory: memory.as_f64().unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_shares_one_wasm_leaves_the_thread_free_and_leaves_nothing_behind() {
    let _turn = turn().await;
    let page = include_str!("../../pages/crowd.html").to_owned();
    let host = Host::of_files_and(&Example::Html.path(), Some(page)).await.unwrap();
    let origins = json!([host.url()]).to_string();
    let server = Server::start_with(&[("REELWAY_CORS_ORIGINS", &origins)]).await.unwrap();
    host.uses(&server.url());
    let media = Media::new().unwrap();
    let file = fs::read(media.short().unwrap()).unwrap();
    let video = server.api().upload("short.mp4", file).await.unwrap().video;
    server.api().until_ready(&video.id, TRANSCODED).await.unwrap();
    server.api().until_finished(&video.id, TRANSCODED).await.unwrap();

    let browser = Browser::open().await.unwrap();
    browser.goto(format!("{}/page.html", host.url())).await.unwrap();
    let run = async |script: &str| browser.run(script, Vec::new()).await.unwrap();
    let fill = async |players: usize, uploaders: usize| {
        let script = "fill(...arguments);";
        browser.run(script, vec![json!(video.id), json!(players), json!(uploaders)]).await.unwrap();
        let there = format!(
            "all().filter(each => each.matches('video[part~=video]') && each.readyState >= 2).length === {players}
             && all().filter(each => each.matches('[part~=drop-zone]')).length === {uploaders}"
        );
        deep::until(&browser, "all have loaded", SOON * 3, &there).await.unwrap();
    };
    let clear = async || {
        run("clear();").await;
        deep::until(&browser, "all are gone", SOON, "!find('reelway-player, reelway-uploader')").await.unwrap();
        // What is under way ends first.
        tokio::time::sleep(Duration::from_secs(1)).await;
    };

    // Once, for all that is loaded and compiled but once.
    fill(PLAYERS, UPLOADERS).await;
    clear().await;
    let before = held(&browser).await;

    fill(PLAYERS, UPLOADERS).await;
    let most = held(&browser).await;
    let wasm = "return performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.wasm')).length;";
    assert_eq!((run("return instances;").await, run(wasm).await), (json!(1), json!(1)), "one wasm for them all");
    let loaded = run("return performance.now();").await;
    run("for (const player of [...document.querySelectorAll('reelway-player')].slice(0, 3)) player.play();").await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    let long = run("return long;").await;
    let takes = |task: &Value| task["takes"].as_f64().unwrap();
    let (loading, after): (Vec<&Value>, Vec<&Value>) =
        long.as_array().unwrap().iter().partition(|task| task["at"].as_f64() < loaded.as_f64());
    let longest = |tasks: &[&Value]| tasks.iter().map(|task| takes(task)).fold(0.0, f64::max);
    println!("the longest task while they load: {} ms; afterwards: {} ms", longest(&loading), longest(&after));
    clear().await;
    let left = held(&browser).await;
    println!("before {before:?}\nwith all {most:?}\nafterwards {left:?}");

    assert!(longest(&after) < LONGEST, "{after:?}");
    assert!(most.nodes - before.nodes > 1000.0, "they are on the page");
    assert!(left.nodes - before.nodes < NODES, "nodes are left behind");
    assert!(left.listeners - before.listeners < NODES, "listeners are left behind");
    assert!(left.heap - before.heap < HEAP, "the heap has grown by {}", left.heap - before.heap);
    assert!(left.memory - before.memory <= 65536.0, "wasm's memory has grown");
}
