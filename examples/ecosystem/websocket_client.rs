//! Sends one message over a WebSocket, and prints the answer.

use std::env;

use futures_util::{SinkExt, TryStreamExt};
use tokio_tungstenite::client_async;
use tower_socket::{BoxError, Connector};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut arguments = env::args().skip(1);
    let usage = "websocket_client ws://HOST[:PORT]/ TEXT";
    let (uri, text) = arguments.next().zip(arguments.next()).ok_or(usage)?;

    let connection = Connector::new().connect(uri.as_str()).await?;
    let (mut socket, _) = client_async(uri, connection).await?;
    socket.send(text.into()).await?;
    if let Some(answer) = socket.try_next().await? {
        println!("{answer}");
    }
    socket.close(None).await?;
    Ok(())
}
