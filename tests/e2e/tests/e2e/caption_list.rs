//! Captions on a video's page: those that there are, adding and removing them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use reelway_e2e::{
    axe::Axe,
    browser::Browser,
    media::Media,
    page::{Page, SOON, press_key, says, tab_to, visible},
    player::{Player, TRANSCODED},
    server::Server,
    turn, wait,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{By, Key};

use crate::{
    a11y::{LOOKS, look, until, with_a_video},
    captions::{TICKETS, ticket},
};

const ADD: &str = ".captions-head button";

/// A video's page, and a folder for files of captions.
pub struct Story {
    pub server: Server,
    pub browser: Browser,
    pub id: String,
    folder: TempDir,
}

impl Story {
    pub async fn begin(browser: Browser) -> Self {
        let media = Media::new().unwrap();
        let (server, id) = with_a_video(&media).await;
        let story = Self { server, browser, id, folder: tempfile::tempdir().unwrap() };
        story.open().await;
        story
    }

    pub async fn open(&self) -> Player<'_> {
        let player = Player::open(&self.browser, &self.server, &self.id).await.unwrap();
        visible(&self.browser, ADD).await.unwrap();
        player
    }

    /// A file with these words in it, for the whole of the film.
    pub fn file(&self, name: &str, words: &str) -> PathBuf {
        let srt = Path::new(name).extension().is_some_and(|kind| kind == "srt");
        let (head, comma) = if srt { ("1\n", ',') } else { ("WEBVTT\n\n", '.') };
        self.write(name, &format!("{head}00:00:00{comma}000 --> 00:00:30{comma}000\n{words}\n"))
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// The file dialog itself belongs to the system.
    pub async fn choose(&self, file: &Path) {
        let input = self.browser.find(By::Css("input[type=file][part~=captions-file]")).await.unwrap();
        input.send_keys(file.to_str().unwrap()).await.unwrap();
        visible(&self.browser, ".captions-form").await.unwrap();
    }

    async fn run(&self, script: &str) -> Value {
        self.browser.run(script, Vec::new()).await.unwrap()
    }

    /// What the fields have: language, its hint, label, its placeholder, kind.
    async fn fields(&self) -> Value {
        self.run(
            "const { language, label, kind } = document.querySelector('.captions-form').elements;
             const hint = document.querySelector('#captions-language-hint').innerText;
             return [language.value, hint, label.value, label.placeholder, kind.value];",
        )
        .await
    }

    /// The list, as a person reads it.
    async fn lists(&self, expected: &[&str]) {
        let script =
            "return [...document.querySelectorAll('.track')].map(row => row.innerText.replace(/\\s+/g, ' ').trim());";
        wait::until_true(&format!("the list is {expected:?}"), SOON, async || {
            Ok(self.browser.run(script, Vec::new()).await? == json!(expected))
        })
        .await
        .unwrap();
    }

    /// What can be chosen in the player.
    async fn menu_has(&self, expected: &[&str]) {
        let tracks = "[...document.querySelector('[part~=video]').textTracks].map(track => track.language)";
        until(
            &self.browser,
            &format!("the player has {expected:?}"),
            &format!("String({tracks}) === '{}'", expected.join(",")),
        )
        .await;
    }

    /// These words are on the screen.
    async fn reads(&self, words: &str) {
        let script =
            "const track = [...document.querySelector('[part~=video]').textTracks].find(t => t.mode === 'showing');
            return track?.activeCues?.[0]?.getCueAsHTML().textContent ?? null;";
        wait::until_true(&format!("on the screen is {words:?}"), SOON, async || {
            Ok(self.browser.run(script, Vec::new()).await? == json!(words))
        })
        .await
        .unwrap();
    }

    async fn focus_is_on(&self, selector: &str) {
        until(
            &self.browser,
            &format!("the focus is on {selector}"),
            &format!("document.activeElement.matches('{selector}')"),
        )
        .await;
    }

    async fn press(&self, key: char) {
        press_key(&self.browser, key).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn captions_are_added_with_the_keyboard_and_read_at_once() {
    let _turn = turn().await;
    let story = Story::begin(Browser::open().await.unwrap()).await;
    let player = story.open().await;
    says(&story.browser, &["None beside the video yet"], SOON).await.unwrap();
    tab_to(&story.browser, ADD).await.unwrap();
    story.choose(&story.file("film.de.srt", "Der Hase wacht auf")).await;
    story.focus_is_on("[name=language]").await;
    assert_eq!(story.fields().await, json!(["de", "German", "", "German", "subtitles"]), "the name tells it");

    story.press(Key::Enter.value()).await;

    story.lists(&["German de · Subtitles"]).await;
    story.menu_has(&["de"]).await;
    says(&story.browser, &["Added: German"], SOON).await.unwrap();
    story.focus_is_on(ADD).await;
    player.play().await.unwrap();
    tab_to(&story.browser, "[part~=play]").await.unwrap();
    story.press('c').await;
    story.reads("Der Hase wacht auf").await;

    // More of them come while these are read.
    let reading = "window.reading = document.querySelector('track');";
    story.run(reading).await;
    story.choose(&story.file("film.en.sdh.vtt", "[birds sing]")).await;
    assert_eq!(story.fields().await, json!(["en", "English", "", "English", "captions"]));
    tab_to(&story.browser, "[name=label]").await.unwrap();
    story.browser.active_element().await.unwrap().send_keys("With sounds").await.unwrap();
    story.press(Key::Enter.value()).await;
    story.lists(&["German de · Subtitles", "With sounds English · Captions"]).await;
    story.menu_has(&["de", "en"]).await;
    story.reads("Der Hase wacht auf").await;
    let kept = "return window.reading === document.querySelector('track') && reading.track.mode === 'showing';";
    assert_eq!(story.run(kept).await, json!(true), "nothing was taken away");

    // They are there on the next visit, too.
    story.open().await;
    story.lists(&["German de · Subtitles", "With sounds English · Captions"]).await;
    story.menu_has(&["de", "en"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_said_in_words_and_nothing_that_was_typed_is_lost() {
    let _turn = turn().await;
    let story = Story::begin(Browser::open().await.unwrap()).await;
    story.choose(&story.write("untitled.vtt", "WEBVTT\n\n00:99 --> x\nBonjour\n")).await;
    assert_eq!(story.fields().await, json!(["", "A tag or a name: en, pt-BR, German", "untitled", "", "subtitles"]));
    let language = visible(&story.browser, "[name=language]").await.unwrap();
    language.send_keys("french").await.unwrap();
    let label = visible(&story.browser, "[name=label]").await.unwrap();
    label.clear().await.unwrap();
    label.send_keys("Français").await.unwrap();
    story.press(Key::Enter.value()).await;

    says(&story.browser, &["Line 3 has no times"], SOON).await.unwrap();
    assert_eq!(story.fields().await, json!(["french", "French", "Français", "French", "subtitles"]));
    story.focus_is_on("[name=label]").await;

    // Too large to be captions at all.
    story.choose(&story.write("film.it.vtt", &"WEBVTT\n".repeat(400_000))).await;
    assert_eq!(story.fields().await[2], json!("Français"), "another file changes nothing that was typed");
    visible(&story.browser, ".captions-form [type=submit]").await.unwrap().click().await.unwrap();
    says(&story.browser, &["captions are shorter"], SOON).await.unwrap();

    // No network, and then there is one.
    story.choose(&story.file("mended.vtt", "Bonjour")).await;
    story.browser.set_offline(true).await.unwrap();
    visible(&story.browser, ".captions-form [type=submit]").await.unwrap().click().await.unwrap();
    says(&story.browser, &["can't be reached"], SOON).await.unwrap();
    story.browser.set_offline(false).await.unwrap();
    visible(&story.browser, ".captions-form [type=submit]").await.unwrap().click().await.unwrap();

    story.lists(&["Français French · Subtitles"]).await;
    story.menu_has(&["fr"]).await;
    let video = story.server.api().video(&story.id).await.unwrap();
    assert_eq!(video.playback.unwrap().tracks[0].language, "fr");
}

#[tokio::test(flavor = "multi_thread")]
async fn captions_are_removed_with_the_keyboard_and_only_after_a_yes() {
    let _turn = turn().await;
    let story = Story::begin(Browser::open().await.unwrap()).await;
    for name in ["film.de.srt", "film.en.srt"] {
        story.choose(&story.file(name, "Hello")).await;
        story.press(Key::Enter.value()).await;
        until(&story.browser, "the form is gone", "!document.querySelector('.captions-form')").await;
    }
    story.menu_has(&["de", "en"]).await;
    let open = "document.querySelector('.captions dialog[open]')";
    let remove = ".track [aria-label=\"Remove: German\"]";

    tab_to(&story.browser, remove).await.unwrap();
    story.press(Key::Enter.value()).await;
    until(&story.browser, "it asks", &format!("{open}?.innerText.includes('German')")).await;
    story.press(Key::Escape.value()).await;
    until(&story.browser, "it asks no more", &format!("!{open}")).await;
    story.focus_is_on(remove).await;
    story.menu_has(&["de", "en"]).await;

    story.press(Key::Enter.value()).await;
    until(&story.browser, "it asks", open).await;
    until(&story.browser, "the harmless one is first", "document.activeElement.innerText === 'Keep them'").await;
    story.press(Key::Tab.value()).await;
    story.press(Key::Enter.value()).await;

    story.lists(&["English en · Subtitles"]).await;
    story.menu_has(&["en"]).await;
    says(&story.browser, &["Removed: German"], SOON).await.unwrap();
    story.focus_is_on(ADD).await;
    let left = story.server.api().video(&story.id).await.unwrap().playback.unwrap().tracks;
    assert_eq!(left.iter().map(|track| track.language.as_str()).collect::<Vec<_>>(), ["en"]);

    // The form goes by Escape, and the keyboard is where it was.
    story.choose(&story.file("film.fr.srt", "Bonjour")).await;
    story.press(Key::Escape.value()).await;
    until(&story.browser, "the form is gone", "!document.querySelector('.captions-form')").await;
    story.focus_is_on(ADD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_view_sees_captions_and_no_way_to_change_anything() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let server = Server::start_with(&TICKETS).await.unwrap();
    let browser = Browser::open().await.unwrap();
    let [all, view] = ["upload,view,manage", "view"].map(|scope| ticket(&["--scope", scope]));
    browser.goto(format!("{}/#ticket={all}", server.url())).await.unwrap();
    until(&browser, "the page takes files", "document.querySelector('input[type=file][part~=select]')").await;
    let input = browser.find(By::Css("input[type=file][part~=select]")).await.unwrap();
    input.send_keys(media.short().unwrap().to_str().unwrap()).await.unwrap();
    let link = wait::until("the video is ready", TRANSCODED, async || {
        let link = browser.find_all(By::Css("a[href*='/v/']")).await?.into_iter().next();
        Ok(match link {
            Some(link) => link.attr("href").await?,
            None => None,
        })
    })
    .await
    .unwrap();
    let address = format!("{}{}", server.url(), link.trim_start_matches(&server.url()));
    let open = async |ticket: &str| {
        browser.goto("about:blank").await.unwrap();
        browser.goto(format!("{address}#ticket={ticket}")).await.unwrap();
        let player = Player::on_this_page(&browser).await;
        player.unwrap();
    };
    open(&all).await;
    visible(&browser, ADD).await.unwrap();
    for name in ["Delete", "Set as poster"] {
        until(&browser, name, &format!("document.querySelector('.details-actions').innerText.includes('{name}')"))
            .await;
    }

    open(&view).await;
    until(&browser, "what it is", "document.querySelector('.details-title')").await;
    let offered = "return [...document.querySelectorAll('.details button, .captions button')].map(b => b.innerText);";
    assert_eq!(browser.run(offered, Vec::new()).await.unwrap(), json!(["Copy link"]));
    assert_eq!(browser.run("return document.querySelector('.captions');", Vec::new()).await.unwrap(), Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_that_brings_captions_has_them_on_the_page_that_it_was_dropped_on() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (words, film) = (folder.path().join("words.srt"), folder.path().join("film.mp4"));
    fs::write(&words, "1\n00:00:00,000 --> 00:00:05,000\nHallo\n").unwrap();
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-i"]).arg(media.short().unwrap()).arg("-i").arg(&words);
    ffmpeg
        .args(["-map", "0", "-map", "1", "-c", "copy", "-c:s", "mov_text", "-metadata:s:s:0", "language=deu"])
        .arg(&film);
    assert!(ffmpeg.status().unwrap().success());
    let server = Server::start().await.unwrap();
    let browser = Browser::open().await.unwrap();
    let page = Page::open(&browser, &server).await.unwrap();

    let video = page.upload(&film).await.unwrap();

    server.api().until_ready(&video.id, TRANSCODED).await.unwrap();
    let tracks = "[...document.querySelectorAll('.reelway-video track')].map(track => track.srclang)";
    until(&browser, "the player has them", &format!("String({tracks}).startsWith('de')")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_the_captions_of_a_video() {
    let _turn = turn().await;
    let axe = Axe::load().unwrap();
    for each in LOOKS {
        let browser = Browser::open().await.unwrap();
        let look = look(&browser, each).await;
        let story = Story::begin(browser).await;
        let check = async |state: &str| {
            axe.finds_nothing(&story.browser, &format!("{state}, {look}")).await.unwrap();
            let over = story.run("return document.documentElement.scrollWidth - innerWidth;").await;
            assert!(over.as_f64() <= Some(0.0), "{state}, {look}: {over} px too wide");
        };
        check("no captions").await;
        story.choose(&story.file("film.de.srt", "Der Hase wacht auf")).await;
        check("a file of captions").await;
        story.press(Key::Enter.value()).await;
        story.lists(&["German de · Subtitles"]).await;
        check("captions").await;
        story.choose(&story.write("a name without any place to break it at.vtt", "nothing")).await;
        story.press(Key::Enter.value()).await;
        says(&story.browser, &["neither WebVTT"], SOON).await.unwrap();
        check("captions that were refused").await;
        visible(&story.browser, ".track button").await.unwrap().click().await.unwrap();
        until(&story.browser, "it asks", "document.querySelector('.captions dialog[open]')").await;
        check("the question").await;
    }
}
