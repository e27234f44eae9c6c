//! A name, its addresses and how they behave, under a paused clock.

mod fate;
mod outcome;

use std::{
    collections::HashMap,
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::Uri;
use tokio::time::{Instant, timeout};
use tokio_test::task::{self, Spawn};
use tower::{Service, ServiceBuilder, ServiceExt, service_fn};
use tower_socket::{
    Error,
    layers::{
        DnsLayer, TimeoutLayer,
        dns::{AddressOrder, Answer, HappyEyeballs, Lookup, Name, Records, Resolve},
    },
};

use self::fate::Fate;
pub(super) use self::{fate::Failure, outcome::Outcome};
use crate::support::Drops;

/// Addresses of the two families.
pub(super) const A: [&str; 4] = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
pub(super) const AAAA: [&str; 4] = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4"];

const NAME: &str = "example.com";

type Connecting = Pin<Box<dyn Future<Output = Result<IpAddr, Error>> + Send>>;

/// Lookups with no fate have no records; addresses with no fate refuse at
/// once.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    lookups: HashMap<Records, (Fate, Vec<IpAddr>)>,
    addresses: HashMap<IpAddr, Fate>,
    only: Option<&'static [Records]>,
    log: Arc<Log>,
    race: HappyEyeballs,
}

#[derive(Debug, Default)]
struct Log {
    asked: Mutex<Vec<Records>>,
    started: Mutex<Vec<(Instant, IpAddr)>>,
    lookups_ended: Drops,
    attempts_ended: Drops,
}

impl Scene {
    pub(super) fn new() -> Self {
        Self {
            lookups: HashMap::new(),
            addresses: HashMap::new(),
            only: None,
            log: Arc::default(),
            // The routes of the machine that runs the tests are no matter here.
            race: HappyEyeballs::new().order(AddressOrder::Answered),
        }
    }

    fn answers(mut self, records: Records, after: u64, addresses: &[&str]) -> Self {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        self.lookups.insert(records, (Fate::Ok(after), addresses));
        self
    }

    /// AAAA after so many milliseconds.
    pub(super) fn v6(self, after: u64, addresses: &[&str]) -> Self {
        self.answers(Records::Aaaa, after, addresses)
    }

    /// A after so many milliseconds.
    pub(super) fn v4(self, after: u64, addresses: &[&str]) -> Self {
        self.answers(Records::A, after, addresses)
    }

    /// From a resolver that answers both in one.
    pub(super) fn both(self, after: u64, addresses: &[&str]) -> Self {
        self.answers(Records::Both, after, addresses)
    }

    pub(super) fn lookup_fails(
        mut self,
        records: Records,
        after: u64,
        error: &'static str,
    ) -> Self {
        self.lookups.insert(records, (Fate::Fails(after, Failure::Text(error)), Vec::new()));
        self
    }

    pub(super) fn never_answers(mut self, records: Records) -> Self {
        self.lookups.insert(records, (Fate::Never, Vec::new()));
        self
    }

    /// Nothing else is looked up.
    pub(super) fn only(mut self, records: &'static [Records]) -> Self {
        self.only = Some(records);
        self
    }

    pub(super) fn connects(self, address: &str, after: u64) -> Self {
        self.fate(address, Fate::Ok(after))
    }

    pub(super) fn fails(self, address: &str, after: u64) -> Self {
        self.fails_with(address, after, Failure::REFUSED)
    }

    pub(super) fn fails_with(self, address: &str, after: u64, failure: Failure) -> Self {
        self.fate(address, Fate::Fails(after, failure))
    }

    pub(super) fn silent(self, address: &str) -> Self {
        self.fate(address, Fate::Never)
    }

    fn fate(mut self, address: &str, fate: Fate) -> Self {
        self.addresses.insert(address.parse().unwrap(), fate);
        self
    }

    pub(super) fn race(mut self, set: impl FnOnce(HappyEyeballs) -> HappyEyeballs) -> Self {
        self.race = set(self.race);
        self
    }

    /// The layer over this network.
    fn layer(&self) -> DnsLayer {
        DnsLayer::new(self.clone()).happy_eyeballs(self.race)
    }

    /// The network below the layer.
    fn network(
        &self,
    ) -> impl Service<Uri, Response = IpAddr, Error = Error, Future = Connecting> + Clone + use<>
    {
        let scene = self.clone();
        service_fn(move |uri: Uri| scene.connect(address_of(&uri)))
    }

    fn connect(&self, address: IpAddr) -> Connecting {
        self.log.started.lock().unwrap().push((Instant::now(), address));
        let counted = self.log.attempts_ended.counted();
        let fate = self.addresses.get(&address).copied();
        Box::pin(async move {
            let _counted = counted;
            fate.unwrap_or(Fate::Fails(0, Failure::REFUSED)).come().await?;
            Ok(address)
        })
    }

    /// A call that is polled by hand.
    pub(super) fn call(&self) -> Spawn<impl Future<Output = Result<IpAddr, Error>> + use<>> {
        let service = ServiceBuilder::new().layer(self.layer()).service(self.network());
        task::spawn(service.oneshot(uri()))
    }

    /// Connects by name, and checks that nothing is left behind.
    pub(super) async fn run(&self) -> Outcome {
        self.run_with(|layer| layer).await
    }

    pub(super) async fn run_with(&self, set: impl FnOnce(DnsLayer) -> DnsLayer) -> Outcome {
        let service = ServiceBuilder::new().layer(set(self.layer())).service(self.network());
        let began = Instant::now();
        let result = service.oneshot(uri()).await;
        let ended = began.elapsed();
        self.assert_nothing_runs();
        Outcome { result, ended: milliseconds(ended), starts: self.starts(began) }
    }

    /// What a deadline over the layer says; it has to pass.
    pub(super) async fn run_for(&self, limit: Duration) -> Error {
        let service = ServiceBuilder::new().layer(TimeoutLayer::new(limit)).layer(self.layer());
        let call = service.service(self.network()).oneshot(uri());
        let error = call.await.expect_err("no connection");
        self.assert_nothing_runs();
        error
    }

    /// Which addresses have been tried when the call is dropped, and when.
    pub(super) async fn starts_within(&self, limit: Duration) -> Vec<(String, u64)> {
        let began = Instant::now();
        let _ = timeout(limit, self.run()).await;
        self.assert_nothing_runs();
        self.starts(began)
    }

    fn starts(&self, began: Instant) -> Vec<(String, u64)> {
        let started = self.log.started.lock().unwrap();
        let start =
            |(at, address): &(Instant, IpAddr)| (address.to_string(), milliseconds(*at - began));
        started.iter().map(start).collect()
    }

    pub(super) fn started(&self) -> Vec<String> {
        let started = self.log.started.lock().unwrap();
        started.iter().map(|(_, address)| address.to_string()).collect()
    }

    pub(super) fn asked(&self) -> Vec<Records> {
        self.log.asked.lock().unwrap().clone()
    }

    pub(super) fn assert_nothing_runs(&self) {
        assert_eq!(self.log.lookups_ended.count(), self.asked().len(), "lookups run");
        let started = self.log.started.lock().unwrap().len();
        assert_eq!(self.log.attempts_ended.count(), started, "attempts run");
    }
}

impl Resolve for Scene {
    fn lookup(&self, name: &Name, records: Records) -> Lookup {
        assert_eq!(name.as_str(), NAME);
        self.log.asked.lock().unwrap().push(records);
        let counted = self.log.lookups_ended.counted();
        let lookup = self.lookups.get(&records).cloned();
        Box::pin(async move {
            let _counted = counted;
            let (fate, addresses) = lookup.unwrap_or((Fate::Ok(0), Vec::new()));
            fate.come().await?;
            Ok(addresses.into_iter().collect::<Answer>())
        })
    }

    fn records(&self) -> &'static [Records] {
        match self.lookups.contains_key(&Records::Both) {
            true => &[Records::Both],
            false => self.only.unwrap_or(&[Records::Aaaa, Records::A]),
        }
    }
}

fn uri() -> Uri {
    format!("tcp://{NAME}:80").parse().unwrap()
}

fn address_of(uri: &Uri) -> IpAddr {
    let host = uri.host().expect("a host").trim_matches(['[', ']']);
    host.parse().expect("an address")
}

fn milliseconds(duration: Duration) -> u64 {
    assert_eq!(duration.subsec_nanos() % 1_000_000, 0, "whole milliseconds");
    u64::try_from(duration.as_millis()).unwrap()
}
