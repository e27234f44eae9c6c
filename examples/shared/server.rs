//! What the servers have in common: their options, and how they run.

mod admission;
mod options;
#[cfg(feature = "hand-over")]
mod successor;

use std::{
    fs, io,
    path::{Path, PathBuf},
    pin::Pin,
    time::Duration,
};

use clap::Args;
use http::Uri;
use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinSet,
};
use tower_layer::Layer;
#[cfg(feature = "proxy-protocol")]
use tower_socket::layers::proxy_protocol::{IpNet, ProxyProtocolAcceptLayer, TrustedProxies};
use tower_socket::{
    BoxError, Connection, Error, Incoming, IntoUri, Server, ServerHandle, UnixServer,
    layers::{
        TlsAcceptLayer,
        tls::{Roots, ServerTls, TicketKeys},
    },
    server::ServerBuilder,
};

use self::{
    admission::AdmissionOptions,
    options::{IdentityOptions, seconds},
};

/// How long clients get to finish once the server is told to end.
const GRACE: Duration = Duration::from_secs(3);

pub(crate) type AnyServer = Pin<Box<dyn Incoming + Send>>;

#[derive(Debug, Args)]
pub(crate) struct ServerOptions {
    /// Where to listen: 8000, [::1]:8000, tls://0.0.0.0:443, unix:///run/app.sock,
    /// fd://3, systemd://name
    #[arg(default_value = "127.0.0.1:8000")]
    uri: String,

    #[command(flatten)]
    identity: IdentityOptions,

    /// PEM file; lets in only clients with a certificate signed by one of these
    #[arg(long, value_name = "FILE", requires = "cert")]
    client_ca: Option<PathBuf>,

    /// File of 32 random bytes; clients resume here what they began at another
    /// server that has the same
    #[arg(long, value_name = "FILE", requires = "cert")]
    ticket_key: Option<PathBuf>,

    /// Reloads the certificate when its file changes
    #[cfg(feature = "watch")]
    #[arg(long, requires = "cert")]
    watch: bool,

    /// How long each TLS handshake may take, with the PROXY header before it
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    handshake_timeout: Duration,

    /// Network of proxies, whose PROXY headers tell their clients, and which
    /// have to send one; may be given several times
    #[cfg(feature = "proxy-protocol")]
    #[arg(long, value_name = "NETWORK", value_parser = admission::network)]
    proxy_protocol: Vec<IpNet>,

    #[command(flatten)]
    admission: AdmissionOptions,

    /// How long a connection may be silent
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    idle_timeout: Option<Duration>,
}

impl ServerOptions {
    /// Listens until SIGINT or SIGTERM: with TLS where there is a certificate,
    /// else without.
    pub(crate) async fn bind(&self) -> Result<AnyServer, BoxError> {
        let server = self.listen().await?;
        drain_on_signal(server.handle())?;
        #[cfg(feature = "hand-over")]
        successor::start_on_signal(server.handle())?;
        Ok(server)
    }

    async fn listen(&self) -> Result<AnyServer, BoxError> {
        let uri = self.uri();
        let Some(tls) = self.tls()? else {
            return Ok(Box::pin(self.builder().bind(uri).await?));
        };
        let uri = secured(uri.into_uri()?)?;
        if uri.scheme_str() == Some("tls") {
            return Ok(Box::pin(self.builder().tls(tls).bind(uri).await?));
        }
        // Below the facade's TLS there is TCP. The layer goes over any server.
        Ok(Box::pin(tls.layer(self.builder().bind(uri).await?)))
    }

    fn uri(&self) -> String {
        #[cfg(feature = "hand-over")]
        if let Some(uri) = successor::inherited() {
            return uri;
        }
        self.uri.clone()
    }

    fn builder(&self) -> ServerBuilder {
        let builder = Server::builder().unix(UnixServer::builder().replace_stale(true));
        let mut builder = self.admission.apply(builder);
        if let Some(duration) = self.idle_timeout {
            builder = builder.idle_timeout(duration);
        }
        #[cfg(feature = "proxy-protocol")]
        if !self.proxy_protocol.is_empty() {
            let proxies = TrustedProxies::new(self.proxy_protocol.iter().copied());
            let layer = ProxyProtocolAcceptLayer::new(proxies);
            builder = builder.proxy_protocol(layer.handshake_timeout(self.handshake_timeout));
        }
        builder
    }

    fn tls(&self) -> Result<Option<TlsAcceptLayer>, BoxError> {
        let Some(identity) = self.identity.identity() else { return Ok(None) };
        let mut tls = ServerTls::builder().identity(identity);
        if let Some(file) = &self.client_ca {
            tls = tls.require_client_certificate(Roots::none().pem_file(file));
        }
        if let Some(file) = &self.ticket_key {
            tls = tls.ticket_keys(TicketKeys::new(secret(file)?));
        }
        let tls = tls.build()?;
        #[cfg(feature = "watch")]
        if self.watch {
            watch(&tls)?;
        }
        let layer = TlsAcceptLayer::new(tls);
        Ok(Some(layer.handshake_timeout(self.handshake_timeout)))
    }
}

/// As long as the program runs.
#[cfg(feature = "watch")]
fn watch(tls: &ServerTls) -> Result<(), Error> {
    let watcher = tls.watch(|reloaded| match reloaded {
        Ok(()) => println!("Reloaded the certificate"),
        Err(error) => eprintln!("the certificate stays: {error}"),
    })?;
    std::mem::forget(watcher);
    Ok(())
}

fn secret(file: &Path) -> Result<[u8; 32], BoxError> {
    let name = file.display();
    let bytes = fs::read(file).map_err(|error| format!("cannot read \"{name}\": {error}"))?;
    bytes.try_into().map_err(|_| format!("\"{name}\" is not 32 bytes long").into())
}

fn secured(uri: Uri) -> Result<Uri, Error> {
    match uri.scheme_str() {
        Some("tcp") => uri.to_string().replacen("tcp", "tls", 1).into_uri(),
        _ => Ok(uri),
    }
}

/// SIGINT and SIGTERM close the server, and after a while its connections too.
fn drain_on_signal(handle: ServerHandle) -> io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        handle.drain(GRACE).await;
    });
    Ok(())
}

/// Runs `handler` for each connection until the server is closed, and a while
/// longer for those who are there then.
pub(crate) async fn serve<F>(mut server: AnyServer, handler: impl Fn(Connection) -> F)
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let mut handlers = JoinSet::new();
    while let Some(accepted) = server.accept().await {
        match accepted {
            Ok(connection) => drop(handlers.spawn(report(peer(&connection), handler(connection)))),
            Err(error) => eprintln!("{error}"),
        }
        while handlers.try_join_next().is_some() {}
    }
    server.handle().drain(GRACE).await;
    while handlers.join_next().await.is_some() {}
}

async fn report(peer: String, handling: impl Future<Output = io::Result<()>>) {
    if let Err(error) = handling.await {
        eprintln!("{peer}: {error}");
    }
}

/// The client's address, or a number where it has none, as over Unix sockets.
pub(crate) fn peer(connection: &Connection) -> String {
    match connection.peer_address() {
        Some(address) => address.to_string(),
        None => format!("client {}", connection.info().id()),
    }
}

pub(crate) fn address(server: &AnyServer) -> String {
    server.handle().address().map(|address| address.to_string()).unwrap_or_default()
}

/// The same for a browser.
#[allow(dead_code, reason = "not every server speaks HTTP")]
pub(crate) fn http_address(server: &AnyServer) -> String {
    address(server).replacen("tcp:", "http:", 1).replacen("tls:", "https:", 1)
}
