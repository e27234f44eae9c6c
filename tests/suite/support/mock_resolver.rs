//! A resolver that answers when the test does.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use tokio::sync::oneshot;
use tower_socket::{
    BoxError,
    layers::dns::{Answer, Lookup, Name, Records, Resolve},
};

use super::Drops;

type Result = std::result::Result<Answer, BoxError>;

/// Clones are one resolver.
#[derive(Clone, Debug, Default)]
pub(crate) struct MockResolver {
    asked: Arc<Mutex<Vec<(String, Records)>>>,
    waiting: Arc<Mutex<HashMap<Records, oneshot::Sender<Result>>>>,
    ended: Drops,
}

impl MockResolver {
    pub(crate) fn asked(&self) -> Vec<(String, Records)> {
        self.asked.lock().unwrap().clone()
    }

    /// How many lookups have ended or were dropped.
    pub(crate) fn ended(&self) -> usize {
        self.ended.count()
    }

    pub(crate) fn answer(&self, records: Records, addresses: &[&str]) {
        let addresses = addresses.iter().map(|a| a.parse::<std::net::IpAddr>().unwrap());
        self.reply(records, Ok(addresses.collect()));
    }

    pub(crate) fn fail(&self, records: Records, error: &'static str) {
        self.reply(records, Err(error.into()));
    }

    fn reply(&self, records: Records, result: Result) {
        let waiting = self.waiting.lock().unwrap().remove(&records);
        waiting.expect("the lookup was started").send(result).expect("the lookup is awaited");
    }
}

impl Resolve for MockResolver {
    fn lookup(&self, name: &Name, records: Records) -> Lookup {
        self.asked.lock().unwrap().push((name.to_string(), records));
        let (sender, answer) = oneshot::channel();
        self.waiting.lock().unwrap().insert(records, sender);
        let counted = self.ended.counted();
        Box::pin(async move {
            let _counted = counted;
            answer.await.expect("the test answers")
        })
    }
}
