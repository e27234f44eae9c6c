//! Parts of a measurement that have a process of their own: this program again,
//! in another role, until it is told to end or the first one ends.

use std::{
    env,
    io::{BufRead, BufReader, copy, sink, stdin},
    process::{self, ChildStdin, ChildStdout, Command, Stdio},
};

use crate::{gate, harness::BoxError, tables};

/// Ends with its value.
#[derive(Debug)]
pub(crate) struct Child {
    process: process::Child,
    /// Its end is the child's.
    _stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Child {
    /// Waits until it is ready; with what it says then.
    pub(crate) fn start(role: &str, arguments: &[&str]) -> Result<(Self, String), BoxError> {
        let mut process = Command::new(env::current_exe()?)
            .args(["child", role])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let _stdin = process.stdin.take().ok_or("no stdin")?;
        let stdout = BufReader::new(process.stdout.take().ok_or("no stdout")?);
        let mut child = Self { process, _stdin, stdout };
        let ready = child.line()?;
        Ok((child, ready))
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    fn line(&mut self) -> Result<String, BoxError> {
        let mut line = String::new();
        match self.stdout.read_line(&mut line)? {
            0 => Err("a process of this measurement ended".into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What the other process runs.
pub(crate) fn run(role: &str, arguments: &[String]) -> Result<(), BoxError> {
    match (role, arguments) {
        ("name-server", []) => tables::names::serve(),
        ("instructions", []) => gate::instructions::run(None),
        ("instructions", [table]) => gate::instructions::run(Some(table)),
        ("memory", [server]) => tables::memory::serve(server),
        ("hold", [address, count]) => tables::growth::hold(address, count),
        _ => Err("there is no such role".into()),
    }
}

/// Says that this process is ready, and waits until the other end is gone.
pub(crate) fn ready(word: &str) -> Result<(), BoxError> {
    println!("{word}");
    copy(&mut stdin().lock(), &mut sink())?;
    Ok(())
}
