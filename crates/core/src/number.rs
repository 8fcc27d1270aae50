//! Numbers without what Rust's own functions bring along.

/// As `value.clamp(low, high)`, and `low` for NaN. That one panics when the bounds are the wrong way round, and to write
/// the bounds into the message takes all that can format a floating point number: ten kilobytes of wasm.
pub fn within(value: f64, low: f64, high: f64) -> f64 {
    value.max(low).min(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_brought_within_its_bounds() {
        assert_eq!(within(-1.0, 0.0, 5.0), 0.0);
        assert_eq!(within(2.5, 0.0, 5.0), 2.5);
        assert_eq!(within(f64::INFINITY, 0.0, 5.0), 5.0);
        assert_eq!(within(f64::NAN, 0.0, 5.0), 0.0);
    }
}
