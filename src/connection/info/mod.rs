mod rare;
mod state;
#[cfg(feature = "tracing")]
mod trace;

use std::{
    borrow::Cow,
    fmt, io,
    net::IpAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    },
    task::Context,
    time::Duration,
};

use atomic_waker::AtomicWaker;
use tokio::time::Instant;

#[cfg(feature = "proxy-protocol")]
use self::rare::Proxied;
use self::rare::Rare;
pub use self::state::ConnectionState;
#[cfg(feature = "tls")]
use super::TlsInfo;
#[cfg(feature = "proxy-protocol")]
use crate::proxy_header::ProxyHeader;
use crate::{Address, Error, ErrorKind, registry::KeySlot, tally::Tally};

/// The facts about one connection, and the way to close it from anywhere.
///
/// A cheap handle: cloning it shares the facts, and holding it keeps nothing
/// open.
#[derive(Clone)]
pub struct ConnectionInfo(Arc<Shared>);

struct Shared {
    id: u64,
    peer: Option<Address>,
    /// Of the listener that has accepted it.
    tally: Option<Arc<Tally>>,
    /// In the registry of that listener.
    listed: KeySlot,
    opened: Instant,
    read: AtomicU64,
    written: AtomicU64,
    state: AtomicU8,
    books_kept: AtomicBool,
    closing: AtomicBool,
    failed: AtomicBool,
    reader: AtomicWaker,
    rare: OnceLock<Box<Rare>>,
    #[cfg(feature = "tls")]
    tls: OnceLock<TlsInfo>,
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

impl ConnectionInfo {
    /// Facts about a connection that opens now, to `peer`.
    pub fn new(peer: Option<Address>) -> Self {
        Self::with_tally(peer, None)
    }

    /// Facts about a connection that was accepted from `peer` now; it is listed
    /// until it is closed.
    pub(crate) fn accepted(peer: Option<Address>, tally: &Arc<Tally>) -> Self {
        tally.count_accepted();
        let info = Self::with_tally(peer, Some(Arc::clone(tally)));
        info.0.listed.put(tally.open().insert(&info));
        info
    }

    fn with_tally(peer: Option<Address>, tally: Option<Arc<Tally>>) -> Self {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        Self(Arc::new(Shared {
            id,
            #[cfg(feature = "tracing")]
            span: trace::connection(id, peer.as_ref(), tally.as_deref()),
            peer,
            tally,
            listed: KeySlot::new(),
            opened: Instant::now(),
            read: AtomicU64::new(0),
            written: AtomicU64::new(0),
            state: AtomicU8::new(ConnectionState::Open as u8),
            books_kept: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            reader: AtomicWaker::new(),
            rare: OnceLock::new(),
            #[cfg(feature = "tls")]
            tls: OnceLock::new(),
        }))
    }

    /// A number no other connection of this process has.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// The other end, or the client that a proxy there named
    /// ([`proxy_protocol`](crate::layers)). It stays readable after the peer is
    /// gone.
    pub fn peer_address(&self) -> Option<Address> {
        #[cfg(feature = "proxy-protocol")]
        if let Some(header) = self.proxy_header().filter(|header| header.names_client()) {
            return header.source().map(|address| self.as_seen_through_tls(address));
        }
        self.0.peer.clone().map(|address| self.as_seen_through_tls(address))
    }

    /// The IP address of that end.
    pub(crate) fn peer_ip(&self) -> Option<IpAddr> {
        #[cfg(feature = "proxy-protocol")]
        if let Some(header) = self.proxy_header().filter(|header| header.names_client()) {
            return header.source().and_then(|address| address.ip());
        }
        self.0.peer.as_ref().and_then(Address::ip)
    }

    /// What a [trusted proxy](crate::layers::proxy_protocol::TrustedProxies) at
    /// the other end said of this connection.
    #[cfg(feature = "proxy-protocol")]
    pub fn proxy_header(&self) -> Option<&ProxyHeader> {
        self.0.rare.get()?.proxied.get().map(|proxied| &proxied.header)
    }

    /// The proxy at the other end, where [`peer_address`](Self::peer_address)
    /// is the client it named. `None` where no header was read, and for a proxy
    /// on a Unix socket without a name.
    #[cfg(feature = "proxy-protocol")]
    pub fn proxy_address(&self) -> Option<Address> {
        self.proxy_header().and_then(|_| self.0.peer.clone())
    }

    /// Once, after the last byte of the header was read; else `false`.
    #[cfg(feature = "proxy-protocol")]
    pub(crate) fn set_proxy_header(&self, header: ProxyHeader) -> bool {
        let proxied = Proxied { header, bytes: self.bytes_read() };
        self.rare().proxied.set(Box::new(proxied)).is_ok()
    }

    /// Whether the client has sent anything; a proxy's header does not count.
    pub(crate) fn has_spoken(&self) -> bool {
        #[cfg(feature = "proxy-protocol")]
        if let Some(proxied) = self.0.rare.get().and_then(|rare| rare.proxied.get()) {
            return self.bytes_read() > proxied.bytes;
        }
        self.bytes_read() > 0
    }

    /// The listener that has accepted it, by the address it was bound to; `None`
    /// for an outgoing connection. Where that is no wildcard as `0.0.0.0` it is
    /// this end of the connection.
    /// [`Connection::local_address`](crate::Connection::local_address) asks the
    /// operating system.
    pub fn listener_address(&self) -> Option<Address> {
        let listener = self.0.tally.as_ref()?.listener().clone();
        Some(self.as_seen_through_tls(listener))
    }

    /// How long ago it was opened.
    pub fn age(&self) -> Duration {
        self.0.opened.elapsed()
    }

    /// Bytes received so far; over TLS those of its records.
    pub fn bytes_read(&self) -> u64 {
        self.0.read.load(Ordering::Relaxed)
    }

    /// Bytes sent so far; over TLS those of its records.
    pub fn bytes_written(&self) -> u64 {
        self.0.written.load(Ordering::Relaxed)
    }

    /// The error of a connection that is not to be, with its peer. Counted once,
    /// however many layers it passes.
    pub(crate) fn failed(&self, error: Error) -> Error {
        if let Some(tally) = &self.0.tally
            && !self.0.failed.swap(true, Ordering::Relaxed)
        {
            tally.count_failed(error.kind());
            #[cfg(feature = "tracing")]
            trace::failed(&self.0.span, &error);
        }
        error.with_peer(self.peer_address())
    }

    /// Facts about TLS, once its handshake is done.
    #[cfg(feature = "tls")]
    pub fn tls(&self) -> Option<&TlsInfo> {
        self.0.tls.get()
    }

    /// The first handshake of a connection is the one people see.
    #[cfg(feature = "tls")]
    pub(crate) fn set_tls(&self, tls: TlsInfo) {
        let _ = self.0.tls.set(tls);
    }

    pub(crate) fn as_seen_through_tls(&self, address: Address) -> Address {
        #[cfg(feature = "tls")]
        if self.tls().is_some() {
            return address.secured();
        }
        address
    }

    /// Asks the connection to end: whatever is being read or written now, and
    /// the next I/O, fails with [`ErrorKind::Closed`] and this reason. The first
    /// reason stays.
    ///
    /// The descriptor is closed when the connection is dropped, as handlers do
    /// that get an error. One that does no I/O keeps it.
    pub fn close(&self, reason: impl Into<Cow<'static, str>>) {
        let rare = self.rare();
        let _ = rare.reason.set(reason.into());
        self.0.closing.store(true, Ordering::Release);
        self.0.reader.wake();
        rare.writer.wake();
    }

    fn rare(&self) -> &Rare {
        self.0.rare.get_or_init(Box::default)
    }

    pub(super) fn count_read(&self, bytes: usize) {
        // Only one task reads at a time, so this needs no locked instruction.
        let read = self.0.read.load(Ordering::Relaxed);
        self.0.read.store(read + bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn count_written(&self, bytes: usize) {
        let written = self.0.written.load(Ordering::Relaxed);
        self.0.written.store(written + bytes as u64, Ordering::Relaxed);
    }

    /// Whether a connection with these facts keeps their books.
    pub(super) fn books_kept(&self) -> &AtomicBool {
        &self.0.books_kept
    }

    /// The error of a connection that was asked to end.
    pub(super) fn closing(&self) -> Option<io::Error> {
        self.0.closing.load(Ordering::Acquire).then(|| self.closed_error().into())
    }

    #[cold]
    fn closed_error(&self) -> Error {
        let reason = self.rare().reason.get().cloned().unwrap_or_default();
        Error::new(ErrorKind::Closed).with_peer(self.peer_address()).with_reason(reason)
    }

    /// Registers the reader, then looks once more: `close` may have come in
    /// between.
    pub(super) fn wait_to_read(&self, cx: &Context<'_>) -> Option<io::Error> {
        self.0.reader.register(cx.waker());
        self.closing()
    }

    pub(super) fn wait_to_write(&self, cx: &Context<'_>) -> Option<io::Error> {
        self.rare().writer.register(cx.waker());
        self.closing()
    }
}

impl fmt::Debug for ConnectionInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionInfo")
            .field("id", &self.id())
            .field("peer", &self.peer_address())
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}
