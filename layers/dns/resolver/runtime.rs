//! hickory's view of tokio, with one change: UDP sockets are connected, so
//! that the kernel drops what others send and reports a closed port.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use hickory_resolver::net::runtime::{DnsUdpSocket, RuntimeProvider, TokioRuntimeProvider};
use tokio::{io::Interest, net::UdpSocket};

#[derive(Clone, Default)]
pub(super) struct Runtime(TokioRuntimeProvider);

type Opening<T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send>>;

impl RuntimeProvider for Runtime {
    type Handle = <TokioRuntimeProvider as RuntimeProvider>::Handle;
    type Timer = <TokioRuntimeProvider as RuntimeProvider>::Timer;
    type Udp = Connected;
    type Tcp = <TokioRuntimeProvider as RuntimeProvider>::Tcp;

    fn create_handle(&self) -> Self::Handle {
        self.0.create_handle()
    }

    fn connect_tcp(
        &self,
        server: SocketAddr,
        bind: Option<SocketAddr>,
        timeout: Option<Duration>,
    ) -> Opening<Self::Tcp> {
        self.0.connect_tcp(server, bind, timeout)
    }

    fn bind_udp(&self, local: SocketAddr, server: SocketAddr) -> Opening<Connected> {
        Box::pin(async move {
            let socket = UdpSocket::bind(local).await?;
            socket.connect(server).await?;
            Ok(Connected(socket))
        })
    }
}

pub(super) struct Connected(UdpSocket);

type Received<'a> = Pin<Box<dyn Future<Output = io::Result<(usize, SocketAddr)>> + Send + 'a>>;

impl DnsUdpSocket for Connected {
    type Time = <UdpSocket as DnsUdpSocket>::Time;

    fn poll_recv_from(
        &self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<(usize, SocketAddr)>> {
        DnsUdpSocket::poll_recv_from(&self.0, cx, buffer)
    }

    // An error makes a socket neither readable nor writable; tokio's own
    // `recv_from` would not wake up for it.
    fn recv_from<'a, 'b, 'c>(&'a self, buffer: &'b mut [u8]) -> Received<'c>
    where
        'a: 'c,
        'b: 'c,
    {
        Box::pin(async move {
            loop {
                self.0.ready(Interest::READABLE | Interest::ERROR).await?;
                let refused = self.0.try_io(Interest::ERROR, || self.take_error());
                if !would_block(&refused) {
                    return refused;
                }
                let received = self.0.try_recv_from(buffer);
                if !would_block(&received) {
                    return received;
                }
            }
        })
    }

    fn poll_send_to(
        &self,
        cx: &mut Context<'_>,
        buffer: &[u8],
        _: SocketAddr,
    ) -> Poll<io::Result<usize>> {
        self.0.poll_send(cx, buffer)
    }
}

impl Connected {
    fn take_error<T>(&self) -> io::Result<T> {
        Err(self.0.take_error()?.unwrap_or_else(|| io::ErrorKind::WouldBlock.into()))
    }
}

fn would_block<T>(result: &io::Result<T>) -> bool {
    result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}
