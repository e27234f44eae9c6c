//! The name a client asks for (RFC 6066, section 3).

use rustls::pki_types::DnsName;

/// Of an extension (RFC 6066, section 1.1).
const SERVER_NAME: &[u8] = &[0, 0];
/// Of a name in that extension.
const HOST_NAME: &[u8] = &[0];
/// What comes first in a ClientHello (RFC 8446, section 4.1.2): the message's
/// header, a version, and a random number.
const BEGINNING: usize = 4 + 2 + 32;

/// In lower case, as rustls has it. `None` for what is no name, and for bytes
/// that are no ClientHello.
pub(super) fn server_name(mut hello: &[u8]) -> Option<String> {
    let rest = &mut hello;
    take(rest, BEGINNING)?;
    let _session_id = vector::<1>(rest)?;
    let _cipher_suites = vector::<2>(rest)?;
    let _compression_methods = vector::<1>(rest)?;
    let mut extensions = vector::<2>(rest)?;
    loop {
        let kind = take(&mut extensions, 2)?;
        let mut data = vector::<2>(&mut extensions)?;
        if kind == SERVER_NAME {
            let mut names = vector::<2>(&mut data)?;
            let is_host = take(&mut names, 1)? == HOST_NAME;
            let name = DnsName::try_from(vector::<2>(&mut names)?).ok()?;
            return is_host.then(|| name.to_lowercase_owned().as_ref().to_owned());
        }
    }
}

/// What TLS calls a vector: its length in so many bytes, and it.
fn vector<'a, const LENGTH: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = take(rest, LENGTH)?;
    take(rest, length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))
}

fn take<'a>(rest: &mut &'a [u8], bytes: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(bytes)?;
    *rest = after;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With a name of a kind, after another extension.
    fn hello(kind: u8, name: &[u8]) -> Vec<u8> {
        let (length, beginning) = (name.len() as u8, [0; BEGINNING]);
        let names = [&[kind, 0, length], name].concat();
        let server_name = [&[0, 0, 0, length + 5, 0, length + 3], &names[..]].concat();
        let another = [0, 43, 0, 3, 2, 3, 4];
        let sizes = [0, 0, 2, 19, 1, 1, 0, 0, (server_name.len() + another.len()) as u8];
        [&beginning[..], &sizes, &another, &server_name].concat()
    }

    #[test]
    fn a_name_is_read_in_lower_case() {
        let name = server_name(&hello(0, b"Example.COM"));
        assert_eq!(name.as_deref(), Some("example.com"));
    }

    #[test]
    fn what_is_no_host_name_is_none() {
        for hello in [hello(1, b"example.com"), hello(0, b"192.0.2.1"), hello(0, b"\xff")] {
            assert_eq!(server_name(&hello), None);
        }
    }

    #[test]
    fn what_was_cut_off_has_no_name() {
        let hello = hello(0, b"example.com");
        for end in 0..hello.len() {
            assert_eq!(server_name(&hello[..end]), None, "{end}");
        }
    }
}
