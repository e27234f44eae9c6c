//! Whether an operation costs more where more connections are open: connect, 64
//! bytes there and back, close, beside so many that another process holds.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    runtime::Builder,
    task::JoinSet,
};
use tower_socket::Incoming;

use super::{Result, bare, ours};
use crate::{
    child::{self, Child},
    harness::{Arm, Bar, BoxError, Operation, Subject, raise_descriptor_limit},
};

/// Operations under way on two threads.
pub(crate) const AT_A_TIME: u32 = 64;

const COUNTS: [usize; 4] = [10, 100, 1000, 10_000];

pub(crate) async fn arms<const SPAWNED: bool>() -> Result<Vec<Arm>> {
    raise_descriptor_limit()?;
    let mut arms = vec![
        arm::<SPAWNED>(Subject::baseline("1 open"), 1).await?,
        arm::<SPAWNED>(Subject::control(), 1).await?,
    ];
    for count in COUNTS {
        let subject = Subject::ours(format!("{count} open")).reaches(Bar::AtMost(1.1));
        arms.push(arm::<SPAWNED>(subject, count).await?);
    }
    Ok(arms)
}

async fn arm<const SPAWNED: bool>(subject: Subject, open: usize) -> Result<Arm> {
    let address = server().await?;
    let holding = tokio::task::spawn_blocking(move || {
        Child::start("hold", &[&address.to_string(), &open.to_string()])
    });
    let (child, _) = holding.await??;
    Ok(match SPAWNED {
        true => Arm::new(subject, at_a_time(address)).keeping(child),
        false => Arm::new(subject, in_turn(address)).keeping(child),
    })
}

/// Sends back what it reads, through every layer.
async fn server() -> Result<SocketAddr> {
    let mut server = ours::every_layer().bind("127.0.0.1:0").await?;
    let address = ours::address(&server)?;
    tokio::spawn(async move {
        while let Some(accepted) = server.accept().await {
            tokio::spawn(bare::echo(accepted?));
        }
        Ok::<_, BoxError>(())
    });
    Ok(address)
}

fn in_turn(address: SocketAddr) -> impl Operation {
    async move || visit(address).await
}

fn at_a_time(address: SocketAddr) -> impl Operation {
    async move || {
        let mut visits = JoinSet::new();
        for _ in 0..AT_A_TIME {
            visits.spawn(visit(address));
        }
        while let Some(visit) = visits.join_next().await {
            visit??;
        }
        Ok(())
    }
}

async fn visit(address: SocketAddr) -> Result<()> {
    let mut stream = bare::connect(address).await?;
    stream.write_all(&[7; 64]).await?;
    stream.read_exact(&mut [0; 64]).await?;
    bare::reset(&stream)
}

/// The process that holds connections open.
pub(crate) fn hold(address: &str, count: &str) -> Result<()> {
    raise_descriptor_limit()?;
    let address: SocketAddr = address.parse()?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let _streams = runtime.block_on(async {
        let mut streams = Vec::new();
        for _ in 0..count.parse()? {
            let stream = bare::connect(address).await?;
            bare::reset(&stream)?;
            streams.push(stream);
        }
        Ok::<_, BoxError>(streams)
    })?;
    child::ready("ready")
}
