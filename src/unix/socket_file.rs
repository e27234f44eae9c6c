use std::{
    cell::Cell,
    fs, io,
    os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use nix::errno::Errno;
use socket2::{Domain, SockAddr, Socket, Type};

/// The file of a listening socket, taken away on drop unless another one has
/// its place by then.
pub(super) struct SocketFile {
    path: PathBuf,
    device: u64,
    inode: u64,
    kept: Cell<bool>,
}

impl SocketFile {
    /// Of a socket just bound to this path.
    pub(super) fn new(path: &Path) -> io::Result<Self> {
        let path = std::path::absolute(path)?;
        let metadata = fs::symlink_metadata(&path)?;
        Ok(Self { path, device: metadata.dev(), inode: metadata.ino(), kept: Cell::new(false) })
    }

    pub(super) fn set_mode(&self, mode: u32) -> io::Result<()> {
        fs::set_permissions(&self.path, fs::Permissions::from_mode(mode))
    }

    /// Stays when the server closes.
    pub(super) fn keep(&self) {
        self.kept.set(true);
    }

    fn is_ours(&self) -> bool {
        fs::symlink_metadata(&self.path)
            .is_ok_and(|found| found.dev() == self.device && found.ino() == self.inode)
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if !self.kept.get() && self.is_ours() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether nobody listens on this socket any more.
pub(super) fn is_stale(path: &Path, address: &SockAddr) -> bool {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
    is_socket && connect(address).is_err_and(|error| is_refused(&error))
}

fn connect(address: &SockAddr) -> io::Result<()> {
    Socket::new(Domain::UNIX, Type::STREAM.nonblocking(), None)?.connect(address)
}

fn is_refused(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::ECONNREFUSED as i32)
}
