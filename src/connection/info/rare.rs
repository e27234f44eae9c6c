use std::{borrow::Cow, sync::OnceLock};

use atomic_waker::AtomicWaker;

#[cfg(feature = "proxy-protocol")]
use crate::proxy_header::ProxyHeader;

/// What most connections never need: it is set aside with the first of it.
#[derive(Default)]
pub(super) struct Rare {
    /// Why it is asked to end.
    pub(super) reason: OnceLock<Cow<'static, str>>,
    /// Who waits for room to write in.
    pub(super) writer: AtomicWaker,
    #[cfg(feature = "proxy-protocol")]
    pub(super) proxied: OnceLock<Box<Proxied>>,
}

/// What a proxy said of its client, and how many bytes that took.
#[cfg(feature = "proxy-protocol")]
pub(super) struct Proxied {
    pub(super) header: ProxyHeader,
    pub(super) bytes: u64,
}
