//! Which of the pictures of a film is its poster. Pure.

use super::workflow::PICTURES;

/// The picture nearest to this time, of those among the objects. Times are in seconds.
pub fn choose<'a>(objects: &[&'a str], time: Option<f64>, duration: Option<f64>) -> Option<&'a str> {
    let mut pictures: Vec<&str> = objects.iter().copied().filter(|name| name.ends_with(".jpg")).collect();
    // Names count up, whether or not with leading zeros.
    pictures.sort_by_cached_key(|name| (numbers(name), (*name).to_owned()));
    let last = pictures.len().checked_sub(1)?;
    let percent = match (time, duration) {
        (Some(time), Some(duration)) if duration > 0.0 => (time / duration * 100.0).clamp(0.0, 100.0),
        // What comes early in a film is often black, and what comes late tells too much.
        _ => f64::from(PICTURES[2]),
    };
    let far = |at: u32| (f64::from(at) - percent).abs();
    let nearest = (0..PICTURES.len()).min_by(|one, two| far(PICTURES[*one]).total_cmp(&far(PICTURES[*two])))?;
    // A workflow of somebody's own may take more or fewer.
    let index =
        if pictures.len() == PICTURES.len() { nearest } else { (last as f64 * percent / 100.0).round() as usize };
    pictures.get(index.min(last)).copied()
}

/// The numbers in the last part of a name.
fn numbers(name: &str) -> Vec<u64> {
    let file = name.rsplit('/').next().unwrap_or_default();
    file.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_picture_is_the_poster() {
        let names: Vec<String> = PICTURES.iter().rev().map(|at| format!("v/x-thumb_{at}.jpg")).collect();
        let mut objects: Vec<&str> = names.iter().map(String::as_str).collect();
        objects.push("v/x-master.m3u8");
        for (time, name) in [
            (Some(0.0), "v/x-thumb_10.jpg"),
            (Some(49.0), "v/x-thumb_20.jpg"),
            (Some(200.0), "v/x-thumb_90.jpg"),
            (Some(9999.0), "v/x-thumb_90.jpg"),
            (None, "v/x-thumb_30.jpg"),
        ] {
            assert_eq!(choose(&objects, time, Some(200.0)), Some(name), "{time:?}");
        }
    }

    #[test]
    fn other_numbers_of_pictures_will_do() {
        assert_eq!(choose(&[], None, None), None);
        assert_eq!(choose(&["a.mp4"], None, None), None);
        assert_eq!(choose(&["a_2.jpg", "a_10.jpg"], Some(9.0), Some(10.0)), Some("a_10.jpg"));
        assert_eq!(choose(&["a.jpg"], Some(9.0), Some(10.0)), Some("a.jpg"));
    }
}
