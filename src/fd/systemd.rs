//! The environment of a process that systemd has started for its sockets
//! (sd_listen_fds(3)).

use std::{env, io, os::fd::OwnedFd, process};

use http::Uri;

use super::number;
use crate::{Error, uri};

/// The first descriptor that is handed over, `SD_LISTEN_FDS_START`.
pub(super) const FIRST: i32 = 3;
/// No process has more descriptors by default, whatever the variable says.
const MOST: u32 = 1024;

/// The names of the sockets that systemd, or a parent process, has handed to this
/// one, in their order: the first belongs to descriptor 3. Empty where none were
/// handed over.
///
/// [`FdServer::bind`](super::FdServer::bind) takes them as `systemd://name`.
pub fn names() -> Vec<String> {
    Inherited::here().0
}

/// A duplicate of what has the name in `systemd://name`.
pub(super) fn duplicate(uri: &Uri) -> Result<io::Result<OwnedFd>, Error> {
    let name = uri::systemd_name(uri)?;
    let inherited = Inherited::here();
    let only = inherited.only(name);
    let descriptor = only.map_err(|reason| Error::invalid_input(reason).with_uri(uri.clone()))?;
    inherited.keep_from_children();
    Ok(number::duplicate(descriptor))
}

/// The names of the descriptors from [`FIRST`] on.
#[derive(Debug, PartialEq)]
struct Inherited(Vec<String>);

impl Inherited {
    fn here() -> Self {
        Self::from_variables(process::id(), |key| env::var(key).ok())
    }

    /// A child of the process that they were meant for inherits the variables
    /// too, so the process id counts. Without names each is `unknown`.
    fn from_variables(process: u32, variable: impl Fn(&str) -> Option<String>) -> Self {
        let number = |key| variable(key)?.parse().ok();
        if number("LISTEN_PID") != Some(process) {
            return Self(Vec::new());
        }
        let count = number("LISTEN_FDS").unwrap_or(0).min(MOST) as usize;
        let names = variable("LISTEN_FDNAMES").unwrap_or_default();
        let named = names.split(':').filter(|_| !names.is_empty()).map(str::to_owned);
        Self(named.chain(std::iter::repeat_with(|| "unknown".to_owned())).take(count).collect())
    }

    /// As sd_listen_fds(3) does.
    fn keep_from_children(&self) {
        for (descriptor, _) in (FIRST..).zip(&self.0) {
            let _ = number::close_on_exec(descriptor);
        }
    }

    fn only(&self, name: &str) -> Result<i32, String> {
        let numbered = (FIRST..).zip(&self.0);
        let found: Vec<_> = numbered.filter(|(_, has)| *has == name).map(|(fd, _)| fd).collect();
        match found[..] {
            [fd] => Ok(fd),
            [] if self.0.is_empty() => Err("systemd has handed over no sockets".to_owned()),
            [] => Err(format!("systemd has handed over {}", self.0.join(", "))),
            _ => Err(format!("this is the name of the descriptors {found:?}: use their numbers")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inherited(process: u32, variables: &[(&str, &str)]) -> Inherited {
        Inherited::from_variables(process, |key| {
            variables.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned())
        })
    }

    // FDS-01
    #[test]
    fn descriptors_have_the_names_systemd_gave_them() {
        let names = [("LISTEN_PID", "7"), ("LISTEN_FDS", "2"), ("LISTEN_FDNAMES", "http:https")];
        let inherited = inherited(7, &names);
        assert_eq!(inherited.only("http"), Ok(3));
        assert_eq!(inherited.only("https"), Ok(4));
    }

    #[test]
    fn a_name_that_is_not_there_is_answered_with_those_that_are() {
        let names = [("LISTEN_PID", "7"), ("LISTEN_FDS", "2"), ("LISTEN_FDNAMES", "http:https")];
        let reason = inherited(7, &names).only("ftp").unwrap_err();
        assert_eq!(reason, "systemd has handed over http, https");
    }

    #[test]
    fn a_name_of_two_descriptors_is_answered_with_their_numbers() {
        let names = [("LISTEN_PID", "7"), ("LISTEN_FDS", "2"), ("LISTEN_FDNAMES", "web:web")];
        let reason = inherited(7, &names).only("web").unwrap_err();
        assert_eq!(reason, "this is the name of the descriptors [3, 4]: use their numbers");
    }

    #[test]
    fn descriptors_without_names_are_unknown() {
        let inherited = inherited(7, &[("LISTEN_PID", "7"), ("LISTEN_FDS", "1")]);
        assert_eq!(inherited.only("unknown"), Ok(3));
    }

    #[test]
    fn descriptors_meant_for_another_process_are_not_ours() {
        let inherited = inherited(8, &[("LISTEN_PID", "7"), ("LISTEN_FDS", "1")]);
        assert_eq!(inherited.only("unknown").unwrap_err(), "systemd has handed over no sockets");
    }

    #[test]
    fn a_count_that_is_no_number_is_none() {
        let inherited = inherited(7, &[("LISTEN_PID", "7"), ("LISTEN_FDS", "-1")]);
        assert_eq!(inherited, Inherited(Vec::new()));
    }
}
