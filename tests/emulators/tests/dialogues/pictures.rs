//! Pictures of what plays, in the size that was asked for.

use anyhow::{Context, Result, bail};
use reelway_emulators::mux::{Mux, Setup};

use crate::client::{film, header, say, status};

/// Width and height of a JPEG or PNG.
fn size(bytes: &[u8]) -> Result<(u32, u32)> {
    let number = |at: usize, length: usize| {
        let bytes = bytes.get(at..at + length)?;
        Some(bytes.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte)))
    };
    if bytes.starts_with(b"\x89PNG") {
        return number(16, 4).zip(number(20, 4)).context("the PNG is short");
    }
    // The frame's head is one of the markers C0 to C2.
    let mut at = 2;
    while let (Some(marker), Some(length)) = (number(at, 2), number(at + 2, 2)) {
        if (0xffc0..=0xffc2).contains(&marker) {
            return number(at + 7, 2).zip(number(at + 5, 2)).context("the JPEG is short");
        }
        at += 2 + length as usize;
    }
    bail!("this is no picture")
}

#[tokio::test]
async fn a_thumbnail_is_as_large_as_it_was_asked_for() -> Result<()> {
    let mux = Mux::start(Setup::new(film()?)).await?;
    mux.add_asset("OPEN1", "public");
    let base = format!("{}/OPEN1/thumbnail", mux.hosts().image);

    for (query, expected) in [
        ("jpg", (640, 360)),
        ("png?width=160", (160, 90)),
        ("jpg?height=90&time=1.5", (160, 90)),
        ("jpg?width=100&height=100", (100, 56)),
        ("jpg?width=100&height=100&fit_mode=smartcrop", (100, 100)),
        ("jpg?width=100&height=100&fit_mode=pad", (100, 100)),
        ("jpg?width=99&height=33&fit_mode=stretch", (99, 33)),
    ] {
        let answer = say("GET", &format!("{base}.{query}"), &[], &[]).await?;
        assert_eq!(answer.status(), 200, "{query}");
        assert_eq!(size(&answer.bytes().await?)?, expected, "{query}");
    }
    let two = [format!("{base}.png?time=0"), format!("{base}.png?time=5")];
    let first = say("GET", &two[0], &[], &[]).await?.bytes().await?;
    let other = say("GET", &two[1], &[], &[]).await?.bytes().await?;
    assert_ne!(first, other, "another time is another picture");
    assert_eq!(status(&format!("{base}.jpg?width=wide")).await?, 400);
    assert_eq!(status(&format!("{base}.jpg?fit_mode=melt")).await?, 400);
    assert_eq!(status(&format!("{base}.bmp")).await?, 404);
    Ok(())
}

#[tokio::test]
async fn a_storyboards_tiles_lie_inside_its_sheet() -> Result<()> {
    let mux = Mux::start(Setup::new(film()?)).await?;
    mux.add_asset("OPEN1", "public");
    let base = format!("{}/OPEN1/storyboard", mux.hosts().image);

    let vtt = say("GET", &format!("{base}.vtt"), &[], &[]).await?;
    assert_eq!(header(&vtt, "Access-Control-Allow-Origin"), "*");
    let vtt = vtt.text().await?;
    let cues: Vec<&str> = vtt.lines().filter(|line| line.starts_with("http")).collect();
    let sheet = cues[0].split_once('#').context("there is no fragment")?.0;
    let picture = say("GET", sheet, &[], &[]).await?.bytes().await?;

    assert_eq!(cues.len(), 50);
    assert!(cues[49].ends_with("#xywh=1024,1296,256,144"), "{}", cues[49]);
    assert_eq!(size(&picture)?, (1280, 1440));
    Ok(())
}
