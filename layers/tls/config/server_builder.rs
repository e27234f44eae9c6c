use std::sync::Arc;

use rustls::{
    CipherSuite, ServerConfig, SupportedProtocolVersion,
    crypto::CryptoProvider,
    server::{NoClientAuth, WebPkiClientVerifier, danger::ClientCertVerifier},
};

use super::{
    certificates::Certificates,
    identity::Identity,
    protocol::Protocol,
    roots::{self, Roots},
    server::ServerTls,
    ticket_keys::TicketKeys,
    tickets::Tickets,
};
use crate::Error;

/// Builds a [`ServerTls`].
#[derive(Clone, Debug)]
#[must_use]
pub struct ServerTlsBuilder {
    protocol: Protocol,
    identities: Vec<Identity>,
    clients: Option<Clients>,
    tickets: Tickets,
}

#[derive(Clone, Debug)]
struct Clients {
    roots: Roots,
    required: bool,
}

impl ServerTlsBuilder {
    /// Who the server is. Of several, a client gets the first one that is
    /// valid for the name it asks for and whose key it can verify; a client
    /// that asks for no name, or for another one, gets the first of all.
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identities.push(identity);
        self
    }

    /// Lets in only clients whose certificate ends at one of these roots.
    pub fn require_client_certificate(mut self, roots: Roots) -> Self {
        self.clients = Some(Clients { roots, required: true });
        self
    }

    /// Asks for a client certificate, lets in clients that have none, and
    /// refuses one that does not end at these roots.
    pub fn request_client_certificate(mut self, roots: Roots) -> Self {
        self.clients = Some(Clients { roots, required: false });
        self
    }

    /// The protocols to take (RFC 7301), best first. By default ALPN is not
    /// used.
    pub fn alpn(mut self, protocols: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        self.protocol.set_alpn(protocols);
        self
    }

    /// [`TLS12`](super::super::TLS12) and [`TLS13`](super::super::TLS13) by
    /// default.
    pub fn versions(mut self, versions: &[&'static SupportedProtocolVersion]) -> Self {
        self.protocol.set_versions(versions);
        self
    }

    /// The cipher suites to take, by default all that the provider has. A client
    /// gets the one that it likes best: none of them is weak.
    pub fn cipher_suites(mut self, suites: &[CipherSuite]) -> Self {
        self.protocol.set_cipher_suites(suites);
        self
    }

    /// Who does the cryptography: by default aws-lc-rs where its feature is on,
    /// else ring. No process-wide default is read or installed.
    pub fn provider(mut self, provider: Arc<CryptoProvider>) -> Self {
        self.protocol.set_provider(provider);
        self
    }

    /// Whether clients may resume their sessions, as by default they may.
    /// Tickets are encrypted with keys that only this value and its clones
    /// know, and that change every six hours. Where neither of the features
    /// `aws-lc-rs` and `ring` is on, the server remembers 1,024 sessions
    /// instead.
    pub fn tickets(mut self, tickets: bool) -> Self {
        self.tickets = if tickets { Tickets::Own } else { Tickets::Off };
        self
    }

    /// Lets clients resume here what they began at another server that has the
    /// same keys. They change every six hours too.
    pub fn ticket_keys(mut self, keys: TicketKeys) -> Self {
        self.tickets = Tickets::Shared(keys);
        self
    }

    /// Reads every file and checks everything.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) names the file and
    /// what is wrong with it, or the setting. Without platform roots, when
    /// they are asked for, it is a [`Tls`](crate::ErrorKind::Tls) error.
    pub fn build(self) -> Result<ServerTls, Error> {
        let provider = self.protocol.provider()?;
        let whole_provider = self.protocol.whole_provider()?;
        let alpn = self.protocol.alpn()?;
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = self.protocol.apply(builder)?;
        let clients = verifier(self.clients, &provider)?;
        let certificates = Arc::new(Certificates::load(self.identities, provider)?);
        let resolver = Arc::clone(&certificates);
        let mut config = builder.with_client_cert_verifier(clients).with_cert_resolver(resolver);
        config.alpn_protocols = alpn;
        self.tickets.set(&mut config, &whole_provider)?;
        Ok(ServerTls::new(config, certificates))
    }
}

impl Default for ServerTlsBuilder {
    fn default() -> Self {
        let protocol = Protocol::default();
        Self { protocol, identities: Vec::new(), clients: None, tickets: Tickets::Own }
    }
}

fn verifier(
    clients: Option<Clients>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, Error> {
    let Some(clients) = clients else {
        return Ok(Arc::new(NoClientAuth));
    };
    let mut store = clients.roots.load()?;
    if clients.roots.needs_platform() {
        roots::add_platform(&mut store)?;
    }
    let builder =
        WebPkiClientVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider));
    let builder = if clients.required { builder } else { builder.allow_unauthenticated() };
    let verifier = builder.build().map_err(|error| {
        Error::invalid_input("cannot verify clients with these roots").with_source(error)
    })?;
    Ok(verifier)
}
