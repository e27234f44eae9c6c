//! What a client's handshake tells `tracing`. Without that feature all of this
//! is empty.

#![cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is nobody to tell"))]

use rustls::pki_types::ServerName;

use crate::ConnectionInfo;

pub(super) fn handshake_started(info: &ConnectionInfo, name: &ServerName<'_>) {
    event!("handshake_started", target = peer(info), server_name = %name.to_str());
}

pub(super) fn handshake_complete(info: &ConnectionInfo) {
    event!(
        "handshake_complete",
        target = peer(info),
        tls = info.tls().map(tracing::field::display),
        resumed = info.tls().map(crate::TlsInfo::is_resumed),
        duration_ms =
            info.tls().and_then(|tls| u64::try_from(tls.handshake_time().as_millis()).ok()),
    );
}

/// Written as the targets of a race are.
#[cfg(feature = "tracing")]
fn peer(info: &ConnectionInfo) -> Option<String> {
    let address = info.peer_address()?;
    Some(address.socket_addr().map_or_else(|| address.to_string(), |address| address.to_string()))
}
