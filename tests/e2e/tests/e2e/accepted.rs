//! Every file that is taken uploads through the page, becomes ready, and plays as it is to be seen.

use std::path::Path;

use anyhow::{Result, ensure};
use reelway_e2e::{
    api::Storyboard,
    browser::Browser,
    media::{self, FRAME, Media},
    page::{Page, SOON},
    player::{Player, TRANSCODED},
    server::Server,
    turn,
};

#[tokio::test(flavor = "multi_thread")]
async fn every_accepted_file_uploads_plays_and_scrubs() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let server = Server::start().await.unwrap();
    let browser = Browser::open().await.unwrap();
    let mut failures = Vec::new();

    for file in media.accepted().unwrap() {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match uploads_plays_and_scrubs(&browser, &server, &file).await {
            Ok(()) => println!("{name}: plays"),
            Err(error) => failures.push(format!("{name}: {error:#}")),
        }
    }

    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

async fn uploads_plays_and_scrubs(browser: &Browser, server: &Server, file: &Path) -> Result<()> {
    let expected = media::picture(file)?;
    let page = Page::open(browser, server).await?;
    let video = page.upload(file).await?;
    server.api().until_ready(&video.id, TRANSCODED).await?;
    let board = server.api().until_storyboard(&video.id, TRANSCODED).await?;

    let player = Player::open(browser, server, &video.id).await?;
    player.play().await?;
    has_the_right_shape(&player, expected.aspect).await?;
    for share in [0.25, 0.5, 0.75] {
        shows_the_tile_at(&player, &board, share).await?;
    }
    stands_the_right_way_up(&player, file).await
}

async fn has_the_right_shape(player: &Player<'_>, aspect: f64) -> Result<()> {
    let state = player.state().await?;
    let of_picture = state.video_width / state.video_height;
    ensure!(near(of_picture, aspect), "the picture is {of_picture:.3} wide, not {aspect:.3}: {state:?}");
    // `contain` keeps the picture's shape in any box; everything else must have the box for it.
    let of_box = state.box_width / state.box_height;
    ensure!(state.fit == "contain" || near(of_box, aspect), "the box is {of_box:.3} wide, not {aspect:.3}: {state:?}");
    ensure!(state.box_width > 100.0 && state.box_height > 100.0, "it is too small to see: {state:?}");
    Ok(())
}

/// Sizes are rounded to even numbers, which is much for small pictures.
fn near(a: f64, b: f64) -> bool {
    (a / b - 1.0).abs() < 0.025
}

async fn shows_the_tile_at(player: &Player<'_>, board: &Storyboard, share: f64) -> Result<()> {
    let time = player.hover(share).await?;
    let tile = board.tiles.iter().rev().find(|tile| tile.start <= time).unwrap_or(&board.tiles[0]);
    reelway_e2e::wait::until_true("the preview shows a tile", SOON, async || {
        Ok(player.compare_preview(board, tile).await?.largest == 0.0)
    })
    .await?;
    let shown = player.compare_preview(board, tile).await?;
    ensure!(
        shown.same_size && shown.largest == 0.0,
        "at {time:.3} s the preview is not the tile of {tile:?}: {shown:?}"
    );
    Ok(())
}

/// Of all eight ways to turn and mirror the picture, none is clearly nearer to what ffmpeg shows than the one on the
/// screen.
async fn stands_the_right_way_up(player: &Player<'_>, file: &Path) -> Result<()> {
    player.seek(0.5).await?;
    let shown = player.frame().await?;
    let expected = media::frame(file, player.state().await?.current_time)?;
    let differences: Vec<u64> = (0..8).map(|way| difference(&shown, &expected, way)).collect();
    let nearest = differences.iter().copied().min().unwrap_or_default();
    // A picture of one colour looks alike from all sides.
    ensure!(differences[0] * 9 <= nearest * 10, "it is turned or mirrored: {differences:?}");
    Ok(())
}

/// The sum of differences, once the second picture is turned by `way % 4` quarters, and mirrored from `way` 4 on.
fn difference(a: &[u8], b: &[u8], way: usize) -> u64 {
    let last = FRAME - 1;
    let at = |x: usize, y: usize| {
        let x = if way < 4 { x } else { last - x };
        let (x, y) = match way % 4 {
            0 => (x, y),
            1 => (y, last - x),
            2 => (last - x, last - y),
            _ => (last - y, x),
        };
        b[y * FRAME + x]
    };
    let places = (0..FRAME).flat_map(|y| (0..FRAME).map(move |x| (x, y)));
    places.map(|(x, y)| u64::from(a[y * FRAME + x].abs_diff(at(x, y)))).sum()
}
