use super::{
    client_builder::ClientTlsBuilder,
    verifier::{Chain, Verification},
};

/// Turns verification off: [`ClientTlsBuilder::dangerous`].
///
/// Each method opens one hole and goes back to the builder, so that the text of
/// a program contains one `dangerous()` for each. That the server has the key
/// of the certificate it shows is verified always, and so are pins.
///
/// ```
/// use tower_socket::layers::tls::ClientTls;
///
/// // Anybody may answer.
/// let builder = ClientTls::builder()
///     .dangerous()
///     .accept_any_chain()
///     .dangerous()
///     .accept_any_name();
/// ```
#[derive(Debug)]
#[must_use]
pub struct Dangerous {
    builder: ClientTlsBuilder,
}

impl Dangerous {
    pub(super) fn new(builder: ClientTlsBuilder) -> Self {
        Self { builder }
    }

    /// Accepts a certificate whoever signed it, expired ones too. The name is
    /// still verified.
    pub fn accept_any_chain(self) -> ClientTlsBuilder {
        self.set(|verification| verification.chain = Chain::Unverified)
    }

    /// Accepts a certificate for another name. The chain is still verified.
    pub fn accept_any_name(self) -> ClientTlsBuilder {
        self.set(|verification| verification.name = false)
    }

    /// Accepts a certificate that names itself as its issuer, besides those
    /// that end at a root. Name and dates are still verified.
    pub fn allow_self_signed(self) -> ClientTlsBuilder {
        self.set(|verification| verification.chain = Chain::RootedOrSelfSigned)
    }

    fn set(mut self, set: impl FnOnce(&mut Verification)) -> ClientTlsBuilder {
        set(&mut self.builder.verification);
        self.builder
    }
}
