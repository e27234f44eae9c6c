//! How the address of a Unix socket stands in a URI's authority: the hex
//! digits of its bytes, those of an abstract name behind a zero byte.

use std::{
    ffi::OsString,
    fmt::Write,
    os::unix::ffi::{OsStrExt, OsStringExt},
};

use percent_encoding::percent_decode_str;

use super::authority::Reason;
use crate::Address;

/// `sun_path` has 108 bytes, one of which is the zero byte behind a path or
/// before an abstract name (unix(7)).
const MAX_LENGTH: usize = 107;

/// The address in a normal form's authority, where it is one.
pub(super) fn parse(authority: &str) -> Result<Address, Reason> {
    checked(decode(authority).ok_or("the path is not written in hex digits")?)
}

pub(super) fn checked(address: Address) -> Result<Address, Reason> {
    check(&address).map(|()| address)
}

/// hyperlocal writes a port of 0 behind the digits.
pub(super) fn decode(authority: &str) -> Option<Address> {
    let digits = authority.strip_suffix(":0").unwrap_or(authority);
    let bytes = decode_hex(digits)?;
    Some(match bytes.as_slice() {
        [0, name @ ..] => Address::Abstract(name.to_owned()),
        _ => path(bytes),
    })
}

/// What stands behind `unix://` in a text: a path or `@name`, percent-encoded.
pub(super) fn normalize_text(text: &str) -> Result<String, Reason> {
    let text = text.split_once('#').map_or(text, |(before, _)| before);
    let (place, query) = text.split_at(text.find('?').unwrap_or(text.len()));
    let address = match place.strip_prefix('@') {
        Some(name) => Address::Abstract(percent_decode_str(name).collect()),
        None => path(percent_decode_str(place).collect()),
    };
    Ok(normalize(&address)? + query)
}

/// TCP addresses print in their normal form.
pub(super) fn normalize(address: &Address) -> Result<String, Reason> {
    check(address)?;
    Ok(match address {
        Address::Tcp(_) | Address::Tls(_) => address.to_string(),
        Address::Unix(path) => encode(&[path.as_os_str().as_bytes()]),
        Address::Abstract(name) => encode(&[&[0], name]),
    })
}

pub(super) fn path(bytes: Vec<u8>) -> Address {
    Address::Unix(OsString::from_vec(bytes).into())
}

fn check(address: &Address) -> Result<(), Reason> {
    match address {
        Address::Tcp(_) | Address::Tls(_) => Ok(()),
        Address::Abstract(name) => check_length(name, "abstract name"),
        Address::Unix(path) if path.as_os_str().as_bytes().contains(&0) => {
            Err("a path cannot contain a zero byte".into())
        }
        Address::Unix(path) => check_length(path.as_os_str().as_bytes(), "path"),
    }
}

fn check_length(bytes: &[u8], what: &str) -> Result<(), Reason> {
    match bytes.len() {
        0 => Err(format!("the {what} is empty").into()),
        1..=MAX_LENGTH => Ok(()),
        more => Err(format!("the {what} has {more} bytes, {MAX_LENGTH} is the most").into()),
    }
}

fn encode(bytes: &[&[u8]]) -> String {
    let length = bytes.iter().map(|part| 2 * part.len()).sum::<usize>();
    let mut text = String::with_capacity("unix://".len() + length);
    text.push_str("unix://");
    for byte in bytes.iter().copied().flatten() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn decode_hex(digits: &str) -> Option<Vec<u8>> {
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    pairs.iter().map(|&[high, low]| u8::try_from((digit(high)? << 4) | digit(low)?).ok()).collect()
}
