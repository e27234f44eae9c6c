//! tokio-postgres over our connections, with PostgreSQL.

use tokio_postgres::{
    Client, Config, NoTls,
    config::{ChannelBinding, SslMode},
    tls::TlsConnect,
};
use tower_socket::{
    Connection, Connector, Error,
    layers::tls::{ClientTls, StartTls},
};

use crate::{
    peers::{PASSWORD, Peer},
    support::{HOST, Pki, Program},
    web::{client_tls, example},
};

fn config(ssl_mode: SslMode) -> Config {
    let mut config = Config::new();
    config.user("app").password(PASSWORD).dbname("postgres").ssl_mode(ssl_mode);
    if ssl_mode == SslMode::Require {
        config.channel_binding(ChannelBinding::Require);
    }
    config
}

async fn log_in<T>(uri: String, ssl_mode: SslMode, tls: T) -> Result<Client, tokio_postgres::Error>
where
    T: TlsConnect<Connection>,
    T::Stream: Send + 'static,
{
    let connection = Connector::new().connect(uri).await.unwrap();
    let (client, session) = config(ssl_mode).connect_raw(connection, tls).await?;
    tokio::spawn(session);
    Ok(client)
}

/// Whether the server says that this client has TLS.
async fn is_encrypted(client: &Client) -> bool {
    let query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    client.query_one(query, &[]).await.unwrap().get(0)
}

fn start_tls(pki: &Pki) -> StartTls {
    StartTls::client(client_tls(pki).build().unwrap(), HOST).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_go_over_tcp_unix_and_tls() {
    let Some(postgres) = Peer::postgres() else { return };
    let tcp = postgres.authority();
    let unix = format!("unix://{}", postgres.pki.path(&format!(".s.PGSQL.{}", postgres.port)));
    for uri in [tcp.clone(), unix] {
        let client = log_in(uri, SslMode::Disable, NoTls).await.unwrap();
        assert!(!is_encrypted(&client).await);
    }

    let client = log_in(tcp.clone(), SslMode::Require, start_tls(&postgres.pki)).await.unwrap();
    assert!(is_encrypted(&client).await);
    let numbers = client.query("SELECT generate_series(1, 10000)", &[]).await.unwrap();
    assert_eq!(numbers.len(), 10_000);

    let stranger = StartTls::client(client_tls(&Pki::new()).build().unwrap(), HOST).unwrap();
    let error = log_in(tcp.clone(), SslMode::Require, stranger).await.unwrap_err();
    let error: &Error = std::error::Error::source(&error).unwrap().downcast_ref().unwrap();
    let said = "failed during TLS handshake: invalid peer certificate: ";
    assert!(error.is_tls() && error.to_string().contains(said), "{error}");

    let arguments = [tcp, "app".to_owned(), postgres.pki.root.clone()];
    let printed = tokio::task::spawn_blocking(move || {
        let mut client = example("postgres_client");
        Program::run(client.args(arguments).env("PGPASSWORD", PASSWORD), "").success()
    });
    let printed = printed.await.unwrap();
    assert!(printed.starts_with("PostgreSQL "), "{printed}");
    assert!(printed.ends_with("\nencrypted: true\n"), "{printed}");
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_refused() {
    let (connection, mut server) = tokio::io::duplex(64);
    let answered = tokio::spawn(async move {
        let mut request = [0; 8];
        tokio::io::AsyncReadExt::read_exact(&mut server, &mut request).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut server, b"N").await.unwrap();
        server
    });
    let tls = StartTls::client(ClientTls::new(), "db.example").unwrap();
    let refused = config(SslMode::Require).connect_raw(Connection::from(connection), tls).await;
    let error = std::error::Error::source(&refused.err().unwrap()).unwrap().to_string();
    assert_eq!(error, "server does not support TLS");
    answered.await.unwrap();
}
