//! Asks PostgreSQL for its version over TCP, TLS or a Unix socket.

use std::env;

use tokio_postgres::{Config, NoTls, config::SslMode};
use tower_socket::{
    BoxError, Connector, IntoUri,
    layers::tls::{ClientTls, Roots, StartTls},
};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut arguments = env::args().skip(1);
    let usage = "PGPASSWORD=PASSWORD postgres_client URI USER [ROOTS]";
    let (uri, user) = arguments.next().zip(arguments.next()).ok_or(usage)?;
    let mut config = Config::new();
    config.user(user).dbname("postgres").password(env::var("PGPASSWORD").unwrap_or_default());

    let uri = uri.into_uri()?;
    let connection = Connector::new().connect(&uri).await?;
    let client = match arguments.next() {
        Some(roots) => {
            config.ssl_mode(SslMode::Require);
            let tls = ClientTls::builder().roots(Roots::none().pem_file(roots)).build()?;
            let start_tls = StartTls::client(tls, uri.host().unwrap_or_default())?;
            let (client, session) = config.connect_raw(connection, start_tls).await?;
            tokio::spawn(session);
            client
        }
        None => {
            let (client, session) = config.connect_raw(connection, NoTls).await?;
            tokio::spawn(session);
            client
        }
    };

    let row = client.query_one("SELECT version()", &[]).await?;
    println!("{}", row.get::<_, String>(0));
    let encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    println!("encrypted: {}", client.query_one(encrypted, &[]).await?.get::<_, bool>(0));
    Ok(())
}
