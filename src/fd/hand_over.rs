//! Listening sockets for a program that is yet to be started.

use std::{ffi::OsStr, os::fd::OwnedFd, process::Command};

use command_fds::{CommandFdExt, FdMapping};

use super::systemd::FIRST;
use crate::Error;

/// Only now the process has its id. exec(1) keeps it.
const SCRIPT: &str = "LISTEN_PID=$$; export LISTEN_PID; exec \"$0\" \"$@\"";

/// A command that runs `program` and hands listening sockets to it, each with a
/// name, as systemd does (sd_listen_fds(3)): from descriptor 3 on, with
/// `LISTEN_FDS`, `LISTEN_FDNAMES` and `LISTEN_PID`.
///
/// A server of this crate accepts on them as `systemd://name`; so does any
/// program that knows socket activation. With
/// [`ServerHandle::descriptors`](crate::ServerHandle::descriptors) a server
/// restarts with no connection lost: it starts its successor, which accepts on
/// the same sockets, and drains.
///
/// ```no_run
/// use std::{env, time::Duration};
///
/// use tower_socket::{BoxError, ServerHandle, fd};
///
/// fn successor(handle: &ServerHandle) -> Result<std::process::Child, BoxError> {
///     let sockets = handle.descriptors()?.into_iter().map(|fd| ("web", fd));
///     let mut arguments = env::args_os();
///     let program = arguments.next().ok_or("this program has no name")?;
///     Ok(fd::hand_over(program, sockets)?.args(arguments).spawn()?)
/// }
///
/// async fn restart(handle: ServerHandle) -> Result<(), BoxError> {
///     let mut successor = successor(&handle)?;
///     // Once it says that it accepts, or after a while:
///     if successor.try_wait()?.is_none() {
///         handle.drain(Duration::from_secs(60)).await;
///     }
///     Ok(())
/// }
/// ```
///
/// Whoever connects meanwhile waits in the kernel's queue, which goes with the
/// socket: as long as one process has it open, nobody is refused.
///
/// Arguments and everything else are added to the command as usual. It starts
/// `/bin/sh`, which becomes `program`, looked for in `PATH`; where there is
/// none the child ends with status 127. The sockets are closed here when the
/// command is dropped.
///
/// # Errors
///
/// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a name that systemd
/// would not take (sd_listen_fds_with_names(3)): at most 255 characters of
/// ASCII, no control characters and no colon.
pub fn hand_over<N: Into<String>>(
    program: impl AsRef<OsStr>,
    sockets: impl IntoIterator<Item = (N, OwnedFd)>,
) -> Result<Command, Error> {
    let (names, sockets): (Vec<String>, Vec<OwnedFd>) =
        sockets.into_iter().map(|(name, socket)| (name.into(), socket)).unzip();
    if let Some(name) = names.iter().find(|name| !is_name(name)) {
        return Err(Error::invalid_input(format!("no socket can have the name {name:?}")));
    }
    let mut command = Command::new("/bin/sh");
    command.args(["-c", SCRIPT]).arg(program);
    command.env("LISTEN_FDS", sockets.len().to_string()).env("LISTEN_FDNAMES", names.join(":"));
    // It would name this process.
    command.env_remove("LISTEN_PIDFDID");
    command.fd_mappings(numbered(sockets)).expect("each number is there once");
    Ok(command)
}

fn numbered(sockets: Vec<OwnedFd>) -> Vec<FdMapping> {
    let numbered = (FIRST..).zip(sockets);
    numbered.map(|(child_fd, parent_fd)| FdMapping { parent_fd, child_fd }).collect()
}

fn is_name(name: &str) -> bool {
    let is_fine = |byte: u8| byte != b':' && (byte == b' ' || byte.is_ascii_graphic());
    name.len() <= 255 && name.bytes().all(is_fine)
}
