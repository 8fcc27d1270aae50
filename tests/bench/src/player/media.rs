//! What is played: separate sound and picture in CMAF, segments of 4 s, two renditions; and a storyboard of plain tiles.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

/// Seconds of video.
pub const DURATION: u32 = 40;
/// Tiles of the storyboard in each direction.
const GRID: u32 = 10;
const TILE: (u32, u32) = (160, 90);

/// Makes the media into the folder, unless it is there. Gives the folder.
///
/// # Errors
/// ffmpeg fails.
pub fn ensure(folder: &Path) -> Result<PathBuf> {
    let finished = folder.join("player-media-1");
    if finished.is_dir() {
        return Ok(finished);
    }
    let folder = folder.join("player-media.part");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let size = format!("testsrc2=s=1280x720:r=30:d={DURATION}");
    let sound = format!("sine=f=330:d={DURATION}");
    let mut stream = ffmpeg(&folder);
    stream.args(["-f", "lavfi", "-i", &size, "-f", "lavfi", "-i", &sound]);
    // Noise, or the picture would take less than the rate that it is given.
    stream.args(["-filter_complex", "[0:v]noise=alls=24:allf=t,split[large][b];[b]scale=640:360[small]"]);
    stream.args(["-map", "[small]", "-map", "[large]", "-map", "1:a", "-c:v", "libx264", "-preset", "veryfast"]);
    stream.args(["-pix_fmt", "yuv420p", "-g", "120", "-keyint_min", "120", "-sc_threshold", "0"]);
    stream.args(["-b:v:0", "800k", "-maxrate:v:0", "800k", "-bufsize:v:0", "800k"]);
    stream.args(["-b:v:1", "2800k", "-maxrate:v:1", "2800k", "-bufsize:v:1", "2800k", "-c:a", "aac", "-b:a", "96k"]);
    stream.args(["-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"]);
    stream.args(["-master_pl_name", "master.m3u8", "-var_stream_map"]);
    stream.arg("v:0,agroup:sound,name:360 v:1,agroup:sound,name:720 a:0,agroup:sound,name:sound,default:yes");
    run(stream.args(["-hls_segment_filename", "%v-%d.m4s", "%v.m3u8"]))?;

    let (width, height) = (GRID * TILE.0, GRID * TILE.1);
    let mut sheet = ffmpeg(&folder);
    let colours = format!(
        "color=c=black:s={width}x{height}:d=1:r=1,format=rgb24,\
         geq=r='20+20*floor(X/{})':g='20+20*floor(Y/{})':b=120",
        TILE.0, TILE.1
    );
    run(sheet.args(["-f", "lavfi", "-i", &colours, "-frames:v", "1", "sheet.png"]))?;
    fs::write(folder.join("storyboard.vtt"), storyboard())?;
    fs::rename(&folder, &finished)?;
    Ok(finished)
}

/// The tile that shows this share of the duration: its column and its row.
pub fn tile_at(share: f64) -> (u32, u32) {
    let index = ((share * f64::from(GRID * GRID)) as u32).min(GRID * GRID - 1);
    (index % GRID, index / GRID)
}

/// Red and green of a tile.
pub const fn colour_of(tile: (u32, u32)) -> (u32, u32) {
    (20 + 20 * tile.0, 20 + 20 * tile.1)
}

fn storyboard() -> String {
    let clock = |tile: u32| {
        let milliseconds = tile * DURATION * 1000 / (GRID * GRID);
        format!("00:{:02}:{:02}.{:03}", milliseconds / 60_000, milliseconds / 1000 % 60, milliseconds % 1000)
    };
    let cues = (0..GRID * GRID).map(|tile| {
        let (x, y) = (tile % GRID * TILE.0, tile / GRID * TILE.1);
        format!("\n{} --> {}\nsheet.png#xywh={x},{y},{},{}\n", clock(tile), clock(tile + 1), TILE.0, TILE.1)
    });
    format!("WEBVTT\n{}", cues.collect::<String>())
}

fn ffmpeg(folder: &Path) -> Command {
    let mut command = Command::new("ffmpeg");
    command.current_dir(folder).args(["-hide_banner", "-loglevel", "error", "-y"]);
    command
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().context("could not start ffmpeg")?;
    if !status.success() {
        bail!("ffmpeg failed: {status}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_share_is_the_last_tile() {
        assert_eq!(tile_at(0.0), (0, 0));
        assert_eq!(tile_at(0.119), (1, 1));
        assert_eq!(tile_at(1.0), (9, 9));
    }

    #[test]
    fn cues_follow_each_other() {
        let text = storyboard();

        assert!(text.contains("\n00:00:00.400 --> 00:00:00.800\nsheet.png#xywh=160,0,160,90\n"), "{text}");
        assert!(text.ends_with("00:00:39.600 --> 00:00:40.000\nsheet.png#xywh=1440,810,160,90\n"));
    }
}
