use std::time::Instant;

use hickory_resolver::proto::op::ResponseCode;
use tower_socket::layers::dns::{DnsResolver, Nameserver, Records};

use super::{SHORT, addresses, closed, error, resolver, silent};
use crate::support::name_server::{NameServer, failure};

// DNSR-06
#[tokio::test]
async fn servers_are_asked_in_order_until_one_answers() {
    let broken = NameServer::start(|_, _| Some(failure(ResponseCode::ServFail))).await;
    let (_socket, silent) = silent().await;
    let good = NameServer::with_addresses(60, &["192.0.2.1"]).await;
    let last = NameServer::with_addresses(60, &["192.0.2.2"]).await;
    let servers = [broken.address(), closed(), silent, good.address(), last.address()];
    let resolver = DnsResolver::with_servers(servers).no_hosts_file().query_timeout(SHORT);
    assert_eq!(addresses(&resolver, "example.com", Records::A).await, ["192.0.2.1"]);
    assert_eq!(broken.asked().len(), 1);
    assert!(last.asked().is_empty());
}

// DNSR-06
#[tokio::test]
async fn the_failures_of_all_servers_are_told() {
    let broken = NameServer::start(|_, _| Some(failure(ResponseCode::ServFail))).await;
    let (_socket, silent) = silent().await;
    let closed = closed();
    let servers = [broken.address(), closed, silent];
    let resolver =
        DnsResolver::with_servers(servers).no_hosts_file().query_timeout(SHORT).retries(0);
    let error = error(&resolver, "example.com").await;
    let broken = broken.address();
    assert_eq!(
        error.to_string(),
        format!(
            "udp://{broken} answered SERVFAIL; udp://{closed}: connection refused \
             (ECONNREFUSED); udp://{silent} did not answer"
        )
    );
}

#[tokio::test]
async fn a_dead_server_is_an_error_at_once() {
    let address = closed();
    let resolver = DnsResolver::with_servers([address]).no_hosts_file();
    let error = error(&resolver, "example.com").await;
    assert_eq!(error.to_string(), format!("udp://{address}: connection refused (ECONNREFUSED)"));
}

#[tokio::test]
async fn however_often_silent_servers_are_asked_again_others_are_not() {
    let broken = NameServer::start(|_, _| Some(failure(ResponseCode::ServFail))).await;
    let resolver = resolver(&[&broken]).retries(u32::MAX);
    let began = Instant::now();
    let error = error(&resolver, "example.com").await;
    assert!(error.to_string().ends_with("answered SERVFAIL"), "{error}");
    assert!(began.elapsed() < SHORT);
}

#[tokio::test]
async fn no_servers_and_no_names_are_errors() {
    let none = DnsResolver::with_servers::<Nameserver>([]).no_hosts_file();
    assert_eq!(error(&none, "example.com").await.to_string(), "there is no name server to ask");
    let long = "a".repeat(64);
    let error = error(&none, &long).await;
    assert!(error.to_string().starts_with(&format!("{long:?} is not a host name: ")), "{error}");
}
