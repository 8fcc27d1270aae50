//! What the API tells, as scripts have it.

#![allow(clippy::unwrap_used)]

use reelway::{dom::property, js};
use reelway_api::{UploadTarget, Video};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn a_video_is_the_same_in_javascript_and_back() {
    let told = r#"{"id":"v1","title":"The harbour","status":"ready","revision":9007199254740991,"provider":"local",
        "created_at":1700000000000,"width":1280,"height":720,"playback":{"hls":"/m.m3u8","poster":"/p.webp"}}"#;
    let script = js_sys::JSON::parse(told).unwrap();

    let video: Video = js::from(script).unwrap();
    let back = js::to(&video).unwrap();

    assert_eq!((video.id.as_str(), video.width), ("v1", Some(1280)));
    assert_eq!(property(&property(&back, "playback"), "hls").as_string().unwrap(), "/m.m3u8");
    assert_eq!(property(&back, "revision").as_f64(), Some(9_007_199_254_740_991.0));
    assert_eq!(js::from::<Video>(back).unwrap(), video);
}

#[wasm_bindgen_test]
fn what_is_missing_is_named() {
    let error = js::from::<UploadTarget>(js_sys::JSON::parse("{}").unwrap()).unwrap_err();

    assert!(error.to_string().contains("protocol"), "{error}");
}
