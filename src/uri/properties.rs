//! Nothing panics, and what is shown is read back.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use http::Uri;
use proptest::prelude::*;

use super::*;
use crate::{Address, IntoUri};

/// Pieces from which URIs and what looks like one are made.
fn nearly_a_uri() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "tcp",
            "TLS",
            "unix",
            "fd",
            "php",
            "systemd",
            "http",
            "wss",
            "foo",
            "://",
            ":",
            "/",
            "?",
            "#",
            "@",
            "[",
            "]",
            "%",
            "%25",
            "%00",
            "%zz",
            "::1",
            "fe80::1",
            "127.0.0.1",
            "lo",
            "0",
            "80",
            "65535",
            "99999",
            "08",
            "-1",
            "hostname=",
            "&",
            "example.com",
            ".",
            "ä",
            " ",
            "2f61",
            ":0",
            "*",
            "\0",
            "\n",
        ])
        .prop_map(str::to_owned),
        "[a-z0-9./:?#@%\\[\\]-]{1,4}",
    ];
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

fn host() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,20}[a-z0-9])?(\\.[a-z0-9]{1,10}){0,3}\\.?",
        any::<Ipv4Addr>().prop_map(|ip| ip.to_string()),
        any::<Ipv6Addr>().prop_map(|ip| format!("[{ip}]")),
        (any::<Ipv6Addr>(), any::<u32>()).prop_map(|(ip, scope)| format!("[{ip}%{scope}]")),
    ]
}

fn network_uri() -> impl Strategy<Value = String> {
    let scheme = prop::sample::select(vec!["tcp", "tls", "http", "wss", "foo", "TCP", "x+y-z.1"]);
    let rest = "(/[a-z0-9:@%=~]{0,8}){0,3}(\\?[a-z0-9:@/?%=&]{0,20})?";
    (scheme, host(), any::<u16>(), rest)
        .prop_map(|(scheme, host, port, rest)| format!("{scheme}://{host}:{port}{rest}"))
}

fn address() -> impl Strategy<Value = Address> {
    use std::{ffi::OsString, os::unix::ffi::OsStringExt};
    let v4 = any::<(Ipv4Addr, u16)>().prop_map(|(ip, port)| SocketAddrV4::new(ip, port).into());
    let v6 = any::<(Ipv6Addr, u16, u32)>()
        .prop_map(|(ip, port, scope)| SocketAddrV6::new(ip, port, 0, scope).into());
    let socket = prop_oneof![v4, v6].boxed();
    let path = prop_oneof![
        prop::collection::vec(1..=u8::MAX, 1..=107),
        "[@%?#/.:a-z0-9ä -]{1,50}".prop_map(String::into_bytes),
    ];
    prop_oneof![
        socket.clone().prop_map(|address: SocketAddr| Address::Tcp(address)),
        socket.prop_map(Address::Tls),
        path.prop_map(|bytes| Address::Unix(OsString::from_vec(bytes).into())),
        prop::collection::vec(any::<u8>(), 1..=107).prop_map(Address::Abstract),
    ]
}

/// Everything that reads a URI.
fn read(uri: &Uri) {
    let _ = display(uri).to_string();
    let _ = (target(uri), connect_address(uri), listen_address(uri), unix_address(uri));
    let _ = (descriptor(uri), systemd_name(uri), hostname(uri), without_tls(uri));
    let _ = with_address(uri, SocketAddr::from(([127, 0, 0, 1], 80)));
}

fn read_text(text: &str) {
    if let Ok(uri) = text.into_uri() {
        read(&uri);
    }
    if let Ok(uri) = text.parse::<Uri>() {
        read(&uri);
        let _ = uri.into_uri().map(|uri| read(&uri));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>()) {
        read_text(&text);
    }

    #[test]
    fn no_text_that_is_nearly_a_uri_makes_the_parser_panic(text in nearly_a_uri()) {
        read_text(&text);
    }

    #[test]
    fn a_normal_form_is_read_back_from_what_is_shown(text in nearly_a_uri()) {
        if let Ok(uri) = text.as_str().into_uri() {
            prop_assert_eq!(&(&uri).into_uri().unwrap(), &uri);
            prop_assert_eq!(display(&uri).to_string().into_uri().unwrap(), uri);
        }
    }

    #[test]
    fn a_uri_with_host_and_port_is_read_back_from_what_is_shown(text in network_uri()) {
        let uri = text.as_str().into_uri().unwrap();
        prop_assert_eq!(&display(&uri).to_string().into_uri().unwrap(), &uri);
        prop_assert_eq!(&uri.clone().into_uri().unwrap(), &uri);
    }

    #[test]
    fn an_address_is_read_back_from_what_it_prints(address in address()) {
        let uri = (&address).into_uri().unwrap();
        prop_assert_eq!(&address.to_string().into_uri().unwrap(), &uri);
        prop_assert_eq!(display(&uri).to_string(), address.to_string());
        match &address {
            Address::Tcp(socket) | Address::Tls(socket) if socket.port() > 0 => {
                prop_assert_eq!(target(&uri).unwrap(), Target::Address(*socket));
            }
            Address::Tcp(_) | Address::Tls(_) => prop_assert!(target(&uri).is_err()),
            _ => prop_assert_eq!(unix_address(&uri).unwrap(), address),
        }
    }

    #[test]
    fn an_address_in_place_of_a_host_is_what_is_connected_to(
        text in network_uri(),
        address in any::<SocketAddr>(),
    ) {
        let uri = text.as_str().into_uri().unwrap();
        let resolved = with_address(&uri, address).unwrap();
        let name = hostname(&uri).unwrap_or_else(|| uri.host().unwrap().into());
        prop_assert_eq!(hostname(&resolved).unwrap(), name);
        prop_assert_eq!(resolved.scheme_str(), uri.scheme_str());
        prop_assert_eq!(resolved.path(), uri.path());
        if address.port() > 0 {
            let wanted = Target::Address(without_flow(address));
            prop_assert_eq!(target(&resolved).unwrap(), wanted);
        }
    }
}

/// No text has a flow label (RFC 2553, section 3.3).
fn without_flow(mut address: SocketAddr) -> SocketAddr {
    if let SocketAddr::V6(v6) = &mut address {
        v6.set_flowinfo(0);
    }
    address
}
