use std::{fs, io};

use nix::errno::Errno;
use socket2::{Domain, Socket, Type};
use tokio::net::UnixListener;

use super::{
    UnixServer,
    listening::Listening,
    socket_address,
    socket_file::{SocketFile, is_stale},
};
use crate::{Address, Error, ErrorKind, IntoUri, refused::Refused, runtime, uri};

/// Options of a [`UnixServer`].
#[derive(Clone, Debug)]
pub struct UnixServerBuilder {
    backlog: u16,
    mode: Option<u32>,
    replace_stale: bool,
    unlink_on_close: bool,
}

impl Default for UnixServerBuilder {
    fn default() -> Self {
        Self { backlog: 511, mode: None, replace_stale: false, unlink_on_close: true }
    }
}

impl UnixServerBuilder {
    /// How many connections wait in the kernel's queue (listen(2)), 511 by
    /// default; the kernel caps it at `net.core.somaxconn`.
    pub fn backlog(mut self, backlog: u16) -> Self {
        self.backlog = backlog;
        self
    }

    /// The file's permissions, `0o660` for example; connecting takes the
    /// permission to write (unix(7)). They are in place before the first
    /// client can connect. By default the process' umask decides.
    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Replaces a socket that nobody listens on any more, as a server leaves
    /// it that was killed. Off by default.
    ///
    /// One that is listened on, and any other file, stays and is an error
    /// (`EADDRINUSE`). Of two servers that start at the same moment the later
    /// one may win.
    pub fn replace_stale(mut self, replace_stale: bool) -> Self {
        self.replace_stale = replace_stale;
        self
    }

    /// Takes the file away when the server closes. On by default; off it is
    /// for whoever hands the listening socket to another process.
    pub fn unlink_on_close(mut self, unlink_on_close: bool) -> Self {
        self.unlink_on_close = unlink_on_close;
        self
    }

    /// Listens, as [`UnixServer::bind`] does.
    ///
    /// # Errors
    ///
    /// Those of [`UnixServer::bind`].
    pub async fn bind(&self, address: impl IntoUri) -> Result<UnixServer, Error> {
        let uri = address.into_uri()?;
        let address = uri::unix_address(&uri)?;
        runtime::require()?;
        match self.listen(&address) {
            Ok(listening) => Ok(UnixServer::new(listening, address)),
            Err(refused) => Err(refused.into_error(ErrorKind::Listen).with_uri(uri)),
        }
    }

    fn listen(&self, address: &Address) -> Result<Listening, Refused> {
        let socket = Socket::new(Domain::UNIX, Type::STREAM.nonblocking(), None)?;
        self.bind_socket(&socket, address)?;
        let file = address.path().map(SocketFile::new).transpose()?;
        if let (Some(mode), Some(file)) = (self.mode, &file) {
            let set = file.set_mode(mode);
            set.map_err(|error| Refused::new(format!("cannot set mode {mode:o}"), error))?;
        }
        socket.listen(self.backlog.into())?;
        let socket = UnixListener::from_std(socket.into())?;
        if !self.unlink_on_close {
            file.iter().for_each(SocketFile::keep);
        }
        Ok(Listening::new(socket, file))
    }

    fn bind_socket(&self, socket: &Socket, address: &Address) -> io::Result<()> {
        let place = socket_address(address)?;
        match (socket.bind(&place), address.path()) {
            (Err(error), Some(path)) if self.replaces(&error) && is_stale(path, &place) => {
                fs::remove_file(path)?;
                socket.bind(&place)
            }
            (bound, _) => bound,
        }
    }

    fn replaces(&self, error: &io::Error) -> bool {
        self.replace_stale && error.raw_os_error() == Some(Errno::EADDRINUSE as i32)
    }
}
