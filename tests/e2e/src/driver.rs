//! WebDriver: the process that speaks it for a browser, and the session in it.

use std::{
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use thirtyfour::{Capabilities, WebDriver};

/// A driver's process. When it is dropped, so are its session and the browser.
pub struct Driver {
    process: Child,
    port: u16,
    session: Option<String>,
}

/// How long a driver may take to start.
const START: Duration = Duration::from_secs(20);

/// A driver that chooses a port by itself wants the same one twice, for IPv4 and for IPv6, and ends where another process
/// has the second.
const ATTEMPTS: u32 = 3;

impl Driver {
    /// Starts a driver that chooses its port and names it on its standard output, in a line in which `port` finds it.
    ///
    /// # Errors
    /// It does not start, or names no port.
    pub fn start(command: &mut Command, port: impl Fn(&str) -> Option<u16>) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        for _ in 0..ATTEMPTS {
            let mut process = command.spawn().with_context(|| format!("could not start {name}"))?;
            let output = process.stdout.take().context("a driver has no output")?;
            let mut lines = BufReader::new(output).lines();
            let Some(port) = lines.by_ref().map_while(Result::ok).find_map(|line| port(&line)) else {
                end(&mut process);
                continue;
            };
            // It writes on, and must not find its reader gone.
            thread::spawn(move || lines.for_each(drop));
            return Ok(Self { process, port, session: None });
        }
        bail!("{name} names no port")
    }

    /// Starts a driver that was told its port, and waits until it listens.
    ///
    /// # Errors
    /// It does not start, or does not listen within 20 s.
    pub fn start_on(command: &mut Command, port: u16) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = command.spawn().with_context(|| format!("could not start {name}"))?;
        let started = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if started.elapsed() > START || !matches!(process.try_wait(), Ok(None)) {
                end(&mut process);
                bail!("{name} does not listen on port {port}");
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(Self { process, port, session: None })
    }

    /// Opens the driver's one session.
    ///
    /// # Errors
    /// The browser does not start.
    pub async fn open(&mut self, capabilities: impl Into<Capabilities>) -> Result<WebDriver> {
        let url = format!("http://127.0.0.1:{}", self.port);
        let window = WebDriver::builder(url, capabilities).request_timeout(Duration::from_secs(120)).connect().await?;
        self.session = Some(window.session_id().to_string());
        Ok(window)
    }

    /// Ends the session, and with it the browser's processes. By hand: there is no `await` in a destructor.
    fn quit(&self) -> std::io::Result<()> {
        let Some(session) = &self.session else { return Ok(()) };
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        connection.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(connection, "DELETE /session/{session} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        BufReader::new(connection).lines().next().transpose()?;
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Whatever does not end by itself ends with the driver.
        let _ = self.quit();
        end(&mut self.process);
    }
}

fn end(process: &mut Child) {
    let _ = process.kill();
    let _ = process.wait();
}
