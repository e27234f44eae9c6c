use std::net::{IpAddr, SocketAddr};

use http::Uri;
use tokio::io::AsyncReadExt;
use tower::{ServiceBuilder, ServiceExt};
use tower_socket::{
    Connection, Connector, TcpConnector,
    layers::{
        DnsLayer,
        dns::{DnsResolver, HappyEyeballs},
        tls::ClientTls,
    },
};

use super::{
    lookup::NAME_SERVER,
    network::{PORT, find},
    outcome::{Outcome, Starts, Won},
    scene::Scene,
};

impl Scene {
    /// Connects once.
    pub(crate) fn run(mut self) -> Outcome {
        let scheme = if self.tls.is_some() { "tls" } else { "tcp" };
        let (race, found_again) = (self.race, self.found_again);
        let tls = self.tls.as_ref().map(|(client, _)| client.clone());
        let outcome = self.client(async move || {
            let starts = Starts::now();
            let connector = connector(&starts, race, tls, found_again);
            let uri = format!("{scheme}://host.example:{PORT}").parse().unwrap();
            let connected = connector.oneshot(uri).await;
            let elapsed = starts.elapsed();
            let result = match connected {
                Ok(connection) => Ok(greeted(connection).await),
                Err(error) => Err(error),
            };
            starts.ended(elapsed, result)
        });
        outcome.print()
    }
}

fn connector(
    starts: &Starts,
    race: HappyEyeballs,
    tls: Option<ClientTls>,
    found_again: Option<IpAddr>,
) -> Connector {
    let noted = starts.clone();
    let tcp = ServiceBuilder::new()
        .map_request(move |uri: Uri| {
            if noted.note(ip(&uri)) == 2 {
                found_again.into_iter().for_each(find);
            }
            uri
        })
        .service(TcpConnector::new());
    let resolver = DnsResolver::with_servers([SocketAddr::from(NAME_SERVER)]).no_hosts_file();
    let dns = DnsLayer::new(resolver).happy_eyeballs(race);
    let builder = Connector::builder().dns(dns).tcp_service(tcp);
    match tls {
        Some(tls) => builder.tls(tls).build(),
        None => builder.build(),
    }
}

fn ip(uri: &Uri) -> IpAddr {
    uri.host().unwrap().trim_matches(['[', ']']).parse().unwrap()
}

/// A server proves by its greeting that it is really there.
async fn greeted(mut connection: Connection) -> Won {
    let mut told = String::new();
    connection.read_to_string(&mut told).await.unwrap();
    Won::over(&connection, &told)
}
