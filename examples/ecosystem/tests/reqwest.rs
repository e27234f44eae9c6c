//! Our resolvers and our deadline in reqwest's client.

use std::{
    error::Error as StdError,
    future::{pending, ready},
    iter::successors,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use axum::{Router, routing::get};
use reqwest::{Client, ClientBuilder, dns::Resolve as _};
use tower::ServiceBuilder;
use tower_socket::{
    BoxError, Error, ErrorKind, Incoming, TcpServer,
    layers::{
        DnsLayer, TimeoutLayer,
        dns::{Answer, DnsResolver, FixedHosts, Lookup, Name, Records, Resolve},
    },
};

use crate::{support::Program, web::example};

/// A web server, and its port.
async fn serve() -> u16 {
    let server = TcpServer::bind("127.0.0.1:0").await.unwrap();
    let port = server.handle().address().unwrap().port().unwrap();
    let app = Router::new().route("/", get(|| async { "hello\n" }));
    tokio::spawn(async move { axum::serve(server, app).await.unwrap() });
    port
}

fn client() -> ClientBuilder {
    Client::builder().no_proxy()
}

fn ours(error: &reqwest::Error) -> &Error {
    let causes = successors(error.source(), |&error: &&(dyn StdError + 'static)| error.source());
    let mut ours = causes.filter_map(|error| error.downcast_ref::<Error>());
    ours.next().unwrap()
}

#[tokio::test]
async fn names_are_looked_up_by_our_resolver() {
    let port = serve().await;
    let hosts = FixedHosts::new().with("web.example", [Ipv4Addr::LOCALHOST]);
    let client = client().dns_resolver(DnsLayer::new(hosts)).build().unwrap();
    let url = format!("http://web.example:{port}/");
    let response = client.get(url).send().await.unwrap();
    assert_eq!(response.remote_addr().unwrap().ip(), Ipv4Addr::LOCALHOST);
    assert_eq!(response.text().await.unwrap(), "hello\n");
}

#[tokio::test]
async fn the_resolver_itself_goes_in_too() {
    let port = serve().await;
    let client = client().dns_resolver(DnsResolver::system()).build().unwrap();
    let response = client.get(format!("http://localhost:{port}/")).send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), "hello\n");
}

#[tokio::test]
async fn the_reason_why_a_name_has_no_address_is_told() {
    let client = client().dns_resolver(DnsLayer::new(FixedHosts::new())).build().unwrap();
    let error = client.get("http://web.example/").send().await.unwrap_err();
    assert!(error.is_dns());
    assert_eq!(ours(&error).kind(), ErrorKind::Resolve);
    let said = ours(&error).to_string();
    assert!(said.contains("web.example is not one of the fixed hosts"), "{said}");
}

/// Knows IPv4 addresses; the others, it never finds out.
struct Half;

impl Resolve for Half {
    fn lookup(&self, _: &Name, records: Records) -> Lookup {
        match records {
            Records::A => Box::pin(ready(Ok([Ipv4Addr::LOCALHOST].into_iter().collect()))),
            _ => Box::pin(pending::<Result<Answer, BoxError>>()),
        }
    }
}

#[tokio::test]
async fn a_lookup_that_is_late_is_given_up_at_its_deadline() {
    let port = serve().await;
    let dns = DnsLayer::new(Half).lookup_timeout(Duration::from_millis(20));
    let client = client().dns_resolver(dns).build().unwrap();
    let response = client.get(format!("http://web.example:{port}/")).send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), "hello\n");
}

#[tokio::test]
async fn addresses_of_both_families_are_handed_over_in_turn() {
    let v4 = [[192, 0, 2, 1], [192, 0, 2, 2]].map(IpAddr::from);
    let v6 = [Ipv6Addr::LOCALHOST].map(IpAddr::from);
    let dns = DnsLayer::new(FixedHosts::new().with("web.example", v4).with("web.example", v6));
    let found = dns.resolve("web.example".parse().unwrap()).await.unwrap();
    let mut found: Vec<_> = found.map(|address| (address.ip(), address.port())).collect();
    assert_eq!(found.len(), 3);
    found.sort_unstable();
    assert_eq!(found, [(v4[0], 0), (v4[1], 0), (v6[0], 0)]);
}

#[tokio::test]
async fn our_deadline_covers_the_lookup() {
    let deadline = ServiceBuilder::new()
        .map_err(|error: Error| BoxError::from(error))
        .layer(TimeoutLayer::new(Duration::from_millis(20)));
    let client =
        client().dns_resolver(DnsLayer::new(Half)).connector_layer(deadline).build().unwrap();
    let error = client.get("http://web.example/").send().await.unwrap_err();
    assert!(error.is_connect());
    assert_eq!(ours(&error).kind(), ErrorKind::Timeout);
    let said = "connection timed out after 20ms (ETIMEDOUT) during DNS lookup (AAAA)";
    assert_eq!(ours(&error).to_string(), said);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_prints_what_it_was_answered() {
    let url = format!("http://web.example:{}/", serve().await);
    let printed = tokio::task::spawn_blocking(move || {
        let arguments = [url.as_str(), "web.example", "127.0.0.1"];
        Program::run(example("reqwest_client").args(arguments), "").success()
    });
    assert_eq!(printed.await.unwrap(), "hello\n");
}
