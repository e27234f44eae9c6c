//! The host and port of a URI, checked to the last letter: [`http::Uri`] lets
//! `host:99999` and `*:80` pass.

use std::{
    borrow::Cow,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6},
    str::FromStr,
};

use super::{
    scan::{find, rsplit_once},
    scheme::default_port,
    target::Target,
};

/// Why something is no URI.
pub(super) type Reason = Cow<'static, str>;

const NO_PORT: &str = "the port is missing";
const BAD_PORT: &str = "the port is not a number from 0 to 65535";

pub(super) struct Authority<'a> {
    pub(super) host: Host<'a>,
    pub(super) port: Option<u16>,
}

impl<'a> Authority<'a> {
    /// Userinfo is left out.
    pub(super) fn parse(text: &'a str) -> Result<Self, Reason> {
        if let Some(common) = Self::parse_v4(text) {
            return Ok(common);
        }
        let (host, port) = split(without_userinfo(text))?;
        let host = Host::parse(host)?;
        Ok(Self { host, port: port.map(parse_port).transpose()? })
    }

    /// `192.0.2.1:80`, which is what most connects begin or end with.
    fn parse_v4(text: &str) -> Option<Self> {
        let (ip, port) = rsplit_once(text, b':')?;
        let ip = ip.parse().ok()?;
        let host = Host::Address(SocketAddrV4::new(ip, 0).into());
        Some(Self { host, port: Some(number(port)?) })
    }

    pub(super) fn port_or_default(&self, scheme: Option<&str>) -> Result<u16, Reason> {
        let port = self.port.or_else(|| scheme.and_then(default_port));
        port.ok_or(Cow::Borrowed(NO_PORT))
    }

    pub(super) fn target(&self, scheme: Option<&str>) -> Result<Target<'a>, Reason> {
        let port = self.port_or_default(scheme)?;
        Ok(match self.host {
            Host::Name(name) => Target::Name { name, port },
            Host::Address(mut address) => {
                address.set_port(port);
                Target::Address(address)
            }
        })
    }
}

pub(super) enum Host<'a> {
    /// An IP literal; its port is 0.
    Address(SocketAddr),
    Name(&'a str),
}

impl<'a> Host<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Reason> {
        if let Some(inside) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return parse_v6(inside).map(Self::Address);
        }
        match text.parse::<Ipv4Addr>() {
            Ok(ip) => Ok(Self::Address(SocketAddrV4::new(ip, 0).into())),
            Err(_) => check_name(text).map(|()| Self::Name(text)),
        }
    }
}

pub(super) fn without_userinfo(authority: &str) -> &str {
    rsplit_once(authority, b'@').map_or(authority, |(_, rest)| rest)
}

/// The host with its brackets, and what stands behind the colon.
pub(super) fn split(text: &str) -> Result<(&str, Option<&str>), Reason> {
    let end = if text.starts_with('[') {
        let bracket = find(text, |byte| byte == b']');
        bracket.ok_or("the bracket of the IPv6 address is not closed")? + 1
    } else {
        find(text, |byte| byte == b':').unwrap_or(text.len())
    };
    let (host, rest) = text.split_at(end);
    match rest.strip_prefix(':') {
        Some(port) if find(port, |byte| byte == b':').is_some() => {
            Err("there is more than one colon; an IPv6 address needs brackets".into())
        }
        Some(port) => Ok((host, Some(port))),
        None if rest.is_empty() => Ok((host, None)),
        None => Err("only a port can follow the bracket".into()),
    }
}

pub(super) fn parse_port(text: &str) -> Result<u16, Reason> {
    number(text).ok_or(Cow::Borrowed(BAD_PORT))
}

/// Digits only: no sign, no leading zeros.
pub(super) fn number<T: FromStr>(text: &str) -> Option<T> {
    match text.as_bytes() {
        [b'0'] | [b'1'..=b'9', ..] => text.parse().ok(),
        _ => None,
    }
}

fn parse_v6(text: &str) -> Result<SocketAddr, Reason> {
    let (ip, zone) = text.split_once('%').map_or((text, None), |(ip, zone)| (ip, Some(zone)));
    let ip: Ipv6Addr = ip.parse().map_err(|_| format!("{text:?} is no IPv6 address"))?;
    let scope = zone.map(parse_zone).transpose()?.unwrap_or(0);
    Ok(SocketAddrV6::new(ip, 0, 0, scope).into())
}

/// A number is an interface's index, as [`SocketAddrV6`] prints it. A name may
/// have its `%` escaped as `%25` (RFC 6874).
fn parse_zone(zone: &str) -> Result<u32, Reason> {
    if let Some(index) = number(zone) {
        return Ok(index);
    }
    let name = zone.strip_prefix("25").unwrap_or(zone);
    nix::net::if_::if_nametoindex(name)
        .map_err(|_| format!("there is no network interface {name:?}").into())
}

/// RFC 1035, section 2.3.4: labels have 63 octets at most, a name 253 when
/// written. An underscore is common in the names of services.
fn check_name(name: &str) -> Result<(), Reason> {
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let relative = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() {
        Err("the host is missing".into())
    } else if !name.is_ascii() {
        Err("a host name outside ASCII has to be given in Punycode (RFC 3492)".into())
    } else if let Some(other) = name.chars().find(|c| !letter(*c)) {
        Err(format!("{other:?} cannot be part of a host name").into())
    } else if relative.len() > 253 || !relative.split('.').all(|l| (1..=63).contains(&l.len())) {
        Err("a host name has labels of 1 to 63 letters, and at most 253 letters".into())
    } else {
        Ok(())
    }
}
