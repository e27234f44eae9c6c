//! From the agreement in plain text to the first message of the handshake.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use rustls::{ClientConfig, pki_types::ServerName};

use super::Plaintext;
use crate::{
    Error, ErrorKind,
    layers::tls::{ServerTls, config::Configuring, error::failed, handshake::Handshake},
};

/// What a side has to have for its handshake.
pub(super) enum Opening {
    Client { config: Configuring, name: ServerName<'static> },
    Server(ServerTls),
    Failed(Option<Error>),
}

/// It has it.
pub(super) enum Hello {
    Client(Arc<ClientConfig>, ServerName<'static>),
    Server(ServerTls),
}

impl Opening {
    /// To be polled until it is ready, and no further.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Hello, Error>> {
        Poll::Ready(match self {
            Self::Client { config, name } => {
                ready!(Pin::new(config).poll(cx)).map(|config| Hello::Client(config, name.clone()))
            }
            Self::Server(tls) => Ok(Hello::Server(tls.clone())),
            Self::Failed(error) => Err(error.take().expect("polled after it was ready")),
        })
    }

    pub(super) fn is_client(&self) -> bool {
        !matches!(self, Self::Server(_))
    }
}

impl Hello {
    /// Nothing that came in plain text may be taken for encrypted.
    pub(super) fn say(
        self,
        plaintext: impl Plaintext,
        cx: &mut Context<'_>,
    ) -> Result<Handshake, Error> {
        if plaintext.has_unread() {
            return Err(too_early());
        }
        let mut connection = plaintext.into_connection();
        match self {
            Self::Client(..) if connection.has_input(cx).map_err(failed)? => Err(too_early()),
            Self::Client(config, name) => Handshake::client(config, name, connection),
            Self::Server(tls) => Ok(Handshake::server(tls, connection)),
        }
    }
}

fn too_early() -> Error {
    Error::new(ErrorKind::Tls).with_reason("plain text arrived before TLS began")
}
