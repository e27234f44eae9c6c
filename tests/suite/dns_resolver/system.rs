use std::time::Duration;

use hickory_resolver::proto::op::{Query, ResponseCode};
use tower_socket::layers::dns::{DnsResolver, Records};

use super::{addresses, error, resolver};
use crate::support::name_server::{NameServer, failure, records};

// DNSR-05
#[tokio::test]
async fn the_hosts_file_comes_first_for_each_family() {
    let directory = tempfile::tempdir().unwrap();
    let hosts = directory.path().join("hosts");
    std::fs::write(&hosts, "# ours\n192.0.2.7 Box.example box # four\n192.0.2.8 box\n").unwrap();
    let server = NameServer::with_addresses(60, &["192.0.2.1", "2001:db8::1"]).await;
    let resolver = resolver(&[&server]).hosts_file(hosts);
    assert_eq!(addresses(&resolver, "box.example", Records::A).await, ["192.0.2.7"]);
    assert_eq!(addresses(&resolver, "BOX", Records::A).await, ["192.0.2.7", "192.0.2.8"]);
    assert!(server.asked().is_empty());
    assert_eq!(addresses(&resolver, "box.example", Records::Aaaa).await, ["2001:db8::1"]);
}

// DNSR-09
#[tokio::test]
async fn the_search_list_of_the_system_is_used() {
    // resolv.conf names no ports, and others may not listen on this one.
    let there = "127.0.0.77:53".parse().unwrap();
    let answer = |query: &Query, _| match query.name().to_ascii().as_str() {
        "box.two.example." => Some(records(query, 60, &["192.0.2.1"])),
        _ => Some(failure(ResponseCode::NXDomain)),
    };
    let Some(server) = NameServer::start_at(there, answer).await else {
        eprintln!("skipped: cannot listen on port 53");
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("resolv.conf");
    let text = "nameserver 127.0.0.77\nsearch one.example two.example\n";
    std::fs::write(&file, text).unwrap();
    let resolver = DnsResolver::with_resolv_conf(&file).no_hosts_file();
    assert_eq!(addresses(&resolver, "box", Records::A).await, ["192.0.2.1"]);
    assert_eq!(server.asked().len(), 2);
}

// DNSR-09, CTR-13
#[tokio::test]
async fn the_system_configuration_names_servers_and_search_list() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("resolv.conf");
    let resolver = DnsResolver::with_resolv_conf(&file)
        .no_hosts_file()
        .query_timeout(Duration::from_millis(1));

    let error_of_missing = error(&resolver, "example.com").await;
    assert!(error_of_missing.to_string().starts_with(&format!(
        "cannot read the resolver configuration {}: No such file",
        file.display()
    )));
    std::fs::write(&file, "search example.com\n").unwrap();
    let error_of_empty = error(&resolver, "example.com").await;
    assert!(error_of_empty.to_string().contains("is of no use: "), "{error_of_empty}");

    std::fs::write(&file, "nameserver 192.0.2.53\noptions attempts:1\n").unwrap();
    let error = error(&resolver, "example.com.").await.to_string();
    assert!(error.contains("udp://192.0.2.53:53"), "{error}");
}

// HE-29
#[tokio::test]
async fn localhost_needs_no_query_and_no_configuration() {
    let resolver = DnsResolver::with_resolv_conf("/nonexistent");
    for name in ["localhost", "LOCALHOST.", "a.localhost"] {
        assert_eq!(addresses(&resolver, name, Records::Aaaa).await, ["::1"]);
        assert_eq!(addresses(&resolver, name, Records::A).await, ["127.0.0.1"]);
        assert_eq!(addresses(&resolver, name, Records::Both).await, ["::1", "127.0.0.1"]);
    }
}
