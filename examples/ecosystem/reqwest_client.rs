//! Prints what a server answers to reqwest, which asks our resolver and keeps
//! our deadline.

use std::{env, time::Duration};

use tower::ServiceBuilder;
use tower_socket::{
    BoxError, Error,
    layers::{
        DnsLayer, TimeoutLayer,
        dns::{DnsResolver, FixedHosts},
    },
};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut arguments = env::args().skip(1);
    let url = arguments.next().ok_or("reqwest_client URL [NAME ADDRESS]")?;
    let mut hosts = FixedHosts::new();
    if let Some((name, address)) = arguments.next().zip(arguments.next()) {
        hosts = hosts.with(&name, [address.parse::<std::net::IpAddr>()?]);
    }

    let deadline = ServiceBuilder::new()
        .map_err(|error: Error| BoxError::from(error))
        .layer(TimeoutLayer::new(Duration::from_secs(10)));
    let client = reqwest::Client::builder()
        .no_proxy()
        .dns_resolver(DnsLayer::new(hosts.or(DnsResolver::system())))
        .connector_layer(deadline)
        .build()?;

    let response = client.get(url).send().await?;
    print!("{}", response.text().await?);
    Ok(())
}
