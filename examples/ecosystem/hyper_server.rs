//! Greets each client by its address over HTTP/1 and HTTP/2, and lets its
//! requests finish on SIGINT.

use std::{convert::Infallible, env, pin::pin, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming as Body, service::service_fn};
use hyper_util::{rt::TokioExecutor, server::conn::auto};
use tower_socket::{BoxError, Connection, Incoming, Server, ServerHandle};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let uri = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let mut server = Server::bind(uri).await?;
    let handle = server.handle();
    println!("Listening on {}", handle.address().expect("it is open"));

    let drained = tokio::spawn(drain_on_sigint(handle.clone()));
    while let Some(accepted) = server.accept().await {
        match accepted {
            Ok(connection) => drop(tokio::spawn(serve(connection, handle.clone()))),
            Err(error) => eprintln!("{error}"),
        }
    }
    drained.await?
}

async fn drain_on_sigint(handle: ServerHandle) -> Result<(), BoxError> {
    tokio::signal::ctrl_c().await?;
    let drained = handle.drain(Duration::from_secs(10)).await;
    println!("{} ended, {} closed", drained.ended, drained.closed);
    Ok(())
}

async fn serve(connection: Connection, server: ServerHandle) -> Result<(), BoxError> {
    let peer = connection.peer_address();
    let name = peer.map_or_else(|| "stranger".to_owned(), |peer| peer.to_string());
    let hello = service_fn(move |_: Request<Body>| {
        let greeting = format!("Hello {name}!\n");
        async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(greeting))) }
    });
    let builder = auto::Builder::new(TokioExecutor::new());
    let mut serving = pin!(builder.serve_connection(connection, hello));
    tokio::select! {
        served = &mut serving => served,
        () = server.draining() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    }
}
