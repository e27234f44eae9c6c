use std::str;

/// What a proxy tells of the TLS that it speaks with its client
/// (proxy-protocol.txt, section 2.2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ssl<'a> {
    flags: u8,
    verify: u32,
    values: &'a [u8],
}

impl<'a> Ssl<'a> {
    pub(super) fn new(value: &'a [u8]) -> Option<Self> {
        let (fixed, values) = value.split_first_chunk::<5>()?;
        let [flags, verify @ ..] = *fixed;
        Some(Self { flags, verify: u32::from_be_bytes(verify), values })
    }

    /// Whether the client speaks TLS with the proxy.
    pub fn is_tls(&self) -> bool {
        self.flags & 1 != 0
    }

    /// Whether the client showed a certificate, on this connection or earlier
    /// in the session that it resumed.
    pub fn has_certificate(&self) -> bool {
        self.flags & (2 | 4) != 0
    }

    /// Whether that certificate was verified.
    pub fn is_verified(&self) -> bool {
        self.has_certificate() && self.verify == 0
    }

    /// `TLSv1.3`, say.
    pub fn version(&self) -> Option<&'a str> {
        self.text(0x21)
    }

    /// The common name in the client's certificate.
    pub fn common_name(&self) -> Option<&'a str> {
        self.text(0x22)
    }

    /// `TLS_AES_256_GCM_SHA384`, say.
    pub fn cipher(&self) -> Option<&'a str> {
        self.text(0x23)
    }

    /// How the proxy's certificate is signed: `RSA-SHA256`, say.
    pub fn signature_algorithm(&self) -> Option<&'a str> {
        self.text(0x24)
    }

    /// The key of the proxy's certificate: `RSA2048`, say.
    pub fn key_algorithm(&self) -> Option<&'a str> {
        self.text(0x25)
    }

    /// All parts with their types, in their order, up to one that is cut off.
    pub fn values(&self) -> impl Iterator<Item = (u8, &'a [u8])> + use<'a> {
        let mut rest = self.values;
        std::iter::from_fn(move || {
            let (&[kind, high, low], behind) = rest.split_first_chunk()?;
            let (value, behind) =
                behind.split_at_checked(u16::from_be_bytes([high, low]).into())?;
            rest = behind;
            Some((kind, value))
        })
    }

    fn text(&self, kind: u8) -> Option<&'a str> {
        let (_, text) = self.values().find(|(found, _)| *found == kind)?;
        str::from_utf8(text).ok()
    }
}
