//! Sends back every message, over a WebSocket that hyper has upgraded.

use std::{env, future::ready};

use futures_util::{StreamExt, TryStreamExt};
use http_body_util::Empty;
use hyper::{
    Request, Response, StatusCode, body::Incoming as Body, header, server::conn::http1,
    service::service_fn, upgrade,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, handshake::derive_accept_key, protocol::Role},
};
use tower_socket::{BoxError, Connection, Incoming, Server};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let uri = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let mut server = Server::bind(uri).await?;
    println!("Listening on {}", server.handle().address().expect("it is open"));
    while let Some(accepted) = server.accept().await {
        match accepted {
            Ok(connection) => drop(tokio::spawn(serve(connection))),
            Err(error) => eprintln!("{error}"),
        }
    }
    Ok(())
}

async fn serve(connection: Connection) -> hyper::Result<()> {
    http1::Builder::new().serve_connection(connection, service_fn(accept)).with_upgrades().await
}

async fn accept(mut request: Request<Body>) -> Result<Response<Empty<&'static [u8]>>, BoxError> {
    let response = Response::builder();
    let Some(key) = request.headers().get(header::SEC_WEBSOCKET_KEY) else {
        return Ok(response.status(StatusCode::UPGRADE_REQUIRED).body(Empty::new())?);
    };
    let response = response
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_ACCEPT, derive_accept_key(key.as_bytes()));
    tokio::spawn(echo(upgrade::on(&mut request)));
    Ok(response.body(Empty::new())?)
}

async fn echo(upgrade: upgrade::OnUpgrade) -> Result<(), BoxError> {
    // It is our connection again, with what hyper had read too much.
    let parts = upgrade.await?.downcast::<Connection>().expect("hyper was given one");
    let (io, read) = (parts.io, parts.read_buf.to_vec());
    let socket = WebSocketStream::from_partially_read(io, read, Role::Server, None).await;
    let (sink, stream) = socket.split();
    let data = |message: &Message| ready(message.is_text() || message.is_binary());
    Ok(stream.try_filter(data).forward(sink).await?)
}
