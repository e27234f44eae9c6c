use std::{
    env,
    io::Write,
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::lines::Lines;

/// A program that runs, killed on drop.
pub(crate) struct Program {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Lines,
    stderr: Lines,
}

/// What a program had left to say, and its status.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    /// One of the examples.
    pub(crate) fn example(name: &str, arguments: &[&str]) -> Self {
        Self::start(command(name).args(arguments))
    }

    pub(crate) fn start(command: &mut Command) -> Self {
        Self::start_with_stdin(command.stdin(Stdio::piped()))
    }

    /// Leaves stdin as the command has it.
    pub(crate) fn start_with_stdin(command: &mut Command) -> Self {
        let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self {
            stdin: child.stdin.take(),
            stdout: Lines::of(child.stdout.take().unwrap()),
            stderr: Lines::of(child.stderr.take().unwrap()),
            child,
        }
    }

    /// Runs it to its end with this on stdin.
    pub(crate) fn run(command: &mut Command, input: &str) -> Ended {
        let mut program = Self::start(command);
        program.write(input);
        program.end()
    }

    /// The next line of stdout.
    pub(crate) fn line(&self) -> String {
        self.stdout.next().unwrap_or_else(|| panic!("no more lines; {}", self.stderr.rest()))
    }

    /// The next line of stderr.
    pub(crate) fn error_line(&self) -> String {
        self.stderr.next().unwrap_or_else(|| panic!("no more lines; {}", self.stdout.rest()))
    }

    /// Skips lines of stdout up to one that contains this.
    pub(crate) fn line_with(&self, part: &str) -> String {
        std::iter::repeat_with(|| self.line()).find(|line| line.contains(part)).unwrap()
    }

    /// Skips lines of stderr up to one that contains this.
    pub(crate) fn error_line_with(&self, part: &str) -> String {
        std::iter::repeat_with(|| self.error_line()).find(|line| line.contains(part)).unwrap()
    }

    /// The URI that a server says it listens on.
    pub(crate) fn listening(&self) -> String {
        let line = self.line();
        line.strip_prefix("Listening on ").unwrap_or_else(|| panic!("{line}")).to_owned()
    }

    pub(crate) fn write(&mut self, text: &str) {
        let stdin = self.stdin.as_mut().expect("stdin is open");
        stdin.write_all(text.as_bytes()).unwrap();
        stdin.flush().unwrap();
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = Pid::from_raw(self.child.id().try_into().unwrap());
        kill(id, signal).unwrap();
    }

    /// Ends its stdin and waits for its end.
    pub(crate) fn end(mut self) -> Ended {
        self.stdin = None;
        self.wait()
    }

    /// Waits for its end with stdin left open.
    pub(crate) fn wait(mut self) -> Ended {
        let (stdout, stderr) = (self.stdout.rest(), self.stderr.rest());
        Ended { code: self.child.wait().unwrap().code(), stdout, stderr }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// What it wrote, once it has ended well.
    pub(crate) fn success(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }

    /// What it complained about, once it has ended with status 1.
    pub(crate) fn failure(self) -> String {
        assert_eq!(self.code, Some(1), "{self:?}");
        self.stderr
    }
}

/// An example: cargo builds them all before it runs the tests.
pub(crate) fn command(example: &str) -> Command {
    let test = env::current_exe().unwrap();
    let path: PathBuf = test.ancestors().nth(2).unwrap().join("examples").join(example);
    assert!(path.exists(), "{} is missing: cargo build --examples", path.display());
    Command::new(path)
}
