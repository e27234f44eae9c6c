//! Prints what a server answers, over HTTP/2 where it has that.

use std::env;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tower_socket::{
    BoxError, ConnectionInfo, Connector, IntoUri,
    layers::tls::{ClientTls, Roots},
};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut arguments = env::args().skip(1);
    let uri = arguments.next().ok_or("hyper_client URI [ROOTS]")?.into_uri()?;
    let roots = arguments.next().map_or_else(Roots::platform, |file| Roots::none().pem_file(file));

    let tls = ClientTls::builder().roots(roots).alpn(["h2", "http/1.1"]).build()?;
    let connector = Connector::builder().tls(tls).build();
    let client = Client::builder(TokioExecutor::new()).build::<_, Empty<Bytes>>(connector);

    let response = client.get(uri).await?;
    let info = response.extensions().get::<ConnectionInfo>().expect("every response has one");
    let peer = info.peer_address().map(|address| address.to_string()).unwrap_or_default();
    println!("{:?} {} from {peer}", response.version(), response.status());
    let body = response.into_body().collect().await?.to_bytes();
    print!("{}", String::from_utf8_lossy(&body));
    Ok(())
}
