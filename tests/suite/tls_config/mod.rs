//! What `ClientTls` and `ServerTls` are told, and what comes of it.

mod agreement;
mod environment;
mod files;
mod server;
mod trust;
#[cfg(feature = "watch")]
mod watch;

use tower_socket::layers::tls::{ClientTls, ClientTlsBuilder, Identity, Roots, ServerTls};

use crate::support::certificates::{Authority, Leaf};

/// A client that trusts nobody else.
fn trusting(authority: &Authority) -> ClientTlsBuilder {
    ClientTls::builder().roots(Roots::none().certificates([authority.certificate.der().clone()]))
}

fn identity(leaf: &Leaf) -> Identity {
    Identity::pem(leaf.certificate.pem(), leaf.key.serialize_pem())
}

fn server(leaf: &Leaf) -> ServerTls {
    ServerTls::builder().identity(identity(leaf)).build().unwrap()
}
