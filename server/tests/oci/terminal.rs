//! `reelway oci` before somebody's eyes. Pseudo-terminals are opened otherwise elsewhere: on Linux only.

use std::{fs::File, io::Read, process::Stdio, time::Duration};

use reelway_emulators::oci::media::Outcome;
use rustix::{
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};
use serde_json::Value;

use crate::{bench::Bench, office::Office};

/// A terminal of this many columns: its own end, and the one for a program's standard error.
fn terminal(columns: u16) -> (File, File) {
    let own = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&own).unwrap();
    unlockpt(&own).unwrap();
    let name = ptsname(&own, Vec::new()).unwrap().into_string().unwrap();
    let other = std::fs::OpenOptions::new().read(true).write(true).open(name).unwrap();
    tcsetwinsize(&other, Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    (File::from(own), other)
}

/// All that is shown on the terminal until nobody writes there any more.
fn shown(mut own: File) -> String {
    let (mut all, mut buffer) = (Vec::new(), [0; 4096]);
    // At the end Linux answers with an error, not with nothing.
    while let Ok(count @ 1..) = own.read(&mut buffer) {
        all.extend_from_slice(&buffer[..count]);
    }
    String::from_utf8(all).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_one_line_shows_how_far_it_is_and_is_gone_in_the_end() {
    for (columns, end, code) in [(44, Outcome::Succeeded, 0), (120, Outcome::Rejected, 3)] {
        let (office, object) = Office::with_a_file(Bench::slow(Duration::from_millis(2500), "").await).await;
        office.bench.oci.next_outcome(end);
        let (own, other) = terminal(columns);
        let mut command = office.command(&format!("run --object {object} --name one --json"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(other);
        let watcher = std::thread::spawn(move || shown(own));
        let child = command.spawn().unwrap();
        // It holds the terminal's other end open.
        drop(command);
        let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
        let screen = watcher.join().unwrap();

        assert_eq!(output.status.code(), Some(code), "{screen}");
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told.get("error").is_some(), code != 0, "the result stays apart from the progress");
        let lines: Vec<&str> = screen.split("\r\x1b[K").collect();
        assert!(lines.len() >= 4, "it changes while it is watched: {screen:?}");
        let (last, before) = lines.split_last().unwrap();
        assert!(before.iter().any(|line| line.starts_with("in progress")), "{screen:?}");
        for line in before {
            assert!(line.chars().count() < usize::from(columns) && !line.contains('\n'), "{line:?}");
        }
        assert_eq!(before.iter().any(|line| line.ends_with('…')), columns < 50, "{screen:?}");
        match code {
            0 => assert_eq!(*last, "", "nothing is left of it"),
            _ => assert!(last.starts_with("reelway: the job was rejected"), "{last:?}"),
        }
    }
}
