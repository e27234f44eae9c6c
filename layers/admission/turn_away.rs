use std::{sync::Arc, time::Duration};

use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt, copy, sink},
    runtime::Handle,
    sync::Semaphore,
    time::timeout,
};

use super::Overflow;
use crate::{Connection, descriptors};

/// How many connections one layer leaves open before it closes them.
const MOST_DELAYED: usize = 512;

/// How much of what nobody wants is read: it must not keep us busy, and a
/// close with bytes unread would be a reset.
const MOST_DISCARDED: u64 = 16 * 1024;

/// Closes connections that are not let in, as an [`Overflow`] says.
#[derive(Clone, Debug, Default)]
pub(crate) enum TurnAway {
    #[default]
    Close,
    Reset,
    CloseAfter {
        delay: Duration,
        room: Arc<Semaphore>,
    },
}

impl From<Overflow> for TurnAway {
    fn from(overflow: Overflow) -> Self {
        match overflow {
            Overflow::Wait | Overflow::Close => Self::Close,
            Overflow::Reset => Self::Reset,
            Overflow::CloseAfter(delay) => {
                let room = Arc::new(Semaphore::new(descriptors::at_most(MOST_DELAYED)));
                Self::CloseAfter { delay, room }
            }
        }
    }
}

impl TurnAway {
    pub(crate) fn close(&self, connection: Connection) {
        match self {
            Self::Close => drop(connection),
            Self::Reset => reset(&connection),
            Self::CloseAfter { delay, room } => close_after(connection, *delay, room),
        }
    }
}

fn reset(connection: &Connection) {
    if let Some(socket) = connection.tcp() {
        // One that refuses is closed without.
        let _ = SockRef::from(socket).set_linger(Some(Duration::ZERO));
    }
}

fn close_after(connection: Connection, delay: Duration, room: &Arc<Semaphore>) {
    let (Ok(runtime), Ok(place)) = (Handle::try_current(), room.clone().try_acquire_owned()) else {
        return;
    };
    runtime.spawn(async move {
        let _left = timeout(delay, copy(&mut connection.take(MOST_DISCARDED), &mut sink())).await;
        drop(place);
    });
}
