//! The servers, each in a process of its own.

use std::{fmt, net::SocketAddr, str::FromStr};

use futures_util::StreamExt;
use rustls::pki_types::CertificateDer;
use tls_listener::TlsListener;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    runtime::Builder,
};
use tokio_rustls::TlsAcceptor;
use tower_socket::{Incoming, Server, server::ServerBuilder};

use super::{Result, raise_descriptor_limit};
use crate::{
    child,
    harness::BoxError,
    tables::{bare, ours, pki::Pki},
};

/// Runs one of them until the other process ends.
pub(crate) fn serve(name: &str) -> Result<()> {
    raise_descriptor_limit()?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let ready = start(name).await?;
        tokio::task::spawn_blocking(move || child::ready(&ready.to_string())).await?
    })
}

async fn start(name: &str) -> Result<Ready> {
    let pki = Pki::new(&["127.0.0.1"])?;
    let authority = Some(pki.authority().clone());
    let (address, authority) = match name {
        "tokio" => (tokio().await?, None),
        "ours" => (ours(Server::builder(), "127.0.0.1:0").await?, None),
        "ours-layered" => (ours(ours::every_layer(), "127.0.0.1:0").await?, None),
        "tokio-rustls" => (tokio_rustls(&pki).await?, authority),
        "tokio-rustls-moved" => (tokio_rustls_moved(&pki).await?, authority),
        "tls-listener" => (tls_listener(&pki).await?, authority),
        "ours-tls" => (ours_tls(Server::builder(), &pki).await?, authority),
        "ours-tls-layered" => (ours_tls(ours::every_layer(), &pki).await?, authority),
        _ => return Err("there is no such server".into()),
    };
    Ok(Ready { address, authority })
}

/// Sends back what it reads: 64 bytes are all that it holds.
async fn idle(mut io: impl AsyncRead + AsyncWrite + Unpin) -> Result<()> {
    let mut buffer = [0; 64];
    loop {
        match io.read(&mut buffer).await? {
            0 => return Ok(()),
            read => io.write_all(&buffer[..read]).await?,
        }
        io.flush().await?;
    }
}

async fn tokio() -> Result<SocketAddr> {
    let (listener, address) = bare::listen().await?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(idle(stream));
        }
    });
    Ok(address)
}

async fn ours(builder: ServerBuilder, uri: &str) -> Result<SocketAddr> {
    let mut server = builder.bind(uri).await?;
    let address = ours::address(&server)?;
    tokio::spawn(async move {
        while let Some(accepted) = server.accept().await {
            tokio::spawn(idle(accepted?));
        }
        Ok::<_, BoxError>(())
    });
    Ok(address)
}

async fn ours_tls(builder: ServerBuilder, pki: &Pki) -> Result<SocketAddr> {
    ours(builder.tls(pki.server_tls()?), "tls://127.0.0.1:0").await
}

async fn tokio_rustls(pki: &Pki) -> Result<SocketAddr> {
    let (listener, acceptor, address) = secure(pki).await?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move { idle(acceptor.accept(stream).await?).await });
        }
    });
    Ok(address)
}

/// What the handshake's task was large for ends with it.
async fn tokio_rustls_moved(pki: &Pki) -> Result<SocketAddr> {
    let (listener, acceptor, address) = secure(pki).await?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let stream = Box::new(acceptor.accept(stream).await?);
                tokio::spawn(idle(stream));
                Ok::<_, BoxError>(())
            });
        }
    });
    Ok(address)
}

async fn tls_listener(pki: &Pki) -> Result<SocketAddr> {
    let (listener, acceptor, address) = secure(pki).await?;
    let mut server = TlsListener::new(acceptor, listener);
    tokio::spawn(async move {
        while let Some(Ok((stream, _))) = server.next().await {
            tokio::spawn(idle(stream));
        }
    });
    Ok(address)
}

async fn secure(pki: &Pki) -> Result<(TcpListener, TlsAcceptor, SocketAddr)> {
    let (listener, address) = bare::listen().await?;
    Ok((listener, TlsAcceptor::from(pki.server()?), address))
}

/// What the other process needs: where, and whom to trust.
#[derive(Debug, PartialEq)]
pub(super) struct Ready {
    pub(super) address: SocketAddr,
    pub(super) authority: Option<CertificateDer<'static>>,
}

/// The address, and the authority in hexadecimal.
impl fmt::Display for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.address)?;
        let authority = self.authority.as_ref();
        let mut bytes = authority.into_iter().flat_map(|der| der.iter());
        bytes.try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Ready {
    type Err = BoxError;

    fn from_str(text: &str) -> Result<Self> {
        let (address, authority) = text.split_once(' ').unwrap_or((text, ""));
        let bytes = (0..authority.len()).step_by(2).map(|at| {
            let digits = authority.get(at..at + 2).ok_or("half a byte")?;
            Ok::<_, BoxError>(u8::from_str_radix(digits, 16)?)
        });
        let bytes = bytes.collect::<Result<Vec<_>>>()?;
        let authority = (!bytes.is_empty()).then(|| bytes.into());
        Ok(Self { address: address.parse()?, authority })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_read_again() {
        let address = "127.0.0.1:1".parse().unwrap();
        for authority in [None, Some(vec![0, 171, 255].into())] {
            let ready = Ready { address, authority };
            assert_eq!(ready.to_string().trim_end().parse::<Ready>().unwrap(), ready);
        }
    }
}
