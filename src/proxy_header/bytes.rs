//! From bytes, and not one byte too many.

use proxyproto::{v1, v2};

use super::{
    CHECKSUM, FIXED_LENGTH, ProxyHeader, Version,
    error::{because, failed, too_long},
};
use crate::Error;

const LINE: &[u8] = b"PROXY ";

/// `PROXY UNKNOWN\r\n`: whatever comes is no shorter.
const SHORTEST: usize = 15;

/// Version 2, LOCAL or PROXY.
const COMMANDS: [u8; 2] = [0x20, 0x21];

/// How many bytes are missing, at least, of the header that begins like this;
/// 0 when all are there. It takes no more than `most` bytes in version 2.
pub(crate) fn missing(bytes: &[u8], most: usize) -> Result<usize, Error> {
    if begins(bytes, LINE) {
        missing_of_line(bytes)
    } else if begins(bytes, &v2::SIGNATURE) {
        missing_of_block(bytes, most)
    } else {
        Err(failed("there is none"))
    }
}

/// As far as they go.
fn begins(bytes: &[u8], signature: &[u8]) -> bool {
    bytes.iter().zip(signature).all(|(byte, expected)| byte == expected)
}

fn missing_of_line(line: &[u8]) -> Result<usize, Error> {
    if line.windows(2).any(|end| end == b"\r\n") {
        return Ok(0);
    }
    let missing = shortest_rest(line).max(SHORTEST.saturating_sub(line.len()));
    if line.len() + missing > v1::MAX_HEADER_SIZE {
        return Err(too_long(v1::MAX_HEADER_SIZE));
    }
    Ok(missing)
}

/// Addresses and ports come after five spaces, each at least a byte long.
fn shortest_rest(line: &[u8]) -> usize {
    if line.ends_with(b"\r") {
        return 1;
    }
    let spaces = line.iter().filter(|byte| **byte == b' ').count();
    let fields = if line.starts_with(b"PROXY TCP") { 5_usize.saturating_sub(spaces) } else { 0 };
    2 * fields + 2
}

fn missing_of_block(block: &[u8], most: usize) -> Result<usize, Error> {
    let Some(fixed) = block.get(..FIXED_LENGTH) else { return Ok(FIXED_LENGTH - block.len()) };
    if !COMMANDS.contains(&fixed[12]) {
        return Err(failed("its version or command is unknown"));
    }
    let length = FIXED_LENGTH + usize::from(u16::from_be_bytes([fixed[14], fixed[15]]));
    if length > most {
        return Err(too_long(most));
    }
    Ok(length.saturating_sub(block.len()))
}

/// Reads a header that is all there.
pub(super) fn parse(bytes: &[u8]) -> Result<ProxyHeader, Error> {
    if missing(bytes, usize::MAX)? > 0 {
        return Err(failed("it is not complete"));
    }
    let (rest, version) = if begins(bytes, LINE) { line(bytes) } else { block(bytes) }?;
    if rest.is_empty() { Ok(ProxyHeader(version)) } else { Err(failed("it is malformed")) }
}

type Parsed<'a> = Result<(&'a [u8], Version), Error>;

fn line(line: &[u8]) -> Parsed<'_> {
    match v1::Header::try_from_bytes(line) {
        Ok((rest, header)) if is_strict(line, &header) => Ok((rest, Version::V1(header))),
        _ => Err(failed("it is malformed")),
    }
}

/// The parser takes any white space for the one space there is to be.
fn is_strict(line: &[u8], header: &v1::Header) -> bool {
    if header.addresses().is_none() {
        return line.starts_with(b"PROXY UNKNOWN\r") || line.starts_with(b"PROXY UNKNOWN ");
    }
    let mut words = line.split(|byte| *byte == b'\r').next().unwrap_or_default().split(is_space);
    words.all(|word| !word.is_empty() && word.iter().all(u8::is_ascii_graphic))
}

fn is_space(byte: &u8) -> bool {
    *byte == b' '
}

fn block(block: &[u8]) -> Parsed<'_> {
    if block[12] == COMMANDS[0] {
        // What it says besides is to be discarded, whatever it is.
        let rest = &block[FIXED_LENGTH + usize::from(u16::from_be_bytes([block[14], block[15]]))..];
        return Ok((rest, ProxyHeader::v2_local().0));
    }
    let (rest, header) = v2::Header::try_from_bytes(block).map_err(because)?;
    let checksum = header.tlvs().any(|(kind, _)| kind == CHECKSUM);
    if !checksum {
        return Ok((rest, Version::V2 { header, checksum }));
    }
    match header.validate_crc32c_tlv() {
        Some(true) => Ok((rest, Version::V2 { header: without_checksum(&header), checksum })),
        _ => Err(failed("its checksum is wrong")),
    }
}

/// It is made anew when the header is sent on.
fn without_checksum(header: &v2::Header) -> v2::Header {
    let (command, transport) = (header.command(), header.transport_protocol());
    let mut bare = match header.addresses() {
        v2::Addresses::Unspecified => v2::Header::new_unspecified(command),
        v2::Addresses::Inet { source, destination } => {
            let family = header.address_family();
            v2::Header::new(command, transport, family, *source, *destination)
        }
        v2::Addresses::Unix { source, destination } => {
            v2::Header::new_unix(command, transport, **source, **destination)
        }
    };
    for (kind, value) in header.tlvs().filter(|(kind, _)| *kind != CHECKSUM) {
        bare.add_tlv(kind, value);
    }
    bare
}
