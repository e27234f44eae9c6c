//! How the two sides of a handshake are configured.

mod certificates;
mod client;
mod client_builder;
mod configuring;
mod dangerous;
mod encrypted;
mod identity;
mod pem;
mod protocol;
mod roots;
mod self_signed;
mod server;
mod server_builder;
mod sessions;
mod settings;
mod ticket_keys;
mod ticketer;
mod tickets;
mod verifier;
#[cfg(feature = "watch")]
mod watch;

pub(super) use self::configuring::Configuring;
#[cfg(feature = "watch")]
pub use self::watch::CertificateWatcher;
pub use self::{
    client::ClientTls, client_builder::ClientTlsBuilder, dangerous::Dangerous, identity::Identity,
    roots::Roots, server::ServerTls, server_builder::ServerTlsBuilder, ticket_keys::TicketKeys,
};
