//! HAProxy at the other end.

mod receiving;
mod sending;

use std::{
    net::{SocketAddr, TcpListener},
    os::fd::OwnedFd,
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::support::{certificates::file, running::Running};

/// HAProxy, as it runs.
struct Program {
    address: SocketAddr,
    _running: Running,
    _directory: TempDir,
}

impl Program {
    fn start(haproxy: Command, directory: TempDir, configuration: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let running = run(haproxy, &directory, configuration, listener);
        Self { address, _running: running, _directory: directory }
    }
}

/// It is given a socket that listens already, as its descriptor 0, so nobody has
/// to wait for it.
fn run(
    mut haproxy: Command,
    directory: &TempDir,
    configuration: String,
    listener: impl Into<OwnedFd>,
) -> Running {
    let configuration = file(directory, "haproxy.cfg", configuration);
    haproxy.args(["-db", "-f", &configuration]).stdin(listener.into());
    Running::start(haproxy.stdout(Stdio::null()).stderr(Stdio::null()))
}
