//! Where and with what the figures were measured.

use std::{fs, process::Command, thread};

/// What this program was built with.
const LOCK: &str = include_str!("../../../Cargo.lock");

const CRATES: &[&str] = &[
    "tokio",
    "tokio-rustls",
    "rustls",
    "aws-lc-rs",
    "tower",
    "hyper-util",
    "hyper-rustls",
    "tls-listener",
    "hickory-resolver",
];

/// One fact a line.
pub(crate) fn facts() -> Vec<(&'static str, String)> {
    vec![
        ("CPU", cpu()),
        ("kernel", read("/proc/sys/kernel/osrelease")),
        ("allocator", format!("the system's, {}", output("getconf", "GNU_LIBC_VERSION"))),
        ("compiler", format!("{}, release profile", output("rustc", "--version"))),
        ("crates", crates()),
    ]
}

fn cpu() -> String {
    let information = read("/proc/cpuinfo");
    let model = information
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown", |(_, model)| model);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {cores} cores")
}

fn crates() -> String {
    let version = |name: &&str| Some(format!("{name} {}", version_in(LOCK, name)?));
    CRATES.iter().filter_map(version).collect::<Vec<_>>().join(", ")
}

fn version_in<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let (_, package) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
    package.split('"').next()
}

fn read(path: &str) -> String {
    fs::read_to_string(path).map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
}

fn output(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output();
    let text = output.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    text.map_or_else(|| "unknown".to_owned(), |text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::version_in;

    #[test]
    fn a_version_is_that_of_the_whole_name() {
        let lock =
            "name = \"tokio-rustls\"\nversion = \"1\"\n\nname = \"tokio\"\nversion = \"2\"\n";
        assert_eq!(version_in(lock, "tokio"), Some("2"));
        assert_eq!(version_in(lock, "rustls"), None);
    }
}
