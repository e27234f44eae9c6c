use std::{
    io::{BufRead, BufReader, Read},
    net::{SocketAddr, TcpListener},
    process::{Child, ChildStdout, Command, Stdio},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;

use crate::support::{certificates::file, programs::program};

/// A proxy that runs, asked to end on drop: dante ends its own children then.
pub(super) struct Proxy {
    pub(super) address: SocketAddr,
    child: Child,
    _directory: TempDir,
    _log: BufReader<ChildStdout>,
}

impl Proxy {
    /// An HTTP proxy that wants a user and a password.
    pub(super) fn tinyproxy() -> Option<Self> {
        Self::start("Accepting connections", |address, directory| {
            let text = format!(
                "Listen 127.0.0.1\nPort {}\nMaxClients 10\nLogLevel Info\n\
                 BasicAuth user secret\n",
                address.port()
            );
            let mut tinyproxy = program("tinyproxy")?;
            tinyproxy.args(["-d", "-c", &file(directory, "tinyproxy.conf", text)]);
            Some(tinyproxy)
        })
    }

    /// A SOCKS proxy for versions 4 and 5.
    pub(super) fn dante() -> Option<Self> {
        Self::start("running", |address, directory| {
            let text = format!(
                "logoutput: stdout\n\
                 internal: 127.0.0.1 port = {}\n\
                 external: 127.0.0.1\n\
                 clientmethod: none\n\
                 socksmethod: none\n\
                 client pass {{ from: 127.0.0.1/32 to: 0.0.0.0/0 }}\n\
                 socks pass {{ from: 127.0.0.1/32 to: 0.0.0.0/0 command: connect }}\n",
                address.port()
            );
            let mut danted = program("danted")?;
            let pid_file = file(directory, "danted.pid", "");
            danted.args(["-f", &file(directory, "danted.conf", text), "-p", &pid_file]);
            Some(danted)
        })
    }

    /// `None` where it is not installed. Its port may be taken before it is
    /// there; then it ends, and gets another.
    fn start(
        running: &str,
        command: impl Fn(SocketAddr, &TempDir) -> Option<Command>,
    ) -> Option<Self> {
        for _ in 0..10 {
            let directory = tempfile::tempdir().unwrap();
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            drop(listener);
            let mut command = command(address, &directory)?;
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
            let mut log = BufReader::new(child.stdout.take().unwrap());
            let is_up = log.by_ref().lines().any(|line| line.unwrap().contains(running));
            let proxy = Self { address, child, _directory: directory, _log: log };
            if is_up {
                return Some(proxy);
            }
        }
        panic!("the proxy does not start");
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Ok(id) = self.child.id().try_into() {
            let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
        }
        let _ = self.child.wait();
    }
}
