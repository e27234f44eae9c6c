//! A long way, without netem, which not every kernel has.

use std::{sync::Arc, time::Duration};

use tokio::{
    runtime::{Builder, Runtime},
    sync::mpsc,
    time::{Instant, sleep_until},
};
use tokio_tun::{Result, Tun};

use super::namespace::Namespace;

/// No packet is longer: it is what a TUN device starts with.
const MTU: usize = 1500;

/// Carries packets between two TUN devices, until it is dropped.
#[derive(Debug)]
pub(crate) struct Relay {
    _runtime: Runtime,
}

/// The name of a device, and where it is.
type End<'a> = (&'a str, &'a Namespace);

impl Relay {
    /// Each packet takes so long from one end to the other.
    pub(crate) fn new(ends: [End<'_>; 2], delay: Duration) -> Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let [one, other] = ends.map(|end| device(end, &runtime));
        let (one, other) = (Arc::new(one?), Arc::new(other?));
        runtime.spawn(carry(one.clone(), other.clone(), delay));
        runtime.spawn(carry(other, one, delay));
        Ok(Self { _runtime: runtime })
    }
}

fn device((name, namespace): End<'_>, runtime: &Runtime) -> Result<Tun> {
    namespace.inside(|| {
        let _inside = runtime.enter();
        Ok(Tun::builder().name(name).build()?.remove(0))
    })
}

async fn carry(from: Arc<Tun>, to: Arc<Tun>, delay: Duration) {
    let (sender, mut on_the_way) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let receive = async {
        let mut packet = [0; MTU];
        while let Ok(length) = from.recv(&mut packet).await {
            let _ = sender.send((Instant::now() + delay, packet[..length].to_vec()));
        }
    };
    let send = async {
        while let Some((due, packet)) = on_the_way.recv().await {
            sleep_until(due).await;
            // Nobody is there any more, or not yet: the packet is lost.
            let _ = to.send(&packet).await;
        }
    };
    tokio::join!(receive, send);
}
