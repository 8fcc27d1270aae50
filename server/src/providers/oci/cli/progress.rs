//! The line that shows how far a job is. Pure, but for the writing.
//!
//! On a terminal one line stands for all, and is gone once there is a result. Elsewhere each change is a line of its own,
//! without any control sequences: for a log.

use std::io::{self, IsTerminal, Write};

/// Columns of a terminal that does not tell.
const WIDTH: usize = 80;
/// Back to the first column, and away with what stands there.
const CLEAR: &str = "\r\x1b[K";

/// Standard error, and whether it is a terminal.
#[derive(Debug)]
pub struct Progress {
    is_terminal: bool,
}

impl Default for Progress {
    fn default() -> Self {
        Self { is_terminal: io::stderr().is_terminal() }
    }
}

impl Progress {
    /// Shows how far it is.
    pub fn show(&self, line: &str) {
        // Who does not want to read it has closed it: the job goes on.
        let _ = match self.is_terminal {
            true => write!(io::stderr(), "{CLEAR}{}", fitting(line, width())),
            false => writeln!(io::stderr(), "{line}"),
        };
    }

    /// Makes room for what comes after it.
    pub fn clear(&self) {
        if self.is_terminal {
            let _ = write!(io::stderr(), "{CLEAR}");
        }
    }
}

fn width() -> usize {
    let told = rustix::termios::tcgetwinsize(io::stderr()).map_or(0, |size| usize::from(size.ws_col));
    if told == 0 { WIDTH } else { told }
}

/// As much of the line as stays on one line: what goes over the edge could not be taken back.
fn fitting(line: &str, width: usize) -> String {
    if line.chars().count() < width {
        return line.to_owned();
    }
    let mut cut: String = line.chars().take(width.saturating_sub(2)).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_for_the_terminal_is_cut() {
        assert_eq!(fitting("in progress", 80), "in progress");
        assert_eq!(fitting("in progress 10 %", 12), "in progres…");
        assert_eq!(fitting("äöü", 3), "ä…");
        assert_eq!(fitting("a", 0), "…");
    }
}
