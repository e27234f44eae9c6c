use std::{net::SocketAddr, sync::Arc};

use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    runtime::{Builder, Runtime},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{Result, servers::Ready};
use crate::tables::{bare, pki};

/// Connections that stay open, in this process.
pub(super) struct Clients {
    runtime: Runtime,
    address: SocketAddr,
    tls: Option<Arc<ClientConfig>>,
    plain: Vec<TcpStream>,
    secure: Vec<TlsStream<TcpStream>>,
}

impl Clients {
    /// Of the server that said it is ready.
    pub(super) fn new(ready: &str) -> Result<Self> {
        let Ready { address, authority } = ready.parse()?;
        Ok(Self {
            runtime: Builder::new_current_thread().enable_all().build()?,
            address,
            tls: authority.map(pki::client_of).transpose()?,
            plain: Vec::new(),
            secure: Vec::new(),
        })
    }

    /// So many more, each after 64 bytes there and back.
    pub(super) fn open(&mut self, count: usize) -> Result<()> {
        self.runtime.block_on(async {
            for _ in 0..count {
                let mut stream = bare::connect(self.address).await?;
                bare::reset(&stream)?;
                match &self.tls {
                    None => {
                        round_trip(&mut stream).await?;
                        self.plain.push(stream);
                    }
                    Some(config) => {
                        let name = ServerName::IpAddress(self.address.ip().into());
                        let connector = TlsConnector::from(config.clone());
                        let mut stream = connector.connect(name, stream).await?;
                        round_trip(&mut stream).await?;
                        self.secure.push(stream);
                    }
                }
            }
            Ok(())
        })
    }
}

async fn round_trip(io: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Result<()> {
    io.write_all(&[7; 64]).await?;
    io.flush().await?;
    io.read_exact(&mut [0; 64]).await?;
    Ok(())
}
