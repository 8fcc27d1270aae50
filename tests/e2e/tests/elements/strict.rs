//! Under the strictest policy that the docs promise: no inline style, no `eval`, Trusted Types.

use reelway_api::VideoStatus;
use reelway_e2e::{engine::Engine, turn};

use crate::Stage;

const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; media-src blob: 'self'; \
    connect-src 'self'; style-src 'self'; require-trusted-types-for 'script'; trusted-types reelway";

#[tokio::test(flavor = "multi_thread")]
async fn a_strict_page_uploads_and_plays() {
    let _turn = turn().await;
    let stage = Stage::set(Some(POLICY)).await.unwrap();
    let window = Engine::Chromium.open().await.unwrap();

    let told = stage
        .tell(
            &window,
            "const workers = [];
             window.Worker = class extends Worker {
                 constructor(url) {
                     super(url);
                     workers.push(String(url).split('/').pop());
                 }
             };
             await import('/reelway/dist/define.js');
             const uploader = put('reelway-uploader', { endpoint: '' });
             await mounted(uploader);
             uploader.add([await film()]);
             const id = await until('the video has arrived', () => uploader.videoIds[0]);
             const player = put('reelway-player', { src: hls, muted: '', 'no-resume': '' });
             player.style.width = '480px';
             await player.play();
             await until('it plays', () => player.currentTime > 0.2);
             // The policy is in force: this test could not fail otherwise.
             let refused = false;
             try { document.createElement('p').innerHTML = '<b>no</b>'; } catch { refused = true; }
             return { id, workers, refused, violations: violations.filter((line) => !line.includes('<b>no')) };",
        )
        .await
        .unwrap();

    assert_eq!(told["refused"], true);
    assert_eq!(told["violations"], serde_json::json!([]));
    assert_eq!(told["workers"], serde_json::json!(["hls.worker.js"]), "the engine has its worker");
    let video = stage.server().api().video(told["id"].as_str().unwrap()).await.unwrap();
    assert_ne!(video.status, VideoStatus::Failed);
}
