//! Tickets that several processes can read.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use zeroize::Zeroizing;

pub(super) type Secret = Zeroizing<[u8; 32]>;

/// Keys for session tickets that several servers share, so that a session begun
/// at one resumes at another: the processes behind a load balancer, or the same
/// one after a restart. See [`ServerTlsBuilder::ticket_keys`].
///
/// All that they need to have in common is a secret of 32 random bytes, as
/// `openssl rand 32` makes them. Each ticket is sealed with a key of its own,
/// which is derived (HKDF, RFC 5869) from the secret, a random salt and the six
/// hours of the clock that it was made in: it can be used until the next six
/// hours are over, so clocks have to agree but roughly. What seals it is AES-256
/// or ChaCha20-Poly1305 of the cryptography provider.
///
/// Clones share their secrets.
///
/// # Changing the secret
///
/// Whoever learns a secret can read what was resumed over TLS 1.2 with tickets
/// sealed with it, so it should not live longer than a day or two. To change it
/// with no session lost, [`replace`](Self::replace) it on every server twice:
/// first the new one is only accepted, then the old one.
///
/// ```
/// use tower_socket::layers::tls::TicketKeys;
///
/// # let (old, new) = ([1; 32], [2; 32]);
/// let keys = TicketKeys::new(old);
/// keys.replace(old, [new]);
/// keys.replace(new, [old]);
/// ```
///
/// # Who may share a secret
///
/// A ticket vouches for the client: whoever resumes shows no certificate again.
/// Only servers that would let in the same clients may share a secret.
///
/// [`ServerTlsBuilder::ticket_keys`]: super::super::ServerTlsBuilder::ticket_keys
#[derive(Clone)]
pub struct TicketKeys(Arc<RwLock<Secrets>>);

pub(super) struct Secrets {
    pub(super) seals: Secret,
    pub(super) opens: Vec<Secret>,
}

impl TicketKeys {
    /// Tickets are sealed with keys that are derived from this secret.
    pub fn new(secret: [u8; 32]) -> Self {
        Self(Arc::new(RwLock::new(Secrets { seals: Secret::new(secret), opens: Vec::new() })))
    }

    /// From now on tickets are sealed with `secret`, and those sealed with one
    /// of `accepted` are good too. Each of them costs a few microseconds for
    /// every ticket that none of them fits, so let them be few.
    pub fn replace(&self, secret: [u8; 32], accepted: impl IntoIterator<Item = [u8; 32]>) {
        let opens = accepted.into_iter().map(Secret::new).collect();
        let new = Secrets { seals: Secret::new(secret), opens };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = new;
    }

    pub(super) fn secrets<T>(&self, look: impl FnOnce(&Secrets) -> T) -> T {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for TicketKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketKeys").finish_non_exhaustive()
    }
}
