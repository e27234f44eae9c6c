//! tokio and tokio-rustls by hand: what every table is measured against.

use std::{net::SocketAddr, os::fd::AsFd, time::Duration};

use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::Result;

/// A listener on a free port of the loopback, with nodelay for what it accepts.
pub(crate) async fn listen() -> Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    SockRef::from(&listener).set_tcp_nodelay(true)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// A server that closes whatever it accepts.
pub(crate) async fn closing_server() -> Result<SocketAddr> {
    let (listener, address) = listen().await?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(stream);
        }
    });
    Ok(address)
}

/// tokio's connect, with nodelay.
pub(crate) async fn connect(address: SocketAddr) -> Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Reads the end the server has made, then closes with a reset: no TIME_WAIT, so
/// that the ports never run out.
pub(crate) async fn close_after_end(mut io: impl AsyncRead + AsFd + Unpin) -> Result<()> {
    read_end(&mut io).await?;
    reset(&io)
}

/// Waits for the end the server makes.
pub(crate) async fn read_end(io: &mut (impl AsyncRead + Unpin)) -> Result<()> {
    match io.read(&mut [0]).await? {
        0 => Ok(()),
        _ => Err("the server was to close and sent data".into()),
    }
}

/// Makes closing send a reset.
pub(crate) fn reset(io: &impl AsFd) -> Result<()> {
    Ok(SockRef::from(io).set_linger(Some(Duration::ZERO))?)
}

/// Room for bytes at the start of a page: how fast the kernel copies depends on
/// where a buffer begins, and all arms are to begin alike.
#[repr(align(4096))]
pub(crate) struct Buffer<const SIZE: usize>(pub(crate) [u8; SIZE]);

impl<const SIZE: usize> Buffer<SIZE> {
    pub(crate) fn new() -> Box<Self> {
        Box::new(Self([7; SIZE]))
    }
}

/// Sends back what it reads, until the end.
pub(crate) async fn echo(mut io: impl AsyncRead + AsyncWrite + Unpin) -> Result<()> {
    let mut buffer = Buffer::<65_536>::new();
    loop {
        match io.read(&mut buffer.0).await? {
            0 => return Ok(()),
            read => io.write_all(&buffer.0[..read]).await?,
        }
        io.flush().await?;
    }
}
