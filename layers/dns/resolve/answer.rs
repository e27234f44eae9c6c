use std::{
    net::{IpAddr, SocketAddr},
    time::Instant,
};

/// The addresses of a name.
///
/// Their ports do not matter: a connection goes to the port of its URI.
///
/// ```
/// # use std::net::Ipv4Addr;
/// # use tower_socket::layers::dns::Answer;
/// let answer: Answer = [Ipv4Addr::new(192, 0, 2, 1)].into_iter().collect();
/// assert_eq!(answer.addresses.len(), 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// In the order in which they are to be tried. An IPv6 address may carry
    /// its scope.
    pub addresses: Vec<SocketAddr>,
    /// Until when they may be used again, where that is known.
    pub expires: Option<Instant>,
}

impl Answer {
    /// An answer of unknown age.
    pub fn new(addresses: Vec<SocketAddr>) -> Self {
        Self { addresses, expires: None }
    }

    /// There are no such records.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Sets when the answer expires.
    pub fn with_expires(mut self, expires: Instant) -> Self {
        self.expires = Some(expires);
        self
    }
}

impl From<Vec<SocketAddr>> for Answer {
    fn from(addresses: Vec<SocketAddr>) -> Self {
        Self::new(addresses)
    }
}

impl<A: Into<IpAddr>> FromIterator<A> for Answer {
    fn from_iter<I: IntoIterator<Item = A>>(addresses: I) -> Self {
        Self::new(addresses.into_iter().map(|address| SocketAddr::new(address.into(), 0)).collect())
    }
}
