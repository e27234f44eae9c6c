//! Connecting by a name that was looked up before: TTL 300, one IPv4 address and
//! no IPv6 one, from a name server of our own in a network of our own.

mod resolvers;
mod server;

use std::net::SocketAddr;

use futures_util::future::try_join_all;
use http::Uri;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::Service;
use tower_socket::Connector;

use self::resolvers::Hickory;
pub(crate) use self::server::{enter, serve};
use super::{Result, bare, ours, peers};
use crate::{
    child::Child,
    harness::{Arm, Bar, BoxError, Operation, Subject},
};

const LITERAL: &str = "tokio, IP literal";
const GAI: &str = "HttpConnector, GaiResolver";

/// Our bars are multiples of rates: of the literal's, and of getaddrinfo's
/// where many connects are under way.
pub(crate) async fn arms<const AT_A_TIME: usize>() -> Result<Vec<Arm>> {
    let (server, _) = Child::start("name-server", &[])?;
    let address = bare::closing_server().await?;
    let named = format!("{}:{}", server::NAME, address.port());
    let ours = Subject::ours("Connector, from text").reaches(Bar::Faster(0.9, LITERAL));
    let ours = if AT_A_TIME > 1 { ours.reaches(Bar::Faster(2.2, GAI)) } else { ours };
    let literal = || at_a_time(many::<AT_A_TIME, _>(|| bare(address)));
    let connector = Connector::new();
    let facade = |to: &str| at_a_time(many::<AT_A_TIME, _>(|| facade(&connector, to)));
    let gai = peers::http_connector();
    let hickory = peers::http_connector_with(Hickory::system()?);
    let to = format!("http://{named}").parse()?;
    Ok(vec![
        Arm::new(Subject::baseline(LITERAL), literal()).keeping(server),
        Arm::new(Subject::control(), literal()),
        Arm::new(Subject::peer(GAI), at_a_time(many::<AT_A_TIME, _>(|| hyper(&gai, &to)))),
        Arm::new(
            Subject::peer("HttpConnector, hickory"),
            at_a_time(many::<AT_A_TIME, _>(|| hyper(&hickory, &to))),
        ),
        Arm::new(Subject::ours("Connector, IP literal"), facade(&address.to_string())),
        Arm::new(ours, facade(&named)),
    ])
}

fn bare(address: SocketAddr) -> impl AsyncFnMut() -> Result<()> + use<> {
    async move || bare::close_after_end(bare::connect(address).await?).await
}

fn hyper<C>(connector: &C, uri: &Uri) -> impl AsyncFnMut() -> Result<()> + use<C>
where
    C: Service<Uri, Response = TokioIo<TcpStream>, Error: Into<BoxError>> + Clone,
{
    let (mut connector, uri) = (connector.clone(), uri.clone());
    async move || {
        let stream = peers::call(&mut connector, uri.clone()).await?;
        bare::close_after_end(stream.into_inner()).await
    }
}

fn facade(connector: &Connector, to: &str) -> impl AsyncFnMut() -> Result<()> + use<> {
    let (connector, to) = (connector.clone(), to.to_owned());
    async move || ours::close_after_end(connector.connect(&to).await?).await
}

fn many<const N: usize, F>(make: impl Fn() -> F) -> Vec<F> {
    (0..N).map(|_| make()).collect()
}

/// Does all of them at once.
fn at_a_time<F>(mut operations: Vec<F>) -> impl Operation + use<F>
where
    F: AsyncFnMut() -> Result<()> + 'static,
{
    async move || {
        try_join_all(operations.iter_mut().map(|operation| operation())).await?;
        Ok(())
    }
}
