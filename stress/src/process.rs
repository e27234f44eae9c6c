//! A server in a process of its own, and what it uses.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read},
    path::Path,
    process::{Child, ChildStderr, ChildStdin, Command, Stdio},
    time::Duration,
};

use nix::unistd::{SysconfVar, sysconf};

use crate::Result;

/// Ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    // It serves as long as this is open.
    stdin: Option<ChildStdin>,
    stderr: Option<ChildStderr>,
    /// Without TLS.
    pub(crate) tcp: String,
    /// With TLS.
    pub(crate) tls: String,
}

impl Process {
    /// What [`start`](Self::start) starts.
    pub(crate) fn command(certificate: &Path) -> io::Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("serve").arg(certificate);
        Ok(command)
    }

    /// Returns when it listens.
    pub(crate) fn start(mut command: Command) -> Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let mut lines = BufReader::new(stdout).lines();
        let mut address = || -> Result<String> {
            Ok(lines.next().ok_or("the server did not say where it listens")??)
        };
        let (tcp, tls) = (address()?, address()?);
        let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
        Ok(Self { child, stdin, stderr, tcp, tls })
    }

    /// Descriptors it has open.
    pub(crate) fn descriptors(&self) -> io::Result<usize> {
        Ok(fs::read_dir(self.path("fd"))?.count())
    }

    /// Memory it has resident, in KiB (proc_pid_status(5)).
    pub(crate) fn resident(&self) -> Result<f64> {
        let status = fs::read_to_string(self.path("status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
        Ok(number.ok_or("no VmRSS")?.trim().parse()?)
    }

    /// CPU time it has used (proc_pid_stat(5)).
    pub(crate) fn cpu_time(&self) -> Result<Duration> {
        let stat = fs::read_to_string(self.path("stat"))?;
        // Behind the name in parentheses: state, and what follows.
        let (_, fields) = stat.rsplit_once(") ").ok_or("no fields in stat")?;
        let ticks: Result<Vec<u64>, _> =
            fields.split(' ').skip(11).take(2).map(str::parse).collect();
        let per_second = sysconf(SysconfVar::CLK_TCK)?.ok_or("no clock tick")?;
        let ticks: u64 = ticks?.iter().sum();
        Ok(Duration::from_secs_f64(ticks as f64 / per_second as f64))
    }

    /// Ends it, and returns what it complained of.
    pub(crate) fn complaints(mut self) -> Result<Vec<String>> {
        self.stdin.take();
        let mut text = String::new();
        if let Some(mut stderr) = self.stderr.take() {
            stderr.read_to_string(&mut text)?;
        }
        self.child.wait()?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    fn path(&self, name: &str) -> String {
        format!("/proc/{}/{name}", self.child.id())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stdin.take();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
