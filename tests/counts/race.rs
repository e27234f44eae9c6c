//! What connecting by name costs where there is nothing to race.

use std::{
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Waker},
};

use allocation_counter::measure;
use http::Uri;
use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
};
use tower::{Layer, Service, service_fn};
use tower_socket::{
    Error,
    layers::{
        DnsLayer,
        dns::{Answer, Lookup, Name, Records, Resolve},
    },
};

type Answers = Arc<Mutex<Vec<(Records, oneshot::Sender<Answer>)>>>;

/// Answers when the test does.
#[derive(Clone, Default)]
struct Asked(Answers);

impl Resolve for Asked {
    fn lookup(&self, _: &Name, records: Records) -> Lookup {
        let (sender, answer) = oneshot::channel();
        self.0.lock().unwrap().push((records, sender));
        Box::pin(async { Ok(answer.await?) })
    }
}

impl Asked {
    fn answer(&self, records: Records, addresses: &[&str]) {
        let mut asked = self.0.lock().unwrap();
        let nth = asked.iter().position(|(asked, _)| *asked == records).unwrap();
        let addresses = addresses.iter().map(|a| a.parse::<IpAddr>().unwrap());
        asked.remove(nth).1.send(addresses.collect()).unwrap();
    }
}

/// Connects to nothing, at once, and allocates nothing.
fn below() -> impl Service<Uri, Response = (), Error = Error, Future: Send> + Clone {
    service_fn(|_: Uri| std::future::ready(Ok(())))
}

/// In a runtime whose timers are off: making one would panic.
fn without_timers(test: impl FnOnce()) {
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        test();
        assert_eq!(Handle::current().metrics().num_alive_tasks(), 0, "tasks");
    });
}

#[test]
fn an_ip_address_allocates_nothing() {
    without_timers(|| {
        let mut service = DnsLayer::new(Asked::default()).layer(below());
        let uri = Uri::from_static("tcp://192.0.2.1:80");
        let mut cx = Context::from_waker(Waker::noop());
        let counted = measure(|| {
            let call = pin!(service.call(uri));
            assert!(call.poll(&mut cx).is_ready());
        });
        assert_eq!(counted.count_total, 0);
    });
}

#[test]
fn an_ip_address_allocates_nothing_where_a_nat64_prefix_may_be_learnt() {
    without_timers(|| {
        let layer = DnsLayer::new(Asked::default()).discover_nat64();
        let mut service = layer.layer(below());
        let uri = Uri::from_static("tcp://192.0.2.1:80");
        let mut cx = Context::from_waker(Waker::noop());
        let counted = measure(|| {
            let call = pin!(service.call(uri));
            assert!(call.poll(&mut cx).is_ready());
        });
        assert_eq!(counted.count_total, 0);
    });
}

#[test]
fn the_only_address_of_a_name_costs_its_uri() {
    for (v6, v4) in [(&["2001:db8::1"][..], &[][..]), (&[], &["192.0.2.1"])] {
        without_timers(|| {
            let asked = Asked::default();
            let mut service = DnsLayer::new(asked.clone()).layer(below());
            let uri = Uri::from_static("tcp://example.com:80");
            let mut call = pin!(service.call(uri));
            let mut cx = Context::from_waker(Waker::noop());
            assert!(call.as_mut().poll(&mut cx).is_pending());
            asked.answer(Records::Aaaa, v6);
            asked.answer(Records::A, v4);
            let counted = measure(|| assert!(call.as_mut().poll(&mut cx).is_ready()));
            assert_eq!(counted.count_total, allocations_of_a_uri(v6, v4));
        });
    }
}

/// As the layer writes it.
fn allocations_of_a_uri(v6: &[&str], v4: &[&str]) -> u64 {
    let address = v6.iter().chain(v4).next().unwrap().parse::<IpAddr>().unwrap();
    let address = SocketAddr::new(address, 80);
    let counted = measure(|| {
        let mut text = String::with_capacity(100);
        std::fmt::Write::write_fmt(&mut text, format_args!("tcp://{address}?hostname=example.com"))
            .unwrap();
        drop(Uri::try_from(text).unwrap());
    });
    counted.count_total
}
