use std::{
    io::{BufRead, BufReader, Read},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Duration,
};

/// Longer than anything takes on a machine that is busy.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// The lines that a program writes, read as it writes them.
pub(super) struct Lines(Receiver<String>);

impl Lines {
    pub(super) fn of(pipe: impl Read + Send + 'static) -> Self {
        let (sender, receiver) = channel();
        thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            while pipe.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                let _ = sender.send(String::from_utf8_lossy(&line).into_owned());
                line.clear();
            }
        });
        Self(receiver)
    }

    /// The next one without its end; `None` after the last.
    pub(super) fn next(&self) -> Option<String> {
        match self.0.recv_timeout(PATIENCE) {
            Ok(line) => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("no line and no end for {PATIENCE:?}"),
        }
    }

    /// All that are left, as one text.
    pub(super) fn rest(&self) -> String {
        let mut rest = String::new();
        loop {
            match self.0.recv_timeout(PATIENCE) {
                Ok(line) => rest += &line,
                Err(RecvTimeoutError::Disconnected) => return rest,
                Err(RecvTimeoutError::Timeout) => panic!("no end for {PATIENCE:?} after {rest:?}"),
            }
        }
    }
}
