use std::{error::Error as _, io, time::Duration};

use hickory_resolver::proto::{
    op::{Message, ResponseCode},
    rr::{RData, Record, RecordType, rdata},
};
use tokio::time;
use tower_socket::layers::dns::{DnsResolver, Nameserver, Records};

use super::{addresses, error, resolver, silent};
use crate::support::name_server::{NameServer, Over, failure, name, records};

#[tokio::test]
async fn each_family_is_asked_for_on_its_own() {
    let server = NameServer::with_addresses(60, &["192.0.2.1", "2001:db8::1", "192.0.2.2"]).await;
    let resolver = resolver(&[&server]);
    assert_eq!(addresses(&resolver, "example.com", Records::Aaaa).await, ["2001:db8::1"]);
    assert_eq!(addresses(&resolver, "example.com", Records::A).await, ["192.0.2.1", "192.0.2.2"]);
    assert_eq!(server.asked(), [(RecordType::AAAA, Over::Udp), (RecordType::A, Over::Udp)]);
}

// DNSR-01
#[tokio::test(start_paused = true)]
async fn a_silent_server_is_asked_three_times_for_five_seconds() {
    let (_socket, address) = silent().await;
    let resolver = DnsResolver::with_servers([address]).no_hosts_file();
    let began = time::Instant::now();
    let error = error(&resolver, "example.com").await;
    assert_eq!(began.elapsed().as_secs(), 15);
    assert_eq!(
        error.to_string(),
        format!("no answer from udp://{address} within 5s, asked 3 times")
    );
    let source = error.source().unwrap();
    assert_eq!(source.downcast_ref::<io::Error>().unwrap().kind(), io::ErrorKind::TimedOut);
}

// DNSR-01
#[tokio::test(start_paused = true)]
async fn how_long_and_how_often_a_server_is_asked_can_be_set() {
    let (_socket, address) = silent().await;
    let resolver = DnsResolver::with_servers([address])
        .no_hosts_file()
        .query_timeout(Duration::from_secs(1))
        .retries(0);
    let began = time::Instant::now();
    let error = error(&resolver, "example.com").await;
    assert_eq!(began.elapsed().as_secs(), 1);
    assert!(error.to_string().ends_with("within 1s, asked once"), "{error}");
}

// DNSR-02
#[tokio::test]
async fn a_truncated_answer_is_asked_for_again_over_tcp() {
    let server = NameServer::start(|query, over| {
        let mut message = records(query, 60, &["192.0.2.1"]);
        message.metadata.truncation = over == Over::Udp;
        Some(message)
    })
    .await;
    let resolver = resolver(&[&server]);
    assert_eq!(addresses(&resolver, "example.com", Records::A).await, ["192.0.2.1"]);
    assert_eq!(server.asked(), [(RecordType::A, Over::Udp), (RecordType::A, Over::Tcp)]);
}

// CTR-12
#[tokio::test]
async fn a_tcp_server_is_asked_over_tcp_only() {
    let server = NameServer::with_addresses(60, &["192.0.2.1"]).await;
    let given: Nameserver = format!("tcp://{}", server.address()).parse().unwrap();
    let resolver = DnsResolver::with_servers([given]).no_hosts_file();
    assert_eq!(addresses(&resolver, "example.com", Records::A).await, ["192.0.2.1"]);
    assert_eq!(server.asked(), [(RecordType::A, Over::Tcp)]);
}

// CTR-12
#[test]
fn a_name_server_is_an_address_with_or_without_scheme_and_port() {
    for (text, normal) in [
        ("127.0.1.1", "udp://127.0.1.1:53"),
        ("127.0.1.1:5353", "udp://127.0.1.1:5353"),
        ("::1", "udp://[::1]:53"),
        ("[::1]", "udp://[::1]:53"),
        ("[::1]:5353", "udp://[::1]:5353"),
        ("udp://127.0.1.1:5353", "udp://127.0.1.1:5353"),
        ("tcp://127.0.1.1", "tcp://127.0.1.1:53"),
        ("tcp://[fe80::1%1]:53", "tcp://[fe80::1%1]:53"),
    ] {
        let server: Nameserver = text.parse().unwrap();
        assert_eq!(server.to_string(), normal);
        assert_eq!(server.to_string().parse::<Nameserver>().unwrap(), server);
    }
    for text in ["", "dns.example", "quic://1.1.1.1", "127.0.0.1:0", "127.0.0.1:99999", "udp://"] {
        let error = text.parse::<Nameserver>().unwrap_err();
        assert!(error.is_invalid_input());
        assert!(error.to_string().contains(&format!("{text:?}")), "{error}");
    }
}

#[cfg(feature = "dns-over-https")]
#[test]
fn a_name_server_behind_tls_has_the_name_of_its_certificate() {
    for (text, normal) in [
        ("tls://1.1.1.1", "tls://1.1.1.1:853"),
        ("tls://[::1]:8853/?hostname=dns.example", "tls://[::1]:8853?hostname=dns.example"),
        ("https://1.1.1.1/dns-query", "https://1.1.1.1:443/dns-query"),
        ("https://::1/q?hostname=dns.example", "https://[::1]:443/q?hostname=dns.example"),
        ("https://[::1]:8443/q", "https://[::1]:8443/q"),
    ] {
        let server: Nameserver = text.parse().unwrap();
        assert_eq!(server.to_string(), normal);
        assert_eq!(normal.parse::<Nameserver>().unwrap(), server);
    }
    for (text, reason) in [
        ("tls://dns.example", "there is no IP address with or without a port"),
        ("tls://1.1.1.1/dns-query", "there is no path over TLS"),
        ("tls://1.1.1.1?hostname=a b", "no certificate can be for the name \"a b\""),
        ("tls://1.1.1.1?name=dns.example", "`hostname` is the only parameter"),
        ("https://1.1.1.1", "\"\" is no path"),
        ("udp://1.1.1.1?hostname=a", "only an IP address and a port can stand there"),
    ] {
        let error = text.parse::<Nameserver>().unwrap_err();
        let said = format!("invalid name server \"{text}\": {reason} (EINVAL)");
        assert_eq!(error.to_string(), said);
    }
}

// DNSR-03
#[tokio::test]
async fn aliases_inside_the_answer_are_followed() {
    let server = NameServer::start(|query, _| {
        let alias = |from: &str, to: &str| {
            Record::from_rdata(name(from), 60, RData::CNAME(rdata::CNAME(name(to))))
        };
        let mut message = Message::query();
        message.add_answer(alias("www.example.com.", "web.example.com."));
        message.add_answer(alias("web.example.com.", "host.example.com."));
        let mut host = records(query, 60, &["192.0.2.1"]).answers;
        host[0].name = name("host.example.com.");
        message.add_answers(host);
        Some(message)
    })
    .await;
    let resolver = resolver(&[&server]);
    assert_eq!(addresses(&resolver, "www.example.com", Records::A).await, ["192.0.2.1"]);
    assert_eq!(server.asked().len(), 1);
}

// DNSR-04
#[tokio::test]
async fn no_such_records_is_an_empty_answer_and_no_such_name_an_error() {
    let server = NameServer::start(|query, _| match query.name().to_ascii().as_str() {
        "nodata.example." => Some(Message::query()),
        "refused.example." => Some(failure(ResponseCode::Refused)),
        "broken.example." => Some(failure(ResponseCode::ServFail)),
        _ => Some(failure(ResponseCode::NXDomain)),
    })
    .await;
    let resolver = resolver(&[&server]);
    assert!(addresses(&resolver, "nodata.example", Records::A).await.is_empty());

    let missing = error(&resolver, "missing.example").await;
    assert_eq!(missing.to_string(), "missing.example does not exist (NXDOMAIN)");
    assert_eq!(missing.response_code(), Some(3));
    let broken = error(&resolver, "broken.example").await;
    assert_eq!(broken.to_string(), format!("udp://{} answered SERVFAIL", server.address()));
    assert_eq!(broken.response_code(), Some(2));
    let refused = error(&resolver, "refused.example").await;
    assert_eq!(refused.to_string(), format!("udp://{} answered REFUSED", server.address()));
    assert_eq!(refused.response_code(), Some(5));
}
