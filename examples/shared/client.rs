//! What the clients have in common: their options.

mod options;

use std::{path::PathBuf, time::Duration};

use clap::Args;
use tower_socket::{
    Connector, Error,
    layers::{
        DnsLayer,
        dns::{DnsResolver, Nameserver},
        tls::{ClientTls, Roots},
    },
};

use self::options::{IdentityOptions, seconds};

#[derive(Debug, Args)]
pub(crate) struct ClientOptions {
    /// Name server to ask instead of the system's
    #[arg(long, value_name = "ADDR:PORT")]
    dns: Option<Nameserver>,

    /// How long connecting may take, with lookup and TLS handshake
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    timeout: Duration,

    /// PEM file with the roots to trust instead of the system's
    #[arg(long, value_name = "FILE")]
    cafile: Option<PathBuf>,

    /// Lets anybody be the server
    #[arg(long)]
    insecure: bool,

    #[command(flatten)]
    identity: IdentityOptions,
}

impl ClientOptions {
    pub(crate) fn connector(&self) -> Result<Connector, Error> {
        let dns = DnsLayer::new(self.resolver());
        Ok(Connector::builder().timeout(self.timeout).dns(dns).tls(self.tls()?).build())
    }

    pub(crate) fn resolver(&self) -> DnsResolver {
        match &self.dns {
            Some(server) => DnsResolver::with_servers([server.clone()]),
            None => DnsResolver::system(),
        }
    }

    fn tls(&self) -> Result<ClientTls, Error> {
        let mut tls = ClientTls::builder();
        if let Some(file) = &self.cafile {
            tls = tls.roots(Roots::none().pem_file(file));
        }
        if let Some(identity) = self.identity.identity() {
            tls = tls.identity(identity);
        }
        if self.insecure {
            tls = tls.dangerous().accept_any_chain().dangerous().accept_any_name();
        }
        tls.build()
    }
}
