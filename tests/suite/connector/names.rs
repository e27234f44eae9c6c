//! Host names through the facade.

use std::net::IpAddr;

use tower_socket::{
    Connector, Server,
    layers::{
        DnsLayer,
        dns::{Answer, DnsResolver, Name, resolve_fn},
    },
};

use super::{accepted, company, example_com, failure, port};
use crate::support::{certificates::file, name_server::NameServer, recorder::Recorder};

// CTR-09
#[tokio::test]
async fn without_dns_a_replaced_tcp_gets_the_host_name() {
    let tcp = Recorder::default();
    let connector = Connector::builder().no_dns().tcp_service(tcp.clone()).build();
    connector.connect("tcp://google.com:80").await.unwrap();
    assert_eq!(tcp.asked(), ["tcp://google.com:80/"]);
}

// CTR-09
#[tokio::test]
async fn without_dns_the_default_tcp_refuses_the_host_name() {
    let connector = Connector::builder().no_dns().build();
    let error = failure(&connector, "tcp://google.com:80").await;
    assert_eq!(
        error.to_string(),
        "invalid URI \"tcp://google.com:80\": \"google.com\" is a host name, not a valid host IP \
         (EINVAL)"
    );
}

// CTR-10
#[tokio::test]
async fn a_given_resolver_is_asked() {
    let resolver = resolve_fn(|name: Name| async move {
        assert_eq!(name.as_str(), "google.com");
        Ok::<Answer, std::io::Error>([IpAddr::from([127, 0, 0, 1])].into_iter().collect())
    });
    let tcp = Recorder::default();
    let connector = Connector::builder().dns(resolver).tcp_service(tcp.clone()).build();
    connector.connect("google.com:80").await.unwrap();
    assert_eq!(tcp.asked().len(), 1);
}

// CTR-11
#[tokio::test]
async fn a_single_address_stands_in_place_of_the_name() {
    let servers = NameServer::with_addresses(60, &["127.0.0.1", "::1"]).await;
    let dns = DnsLayer::new(DnsResolver::with_servers([servers.address()])).single();
    let tcp = Recorder::default();
    let connector = Connector::builder().dns(dns).tcp_service(tcp.clone()).build();
    connector.connect("google.com:80").await.unwrap();
    assert_eq!(tcp.asked(), ["tcp://127.0.0.1:80/?hostname=google.com"]);
}

// CTR-12, CTR-14
#[tokio::test]
async fn one_given_name_server_is_asked_once_for_two_connects() {
    let name_server = NameServer::with_addresses(60, &["127.0.0.1"]).await;
    let mut server = Server::bind("127.0.0.1:0").await.unwrap();
    let dns = DnsLayer::new(DnsResolver::with_servers([name_server.address()])).single();
    let connector = Connector::builder().dns(dns).build();
    for _ in 0..2 {
        let connected = connector.connect(("example.com", port(&server))).await.unwrap();
        assert_eq!(connected.local_address(), accepted(&mut server).await.peer_address());
    }
    assert_eq!(name_server.asked().len(), 1);
}

// CTR-19
#[tokio::test]
async fn tcp_and_tls_share_dns_and_its_cache() {
    let name_server = NameServer::with_addresses(60, &["127.0.0.1"]).await;
    let (client, tls) = company(&["example.com"]);
    let mut plain = Server::bind("127.0.0.1:0").await.unwrap();
    let mut secure = Server::builder().tls(tls).bind("tls://127.0.0.1:0").await.unwrap();
    let dns = DnsLayer::new(DnsResolver::with_servers([name_server.address()])).single();
    let connector = Connector::builder().dns(dns).tls(client).build();

    let uri = format!("tcp://example.com:{}", port(&plain));
    let (connected, _) = tokio::join!(connector.connect(uri), accepted(&mut plain));
    connected.unwrap();
    let uri = format!("tls://example.com:{}", port(&secure));
    let (connected, _) = tokio::join!(connector.clone().connect(uri), accepted(&mut secure));
    connected.unwrap();
    assert_eq!(name_server.asked().len(), 1);
}

// CTR-19
#[tokio::test]
async fn tcp_and_tls_share_the_tcp_connector() {
    let tcp = Recorder::default();
    let connector = example_com().tcp_service(tcp.clone()).build();
    connector.connect("tcp://example.com:80").await.unwrap();
    connector.connect("tls://example.com:443").await.unwrap_err();
    assert_eq!(
        tcp.asked(),
        ["tcp://127.0.0.1:80/?hostname=example.com", "tcp://127.0.0.1:443/?hostname=example.com"]
    );
}

// CTR-13
#[tokio::test]
async fn a_name_in_the_hosts_file_is_known() {
    let directory = tempfile::tempdir().unwrap();
    let hosts = file(&directory, "hosts", "127.0.0.1 db.internal\n");
    let mut server = Server::bind("127.0.0.1:0").await.unwrap();
    let dns = DnsLayer::new(DnsResolver::system().hosts_file(hosts)).single();
    let connector = Connector::builder().dns(dns).build();
    connector.connect(("db.internal", port(&server))).await.unwrap();
    accepted(&mut server).await;
}

// CTR-13
#[tokio::test]
async fn without_a_system_configuration_nobody_else_is_asked() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("resolv.conf");
    let dns = DnsResolver::with_resolv_conf(&missing).no_hosts_file();
    let error = failure(&Connector::builder().dns(dns).build(), "google.com:80").await;
    assert!(error.is_resolve());
    assert!(error.to_string().contains(missing.to_str().unwrap()), "{error}");
}

// CTR-18
#[tokio::test]
async fn localhost_works_by_default() {
    let mut server = Server::bind("127.0.0.1:0").await.unwrap();
    let connected = Connector::new().connect(("localhost", port(&server))).await.unwrap();
    assert_eq!(connected.peer_address(), accepted(&mut server).await.local_address());
}
