//! Greets each client by its address, over TLS where it has a certificate, and
//! lets its requests finish on SIGINT.

use std::{env, time::Duration};

use axum::{Router, extract::ConnectInfo, routing::get};
use tower_socket::{
    BoxError, ConnectionInfo, Incoming, Server,
    layers::tls::{Identity, ServerTls},
};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut arguments = env::args().skip(1);
    let uri = arguments.next().unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let mut builder = Server::builder();
    if let Some(certificate) = arguments.next() {
        let identity = Identity::pem_file(certificate);
        builder =
            builder.tls(ServerTls::builder().identity(identity).alpn(["h2", "http/1.1"]).build()?);
    }
    let server = builder.bind(uri).await?;
    let handle = server.handle();
    println!("Listening on {}", handle.address().expect("it is open"));

    let app = Router::new().route("/", get(hello));
    let app = app.into_make_service_with_connect_info::<ConnectionInfo>();
    let draining = handle.clone();
    let serving =
        axum::serve(server, app).with_graceful_shutdown(async move { draining.draining().await });
    let serving = tokio::spawn(async move { serving.await });

    tokio::signal::ctrl_c().await?;
    let drained = handle.drain(Duration::from_secs(10)).await;
    println!("{} ended, {} closed", drained.ended, drained.closed);
    Ok(serving.await??)
}

async fn hello(ConnectInfo(info): ConnectInfo<ConnectionInfo>) -> String {
    let peer = info.peer_address().map_or_else(|| "somebody".to_owned(), |peer| peer.to_string());
    match info.tls() {
        Some(tls) => format!("Hello {peer}, over {tls}!\n"),
        None => format!("Hello {peer}!\n"),
    }
}
