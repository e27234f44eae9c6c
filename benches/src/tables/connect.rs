//! The client side of plain TCP, against the same bare server in every arm.

use std::{net::SocketAddr, time::Duration};

use http::Uri;
use hyper_util::rt::TokioIo;
use tower::{Service, ServiceBuilder};
use tower_socket::{
    Connection, Connector, Error, TcpConnector,
    layers::{DnsLayer, LimitLayer, TimeoutLayer},
};

use super::{Result, bare, ours, peers};
use crate::harness::{Arm, Bar, Operation, Subject};

const HYPER: &str = "hyper-util HttpConnector, nodelay";

pub(crate) async fn arms() -> Result<Vec<Arm>> {
    let address = bare::closing_server().await?;
    Ok(vec![
        Arm::new(Subject::baseline("tokio, nodelay"), tokio(address)),
        Arm::new(Subject::control(), tokio(address)),
        Arm::new(Subject::peer(HYPER), hyper(address)?),
        Arm::new(ours("TcpConnector", 1.01), service(TcpConnector::new(), address)?),
        Arm::new(ours("Timeout, Dns, Limit, TcpConnector", 1.025), service(layered(), address)?),
        Arm::new(ours("Connector, from text", 1.03), connector(address)),
    ])
}

fn ours(name: &str, most: f64) -> Subject {
    Subject::ours(name).reaches(Bar::AtMost(most)).reaches(Bar::Below(HYPER))
}

fn tokio(address: SocketAddr) -> impl Operation {
    async move || bare::close_after_end(bare::connect(address).await?).await
}

fn hyper(address: SocketAddr) -> Result<impl Operation> {
    let mut connector = peers::http_connector();
    let uri: Uri = format!("http://{address}").parse()?;
    Ok(async move || {
        let stream: TokioIo<_> = peers::call(&mut connector, uri.clone()).await?;
        bare::close_after_end(stream.into_inner()).await
    })
}

fn service<S>(mut connector: S, address: SocketAddr) -> Result<impl Operation>
where
    S: Service<Uri, Response = Connection, Error = Error> + 'static,
{
    let uri = ours::uri(address)?;
    Ok(async move || ours::close_after_end(ours::connect(&mut connector, uri.clone()).await?).await)
}

fn layered() -> impl Service<Uri, Response = Connection, Error = Error> {
    ServiceBuilder::new()
        .layer(TimeoutLayer::new(Duration::from_secs(60)))
        .layer(DnsLayer::system())
        .layer(LimitLayer::new(ours::LIMIT))
        .service(TcpConnector::new())
}

/// With everything it has by default, from text each time.
fn connector(address: SocketAddr) -> impl Operation {
    let (connector, text) = (Connector::new(), format!("tcp://{address}"));
    async move || ours::close_after_end(connector.connect(&text).await?).await
}
