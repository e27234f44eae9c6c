//! A client and a server stacked by hand, talking to each other.

use std::{io, time::Duration};

use rcgen::generate_simple_self_signed;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, split};
use tower::{ServiceBuilder, timeout::TimeoutLayer as HandshakeTimeoutLayer};
use tower_socket::{
    BoxError, Connection, Connector, Incoming, TcpConnector, TcpServer,
    layers::{
        DnsLayer, HandshakeLayer, LimitLayer, TimeoutLayer, TlsAcceptor, TlsLayer,
        dns::FixedHosts,
        tls::{ClientTls, Identity, Roots, ServerTls},
    },
};

const NAME: &str = "echo.example";

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let made = generate_simple_self_signed([NAME.to_owned()])?;
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());

    let server = server(certificate.clone(), key).await?;
    let address = server.handle().address().expect("it has just been opened");
    println!("Listening on {address}");
    let serving = tokio::spawn(serve(server));

    let uri = format!("tls://{NAME}:{}", address.port().unwrap_or_default());
    say_hello(client(certificate)?, &uri).await?;
    serving.await?
}

async fn server(
    certificate: String,
    key: String,
) -> Result<impl Incoming + Unpin + Send + 'static, BoxError> {
    let tls = ServerTls::builder().identity(Identity::pem(certificate, key)).build()?;
    let handshake = ServiceBuilder::new()
        .layer(HandshakeTimeoutLayer::new(Duration::from_secs(10)))
        .layer(LimitLayer::unlimited().per_source(20))
        .service(TlsAcceptor::new(tls));
    let server = ServiceBuilder::new()
        .layer(LimitLayer::new(1000).pause_on_limit())
        .layer(HandshakeLayer::new(handshake))
        .service(TcpServer::bind("127.0.0.1:0").await?);
    Ok(server)
}

fn client(certificate: String) -> Result<Connector, BoxError> {
    let hosts = FixedHosts::new().with(NAME, [[127, 0, 0, 1]]);
    let tls = ClientTls::builder().roots(Roots::none().pem(certificate)).build()?;
    let stack = ServiceBuilder::new()
        .layer(TimeoutLayer::new(Duration::from_secs(10)))
        .layer(DnsLayer::new(hosts))
        .layer(TlsLayer::new(tls))
        .service(TcpConnector::new());
    Ok(Connector::from_service(stack))
}

/// Serves one client, then ends.
async fn serve(mut server: impl Incoming + Unpin) -> Result<(), BoxError> {
    let handle = server.handle();
    if let Some(accepted) = server.accept().await {
        let connection = accepted?;
        let peer = connection.peer_address().expect("over TCP everybody has an address");
        println!("[{peer} connected]");
        echo(connection).await?;
        println!("[{peer} disconnected]");
    }
    handle.drain(Duration::from_secs(1)).await;
    Ok(())
}

async fn echo(connection: Connection) -> io::Result<()> {
    let (mut reader, mut writer) = split(connection);
    copy(&mut reader, &mut writer).await?;
    writer.shutdown().await
}

async fn say_hello(connector: Connector, uri: &str) -> Result<(), BoxError> {
    let mut connection = connector.connect(uri).await?;
    let tls = connection.info().tls().expect("there is a TLS layer");
    println!("connected to {uri}, {tls}");
    connection.write_all(b"Hello, layers!").await?;
    connection.shutdown().await?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    println!("the server says: {answer}");
    Ok(())
}
