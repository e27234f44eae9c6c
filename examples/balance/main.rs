//! Balances connections over the addresses of a name, and tries again elsewhere
//! what has failed.

mod addresses;
#[path = "../shared/client.rs"]
mod client;
mod endpoint;
#[path = "../shared/program.rs"]
mod program;
mod retry;

use std::{collections::BTreeMap, process::ExitCode};

use clap::Parser;
use tower::{
    Service, ServiceBuilder, ServiceExt, balance::p2c::Balance, buffer::BufferLayer,
    discover::ServiceList, retry::RetryLayer,
};
use tower_socket::{BoxError, Connection, IntoUri};

use self::{client::ClientOptions, endpoint::Endpoint, retry::Elsewhere};

/// Balances connections over the addresses of a name
#[derive(Debug, Parser)]
struct Options {
    /// What to connect to: example.com:80, tls://example.com:443
    uri: String,

    #[command(flatten)]
    client: ClientOptions,

    /// How many connections to open, and to keep open
    #[arg(long, value_name = "N", default_value = "8")]
    connections: usize,

    /// How often each of them is tried again
    #[arg(long, value_name = "N", default_value = "3")]
    retries: usize,
}

fn main() -> ExitCode {
    program::run(balance)
}

async fn balance(options: Options) -> Result<(), BoxError> {
    let uri = options.uri.as_str().into_uri()?;
    let connector = options.client.connector()?;
    let addresses = addresses::of(&uri, &options.client.resolver()).await?;
    let endpoint = |address| Endpoint::new(address, connector.clone());
    let endpoints = addresses.into_iter().map(endpoint).collect::<Result<Vec<_>, _>>()?;
    println!("addresses: {}", endpoints.len());

    let mut pool = ServiceBuilder::new()
        .layer(RetryLayer::new(Elsewhere::times(options.retries)))
        .layer(BufferLayer::new(1))
        .service(Balance::new(ServiceList::new(endpoints)));
    let mut open = Vec::new();
    for _ in 0..options.connections {
        let connection = pool.ready().await?.call(uri.clone()).await?;
        println!("connected to {}", peer(&connection));
        open.push(connection);
    }
    print_shares(&open);
    Ok(())
}

fn print_shares(open: &[Connection]) {
    let mut shares = BTreeMap::<_, usize>::new();
    for connection in open {
        *shares.entry(peer(connection)).or_default() += 1;
    }
    for (address, share) in shares {
        println!("{share} to {address}");
    }
}

fn peer(connection: &Connection) -> String {
    connection.peer_address().map(|peer| peer.to_string()).unwrap_or_default()
}
