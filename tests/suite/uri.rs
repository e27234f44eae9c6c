//! What may be given where a place is asked for.

mod paths;

use std::{
    ffi::OsStr,
    net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6},
    os::unix::ffi::OsStrExt,
    path::PathBuf,
};

use http::Uri;
use tower_socket::{Address, Error, IntoUri};

/// The whole text, with the `/` that http adds.
fn normal(given: impl IntoUri) -> String {
    given.into_uri().expect("a valid URI").to_string()
}

fn refusal(given: impl IntoUri) -> String {
    let error = given.into_uri().expect_err("an invalid URI");
    assert!(error.is_invalid_input());
    assert_eq!(error.raw_os_error(), Some(22));
    error.to_string()
}

fn hex(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("unix://{digits}/")
}

// TCPS-03, TCPC-01, CTR-01
#[test]
fn a_text_without_a_scheme_is_tcp() {
    assert_eq!(normal("127.0.0.1:80"), "tcp://127.0.0.1:80/");
    assert_eq!(normal("[::1]:80"), "tcp://[::1]:80/");
    assert_eq!(normal("localhost:8080"), "tcp://localhost:8080/");
    assert_eq!(normal("1.2.3.4:80?hostname=a"), "tcp://1.2.3.4:80/?hostname=a");
    assert_eq!(normal("_dns.example.com.:53"), "tcp://_dns.example.com.:53/");
}

// TCPS-01, TCPS-02
#[test]
fn a_port_alone_is_on_this_host() {
    assert_eq!(normal(8080), "tcp://127.0.0.1:8080/");
    assert_eq!(normal("8080"), "tcp://127.0.0.1:8080/");
    assert_eq!(normal("0"), "tcp://127.0.0.1:0/");
}

// TCPS-04
#[test]
fn an_ipv6_address_in_a_text_needs_brackets() {
    assert_eq!(normal("[::]:0"), "tcp://[::]:0/");
    assert!(refusal("::1:0").contains("an IPv6 address needs brackets"));
    assert!(refusal("tcp://::1:0").contains("an IPv6 address needs brackets"));
}

// TCPC-01
#[test]
fn path_and_query_stay_and_the_fragment_goes() {
    assert_eq!(normal("tcp://1.2.3.4:80/path?q#frag"), "tcp://1.2.3.4:80/path?q");
    assert_eq!(normal("1.2.3.4:80#frag"), "tcp://1.2.3.4:80/");
    assert_eq!(normal("a:80/?u=http://b"), "tcp://a:80/?u=http://b");
}

// TCPC-01
#[test]
fn userinfo_goes() {
    assert_eq!(normal("tcp://user:secret@a:80/b@c"), "tcp://a:80/b@c");
    assert_eq!(normal("user@a:80"), "tcp://a:80/");
    // As long as the scheme that is added.
    assert_eq!(normal("admin@a:80"), "tcp://a:80/");
    assert_eq!(normal("a:80#admin"), "tcp://a:80/");
    assert_eq!(normal("user:secret@a:80".parse::<Uri>().unwrap()), "a:80");
}

#[test]
fn no_error_shows_a_password() {
    assert_eq!(
        refusal("tcp://user:secret@a:99999/b"),
        "invalid URI \"tcp://a:99999/b\": the port is not a number from 0 to 65535 (EINVAL)"
    );
    for text in ["user:secret@a:99999", "secret@", "tcp://secret@a@b*:80", "tcp://a:b/secret@c:80"]
    {
        assert!(!refusal(text).contains("secret"), "{text}");
    }
    let uri: Uri = "tcp://user:secret@a:99999".parse().unwrap();
    assert!(!refusal(uri).contains("secret"));
}

// TCPS-07, SRV-01, CTR-02
#[test]
fn a_scheme_is_written_in_lower_case_and_may_be_any() {
    assert_eq!(normal("TCP://127.0.0.1:0"), "tcp://127.0.0.1:0/");
    assert_eq!(normal("Tls://Example.com:443"), "tls://Example.com:443/");
    assert_eq!(normal("foo://127.0.0.1:80"), "foo://127.0.0.1:80/");
    assert_eq!(normal("foo://127.0.0.1"), "foo://127.0.0.1/");
    refusal("foo://127.0.0.1:99999");
}

#[test]
fn http_and_websockets_need_no_port() {
    for text in ["http://a/", "https://a/", "ws://a/", "wss://[::1]/b?c", "https://a:8443/"] {
        assert_eq!(normal(text), text);
    }
}

// TCPS-05, TCPC-11
#[test]
fn tcp_and_tls_need_a_port() {
    for text in ["127.0.0.1", "tcp://127.0.0.1", "tls://a", "[::1]", "tcp://8080", "tls://0", "a/b"]
    {
        assert!(refusal(text).contains("the port is missing"), "{text}");
    }
}

// TCPC-09, TCPS-09
#[test]
fn a_port_is_a_plain_number_below_65536() {
    assert_eq!(
        refusal("host:99999"),
        "invalid URI \"host:99999\": the port is not a number from 0 to 65535 (EINVAL)"
    );
    for text in [
        "127.0.0.1:65536",
        "255.255.255.255:12345678",
        "127.0.0.1:",
        "127.0.0.1:abc",
        "127.0.0.1:-1",
        "127.0.0.1:+1",
        "127.0.0.1:080",
        "08080",
        "99999",
        "[::1]:x",
    ] {
        assert!(refusal(text).contains("the port is not a number"), "{text}");
    }
}

// TCPS-06, TCPS-09, TCPC-11, DNSC-08, SRV-03
#[test]
fn what_is_no_host_and_port_is_refused_in_the_words_it_was_given() {
    for text in [
        "",
        " ",
        "\t",
        "///",
        "////",
        "/",
        ":8080",
        ":80",
        "-1",
        "tcp://",
        "tcp://:80",
        "tcp://*",
        "tcp://*:80",
        "tcp://invalid URI",
        " 127.0.0.1:80",
        "127.0.0.1:80 ",
        "a..b:80",
        ".:80",
        "[::1:80",
        "[::1]80",
        "[127.0.0.1]:80",
        "[]:80",
        "a[::1]:80",
        "::",
        "a%20b:80",
        "unix:/a",
        "tcp://a:80/\u{0}",
        "://a:80",
    ] {
        let words = refusal(text);
        assert!(words.starts_with(&format!("invalid URI {text:?}: ")), "{words}");
        assert!(words.ends_with(" (EINVAL)"), "{words}");
    }
}

#[test]
fn a_name_outside_ascii_is_sent_to_punycode() {
    assert!(refusal("exämple.com:80").contains("Punycode"));
    assert!(normal("xn--exmple-cua.com:80").starts_with("tcp://xn--"));
}

#[test]
fn a_name_has_the_lengths_of_dns() {
    let label = "a".repeat(63);
    assert!(format!("{label}.com:80").into_uri().is_ok());
    refusal(format!("{label}a.com:80"));
    refusal(format!("{}com:80", "a.".repeat(126)));
}

#[test]
fn a_text_that_is_too_long_is_refused() {
    refusal(format!("a:80/{}", "b".repeat(70_000)));
}

// TCPC-11
#[test]
fn a_zone_is_an_interface_or_its_index() {
    assert_eq!(normal("[fe80::1%lo]:80"), "tcp://[fe80::1%lo]:80/");
    assert_eq!(normal("[fe80::1%25lo]:80"), "tcp://[fe80::1%25lo]:80/");
    assert_eq!(normal("[fe80::1%4294967295]:80"), "tcp://[fe80::1%4294967295]:80/");
    assert!(refusal("[fe80::1%nothing]:80").contains("no network interface \"nothing\""));
    refusal("[fe80::1%]:80");
    refusal("[fe80::1%4294967296]:80");
}

#[test]
fn host_and_port_may_be_a_pair() {
    assert_eq!(normal(("example.com", 80)), "tcp://example.com:80/");
    assert_eq!(normal((String::from("::1"), 80)), "tcp://[::1]:80/");
    assert_eq!(normal(("[::1]", 80)), "tcp://[::1]:80/");
    assert_eq!(normal(("fe80::1%lo", 80)), "tcp://[fe80::1%lo]:80/");
    assert_eq!(normal((IpAddr::from([127, 0, 0, 1]), 80)), "tcp://127.0.0.1:80/");
    assert_eq!(normal((IpAddr::from(Ipv6Addr::LOCALHOST), 80)), "tcp://[::1]:80/");
    for host in ["", "a:1", "a/b", "a?b", "u@a", "tcp://a", "unix://a", "ä", "a b"] {
        refusal((host, 80));
    }
}

// SRV-08, SRV-09
#[test]
fn addresses_are_places() {
    let v6 = SocketAddrV6::new(Ipv6Addr::LOCALHOST, 80, 7, 3);
    assert_eq!(normal(SocketAddr::from(v6)), "tcp://[::1%3]:80/");
    assert_eq!(normal(Address::Tls(([1, 2, 3, 4], 443).into())), "tls://1.2.3.4:443/");
    assert_eq!(normal(Address::Unix("/a".into())), hex(b"/a"));
    assert_eq!(normal(Address::Abstract(vec![0, 255])), hex(&[0, 0, 255]));
    assert_eq!(normal(PathBuf::from(OsStr::from_bytes(b"a\xff"))), hex(b"a\xff"));
}

#[test]
fn a_uri_is_taken_as_it_is() {
    for text in
        ["example.com:80", "tcp://a:80/b?c", "https://a/", "unix://2f61/", "unix://2f61:0/b"]
    {
        let uri: Uri = text.parse().unwrap();
        assert_eq!(normal(&uri), text);
        assert_eq!(normal(uri), text);
    }
    assert_eq!(normal(Uri::from_static("TLS://a:80")), "tls://a:80/");
}

#[test]
fn a_uri_is_checked_like_a_text() {
    for text in ["/tmp/a", "*", "a", "a:99999", "tcp://a", "tcp://*:80", "unix://a.sock", "fd://a"]
    {
        refusal(text.parse::<Uri>().unwrap());
    }
    let error = Uri::from_static("tcp://a:99999").into_uri().unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid URI \"tcp://a:99999\": the port is not a number from 0 to 65535 (EINVAL)"
    );
    assert_eq!(error.uri(), Some(&Uri::from_static("tcp://a:99999")));
}

#[test]
fn the_quoted_text_cannot_break_the_line() {
    assert!(!refusal("a\nb:80").contains('\n'));
}

#[test]
fn a_string_may_be_lent_or_given() -> Result<(), Error> {
    let text = String::from("a:80");
    assert_eq!((&text).into_uri()?, text.into_uri()?);
    Ok(())
}
