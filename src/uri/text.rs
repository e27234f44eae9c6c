//! How the address of a Unix socket is written behind `unix://`.

use std::{fmt, os::unix::ffi::OsStrExt, path::Path};

use percent_encoding::{AsciiSet, CONTROLS, percent_encode};

/// What would be read as something else than a byte of the path.
const RESERVED: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#');

/// A path or an abstract name as it stands behind `unix://`.
pub(crate) struct UnixText<'a> {
    prefix: &'static str,
    bytes: &'a [u8],
}

impl<'a> UnixText<'a> {
    /// A relative path that starts with `@` is no abstract name.
    pub(crate) fn path(path: &'a Path) -> Self {
        match path.as_os_str().as_bytes() {
            [b'@', rest @ ..] => Self { prefix: "%40", bytes: rest },
            bytes => Self { prefix: "", bytes },
        }
    }

    pub(crate) fn abstract_name(name: &'a [u8]) -> Self {
        Self { prefix: "@", bytes: name }
    }
}

/// UTF-8 stays readable; bytes that are none are escaped.
impl fmt::Display for UnixText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.prefix)?;
        for chunk in self.bytes.utf8_chunks() {
            for letter in chunk.valid().chars() {
                match u8::try_from(letter).ok().filter(u8::is_ascii) {
                    Some(byte) => write!(f, "{}", percent_encode(&[byte], RESERVED))?,
                    None => write!(f, "{letter}")?,
                }
            }
            for byte in chunk.invalid() {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}
