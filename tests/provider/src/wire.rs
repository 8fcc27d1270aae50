//! Connections that can be reset: the client sees a TCP RST, as from a proxy that was restarted.

use std::{
    io,
    net::Ipv4Addr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

/// Resets the connection that a request came by.
#[derive(Clone, Debug, Default)]
pub struct Breaker(Arc<AtomicBool>);

impl Breaker {
    /// The connection ends by a RST as soon as anything is next read from it or written to it: an answer, for one.
    pub fn reset(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn check(&self, stream: &TcpStream) -> io::Result<()> {
        if self.0.load(Ordering::SeqCst) {
            // Closed without lingering, which is what sends a RST and drops what was to be sent.
            stream.set_zero_linger()?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

/// A port on loopback.
pub struct Port(TcpListener);

impl Port {
    /// Takes the port, or any if it is 0.
    ///
    /// # Errors
    /// It is taken.
    pub async fn bind(port: u16) -> io::Result<Self> {
        Ok(Self(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?))
    }

    /// `http://127.0.0.1:12345`.
    ///
    /// # Errors
    /// The system does not say.
    pub fn origin(&self) -> io::Result<String> {
        Ok(format!("http://{}", self.0.local_addr()?))
    }
}

impl Listener for Port {
    type Io = Wire;
    type Addr = Breaker;

    async fn accept(&mut self) -> (Wire, Breaker) {
        loop {
            match self.0.accept().await {
                Ok((stream, _)) => {
                    let breaker = Breaker::default();
                    // Small answers are not to wait for one another.
                    let _ = stream.set_nodelay(true);
                    return (Wire { stream, breaker: breaker.clone() }, breaker);
                }
                // Out of file descriptors, perhaps: some will be free again.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<Breaker> {
        Ok(Breaker::default())
    }
}

impl Connected<IncomingStream<'_, Port>> for Breaker {
    fn connect_info(stream: IncomingStream<'_, Port>) -> Self {
        stream.remote_addr().clone()
    }
}

/// A connection.
pub struct Wire {
    stream: TcpStream,
    breaker: Breaker,
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.breaker.check(&self.stream)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.breaker.check(&self.stream)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.breaker.check(&self.stream)?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
