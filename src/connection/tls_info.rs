use std::{fmt, sync::Arc, time::Duration};

use rustls::{CipherSuite, CommonState, HandshakeKind, ProtocolVersion, pki_types::CertificateDer};

/// What a TLS handshake agreed on. Cheap to clone.
#[derive(Clone)]
pub struct TlsInfo(Arc<Facts>);

struct Facts {
    version: Option<ProtocolVersion>,
    cipher_suite: Option<CipherSuite>,
    alpn_protocol: Option<Box<[u8]>>,
    server_name: Option<Box<str>>,
    peer_certificates: Box<[CertificateDer<'static>]>,
    resumed: bool,
    handshake_time: Duration,
}

impl TlsInfo {
    pub(crate) fn new(
        session: &CommonState,
        server_name: Option<&str>,
        handshake_time: Duration,
    ) -> Self {
        Self(Arc::new(Facts {
            version: session.protocol_version(),
            cipher_suite: session.negotiated_cipher_suite().map(|suite| suite.suite()),
            alpn_protocol: session.alpn_protocol().map(Box::from),
            server_name: server_name.map(Box::from),
            peer_certificates: session.peer_certificates().unwrap_or_default().into(),
            resumed: session.handshake_kind() == Some(HandshakeKind::Resumed),
            handshake_time,
        }))
    }

    /// TLS 1.2 or 1.3.
    pub fn version(&self) -> Option<ProtocolVersion> {
        self.0.version
    }

    /// The cipher suite.
    pub fn cipher_suite(&self) -> Option<CipherSuite> {
        self.0.cipher_suite
    }

    /// The protocol chosen by ALPN (RFC 7301), `h2` for example.
    pub fn alpn_protocol(&self) -> Option<&[u8]> {
        self.0.alpn_protocol.as_deref()
    }

    /// The server name the client asked for (SNI, RFC 6066 §3). On the client
    /// the one it verified, `None` for an IP address.
    pub fn server_name(&self) -> Option<&str> {
        self.0.server_name.as_deref()
    }

    /// The peer's certificate followed by those of its chain; empty for a
    /// client that sent none.
    pub fn peer_certificates(&self) -> &[CertificateDer<'static>] {
        &self.0.peer_certificates
    }

    /// Whether an earlier session was resumed.
    pub fn is_resumed(&self) -> bool {
        self.0.resumed
    }

    /// From the first byte of the handshake to its last.
    pub fn handshake_time(&self) -> Duration {
        self.0.handshake_time
    }
}

/// `TLSv1.3, TLS13_AES_256_GCM_SHA384`
impl fmt::Display for TlsInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = match self.version() {
            Some(ProtocolVersion::TLSv1_3) => "TLSv1.3",
            Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
            _ => "TLS",
        };
        f.write_str(version)?;
        match self.cipher_suite().and_then(|suite| suite.as_str()) {
            Some(suite) => write!(f, ", {suite}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for TlsInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsInfo")
            .field("version", &self.version())
            .field("cipher_suite", &self.cipher_suite())
            .field("alpn_protocol", &self.alpn_protocol().map(String::from_utf8_lossy))
            .field("server_name", &self.server_name())
            .field("resumed", &self.is_resumed())
            .finish_non_exhaustive()
    }
}
