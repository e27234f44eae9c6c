//! What the layers, connectors and servers read from a URI.

use std::path::PathBuf;

use http::Uri;

use super::*;
use crate::{Address, IntoUri};

fn uri(text: &str) -> Uri {
    text.into_uri().expect("a valid URI")
}

/// As a caller may build it, past `IntoUri`.
fn raw(text: &str) -> Uri {
    text.parse().expect("http takes it")
}

fn shown(text: &str) -> String {
    display(&uri(text)).to_string()
}

fn reason<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    let error = result.expect_err("an error");
    assert!(error.is_invalid_input());
    assert!(error.uri().is_some());
    error.to_string()
}

fn name(name: &str, port: u16) -> Target<'_> {
    Target::Name { name, port }
}

fn address(text: &str) -> Target<'static> {
    Target::Address(text.parse().unwrap())
}

#[test]
fn a_uri_is_shown_without_the_slash_that_http_adds() {
    assert_eq!(shown("tcp://127.0.0.1:80"), "tcp://127.0.0.1:80");
    assert_eq!(shown("127.0.0.1:80"), "tcp://127.0.0.1:80");
    assert_eq!(shown("tcp://127.0.0.1:80?x=1"), "tcp://127.0.0.1:80?x=1");
    assert_eq!(shown("tcp://127.0.0.1:80/a/?x=1"), "tcp://127.0.0.1:80/a/?x=1");
    assert_eq!(display(&raw("example.com:80")).to_string(), "example.com:80");
}

#[test]
fn a_uri_is_shown_without_userinfo() {
    let given = raw("tcp://user:secret@127.0.0.1:80/a");
    assert_eq!(display(&given).to_string(), "tcp://127.0.0.1:80/a");
    assert_eq!(display(&raw("user:secret@[::1]:80")).to_string(), "[::1]:80");
}

#[test]
fn a_unix_uri_is_shown_by_its_path() {
    assert_eq!(shown("/run/app.sock"), "unix:///run/app.sock");
    assert_eq!(shown("unix://@app?hostname=a"), "unix://@app?hostname=a");
    assert_eq!(display(&raw("unix://2F61:0/x")).to_string(), "unix:///a");
    assert_eq!(display(&raw("unix://example.sock")).to_string(), "unix://example.sock");
}

#[test]
fn descriptors_and_names_of_systemd_are_shown_as_given() {
    assert_eq!(shown("php://fd/3"), "fd://3");
    assert_eq!(display(&raw("php://fd/3")).to_string(), "fd://3");
    assert_eq!(shown("systemd://web@1.socket"), "systemd://web@1.socket");
    assert_eq!(display(&raw("/only/a/path?x")).to_string(), "/only/a/path?x");
}

#[test]
fn schemes_are_told_apart_whatever_their_case() {
    let scheme = |text| Scheme::of(&raw(text)).map(|scheme| format!("{scheme:?}"));
    for (text, wanted) in [
        ("TCP://a:1", "Tcp"),
        ("http://a:1", "Tcp"),
        ("Ws://a:1", "Tcp"),
        ("tls://a:1", "Tls"),
        ("HTTPS://a:1", "Tls"),
        ("wss://a:1", "Tls"),
        ("unix://2f", "Unix"),
        ("fd://3", "Fd"),
        ("systemd://a", "Systemd"),
        ("udp://a:1", "Other(\"udp\")"),
    ] {
        assert_eq!(scheme(text).as_deref(), Some(wanted), "{text}");
    }
    assert_eq!(scheme("a:1"), None);
}

// TCPC-01, CTR-01
#[test]
fn a_connector_finds_the_address_and_ignores_the_rest() {
    for text in ["127.0.0.1:80", "tcp://127.0.0.1:80", "tcp://u:p@127.0.0.1:80/a?b=c#d"] {
        assert_eq!(target(&uri(text)).unwrap(), address("127.0.0.1:80"));
        assert_eq!(connect_address(&raw(text)).unwrap().to_string(), "127.0.0.1:80");
    }
    assert_eq!(target(&uri("[::1]:9999")).unwrap(), address("[::1]:9999"));
    assert_eq!(target(&raw("[::1]:9999")).unwrap(), address("[::1]:9999"));
}

#[test]
fn a_connector_finds_a_name_as_it_was_written() {
    assert_eq!(target(&uri("Example.COM.:80")).unwrap(), name("Example.COM.", 80));
    assert_eq!(target(&uri("scheme://google.com:80/p?q")).unwrap(), name("google.com", 80));
    assert_eq!(target(&uri("tls://127.1:80")).unwrap(), name("127.1", 80));
}

#[test]
fn http_and_websockets_have_default_ports() {
    assert_eq!(target(&uri("http://a")).unwrap(), name("a", 80));
    assert_eq!(target(&uri("ws://a/chat")).unwrap(), name("a", 80));
    assert_eq!(target(&uri("HTTPS://a")).unwrap(), name("a", 443));
    assert_eq!(target(&uri("wss://[::1]")).unwrap(), address("[::1]:443"));
    assert_eq!(target(&uri("wss://a:8443")).unwrap(), name("a", 8443));
}

// TCPC-11
#[test]
fn a_zone_becomes_the_scope_of_the_address() {
    let lo = nix::net::if_::if_nametoindex("lo").unwrap();
    let wanted = address(&format!("[fe80::1%{lo}]:80"));
    assert_eq!(target(&uri("[fe80::1%lo]:80")).unwrap(), wanted);
    assert_eq!(target(&uri("[fe80::1%25lo]:80")).unwrap(), wanted);
    assert_eq!(
        target(&uri("[fe80::1%4294967295]:80")).unwrap(),
        address("[fe80::1%4294967295]:80")
    );
    assert_eq!(target(&uri("[fe80::1%251]:80")).unwrap(), address("[fe80::1%251]:80"));
    assert!(
        reason(target(&raw("[fe80::1%nothing]:80"))).contains("no network interface \"nothing\"")
    );
    assert!(target(&raw("[fe80::1%]:80")).is_err());
}

// TCPC-09, TCPC-11
#[test]
fn a_connector_refuses_ports_that_http_lets_pass() {
    assert_eq!(
        reason(target(&raw("tcp://255.255.255.255:12345678"))),
        "invalid URI \"tcp://255.255.255.255:12345678\": \
         the port is not a number from 0 to 65535 (EINVAL)"
    );
    assert_eq!(
        reason(target(&raw("tcp://127.0.0.1"))),
        "invalid URI \"tcp://127.0.0.1\": the port is missing (EINVAL)"
    );
    for text in
        ["a:99999", "a:0", "tcp://a:0", "127.0.0.1:0", "a:-1", "a:080", "a:", "/a", "*", "a"]
    {
        reason(target(&raw(text)));
        reason(connect_address(&raw(text)));
    }
}

#[test]
fn a_path_or_a_descriptor_is_no_target() {
    for text in ["unix:///a", "fd://3", "systemd://a"] {
        reason(target(&uri(text)));
        reason(connect_address(&uri(text)));
        reason(listen_address(&uri(text)));
    }
}

// TCPC-08, TCPC-10
#[test]
fn a_tcp_connector_refuses_names_and_other_schemes() {
    assert_eq!(
        reason(connect_address(&uri("www.google.com:80"))),
        "invalid URI \"tcp://www.google.com:80\": \
         \"www.google.com\" is a host name, not a valid host IP (EINVAL)"
    );
    assert_eq!(
        reason(connect_address(&uri("tls://127.0.0.1:443"))),
        "invalid URI \"tls://127.0.0.1:443\": there is no TLS layer here (EINVAL)"
    );
    reason(connect_address(&uri("tls://google.com:443")));
    reason(connect_address(&uri("udp://127.0.0.1:53")));
    assert!(connect_address(&uri("ws://127.0.0.1")).is_ok());
}

// TCPS-01, TCPS-02, TCPS-03, TCPS-04
#[test]
fn a_server_listens_on_addresses_and_on_any_port() {
    let listen = |text| listen_address(&uri(text)).unwrap().to_string();
    assert_eq!(listen("8080"), "127.0.0.1:8080");
    assert_eq!(listen("0"), "127.0.0.1:0");
    assert_eq!(listen("0.0.0.0:0"), "0.0.0.0:0");
    assert_eq!(listen("TCP://[::]:0"), "[::]:0");
    assert_eq!(listen("[::1%lo]:0").split('%').next(), Some("[::1"));
}

// TCPS-05, TCPS-07, TCPS-08, TCPS-10
#[test]
fn a_server_refuses_names_extras_and_other_schemes() {
    assert!(reason(listen_address(&uri("localhost:8080"))).contains("not a valid host IP"));
    reason(listen_address(&raw("127.0.0.1")));
    for text in [
        "udp://127.0.0.1:0",
        "tls://127.0.0.1:0",
        "127.1:0",
        "0x7f000001:0",
        "tcp://127.0.0.1:34567/path",
        "127.0.0.1:34567?x=1",
    ] {
        reason(listen_address(&uri(text)));
    }
    let given = raw("tcp://u:secret@127.0.0.1:1");
    assert!(!reason(listen_address(&given)).contains("secret"));
}

// UNXC-01, UNXC-02, UNXS-01, UNXS-02
#[test]
fn a_unix_socket_is_read_from_a_path_or_a_unix_uri() {
    let path = |text: &str| Address::Unix(PathBuf::from(text));
    assert_eq!(unix_address(&raw("google.com:80")).unwrap(), path("google.com:80"));
    assert_eq!(unix_address(&raw("/tmp/a.sock")).unwrap(), path("/tmp/a.sock"));
    assert_eq!(unix_address(&uri("/tmp/a.sock")).unwrap(), path("/tmp/a.sock"));
    assert_eq!(unix_address(&uri("unix://a.sock")).unwrap(), path("a.sock"));
    assert_eq!(unix_address(&raw("unix://2F61:0/http")).unwrap(), path("/a"));
    assert_eq!(unix_address(&uri("unix://@a")).unwrap(), Address::Abstract(b"a".to_vec()));
    for text in ["tcp://google.com:80", "unix://example.sock", "unix://2f6", "unix://00"] {
        reason(unix_address(&raw(text)));
    }
}

// FDS-01, FDS-02, FDS-03
#[test]
fn a_descriptor_is_a_plain_number() {
    assert_eq!(descriptor(&uri("fd://3")).unwrap(), 3);
    assert_eq!(descriptor(&raw("php://fd/3")).unwrap(), 3);
    for text in ["fd://-1", "fd://x", "fd://9223372036854775807", "fd://03", "tcp://127.0.0.1:8080"]
    {
        reason(descriptor(&raw(text)));
    }
    reason(descriptor(&uri("php://stdin")));
    assert_eq!(systemd_name(&uri("systemd://web@1.socket")).unwrap(), "web@1.socket");
    reason(systemd_name(&raw("systemd://a:1")));
    reason(systemd_name(&uri("fd://3")));
}
