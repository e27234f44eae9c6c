use std::net::IpAddr;

use tower_socket::Error;

/// How a call ended, and what it did.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) result: Result<IpAddr, Error>,
    pub(crate) ended: u64,
    pub(crate) starts: Vec<(String, u64)>,
}

impl Outcome {
    #[track_caller]
    pub(crate) fn assert_won(&self, address: &str, after: u64) {
        let won = self.result.as_ref().expect("a connection").to_string();
        assert_eq!((won.as_str(), self.ended), (address, after), "{:?}", self.starts);
    }

    /// Which addresses were tried, and when.
    #[track_caller]
    pub(crate) fn assert_starts(&self, starts: &[(&str, u64)]) {
        let started = self.starts.iter().map(|(address, at)| (address.as_str(), *at));
        assert_eq!(started.collect::<Vec<_>>(), starts);
    }

    #[track_caller]
    pub(crate) fn error(&self) -> &Error {
        self.result.as_ref().expect_err("no connection")
    }
}
