//! The redis crate over our connections, with Redis.

use redis::{
    AsyncCommands, AsyncConnectionConfig, RedisConnectionInfo, aio::MultiplexedConnection,
};
use tower_socket::{Connector, IntoUri};

use crate::{
    peers::Peer,
    support::{HOST, Program},
    web::{client_tls, example},
};

async fn count(connector: &Connector, uri: impl IntoUri) -> u64 {
    let connection = connector.connect(uri).await.unwrap();
    let (login, config) = (RedisConnectionInfo::default(), AsyncConnectionConfig::new());
    let (mut redis, session) =
        MultiplexedConnection::new_with_config(&login, connection, config).await.unwrap();
    tokio::spawn(session);
    redis.incr("runs", 1).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_go_over_tcp_unix_and_tls() {
    let Some((redis, tls_port)) = Peer::redis() else { return };
    let tls = client_tls(&redis.pki).build().unwrap();
    let connector = Connector::builder().tls(tls).build();
    let tls = format!("tls://{HOST}:{tls_port}");
    assert_eq!(count(&connector, redis.authority()).await, 1);
    assert_eq!(count(&connector, format!("unix://{}", redis.pki.path("redis.sock"))).await, 2);
    assert_eq!(count(&connector, tls.clone()).await, 3);

    let arguments = [tls, redis.pki.root.clone()];
    let printed = tokio::task::spawn_blocking(move || {
        Program::run(example("redis_client").args(arguments), "").success()
    });
    assert_eq!(printed.await.unwrap(), "run number 4\n");
}
