//! Unix sockets, and sockets that were inherited.

use std::path::Path;

use http::Uri;
use tower_socket::{Address, IntoUri};

use super::{hex, normal, refusal};

// UNXS-01
#[test]
fn a_text_that_starts_as_a_path_is_one_byte_for_byte() {
    for text in ["/tmp/x.sock", "./a", "../a", "//a", "/a?b#c%20d", "/ä b"] {
        assert_eq!(normal(text), hex(text.as_bytes()), "{text}");
        assert_eq!(normal(Path::new(text)), hex(text.as_bytes()), "{text}");
    }
}

// UNXS-01
#[test]
fn a_unix_uri_has_a_percent_encoded_path() {
    assert_eq!(normal("unix:///tmp/x.sock"), hex(b"/tmp/x.sock"));
    assert_eq!(normal("UNIX://example.sock"), hex(b"example.sock"));
    assert_eq!(normal("unix:///a%20b%3fc%zz%ff"), hex(b"/a b?c%zz\xff"));
    assert_eq!(normal("unix:///a#b"), hex(b"/a"));
    assert_eq!(normal("unix:///a?hostname=b#c"), hex(b"/a") + "?hostname=b");
    assert_eq!(normal("unix://2f61"), hex(b"2f61"));
}

#[test]
fn an_abstract_name_stands_behind_a_zero_byte() {
    assert_eq!(normal("unix://@app"), hex(b"\0app"));
    assert_eq!(normal("unix://@a%00b@c"), hex(b"\0a\0b@c"));
    assert_eq!(normal("unix://%40app"), hex(b"@app"));
    assert_eq!(normal(Path::new("@app")), hex(b"@app"));
}

// UNXS-06
#[test]
fn a_unix_path_is_neither_empty_nor_too_long() {
    assert!(refusal("unix://").contains("the path is empty"));
    assert!(refusal(Path::new("")).contains("the path is empty"));
    assert!(refusal("unix://@").contains("the abstract name is empty"));
    assert!(refusal("unix:///a%00b").contains("zero byte"));
    assert!(refusal(Path::new("/a\0b")).contains("zero byte"));
    assert!(format!("/{}", "a".repeat(106)).into_uri().is_ok());
    assert!(refusal(format!("/{}", "a".repeat(107))).contains("has 108 bytes, 107 is the most"));
    assert!(refusal(Address::Abstract(vec![b'a'; 108])).contains("108 bytes"));
    assert!(refusal(hex(&[b'a'; 108]).parse::<Uri>().unwrap()).contains("108 bytes"));
}

// FDS-01, FDS-02
#[test]
fn a_descriptor_is_written_in_one_way() {
    assert_eq!(normal("fd://3"), "fd://3/");
    assert_eq!(normal("PHP://fd/3"), "fd://3/");
    assert_eq!(normal("php://fd/3".parse::<Uri>().unwrap()), "fd://3/");
    for text in ["fd://-1", "fd://x", "fd://03", "php://fd/x", "fd://9223372036854775807", "fd://"]
    {
        refusal(text);
    }
}

#[test]
fn a_socket_of_systemd_has_a_name() {
    assert_eq!(normal("systemd://web@1.socket"), "systemd://web@1.socket/");
    refusal("systemd://");
    refusal("systemd://a:1");
}
