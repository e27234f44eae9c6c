//! The same connect, accept and close in three ways, on one thread.

use std::{net::SocketAddr, os::fd::AsFd, time::Duration};

use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    net::{TcpListener, TcpStream},
    runtime::Builder,
};

/// Who connects and who accepts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arm {
    /// tokio by hand, with nodelay.
    Tokio,
}

impl Arm {
    const ALL: [Self; 1] = [Self::Tokio];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tokio => "tokio",
        }
    }

    pub(crate) fn named(name: &str) -> Self {
        let mut arms = Self::ALL.into_iter();
        arms.find(|arm| arm.name() == name).expect("the name of an arm")
    }

    /// Connects `times` times on a runtime of its own.
    pub(crate) fn run(self, times: u64) {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            match self {
                Self::Tokio => repeat(times, tokio().await).await,
            }
        });
    }
}

async fn repeat<F, I>(times: u64, mut connect: F)
where
    F: AsyncFnMut() -> I,
    I: AsyncRead + AsFd + Unpin,
{
    for _ in 0..times {
        close_after_end(connect().await).await;
    }
}

/// Reads the end the server has made, then closes with a reset, which leaves no
/// TIME_WAIT behind.
async fn close_after_end(mut io: impl AsyncRead + AsFd + Unpin) {
    assert_eq!(io.read(&mut [0]).await.expect("the end"), 0);
    SockRef::from(&io).set_linger(Some(Duration::ZERO)).expect("SO_LINGER");
}

async fn tokio() -> impl AsyncFnMut() -> TcpStream {
    let address = tokio_server().await;
    async move || {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        stream
    }
}

async fn tokio_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
    SockRef::from(&listener).set_tcp_nodelay(true).expect("TCP_NODELAY");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(stream);
        }
    });
    address
}
