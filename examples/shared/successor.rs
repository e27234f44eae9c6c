//! SIGUSR2 starts the program again, with the same arguments, on the same
//! listening sockets. Both accept until the older one is told to end.

use std::env;

use tokio::{process::Command, signal::unix::SignalKind};
use tower_socket::{BoxError, ServerHandle, fd};

const NAME: &str = "predecessor";

/// Where to listen, when there was one.
pub(super) fn inherited() -> Option<String> {
    fd::names().iter().any(|name| name == NAME).then(|| format!("systemd://{NAME}"))
}

pub(super) fn start_on_signal(handle: ServerHandle) -> std::io::Result<()> {
    let mut signal = tokio::signal::unix::signal(SignalKind::user_defined2())?;
    tokio::spawn(async move {
        while signal.recv().await.is_some() {
            match start(&handle) {
                Ok(id) => println!("Handed over to process {id}"),
                Err(error) => eprintln!("{error}"),
            }
        }
    });
    Ok(())
}

fn start(handle: &ServerHandle) -> Result<u32, BoxError> {
    let sockets = handle.descriptors()?.into_iter().map(|socket| (NAME, socket));
    let mut arguments = env::args_os();
    let program = arguments.next().ok_or("this program has no name")?;
    let mut command = Command::from(fd::hand_over(program, sockets)?);
    let successor = command.args(arguments).spawn()?;
    Ok(successor.id().unwrap_or_default())
}
