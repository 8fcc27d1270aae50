//! What must hold. Medians of one run.

use super::{
    candidate::{BARE, OURS},
    contest::{Contest, median, quantile, usual_rendition},
};
pub use crate::bars::Bar;

/// Of the time of bare hls.js that begins with the same rendition.
const OF_BARE: f64 = 0.75;
/// Milliseconds: a frame.
const HOVER: f64 = 16.7;

/// kB by brotli: wasm, glue and style sheet, without hls.js.
const SIZE: f64 = 64.0;

/// The bars on a contest: ahead of all peers, and far ahead of hls.js by itself.
pub fn on_first_frame(contest: &Contest) -> Vec<Bar> {
    let Some(samples) = contest.of(OURS) else { return Vec::new() };
    let ours = median(samples, |sample| sample.first_frame);
    let against = |rival: &str, title: &str, limit, strictly| {
        let measured = ours / median(contest.of(rival)?, |sample| sample.first_frame);
        Some(Bar {
            what: format!("{}: first frame, of {title}'s", contest.title),
            measured,
            limit,
            unit: "×",
            strictly,
        })
    };
    let rendition = usual_rendition(samples);
    let same = BARE.into_iter().find(|bare| contest.of(bare).is_some_and(|bare| usual_rendition(bare) == rendition));
    let bare = same.and_then(|bare| against(bare, &format!("bare hls.js at {rendition}p"), OF_BARE, false));
    let peers = contest.results.iter().filter(|(candidate, _)| candidate.is_peer);
    bare.into_iter().chain(peers.filter_map(|(peer, _)| against(peer.name, peer.title, 1.0, true))).collect()
}

/// The bar on moves over the slider.
pub fn on_hover(times: &[f64]) -> Bar {
    Bar {
        what: "hover to painted preview, 95th percentile".into(),
        measured: quantile(times.to_vec(), 0.95),
        limit: HOVER,
        unit: "ms",
        strictly: false,
    }
}

/// The bar on what our own code weighs, in bytes by brotli.
pub fn on_size(bytes: usize) -> Bar {
    Bar {
        what: "own code without the engine".into(),
        measured: bytes as f64 / 1000.0,
        limit: SIZE,
        unit: "kB",
        strictly: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::player::{candidate, visit::Sample};

    fn contest(times: &[(&str, f64, u32)]) -> Contest {
        let results = times.iter().filter_map(|(name, first_frame, rendition)| {
            let candidate = candidate::ALL.into_iter().find(|one| one.name == *name)?;
            let sample =
                Sample { first_frame: *first_frame, rendition: *rendition, main_thread: 1.0, code: 1, answers: vec![] };
            Some((candidate, vec![sample]))
        });
        Contest { title: "cable", results: results.collect() }
    }

    fn missed(bars: &[Bar]) -> Vec<&str> {
        bars.iter().filter(|bar| !bar.holds()).map(|bar| bar.what.as_str()).collect()
    }

    #[test]
    fn bare_hls_js_counts_at_the_same_rendition() {
        let contest = contest(&[("hls", 600.0, 360), ("hls-720", 1000.0, 720), ("reelway", 700.0, 720)]);

        let bars = on_first_frame(&contest);

        assert_eq!(bars.len(), 1);
        assert!((bars[0].measured - 0.7).abs() < 1e-9, "{bars:?}");
        assert_eq!(missed(&bars), [""; 0]);
    }

    #[test]
    fn being_level_with_a_peer_is_not_being_ahead() {
        let contest = contest(&[("vidstack", 500.0, 360), ("mux-player", 600.0, 360), ("reelway", 500.0, 360)]);

        assert_eq!(missed(&on_first_frame(&contest)), ["cable: first frame, of Vidstack's"]);
    }

    #[test]
    fn the_slowest_twentieth_of_moves_may_be_slow() {
        let mut times = vec![5.0; 96];
        times.extend([40.0; 4]);

        assert!(on_hover(&times).holds());
        times.extend([40.0; 4]);
        assert!(!on_hover(&times).holds());
    }
}
