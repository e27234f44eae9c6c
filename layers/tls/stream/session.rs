//! A session of rustls that owns no buffers.

use std::{ops::Deref, sync::Arc};

use rustls::{
    ClientConfig, CommonState, Error, ServerConfig,
    client::UnbufferedClientConnection,
    pki_types::ServerName,
    server::UnbufferedServerConnection,
    unbuffered::{
        ConnectionState, EncodeError, EncodeTlsData, EncryptError, InsufficientSizeError,
        UnbufferedConnectionCommon, UnbufferedStatus, WriteTraffic,
    },
};

use super::output::Output;

/// Of either side.
pub(super) enum Session {
    Client(UnbufferedClientConnection),
    Server(UnbufferedServerConnection),
}

/// What is to be said to the peer.
#[derive(Clone, Copy)]
pub(super) enum Saying<'a> {
    Nothing,
    Plaintext(&'a [u8]),
    CloseNotify,
}

/// What became of records.
pub(super) struct Processed {
    /// So many bytes are not needed any more. The others come again, before
    /// what is received next.
    pub(super) done: usize,
    /// How long the records are that say it. After an error there is no next
    /// time.
    pub(super) said: Result<usize, Error>,
}

impl Session {
    pub(super) fn client(
        config: Arc<ClientConfig>,
        name: ServerName<'static>,
    ) -> Result<Self, Error> {
        UnbufferedClientConnection::new(config, name).map(Self::Client)
    }

    pub(super) fn server(config: Arc<ServerConfig>) -> Result<Self, Error> {
        UnbufferedServerConnection::new(config).map(Self::Server)
    }

    /// Takes what was received; then, once the handshake allows it, says
    /// something, in records at the beginning of `to`.
    pub(super) fn process(
        &mut self,
        received: &mut [u8],
        output: &mut Output<'_, '_>,
        saying: Saying<'_>,
        to: &mut Vec<u8>,
    ) -> Processed {
        match self {
            Self::Client(session) => process(session, received, output, saying, to),
            Self::Server(session) => process(session, received, output, saying, to),
        }
    }
}

impl Deref for Session {
    type Target = CommonState;

    fn deref(&self) -> &CommonState {
        match self {
            Self::Client(session) => session,
            Self::Server(session) => session,
        }
    }
}

/// What the two sides have in common.
trait Side<Data>: Deref<Target = UnbufferedConnectionCommon<Data>> {
    fn take<'c, 'i>(&'c mut self, received: &'i mut [u8]) -> UnbufferedStatus<'c, 'i, Data>;
}

macro_rules! side {
    ($session:ty, $data:ty) => {
        impl Side<$data> for $session {
            fn take<'c, 'i>(
                &'c mut self,
                received: &'i mut [u8],
            ) -> UnbufferedStatus<'c, 'i, $data> {
                self.process_tls_records(received)
            }
        }
    };
}

side!(UnbufferedClientConnection, rustls::client::ClientConnectionData);
side!(UnbufferedServerConnection, rustls::server::ServerConnectionData);

fn process<Data>(
    session: &mut impl Side<Data>,
    received: &mut [u8],
    output: &mut Output<'_, '_>,
    saying: Saying<'_>,
    to: &mut Vec<u8>,
) -> Processed {
    let mut done = 0;
    let said = loop {
        let UnbufferedStatus { discard, state } = session.take(&mut received[done..]);
        done += discard;
        match state {
            Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                while let Some(Ok(record)) = traffic.next_record() {
                    output.plaintext(record.payload);
                    done += record.discard;
                }
            }
            Ok(ConnectionState::EncodeTlsData(data)) => encode(data, output.answer),
            // Nothing is sent before what is encoded.
            Ok(ConnectionState::TransmitTlsData(encoded)) => encoded.done(),
            Ok(ConnectionState::PeerClosed) => output.end(),
            Ok(ConnectionState::WriteTraffic(traffic)) => break say(traffic, saying, to),
            Ok(_) => break Ok(0),
            Err(error) => break Err(error),
        }
    };
    if said.is_err() {
        alert(session, &mut received[done..], output);
    }
    Processed { done, said }
}

/// Tells the peer why the session is over.
fn alert<Data>(session: &mut impl Side<Data>, received: &mut [u8], output: &mut Output<'_, '_>) {
    while session.wants_write()
        && let Ok(ConnectionState::EncodeTlsData(data)) = session.take(received).state
    {
        encode(data, output.answer);
    }
}

fn encode<Data>(mut data: EncodeTlsData<'_, Data>, to: &mut Vec<u8>) {
    let end = to.len();
    if let Err(EncodeError::InsufficientSize(size)) = data.encode(&mut []) {
        to.resize(end + size.required_size, 0);
        let encoded = data.encode(&mut to[end..]).unwrap_or(0);
        to.truncate(end + encoded);
    }
}

fn say<Data>(
    mut traffic: WriteTraffic<'_, Data>,
    saying: Saying<'_>,
    to: &mut Vec<u8>,
) -> Result<usize, Error> {
    loop {
        let said = match saying {
            Saying::Nothing => return Ok(0),
            Saying::Plaintext(bytes) => traffic.encrypt(bytes, to),
            Saying::CloseNotify => traffic.queue_close_notify(to),
        };
        match said {
            Ok(said) => return Ok(said),
            Err(EncryptError::InsufficientSize(InsufficientSizeError { required_size })) => {
                to.resize(required_size, 0);
            }
            Err(exhausted) => return Err(Error::General(exhausted.to_string())),
        }
    }
}
