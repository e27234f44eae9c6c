//! Counts its runs in Redis, over TCP, TLS or a Unix socket.

use std::env;

use redis::{
    AsyncCommands, AsyncConnectionConfig, RedisConnectionInfo, aio::MultiplexedConnection,
};
use tower_socket::{
    BoxError, Connector,
    layers::tls::{ClientTls, Roots},
};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut arguments = env::args().skip(1);
    let uri = arguments.next().ok_or("redis_client URI [ROOTS]")?;
    let roots = arguments.next().map_or_else(Roots::platform, |file| Roots::none().pem_file(file));
    let tls = ClientTls::builder().roots(roots).build()?;

    let connection = Connector::builder().tls(tls).build().connect(uri).await?;
    let login = RedisConnectionInfo::default();
    let config = AsyncConnectionConfig::new();
    let (mut redis, session) =
        MultiplexedConnection::new_with_config(&login, connection, config).await?;
    tokio::spawn(session);

    let runs: u64 = redis.incr("runs", 1).await?;
    println!("run number {runs}");
    Ok(())
}
