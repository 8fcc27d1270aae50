//! The renditions that a picture gets.

use serde::{Deserialize, Serialize};

use super::{
    decide::HDR,
    probe::{Rate, Video},
};

/// Short sides that renditions have, in pixels.
const SIDES: [u32; 5] = [1080, 720, 480, 360, 240];
/// Renditions of one video, the copy not counted.
const MOST_RUNGS: usize = 4;
/// A rendition's short side is at most this much of the next larger one's: closer ones are hardly told apart.
const STEP: f64 = 0.85;
/// Pixels across or down that hardware decoders take.
const LONGEST_SIDE: f64 = 4096.0;
/// Frames per second at most.
const FASTEST: f64 = 60.0;
/// Frames per second at least: slower ones, as of a screen that stands still, would make seeking coarse.
const SLOWEST: f64 = 5.0;

/// A picture as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Pixels across: square ones, after turning.
    pub width: f64,
    /// Pixels down.
    pub height: f64,
    /// Frames per second of a transcode.
    pub rate: Rate,
    /// The transfer characteristic to be mapped to SDR, if the picture is HDR.
    pub hdr: Option<&'static str>,
    /// Whether fields are to be made frames.
    pub interlaced: bool,
}

/// A transcode.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What is transcoded.
    pub picture: Picture,
    /// What it is made into: the largest first, at least one.
    pub rungs: Vec<Rung>,
}

/// A rendition to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// Its folder's name.
    pub name: String,
    /// Pixels, even.
    pub width: u32,
    /// Pixels, even.
    pub height: u32,
    /// Bits per second that it does not pass for long.
    pub max_rate: u32,
}

impl Picture {
    /// The picture that players show of a stream.
    pub fn of(video: &Video) -> Self {
        let (width, height) = video.display();
        Self {
            width,
            height,
            rate: constant_rate(video.base_rate, video.average_rate),
            hdr: HDR.into_iter().find(|transfer| *transfer == video.transfer),
            interlaced: video.interlaced,
        }
    }

    /// The short side of the largest rendition, in pixels: the picture's own, unless it is very long.
    fn largest_side(&self) -> f64 {
        let (short, long) = (self.width.min(self.height), self.width.max(self.height));
        short * (LONGEST_SIDE / long).min(1.0)
    }
}

impl Plan {
    /// All renditions of a picture that is not copied.
    pub fn new(picture: Picture) -> Self {
        let side = picture.largest_side().min(f64::from(SIDES[0]));
        let mut rungs = vec![rung(&picture, side)];
        rungs.extend(up_to(&picture, side * STEP).into_iter().take(MOST_RUNGS - 1));
        Self { picture, rungs }
    }
}

/// The renditions below a copy: the smallest first, for it is done soonest and helps those who need it most.
pub fn below_copy(picture: &Picture) -> Vec<Rung> {
    let mut rungs = up_to(picture, picture.largest_side().min(picture.width.min(picture.height) * STEP));
    rungs.truncate(MOST_RUNGS);
    rungs.reverse();
    rungs
}

fn up_to(picture: &Picture, most: f64) -> Vec<Rung> {
    SIDES.into_iter().map(f64::from).filter(|side| *side <= most).map(|side| rung(picture, side)).collect()
}

fn rung(picture: &Picture, side: f64) -> Rung {
    let short = picture.width.min(picture.height);
    let scale = (side / short).min(1.0);
    let (width, height) = (even(picture.width * scale), even(picture.height * scale));
    Rung { name: format!("v{}", width.min(height)), width, height, max_rate: max_rate(width, height, picture.rate) }
}

/// The largest even number that is not larger, at least 2. What falls short of it by a rounding error is it.
fn even(pixels: f64) -> u32 {
    (((pixels + 1e-6) / 2.0).floor() as u32).max(1) * 2
}

/// 5 Mbit/s at 1080p and 30 frames per second, growing more slowly than the pixels and the frames do.
fn max_rate(width: u32, height: u32, rate: Rate) -> u32 {
    let pixels = f64::from(width) * f64::from(height) / (1920.0 * 1080.0);
    let frames = (rate.per_second() / 30.0).clamp(1.0, 2.0);
    let kilobits = 5_000.0 * pixels.powf(0.75) * frames.sqrt();
    (kilobits.max(100.0) as u32) * 1000
}

/// The constant rate for frames that come at their own times: the base rate where it is one, else the average,
/// rounded up to one that is common.
fn constant_rate(base: Option<Rate>, average: Option<Rate>) -> Rate {
    let fits = |rate: &Rate| (SLOWEST..=FASTEST).contains(&rate.per_second());
    // 120 and 59.94 × 2 are halved exactly.
    let halved =
        base.filter(|rate| rate.numerator.is_multiple_of(2)).map(|rate| Rate { numerator: rate.numerator / 2, ..rate });
    let fast = base.is_some_and(|rate| rate.per_second() <= 2.0 * FASTEST);
    base.filter(fits).or(halved.filter(|rate| fast && fits(rate))).unwrap_or_else(|| {
        let average = average.map_or(30.0, Rate::per_second);
        let common = [10, 15, 24, 25, 30, 50].into_iter().find(|common| average <= f64::from(*common));
        Rate::whole(common.unwrap_or(60))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(rungs: &[Rung]) -> Vec<(u32, u32)> {
        rungs.iter().map(|rung| (rung.width, rung.height)).collect()
    }

    fn picture(width: f64, height: f64) -> Picture {
        Picture { width, height, rate: Rate::whole(30), hdr: None, interlaced: false }
    }

    #[test]
    fn the_ladder_goes_by_the_short_side_and_never_up() {
        for (width, height, expected) in [
            (1920.0, 1080.0, vec![(1920, 1080), (1280, 720), (852, 480), (640, 360)]),
            (1080.0, 1920.0, vec![(1080, 1920), (720, 1280), (480, 852), (360, 640)]),
            (3840.0, 2160.0, vec![(1920, 1080), (1280, 720), (852, 480), (640, 360)]),
            (1920.0, 800.0, vec![(1920, 800), (1152, 480), (864, 360), (576, 240)]),
            (640.0, 480.0, vec![(640, 480), (480, 360), (320, 240)]),
            (161.0, 121.0, vec![(160, 120)]),
            (1.0, 1.0, vec![(2, 2)]),
            (8192.0, 1080.0, vec![(4096, 540), (2730, 360), (1820, 240)]),
        ] {
            let plan = Plan::new(picture(width, height));
            assert_eq!(sizes(&plan.rungs), expected, "{width} × {height}");
        }
    }

    #[test]
    fn a_copy_has_smaller_ones_below_it_smallest_first() {
        let below = |width, height| sizes(&below_copy(&picture(width, height)));
        assert_eq!(below(854.0, 480.0), [(426, 240), (640, 360)]);
        assert_eq!(below(1920.0, 1080.0), [(426, 240), (640, 360), (852, 480), (1280, 720)]);
        assert_eq!(below(3840.0, 2160.0), [(640, 360), (852, 480), (1280, 720), (1920, 1080)]);
        assert_eq!(below(320.0, 180.0), []);
    }

    #[test]
    fn names_tell_renditions_apart() {
        for (width, height) in [(1920.0, 1080.0), (8192.0, 1080.0), (100.0, 10_000.0), (426.0, 240.0)] {
            let mut names: Vec<_> = Plan::new(picture(width, height)).rungs.into_iter().map(|rung| rung.name).collect();
            let all = names.len();
            names.dedup();
            assert_eq!(names.len(), all, "{width} × {height}: {names:?}");
        }
    }

    #[test]
    fn frames_come_at_a_constant_rate_of_sixty_at_most() {
        let rate = |numerator, denominator| Some(Rate { numerator, denominator });
        for (base, average, expected) in [
            (rate(30_000, 1001), rate(30_000, 1001), (30_000, 1001)),
            (rate(30, 1), rate(4500, 299), (30, 1)),
            (rate(8797, 1000), rate(8797, 1000), (8797, 1000)),
            (rate(120, 1), rate(120, 1), (60, 1)),
            (rate(120_000, 1001), rate(120_000, 1001), (60_000, 1001)),
            (rate(240, 1), rate(240, 1), (60, 1)),
            (rate(90_000, 1), rate(29, 1), (30, 1)),
            (rate(1000, 1), rate(17, 2), (10, 1)),
            (rate(1, 2), rate(1, 2), (10, 1)),
            (None, None, (30, 1)),
        ] {
            let chosen = constant_rate(base, average);
            assert_eq!((chosen.numerator, chosen.denominator), expected, "{base:?} {average:?}");
        }
    }

    #[test]
    fn bits_grow_more_slowly_than_pixels() {
        let rate = |width, height, frames| max_rate(width, height, Rate::whole(frames)) / 1000;
        assert_eq!(rate(1920, 1080, 30), 5000);
        assert_eq!(rate(1280, 720, 30), 2721);
        assert_eq!(rate(1920, 1080, 60), 7071);
        assert!(rate(426, 240, 30) > 400 && rate(2, 2, 30) == 100);
    }
}
